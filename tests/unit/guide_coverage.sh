#!/usr/bin/env bash
# The catalogue against the five source texts: nothing in them is left out, nothing in the
# catalogue is without a place in them, and the document made from both is fresh.
. tests/lib.sh
claims=docs/guide-claims.tsv
items=(common/guide/catalogue/*.items)

# id TAB source, one line for each source of each row; a value may go on in the next line.
cat "${items[@]}" | awk '
function put() { if (key == "id") id = value; else if (key == "source") print id "\t" value; key = "" }
/^#/ || /^[ \t]*$/ { put(); next }
/^[ \t]/ { sub(/^[ \t]+/, ""); value = value " " $0; next }
{ put(); key = substr($0, 1, index($0, ":") - 1); value = substr($0, index($0, ":") + 2) }
END { put() }' | sort >"$tmp/rows"
# source, section, number, kind, ids, says
grep -v -e '^#' -e '^source	' $claims >"$tmp/claims"
awk -F'\t' '{ print $1 " " $2 "#" $3 }' "$tmp/claims" | sort >"$tmp/keys"

is "the index has six columns everywhere" "$(awk -F'\t' 'NF != 6 || $6 == ""' "$tmp/claims")" ""
is "no bullet is listed twice" "$(uniq -d "$tmp/keys")" ""
is "every bullet is claimed by a row" \
	"$(cut -f2 "$tmp/rows" | sort -u | comm -13 - "$tmp/keys")" ""
is "every source of a row is in the index" \
	"$(cut -f2 "$tmp/rows" | grep -v -E '^(handbook|other) ' | sort -u | comm -23 - "$tmp/keys")" ""
awk -F'\t' '{ n = split($5, p, " "); for (i = 1; i <= n; i++) print p[i] "\t" $1 " " $2 "#" $3 }' \
	"$tmp/claims" | sort >"$tmp/claimed"
is "the rows that the index names claim the bullet" "$(comm -23 "$tmp/claimed" "$tmp/rows")" ""
is "the index names every row of the guide that claims a bullet" \
	"$(grep -v -e '^X\.' -e '	handbook ' -e '	other ' "$tmp/rows" | comm -23 - "$tmp/claimed")" ""

cut -f1 "$tmp/rows" | sort -u >"$tmp/ids"
# Rows point to other rows in their texts.
id='\b([GT]\.[0-9]{2}|(P|CK|PV)\.[0-9]{2}[ab]?|S[1-7]\.[VC][0-9]{2}[a-z]?|HF\.KB[0-9]+|X\.[A-Z]*[0-9]+)\b'
is "rows mention only rows that exist" \
	"$(grep -hoE "$id" "${items[@]}" | sort -u | comm -23 - "$tmp/ids")" ""

docs/gen-coverage >"$tmp/coverage.md"
ok "docs/guide-coverage.md is fresh (docs/gen-coverage makes it)" \
	cmp "$tmp/coverage.md" docs/guide-coverage.md

# The texts themselves are not ours to ship; where they are at hand, the index is counted against them.
texts=../shared/guide
if [ ! -d "$texts" ]; then
	skip "the index counts as many bullets as the texts" "the source texts are not here"
	done_testing
	exit
fi
{
	awk '
	/^#+ / { title = $0; sub(/^#+ */, "", title); sub(/\r$/, "", title) }
	/^#+ Introduction/ { section = "Intro-tool" }
	/^#+ Troubleshooting by Provisioning Stage/ { section = "" }
	/^#+ Stage [1-7] / { stage = "S" substr(title, 7, 1); section = "" }
	title == "Tested Functionality" { section = stage "-TF" }
	title == "Verification Checks" { section = stage "-VC" }
	title == "Corrective Actions" { section = stage "-CA" }
	title == "Troubleshooting by Component" { section = "" }
	title == "Client" || title == "Network" || title == "Other" { section = title }
	title == "ConfigMgr Servers" { section = "CMServers" }
	title == "Active Directory" { section = "AD" }
	title == "Certificate Authority" { section = "CA" }
	title == "References" { section = "" }
	title ~ /^Appendix [AB]/ { section = "App" substr(title, 10, 1) }
	/^- / && section != "" { count[section]++ }
	END { for (s in count) print "guide " s "\t" count[s] }' "$texts"/004-*.txt
	awk '
	# A table as text: cells lie between lines of "|", and every second one begins a row.
	/^-[ \r]*$/ { bullets++ }
	/^(Note|Important) \|/ { notes++ }
	END { print "prereq bullets\t" bullets; print "prereq notes\t" notes }' "$texts"/001-*.txt
	awk '/^See Also/ { on = 0 }
	on && NF && !/^(How to|Prerequisites for|Certificate Requirements|Choose Between|Determine Whether|Applies only|Optional but recommended:[ \r]*$)/ { n++ }
	/^Step Reference/ { on = 1 }
	END { print "checklist Step\t" n }' "$texts"/002-*.txt
	awk '/^[ \t]*•/ { n[part]++ } /^Updating the Data/ { part = "Updating" } /^Removing AMT/ { part = "Removing" }
	END { for (p in n) print "about " p "\t" n[p] }' "$texts"/000-*.txt
	awk 'BEGIN { part = "E" } /^[ \t]*•/ { n[part]++ } /NVRAM|不揮発性/ { part = "I" }
	/^管理コントローラのメモリ内/ { part = "U" } /^AMT のプロビジョニング情報の削除/ { part = "R" }
	END { for (p in n) print "about-ja " p "\t" n[p] }' "$texts"/003-*.txt
} | sort >"$tmp/there"
awk -F'\t' '$4 == "bullet" || $4 == "step" || $4 == "note" {
	s = $1 " " $2
	if ($1 == "prereq") s = $4 == "bullet" ? "prereq bullets" : "prereq notes"
	else if ($4 == "note") next
	n[s]++
}
END { for (s in n) print s "\t" n[s] }' "$tmp/claims" | sort >"$tmp/here"
is "the index counts as many bullets as the texts" "$(diff "$tmp/here" "$tmp/there")" ""
done_testing
