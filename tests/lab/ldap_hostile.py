# What no honest domain controller sends. HOSTILE picks how the server misbehaves; without it only the
# values are bad: groups in a circle, 5,000 members, SIDs and descriptors of every wrong shape.
import os
import struct
import time

NC, CONFIG = 'DC=x,DC=test', 'CN=Configuration,DC=x,DC=test'


def sid(*subs):
    return struct.pack('BB', 1, len(subs)) + (5).to_bytes(6, 'big') + b''.join(struct.pack('<I', s) for s in subs)


def dn(name):
    return 'CN=%s,CN=Users,%s' % (name, NC)


D = (21, 1, 1, 1)
GROUP = {'objectClass': ['group'], 'groupType': [-2147483646]}
e = {NC: {'objectClass': ['domain'], 'objectSid': [sid(*D)]}}
e['CN=X,CN=Partitions,' + CONFIG] = {'objectClass': ['crossRef'], 'nCName': [NC], 'dnsRoot': ['x.test'], 'nETBIOSName': ['X'], 'systemFlags': [3]}
# A circle of 50 groups; one group that is in itself; one in all of 5,000 others (range retrieval on memberOf).
for i in range(50):
    e[dn('c%02d' % i)] = dict(GROUP, sAMAccountName=['c%02d' % i], objectSid=[sid(*D, 2000 + i)], memberOf=[dn('c%02d' % ((i + 1) % 50))])
e[dn('self')] = dict(GROUP, sAMAccountName=['self'], objectSid=[sid(*D, 2100)], memberOf=[dn('self')])
for i in range(5000):
    e[dn('g%04d' % i)] = dict(GROUP, sAMAccountName=['g%04d' % i], objectSid=[sid(*D, 10000 + i)])
USER = {'objectClass': ['person', 'user'], 'primaryGroupID': [513], 'userAccountControl': [512]}
e[dn('circle')] = dict(USER, sAMAccountName=['circle'], objectSid=[sid(*D, 1200)], memberOf=[dn('c07'), dn('self')])
e[dn('many')] = dict(USER, sAMAccountName=['many'], objectSid=[sid(*D, 1201)], memberOf=[dn('g%04d' % i) for i in range(5000)])
# SIDs: cut, empty, of another revision, with 16 and with 255 sub-authorities announced, a group without one.
BAD = [b'', b'\1', b'\1\5\0\0\0\0\0\5', b'\2' + sid(*D)[1:], b'\1\x10' + sid(*D)[2:] + b'\0' * 64, b'\1\xff' + b'\0' * 6 + b'A' * 900, sid(*D, 7)[:-1]]
for i, bad in enumerate(BAD):
    e[dn('b%d' % i)] = dict(GROUP, sAMAccountName=['b%d' % i], objectSid=[bad], sIDHistory=[bad, sid(*D, 7)])
e[dn('none')] = dict(GROUP, sAMAccountName=['none'])
e[dn('odd')] = dict(USER, sAMAccountName=['odd'], objectSid=[BAD[3]], sIDHistory=BAD, tokenGroups=BAD, primaryGroupID=['-99999999999999999999'],
                    userAccountControl=['many'], memberOf=[dn('b%d' % i) for i in range(len(BAD))] + [dn('none'), 'no DN at all', 'CN=' + 'x' * 9000])
# Descriptors: too short, offsets past the end, an ACE longer than its ACL, 65,535 entries announced.
BAD_SD = [b'', b'\1\0', struct.pack('<BBHIIII', 1, 0, 0x8004, 0, 0, 0, 0xffffffff), struct.pack('<BBHIIII', 1, 0, 0x8004, 0, 0, 0, 20),
          struct.pack('<BBHIIII', 1, 0, 0x8004, 0, 0, 0, 20) + struct.pack('<BBHHH', 4, 0, 0xffff, 0xffff, 0) + b'\0' * 64,
          struct.pack('<BBHIIII', 1, 0, 0x8004, 0, 0, 0, 20) + struct.pack('<BBHHH', 4, 0, 16, 1, 0) + struct.pack('<BBHI', 0, 2, 60, 0xf01ff),
          struct.pack('<BBHIIII', 9, 0, 0x8004, 0, 0, 0, 20)]
e['OU=AMT,' + NC] = {'objectClass': ['organizationalUnit'], 'nTSecurityDescriptor': [BAD_SD[int(os.environ.get('BAD_SD', '0'))]]}
for i, bad in enumerate(BAD_SD):
    e['CN=k%d,OU=AMT,%s' % (i, NC)] = {'objectClass': ['computer'], 'nTSecurityDescriptor': [bad]}
e['CN=sccm,CN=Computers,' + NC] = {'objectClass': ['computer'], 'cn': ['sccm'], 'objectSid': [sid(*D, 1100)], 'tokenGroups': BAD}
servers = [{'addr': '10.9.0.1', 'entries': e, 'hostile': os.environ.get('HOSTILE'), 'rootdse': {
    'defaultNamingContext': [NC], 'configurationNamingContext': [CONFIG], 'rootDomainNamingContext': [NC], 'domainFunctionality': [7],
    'currentTime': [time.strftime('%Y%m%d%H%M%S.0Z', time.gmtime())], 'dnsHostName': ['dc1.x.test']}}]
