#!/usr/bin/env bash
# Every rule of amt-certcheck with a chain that passes and chains that fail, made here with the
# openssl command line. "F n" names a row of the handbook's failure table (certificates.md 6).
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/pki.sh
. tests/certdoc.sh
P=$tmp
NOW=2026-11-20T12:00:00Z

# check ARGS: runs amt-certcheck, keeps the document.
check() { amt-certcheck --json --now "$NOW" "$@" >"$tmp/doc" 2>"$tmp/err" </dev/null; rc=$?; }

cert root '/CN=Test Root' self "$ca_ext"
cert int '/CN=Test Issuing' root "$ca_ext"
cert good '/OU=Intel(R) Client Setup Certificate/CN=amt.vprodemo.com' int "$oid_ext"
bundle good int root >"$P/good.chain"
fingerprint "$P/root.pem" >"$P/list"

# --- the healthy chain ---
check "$P/good.chain" --suffix vprodemo.com --hashes "$P/list"
is "a healthy chain: exit code" "$rc" 0
for id in S1.V11b S3.C07 S3.C08 S3.C10a S3.C10b X.PKI1 S3.C11 S3.C13 S3.C14; do verdict "a healthy chain: $id" $id pass; done
is "its leaf" "$(jq -r '.facts.chains[0].certificates[0].subject' "$tmp/doc")" "CN=amt.vprodemo.com,OU=Intel(R) Client Setup Certificate"
is "its order" "$(jq -r '.facts.chains[0].order' "$tmp/doc")" leaf-first
is "its key" "$(jq -c '.facts.chains[0].certificates[0].key|[.type,.bits]' "$tmp/doc")" '["RSA",2048]'
is "one row per generation" "$(jq '.facts.firmware|length' "$tmp/doc")" "$(($(grep -vc '^#' common/pki/firmware.tsv) - 1))"
amt-certcheck --replay "$tmp/doc" --json >"$tmp/again"
is "replay gives the same facts" "$(jq -S .facts "$tmp/again" | sha1sum)" "$(jq -S .facts "$tmp/doc" | sha1sum)"
is "replay gives the same findings" "$(jq -S .findings "$tmp/again" | sha1sum)" "$(jq -S .findings "$tmp/doc" | sha1sum)"
amt-certcheck --replay "$tmp/doc" --json --now 2040-01-01T00:00:00Z >"$tmp/again"
is "replay at another time judges again" "$(jq -r '.findings[]|select(.id=="S3.C13").verdict' "$tmp/again")" fail

# --- input formats; the leaf by content (F 24) ---
bundle root int good >"$P/reversed"; check "$P/reversed"
is "reversed order is seen" "$(jq -r '.facts.chains[0].order' "$tmp/doc")" reversed
verdict "reversed order warns" S1.V11b warn
bundle int good root >"$P/mixed"; check "$P/mixed"; is "mixed order is seen" "$(jq -r '.facts.chains[0].order' "$tmp/doc")" mixed
for f in good int root; do openssl x509 -in "$P/$f.pem" -outform DER -out "$P/$f.der"; done
check "$P/good.der" "$P/int.der" "$P/root.der"; verdict "DER files" S1.V11b pass
cat "$P/good.der" "$P/int.der" "$P/root.der" >"$P/all.der"; check "$P/all.der"; verdict "DER end to end" S1.V11b pass
openssl crl2pkcs7 -nocrl -certfile "$P/good.chain" -out "$P/c.p7b"; check "$P/c.p7b"; verdict "PKCS#7 PEM" S1.V11b pass
openssl crl2pkcs7 -nocrl -certfile "$P/good.chain" -outform DER -out "$P/c.p7d"; check "$P/c.p7d"; verdict "PKCS#7 DER" S1.V11b pass
mkdir "$P/folder"; cp "$P/good.der" "$P/int.pem" "$P/root.der" "$P/folder"; echo text >"$P/folder/readme"
check "$P/folder"; verdict "a folder" S1.V11b pass
ok "what is no certificate there is told" grep -q 'readme' "$tmp/err"
sed 's/$/\r/' "$P/good.chain" >"$P/crlf"; check "$P/crlf"; verdict "PEM with CRLF" S1.V11b pass
{ echo 'Bag Attributes'; sed 's/^/ /' "$P/good.chain" | sed 's/^ -----/-----/'; } >"$P/bags"; check "$P/bags"; verdict "PEM with text and blanks" S1.V11b pass
iconv -f UTF-8 -t UTF-16LE "$P/good.chain" | { printf '\xff\xfe'; cat; } >"$P/utf16"; check "$P/utf16"; verdict "PEM in UTF-16" S1.V11b pass
$PYTHON - "$P" <<'PY'
import struct, sys
p = sys.argv[1]
out = struct.pack('<I', 0) + b'CERT'
for n in ('good', 'int', 'root'):
    d = open(f'{p}/{n}.der', 'rb').read()
    out += struct.pack('<III', 3, 1, 20) + b'\1' * 20     # a property: the SHA-1
    out += struct.pack('<III', 32, 1, len(d)) + d
