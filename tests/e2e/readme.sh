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
done_testing
