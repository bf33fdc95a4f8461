#!/usr/bin/env bash
# A forest of two trees, and another forest, played by a scripted LDAP server: every row that needs
# more than one domain or controller, through amt-stage; and tickets across domains.
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/ldap_net.sh
cat >"$W/inventory.csv" <<'X'
name,fqdn
pc1,pc1.x.test
pc2,pc2.x.test
pc3,pc3.child.x.test
pc4,pc4.else.test
pc5,pc5.x.test
pc6,pc6.tree.test
pc7,pc7.away.test
X
cat >"$W/site.ini" <<X
[site]
name = forest
domain = x.test
site-servers = sccm.x.test, mute.x.test
firmware = 5.0
[evidence]
inventory = inventory.csv
[directory]
server = ldaps://dc1.x.test
container = LDAP://dc9.x.test/OU=AMT, DC=x , DC=test
bind = CN=jane,CN=Users,DC=x,DC=test
password-file = password
ca-file = ca.pem
operators = jane, tina, toni, CHILD\\jane
amt-users = X\\AMT operators of headquarters
radius-groups = wifi
removed = pc8.x.test, pc5.x.test
[traits]
sp1 = no
sp2 = yes
X
scripted tests/lab/ldap_forest.py
# Stage by stage: in a walk through all of them a client stops at the first that fails for it.
for n in 1 3 5 7; do amt-stage --site "$W/site.ini" --stage $n --timeout 5 --json >"$W/o$n.json" 2>"$W/o.err"; done
amt-stage --site "$W/site.ini" --timeout 5 --json >"$W/o.json" 2>/dev/null
says() { $PYTHON -c 'import json,sys
want = sys.argv[3] if len(sys.argv) > 3 else None
v = {f["verdict"] for n in sys.argv[1].split() for f in json.load(open(n))["findings"]
	if f["id"] == sys.argv[2] and f["verdict"] != "skipped" and (want is None or want in f.get("subjects", [f["subject"]]))}
order = ["na", "pass", "pending", "warn", "unknown", "fail"]
print(max(v, key=order.index) if v else "-")' "${JSON:-$W/o1.json $W/o3.json $W/o5.json $W/o7.json}" "$@"; }
row() { is "$1${2:+ of $2}: $4" "$(says "$1" $2)" "$3"; }
row S1.V07 OU=AMT,DC=x,DC=test pass "the container"
row P.12 DC=tree,DC=test fail "the container is missing in another tree"
row P.12 DC=child,DC=x,DC=test - "but not in the child"
row S1.V07b sccm.x.test fail "rights in the child domain"
row S1.V07b mute.x.test unknown "rights of a server whose groups are not given out"
row P.13 "" warn "classes of another console"
row S1.V09 pc1.x.test pass "same forest"
row S1.V09 pc3.child.x.test pass "same forest, child domain"
row S1.V09 pc7.away.test fail "another forest"
row S1.V10 pc3.child.x.test pass "contiguous"
row S1.V10 pc6.tree.test fail "another tree"
row P.32 pc1.x.test pass "suffix and domain"
row P.32 pc4.else.test fail "disjoint"
row S3.V02 pc1.x.test pass "its object"
row S3.V02 pc3.child.x.test pass "its object, in another domain"
row S3.V02 pc7.away.test fail "no object"
row S3.V03b pc1.x.test pass "names"
row S3.V03b pc2.x.test fail "a second holder in another domain"
row S3.V03b pc4.else.test fail "the name of redirection is missing"
row PV.05 pc1.x.test pass "link to its computer"
row PV.05 pc2.x.test fail "link to another computer"
row PV.05 pc3.child.x.test warn "no link"
row PV.07 pc1.x.test pass "in the group, after range 0-1499"
row PV.07 pc2.x.test fail "not among 3,201 members"
row S5.C02 pc1.x.test fail "the controllers disagree, for years"
row S5.C02 pc2.x.test pass "the controllers agree"
row S7.V03 pc8.x.test pass "removed everywhere"
row S7.V03 pc5.x.test warn "left on some controllers"
row PV.22 pc5.x.test unknown "and the certificate was not looked at"
row S5.C05 jane pass "may use AMT"
row S5.C05 tina fail "may not"
row S5.C05 'CHILD\jane' fail "somebody of the other domain who is called alike may not"
row S5.C05 toni warn "may, but the account is disabled"
row HF.KB957183 "" na "a long group name does not matter on SP2"
is "every finding of the directory shows its filter" "$($PYTHON -c 'import json
ids = "P.12 P.13 P.32 S1.V07 S1.V07b S1.V09 S1.V10 S1.V16 S3.V02 S3.V03a S3.V03b PV.05 PV.07 S5.C02 S5.C05 S7.V03".split()
print(sorted({f["id"] for f in json.load(open("'"$W"'/o3.json"))["findings"] + json.load(open("'"$W"'/o1.json"))["findings"] if f["id"] in ids and f["verdict"] in ("pass", "fail", "warn")
	and not any("search (" in (e.get("text") or "") for e in f["evidence"])}))')" "[]"
is "the other forest is asked nameless" "$(grep -c '^bind 10.9.0.5' "$W/ldap.log")" 0
ok "and it was asked" grep -q '^search 10.9.0.5' "$W/ldap.log"
is "no password went over the wire in the clear" "$(grep -c '^bind.* clear' "$W/ldap.log")" 0
amt-stage --replay "$W/o.json" --json >"$W/again.json" 2>/dev/null
ok "judged again elsewhere, it is the same" cmp <($PYTHON -c 'import json; print(json.load(open("'"$W"'/o.json"))["findings"])') \
	<($PYTHON -c 'import json; print(json.load(open("'"$W"'/again.json"))["findings"])')

# Tickets for an AMT object of the other domain
krb() { amt-krbsize --server ldaps://dc1.x.test --domain x.test --bind-dn CN=jane,CN=Users,DC=x,DC=test --bind-password-file "$W/password" \
	--ca-file "$W/ca.pem" --timeout 5 "$@"; }
tally() { $PYTHON -c 'import json,sys
for u in json.load(open(sys.argv[1]))["facts"]["users"]: print(u["user"], *sorted("%s=%d" % (g["name"] or g["sid"], g["bytes"]) for g in u["groups"] if g["bytes"]))' "$1"; }
krb --user jane --user tina --spn HTTP/pc3.child.x.test:16993 --json >"$W/cross.json" 2>"$W/cross.err"
is "groups across domains: the object's domain-local ones, nested, and none of the user's" "$(tally "$W/cross.json")" \
	"jane AMT operators of headquarters=8 Domain Users=8 foreign=40 local1=8 local2=8
tina Domain Users=8 local3=8"
is "the ticket names the other realm" "$($PYTHON -c 'import json; s=json.load(open("'"$W"'/cross.json"))["facts"]["input"]["service"]; print(s["realm"], s["domain_sid"])')" \
	"CHILD.X.TEST S-1-5-21-2-2-2"
krb --user jane --spn HTTP/pc1.x.test:16993 --json >"$W/own.json" 2>/dev/null
is "for an object of the own domain: its own" "$(tally "$W/own.json")" \
	"jane AMT operators of headquarters=8 Domain Users=8 foreign=40 old=8"
amt-krbsize --replay "$W/cross.json" --json >"$W/cross2.json" 2>/dev/null
is "replayed, the sizes are the same" "$(tally "$W/cross2.json")" "$(tally "$W/cross.json")"
krb --user jane --spn HTTP/pc5.x.test:16993 --json >"$W/old.json" 2>/dev/null
is "an AMT object that has expired" "$(JSON=$W/old.json says S3.V03a)" fail
amt-krbsize --server ldap://dc1.x.test --starttls --bind-dn CN=jane,CN=Users,DC=x,DC=test --bind-password-file "$W/password" --ca-file "$W/ca.pem" \
	--user jane --spn HTTP/pc1.x.test:16993 --timeout 5 --format csv >"$W/tls.csv" 2>"$W/tls.err"
ok "simple bind after StartTLS" grep -q '^jane,' "$W/tls.csv"
is "and not before" "$(grep -c '^bind.* clear' "$W/ldap.log")" 0
amt-krbsize --server ldaps://dc1.x.test --bind-dn CN=jane,CN=Users,DC=x,DC=test --bind-password-file "$W/password" --ca-file "$W/other.pem" \
	--user jane --spn HTTP/pc1.x.test:16993 --timeout 5 >/dev/null 2>"$W/ca.err"
ok "a server of another CA gets no password" grep -qi 'certificate' "$W/ca.err"
sntp() { # seconds that the controller is ahead: verdict, and what SNTP made of it
	CLOCK=$1 scripted tests/lab/ldap_forest.py
	krb --user jane --spn HTTP/pc1.x.test:16993 --json >"$W/clock.json" 2>/dev/null
	jq -r '.findings[] | select(.id == "X.K3") | .verdict + " " + ([.evidence[] | select(.locator == "SNTP") | .text] | join("")) + " " + (.summary | capture("(?<n>[0-9]+)[.]?[0-9]* seconds (?<w>[a-z]+)") | .n + " " + .w)' "$W/clock.json"
}
layout() { # functional level
	LEVEL=$1 scripted tests/lab/ldap_forest.py
	krb --user jane --spn HTTP/pc1.x.test:16993 --json >"$W/layout$1.json" 2>/dev/null
	jq -r '.facts.input.domain | .guessed_layout // .layout' "$W/layout$1.json"
}
is "by the functional level: RC4 checksums below 2008, AES, and 2012" "$(layout 2) $(layout 3) $(layout 4) $(layout 5)" "2008 2008-aes 2008-aes 2012"
ticket() { jq -c '.facts.users[0] | [.pac, .ticket, .base64]' "$1"; }
amt-krbsize --replay "$W/layout2.json" --json >"$W/layout.json" 2>/dev/null
is "a guessed layout is replayed" "$(ticket "$W/layout.json")" "$(ticket "$W/layout2.json")"
ok "and it matters" test "$(ticket "$W/layout2.json")" != "$(ticket "$W/layout5.json")"
is "a clock that is right, by SNTP" "$(sntp 0 | cut -d' ' -f1,2)" "pass answered"
is "400 seconds behind the controller, whatever its LDAP says" "$(sntp 400.5)" "fail answered 400 behind"
is "200 seconds ahead of it" "$(sntp -200.5)" "warn answered 200 ahead"
done_testing
