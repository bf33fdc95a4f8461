"""The healthy client of the living site as a mirror port saw it before it was provisioned: its lease, its question for the
provisioning server, hello messages in their cadence, and the two TLS sessions back to it. usage: site_capture.py PKI-FOLDER OUT.pcapng
The chain and the root's hash are those of the folder, made moments ago; the packets are made here."""
import base64
import hashlib
import os
import struct
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../captures/hello'))
from wire import *  # noqa: E402,F403

pki, out = sys.argv[1:3]


def der(name):
    text = open(os.path.join(pki, name + '.pem')).read().split('-----BEGIN CERTIFICATE-----')[1].split('-----END')[0]
    return base64.b64decode(text)


CHAIN = [der('leaf'), der('new'), der('root')]
LIST = [hashlib.sha256(b'another root').digest(), hashlib.sha1(CHAIN[2]).digest(), hashlib.sha256(CHAIN[2]).digest()]
UUID = uuid.UUID('4C4C4544-0001-4D10-8031-B4C04F333231').bytes_le
pc = Host('127.0.2.101', '00:1e:0b:01:00:01')
server = Host('127.0.2.10', '02:00:00:00:00:05')
infra = Host('127.0.2.4', '02:00:00:00:00:02')
nobody = Host('0.0.0.0', pc.mac)
everybody = Host('255.255.255.255', 'ff:ff:ff:ff:ff:ff')
c = Capture(start=1231915800.0)  # 2009-01-14 07:50 at UTC+1: the log provisions it at 08:10

asked = [(12, b'pc01'), (55, bytes([1, 3, 6, 15, 81])), (81, b'\x04\0\0\x04pc01\x07contoso\x03com\0')]
given = [(54, ip(infra.ip)), (51, struct.pack('!I', 28800)), (1, ip('255.255.255.0')), (6, ip(infra.ip)),
         (15, b'contoso.com'), (81, b'\x05\xff\xff\x04pc01\x07contoso\x03com\0')]
c.udp(nobody, 68, everybody, 67, dhcp(1, 1, pc.mac, 0x1234, options=asked))
c.udp(infra, 67, pc, 68, dhcp(2, 2, pc.mac, 0x1234, yiaddr=pc.ip, options=given))
c.udp(nobody, 68, everybody, 67, dhcp(1, 3, pc.mac, 0x1234, options=asked + [(50, ip(pc.ip)), (54, ip(infra.ip))]))
c.udp(infra, 67, pc, 68, dhcp(2, 5, pc.mac, 0x1234, yiaddr=pc.ip, options=given))
c.wait(0.5)
name = 'ProvisionServer.contoso.com'
c.udp(pc, 4007, infra, 53, dns(7, name))
c.udp(infra, 53, pc, 4007, dns(7, name, [(1, ip(server.ip))]))


def hello(retry):
    t = Tcp(c, pc, server, 40000 + retry, 9971, (7919 * (retry + 1), 104729 * (retry + 1)))
    t.open()
    t.data(0, hello_pki(UUID, LIST, retry))
    t.close()


def session(n, port, seconds):
    t = Tcp(c, server, pc, port, 16993, (port * 31337, port * 271828)).open()
    flight = tls_server_hello() + tls_certificates([der('new')]) + TLS_REQUEST + TLS_DONE
    t.data(0, tls_client_hello())
    t.data(1, record(22, flight))
    t.data(0, record(22, tls_certificates(CHAIN) + TLS_KEY_RSA + TLS_VERIFY) + TLS_FINISHED)
    t.data(1, TLS_FINISHED)
    t.data(0, application(400))
    c.wait(seconds)
    t.data(1, application(n))
    t.close()


begun = c.now
for retry, at in enumerate((0, 60, 120, 180, 240, 540, 840, 1140)):
    c.wait(begun + at - c.now)
    hello(retry)
c.wait(60)
session(20000, 50001, 18)
c.wait(5)
session(9000, 50002, 3)
for _ in range(4):
    c.wait(60)
    c.udp(pc, 123, infra, 123, bytes([0x23]) + bytes(47))
write_pcapng(out, c, 'synthetic: the healthy client of the living site')
