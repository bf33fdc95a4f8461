#!/usr/bin/env bash
# What make coverage makes of gcovr's report: a row a room, the lines that nothing reached, the table of docs/testing.md.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
cat >"$tmp/r.json" <<'E'
{"files": [
 {"file": "common/core/a.c", "lines": [{"line_number": 3, "count": 0}, {"line_number": 4, "count": 0}, {"line_number": 7, "count": 2}, {"line_number": 9, "count": 0}]},
 {"file": "common/core/b.c", "lines": [{"line_number": 1, "count": 5}, {"line_number": 2, "count": 0, "gcovr/noncode": true}]},
 {"file": "tools/amt-x/main.c", "lines": [{"line_number": 1, "count": 1}]},
 {"file": "tests/unit/test_x.c", "lines": [{"line_number": 1, "count": 0}]}]}
E
printf 'before\n<!-- coverage: begin -->\nold\n<!-- coverage: end -->\nafter\n' >"$tmp/page.md"
ok "a report is read" "$PYTHON" tests/coverage/table.py "$tmp/r.json" "$tmp" "$tmp/page.md"
is "rooms and totals" "$(cut -f1-4 "$tmp/coverage.tsv" | tr '\t\n' ' ;')" \
	"room lines covered percent;common/core 5 2 40.0;tools/amt-x 1 1 100.0;common 5 2 40.0;tools 1 1 100.0;"
is "what nothing reached" "$(cat "$tmp/uncovered.txt")" "common/core/a.c (3 of 4): 3-4 9"
is "the page" "$(tr '\n' ';' <"$tmp/page.md")" "before;<!-- coverage: begin -->;| room | lines | covered | % |;|---|---|---|---|;| common/core | 5 | 2 | 40.0 |;| tools/amt-x | 1 | 1 | 100.0 |;| common | 5 | 2 | 40.0 |;| tools | 1 | 1 | 100.0 |;<!-- coverage: end -->;after;"
is "docs/testing.md has one place for it" "$(grep -c '^<!-- coverage: ' docs/testing.md)" 2
done_testing
