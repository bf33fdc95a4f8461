#!/usr/bin/env bash
# make static: the two tools for machines where nothing may be installed. They run in a folder that
# holds nothing but them and the evidence, say the same, and say what was left out.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
if [ -n "${AMTDIAG_SANITIZED:-}" ]; then skip "static programs" "sanitizers can't be linked statically"; done_testing; exit; fi
ok "make static" make --no-print-directory BUILD="$BUILD" static
static=${BIN%/bin}/static
root=$tmp/root
mkdir "$root"
cp "$static"/amt-* "$root/"
cp captures/contoso/pki/*.pem captures/contoso/logs/Amtopmgr.log "$root/"
now='--now 2009-01-15T00:00:00Z'
runs() { # tool arguments: the same report within as outside
	local name=$1 rc; shift
	# shellcheck disable=SC2086
	(cd "$root" && "$name" "$@" $now >"$tmp/want" 2>/dev/null); rc=$?
	# shellcheck disable=SC2086
	exits $rc "$name runs in an empty root and ends with $rc" chroot "$root" "/$name" "$@" $now
	ok "$name reports the same there" diff "$tmp/want" "$tmp/out"
}
for t in amt-logview amt-certcheck; do
	ok "$t needs no library" bash -c "! readelf -d $static/$t | grep NEEDED && ! readelf -l $static/$t | grep INTERP"
	ok "$t can be loaded anywhere" bash -c "readelf -h $static/$t | grep -q 'Type: *DYN'"
done
chain=$(cd "$root" && ls -- *.pem)
if chroot "$root" /amt-logview --version >/dev/null 2>&1; then
	runs amt-logview Amtopmgr.log
	runs amt-logview --lookup 0x80090308
	# shellcheck disable=SC2086
	runs amt-certcheck $chain
	# A chain that names a CRL, which this build can't fetch.
	key() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$tmp/$1.key" "${@:2}" 2>/dev/null; }
	key ca -x509 -days 3650 -out "$tmp/ca.pem"
	key leaf -out "$tmp/leaf.csr"
	echo 'crlDistributionPoints = URI:http://127.0.0.1:1/a.crl' >"$tmp/ext"
	openssl x509 -req -in "$tmp/leaf.csr" -CA "$tmp/ca.pem" -CAkey "$tmp/ca.key" -days 3000 -extfile "$tmp/ext" -out "$tmp/leaf.pem" 2>/dev/null
	cat "$tmp/leaf.pem" "$tmp/ca.pem" >"$root/cdp.pem"
	chroot "$root" /amt-certcheck cdp.pem --crl --timeout 1 --json >"$tmp/out" 2>"$tmp/err"
	ok "what needs a library that was left out says so" bash -c "grep -q 'static build has no lib' $tmp/out $tmp/err"
else skip "they run in an empty root" "no right to change the root"; fi
done_testing
