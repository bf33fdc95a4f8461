#!/usr/bin/env bash
# The TLS autopsy against the servers of table 2.2 of the handbook's device chapter: each is told apart
# exactly, whatever the library of the peer. gnutls-serv and openssl s_server on 127.0.0.x port 16993.
. tests/lib.sh
. tests/sim/lib.sh
sim_namespace "$0" "$@"

# Certificates: one of 2048 bits with SHA-256, one of 1024 with SHA-1 (old firmware).
for kind in new:2048:sha256 old:1024:sha1; do
	IFS=: read -r name bits hash <<<"$kind"
	openssl req -x509 -newkey "rsa:$bits" -"$hash" -nodes -days 30 -subj "/CN=pc1.example.test" \
		-addext extendedKeyUsage=serverAuth -keyout "$tmp/$name.key" -out "$tmp/$name.pem" 2>/dev/null
done
# The 1024-bit group of RFC 2409, 6.2: what old firmware uses.
$PYTHON - >"$tmp/dh1024.pem" <<'END'
import base64
p = int("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
        "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
        "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF", 16)
number = b"\x02\x81\x81" + p.to_bytes(129, "big") + b"\x02\x01\x02"
text = base64.b64encode(b"\x30\x81" + bytes([len(number)]) + number).decode()
print("-----BEGIN DH PARAMETERS-----")
print("\n".join(text[i:i + 64] for i in range(0, len(text), 64)))
print("-----END DH PARAMETERS-----")
END
export OPENSSL_CONF=/dev/null
n=0 pids=
at_exit 'kill $pids 2>/dev/null'

