# Fills sam.ldb of the lab domain before the daemon starts: containers, AMT objects, templates, CAs and operators, each once
# right and then wrong in one way. usage: directory_populate.py DC-FOLDER; ca1.pem, ca2.pem, ca3.pem stand beside this file
import base64
import os
import sys
from samba.samdb import SamDB
from samba.param import LoadParm
from samba.auth import system_session
from samba.ndr import ndr_pack
from samba.dcerpc import security
import ldb

dc = sys.argv[1]
lp = LoadParm()
lp.load(dc + '/etc/lab.conf')
sam = SamDB(dc + '/private/sam.ldb', session_info=system_session(), lp=lp)
BASE = 'DC=vprolab,DC=test'
PKI = 'CN=Public Key Services,CN=Services,CN=Configuration,' + BASE
PORTS = (16992, 16993, 16994, 16995, 623, 664)
PASSWORD = '"Lab-Passw0rd!"'.encode('utf-16-le')
GLOBAL, LOCAL = -2147483646, -2147483644
ENROLL = '0e10c968-78fb-11d2-90d4-00c04f79dc55'


def change(target, attribute, value, flag=ldb.FLAG_MOD_REPLACE, controls=None):
    m = ldb.Message(ldb.Dn(sam, target))
    m[attribute] = ldb.MessageElement(value, flag, attribute)
    sam.modify(m, controls or [])


def descriptor(target, sddl):
    sd = security.descriptor.from_sddl(sddl, security.dom_sid(sam.get_domain_sid()))
    change(target, 'nTSecurityDescriptor', ndr_pack(sd), controls=['sd_flags:1:4'])


def sid(dn):
    e = sam.search(dn, ldb.SCOPE_BASE, attrs=['objectSid'])[0]
    return sam.schema_format_value('objectSid', e['objectSid'][0]).decode()


def ou(dn):
    sam.add({'dn': dn, 'objectClass': 'organizationalUnit'})
    return dn


def computer(name, fqdn, where, spns=(), uac=4096):
    m = {'dn': 'CN=%s,%s' % (name, where), 'objectClass': 'computer', 'sAMAccountName': name + '$', 'dNSHostName': fqdn,
         'userAccountControl': str(uac)}
    if spns:
        m['servicePrincipalName'] = list(spns)
    sam.add(m)
    return m['dn']


def amt(n, where, ports=PORTS, uac=4096):
    fqdn = n + '.vprolab.test'
    dn = computer(n + 'iME', fqdn, where, ['HTTP/%s:%d' % (fqdn, p) for p in ports], uac)
    change(dn, 'unicodePwd', PASSWORD)
    return dn


def user(name):
    dn = 'CN=%s,CN=Users,%s' % (name, BASE)
    sam.add({'dn': dn, 'objectClass': 'user', 'sAMAccountName': name, 'userPrincipalName': name + '@vprolab.test'})
    change(dn, 'unicodePwd', PASSWORD)
    change(dn, 'userAccountControl', '512')
    return dn


def group(name, kind, *members):
    dn = 'CN=%s,CN=Users,%s' % (name, BASE)
    sam.add({'dn': dn, 'objectClass': 'group', 'sAMAccountName': name, 'groupType': str(kind)})
    change(dn, 'member', list(members), ldb.FLAG_MOD_ADD)
    return dn


def der(name):
    text = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name)).read()
    return base64.b64decode(text.split('-----BEGIN CERTIFICATE-----')[1].split('-----END')[0])


reader = sid(user('usrx000'))
servers = [computer(n, n + '.vprolab.test', 'CN=Computers,' + BASE) for n in ('sccm1', 'sccm2')]
one = sid(servers[0])
site = sid(group('Site Servers', GLOBAL, servers[1]))

# Containers: sccm1 by its own entry, sccm2 by a group
see = '(A;CI;GA;;;DA)(A;CI;GA;;;SY)(A;CI;GR;;;AU)'
for name, aces in (('Good', '(A;CI;GA;;;%s)(A;CI;GA;;;%s)' % (one, site)), ('None', ''),
                   ('Here', '(A;;GA;;;%s)(A;CI;GA;;;%s)' % (one, site)),
                   ('Deny', '(D;CI;WP;;;%s)(A;CI;GA;;;%s)(A;CI;GA;;;%s)' % (one, one, site)),
                   ('Kept', '(A;CI;GA;;;%s)(A;CI;GA;;;%s)' % (one, site))):
    descriptor(ou('OU=AMT %s,%s' % (name, BASE)), 'D:' + aces + see)
descriptor(computer('kept', 'kept.vprolab.test', 'OU=AMT Kept,' + BASE), 'D:P(A;;GA;;;%s)%s' % (site, see))

