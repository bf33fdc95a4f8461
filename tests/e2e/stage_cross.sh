#!/usr/bin/env bash
# Rows that need two kinds of evidence: each holds on the living site, and fails when one side says something else (the
# document is changed and judged again). Stage 7 then waits for what else the change broke, and keeps what was seen. And documents of other tools, which count as they stand.
. tests/lib.sh
. tests/sim/lib.sh
. tests/site.sh
site_enter "$0" "$@"
SITE_WITHOUT_AD=1
site_start
case $site_has in *capture*dns*) ;; *) skip "evidence of two rooms" "tcpdump or knot is not installed"; done_testing; exit ;; esac
timeout 240 amt-stage --site "$site/site.ini" --timeout 5 --json -q >"$tmp/run.json" 2>"$tmp/err"
id=4c4c4544-0001

is "UUID: hello and inventory agree" "$(verdict "$tmp/run.json" S3.C02a 'hello message says UUID.* too' pc01)" pass
changed '(.facts.inventory[] | select(.name == "pc01").uuid) = "4C4C4544-0001-4D10-8031-B4C04F339999"'
is "... another one at that address is a warning" "$(verdict "$tmp/again.json" S3.C02a 'another computer, unless' pc01)" warn
changed '(.facts.inventory[] | select(.name == "pc01").uuid) = "44454C4C-0100-104D-8031-B4C04F333231"'
is "... bytes turned round are a failure" "$(verdict "$tmp/again.json" S3.C02a 'turned round' pc01)" fail

is "UUID: one that was not imported" "$(verdict "$tmp/run.json" S3.C02a 'it was not imported$' 4c4c4544-0003)" fail
changed '(.facts.inventory[] | select(.name == "pc03").method) = "in-band"'
is "... which need not be when it comes in-band" "$(verdict "$tmp/again.json" S3.C02a 'it was not imported' 4c4c4544-0003)" ""
changed '(.facts.inventory[] | select(.name == "pc03").method) = "" | .facts.traits["in-band"] = "unknown"'
is "... and may not be when nobody says how it comes" "$(verdict "$tmp/again.json" S3.C02a 'unless it is provisioned in-band' 4c4c4544-0003)" warn

is "hello goes where DNS says" "$(verdict "$tmp/run.json" S2.C14b 'which DNS answers' $id)" pass
changed '.facts.evidence.names |= (tojson | gsub("127.0.2.10\""; "127.0.2.99\"") | fromjson)'
is "... and elsewhere is a failure" "$(verdict "$tmp/again.json" S2.C14b 'no address that DNS answers' $id)" fail

is "provisioned by the log, and a certificate of the CA" "$(verdict "$tmp/run.json" S3.V01g 'certificate of the CA' pc01)" pass
changed '(.facts.evidence.devices.devices[] | select(.host == "pc01.contoso.com") | .classes.chain.records[].self_signed) = true'
is "... but one that it made itself is a failure" "$(verdict "$tmp/again.json" S3.V01g 'made itself' pc01)" fail

is "un-provisioned by the log, and no certificate" "$(verdict "$tmp/run.json" S7.V01 'any more' pc10)" pass
changed '(.facts.evidence.devices.devices[] | select(.host == "pc01.contoso.com") | .host) = "pc10.contoso.com"'
is "... but one of the CA still there is a failure" "$(verdict "$tmp/again.json" S7.V01 'fail: .*still shows' pc10)" skipped

is "provisioned under its name" "$(verdict "$tmp/run.json" PV.24 'that it has' pc01)" pass
changed '(.facts.evidence.devices.devices[] | select(.host == "pc01.contoso.com") | .classes.chain.records[] | .cn) = "old.contoso.com" | (.facts.evidence.devices.devices[] | select(.host == "pc01.contoso.com") | .classes.chain.records[] | .dns_names) = []'
is "... renamed since" "$(verdict "$tmp/again.json" PV.24 'fail: .*renamed since' pc01)" skipped
changed '(.facts.evidence.devices.devices[] | select(.host == "pc01.contoso.com") | .classes.chain.records[] | .cn) = "pc01.emea.contoso.com" | (.facts.evidence.devices.devices[] | select(.host == "pc01.contoso.com") | .classes.chain.records[] | .dns_names) = []'
is "... moved since" "$(verdict "$tmp/again.json" PV.24 'fail: .*another domain since' pc01)" skipped
ok "the simulator ends cleanly" sim_stop

