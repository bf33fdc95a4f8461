#!/usr/bin/env python3
"""A small company of its own for stage_company.sh: clients, ConfigMgr's list of them, log, capture, DHCP dump.

stage_company.py FOLDER ROOT_SHA1 [FAULT ...]"""
import datetime
import os
import struct
import sys

out, root, faults = sys.argv[1], bytes.fromhex(sys.argv[2]), set(sys.argv[3:])
START = datetime.datetime(2009, 3, 9, 8, 0)
CLIENTS = [(n, "press%d" % n, "print.example.com", "10.9.1.%d" % (10 + n), "6A1B%04X-22E0-11DE-8C30-0800200C%04X" % (n, n),
            "02:00:5E:00:53:%02X" % n) for n in (1, 2, 3)]


def write(name, text):
    with open(os.path.join(out, name), "w", newline="") as f:
        f.write(text)


write("clients.csv", "name,fqdn,uuid,mac,address,firmware,method\n" + "".join(
    "%s,%s.%s,%s,%s,%s,5.2.%d,%s\n" % (host, host, domain, uuid, mac, ip, n, "in-band" if n == 3 else "out-of-band")
    for n, host, domain, ip, uuid, mac in CLIENTS))
write("configmgr.csv", '"Name","ResourceID","SMBIOSGUID","Client","AMTStatus","AMTFullVersion"\n' + "".join(
    '"%s","%d","%s","%s","%d","5.2.%d"\n' % (host.upper(), 900 + n, uuid, "1" if n == 3 else "", 2 if n == 3 else 3, n)
    for n, host, domain, ip, uuid, mac in CLIENTS))
write("dhcp.txt", "".join("Dhcp Server 10.9.0.3 " + line + "\n" for line in (
    'Add Scope 10.9.1.0 255.255.255.0 "presses" ""', "Scope 10.9.1.0 set state 1", "Scope 10.9.1.0 Add iprange 10.9.1.10 10.9.1.99",
    'Scope 10.9.1.0 set optionvalue 6 IPADDRESS "10.9.0.2"',
    'Scope 10.9.1.0 set optionvalue 15 STRING "%s"' % ("visitors.test" if "dump" in faults else "print.example.com"))))

log = []


def say(when, thread, text):
    log.append("%s  $$<SMS_AMT_OPERATION_MANAGER><%s.000 2009 GMT Standard Time><thread=%d (0x%X)>\r\n" % (
        text, when.strftime("%a %b %d %H:%M:%S"), thread, thread))


def task(when, n, name, lines):
    for text in [">>>>>>>>> Provision task begin<<<<<<<<<",
                 "Provision target is indicated with SMS resource id. (MachineId = %d %s)" % (900 + n, name)] + lines:
        say(when, 4000 + n, text)


for n, host, domain, ip, uuid, mac in CLIENTS:
    name, when = host + "." + domain, START + datetime.timedelta(minutes=n)
    connect = "Succeed to connect target machine %s and core version with 5.2.%d using %s." % (name, n, "%s")
    if n == 1 and "refused" in faults:
        task(when, n, name, [
            "**** Error 0x80090326 returned by InitializeSecurityContext during follow up TLS handshaking with server.",
            "Error: Can NOT establish connection with target device. (MachineId = 901)"])
    elif n == 1 and "wsman" in faults:
        task(when, n, name, [
            connect % "provisioning account #0", "Start 2nd stage provision on AMT device %s." % name,
            "Error: Can not finish WSMAN call with target device. 1. Check if there is a winhttp proxy to block connection. 3. For "
            "greater than 3.x AMT, WSMAN will fail with FQDN longer than 44 bytes. (MachineId = 901)"])
    else:
        task(when, n, name, [connect % "provisioning account #0", "Provision completed successfully on AMT device %s" % name])
    say(when, 4000 + n, ">>>>>>>>>> Provision task end <<<<<<<<<")
name = "press3.print.example.com"
task(START + datetime.timedelta(hours=1), 3, name, [
    "Succeed to connect target machine %s and core version with 5.2.3 using provisioned account (random generated password)." % name,
    "Get device provisioning state is Post Provisioning", "Finished full unprovision on AMT device %s!" % name,
    ">>>>>>>>>> Provision task end <<<<<<<<<"])
write("Amtopmgr.log", "".join(log))

packets = []


def packet(when, src, dst, proto, body):
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 1, 0, 64, proto, 0, bytes(map(int, src.split("."))),
                     bytes(map(int, dst.split("."))))
    frame = b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" + ip + body
    t = (when - datetime.datetime(1970, 1, 1)).total_seconds()
    packets.append(struct.pack("<IIII", int(t), 0, len(frame), len(frame)) + frame)


def tcp(when, src, dst, sport, dport, seq, ack, flags, data=b""):
    packet(when, src, dst, 6, struct.pack(">HHIIBBHHH", sport, dport, seq, ack, 0x50, flags, 8192, 0, 0) + data)


for n, host, domain, ip, uuid, mac in CLIENTS[:2]:
    when = START + datetime.timedelta(minutes=n, seconds=-30)
    given = "visitors.test" if n == 1 and "lease" in faults else domain
    options = b"\x63\x82\x53\x63\x35\1\5\x36\4\x0a\x09\0\3\6\4\x0a\x09\0\2\x0f" + bytes([len(given)]) + given.encode() + b"\xff"
    bootp = struct.pack(">BBBBIHHIIIIB", 2, 1, 6, 0, n, 0, 0, 0, int.from_bytes(bytes(map(int, ip.split("."))), "big"), 0, 0, 2)
    bootp = bootp[:28] + bytes.fromhex(mac.replace(":", "")) + bytes(10 + 64 + 128) + options
    packet(when, "10.9.0.3", ip, 17, struct.pack(">HHHH", 67, 68, 8 + len(bootp), 0) + bootp)
    u = bytes.fromhex(uuid.replace("-", ""))
    hello = struct.pack("<HHI", 0, 3, 0) + u[3::-1] + u[5:3:-1] + u[7:5:-1] + u[8:] + b"\1\1\x14" + root
    server = "10.9.0.5"
    tcp(when, ip, server, 16994, 9971, 100, 0, 2)
    tcp(when, server, ip, 9971, 16994, 500, 101, 0x12)
    tcp(when, ip, server, 16994, 9971, 101, 501, 0x18, hello)
    tcp(when, ip, server, 16994, 9971, 101 + len(hello), 501, 0x11)
    tcp(when, server, ip, 9971, 16994, 501, 102 + len(hello), 0x11)
# Others go on for three hours.
for k in range(18):
    tcp(START + datetime.timedelta(minutes=10 * k + 5), "10.9.1.90", "10.9.0.9", 50000 + k, 445, 1, 0, 2)
with open(os.path.join(out, "vlan.pcap"), "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + b"".join(packets))
