#!/usr/bin/env bash
# The device room against amtsim: every firmware generation, wrong passwords, a sleeping ME, the order of
# requests. What the simulator saw stands in its log. Servers that mean harm: device_hostile.sh.
. tests/lib.sh
. tests/sim/lib.sh
sim_namespace "$0" "$@"

cat >"$tmp/sim.ini" <<'END'
[device old]
address = 127.2.0.1
profile = 3.2.1
hostname = old
[device nine]
address = 127.2.0.2
profile = 9.x
hostname = nine
[device eleven]
address = 127.2.0.3
profile = 11.8
hostname = eleven
acl.3 = S-1-5-21-1-2-3-1105|2|2,5,13|true|
[device sixteen]
address = 127.2.0.4
profile = 16.1
hostname = sixteen
[device new]
address = 127.2.0.5
profile = unprovisioned
[device quirky]
address = 127.2.0.6
profile = 11.8
hostname = quirky
wsman.no_enumerate = AMT_*
wsman.absent = AMT_WebUIService
[device getless]
address = 127.2.0.7
profile = 11.8
hostname = getless
wsman.no_get = AMT_GeneralSettings
[device hidden]
address = 127.2.0.10
profile = 11.8
hostname = hidden
wsman.absent = AMT_AuthorizationService.GetUserAclEntryEx
[device sleepy]
address = 127.2.0.8
profile = 11.8
hostname = sleepy
sleep_after_s = 60
wake_ms = 500
[device wild]
address = 127.2.0.9
profile = 11.8
hostname = wild
cve_2017_5689 = true
AMT_GeneralSettings.PrivacyLevel = lots
[device mutual]
address = 127.2.0.11
profile = 11.8
hostname = mutual
tls.mutual = true
[device ailing]
address = 127.2.0.13
profile = 11.8
hostname = ailing
wsman.trouble = AMT_WebUIService,AMT_AuditLog,AMT_EthernetPortSettings
[device small]
address = 127.2.0.14
profile = 10.0.56
hostname = small
mode = 2
[device legacy]
address = 127.2.0.12
profile = 3.2.1
hostname = legacy
version = 2.6.20
wsman = false
server = Intel(R) Con. Management Engine 2.6.20
END
sim_start "$tmp/sim.ini"
password=$(sed -n 's/^F("base", "password", "\(.*\)").*/\1/p' tests/sim/profiles.def | head -n 1)
printf '%s\n' "$password" >"$tmp/pw"
printf 'Wrong1!\n' >"$tmp/wrong"
ask() { devprobe -t 1500 -r 5000 "$@" >"$tmp/facts" 2>"$tmp/err"; }
fact() { jq -r ".classes.$1" "$tmp/facts"; }

ask -u admin -p "$tmp/pw" eleven.example.test=127.2.0.3
is '11.8: logged in once, nothing refused' "$(fact 'login.records[0] | "\(.accepted) \(.failed)"')" 'true 0'
is 'the banner tells version and product' "$(fact 'http.records[0] | "\(.product) \(.version)"')" 'AMT 11.8.50.3425'
is 'the wall of TLS is named' "$(fact 'tls.records[0] | "\(.modern) \(.legacy)"')" 'no-rfc5746 ok'
is 'RMCP tells version and state' "$(fact 'rmcp.records[0] | "\(.major).\(.minor) \(.provisioning)"')" '11.8 2'
is 'redirection is asked, and only asked' "$(fact 'redirection_probe.records | map(.service + " " + (.status | tostring)) | join(",")')" \
	'SOL 0,IDER 0,KVM 0'
is 'no session was opened by it' "$(grep -ciE 'sol (opened|started)|ider open|kvm open' "$tmp/sim.log")" 0
is 'the current power package, not the first' "$(fact 'current.records[] | select(.is_current == 1 and .guid) | .guid')" 7286abac96b448e29b9e9b7df91c7fd4
is 'a domain entry of the access list as SID, with realms and state' \
	"$(fact 'acl.records[] | select(.sid) | "\(.sid) \(.access) \(.realms | join(",")) \(.enabled)"')" 'S-1-5-21-1-2-3-1105 2 2,5,13 true'
is 'every class was read' "$(jq -r '[.classes[] | select(.state != "read")] | length' "$tmp/facts")" 0
is 'nothing to complain about' "$(jq -r '.notes | length' "$tmp/facts")" 0
ok 'the password of the simulator is known to this test' test -n "$password"
is 'no secret is in the facts' "$(grep -cE "$password|ProvisioningServerOTP|AAAAAAAAAAAAAAAA" "$tmp/facts")" 0
devprobe -f -u admin -p "$tmp/pw" -t 1500 eleven.example.test=127.2.0.3 >"$tmp/findings" 2>&1
is 'the clock is compared by the middle of the call' "$(jq -r '.[] | select(.id == "S5.C03a") | .verdict' "$tmp/findings")" pass

ask -u admin -p "$tmp/pw" -a tls,http,wsman old.example.test=127.2.0.1
is '3.2.1: TLS 1.0 is reached the forgiving way' "$(fact 'tls.records[0] | "\(.modern) \(.legacy) \(.version)"')" 'old-version ok TLSv1'
is 'what it does not have is absent, not a failure' "$(fact 'consent.state') $(fact 'general.state')" 'absent read'
ask -u admin -p "$tmp/pw" nine.example.test=127.2.0.2
is '9.x is read' "$(fact 'login.records[0].accepted') $(fact 'general.records[0].host_name')" 'true nine'
ask -u admin -p "$tmp/pw" sixteen.example.test=127.2.0.4
is '16.1: version from bytes 11 and 12 of the pong, if it answers, or from inside' \
	"$(fact 'software.records[] | select(.id == "AMT") | .version')" 16.1.30
