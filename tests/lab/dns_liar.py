#!/usr/bin/python3
"""A DNS server that misbehaves: dns_liar.py ADDRESS UPSTREAM MODE

Passes questions to UPSTREAM and hands the answers back
  twice    two times
  forged   after six packets that must be ignored: wrong id, other name, other type, garbage, a cut header, a bare
           refusal with another id
  slow     after 0.5 s
  late     after 3 s
  plain    FORMERR to everything that carries EDNS
  oldfail  SERVFAIL to it (RFC 2671 5.3)
  badvers  BADVERS to it
  edns     only questions without EDNS get an answer at all
  refer    as a referral to the root, without recursion
  garbage  as bytes that are no DNS at all behind the id and the question
  bare     as a refusal of twelve bytes, without the question
  flap     changing the last byte of the first A record every time it is asked
"""
import socket
import sys
import threading
import time

address, upstream, mode = sys.argv[1:4]
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((address, 53))
print("ready", flush=True)
count = 0


def ask(q):
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    u.settimeout(2)
    u.connect((upstream, 53))
    u.send(q)
    return u.recv(65535)


def question_end(q):
    i = 12
    while q[i]:
        i += q[i] + 1
    return i + 5


def send(q, peer):
    global count
    edns = q[11] > 0
    end = question_end(q)
    if mode == "plain" and edns:
        s.sendto(q[:2] + b"\x81\x01" + q[4:6] + bytes(6) + q[12:end], peer)
        return
    if mode == "oldfail" and edns:
        s.sendto(q[:2] + b"\x81\x02" + q[4:6] + bytes(6) + q[12:end], peer)
        return
    if mode == "badvers" and edns:
        s.sendto(q[:2] + b"\x81\0" + q[4:6] + bytes(5) + b"\1" + q[12:end] + b"\0\0\x29\2\0\1\0\0\0\0\0", peer)
        return
    if mode == "edns" and edns:
        return
    if mode == "refer":
        s.sendto(q[:2] + b"\x81\x00" + b"\0\1\0\0\0\1\0\0" + q[12:end]
                 + b"\0\0\2\0\1\0\0\0\5\0\x14\1a\x0croot-servers\3net\0"[:10] + b"\0\x14\1a\x0croot-servers\3net\0",
                 peer)
        return
    if mode == "garbage":
        s.sendto(q[:2] + b"\x81\x80\0\1\0\7\0\0\0\0" + q[12:end] + b"\xff\xff\xff", peer)
        return
    if mode == "bare":
        s.sendto(q[:2] + b"\x81\x85" + bytes(8), peer)
        return
    a = ask(q)
    if mode == "forged":
        other = bytearray(a)
        other[13] ^= 1
        kind = bytearray(a)
        kind[end - 3] ^= 2
        for p in (bytes([a[0] ^ 0x55]) + a[1:], bytes(other), bytes(kind), b"\xff" * 40, a[:7],
                  bytes([a[0] ^ 0x55, a[1]]) + b"\x81\x85" + bytes(8)):
            s.sendto(p, peer)
    if mode in ("slow", "late"):
        time.sleep(0.5 if mode == "slow" else 3)
    if mode == "flap" and a[7]:
        count += 1
        a = bytearray(a)
        rr = end
        rr += 2 if a[rr] >= 0xC0 else len(q[12:end]) - 4
        a[rr + 13] = (a[rr + 13] & 0xF0) | (count % 4)
        a = bytes(a)
    s.sendto(a, peer)
    if mode == "twice":
        s.sendto(a, peer)


while True:
    packet, peer = s.recvfrom(65535)
    print("id", packet[:2].hex(), flush=True)
    if mode in ("slow", "late"):
        threading.Thread(target=send, args=(packet, peer), daemon=True).start()
    else:
        try:
            send(packet, peer)
        except OSError:
            pass
