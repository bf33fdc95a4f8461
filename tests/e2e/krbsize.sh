#!/usr/bin/env bash
# amt-krbsize without a directory: what each what-if is worth in bytes, advice, and every format.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
W=$tmp
cat >"$W/in.json" <<'X'
{ "domain": {"dns": "corp.example.com", "netbios": "CORP", "sid": "S-1-5-21-1-2-3", "dc": "DC1", "layout": "2008"},
  "service": {"spn": "HTTP/pc1.corp.example.com:16993", "supported_etypes": 4, "kvno": 2},
  "groups": [ {"rid": 1201, "name": "AMT", "scope": "global"},
    {"rid": 1202, "name": "Local", "scope": "domain-local"},
    {"rid": 1203, "name": "Outer", "scope": "domain-local", "member_of": ["Deep"]},
    {"rid": 1204, "name": "Deep", "scope": "domain-local"},
    {"rid": 1205, "name": "Free", "scope": "global"},
    {"rid": 1206, "name": "Old", "scope": "global", "history": ["S-1-5-21-9-9-9-500"]} ],
  "users": [ {"name": "jane", "primary": 513, "member_of": ["AMT", "Local", "Outer", "Old"], "history": ["S-1-5-21-9-9-9-501"]} ] }
X
run() { amt-krbsize --from "$W/in.json" --now 2026-01-01T00:00:00Z "$@" 2>>"$W/err"; }
pac() { run --json "$@" | jq '.facts.users[0].pac'; }
base=$(pac)
by() { is "$1" "$(($(pac "${@:3}") - base))" "$2"; }
by "a global group left out: 8 bytes" -8 --without AMT
by "a domain-local one, in the layout of 2008: 40" -40 --without Local
by "one that brings in another: both" -80 --without Outer
by "what is nested still comes when only the inner one is left out" -40 --without Deep
by "a group joined: 8" 8 --with Free
by "a domain-local group made global: 40 to 8" -32 --as-global Local
by "two of them, and one out" -104 --as-global Local --as-global Outer --without Deep
by "without sIDHistory: the user's and the group's" -80 --no-sidhistory
by "a group that is none changes nothing" 0 --without Nobody
ok "and is told" grep -q 'Nobody is no group' "$W/err"
for s in pc1.corp.example.com https://pc1.corp.example.com:16993 HTTP/; do
	run --spn "$s" >/dev/null; is "--spn $s is refused" $? 64
done
sed 's/"supported_etypes": 4/"supported_etypes": 0/' "$W/in.json" >"$W/zero.json"
is "encryption types of 0 are none set" "$(amt-krbsize --from "$W/zero.json" --json 2>/dev/null | jq -r '.findings[] | select(.id == "X.K1") | .summary' | cut -c1-41)" \
	"msDS-SupportedEncryptionTypes is not set:"
ticket() { run --json "$@" | jq '.facts.users[0].ticket'; }
t=$(ticket)
# Session key 16 longer, cipher 4 more, checksum by AES 4 less and so 8 less after alignment.
is "AES tickets: 12 bytes" "$(($(ticket --etype aes256 --session-etype aes256) - t))" 12
is "AES128: 4 bytes less, since only cipher and checksum change" "$(($(ticket --etype aes128 --session-etype aes128) - t))" -4
spnego() { run --json "$@" | jq '.facts.users[0].spnego'; }
is "delegation hands over the TGT, nearly as large as the ticket" "$((($(spnego --delegate) - $(spnego)) * 10 > t * 9))" 1
is "but leaves the ticket as it is" "$(ticket --delegate)" "$t"
is "clients differ" "$(for c in mit win7 win10; do spnego --client $c; done | sort -nu | wc -l)" 3
is "layouts differ" "$(for l in 2008 2008-aes 2012 2012-claims samba-4.17 mit none; do pac --layout $l; done | sort -nu | wc -l)" 7
is "compression off: domain-local groups at 40" "$(($(pac --layout 2012 --compress off) - $(pac --layout 2012)))" $((3 * 40 - 32 - 3 * 8))

