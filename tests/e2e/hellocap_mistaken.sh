#!/usr/bin/env bash
# What is easily mistaken for a fault, and the fault next to it: DHCP seen off a mirror port, answers to an
# INFORM and of boot servers, IPv6 beside IPv4, bytes that the capture has lost, zeros of a scanner.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
command -v jq >/dev/null || { skip "what is mistaken for a fault" "jq is not installed"; done_testing; exit; }
$PYTHON - "$tmp" captures/hello <<'PY'
import hashlib
import struct
import sys

out = sys.argv[1]
sys.path.insert(0, sys.argv[2])
from wire import *  # noqa

pc, server, infra = Host("10.1.0.16", "02:00:00:00:00:10"), Host("10.1.0.5", "02:00:00:00:00:05"), Host("10.1.0.2", "02:00:00:00:00:02")
other = Host("10.1.0.6", "02:00:00:00:00:06")
nobody, all_ = Host("0.0.0.0", pc.mac), Host("255.255.255.255", "ff:ff:ff:ff:ff:ff")
uuid = bytes(range(1, 17))
sha1 = [hashlib.sha1(bytes([i])).digest() for i in range(3)]
whole = hello_pki(uuid, sha1)
me = [(54, ip(infra.ip))]
both = me + [(51, bytes([0, 0, 2, 88])), (6, ip(infra.ip)), (15, b"corp.example")]
name = "provisionserver.corp.example"


def save(name, c):
    write_pcapng("%s/%s.pcapng" % (out, name), c, "synthetic")


def says(c, data=whole, to=server, port=5000, cuts=()):
    t = Tcp(c, pc, to, port, 9971).open()
    for at in range(0, len(data), 40):
        if at not in cuts:
            t.segment(0, PSH | ACK, data[at:at + 40], seq=t.next[0] + at)
    t.next[0] += len(data)
    t.close()


def client(c, kind, options=(), ciaddr="0.0.0.0"):
    c.udp(nobody, 68, all_, 67, dhcp(1, kind, pc.mac, 1, ciaddr=ciaddr, options=options))


def lease(c):
    client(c, 1)
    c.udp(infra, 67, all_, 68, dhcp(2, 2, pc.mac, 1, pc.ip, options=both))
    client(c, 3, me)
    c.udp(infra, 67, all_, 68, dhcp(2, 5, pc.mac, 1, pc.ip, options=both))


def ask(c, answers, kind=1, number=1):
    c.udp(pc, 4000 + number, infra, 53, dns(number, name, kind=kind))
    c.udp(infra, 53, pc, 4000 + number, dns(number, name, answers, kind=kind))


c = Capture()  # without a mirror port: broadcasts only
for _ in range(2):
    client(c, 1)
    client(c, 3, me)
    c.wait(6)
client(c, 1)
save("broadcasts", c)
c = Capture()  # given back, then nobody answers
client(c, 7, me, pc.ip)
for _ in range(3):
    client(c, 1)
    c.wait(6)
save("released", c)
c = Capture()
lease(c)
client(c, 8, ciaddr=pc.ip)
c.udp(infra, 67, pc, 68, dhcp(2, 5, pc.mac, 2, ciaddr=pc.ip, options=me))
ask(c, [(1, ip(server.ip))])
says(c)
save("inform", c)
c = Capture()
client(c, 8, ciaddr=pc.ip)
c.udp(infra, 67, pc, 68, dhcp(2, 5, pc.mac, 2, ciaddr=pc.ip, options=both[2:]))
says(c)
save("no-lease", c)
c = Capture()  # the boot server of operating system deployment
lease(c)
c.udp(pc, 68, other, 4011, dhcp(1, 3, pc.mac, 3, ciaddr=pc.ip, options=[(60, b"PXEClient")]))
c.udp(other, 4011, pc, 68, dhcp(2, 5, pc.mac, 3, pc.ip, options=[(54, ip(other.ip)), (60, b"PXEClient")]))
ask(c, [(1, ip(server.ip))])
says(c)
save("boot-server", c)

c = Capture()
ask(c, [(1, ip(server.ip))])
ask(c, [(28, ip("2001:db8::5"))], 28, 2)
says(c)
save("both-families", c)
c = Capture()
t = Tcp(c, Host("2001:db8::16", pc.mac), Host("2001:db8::5", server.mac), 5000, 9971).open().data(0, whole)
t.close()
save("ipv6", c)
c = Capture()
ask(c, [(1, ip(server.ip))])
says(c, to=other)
save("not-the-answer", c)
c = Capture()
ask(c, [(1, ip(server.ip)), (1, ip(other.ip))])
says(c, to=other)
save("second-answer", c)

