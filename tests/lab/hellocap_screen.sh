#!/usr/bin/env bash
# The live screen in a real terminal (tmux) within a network namespace: a table that refreshes in place, several
# interfaces, SIGUSR1, --duration, --count, exit codes by findings; then capturing by file capabilities without root.
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/hellocap_net.sh
hellocap_ns "live screen" "$0" "$@"
. tests/lib.sh
for need in tmux ip nsenter jq; do
	command -v $need >/dev/null || { skip "live screen" "$need is not installed"; done_testing; exit; }
done
hellocap_links 2 || { skip "live screen" "veth can't be made"; done_testing; exit; }
for i in 0 1; do nsenter -t $client -n ip addr add 10.9.$i.50/24 dev me$i; done
hellocap_listen 0.0.0.0
until_ me --say 10.9.0.5 psk 0

run=0
mux() { tmux -S "$tmp/tmux.$run" -f /dev/null "$@"; }
at_exit "mux kill-server 2>/dev/null"
unset TMUX
# screen ARGS: amt-hellocap in a terminal of 240x14; what it says on standard error in $tmp/said, its exit code in $tmp/code
screen() {
	mux kill-server 2>/dev/null; rm -f "$tmp/code" "$tmp/pid"
	run=$((run + 1)) # a server that is still going away is left alone
	mux -u new-session -d -x 240 -y 14 "bash -c $(printf %q "amt-hellocap $* 2>$tmp/said & echo \$! >$tmp/pid; trap '' INT; wait %1; echo \$? >$tmp/code; sleep 30")"
	until_ test -s "$tmp/pid"
}
shown() { mux capture-pane -p 2>/dev/null; }
sees() { # TEXT WHAT: the text comes to the screen within ten seconds
	local i
	for i in $(seq 100); do shown | grep -qE -e "$1" && break; sleep 0.1; done
	shown >"$tmp/screen"
	ok "$2" grep -E -e "$1" "$tmp/screen"
}
code() { until_ test -s "$tmp/code"; cat "$tmp/code"; }
if ! mux new-session -d 'sleep 5' 2>/dev/null || ! mux list-sessions >/dev/null 2>&1; then
	skip "live screen" "tmux can't open a terminal here (no /dev/pts?)"; done_testing; exit
fi

screen -i srv0 -i srv1 --duration 60
sees '0 hellos, 0 devices, .* 0 dropped, .*Ctrl-C' "an empty table says what it waits for"
me --say 10.9.0.5 pki 0
sees '^10\.9\.0\.50 +12345678-9abc-def0-1122-334455667788 +PKI 6 +1 .* 10\.9\.0\.5 ' "a row: address, UUID, mode, hellos, server"
ok "its conclusion and the next step" grep -E '1122-334455667788.* -> .*' "$tmp/screen"
me --say 10.9.0.5 pki 1
sees '1122-334455667788 +PKI 6 +2 ' "the row changes in place"
is "and is still one" "$(grep -c 1122-334455667788 "$tmp/screen")" 1
is "the head stands on the first line" "$(head -n 1 "$tmp/screen" | cut -d, -f1)" "2 hellos"
me --say 10.9.1.5 pki 2
sees '1122-334455667788 +PKI 6 +3 ' "a hello on the second interface counts too"
kill -USR1 "$(cat "$tmp/pid")"
until_ grep -q 'srv1: [0-9]* packets' "$tmp/said"
ok "SIGUSR1: statistics of each interface" grep -qE 'srv0: [0-9]+ packets, 0 dropped by the kernel, 0 by the interface; 3 hellos' "$tmp/said"
ok "of the second too" grep -qE 'srv1: [0-9]+ packets' "$tmp/said"
mux resize-window -x 60 -y 14
sees '^10\.9\.0\.50 +12345678-9abc-def0-1122-334455667788 +PKI' "narrow: a device still has one line"
lines() { [ "$(shown | grep -cE '[^ ]')" = 3 ]; }
until_ lines # what the terminal itself folded goes with the next picture
is "nothing is wrapped" "$(shown | grep -cE '[^ ]')" 3
mux resize-window -x 240 -y 14
kill -INT "$(cat "$tmp/pid")"
is "interrupted: 130" "$(code)" 130
is "and the report comes after the table" "$(mux capture-pane -p -S - | grep -o '^3 hello messages of 1 device')" "3 hello messages of 1 device"

