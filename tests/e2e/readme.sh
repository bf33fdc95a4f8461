#!/usr/bin/env bash
# The examples of README.md and docs/*.md are real: every block ```console runs, and what it
# prints stands in the document. "..." on a line of its own stands for lines left out.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
for doc in README.md docs/*.md docs/*/*.md; do
	grep -q '^```console' "$doc" || continue
	"$PYTHON" - "$doc" "$tmp" <<'P'
import sys
doc, tmp = sys.argv[1], sys.argv[2]
blocks, inside, n = [], False, 0
for line in open(doc, encoding="utf-8"):
    line = line.rstrip("\n")
    if line == "```console":
        inside, block = True, []
    elif line == "```" and inside:
        inside = False
        blocks.append(block)
    elif inside:
        block.append(line)
for b in blocks:
    cmds = []
    for line in b:
        if line.startswith("$ "):
            cmds.append((line[2:], []))
        elif cmds:
            cmds[-1][1].append(line)
    for cmd, out in cmds:
        n += 1
        open(f"{tmp}/cmd{n}", "w").write(cmd + "\n")
        open(f"{tmp}/want{n}", "w").write("\n".join(out) + ("\n" if out else ""))
open(f"{tmp}/count", "w").write(str(n))
P
	for ((i = 1; i <= $(cat "$tmp/count"); i++)); do
		cmd=$(cat "$tmp/cmd$i")
		COLUMNS=100 bash -c "$cmd" >"$tmp/got" 2>&1 </dev/null
		if "$PYTHON" - "$tmp/want$i" "$tmp/got" <<'P'
import sys
want = open(sys.argv[1], encoding="utf-8").read().splitlines()
got = open(sys.argv[2], encoding="utf-8", errors="replace").read().splitlines()
at, free = 0, False
for w in want:
    if w.strip() == "...":
        free = True
        continue
    while free and at < len(got) and got[at].rstrip() != w.rstrip():
        at += 1
    if at >= len(got) or got[at].rstrip() != w.rstrip():
        print("want:", w)
        print("got: ", got[at] if at < len(got) else "(nothing)")
        sys.exit(1)
    at, free = at + 1, False
if not free and at < len(got):
    print("more than the document shows:", got[at])
    sys.exit(1)
P
		then pass_ "$doc: $cmd"; else fail_ "$doc: $cmd"; fi
	done
done
# "Your own site in ten minutes": each command in a folder with nothing but a log and its predecessor, the profile as
# the text says to change it.
top=$PWD
mkdir -p "$tmp/ten/logs" && cp captures/contoso/logs/Amtopmgr.log "$tmp/ten/logs" && cp captures/logs/server-2007.log "$tmp/ten/logs/Amtopmgr.lo_"
cd "$tmp/ten" || exit 1
printf 'name,fqdn,uuid,mac,address,firmware,method\npc01,pc01.contoso.com,,,,3.2.1,out-of-band\n' >clients.csv
n=0
while IFS= read -r cmd; do
	n=$((n + 1))
	bash -c "$cmd" >out 2>err </dev/null
	rc=$?
	if [ $n = 1 ]; then
		is "README: $cmd" "$rc" 0
		sed -i -E 's/^#(name|domain|service-point|suffixes|logs|inventory) =/\1 =/; s/^inventory = .*/inventory = clients.csv/' site.ini
	else
		ok "README: $cmd" test $rc -le 3 -a -s out -a ! -s err
	fi
done < <(sed -n '/^## Your own site/,/^## How to/p' "$top/README.md" | grep -o '`amt-stage [^`]*`' | tr -d '`')
is "README: three commands lead to one's own site" $n 3
ok "the profile's own example reads a log and its predecessor" bash -c 'amt-stage --site site.ini --json -q 2>/dev/null | jq -e "[.facts.evidence.logs.files[].name] | length == 2"'
cd "$top" || exit 1
done_testing
