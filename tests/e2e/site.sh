#!/usr/bin/env bash
# The whole site alive in namespaces of its own: knot, a Samba domain controller, a CA with CRLs over HTTP, twelve devices
# (amtsim), logs and a capture. amt-stage must name, for each of ten broken clients, what is broken first.
. tests/lib.sh
. tests/sim/lib.sh
. tests/site.sh
site_enter "$0" "$@"
site_start
for part in capture dns ad crl; do
	case " $site_has " in *" $part "*) pass_ "the site has: $part" ;; *) skip "the site has: $part" "its servers are not installed, or need rights that are not to be had" ;; esac
done
walk() { timeout 240 amt-stage --site "$site/site.ini" --timeout 5 "$@"; }
exits 2 "something is broken" walk --json
cp "$tmp/out" "$tmp/run.json"
ok "the document is valid" "$PYTHON" tests/validate.py docs/amtdiag-1.schema.json "$tmp/run.json"
first() { jq -r --arg n "$1.contoso.com" '.facts.clients[] | select(.name == $n) | "\(.first_broken.id // "-") \(.first_broken.stage // 0)"' "$tmp/run.json"; }
while read -r n want; do is "$n: what is broken first" "$(first "$n")" "$want"; done < <(site_expected)
is "nobody else is there" "$(jq '.facts.clients | length' "$tmp/run.json")" 12

# The healthy one: nothing fails, in no stage; the other end of its life is its twin's.
about() { jq -r --arg n "$1" "[.findings[] | select([.subject, (.subjects // [])[]] | map(tostring | ascii_downcase) | any(startswith(\$n))) | $2]" "$tmp/run.json"; }
is "pc01: no check fails or waits" "$(about pc01 'select(.verdict == "fail" or .verdict == "skipped") | .id' | jq -c .)" '[]'
is "pc01 came through every stage up to the sixth" "$(jq -c '.facts.clients[] | select(.name == "pc01.contoso.com") | [.stages["2","3","4","5","6"]] | map(. == "fail" or . == "skipped") | any' "$tmp/run.json")" false
is "the site itself breaks nobody" "$(jq -c '[.findings[] | select(.verdict == "fail" and .subject == "") | .id]' "$tmp/run.json")" '[]'
is "pc10: its un-provisioning is complete" "$(about pc10 'select(.id == "S7.V01") | .verdict' | jq -c unique)" '["pass"]'
case $site_has in *ad*)
	is "... and its object is gone" "$(about pc10 'select(.id == "S7.V03") | .verdict' | jq -c unique)" '["pass"]'
	is "pc01: its object is there, with its names" "$(about pc01 'select(.id == "S3.V02" or .id == "S3.V03b") | .verdict' | jq -c unique)" '["pass"]'
	;;
esac
case $site_has in *crl*) is "CRLs were fetched and hold" "$(jq -c '[.findings[] | select(.id == "S3.C24a") | .verdict] | unique' "$tmp/run.json")" '["pass"]' ;; esac
ok "no secret is in the document" bash -c "! grep -qF -e '$(cat "$site/password")' -e 'Lab-Passw0rd!' '$tmp/run.json'"

amt-stage --replay "$tmp/run.json" --json >"$tmp/again.json" 2>/dev/null
ok "judged again elsewhere it is the same" diff <(jq -S .findings "$tmp/run.json") <(jq -S .findings "$tmp/again.json")
ok "the simulator ends cleanly" sim_stop
done_testing