screen -i any --duration 5
# A sanitizer build has no filter of system calls to wait for.
if [ -n "${AMTDIAG_SANITIZED:-}" ]; then sleep 1.5; else until_ sh -c "grep -q '^Seccomp:.*2' /proc/\$(cat $tmp/pid)/status"; fi
me --say 10.9.1.5 psk 0
sees 'ABCD-1234 +1 ' "any: every interface at once, PSK shows its PID"
is "--duration ends it, the exit code is of the findings" "$(code)" 1
screen -i srv0 --count 1
sees '0 hellos' "--count waits"
me --say 10.9.0.5 empty 0
is "--count ends it, a failure is 2" "$(code)" 2

# File capabilities, no root.
if ! command -v setcap >/dev/null || ! command -v setpriv >/dev/null || grep -q __asan_init "$BIN/amt-hellocap"; then
	skip "file capabilities" "needs setcap and setpriv, and no sanitizer"
else
	chmod 711 "$tmp"; mkdir -m 777 "$tmp/open"
	cp "$BIN/amt-hellocap" "$tmp/with"; cp "$BIN/amt-hellocap" "$tmp/without"
	nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
	exits 3 "nobody without the right" $nobody "$tmp/without" -i srv0 --duration 1
	is "is told the line to give" "$(grep -o 'setcap cap_net_raw,cap_net_admin+ep "[^"]*"' "$tmp/err")" \
		'setcap cap_net_raw,cap_net_admin+ep "$(command -v amt-hellocap)"'
	advice=$(grep -o 'setcap [^ ]*' "$tmp/err")
	if ! $advice "$tmp/with" 2>/dev/null || ! $nobody "$tmp/with" --version >/dev/null 2>&1; then
		skip "nobody with file capabilities" "this file system or container keeps none"
	else
		$nobody "$tmp/with" -i srv0 --count 1 --duration 30 --json -o "$tmp/open/j" -w "$tmp/open/w.pcapng" 2>"$tmp/err" & cap=$!
		until_ grep -q '^Seccomp:.*2' /proc/$cap/status
		is "it runs as nobody, the capabilities are gone again" \
			"$(sed -n 's/^Uid:[[:space:]]*\([0-9]*\).*/\1/p; s/^CapPrm:[[:space:]]*0*\(.*\)/permitted \1/p; s/^CapEff:[[:space:]]*0*\(.*\)/effective \1/p' \
				/proc/$cap/status | tr '\n' ' ')" "65534 permitted  effective  "
		me --say 10.9.0.5 pki 0
		wait $cap
		is "and has captured" "$(jq -c '.facts.hellos | map(.verdict)' "$tmp/open/j")" '["exact"]'
		is "and written the packets" "$(amt-hellocap "$tmp/open/w.pcapng" --json 2>/dev/null | jq '.facts.hellos | length')" 1
	fi
fi

# What tcpdump takes without loss, at a rate that the sender alone sets, is taken without loss.
if command -v tcpdump >/dev/null; then
	gen_pcap "$tmp/syn.pcap" 100000 65536 syn
	tcpdump -i srv0 -B 65536 -w "$tmp/t.pcap" 'tcp port 9971' 2>"$tmp/t.err" & tcp=$!
	amt-hellocap -i srv0 --duration 60 --json -o "$tmp/j" 2>/dev/null & cap=$!
	until_ grep -q 'listening on' "$tmp/t.err"; until_ grep -q '^Seccomp:.*2' /proc/$cap/status
	me --frames me0 "$tmp/syn.pcap"
	sleep 1; kill -INT $tcp $cap; wait $tcp; wait $cap
	if grep -q '^0 packets dropped' "$tmp/t.err"; then
		got=$(jq '.facts.captures[0].packets' "$tmp/j")
		ok "100,000 connection attempts in one burst are all seen: $got" [ "$got" -ge 100000 ]
		is "and none was dropped" "$(jq -c '.facts.captures[0] | [.dropped, .if_dropped]' "$tmp/j")" '[0,0]'
	else
		skip "a burst of 100,000" "tcpdump itself lost packets on this machine"
	fi
fi
done_testing
