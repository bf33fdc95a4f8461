#!/usr/bin/env bash
# Rows that the tasks of a log answer for the clients of a walk, with inventory, answers and captures: CK.11, S2.C13b,
# PV.10, PV.20, PV.21 and PV.23.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
d=$tmp/site
mkdir "$d"
t=0
line() { printf '%s  $$<SMS_AMT_OPERATION_MANAGER><%s 09:%02d:%02d.000 %s GMT Standard Time><thread=5360 (0x14F0)>\r\n' "$1" "$day" $((t / 60 % 60)) $((t % 60)) "$year"; t=$((t + 1)); }
asked() { line "Found one 'ZTC Provision' task with type 'Machine Resource' and target ID '$1' and IP address '192.0.2.$1'."; }
begins() { line ">>>>>>>>> Provision task begin<<<<<<<<<"; line "Provision target is indicated with SMS resource id. (MachineId = $1 c0$1.example.net)"; }
ends() { line ">>>>>>>>>> Provision task end <<<<<<<<<"; line "Auto-worker Thread Pool: Succeed to run the task c0$1.example.net.. Remove it from task list."; }
names() { # ID STATUS
	begins "$1"
	line "Start 1st stage provision on AMT device c0$1.example.net.. (SOAP)"
	line "NetworkAdmin.SetHostName finished with HResult = 0x0, status = 0x0, clientError = 0."
	line "NetworkAdmin.SetDomainName finished with HResult = 0x0, status = $2, clientError = 0."
	line "Finished 1st stage provision on AMT device c0$1.example.net. Sleep 5 seconds for 2nd stage provision."
	ends "$1"
}
removed() { begins "$1"; line "Finished $2 unprovision on AMT device c0$1.example.net!"; ends "$1"; }
site() { # METHOD [EVIDENCE]
	printf 'name,fqdn,method,uuid\nc01,c01.example.net,%s,12345678-9abc-def0-1122-334455667788\nc02,c02.example.net,%s,\n' "$1" "$1" >"$d/clients.csv"
	printf '[site]\nname = x\ndomain = example.net\n[traits]\nin-band = yes\nunprovision = yes\n[evidence]\ninventory = clients.csv\nlogs = Amtopmgr.log\n%s' "${2:-}" >"$d/site.ini"
}
walk() { amt-stage --site "$d/site.ini" --now "$now" --json -q "$@" >"$tmp/run.json" 2>"$tmp/err"; }
said() { jq -r --arg id "$1" '[.findings[] | select(.id == $id) | .verdict + " " + .subject + ": " + .summary] | sort | join("; ")' "$tmp/run.json"; }
seen() { jq -r --arg id "$1" --arg v "$2" '[.findings[] | select(.id == $id and .verdict == $v) | .evidence[] | .locator] | join(" ")' "$tmp/run.json"; }

day='Fri Nov 20' year=2026 now=2026-11-20T12:00:00Z
site in-band
{ asked 1; names 1 0x0; names 2 0x1; } >"$d/Amtopmgr.log"
walk
is "a task of each" "$(said CK.11)" 'pass : the logs show provisioning tasks of 2 of 2 clients'
is "a call of one failed" "$(said PV.10)" 'fail c02.example.net: NetworkAdmin.SetDomainName answered status 0x1 PT_STATUS_INTERNAL_ERROR; pass : host and domain name were written into AMT (1)'
is "... in that line" "$(seen PV.10 fail)" 'line 14'

# S2.C13b: 25 hours.
on() { printf '[S2.C13b]\nanswer = unknown\ndate = %s\n' "$1" >"$tmp/answers.ini"; walk --answers "$tmp/answers.ini"; said S2.C13b | cut -d' ' -f1; }
is "one has not asked, since a time that nobody tells" "$(said S2.C13b | cut -d' ' -f1)" unknown
is "... within 25 hours" "$(on 2026-11-19T11:00:00Z)" pending
is "... longer" "$(on 2026-11-19T10:59:59Z)" fail
is "... on a day that may be either" "$(on 2026-11-19)" unknown
is "... the day before" "$(on 2026-11-18)" fail
is "... tomorrow" "$(on 2026-11-21)" unknown
{ asked 1; names 1 0x0; asked 2; names 2 0x0; } >"$d/Amtopmgr.log"
is "both have asked" "$(on 2026-11-01)" pass
{ names 1 0x0; } >"$d/Amtopmgr.log"
walk
is "a client that the log does not name" "$(said CK.11)" 'unknown : the logs show provisioning tasks of 1 of 2 clients; of the others they show none'
site out-of-band
is "who is not in-band need not ask" "$(on 2026-11-01)" unknown

# Removals, and what followed them.
{ removed 1 full; removed 2 partial; } >"$d/Amtopmgr.log"
walk
is "the full one" "$(said PV.21)" 'pass : the log shows that the full removal finished (1)'
is "the partial one" "$(said PV.20)" 'pass : the log shows that the partial removal finished (wording unconfirmed) (1)'
is "both were just now" "$(said PV.23 | grep -o pending | wc -l)" "$(jq '[.findings[] | select(.id == "PV.23")] | length' "$tmp/run.json")"
now=2026-12-20T12:00:00Z
walk
is "a log that ends too soon tells nothing" "$(said PV.23 | cut -d' ' -f1)" unknown

cp captures/hello/format-le-usec.pcap "$d/wire.pcap"
site out-of-band 'captures = wire.pcap
'
day='Wed Jan 21' year=2009
removed 1 full >"$d/Amtopmgr.log"
walk
is "a hello on the wire after it" "$(said PV.23 | cut -d' ' -f1,3-)" 'warn its removal did not last: it says hello again at 2009-01-22T13:20:00.000600Z'
day='Thu Jan 22' t=2400
{ t=0; day='Fri Jan 23'; removed 1 full; } >"$d/Amtopmgr.log"
walk
is "... before it is history" "$(said PV.23 | cut -d' ' -f1)" unknown
done_testing
