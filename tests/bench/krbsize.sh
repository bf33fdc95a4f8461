#!/usr/bin/env bash
# A sweep of accounts: groups read once and the closure in memory, against one ldapsearch for
# tokenGroups an account, measured on SAMPLE accounts and scaled up, in the same run. The server is
# slapd with AD's attributes; tokenGroups stand ready in it, where a domain controller must first work
# them out, so that the peer is shown faster than it is.
cd "$(dirname "$0")/../.." || exit 1
USERS=${USERS:-20000} SAMPLE=${SAMPLE:-200}
row() { printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$@"; }
PATH=$PATH:/usr/sbin
if [ "${KRB_LAB:-}" != in ]; then
	for p in slapd slapadd ldapsearch openssl; do command -v $p >/dev/null || { row "sweep of accounts" - - - - "skipped: no $p"; exit 0; }; done
	unshare -n -m true 2>/dev/null || { row "sweep of accounts" - - - - "skipped: no right to make namespaces"; exit 0; }
	KRB_LAB=in exec unshare -n -m "$0"
fi
. tests/lib.sh
giveup() { row "sweep of $USERS accounts" - - - - "skipped: $1: $2"; exit 0; }
W=$tmp
mount --make-rprivate / && ip link set lo up && ip addr add 10.9.0.1/24 dev lo || giveup network "not to be had"
echo '10.9.0.1 dc1.x.test' >"$W/hosts"; mount --bind "$W/hosts" /etc/hosts || giveup hosts "no bind mount"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$W/key.pem" -out "$W/ca.pem" -days 30 -subj /CN=dc1.x.test \
	-addext subjectAltName=DNS:dc1.x.test 2>/dev/null
printf 'secret\n' >"$W/password"; printf secret >"$W/pw"; chmod 600 "$W/password" "$W/pw"
mkdir "$W/db"
{
	echo 'include /etc/ldap/schema/core.schema'
	n=0
	text() { n=$((n + 1)); echo "attributetype ( 1.3.6.1.4.1.99999.1.$n NAME '$1' EQUALITY $2 SYNTAX $3 )"; }
	for a in sAMAccountName objectCategory dnsRoot nETBIOSName dnsHostName currentTime; do text $a caseIgnoreMatch 1.3.6.1.4.1.1466.115.121.1.15; done
	for a in userAccountControl groupType primaryGroupID systemFlags domainFunctionality; do text $a integerMatch 1.3.6.1.4.1.1466.115.121.1.27; done
	for a in objectSid tokenGroups sIDHistory; do text $a octetStringMatch 1.3.6.1.4.1.1466.115.121.1.40; done
	for a in memberOf nCName defaultNamingContext configurationNamingContext rootDomainNamingContext schemaNamingContext; do
		text $a distinguishedNameMatch 1.3.6.1.4.1.1466.115.121.1.12; done
	class() { n=$((n + 1)); echo "objectclass ( 1.3.6.1.4.1.99999.2.$n NAME '$1' SUP top STRUCTURAL MAY ( $2 ) )"; }
	class adDomain 'dc $ objectSid'; class adAny cn
	class crossRef 'cn $ nCName $ dnsRoot $ nETBIOSName $ systemFlags'
	class adGroup 'cn $ sAMAccountName $ groupType $ objectSid $ memberOf $ sIDHistory'
	class user 'cn $ sAMAccountName $ objectCategory $ userAccountControl $ primaryGroupID $ objectSid $ memberOf $ tokenGroups $ sIDHistory'
	class adRoot 'defaultNamingContext $ configurationNamingContext $ rootDomainNamingContext $ schemaNamingContext $ dnsHostName $ domainFunctionality'
	printf 'pidfile %s/slapd.pid\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\nTLSCertificateFile %s/ca.pem\nTLSCertificateKeyFile %s/key.pem\nrootDSE %s/root.ldif\nsizelimit unlimited\n' "$W" "$W" "$W" "$W"
	printf 'database mdb\nsuffix DC=x,DC=test\nrootdn CN=admin,DC=x,DC=test\nrootpw secret\ndirectory %s/db\nmaxsize 2147483648\nindex objectClass,objectCategory eq\n' "$W"
} >"$W/slapd.conf"
printf 'dn:\nobjectClass: adRoot\ndefaultNamingContext: DC=x,DC=test\nconfigurationNamingContext: CN=Configuration,DC=x,DC=test\nrootDomainNamingContext: DC=x,DC=test\ndnsHostName: dc1.x.test\ndomainFunctionality: 7\n' >"$W/root.ldif"
$PYTHON tests/bench/krbsize_ldif.py "$USERS" >"$W/all.ldif"
slapadd -q -f "$W/slapd.conf" -l "$W/all.ldif" >"$W/slapadd.log" 2>&1 || giveup slapadd "$(grep -v '^_#' "$W/slapadd.log" | tail -n 1)"
slapd -f "$W/slapd.conf" -h "ldaps://10.9.0.1:636" -d 0 >"$W/slapd.log" 2>&1 9>&- &
SLAPD=$!
at_exit "kill $SLAPD 2>/dev/null; wait $SLAPD 2>/dev/null"
for _ in $(seq 50); do (: </dev/tcp/10.9.0.1/636) 2>/dev/null && break; sleep 0.1; done
export LDAPTLS_CACERT=$W/ca.pem
now() { date +%s%N; }
sweep() { /usr/bin/time -f %M -o "$W/rss" amt-krbsize --server ldaps://dc1.x.test --bind-dn CN=admin,DC=x,DC=test --bind-password-file "$W/password" --ca-file "$W/ca.pem" \
	--ou OU=Sweep,DC=x,DC=test --spn HTTP/pc1.x.test:16993 --format csv "$@"; }
a=$(now)
sweep --verify 20 >"$W/sweep.csv" 2>"$W/sweep.err"
b=$(now)
n=0
while IFS=, read -r u _; do
	ldapsearch -LLL -x -D CN=admin,DC=x,DC=test -y "$W/pw" -H ldaps://dc1.x.test -b "CN=$u,OU=Sweep,DC=x,DC=test" -s base tokenGroups 2>/dev/null | grep -q '^tokenGroups' && n=$((n + 1))
done < <(tail -n +2 "$W/sweep.csv" | head -n "$SAMPLE")
c=$(now)
sweep --verify 100 --qps 50 >"$W/polite.csv" 2>/dev/null
d=$(now)
users=$(($(wc -l <"$W/sweep.csv") - 1))
awk -v u="$users" -v n="$n" -v ours=$(((b - a) / 1000000)) -v theirs=$(((c - b) / 1000000)) -v slow=$(((d - c) / 1000)) -v rss="$(tail -n 1 "$W/rss")" \
	-v off="$(grep -c 'by tokenGroups' "$W/sweep.err")" -v want="$USERS" 'BEGIN {
	peer = n ? theirs / n * u : 0; r = (ours ? peer / ours : 0); met = ((r >= 20 && !off && u == want) ? "yes" : "no")
	printf "sweep of %d accounts (ms, %d MiB)\t%d\t%d (ldapsearch, from %d)\t%.1f\t20\t%s\n", u, rss / 1024, ours, peer, n, r, met
	printf "sample of 20 agrees with tokenGroups (differences)\t%d\t0\t-\t0\t%s\n", off, off ? "no" : "yes"
	# a page holds 500 accounts, and 100 are verified one by one
	q = (u / 500 + 100) / (slow / 1000000); printf "searches a second with --qps 50\t%.1f\t50\t-\t<= 50\t%s\n", q, q <= 51 ? "yes" : "no" }'
