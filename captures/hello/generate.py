#!/usr/bin/env python3
"""Makes the captures of this folder anew: synthetic, no packet of them was ever on a wire.

    generate.py FOLDER      every capture into FOLDER (tests compare them with the committed ones)

Rows are those of the symptom table (handbook hello.md, section 6).
"""
import hashlib
import os
import sys

from wire import *  # noqa: F403

HERE = os.path.dirname(os.path.abspath(__file__))


def der(name):
    with open(os.path.join(HERE, "certs", name), "rb") as f:
        return f.read()


ROOT, LEAF, AMT = der("root.der"), der("leaf.der"), der("amt.der")
UUID = bytes.fromhex("78563412bc9af0de1122334455667788")
UUID2 = bytes.fromhex("785634123412f0de1122334455667799")
OTHER = [hashlib.sha256(b"a").digest(), hashlib.sha1(b"a").digest()]
LIST = OTHER + [hashlib.sha256(ROOT).digest(), hashlib.sha1(ROOT).digest()]

pc = Host("10.1.0.16", "02:00:00:00:00:10")
pc2 = Host("10.1.0.17", "02:00:00:00:00:11")
server = Host("10.1.0.5", "02:00:00:00:00:05")
wrong = Host("10.1.0.66", "02:00:00:00:00:66")
infra = Host("10.1.0.2", "02:00:00:00:00:02")
nobody = Host("0.0.0.0", "02:00:00:00:00:10")
everybody = Host("255.255.255.255", "ff:ff:ff:ff:ff:ff")
pc6 = Host("2001:db8::10", "02:00:00:00:00:10")
server6 = Host("2001:db8::5", "02:00:00:00:00:05")

ROWS = {}


def row(name):
    def add(function):
        ROWS[name] = function
        return function
    return add


def lease(c, dns=True, suffix=True, ack=True):
    options = [(12, b"pc16"), (55, bytes([1, 3, 6, 15]))]
    c.udp(nobody, 68, everybody, 67, dhcp(1, 1, pc.mac, 0x1234, options=options))
    given = [(54, ip(infra.ip)), (51, struct.pack("!I", 28800)), (1, ip("255.255.255.0"))]
    given += [(6, ip(infra.ip))] if dns else []
    given += [(15, b"corp.example.com")] if suffix else []
    c.wait(0.05)
    c.udp(infra, 67, pc, 68, dhcp(2, 2, pc.mac, 0x1234, yiaddr=pc.ip, options=given))
    c.udp(nobody, 68, everybody, 67, dhcp(1, 3, pc.mac, 0x1234, options=options + [(50, ip(pc.ip)), (54, ip(infra.ip))]))
    c.udp(infra, 67, pc, 68, dhcp(2, 5, pc.mac, 0x1234, yiaddr=pc.ip, options=given))
    c.wait(0.5)


def question(c, name, address=None, rcode=0, ident=7, silent=False):
    c.udp(pc, 4000 + ident, infra, 53, dns(ident, name))
    c.wait(0.01)
    if not silent:
        c.udp(infra, 53, pc, 4000 + ident, dns(ident, name, [(1, ip(address))] if address else [], rcode))
    c.wait(0.01)


def found(c, address=None):
    question(c, "ProvisionServer", rcode=3, ident=6)
    question(c, "ProvisionServer.corp.example.com", address or server.ip)


def say(c, message, source=None, target=None, port=9971, cport=None, mss=1460):
    say.port += 1
    t = Tcp(c, source or pc, target or server, cport or say.port, port, (say.port * 7919, say.port * 104729), mss)
    t.open()
    t.data(0, message)
    t.close()


def hello(c, retry=0, hashes=None, uuid=UUID, **kw):
    say(c, hello_pki(uuid, LIST if hashes is None else hashes, retry), **kw)


def call(c, port=16993, target=None, cport=None):
    call.port += 1
    return Tcp(c, server, target or pc, cport or call.port, port, (call.port * 31337, call.port * 271828))


def amt_first(t, cipher=0x002F, request=True, ders=(AMT,)):
    flight = tls_server_hello(cipher) + tls_certificates(ders) + (TLS_REQUEST if request else b"") + TLS_DONE
    t.data(0, tls_client_hello())
    t.data(1, record(22, flight))


