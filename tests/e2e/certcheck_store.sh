#!/usr/bin/env bash
# Windows serialized stores (.sst), made here byte by byte: 0, "CERT", then elements of {id, encoding, length,
# bytes}. Properties stand before the certificate they belong to. Then stores that are damaged or made to hurt.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/pki.sh
P=$tmp
NOW=2026-11-20T12:00:00Z
check() { timeout 60 amt-certcheck --json --now $NOW "$@" >"$tmp/doc" 2>"$tmp/err" </dev/null; rc=$?; }
v() { jq -r --arg id "$1" '[.findings[]|select(.id==$id)|.verdict]|unique|join(",")' "$tmp/doc"; }
source_says() { jq -r ".facts.sources[0]|$1" "$tmp/doc"; }

cert root '/CN=Store Root' self "$ca_ext"; cert int '/CN=Store Issuing' root "$ca_ext"
cert leaf '/CN=amt.vprodemo.com' int "$oid_ext"
crl int int 240 leaf; openssl crl -in "$P/int.crl" -outform DER -out "$P/crl.der"
for f in leaf int root; do openssl x509 -in "$P/$f.pem" -outform DER -out "$P/$f.der"; done
printf 'pw\n' >"$P/pw"
openssl pkcs12 -export -in "$P/leaf.pem" -inkey "$P/leaf.key" -out "$P/leaf.pfx" -passout file:"$P/pw"
$PYTHON - "$P" <<'PY'
import hashlib, random, struct, sys
p = sys.argv[1]
der = {n: open(f'{p}/{n}.der', 'rb').read() for n in ('leaf', 'int', 'root', 'crl')}
def el(i, data, encoding=1, length=None):
    return struct.pack('<III', i, encoding, len(data) if length is None else length) + data
head, end = b'\0\0\0\0CERT', b'\0' * 12
def props(d, name=None, key=False):
    out = el(3, hashlib.sha1(d).digest()) + el(4, hashlib.md5(d).digest())
    if name:
        out += el(11, name.encode('utf-16-le') + b'\0\0')
    if key:  # key provider: container and provider names, offsets; a random blob will do
        out += el(2, b'\x20\0\0\0' * 7 + 'le-AMT-1234'.encode('utf-16-le'))
    return out + el(20, b'\1' * 20) + el(0x8001, b'of some program')
def c(n, **k):
    return props(der[n], **k) + el(32, der[n])
ctl = b'\x30\x82\x01\x00' + b'\0' * 256
good = head + c('root') + c('leaf', name='AMT Bereitstellung ü', key=True) + c('int') + el(3, b'\2' * 20) + el(33, der['crl']) + el(34, ctl) + end
def put(name, data):
    open(f'{p}/{name}.sst', 'wb').write(data)
put('good', good)
put('nocrl', head + c('root') + c('leaf') + c('int') + end)
put('empty', head + end)
put('headonly', head)
put('noend', good[:-12])
put('behind', good + b'more')
put('twice', head + c('leaf') + c('int') + c('root') + c('leaf') + end)
put('long', head + c('leaf') + el(32, der['int'], length=0xffffffff))
put('zero', head + el(32, b'') + c('leaf') + c('int') + c('root') + end)
put('junk', head + el(32, b'\x30\x82\xff\xff' + b'A' * 64) + el(33, b'\x30\x03\2\1\1') + c('leaf') + c('int') + c('root') + end)
put('pfx', head + el(33, open(f'{p}/leaf.pfx', 'rb').read()) + el(33, der['root']) + c('leaf') + c('int') + end)
put('ids', head + el(0x12345678, b'x') + el(0xffffffff, b'') + c('leaf') + c('int') + c('root') + end)
put('names', head + el(11, b'\0\xd8' * 40) + el(11, b'A' * 200000) + c('leaf') + c('int') + c('root') + end)
put('many', head + el(3, b'\1' * 20) * 300000 + c('leaf') + c('int') + c('root') + end)
put('same', head + c('leaf') * 20000 + c('int') + c('root') + end)
rnd = random.Random(7)
for i in range(40):
    b = bytearray(good)
    for _ in range(1 + i % 8):
        b[rnd.randrange(8, len(b))] = rnd.randrange(256)
    put(f'bit{i}', bytes(b[:rnd.randrange(9, len(b))] if i % 2 else bytes(b)))
