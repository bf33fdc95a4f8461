#!/usr/bin/env bash
# Captures that lie: no crash, no endless work, bounded memory, and what can be said is said. The same under
# sanitizers when BUILD is a sanitizer build; truncation at every byte is the corpus replay's part.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
$PYTHON - "$tmp" captures/hello <<'PY'
import random
import struct
import sys

out = sys.argv[1]
sys.path.insert(0, sys.argv[2])
from wire import *  # noqa

pc, server, infra = Host("10.1.0.16", "02:00:00:00:00:10"), Host("10.1.0.5", "02:00:00:00:00:05"), Host("10.1.0.2", "02:00:00:00:00:02")
uuid = bytes(range(1, 17))


def save(name, c):
    write_pcapng("%s/%s.pcapng" % (out, name), c, "synthetic")


c = Capture()  # 65,535 records in one connection: 257 messages of 255
t = Tcp(c, pc, server, 5000, 9971).open()
for i in range(257):
    t.data(0, hello_pki(uuid, [bytes([i & 255]) * 20] * 255, i % 15))
t.close()
save("records", c)

c = Capture()  # overlapping segments that contradict each other: the first copy counts
t = Tcp(c, pc, server, 5001, 9971).open()
good, evil = hello_psk(uuid, "ABCD1234"), b"\xff" * 32
base = t.next[0]
for at, n, data in ((10, 10, good), (0, 32, evil[:0] or good), (5, 27, evil), (0, 32, evil)):
    t.segment(0, PSH | ACK, data[at:at + n], seq=base + at)
t.next[0] = base + 32
t.close()
save("overlap", c)

c = Capture()  # half-open connections without end
for i in range(30000):
    host = Host("10.%d.%d.%d" % (2 + (i >> 16), i >> 8 & 255, i & 255), "02:00:00:00:01:00")
    Tcp(c, host, server, 1024 + i % 60000, 9971, (i, 0)).syn()
save("halfopen", c)

c = Capture()  # lengths that lie, in every layer
random.seed(1)
t = Tcp(c, pc, server, 5002, 9971).open()
t.data(0, hello_pki(uuid, [bytes(20)], declared=255))
t.close()
t = Tcp(c, server, pc, 5003, 16993).open()
t.data(1, struct.pack("!BHH", 22, 0x0301, 16000) + handshake(11, b"\xff\xff\xff" * 50))
t.data(1, record(22, b"\x0b\xff\xff\xff" + b"\x00" * 100) * 80)
t.data(0, record(22, handshake(11, b"\x00\x00\x06\xff\xff\xff\x01\x02\x03")))
c.udp(infra, 53, pc, 4000, dns(1, "provisionserver.a", [])[:12] + b"\x0fprovisionserver\xc0\x0c\0\1\0\1")
c.udp(infra, 53, pc, 4000, b"\0\1\x85\x80\0\1\xff\xff\0\0\0\0" + dns_name("provisionserver.a") + b"\0\1\0\1" + b"\xc0\x2a" * 40)
c.udp(pc, 68, infra, 67, dhcp(1, 1, pc.mac, 1)[:240] + b"\x35\x01\x01\x0c\xff" + b"\x0c\x00\x37\xfe" * 20)
c.udp(pc, 623, infra, 623, bytes.fromhex("06000006000011be4001ffff0000"))
plain = list(c.packets)
for when, data, length, link in plain:
    for _ in range(60):
        d = bytearray(data)
        for _ in range(random.randrange(1, 4)):
            d[random.randrange(len(d))] = random.choice((0, 1, 0x7F, 0x80, 0xFF, random.randrange(256)))
        c.packets.append((when + 1, bytes(d), len(d) + random.choice((0, 0, 5000)), random.choice((1, 1, 1, 113, 276, 101, 0, 108, 228, 229, 105))))
save("lies", c)

blocks = bytearray(open(out + "/lies.pcapng", "rb").read())
for i in range(40):
    b = bytearray(blocks)
    for _ in range(20):
        b[random.randrange(min(len(b), 4000 if i & 1 else len(b)))] ^= 1 << random.randrange(8)
    open("%s/flip%d.pcapng" % (out, i), "wb").write(b)
c = Capture()  # fragments that overlap and never end
for i in range(3000):
    c.packets.append((c.now + i, mac(server.mac) + mac(pc.mac) + b"\x08\x00" + struct.pack("!BBHHHBBH", 0x45, 0, 60, i % 7, 0x2000 | i % 8000, 64, 6, 0)
                      + ip(pc.ip) + ip(server.ip) + bytes(40), 74, 1))
save("fragments", c)
PY
run() { timeout 60 amt-hellocap "$@" >"$tmp/out" 2>"$tmp/err"; rc=$?; [ $rc -lt 4 ]; }
for f in records overlap halfopen lies fragments; do
	ok "$f ends with a verdict" run -r "$tmp/$f.pcapng" --json
	cp "$tmp/out" "$tmp/$f.json"
done
is "65,535 records" "$(jq '[.facts.hellos[].hashes | length] | add' "$tmp/records.json")" 65535
is "the first copy of a byte counts" "$(jq -r '.facts.hellos[0].pid' "$tmp/overlap.json")" ABCD1234
is "fragments that never become whole are counted" "$(jq '.facts.captures[0] | .fragments_relevant > 0 and .fragments >= .fragments_relevant' "$tmp/fragments.json")" true
ok "half-open connections under a small table" run -r "$tmp/halfopen.pcapng" --max-flows 64 --json
is "those given up are counted" "$(jq '.facts.evicted' "$tmp/out")" 29936
is "and nothing is kept without bound" "$(jq '.facts.connections | length <= 4224' "$tmp/out")" true
is "and silence is not concluded from" "$(jq -r '[.findings[] | select(.id == "X.HC1") | .verdict] | first' "$tmp/out")" warn
bad=$(for f in "$tmp"/flip*.pcapng; do run -r "$f" --format status || echo "${f##*/}: $rc"; done)
is "flipped bits anywhere in the file" "$bad" ""
bad=$(for f in records overlap lies; do amt-hellocap --replay "$tmp/$f.json" --json 2>/dev/null | jq .facts | cmp -s - <(jq .facts "$tmp/$f.json") || echo $f; done)
is "facts of all this survive a round trip" "$bad" ""
done_testing
