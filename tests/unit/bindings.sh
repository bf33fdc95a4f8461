#!/usr/bin/env bash
# Every row of the catalogue is answered somehow: those that say "automatically" or "from files" by a judge that names
# them, the others by asking, which amt-stage --interactive does.
. tests/lib.sh
awk '/^id: /{id = $2} /^mode: /{print id, $2}' common/guide/catalogue/*.items | sort >"$tmp/modes"
ok "the catalogue was read" test "$(wc -l <"$tmp/modes")" -ge 240
is "no row is without a mode" "$(awk '$2 !~ /^(auto|file|ask)$/' "$tmp/modes")" ""
# Ids in code, and in the tables that code is made from; not in what only names rows for people.
cat common/*/*.c common/*/*.h common/*/*.def common/*/*.tsv include/amtdiag/*.def tools/*/*.c tools/*/*.h |
	grep -oE '\b([GT]\.[0-9]{2}|(P|CK|PV)\.[0-9]{2}[ab]?|S[1-7]\.[VC][0-9]{2}[a-z]?|HF\.KB[0-9]+|X\.[A-Z]*[0-9]+)\b' | sort -u >"$tmp/judged"
is "every automatic or file row has a judge" "$(awk '$2 != "ask" {print $1}' "$tmp/modes" | comm -23 - "$tmp/judged" | tr '\n' ' ')" ""

# Asked: a site of which nothing is known leaves every ask row open, and each is put to the person.
printf '[site]\nname = nothing\n' >"$tmp/site.ini"
yes u | sed 's/^u$/u\n/' | head -n 2000 | amt-stage --site "$tmp/site.ini" --answers "$tmp/answers.ini" --interactive -q >/dev/null 2>"$tmp/asked"
sed -n 's/^\[[0-9]* of [0-9]*\] \([^,]*\),.*/\1/p' "$tmp/asked" | sort >"$tmp/put"
is "every ask row is asked" "$(awk '$2 == "ask" {print $1}' "$tmp/modes" | comm -23 - "$tmp/put" | tr '\n' ' ')" ""
done_testing
