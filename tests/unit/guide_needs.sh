#!/usr/bin/env bash
# What rows need of each other: the generator refuses what can't be walked, and --explain shows it.
. tests/lib.sh
gen() { awk -f common/guide/generate.awk common/guide/catalogue/*.items "$tmp/bad.items" >"$tmp/out" 2>"$tmp/err"; }
row() { # ID STAGES NEEDS
	printf 'id: %s\nstages: %s\ncomponent: client\nkind: verify\nmode: ask\napplies: always\nneeds: %s\ntitle: t\nwhy: w\nhow: h\nfail: f\nunknown: u\ninputs: i\nlook: l\nwho: w\nsource: other o\n\n' "$@"
}
row Z.1 7 'S7.V01 [D] somewhere' >"$tmp/bad.items"
ok "a row that needs an earlier one is taken" gen
while IFS='|' read -r what id stages needs says; do
	row "$id" "$stages" "$needs" >"$tmp/bad.items"
	exits 1 "refused: $what" gen
	ok "  and the place is named" grep -q "^$tmp/bad.items:7: $says" "$tmp/err"
done <<'END'
an id that is no row|Z.1|7|S9.V01 [D] x|Z.1 needs S9.V01, which is no row
itself|Z.1|7|Z.1 [D] x|Z.1 needs Z.1, which does not come before it
a row of a later stage|Z.1|3|S7.V01 [D] x|Z.1 needs S7.V01, which does not come before it
no tag|Z.1|7|S7.V01 somewhere|Z.1: needs is not
an unknown tag|Z.1|7|S7.V01 [X] x|Z.1: needs is not
no source|Z.1|7|S7.V01 [D]|Z.1: needs is not
END
{ row Z.1 7 'Z.2 [D] x'; row Z.2 7 'Z.1 [D] x'; } >"$tmp/bad.items"
exits 1 "a ring is refused" gen
ok "  at the edge that closes it" grep -q 'Z.1 needs Z.2, which does not come before it in the walk' "$tmp/err"

amt-stage --explain S1.V07b >"$tmp/out"
ok "--explain names what comes first" grep -q '^first:    S1.V07 must hold: \[D\]' "$tmp/out"
amt-stage --explain P.15 >"$tmp/out"
ok "and says what is not confirmed" grep -q '^first:    P.14 must hold: \[I\].*(not confirmed)' "$tmp/out"
ok "JSON has both" test "$(amt-stage --explain P.15 --json | jq -c '.needs[] | [.id, .confirmed]')" = '["P.14",false]'
done_testing
