#!/usr/bin/env bash
# make bench and make bench-doc with one short benchmark: a table, JSON, and the page with the table;
# and every benchmark is explained in the page.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
for t in openssl jq; do command -v $t >/dev/null || { skip "the table of benchmarks" "$t is not installed"; done_testing; exit; }; done
mkdir "$tmp/b"; ln -s "$BIN" "$tmp/b/bin"; ln -s "$TESTBIN" "$tmp/b/tests"
ok "a benchmark runs" env BUILD="$tmp/b" RUNS=2 tests/bench/run startup
is "a row a tool in JSON" "$(jq -r '.[] | select(.bench == "startup" and .met != "") | .work' "$tmp/b/bench.json" | wc -l)" 6
cp docs/performance.md "$tmp/page.md"
ok "the page takes the table" env BUILD="$tmp/b" tests/bench/document "$tmp/page.md"
is "with the rows" "$(grep -c '^| startup | amt-' "$tmp/page.md")" 6
cp "$tmp/page.md" "$tmp/once.md"
ok "and again" env BUILD="$tmp/b" tests/bench/document "$tmp/page.md"
ok "which changes nothing" cmp "$tmp/once.md" "$tmp/page.md"
missing=
for f in tests/bench/*.sh; do n=$(basename "$f" .sh); grep -q "^| $n |" docs/performance.md || missing="$missing $n"; done
is "every benchmark is explained" "$missing" ""
done_testing