# AMT objects, and for all but one the Windows computer
good = 'OU=AMT Good,' + BASE
deep = ou('OU=Out of band management controllers of the branch offices,' + ou('OU=A second floor of containers,' + good))
amt('ok', good)
amt('few', good, (16992, 16993))
amt('dash', good, PORTS[:4])
amt('off', good, uac=4096 | 2)
amt('deep', deep)
amt('alone', good)
amt('out', 'CN=Computers,' + BASE)
amt('twice', good)
second = {}  # names that another object holds already
second[computer('holder', 'holder.vprolab.test', good)] = ['HTTP/twice.vprolab.test:16993', 'HTTP/twice.vprolab.test:16995']
amt('half', good)
second[computer('redir', 'redir.vprolab.test', good)] = ['HTTP/half.vprolab.test:16995']
computer('bare', 'bare.vprolab.test', good)
for n in ('ok', 'few', 'dash', 'off', 'deep', 'out', 'twice', 'half', 'gone'):
    computer(n, n + '.vprolab.test', 'CN=Computers,' + BASE, ['HOST/' + n])

# Operators
jane, joan, dora = user('jane'), user('joan'), user('dora')
user('tina')
group('AMT Operators', GLOBAL, jane, group('Nested', GLOBAL, joan))
group('AMT Operators of all headquarters', GLOBAL, jane)
group('AMT Local', LOCAL, dora)

# Templates
for name, wrong in (('Good', {}), ('Subject', {'msPKI-Certificate-Name-Flag': '402653184'}),
                    ('Purpose', {'pKIExtendedKeyUsage': '1.3.6.1.5.5.7.3.2', 'msPKI-Certificate-Application-Policy': '1.3.6.1.5.5.7.3.2'}),
                    ('Schema', {'msPKI-Template-Schema-Version': '3'}), ('Hold', {'msPKI-Enrollment-Flag': '2'}),
                    ('Signed', {'msPKI-RA-Signature': '1'}), ('Bits', {'msPKI-Minimal-Key-Size': '4096'}),
                    ('NoEnroll', {}), ('NoRead', {}), ('Denied', {}), ('All', {}), ('Unoffered', {})):
    m = {'dn': 'CN=%s,CN=Certificate Templates,%s' % (name, PKI), 'objectClass': 'pKICertificateTemplate', 'displayName': 'T ' + name,
         'pKIExtendedKeyUsage': '1.3.6.1.5.5.7.3.1', 'msPKI-Certificate-Application-Policy': '1.3.6.1.5.5.7.3.1',
         'msPKI-Certificate-Name-Flag': '1', 'msPKI-Enrollment-Flag': '0', 'msPKI-RA-Signature': '0',
         'msPKI-Minimal-Key-Size': '2048', 'msPKI-Template-Schema-Version': '2', 'revision': '100', 'flags': '131680',
         'msPKI-Cert-Template-OID': '1.3.6.1.4.1.311.21.8.1.' + str(sum(map(ord, name))), 'pKIDefaultKeySpec': '1',
         'msPKI-Private-Key-Flag': '0', 'msPKI-Template-Minor-Revision': '0'}
    m.update(wrong)
    sam.add(m)
    may = ''.join('(OA;;CR;%s;;%s)(A;;GR;;;%s)' % (ENROLL, s, s) for s in (one, site))
    look = '(A;;GA;;;DA)(A;;GA;;;SY)(A;;GR;;;%s)' % reader
    sddl = {'NoEnroll': '(A;;GR;;;AU)', 'NoRead': '(OA;;CR;%s;;%s)' % (ENROLL, one),
            'Denied': '(OD;;CR;%s;;%s)%s' % (ENROLL, one, may), 'All': '(A;;CRGR;;;%s)' % one}.get(name, may)
    descriptor(m['dn'], 'D:P' + sddl + look)

# CAs: the second is missing from NTAuth and has a long key, the third issues nothing
for parent in ('Enrollment Services', 'AIA', 'CDP', 'Certification Authorities'):
    try:
        sam.add({'dn': 'CN=%s,%s' % (parent, PKI), 'objectClass': 'container'})
    except ldb.LdbError:
        pass
offered = ['Good', 'Subject', 'Purpose', 'Schema', 'Hold', 'Signed', 'Bits', 'NoEnroll', 'NoRead', 'Denied', 'All']
for n in (1, 2, 3):
    m = {'dn': 'CN=Lab CA %d,CN=Enrollment Services,%s' % (n, PKI), 'objectClass': 'pKIEnrollmentService', 'flags': '10',
         'dNSHostName': 'ca%d.vprolab.test' % n, 'cACertificate': der('ca%d.pem' % n), 'cACertificateDN': 'CN=Lab CA %d' % n}
    if n < 3:
        m['certificateTemplates'] = offered if n == 1 else ['Good']
    sam.add(m)
for cn, certs in (('CN=NTAuthCertificates,', [der('ca1.pem'), der('ca3.pem')]), ('CN=Lab CA 1,CN=AIA,', [der('ca1.pem')])):
    sam.add({'dn': cn + PKI, 'objectClass': 'certificationAuthority', 'cACertificate': certs,
             'authorityRevocationList': b'\0', 'certificateRevocationList': b'\0'})

# AD before 2012 R2 let two objects hold one name; Samba does not, so these go in below its checks.
del sam
raw = ldb.Ldb(dc + '/private/sam.ldb.d/%s.ldb' % BASE.upper())
for dn, names in second.items():
    m = ldb.Message(ldb.Dn(raw, dn))
    m['servicePrincipalName'] = ldb.MessageElement(names, ldb.FLAG_MOD_REPLACE, 'servicePrincipalName')
    raw.modify(m)
