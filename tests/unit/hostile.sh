#!/usr/bin/env bash
# The list of hostile inputs in docs/security.md is true: every seed corpus stands in one row, which promises no more
# than there is and not less than half of it; every test that a row names is there.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
rows=$(sed -n '/^| tool | parsers fuzzed/,/^$/p' docs/security.md | sed 1,2d | grep '^|')
ok "there are rows" test "$(echo "$rows" | wc -l)" -ge 6
declare -A listed
while IFS='|' read -r _ tool globs seeds tests _; do
	n=0
	for g in $globs; do
		g=${g//\`/}
		for d in tests/fuzz/corpus/${g%,}; do
			[ -d "$d" ] || { fail_ "$d is there"; continue; }
			listed[$d]=$((${listed[$d]:-0} + 1))
			n=$((n + $(find "$d" -type f | wc -l)))
		done
	done
	ok "$tool: $n seeds are at least the $seeds that the document says, and not twice as many" \
		test "$n" -ge "$seeds" -a "$n" -lt $((2 * seeds))
	for t in $tests; do t=${t//\`/}; ok "$tool: ${t%,} is there" test -x "tests/${t%,}"; done
done <<<"$rows"
missing=
for d in tests/fuzz/corpus/*/; do d=${d%/}; [ "${listed[$d]:-0}" -eq 1 ] || missing="$missing ${d##*/}:${listed[$d]:-0}"; done
is "every corpus stands in one row" "$missing" ""
done_testing
