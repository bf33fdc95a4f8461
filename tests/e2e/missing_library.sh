#!/usr/bin/env bash
# A library that is loaded late and is not there: the run ends as without memory, or says so and goes on.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
if [ -n "${AMTDIAG_SANITIZED:-}" ]; then skip "a library is missing" "the sanitizer wants to be the first library"; done_testing; exit 0; fi
mkdir "$tmp/lib"
gone() { # library: hidden by an empty file that is found first
	rm -f "$tmp"/lib/*; : >"$tmp/lib/$1"; export LD_LIBRARY_PATH=$tmp/lib
}
names() { # what the message must hold
	ok "$1: the library is named" grep -qF "can't load $2" "$tmp/err"
	ok "$1: and its package" grep -qF "Debian package $3" "$tmp/err"
	! dpkg -S "$2" >/dev/null 2>&1 || ok "$1: which has it" bash -c "dpkg -S '$2' | grep -q '^$3:'"
}
ends() { # what, library, package, command
	local what=$1 so=$2 package=$3; shift 3
	rm -f "$tmp"/bundle* "$tmp"/report*
	gone "$so"
	exits 70 "$what" "$@"
	unset LD_LIBRARY_PATH
	names "$what" "$so" "$package"
	ok "$what: no report is left" bash -c "[ ! -s $tmp/out ] && ! ls $tmp | grep -E '^bundle|^report'"
}
printf '[site]\nname = x\n[evidence]\ndevices = '"$PWD"'/captures/exports/scs-discovery.xml\n' >"$tmp/site.ini"
ends "amt-stage --bundle" libarchive.so.13 libarchive13 amt-stage --site captures/contoso/site.ini --bundle "$tmp/bundle.tar.gz" -o "$tmp/report"
ends "an export in XML" libxml2.so.2 libxml2 amt-stage --site "$tmp/site.ini" -o "$tmp/report"
ends "amt-hellocap -i" libpcap.so.0.8 libpcap0.8 amt-hellocap -i lo --count 1 --duration 1 -o "$tmp/report"
printf 'secret\n' >"$tmp/pw"; chmod 600 "$tmp/pw"
ends "a directory" libldap-2.5.so.0 libldap-2.5-0 amt-krbsize --server ldaps://127.0.0.1:1 --bind-dn x --bind-password-file "$tmp/pw" --user jane -o "$tmp/report"

# HTTP may be missing: what it would have fetched is unknown, and says why.
chain() { printf "[req]\ndistinguished_name = dn\n[dn]\n" >"$tmp/req.cnf"; openssl req -x509 -config "$tmp/req.cnf" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 "$@" >/dev/null 2>&1; }
chain -keyout "$tmp/ca.key" -out "$tmp/ca.pem" -subj /CN=root -addext basicConstraints=critical,CA:TRUE
chain -keyout "$tmp/leaf.key" -out "$tmp/leaf.pem" -subj /CN=x.test -CA "$tmp/ca.pem" -CAkey "$tmp/ca.key" -addext crlDistributionPoints=URI:http://127.0.0.1:1/x.crl
cat "$tmp/leaf.pem" "$tmp/ca.pem" >"$tmp/crl.pem"
gone libcurl.so.4
amt-certcheck --crl "$tmp/crl.pem" --timeout 1 --json >"$tmp/out" 2>"$tmp/err"; rc=$?
unset LD_LIBRARY_PATH
ok "amt-certcheck --crl goes on ($rc)" test $rc -le 3
cat "$tmp/out" >>"$tmp/err"
names "amt-certcheck --crl" libcurl.so.4 libcurl4
# What needs none of them does not miss them.
for so in libarchive.so.13 libxml2.so.2 libpcap.so.0.8 libldap-2.5.so.0 libcurl.so.4; do
	gone $so
	exits 2 "without $so amt-logview reads logs" amt-logview captures/contoso/logs
	exits 0 "without $so amt-stage knows its version" amt-stage --version
	unset LD_LIBRARY_PATH
done
done_testing
