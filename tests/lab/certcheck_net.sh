#!/usr/bin/env bash
# amt-certcheck --crl and --connect against real servers: a three-tier PKI with CRLs and issuers on a
# local HTTP server and in slapd, OCSP by openssl ocsp, TLS by openssl s_server and gnutls-serv.
# Runs in a network namespace of its own, so that ports and addresses are free.
cd "$(dirname "$0")/../.." || exit 1
if [ -z "${CERTCHECK_NS:-}" ]; then
	if unshare -Urn true 2>/dev/null; then CERTCHECK_NS=1 exec unshare -Urn "$0" "$@"; fi
	. tests/lib.sh
	skip "certcheck on the network" "no private network namespace can be made here"; done_testing; exit
fi
. tests/lib.sh
. tests/pki.sh
. tests/certdoc.sh
ip link set lo up 2>/dev/null || ifconfig lo up
P=$tmp
pids=()
stop_all() { local p; for p in "${pids[@]}"; do kill "$p" 2>/dev/null; done; wait 2>/dev/null; }
at_exit stop_all
NOW=$(date -u +%Y-%m-%dT%H:%M:%SZ)
check() { NOW=$(date -u +%Y-%m-%dT%H:%M:%SZ); amt-certcheck --json --timeout 3 --now "$NOW" "$@" >"$tmp/doc" 2>"$tmp/err" </dev/null; rc=$?; }
says() { case $(jq -r --arg id "$2" '[.findings[]|select(.id==$id)|.summary]|join("; ")' "$tmp/doc") in *"$3"*) pass_ "$1" ;;
	*) fail_ "$1"; jq -r '.findings[]|"# \(.id) \(.verdict) \(.summary)"' "$tmp/doc" | head -5 ;; esac; }
up() { local i; for i in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0; sleep 0.05; done; return 1; }

