#!/usr/bin/env bash
# Directory servers that lie: bad values, answers that never end, that promise too much or stop half-way.
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/ldap_net.sh
krb() { timeout 60 /usr/bin/time -f %M -o "$W/rss" amt-krbsize --server ldaps://dc1.x.test --bind-dn cn=x --bind-password-file "$W/password" --ca-file "$W/ca.pem" \
	--timeout 1 --verify 0 "$@"; }
groups() { $PYTHON -c 'import json,sys
for u in json.load(open(sys.argv[1]))["facts"]["users"]: print(u["user"], len([g for g in u["groups"] if g["bytes"]]), end="; ")' "$1"; }
export HOSTILE=
scripted tests/lab/ldap_hostile.py
krb --user circle --user many --user odd --spn HTTP/pc1.x.test:16993 --json >"$W/o.json" 2>"$W/o.err"
is "exit code is that of a verdict" "$(($? <= 3))" 1
is "groups in a circle once each, 5,000 by ranges, none by a malformed SID" "$(groups "$W/o.json")" "circle 52; many 5001; odd 0; "
ok "later ranges were asked for" grep -q "search 10.9.0.1 'CN=many,CN=Users,DC=x,DC=test' 0" "$W/ldap.log"
ok "no member is lost" $PYTHON -c 'import json; u = json.load(open("'"$W"'/o.json"))["facts"]["users"][1]
assert len({g["name"] for g in u["groups"]}) == 5001'
for n in 0 1 2 3 4 5 6; do
	BAD_SD=$n scripted tests/lab/ldap_hostile.py
	cat >"$W/site.ini" <<X
[site]
name = x
domain = x.test
site-servers = sccm
[directory]
server = ldaps://dc1.x.test
container = OU=AMT
bind = cn=x
password-file = password
ca-file = ca.pem
every-controller = no
X
	amt-stage --site "$W/site.ini" --timeout 1 --stage 1 --json >"$W/s.json" 2>"$W/s.err"
	is "malformed descriptor $n is no verdict on rights" "$(jq -r '[.findings[] | select(.id == "S1.V07b") | .verdict] | unique | join(" ")' "$W/s.json")" unknown
done
# What the server does, and what must come of it: a run that ends by itself, with a note and without a size.
for how in endless huge cookie cut garbage samerange; do
	HOSTILE=$how scripted tests/lab/ldap_hostile.py
	start=$SECONDS
	krb --user many --spn HTTP/pc1.x.test:16993 --json >"$W/$how.json" 2>"$W/$how.err"; rc=$?
	is "$how: the run ends by itself with a report" "$((rc < 64)) $((SECONDS - start < 50))" "1 1"
	ok "$how: which is whole" jq -e .findings "$W/$how.json"
	# Sanitizers need memory of their own.
	[ -n "${AMTDIAG_SANITIZED:-}" ] || ok "$how: in less than 1.5 GiB ($(tail -n 1 "$W/rss") KiB)" test "$(tail -n 1 "$W/rss")" -lt 1572864
done
# Signing in works, searching hangs: two searches prove it, and nobody waits for the others.
HOSTILE=silent scripted tests/lab/ldap_hostile.py
krb --user many --user odd --timeout 0.5 --json >"$W/silent.json" 2>"$W/silent.err"
is "a server that hangs is asked twice (and its rootDSE), not once a search" "$(grep -c '^search' "$W/ldap.log")" 3
ok "and it is said why it was asked no more" grep -q 'without an answer, and is asked no more' "$W/silent.json"
is "an answer without an end is told as cut" "$(jq '[.facts.directory.searches[].cut] | any' "$W/endless.json")" true
ok "and why nothing more was asked" grep -q 'sends more than' "$W/endless.json"
done_testing
