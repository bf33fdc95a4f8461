#!/usr/bin/env bash
# The manual says what the tools do: pages are made from the tables and clean, every option, key and
# kind of evidence stands in them, and no document names an option that is not there.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
tools=(amt-certcheck amt-dnscheck amt-hellocap amt-krbsize amt-logview amt-stage)
mkdir "$tmp/b"; ln -s "$BIN" "$tmp/b/bin"
ok "the pages are made" env BUILD="$tmp/b" docs/generate
d=$tmp/b/docs
for page in "$d"/*.[157]; do
	# What is left out: long lines, and pages that are not installed here.
	lint=$(mandoc -Tlint -Wall "$page" | grep -vE 'referenced manual not found|longer than 80 bytes|operating system explicitly|^$')
	is "${page##*/} is clean mdoc" "$lint" ""
done
is "there are nine pages" "$(find "$d" -name '*.[157]' | wc -l)" 9
text() { mandoc -Tascii "$1" | col -b; }

for t in "${tools[@]}"; do
	ok "amtdiag(7) tells what $t is for" bash -c "mandoc -Tascii $d/amtdiag.7 | col -b | grep -q '$t(1)'"
	"$t" --help >"$tmp/help"
	text "$d/$t.1" >"$tmp/page"
	while read -r option; do
		grep -qE "^ *(-., )?--$option\b" "$tmp/page" || echo "--$option"
	done < <(grep -oE '^  (-., )?--[a-z0-9-]+' "$tmp/help" | sed 's/.*--//') >"$tmp/missing"
	is "$t(1) has every option" "$(cat "$tmp/missing")" ""
	bare=$(awk '/^  (-., )?--/ { line = $0; sub(/^  (-., )?--[a-z0-9-]+( [^ ]+)?/, "", line)
		if (line !~ /[a-z]/) { getline next_line; if (next_line !~ /^ {20}.*[a-z]/) print $0 } }' "$tmp/help")
	is "$t: every option says what it does" "$bare" ""
done

keys() { grep -oE '^#?[a-z0-9.-]+ =' | sed 's/^#//; s/ =//' | sort -u; }
amt-stage --init | keys >"$tmp/keys"
sed -n 's/^\.It Cm \(\S*\)\( No =.*\)\{0,1\}$/\1/p' "$d/amtdiag-site.5" | sed 's/\\-/-/g' | sort -u >"$tmp/page"
ok "amtdiag-site(5) has exactly the keys of --init" diff "$tmp/keys" "$tmp/page"
sed -n 's/^COLLECT("\([^"]*\)".*/\1/p' tools/amt-stage/collect.def | sort >"$tmp/kinds"
sed -n 's/^\.It Cm //p' "$d/amtdiag-evidence.5" | sed 's/\\-/-/g' | sort >"$tmp/page"
ok "amtdiag-evidence(5) has exactly what can be collected" diff "$tmp/kinds" "$tmp/page"

# In a document, "amt-TOOL ... --option" is a promise.
for t in "${tools[@]}"; do
	"$t" --help | grep -oE '(^  (-., )?|^usage:.*)--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+$' | sort -u >"$tmp/$t.options"
	printf '%s\n' --man --completion >>"$tmp/$t.options" # hidden: they make the documents
done
"$PYTHON" - "$tmp" README.md docs/*.md docs/*/*.md docs/monitoring/*.c* docs/monitoring/*.service docs/man/*.in "$d"/*.[157] >"$tmp/gone" <<'P'
import re, sys
tmp, known = sys.argv[1], {}
count = 0
for path in sys.argv[2:]:
    for n, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.replace("\\-", "-")
        # one command: from the tool's name (no --job-name=amt-stage) to a pipe, a back quote, a new command or the line's end
        for tool, rest in re.findall(r"(?<!=)\b(amt-(?:certcheck|dnscheck|hellocap|krbsize|logview|stage))\b([^|`;&]*)", line):
            rest = re.split(r"\bamt-[a-z]+|: ", rest)[0]
            if tool not in known:
                known[tool] = set(open(f"{tmp}/{tool}.options").read().split())
            for option in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", rest):
                count += 1
                if option not in known[tool]:
                    print(f"{path.replace(tmp, '')}:{n}: {tool} has no {option}")
if count < 50:
    print(f"only {count} options found in the documents")
P
is "documents name only options that are there" "$(cat "$tmp/gone")" ""
done_testing
