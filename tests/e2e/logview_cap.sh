#!/usr/bin/env bash
# amt-logview --max-sessions: memory for tasks is bounded. What is dropped is counted; what is kept, whole and right.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
# 30 computers, 5 tasks each: the even ones' fail at times, with an error of their own.
awk 'function say(t) { s++; printf "%s  $$<SMS_AMT_OPERATION_MANAGER><Wed Jan 14 %02d:%02d:%02d.000 2009 GMT Standard Time><thread=%d (0x%X)>\r\n", t, 8 + int(s / 3600), int(s / 60) % 60, s % 60, 1000 + d, 1000 + d }
	BEGIN { for (r = 1; r <= 5; r++) for (d = 1; d <= 30; d++) {
		h = "pc" d ".example.com"
		say(">>>>>>>>> Provision task begin<<<<<<<<<")
		say("Provision target is indicated with SMS resource id. (MachineId = " d " " h ")")
		if (d % 2 == 0 && r % 2 == d / 2 % 2) say("Error 0x80090308 returned by InitializeSecurityContext during follow up TLS handshaking with server.")
		else { say("Succeed to connect target machine " h " and core version with 5.2.10 using provisioning account #0."); say("Provision completed successfully on AMT device " h) }
		say(">>>>>>>>>> Provision task end <<<<<<<<<")
	} }' </dev/null >"$tmp/Amtopmgr.log"
facts() { amt-logview --now 2009-02-01T00:00:00Z --json "$@" "$tmp/Amtopmgr.log" 2>/dev/null | jq -c .facts; }
facts >"$tmp/all"
is "without a limit all tasks are told" "$(jq -c '[(.sessions | length), .sessions_dropped, .outcomes.provision.complete, .outcomes.provision.failed]' "$tmp/all")" '[150,0,112,38]'
for max in 120 60 20; do
	facts --max-sessions $max >"$tmp/few"
	ok "$max: no more are kept" test "$(jq '.sessions | length' "$tmp/few")" -lt $max
	is "$max: the others are counted" "$(jq '(.sessions | length) + .sessions_dropped' "$tmp/few")" 150
	is "$max: totals by outcome, day and device do not change" "$(jq -c '[.outcomes, .days, (.devices | map(del(.last_session)))]' "$tmp/few" | sha256sum)" \
		"$(jq -c '[.outcomes, .days, (.devices | map(del(.last_session)))]' "$tmp/all" | sha256sum)"
	is "$max: what is kept is what it was" "$(jq -n --slurpfile a "$tmp/all" --slurpfile b "$tmp/few" '$b[0].sessions - $a[0].sessions | length')" 0
done
facts --max-sessions 120 >"$tmp/few"
# Completed tasks go first, and of no computer the last.
is "failures are kept while completed tasks can go" "$(jq -c '.sessions | map(select(.outcome == "failed")) | length' "$tmp/few")" 38
is "and every computer's last task" "$(jq -c '[.sessions[].device] | unique | length' "$tmp/few")" 30
is "the devices point to it" "$(jq -c '. as $f | [.devices[] | select($f.sessions[.last_session].device != .id)] | length' "$tmp/few")" 0
is "the same verdicts are reached" "$(amt-logview --now 2009-02-01T00:00:00Z --max-sessions 120 --json "$tmp/Amtopmgr.log" 2>/dev/null | jq -c '[.findings[] | [.id, .verdict, .summary]]' | sha256sum)" \
	"$(amt-logview --now 2009-02-01T00:00:00Z --json "$tmp/Amtopmgr.log" 2>/dev/null | jq -c '[.findings[] | [.id, .verdict, .summary]]' | sha256sum)"

# Calls that failed are dropped with their tasks: the memory for them does not grow with the log.
if [ -n "${AMTDIAG_SANITIZED:-}" ]; then
	skip "memory of calls that failed" "sanitizers keep what is freed"
elif [ ! -x /usr/bin/time ]; then
	skip "memory of calls that failed" "no /usr/bin/time"
else
	calls() { # STATUS: KiB at most
		awk -v st="$1" 'function say(t) { printf "%s  $$<SMS_AMT_OPERATION_MANAGER><01-14-2009 10:00:00.000+0><thread=%d (0x%X)>\r\n", t, 1000 + d, 1000 + d }
			BEGIN { for (i = 0; i < 100000; i++) { d = i % 50; say("Provision task begin"); say("NetworkAdmin.SetHostName finished with HResult = 0x0, status = " st ", clientError = 0.") } }' </dev/null >"$tmp/calls.log"
		/usr/bin/time -o "$tmp/kib" -f %M -q amt-logview --no-signatures --max-sessions 1000 --format status "$tmp/calls.log" >/dev/null 2>&1
		cat "$tmp/kib"
	}
	well=$(calls 0x0) bad=$(calls 0x1)
	ok "memory of calls that failed ($bad KiB; of others $well)" test "$bad" -lt $((well + 1536))
fi
done_testing