ask 127.2.0.5
is "unprovisioned: nobody needs a password to see it" "$(fact 'rmcp.records[0].provisioning // "-"') $(fact 'login // "-"')" "0 -"
ask -u admin -p "$tmp/pw" -a wsman quirky.example.test=127.2.0.6
is 'where Enumerate answers 400, Get has read it' "$(fact 'general.state') $(fact 'hash.state') $(fact 'webui.state')" 'read absent absent'
is '... also what has several instances, of which one is known by name' \
	"$(fact 'tls_setting.records | map(.id) | join(",")') $(fact 'ethernet.records | map(.link_policy | join(",")) | join(";")')" 'Intel(r) AMT 802.3 TLS Settings 1,14'
ask -u admin -p "$tmp/pw" -a tls,wsman ailing.example.test=127.2.0.13
is 'a fault of the moment does not say that a class is missing, and what follows is read' \
	"$(fact 'webui.state') $(fact 'audit.state') $(fact 'ethernet.state') $(fact 'dot1x.state')" 'failed failed failed read'
devprobe -f -u admin -p "$tmp/pw" -t 1500 small.example.test=127.2.0.14 >"$tmp/findings" 2>&1
is 'small business mode: no TLS, no pong, and said to be that' \
	"$(jq -r '[.[] | select(.id == "S2.C11a" or .id == "P.37" or .id == "X.D20") | .id + "=" + .verdict] | join(" ")' "$tmp/findings")" 'P.37=fail X.D20=na S2.C11a=fail'
ask -u admin -p "$tmp/pw" mutual.example.test=127.2.0.11
is 'who can not log in at all says why' "$(fact 'login.records[0] | "\(.accepted) \(.error)"')" "null TLS on 16993 can't be opened (X.D01), and 16992 is not open"
ask -u admin -p "$tmp/pw" 127.2.0.5
is '... or that nothing is open' "$(fact 'login.records[0].error')" 'neither 16993 nor 16992 is open'
ask -u admin -p "$tmp/pw" -a tls,http,wsman legacy.example.test=127.2.0.12
is 'before WS-MAN the old SOAP interface shows that the account works' \
	"$(fact 'login.records[0] | "\(.accepted) \(.error)"') $(fact 'eoi.records[0].core_version') $(fact 'http.records[] | select(.server).product')" \
	'true the device has no WS-MAN (HTTP 404 on /wsman) 2.6.20 AMT'
ask -u admin -p "$tmp/pw" -a wsman getless.example.test=127.2.0.7
is 'where Get answers 400, Enumerate reads it' "$(fact 'general.state') $(fact 'general.records[0].host_name')" 'read getless'
ask -u admin -p "$tmp/pw" -a wsman hidden.example.test=127.2.0.10
is 'an access list whose entries can not be read is not an empty one' "$(fact 'acl.state') $(fact 'acl.error')" 'read 0 of 2 entries'
devprobe -f -u admin -p "$tmp/pw" -t 1500 -a wsman hidden.example.test=127.2.0.10 >"$tmp/findings" 2>&1
is '... and nothing is said of who is in it' "$(jq -r '.[] | select(.id == "S5.C05") | "\(.verdict) \(.summary)"' "$tmp/findings")" \
	'unknown the access list was read in part only (0 of 2 entries)'

ask -u admin -p "$tmp/wrong" -a wsman eleven.example.test=127.2.0.3
is 'a wrong password is tried once' "$(fact 'login.records[0] | "\(.accepted) \(.failed)"')" 'false 1'
ask -u admin -p "$tmp/wrong" -a wsman legacy.example.test=127.2.0.12
is '... by the old SOAP interface as well' "$(fact 'login.records[0] | "\(.accepted) \(.failed)"')" 'false 1'
: >"$tmp/sim.log"
ask -u admin -p "$tmp/wrong" -a wsman eleven.example.test=127.2.0.3
ok 'and the device saw no more than that' test "$(grep -c 'eleven .*login' "$tmp/sim.log")" -le 2
ask -u admin -p "$tmp/pw" -a wsman -w 5 sleepy.example.test=127.2.0.8
is 'a sleeping ME is woken and then read' "$(fact 'login.records[0].accepted') $(fact 'general.records[0].host_name')" 'true sleepy'
ask -u admin -p "$tmp/pw" -a http,wsman wild.example.test=127.2.0.9
is 'a word where a number belongs is left out and told' "$(fact 'general.records[0].privacy // "-"') $(jq -r '.notes[0]' "$tmp/facts" | grep -o "'lots'")" "- 'lots'"
is 'the CVE-2017-5689 probe is not made unasked' "$(fact 'cve_2017_5689 // "-"')" -
ask -a http,cve wild.example.test=127.2.0.9
is 'asked for, it tells who is let in' "$(fact 'cve_2017_5689.records[0].status')" 200
ask -a http,cve eleven.example.test=127.2.0.3
is 'and who is not' "$(fact 'cve_2017_5689.records[0].status')" 401

ok 'the simulator ends cleanly' sim_stop
done_testing
