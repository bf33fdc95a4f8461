#!/usr/bin/env bash
# The rules of the house (docs/house.md), checked by machine: which room may include which,
# functions that are banned, sizes of files and functions, ids that judges use.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

# may ROOM: the rooms whose headers it may include, beside its own.
may() {
	case $1 in
	core) ;;
	guide) echo core ;;
	net) echo core ;;
	report) echo core guide ;; # a finding is a verdict on a catalogue row: docs/decisions/0002
	cli) echo core guide report ;;
	hello | names | pki | kerberos | directory | device | trace) echo core guide report net ;;
	site) echo core guide report hello names pki kerberos directory device trace net ;;
	tools) echo any ;;
	*) echo "no-such-room" ;;
	esac
}
room_of() { # header path as included -> room
	local h=${1#amtdiag/}
	case $h in
	core.h | core/*) echo core ;;
	traits.def) echo guide ;;
	site_keys.def) echo site ;;
	dns_*.def) echo names ;;
	krb_*.def) echo kerberos ;;
	exports_*.def | exports.h) echo site ;;
	*_*.def) echo "${h%%_*}" ;;
	walk.h) echo site ;;
	trace_partial.h | trace_record.h) echo trace ;;
	redact.h) echo report ;;
	krb_*.def) echo kerberos ;;
	trace_*.def) echo trace ;;
	version.h) echo core ;;
	*/*) echo "${h%%/*}" ;;
	*) h=${h%.h}; echo "${h%.def}" ;;
	esac
}
bad=
while IFS=: read -r file inc; do
	case $file in
	common/*) from=${file#common/}; from=${from%%/*} ;;
	include/amtdiag/core*) from=core ;;
	include/*) from=$(room_of "${file#include/}") ;;
	*) continue ;;
	esac
	to=$(room_of "$inc")
	[ "$from" = "$to" ] && continue
	allowed=" $(may "$from") "
	case $allowed in *" $to "* | *" any "*) ;; *) bad="$bad$file includes $inc; " ;; esac
done < <(grep -rnoE '^#[[:space:]]*include "[^"]+"' common include --include='*.[ch]' --include='*.def' |
	sed -E 's/^([^:]+):[0-9]+:.*"([^"]+)"/\1:\2/' | grep -vE ':[a-z0-9_-]+\.(inc|def|h)$')
is "rooms include only what they may" "$bad" ""

code=(common tools include tests)
strip() { sed -E 's://.*$::; s:/\*([^*]|\*[^/])*\*/::g' "$1"; }
bad=
for f in $(git ls-files -co --exclude-standard 'common/*.c' 'tools/*.c' 'include/*.h' 'common/*.h'); do
	hits=$(strip "$f" | grep -nE '(^|[^a-zA-Z0-9_.>])(strcpy|strcat|sprintf|vsprintf|atoi|atol|atof|strtok|system|popen|gets)\(' | head -n 2)
	[ -z "$hits" ] || bad="$bad$f: $hits; "
done
is "no banned function is called" "$bad" ""

bad=$(grep -nE '(^|[^a-zA-Z0-9_])(getenv|secure_getenv)\(' common/*/*.c tools/*/*.c | grep -v '^common/cli/' | head)
is "only common/cli asks the environment" "$bad" ""
bad=$(grep -nE '(^|[^a-zA-Z0-9_])(printf|puts|putchar|exit|_exit)\(' common/*/*.c | grep -v '^common/cli/' |
	grep -vE '^[^:]+:[0-9]+:[[:space:]]*(\*|//|/\*)' | head)
is "libraries neither print nor exit" "$bad" ""
bad=$(grep -nE '(^|[^a-zA-Z0-9_>.])(malloc|calloc|realloc|strdup|strndup|asprintf)\(' common/*/*.c tools/*/*.c |
	grep -v '^common/core/' | grep -vE '^[^:]+:[0-9]+:[[:space:]]*(\*|//|/\*)' | head)
is "memory comes from core" "$bad" ""

bad=$(git ls-files -co --exclude-standard '*.c' '*.h' | xargs awk '
	FNR == 1 { if (name && n > 450) print name " has " n " lines of code;"; name = FILENAME; n = 0; c = 0 }
	{ line = $0; gsub(/^[ \t]+|[ \t]+$/, "", line) }
	line ~ /^\/\*/ { c = 1 }
	{ if (!c && line != "" && line !~ /^\/\//) n++ }
	line ~ /\*\// { c = 0 }
	END { if (n > 450) print name " has " n " lines of code;" }')
is "no file has more than 450 lines of code" "$bad" ""

# A function: from a line "{" in column 0 to a line "}" in column 0. Longer ones are listed in docs/decisions/long-functions.
bad=$(git ls-files -co --exclude-standard '*.c' | xargs awk '
	/^\{/ { start = FNR; name = prev }
	/^}/ && start { if (FNR - start > 71) print FILENAME ": " FNR - start - 1 " lines: " name; start = 0 }
	/^[a-zA-Z_].*\(/ { prev = $0 }' | grep -vFf <(grep -v '^#' docs/decisions/long-functions 2>/dev/null || echo /////))
is "no function has more than 70 lines" "$bad" ""

bad=
ids=$(sed -n 's/^id: *//p' common/guide/catalogue/*.items)
for id in $(grep -rhoE '"(G|T|P|CK|HF|PV|X|S[1-7])\.[A-Z]*[0-9]+[a-z]?"' common/*/*.c common/*/*.h common/*/*.def tools/*/*.c 2>/dev/null | tr -d '"' | sort -u); do
	grep -qx "$id" <<<"$ids" || bad="$bad $id"
done
is "every check id in the code stands in the catalogue" "$bad" ""

bad=$(git ls-files -co --exclude-standard | xargs grep -lE '/(work|farm)/[a-z]|/(root|home)/[a-z]+/' 2>/dev/null | grep -v '^tests/unit/house.sh$' | head)
is "no path of a machine stands in the tree" "$bad" ""
done_testing
