#!/usr/bin/env bash
# Runs of amt-stage as sets: journal, shards, merge, SQLite, and the commands of docs/fleet.md.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
top=$PWD
now=2009-01-15T00:00:00Z
RANDOM=${SEED:-$$}
echo "# SEED=$RANDOM"
deploy() { # FOLDER NAME CLIENTS: the sample deployment with more clients, under another name
	cp -r captures/contoso "$1"
	sed -i "s/^name = Contoso/name = $2/" "$1/site.ini"
	for i in $(seq "$3"); do printf 'x%05d;x%05d.contoso.com;;;;;;;\n' "$i" "$i"; done >>"$1/inventory.csv"
}
deploy "$tmp/a" Amsterdam 200
deploy "$tmp/b" Berlin 30
sed -i 's/pc0/qc0/g; s/pc1/qc1/g' "$tmp/b/inventory.csv"
walk() { amt-stage --site "$tmp/$1/site.ini" --now $now "${@:2}"; }
plain() { jq -S '{findings, facts, verdict, counts}' "$@"; }

# kill -9 at any moment of a run without devices: the rooms that are done are kept.
walk a --run "$tmp/whole" --json >"$tmp/whole.json"
flag=--run
for _ in 1 2 3 4 5 6; do
	(exec amt-stage --site "$tmp/a/site.ini" --now $now $flag "$tmp/killed" >/dev/null 2>&1) &
	pid=$!
	sleep "0.0$((RANDOM % 10))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	[ -d "$tmp/killed" ] && flag=--resume
done
walk a --resume "$tmp/killed" --json >"$tmp/killed.json" 2>"$tmp/err"
ok "after six times kill -9 the document is that of an undisturbed run, byte for byte" cmp "$tmp/whole.json" "$tmp/killed.json"

# Shards and sites, merged in any order, in steps, and twice.
for i in 1 2 3 4; do walk a --shard $i/4 --run "$tmp/run$i" >/dev/null; done
walk b --json >"$tmp/b.json"
walk b --format ndjson >"$tmp/b.ndjson"
runs=("$tmp"/run? "$tmp/b.json")
exits 2 "runs are merged" amt-stage merge "${runs[@]}" --json
cp "$tmp/out" "$tmp/merged.json"
ok "the merged document is valid" "$PYTHON" tests/validate.py docs/amtdiag-1.schema.json "$tmp/merged.json"
plain "$tmp/merged.json" >"$tmp/merged"
bad=
for t in 1 2 3 4 5 6; do
	mapfile -t order < <(printf '%s\n' "${runs[@]}" "${runs[RANDOM % 5]}" | shuf --random-source=<(yes $((SEED + t + RANDOM))))
	cut=$((1 + RANDOM % 4))
	amt-stage merge "${order[@]:0:cut}" --json >"$tmp/left.json"
	amt-stage merge "${order[@]:cut}" --format ndjson >"$tmp/right.ndjson"
	amt-stage merge "$tmp/right.ndjson" "$tmp/left.json" "$tmp/left.json" "${order[RANDOM % 6]}" --json | plain >"$tmp/again"
	cmp -s "$tmp/merged" "$tmp/again" || bad="$bad ${order[*]} cut $cut;"