# What a handshake sends, against the list of the hello
mkdir "$tmp/c"; cp captures/hello/good-whole-story.pcapng "$tmp/c/"
printf '[site]\nname = c\ndomain = corp.example\n[evidence]\ncaptures = c/*\n' >"$tmp/c.ini"
amt-stage --site "$tmp/c.ini" --json -q >"$tmp/run.json" 2>"$tmp/err"
sent() { jq -r '[.findings[] | select(.id == "S3.C10b" and (.summary | test("handshake")))] | map(.verdict + " " + (.evidence | map(.locator) | tostring)) | join(";")' "$tmp/$1.json"; }
is "the root that is sent is in the list" "$(sent run | cut -d' ' -f1)" pass
changed '(.facts.evidence.captures.connections[] | select(.tls.client_chain) | .tls.client_chain) |= .[:1]'
is "... none that is sent is a warning: only examples say that it must be" "$(sent again)" 'warn ["frame 72","certificates.md 1.2"]'

# Documents
mkdir "$tmp/d"
amt-krbsize --from captures/krbsize/two-users.json --json -q -o "$tmp/d/tickets.json" 2>"$tmp/krb.err" || true
[ -s "$tmp/d/tickets.json" ] || amt-logview captures/contoso/logs/Amtopmgr.log --json -q -o "$tmp/d/tickets.json" 2>/dev/null
cp "$tmp/run.json" "$tmp/d/own.json"; echo '{' >"$tmp/d/broken.json"; echo '{"a":1}' >"$tmp/d/other.json"
printf '[site]\nname = d\ndomain = contoso.com\n[evidence]\ndocuments = d/*.json\n' >"$tmp/d.ini"
amt-stage --site "$tmp/d.ini" --json -q >"$tmp/doc.json" 2>"$tmp/err"
ok "findings of another tool count, and name it" jq -e '[.findings[] | select((.summary | test("^amt-[a-z]+ says: ")) and ([.evidence[].source] | any(endswith("d/tickets.json"))))] | length > 0' "$tmp/doc.json"
ok "what is no JSON is named" grep -q 'broken.json.*no JSON' "$tmp/err"
ok "what is another JSON is named" grep -q 'other.json.*no document of this suite' "$tmp/err"
ok "amt-stage's own is sent to --replay" grep -q 'own.json.*--replay' "$tmp/err"
amt-stage --replay "$tmp/doc.json" --json -q >"$tmp/doc2.json" 2>/dev/null
ok "replayed without them, it is the same" cmp <(jq .findings "$tmp/doc.json") <(jq .findings "$tmp/doc2.json")

# The profile itself, first
mkdir -m 700 "$tmp/p"; : >"$tmp/p/empty.log"; echo secret >"$tmp/p/pw"; chmod 644 "$tmp/p/pw"
cat >"$tmp/p.ini" <<END
[site]
name = p
service-point = nowhere.invalid
[evidence]
logs = p/empty.log, p/gone.log, p
exports = p
tickets = p/users.json
[dhcp]
interface = eth0
[directory]
server = ldaps://dc.invalid
bind = someone
[devices]
probe = yes
kerberos = yes
ccache = FILE:$tmp/p/none
password-file = p/pw
END
exits 3 "a profile with much that is wrong is walked" timeout 60 amt-stage --site "$tmp/p.ini" --timeout 1 --json
told() { ok "told: $1" grep -q -- "$2" "$tmp/err"; }
told "a file that is not there" 'logs: .*gone.log: No such file'
told "an empty one" 'empty.log: is empty'
told "a folder" 'exports: .*is a folder'
is "a folder of logs is fine" "$(grep -c 'logs: .*is a folder' "$tmp/err")" 0
told "a password for all to read" 'password-file: .*chmod 600'
told "a key that is not read" 'tickets: .*amt-krbsize --from'
told "another" 'interface: eth0.*amt-dnscheck'
told "a user without a password" 'bind: someone: needs password-file'
told "devices to ask without a list of them" 'probe: yes: needs an inventory'
told "no ticket for the devices" 'kerberos: yes: getting a Kerberos ticket for the devices: '
told "a name that leads nowhere" 'server: dc.invalid: '
told "how much it was" 'site profile: .* things wrong; the walk goes on without'
ok "and it comes first" bash -c "head -n 3 '$tmp/err' | grep -q '\\[evidence\\] logs'"
done_testing
