#!/usr/bin/env bash
# Exports of Windows servers through amt-stage: the sample's verdicts, what to collect, replay, and
# no password anywhere.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
site=captures/contoso/site.ini
now=2009-01-15T00:00:00Z
amt-stage --site $site --now $now --json -q >"$tmp/run.json"
verdict() { # id subject: the verdict, and what it was before a stage stood in the way
	jq -r --arg id "$1" --arg s "$2" '[.findings[] | select(.id == $id and .subject == $s)
		| if .verdict == "skipped" then (.summary | capture("meanwhile: (?<v>[a-z]+)").v) else .verdict end][0]' "$tmp/run.json"
}
while read -r id subject want; do
	is "$id $subject" "$(verdict "$id" "${subject#-}")" "$want"
done <<'END'
HF.KB960804 SCCM01 pass
HF.KB942841 SCCM01 pass
S1.V04 SCCM01 pass
P.26 SCCM01 pass
S1.V02a SCCM01 warn
S1.V06 - warn
CK.06 - pass
CK.07 - warn
P.06 PC01 pass
CK.13 PC01 pass
CK.13 PC08 fail
S3.C01 PC02 fail
S3.C02a PC09 warn
S6.C04b CON01 warn
END
ok "no note about an export" jq -e '[.notes[]? | select(.source | test("exports/"))] | length == 0' "$tmp/run.json"
ok "the import file's passwords are nowhere" bash -c '! grep -q UzNjcmV0 "$1"' - "$tmp/run.json"
amt-stage --site $site --now $now --bundle "$tmp/bundle.tar.gz" -o /dev/null 2>/dev/null
ok "nor in a bundle" bash -c '! tar xzOf "$1" | grep -aq UzNjcmV0' - "$tmp/bundle.tar.gz"
mkdir "$tmp/i" && cp captures/contoso/exports/import.csv "$tmp/i/list.import"
printf '[site]\nname = i\n[evidence]\nexports = i/*\n' >"$tmp/i.ini"
amt-stage --site "$tmp/i.ini" --now $now --bundle "$tmp/i.tar.gz" -o /dev/null 2>/dev/null
ok "... under any name" bash -c '! tar xzOf "$1" | grep -aq UzNjcmV0 && tar xzOf "$1" amtdiag/MANIFEST.txt | grep -q "^list.import: "' - "$tmp/i.tar.gz"
ok "... but a list of clients that names its columns goes in" bash -c 'tar tzf "$1" | grep -q "evidence/.*-inventory.csv$" && tar tzf "$1" | grep -q "evidence/.*-clients.csv$"' - "$tmp/bundle.tar.gz"
ok "which says what it leaves out" bash -c 'tar xzOf "$1" amtdiag/MANIFEST.txt | grep -q "^import.csv: "' - "$tmp/bundle.tar.gz"
amt-stage --replay "$tmp/run.json" --now $now --json -q >"$tmp/again.json"
is "replay finds the same" "$(jq -cS .findings "$tmp/again.json")" "$(jq -cS .findings "$tmp/run.json")"
# Without the fixes the same server fails.
mkdir "$tmp/e" && cp captures/contoso/exports/*.{csv,txt,reg,ini} "$tmp/e/" && rm "$tmp/e/SCCM01.uninstall.reg"
printf 'DisplayName,Publisher\r\nNothing,Me\r\n' >"$tmp/e/SCCM01.programs.csv"
echo nonsense >"$tmp/e/nonsense.txt"
sed "s|^exports = .*|exports = $tmp/e/*|; s|^logs = .*||; s|^chain = .*||" $site >"$tmp/site.ini"
cp captures/contoso/inventory.csv captures/contoso/answers.ini "$tmp/"
amt-stage --site "$tmp/site.ini" --now $now --json -q >"$tmp/run.json" 2>"$tmp/err"
is "the roll-up is missed" "$(verdict HF.KB960804 SCCM01)" fail
is "S1.V04 sums it up" "$(verdict S1.V04 SCCM01)" fail
ok "a file that is not known is a note" jq -e '[.notes[] | select(.source | endswith("nonsense.txt"))] | length == 1' "$tmp/run.json"
exits 0 "what to collect" amt-stage --site "$tmp/site.ini" --what-to-collect
ok "logs are asked for now" grep -q '^\* logs' "$tmp/out"
ok "with a command" grep -q 'copy Amtopmgr.log' "$tmp/out"
ok "the hot fix list is there" grep -q '^  hotfixes' "$tmp/out"
done_testing