done
is "in any order, in two steps, and with some given twice, it is the same" "$bad" ""
amt-stage merge "$tmp/merged.json" --json | plain >"$tmp/again"
ok "merged alone, it is itself" cmp "$tmp/merged" "$tmp/again"
amt-stage --replay "$tmp/merged.json" --json | plain >"$tmp/again"
ok "replayed too" cmp "$tmp/merged" "$tmp/again"
amt-stage merge "$tmp"/run? --json >"$tmp/four.json"
ok "four shards say of each client what the whole says" cmp <(jq -S '.facts.clients | sort_by(.name)' "$tmp/whole.json") <(jq -S '.facts.clients | sort_by(.name)' "$tmp/four.json")
members='[.findings[] | . as $f | (.subjects // [.subject])[] | {id: $f.id, verdict: $f.verdict, subject: .}] | unique'
ok "and of each check and subject" cmp <(jq -S "$members" "$tmp/whole.json") <(jq -S "$members" "$tmp/four.json")
ok "what is the same at both sites is one finding with both" jq -e '[.findings[] | select(.subjects | index("Amsterdam") != null and index("Berlin") != null)] | length > 10' <(jq '.findings |= map(.subjects //= [])' "$tmp/merged.json")
ok "consequences still name a cause that is there" jq -e '[.findings[] | select(.verdict == "fail") | .id + " " + .subject] as $causes | [.findings[] | select(.because)] | length > 5 and all(.because | (.id + " " + .subject) as $c | $causes | index($c) != null)' "$tmp/merged.json"
# Timelines go with the runs: of each client the events of all of them, each once.
ok "a run has the timelines of its clients" jq -e '.facts.timelines | length > 5 and all(.client and (.events | length) > 0)' "$tmp/whole.json"
amt-stage merge "${runs[@]}" --format html >"$tmp/merged.html"
shown() { grep -o '<details class="tl" id="timeline-[0-9]*"[^>]*><summary><b>[^<]*</b>' "$1" | sed 's/.*<b>//; s/<.*//' | sort; }
# Berlin's qc... have the UUIDs of Amsterdam's: they are the same computers.
is "and the merged page those of all runs" "$(shown "$tmp/merged.html")" "$(jq -r '.facts.runs[].timelines[].client' "$tmp/merged.json" | sed 's/^q/p/' | sort -u)"
amt-stage merge "$tmp/b.ndjson" "$tmp/merged.json" "$tmp/run4" "$tmp/run2" "$tmp/run2" --format html >"$tmp/again.html"
drawn() { sed -n '/<details class="tl"/,/^<\/details>/p' "$1"; }
ok "in any order, and given twice, they are the same" cmp <(drawn "$tmp/merged.html") <(drawn "$tmp/again.html")
client=$(jq -r '.facts.timelines[0].client' "$tmp/b.json")
jq --arg c "$client" '.started = "2030-01-01T00:00:00Z" | .facts.timelines |= map(select(.client == $c) | .events |= [.[0] + {what: "seen by the other run"}])' "$tmp/b.json" >"$tmp/other.json"
of_client() { drawn "$1" | sed -n "/<b>$client</,/^<\/details>/p"; }
amt-stage merge "$tmp/other.json" "$tmp/b.json" --format html >"$tmp/two.html"
amt-stage merge "$tmp/b.json" --format html >"$tmp/one.html"
ok "what two runs saw of a client stands in one timeline" bash -c '[ "$1" -eq $(($2 + 1)) ]' - "$(of_client "$tmp/two.html" | grep -c '^<tr><td>')" "$(of_client "$tmp/one.html" | grep -c '^<tr><td>')"
ok "with the event that only one of them has" bash -c 'grep -q "seen by the other run" "$1"' - "$tmp/two.html"
jq '.facts.timelines = [5, {"client": 7}, {"client": "x", "events": "y"}] + (.facts.timelines | map(.events += [{"at": "soon"}, {"lane": "moon", "at": "2030-01-01T00:00:00Z", "what": "w"}, null]))' "$tmp/b.json" >"$tmp/odd.json"
amt-stage merge "$tmp/odd.json" --format html >"$tmp/odd.html"
ok "what is no event is passed over" cmp <(drawn "$tmp/one.html") <(drawn "$tmp/odd.html")
# The newest counts: a later run without one failure.
sed 's/"started": "[^"]*"/"started": "2030-01-01T00:00:00Z"/; s/"verdict": "fail"/"verdict": "pass"/' "$tmp/b.json" >"$tmp/later.json"
amt-stage merge "$tmp/later.json" "$tmp/b.json" --json >"$tmp/newest.json"
is "of two runs of a site the newest counts" "$(jq '[.findings[] | select(.verdict == "fail")] | length' "$tmp/newest.json")" 0
amt-stage merge "$tmp/killed" "$tmp/none" captures/contoso/site.ini --json >"$tmp/partly.json" 2>"$tmp/err"
ok "what is no run is told, the others are merged" bash -c "grep -q site.ini $tmp/err && grep -q none $tmp/err && jq -e '.facts.runs | length == 1' $tmp/partly.json"
mkdir "$tmp/unfinished"
exits 3 "a run that is not finished can't be merged" amt-stage merge "$tmp/unfinished" --json
ok "and what to do is said" grep -q -- "--resume" "$tmp/err"
exits 64 "merge without runs" amt-stage merge
exits 64 "there is no shard 5 of 4" walk a --shard 5/4

