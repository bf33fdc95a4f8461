#!/usr/bin/env bash
# What inventory, logs and exports say together of each client, with nothing asked over the network:
# method, name, firmware, the agent's refusal; many clients with one fault; answers to rows that nothing could settle.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
now=2026-11-22T00:00:00Z
d=$tmp/site
mkdir "$d"
line() { printf '%s  $$<%s><Fri Nov 20 09:%02d:%02d.000 2026 GMT Standard Time><thread=%d (0x%X)>\r\n' "$1" "${3:-SMS_AMT_OPERATION_MANAGER}" $((t / 60 % 60)) $((t % 60)) "${2:-5360}" "${2:-5360}"; t=$((t + 1)); }
begins() { # ID HOST
	line "Found one 'ZTC Provision' task with type 'Machine Resource' and target ID '$1' and IP address '0'." 2436
	line ">>>>>>>>> Provision task begin<<<<<<<<<"
	line "Provision target is indicated with SMS resource id. (MachineId = $1 $2)"
	line "Attempting to establish connection with target device using SOAP."
	line "Found matched certificate hash in current memory of provisioning certificate"
	line "Try to use provisioning account to connect target machine $2..."
}
tls_fails() { # ID HOST
	line "**** Error 0x80090308 returned by InitializeSecurityContext during follow up TLS handshaking with server."
	line "Error: Can NOT establish connection with target device. (MachineId = $1)"
	line ">>>>>>>>>> Provision task end <<<<<<<<<"
}
connects() { line "Succeed to connect target machine $1 and core version with $2 using provisioning account #0."; line ">>>>>>>>>> Provision task end <<<<<<<<<"; }
uuid() { printf '4C4C4544-0000-1000-8000-0000000000%02X' "$1"; }
hello() { line "Incoming data is - Configuration version: PKI Configuration." 1804; line "    UUID : $(uuid "$1")" 1804; line "Warning: AMT device $(uuid "$1") is $2. Reject hello message to provision." 1804; }

t=0
{
	hello 1 "a SMS client"
	hello 2 "a SMS client"
	hello 3 "not found in the database"
	begins 4 c04.example.net; tls_fails 4
	begins 5 c05.example.net; tls_fails 5
	begins 6 c_06.example.net; connects c_06.example.net 3.0.1
} >"$d/Amtopmgr.log"
t=0
{ line "On-Demand AutoProvision policy evaluation" 1 oobmgmt; line "Retrieved 0 AutoProvision policy instance(s)" 1 oobmgmt; } >"$d/none.log"
{ cat "$d/none.log"; line "Retrieved 1 AutoProvision policy instance(s)" 1 oobmgmt; } >"$d/later.log"
{
	echo name,fqdn,uuid,method,firmware
	echo "c01,c01.example.net,$(uuid 1),out-of-band,4.1.3"
	echo "c02,c02.example.net,$(uuid 2),in-band,4.1.3"
	echo "c03,c03.example.net,$(uuid 3),out-of-band,4.1.3"
	echo "c04,c04.example.net,$(uuid 4),in-band,3.2.1"
	echo "c05,c05.example.net,$(uuid 5),in-band,5.2.10"
	echo "c_06,c_06.example.net,$(uuid 6),in-band,"
} >"$d/clients.csv"
profile() { printf '[site]\nname = x\ndomain = example.net\n[evidence]\ninventory = %s\nlogs = %s\n[traits]\nsp2 = yes\n%s\n' "$1" "$2" "${3:-}" >"$d/site.ini"; }
walk() { amt-stage --site "$d/site.ini" --now $now --json -q "$@" >"$tmp/run.json" 2>"$tmp/err"; }
# ID TEST: verdicts with subjects, where the summary fits
says() { jq -r --arg id "$1" --arg t "${2:-.}" '[.findings[] | select(.id == $id and (.summary | test($t))) | .verdict + " " + .subject] | sort | join(";")' "$tmp/run.json"; }

profile clients.csv 'Amtopmgr.log, none.log'
walk
is "an out-of-band client with the agent fails, by name" "$(says S3.C01 'to be provisioned out-of-band')" "fail c01.example.net"
is "... an in-band one needs no hello" "$(says S3.C01 'says in-band')" "na c02.example.net"
is "... and who planned it is told" "$(says CK.04)" "warn "
is "a hello that is refused was not accepted" "$(says S2.V01a 'accepted')" ""
is "... it arrived and was refused" "$(says S2.V01a 'refused')" "warn $(uuid 3)"
is "3.2.1 by the inventory, and 0x80090308" "$(says S3.C16 'firmware is 3.2.1')" "fail c04.example.net"
is "... another version is not that fault" "$(jq -r '[.findings[] | select(.id == "S3.C16" and .verdict == "fail") | .subject, .subjects[]?.name] | index("c05.example.net")' "$tmp/run.json")" null
is "an underscore is told without DNS" "$(says S3.C03 underscore)" "fail c_06.example.net"
is "... and names that are good, in sum" "$(says S3.C03 '^5 names')" "pass "
is "old firmware by the log" "$(says P.07 'the log.*older than 3.2.1')" "warn c_06.example.net"
is "the agent found no policy" "$(says S2.C05)" "warn $d/none.log"
is "AMT was seen at some, a person is asked about the others" "$(says S2.C07 'on 4 of 6 clients')" "unknown "
is "what is good of a name is no stage that was reached" "$(jq -r '.facts.clients[] | select(.name == "c05.example.net") | .stage_reached' "$tmp/run.json")" 2