for what, cuts in (("first", (0,)), ("middle", (40,)), ("last", (80,)), ("all", (0, 40, 80)), ("none", ())):
    c = Capture()
    says(c, cuts=cuts)
    save("lost-" + what, c)
c = Capture()
says(c, b"")
save("nothing-sent", c)
for snap in (54, 60, 62, 75):
    c = Capture()
    says(c, hello_psk(uuid, "ABCD1234"))
    c.packets = [(when, data[:snap], length, link) for when, data, length, link in c.packets]
    save("snap-%d" % snap, c)
c = Capture()
says(c, bytes(64))
save("zeros", c)
c = Capture()
says(c, hello_psk(uuid, "ABCD1234")[:31])
save("pid-cut", c)
for what, data in (("four-bytes", whole[:4]), ("seven-bytes", whole[:7]), ("other-four", b"ping")):
    c = Capture()
    says(c, data)
    save(what, c)
c = Capture()  # simple packet blocks: no time of anything is known
for i in range(3):
    says(c, hello_pki(uuid, sha1, i), port=5000 + i)
with open(out + "/timeless.pcapng", "wb") as f:
    f.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(1, struct.pack("<HHI", 1, 0, 0)))
    for _, data, _, _ in c.packets:
        f.write(block(3, struct.pack("<I", len(data)) + data + bytes(-len(data) % 4)))
c = Capture()
says(c, struct.pack("<HHI", 0, 3, 0) + uuid + b"\x01\x02\x14" + sha1[0])
save("type-and-length", c)
c = Capture()
says(c, hello_pki(uuid, sha1, retry=15))
save("retry-15", c)

c = Capture()
says(c)
Tcp(c, server, pc, 5002, 16993).open().data(0, tls_client_hello()).reset(1)
save("reset-at-once", c)
c = Capture()  # a sweep, with a hello in it
for i in range(20):
    Tcp(c, other, Host("10.1.0.%d" % (100 + i), "02:00:00:00:02:%02x" % i), 6000 + i, 9971).refused()
says(c)
save("sweep", c)
c = Capture()
Tcp(c, pc, server, 5000, 9971).refused()
c.wait(60)
says(c, port=5001)
save("refused-then-answered", c)
c = Capture()
says(c)
c.wait(60)
Tcp(c, pc, server, 5001, 9971).refused()
save("answered-then-refused", c)
c = Capture()  # a mirror of one direction
says(c)
at = len(c.packets)
t = Tcp(c, server, pc, 5002, 16993).open().data(0, tls_client_hello())
c.wait(20)
t.close()
c.packets = c.packets[:at] + [p for p in c.packets[at:] if p[1][6:12] == mac(server.mac)]
c.wait(20)
c.udp(infra, 9, server, 9, b"")
save("one-direction", c)
c = Capture()
says(c)
supported = struct.pack("!HHH", 43, 2, 0x0304)
for port in (5002, 5003):  # twice refused, as TLS 1.3 does it: encrypted
    t = Tcp(c, server, pc, port, 16993).open().data(0, tls_client_hello())
    body = b"\3\3" + bytes(32) + b"\0\x13\x01\0" + struct.pack("!H", len(supported)) + supported
    t.data(1, record(22, handshake(2, body), 0x0303) + record(20, b"\1", 0x0303) + application(1500))
    t.data(0, record(20, b"\1", 0x0303) + application(2000)).data(1, application(19)).close(1)
    c.wait(10)
save("tls-1.3", c)
c = Capture()
question = dns(1, name)
c.udp(pc, 4001, infra, 53, question)
c.udp(infra, 53, pc, 4001, question[:2] + b"\x87\x80" + question[4:])
save("truncated-answer", c)

def snapped(name, c, snap):
    c.packets = [(when, data[:snap], length, link) for when, data, length, link in c.packets]
    save(name, c)


for snap in (100, 290, 310):  # DNS answer; both options of the ACK; the second of them
    c = Capture()
    lease(c)
    ask(c, [(1, ip(server.ip))])
    says(c)
    snapped("snap-options-%d" % snap, c, snap)
