#!/usr/bin/env bash
# "tools:" in the catalogue says which tools judge a row. For amt-dnscheck and amt-certcheck that is held to the
# code and to the tests: a row that is tagged is judged and tested, and a row that is judged is tagged.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
# tagged TOOL: ids of the rows that name it
tagged() { awk -v t="$1" '/^id:/ { id = $2 } /^tools:/ { for (i = 2; i <= NF; i++) if ($i == t) print id }' common/guide/catalogue/*.items | sort -u; }
# ids FILE...: ids that stand in these files as words
ids() { grep -hoE '\b(P|G|T|X|PV|CK|HF|S[1-7])\.[A-Z]*[0-9]+[a-z]?\b' "$@" 2>/dev/null | sort -u; }
# held TOOL ROOM TEST...
held() {
	local tool=$1 room=$2; shift 2
	tagged "$tool" >"$tmp/tagged"
	grep -hoE '"(P|G|T|X|PV|CK|HF|S[1-7])\.[A-Z]*[0-9]+[a-z]?"' "common/$room"/*.c "tools/amt-$tool"/*.c | tr -d '"' | sort -u >"$tmp/judged"
	is "amt-$tool: there are rows" "$(($(wc -l <"$tmp/tagged") > 15))" 1
	is "amt-$tool: every row tagged is judged" "$(comm -23 "$tmp/tagged" "$tmp/judged" | paste -sd' ')" ""
	is "amt-$tool: every row judged is tagged" "$(comm -13 "$tmp/tagged" "$tmp/judged" | paste -sd' ')" ""
	is "amt-$tool: every row judged has a test" "$(ids "$@" | comm -23 "$tmp/judged" - | paste -sd' ')" ""
}
held dnscheck names tests/unit/test_names_*.c tests/lab/dns*.sh tests/lab/dhcp.sh
held certcheck pki tests/unit/test_pki_*.c tests/lab/certcheck*.sh tests/e2e/certcheck*.sh

# Every network row that DNS or DHCP can answer (handbook, catalogue.tsv: "DNS", "DHCP", resolver or lease in its
# method) is one of amt-dnscheck's. The others need a port, a capture, a switch or a RADIUS server.
awk '/^id:/ { id = $2 } /^component: *network/ { net[id] } /^tools:/ { if (/dnscheck/) delete net[id] } END { for (i in net) print i }' \
	common/guide/catalogue/*.items | sort >"$tmp/rest"
is "network rows without amt-dnscheck are those of ports, captures and 802.1X" \
	"$(grep -v '^X\.' "$tmp/rest" | paste -sd' ')" "P.35 P.36 P.37 P.38 P.39 P.41 P.42 P.44 P.45 P.46 P.47 S1.V17 S2.C14b T.04"
done_testing