def session(c, n, seconds=0.2, up=400):
    t = call(c).open()
    amt_first(t)
    t.data(0, record(22, tls_certificates([LEAF, ROOT]) + TLS_KEY_RSA + TLS_VERIFY) + TLS_FINISHED)
    t.data(1, TLS_FINISHED)
    t.data(0, application(up))
    c.wait(seconds)
    t.data(1, application(n))
    t.close()


def idle(c, seconds, step=300):
    """The host's own traffic, so that the capture is seen to go on."""
    end = c.now + seconds
    while c.now + step < end:
        c.wait(step)
        c.udp(pc, 123, infra, 123, bytes([0x23]) + bytes(47))
    c.wait(max(0, end - c.now))
    c.udp(pc, 123, infra, 123, bytes([0x23]) + bytes(47))


@row("row01-silence")
def _(c):
    idle(c, 70 * 60)


@row("row01-arp-only")
def _(c):
    """All that is heard of it are questions for the router's MAC."""
    for _ in range(70):
        c.ether(pc.mac, "ff:ff:ff:ff:ff:ff", 0x0806, bytes.fromhex("0001080006040001") + mac(pc.mac) + ip(pc.ip) + bytes(6) + ip("10.1.0.1"))
        c.wait(60)


@row("row02-no-offer")
def _(c):
    for _ in range(4):
        c.udp(nobody, 68, everybody, 67, dhcp(1, 1, pc.mac, 0x1234))
        c.wait(8)


@row("row03-no-option-6")
def _(c):
    lease(c, dns=False)
    call(c, 9971)  # nothing follows: the ME has no DNS server
    question(c, "ProvisionServer.corp.example.com", server.ip)


@row("row04-no-option-15")
def _(c):
    lease(c, suffix=False)
    question(c, "ProvisionServer", server.ip)
    hello(c)


@row("row05-no-step")
def _(c):
    lease(c)
    idle(c, 120, 40)


@row("row06-bare-name-only")
def _(c):
    for i in range(3):
        question(c, "ProvisionServer", rcode=3, ident=10 + i)
        c.wait(5)


@row("row07-nxdomain")
def _(c):
    question(c, "ProvisionServer", rcode=3, ident=6)
    question(c, "ProvisionServer.corp.example.com", rcode=3)


@row("row07-no-answer")
def _(c):
    for i in range(3):
        question(c, "ProvisionServer.corp.example.com", ident=10 + i, silent=True)
        c.wait(4)
    idle(c, 10, 5)


@row("row08-wrong-answer")
def _(c):
    found(c, wrong.ip)
    hello(c, target=wrong)


@row("row09-fixed-address")
def _(c):
    lease(c)
    hello(c)


@row("row10-refused")
def _(c):
    for i in range(3):
        Tcp(c, pc, server, 5000 + i, 9971, (1000 * i, 0)).refused()
        c.wait(60)


@row("row11-swallowed")
def _(c):
    for i in range(2):
        t = Tcp(c, pc, server, 5000 + i, 9971, (77777 * i, 0))
        for pause in (3, 6, 12):
            t.syn()
            c.wait(pause)
    idle(c, 10, 5)


@row("row12-icmp")
def _(c):
    t = Tcp(c, pc, server, 5000, 9971)
    t.syn()
    quoted = c.packets[-1][1][14:14 + 28]
    body = struct.pack("!BBHI", 3, 13, 0, 0) + quoted
    c.send(infra, pc, 1, body[:2] + struct.pack("!H", checksum(body)) + body[4:])
    c.wait(3)


@row("row13-no-data")
def _(c):
    for i in range(2):
        Tcp(c, wrong, server, 6000 + i, 9971, (9 * i, 8 * i)).open().close()
        c.wait(5)


@row("row14-http")
def _(c):
    say(c, b"GET / HTTP/1.1\r\nHost: provisionserver\r\n\r\n", source=wrong)


@row("row14-tls")
def _(c):
    say(c, tls_client_hello(), source=wrong)


@row("row15-truncated")
def _(c):
    say(c, hello_pki(UUID, LIST)[:80])


@row("row15-cut-in-header")
def _(c):
    say(c, hello_pki(UUID, LIST)[:17])


@row("row16-psk")
def _(c):
    say(c, hello_psk(UUID, "ABCD1234"))


@row("row17-two-pids")
def _(c):
    say(c, hello_psk(UUID, "ABCD1234"))
    say(c, hello_psk(UUID2, "WXYZ9876"), source=pc2)


@row("row18-empty-list")
def _(c):
    hello(c, hashes=[])


@row("row19-root-not-listed")
def _(c):
    hello(c, hashes=OTHER)


