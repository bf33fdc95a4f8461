#!/usr/bin/env bash
# Chains of three RSA-2048 certificates, one file each: amt-certcheck --each with one worker against one
# 'openssl verify' process a chain (as scripts do it). Prints: work, ours, peer, ratio, target, met.
# N=100000 for the whole fleet; the default keeps the run short.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
unset SOURCE_DATE_EPOCH
N=${N:-10000} PEER=${PEER:-200}
gen_chains "$tmp" "$N" 4 || exit 1
openssl x509 -in "$tmp/root.pem" -noout -fingerprint -sha256 | sed 's/.*=//' >"$tmp/list"
row() { printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$@"; }
rate() { # COUNT command...: the best of three, per second
	local n=$1 best=0 i s; shift
	for i in 1 2 3; do
		s=$({ TIMEFORMAT=%R; time "$@" >/dev/null 2>&1; } 2>&1)
		best=$(awk -v b="$best" -v n="$n" -v s="$s" 'BEGIN { r = n / s; print (r > b) ? int(r) : b }')
	done
	echo "$best"
}
peer_loop() { local i f; for f in $(ls "$tmp/chains" | head -n "$PEER"); do i=$((10#${f%.pem} % 4)); openssl verify -CAfile "$tmp/root.pem" -untrusted "$tmp/int-$i.pem" "$tmp/chains/$f" || return 1; done; }
peer_loop >"$tmp/peer.log" 2>&1 || { echo "certcheck: openssl verify refuses the chains" >&2; exit 1; }
peer=$(rate "$PEER" peer_loop)
ours() { amt-certcheck --each --jobs "$1" "${@:2}" --hashes "$tmp/list" --suffix bench.test "$tmp/chains"; }
one=$(rate "$N" ours 1 --firmware 16.1)
all=$(rate "$N" ours 1)
two=$(rate "$N" ours "$(nproc)" --firmware 16.1)
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a / b }'; }
met() { awk -v a="$1" -v b="$2" 'BEGIN { print (a >= b) ? "yes" : "no" }'; }
row "certcheck: $N chains for one firmware, cached issuers, 1 worker, chains/s" "$one" "openssl verify: $peer" "$(ratio "$one" "$peer")" ">= 25" "$(met "$(ratio "$one" "$peer")" 25)"
row "certcheck: the same for all 17 generations" "$all" "openssl verify: $peer" "$(ratio "$all" "$peer")" ">= 12" "$(met "$(ratio "$all" "$peer")" 12)"
row "certcheck: one firmware, $(nproc) workers" "$two" "1 worker: $one" "$(ratio "$two" "$one")" - -
same=$(cmp -s <(ours 1 --firmware 16.1) <(ours 3 --firmware 16.1) && echo yes || echo no)
row "certcheck: the output does not depend on the number of workers" "$same" - - yes "$same"
passed=$(ours 2 --firmware 16.1 | grep -c '^pass')
row "certcheck: chains that pass" "$passed" "$N" - all "$([ "$passed" -eq "$N" ] && echo yes || echo no)"
kib() { "$PYTHON" -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' amt-certcheck --each --jobs 2 --firmware 16.1 "$1"; }
mkdir "$tmp/few"; for f in $(ls "$tmp/chains" | head -n $((N / 10))); do ln -s "$tmp/chains/$f" "$tmp/few/$f"; done
few=$(kib "$tmp/few"); many=$(kib "$tmp/chains")
row "certcheck: memory for $N chains, KiB" "$many" "$((N / 10)) chains: $few" "$(ratio "$many" "$few")" "<= 65536" "$(met 65536 "$many")"
