# Fills sam.ldb of the living site before the daemon starts: the container with its AMT objects, the site server with
# full control of it, the enterprise CA, its template, an operators' group. usage: site_directory.py DC-FOLDER ROOT.pem ISSUING.pem
import base64
import sys
import uuid
from samba.samdb import SamDB
from samba.param import LoadParm
from samba.auth import system_session
from samba.ndr import ndr_pack
from samba.dcerpc import security
import ldb

dc, root, issuing = sys.argv[1:4]
lp = LoadParm()
lp.load(dc + '/etc/lab.conf')
sam = SamDB(dc + '/private/sam.ldb', session_info=system_session(), lp=lp)
BASE = 'DC=contoso,DC=com'
PKI = 'CN=Public Key Services,CN=Services,CN=Configuration,' + BASE
OU = 'OU=Out of Band Management Controllers,' + BASE
PORTS = (16992, 16993, 16994, 16995, 623, 664)
PASSWORD = '"Lab-Passw0rd!"'.encode('utf-16-le')


def change(target, attribute, value):
    m = ldb.Message(ldb.Dn(sam, target))
    m[attribute] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, attribute)
    sam.modify(m)


def der(path):
    text = open(path).read().split('-----BEGIN CERTIFICATE-----')[1].split('-----END')[0]
    return base64.b64decode(text)


def descriptor(target, sddl):
    sd = security.descriptor.from_sddl(sddl, security.dom_sid(sam.get_domain_sid()))
    m = ldb.Message(ldb.Dn(sam, target))
    m['nTSecurityDescriptor'] = ldb.MessageElement(ndr_pack(sd), ldb.FLAG_MOD_REPLACE, 'nTSecurityDescriptor')
    sam.modify(m, ['sd_flags:1:4'])


change(BASE, 'lockoutThreshold', '5')  # so that wrong passwords are counted
sam.add({'dn': OU, 'objectClass': 'organizationalUnit'})
server = 'CN=SCCM01,CN=Computers,' + BASE
sam.add({'dn': server, 'objectClass': 'computer', 'sAMAccountName': 'SCCM01$', 'dNSHostName': 'sccm01.contoso.com',
         'userAccountControl': '4096'})
sid = sam.schema_format_value('objectSid', sam.search(server, ldb.SCOPE_BASE, attrs=['objectSid'])[0]['objectSid'][0]).decode()
descriptor(OU, 'D:(A;CI;GA;;;%s)(A;CI;GA;;;DA)(A;CI;GA;;;SY)(A;CI;GR;;;AU)' % sid)
for n in range(1, 13):
    name = 'pc%02d' % n
    fqdn = name + '.contoso.com'
    sam.add({'dn': 'CN=%s,CN=Computers,%s' % (name.upper(), BASE), 'objectClass': 'computer',
             'sAMAccountName': name.upper() + '$', 'dNSHostName': fqdn, 'userAccountControl': '4096',
             'servicePrincipalName': ['HOST/' + fqdn, 'HOST/' + name.upper()]})
for n in (1, 11, 12):
    name = 'pc%02d' % n
    fqdn = name + '.contoso.com'
    dn = 'CN=%s,%s' % (name, OU)
    ports = (16992, 16993) if n == 12 else PORTS
    sam.add({'dn': dn, 'objectClass': 'computer', 'sAMAccountName': name + 'iME$', 'dNSHostName': fqdn,
             'userAccountControl': '4096', 'servicePrincipalName': ['HTTP/%s:%d' % (fqdn, p) for p in ports],
             'msDS-SupportedEncryptionTypes': '4'})
    change(dn, 'unicodePwd', PASSWORD)
    change(dn, 'managedBy', 'CN=%s,CN=Computers,%s' % (name.upper(), BASE))
    # As firmware has it: the first three parts little endian.
    guid = uuid.UUID('4C4C4544-00%02d-4D10-8031-B4C04F333231' % n)
    change('CN=%s,CN=Computers,%s' % (name.upper(), BASE), 'netbootGUID', guid.bytes_le)
group = 'CN=AMT Operators,CN=Users,' + BASE
sam.add({'dn': group, 'objectClass': 'group', 'sAMAccountName': 'AMT Operators', 'groupType': '-2147483646'})
user = 'CN=amtop,CN=Users,' + BASE
sam.add({'dn': user, 'objectClass': 'user', 'sAMAccountName': 'amtop', 'userPrincipalName': 'amtop@contoso.com'})
change(user, 'unicodePwd', PASSWORD)
change(user, 'userAccountControl', '66048')
change(group, 'member', user)
print('group', sam.schema_format_value('objectSid', sam.search(group, ldb.SCOPE_BASE, attrs=['objectSid'])[0]['objectSid'][0]).decode())

template = 'CN=ConfigMgrAMTWebServerCertificate,CN=Certificate Templates,' + PKI
sam.add({'dn': template, 'objectClass': 'pKICertificateTemplate', 'displayName': 'ConfigMgr AMT Web Server Certificate',
         'pKIExtendedKeyUsage': '1.3.6.1.5.5.7.3.1', 'msPKI-Certificate-Application-Policy': '1.3.6.1.5.5.7.3.1',
         'msPKI-Certificate-Name-Flag': '1', 'msPKI-Enrollment-Flag': '0', 'msPKI-RA-Signature': '0',
         'msPKI-Minimal-Key-Size': '2048', 'msPKI-Template-Schema-Version': '2', 'revision': '100',
         'msPKI-Cert-Template-OID': '1.3.6.1.4.1.311.21.8.1.2.3.4.5.6', 'flags': '131680', 'pKIDefaultKeySpec': '1',
         'msPKI-Private-Key-Flag': '0', 'msPKI-Template-Minor-Revision': '0'})
ENROLL = '0e10c968-78fb-11d2-90d4-00c04f79dc55'
descriptor(template, 'D:(OA;;CR;%s;;%s)(A;;GR;;;%s)(A;;GA;;;DA)(A;;GR;;;AU)' % (ENROLL, sid, sid))
ca = 'CN=Contoso Issuing CA,CN=Enrollment Services,' + PKI
for parent in ('CN=Enrollment Services', 'CN=AIA', 'CN=CDP', 'CN=Certification Authorities'):
    try:
        sam.add({'dn': parent + ',' + PKI, 'objectClass': 'container'})
    except ldb.LdbError:
        pass
sam.add({'dn': ca, 'objectClass': 'pKIEnrollmentService', 'cn': 'Contoso Issuing CA', 'dNSHostName': 'ca01.contoso.com',
         'cACertificate': der(issuing), 'cACertificateDN': 'CN=Contoso Issuing CA,O=Contoso', 'flags': '10',
         'certificateTemplates': ['ConfigMgrAMTWebServerCertificate', 'WebServer']})
for cn, where in (('NTAuthCertificates,', ''), ('Contoso Root CA,', 'CN=Certification Authorities,'), ('Contoso Issuing CA,', 'CN=AIA,')):
    sam.add({'dn': 'CN=' + cn + where + PKI, 'objectClass': 'certificationAuthority',
             'cACertificate': der(root if 'Root' in cn else issuing), 'authorityRevocationList': b'\0',
             'certificateRevocationList': b'\0'})