@row("row20-sha256-only")
def _(c):
    hello(c, hashes=[h for h in LIST if len(h) == 32])


@row("row21-no-call-back")
def _(c):
    for i in range(4):
        hello(c, retry=i)
        c.wait(60)


@row("row22-wrong-address")
def _(c):
    hello(c)
    c.wait(2)
    t = call(c, target=wrong)
    for pause in (3, 6, 12):
        t.syn()
        c.wait(pause)
    idle(c, 10, 5)


@row("row23-call-swallowed")
def _(c):
    hello(c)
    t = call(c)
    for pause in (3, 6, 12):
        t.syn()
        c.wait(pause)
    idle(c, 10, 5)


@row("row24-call-refused")
def _(c):
    hello(c)
    call(c).refused()


@row("row25-discovery-only")
def _(c):
    t = call(c, 16992).open()
    t.data(0, b"GET / HTTP/1.1\r\nHost: pc16\r\n\r\n")
    t.data(1, b"HTTP/1.1 303 See Other\r\nLocation: /logon.htm\r\nContent-Length: 0\r\n"
              b"Server: Intel(R) Active Management Technology 7.1.91\r\n\r\n")
    t.close()


@row("row26-amt-certificate-refused")
def _(c):
    hello(c)
    t = call(c).open()
    amt_first(t)
    t.data(0, alert(42))
    t.close()


@row("row27-chain-refused")
def _(c):
    hello(c)
    t = call(c).open()
    amt_first(t)
    t.data(0, record(22, tls_certificates([LEAF, ROOT]) + TLS_KEY_RSA + TLS_VERIFY) + TLS_FINISHED)
    t.data(1, alert(48))
    t.close(1)


@row("row27-chain-refused-reset")
def _(c):
    hello(c)
    t = call(c).open()
    amt_first(t)
    t.data(0, record(22, tls_certificates([LEAF, ROOT]) + TLS_KEY_RSA + TLS_VERIFY) + TLS_FINISHED)
    t.reset(1)


@row("row28-empty-certificate")
def _(c):
    hello(c)
    t = call(c).open()
    amt_first(t)
    t.data(0, record(22, tls_certificates([]) + TLS_KEY_RSA) + TLS_FINISHED)
    t.data(1, alert(40))
    t.close(1)


@row("row29-version")
def _(c):
    hello(c)
    t = call(c).open()
    t.data(0, tls_client_hello())
    t.data(1, alert(70))
    t.close(1)


@row("row30-psk-refused")
def _(c):
    say(c, hello_psk(UUID, "ABCD1234"))
    t = call(c).open()
    t.data(0, tls_client_hello((0x008D, 0x008C)))
    t.data(1, record(22, tls_server_hello(0x008C) + TLS_DONE))
    t.data(0, record(22, tls_key_psk("ABCD1234")) + TLS_FINISHED)
    t.data(1, alert(51))
    t.close(1)


@row("row30-other-identity")
def _(c):
    say(c, hello_psk(UUID, "ABCD1234"))
    t = call(c).open()
    t.data(0, tls_client_hello((0x008D, 0x008C)))
    t.data(1, record(22, tls_server_hello(0x008C) + TLS_DONE))
    t.data(0, record(22, tls_key_psk("WXYZ9876")) + TLS_FINISHED)
    t.data(1, alert(115))
    t.close(1)


@row("row31-login-fails")
def _(c):
    hello(c)
    for _ in range(3):
        session(c, 300)
        c.wait(20)


@row("row32-provisioned")
def _(c):
    hello(c)
    session(c, 20000, 18)
    c.wait(5)
    session(c, 9000, 3)
    idle(c, 200, 60)


@row("row33-first-stage-only")
def _(c):
    hello(c)
    session(c, 20000, 18)
    c.wait(60)
    hello(c, retry=1)


@row("row34-hourly")
def _(c):
    for i in range(3):
        hello(c, retry=11 + i)
        session(c, 9000) if i == 2 else c.wait(3600)


@row("row35-two-servers")
def _(c):
    hello(c)
    hello(c, target=wrong)


@row("row36-ipv6")
def _(c):
    hello(c, source=pc6, target=server6)


@row("row37-one-uuid-two-hosts")
def _(c):
    hello(c)
    hello(c, source=pc2)


@row("row38-not-finished")
def _(c):
    hello(c)
    session(c, 20000, 18)
    c.wait(5)
    c.udp(server, 700, pc, 623, ping())
    c.udp(pc, 623, server, 700, pong(16993, 1))


