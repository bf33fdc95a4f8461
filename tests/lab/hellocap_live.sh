#!/usr/bin/env bash
# A live capture over veth between two network namespaces, with a real DHCP and DNS server (dnsmasq):
# what is captured, that the rights are gone by then, -w, SIGUSR1, and drops beside tcpdump's.
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/hellocap_net.sh
hellocap_ns "live capture" "$0" "$@"
. tests/lib.sh
for need in dnsmasq ip nsenter jq; do
	command -v $need >/dev/null || { skip "live capture" "$need is not installed"; done_testing; exit; }
done
hellocap_links 1 || { skip "live capture" "veth can't be made"; done_testing; exit; }
dnsmasq --keep-in-foreground --conf-file=/dev/null --port=53 --no-resolv --no-hosts --interface=srv0 --bind-interfaces --dhcp-range=10.9.0.50,10.9.0.60,1h \
	--dhcp-option=6,10.9.0.5 --dhcp-option=15,corp.example --address=/provisionserver.corp.example/10.9.0.5 --dhcp-leasefile="$tmp/leases" \
	--dhcp-authoritative --no-ping --user=root --pid-file= >"$tmp/dnsmasq.log" 2>&1 & dns=$!
at_exit "kill $dns 2>/dev/null"
hellocap_listen 10.9.0.5
sleep 0.5

amt-hellocap -i srv0 --count 3 --duration 60 -w "$tmp/out.pcapng" --server 10.9.0.5 --json -o "$tmp/j" 2>"$tmp/err" & cap=$!
for _ in $(seq 50); do grep -q '^Seccomp:.*2' /proc/$cap/status 2>/dev/null && break; sleep 0.1; done
caps=$(sed -n 's/^CapEff:[[:space:]]*0*//p' /proc/$cap/status)
is "capabilities are gone while it captures (but for files of others)" "${caps:-0}" 2
is "no new privileges" "$(sed -n 's/^NoNewPrivs:[[:space:]]*//p' /proc/$cap/status)" 1
if ldd "$BIN/amt-hellocap" | grep -q libasan; then skip "system calls are filtered" "not in a sanitizer build"; else
is "system calls are filtered" "$(sed -n 's/^Seccomp:[[:space:]]*//p' /proc/$cap/status)" 2
fi
kill -USR1 $cap
me me0 3 1 2>"$tmp/me.err" || sed 's/^/# /' "$tmp/me.err"
wait $cap; rc=$?
ok "SIGUSR1 prints statistics" grep -q 'srv0: [0-9]* packets, 0 dropped' "$tmp/err"
q() { jq -c "$1" "$tmp/j"; }
is "three hellos, exact" "$(q '.facts.hellos | map(.verdict)')" '["exact","exact","exact"]'
is "header and list in two writes are one message" "$(q '.facts.hellos | map(.hashes | length) | unique')" '[6]'
is "DHCP: option 6 and 15" "$(q '.facts.dhcp[0] | [.option_6, .option_15]')" '[["10.9.0.5"],"corp.example"]'
is "DNS: bare name unknown, qualified one answered" "$(q '.facts.dns | map([.bare, .addresses])')" '[[true,null],[null,["10.9.0.5"]]]'
is "one device with the whole way" "$(q '.facts.devices[0].timeline | map(.event) | unique')" \
	'["connect","dhcp-ack","dhcp-discover","dns-answer","dns-query","hello"]'
is "the vantage point" "$(q .facts.vantage)" '"client"'
is "nothing dropped" "$(q '.facts.captures | map(.dropped + .if_dropped)')" '[0]'
is "S2.C14a, S2.C14b pass" "$(q '.findings | map(select(.id == "S2.C14a" or .id == "S2.C14b") | .verdict)')" '["pass","pass"]'
is "the file holds what mattered" "$(amt-hellocap -r "$tmp/out.pcapng" --json 2>/dev/null | jq -c '[(.facts.hellos | length), .facts.vantage]')" '[3,"client"]'
if command -v capinfos >/dev/null; then
	ok "capinfos reads it" capinfos "$tmp/out.pcapng"
	ok "findings are comments" sh -c 'tshark -r "$0" -T fields -e frame.comment -Y frame.comment 2>/dev/null | grep -q "S2.C12 pass"' "$tmp/out.pcapng"
fi

amt-hellocap -i srv0 --count 2 --duration 30 >"$tmp/lines" 2>/dev/null & cap=$!
sleep 1; me --flood 10.9.0.5 2; wait $cap
ok "plain lines when it is no terminal" grep -qE '^20.*Z 10\.9\.0\.[0-9]+ -> 10\.9\.0\.5:9971 .* PKI 6 retry 0 exact' "$tmp/lines"

# As many as the sender makes: what tcpdump gets without loss, we get without loss.
if command -v tcpdump >/dev/null; then
	tcpdump -i srv0 -w "$tmp/t.pcap" 'tcp port 9971' 2>"$tmp/t.err" & tcp=$!
	amt-hellocap -i any --duration 25 --json -o "$tmp/j" 2>/dev/null & cap=$!
	sleep 1.5
	me --flood 10.9.0.5 3000
	sleep 1; kill -INT $tcp $cap; wait $tcp; wait $cap
	is "interrupted" $? 130
	sent=$(tcpdump -nr "$tmp/t.pcap" 'tcp[13] & 2 != 0 and dst port 9971' 2>/dev/null | wc -l)
	if grep -q '^0 packets dropped' "$tmp/t.err"; then
		ok "the sender sent" [ "$sent" -ge 3000 ]
	is "3000 hellos, none lost where tcpdump loses none" "$(q '[(.facts.hellos | length), .facts.captures[0].dropped]')" "[3000,0]"
	else
		skip "3000 hellos" "tcpdump itself lost packets on this machine"
	fi
fi
ip link add gone0 type veth peer name gone1 && ip link set gone0 up
amt-hellocap -i gone0 --duration 30 --json -o "$tmp/j" 2>"$tmp/err" & cap=$!
sleep 1; ip link del gone0; wait $cap
ok "an interface that disappears is said" grep -q 'gone0: .*disappeared' "$tmp/err"
is "and nothing is concluded from the silence after it" "$(q '.findings[] | select(.id == "X.HC1") | [.verdict, (.summary | test("ended before its time"))]')" '["warn",true]'
exits 3 "no such interface" amt-hellocap -i nowhere0
ok "and says so" grep -q 'no interface nowhere0' "$tmp/err"
if command -v setpriv >/dev/null; then
	exits 3 "without the right to capture" setpriv --bounding-set -all --inh-caps -all --reuid 65534 --clear-groups "$BIN/amt-hellocap" -i srv0
	ok "names the setcap line" grep -q 'setcap cap_net_raw' "$tmp/err"
fi
done_testing
