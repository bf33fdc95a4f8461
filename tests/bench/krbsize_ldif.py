# The domain of the sweep for slapd: USERS accounts, each in eight of 200 groups that are nested in one
# another by tens, with tokenGroups stored beside them.   krbsize_ldif.py USERS >LDIF
import base64
import struct
import sys

N = int(sys.argv[1])
NC, CONFIG = 'DC=x,DC=test', 'CN=Configuration,DC=x,DC=test'
SCOPES = (-2147483646, -2147483640, -2147483644)


def sid(*subs):
    raw = struct.pack('BB', 1, len(subs)) + (5).to_bytes(6, 'big') + b''.join(struct.pack('<I', s) for s in subs)
    return base64.b64encode(raw).decode()


def entry(dn, *lines):
    print('dn: %s\n%s\n' % (dn, '\n'.join(lines)))


def group_dn(i):
    return 'CN=sweep%03d,OU=Groups,%s' % (i, NC)


gsid = [sid(21, 1, 1, 1, 2000 + i) for i in range(200)]
entry(NC, 'objectClass: adDomain', 'dc: x', 'objectSid:: ' + sid(21, 1, 1, 1))
for ou in ('Groups', 'Sweep'):
    entry('OU=%s,%s' % (ou, NC), 'objectClass: organizationalUnit', 'ou: ' + ou)
entry(CONFIG, 'objectClass: adAny', 'cn: Configuration')
entry('CN=Partitions,' + CONFIG, 'objectClass: adAny', 'cn: Partitions')
entry('CN=X,CN=Partitions,' + CONFIG, 'objectClass: crossRef', 'cn: X', 'nCName: ' + NC, 'dnsRoot: x.test', 'nETBIOSName: X', 'systemFlags: 3')
entry('CN=Domain Users,OU=Groups,' + NC, 'objectClass: adGroup', 'cn: Domain Users', 'sAMAccountName: Domain Users', 'groupType: %d' % SCOPES[0],
      'objectSid:: ' + sid(21, 1, 1, 1, 513))
for i in range(200):
    up = ['memberOf: ' + group_dn(i + 1)] if (i + 1) % 10 else []
    entry(group_dn(i), 'objectClass: adGroup', 'cn: sweep%03d' % i, 'sAMAccountName: sweep%03d' % i, 'groupType: %d' % SCOPES[i % 3],
          'objectSid:: ' + gsid[i], *up)
for u in range(N):
    direct = {(u * 7 + k * 23) % 200 for k in range(8)}
    closure = {i for d in direct for i in range(d, d // 10 * 10 + 10)}
    entry('CN=s%05d,OU=Sweep,%s' % (u, NC), 'objectClass: user', 'cn: s%05d' % u, 'sAMAccountName: s%05d' % u, 'objectCategory: person',
          'userAccountControl: 512', 'primaryGroupID: 513', 'objectSid:: ' + sid(21, 1, 1, 1, 10000 + u),
          *['memberOf: ' + group_dn(d) for d in direct], 'tokenGroups:: ' + sid(21, 1, 1, 1, 513), *['tokenGroups:: ' + gsid[c] for c in sorted(closure)])