@row("row39-redirection-off")
def _(c):
    session(c, 9000)
    call(c, 16995).refused()


# ---- beside the table ---------------------------------------------------------

@row("good-whole-story")
def _(c):
    lease(c)
    found(c)
    hello(c)
    session(c, 20000, 18)
    c.wait(5)
    session(c, 9000, 3)
    idle(c, 200, 60)


@row("good-cadence")
def _(c):
    retry = 0
    for gap, times in ((60, 5), (300, 12)):
        for _ in range(times):
            hello(c, retry=retry)
            retry += 1
            c.wait(gap)


@row("good-restart-and-loss")
def _(c):
    for retry in (0, 1, 4, 0, 1):
        hello(c, retry=retry)
        c.wait(60)


@row("odd-segments")
def _(c):
    """Out of order, overlapping, sent twice, and a mirror's copies; the sequence number wraps."""
    message = hello_pki(UUID, LIST * 8)
    t = Tcp(c, pc, server, 5050, 9971, (0xFFFFFF00, 9), mss=536)
    t.open()
    base = t.next[0]
    for at, n in ((200, 300), (200, 300), (0, 100), (50, 200), (450, 536), (len(message) - 40, 40), (900, 400)):
        t.segment(0, PSH | ACK, message[at:at + n], seq=base + at)
        c.packets.append((c.now,) + c.packets[-1][1:])
    t.next[0] = base + len(message)
    t.close()


@row("odd-two-in-one")
def _(c):
    say(c, hello_psk(UUID, "ABCD1234") + hello_psk(UUID, "ABCD1234", 1))


@row("odd-trailing")
def _(c):
    say(c, hello_pki(UUID, LIST) + b"\xde\xad\xbe\xef")


@row("odd-version-1")
def _(c):
    say(c, struct.pack("<HHI", 0, 1, 0) + UUID + b"\x01\x02\x03")


@row("odd-port")
def _(c):
    t = Tcp(c, pc, server, 5060, 12345, mss=100)
    t.open()
    t.data(0, hello_pki(UUID, LIST))
    t.close()


@row("odd-dhcp-pieces")
def _(c):
    """Domain in two pieces, DNS server in the field of the server's name; option 81 as DNS writes names."""
    asks = [(12, b"pc16"), (81, b"\5\0\0" + dns_name("pc16.corp.example.com"))]
    given = [(54, ip(infra.ip)), (52, b"\2"), (15, b"corp.exa"), (51, struct.pack("!I", 28800)), (15, b"mple.com")]
    in_name = bytes([6, 4]) + ip(infra.ip) + b"\xff"
    c.udp(nobody, 68, everybody, 67, dhcp(1, 3, pc.mac, 0x1234, options=asks))
    c.udp(infra, 67, pc, 68, dhcp(2, 5, pc.mac, 0x1234, yiaddr=pc.ip, options=given, sname=in_name))
    question(c, "ProvisionServer.corp.example.com", server.ip)
    hello(c)


@row("odd-clock-back")
def _(c):
    """Five hellos, the clock set back by an hour after the second: lengths of time prove nothing."""
    for retry in range(5):
        hello(c, retry=retry)
        c.wait(60 if retry != 1 else -3600)


@row("odd-mid-stream")
def _(c):
    t = Tcp(c, pc, server, 5070, 9971)
    t.next = [123456, 654321]
    t.data(0, hello_pki(UUID, LIST))
    t.close()


@row("link-vlan")
def _(c):
    c.vlans = [(0x8100, 42)]
    hello(c)


@row("link-qinq")
def _(c):
    c.vlans = [(0x88A8, 7), (0x8100, 42)]
    hello(c)


@row("link-ip-options")
def _(c):
    """Record route, seven bytes and one of padding; the second time in the frames of another port."""
    c.ip_options = bytes([7, 7, 4, 0, 0, 0, 0, 0])
    hello(c)
    t = Tcp(c, pc, server, 5061, 12345, mss=100).open()
    t.data(0, hello_pki(UUID, LIST, 1))
    t.close()


@row("link-mixed")
def _(c):
    for link in (1, 113, 276, 101, 0, 108, 228):
        c.link = link
        hello(c, retry=link % 10)


@row("link-fragments")
def _(c):
    t = Tcp(c, pc, server, 5080, 9971)
    t.open()
    message = hello_pki(UUID, LIST * 5)
    t.segment(0, PSH | ACK, message, mtu=300)
    t.next[0] += len(message)
    t.close()


