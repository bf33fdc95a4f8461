# Accounts of strange shapes: memberships that only tokenGroups shows, or that nothing shows, names that need escapes,
# groups that nobody sees because they are primary ones. LIMIT: no search tells more than so many entries.
import os
import struct
import time

NC, CONFIG = 'DC=x,DC=test', 'CN=Configuration,DC=x,DC=test'
D, OTHER = (21, 1, 1, 1), (21, 2, 2, 2)
UNIVERSAL, GLOBAL, LOCAL = -2147483640, -2147483646, -2147483644


def sid(*subs):
    return struct.pack('BB', 1, len(subs)) + (5).to_bytes(6, 'big') + b''.join(struct.pack('<I', s) for s in subs)


def group(name, rid, kind, **more):
    e[dn(name)] = dict({'objectClass': ['top', 'group'], 'cn': [name], 'sAMAccountName': [name], 'groupType': [kind],
                        'objectSid': [sid(*D, rid)]}, **more)


def user(name, rid, *member_of, told=(), wide=(), **more):
    e['CN=%s,OU=People,%s' % (name, NC)] = dict(
        {'objectClass': ['top', 'person', 'user'], 'sAMAccountName': [name], 'objectSid': [sid(*D, rid)], 'primaryGroupID': [513],
         'userAccountControl': [512], 'memberOf': [dn(g) for g in member_of], 'tokenGroups': list(told),
         'tokenGroupsGlobalAndUniversal': list(wide)}, **more)


def dn(name):
    return 'CN=%s,CN=Users,%s' % (name.replace(',', '\\,'), NC)


def rids(*n):
    return [sid(*D, r) for r in n]


e = {NC: {'objectClass': ['domain'], 'objectSid': [sid(*D)]}}
e['CN=X,CN=Partitions,' + CONFIG] = {'objectClass': ['crossRef'], 'nCName': [NC], 'dnsRoot': ['x.test'], 'nETBIOSName': ['XNET'], 'systemFlags': [3]}
group('Domain Users', 513, GLOBAL)
group('Köche, Kellner', 1301, GLOBAL, sIDHistory=[sid(*OTHER, 7)], memberOf=[dn('Große Gruppe')])
group('Große Gruppe', 1302, UNIVERSAL)
# The same as memberOf leads to, the group's former SID included.
user('plain', 1200, 'Köche, Kellner', told=rids(513, 1301, 1302) + [sid(*OTHER, 7), sid(32, 545)], wide=rids(513, 1301, 1302))
# More than memberOf leads to: a global and a domain-local group that are hidden, a universal one of another domain, a former SID.
user('hidden', 1201, told=rids(513, 2001, 2002) + [sid(*OTHER, 2003), sid(*OTHER, 2004), sid(32, 545)],
     wide=rids(513, 2001) + [sid(*OTHER, 2003)])
# Not of which kind.
user('kinds', 1202, told=rids(513, 2001))
# Nothing is given out: not the same as no groups.
user('mute', 1203)
user('barred', 1204, 'Große Gruppe')
servers = [{'addr': '10.9.0.1', 'entries': e, 'limit': int(os.environ.get('LIMIT', 0)), 'rootdse': {
    'defaultNamingContext': [NC], 'configurationNamingContext': [CONFIG], 'rootDomainNamingContext': [NC], 'domainFunctionality': [7],
    'currentTime': [time.strftime('%Y%m%d%H%M%S.0Z', time.gmtime())], 'dnsHostName': ['dc1.x.test']}}]
