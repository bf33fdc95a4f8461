#!/usr/bin/env bash
# --format openmetrics of every tool, read by two parsers that are not ours: Prometheus's own
# OpenMetrics parser for Python, and promtool. The numbers are those of the JSON document.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

run() { # the same evidence each time
	case $1 in
	amt-stage) amt-stage --site captures/contoso/site.ini --now 2009-01-15T00:00:00Z "${@:2}" ;;
	amt-logview) amt-logview captures/contoso/logs "${@:2}" ;;
	amt-certcheck) amt-certcheck captures/contoso/pki/*.pem --now 2009-01-15T00:00:00Z "${@:2}" ;;
	amt-hellocap) amt-hellocap -r captures/hello/row10-refused.pcapng "${@:2}" ;;
	amt-dnscheck) amt-dnscheck --replay captures/names/forest.json "${@:2}" ;;
	amt-krbsize) amt-krbsize --from captures/krbsize/two-users.json "${@:2}" ;;
	esac
}
python=; "$PYTHON" -c 'import prometheus_client.openmetrics.parser' 2>/dev/null && python=1
for t in amt-certcheck amt-dnscheck amt-hellocap amt-krbsize amt-logview amt-stage; do
	run $t --format openmetrics >"$tmp/m" 2>/dev/null; rc=$?
	run $t --json >"$tmp/j" 2>/dev/null
	is "$t: the same exit code" "$rc" $?
	is "$t: it ends with # EOF" "$(tail -n 1 "$tmp/m")" "# EOF"
	if [ -n "$python" ]; then ok "$t: an OpenMetrics parser reads it, and the numbers are the document's" "$PYTHON" - "$tmp/m" "$tmp/j" $rc <<'P'
import json, sys
from collections import Counter
from prometheus_client.openmetrics.parser import text_string_to_metric_families
doc = json.load(open(sys.argv[2]))
got = {}
for family in text_string_to_metric_families(open(sys.argv[1]).read()):
    assert family.type == "gauge" and family.documentation, family
    for s in family.samples:
        assert s.labels["tool"] == doc["tool"], s
        got[(s.name, s.labels.get("id", ""), s.labels.get("verdict", ""))] = s.value
for verdict, n in doc["counts"].items():
    assert got[("amtdiag_findings", "", verdict)] == n, (verdict, n)
    assert got[("amtdiag_run_verdict", "", verdict)] == (verdict == doc["verdict"]), verdict
want = Counter((f["id"], f["verdict"]) for f in doc["findings"])
assert want, "no findings to compare"
assert want == {k[1:]: v for k, v in got.items() if k[0] == "amtdiag_check_findings"}
assert got[("amtdiag_run_exit_code", "", "")] == int(sys.argv[3])
P
	else skip "$t: an OpenMetrics parser reads it" "python3-prometheus-client is not installed"; fi
	if command -v promtool >/dev/null; then
		ok "$t: promtool has nothing to say" bash -c "out=\$(promtool check metrics <$tmp/m 2>&1); rc=\$?; echo \"\$out\"; [ \$rc -eq 0 ] && [ -z \"\$out\" ]"
	else skip "$t: promtool has nothing to say" "prometheus is not installed"; fi
done
done_testing
