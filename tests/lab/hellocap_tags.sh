#!/usr/bin/env bash
# Live, on two interfaces at once and on `any`: VLAN tags (one, two of either kind), IPv6, fragments of both versions, an
# IPv6 header before TCP, and a computer that is only heard asking for addresses. What the kernel's filter lets through.
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/hellocap_net.sh
hellocap_ns "tags and fragments live" "$0" "$@"
. tests/lib.sh
for need in ip nsenter jq; do
	command -v $need >/dev/null || { skip "tags and fragments live" "$need is not installed"; done_testing; exit; }
done
hellocap_links 2 || { skip "tags and fragments live" "veth can't be made"; done_testing; exit; }
cat >"$tmp/send.py" <<'PY'
import socket, struct, sys
sys.path.insert(0, "captures/hello")
from wire import checksum, ip, mac, pseudo  # noqa
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0))
net = int(sys.argv[2])
me = mac("02:00:00:00:00:77")


def send(kind, data, tags=b""):
    s.send(b"\xff" * 6 + me + tags + struct.pack(">H", kind) + data)


def v4(i, l4, offset=0, more=0):
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(l4), i, more << 13 | offset >> 3, 64, 6, 0) + ip("10.9.%d.%d" % (net, 100 + i)) + ip("10.9.%d.5" % net) + l4


def v6(i, l4, following=6):
    return struct.pack(">IHBB", 6 << 28, len(l4), following, 64) + ip("2001:db8:%d::%d" % (net, i)) + ip("2001:db8:%d::5" % net) + l4


def hello(i):
    return struct.pack(">HHIIBBHHH", 5000 + i, 9971, 1, 1, 80, 24, 8192, 0, 0) + struct.pack("<HHI", 0, 2, 0) + bytes([i, net]) + b"hellocap-tags\0" + b"ABCD%04d" % i


send(0x0800, v4(1, hello(1)))
send(0x0800, v4(2, hello(2)), bytes.fromhex("81000005"))
send(0x0800, v4(3, hello(3)), bytes.fromhex("88a8000781000005"))
send(0x0800, v4(4, hello(4)), bytes.fromhex("8100000781000005"))
send(0x86DD, v6(5, hello(5)))
send(0x0800, v4(6, hello(6)[:32], 0, 1))
send(0x0800, v4(6, hello(6)[32:], 32))
send(0x86DD, v6(7, struct.pack(">BBHI", 6, 0, 1, 9) + hello(7)[:32], 44))
send(0x86DD, v6(7, struct.pack(">BBHI", 6, 0, 32, 9) + hello(7)[32:], 44))
send(0x86DD, v6(8, bytes([6, 0, 1, 4, 0, 0, 0, 0]) + hello(8), 60))
send(0x0806, bytes.fromhex("0001080006040001") + me + ip("10.9.%d.77" % net) + bytes(6) + ip("10.9.%d.1" % net))
PY
send() { nsenter -t $client -n $PYTHON "$tmp/send.py" "me$1" "$1"; }
confined() { grep -q '^NoNewPrivs:.*1' "/proc/$1/status" 2>/dev/null; }
amt-hellocap -i srv0 -i srv1 --count 16 --duration 20 --json -o "$tmp/two" --expect 02:00:00:00:00:77 -w "$tmp/two.pcapng" 2>"$tmp/err" & two=$!
amt-hellocap -i any --count 16 --duration 20 --json -o "$tmp/any" --expect 10.9.0.77 2>"$tmp/err2" & any=$!
until_ confined $two; until_ confined $any
send 0; send 1; wait $two $any
told() { jq -c '[.facts.hellos[] | [.uuid[6:8], .uuid[4:6]] | join(":")] | sort' "$tmp/$1"; }
want='["01:00","01:01","02:00","02:01","03:00","03:01","04:00","04:01","05:00","05:01","06:00","06:01","07:00","07:01","08:00","08:01"]'
is "two interfaces at once: all hellos of both" "$(told two)" "$want"
is "each with its interface" "$(jq -c '.facts.captures | map(.name)' "$tmp/two")" '["srv0","srv1"]'
is "any: the same" "$(told any)" "$want"
ok "a computer is counted by whatever it sends" jq -e '.facts.expected[0].frames >= 8' "$tmp/two"
ok "and by its address, when it only asks for others'" jq -e '.facts.expected[0].frames >= 1' "$tmp/any"
amt-hellocap -r "$tmp/two.pcapng" --json >"$tmp/again" 2>/dev/null
is "-w keeps all of them, of both interfaces" "$(told again)" "$want"
done_testing
