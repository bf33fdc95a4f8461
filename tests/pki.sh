# Sourced by tests and by scripts that make sample chains: certificates with the openssl
# command line, into folder $P. Needs $P to exist.
#
#   cert NAME SUBJECT ISSUER "extension lines" [key=rsa:2048|rsa:4096|ec|ed25519|FILE] [md=sha256]
#        [from=20080101000000Z] [to=20380101000000Z] [serial=HEX]
#   ISSUER is the name of an earlier one, or self. Makes $P/NAME.pem and $P/NAME.key.
ca_ext='basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid'
leaf_ext='basicConstraints=CA:FALSE
keyUsage=digitalSignature,keyEncipherment
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid'
oid_ext="$leaf_ext
extendedKeyUsage=serverAuth,2.16.840.1.113741.1.2.3"
web_ext="$leaf_ext
extendedKeyUsage=serverAuth"
make_key() { # SPEC FILE
	case $1 in
	rsa:*) openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:"${1#rsa:}" -out "$2" 2>/dev/null ||
		openssl genrsa -out "$2" "${1#rsa:}" 2>/dev/null ;;
	ec) openssl ecparam -name prime256v1 -genkey -noout -out "$2" ;;
	ed25519) openssl genpkey -algorithm ed25519 -out "$2" ;;
	*) cp "$1" "$2" ;;
	esac
}
cert() {
	local name=$1 subject=$2 issuer=$3 ext=$4 key=rsa:2048 md=sha256 from=20080101000000Z to=20380101000000Z serial a
	shift 4
	serial=$(printf '%s%s' "$name" "$subject" | sha1sum | cut -c1-16); serial=6$serial; serial=${serial:0:16}
	for a; do local "${a?}"; done
	make_key "$key" "$P/$name.key" || return 1
	rm -f "$P/db" "$P/db.attr" "$P/serial"; : >"$P/db"; echo "$serial" >"$P/serial"
	cat >"$P/ca.cnf" <<CNF
[req]
distinguished_name=dn
prompt=no
utf8=yes
string_mask=utf8only
[dn]
[ca]
default_ca=d
[d]
database=$P/db
new_certs_dir=$P
serial=$P/serial
policy=p
default_md=$md
unique_subject=no
preserve=yes
x509_extensions=e
[p]
countryName=optional
organizationName=optional
organizationalUnitName=optional
commonName=optional
title=optional
description=optional
[e]
$ext
CNF
	[ "$md" = none ] && sed -i 's/^default_md=.*/default_md=default/' "$P/ca.cnf"
	openssl req -new -utf8 -config "$P/ca.cnf" -key "$P/$name.key" -subj "$subject" -multivalue-rdn -out "$P/$name.csr" \
		2>"$P/log" || { cat "$P/log" >&2; return 1; }
	local who=(-cert "$P/$issuer.pem" -keyfile "$P/$issuer.key")
	[ "$issuer" = self ] && who=(-selfsign -keyfile "$P/$name.key")
	openssl ca -batch -notext -utf8 -config "$P/ca.cnf" "${who[@]}" -in "$P/$name.csr" -out "$P/$name.pem" -startdate "$from" \
		-enddate "$to" 2>"$P/log" || { cat "$P/log" >&2; return 1; }
	rm -f "$P/$name.csr" "$P"/[0-9A-F]*.pem
}
# crl NAME ISSUER hours [revoked certificate names]; $P/NAME.crl. CRL_EXT: extension lines; CRL_REASON: superseded
crl() {
	local name=$1 issuer=$2 hours=$3 c; shift 3
	: >"$P/db"; echo 01 >"$P/crlnumber"
	printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s\ncrlnumber=%s\ndefault_md=sha256\nunique_subject=no\ncrl_extensions=e\n[e]\n%s\n' "$P/db" "$P/crlnumber" "${CRL_EXT:-authorityKeyIdentifier=keyid}" >"$P/crl.cnf"
	for c; do openssl ca -config "$P/crl.cnf" -cert "$P/$issuer.pem" -keyfile "$P/$issuer.key" -revoke "$P/$c.pem" \
		-crl_reason "${CRL_REASON:-superseded}" 2>"$P/log" || return 1; done
	openssl ca -config "$P/crl.cnf" -gencrl -cert "$P/$issuer.pem" -keyfile "$P/$issuer.key" -crlhours "$hours" -out "$P/$name.crl" \
		2>"$P/log"
}
fingerprint() { openssl x509 -in "$1" -noout -fingerprint "-${2:-sha256}" | sed 's/.*=//; s/://g' | tr A-F a-f; }
