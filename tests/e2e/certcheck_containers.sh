#!/usr/bin/env bash
# The containers that people have certificates and keys in, made by openssl, certtool and by hand.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/pki.sh
. tests/certdoc.sh
P=$tmp
check() { amt-certcheck --json --now 2026-11-20T12:00:00Z --firmware 11.8 "$@" >"$tmp/doc" 2>"$tmp/err" </dev/null; }

cert root '/CN=Test Root' self "$ca_ext"
cert good '/CN=amt.vprodemo.com' root "$oid_ext"
cert web '/CN=www.vprodemo.com' root "$web_ext"
bundle good root >"$P/chain"
(umask 077; echo secret >"$P/pw"; echo wrong >"$P/wrong")
pfx() { openssl pkcs12 -export -in "$P/good.pem" -inkey "$P/good.key" -certfile "$P/root.pem" -passout pass:secret -out "$P/pfx" "$@" 2>"$tmp/log" || cat "$tmp/log"; }

# opens NAME [FILE]: the chain is whole and its key is there
opens() {
	check "${2:-$P/pfx}" --password-file "$P/pw"
	verdict "$1: the chain" S1.V11b pass
	verdict "$1: the key" S1.V11a pass
}
pfx -legacy -keypbe PBE-SHA1-RC2-40 -certpbe PBE-SHA1-RC2-40; opens "a PFX whose key has RC2 too"
pfx -legacy -keypbe PBE-SHA1-RC4-128 -certpbe PBE-SHA1-RC4-128; opens "a PFX with RC4"
pfx -nomac; opens "a PFX without a MAC"
check "$P/pfx" --password-file "$P/wrong"; verdict "a PFX without a MAC, the wrong password" S1.V11a unknown
pfx -name 'Größe'; opens "a PFX with a friendly name"
is "its friendly name" "$(jq -r '.facts.chains[0].certificates[0].friendly_name' "$tmp/doc")" 'Größe'
base64 "$P/pfx" >"$P/pfx64"; opens "a PFX in base64" "$P/pfx64"

# Two servers in one PFX, as 'export all' makes it; the key of the other one comes first.
for n in good web; do openssl pkcs8 -topk8 -nocrypt -in "$P/$n.key" -outform DER -out "$P/$n.p8"; done
for n in good web root; do openssl x509 -in "$P/$n.pem" -outform DER -out "$P/$n.der"; done
$PYTHON - "$P" <<'PY'
import sys
p = sys.argv[1]
def tl(tag, b):
    return bytes([tag, 0x82]) + len(b).to_bytes(2, 'big') + b
def read(n): return open(f'{p}/{n}', 'rb').read()
oid = lambda h: bytes.fromhex('06%02x' % (len(h) // 2) + h)
key = lambda n: tl(0x30, oid('2a864886f70d010c0a0101') + tl(0xa0, read(n)))
crt = lambda n: tl(0x30, oid('2a864886f70d010c0a0103') + tl(0xa0, tl(0x30, oid('2a864886f70d01091601') + tl(0xa0, tl(4, read(n))))))
data = lambda b: tl(0x30, oid('2a864886f70d010701') + tl(0xa0, tl(4, b)))
bags = key('web.p8') + key('good.p8') + crt('web.der') + crt('good.der') + crt('root.der')
open(f'{p}/two', 'wb').write(tl(0x30, b'\2\1\3' + data(tl(0x30, data(tl(0x30, bags))))))
PY
check "$P/two"; verdict "a PFX with two keys: each is tried" S1.V11a pass
if command -v certtool >/dev/null; then
	for c in aes-256 rc2-40; do
		certtool --to-p12 --load-certificate "$P/chain" --load-privkey "$P/good.key" --p12-name mine --password secret \
			--pkcs-cipher "$c" --outder --outfile "$P/pfx" 2>"$tmp/log"
		opens "GnuTLS's PFX with $c"
	done
else
	skip "GnuTLS's PFX" "no certtool"
fi
openssl pkcs8 -topk8 -in "$P/good.key" -passout pass:secret -outform DER -out "$P/key.der"
check "$P/chain" --key "$P/key.der" --password-file "$P/pw"; verdict "an encrypted key in DER" S1.V11a pass

# --- PKCS#7 under the labels that it is met with, base64 without any ---
openssl crl2pkcs7 -nocrl -certfile "$P/chain" -out "$P/p7"
sed 's/PKCS7/CERTIFICATE/' "$P/p7" >"$P/p7c"; check "$P/p7c"; verdict "a collection that certutil -encode called a certificate" S1.V11b pass
sed 's/PKCS7/PKCS #7 SIGNED DATA/' "$P/p7" >"$P/p7c"; check "$P/p7c"; verdict "PKCS #7 SIGNED DATA" S1.V11b pass
mkdir "$P/cer"
for n in good root; do { echo; base64 "$P/$n.der" | sed 's/$/\r/'; } >"$P/cer/$n.cer"; done
check "$P/cer"; verdict "base64 without BEGIN and END" S1.V11b pass
{ echo '-----BEGIN CERTIFICATE-----'; echo 'hello world, nothing here' | base64; echo '-----END CERTIFICATE-----'; } >"$P/none"
check "$P/none"; ok "what is no certificate under that label is told" grep -q 'line 1: .* no certificate' "$tmp/err"
done_testing
