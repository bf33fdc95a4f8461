#!/usr/bin/env bash
# The Wireshark dissector decodes what amt-hellocap decodes.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
C=captures/hello
if ! command -v tshark >/dev/null || ! tshark -v 2>/dev/null | grep -q 'with Lua'; then
	skip "Lua dissector" "tshark with Lua is not installed"; done_testing; exit
fi
both() {
	local f=$1 ours theirs; shift
	theirs=$(tshark -X lua_script:docs/wireshark/amt_hello.lua -o tcp.reassemble_out_of_order:TRUE "$@" -r "$C/$f" -Y amt_hello -T fields \
		-e amt_hello.version -e amt_hello.uuid -e amt_hello.retry -e amt_hello.hash_count 2>"$tmp/e" | tr '\t' ' ')
	ours=$(amt-hellocap "$C/$f" --json 2>/dev/null | jq -r '.facts.hellos[] | "\(.version) \(.uuid) \(.retry_count) \(
		if .mode == "PKI" then .declared_hashes else "" end)"')
	is "$f" "$theirs" "$ours"
}
both row16-psk.pcapng
both row18-empty-list.pcapng
both row21-no-call-back.pcapng
both odd-segments.pcapng
both odd-version-1.pcapng
both odd-port.pcapng -d tcp.port==12345,amt_hello
both link-vlan.pcapng
both link-fragments.pcapng
both good-cadence.pcapng
is "no hello, no dissection" "$(tshark -X lua_script:docs/wireshark/amt_hello.lua -r $C/row14-http.pcapng -Y amt_hello 2>/dev/null)" ""
is "nothing malformed, no Lua error" "$(for f in $C/*.pcap*; do tshark -X lua_script:docs/wireshark/amt_hello.lua -r "$f" -V \
	-Y '_ws.lua.error || (_ws.malformed && amt_hello)' 2>/dev/null; done | head -n 3)" ""
tshark -X lua_script:docs/wireshark/amt_hello.lua -r $C/row18-empty-list.pcapng -Y amt_hello.no_hashes -T fields -e amt_hello.hash_count >"$tmp/o" 2>/dev/null
is "an empty list is marked" "$(cat "$tmp/o")" 0
# The samples have made-up hashes, not Go Daddy's.
while IFS= read -r filter; do
	ok "docs/wireshark: $filter finds something" bash -c 'for f in "$2"/*.pcap*; do
		[ -z "$(tshark -X lua_script:docs/wireshark/amt_hello.lua -r "$f" -Y "$1" 2>/dev/null)" ] || exit 0
	done; exit 1' - "${filter/27:96:ba:e6:3f:18/86:f7:e4:37:fa:a5}" "$C"
done < <(grep -A 9 '^Useful filters' docs/wireshark/README.md | grep -o '`amt_hello[^`]*`' | tr -d '`')
done_testing