open(f'{p}/store.sst', 'wb').write(out + struct.pack('<III', 0, 0, 0))
PY
check "$P/store.sst"; verdict "a Windows store export" S1.V11b pass
head -c 1500 "$P/store.sst" >"$P/cut.sst"; check "$P/cut.sst"; ok "a store export cut off is told" grep -q 'cut off' "$tmp/err"

# --- private keys (F 37, 24) ---
printf 'geheim\n' >"$P/pw"; chmod 600 "$P/pw"
openssl pkcs12 -export -in "$P/good.pem" -inkey "$P/good.key" -certfile <(bundle int root) -out "$P/new.pfx" -passout file:"$P/pw"
openssl pkcs12 -export -legacy -in "$P/good.pem" -inkey "$P/good.key" -certfile <(bundle int root) -out "$P/old.pfx" -passout file:"$P/pw"
check "$P/new.pfx" --password-file "$P/pw"; verdict "PFX: chain" S1.V11b pass; verdict "PFX: key" S1.V11a pass
check "$P/old.pfx" --password-file "$P/pw"; verdict "PFX with RC2-40" S1.V11a pass
is "and that is told" "$(jq -r '.facts.sources[0].legacy' "$tmp/doc")" true
is "the password is nowhere in the document" "$(cat "$tmp/doc" "$tmp/err" | grep -c geheim)" "0"
echo wrong >"$P/wrong"; chmod 600 "$P/wrong"
check "$P/new.pfx" --password-file "$P/wrong"; is "wrong password: unknown" "$rc" 3; ok "wrong password: said so" grep -q 'password is wrong' "$tmp/err"
check "$P/new.pfx"; is "no password: unknown" "$rc" 3
asked() { $PYTHON tests/helpers/pty_run.py "$tmp/screen" -t 'Password of' "$1" amt-certcheck --json --now "$NOW" "$P/new.pfx" >"$tmp/doc"; }
asked geheim; verdict "a password typed at the prompt" S1.V11a pass
is "it is not shown while it is typed" "$(grep -ac 'Password of' "$tmp/screen") $(cat "$tmp/screen" "$tmp/doc" | grep -ac geheim)" "1 0"
asked falsch; is "a wrong one typed" $? 3; ok "is told" grep -aq 'password is wrong' "$tmp/screen"
check "$P/good.chain" --key "$P/good.key"; verdict "a key file that fits" S1.V11a pass
check "$P/good.chain" --key "$P/int.key"; verdict "a key of another certificate" S1.V11a fail
openssl rsa -aes128 -in "$P/good.key" -out "$P/enc.key" -passout file:"$P/pw" 2>/dev/null
check "$P/good.chain" --key "$P/enc.key" --password-file "$P/pw"; verdict "an encrypted key" S1.V11a pass
is "no part of the key is in the document" "$(grep -c PRIVATE "$tmp/doc")" 0
check "$P/good.chain" --server sccm.vprodemo.com; verdict "no key for the service point: not proven" S1.V11a warn

# --- purpose and marker (F 7, 18, 19) ---
one() { # NAME SUBJECT EXT [cert options]: a leaf under int, checked
	cert "$1" "$2" int "$3" "${@:4}" && bundle "$1" int root >"$P/$1.chain"; }