# As PowerShell writes it: UTF-16 or a mark, one value where a list is wanted, scopes by its own names
sed 's/"member_of": \["Deep"\]/"member_of": "Deep"/; s/"history": \["S-1-5-21-9-9-9-500"\]/"history": "S-1-5-21-9-9-9-500"/; s/domain-local/DomainLocal/' "$W/in.json" >"$W/ps.json"
{ printf '\xef\xbb\xbf'; cat "$W/ps.json"; } >"$W/mark.json"; iconv -f UTF-8 -t UTF-16 "$W/ps.json" >"$W/wide.json"
for f in ps mark wide; do
	is "$f.json is the same" "$(amt-krbsize --from "$W/$f.json" --now 2026-01-01T00:00:00Z --json 2>&1 | jq -c '[.facts.users[0].pac, .verdict]')" "$(run --json | jq -c '[.facts.users[0].pac, .verdict]')"
done
for what in '"AMT", "Local"/"AMT", "Lokal"' '"scope": "domain-local"/"scope": "lokal"'; do
	sed "s/$what/" "$W/in.json" >"$W/odd.json"
	is "groups that are not understood make the least that it can be: $what" "$(amt-krbsize --from "$W/odd.json" --json 2>/dev/null |
		jq -r '[.findings[] | select(.id == "S5.C10a") | .verdict] | unique | join(" ")')" unknown
done

# Advice: the fewest memberships, never the kept one, with a reserve
b=$(run --json | jq '.facts.users[0].base64')
advice() { run --json --advise "$@" | jq -c '.facts.users[0].advice[] | select(.path == "http") | [.possible, .smallest, .leave]'; }
is "a limit that holds needs no advice" "$(advice --limit-http "$b")" ""
is "one character less: one membership" "$(advice --limit-http $((b - 1)) | jq -c '.[2] | length')" 1
is "with a reserve, the one that brings most" "$(advice --limit-http "$b" --reserve 100)" '[true,true,["Outer"]]'
is "two where one is not enough" "$(advice --limit-http $((b - 150)) | jq -c '.[2] | sort')" '["Old","Outer"]'
is "never a group of AMT's own list" "$(advice --limit-http "$b" --reserve 100 --keep Outer | jq -c '[.[0], (.[2] | index("Outer"))]')" '[true,null]'
is "nor what brings it in" "$(advice --limit-http "$b" --reserve 100 --keep Deep | jq -c '[.[0], (.[2] | index("Outer"))]')" '[true,null]'
is "and says when it can't be done" "$(advice --limit-http 100 | jq -c '.[0]')" false

# Formats over a sweep of 300
$PYTHON -c 'import json; d = json.load(open("'"$W"'/in.json"))
d["users"] = [{"name": "u%03d" % i, "primary": 513, "count": {"global": i}} for i in range(300)]; json.dump(d, open("'"$W"'/in.json", "w"))'
run --format html >"$W/r.html"
ok "HTML parses, and asks for nothing from outside" "$PYTHON" tests/html_check.py "$W/r.html"
cat >"$W/svg.py" <<'X'
import json, re, sys
html, users = open(sys.argv[1]).read(), json.load(open(sys.argv[2]))['facts']['users']
svg = re.search(r'<svg role="img" aria-label="histogram.*?</svg>', html, re.S).group(0)
bars = re.findall(r'<rect x="(\d+)"[^>]*height="(\d+)"[^>]*><title>(\d+) to (\d+) characters: (\d+) users', svg)
assert sum(int(b[4]) for b in bars) == len(users), 'users in bars'
for x, h, low, high, n in bars:
    assert sum(int(low) <= u['base64'] <= int(high) for u in users) == int(n), (low, high, n)
lines = re.findall(r'<line x1="(\d+)".*?(http|redirection) (\d+)</text>', svg, re.S)
assert sorted(l[2] for l in lines) == ['3072', '4096'], lines
scale = {int(x) / int(low) for x, h, low, high, n in bars if int(low)}
assert all(abs(int(x) / int(limit) - s) < 0.002 for x, _, limit in lines for s in scale), 'limits stand at their place'
X
run --json >"$W/r.json"
ok "the histogram's bars hold every user, its lines stand at the limits" "$PYTHON" "$W/svg.py" "$W/r.html" "$W/r.json"
ok "no limit is drawn where none is published" sh -c "! amt-krbsize --from '$W/in.json' --firmware 11.8 --format html 2>/dev/null | grep -q '<line x1'"
run --format csv >"$W/r.csv"
is "CSV has a row a user" "$(grep -c '^u[0-9]' "$W/r.csv")" 300
run >"$W/r.txt"
ok "text has a bar with the limit in it" grep -qE '^u[0-9]+ +#+\|?#* .* of (4096|3072)' "$W/r.txt"
done_testing