sed 's/^\(c0[24],.*\),[0-9.]*$/\1,3.2/' "$d/clients.csv" >"$d/vague.csv"
profile vague.csv 'Amtopmgr.log'
walk
is "3.2 may be 3.2.1 or older" "$(jq -r '.findings[] | select(.id == "P.07" and .verdict == "unknown") | .subjects | join(" ")' "$tmp/run.json")" "c02.example.net c04.example.net"
is "... and is not taken for the one with the fault" "$(says S3.C16 'firmware is 3.2')" ""

profile clients.csv 'Amtopmgr.log' 'auditing = yes
wireless = yes'
walk
is "firmware before 4.0 has no audit log" "$(says P.10 'no audit log')" "fail c04.example.net;fail c_06.example.net"
is "... and does not manage wireless" "$(says P.43 'older than 4.0')" "fail c04.example.net;fail c_06.example.net"

profile clients.csv 'Amtopmgr.log, later.log'
walk
is "... and later it did" "$(says S2.C05)" "pass $d/later.log"
printf '[S2.C07]\nanswer = yes\nby = me\n' >"$d/answers.ini"
walk --answers "$d/answers.ini"
is "an answer counts where nothing could tell" "$(says S2.C07 '^answered yes')" "pass "

walk --client c_06 --client c99
is "of the others nothing is counted" "$(says S2.C07 'on 1 of 1 client')" "pass "
ok "a client that nobody knows is named" grep -q "no evidence speaks of 'c99'" "$tmp/err"

# One fault at many clients breaks nobody else.
t=0
{ for i in $(seq 45); do begins "$i" "d$i.example.net"; tls_fails "$i"; done; begins 46 d46.example.net; connects d46.example.net 5.2.10; } >"$d/many.log"
{ echo name,fqdn,method; for i in $(seq 46); do echo "d$i,d$i.example.net,in-band"; done; } >"$d/many.csv"
profile many.csv many.log
walk
is "45 clients with one fault are one finding" "$(jq -r '[.findings[] | select(.id == "S3.V01c" and .verdict == "fail") | .subjects | length] | join(" ")' "$tmp/run.json")" 45
is "... and the one that has it not goes on" "$(jq -r '.facts.clients[] | select(.name == "d46.example.net") | "\(.first_broken) \(.stages["4"])"' "$tmp/run.json")" "null unknown"
done_testing

# Oobmgmt.log of several clients: each is told, whatever stands in the others.
agent() { line "On-Demand AutoProvision policy evaluation" 1 oobmgmt; line "$1" 1 oobmgmt; }
agent "Retrieved 1 AutoProvision policy instance(s)" >"$d/c01.Oobmgmt.log"
agent "Failed to call CheckCertificate provider method, 80041001" >"$d/c02.Oobmgmt.log"
agent "Retrieved 0 AutoProvision policy instance(s)" >"$d/c03.Oobmgmt.log"
agent "Failed to call CheckCertificate provider method, 80041001" >"$d/c04.Oobmgmt.log"
agents="fail $d/c02.Oobmgmt.log;fail $d/c04.Oobmgmt.log;pass $d/c01.Oobmgmt.log;warn $d/c03.Oobmgmt.log"
each() { jq -r '[.findings[] | select(.id == "S2.C05") | .verdict + " " + (.subject, (.subjects // [])[]) | select(endswith(".log"))] | unique | join(";")' "$1"; }
profile clients.csv '*.Oobmgmt.log'
walk
is "agents of four clients, one by one" "$(each "$tmp/run.json")" "$agents"
cp "$tmp/run.json" "$tmp/first.json"
amt-stage --replay "$tmp/first.json" --now $now --json -q >"$tmp/again.json" 2>"$tmp/err"
is "... and judged again" "$(each "$tmp/again.json")" "$agents"
for i in 1 2 3 4; do amt-logview --partial "$d/c0$i.Oobmgmt.log" -o "$tmp/p$i.ndjson"; done
amt-logview merge --json "$tmp"/p?.ndjson >"$tmp/again.json" 2>"$tmp/err"
is "... and merged of summaries" "$(each "$tmp/again.json" | sed -E 's/ [^ ;]*:/ /g')" "$agents"

# The console's own word: which code, and what it asks for.
console() { printf '<![LOG[GetAMTPowerState fail with result:%s]LOG]!><time="09:00:00.123+000" date="11-20-2026" component="oobconsole" context="" type="3" thread="1" file="a.cpp:1">\r\n' "$1" >"$d/Oobconsole.log"; walk; }
seen() { jq -r '.findings[] | select(.id == "S5.V02") | .evidence[0].text' "${1:-$tmp/run.json}"; }
profile clients.csv Oobconsole.log
console 0x80072EE9
is "the code of the console's failure is told" "$(seen)" "GetAMTPowerState fail: 0x80072EE9 ERROR_WINHTTP_INVALID_OPTION: WinHTTP option unknown"
is "... and what to do about it" "$(jq -r '.findings[] | select(.id == "S5.V02") | .actions[0]' "$tmp/run.json")" "XP SP3 / Server 2003 SP2"
amt-stage --replay "$tmp/run.json" --now $now --json -q >"$tmp/again.json" 2>"$tmp/err"
is "... also later" "$(seen "$tmp/again.json")" "$(seen)"
console 0x80090303
is "a code of Kerberos" "$(seen)" "GetAMTPowerState fail: 0x80090303 SEC_E_TARGET_UNKNOWN: Target (SPN) unknown."