for what, six, fifteen in (("blank", ip(infra.ip), b" "), ("nul", ip(infra.ip), b"\0"), ("trailing", ip(infra.ip), b"corp.example "),
                           ("zero", bytes(4), b"corp.example")):
    c = Capture()
    c.udp(infra, 67, all_, 68, dhcp(2, 5, pc.mac, 1, pc.ip, options=me + [(6, six), (15, fifteen)]))
    ask(c, [(1, ip(server.ip))])
    says(c)
    save("options-" + what, c)
c = Capture()  # another server than the one that was asked refuses, a moment later
lease(c)
c.udp(other, 67, all_, 68, dhcp(2, 6, pc.mac, 1, options=[(54, ip(other.ip))]))
ask(c, [(1, ip(server.ip))])
says(c)
save("other-refuses", c)
c = Capture()
for _ in range(3):
    client(c, 3, [(50, ip(pc.ip))])
    c.udp(infra, 67, all_, 68, dhcp(2, 6, pc.mac, 1, options=me))
    c.wait(5)
save("refused-address", c)
c = Capture()
for _ in range(2):
    client(c, 1)
    c.udp(infra, 67, all_, 68, dhcp(2, 2, pc.mac, 1, pc.ip, options=both))
    client(c, 3, me)
    c.wait(5)
save("never-granted", c)
c = Capture()  # both sides of a relay agent
for _ in range(3):
    client(c, 1)
    c.udp(Host("10.1.0.1", other.mac), 67, infra, 67, dhcp(1, 1, pc.mac, 1)[:24] + ip("10.1.0.1") + dhcp(1, 1, pc.mac, 1)[28:])
    c.wait(5)
save("relayed", c)

c = Capture()
ask(c, [], 28)
says(c)
save("no-ipv6-address", c)
c = Capture()  # an address, and not that of the name
question = dns(1, name)
c.udp(pc, 4001, infra, 53, question)
c.udp(infra, 53, pc, 4001, question[:2] + b"\x85\x80\0\1\0\1\0\0\0\0" + question[12:] + dns_name("www.example") +
      struct.pack("!HHIH", 1, 1, 60, 4) + ip(server.ip))
save("another-name", c)
c = Capture()  # aliases behind what they lead to
target = dns_name("sccm.example")
ask(c, [(5, target)])
c.packets = c.packets[:1]
c.udp(infra, 53, pc, 4001, question[:2] + b"\x85\x80\0\1\0\2\0\0\0\0" + question[12:] + target + struct.pack("!HHIH", 1, 1, 60, 4) +
      ip(server.ip) + struct.pack("!HHHIH", 0xC00C, 5, 1, 60, len(target)) + target)
says(c)
save("alias-last", c)
c = Capture()
lease(c)
ask(c, [(1, ip(server.ip))])
Tcp(c, pc, server, 5000, 9971).syn()
c.wait(20)
c.udp(infra, 9, server, 9, b"")
save("unanswered", c)


def called(name, messages, hello=whole, reset=0):
    """A hello, then a call back: (way, bytes) in turn."""
    c = Capture()
    says(c, hello)
    t = Tcp(c, server, pc, 5002, 16993).open()
    for way, data in messages:
        t.data(way, data)
    t.reset(reset)
    save(name, c)


old = b"\x01\3\1" + struct.pack("!HHH", 9, 0, 16) + bytes.fromhex("00002f000035010080") + bytes(16)
old = struct.pack("!H", 0x8000 | len(old)) + old  # as SSL 2 said hello: Windows Server 2003
mine = record(22, tls_server_hello() + tls_certificates([b"der"]) + TLS_REQUEST + TLS_DONE)
theirs = record(22, tls_certificates([b"der of the leaf", b"of the root"]) + TLS_KEY_RSA + TLS_VERIFY) + TLS_FINISHED
called("ssl2-hello", [(0, old), (1, mine), (0, theirs), (1, TLS_FINISHED + application(9000))])
called("ssl2-refused", [(0, old), (1, mine), (0, theirs), (1, alert(48))], reset=1)
called("ssl3-nothing-to-show", [(0, tls_client_hello(version=0x300)), (1, mine), (0, alert(41, 1) + record(22, TLS_KEY_RSA) + TLS_FINISHED),
                                (1, alert(40))])
called("warned-first", [(0, tls_client_hello()), (1, alert(112, 1)), (1, alert(70))])
called("alert-at-once", [(0, tls_client_hello()), (1, alert(80))])
psk = [(0, tls_client_hello((0x8C,))), (1, record(22, tls_server_hello(0x8C) + TLS_DONE)),
       (0, record(22, tls_key_psk("ABCD-1234")) + TLS_FINISHED), (1, TLS_FINISHED + application(9000))]
