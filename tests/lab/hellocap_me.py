#!/usr/bin/env python3
"""A small management engine for lab tests: lease, question, hello. Runs in a network namespace of its own.

    hellocap_me.py IFACE HELLOS PAUSE          DHCP, DNS for ProvisionServer, HELLOS PKI hellos PAUSE seconds apart
    hellocap_me.py --flood ADDRESS COUNT       COUNT hellos to ADDRESS, as fast as it goes
    hellocap_me.py --say ADDRESS KIND RETRY    one hello: pki, psk, or empty (a list without hashes)
    hellocap_me.py --frames IFACE FILE         the frames of a pcap file, as fast as it goes
"""
import fcntl
import os
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../captures/hello"))
from wire import dhcp, dns, hello_pki, hello_psk, ip  # noqa: E402

UUID = bytes.fromhex("78563412bc9af0de1122334455667788")
HASHES = [bytes([i]) * 20 for i in range(3)] + [bytes([i]) * 32 for i in range(3)]


def lease(iface):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    hw = fcntl.ioctl(s, 0x8927, struct.pack("256s", iface.encode()))[18:24].hex()  # SIOCGIFHWADDR
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, iface.encode())
    s.bind(("0.0.0.0", 68))
    s.settimeout(10)
    mine = [(12, b"labpc"), (55, bytes([1, 3, 6, 15]))]

    def ask(kind, options):
        s.sendto(dhcp(1, kind, hw, 0x4711, options=options), ("255.255.255.255", 67))
        while True:
            reply = s.recv(2048)
            if reply[4:8] == struct.pack("!I", 0x4711):
                return reply

    offer = ask(1, mine)
    address, server = socket.inet_ntoa(offer[16:20]), offer[offer.index(b"\x36\x04") + 2:][:4]
    ask(3, mine + [(50, ip(address)), (54, server)])
    subprocess.check_call(["ip", "addr", "add", address + "/24", "dev", iface])
    return socket.inet_ntoa(server)


def question(server, name):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(5)
    s.sendto(dns(77, name), (server, 53))
    answer = s.recv(2048)
    return None if answer[3] & 15 else socket.inet_ntoa(answer[-4:])


def say(address, message):
    with socket.create_connection((address, 9971), 5) as s:
        s.sendall(message[:24])
        s.sendall(message[24:])


def hello(address, retry, uuid=UUID):
    say(address, hello_pki(uuid, HASHES, retry))


def frames(iface, path):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.bind((iface, 0))
    with open(path, "rb") as f:
        data = f.read()
    at = 24
    while at < len(data):
        n = struct.unpack_from("<I", data, at + 8)[0]
        s.send(data[at + 16:at + 16 + n])
        at += 16 + n


if sys.argv[1] == "--flood":
    for n in range(int(sys.argv[3])):
        hello(sys.argv[2], n % 15, struct.pack("<I", n % 50) + UUID[4:])
elif sys.argv[1] == "--say":
    number = int(sys.argv[4])
    say(sys.argv[2], {"pki": hello_pki(UUID, HASHES, number), "psk": hello_psk(UUID, "ABCD1234", number),
                      "empty": hello_pki(UUID, [], number)}[sys.argv[3]])
elif sys.argv[1] == "--frames":
    frames(sys.argv[2], sys.argv[3])
else:
    dns_server = lease(sys.argv[1])
    question(dns_server, "ProvisionServer")
    target = question(dns_server, "ProvisionServer.corp.example")
    for n in range(int(sys.argv[2])):
        if n:
            time.sleep(float(sys.argv[3]))
        hello(target, n)
