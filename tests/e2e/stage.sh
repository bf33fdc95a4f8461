#!/usr/bin/env bash
# amt-stage over the sample deployment: every format, replay, stages, clients, waivers, journal,
# bundle, redaction, baseline, answers.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
site=captures/contoso/site.ini
now=2009-01-15T00:00:00Z
walk() { amt-stage --site $site --now $now "$@"; }

exits 2 "the sample deployment is broken" walk --json
cp "$tmp/out" "$tmp/run.json"
ok "the document is valid" "$PYTHON" tests/validate.py docs/amtdiag-1.schema.json "$tmp/run.json"
ok "it names the first broken stage and item" jq -e '.facts.first_broken | .stage >= 1 and (.id | length) > 0' "$tmp/run.json"
ok "all ten clients are there" jq -e '[.facts.clients[] | select(.listed)] | length == 10' "$tmp/run.json"
ok "every stage has a verdict" jq -e '.facts.stages | length == 7' "$tmp/run.json"
ok "every row of the catalogue has a finding" jq -e '[.findings[].id] | unique | length >= 210' "$tmp/run.json"
ok "no failure is without action and evidence" jq -e '[.findings[] | select(.verdict == "fail") | select((.actions | length) == 0 or (.evidence | length) == 0)] | length == 0' "$tmp/run.json"

# Folding: one cause is one finding, what follows from it stands with it.
ok "clients with the same trouble are one finding" jq -e '[.findings[] | select(.id == "CK.13" and .verdict == "fail" and (.subjects | length) == 4)] | length == 1' "$tmp/run.json"
ok "every skipped check says what it waits for, and that is a failure of an earlier stage or row" jq -e '[.findings[] | select(.verdict == "fail") | .id + " " + .subject] as $causes | [.findings[] | select(.verdict == "skipped")] | length > 50 and all(.because | (.id + " " + .subject) as $c | $causes | index($c) != null)' "$tmp/run.json"
walk >"$tmp/run.txt"
ok "text names them under their cause" grep -qE '^ +then: [0-9]+ checks wait for this' "$tmp/run.txt"
ok "and does not repeat them" bash -c "! grep -q '^  SKIPPED' $tmp/run.txt"

walk --format junit >"$tmp/r.xml"
ok "JUnit is what its readers expect" xmllint --noout --schema tests/junit.xsd "$tmp/r.xml"
ok "and its totals are those of its cases" "$PYTHON" -c 'import sys, xml.etree.ElementTree as T; r = T.parse(sys.argv[1]).getroot(); n = lambda t: len(r.findall(".//testcase" + t)); s = r[0]; [sys.exit(1) for e in (r, s) if [int(e.get(a)) for a in ("tests", "failures", "errors", "skipped")] != [n(""), n("/failure"), n("/error"), n("/skipped")]]' "$tmp/r.xml"
walk --format html >"$tmp/r.html"
ok "HTML parses, and asks for nothing from outside" "$PYTHON" tests/html_check.py "$tmp/r.html"
ok "with a fold a finding" bash -c "[ \$(grep -c '<details class' $tmp/r.html) -ge 210 ]"
walk --format csv >"$tmp/r.csv"
ok "CSV has a line a stage" bash -c "[ \$(wc -l <$tmp/r.csv) -eq 8 ]"
walk --format status >"$tmp/r.status"
ok "one status line for monitoring" grep -qE '^AMT CRITICAL - .* \| .*first_broken_stage=[1-7]' "$tmp/r.status"
ok "short enough for NRPE, its performance data well-formed" bash -c "[ \$(wc -l <$tmp/r.status) -eq 1 ] && [ \$(wc -c <$tmp/r.status) -lt 1024 ] && sed 's/.*| //' $tmp/r.status | tr ' ' '\n' | { ! grep -vE '^[a-z_]+=[0-9]+(;[0-9]*){3,4}\$'; }"
walk --format ndjson >"$tmp/r.ndjson"
ok "NDJSON is an object a line" jq -e . "$tmp/r.ndjson"
ok "and ends with a tail" bash -c "tail -n 1 $tmp/r.ndjson | jq -e '.type == \"tail\" and .verdict == \"fail\"'"