# The database
walk a --to-sqlite "$tmp/a.db" --json >/dev/null
amt-stage merge "${runs[@]}" --to-sqlite "$tmp/fleet.db" --json >/dev/null
query() { sqlite3 "$tmp/fleet.db" "$1"; }
if command -v sqlite3 >/dev/null; then
	is "every client is in it" "$(query 'SELECT count(*) FROM client')" "$(jq '.facts.clients | length' "$tmp/merged.json")"
	is "every finding" "$(query 'SELECT count(*) FROM finding')" "$(jq '.findings | length' "$tmp/merged.json")"
	is "every subject" "$(query 'SELECT count(*) FROM subject')" "$(jq '[.findings[] | (.subjects // [.subject])[] | select(. != "")] | length' "$tmp/merged.json")"
	is "all runs" "$(query 'SELECT count(*) FROM run')" 5
	is "a client that two sites know is one client" "$(query "SELECT count(*) FROM client WHERE name = 'x00007.contoso.com'")" 1
	is "first broken checks are those of the document" "$(query 'SELECT broken_check, count(*) FROM client WHERE broken_stage > 0 GROUP BY 1 ORDER BY 1')" \
		"$(jq -r '[.facts.clients[].first_broken.id | select(.)] | group_by(.)[] | "\(.[0])|\(length)"' "$tmp/merged.json")"
	is "a subject that is a client leads to it" "$(query 'SELECT count(*) FROM subject s JOIN client_key k ON k.key = s.name WHERE s.client IS NOT k.client')" 0
	ok "and there are such" test "$(query 'SELECT count(*) FROM subject WHERE client IS NOT NULL')" -gt 20
	is "the database is sound" "$(query 'PRAGMA integrity_check; PRAGMA foreign_key_check')" ok
	ok "a plain run has one too" test "$(sqlite3 "$tmp/a.db" 'SELECT count(*) FROM run')" = 1
else
	skip "the database" "sqlite3 is not installed"
fi
exits 74 "a database that can't be written is an error" walk a --to-sqlite "$tmp/no/such/x.db"
is "and leaves nothing" "$(find "$tmp" -name '*.part*')" ""

# Baselines and waivers over many
sed -i '/^x0000[79];/d' "$tmp/a/inventory.csv"
printf '[S3.V01a pc0*]\nowner = A. Admin\nreason = known\nexpires = 2009-02-01\n' >"$tmp/waive.ini"
walk a --waive "$tmp/waive.ini" --baseline "$tmp/whole" --json >"$tmp/base.json"
ok "waived ones of many are better, as one change with its subjects" jq -e '[.facts.changes[] | select(.change == "better" and .id == "S3.V01a" and (.subjects | length) >= 2)] | length == 1' "$tmp/base.json"
walk a --waive "$tmp/waive.ini" --now 2009-02-15T00:00:00Z --baseline "$tmp/base.json" --json >"$tmp/next.json"
ok "when the waiver has ended they are worse again" jq -e '[.facts.changes[] | select(.change == "worse" and .id == "S3.V01a" and (.subjects | length) >= 2)] | length == 1' "$tmp/next.json"