one client '/CN=amt.vprodemo.com' "$leaf_ext
extendedKeyUsage=clientAuth,2.16.840.1.113741.1.2.3"; check "$P/client.chain"; verdict "clientAuth only" S3.C07 fail
one noeku '/OU=Intel(R) Client Setup Certificate/CN=amt.vprodemo.com' "$leaf_ext"; check "$P/noeku.chain"
verdict "no EKU at all" S3.C07 warn; verdict "no EKU, exact OU" S3.C08 pass
one plain '/CN=*.vprodemo.com' "$web_ext"; check "$P/plain.chain" --suffix vprodemo.com
verdict "an ordinary TLS wildcard (F 19)" S3.C08 fail
ok "and what to order stands in the report" bash -c "amt-certcheck '$P/plain.chain' --now $NOW | tr -s ' \n' ' ' | grep -q 'Order a certificate for AMT provisioning'"
n=0
while IFS='|' read -r ou text; do
	n=$((n + 1))
	one "ou$n" "/OU=$ou/CN=amt.vprodemo.com" "$web_ext"; check "$P/ou$n.chain"
	verdict "OU \"$ou\"" S3.C08 fail; says "OU \"$ou\": why" S3.C08 "$text"
done <<'LIST'
Intel(r) Client Setup Certificate|(r) instead of (R)
Intel(R) client setup certificate|capital and small letters
Intel(R) Client Setup Certificate.|full stop
Intel(R) Client Setup Certificate |blank
Intel® Client Setup Certificate|registered sign
Intel Client Setup Certificate|the (R) is missing
Department|neither the AMT OID
LIST
one ttl '/title=Intel(R) Client Setup Certificate/CN=amt.vprodemo.com' "$web_ext"; check "$P/ttl.chain"
says "the text in another attribute" S3.C08 "must be an OU"

# --- keys (S3.C14; KB90051) ---
fw() { jq -r --arg v "$1" '.facts.firmware[]|select(.version==$v).verdict' "$tmp/doc"; }
row() { jq -r --arg v "$1" --arg id "$2" '[.facts.firmware[]|select(.version==$v).reasons[]|select(.id==$id).verdict]|join(",")' "$tmp/doc"; }
one k1024 '/CN=amt.vprodemo.com' "$oid_ext" key=rsa:1024; check "$P/k1024.chain"
verdict "1024 bits: some generations" S3.C14 warn; is "1024 bits on 16.0" "$(row 16.0 S3.C14)" fail; is "1024 bits on 14.0" "$(row 14.0 S3.C14)" ""
check "$P/k1024.chain" --firmware 16.1; verdict "1024 bits for 16.1" S3.C14 fail
check "$P/k1024.chain" --firmware 15.0; verdict "1024 bits for 15.0, H or not unknown" S3.C14 warn
check "$P/k1024.chain" --firmware 15.0-H; verdict "1024 bits for 15.0-H" S3.C14 fail
check "$P/k1024.chain" --firmware 11.8; verdict "1024 bits for 11.8" S3.C14 pass
one k4096 '/CN=amt.vprodemo.com' "$oid_ext" key=rsa:4096; check "$P/k4096.chain" --firmware 5.2; verdict "4096 bits for 5.2" S3.C14 fail
says "and the evidence says so" S3.C14 "4096"
check "$P/k4096.chain" --firmware 6.0; verdict "4096 bits for 6.0" S3.C14 pass
one k3072 '/CN=amt.vprodemo.com' "$oid_ext" key=rsa:3072; check "$P/k3072.chain" --firmware 12.0; verdict "3072 bits for 12.0: named nowhere" S3.C14 warn
one k512 '/CN=amt.vprodemo.com' "$oid_ext" key=rsa:768; check "$P/k512.chain" --firmware 12.0; verdict "768 bits" S3.C14 fail
one ec '/CN=amt.vprodemo.com' "$oid_ext" key=ec; check "$P/ec.chain" --firmware 16.1; verdict "an EC leaf (F 31)" S3.C14 fail
cert ecroot '/CN=EC Root' self "$ca_ext" key=ec; cert ecleaf '/CN=amt.vprodemo.com' ecroot "$oid_ext"
bundle ecleaf ecroot >"$P/ecroot.chain"; check "$P/ecroot.chain" --firmware 16.1; verdict "an EC root: not proven" S3.C14 warn
check "$P/ecroot.chain" --firmware 4.0; verdict "an EC root for 4.0" S3.C14 fail
cert bigca '/CN=Big CA' root "$ca_ext" key=rsa:4096; cert bigleaf '/CN=amt.vprodemo.com' bigca "$oid_ext"
bundle bigleaf bigca root >"$P/big.chain"; check "$P/big.chain"; is "4096-bit CA on 5.1" "$(row 5.1 S3.C14)" fail
is "4096-bit CA on 8.0" "$(row 8.0 S3.C14)" warn; is "4096-bit CA on 11.8" "$(row 11.8 S3.C14)" ""

