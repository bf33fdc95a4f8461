#!/usr/bin/env bash
# The handbook's 40 failures: certcheck_failures.tsv says which test shows each; those that are shown nowhere
# else are here. A list read from a device (forms, order, custom roots) and name constraints go with them.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/pki.sh
. tests/certdoc.sh
P=$tmp
NOW=2026-11-20T12:00:00Z
check() { timeout 60 amt-certcheck --json --now $NOW "$@" >"$tmp/doc" 2>"$tmp/err" </dev/null; rc=$?; }
v() { jq -r --arg id "$1" '[.findings[]|select(.id==$id)|.verdict]|unique|join(",")' "$tmp/doc"; }

# --- the table ---
table=tests/e2e/certcheck_failures.tsv
grep -v '^#' $table >"$tmp/table"
is "every failure from 1 to 40 is in the table" "$(cut -f1 "$tmp/table" | sort -nu | paste -sd' ')" "$(seq -s ' ' 1 40)"
is "every line has three columns" "$(awk -F'\t' 'NF != 3 || $3 == ""' "$tmp/table")" ""
bad=
while IFS=$'\t' read -r n file text; do
	[ "$file" = - ] || grep -qF -- "$text" "$file" || bad="$bad $n: $text;"
done <"$tmp/table"
is "every test that the table names is there" "$bad" ""
is "only four are shown by no test" "$(awk -F'\t' '$2 == "-" { printf "%s ", $1 }' "$tmp/table")" "21 23 34 35 "
book=../shared/domain/certificates.md
if [ -r $book ]; then
	is "the handbook has as many" "$(sed -n '/^## 6/,/^---/p' $book | grep -cE '^\| [0-9]+ \|')" 40
else skip "the handbook has as many" "the handbook is not here"; fi

# --- those shown here ---
cert root '/CN=Own Root' self "$ca_ext"; cert int '/CN=Own Issuing' root "$ca_ext"
cert leaf '/CN=test.domain.com' int "$oid_ext"; bundle leaf int root >"$P/chain"
fingerprint "$P/root.pem" >"$P/list"
check "$P/chain" --suffix domain.com --hashes "$P/list"
is "F8 a name under the suffix" "$(v S3.C11) $rc" "pass 0"
says "F8 by rule R1" S3.C11 "by rule R1"
cert sroot '/CN=Old Root' self "$ca_ext" md=sha1; cert sleaf '/CN=amt.domain.com' sroot "$oid_ext"; bundle sleaf sroot >"$P/s"
check "$P/s" --firmware 16.0.15; is "F13 a SHA-1 root for 16.0.15" "$(v X.PKI1)" fail
cert plain '/CN=amt.domain.com' int "$web_ext" to=20250101000000Z; bundle plain root >"$P/all-wrong"; check "$P/all-wrong"
is "F18 everything wrong at once" "$(v S3.C08) $(v S1.V11b) $(v S3.C13)" "fail fail fail"
cert au '/CN=amt.firm.com.au' int "$oid_ext"; bundle au int root >"$P/au"
check "$P/au" --suffix setup.firm.com.au; is "F26 the suffix is the name of a server" "$(v S3.C11)" fail
check "$P/au" --suffix firm.com.au; is "F26 its domain is right" "$(v S3.C11)" pass
exits 0 "F28 a domain as name, and a suffix under it" amt-certcheck --name domain.com --suffix foo.domain.com --firmware 12.0
exits 2 "F28 not on 3.0" amt-certcheck --name domain.com --suffix foo.domain.com --firmware 3.0
check "$P/chain" --suffix other.com --firmware 19.0; is "F29 the wrong suffix on 19.0" "$(v S3.C11)" fail
says "F29 both are named" S3.C11 "test.domain.com) covers the trusted suffix other.com"
printf 'pw\n' >"$P/pw"; chmod 600 "$P/pw"
cert ec '/CN=amt.domain.com' int "$oid_ext" key=ec
openssl pkcs12 -export -in "$P/ec.pem" -inkey "$P/ec.key" -certfile <(bundle int root) -out "$P/ec.pfx" -passout file:"$P/pw"
check "$P/ec.pfx" --password-file "$P/pw"; is "F31 a PFX with an EC key" "$(v S1.V11a) $(v S3.C14)" "pass fail"
says "F31 said so" S3.C14 "uses RSA keys"
{ seq 1 32 | while read -r i; do printf 'root %s' "$i" | sha256sum | cut -c1-64; done; cat "$P/list"; } >"$P/33"
check "$P/chain" --hashes "$P/33" --suffix domain.com
is "F32 a list of 33 hashes" "$(jq '.facts.hash_lists[0].hashes|length' "$tmp/doc") $(v S3.C10b)" "33 pass"
cert odca '/CN=OnDie CA RootCA' self "$ca_ext" key=ec md=sha384; cert odint '/CN=CSME 19 KTI' odca "$ca_ext" key=ec md=sha384
cert od '/CN=AMT RCFG' odint "$leaf_ext" key=ec md=sha384; bundle od odint odca >"$P/ondie"
check "$P/ondie" --firmware 19.0; is "F36 a device's own On-Die CA chain" "$(v S3.C08) $(v S3.C14)" "fail fail"
openssl pkcs12 -export -in "$P/leaf.pem" -inkey "$P/leaf.key" -certfile <(bundle int root) -out "$P/good.pfx" -passout file:"$P/pw"
size=$(stat -c %s "$P/good.pfx")
{ head -c $((size / 2)) "$P/good.pfx"; printf '\377\377\377\377'; tail -c +$((size / 2 + 5)) "$P/good.pfx"; } >"$P/bad.pfx"
check "$P/bad.pfx" --password-file "$P/pw"; is "F37 a PFX that is damaged" "$rc" 3; ok "F37 and that is told" grep -q 'not opened' "$tmp/err"
head -c $((size / 2)) "$P/good.pfx" >"$P/half.pfx"; check "$P/half.pfx" --password-file "$P/pw"; is "F37 half a PFX" "$rc" 3
cert fake '/O=The Go Daddy Group, Inc./OU=Go Daddy Class 2 Certification Authority' self "$ca_ext"
cert fakeleaf '/CN=amt.domain.com' fake "$oid_ext"; bundle fakeleaf fake >"$P/fake"
check "$P/fake" --firmware 8.1
is "F38 a root that only has the name" "$(v S3.C10b) $(jq -c '.facts.chains[0].certificates[1].firmware_root' "$tmp/doc")" "unknown null"
fingerprint "$P/fake.pem" >"$P/fake.list"; check "$P/fake" --hashes "$P/fake.list" --firmware 8.1; is "F38 the list decides" "$(v S3.C10b)" pass
check "$P/chain" --hashes "$P/list"; is "F40 a private root in the list" "$(v S3.C10b)" pass
says "F40 what a full un-provision does is said" S3.C10b "a full un-provision takes it out again"
fingerprint "$P/sroot.pem" >"$P/after"; check "$P/chain" --hashes "$P/after"; is "F40 after it the list is without" "$(v S3.C10b)" fail