# Corrective actions in both orders of the guide
ok "the same steps by stage and by component" jq -e '.facts.corrections | [.by_stage[].steps[] | .id + .step] as $a | [.by_component[].steps[] | .id + .step] as $b | ($a | length) > 5 and ($a | sort) == ($b | sort)' "$tmp/run.json"
ok "cheap ones first, what erases last" jq -e '["look", "change", "visit", "erase"] as $w | .facts.corrections | all(.by_stage[], .by_component[]; [.steps[].cost as $c | $w | index($c)] | . == sort)' "$tmp/run.json"
ok "every failing stage says when to look at all stages" bash -c "[ \$(grep -c 'look at all stages' $tmp/run.txt) -eq \$(jq '.facts.corrections.by_stage | length' $tmp/run.json) ]"
ok "a full un-provision is warned of, in text and HTML" grep -q 'a full un-provision ERASES what' "$tmp/run.txt"
ok "HTML has both orders and the warning" bash -c "grep -q 'Corrective actions by stage' $tmp/r.html && grep -q 'Corrective actions by component' $tmp/r.html && grep -q '<strong>WARNING: a full un-provision ERASES' $tmp/r.html"

# What a row needs: the chain is named, and the cause has what waits for it
printf '[site]\nname = Contoso\ndomain = contoso.com\n[evidence]\nanswers = needs.ini\n' >"$tmp/needs-site.ini"
printf '[S1.V07]\nanswer = no\n[S1.V07b]\nanswer = no\n[P.14]\nanswer = no\n' >"$tmp/needs.ini"
exits 2 "a site without container and DHCP" amt-stage --site "$tmp/needs-site.ini" --now $now
for at in P.14:'checks wait for this or follow from it: P.15, S1.V15' S1.V07:'1 check waits for this or follows from it: S1.V07b (fails)' S1.V07b:'5 checks wait for this or follow from it: S3.V02'; do
	ok "under ${at%%:*} stands what needs it" bash -c 'awk -v id="$1" "\$1 == \"FAIL\" { on = \$2 == id } on && /then:/" "$2" | grep -qF "$3"' - "${at%%:*}" "$tmp/out" "${at#*:}"
done
amt-stage --site "$tmp/needs-site.ini" --now $now --json >"$tmp/needs.json"
is "what was not measured is skipped, with the chain" "$(jq -r '.findings[] | select(.id == "P.15" or .id == "S3.V03a") | .verdict + ": " + .summary' "$tmp/needs.json")" \
	"skipped: needs P.14, which failed
skipped: needs S3.V02, which needs S1.V07b, which failed"

# Replay: without the files it came from, and from NDJSON too
for f in run.json r.ndjson; do
	amt-stage --replay "$tmp/$f" --json >"$tmp/again.json"
	ok "--replay $f finds the same" diff <(jq -S .findings "$tmp/run.json") <(jq -S .findings "$tmp/again.json")
done
exits 3 "a document of another tool is refused" amt-stage --replay captures/contoso/site.ini

exits 2 "two stages only" walk --stage 2-3 --json
ok "only they were walked" jq -e '[.facts.stages[].stage] == [2,3]' "$tmp/out"
exits 64 "stage 8 is none" walk --stage 8
walk --client pc05 --json >"$tmp/one.json"
ok "one client only" jq -e '[.facts.clients[].name] == ["pc05.contoso.com"]' "$tmp/one.json"

# A waiver demotes, and says so; an expired one does not count.
id=$(jq -r '.facts.first_broken.id' "$tmp/run.json")
printf '[%s]\nowner = A. Admin\nreason = known\nexpires = 2009-02-01\n' "$id" >"$tmp/waive.ini"
walk --waive "$tmp/waive.ini" --json >"$tmp/w.json"
ok "a waived failure is a warning with owner and day" jq -e --arg id "$id" '[.findings[] | select(.id == $id and .verdict == "warn" and (.summary | test("waived by A. Admin until 2009-02-01")))] | length > 0' "$tmp/w.json"
amt-stage --site $site --now 2009-03-01T00:00:00Z --waive "$tmp/waive.ini" --json >"$tmp/w.json"
ok "an expired waiver counts no more" jq -e --arg id "$id" '[.findings[] | select(.id == $id and .verdict == "fail" and (.summary | test("ended on 2009-02-01")))] | length > 0' "$tmp/w.json"

