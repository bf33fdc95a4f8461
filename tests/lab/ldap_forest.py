# Two trees and a child domain of one forest, and a second forest: right and wrong at once.
import os
import struct
import time


def sid(*subs):
    return struct.pack('BB', 1, len(subs)) + (5).to_bytes(6, 'big') + b''.join(struct.pack('<I', s) for s in subs)


def descriptor(*aces, protected=False):
    """aces: (type, flags, mask, sid)"""
    body = b''
    for kind, flags, mask, who in aces:
        body += struct.pack('<BBHI', kind, flags, 8 + len(who), mask) + who
    acl = struct.pack('<BBHHH', 4, 0, 8 + len(body), len(aces), 0) + body
    return struct.pack('<BBHIIII', 1, 0, 0x9004 if protected else 0x8004, 0, 0, 0, 20) + acl


X, CHILD = (21, 1, 1, 1), (21, 2, 2, 2)
SERVER = sid(*X, 1100)
FULL, LESS = descriptor((0, 2, 0xf01ff, SERVER)), descriptor((0, 2, 0x20094, SERVER))
PORTS = (16992, 16993, 16994, 16995, 623, 664)
CONFIG = 'CN=Configuration,DC=x,DC=test'
PARTITIONS = 'CN=Partitions,' + CONFIG
UNIVERSAL, GLOBAL, LOCAL = -2147483640, -2147483646, -2147483644


def domain(nc, config=CONFIG, root='DC=x,DC=test', level=int(os.environ.get('LEVEL', 7))):
    return {'defaultNamingContext': [nc], 'configurationNamingContext': [config], 'rootDomainNamingContext': [root],
            'schemaNamingContext': ['CN=Schema,' + config], 'currentTime': [time.strftime('%Y%m%d%H%M%S.0Z', time.gmtime())], 'domainFunctionality': [level],
            'dnsHostName': ['dc1.' + nc[3:].replace(',DC=', '.')]}


def computer(name, nc, dns=None, **more):
    e = {'objectClass': ['top', 'computer'], 'cn': [name], 'sAMAccountName': [name + '$'], 'userAccountControl': [4096]}
    if dns:
        e['dNSHostName'] = [dns]
    e.update(more)
    return {'CN=%s,CN=Computers,%s' % (name, nc): e}


def amt(name, fqdn, nc, ports=PORTS, **more):
    e = {'objectClass': ['top', 'computer'], 'cn': [name], 'sAMAccountName': [name], 'userAccountControl': [4096],
         'accountExpires': [9223372036854775807], 'whenChanged': ['20200101000000.0Z'], 'pwdLastSet': [1],
         'servicePrincipalName': ['HTTP/%s:%d' % (fqdn, p) for p in ports]}
    e.update(more)
    return {'CN=%s,OU=AMT,%s' % (name, nc): e}


def crossref(name, nc, dns, flags=3, **more):
    e = {'objectClass': ['crossRef'], 'nCName': [nc], 'dnsRoot': [dns], 'nETBIOSName': [name], 'systemFlags': [flags]}
    e.update(more)
    return {'CN=%s,%s' % (name, PARTITIONS): e}


def group(name, nc, kind, who, members, **more):
    e = {'objectClass': ['top', 'group'], 'cn': [name], 'sAMAccountName': [name], 'groupType': [kind], 'objectSid': [sid(*who)],
         'member': members}
    e.update(more)
    return {'CN=%s,CN=Users,%s' % (name, nc): e}


JANE, TINA = 'CN=jane,CN=Users,DC=x,DC=test', 'CN=tina,CN=Users,DC=x,DC=test'
x = {'DC=x,DC=test': {'objectClass': ['domain'], 'objectSid': [sid(*X)]}}
x.update(crossref('X', 'DC=x,DC=test', 'x.test'))
x.update(crossref('CHILD', 'DC=child,DC=x,DC=test', 'child.x.test', trustParent=['CN=X,' + PARTITIONS]))
x.update(crossref('TREE', 'DC=tree,DC=test', 'tree.test'))
x.update(crossref('DNS', 'DC=DomainDnsZones,DC=x,DC=test', 'zones.x.test', flags=5))
x['OU=AMT,DC=x,DC=test'] = {'objectClass': ['organizationalUnit'], 'nTSecurityDescriptor': [FULL]}
x.update(computer('sccm', 'DC=x,DC=test', 'sccm.x.test', objectSid=[SERVER], tokenGroups=[sid(*X, 513)]))
x.update(computer('mute', 'DC=x,DC=test', 'mute.x.test', objectSid=[sid(*X, 1101)]))
# right; a link; the group for wireless
x.update(amt('pc1$iME', 'pc1.x.test', 'DC=x,DC=test', nTSecurityDescriptor=[FULL], memberOf=['CN=wifi,CN=Users,DC=x,DC=test'],
             managedBy=['CN=pc1,CN=Computers,DC=x,DC=test']))
x.update(computer('pc1', 'DC=x,DC=test', 'pc1.x.test'))
# a link to somebody else; protected from the container's permissions; a second object elsewhere in the forest has its name
x.update(amt('pc2$iME', 'pc2.x.test', 'DC=x,DC=test', nTSecurityDescriptor=[descriptor(protected=True)],
             managedBy=['CN=pc1,CN=Computers,DC=x,DC=test']))
