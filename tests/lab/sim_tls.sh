#!/usr/bin/env bash
# amtsim's TLS against openssl s_client, gnutls-cli and curl: table 2.2 of the device handbook.
. tests/sim/lib.sh
sim_namespace "$0" "$@"
. tests/lib.sh
command -v openssl >/dev/null && command -v gnutls-cli >/dev/null || { skip "openssl and gnutls-cli" "not installed"; done_testing; exit; }

cat >"$tmp/sim.ini" <<'END'
[device 321]
address = 127.1.0.1
profile = 3.2.1
[device nine]
address = 127.1.0.2
profile = 9.x
[device eleven]
address = 127.1.0.3
profile = 11.8
[device fifteen]
address = 127.1.0.4
profile = 15.0
[device self]
address = 127.1.0.5
profile = 16.1
tls.issuer = self
[device tiers]
address = 127.1.0.6
profile = 11.8
tls.issuer = intermediate
[device full]
address = 127.1.0.7
profile = 11.8
tls.issuer = intermediate
tls.chain = full
[device two]
address = 127.1.0.8
profile = 11.8
tls.redirection_cn = other.example.test
[device expired]
address = 127.1.0.9
profile = 11.8
tls.until_days = -1
tls.eku = none
tls.cn = wrong.example.test
[device mutual]
address = 127.1.0.10
profile = 11.8
tls.mutual = true
[device modern]
address = 127.1.0.11
profile = 15.0
tls.renegotiation = true
tls.ems = true
[device ecdhe]
address = 127.1.0.12
profile = 9.x
tls.ciphers = ECDHE-RSA-AES128-SHA
tls.renegotiation = true
END
sim_start "$tmp/sim.ini"
ca=$tmp/pki/ca.pem
# openssl.cnf of Debian asks for TLS 1.2 and level 2, like the tools of today
s() { local ip=$1 port=$2; shift 2; timeout 10 openssl s_client -connect "$ip:$port" -CAfile "$ca" "$@" </dev/null 2>&1; }
old() { local ip=$1 port=$2; shift 2; s "$ip" "$port" -legacy_server_connect -cipher 'ALL:@SECLEVEL=0' "$@"; }
has() { grep -qF -- "$1"; }
field() { sed -n "s/^ *$1 *: *//p" | head -n 1; }

s 127.1.0.3 16993 >"$tmp/o"
ok "a default OpenSSL fails with the error of real hardware" grep -q 'unsafe legacy renegotiation disabled' "$tmp/o"
s 127.1.0.3 16993 -legacy_server_connect >"$tmp/o"
ok "with legacy connect it gets through" grep -q '^New, TLSv1.2, Cipher is AES128-GCM-SHA256' "$tmp/o"
ok "no RFC 5746" grep -q 'Secure Renegotiation IS NOT supported' "$tmp/o"
ok "no extended master secret" grep -q 'Extended master secret: no' "$tmp/o"
ok "no ALPN, no ticket" bash -c "grep -q 'No ALPN negotiated' '$tmp/o' && ! grep -q 'TLS session ticket' '$tmp/o'"
is "one certificate in the chain" "$(s 127.1.0.3 16993 -legacy_server_connect -showcerts | grep -c BEGIN.CERT)" 1
ok "it verifies against the test root" grep -q 'Verify return code: 0 (ok)' "$tmp/o"
is "SNI changes nothing" "$(s 127.1.0.3 16993 -legacy_server_connect -servername other.test | openssl x509 -noout -subject)" "subject=CN = pc00002.example.test"

old 127.1.0.1 16993 -tls1 >"$tmp/o"
ok "3.2.1: TLS 1.0 with static RSA" grep -q 'Cipher is AES128-SHA' "$tmp/o"
is "3.2.1: speaks nothing newer" "$(old 127.1.0.1 16993 -tls1_1 | grep -c 'Cipher is (NONE)')" 1
is "3.2.1: 1024-bit key, SHA-1" "$(old 127.1.0.1 16993 -tls1 | openssl x509 -noout -text | grep -oE 'Public-Key: \([0-9]+ bit\)|Signature Algorithm: .*' | sort -u | tr '\n' ' ')" \
	"Public-Key: (1024 bit) Signature Algorithm: sha1WithRSAEncryption "