# --- signatures (F 12, 13, 15) ---
cert sroot '/CN=SHA-1 Root' self "$ca_ext" md=sha1; cert sleaf '/CN=amt.vprodemo.com' sroot "$oid_ext"
bundle sleaf sroot >"$P/s.chain"; check "$P/s.chain"
is "a SHA-1 root: refused by 16.0 (F 12)" "$(row 16.0 X.PKI1)" fail; is "a SHA-1 root: taken by 14.0" "$(row 14.0 X.PKI1)" ""
verdict "a SHA-1 root: some generations" X.PKI1 warn
check "$P/s.chain" --firmware 16.1; verdict "a SHA-1 root for 16.1" X.PKI1 fail; says "the root is named" X.PKI1 "the root is signed with SHA-1"
one sha1leaf '/CN=amt.vprodemo.com' "$oid_ext" md=sha1; check "$P/sha1leaf.chain" --firmware 16.1; verdict "a SHA-1 leaf for 16.1" X.PKI1 fail
check "$P/sha1leaf.chain" --firmware 9.0; verdict "a SHA-1 leaf for 9.0" X.PKI1 pass
one md5leaf '/CN=amt.vprodemo.com' "$oid_ext" md=md5; check "$P/md5leaf.chain" --firmware 9.0; verdict "an MD5 leaf" X.PKI1 warn
one sha384 '/CN=amt.vprodemo.com' "$oid_ext" md=sha384; check "$P/sha384.chain" --firmware 16.1; verdict "a SHA-384 leaf" X.PKI1 pass

# --- completeness, links (F 6, 14, 27) ---
bundle good root >"$P/gap"; check "$P/gap"; verdict "a missing intermediate" S1.V11b fail; says "it is named" S1.V11b "CN=Test Issuing is missing"
verdict "and so no root" S3.C10a fail
bundle good int >"$P/noroot"; check "$P/noroot"; verdict "a missing root" S1.V11b fail; says "the root is named" S1.V11b "CN=Test Root"
one aia '/CN=amt.vprodemo.com' "$oid_ext
authorityInfoAccess=caIssuers;URI:http://pki.vprodemo.com/issuing.crt"
check "$P/aia.pem"; says "where the issuer can be had" S1.V11b "http://pki.vprodemo.com/issuing.crt"
cert fake '/CN=Test Issuing' root "$ca_ext"; bundle good fake root >"$P/fake.chain"; check "$P/fake.chain"
verdict "a namesake with another key" S1.V11b fail; says "said so" S1.V11b "another key"
bundle good int int root plain >"$P/stray.chain"; check "$P/stray.chain"; says "a stray certificate" S1.V11b "no path needs"; says "a certificate twice" S1.V11b "twice"
cert notca '/CN=Not a CA' root "$leaf_ext"; cert under '/CN=amt.vprodemo.com' notca "$oid_ext"
bundle under notca root >"$P/notca.chain"; check "$P/notca.chain"; verdict "an issuer that is no CA" S1.V11b fail
cert plen '/CN=Path 0' root "${ca_ext/CA:TRUE/CA:TRUE,pathlen:0}"; cert plen2 '/CN=Path under 0' plen "$ca_ext"; cert pleaf '/CN=amt.vprodemo.com' plen2 "$oid_ext"
bundle pleaf plen2 plen root >"$P/plen.chain"; check "$P/plen.chain"; says "path length" S1.V11b "fewer CA certificates"
cert i2 '/CN=Second' int "$ca_ext"; cert i3 '/CN=Third' i2 "$ca_ext"; cert deep '/CN=amt.vprodemo.com' i3 "$oid_ext"
bundle deep i3 i2 int root >"$P/deep.chain"; check "$P/deep.chain"; says "five certificates" S1.V11b "RPS takes 4"
cert self1 '/CN=amt.vprodemo.com' self "$web_ext"; check "$P/self1.pem"; verdict "a self-signed leaf" S3.C10a warn

