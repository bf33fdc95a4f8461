#!/usr/bin/env bash
# S7.V02 without a CA to ask: what a removed client had stands in an earlier report (--baseline), the list is a file.
# And S1.V17, which sums up the rows of the ports.
. tests/lib.sh
. tests/pki.sh
P=$tmp/pki; mkdir "$P"
cert ca '/CN=Lab Issuing' self "$ca_ext"
cert pc10 '/CN=pc10.contoso.com' ca "$web_ext"
cert other '/CN=pc11.contoso.com' ca "$web_ext"
cp captures/contoso/logs/Amtopmgr.log "$tmp/"
site() { printf '[site]\nname = Contoso\ndomain = contoso.com\n[traits]\nunprovision = yes\n[evidence]\nlogs = Amtopmgr.log\n%s' "$1" >"$tmp/site.ini"; }
walk() { amt-stage --site "$tmp/site.ini" --now "${now:-2030-01-01T00:00:00Z}" --json -q "$@" 2>"$tmp/err"; }
site ''
walk >"$tmp/bare.json"
was() { jq --rawfile pem "$P/$1.pem" --arg host "$1.contoso.com" '.facts.evidence.devices.devices = [{host: $host, classes: {chain: {records: [{index: 0, port: 16993, pem: $pem}]}}}]' "$tmp/bare.json" >"$tmp/then.json"; }
row() { jq -r --arg id "$1" '[.findings[] | select(.id == $id) | .verdict + " " + .subject + ": " + .summary] | join("; ")' "$tmp/now.json"; }

was pc10
crl clean ca 24; crl revoked ca 24 pc10
site 'issuing-ca = pki/ca.pem
crls = pki/clean.crl
'
walk --baseline "$tmp/then.json" >"$tmp/now.json"
ok "what the earlier report shows is not in a newer list: a failure" grep -qE '^fail pc10.contoso.com: certificate [0-9A-Fa-f:]+ that it had is not revoked in the list of' <<<"$(row S7.V02)"
ok "the earlier report is the evidence" jq -e '[.findings[] | select(.id == "S7.V02") | .evidence[].source | select(endswith("then.json: TLS of pc10.contoso.com"))] | length == 1' "$tmp/now.json"
printf 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\CertSvc\\Configuration\\CA:\n\nValues:\n  Security    REG_BINARY =\n    Allow  Enroll  CONTOSO\\SCCM01$\nCertUtil: ok\n' >"$tmp/ca.txt"
site 'issuing-ca = pki/ca.pem
crls = pki/clean.crl
exports = ca.txt
'
walk --baseline "$tmp/then.json" >"$tmp/now.json"
ok "... a warning where the site server may not revoke" bash -c 'grep -q "^warn " <<<"$1" && grep -qE "^warn pc10.contoso.com: .*: the site server may not revoke .S1.V06." <<<"$2"' - "$(row S1.V06)" "$(row S7.V02)"
site 'issuing-ca = pki/ca.pem
crls = pki/revoked.crl
'
walk --baseline "$tmp/then.json" >"$tmp/now.json"
ok "in the list: revoked" grep -qE '^pass pc10.contoso.com: certificate [0-9A-Fa-f:]+ that it had was revoked at' <<<"$(row S7.V02)"
walk >"$tmp/now.json"
is "without the earlier report nothing is known of its certificate" "$(row S7.V02 | cut -d' ' -f1)" unknown
was other
walk --baseline "$tmp/then.json" >"$tmp/now.json"
is "a certificate of another client says nothing" "$(row S7.V02 | cut -d' ' -f1)" unknown
was pc10
jq '.facts.evidence.devices.devices[0].classes.chain.records[0].pem = "no certificate"' "$tmp/then.json" >"$tmp/odd.json"
walk --baseline "$tmp/odd.json" >"$tmp/now.json"
ok "what is no certificate in it is told, and nothing is judged by it" bash -c '[ "$1" = unknown ] && grep -q "TLS of pc10.contoso.com" "$2"' - "$(row S7.V02 | cut -d' ' -f1)" "$tmp/err"

# S1.V17: all ports of a client from their own rows.
ports() { # P.35 P.36 P.37 P.39
	site ''
	jq -n --arg a "$1" --arg b "$2" --arg c "$3" --arg d "$4" '{schema: "amtdiag/1", tool: "amt-dnscheck", version: "0.1.0", started: "2029-12-31T00:00:00Z", ended: "2029-12-31T00:00:00Z", now: "2029-12-31T00:00:00Z", verdict: "fail", counts: {}, notes: [], facts: {},
		findings: [["P.35", $a], ["P.36", $b], ["P.37", $c], ["P.39", $d] | select(.[1] != "") | {id: .[0], verdict: .[1], subject: "pc1.contoso.com", summary: "port", evidence: [], actions: []}]}' >"$tmp/ports.json"
	printf 'name,fqdn\npc1,pc1.contoso.com\n' >"$tmp/pc.csv"
	printf '[site]\nname = x\ndomain = contoso.com\n[evidence]\ninventory = pc.csv\ndocuments = ports.json\n' >"$tmp/site.ini"
	walk >"$tmp/now.json"
	row S1.V17
}
is "a port that fails" "$(ports pass pass fail pass)" 'fail pc1.contoso.com: TCP 16993 is not to be had'
is "... is enough, whatever was not tried" "$(ports '' '' fail '')" 'fail pc1.contoso.com: TCP 16993 is not to be had'
is "every port holds" "$(ports pass pass pass pass)" 'pass pc1.contoso.com: every port was tried: 9971 (P.35), 16992 (P.36), 16993 (P.37), 16995 (P.39)'
is "one that nobody tried is no pass" "$(ports '' pass pass pass | cut -d' ' -f1)" unknown
is "a doubtful one is no pass" "$(ports pass pass unknown pass | cut -d' ' -f1)" unknown
done_testing
