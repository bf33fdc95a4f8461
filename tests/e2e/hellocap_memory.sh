#!/usr/bin/env bash
# Floods of everything that is kept: the memory stays under --max-memory, what is not kept is counted and said, and
# nothing is concluded from its absence.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
cat >"$tmp/flood.py" <<'PY'
import struct, sys
kinds, n, out = sys.argv[1].split(","), int(sys.argv[2]), open(sys.argv[3], "wb")
out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
server = bytes([10, 0, 0, 5])


def packet(i, src, dst, protocol, l4):
    e = b"\0\2\2\2\2\2\2\0" + struct.pack(">I", i) + b"\x08\0" + struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(l4), i & 0xFFFF, 0, 64, protocol, 0) + src + dst + l4
    out.write(struct.pack("<IIII", 1226000000 + i // 100, i % 100 * 1000, len(e), len(e)) + e)


def tcp(i, src, dst, sp, dp, seq, ack, flags, data=b""):
    packet(i, src, dst, 6, struct.pack(">HHIIBBHHH", sp, dp, seq, ack, 80, flags, 8192, 0, 0) + data)


def udp(i, src, dst, sp, dp, data):
    packet(i, src, dst, 17, struct.pack(">HHHH", sp, dp, 8 + len(data), 0) + data)


for i in range(n):
    for k, kind in enumerate(kinds):
        ip, port = bytes([10, 1 + k * 8 + (i >> 16), i >> 8 & 255, i & 255]), 4000 + i % 60000
        uuid = struct.pack("<IIQ", k, i, i * 0x9E3779B97F4A7C15 & (1 << 64) - 1)
        if kind == "psk":
            tcp(i, ip, server, port, 9971, 1, 1, 24, struct.pack("<HHI", 0, 2, 0) + uuid + b"%08d" % i)
        elif kind == "pki":
            tcp(i, ip, server, port, 9971, 1, 1, 24, struct.pack("<HHIs", 0, 3, 0, b"")[:8] + uuid + bytes([33]) + b"".join(b"\2\x20" + struct.pack(">IQ", k, i) + bytes(20) for k in range(33)))
        elif kind == "http":
            tcp(i, ip, server, 16992, port, 1, 2, 24, b"HTTP/1.1 200 OK\r\nServer: Intel(R) Active Management Technology %d.%d\r\n\r\n" % (i % 9, i))
        elif kind == "dns":
            udp(i, ip, server, port, 53, b"\0\1\1\0\0\1\0\0\0\0\0\0\x0fprovisionserver\x08%08d\4corp\0\0\1\0\1" % i)
        elif kind == "pong":
            udp(i, ip, server, 623, port, bytes.fromhex("0600ff06000011be4000001000000157" "41e10000" "0000000081000000"))
PY
flood() { $PYTHON "$tmp/flood.py" "$1" "$2" "$tmp/$3"; }
# KiB at most, and what the report says
run() {
	$PYTHON - "$tmp/out" "$@" <<'PY'
import resource, subprocess, sys
rc = subprocess.run(["amt-hellocap"] + sys.argv[2:], stdout=open(sys.argv[1], "wb"), stderr=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss if 0 <= rc < 4 else "exit %d" % rc)
PY
}
flood psk,pki,http,dns,pong 9000 all
flood psk 32000 psk
flood http 60000 http
for f in all psk http; do
	kib=$(run -r "$tmp/$f" --expect 10.99.0.1)
	tr -s ' \n' ' ' <"$tmp/out" >"$tmp/flat"
	if [ "${AMTDIAG_SANITIZED:-}" ]; then
		skip "$f: memory" "a sanitizer takes several times as much"
	else
		ok "$f: under 256 MiB ($kib KiB)" [ "$kib" -le 262144 ]
	fi
	ok "$f: what is not kept is said" grep -q "facts were not kept under --max-memory; nothing is concluded from silence" "$tmp/flat"
	ok "$f: and counted" grep -q "[1-9][0-9]* facts not kept" "$tmp/flat"
done
rm "$tmp/all" "$tmp/http"
flood psk 9000 psk
run -r "$tmp/psk" --json --max-memory 120 --expect 10.99.0.1 >"$tmp/kib"
is "with less memory fewer are kept" "$(jq '.facts.forgotten > 0 and (.facts.hellos | length) < 9000' "$tmp/out")" true
is "and no absence is concluded" "$(jq -c '[.findings[] | select(.id == "S2.C12" and .verdict == "fail")] | length' "$tmp/out")" 0
run -r "$tmp/psk" --json >"$tmp/kib"
is "with enough all are" "$(jq -c '[.facts.forgotten, (.facts.hellos | length)]' "$tmp/out")" "[0,9000]"
done_testing