# Two ways up: the same leaf with a SHA-1 cross-certificate and without (F 14).
cert g2 '/CN=G2 Root' self "$ca_ext"; cert class2 '/CN=Class 2 Root' self "$ca_ext" md=sha1
cert cross '/CN=G2 Root' class2 "$ca_ext" key="$P/g2.key" md=sha1
cert gint '/CN=G2 Issuing' g2 "$ca_ext"; cert gleaf '/CN=amt.vprodemo.com' gint "$oid_ext"
bundle gleaf gint cross class2 g2 >"$P/two.chain"; fingerprint "$P/g2.pem" >"$P/g2.list"
check "$P/two.chain" --hashes "$P/g2.list" --firmware 16.1 --suffix vprodemo.com
is "two paths are found (F 14)" "$(jq '.facts.chains[0].paths|length' "$tmp/doc")" 2
verdict "the path without SHA-1 is taken" X.PKI1 pass
is "and proposed" "$(amt-certcheck "$P/two.chain" --hashes "$P/g2.list" --firmware 16.1 --now $NOW 2>/dev/null | tr '\n' ' ' | grep -c 'Bundle exactly these')" 1
bundle gleaf gint cross class2 >"$P/crossonly.chain"; check "$P/crossonly.chain" --firmware 16.1; verdict "only over the cross-certificate" X.PKI1 fail
fingerprint "$P/class2.pem" sha1 >"$P/c2.list"; check "$P/two.chain" --hashes "$P/c2.list" --firmware 8.0
verdict "an old device takes the other path (F 9)" S3.C10b pass

# --- roots and lists (F 1, 3, 9, 10, 11, 20, 32, 38, 40) ---
check "$P/good.chain" --firmware 11.8; verdict "a private root without a list" S3.C10b unknown
check "$P/good.chain" --hashes "$P/g2.list"; verdict "a list without the root (F 1)" S3.C10b fail
fingerprint "$P/root.pem" sha1 >"$P/sha1.list"; check "$P/good.chain" --hashes "$P/sha1.list" --firmware 9.0; verdict "a SHA-1 hash in the list (F 10)" S3.C10b pass
check "$P/good.chain" --hashes "$P/sha1.list" --firmware 16.1; verdict "a SHA-1 hash for 16.1 (F 11)" S3.C10b warn
fingerprint "$P/root.pem" sha384 >"$P/sha384.list"; check "$P/good.chain" --hashes "$P/sha384.list" --firmware 16.1; verdict "a SHA-384 hash" S3.C10b pass
sha=$(cat "$P/list")
cat >"$P/amtinfo.txt" <<T
Version			: 16.1.25
Certificate Hashes	:
Go Daddy Class 2 CA, (Default, Active)
   SHA256: c3846bf24b9e93ca64274c0ec67c1ecc5e024ffcacd2d74019350e81fe546ae4
Test Root, (Active)
   SHA256: $sha
