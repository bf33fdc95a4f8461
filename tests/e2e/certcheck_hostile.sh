#!/usr/bin/env bash
# Bundles made to hurt amt-certcheck: thousands of certificates, namesakes, circles, odd numbers and
# dates, terminal escapes, --each over a folder. Clean findings, in bounded time and memory.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/pki.sh
P=$tmp
NOW=2026-11-20T12:00:00Z
limited() { ( ulimit -v 1500000 2>/dev/null; timeout 120 amt-certcheck --now $NOW "$@" ); }
case $(ldd "$BIN/amt-certcheck" 2>/dev/null) in *libasan*) limited() { timeout 300 amt-certcheck --now $NOW "$@"; } ;; esac
v() { jq -r --arg id "$1" '[.findings[]|select(.id==$id)|.verdict]|unique|join(",")' "$tmp/doc"; }

# 3,000 chains of different leaves in one file; then the same twice over.
gen_chains "$P" 3000 2
cat "$P"/chains/*.pem >"$P/bundle.pem"
start=$SECONDS
limited "$P/bundle.pem" --json >"$tmp/doc" 2>"$tmp/err"; rc=$?
is "9,000 certificates in one file end well" "$((rc <= 3)) $((SECONDS - start < 60))" "1 1"
is "each distinct one is read once" "$(jq -r '.facts.sources[0]|"\(.certificates) \(.duplicates)"' "$tmp/doc")" "9000 5997"
is "what is over one report's limit is counted" "$(jq '.facts.skipped_chains + (.facts.chains|length)' "$tmp/doc")" 3000

# 10,000 different certificates with one and the same name, made by one key.
$PYTHON - "$P" <<'PY'
import sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
import datetime
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, 'Same')])
day = datetime.datetime(2020, 1, 1)
with open(sys.argv[1] + '/same.pem', 'wb') as f:
    for i in range(10000):
        b = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
             .serial_number(i + 1).not_valid_before(day).not_valid_after(day + datetime.timedelta(days=9000))
             .add_extension(x509.BasicConstraints(True, None), True))
        f.write(b.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
PY
start=$SECONDS
limited "$P/same.pem" --json >"$tmp/doc" 2>"$tmp/err"; rc=$?
is "10,000 namesakes end well" "$((rc <= 3)) $((SECONDS - start < 90))" "1 1"
is "and are all read" "$(jq '.facts.sources[0].certificates' "$tmp/doc")" 10000

# A circle: A signed by B, B signed by A.
cert a '/CN=A' self "$ca_ext"; cert b '/CN=B' a "$ca_ext"; cert a2 '/CN=A' b "$ca_ext" key="$P/a.key"
cert leaf '/CN=amt.x.com' a2 "$oid_ext"
cat "$P/leaf.pem" "$P/a2.pem" "$P/b.pem" >"$P/circle"
limited "$P/circle" --json >"$tmp/doc" 2>"$tmp/err"
is "issuers in a circle" "$(v S1.V11b)" fail
is "said so" "$(jq -r '.findings[]|select(.id=="S1.V11b").summary' "$tmp/doc" | grep -c circle)" 1
# Twenty CAs deep.
cert d0 '/CN=Deep 0' self "$ca_ext" key=ec; last=d0
for i in $(seq 12); do cert "d$i" "/CN=Deep $i" "d$((i - 1))" "$ca_ext" key="$P/d0.key"; last=d$i; done
cert dl '/CN=amt.x.com' $last "$oid_ext" key="$P/d0.key"; cat "$P"/d*.pem >"$P/deep"
limited "$P/deep" --json >"$tmp/doc" 2>"$tmp/err"; is "deeper than we go" "$(v S1.V11b)" fail
# Two roots of one name (as VeriSign G1 and G1.5): the one whose key signed is taken.
cert r1 '/CN=Twin' self "$ca_ext"; cert r2 '/CN=Twin' self "$ca_ext"; cert t '/CN=amt.x.com' r2 "$oid_ext"
for order in 'r1 r2' 'r2 r1'; do
	{ cat "$P/t.pem"; for f in $order; do cat "$P/$f.pem"; done; } >"$P/twin"
	limited "$P/twin" --json >"$tmp/doc" 2>"$tmp/err"
	is "the right one of two roots with one name ($order)" "$(jq -r '.facts.chains[0].certificates[1].sha256' "$tmp/doc")" "$(fingerprint "$P/r2.pem")"
done
# The same root re-issued with the same key and name: both are paths.
cert r3 '/CN=Twin' self "$ca_ext" key="$P/r2.key" md=sha1; cat "$P/t.pem" "$P/r2.pem" "$P/r3.pem" >"$P/reissue"
limited "$P/reissue" --json >"$tmp/doc" 2>"$tmp/err"; is "a root re-issued with its key: two paths" "$(jq '.facts.chains[0].paths|length' "$tmp/doc")" 2

# Odd certificates, made by changing bytes of a good one: the signature breaks, the rest is told.
openssl x509 -in "$P/t.pem" -outform DER -out "$P/t.der"
$PYTHON - "$P" <<'PY'
import sys
p = sys.argv[1]
d = open(p + '/t.der', 'rb').read()
def put(name, old, new):
    assert d.count(old) >= 1, name
    open(p + '/' + name, 'wb').write(d.replace(old, new, 1))
i = d.index(b'\x02\x01\x02') + 3          # after the version: INTEGER, length, serial
put('negative', d[i:i + 3], d[i:i + 2] + b'\x86')
put('time', b'080101000000Z', b'081301000000Z')
put('notime', b'380101000000Z', b'38-101000000Z')
put('nul', b'amt.x.com', b'amt.x\0com')
put('esc', b'amt.x.com', b'am\x1b[31mm')
put('version', b'\xa0\x03\x02\x01\x02', b'\xa0\x03\x02\x01\x07')
open(p + '/tail', 'wb').write(d + b'\x30\x82\xff\xff')
open(p + '/indef', 'wb').write(b'\x30\x80' + d[4:] + b'\0\0')
PY
limited "$P/negative" --json >"$tmp/doc" 2>"$tmp/err"; is "a negative serial number" "$(jq -r '.facts.chains[0].certificates[0]|.serial[0:1]+" "+.oddities[0]' "$tmp/doc")" "- the serial number is negative"
limited "$P/time" --json >"$tmp/doc" 2>"$tmp/err"; is "a month 13" "$(v S3.C13)" fail
limited "$P/notime" --json >"$tmp/doc" 2>"$tmp/err"; is "no time at all" "$(jq -r '.facts.chains[0].certificates[0].not_after' "$tmp/doc") $(v S3.C13)" "null fail"
limited "$P/nul" --json --suffix x.com >"$tmp/doc" 2>"$tmp/err"; is "a NUL in the name never matches" "$(v S3.C11)" fail
limited "$P/esc" >"$tmp/out" 2>"$tmp/err"; is "no escape reaches the terminal" "$(grep -c "$(printf '\033')" "$tmp/out")" 0
limited "$P/version" >"$tmp/out" 2>"$tmp/err"; is "version 8: unknown" $? 3; ok "said so" grep -q 'version' "$tmp/err"
limited "$P/tail" --json >"$tmp/doc" 2>"$tmp/err"; ok "bytes behind a certificate are told" grep -q 'no certificate' "$tmp/err"
limited "$P/indef" >"$tmp/out" 2>"$tmp/err"; is "indefinite length: unknown" $? 3
openssl req -new -key "$P/t.key" -subj /CN=x -out "$P/req.pem" 2>/dev/null; limited "$P/req.pem" >"$tmp/out" 2>"$tmp/err"; ok "a request is called a request" grep -q 'request for a certificate' "$tmp/err"
sed '5s/./!/' "$P/t.pem" >"$P/b64"; limited "$P/b64" >"$tmp/out" 2>"$tmp/err"; ok "bad base64 is told with its line" grep -q 'line 1' "$tmp/err"

# Real roots against the table, and GnuTLS as a second opinion.
n=0 want=0
for f in /usr/share/ca-certificates/mozilla/*.crt; do
	[ -e "$f" ] || break
	amt_hash=$(fingerprint "$f"); grep -q "$amt_hash" common/pki/firmware-roots.tsv || continue
	want=$((want + 1)); amt-certcheck "$f" --profile ca --json --now $NOW 2>/dev/null >"$tmp/doc"
	name=$(grep "$amt_hash" common/pki/firmware-roots.tsv | cut -f1)
	[ "$(jq -r '.facts.chains[0].certificates[0].firmware_root' "$tmp/doc")" = "$name" ] && n=$((n + 1))
done
if [ $want -gt 0 ]; then is "real roots of Debian's ca-certificates are recognised ($want)" $n $want; else skip "real roots" "ca-certificates is not installed"; fi
if command -v certtool >/dev/null; then
	cert gi '/CN=Mid' r2 "$ca_ext"; cert gl '/CN=amt.x.com' gi "$oid_ext"
	for kind in 'gl gi r2:pass' 'gl r2:fail' 'gl gi r1:fail'; do
		for f in ${kind%:*}; do cat "$P/$f.pem"; done >"$P/second"; limited "$P/second" --json >"$tmp/doc" 2>/dev/null
		# certtool trusts the last certificate of the chain.
		certtool --verify-chain --infile "$P/second" >"$P/gnutls" 2>&1 && gnutls=pass || gnutls=fail
		grep -q 'NOT verified\|Not verified' "$P/gnutls" && gnutls=fail
		is "GnuTLS agrees on ${kind%:*}" "$(v S1.V11b)" "$gnutls"
	done
else skip "second opinion" "certtool is not installed"; fi

# --each: bad files among good ones; order; exit code; interrupt.
mkdir "$P/each"; ln -s "$P"/chains/00000*.pem "$P/each/"; echo junk >"$P/each/000005x"
fingerprint "$P/root.pem" >"$P/list"
amt-certcheck --each "$P/each" --hashes "$P/list" --suffix bench.test --firmware 16.1 --now $NOW --jobs 3 >"$tmp/out" 2>"$tmp/err" </dev/null; rc=$?
is "--each: exit code of the worst" $rc 3
is "--each: one line a file, in order" "$(sed 's/^[a-z]* *//; s/  .*//' "$tmp/out" | xargs -n1 basename | tr '\n' ' ')" "$(ls "$P/each" | tr '\n' ' ')"
is "--each: the good ones pass" "$(grep -c '^pass' "$tmp/out")" 10
exits 64 "--each needs files" amt-certcheck --each
done_testing
