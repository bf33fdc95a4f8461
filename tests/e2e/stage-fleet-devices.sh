#!/usr/bin/env bash
# amt-stage over simulated devices: what is finished survives kill -9, SIGINT and a full disk, and the
# report after --resume is the report of a run that nobody disturbed.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/sim/lib.sh
sim_namespace "$0" "$@"
ulimit -n 4096
N=48
cat >"$tmp/sim.ini" <<-END
	[variant old]
	profile = 5.x
	[fleet hq]
	base = 127.1.0.1
	count = $N
	profile = 11.8
	hostname = pc{@index}
	mix = old:25
	[amtsim]
	listen = shared
END
sim_start "$tmp/sim.ini"
sim_inventory "$tmp/sim.ini" >"$tmp/inventory.csv"
printf '[site]\nname = Fleet\ndomain = contoso.com\n[evidence]\ninventory = inventory.csv\n[devices]\nprobe = yes\n' >"$tmp/site.ini"
walk() { amt-stage --site "$tmp/site.ini" --now 2026-11-21T00:00:00Z --timeout 2 --jobs 4 "$@"; }
result() { jq -S '{findings, clients: .facts.clients, stages: .facts.stages, verdict, counts}' "$1"; }

took=$EPOCHREALTIME
exits 2 "the whole fleet is walked" walk --run "$tmp/whole" --json
took=$(awk -v a="$took" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
cp "$tmp/out" "$tmp/whole.json"
is "a line for each device" "$(jq -c .client "$tmp/whole/devices.ndjson" | sort -u | wc -l)" $N
is "and one that says at once what fails in it" "$(jq -r .client "$tmp/whole/verdicts.ndjson" | sort -u | wc -l)" $N
failing() { jq -rs "[.[] | .client as \$c | .fail[] | \$c + \" \" + .id] | unique[]" "$1"; }
ok "which is what the report finds of it" cmp <(failing "$tmp/whole/verdicts.ndjson") <(jq -r '[.findings[] | select(.verdict == "fail" or (.verdict == "skipped" and (.summary | test("seen meanwhile: fail")))) | .id as $i | (.subjects // [.subject])[] | select(endswith(".contoso.com")) | . + " " + $i] | unique[]' "$tmp/whole.json" | grep -xFf <(failing "$tmp/whole/verdicts.ndjson"))
ok "which fails somewhere" test "$(failing "$tmp/whole/verdicts.ndjson" | wc -l)" -ge 1
ok "a cause that all have in common is one finding" jq -e --argjson n $N '[.findings[] | select(.verdict == "fail" and (.subjects | length) == $n)] | length >= 1' "$tmp/whole.json"
exits 64 "two runs at once in one folder are refused" flock "$tmp/whole" amt-stage --site "$tmp/site.ini" --resume "$tmp/whole"
walk --resume "$tmp/whole" --json >"$tmp/again.json"
ok "resumed when it is finished, the document is the same, byte for byte" cmp "$tmp/whole.json" "$tmp/again.json"
jq '.facts.evidence.devices |= {devices: [], in_run_folder: 600}' "$tmp/whole.json" >"$tmp/far.json"
amt-stage --replay "$tmp/far.json" >/dev/null 2>"$tmp/err"
ok "a document without what its devices told says so when it is judged again" grep -q 'what 600 devices told is in the run folder' "$tmp/err"
head -n 4 "$tmp/inventory.csv" >"$tmp/three.csv"
exits 2 "without a run folder, confined" walk --inventory "$tmp/three.csv" --sandbox strict --json
is "the same is found" "$(jq '.facts.evidence.devices.devices | length' "$tmp/out")" 3

# Killed at ten moments; each time what was finished is still there.
RANDOM=${SEED:-$$}
echo "# SEED=$RANDOM"
flag=--run kept=0 lost=0 kills=0
while [ $kills -lt 10 ]; do
	(exec amt-stage --site "$tmp/site.ini" --now 2026-11-21T00:00:00Z --timeout 2 --jobs 4 $flag "$tmp/killed" --json >/dev/null 2>&1) &
	pid=$!
	sleep "$(awk -v r=$RANDOM -v t="$took" 'BEGIN { printf "%.3f", r / 32768 * t * 0.9 }')"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	[ -d "$tmp/killed" ] && flag=--resume
	now=0
	[ -e "$tmp/killed/devices.ndjson" ] && now=$(wc -l <"$tmp/killed/devices.ndjson")
	[ "$now" -lt "$kept" ] && lost=1
	kept=$now kills=$((kills + 1))
done
echo "# $kept of $N devices were through after the last kill"
is "nothing finished is lost by kill -9" $lost 0
walk $flag "$tmp/killed" --json >"$tmp/killed.json"
is "in the end each device was kept once" "$(jq -c .client "$tmp/killed/devices.ndjson" | sort | uniq -c | awk '$1 == 1' | wc -l)" $N
ok "and the result is that of the undisturbed run, byte for byte" cmp <(result "$tmp/whole.json") <(result "$tmp/killed.json")
# A line that was being written, and one of somebody else.
cp -r "$tmp/whole" "$tmp/torn"
{ head -n 20 "$tmp/whole/devices.ndjson"; echo '{"client":"nobody","facts":{}}'; head -c 300 "$tmp/whole/devices.ndjson"; } >"$tmp/torn/devices.ndjson"
walk --resume "$tmp/torn" --json >"$tmp/torn.json" 2>"$tmp/err"
ok "a torn line is asked for again" cmp <(result "$tmp/whole.json") <(result "$tmp/torn.json")
ok "a line of a stranger is told" grep -q 'devices.ndjson: line 21 ' "$tmp/err"

# SIGINT: what is through is kept, reported and said.
amtsim --list "$tmp/sim.ini" >/dev/null
(exec amt-stage --site "$tmp/site.ini" --now 2026-11-21T00:00:00Z --timeout 2 --jobs 4 --run "$tmp/stopped" --json >"$tmp/stopped.json" 2>"$tmp/err") &
pid=$!
for _ in $(seq 200); do [ -s "$tmp/stopped/devices.ndjson" ] && break; sleep 0.02; done
kill -INT $pid
was=$(wc -l <"$tmp/stopped/verdicts.ndjson")
wait $pid
is "SIGINT ends with 130" $? 130
ok "what was through was told while others were asked ($was)" test "$was" -ge 1
printf '{"client":"torn' >>"$tmp/stopped/verdicts.ndjson"
ok "says how far it came and how to go on" grep -qE "stopped: [0-9]+ of $N are through and kept; --resume $tmp/stopped goes on" "$tmp/err"
ok "the document says so too" jq -e '.interrupted and ([.notes[].text | select(test("are through and kept"))] | length == 1)' "$tmp/stopped.json"
ok "and holds what was through" test "$(jq '.facts.evidence.devices.devices | length' "$tmp/stopped.json")" -eq "$(wc -l <"$tmp/stopped/devices.ndjson")"
walk --resume "$tmp/stopped" --json >"$tmp/stopped.json"
ok "resumed, the result is the same" cmp <(result "$tmp/whole.json") <(result "$tmp/stopped.json")
is "and a line that was cut off is gone" "$(jq -r .client "$tmp/stopped/verdicts.ndjson" | sort | uniq -c | awk '$1 == 1' | wc -l)" $N

# Shards: between them all clients once.
for i in 1 2 3; do walk --shard $i/3 --run "$tmp/s$i" --json >"$tmp/s$i.json"; done
is "three shards ask each device once" "$(cat "$tmp"/s?/devices.ndjson | jq -r .client | sort | uniq -c | awk '$1 == 1' | wc -l)" $N
ok "and find of each client what the whole run finds" cmp <(jq -S '.facts.clients | sort_by(.name)' "$tmp/whole.json") <(jq -S -s '[.[].facts.clients[]] | sort_by(.name)' "$tmp"/s?.json)
ok "a shard replayed is that shard" cmp <(jq -S .facts.clients "$tmp/s2.json") <(amt-stage --replay "$tmp/s2.json" --json | jq -S .facts.clients)

# The disk fills up in the middle.
if unshare -m true 2>/dev/null; then
	mkdir "$tmp/small"
	export -f walk; export tmp
	unshare -m bash -c 'mount -t tmpfs -o size=96k none "$tmp/small" && walk --run "$tmp/small/run" --json >"$tmp/full.json" 2>"$tmp/err"; rc=$?; cp "$tmp/small/run/devices.ndjson" "$tmp/full.ndjson"; exit $rc'
	is "a full disk ends with 74" $? 74
	ok "says so, what is kept, and what to do" grep -qE "devices.ndjson: No space left.* of $N are kept. Make room, then --resume" "$tmp/err"
	ok "what is kept is whole" jq -e . "$tmp/full.ndjson"
	is "the report has what is kept" "$(jq '.facts.evidence.devices.devices | length' "$tmp/full.json")" "$(wc -l <"$tmp/full.ndjson")"
	mkdir "$tmp/room" && cp "$tmp/full.ndjson" "$tmp/room/devices.ndjson"
	walk --resume "$tmp/room" --json >"$tmp/room.json"
	ok "with room again, the result is the same" cmp <(result "$tmp/whole.json") <(result "$tmp/room.json")
else
	skip "a full disk" "mounts are not allowed here"
fi
ok "the simulator ends" sim_stop
done_testing