T
check "$P/good.chain" --hashes "$P/amtinfo.txt"; verdict "rpc-go amtinfo text" S3.C10b pass
is "its names" "$(jq -r '.facts.hash_lists[0].hashes|map(.name)|join("|")' "$tmp/doc")" "Go Daddy Class 2 CA|Test Root"
echo "{\"amt\":\"16.1.25\",\"certificateHashes\":{\"$sha\":{\"hash\":\"$sha\",\"name\":\"Test Root\",\"algorithm\":\"SHA256\",\"isActive\":true}}}" >"$P/amtinfo.json"
check "$P/good.chain" --hashes "$P/amtinfo.json"; verdict "rpc-go amtinfo JSON" S3.C10b pass
sed 's/true/false/' "$P/amtinfo.json" >"$P/off.json"; check "$P/good.chain" --hashes "$P/off.json"; verdict "a hash that is switched off" S3.C10b fail
printf 'Intel AMT has 1 trusted hashes\nTest Root (Active)\n  SHA256: %s\n' "$sha" >"$P/mesh"; check "$P/good.chain" --hashes "$P/mesh"; verdict "MeshCmd amthashes" S3.C10b pass
echo "{\"facts\":{\"hellos\":[{\"uuid\":\"u-1\",\"declared_hashes\":1,\"hashes\":[{\"type\":2,\"hex\":\"$sha\",\"name\":null}]}]}}" >"$P/hello.json"
check "$P/good.chain" --hello "$P/hello.json"; verdict "a document of amt-hellocap" S3.C10b pass
sed 's/"hex":"../"hex":"00/; s/"declared_hashes":1/"declared_hashes":9/' "$P/hello.json" >"$P/part.json"; check "$P/good.chain" --hello "$P/part.json"; verdict "a hello that was cut" S3.C10b unknown
hellos=captures/hello/good-whole-story.pcapng
check "$P/good.chain" --hello "$hellos"; jq -c '[.facts.hash_lists[]|{device,hashes:[.hashes[].hex]}]' "$tmp/doc" >"$P/from.pcap"
verdict "a capture with hellos, root not in it" S3.C10b fail
amt-hellocap -r "$hellos" --json >"$P/hellocap.json" 2>/dev/null; check "$P/good.chain" --hello "$P/hellocap.json"
is "capture and document of amt-hellocap give the same list" "$(jq -c '[.facts.hash_lists[]|{device,hashes:[.hashes[].hex]}]' "$tmp/doc")" "$(cat "$P/from.pcap")"
is "and it holds hashes" "$(jq '.[0].hashes|length > 0' "$P/from.pcap")" true
check "$P/good.chain" --hashes "$P/pw"; ok "a file without hashes is told" grep -q 'no root hashes' "$tmp/err"

# --- dates (F 4; fleet clock) ---
one late '/CN=amt.vprodemo.com' "$oid_ext" from=20250101000000Z to=20261231000000Z
check "$P/late.chain"; verdict "expires in 41 days" S3.C13 warn; says "the day is named" S3.C13 2026-12-31
check "$P/late.chain" --warn-days 30; verdict "not within 30 days" S3.C13 pass
NOW=2027-01-01T00:00:00Z check "$P/late.chain"; verdict "expired" S3.C13 fail
NOW=2024-12-31T00:00:00Z check "$P/late.chain"; verdict "not valid yet" S3.C13 fail
cert oldca '/CN=Old CA' root "$ca_ext" to=20200101000000Z; cert oldleaf '/CN=amt.vprodemo.com' oldca "$oid_ext"
bundle oldleaf oldca root >"$P/old.chain"; check "$P/old.chain"; verdict "an expired intermediate" S3.C13 fail; says "it is the intermediate" S3.C13 "an intermediate expired"