called("psk-with-dash", psk, hello_psk(uuid, "ABCD1234"))
called("psk-with-dash-refused", psk[:3] + [(1, alert(51))], hello_psk(uuid, "ABCD1234"))
hourly = (60,) * 5 + (300,) * 12 + (3600,) * 23
for what, gaps, rest in (("stopped", (60, 60, 60), 7200), ("paused", (60, 60, 60), 350), ("over", hourly, 7200)):
    c = Capture()
    for i, gap in enumerate((0,) + gaps):
        c.wait(gap)
        says(c, hello_pki(uuid, sha1, min(i, 14)), port=5000 + i)
    c.wait(rest)
    c.udp(infra, 9, server, 9, b"")
    save(what, c)
two = bytes(range(2, 18))
for what, order, macs in (("nat", (0, 1, 0, 1), (pc.mac, pc.mac)), ("handed-on", (0, 0, 1, 1), (pc.mac, other.mac)),
                          ("interleaved", (0, 1, 0), (pc.mac, other.mac))):
    c = Capture()
    for i, who in enumerate(order):
        t = Tcp(c, Host(pc.ip, macs[who]), server, 5000 + i, 9971).open()
        t.data(0, hello_pki((uuid, two)[who], sha1, i)).close()
        c.wait(10)
    save(what, c)
c = Capture()  # as dumpcap -f "tcp port 9971" writes it
for i in range(3):
    says(c, hello_pki(uuid, sha1, i), port=5000 + i)
    c.wait(60)
for what, text in (("no", None), ("narrow", b"tcp port 9971"), ("wide", b"tcp port 9971 or tcp portrange 16992-16995 or port 53 or udp port 67 or udp port 68")):
    with open("%s/filter-%s.pcapng" % (out, what), "wb") as f:
        f.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
        f.write(block(1, struct.pack("<HHI", 1, 0, 0) + (option(11, b"\0" + text) + bytes(4) if text else b"")))
        for when, data, _, _ in c.packets:
            us = round(when * 1e6)
            f.write(block(6, struct.pack("<IIIII", 0, us >> 32, us & 0xFFFFFFFF, len(data), len(data)) + data + bytes(-len(data) % 4)))
PY

like() { # NAME TEXT PART
	case $2 in *"$3"*) pass_ "$1" ;; *) fail_ "$1: '$2'" ;; esac
}
# told CAPTURE "rows" "findings that are no pass" [options]; what stands out goes to $text
told() {
	local f=$1 rows=$2 findings=$3 got; shift 3
	amt-hellocap -r "$tmp/$f.pcapng" "$@" --json >"$tmp/j" 2>"$tmp/e"
	got=$(jq -r '[.facts.devices[].symptoms[].row] | join(" ")' "$tmp/j")
	is "$f: rows" "$got" "$rows"
	got=$(jq -r '[.findings[] | select(.verdict != "pass" and .id != "X.HC1" and .id != "X.HC2") | .id + "=" + .verdict] | join(" ")' "$tmp/j")
	is "$f: findings" "$got" "$findings"
	text=$(jq -r '[.facts.devices[].symptoms[].text] | join("; ")' "$tmp/j")
}
told broadcasts "" "S2.C12=unknown"
told released 2 "P.14=fail"
told inform "" ""
told no-lease "" ""
is "an INFORM leases nothing" "$(jq -r '[.findings[].id | select(. == "S1.V12")] | length' "$tmp/j")" 0
told boot-server "" ""
told both-families "" "" --server 10.1.0.5
told both-families 8 "S2.C14a=fail" --server 10.1.0.5 --server 2001:db8::6
told ipv6 36 "P.40=warn S2.C14b=unknown" --server 10.1.0.5
told ipv6 36 "P.40=warn S2.C14b=fail" --server 2001:db8::6
told not-the-answer 9 "S2.C14c=warn"
like "both addresses are named" "$text" "connects to 10.1.0.6, though DNS gave 10.1.0.5"
told second-answer "" ""
for what in first middle last all; do
	told lost-$what 15 "X.HC4=warn"
	like "lost-$what: why" "$text" "a segment is missing from the capture"
done
told lost-none "" ""
told nothing-sent 13 "X.HC3=warn"
for snap in 54 60 62; do
	told snap-$snap 15 "X.HC4=warn"
	like "snap-$snap: why" "$text" "can't be read: the capture's snap length cut it"