# Journal
walk --run "$tmp/run" --json >"$tmp/j.json"
ok "--run keeps the evidence of each room" test -s "$tmp/run/logs.json"
rm "$tmp/run/report.json"
mkdir "$tmp/moved"; sed 's|logs/|gone/|g' $site >"$tmp/moved/site.ini"; cp captures/contoso/*.csv captures/contoso/answers.ini "$tmp/moved/"; cp -r captures/contoso/pki captures/contoso/exports "$tmp/moved/" 2>/dev/null
amt-stage --site "$tmp/moved/site.ini" --now $now --resume "$tmp/run" --json >"$tmp/j2.json" 2>/dev/null
ok "--resume needs nothing that was collected before" diff <(jq -S '[.findings[] | select(.verdict != "unknown")] | map({id,verdict,subject})' "$tmp/j.json") <(jq -S '[.findings[] | select(.verdict != "unknown")] | map({id,verdict,subject})' "$tmp/j2.json")
exits 64 "a finished run is not overwritten" walk --run "$tmp/run"

# Baseline
walk --baseline "$tmp/w.json" >"$tmp/base.txt"
ok "--baseline has its section" grep -q '^Since ' "$tmp/base.txt"

# Bundle: deterministic, without secrets, and opened elsewhere it finds the same
walk --bundle "$tmp/a.tar.gz" --json >"$tmp/b1.json"; walk --bundle "$tmp/b.tar.gz" --json >/dev/null
ok "two bundles of one run are the same bytes" cmp "$tmp/a.tar.gz" "$tmp/b.tar.gz"
amt-stage --open "$tmp/a.tar.gz" --json >"$tmp/opened.json"
ok "an opened bundle finds the same, byte for byte" cmp <(jq .findings "$tmp/b1.json") <(jq .findings "$tmp/opened.json")
ok "the digests of the manifest are right" bash -c "cd $tmp && tar xzf a.tar.gz && cd amtdiag && sed -n 's/^\([0-9a-f]\{64\}\)  [0-9]*  \(.*\)/\1  \2/p' MANIFEST.txt | sha256sum -c --quiet && [ \$(find . -type f | wc -l) -eq \$((\$(grep -cE '^[0-9a-f]{64}' MANIFEST.txt) + 1)) ]"
exits 64 "what is no bundle is refused" amt-stage --open $site
for f in report.txt report.json report.ndjson report.xml report.html report.csv status.txt metrics.prom VERSIONS.txt MANIFEST.txt; do [ -s "$tmp/amtdiag/$f" ] || echo $f; done >"$tmp/lost"
is "the report is in it in every format, with versions and manifest" "$(cat "$tmp/lost")" ""
ok "versions of the tool and of its libraries" bash -c 'for l in amt-stage jansson OpenSSL c-ares libuv sqlite zlib; do grep -qE "^$l [0-9]" "$1" || exit 1; done' - "$tmp/amtdiag/VERSIONS.txt"
is "every evidence file of the site is in it, or named as left out" "$(for f in inventory.csv answers.ini provisioning.pem Amtopmgr.log amtopmgr-pasted.txt pc02-Oobmgmt.log $(cd captures/contoso/exports && ls ./*.csv ./*.txt ./*.reg ./*.ini | cut -c3-); do grep -qE "[0-9]-$f\$|^$f: " "$tmp/amtdiag/MANIFEST.txt" || echo "$f"; done)" ""
ok "no --run, no journal: the manifest says so" grep -q '^journal: the walk kept none' "$tmp/amtdiag/MANIFEST.txt"
walk --run "$tmp/jrun" --bundle "$tmp/jr.tar.gz" >/dev/null
mkdir "$tmp/j"; tar xzf "$tmp/jr.tar.gz" -C "$tmp/j"
ok "the journal of --run is in it as it was kept" bash -c "cd $tmp/jrun && for f in *.json; do [ \$f = report.json ] || cmp \$f $tmp/j/amtdiag/journal/\$f || exit 1; done && [ -s $tmp/j/amtdiag/journal/logs.json ]"
# What was changed after it was packed is named; what is judged must be what was packed.
tampered() { rm -rf "$tmp/t"; mkdir "$tmp/t"; tar xzf "$tmp/a.tar.gz" -C "$tmp/t"; (cd "$tmp/t" && eval "$1"; tar czf "$tmp/t.tar.gz" amtdiag); }
log=$(cd "$tmp" && ls amtdiag/evidence/logs/01-*)
tampered "echo more >>$log"
amt-stage --open "$tmp/t.tar.gz" --json >"$tmp/t.json" 2>/dev/null
ok "a changed evidence file is named" jq -e --arg f "${log#amtdiag/}" '[.notes[].text | select(startswith($f) and test("changed or damaged"))] | length == 1' "$tmp/t.json"
is "and nothing else" "$(jq '.notes | length' "$tmp/t.json")" "$(jq '1 + (.notes | length)' "$tmp/opened.json")"
tampered "rm $log; echo x >amtdiag/evidence/logs/99-more.log"
amt-stage --open "$tmp/t.tar.gz" --json 2>/dev/null | jq -r '.notes[].text' >"$tmp/t.txt"
ok "so is one that was taken out, and one that was put in" bash -c "grep -q '^${log#amtdiag/} is named by MANIFEST.txt and is not there' $tmp/t.txt && grep -q '^evidence/logs/99-more.log is not in MANIFEST.txt' $tmp/t.txt"
tampered "sed -i s/fail/pass/ amtdiag/report.json"
exits 64 "a changed report is refused" amt-stage --open "$tmp/t.tar.gz"
ok "and named" grep -q 'report.json is not what MANIFEST.txt says' "$tmp/err"
head -c 700 "$tmp/a.tar.gz" >"$tmp/cut.tar.gz"
exits 64 "a bundle that was cut is refused" amt-stage --open "$tmp/cut.tar.gz"

# Redaction: nothing of the house in any format, the same value everywhere, a map to read it by
walk --redact --redact-map "$tmp/map" --bundle "$tmp/r.tar.gz" --json >"$tmp/red.json"
mkdir "$tmp/red"; tar xzf "$tmp/r.tar.gz" -C "$tmp/red"
names='contoso|pc0[1-9]|pc10|sccm01|dc01|4C4C4544|192\.0\.2\.|00:1e:0b|hp7800'
ok "no name, address or UUID is left in a redacted bundle" bash -c "! grep -rniEI '$names' $tmp/red | cut -c1-200 | grep . "
ok "nor in the document" bash -c "! grep -niE '$names' $tmp/red.json | cut -c1-200 | grep ."
# Secrets of the sample by type; in every notation and encoding (tests/leak_check.py).
mapfile -t secrets < <(printf '%s\n' contoso pc01 pc05 pc10 sccm01 con01 ca01; for i in 01 04 10; do printf '4C4C4544-00%s-4D10-8031-B4C04F333231\n00:1E:0B:01:00:%s\n192.0.2.1%s\n' $i $i $i; done
	jq -r '[.. | .serial? // empty] | unique[]' "$tmp/run.json"; jq -r '[.facts.answers[].by] | unique[]' "$tmp/run.json")
ok "in no notation and encoding either" "$PYTHON" tests/leak_check.py "$tmp/red" "${secrets[@]}"
mkdir "$tmp/leak"; printf 'x %s' "$(printf 'host sccm01.contoso.com' | base64 -w0)" >"$tmp/leak/x"
ok "which a name in base64 would fail" bash -c "! '$PYTHON' tests/leak_check.py '$tmp/leak' sccm01 >/dev/null"
for word in KB936059 KB942841 certificate WinRM service-point 2.5.29 S3.C14 Amtopmgr.log 'Issue and manage' 'hot fix' 0x; do
	grep -qF "$word" "$tmp/run.json" && ! grep -qF "$word" "$tmp/red.json" && echo "$word"
done >"$tmp/lost"
is "what is no secret stays: KB numbers, codes, rows, words" "$(cat "$tmp/lost")" ""
amt-stage --open "$tmp/r.tar.gz" --json >"$tmp/reopened.json"
exits 3 "it does not claim to be judged as of another day" amt-stage --open "$tmp/r.tar.gz" --now +30d
ok "opened elsewhere, it finds the same, byte for byte" cmp <(jq .findings "$tmp/red.json") <(jq .findings "$tmp/reopened.json")
ok "clients, stages and the first broken thing too" cmp <(jq '.facts | {clients, stages, first_broken, corrections}' "$tmp/red.json") <(jq '.facts | {clients, stages, first_broken, corrections}' "$tmp/reopened.json")
jq 'del(.facts.redacted)' "$tmp/red.json" >"$tmp/again.json"
amt-stage --replay "$tmp/again.json" --now $now --json >"$tmp/rejudged.json" 2>/dev/null
ok "judged again from its pseudonyms, it finds the same, byte for byte" cmp <(jq .findings "$tmp/red.json") <(jq .findings "$tmp/rejudged.json")
ok "no raw evidence is in it" bash -c "! find $tmp/red -path '*evidence*' | grep ."
ok "the map is private" bash -c "[ \$(stat -c %a $tmp/map) = 600 ]"
walk --redact --redact-map "$tmp/map" --json >"$tmp/red2.json"
ok "used again, the map gives the same names" cmp <(jq -S .facts.clients "$tmp/red.json") <(jq -S .facts.clients "$tmp/red2.json")
ok "verdicts are those of the open report" cmp <(jq '[.findings[] | {id, verdict}]' "$tmp/run.json") <(jq '[.findings[] | {id, verdict}]' "$tmp/red.json")

# A fleet whose devices stand on disk: a bundle has them all, and is judged again with them.
mkdir -p "$tmp/many/run"
{ echo 'name,fqdn,address'; for i in $(seq 520); do echo "z$i,z$i.contoso.com,192.0.2.7"; done; } >"$tmp/many/inventory.csv"
printf '[site]\nname = Many\ndomain = contoso.com\n[evidence]\ninventory = inventory.csv\n[devices]\nprobe = yes\n' >"$tmp/many/site.ini"
printf '[site]\nname = One\n[evidence]\ndevices = rpc.json\n' >"$tmp/many/one.ini"
cp captures/exports/rpc-amtinfo.json "$tmp/many/rpc.json"
amt-stage --site "$tmp/many/one.ini" --json 2>/dev/null | jq -c '.facts.evidence.devices.devices[0] as $d | range(1; 521) | {client: "z\(.).contoso.com", facts: ($d | .host = "z\(.).contoso.com")}' >"$tmp/many/run/devices.ndjson"
many() { amt-stage --site "$tmp/many/site.ini" --now $now --resume "$tmp/many/run" --json "$@" 2>/dev/null; rm -f "$tmp/many/run/report.json"; }
many --bundle "$tmp/many.tar.gz" >"$tmp/many.json"
is "520 devices were judged" "$(jq '.facts.evidence.devices.in_run_folder' "$tmp/many.json")" 520
is "a bundle of a fleet holds every device" "$(tar xzOf "$tmp/many.tar.gz" amtdiag/devices.ndjson | cmp - "$tmp/many/run/devices.ndjson" && echo same)" same
amt-stage --open "$tmp/many.tar.gz" --now $now --json >"$tmp/many2.json" 2>"$tmp/err"
ok "opened, it is judged again with all of them, byte for byte" cmp <(jq .findings "$tmp/many.json") <(jq .findings "$tmp/many2.json")
ok "which says nothing of missing devices" bash -c "! grep -q 'not judged' $tmp/err"
many --redact --redact-map "$tmp/many.map" --bundle "$tmp/manyr.tar.gz" >"$tmp/manyr.json"
mkdir "$tmp/manyr"; tar xzf "$tmp/manyr.tar.gz" -C "$tmp/manyr"
is "redacted, it still holds every device" "$(jq -r .client "$tmp/manyr/amtdiag/devices.ndjson" | sort -u | grep -c '^host')" 520
ok "without a name or address of the house" "$PYTHON" tests/leak_check.py "$tmp/manyr" contoso z77.contoso z520 192.0.2.7 "$(jq -r '.uuid // empty' captures/exports/rpc-amtinfo.json)"
amt-stage --open "$tmp/manyr.tar.gz" --json >"$tmp/manyr2.json" 2>/dev/null
ok "and is shown as it was judged, byte for byte" cmp <(jq '[.findings, .facts.clients]' "$tmp/manyr.json") <(jq '[.findings, .facts.clients]' "$tmp/manyr2.json")

# Answers, asked
mkdir "$tmp/ask"; cp -r captures/contoso/. "$tmp/ask/"
printf 'y\nnoted\n?\nn\n\nq\n' | amt-stage --site "$tmp/ask/site.ini" --now $now --interactive --json >"$tmp/ask.json" 2>"$tmp/err"
ok "--interactive saves each answer at once" bash -c "[ \$(grep -c '^answer = ' $tmp/ask/answers.ini) -ge 4 ] && grep -q 'note = noted' $tmp/ask/answers.ini"
exits 64 "without a site profile there is nothing to walk" amt-stage
exits 64 "nor with one that is not there" amt-stage --site "$tmp/none.ini"
exits 0 "--init writes a profile" amt-stage --init -o "$tmp/new.ini"
echo '# mine' >>"$tmp/new.ini"
exits 64 "and does not write over one" amt-stage --init -o "$tmp/new.ini"
ok "which stays as it is" grep -q '^# mine' "$tmp/new.ini"
exits 3 "which can be walked at once" amt-stage --site "$tmp/new.ini"
# A directory that can't be reached is a note, and no verdict.
printf '[site]\nname = x\ndomain = contoso.com\n[directory]\nserver = ldap://127.0.0.1:1\n' >"$tmp/ad.ini"
exits 3 "a directory that is not there" amt-stage --site "$tmp/ad.ini" --timeout 1 --json
ok "is named" grep -q 'ldap://127.0.0.1:1' "$tmp/err"
ok "and gives no row a pass" jq -e '[.findings[] | select(.component == "ad" and .verdict == "pass")] | length == 0' "$tmp/out"
cp "$tmp/out" "$tmp/ad.json"
amt-stage --replay "$tmp/ad.json" --json >"$tmp/ad2.json" 2>/dev/null
ok "replayed, it is the same" cmp <(jq .findings "$tmp/ad.json") <(jq .findings "$tmp/ad2.json")
exits 74 "a bundle that can't be written is an error" walk --bundle "$tmp/no/such/folder/b.tar.gz"

# Confinement: nothing beside what the profile names, and strictly when asked.
exits 2 "a strictly confined walk" amt-stage --site captures/contoso/site.ini --sandbox strict -v
if grep -q 'Landlock: only the named files' "$tmp/err"; then
	pass_ "the walk says what confines it"
	mkdir -p "$tmp/away" "$tmp/site/logs"
	cp captures/contoso/logs/Amtopmgr.log "$tmp/away/"
	ln -s "$tmp/away/Amtopmgr.log" "$tmp/site/logs/Amtopmgr.log"
	printf '[evidence]\nlogs = logs\n' >"$tmp/site/site.ini"
	amt-stage --site "$tmp/site/site.ini" --json >"$tmp/out" 2>"$tmp/err"
	ok "a link out of a folder of evidence is followed" grep -q 'Amtopmgr.log' "$tmp/out"
	ok "and nothing is refused" bash -c "! grep -q 'Permission denied' $tmp/out $tmp/err"
else
	skip "the walk says what confines it" "no Landlock here"
fi

done_testing