# --- one root in several forms: the order in the list does not matter ---
sha1=$(fingerprint "$P/root.pem" sha1) sha256=$(cat "$P/list") sha384=$(fingerprint "$P/root.pem" sha384)
for order in "$sha1 $sha256" "$sha256 $sha1" "$sha1 $sha384" "$sha384 $sha1 $sha256"; do
	printf '%s\n' $order >"$P/forms"; check "$P/chain" --hashes "$P/forms" --firmware 16.1
	is "a list with SHA-1 and newer forms (${#order} digits, first ${order:0:4})" "$(v S3.C10b)" pass
done
printf '%s\n' "$sha1" >"$P/forms"; check "$P/chain" --hashes "$P/forms" --firmware 16.1; is "SHA-1 alone is not enough for 16.1" "$(v S3.C10b)" warn
hello() { # TYPE HEX...
	echo "{\"facts\":{\"hellos\":[{\"uuid\":\"u-1\",\"declared_hashes\":$(($# / 2)),\"hashes\":[$(while [ $# -gt 0 ]; do printf '{"type":%s,"hex":"%s","name":null}' "$1" "$2"; shift 2; [ $# -eq 0 ] || printf ,; done)]}]}}"
}
hello 1 "$sha1" 2 "$sha256" >"$P/hello"; check "$P/chain" --hello "$P/hello" --firmware 16.1; is "a hello with the root as SHA-1 before SHA-256" "$(v S3.C10b)" pass
hello 2 "$sha256" 1 "$sha1" >"$P/hello"; check "$P/chain" --hello "$P/hello" --firmware 16.1; is "and the other way round" "$(v S3.C10b)" pass
echo "[{\"hash\":\"$sha256\",\"isActive\":false},{\"hash\":\"$sha1\",\"isActive\":true}]" >"$P/off"
check "$P/chain" --hashes "$P/off" --firmware 9.0; is "the newer form switched off, SHA-1 on, for 9.0" "$(v S3.C10b)" pass
check "$P/chain" --hashes "$P/off" --firmware 16.1; is "the same for 16.1" "$(v S3.C10b)" warn

# --- name constraints: seen one by one and with --each, however many chains there are ---
nc() { printf '%s\nnameConstraints=critical,%s' "$ca_ext" "$1"; }
cert nca '/CN=Bound CA' root "$(nc 'permitted;DNS:domain.com')"
cert inside '/CN=amt.domain.com' nca "$oid_ext
subjectAltName=DNS:amt.domain.com"
cert outside '/CN=amt.other.com' nca "$oid_ext
subjectAltName=DNS:amt.other.com"
mkdir "$P/each"; for f in inside outside; do bundle $f nca root >"$P/each/$f"; done
for f in inside:pass outside:warn; do
	check "$P/each/${f%:*}" --hashes "$P/list"; is "name constraints: ${f%:*}" "$(v S1.V11b)" "${f#*:}"
done
says "said so" S1.V11b "permitted subtree violation"
amt-certcheck --each "$P/each" --hashes "$P/list" --suffix domain.com --json --now $NOW >"$tmp/out" 2>/dev/null
is "the same with --each" "$(jq -r '"\(.source|split("/")|last) \([.findings[]|select(.id=="S1.V11b").verdict]|join(","))"' "$tmp/out" | paste -sd' ')" "inside  outside warn"
{ for i in $(seq 20); do cert "m$i" "/CN=amt$i.domain.com" int "$oid_ext" key="$P/leaf.key" >&2; cat "$P/m$i.pem"; done; bundle outside nca int root; } >"$P/many"
check "$P/many"; is "and behind many other leaves" "$(jq -r '[.findings[]|select(.id=="S1.V11b" and (.summary|test("permitted subtree")))]|length' "$tmp/doc")" 1
done_testing