# --- names (F 2, 8, 16, 25, 26, 28) ---
check "$P/good.chain"; verdict "no suffix given" S3.C11 unknown
check "$P/good.chain" --suffix vprodemo.com --suffix lab.vprodemo.com; is "siblings on 3.0" "$(row 3.0 S3.C11)" fail; is "siblings on 3.2" "$(row 3.2 S3.C11)" ""; verdict "siblings: some generations (F 2)" S3.C11 warn
check "$P/good.chain" --suffix other.com; verdict "another domain (F 8)" S3.C11 fail
check "$P/good.chain" --suffix vprodemo.local; verdict "a private suffix (F 16)" S3.C11 fail
check "$P/good.chain" --suffix com; verdict "a suffix of one label" S3.C11 fail
one au '/CN=amt.firm.com.au' "$oid_ext"; check "$P/au.chain"; verdict "an unlisted top-level domain (F 25)" S3.C15 warn
check "$P/au.chain" --suffix firm.com.au; verdict "which covers its own" S3.C15 pass; verdict "by R1" S3.C11 pass
check "$P/au.chain" --suffix lab.firm.com.au; verdict "but not its sister" S3.C15 fail
one san '/O=x' "$oid_ext
subjectAltName=DNS:amt.vprodemo.com"; check "$P/san.chain" --suffix vprodemo.com --firmware 16.1; verdict "a name in the SAN only, 16.1" S3.C11 pass
check "$P/san.chain" --suffix vprodemo.com --firmware 4.0; verdict "a name in the SAN only, 4.0" S3.C11 warn
one under_ '/CN=amt_1.vprodemo.com' "$oid_ext"; check "$P/under_.chain" --suffix vprodemo.com; verdict "an underscore" S3.C11 fail
check "$P/good.chain" --server amt.vprodemo.com; verdict "the service point itself" S3.C09b pass
check "$P/good.chain" --server sccm.VPRODEMO.com; verdict "the same domain" S3.C09b pass
check "$P/good.chain" --server sccm.other.com; verdict "another domain than the server's" S3.C09b fail
check "$P/plain.chain" --server sccm.vprodemo.com; verdict "a wildcard for ConfigMgr" S3.C09b warn
exits 0 "--name: a wildcard covers" amt-certcheck --name '*.vprodemo.com' --suffix lab.vprodemo.com
exits 2 "--name: nothing covers" amt-certcheck --name 'amt.vprodemo.com' --suffix other.com
exits 1 "--name: some firmware" amt-certcheck --name 'amt.vprodemo.com' --suffix lab.vprodemo.com
exits 0 "--name: for 6.0 it does" amt-certcheck --name 'amt.vprodemo.com' --suffix lab.vprodemo.com --firmware 6.0
exits 64 "--name without --suffix" amt-certcheck --name x.com
cert coord '/CN=server.east.company.local' int "$oid_ext"; bundle coord int root >"$P/coord.chain"
report=$(amt-certcheck "$P/coord.chain" --suffix company.local --now $NOW 2>/dev/null | tr -s ' \n' ' ')
case $report in *"MeshCentral refuses"*) pass_ "where MeshCentral decides differently is said (V08)" ;; *) fail_ "where MeshCentral decides differently is said (V08)" ;; esac
cert ouonly '/OU=Intel(R) Client Setup Certificate/CN=amt.vprodemo.com' int "$web_ext"; bundle ouonly int root >"$P/ouonly.chain"
report=$(amt-certcheck "$P/ouonly.chain" --now $NOW 2>/dev/null | tr -s ' \n' ' ')
case $report in *"RPS refuses a certificate that has the OU only"*) pass_ "where RPS decides differently is said" ;; *) fail_ "where RPS decides differently is said" ;; esac

# --- the other profiles ---
cert web '/CN=pc1.vprodemo.com' int "$web_ext"; bundle web int root >"$P/web.chain"
check "$P/web.chain" --profile webserver --host PC1.vprodemo.com; is "webserver: healthy" "$rc" 0; verdict "webserver: name" PV.02 pass
verdict "webserver: CA keys" P.03 pass; verdict "webserver: chain" S3.C21 pass; verdict "webserver: dates" S3.C22 pass
check "$P/web.chain" --profile webserver --host pc2.vprodemo.com; verdict "webserver: another name (F 39)" PV.02 fail
check "$P/web.chain" --profile webserver; verdict "webserver: no name given" PV.02 unknown
check "$P/self1.pem" --profile webserver; verdict "webserver: self-signed" P.05 warn
cert bigweb '/CN=pc1.vprodemo.com' bigca "$web_ext"; bundle bigweb bigca root >"$P/bigweb.chain"
check "$P/bigweb.chain" --profile webserver --host pc1.vprodemo.com; verdict "webserver: 4096-bit CA" P.03 fail
bundle web root >"$P/webgap.chain"; check "$P/webgap.chain" --profile webserver; verdict "webserver: missing CA" S3.C21 fail
check "$P/int.pem" "$P/root.pem" --profile ca; is "ca: healthy" "$rc" 0; verdict "ca: keys" P.03 pass
check "$P/bigca.pem" "$P/root.pem" --profile ca; verdict "ca: 4096 bits" P.03 fail
check "$P/oldca.pem" "$P/root.pem" --profile ca; verdict "ca: expired" S3.C22 fail
check "$P/int.pem" --profile ca; verdict "ca: no root" S3.C21 fail
cert wifi '/CN=pc1.vprodemo.com' int "$leaf_ext
extendedKeyUsage=clientAuth
subjectAltName=otherName:1.3.6.1.4.1.311.20.2.3;UTF8:pc1@vprodemo.com"; bundle wifi int root >"$P/wifi.chain"
check "$P/wifi.chain" --profile client --host pc1.vprodemo.com; verdict "client: healthy" X.PKI3 pass; is "client: exit code" "$rc" 0
check "$P/web.chain" --profile client --host pc1.vprodemo.com; verdict "client: server purpose" X.PKI3 fail
check "$P/wifi.chain" --profile client --host pc2.vprodemo.com; verdict "client: another name" X.PKI3 fail
for kind in 1:remote 2:local; do
	cert con '/CN=Console' int "$leaf_ext
