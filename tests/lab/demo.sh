#!/usr/bin/env bash
# make demo: both walks end as they should, and the ten devices were asked.
. tests/lib.sh
out=$BUILD/demo
rm -rf "$out"
exits 0 'the demonstration ends well' timeout 100 tests/demo
ok 'its reports are there' test -s "$out/report.html" -a -s "$out/report.json"
if unshare -rn true 2>/dev/null; then
	is 'the ten devices were asked' "$(jq '.facts.evidence.devices.devices | length' "$out/devices.json")" 10
	is 'and those that can be were logged in to' \
		"$(jq '[.facts.evidence.devices.devices[].classes.login.records[0].accepted] | map(select(. == true)) | length' "$out/devices.json")" 5
	ok 'no password stays behind' test ! -e "$out/password"
else
	skip 'the devices' 'network namespaces are not allowed here'
fi
done_testing
