#!/usr/bin/env bash
# amtsim's HTTP, digest and WS-MAN against curl and xmllint: two clients that know nothing of it.
. tests/sim/lib.sh
sim_namespace "$0" "$@"
. tests/lib.sh
command -v curl >/dev/null && command -v xmllint >/dev/null || { skip "curl and xmllint" "not installed"; done_testing; exit; }

cat >"$tmp/sim.ini" <<'END'
[device plain]
address = 127.1.0.1
profile = 11.8
tls = false
hostname = pc17
acl.3 = alice|2|13|true|Secret1!
acl.4 = S-1-5-21-1-2-3-1105|2|2,5,13|true|
[device tls]
address = 127.1.0.2
profile = 11.8
[device old]
address = 127.1.0.3
profile = 3.2.1
tls = false
[device new]
address = 127.1.0.4
profile = 16.1
[device ten]
address = 127.1.0.5
profile = 10.0.56
tls = false
[device nonce]
address = 127.1.0.6
profile = 11.8
tls = false
digest.nonce_uses = 1
keep_alive = false
[device lock]
address = 127.1.0.7
profile = 11.8
tls = false
lock.after = 3
lock.first_s = 2
[device paged]
address = 127.1.0.8
profile = 11.8
tls = false
wsman.page = 4
[device authint]
address = 127.1.0.9
profile = 15.0
tls = false
digest.qop = auth-int
[device bare]
address = 127.1.0.10
profile = unprovisioned
END
sim_start "$tmp/sim.ini"
is "says when it listens" "$sim_ready" "amtsim: 10 devices listening"

web() { curl -sS --max-time 10 "$@"; }
dig() { web --digest -u 'admin:P@ssw0rd' -H 'Content-Type: application/soap+xml;charset=UTF-8' --data-binary @- "$@"; }
xp() { xmllint --xpath "$1" - 2>&1; }
prop() { xp "string(//*[local-name()='$1'])"; }
get() { wsman_get "$2" "${3:-}" "${4:-}" | dig "http://$1:16992/wsman"; }

# --- without a password
is "GET / is a redirect, header for header" "$(web -i http://127.1.0.1:16992/ | tr -d '\r' | tr '\n' '~')" \
	"HTTP/1.1 303 See Other~Location: /logon.htm~Content-Length: 0~Server: Intel(R) Active Management Technology 11.8.50.3425~~"
web -i http://127.1.0.1:16992/wsman | tr -d '\r' >"$tmp/401"
ok "401 with one digest line in the recorded form" grep -Eq \
	'^WWW-Authenticate: Digest realm="Digest:[0-9A-F]{32}", nonce="[A-Za-z0-9+/]{32}",stale="false",qop="auth"$' "$tmp/401"
is "401 header order" "$(sed -n '2,/^$/s/:.*//p' "$tmp/401" | tr '\n' ' ')" \
	"WWW-Authenticate Content-Type Server Content-Length Connection "
is "the promised length is the sent length" "$(sed '1,/^$/d' "$tmp/401" | wc -c)" "$(sed -n 's/^Content-Length: //p' "$tmp/401")"
is "index.htm wants a log-in" "$(web -o /dev/null -w '%{http_code}' http://127.1.0.1:16992/index.htm)" 401
is "15.0 says only AMT" "$(web -i http://127.1.0.9:16992/ | tr -d '\r' | sed -n 's/^Server: //p')" AMT
is "an unprovisioned device refuses" "$(curl -s --max-time 5 http://127.1.0.10:16992/ >/dev/null; echo $?)" 7
is "not HTTP at all is 400" "$(printf 'HELO there\r\n\r\n' | timeout 5 bash -c 'exec 3<>/dev/tcp/127.1.0.1/16992; cat >&3; head -n 1 <&3' | tr -d '\r')" "HTTP/1.1 400 Bad Request"

