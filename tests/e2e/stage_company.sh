#!/usr/bin/env bash
# A company that no other test knows, from nothing but files: what is healthy is not called broken, and what one kind of
# evidence alone can't tell is found where two meet.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

ca() { # NAME BITS ISSUER(=NAME: self) EXTENSIONS
	openssl req -newkey "rsa:$2" -nodes -keyout "$tmp/$1.key" -subj "/O=Example Print/CN=$1" -out "$tmp/$1.csr" 2>/dev/null
	local by=(-CA "$tmp/$3.pem" -CAkey "$tmp/$3.key" -set_serial "0x$RANDOM")
	[ "$1" = "$3" ] && by=(-signkey "$tmp/$1.key")
	openssl x509 -req -in "$tmp/$1.csr" "${by[@]}" -days 3650 -sha1 -extfile <(printf '%b' "$4") -out "$tmp/$1.pem" 2>/dev/null
}
authority='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n'
server='basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth,2.16.840.1.113741.1.2.3\n'
ca Root 2048 Root "$authority"
ca oob.example.com 2048 Root "$server"
root=$(openssl x509 -in "$tmp/Root.pem" -outform DER | sha1sum | cut -d' ' -f1)
cp "$tmp/oob.example.com.pem" "$tmp/leaf2048.pem"
ca oob.example.com 4096 Root "$server"
cp "$tmp/oob.example.com.pem" "$tmp/leaf4096.pem"

walk() { # LEAF FAULT ...: into $tmp/report
	local d=$tmp/site leaf=$1; shift
	rm -rf "$d"; mkdir "$d"
	"$PYTHON" tests/e2e/stage_company.py "$d" "$root" "$@" || return
	cat "$tmp/$leaf.pem" "$tmp/Root.pem" >"$d/chain.pem"
	echo "$root" >"$d/hashes.txt"
	cat >"$d/site.ini" <<-'E'
		[site]
		name = Example Print
		domain = print.example.com
		service-point = oob.example.com, 10.9.0.5
		suffixes = print.example.com
		[evidence]
		inventory = clients.csv
		logs = Amtopmgr.log
		captures = vlan.pcap
		chain = chain.pem
		root-hashes = hashes.txt
		exports = configmgr.csv
		dhcp = dhcp.txt
		[traits]
		pki = yes
		E
	amt-stage --site "$d/site.ini" --now "$now" --json -q >"$tmp/report" 2>"$tmp/err"
}
said() { # ID SUBJECT-PART: "verdict ..." of each such finding
	jq -r --arg id "$1" --arg s "$2" '[.findings[] | select(.id == $id and (.subject | test($s))) | .verdict] | join(" ")' "$tmp/report"
}
first() { jq -r '.facts.first_broken | "\(.stage) \(.id) \(.subject)"' "$tmp/report"; }
now=$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)

walk leaf2048
is "nothing is broken in a healthy company" "$(first)" "null null null"
is "a client that was un-provisioned need not be provisioned" "$(said CK.13 PRESS3)" "na"
is "hellos end with provisioning" "$(said S2.C13a .)" "pass"
is "a domain below the certificate's is covered on the firmware that is there" "$(said S1.V15 'scope') $(said S3.C11 'scope')" "pass pass"
is "a certificate is judged for the firmware in the list of clients" "$(said X.PKI1 .)$(said S3.C10b 'CN=')" "passpass"
amt-stage --replay "$tmp/report" --json -q 2>"$tmp/err" | jq -S .findings >"$tmp/again"
ok "judged again from the report, the same" diff <(jq -S .findings "$tmp/report") "$tmp/again"

walk leaf4096
is "a key that no client's firmware takes is a failure" "$(first)" "3 S3.C14 CN=oob.example.com"

walk leaf2048 dump
is "a DHCP dump is judged against the certificate though no DNS server is named" "$(said S1.V15 scope) $(said S3.C11 scope)" "warn fail"

walk leaf2048 lease refused
is "the domain in a lease explains a refused handshake" "$(first)" "3 S3.C11 6a1b0001-22e0-11de-8c30-0800200c0001"
is "the refusal follows from it" "$(jq -r '.findings[] | select(.id == "S3.V01c" and .verdict == "fail") | .because.id' "$tmp/report")" "S3.C11"
walk leaf2048 lease
is "who was provisioned all the same had its suffix from elsewhere" "$(said S3.C11 6a1b0001)" ""

walk leaf2048 wsman
is "a version in ConfigMgr's words is no computer" "$(jq -r '[.facts.clients[].name] | join(" ")' "$tmp/report")" \
	"press1.print.example.com press2.print.example.com press3.print.example.com"
done_testing