# listens N: waits until something listens on 127.0.0.N
listens() {
	local i
	for i in $(seq 50); do
		ss -Htln "src 127.0.0.$1" 2>/dev/null | grep -q 16993 && return 0
		sleep 0.1
	done
	return 1
}
serve() { # N COMMAND...
	local at=$1; shift
	"$@" >"$tmp/server$at.log" 2>&1 </dev/null &
	pids="$pids $!"
}
ossl() { # N KIND ARGS
	local at=$1 kind=$2; shift 2
	# It ends with its input, and one that comes from a pipe of another program would outlive this test.
	mkfifo "$tmp/input$at"
	openssl s_server -accept "127.0.0.$at:16993" -quiet -cert "$tmp/$kind.pem" -key "$tmp/$kind.key" "$@" \
		>"$tmp/server$at.log" 2>&1 <>"$tmp/input$at" &
	pids="$pids $!"
	listens "$at"
}
# probe N: facts of 127.0.0.N as "modern legacy version cipher rfc5746 rc4_only client_certificate versions"
probe() {
	devprobe -a tls -t 2000 "pc1.example.test=127.0.0.$1" >"$tmp/facts" 2>"$tmp/err" || cat "$tmp/err"
	jq -r '.classes.tls.records[] | select(.port == 16993) | [.modern, .legacy, .version, .cipher, .rfc5746, .rc4_only,
		.client_certificate, ((.versions // []) | join("+"))] | map(. // "-" | tostring) | join(" ")' "$tmp/facts"
}
tell() { is "$1" "$(probe "$2" | cut -d' ' -f1-"$4")" "$3"; }

ossl 11 new -tls1_2
tell 'TLS 1.2 with RFC 5746: any client' 11 'ok not-tried TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384' 4
is 'RFC 5746 is seen' "$(jq -r '.classes.tls.records[0] | "\(.rfc5746) \(.extended_master_secret) \(.rc4_only)"' "$tmp/facts")" 'true true false'
is 'the chain is read, purpose and all' "$(jq -r '.classes.chain.records[0] | "\(.cn) \(.ekus[0]) \(.key_bits) \(.self_signed)"' "$tmp/facts")" \
	'pc1.example.test 1.3.6.1.5.5.7.3.1 2048 true'
ossl 12 new
tell 'TLS 1.3 and 1.2' 12 'ok not-tried TLSv1.3 TLS_AES_256_GCM_SHA384' 4
is 'both versions are listed' "$(jq -r '.classes.tls.records[0].versions | join(",")' "$tmp/facts")" 'TLS 1.3,TLS 1.2'
ossl 13 old -tls1 -cipher AES128-SHA:@SECLEVEL=0
tell 'TLS 1.0, static RSA, 1024-bit SHA-1 certificate' 13 'old-version ok TLSv1 AES128-SHA' 4
is 'its only version is listed' "$(jq -r '.classes.tls.records[0].versions | join(",")' "$tmp/facts")" 'TLS 1.0'
ossl 14 old -tls1_1 -cipher AES128-SHA:@SECLEVEL=0
tell 'TLS 1.1' 14 'old-version ok TLSv1.1 AES128-SHA' 4
ossl 15 old -tls1 -cipher ECDHE-RSA-AES128-SHA:@SECLEVEL=0
tell 'TLS 1.0 with ECDHE' 15 'old-version ok TLSv1 ECDHE-RSA-AES128-SHA' 4
ossl 16 new -tls1_2 -cipher DHE-RSA-AES128-SHA256:@SECLEVEL=0 -dhparam "$tmp/dh1024.pem"
tell 'a small Diffie-Hellman group' 16 'weak-dh ok TLSv1.2 DHE-RSA-AES128-SHA256' 4
ossl 17 new -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0 -sigalgs RSA+SHA1
tell 'a key exchange signed with SHA-1' 17 'weak-signature ok TLSv1.2' 3
ossl 18 new -tls1_2 -Verify 1
tell 'a client certificate is demanded' 18 'client-certificate client-certificate' 2
is 'the demand is seen in the handshake' "$(jq -r '.classes.tls.records[0].client_certificate' "$tmp/facts")" true
serve 19 bash -c 'while :; do printf "HTTP/1.1 400 Bad Request\r\n\r\n" | timeout 5 nc -N -l 127.0.0.19 16993; done'
if command -v nc >/dev/null; then
	listens 19
	tell 'plain HTTP on the TLS port' 19 'not-tls not-tls' 2
fi
tell 'nothing listens' 20 'no-connection not-tried' 2

# gnutls-serv binds every address of its port, so each has a port of its own.
gnutls() { # KIND PRIORITY [ARGS]: got="modern legacy version cipher rfc5746 rc4_only"
	n=$((n + 1))
	gnutls-serv -q --port $((16993 + n * 100)) --x509certfile "$tmp/$1.pem" --x509keyfile "$tmp/$1.key" --priority "$2" "${@:3}" \
		>"$tmp/gnutls$n.log" 2>&1 </dev/null &
	pids="$pids $!"
	for i in $(seq 50); do ss -Htln | grep -q ":$((16993 + n * 100)) " && break; sleep 0.1; done
	devprobe -a tls -t 2000 -o $((n * 100)) pc1.example.test=127.0.0.1 >"$tmp/facts" 2>&1
	got=$(jq -r '.classes.tls.records[0] | [.modern, .legacy, .version, .cipher, .rfc5746, .rc4_only] |
		map(if . == null then "-" else tostring end) | join(" ")' "$tmp/facts")
}
gnutls new 'NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA:%DISABLE_SAFE_RENEGOTIATION'
is "the ME's own shape: TLS 1.2, static RSA, no RFC 5746" "$got" 'no-rfc5746 ok TLSv1.2 AES256-GCM-SHA384 false false'
is 'its error is the one of real hardware' "$(jq -r '.classes.tls.records[0].modern_error' "$tmp/facts" | grep -o 0A000152)" 0A000152
gnutls old 'NONE:+VERS-TLS1.0:+ARCFOUR-128:+SHA1:+MD5:+RSA:+COMP-NULL:+SIGN-ALL'
is 'RC4 only: no OpenSSL can, and it is said why' "$got" 'rc4-only rc4-only TLS 1.0 RC4-SHA true true'
is 'the chain of an RC4-only server is read all the same' "$(jq -r '.classes.chain.records[0].cn' "$tmp/facts")" pc1.example.test
gnutls old 'NONE:+VERS-TLS1.0:+ARCFOUR-128:+AES-128-CBC:+SHA1:+RSA:+COMP-NULL:+SIGN-ALL:%SERVER_PRECEDENCE'
is 'RC4 preferred, but not alone' "$got" 'old-version ok TLSv1 AES128-SHA true false'
gnutls old 'NONE:+VERS-TLS1.0:+AES-128-CBC:+SHA1:+DHE-RSA:+GROUP-FFDHE2048:+COMP-NULL:+SIGN-ALL:%VERIFY_ALLOW_SIGN_WITH_SHA1'
is 'TLS 1.0 with DHE' "$got" 'old-version ok TLSv1 DHE-RSA-AES128-SHA true false'
done_testing