# --- digest
wsman_get $AMT/AMT_GeneralSettings >"$tmp/get"
get 127.1.0.1 $AMT/AMT_GeneralSettings >"$tmp/general"
is "curl's digest gets in" "$(prop HostName <"$tmp/general")" pc17
is "the realm in the settings is the realm of the challenge" "$(prop DigestRealm <"$tmp/general")" \
	"$(sed -n 's/.*realm="\([^"]*\)".*/\1/p' "$tmp/401")"
is "a wrong password is 401" "$(web --digest -u admin:no -o /dev/null -w '%{http_code}' --data-binary @"$tmp/get" http://127.1.0.1:16992/wsman)" 401
is "an unknown user is 401" "$(web --digest -u nobody:no -o /dev/null -w '%{http_code}' --data-binary @"$tmp/get" http://127.1.0.1:16992/wsman)" 401
is "a user with the realm reads" "$(web --digest -u 'alice:Secret1!' -o /dev/null -w '%{http_code}' --data-binary @"$tmp/get" http://127.1.0.1:16992/wsman)" 200
wsman_get $AMT/AMT_AuditLog >"$tmp/audit"
is "a user without the realm is denied" "$(web --digest -u 'alice:Secret1!' --data-binary @"$tmp/audit" http://127.1.0.1:16992/wsman | xp "string(//*[local-name()='Subcode'])")" c:AccessDenied
for n in 1 2 3; do get 127.1.0.6 $AMT/AMT_GeneralSettings >"$tmp/n$n"; done
is "a nonce that lasts one request" "$(cat "$tmp"/n? | grep -o 'AMT: General Settings</g:ElementName>' | wc -l)" 3
is "curl can't do auth-int only, as the handbook measured" "$(web --digest -u 'admin:P@ssw0rd' -o /dev/null -w '%{http_code}' --data-binary @"$tmp/get" http://127.1.0.9:16992/wsman)" 401
for n in 1 2 3; do web --digest -u admin:no -o /dev/null --data-binary @"$tmp/get" http://127.1.0.7:16992/wsman; done
is "locked after three bad log-ins" "$(web --digest -u 'admin:P@ssw0rd' -o /dev/null -w '%{http_code}' --data-binary @"$tmp/get" http://127.1.0.7:16992/wsman)" 401
sleep 2.1
is "and open again after the time" "$(web --digest -u 'admin:P@ssw0rd' -o /dev/null -w '%{http_code}' --data-binary @"$tmp/get" http://127.1.0.7:16992/wsman)" 200

# --- replies
get 127.1.0.1 $CIM/CIM_SoftwareIdentity InstanceID AMT >"$tmp/sw"
is "Get with a selector" "$(prop VersionString <"$tmp/sw")" 11.8.50
ok "MessageID in the firmware's form" grep -Eq 'uuid:00000000-8086-8086-8086-[0-9A-F]{12}' "$tmp/sw"
is "RelatesTo repeats ours" "$(prop RelatesTo <"$tmp/sw")" 7
id() { printf %d "0x$(prop MessageID | sed 's/.*-//')"; }
a=$(get 127.1.0.1 $AMT/AMT_GeneralSettings | id); b=$(get 127.1.0.1 $AMT/AMT_GeneralSettings | id)
is "MessageIDs count" $((b - a)) 1
is "no such instance" "$(get 127.1.0.1 $CIM/CIM_SoftwareIdentity InstanceID Nix | xp "string(//*[local-name()='Subcode'])")" c:InvalidSelectors
is "several instances and no selector" "$(get 127.1.0.1 $CIM/CIM_SoftwareIdentity | xp "string(//*[local-name()='Subcode'])")" c:InvalidSelectors
is "a class this firmware lacks is 400" "$(wsman_get $IPS/IPS_OptInService | dig -o "$tmp/fault" -w '%{http_code}' http://127.1.0.3:16992/wsman)" 400
is "with the recorded fault" "$(xp "string(//*[local-name()='Subcode'])" <"$tmp/fault")" b:DestinationUnreachable
wsman_get $CIM/CIM_SoftwareIdentity InstanceID AMT | dig --raw -i http://127.1.0.1:16992/wsman | tr -d '\r' | sed '1,/^$/d' >"$tmp/raw"
ok "chunks: four hex digits, at most 762 bytes" bash -c "grep -aEq '^02FA\$' '$tmp/raw' && ! grep -aE '^0[3-9A-F][0-9A-F]{2}\$' '$tmp/raw'"
is "ends with a plain 0" "$(grep -a -c '^0$' "$tmp/raw")" 1

# --- enumerate and pull
enum() {
	local url=http://$1:16992/wsman context
	context=$(wsman_enumerate "$2" | dig "$url" | prop EnumerationContext)
	while [ -n "$context" ]; do
		wsman_pull "$2" "$context" "${3:-}" | dig "$url" >"$tmp/page"
		cat "$tmp/page" >>"$tmp/pages"
		pages=$((pages + 1))
		xp "count(//*[local-name()='Items']/*)" <"$tmp/page" >>"$tmp/counts"
		context=$(prop EnumerationContext <"$tmp/page")
		[ $pages -lt 50 ] || break
	done
}
pages=0 && : >"$tmp/counts" && enum 127.1.0.1 $CIM/CIM_SoftwareIdentity
is "Enumerate and Pull give all" "$pages pages: $(tr '\n' ' ' <"$tmp/counts")" "1 pages: 11 "
pages=0 && : >"$tmp/counts" && enum 127.1.0.8 $CIM/CIM_SoftwareIdentity
is "firmware that pages" "$pages pages: $(tr '\n' ' ' <"$tmp/counts")" "3 pages: 4 4 3 "
pages=0 && : >"$tmp/counts" && enum 127.1.0.1 $CIM/CIM_SoftwareIdentity 5
is "MaxElements is kept to" "$pages pages: $(tr '\n' ' ' <"$tmp/counts")" "3 pages: 5 5 1 "
is "10.0.56 refuses Enumerate of AMT_ classes" "$(wsman_enumerate $AMT/AMT_GeneralSettings | dig -o /dev/null -w '%{http_code}' http://127.1.0.5:16992/wsman)" 400
is "but not of CIM_ classes" "$(wsman_enumerate $CIM/CIM_SoftwareIdentity | dig -o /dev/null -w '%{http_code}' http://127.1.0.5:16992/wsman)" 200
is "nor Get" "$(wsman_get $AMT/AMT_GeneralSettings InstanceID 'Intel(r) AMT: General Settings' | dig -o /dev/null -w '%{http_code}' http://127.1.0.5:16992/wsman)" 200

# --- methods
invoke() { wsman_invoke "$1" "$2" "${3:-}" | dig http://127.1.0.1:16992/wsman; }
A=$AMT/AMT_AuthorizationService
is "ACL handles" "$(invoke $A EnumerateUserAclEntries "<r:StartIndex xmlns:r=\"$A\">1</r:StartIndex>" | xp "count(//*[local-name()='Handles'])")" 4
is "a Kerberos user's SID travels as bytes" "$(invoke $A GetUserAclEntryEx "<r:Handle xmlns:r=\"$A\">4</r:Handle>" | prop KerberosUserSid | base64 -d | od -An -tx1 | tr -d ' \n')" \
	01050000000000051500000001000000020000000300000051040000
is "a missing parameter is a schema fault" "$(invoke $A GetUserAclEntryEx | xp "string(//*[local-name()='Subcode'])")" c:SchemaValidationError
t=$(invoke $AMT/AMT_TimeSynchronizationService GetLowAccuracyTimeSynch | prop Ta0)
ok "the clock is ours" test $(($(date +%s) - t)) -le 2
is "a setter is refused" "$(invoke $AMT/AMT_RedirectionService RequestStateChange "<r:RequestedState xmlns:r=\"$AMT/AMT_RedirectionService\">32768</r:RequestedState>" | xp "string(//*[local-name()='Subcode'])")" b:ActionNotSupported
printf '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>' >"$tmp/bomb"
is "entities in a request are refused" "$(dig -o /dev/null -w '%{http_code}' http://127.1.0.1:16992/wsman <"$tmp/bomb")" 400

ok "ends cleanly on SIGTERM" sim_stop
done_testing