extendedKeyUsage=clientAuth,2.16.840.1.113741.1.2.${kind%:*}"; bundle con int root >"$P/con.chain"
	check "$P/con.chain" --profile console; verdict "console: ${kind#*:}" X.PKI2 pass
done
check "$P/wifi.chain" --profile console; verdict "console: no AMT purpose" X.PKI2 fail
cert con2 '/CN=Console' int "$leaf_ext
extendedKeyUsage=2.16.840.1.113741.1.2.1"; bundle con2 int root >"$P/con2.chain"; check "$P/con2.chain" --profile console; verdict "console: no clientAuth" X.PKI2 warn
# --- OUs that are nearly right: what stands there, and where it differs (catalogue S3.C08) ---
ou() { cert near "/OU=$1/CN=amt.vprodemo.com" int "$web_ext" key="$P/good.key"; bundle near int root >"$P/near.chain"; check "$P/near.chain" --suffix vprodemo.com; }
nb=$(printf '\302\240') es=$(printf '\320\241') ye=$(printf '\320\265')
ou "Intel(R)${nb}Client Setup Certificate"; verdict "OU with a no-break space" S3.C08 fail; says "and that is named" S3.C08 'comes U+00A0, not'
ou "Intel(R) ${es}lient Setup Certificate"; says "OU with a Cyrillic letter" S3.C08 'after "Intel(R) " comes U+0421'
ou "Int${ye}l(R) Cli${ye}nt S${ye}tup C${ye}rtificat${ye}"; says "OU with several" S3.C08 'after "Int" comes U+0435'
ou 'Intel(R) Client Setup'; says "OU that ends early" S3.C08 'comes the end'
ou 'Intel(R) Client Setup Certificate 2024'; says "OU with a word too many" S3.C08 'not the end'
ou 'Domain Control Validated'; says "OU that has nothing to do with it" S3.C08 'neither the AMT OID'

# --- firmware that knows no certificates (configmgr.md 9; certificates.md 2.2 R1) ---
for fw in 1.0:warn 2.0:warn 2.1:warn 2.5:warn 2:pass 2.2:pass 2.3:pass 2.6:pass; do
	check "$P/good.chain" --suffix vprodemo.com --hashes "$P/list" --firmware "${fw%:*}"
	verdict "AMT ${fw%:*} and hash lists" S3.C10b "${fw#*:}"
done

# --- suffixes that people type as they are read ---
cert idn '/CN=amt.xn--mller-kva.de' int "$oid_ext" key="$P/good.key"; bundle idn int root >"$P/idn.chain"
check "$P/idn.chain" --suffix müller.de; verdict "a suffix that is not in its xn-- form was not compared" S3.C11 unknown
verdict "nor judged elsewhere" S3.C15 ""; says "and the way out is told" S3.C11 'xn--'
check --name amt.xn--mller-kva.de --suffix müller.de; verdict "nor before it is bought" S3.C11 unknown
check "$P/idn.chain" --suffix xn--mller-kva.de; verdict "in its xn-- form it is" S3.C11 pass

# --- names that hold what no host name has ---
cert nul '/CN=amt.other.org' int "$oid_ext
subjectAltName=DER:30:1C:82:1A:61:6D:74:2E:65:76:69:6C:2E:6F:72:67:00:2E:76:70:72:6F:64:65:6D:6F:2E:63:6F:6D" key="$P/good.key"; bundle nul int root >"$P/nul.chain"
is "an alternative name with a NUL is read whole" "$(check "$P/nul.chain"; jq -r '.facts.chains[0].certificates[0].sans[]' "$tmp/doc")" 'amt.evil.org\00.vprodemo.com'
check "$P/nul.chain" --suffix vprodemo.com --firmware 16.1; verdict "and covers nothing" S3.C11 fail
cert nameless '/O=Nobody' int "$oid_ext
subjectAltName=IP:192.168.1.1" key="$P/good.key"; bundle nameless int root >"$P/nameless.chain"
check "$P/nameless.chain" --suffix vprodemo.com --firmware 16.1
is "a leaf without a name" "$(v S3.C11): $(s S3.C11)" "fail: the leaf has no common name and no DNS name"
done_testing
