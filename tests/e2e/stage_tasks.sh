#!/usr/bin/env bash
# What the log's tasks say of each client in stages 3 to 7 when life goes on after provisioning.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
d=$tmp/site
mkdir "$d"
t=0
line() { printf '%s  $$<SMS_AMT_OPERATION_MANAGER><Fri Nov 20 09:%02d:%02d.000 2026 GMT Standard Time><thread=5360 (0x14F0)>\r\n' "$1" $((t / 60 % 60)) $((t % 60)); t=$((t + 1)); }
answers() { line "$1 finished with HResult = 0x0, status = ${2:-0x0}, clientError = 0."; }
begins() { # ID HOST
	line ">>>>>>>>> Provision task begin<<<<<<<<<"
	line "Provision target is indicated with SMS resource id. (MachineId = $1 $2)"
	line "Found matched certificate hash in current memory of provisioning certificate"
}
ends() { line ">>>>>>>>>> Provision task end <<<<<<<<<"; line "Auto-worker Thread Pool: Succeed to run the task $1.. Remove it from task list."; }
random() { line "Try to use provisioned account (random generated password) to connect target machine $1..."; }
refused() { random "$1"; line "Fail to connect and get core version of machine $1 using provisioned account (random generated password)."; }
provisioned() { # ID HOST
	begins "$1" "$2"
	line "Succeed to connect target machine $2 and core version with 3.2.3 using provisioning account #0."
	line "Start 1st stage provision on AMT device $2.. (SOAP)"
	line "Finished 1st stage provision on AMT device $2. Sleep 5 seconds for 2nd stage provision."
	line "Provision completed successfully on AMT device $2"
	ends "$2"
}
power() { line "Power control task begin: WakeUp $1"; refused "$1"; line "Error: Failed to WakeUp machine $1"; line "Power control task end"; }
{
	provisioned 1 c01.example.net
	line "Power control task begin: WakeUp c01.example.net"
	line "Succeed to WakeUp machine c01.example.net"
	line "Power control task end"
	provisioned 2 c02.example.net
	power c02.example.net
	provisioned 3 c03.example.net
	power c03.example.net
	provisioned 3 c03.example.net
	provisioned 4 c04.example.net
	begins 4 c04.example.net
	random c04.example.net
	line "Finished partial unprovision on AMT device c04.example.net!"
	ends c04.example.net
	line "Start to update AMT device c04.example.net..."
} >"$d/Amtopmgr.log"
{
	echo name,fqdn,method,firmware
	for i in 01 02 03 04; do echo "c$i,c$i.example.net,out-of-band,3.2.3"; done
} >"$d/clients.csv"
printf '[site]\nname = x\ndomain = example.net\n[evidence]\ninventory = clients.csv\nlogs = Amtopmgr.log\n' >"$d/site.ini"
amt-stage --site "$d/site.ini" --now 2026-11-22T00:00:00Z --json -q >"$tmp/run.json" 2>"$tmp/err"
stage() { jq -r --arg n "$1.example.net" ".facts.clients[] | select(.name == \$n) | .stages[\"$2\"]" "$tmp/run.json"; }
# ID VERDICT: the subjects
who() { jq -r --arg id "$1" --arg v "$2" '[.findings[] | select(.id == $id and .verdict == $v) | .subject, .subjects[]?.name] | unique | map(select(. != "")) | join(" ")' "$tmp/run.json"; }

is "a power command after it takes nothing from provisioning" "$(stage c01 3)" pass
is "the random password is refused in a power command" "$(who S4.C03 warn)" c02.example.net
is "... a new provisioning makes a new one" "$(stage c03 4)" unknown
is "a partial removal is one, whatever came later" "$(stage c04 7)" pass
is "... and provisioning before it counts no more" "$(stage c04 3)" unknown

# What a provisioning that failed last time has become.
amt-stage --site "$d/site.ini" --now 2026-11-22T00:00:00Z --json -q >"$tmp/before.json" 2>"$tmp/err"
jq '.findings += [.findings[] | select(.id == "S3.V01h" and .verdict == "pass") | .id = "S3.V01g" | .verdict = "fail" | .summary = "it did not finish" | .subject = "c01.example.net", .subject = "gone.example.net" | del(.subjects)]' "$tmp/before.json" >"$tmp/base.json"
amt-stage --site "$d/site.ini" --now 2026-11-22T00:00:00Z --json -q --baseline "$tmp/base.json" >"$tmp/run.json" 2>"$tmp/err"
is "a client that came through since is fixed" "$(jq -r '.facts.changes[] | select(.change == "fixed" and .id == "S3.V01g") | [.was, .is] + .subjects | join(" ")' "$tmp/run.json")" "fail pass c01.example.net"
is "... one that nothing is known of now is not" "$(jq -r '.facts.changes[] | select(.change == "no longer judged" and .id == "S3.V01g") | .subjects | join(" ")' "$tmp/run.json")" gone.example.net