x.update(computer('pc2', 'DC=x,DC=test', 'pc2.x.test'))
# the client's suffix is not its domain's
x.update(computer('pc4', 'DC=x,DC=test', 'pc4.else.test'))
x.update(amt('pc4', 'pc4.else.test', 'DC=x,DC=test', ports=(16993,)))
# expired
x.update(amt('pc5', 'pc5.x.test', 'DC=x,DC=test', accountExpires=[116444736000000000]))
x.update(computer('pc5', 'DC=x,DC=test', 'pc5.x.test'))
x.update(group('wifi', 'DC=x,DC=test', GLOBAL, X + (1300,), ['CN=u%05d,DC=x,DC=test' % i for i in range(3200)]
               + ['CN=pc1$iME,OU=AMT,DC=x,DC=test']))
x.update(group('AMT operators of headquarters', 'DC=x,DC=test', GLOBAL, X + (1301,), [JANE]))
x.update(group('Domain Users', 'DC=x,DC=test', GLOBAL, X + (513,), []))
x.update(group('old', 'DC=x,DC=test', LOCAL, X + (1302,), [JANE]))
x[JANE] = {'objectClass': ['top', 'person', 'user'], 'sAMAccountName': ['jane'], 'objectSid': [sid(*X, 1200)], 'primaryGroupID': [513],
           'tokenGroups': [sid(*X, 513), sid(*X, 1301)], 'userAccountControl': [512],
           'memberOf': ['CN=AMT operators of headquarters,CN=Users,DC=x,DC=test', 'CN=old,CN=Users,DC=x,DC=test']}
x[TINA.replace('tina', 'toni')] = dict(x[JANE], sAMAccountName=['toni'], objectSid=[sid(*X, 1202)], userAccountControl=[514])
x[TINA] = dict(x[JANE], sAMAccountName=['tina'], objectSid=[sid(*X, 1201)], tokenGroups=[sid(*X, 513)], memberOf=[])
x['CN=dc1,OU=Domain Controllers,DC=x,DC=test'] = {'objectClass': ['computer'], 'userAccountControl': [8192], 'dNSHostName': ['dc1.x.test']}
x['CN=dc2,OU=Domain Controllers,DC=x,DC=test'] = {'objectClass': ['computer'], 'userAccountControl': [8192], 'dNSHostName': ['dc2.x.test']}
x['CN=Schema,' + CONFIG] = {'objectClass': ['dMD']}
x['CN=Intel-Management-Engine,CN=Schema,' + CONFIG] = {'objectClass': ['classSchema'], 'cn': ['Intel-Management-Engine'],
                                                       'lDAPDisplayName': ['intelManagementEngine']}

child = {'DC=child,DC=x,DC=test': {'objectClass': ['domain'], 'objectSid': [sid(*CHILD)]}}
child['OU=AMT,DC=child,DC=x,DC=test'] = {'objectClass': ['organizationalUnit'], 'nTSecurityDescriptor': [LESS]}
child.update(amt('pc3', 'pc3.child.x.test', 'DC=child,DC=x,DC=test', **{'msDS-SupportedEncryptionTypes': [4]}))
child.update(computer('pc3', 'DC=child,DC=x,DC=test', 'pc3.child.x.test'))
child.update(amt('double', 'pc2.x.test', 'DC=child,DC=x,DC=test', ports=(16995,)))
# Jane's group of the other domain is in one domain-local group there, which is in another; Tina in one by herself.
child.update(group('local1', 'DC=child,DC=x,DC=test', LOCAL, CHILD + (1400,), ['CN=AMT operators of headquarters,CN=Users,DC=x,DC=test']))
child.update(group('local2', 'DC=child,DC=x,DC=test', LOCAL, CHILD + (1401,), ['CN=local1,CN=Users,DC=child,DC=x,DC=test']))
child.update(group('local3', 'DC=child,DC=x,DC=test', LOCAL, CHILD + (1402,), [TINA]))
child.update(group('foreign', 'DC=child,DC=x,DC=test', UNIVERSAL, CHILD + (1403,), [JANE]))

child['CN=jane,CN=Users,DC=child,DC=x,DC=test'] = {
    'objectClass': ['top', 'person', 'user'], 'sAMAccountName': ['jane'], 'objectSid': [sid(*CHILD, 1500)], 'userAccountControl': [512],
    'tokenGroups': [sid(*CHILD, 513)]}

tree = {'DC=tree,DC=test': {'objectClass': ['domain'], 'objectSid': [sid(21, 3, 3, 3)]}}
tree.update(computer('pc6', 'DC=tree,DC=test', 'pc6.tree.test'))

catalog = {}
for part in (x, child, tree):
    catalog.update(part)
second = {k: dict(v) for k, v in x.items() if not k.startswith('CN=pc5,OU')}
second['CN=pc1$iME,OU=AMT,DC=x,DC=test']['userAccountControl'] = [4098]

servers = [
    {'addr': '10.9.0.1', 'entries': x, 'catalog': catalog, 'clock': float(os.environ.get('CLOCK', '0')), 'rootdse': domain('DC=x,DC=test')},
    {'addr': '10.9.0.2', 'entries': second, 'rootdse': domain('DC=x,DC=test')},
    {'addr': '10.9.0.3', 'entries': child, 'rootdse': domain('DC=child,DC=x,DC=test')},
    {'addr': '10.9.0.4', 'entries': tree, 'rootdse': domain('DC=tree,DC=test')},
    {'addr': '10.9.0.5', 'entries': {}, 'rootdse': domain('DC=away,DC=test', 'CN=Configuration,DC=away,DC=test', 'DC=away,DC=test')},
]
