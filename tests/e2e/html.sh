#!/usr/bin/env bash
# HTML reports in a real browser: headless Chromium driven by playwright-core, with axe-core for what screen readers
# and weak eyes need. Nothing of it goes into the tree: both come from npm into $BUILD/npm.
# Screenshots for people: SHOTS=folder tests/e2e/html.sh
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
if [ -n "${AMTDIAG_SANITIZED:-}${AMTDIAG_SANDBOX:-}" ]; then
	skip "pages in Chromium" "they are those of the usual build and confinement"
	done_testing
	exit
fi
. tests/npm.sh
now=2009-01-15T00:00:00Z

# A site with evidence of every kind, and names, notes and log lines that would like to be markup.
evil='"><svg/onload=alert(1)><img src=x onerror=alert(2)><script>alert(3)</script>'
cp -r captures/contoso "$tmp/site"
sed -i "s|^name = .*|name = Contoso $evil|; s|^\[evidence\]|&\ncaptures = hello.pcapng|" "$tmp/site/site.ini"
cp captures/hello/good-whole-story.pcapng "$tmp/site/hello.pcapng"
printf 'pc16;pc16.contoso.com;12345678-9ABC-DEF0-1122-334455667788;;;3.2.1;out-of-band;contoso.com;%s\n' "${evil//\"/\"\"}" | sed 's/;\([^;]*\)$/;"\1"/' >>"$tmp/site/inventory.csv"
sed "s/pc05/pc16/g; s/Can not execute/$(printf '%s' "$evil" | sed 's/[\/&]/\\&/g') &/" captures/contoso/logs/Amtopmgr.log >"$tmp/site/logs/Amtopmgr.log"
amt-stage --site "$tmp/site/site.ini" --now $now --json >"$tmp/base.json" 2>/dev/null
jq --slurpfile dns captures/names/forest.json --arg evil "$evil" '.facts.evidence += {
	names: ($dns[0].facts | .hosts = [.hosts[0] | .name = "pc16.contoso.com" | .forward[].at = "2009-01-14T07:55:00Z"]),
	directory: {domain: "contoso.com", facts: {server: "dc01.contoso.com", asked_at: "2009-01-15T00:00:00Z", searches: [{purpose: "amt-object", about: "pc16.contoso.com",
		server: "dc01.contoso.com", base: "DC=contoso,DC=com", filter: "(x=y)", attributes: "*", scope: "sub", code: 0, cut: false,
		entries: [{dn: ("CN=pc16" + $evil + ",DC=contoso,DC=com"), attributes: {whenCreated: ["20090114074500.0Z"], whenChanged: ["20090122132030.0Z"]}}]}]}},
	devices: {devices: [{host: "pc16.contoso.com", address: "192.0.2.16", when: "2009-01-22T14:00:00Z", notes: [], classes: {}}]}}' "$tmp/base.json" >"$tmp/stage.json"
exits 2 "a site with evidence of every kind" amt-stage --replay "$tmp/stage.json" --now $now --format html -o "$tmp/stage.html"
ok "its HTML is well-formed" "$PYTHON" tests/html_check.py "$tmp/stage.html"
ok "with a timeline of five sources" bash -c "grep -q 'Timeline of pc16' $tmp/stage.html && for l in capture log DNS AD device; do grep -q \"<td>\$l</td>\" $tmp/stage.html || exit 1; done"
ok "the evil strings are in it, harmless" bash -c "grep -q '&lt;script&gt;alert(3)' $tmp/stage.html && ! grep -qi '<img' $tmp/stage.html && [ \$(grep -c '<script' $tmp/stage.html) -eq 1 ]"
amt-stage --site "$tmp/site/site.ini" --client pc01 --now $now --format html -o "$tmp/one.html" 2>/dev/null
ok "one client alone" "$PYTHON" tests/html_check.py "$tmp/one.html"
amt-logview --format html -o "$tmp/logview.html" "$tmp/site/logs/Amtopmgr.log" 2>/dev/null
amt-hellocap --format html -o "$tmp/hellocap.html" "$tmp/site/hello.pcapng" captures/hello/row*.pcapng 2>/dev/null
amt-krbsize --from captures/krbsize/two-users.json --firmware 5.2 --format html -o "$tmp/krbsize.html" 2>/dev/null
for i in $(seq 10000); do printf 'x%05d;x%05d.contoso.com;;;;;;;\n' "$i" "$i"; done >>"$tmp/site/inventory.csv"
amt-stage --site "$tmp/site/site.ini" --now $now --format html -o "$tmp/fleet.html" 2>/dev/null
ok "ten thousand clients, at most 500 bytes each" bash -c "[ \$(grep -c '<th scope=\"row\">' $tmp/fleet.html) -ge 10000 ] && [ \$(stat -c %s $tmp/fleet.html) -lt 6000000 ]"

CHROMIUM=$(command -v chromium || command -v chromium-browser)
export CHROMIUM SHOTS
fetch playwright-core@1.65.1 playwright 120
fetch axe-core@4.14.1 axe 60
why=$(cat "$cache/playwright.why" "$cache/axe.why" 2>/dev/null | head -n 1)
[ -n "$CHROMIUM" ] || why="chromium is not installed"
if [ -n "$why" ]; then
	skip "the pages in a browser" "$why"
	done_testing
	exit
fi
look() { # KIND FILE...
	HOME=$tmp timeout -k 10 300 node tests/html_browser.js "$cache" "$@" >"$tmp/looked" 2>"$tmp/err" || { grep -q '^not ok' "$tmp/looked" || echo "not ok the browser ended with $?" >>"$tmp/looked"; }
	[ -s "$tmp/looked" ] || echo "not ok the browser said nothing" >"$tmp/looked"
	while IFS= read -r l; do
		case $l in "ok "*) pass_ "${l#ok }" ;; "not ok "*) fail_ "${l#not ok }"; head -n 5 "$tmp/err" | sed 's/^/# /' ;; *) echo "$l" ;; esac
	done <"$tmp/looked"
}
look stage "$tmp/stage.html"
look any "$tmp/logview.html" "$tmp/hellocap.html" "$tmp/krbsize.html"
look fleet "$tmp/fleet.html"
done_testing
