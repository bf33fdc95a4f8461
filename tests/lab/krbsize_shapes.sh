#!/usr/bin/env bash
# Accounts whose groups the directory shows in part, or not at all, and names as people write them.
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/ldap_net.sh
scripted tests/lab/ldap_shapes.py
krb() { amt-krbsize --server ldaps://dc1.x.test --bind-dn cn=x --bind-password-file "$W/password" --ca-file "$W/ca.pem" --timeout 5 \
	--spn HTTP/pc1.x.test:16993 --json "$@" >"$W/o.json" 2>"$W/o.err"; }
tally() { jq -r '.facts.users[] | .user + ":" + ([.groups[] | select(.bytes > 0) | " " + .name + "=" + (.bytes | tostring)] | sort | join(""))' "$W/o.json"; }
verdicts() { jq -r '[.findings[] | select(.id == "S5.C10a") | .subject as $s | (.subjects // [$s])[] + " " + .verdict] | unique | join(", ")' "$W/o.json"; }
krb --user plain
is "what memberOf leads to, past escaped and other letters, with former SIDs" "$(tally)" "plain: Domain Users=8 Große Gruppe=8 Köche, Kellner=48"
is "and tokenGroups says the same" "$(verdicts) $(grep -c tokenGroups "$W/o.err")" "plain pass 0"
krb --user hidden
is "what tokenGroups alone tells is counted by its kind" "$(tally)" \
	"hidden: Domain Users=8 S-1-5-21-1-1-1-2001=8 S-1-5-21-1-1-1-2002=8 S-1-5-21-2-2-2-2003=40"
is "the former SID too" "$(jq -c '.facts.input.users[0].history' "$W/o.json")" '["S-1-5-21-2-2-2-2004"]'
ok "and told" grep -q '4 groups are told by tokenGroups alone' "$W/o.err"
is "which settles it" "$(verdicts)" "hidden pass"
size=$(jq .facts.users[0].ticket "$W/o.json")
amt-krbsize --replay "$W/o.json" --json >"$W/again.json" 2>/dev/null
is "replayed it is as large" "$(jq .facts.users[0].ticket "$W/again.json")" "$size"
krb --user kinds; is "groups of an unknown kind: the least it can be" "$(verdicts)" "kinds unknown"
krb --user mute; is "nothing given out is no pass" "$(verdicts)" "mute unknown"
krb --user barred; is "memberOf alone is what there is" "$(verdicts) $(grep -c 'tokenGroups is not given out' "$W/o.err")" "barred pass 1"
krb --ou OU=People,DC=x,DC=test --verify 2
is "accounts that were not compared, where others hide groups" "$(verdicts)" "barred unknown, hidden pass, kinds unknown, mute unknown, plain pass"
amt-krbsize --replay "$W/o.json" --json >"$W/again.json" 2>/dev/null
is "and so it is replayed" "$(jq -c '[.findings[] | [.id, .verdict, .summary]]' "$W/again.json")" "$(jq -c '[.findings[] | [.id, .verdict, .summary]]' "$W/o.json")"
krb --user 'XNET\plain' --user barred@x.test --user 'CHILD\hidden' --user mute@else.test
is "DOMAIN\\user and user@domain of this domain, not of another one" "$(verdicts)" \
	"CHILD\\hidden unknown, barred pass, mute@else.test unknown, plain pass"
krb --user plain --user nobody
is "an account that is not there is no pass" "$(verdicts)" "nobody unknown, plain pass"
krb --members-of 'Domain Users'; is "members by primary group" "$(jq '.facts.users | length' "$W/o.json")" 5
krb --members-of nothing; is "a group that is not there" "$(verdicts)" "nothing unknown"
LIMIT=2 scripted tests/lab/ldap_shapes.py
krb --ou OU=People,DC=x,DC=test
is "a sweep that the server cut short says so" "$(verdicts | grep -o 'others of [^,]*')" "others of OU=People"
done_testing
