#!/usr/bin/env bash
# A sweep of accounts: groups read once and the closure in memory, against one ldapsearch for
# tokenGroups an account. The peer is measured on SAMPLE accounts and scaled up, in the same run.
cd "$(dirname "$0")/../.." || exit 1
USERS=${USERS:-20000} SAMPLE=${SAMPLE:-200}
row() { printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$@"; }
if [ "${KRB_LAB:-}" != in ]; then
	unshare -n -m true 2>/dev/null || { row "sweep of accounts" - - - - "skipped: no right to make namespaces"; exit 0; }
	KRB_LAB=in exec unshare -n -m "$0"
fi
. tests/lib.sh
giveup() { row "sweep of $USERS accounts" - - - - "skipped: $1: $2"; exit 0; }
POPULATE=$USERS
. tests/lab/krb_domain.sh
now() { date +%s%N; }
a=$(now)
/usr/bin/time -f %M -o "$W/rss" amt-krbsize --server dc1.vprolab.test --ou OU=Sweep,OU=Lab,DC=vprolab,DC=test --layout samba-4.17 \
	--spn HTTP/hostrc4.vprolab.test:16993 --verify 20 --format csv >"$W/sweep.csv" 2>"$W/sweep.err"
b=$(now)
n=0
while IFS=, read -r u _; do
	ldapsearch -LLL -Q -Y GSSAPI -N -H ldap://dc1.vprolab.test -b "CN=$u,OU=Sweep,OU=Lab,DC=vprolab,DC=test" -s base tokenGroups >/dev/null 2>&1 && n=$((n + 1))
done < <(tail -n +2 "$W/sweep.csv" | head -n "$SAMPLE")
c=$(now)
done_=$(($(wc -l <"$W/sweep.csv") - 1))
awk -v u="$done_" -v n="$n" -v ours=$(((b - a) / 1000000)) -v theirs=$(((c - b) / 1000000)) -v rss="$(tail -n 1 "$W/rss")" \
	-v off="$(grep -c 'by tokenGroups' "$W/sweep.err")" 'BEGIN {
	peer = n ? theirs / n * u : 0; r = (ours ? peer / ours : 0); met = ((r >= 20 && !off) ? "yes" : "no"); same = (off ? "no" : "yes")
	printf "sweep of %d accounts (ms, %d MiB)\t%d\t%d (ldapsearch, from %d)\t%.1f\t20\t%s\n", u, rss / 1024, ours, peer, n, r, met
	printf "sample of 20 agrees with tokenGroups (differences)\t%d\t0\t-\t0\t%s\n", off, same }'
