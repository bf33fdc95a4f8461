"""Packets from nothing: Ethernet to TCP with right checksums, hello, DHCP, DNS, RMCP, TLS, and files."""
import ipaddress
import struct


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def ip(text):
    return ipaddress.ip_address(text).packed


def pseudo(src, dst, proto, length):
    if len(ip(src)) == 4:
        return ip(src) + ip(dst) + struct.pack("!BBH", 0, proto, length)
    return ip(src) + ip(dst) + struct.pack("!IHBB", length, 0, 0, proto)


class Host:
    def __init__(self, address, hw):
        self.ip, self.mac = address, hw


class Capture:
    """Packets in order of time. Frame numbers are positions."""

    def __init__(self, start=1232630400.0, link=1):
        self.now, self.link, self.packets, self.ident = start, link, [], 1
        self.vlans, self.ip_options = [], b""

    def wait(self, seconds):
        self.now += seconds

    def raw(self, data, length=None, link=None):
        self.packets.append((self.now, data, length or len(data), link or self.link))
        self.now += 0.0002

    def ether(self, src, dst, ethertype, payload):
        tags = b""
        for tpid, vid in self.vlans:
            tags += struct.pack("!HH", tpid, vid)
        head = mac(dst) + mac(src) + tags + struct.pack("!H", ethertype)
        self.raw((head + payload).ljust(60, b"\0"))

    def l3(self, src, dst, proto, payload, ttl=64, ident=None, mtu=None):
        """One IP packet, or fragments of it; returns (ethertype, bytes) of each."""
        if ":" in src and mtu:
            return self.fragments6(src, dst, proto, payload, ttl, mtu)
        if ":" in src:
            return [(0x86DD, struct.pack("!IHBB", 6 << 28, len(payload), proto, ttl) + ip(src) + ip(dst) + payload)]
        out, at = [], 0
        if ident is None:
            ident, self.ident = self.ident, self.ident + 1
        step = len(payload) if not mtu else (mtu - 20) // 8 * 8
        while at < len(payload) or at == 0:
            piece = payload[at:at + step]
            more = 0x2000 if at + len(piece) < len(payload) else 0
            words = 5 + len(self.ip_options) // 4
            head = struct.pack("!BBHHHBBH", 0x40 | words, 0, 4 * words + len(piece), ident & 0xFFFF, more | at // 8, ttl, proto, 0)
            head += ip(src) + ip(dst) + self.ip_options
            head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
            out.append((0x0800, head + piece))
            at += len(piece) or 1
        return out

    def fragments6(self, src, dst, proto, payload, ttl, mtu):
        """Each behind a hop-by-hop header of padding (RFC 8200, 4.3 and 4.5)."""
        out, step = [], (mtu - 56) // 8 * 8
        self.ident += 1
        for at in range(0, len(payload), step):
            piece = payload[at:at + step]
            more = at + step < len(payload)
            body = struct.pack("!BBBB4x", 44, 0, 1, 4) + struct.pack("!BBHI", proto, 0, at | more, self.ident) + piece
            out.append((0x86DD, struct.pack("!IHBB", 6 << 28, len(body), 0, ttl) + ip(src) + ip(dst) + body))
        return out

    def send(self, src, dst, proto, payload, **kw):
        for ethertype, data in self.l3(src.ip, dst.ip, proto, payload, **kw):
            if self.link == 1:
                self.ether(src.mac, dst.mac, ethertype, data)
            elif self.link == 113:
                self.raw(struct.pack("!HHH", 0, 1, 6) + mac(src.mac) + b"\0\0" + struct.pack("!H", ethertype) + data)
            elif self.link == 276:
                self.raw(struct.pack("!HHIHBB", ethertype, 0, 1, 1, 0, 6) + mac(src.mac) + b"\0\0" + data)
            elif self.link == 0:
                self.raw(struct.pack("<I", 2 if ethertype == 0x0800 else 24) + data)
            elif self.link == 108:
                self.raw(struct.pack("!I", 2 if ethertype == 0x0800 else 24) + data)
            else:
                self.raw(data)

    def udp(self, src, sport, dst, dport, payload):
        length = 8 + len(payload)
        head = struct.pack("!HHHH", sport, dport, length, 0)
        c = checksum(pseudo(src.ip, dst.ip, 17, length) + head + payload) or 0xFFFF
        self.send(src, dst, 17, head[:6] + struct.pack("!H", c) + payload)


FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


class Tcp:
    """One connection. Directions: 0 client to server, 1 back."""

    def __init__(self, cap, client, server, cport, sport, isn=(1000, 50000), mss=1460):
        self.cap, self.ends, self.ports, self.mss = cap, (client, server), (cport, sport), mss
        self.next = list(isn)

    def segment(self, way, flags, payload=b"", seq=None, mss=False, **kw):
        src, dst = self.ends[way], self.ends[1 - way]
        options = struct.pack("!BBH", 2, 4, self.mss) if mss else b""
        seq = self.next[way] if seq is None else seq
        ack = self.next[1 - way] if flags & ACK else 0
        head = struct.pack("!HHIIBBHHH", self.ports[way], self.ports[1 - way], seq & 0xFFFFFFFF, ack & 0xFFFFFFFF,
                           (5 + len(options) // 4) << 4, flags, 8192, 0, 0) + options
        c = checksum(pseudo(src.ip, dst.ip, 6, len(head) + len(payload)) + head + payload)
        self.cap.send(src, dst, 6, head[:16] + struct.pack("!H", c) + head[18:] + payload, **kw)

    def syn(self):
        self.segment(0, SYN, mss=True)
        return self

    def open(self):
        self.syn()
        self.next[0] += 1
        self.segment(1, SYN | ACK, mss=True)
        self.next[1] += 1
        self.segment(0, ACK)
        return self

    def data(self, way, payload, **kw):
        for at in range(0, len(payload), self.mss):
            piece = payload[at:at + self.mss]
            self.segment(way, PSH | ACK, piece, **kw)
            self.next[way] += len(piece)
            self.segment(1 - way, ACK)
        return self

    def close(self, way=0):
        self.segment(way, FIN | ACK)
        self.next[way] += 1
        self.segment(1 - way, FIN | ACK)
        self.next[1 - way] += 1
        self.segment(way, ACK)

    def reset(self, way):
        self.segment(way, RST | ACK)

    def refused(self):
        """A SYN, answered by a reset."""
        self.syn()
        self.next[0] += 1
        self.next[1] = 0
        self.segment(1, RST | ACK)


def hello_psk(uuid, pid, retry=0, credentials=0):
    return struct.pack("<HHI", credentials, 2, retry) + uuid + pid.encode()


def hello_pki(uuid, hashes, retry=0, credentials=1, declared=None):
    kinds = {20: 1, 32: 2, 48: 3, 64: 3}
    body = b"".join(struct.pack("BB", kinds.get(len(h), 9), len(h)) + h for h in hashes)
    return struct.pack("<HHI", credentials, 3, retry) + uuid + bytes([len(hashes) if declared is None else declared]) + body


def dhcp(op, kind, hw, xid, yiaddr="0.0.0.0", ciaddr="0.0.0.0", options=(), sname=b"", file=b""):
    data = struct.pack("!BBBBIHH", op, 1, 6, 0, xid, 0, 0x8000) + ip(ciaddr) + ip(yiaddr) + bytes(8) + mac(hw).ljust(16, b"\0")
    data += sname.ljust(64, b"\0") + file.ljust(128, b"\0") + bytes.fromhex("63825363") + bytes([53, 1, kind])
    for code, value in options:
        data += bytes([code, len(value)]) + value
    return (data + b"\xff").ljust(300, b"\0")


def dns_name(name):
    return b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0"


def dns(ident, name, answers=None, rcode=0, kind=1):
    """answers None: the question. Else a list of (kind, data)."""
    flags = 0x0100 if answers is None else 0x8580 | rcode
    data = struct.pack("!HHHHHH", ident, flags, 1, len(answers or ()), 0, 0) + dns_name(name) + struct.pack("!HH", kind, 1)
    for k, value in answers or ():
        data += struct.pack("!HHHIH", 0xC00C, k, 1, 300, len(value)) + value
    return data


def ping(tag=1):
    return bytes.fromhex("06000006000011be80") + bytes([tag, 0, 0])


def pong(port, state, version=(3, 2), tag=1, enterprise=343, late_version=None, interactions=0):
    data = struct.pack("!IHBBBB", enterprise, port, version[0] << 4 | version[1], state, 0x81, interactions)
    data = (data + bytes(late_version or (0, 0))).ljust(16, b"\0")
    return bytes.fromhex("06000006000011be40") + bytes([tag, 0, 16]) + data


# ---- TLS ---------------------------------------------------------------

def record(kind, body, version=0x0301):
    return struct.pack("!BHH", kind, version, len(body)) + body


def handshake(kind, body):
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def tls_client_hello(ciphers=(0x002F, 0x0035), version=0x0301):
    body = struct.pack("!H", version) + bytes(range(32)) + b"\0" + struct.pack("!H", 2 * len(ciphers))
    body += b"".join(struct.pack("!H", c) for c in ciphers) + b"\x01\0"
    return record(22, handshake(1, body))


def tls_server_hello(cipher=0x002F, version=0x0301):
    body = struct.pack("!H", version) + bytes(range(32, 64)) + b"\x20" + bytes(32) + struct.pack("!HB", cipher, 0)
    return handshake(2, body)


def tls_certificates(ders):
    body = b"".join(len(d).to_bytes(3, "big") + d for d in ders)
    return handshake(11, len(body).to_bytes(3, "big") + body)


TLS_REQUEST = handshake(13, b"\x01\x01\0\0")
TLS_DONE = handshake(14, b"")
TLS_KEY_RSA = handshake(16, struct.pack("!H", 128) + bytes(range(128)))
TLS_VERIFY = handshake(15, struct.pack("!H", 128) + bytes(range(100, 228)))
TLS_FINISHED = record(20, b"\x01") + record(22, bytes(range(40)))


def tls_key_psk(identity):
    return handshake(16, struct.pack("!H", len(identity)) + identity.encode())


def alert(what, level=2):
    return record(21, bytes([level, what]))


def application(n):
    out = b""
    while n > 0:
        out += record(23, bytes(min(n, 4096)))
        n -= 4096
    return out


# ---- files ---------------------------------------------------------------

def write_pcap(path, cap, order="<", nano=False):
    with open(path, "wb") as f:
        f.write(struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, 262144, cap.link))
        for t, data, length, _ in cap.packets:
            frac = round((t % 1) * (1e9 if nano else 1e6)) // (1000 if nano else 1) * (1000 if nano else 1)
            f.write(struct.pack(order + "IIII", int(t), frac, len(data), length) + data)


def option(code, value):
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)


def block(kind, body):
    length = len(body) + 12
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def write_pcapng(path, cap, comment):
    links = sorted({p[3] for p in cap.packets}) or [cap.link]
    with open(path, "wb") as f:
        f.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + option(1, comment.encode()) +
                      option(4, b"captures/hello/generate.py") + bytes(4)))
        for link in links:
            f.write(block(1, struct.pack("<HHI", link, 0, 262144) + option(9, b"\x06") + bytes(4)))
        for t, data, length, link in cap.packets:
            us = round(t * 1e6)
            f.write(block(6, struct.pack("<IIIII", links.index(link), us >> 32, us & 0xFFFFFFFF, len(data), length) +
                          data + bytes(-len(data) % 4)))
