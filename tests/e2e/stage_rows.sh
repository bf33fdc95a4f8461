#!/usr/bin/env bash
# Rows that follow from what stands already: verdicts of other rows (here handed over as documents), exports, answers.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
now=2026-11-22T00:00:00Z
printf 'name,fqdn,uuid\n%s' "$(for n in 1 2 3; do printf 'pc%d,pc%d.contoso.com,4C4C4544-0000-1000-8000-00000000000%d\n' $n $n $n; done)" >"$tmp/pc.csv"
found() { # ROW VERDICT CLIENT ...: a document of another tool
	jq -n '{schema: "amtdiag/1", tool: "amt-dnscheck", version: "0.1.0", started: "2026-11-21T00:00:00Z", ended: "2026-11-21T00:00:00Z", now: "2026-11-21T00:00:00Z", verdict: "fail", counts: {}, notes: [], facts: {},
		findings: [$ARGS.positional as $a | range(0; $a | length; 3) | {id: $a[.], verdict: $a[. + 1], subject: $a[. + 2], summary: ("said of " + $a[. + 2]), evidence: [], actions: []}]}' --args "$@" >"$tmp/found.json"
}
site() { printf '[site]\nname = x\ndomain = contoso.com\n%s[evidence]\ninventory = pc.csv\n%s' "${2:-}" "$1" >"$tmp/site.ini"; }
walk() { amt-stage --site "$tmp/site.ini" --now "$now" --json -q "$@" >"$tmp/now.json" 2>"$tmp/err"; }
row() { jq -r --arg id "$1" '[.findings[] | select(.id == $id) | .verdict + " " + .subject + ": " + .summary] | sort | join("; ")' "$tmp/now.json"; }
verdict() { row "$1" | cut -d' ' -f1; }

# S6.C02: what was typed stands in the note.
typed() { # SUBJECT ANSWER NOTE
	printf '[S6.C02%s]\nanswer = %s\nnote = %s\n' "${1:+ $1}" "$2" "$3" >"$tmp/answers.ini"
	walk --answers "$tmp/answers.ini"
	row S6.C02
}
site '' '[traits]
webui = yes
'
is "a number" "$(typed '' unknown https://192.0.2.11:16993/)" 'fail : 192.0.2.11 was typed: a number: there is no service name for it'
is "... of IPv6, whatever was answered" "$(typed '' yes 'it was https://[2001:db8::1]:16993 all the time' | cut -d: -f1-4)" 'fail : 2001:db8:'
is "a short name" "$(typed '' yes 'http://pc1:16992/index.htm' | cut -d' ' -f1-5)" 'fail : pc1 was typed:'
is "the full name, in capitals too" "$(typed '' unknown PC1.Contoso.com)" "pass : PC1.Contoso.com was typed: the client's full name"
is "another client's" "$(typed pc1.contoso.com unknown https://pc2.contoso.com:16993)" 'fail pc1.contoso.com: pc2.contoso.com was typed: another client than pc1.contoso.com'
is "a name that is not the client's" "$(typed pc1.contoso.com unknown https://amt1.contoso.com:16993)" "fail pc1.contoso.com: amt1.contoso.com was typed: not the client's full name, pc1.contoso.com"
is "a name that nobody knows proves nothing" "$(typed '' unknown https://amt1.contoso.com:16993 | cut -d' ' -f1)" unknown
is "a note without an address leaves the answer" "$(typed '' no 'they type whatever they like')" 'fail : answered no: they type whatever they like'

typed '' unknown https://host77:16993 >/dev/null
walk --answers "$tmp/answers.ini" --redact --redact-map "$tmp/map"
is "with --redact what was typed is a pseudonym" "$(grep -c host77 "$tmp/now.json"):$(verdict S6.C02)" 0:fail

# P.33: who cannot be supported, against who says hello.
log() { printf '%s  $$<SMS_AMT_OPERATION_MANAGER><Sat Nov 21 09:00:%02d.000 2026 GMT Standard Time><thread=1804 (0x70C)>\r\n' "$1" "$2"; }
{ for n in 1 2; do log "Incoming data is - Configuration version: PKI Configuration." $n; log "    UUID : 4C4C4544-0000-1000-8000-00000000000$n" $n; log "Warning: AMT device 4C4C4544-0000-1000-8000-00000000000$n is not found in the database. Reject hello message to provision." $n; done; } >"$tmp/Amtopmgr.log"
site 'logs = Amtopmgr.log
documents = found.json
'
found S1.V16 fail pc1.contoso.com S1.V16 pass pc2.contoso.com S1.V16 fail pc3.contoso.com
walk
is "who has no account and says hello" "$(row P.33 | cut -d: -f1-2)" 'fail pc1.contoso.com: it cannot be supported (S1.V16), but still says hello'
found P.32 fail pc2.contoso.com S1.V16 pass pc2.contoso.com S1.V16 pass pc1.contoso.com
walk
is "... or another suffix" "$(row P.33 | cut -d: -f1-2)" 'fail pc2.contoso.com: it cannot be supported (P.32), but still says hello'
found S1.V16 pass pc1.contoso.com S1.V16 pass pc2.contoso.com S1.V16 fail pc3.contoso.com
walk
ok "who is silent is no sender, and nothing is said of others without a directory" test "$(verdict P.33)" = unknown

# S1.V08: a log that is still written.
is "a log of the day before" "$(verdict S1.V08)" pass
now=2026-12-01T00:00:00Z; walk
is "... proves nothing later" "$(verdict S1.V08)" unknown
found P.35 fail 10.0.0.5; walk
is "... and is a doubt where the port is closed" "$(verdict S1.V08)" warn
found P.35 pass 10.0.0.5; walk
is "... or a port that answers" "$(verdict S1.V08)" pass
now=2026-11-22T00:00:00Z

