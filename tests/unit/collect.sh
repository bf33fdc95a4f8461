#!/usr/bin/env bash
# Every kind of export that the code knows stands in docs/evidence.md and in amt-stage's table of
# what to collect; every key and row named there exists.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
kinds=$(sed -n 's/^EXPORTS_KIND([A-Z_]*, "\([^"]*\)".*/\1/p' include/amtdiag/exports_kinds.def)
table=tools/amt-stage/collect.def
ok "there are kinds" test "$(wc -l <<<"$kinds")" -ge 15
bad=
for k in $kinds; do
	grep -q "^### $k:" docs/evidence.md || bad="$bad docs/evidence.md lacks $k;"
	grep -q "^COLLECT(\"$k\", \"exports\"" $table || bad="$bad $table lacks $k;"
done
is "every kind is documented and can be asked for" "$bad" ""
bad=
for k in $(sed -n 's/^COLLECT("\([^"]*\)", "exports".*/\1/p' $table); do
	grep -qx "$k" <<<"$kinds" || bad="$bad $k"
done
is "the table asks for no kind that is not read" "$bad" ""
bad=
while read -r key; do
	grep -q "^SITE_KEY(\"evidence\", \"$key\"" include/amtdiag/site_keys.def || bad="$bad $key"
	grep -q "\`$key\`" docs/evidence.md || bad="$bad $key(docs)"
done < <(sed -n 's/^COLLECT("[^"]*", "\([^"]*\)".*/\1/p' $table | sort -u)
is "every key of the table is one of the profile and documented" "$bad" ""
ids=$(sed -n 's/^id: *//p' common/guide/catalogue/*.items)
bad=
for id in $(sed -n 's/^COLLECT(.*, "\([^"]*\)")$/\1/p' $table); do
	grep -qx "$id" <<<"$ids" || bad="$bad $id"
done
is "every row of the table stands in the catalogue" "$bad" ""
bad=
while read -r key; do
	grep -q "^    $key = " docs/evidence.md || bad="$bad $key"
done < <(sed -n 's/^EXPORT_SETTING("\([^"]*\)".*/\1/p' common/site/export_component.def)
is "every setting of the component is in the form of docs/evidence.md" "$bad" ""
done_testing