www=$P/www; mkdir "$www"
web=http://127.0.0.1:8080
cdp() { printf '%s\ncrlDistributionPoints=%s\nauthorityInfoAccess=%s' "$1" "$2" "$3"; }
cert root '/CN=Lab Root' self "$ca_ext"
cert pol '/CN=Lab Policy CA' root "$(cdp "$ca_ext" "URI:$web/root.crl" "caIssuers;URI:$web/root.crt")"
cert iss '/CN=Lab Issuing CA' pol "$(cdp "$ca_ext" "URI:$web/pol.crl" "caIssuers;URI:$web/pol.crt")"
cert leaf '/CN=amt.lab.test' iss "$(cdp "$oid_ext" "URI:$web/iss.crl" "caIssuers;URI:$web/iss.crt,OCSP;URI:http://127.0.0.1:8081/")"
bundle leaf iss pol root >"$P/chain"
publish() { openssl crl -in "$P/$1.crl" -outform DER -out "$www/${2:-$1}.crl"; }
for c in root pol iss; do crl $c $c 240 && publish $c; openssl x509 -in "$P/$c.pem" -outform DER -out "$www/$c.crt"; done
$PYTHON - "$www" >"$P/http.log" 2>&1 <<'PY' &
import http.server, os, sys, time
os.chdir(sys.argv[1])
class H(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.path == '/slow.crl':
            time.sleep(60)
        if self.path == '/huge.crl':
            self.send_response(200); self.end_headers()
            try:
                for _ in range(64): self.wfile.write(b'\0' * (1 << 20))
            except OSError: pass
            return
        if self.path == '/loop.crl':
            self.send_response(302); self.send_header('Location', '/loop.crl'); self.end_headers(); return
        super().do_GET()
http.server.ThreadingHTTPServer(('127.0.0.1', 8080), H).serve_forever()
PY
pids+=($!)
# OCSP by a responder that the issuing CA certified for it.
cert ocsp '/CN=Lab OCSP' iss "$leaf_ext
extendedKeyUsage=OCSPSigning"
serial() { openssl x509 -in "$P/$1.pem" -noout -serial | cut -d= -f2; }
index() { printf '%s\t380101000000Z\t%s\t%s\tunknown\t/CN=amt.lab.test\n' "$1" "$2" "$(serial leaf)" >"$P/index"; }
ocsp_up() { openssl ocsp -index "$P/index" -port 8081 -rsigner "$P/ocsp.pem" -rkey "$P/ocsp.key" -CA "$P/iss.pem" -nmin 60 >"$P/ocsp.log" 2>&1 & ocsp_pid=$!; pids+=($ocsp_pid)
	# A probing connection would hold it up: it serves one client at a time.
	local i; for i in $(seq 100); do grep -q waiting "$P/ocsp.log" && return; sleep 0.05; done; }
index V ''; up 8080; ocsp_up

check "$P/chain" --crl
verdict "three tiers, all lists good" S3.C24a pass; verdict "all issuers good" S3.C24b pass
is "what was asked" "$(jq -r '[.facts.fetches[].kind]|group_by(.)|map("\(.[0])=\(length)")|join(" ")' "$tmp/doc")" "aia=3 crl=3 ocsp=1"
is "OCSP says good, signature checked" "$(jq -r '.facts.fetches[]|select(.kind=="ocsp")|"\(.status) \(.signature)"' "$tmp/doc")" "good yes"
amt-certcheck --replay "$tmp/doc" --json >"$tmp/again"
is "replay judges the same lists" "$(jq -S .findings "$tmp/again" | sha1sum)" "$(jq -S .findings "$tmp/doc" | sha1sum)"
amt-certcheck --replay "$tmp/doc" --json --now "$(date -u -d +30days +%FT%TZ)" >"$tmp/again"
is "replay in 30 days: the lists have run out" "$(jq -r '.findings[]|select(.id=="S3.C24a").verdict' "$tmp/again")" fail

crl iss iss 240 leaf; publish iss; kill $ocsp_pid; wait $ocsp_pid 2>/dev/null; index R 260101000000Z,superseded; ocsp_up
check "$P/chain" --crl; verdict "the leaf is revoked" S3.C24a fail; says "since when, and why" S3.C24a "superseded"
is "OCSP says the same" "$(jq -r '.facts.fetches[]|select(.kind=="ocsp").status' "$tmp/doc")" revoked
is "serial numbers on the list" "$(jq '[.facts.fetches[]|select(.kind=="crl")|.revoked_count]|add' "$tmp/doc")" 1
crl pol pol 240 iss; publish pol; check "$P/chain" --crl; says "an intermediate is revoked" S3.C24a "an intermediate is revoked"
crl pol pol 240; publish pol; crl iss iss 240; publish iss; index V ''; kill $ocsp_pid; wait $ocsp_pid 2>/dev/null; ocsp_up
cert other '/CN=Lab Issuing CA' self "$ca_ext"; crl other other 240; publish other iss
check "$P/chain" --crl; verdict "a CRL signed by somebody else" S3.C24a fail; says "said so" S3.C24a "not signed by the issuer"
crl iss iss 5; publish iss; check "$P/chain" --crl; verdict "a CRL that runs out today" S3.C24a warn
check "$P/chain" --crl --now "$(date -u -d +2days +%FT%TZ)"; verdict "and has run out in two days" S3.C24a fail
crl iss iss 240; publish iss
mv "$www/iss.crl" "$www/away"; check "$P/chain" --crl; says "a CRL that is not there" S3.C24a "HTTP status 404"; mv "$www/away" "$www/iss.crl"
echo '<html>' >"$www/pol.crl"; check "$P/chain" --crl; says "no CRL at all" S3.C24a "is no CRL"; publish pol
cp "$www/root.crt" "$www/iss.crt"; check "$P/chain" --crl; verdict "AIA gives another certificate" S3.C24b fail; says "which one" S3.C24b "CN=Lab Root"
bundle root pol iss >"$P/collection"; openssl crl2pkcs7 -nocrl -certfile "$P/collection" -outform DER -out "$www/iss.crt"
check "$P/chain" --crl; verdict "AIA as a collection, the issuer last" S3.C24b pass
bundle root pol >"$P/collection"; openssl crl2pkcs7 -nocrl -certfile "$P/collection" -outform DER -out "$www/iss.crt"
check "$P/chain" --crl; verdict "AIA as a collection without the issuer" S3.C24b fail
openssl crl2pkcs7 -nocrl -certfile "$P/iss.pem" -outform DER -out "$www/iss.crt"; check "$P/chain" --crl; verdict "AIA as PKCS#7" S3.C24b pass
rm "$www/pol.crt"; check "$P/chain" --crl; verdict "AIA place that is empty" S3.C24b fail
kill $ocsp_pid; wait $ocsp_pid 2>/dev/null; check "$P/chain" --crl; says "no OCSP responder" S3.C24a "gave no answer"
# Delta CRLs, where the base list says they are (RFC 5280 5.2.6), as Windows CAs publish them.
fresh="freshestCRL=URI:$web/iss-delta.crl" indicator='2.5.29.27=critical,DER:020101'
CRL_EXT=$fresh crl iss iss 240; publish iss
CRL_EXT=$indicator crl iss-delta iss 48; publish iss-delta
check "$P/chain" --crl; is "a delta with nothing on it" "$(v S3.C24a | tr , '\n' | grep -c fail)" 0
is "it was asked for" "$(jq -r '[.facts.fetches[]|select(.kind=="delta")|"\(.fetched) \(.signature) \(.status)"]|join("|")' "$tmp/doc")" "true yes good"
CRL_EXT=$indicator crl iss-delta iss 48 leaf; publish iss-delta
check "$P/chain" --crl; verdict "revoked by the delta alone" S3.C24a fail; says "the delta is named" S3.C24a "superseded ($web/iss-delta.crl)"
CRL_EXT=$fresh CRL_REASON=certificateHold crl iss iss 240 leaf; publish iss
CRL_EXT=$indicator crl iss-delta iss 48; publish iss-delta
check "$P/chain" --crl; says "on hold by the base list" S3.C24a "on hold"
CRL_EXT=$indicator CRL_REASON=removeFromCRL crl iss-delta iss 48 leaf; publish iss-delta
check "$P/chain" --crl; is "and the delta takes it off again" "$(jq -r '[.findings[]|select(.id=="S3.C24a" and (.summary|test("revoked since")))]|length' "$tmp/doc")" 0
amt-certcheck --replay "$tmp/doc" --json >"$tmp/again"
is "replay judges deltas the same" "$(jq -S .findings "$tmp/again" | sha1sum)" "$(jq -S .findings "$tmp/doc" | sha1sum)"
check "$P/chain" --crl --now "$(date -u -d +3days +%FT%TZ)"; says "a delta that has run out takes nothing off" S3.C24a "revoked since"
CRL_EXT=$fresh crl iss iss 240; publish iss; rm "$www/iss-delta.crl"
check "$P/chain" --crl; says "a delta that is not there" S3.C24a "iss-delta.crl can't be had: HTTP status 404"
crl other-delta other 48; publish other-delta iss-delta; check "$P/chain" --crl; says "a delta by somebody else" S3.C24a "not signed by the issuer"
crl iss iss 240; publish iss
for bad in slow huge loop; do
	cert "$bad" '/CN=amt.lab.test' iss "$(cdp "$oid_ext" "URI:$web/$bad.crl" "caIssuers;URI:$web/iss.crt")"; bundle $bad iss pol root >"$P/$bad.chain"
	start=$SECONDS; check "$P/$bad.chain" --crl --timeout 1; is "a $bad CRL place ends in time" "$((SECONDS - start < 10)) $(v S3.C24a)" "1 fail"
done
cert dl '/CN=amt.lab.test' iss "$(cdp "$oid_ext" "URI:$web/iss.crl,URI:ftp://127.0.0.1/iss.crl" "caIssuers;URI:$web/iss.crt")"; bundle dl iss pol root >"$P/dl.chain"
check "$P/dl.chain" --crl; says "an ftp place" S3.C24a "only http and ldap"
verdict "what was not asked is no failure" S3.C24a unknown
cert two '/CN=amt.lab.test' iss "$(cdp "$oid_ext" "URI:$web/iss.crl,URI:$web/none.crl" "caIssuers;URI:$web/none.crt,caIssuers;URI:$web/iss.crt")"; bundle two iss pol root >"$P/two.chain"
openssl x509 -in "$P/pol.pem" -outform DER -out "$www/pol.crt"
check "$P/two.chain" --crl; is "one place of two is empty" "$(v S3.C24a) $(v S3.C24b)" "warn warn"
cert blank '/CN=amt.lab.test' iss "$(cdp "$oid_ext" "URI:$web/iss 1.crl" "caIssuers;URI:$web/iss.crt")"; bundle blank iss pol root >"$P/blank.chain"
cp "$www/iss.crl" "$www/iss 1.crl"; check "$P/blank.chain" --crl; verdict "an address with a blank" S3.C24a pass
check "$P/chain"; is "without --crl nothing is fetched" "$(jq '.facts.fetches|length' "$tmp/doc")" 0

# CRLs at hand
crl iss iss 240 leaf
check "$P/chain" --crl-file "$P/iss.crl"; verdict "a CRL file: revoked" S3.C24a fail
crl iss iss 240; check "$P/chain" --crl-file "$P/iss.crl" --crl-file "$P/pol.crl"; verdict "CRL files: good" S3.C24a pass
check "$P/chain" --crl-file "$P/pol.crl"; verdict "a CRL file that says nothing of the leaf" S3.C24a unknown
cert bare '/CN=amt.lab.test' iss "$oid_ext"; bundle bare iss pol root >"$P/bare.chain"
check "$P/bare.chain" --crl; verdict "a leaf that names no place to ask" S3.C24a unknown
check "$P/chain" --crl-file "$P/other.crl"; verdict "a CRL file of a namesake" S3.C24a unknown
check "$P/chain" --crl-file "$P/iss.crl" --crl-file "$P/other.crl"; verdict "the lists of two keys of one CA" S3.C24a pass
ok "the one that fits nobody is told" grep -q 'other.crl: the CRL is of an issuer, or of another key' "$tmp/err"
scope() { CRL_EXT="authorityKeyIdentifier=keyid
issuingDistributionPoint=critical,@idp
[idp]
$1=TRUE" crl scope iss 240; check "$P/chain" --crl-file "$P/scope.crl"; }
scope onlyCA; says "a list of CA certificates" S3.C24a "says nothing of the leaf: it is of CA certificates only"
scope onlyuser; verdict "a list of end certificates" S3.C24a pass
CRL_EXT=$indicator crl iss-delta iss 48; check "$P/chain" --crl-file "$P/iss-delta.crl"; verdict "a delta at hand and nothing else" S3.C24a unknown
check "$P/chain" --crl-file "$P/iss.crl" --crl-file "$P/iss-delta.crl"; verdict "a delta at hand, and the list under it" S3.C24a pass

# slapd with the CRL where Windows CAs put it
if command -v slapd >/dev/null 2>&1 || [ -x /usr/sbin/slapd ]; then
	mkdir "$P/ldap"; slapd=$(command -v slapd || echo /usr/sbin/slapd)
	cat >"$P/slapd.conf" <<CONF
include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile $P/slapd.pid
database mdb
suffix "dc=lab,dc=test"
directory $P/ldap
maxsize 10485760
CONF
	ldap='ldap://127.0.0.1:8389/cn=Lab%20Issuing%20CA,dc=lab,dc=test?certificateRevocationList;binary?base?objectClass=cRLDistributionPoint'
	{ printf 'dn: dc=lab,dc=test\nobjectClass: dcObject\nobjectClass: organization\no: lab\ndc: lab\n\n'
	  printf 'dn: cn=Lab Issuing CA,dc=lab,dc=test\nobjectClass: cRLDistributionPoint\ncn: Lab Issuing CA\n'
	  printf 'certificateRevocationList;binary:: %s\n' "$(openssl crl -in "$P/iss.crl" -outform DER | base64 -w0)"
	  printf '\ndn: cn=Renewed CA,dc=lab,dc=test\nobjectClass: pkiCA\nobjectClass: applicationProcess\ncn: Renewed CA\n'
	  for c in other iss; do printf 'cACertificate;binary:: %s\n' "$(openssl x509 -in "$P/$c.pem" -outform DER | base64 -w0)"; done; } >"$P/data.ldif"
	if "$slapd" -T add -f "$P/slapd.conf" -l "$P/data.ldif" >"$P/add.log" 2>&1; then
		"$slapd" -f "$P/slapd.conf" -h ldap://127.0.0.1:8389 -d 0 >"$P/slapd.log" 2>&1 & pids+=($!)
		up 8389
		cert ldap1 '/CN=amt.lab.test' iss "$oid_ext
crlDistributionPoints=@cdp
[cdp]
URI.1=$ldap"; bundle ldap1 iss pol root >"$P/ldap.chain"
		check "$P/ldap.chain" --crl
		is "a CRL out of LDAP" "$(jq -r '.facts.fetches[]|select(.url|startswith("ldap"))|"\(.fetched) \(.signature) \(.status)"' "$tmp/doc")" "true yes good"
		cert ldap2 '/CN=amt.lab.test' iss "$oid_ext
crlDistributionPoints=@cdp
[cdp]
URI.1=${ldap/127.0.0.1:8389/}"; bundle ldap2 iss pol root >"$P/ldap2.chain"
		check "$P/ldap2.chain" --crl; says "ldap:/// without a server" S3.C24a "names no server"; verdict "and is not asked" S3.C24a unknown
		cert ldap3 '/CN=amt.lab.test' iss "$oid_ext
crlDistributionPoints=@cdp
[cdp]
URI.1=${ldap/Issuing/Missing}"; bundle ldap3 iss pol root >"$P/ldap3.chain"
		check "$P/ldap3.chain" --crl; says "an LDAP entry that is not there" S3.C24a "no such entry"
		cert ldap4 '/CN=amt.lab.test' iss "$oid_ext
crlDistributionPoints=@cdp
[cdp]
URI.1=${ldap/8389/9}"; bundle ldap4 iss pol root >"$P/ldap4.chain"
		check "$P/ldap4.chain" --crl; verdict "no LDAP server" S3.C24a fail
		cert ldap5 '/CN=amt.lab.test' iss "$oid_ext
crlDistributionPoints=URI:$web/iss.crl
authorityInfoAccess=@aia
[aia]
caIssuers;URI.1=ldap://127.0.0.1:8389/cn=Renewed%20CA,dc=lab,dc=test?cACertificate;binary?base?objectClass=certificationAuthority"
		bundle ldap5 iss pol root >"$P/ldap5.chain"; check "$P/ldap5.chain" --crl
		is "AIA of a renewed CA: both certificates are tried" \
			"$(jq -r '.facts.fetches[]|select(.url|startswith("ldap"))|"\(.fetched) \(.error) \(.fits)"' "$tmp/doc")" "true null null"
	else
		skip "CRL out of LDAP" "slapd does not start here: $(head -n 1 "$P/add.log")"
	fi
else
	skip "CRL out of LDAP" "slapd is not installed"
fi

# --connect
cert web '/CN=amt.lab.test' iss "$web_ext"; bundle iss pol >"$P/sent"
server() { local port=$1; shift; openssl s_server -accept "$port" -www "$@" >"$P/server.$port" 2>&1 </dev/null & pids+=($!); up "$port"; }
server 8443 -cert "$P/web.pem" -key "$P/web.key" -cert_chain "$P/sent"
check --connect 127.0.0.1:8443 --profile webserver --host amt.lab.test
is "the chain as sent" "$(jq -r '[.facts.chains[0].certificates[].subject]|join("|")' "$tmp/doc")" "CN=amt.lab.test|CN=Lab Issuing CA|CN=Lab Policy CA"
verdict "a server that leaves the root out" S3.C21 fail
check --connect 127.0.0.1:8443 --profile webserver --host amt.lab.test "$P/root.pem"
verdict "with the root beside it" S3.C21 pass; verdict "its name" PV.02 pass
is "the protocol is told" "$(jq -r '.facts.sources[0].protocol' "$tmp/doc" | cut -c1-4)" TLSv
server 8444 -cert "$P/web.pem" -key "$P/web.key" -tls1 -cipher 'ALL:@SECLEVEL=0' -legacy_renegotiation
check --connect 127.0.0.1:8444 --profile webserver
is "TLS 1.0, as old firmware" "$(jq -r '.facts.sources[0].protocol' "$tmp/doc" | cut -d, -f1)" TLSv1
server 8445 -cert "$P/web.pem" -key "$P/web.key" -Verify 1 -CAfile "$P/root.pem" -no_tls1_3
check --connect 127.0.0.1:8445 --profile webserver; is "a server that wants a client certificate" "$(jq '.facts.chains|length' "$tmp/doc")" 1
cert own '/CN=Intel AMT' self "$web_ext" from=19700101000000Z to=19700102000000Z
server 8446 -cert "$P/own.pem" -key "$P/own.key"
check --connect 127.0.0.1:8446 --profile webserver --firmware 3.2.1; verdict "the self-signed fault of 3.2.1 (F 5)" S3.C16 fail
check --connect 127.0.0.1:8446 --profile webserver --firmware 3.2.2; verdict "not on 3.2.2" S3.C16 pass
check --connect 127.0.0.1:9 --profile webserver; is "nobody there: unknown" "$rc" 3; ok "nobody there: said so" grep -q refused "$tmp/err"
check --connect 127.0.0.1:8080 --profile webserver --timeout 1; is "no TLS there: unknown" "$rc" 3
ok "no TLS there: said so" grep -q 'TLS handshake' "$tmp/err"
if command -v gnutls-serv >/dev/null 2>&1; then
	bundle web iss pol >"$P/full"
	gnutls-serv -p 8447 --x509certfile "$P/full" --x509keyfile "$P/web.key" -q </dev/null >"$P/gnutls.log" 2>&1 & pids+=($!); up 8447
	check --connect 127.0.0.1:8447 --profile webserver; is "a GnuTLS server" "$(jq '.facts.chains[0].certificates|length' "$tmp/doc")" 3
else skip "a GnuTLS server" "gnutls-serv is not installed"; fi
done_testing
