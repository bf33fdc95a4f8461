#!/usr/bin/env bash
# Wireshark's tools read our captures: no malformed packet, every checksum right.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
C=captures/hello
if ! command -v tshark >/dev/null || ! command -v capinfos >/dev/null; then
	skip "captures are well-formed" "tshark is not installed"; done_testing; exit
fi
bad=$(for f in $C/*.pcap*; do capinfos -Mc "$f" >/dev/null 2>&1 || echo "$f"; done)
is "capinfos reads every one" "$bad" ""
bad=$(for f in $C/*.pcap*; do
	case $f in *snaplen*) continue ;; esac # cut on purpose
	tshark -r "$f" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -T fields -e frame.number \
		-Y '_ws.malformed || ip.checksum.status==0 || tcp.checksum.status==0 || udp.checksum.status==0 || icmp.checksum.status==0' \
		2>/dev/null | sed "s|^|${f##*/} frame |"
done)
is "tshark finds nothing malformed and no wrong checksum" "$bad" ""
done_testing
