#!/usr/bin/env bash
# make demo, with devices alone (tests/e2e/site.sh has all the servers) and with files alone: what it prints is what it found.
. tests/lib.sh
if unshare -rn true 2>/dev/null; then
	out=$PWD/$BUILD/demo
	case $BUILD in /*) out=$BUILD/demo ;; esac
	ok "the demo ends well" env SITE_DEVICES_ONLY=1 tests/demo
	cp "$tmp/ok.log" "$tmp/demo"
	is "clients are compared, one by one" "$(grep -cE '^  pc[0-9]+ .* expected .* ok ' "$tmp/demo")" 10
	is "none is wrong" "$(grep -c ' WRONG ' "$tmp/demo")" 0
	ok "the walk is shown" grep -q 'First broken thing' "$tmp/demo"
	for f in html json xml; do ok "report.$f was written" test -s "$out/report.$f"; done
else
	skip "the demo" "network namespaces are not allowed here"
fi
ok "without namespaces it walks the files" env DEMO_FILES_ONLY=1 tests/demo
done_testing