# PV.22: every client of a finding that was folded.
site 'documents = found.json
' '[traits]
unprovision = yes
'
found S7.V03 pass pc1.contoso.com S7.V03 pass pc2.contoso.com S7.V03 pass pc3.contoso.com \
	S7.V02 pass pc1.contoso.com S7.V02 pass pc2.contoso.com S7.V02 fail pc3.contoso.com
walk
is "what is left of each client that was removed" "$(jq -r '[.findings[] | select(.id == "PV.22") | .verdict + " " + ([(.subjects // [.])[] | if type == "object" then .subject // .name else . end] | sort | join(","))] | sort | join("; ")' "$tmp/now.json")" \
	'fail pc3.contoso.com; pass pc1.contoso.com,pc2.contoso.com'

# S4.C01b, CK.10, S4.V02, P.42
found S4.C01 fail pc1.contoso.com S4.C01 fail pc2.contoso.com S4.C01 pass pc3.contoso.com; walk
is "packages that are wrong are counted" "$(row S4.C01b)" 'warn : S4.C01 fails for 2 clients (pc1.contoso.com, ...), which it lists'
found S4.C01 pass pc1.contoso.com S4.C01 pass pc2.contoso.com S4.C01 pass pc3.contoso.com; walk
is "... none is" "$(verdict S4.C01b)" pass
found S4.C01 pass pc3.contoso.com; walk
is "... not while some are unknown" "$(verdict S4.C01b)" unknown
site 'exports = cm.csv
' '[traits]
in-band = yes
'
cm() { printf 'Name,ResourceId,SMBIOSGUID,Client,AMTStatus,AMTFullVersion\n%s\n' "$@" >"$tmp/cm.csv"; }
cm pc1,1,,1,3,5.0.1 pc2,2,,1,, pc3,3,,1,2,; sed -i '1!s/^Name.*//' "$tmp/cm.csv"; sed -i '/^$/d' "$tmp/cm.csv"; walk
is "statuses that ConfigMgr has" "$(row CK.10)" 'warn : 2 of 3 computers have an AMT status in ConfigMgr'
is "... and power commands that it can't offer" "$(jq -r '[.findings[] | select(.id == "S4.V02") | .verdict + " " + .subject] | join(";")' "$tmp/now.json")" 'skipped pc3.contoso.com'
walk --stage 4
is "... which fails where nothing else does" "$(row S4.V02 | cut -d: -f1)" 'fail pc3.contoso.com' # S4.V02 fail
cm pc1,1,,1,, pc2,2,,1,,; sed -i '/^$/d' "$tmp/cm.csv"; walk
is "... none at all" "$(row CK.10)" 'fail : 0 of 2 computers have an AMT status in ConfigMgr: discovery never ran'
sed -i 's/^in-band = yes/in-band = no/' "$tmp/site.ini"; walk
is "... which is as it should be where clients are imported" "$(verdict CK.10)" na
site '' '[traits]
sp1 = yes
sp2 = no
802.1x = yes
'
walk
is "SP1 and ports that ask for 802.1X" "$(verdict P.42)" fail

# Connections to the port that the component listens on are those of hello messages.
cp captures/hello/odd-port.pcapng "$tmp"
listens() { # PORT
	printf '[out of band component]\nport = %s\n' "$1" >"$tmp/component.ini"
	site 'exports = component.ini
captures = odd-port.pcapng
'
	walk
	echo "$(jq -c .facts.evidence.captures.ports "$tmp/now.json") $(verdict P.35)"
}
is "the usual port, and hellos to another" "$(listens 9971)" '[9971] unknown'
is "that one, and devices that were not told" "$(listens 12345)" '[12345,9971] pass'

# CK.13: the status in ConfigMgr and the certificate that the device shows.
shows() { # STATUS SELF-SIGNED
	site 'exports = cm.csv
'
	cm "pc1,1,,1,$1,5.0.1"; sed -i '/^$/d' "$tmp/cm.csv"
	walk
	jq --argjson self "$2" '.facts.evidence.devices = {devices: [{host: "pc1.contoso.com", classes: {chain: {state: "read", records: [{index: 0, port: 16993, subject: "CN=pc1.contoso.com", issuer: "CN=Lab", self_signed: $self}]}}}]}' "$tmp/now.json" >"$tmp/then.json"
	amt-stage --replay "$tmp/then.json" --json -q >"$tmp/now.json" 2>"$tmp/err"
	jq -r '[.findings[] | select(.id == "CK.13") | .verdict + " " + (.subject | ascii_downcase)] | sort | join(";")' "$tmp/now.json"
}
is "provisioned, and a certificate of a CA" "$(shows 3 false)" 'pass pc1'
is "provisioned, and one of its own: they disagree" "$(shows 3 true)" 'pass pc1;warn pc1.contoso.com'
is "not provisioned, and a certificate of a CA: they disagree" "$(shows 2 false)" 'fail pc1;warn pc1.contoso.com'
is "not provisioned, and one of its own" "$(shows 2 true)" 'fail pc1'

# A browser that cannot sign in is what is known of stage 6.
site 'exports = CON1.ie.reg
' '[traits]
webui = yes
ie = yes
'
printf 'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings]\r\n"EnableNegotiate"=dword:00000000\r\n' >"$tmp/CON1.ie.reg"
walk
is "the browser fails" "$(row S6.C03)" 'fail CON1: Integrated Windows Authentication is off on CON1'
amt-stage --site "$tmp/site.ini" --now "$now" -q >"$tmp/text" 2>&1
ok "... and stage 6 of each client with it" bash -c '[ "$(grep -cE "^ *pc[123].contoso.com +. . . . . F .* S6.C03" "$1")" = 3 ]' - "$tmp/text"
done_testing