is "9.x: TLS 1.1" "$(old 127.1.0.2 16993 | field Protocol)" TLSv1.1
is "15.0: no TLS 1.1" "$(old 127.1.0.4 16993 -tls1_1 | grep -c 'Cipher is (NONE)')" 1
is "15.0: TLS 1.2" "$(old 127.1.0.4 16993 | field Protocol)" TLSv1.2
ok "a server with RFC 5746 suits a default client" bash -c "timeout 10 openssl s_client -connect 127.1.0.11:16993 </dev/null 2>&1 | grep -q 'Secure Renegotiation IS supported'"
# Debian's GnuTLS takes a server without RFC 5746, as measured in the handbook
timeout 10 gnutls-cli --insecure -p 16993 127.1.0.3 </dev/null >"$tmp/o" 2>&1
ok "gnutls-cli connects by default" grep -q '(TLS1.2-X.509)-(RSA)-(AES-128-GCM)' "$tmp/o"
timeout 10 gnutls-cli --insecure --priority 'NORMAL:+VERS-TLS1.0:+RSA:+SHA1:%VERIFY_ALLOW_BROKEN' -p 16993 127.1.0.1 </dev/null >"$tmp/o" 2>&1
ok "gnutls-cli reaches TLS 1.0" grep -q 'TLS1.0' "$tmp/o"
timeout 10 gnutls-cli --insecure --priority 'NORMAL:%SAFE_RENEGOTIATION' -p 16993 127.1.0.3 </dev/null >"$tmp/o" 2>&1
ok "gnutls-cli sees that renegotiation is unsafe" grep -qi 'renegotiation' "$tmp/o"
is "ECDHE with TLS 1.1 fails at level 1" "$(s 127.1.0.12 16993 -legacy_server_connect -cipher 'ALL:@SECLEVEL=1' | grep -c 'Cipher is (NONE)')" 1
is "and connects at level 0" "$(old 127.1.0.12 16993 | field Cipher)" ECDHE-RSA-AES128-SHA

ok "self-signed is seen as such" bash -c "timeout 10 openssl s_client -legacy_server_connect -connect 127.1.0.5:16993 -CAfile '$ca' </dev/null 2>&1 | grep -q 'self-signed certificate'"
is "two tiers, leaf only: the chain does not build" "$(s 127.1.0.6 16993 -legacy_server_connect | sed -n 's/.*Verify return code: \([0-9]*\).*/\1/p' | head -n 1)" 21
is "with the intermediate at hand it does" "$(s 127.1.0.6 16993 -legacy_server_connect -CAfile <(cat "$ca" "$tmp/pki/intermediate.pem") | sed -n 's/.*Verify return code: \([0-9]*\).*/\1/p' | head -n 1)" 0
is "two tiers, chain sent" "$(s 127.1.0.7 16993 -legacy_server_connect -showcerts | grep -c BEGIN.CERT)" 2
cn() { s "$1" "$2" -legacy_server_connect | openssl x509 -noout -subject -nameopt multiline | sed -n 's/.*commonName *= //p'; }
is "16993 and 16995 show the same certificate" "$(cn 127.1.0.3 16993)" "$(cn 127.1.0.3 16995)"
is "unless they are told not to" "$(cn 127.1.0.8 16993) $(cn 127.1.0.8 16995)" "pc00007.example.test other.example.test"
is "expired" "$(s 127.1.0.9 16993 -legacy_server_connect | sed -n 's/.*Verify return code: \([0-9]*\).*/\1/p' | head -n 1)" 10
is "no server EKU, another name" "$(s 127.1.0.9 16993 -legacy_server_connect | openssl x509 -noout -text | grep -cE 'TLS Web Server|CN = wrong.example.test')" 1
ok "mutual: the server asks for a certificate and refuses without" bash -c "timeout 10 openssl s_client -legacy_server_connect -connect 127.1.0.10:16993 -msg </dev/null 2>&1 | grep -q 'CertificateRequest'"
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=console -keyout "$tmp/c.key" -out "$tmp/c.pem" 2>/dev/null
is "mutual: with a certificate there is an answer" "$( (printf 'GET / HTTP/1.1\r\n\r\n'; sleep 1) | timeout 5 openssl s_client -quiet -legacy_server_connect -connect 127.1.0.10:16993 -cert "$tmp/c.pem" -key "$tmp/c.key" 2>/dev/null | head -n 1 | tr -d '\r')" "HTTP/1.1 303 See Other"

# a whole WS-MAN request through TLS, log-in kept for the socket
cat >"$tmp/openssl.cnf" <<'END'
openssl_conf = a
[a]
ssl_conf = b
[b]
system_default = c
[c]
MinProtocol = TLSv1
CipherString = ALL:@SECLEVEL=0
Options = UnsafeLegacyServerConnect
END
wsman_get $AMT/AMT_GeneralSettings >"$tmp/get"
if command -v curl >/dev/null; then
	is "curl over TLS, twice" "$(OPENSSL_CONF=$tmp/openssl.cnf curl -sS --max-time 10 --cacert "$ca" \
		--resolve pc00002.example.test:16993:127.1.0.3 --digest -u 'admin:P@ssw0rd' --data-binary @"$tmp/get" -o "$tmp/r1" -o "$tmp/r2" -w '%{http_code} ' \
		https://pc00002.example.test:16993/wsman https://pc00002.example.test:16993/wsman)" "200 200 "
	is "the realm is a digest realm" "$(grep -o '<g:DigestRealm>Digest:[0-9A-F]*<' "$tmp/r2" | wc -l)" 1
fi
ok "ends cleanly on SIGTERM" sim_stop
done_testing