done
told snap-75 15 "X.HC4=warn"
told zeros 14 "X.HC3=warn"
told pid-cut "15 16" "X.HC4=warn S1.V19=warn"
like "a PID that is cut is not shown" "$text" "its PID is cut off"
told four-bytes 15 "X.HC4=warn"
like "a hello that broke off at once is no other protocol" "$text" "truncated at byte 4 of its header"
told seven-bytes 15 "X.HC4=warn"
told other-four 14 "X.HC3=warn"
told timeless "" "S2.C13a=unknown"
is "no time is not 1970" "$(grep -c 1970 "$tmp/j")" 0
is "nor a time at all" "$(jq -c '[.facts.hellos[].time, .facts.devices[].timeline[].time, .facts.captures[].first] | unique' "$tmp/j")" '[null]'
amt-hellocap --replay "$tmp/j" --json >"$tmp/j2" 2>/dev/null
is "and read back it is judged the same" "$(jq -c '[.findings[] | [.id, .verdict, .summary]]' "$tmp/j2")" "$(jq -c '[.findings[] | [.id, .verdict, .summary]]' "$tmp/j")"
told type-and-length "" "X.HC4=warn"
told retry-15 "" "X.HC4=warn"
like "a retry count out of the documented range is said" "$(jq -r '.findings[] | select(.id == "X.HC4") | .summary' "$tmp/j")" "retry count 15"
told refused-then-answered "" ""
told answered-then-refused 10 "P.35=fail"
told one-direction "" "X.HC5=unknown"
told reset-at-once "" "X.HC5=unknown"
told sweep 13 "X.HC3=warn" --server 10.1.0.5
told paused 21 "S3.C02a=warn"
told stopped 21 "S3.C02a=warn S2.C13a=warn"
told over "21 34" "S3.C02a=warn S2.C13a=warn S2.C13a=fail"
told filter-no 21 "S3.C02a=warn"
told filter-wide 21 "S3.C02a=warn"
told filter-narrow "" ""
like "a filter of the capture's own is said" "$(jq -r '.findings[] | select(.id == "X.HC1") | .summary' "$tmp/j")" "through a filter that leaves out calls back"
told nat "" "S3.C02a=warn S2.C13a=unknown S2.C13a=unknown"
like "who shares an address" "$(jq -r '.findings[] | select(.id == "S3.C02a") | .subject + ": " + .summary' "$tmp/j")" "10.1.0.16: 2 UUIDs"
told interleaved "" "S3.C02a=warn S2.C13a=unknown"
told handed-on "" "S2.C13a=unknown S2.C13a=unknown"
told tls-1.3 "" "X.HC5=unknown"
told truncated-answer "" "S2.C12=unknown"
told ssl2-hello "" ""
told ssl2-refused 27 "X.HC5=fail"
like "the alert is named" "$text" "AMT sends TLS alert 48 (unknown CA)"
told ssl3-nothing-to-show 28 "S1.V11a=warn"
told warned-first 29 "X.HC5=warn"
told alert-at-once "" "X.HC5=unknown"
like "and who sent it" "$(jq -r '.findings[] | select(.id == "X.HC5") | .summary' "$tmp/j")" "ends with TLS alert 80 of AMT"
told psk-with-dash 16 "S1.V19=warn"
told psk-with-dash-refused "30 16" "S1.V20=warn S1.V19=warn"
told snap-options-100 "" ""
told snap-options-290 "" ""
told snap-options-310 "" ""
told options-blank 4 "S1.V15=fail"
told options-nul 4 "S1.V15=fail"
told options-trailing "" "S1.V15=warn"
told options-zero 3 "P.15=fail"
told other-refuses "" ""
is "the lease is of who granted it" "$(jq -r '.facts.dhcp[0].server' "$tmp/j")" 10.1.0.2
told refused-address "" "S1.V12=warn S2.C12=unknown"
is "refusals are in the timeline" "$(jq -r '.facts.devices[0].timeline[].detail' "$tmp/j")" "3 NAK: the address is refused"
told never-granted "" "S1.V12=warn S2.C12=unknown"
told relayed 2 "P.14=fail"
like "what a relay repeats is counted once" "$text" "3 DHCP DISCOVER"
told no-ipv6-address "" ""
told another-name 7 "S2.C14a=fail"
told alias-last "" "" --server 10.1.0.5
told unanswered 11 "P.35=fail"
told unanswered 11 "P.35=unknown" tcp dst port 9971 or udp
like "what is not seen through a filter did not fail" "$text" "where a filter was set"
told inform 9 "S2.C14c=unknown" not port 53
done_testing
