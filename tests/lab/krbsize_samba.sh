#!/usr/bin/env bash
# A real AD domain (Samba) in namespaces of its own: computed against measured tickets, to the byte,
# and the other causes of the same symptom.
cd "$(dirname "$0")/../.." || exit 1
if [ "${KRB_LAB:-}" != in ]; then
	for need in samba samba-tool kinit ip unshare; do
		command -v $need >/dev/null || { echo "ok 1 - lab # skip $need is not installed"; echo 1..1; exit 0; }
	done
	unshare -n -m true 2>/dev/null || { echo "ok 1 - lab # skip no right to make namespaces"; echo 1..1; exit 0; }
	KRB_LAB=in exec unshare -n -m "$0"
fi
. tests/lib.sh
giveup() { skip "$1" "$2"; done_testing; exit 0; }
. tests/lab/krb_domain.sh
printf '%s\n' "$PW" >"$W/password"; chmod 600 "$W/password"
spn=HTTP/hostrc4.vprolab.test:16993
field() { $PYTHON -c 'import json,sys; d=json.load(open(sys.argv[1])); u=d["facts"]["users"][0]; m=d["facts"]["measured"]
print(*[m.get(k) for k in ("ticket","etype","session_key")], u["ticket"]-m["ticket"], max(abs(u[k]-m[k]) for k in ("ap_req","gss","spnego")) <= 4)' "$1"; }
n=0 wrong=
for u in usrx000 usrg010 usrg050 usrg100 usrg300 usru010 usru050 usru100 usru300 usrd010 usrd050 usrd100 usrd300 usrm100 usrlong usrnest usrdist usradm; do
	for h in hostrc4 hosta256; do
		amt-krbsize --server dc1.vprolab.test --user $u --spn HTTP/$h.vprolab.test:16993 --layout samba-4.17 --measure \
			--principal $u@VPROLAB.TEST --password-file "$W/password" --verify 1 --json >"$W/o.json" 2>"$W/o.err"
		got=$(field "$W/o.json" 2>&1 | tail -n 1)
		n=$((n + 1))
		case $got in *" 0 True") ;; *) wrong="$wrong$u/$h: $got $(head -n 1 "$W/o.err"); " ;; esac
		grep -q 'by tokenGroups' "$W/o.err" && wrong="$wrong$u: $(grep 'by tokenGroups' "$W/o.err"); "
	done
done
is "$n computed tickets are the measured ones to the byte, tokens but for the jitter; closures as tokenGroups" "$wrong" ""
verdict() { $PYTHON -c 'import json,sys; d=json.load(open(sys.argv[1])); print(*sorted({f["verdict"] for f in d["findings"] if f["id"]==sys.argv[2]}))' "$1" "$2"; }
about() { amt-krbsize --server dc1.vprolab.test --user usrx000 --spn "HTTP/$1.vprolab.test:16993" --layout samba-4.17 "${@:2}" --json >"$W/$1.json" 2>"$W/$1.err"; }
about hostrc4; is "an AMT object that is right: names" "$(verdict "$W/hostrc4.json" S3.V03b)" pass
is "an AMT object that is right: encryption" "$(verdict "$W/hostrc4.json" X.K1)" pass
is "the clock agrees" "$(verdict "$W/hostrc4.json" X.K3)" pass
is "the Windows computer is there" "$(verdict "$W/hostrc4.json" S1.V16)" pass
about host --firmware 5.0; is "encryption types not set" "$(verdict "$W/host.json" X.K1)" warn
about host --firmware 5.0 --measure; is "an AES session key for old firmware" "$(verdict "$W/host.json" X.K1)" fail
about hostdel; is "trusted for delegation" "$(verdict "$W/hostdel.json" X.K2)" fail
about hostoff; is "a disabled object" "$(verdict "$W/hostoff.json" S3.V03a)" fail
about hostfew; is "the redirection name is missing" "$(verdict "$W/hostfew.json" S3.V03b)" fail
about nobody; is "no AMT object" "$(verdict "$W/nobody.json" S3.V02)" fail
amt-krbsize --replay "$W/hostrc4.json" --json >"$W/again.json" 2>/dev/null
is "a document judged again says the same" "$(verdict "$W/again.json" S3.V03b)$(verdict "$W/again.json" S5.C10a)" "passpass"
amt-krbsize --server ldaps://dc1.vprolab.test --ca-file "$DC/private/tls/ca.pem" --bind-dn usrx000@vprolab.test \
	--bind-password-file "$W/password" --user usrg010 --spn $spn --layout samba-4.17 --format csv >"$W/ldaps.csv" 2>"$W/ldaps.err"
ok "simple bind over LDAPS" grep -q '^usrg010,11,' "$W/ldaps.csv"
amt-krbsize --server "$IP" --user usrg010 --spn $spn >/dev/null 2>"$W/address.err"
ok "a server by its address: Kerberos wants a name, and that is said" grep -q 'give its full name' "$W/address.err"
amt-krbsize --server dc1.vprolab.test --user usrg010 --spn $spn --measure --json >"$W/whose.json" 2>/dev/null
is "a ticket of somebody else is said to be that" "$(jq -r '.findings[] | select(.id == "X.K4") | .verdict + " " + .subject' "$W/whose.json")" "unknown usrx000@VPROLAB.TEST"
amt-krbsize --server ldap://dc1.vprolab.test --bind-dn usrx000@vprolab.test --bind-password-file "$W/password" --user usrg010 --spn $spn >/dev/null 2>"$W/clear.err"
printf 'Wrong-one-1!\n' >"$W/wrong"; chmod 600 "$W/wrong"
amt-krbsize --server ldaps://dc1.vprolab.test --ca-file "$DC/private/tls/ca.pem" --bind-dn usrx000@vprolab.test --bind-password-file "$W/wrong" --user usrg010 --spn $spn >/dev/null 2>"$W/wrong.err"
ok "a wrong password is called that" grep -q 'the password or the name is wrong (' "$W/wrong.err"
ok "no password goes out in the clear" grep -q 'only over TLS' "$W/clear.err"
amt-krbsize --domain vprolab.test --ou OU=Users,OU=Lab,DC=vprolab,DC=test --spn $spn --layout samba-4.17 --format csv >"$W/ou.csv" 2>"$W/ou.err"
is "an OU swept, the DC found by DNS" "$(grep -c '^usr' "$W/ou.csv")" 18
amt-krbsize --server dc1.vprolab.test --members-of lab-nest10 --spn $spn --format csv >"$W/nest.csv" 2>/dev/null
is "members of a group, nested ten deep" "$(grep -c '^usrnest,' "$W/nest.csv")" 1
ok "the password stands in no output" sh -c "! grep -lF '$PW' $W/*.json $W/*.csv $W/*.err"
if command -v dirprobe >/dev/null; then
	samba-tool dsacl set --objectdn=OU=AMT,OU=Lab,DC=vprolab,DC=test --trusteedn=CN=sccm,OU=Users,OU=Lab,DC=vprolab,DC=test \
		--sddl='(A;CI;GA;;;WD)' -H ldap://dc1.vprolab.test --use-kerberos=required -s /dev/null >/dev/null 2>&1
	dirprobe dc1.vprolab.test OU=AMT,OU=Lab,DC=vprolab,DC=test sccm >"$W/probe" 2>&1
	ok "the container is there" grep -q '^S1.V07 pass' "$W/probe"
	ok "a site server without rights is told" grep -q '^S1.V07b fail' "$W/probe"
fi
done_testing