@row("link-ipv6-fragments")
def _(c):
    c.link = 229
    t = Tcp(c, pc6, server6, 5081, 9971).open()
    message = hello_pki(UUID, LIST * 5)
    t.segment(0, PSH | ACK, message, mtu=300)
    t.next[0] += len(message)
    t.close()


@row("odd-fragment-lost")
def _(c):
    """A segment in fragments that lacks its first: whose it is can't be told."""
    Tcp(c, pc2, server, 5082, 9971).segment(0, PSH | ACK, hello_pki(UUID, LIST * 5), mtu=300)
    del c.packets[0]
    idle(c, 70 * 60)


@row("odd-fragment-of-others")
def _(c):
    """Only the first fragment of a file server's answer: none of ours."""
    c.send(server, pc, 17, (2049).to_bytes(2, "big") * 2 + (3008).to_bytes(2, "big") + bytes(3002), mtu=1500)
    del c.packets[1:]
    idle(c, 70 * 60)


@row("odd-address-again")
def _(c):
    """An address that a computer has left goes to another one, and the server calls that."""
    hello(c)
    c.wait(7200)
    pc3 = Host(pc.ip, "02:00:00:00:00:33")
    say(c, hello_psk(bytes(range(16)), "ABCD1234"), source=pc3)
    t = call(c, target=pc3).open()
    t.data(0, tls_client_hello((0x008D, 0x008C)))
    t.data(1, record(22, tls_server_hello(0x008C) + TLS_DONE))
    t.data(0, record(22, tls_key_psk("WXYZ9876")) + TLS_FINISHED)
    t.data(1, alert(115))
    t.close(1)


@row("snaplen-96")
def _(c):
    hello(c)
    c.packets = [(t, d[:96], n, link) for t, d, n, link in c.packets]


@row("rmcp-versions")
def _(c):
    for i, (version, late, state) in enumerate((((3, 2), None, 2), ((0, 0), None, 0), ((0, 0), (16, 1), 2))):
        host = Host("10.1.0.%d" % (30 + i), "02:00:00:00:00:%02x" % (0x30 + i))
        c.udp(server, 700, host, 623, ping(i))
        c.udp(host, 623, server, 700, pong(16993 if state else 0, state, version, i, late_version=late))
    c.udp(wrong, 623, server, 700, pong(623, 2, (1, 0), 9, enterprise=4413, interactions=0x20))


@row("dns-tcp")
def _(c):
    """The answer does not fit UDP; over TCP the length goes ahead of the message. Then others' names, and one in mid-stream."""
    def prefixed(message):
        return struct.pack("!H", len(message)) + message

    name = "ProvisionServer.corp.example.com"
    cut = bytearray(dns(8, name, []))
    cut[2] |= 2
    c.udp(pc, 4008, infra, 53, dns(8, name))
    c.udp(infra, 53, pc, 4008, bytes(cut))
    t = Tcp(c, pc, infra, 4009, 53).open()
    message = prefixed(dns(9, name))
    t.data(0, message[:2]).data(0, message[2:])
    t.data(1, prefixed(dns(9, name, [(1, ip("10.1.0.%d" % (5 + i))) for i in range(40)])))
    t.close()
    t = Tcp(c, pc, infra, 4010, 53).open()
    t.data(0, prefixed(dns(10, "www.example.com")))
    t.data(1, prefixed(dns(10, "www.example.com", [(1, ip("192.0.2.1"))] * 200)))
    t.close()
    t = Tcp(c, pc2, infra, 4011, 53)
    t.data(0, prefixed(dns(11, name)))
    t.data(1, prefixed(dns(11, name, [], rcode=3)))
    hello(c)


def make(folder):
    for name, build in ROWS.items():
        say.port, call.port = 5000, 49200
        c = Capture()
        build(c)
        write_pcapng(os.path.join(folder, name + ".pcapng"), c,
                     "synthetic: %s; no packet of this file was ever on a wire" % name)
    for name, order, nano in (("le-usec", "<", False), ("be-usec", ">", False), ("le-nsec", "<", True), ("be-nsec", ">", True)):
        say.port, call.port = 5000, 49200
        c = Capture()
        hello(c)
        write_pcap(os.path.join(folder, "format-%s.pcap" % name), c, order, nano)


if __name__ == "__main__":
    make(sys.argv[1])
