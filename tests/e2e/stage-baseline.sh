#!/usr/bin/env bash
# Baselines and waivers that are not as they should be: expired, wrong, wild, damaged, of another version, merged.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
now=2009-01-15T00:00:00Z
cp -r captures/contoso "$tmp/a"
walk() { amt-stage --site "$tmp/a/site.ini" --now $now "$@"; }
walk --json >"$tmp/first.json"
changes() { jq -c '[.facts.changes[] | .change] | unique' "$tmp/out"; }
exits 2 "against itself" walk --baseline "$tmp/first.json" --json
is "nothing changed" "$(changes)" "[]"

# --- baselines ---
for how in damaged empty none folder other-tool list; do
	rm -rf "$tmp/base"
	case $how in
		damaged) head -c 5000 "$tmp/first.json" >"$tmp/base" ;;
		empty) : >"$tmp/base" ;;
		folder) mkdir "$tmp/base" ;;
		other-tool) sed 's/"tool": "amt-stage"/"tool": "amt-dnscheck"/' "$tmp/first.json" >"$tmp/base" ;;
		list) jq '.findings = {}' "$tmp/first.json" >"$tmp/base" ;;
	esac
	exits 2 "baseline $how: the walk is what it is" walk --baseline "$tmp/base" --json
	ok "and it is said that nothing was compared" grep -q 'no comparison: ' "$tmp/err"
	ok "no change is made up" jq -e '.facts | has("changes") | not' "$tmp/out"
done
jq '.version = "9.0" | .findings[3].id = "S9.X77" | .findings[4].id = "S9.X78"' "$tmp/first.json" >"$tmp/base"
exits 2 "a baseline of a version with other checks" walk --baseline "$tmp/base" --json
ok "says what it can't compare" grep -q '2 findings are of checks that this version does not know' "$tmp/err"
ok "and compares the others" jq -e '.facts.changes | length <= 2' "$tmp/out"
jq 'del(.started)' "$tmp/first.json" >"$tmp/base"
exits 2 "a baseline without a date" walk --baseline "$tmp/base" --json
is "is compared all the same" "$(changes)" "[]"
sed 's/^name = Contoso/name = Other/' "$tmp/a/site.ini" >"$tmp/a/other.ini"
amt-stage --site "$tmp/a/other.ini" --now $now --json >"$tmp/other.json"
for i in 1 2; do walk --shard $i/2 --json >"$tmp/s$i.json"; done
amt-stage merge "$tmp/first.json" "$tmp/other.json" --json >"$tmp/merged.json"
exits 2 "a baseline merged of two sites" walk --baseline "$tmp/merged.json" --json
is "is taken for this site's part of it" "$(changes)" "[]"
amt-stage merge "$tmp/s1.json" "$tmp/s2.json" "$tmp/other.json" --json >"$tmp/merged.json"
exits 2 "a baseline merged of shards" walk --baseline "$tmp/merged.json" --json
is "is all of them" "$(jq -c '[.facts.changes[] | select(.change == "new" or .change == "worse" or .change == "fixed")]' "$tmp/out")" "[]"
amt-stage merge "$tmp/other.json" "$tmp/other.json" --json >"$tmp/merged.json"
exits 2 "a baseline merged of other sites only" walk --baseline "$tmp/merged.json" --json
ok "is none" grep -q 'no comparison: it is merged of runs of other sites' "$tmp/err"
jq '(.findings[] | select(.verdict == "fail") | .verdict) |= "pass"' "$tmp/first.json" >"$tmp/base"
exits 2 "all failures are later than the baseline" walk --baseline "$tmp/base" --json
is "they are new, each once" "$(jq -c '[.facts.changes[] | select(.change == "new") | .id + .was + .subjects[]] | (length == (unique | length)) and length >= 10' "$tmp/out")" true

# --- waivers ---
fails() { jq -r '[.findings[] | select(.verdict == "fail" and (.id == "'"$1"'")) | (.subjects // [.subject])[]] | sort | join(" ")' "$tmp/out"; }
id=S3.V01a
cp "$tmp/first.json" "$tmp/out"; all=$(fails $id); some=${all%% *}
ok "there is something to waive" test -n "$some"
waive() { printf '[%s]\nowner = A. Admin\nreason = known\nexpires = %s\n' "$1" "$2" >"$tmp/w.ini"; }
waive "$id *" 2009-02-01
exits 2 "a waiver for every subject" walk --waive "$tmp/w.ini" --json
is "no failure of it is left" "$(fails $id)" ""
ok "who waived it is said" jq -e '[.findings[] | select(.id == "'$id'" and .verdict == "warn") | .summary | test("waived by A. Admin until 2009-02-01")] | any' "$tmp/out"
exits 2 "the same a month later" walk --waive "$tmp/w.ini" --now +30d --json
waive "$id *" 2009-01-14
exits 2 "an expired one" walk --waive "$tmp/w.ini" --json
is "waives nothing" "$(fails $id)" "$all"
ok "and that it ended is said" jq -e '[.findings[] | select(.id == "'$id'") | .summary | test("waiver of A. Admin ended on 2009-01-14")] | any' "$tmp/out"
waive "$id ${some%%.*}*" 2009-02-01
exits 2 "a pattern" walk --waive "$tmp/w.ini" --json
is "waives whom it fits" "$(fails $id | tr ' ' '\n' | grep -c "^${some%%.*}")" 0
waive "S9.X77 *" 2009-02-01
exits 2 "of a check that there is not" walk --waive "$tmp/w.ini" --json
ok "is told with its line" grep -q "w.ini: line [0-9]*: there is no check 'S9.X77'" "$tmp/err"
waive "$id *" soon
exits 2 "until no day" walk --waive "$tmp/w.ini" --json
ok "is told" grep -q "not a date like 2026-12-31: 'soon'" "$tmp/err"
is "and waives nothing" "$(fails $id)" "$all"
printf '[%s *]\nreason = x\nexpires = 2009-02-01\ncolour = red\n' $id >"$tmp/w.ini"
exits 2 "without an owner" walk --waive "$tmp/w.ini" --json
is "it waives nothing" "$(fails $id)" "$all"
ok "an unknown key is told" grep -q "unknown key 'colour'" "$tmp/err"
head -c 3000 /dev/urandom >"$tmp/w.ini"
amt-stage --site "$tmp/a/site.ini" --now $now --waive "$tmp/w.ini" --json >"$tmp/out" 2>"$tmp/err"; rc=$?
ok "noise is no waiver" test $rc -eq 2 -o $rc -eq 64
ok "and is told" grep -q "w.ini" "$tmp/err"
exits 64 "a list of waivers that is not there ends before the walk" walk --waive "$tmp/none.ini" --json
done_testing
