# A small LDAP server over scripted entries, for what no real server is at hand: several domains and
# forests at once, answers in ranges, and answers that no honest server gives.
#   ldap_server.py SCENE.py CERT KEY LOG
# SCENE.py defines servers: a list of dicts with addr, entries {dn: {attribute: [values]}},
# rootdse {attribute: [values]}, and how it misbehaves: hostile (a name below). Every server listens on 389
# (StartTLS), 636 and 3269 (TLS). LOG gets a line a bind and a search.
import re
import socket
import ssl
import struct
import sys
import threading
import time

PAGE_OID, START_TLS = b'1.2.840.113556.1.4.319', b'1.3.6.1.4.1.1466.20037'
RANGE = 1500
log_lock = threading.Lock()


def log(*words):
    with log_lock, open(sys.argv[4], 'a') as f:
        f.write(' '.join(str(w) for w in words) + '\n')


def tlv(tag, body):
    n = len(body)
    if n < 128:
        return bytes([tag, n]) + body
    size = n.to_bytes((n.bit_length() + 7) // 8, 'big')
    return bytes([tag, 0x80 | len(size)]) + size + body


def integer(v, tag=2):
    return tlv(tag, v.to_bytes(v.bit_length() // 8 + 1, 'big', signed=True))


def octets(v):
    return tlv(4, v if isinstance(v, bytes) else v.encode())


def parse(data):
    """The elements of a constructed value: (tag, content)."""
    out, at = [], 0
    while at < len(data):
        tag, n, at = data[at], data[at + 1], at + 2
        if n & 0x80:
            k = n & 0x7f
            n, at = int.from_bytes(data[at:at + k], 'big'), at + k
        out.append((tag, data[at:at + n]))
        at += n
    return out


def read_message(s):
    head = b''
    while len(head) < 2:
        more = s.recv(2 - len(head))
        if not more:
            return None
        head += more
    n = head[1]
    if n & 0x80:
        size = b''
        while len(size) < n & 0x7f:
            size += s.recv((n & 0x7f) - len(size))
        n = int.from_bytes(size, 'big')
    body = b''
    while len(body) < n:
        more = s.recv(n - len(body))
        if not more:
            return None
        body += more
    return body


def raw(v):
    return v if isinstance(v, bytes) else str(v).encode()


def values(entry, name):
    name = name.lower()
    for k, v in entry.items():
        if k.lower() == name:
            return [raw(x) for x in v]
    return []


def chain(server, entry, dn):
    """Is dn a member of entry, nested ones included?"""
    todo, seen = [entry], set()
    while todo:
        e = todo.pop()
        for m in values(e, 'member'):
            m = m.decode().lower()
            if m == dn:
                return True
            if m not in seen:
                seen.add(m)
                todo += [v for k, v in server['entries'].items() if k.lower() == m]
    return False


def matches(server, dn, entry, tag, body):
    if tag in (0xa0, 0xa1):
        return (all if tag == 0xa0 else any)(matches(server, dn, entry, t, b) for t, b in parse(body))
    if tag == 0xa2:
        return not matches(server, dn, entry, *parse(body)[0])
    if tag == 0x87:
        return body.lower() == b'objectclass' or bool(values(entry, body.decode()))
    if tag == 0xa3:
        name, want = (x[1] for x in parse(body))
        if name.lower() == b'distinguishedname':
            return dn.lower() == want.decode().lower()
        if name.lower() == b'objectcategory':  # AD: the name of a class stands for its category
            return want.lower() in [v.lower() for v in values(entry, 'objectClass')]
        return want.lower() in [v.lower() for v in values(entry, name.decode())]
    if tag == 0xa4:
        name, parts = (x[1] for x in parse(body))
        pattern = ''
        for t, p in parse(parts):
            p = re.escape(p.decode('latin-1'))
            pattern += {0x80: '^' + p + '.*', 0x81: '.*' + p + '.*', 0x82: '.*' + p + '$'}[t]
        return any(re.match(pattern, v.decode('latin-1'), re.I | re.S) for v in values(entry, name.decode()))
    if tag == 0xa9:
        rule = name = want = b''
        for t, v in parse(body):
            rule, name, want = v if t == 0x81 else rule, v if t == 0x82 else name, v if t == 0x83 else want
        if rule.endswith(b'.1941'):
            return chain(server, entry, want.decode().lower())
        return any(int(v) & int(want) == int(want) for v in values(entry, name.decode()))
    return False


def attributes(entry, wanted, asked_range):
    """What is sent of an entry: ranges as AD cuts them."""
    out = []
    for name, vals in entry.items():
        vals = [raw(v) for v in vals]
        low = asked_range.get(name.lower())
        if wanted and name.lower() not in wanted and '*' not in wanted and low is None:
            continue
        label = name
        if low is not None or len(vals) > RANGE:
            first = low or 0
            last = min(first + RANGE, len(vals)) - 1
            label = '%s;range=%d-%s' % (name, first, '*' if last + 1 >= len(vals) else last)
            vals = vals[first:last + 1]
        out.append((label, vals))
    return out


def entry_message(number, dn, attrs):
    body = b''.join(tlv(0x30, octets(n) + tlv(0x31, b''.join(octets(v) for v in vs))) for n, vs in attrs)
    return tlv(0x30, integer(number) + tlv(0x64, octets(dn) + tlv(0x30, body)))


def result(number, op, code, more=b''):
    return tlv(0x30, integer(number) + tlv(op, integer(code, 0x0a) + octets('') + octets('')) + more)


def page_control(cookie):
    value = tlv(0x30, integer(0) + octets(cookie))
    return tlv(0xa0, tlv(0x30, octets(PAGE_OID) + octets(value)))


def hostile(server, s, number, base, scope):
    """True when the answer was given, wrongly."""
    how = server.get('hostile')
    if how == 'endless':
        big = entry_message(number, 'CN=x,' + base, [('description', [b'x' * 60000])])
        while True:
            s.sendall(big)
    elif how == 'huge':
        s.sendall(b'\x30\x84\x7f\xff\xff\xff\x02\x01' + bytes([number & 0x7f]))
        time.sleep(1)
    elif how == 'cookie' and scope:
        s.sendall(result(number, 0x65, 0, page_control(b'again')))
    elif how == 'silent':  # signs everybody in, and then says nothing
        pass
    elif how == 'cut':
        s.sendall(entry_message(number, 'CN=x,' + base, [('cn', [b'x'])])[:-3])
        s.close()
    elif how == 'garbage':
        s.sendall(b'\x30\x0c\x02\x01\x07\x64\x07\xff\xff\xff\xff\xff\xff\xff')
        s.close()
    else:
        return False
    return True


def search(server, s, number, body, controls):
    parts = parse(body)
    base, scope = parts[0][1].decode(), parts[1][1][0]
    wanted, ranges = set(), {}
    for _, a in parse(parts[7][1]):
        name, _, option = a.decode().lower().partition(';range=')
        wanted.add(name)
        if option:
            ranges[name] = int(option.split('-')[0])
    log('search', server['addr'], repr(base), scope, sorted(wanted))
    if not base and not scope:
        s.sendall(entry_message(number, '', attributes(server['rootdse'], wanted, ranges)) + result(number, 0x65, 0))
        return
    if hostile(server, s, number, base, scope):
        return
    low = base.lower()
    if not base:  # the catalog: everything the forest has
        found = list(server.get('catalog', server['entries']).items())
    else:
        found = list(server['entries'].items())
        if low not in (k.lower() for k in server['entries']) and not scope:
            s.sendall(result(number, 0x65, 32))
            return
    hits = []
    for dn, entry in found:
        d = dn.lower()
        inside = d == low if not scope else d.endswith(',' + low) and '=' in d if scope == 1 else not low or d == low or d.endswith(',' + low)
        if scope == 1:
            inside = inside and d.partition(',')[2] == low
        if inside and matches(server, dn, entry, *parts[6]):
            hits.append((dn, entry))
    size, cookie = 0, b''
    for oid, value in controls:
        if oid == PAGE_OID:
            fields = parse(parse(value)[0][1])
            size, cookie = int.from_bytes(fields[0][1], 'big'), fields[1][1]
    limit = server.get('limit') or len(hits)
    refused, hits = len(hits) > limit, hits[:limit]
    start = int(cookie or b'0')
    part = hits[start:start + size] if size else hits
    for dn, entry in part:
        if server.get('hostile') == 'samerange' and ranges:
            s.sendall(entry_message(number, dn, [('member;range=0-1', [b'CN=a', b'CN=b'])]))
        else:
            s.sendall(entry_message(number, dn, attributes(entry, wanted, ranges)))
    more = str(start + size).encode() if size and start + size < len(hits) else b''
    s.sendall(result(number, 0x65, 4 if refused and not more else 0, page_control(more) if size else b''))


def serve(server, s, context, tls):
    if tls:
        s = context.wrap_socket(s, server_side=True)
    while True:
        m = read_message(s)
        if m is None:
            return
        parts = parse(m)
        number, (op, body) = int.from_bytes(parts[0][1], 'big'), parts[1]
        controls = []
        for t, c in parts[2:]:
            for _, one in parse(c) if t == 0xa0 else []:
                f = parse(one)
                controls.append((f[0][1], f[-1][1]))
        if op == 0x60:
            who = parse(body)[1][1].decode()
            log('bind', server['addr'], repr(who), 'tls' if tls else 'clear')
            s.sendall(result(number, 0x61, 0))
        elif op == 0x77:
            s.sendall(result(number, 0x78, 0))
            s = context.wrap_socket(s, server_side=True)
            tls = True
        elif op == 0x63:
            search(server, s, number, body, controls)
        elif op == 0x42:
            return


def guarded(*args):
    try:
        serve(*args)
    except (OSError, ssl.SSLError, IndexError, struct.error):
        pass


def bound(addr, port, kind=socket.SOCK_STREAM):
    sock = socket.socket(socket.AF_INET, kind)
    if kind == socket.SOCK_STREAM:  # for datagrams it would let two servers share a port
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for _ in range(100):  # the server before this one may be about to go
        try:
            sock.bind((addr, port))
            break
        except OSError:
            time.sleep(0.1)
    else:
        sys.exit('%s:%d is taken' % (addr, port))
    if kind == socket.SOCK_STREAM:
        sock.listen(16)
    return sock


def listen(server, sock, context, tls):
    while True:
        threading.Thread(target=guarded, args=(server, sock.accept()[0], context, tls), daemon=True).start()


def clock(server, sock):
    """SNTP, as many seconds ahead of the right time as the scene says."""
    while True:
        ask, peer = sock.recvfrom(512)
        now = int((time.time() + server['clock'] + 2208988800) * 2 ** 32)
        sock.sendto(struct.pack('>BBBb12x8x8sQQ', 0x24, 2, 0, -20, ask[40:48], now, now), peer)


def main():
    scene = {}
    exec(open(sys.argv[1]).read(), scene)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    for server in scene['servers']:
        if 'clock' in server:
            threading.Thread(target=clock, args=(server, bound(server['addr'], 123, socket.SOCK_DGRAM)), daemon=True).start()
        for port, tls in ((389, False), (636, True), (3269, True), (3268, False)):
            threading.Thread(target=listen, args=(server, bound(server['addr'], port), context, tls), daemon=True).start()
    log('up')
    while True:
        time.sleep(3600)


main()
