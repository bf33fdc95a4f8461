# Fills sam.ldb of the lab domain before the daemon starts: groups of every scope, users in 0 to 300
# of them, AMT objects right and wrong. usage: krb_populate.py DC-FOLDER
import sys
from samba.samdb import SamDB
from samba.param import LoadParm
from samba.auth import system_session
import ldb

dc = sys.argv[1]
lp = LoadParm()
lp.load(dc + '/etc/lab.conf')
sam = SamDB(dc + '/private/sam.ldb', session_info=system_session(), lp=lp)
BASE = 'DC=vprolab,DC=test'
PASSWORD = '"Lab-Passw0rd!"'.encode('utf-16-le')
SCOPES = {'g': -2147483646, 'u': -2147483640, 'd': -2147483644}
PORTS = (16992, 16993, 16994, 16995, 623, 664)


def dn(name, ou):
    return 'CN=%s,OU=%s,OU=Lab,%s' % (name, ou, BASE)


def change(target, attribute, value, flag):
    m = ldb.Message(ldb.Dn(sam, target))
    m[attribute] = ldb.MessageElement(value, flag, attribute)
    sam.modify(m)


def user(name, **more):
    m = {'dn': dn(name, 'Users'), 'objectClass': 'user', 'sAMAccountName': name,
         'userPrincipalName': name + '@vprolab.test'}
    m.update(more)
    sam.add(m)
    change(m['dn'], 'unicodePwd', PASSWORD, ldb.FLAG_MOD_REPLACE)
    change(m['dn'], 'userAccountControl', '512', ldb.FLAG_MOD_REPLACE)
    return m['dn']


def group(name, kind):
    sam.add({'dn': dn(name, 'Groups'), 'objectClass': 'group', 'sAMAccountName': name, 'groupType': str(kind)})
    return dn(name, 'Groups')


def amt(name, etypes, uac=4096, ports=PORTS):
    fqdn = name + '.vprolab.test'
    m = {'dn': dn(name, 'AMT'), 'objectClass': 'computer', 'sAMAccountName': name + '$', 'dNSHostName': fqdn,
         'userAccountControl': str(uac), 'servicePrincipalName': ['HTTP/%s:%d' % (fqdn, p) for p in ports]}
    if etypes is not None:
        m['msDS-SupportedEncryptionTypes'] = str(etypes)
    sam.add(m)
    change(m['dn'], 'unicodePwd', PASSWORD, ldb.FLAG_MOD_REPLACE)


sam.transaction_start()
for ou in ('OU=Lab', 'OU=Users,OU=Lab', 'OU=Groups,OU=Lab', 'OU=AMT,OU=Lab'):
    sam.add({'dn': ou + ',' + BASE, 'objectClass': 'organizationalUnit'})
for k, kind in SCOPES.items():
    for i in range(1, 301):
        group('lab-%s-%03d' % (k, i), kind)
users = {(k, n): user('usr%s%03d' % (k, n)) for k in SCOPES for n in (10, 50, 100, 300)}
user('usrx000')
mixed = user('usrm100')
sam.transaction_commit()
for k in SCOPES:
    for i in range(1, 301):
        members = [users[k, n] for n in (10, 50, 100, 300) if i <= n] + ([mixed] if i <= (34 if k == 'g' else 33) else [])
        if members:
            change(dn('lab-%s-%03d' % (k, i), 'Groups'), 'member', members, ldb.FLAG_MOD_ADD)
user('usrlong', userPrincipalName='a.rather.long.user.principal@corp.vprolab.test', displayName='A Rather Long Display Name',
     scriptPath='logon\\start.cmd', profilePath='\\\\filer01.vprolab.test\\profiles\\usrlong',
     homeDirectory='\\\\filer01.vprolab.test\\home\\usrlong', homeDrive='H:')
inner = user('usrnest')
for i in range(1, 11):
    g = group('lab-nest%02d' % i, SCOPES['u'])
    change(g, 'member', [inner], ldb.FLAG_MOD_ADD)
    inner = g
d = user('usrdist')
for i in range(1, 6):
    change(group('lab-dist%02d' % i, 2), 'member', [d], ldb.FLAG_MOD_ADD)
a = user('usradm')
change('CN=Domain Admins,CN=Users,' + BASE, 'member', [a], ldb.FLAG_MOD_ADD)
amt('host', None)
amt('hostrc4', 4)
amt('hosta256', 16)
amt('hostnc', 4 | 0x80000)  # resource SID compression off: tickets as before 2012
amt('hostdel', 4, 4096 | 0x80000)
amt('hostnopac', 4, 4096 | 0x2000000)
amt('hostoff', 4, 4096 | 2)
amt('hostfew', 4, ports=(16992, 16993))
sam.add({'dn': dn('sccm', 'Users'), 'objectClass': 'computer', 'sAMAccountName': 'sccm$', 'dNSHostName': 'sccm.vprolab.test',
         'userAccountControl': '4096'})
for name in ('hostrc4', 'hostfew'):
    sam.add({'dn': dn('win-' + name, 'Users'), 'objectClass': 'computer', 'sAMAccountName': 'w' + name + '$',
             'dNSHostName': name + '.vprolab.test', 'userAccountControl': '4096'})