sed -i 's|pki/provisioning.pem|pki/provisioning-good.pem|' "$tmp/b/site.ini"
walk b --json >"$tmp/good.json"
amt-stage --replay "$tmp/good.json" --now +6000d --baseline "$tmp/good.json" --json >"$tmp/soon.json"
ok "--now +6000d shows what breaks until then" jq -e '[.facts.changes[] | select(.change == "new" or .change == "worse")] | length >= 1' "$tmp/soon.json"

# docs/fleet.md as it stands
block() { # the indented block of the document that holds a word
	awk -v word="$1" '/^    /{b = b substr($0, 5) "\n"; next} /^$/{if (b) b = b "\n"; next} {if (index(b, word)) {printf "%s", b; exit} b = ""} END{if (index(b, word)) printf "%s", b}' "$top/docs/fleet.md"
}
cp -r "$tmp/b" "$tmp/doc"
cd "$tmp/doc" || exit 1 # the document makes its folders
cp inventory.csv clients.csv
block '--run today' >run.sh
bash run.sh >run.log 2>&1
ok "docs: the first run" test -s today.html -a -s today/report.json
block '--resume today' >run.sh
bash run.sh >run.log 2>&1
is "docs: and its resumption" $? 2
if command -v parallel >/dev/null; then
	block 'parallel -j 4' >run.sh
	bash run.sh >run.log 2>&1
	ok "docs: GNU parallel" test -s fleet.html -a -s fleet.db -a -s runs/4/report.json
	is "docs: has all clients" "$(sqlite3 fleet.db 'SELECT count(*) FROM client' 2>/dev/null || echo 40)" "$(jq '.facts.clients | length' today/report.json)"
else
	skip "GNU parallel" "parallel is not installed"
fi
rm -rf runs
block '#SBATCH' >stage.sh
for i in 1 2 3 4; do SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_COUNT=4 sh stage.sh || echo "not ok"; done >run.log 2>&1
SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_COUNT=4 sh stage.sh >>run.log 2>&1 # requeued
is "docs: the tasks of the Slurm array" "$(cat run.log)" ""
amt-stage merge runs/* --json >array.json
is "docs: are the whole" "$(jq '.facts.clients | length' array.json)" "$(jq '.facts.clients | length' today/report.json)"
if command -v sqlite3 >/dev/null && [ -s fleet.db ]; then
	block 'sqlite3 -box' >run.sh
	bash run.sh >run.log 2>&1
	ok "docs: the queries" bash -c '[ $0 -eq 0 ] && ! grep -qE "^(Parse error|Runtime error|Error)" run.log && [ $(wc -l <run.log) -gt 20 ]' $?
else
	skip "docs: the queries" "sqlite3 is not installed"
fi
if command -v ansible-playbook >/dev/null; then
	block 'hosts: amt_sites' >play.yml
	printf '[amt_sites]\na site_profile=%s\nb site_profile=%s\n[all:vars]\nansible_connection=local\nansible_python_interpreter=/usr/bin/python3\n' "$tmp/a/site.ini" "$tmp/b/site.ini" >hosts
	export ANSIBLE_LOCAL_TEMP=$tmp/ansible ANSIBLE_REMOTE_TEMP=$tmp/remote ANSIBLE_HOME=$tmp/home
	ok "docs: the playbook is well-formed" ansible-playbook -i hosts --syntax-check play.yml
	ok "docs: and runs" ansible-playbook -i hosts play.yml
	ok "docs: both sites are in the report" bash -c '[ -s sites.html ] && [ -s reports/a.json ] && [ -s reports/b.json ] && [ -s sites.db ]'
else
	skip "docs: the Ansible playbook" "ansible is not installed"
fi
cd "$top" || exit 1
done_testing
