#!/usr/bin/env bash
# Every row of the symptom table (handbook hello.md, section 6) that is on the wire: its capture shows
# that row, nothing it should not, and the finding that goes with it. Then: facts survive a round trip.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
C=captures/hello
command -v jq >/dev/null || { skip "rows of the symptom table" "jq is not installed"; done_testing; exit; }

# row CAPTURE "rows of all devices" "findings that are no pass" [options]
row() {
	local f=$1 rows=$2 findings=$3 got; shift 3
	amt-hellocap -r "$C/$f" "$@" --json >"$tmp/j" 2>"$tmp/e"
	got=$(jq -r '[.facts.devices[].symptoms[].row] | join(" ")' "$tmp/j")
	is "$f: rows" "$got" "$rows"
	got=$(jq -r '[.findings[] | select(.verdict != "pass" and .id != "X.HC2" and (.subject | startswith("CN=") | not)) | .id + "=" + .verdict] | join(" ")' "$tmp/j")
	is "$f: findings" "$got" "$findings"
	# What is concluded names the frames it rests on, and they are frames of this capture.
	got=$(jq -r '.facts.captures[0].packets as $n | [.findings[] | select(.verdict == "fail" or .verdict == "warn") |
		.evidence[] | select(.locator != null and (.locator | startswith("frame "))) | .locator[6:] | tonumber |
		select(. < 1 or . > $n)] | length' "$tmp/j")
	is "$f: evidence frames exist" "$got" 0
	jq .facts "$tmp/j" >"$tmp/facts"
	amt-hellocap --replay "$tmp/j" --json 2>/dev/null | jq .facts >"$tmp/again"
	ok "$f: replayed facts are the same" cmp "$tmp/facts" "$tmp/again"
}
PC=02:00:00:00:00:10
row row01-silence.pcapng 1 S2.C12=fail --expect $PC
row row01-arp-only.pcapng 1 S2.C12=fail --expect 10.1.0.16
row odd-fragment-lost.pcapng "" "X.HC1=warn S2.C12=unknown" --expect $PC
row odd-fragment-of-others.pcapng 1 S2.C12=fail --expect $PC
row row02-no-offer.pcapng 2 P.14=fail
row row03-no-option-6.pcapng 3 P.15=fail
row row04-no-option-15.pcapng 4 S1.V15=fail
row row05-no-step.pcapng 5 S2.C12=unknown
row row06-bare-name-only.pcapng 6 S1.V15=fail
row row07-nxdomain.pcapng 7 S2.C14a=fail
row row07-no-answer.pcapng 7 S2.C14a=fail
row row08-wrong-answer.pcapng 8 "S2.C14a=fail S2.C14b=fail" --server 10.1.0.5
row row08-wrong-answer.pcapng "" "" --server 10.1.0.66
row row09-fixed-address.pcapng 9 S2.C14c=warn
row row10-refused.pcapng 10 P.35=fail
row row11-swallowed.pcapng 11 P.35=fail
row row12-icmp.pcapng 12 P.35=fail
row row13-no-data.pcapng 13 X.HC3=warn
row row14-http.pcapng 14 X.HC3=warn
row row14-tls.pcapng 14 X.HC3=warn
row row15-truncated.pcapng 15 X.HC4=warn
row row15-cut-in-header.pcapng 15 X.HC4=warn
row row16-psk.pcapng 16 S1.V19=warn
row row17-two-pids.pcapng "16 16" "S1.V20=warn S1.V19=warn S1.V19=warn"
row row18-empty-list.pcapng 18 S2.C11b=fail
row row19-root-not-listed.pcapng 19 S3.C10b=fail --root $C/certs/root.der
row row19-root-not-listed.pcapng "" ""
row row20-sha256-only.pcapng 20 S3.C10b=warn
row row20-sha256-only.pcapng "" "" --root $C/certs/root.der
row row21-no-call-back.pcapng 21 S3.C02a=warn
row row22-wrong-address.pcapng "22 23" "S3.C06a=warn P.37=fail"
row row23-call-swallowed.pcapng 23 P.37=fail
row row24-call-refused.pcapng 24 P.37=warn
row row25-discovery-only.pcapng 25 ""
row row26-amt-certificate-refused.pcapng 26 S3.C16=warn
row row27-chain-refused.pcapng 27 X.HC5=fail
row row27-chain-refused-reset.pcapng 27 X.HC5=fail
row row28-empty-certificate.pcapng 28 S1.V11a=warn
row row29-version.pcapng 29 X.HC5=warn
row row30-psk-refused.pcapng "30 16" "S1.V20=warn S1.V19=warn"
row row30-other-identity.pcapng "30 16" "S1.V20=warn S1.V19=warn"
row row31-login-fails.pcapng 31 S3.C04=warn
row row32-provisioned.pcapng 32 ""
row row33-first-stage-only.pcapng 33 S3.V01g=warn
row row34-hourly.pcapng 34 S2.C13a=warn
row row35-two-servers.pcapng 35 S2.C14b=warn
row row36-ipv6.pcapng 36 P.40=warn
row row37-one-uuid-two-hosts.pcapng 37 S3.C02a=warn
row row38-not-finished.pcapng 38 S3.V01h=warn
# Firmware before 6.0 fills in neither port nor version nor state (4.1), provisioned or not.
$PYTHON - "$C/row38-not-finished.pcapng" >"$tmp/old.pcapng" <<'PY'
import sys
told, old = b"\x01\x57\x42\x61\x32\x01", b"\x01\x57\0\0\0\0"
data = open(sys.argv[1], "rb").read()
assert data.count(told) == 1
sys.stdout.buffer.write(data.replace(told, old))
PY
is "a pong without version says nothing of set-up" "$(amt-hellocap -r "$tmp/old.pcapng" --json 2>/dev/null | jq -c '.facts.devices[].symptoms')" '[]'
row row39-redirection-off.pcapng 39 S5.C06a=fail
row good-whole-story.pcapng 32 ""
# The chain in the call back goes to the certificate checks, with the hash list of the device and its DHCP domain.
amt-hellocap -r $C/good-whole-story.pcapng --json >"$tmp/j" 2>/dev/null
chain() { jq -r --arg id "$1" '[.findings[] | select(.id == $id and (.subject | startswith("CN=provisionserver"))) | .verdict] | unique | join(" ")' "$tmp/j"; }
for id in S3.C07 S3.C08 S3.C10a S3.C10b S3.C11 S3.C13 S3.C14; do is "the chain seen on the wire: $id" "$(chain $id)" pass; done
amt-hellocap --replay "$tmp/j" --now 2050-01-01T00:00:00Z --json >"$tmp/k" 2>/dev/null; mv "$tmp/k" "$tmp/j"
is "replayed when it has expired" "$(chain S3.C13)" fail
exits 0 "a clean capture exits 0" amt-hellocap $C/good-whole-story.pcapng
exits 2 "a failure exits 2" amt-hellocap $C/row18-empty-list.pcapng
exits 1 "a warning exits 1" amt-hellocap $C/row35-two-servers.pcapng
done_testing
