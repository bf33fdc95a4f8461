#!/usr/bin/env bash
# amt-stage asks devices (amtsim) as the profile says: log-in, the chain through the pki room's rules, the opt-in probe,
# replay, and what redaction leaves of a certificate.
. tests/lib.sh
. tests/sim/lib.sh
sim_namespace "$0" "$@"
unset SOURCE_DATE_EPOCH # the simulator's certificates are made now

cat >"$tmp/sim.ini" <<'END'
[device pc17]
address = 127.6.0.17
profile = 11.8
hostname = pc17
tls.until_days = 2000
[device pc18]
address = 127.6.0.18
profile = 11.8
hostname = pc18
tls.until_days = 5
power.package = lE+DEvsQT9yWjh4jKwyQZQ==
[device pc19]
address = 127.6.0.19
profile = 16.1
hostname = pc19
tls.chain = full
[device pc20]
address = 127.6.0.20
profile = 11.8
hostname = pc20
tls.issuer = self
cve_2017_5689 = true
END
sim_start "$tmp/sim.ini"
(umask 077; sed -n 's/^F("base", "password", "\(.*\)").*/\1/p' tests/sim/profiles.def | head -n 1 >"$tmp/pw")
{
	echo 'name,fqdn,ip'
	for n in 17 18 19 20; do echo "pc$n,pc$n.example.test,127.6.0.$n"; done
} >"$tmp/inventory.csv"
site() { # LINES...
	printf '[site]\nname = Lab\ndomain = example.test\n[evidence]\ninventory = inventory.csv\n[devices]\nprobe = yes\n' >"$tmp/site.ini"
	printf '%s\n' "$@" >>"$tmp/site.ini"
}
walk() { timeout 120 amt-stage --site "$tmp/site.ini" --timeout 3 "$@" 2>"$tmp/err"; }
verdict() { jq -r --arg id "$1" --arg host "$2" '[.findings[] | select(.id == $id and (.subject == $host or .subject == ($host + ".example.test"))) | .verdict] | unique | join(",")' "$tmp/run.json"; }

site 'user = admin' 'password-file = pw' 'ca-file = pki/ca.pem' 'mei = /dev/null'
walk --json >"$tmp/run.json"
is 'every device was logged in to' "$(jq '[.facts.evidence.devices.devices[].classes.login.records[0].accepted] | all' "$tmp/run.json")" true
is 'power packages are judged by device' "$(verdict S4.C01 pc17) $(jq -r '.findings[] | select(.id == "S4.C01" and (.subject | startswith("pc18"))).summary' "$tmp/run.json" | grep -o 'fail: the current power package')" \
	'pass fail: the current power package'
is 'the pki room judges the CA keys of the chain' "$(verdict P.03 pc17)" pass
is '... and whether it ends at a root that is known' "$(verdict S3.C21 pc17)" pass
is 'what is sent builds up to the root, which may be left out' "$(jq -c '[.findings[] | select(.id == "PV.08") | .verdict, (.subjects | map(.[:4]))]' "$tmp/run.json")" '["pass",["pc17","pc18","pc19"]]'
is '... and its dates' "$(verdict S3.C22 pc17) $(verdict S3.C22 pc18)" 'pass warn'
ok 'its findings name the connection' jq -e '[.findings[] | select(.id == "S3.C22") | .evidence[].source] | any(test("TLS of pc1[78].example.test port 16993"))' "$tmp/run.json"
ok 'what was seen from outside names the device' jq -e '[.findings[].evidence[] | select(.text == "seen from outside").source] | length > 0 and all(test("pc[0-9]+.example.test"))' "$tmp/run.json"
ok 'the exploit was not tried unasked' jq -e '[.facts.evidence.devices.devices[].classes.cve_2017_5689] | all(. == null)' "$tmp/run.json"
ok 'what the ME said, or why not, is a note' grep -q '/dev/null: the ME has no AMT' <(jq -r '.notes[]? | tostring' "$tmp/run.json"; cat "$tmp/err")
password=$(cat "$tmp/pw")
is 'the password is nowhere' "$(cat "$tmp/run.json" "$tmp/err" | grep -cF "$password")" 0
amt-stage --replay "$tmp/run.json" --json >"$tmp/again.json"
ok '--replay judges chains again' diff <(jq -S .findings "$tmp/run.json") <(jq -S .findings "$tmp/again.json")

walk --redact --redact-map "$tmp/map" --json >"$tmp/red.json"
is 'no name of a device is left after redaction' "$(grep -ciE 'pc1[789]|pc20|example\.test' "$tmp/red.json")" 0
is '... nor a certificate, which would hold it' "$(grep -cE 'BEGIN CERTIFICATE|"der": *"M' "$tmp/red.json")" 0
ok 'and it can be judged still' bash -c "amt-stage --replay '$tmp/red.json' --json | jq -e '.findings | length > 100'"

openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tmp/key" -subj '/CN=Another CA' -days 9 -out "$tmp/other.pem" 2>/dev/null
site 'user = admin' 'password-file = pw' 'ca-file = other.pem'
walk --json >"$tmp/run.json"
is 'a chain that the CAs of the site did not make' "$(verdict PV.08 pc17) $(verdict S3.C21 pc17)" 'fail fail'
amt-stage --replay "$tmp/run.json" --json >"$tmp/again.json"
ok '--replay says the same of it' diff <(jq -S .findings "$tmp/run.json") <(jq -S .findings "$tmp/again.json")

site 'user = admin' 'password-file = pw'
walk --json >"$tmp/run.json"
is 'without a CA file it is not known whether the chain is whole' "$(verdict S3.C21 pc17)" unknown

site
walk --client pc20 --probe-5689 --json >"$tmp/run.json"
ok 'asked for, it warns before' grep -q 'trying CVE-2017-5689' "$tmp/err"
is '... and tells who is let in' "$(verdict X.D06 pc20)" fail
is 'nobody logged in without a user' "$(jq '[.facts.evidence.devices.devices[].classes.login] | all(. == null)' "$tmp/run.json")" true
site 'user = admin' 'password-file = pw'
chmod 644 "$tmp/pw"
walk --json >"$tmp/run.json"
ok 'a password file that others can read is refused' grep -q 'can be read by others' <(jq -r '.notes[]? | tostring' "$tmp/run.json"; cat "$tmp/err")
ok 'the simulator ends cleanly' sim_stop
done_testing