for i in range(0, 40):
    put(f'cut{i}', good[:8 + i])
PY

check "$P/good.sst"
is "format, certificates and lists" "$(source_says '"\(.format) \(.certificates) \(.crls) \(.unreadable)"')" "SST 3 1 0"
is "the chain is built" "$(v S1.V11b)" pass
is "the friendly name is that of the certificate it stands before" \
	"$(jq -r '[.facts.chains[0].certificates[].friendly_name]|@json' "$tmp/doc")" '["AMT Bereitstellung ü",null,null]'
is "the CRL of the store counts: the leaf is revoked" "$(v S3.C24a)" fail
ok "a trust list is passed over, and that is told" grep -q 'trust lists are passed over (1)' "$tmp/err"
ok "that Windows has a private key is told" grep -q 'private key for 1 of' "$tmp/err"
is "and no key is claimed" "$(v S1.V11a)" ""
check "$P/nocrl.sst"; is "without lists and keys" "$(v S1.V11b) $rc" "pass 3"
is "nothing to tell of it" "$(grep -c 'nocrl.sst' "$tmp/err")" 0
check "$P/empty.sst"; is "an empty store: unknown" "$rc" 3
check "$P/headonly.sst"; ok "a store that ends behind its head is told" grep -q 'cut off at byte 8' "$tmp/err"
check "$P/noend.sst"; is "without its end all is read" "$(v S1.V11b)" pass; ok "and told" grep -q 'cut off' "$tmp/err"
check "$P/behind.sst"; ok "bytes behind the end are told" grep -q 'stand behind the end' "$tmp/err"
check "$P/twice.sst"; is "a certificate twice" "$(source_says .duplicates) $(v S1.V11b)" "1 warn"
is "a store has no order" "$(jq -r '.facts.chains[0].order' "$tmp/doc")" unknown

# hostile
check "$P/long.sst"; ok "an element longer than the file: cut off" grep -q 'cut off' "$tmp/err"; is "what came before it is kept" "$(source_says .certificates)" 1
check "$P/zero.sst"; is "an element without bytes" "$(source_says '"\(.certificates) \(.unreadable)"') $(v S1.V11b)" "4 1 pass"
check "$P/junk.sst"; is "elements that are neither" "$(source_says '"\(.unreadable) \(.crls)"') $(v S1.V11b)" "1 0 pass"
ok "the bad list is told" grep -q "revocation list in it can't be read" "$tmp/err"
check "$P/pfx.sst"; is "a PFX or a certificate where a list should be is not taken" "$(source_says '"\(.certificates) \(.keys)"')" "2 0"
check "$P/ids.sst"; ok "ids that Windows does not write are told" grep -q '2 elements are of no kind' "$tmp/err"; is "the rest is read" "$(v S1.V11b)" pass
check "$P/names.sst"; is "friendly names that are none" "$(jq -r '.facts.chains[0].certificates[0].friendly_name' "$tmp/doc") $(v S1.V11b)" "null pass"
check "$P/many.sst"; is "300,000 properties before one certificate" "$(v S1.V11b)" pass
check "$P/same.sst"; is "one certificate 20,000 times" "$(source_says '"\(.certificates) \(.duplicates)"')" "20002 19999"
bad=
for f in "$P"/bit*.sst "$P"/cut*.sst; do
	check "$f"; [ $rc -le 3 ] || bad="$bad ${f##*/}=$rc"
done
is "80 damaged stores end well" "$bad" ""
done_testing
