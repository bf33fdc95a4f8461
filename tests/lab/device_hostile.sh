#!/usr/bin/env bash
# Servers that mean harm, one by one: on the plain port, where the harm is in HTTP and XML, and on the TLS port. Each ends
# in bounded time and memory, is called by its name, and costs no class that was read before.
. tests/lib.sh
. tests/sim/lib.sh
sim_namespace "$0" "$@"

n=9
for fault in slow half length garbage hang reset headers chunk bomb types redirect deep status; do
	n=$((n + 1))
	printf '[device plain_%s]\naddress = 127.2.1.%d\nprofile = 11.8\ntls = false\nfault = %s\nfault.ports = 16992\n' $fault $n $fault
	printf '[device tls_%s]\naddress = 127.2.2.%d\nprofile = 11.8\nfault = %s\nfault.ports = 16993\n' $fault $n $fault
	declare "plain_$fault=127.2.1.$n" "tls_$fault=127.2.2.$n"
done >"$tmp/sim.ini"
sim_start "$tmp/sim.ini"
sed -n 's/^F("base", "password", "\(.*\)").*/\1/p' tests/sim/profiles.def | head -n 1 >"$tmp/pw"
ask() { # plain|tls FAULT [WHAT]
	local at=$1_$2
	timeout 90 devprobe -u admin -p "$tmp/pw" -t 3000 -r 3000 -w 1 -a "${3:-http}" "bad=${!at}" >"$tmp/facts" 2>"$tmp/err" || echo "exit $?"
}
# how the web pages ended, how the log-in ended
web() { jq -r '.classes.http.records[0] | "\(.how) \(.error // "-")"' "$tmp/facts" 2>/dev/null; }
login() { jq -r '.classes.login.records[0] | "\(.accepted) \(.error // "-")"' "$tmp/facts"; }
read_in() { jq -r '[.classes | to_entries[] | select(.value.state == "read" and (.value.where // "" | startswith("WS-MAN")) and .key != "login") | .key] | length' "$tmp/facts"; }
says() { # WHAT GOT PATTERN
	if [[ $2 =~ $3 ]]; then pass_ "$1"; else fail_ "$1"; echo "# got:  $2"; echo "# want: $3"; fi
}

ask plain headers ports,http,wsman
says 'endless headers: cut at the cap for headers' "$(web)" '^too-large .*headers are larger'
says '... for the log-in too' "$(login)" 'too-large: .*headers are larger'
ask plain chunk
says 'a chunk of 1 GB: cut at the cap for bodies' "$(web)" '^too-large .*body is larger'
ask plain bomb ports,http,wsman
says 'an entity bomb is refused by its document type' "$(login)" '^true .*document type'
is '... and nothing of it is taken' "$(read_in)" 0
ask plain deep ports,http,wsman
says 'elements 100,000 deep are refused' "$(login)" '^true .*(depth|levels deep)'
ask plain slow
says 'a slow drip ends at the time given' "$(web)" '^slow '
ask plain slow ports,wsman
says '... for the log-in too' "$(login)" '^null slow: '
ask plain redirect ports,http,wsman
says 'a redirect is not followed' "$(jq -r '.classes.http.records[0] | "\(.root_status) \(.wsman_status)"' "$tmp/facts")" '^303 303$'
says '... and is no log-in' "$(login)" '^null /wsman does not ask'
ask plain types ports,http,wsman
says 'words where numbers belong are told' "$(jq -r '.notes[0]' "$tmp/facts")" "is 'many', which can't be its value"
says '... and the rest is read' "$(read_in)" '^[1-9][0-9]'
ask plain half
says 'half an answer is one that was cut' "$(web)" 'transfer closed with [0-9]+ bytes remaining'
ask plain length
says 'a wrong length is told as such' "$(web)" 'transfer closed with [0-9]+ bytes remaining'
ask plain garbage
says 'garbage is not HTTP' "$(web)" '^(protocol|reset) '
ask plain reset
# A quick reset may be seen in the connect.
says 'a reset is told as such' "$(web)" '^(reset|refused) '
ask plain hang
says 'one that hangs is left at the time given' "$(web)" '^slow '
ask plain status
says 'HTTP 500 on everything is no AMT' "$(jq -r '.classes.http.records[0].root_status' "$tmp/facts")" '^500$'

tls() { jq -r '.classes.tls.records[] | select(.port == 16993) | "\(.modern) \(.legacy)"' "$tmp/facts"; }
for row in 'garbage not-tls' 'hang timeout' 'slow (timeout|no-rfc5746)' 'reset (reset|no-connection)'; do
	ask tls "${row% *}" tls
	says "TLS: ${row% *} is told as ${row#* }" "$(tls)" "^${row#* } "
done
for fault in headers chunk bomb deep; do
	ask tls $fault ports,tls,http,wsman
	is "TLS: $fault behind it does no harm" "$(read_in)" 0
done

# All at once, in bounded memory.
hosts=$(amtsim --list "$tmp/sim.ini" | awk '{ print $2 }')
# shellcheck disable=SC2086
timeout 120 devprobe -s -u admin -p "$tmp/pw" -t 2000 -r 2000 -w 1 $hosts >"$tmp/line"
is 'all of them at once: it ends' $? 0
[ -n "${AMTDIAG_SANITIZED:-}" ] || ok 'in less than 128 MiB' test "$(sed -n 's/.* rss_kib \([0-9]*\).*/\1/p' "$tmp/line")" -lt 131072
ok 'the simulator ends cleanly' sim_stop
done_testing
