#!/usr/bin/env bash
# amtsim's Kerberos against MIT's KDC and clients: names with the port, clock, ACL by SID, and what curl asks for.
. tests/sim/lib.sh
sim_namespace "$0" "$@"
. tests/lib.sh
. tests/lab/kdc.sh
kdc_here && command -v curl >/dev/null || { skip "Kerberos" "krb5kdc, krb5-user or curl is not installed"; done_testing; exit; }
$PYTHON -c 'import gssapi' 2>/dev/null || { skip "Kerberos" "python3-gssapi is not installed"; done_testing; exit; }

kdc_make "$tmp/cc"
k 'addprinc -pw secret alice'
k 'addprinc -pw secret bob'
k 'addprinc -randkey HTTP/pc17.example.test:16992'
k 'addprinc -randkey HTTP/pc17.example.test:16994'
k "ktadd -k $tmp/amt.keytab HTTP/pc17.example.test:16992 HTTP/pc17.example.test:16994"
kdc_run alice secret

common="profile = 11.8
tls = false
hostname = pc17
kerberos = true
kerberos.keytab = $tmp/amt.keytab
kerberos.sid.alice@EXAMPLE.TEST = S-1-5-21-1-2-3-1105
kerberos.sid.bob@EXAMPLE.TEST = S-1-5-21-1-2-3-1106
acl.3 = S-1-5-21-1-2-3-1105|2|13|true|
acl.4 = S-1-5-21-1-2-3-1106|2|13|false|"
cat >"$tmp/sim.ini" <<END
[device good]
address = 127.1.0.1
$common
[device late]
address = 127.1.0.2
$common
clock.offset = -400
[device small]
address = 127.1.0.3
$common
kerberos.max_token = 200
END
sim_start "$tmp/sim.ini"
wsman_get $AMT/AMT_GeneralSettings >"$tmp/get"
wsman_get $AMT/AMT_AuditLog >"$tmp/audit"
token() { # service -> one SPNEGO token
	$PYTHON - "$1" <<'END'
import gssapi, sys, base64
name = gssapi.Name(sys.argv[1], gssapi.NameType.kerberos_principal)
mech = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")
c = gssapi.SecurityContext(name=name, usage="initiate", mech=mech)
print(base64.b64encode(c.step()).decode())
END
}
post() { # address token file
	curl -s --max-time 5 -o "$tmp/reply" -w '%{http_code}' -H "Authorization: Negotiate $2" --data-binary @"$3" "http://$1:16992/wsman"
}
S=HTTP/pc17.example.test:16992
is "a ticket for HTTP/host:port is accepted" "$(post 127.1.0.1 "$(token $S)" "$tmp/get")" 200
ok "and the answer is whole" grep -q '</a:Envelope>' "$tmp/reply"
is "the log names the ACL entry" "$(grep -c ' as S-1-5-21-1-2-3-1105$' "$tmp/sim.log")" 1
is "without the realm it is denied" "$(post 127.1.0.1 "$(token $S)" "$tmp/audit")" 400
ok "as AccessDenied" grep -q 'c:AccessDenied' "$tmp/reply"
is "a clock 400 s off is refused" "$(post 127.1.0.2 "$(token $S)" "$tmp/get")" 401
is "a ticket that is too large is refused" "$(post 127.1.0.3 "$(token $S)" "$tmp/get")" 401
is "a token that is none is refused" "$(post 127.1.0.1 AAAA "$tmp/get")" 401
is "a ticket for another port's name fits the same keytab" "$(post 127.1.0.1 "$(token HTTP/pc17.example.test:16994)" "$tmp/get")" 200
t=$(token $S)
is "a replayed token is refused" "$(post 127.1.0.1 "$t" "$tmp/get")$(post 127.1.0.1 "$t" "$tmp/get")" 200401
is "curl --negotiate asks for HTTP/host, which no AMT has" "$(curl -s --max-time 5 --negotiate -u : -o /dev/null -w '%{http_code}' --resolve pc17.example.test:16992:127.1.0.1 --data-binary @"$tmp/get" http://pc17.example.test:16992/wsman)" 401
echo secret | kinit bob >/dev/null 2>&1
is "a disabled ACL entry is refused" "$(post 127.1.0.1 "$(token $S)" "$tmp/get")" 401
echo secret | kinit alice >/dev/null 2>&1
$PYTHON - "$(token HTTP/pc17.example.test:16994)" <<'END' >"$tmp/redir"
import base64, socket, struct, sys
def ask(s, b):
    s.send(b); return s.recv(4096)
s = socket.create_connection(("127.1.0.1", 16994), 5)
r = ask(s, b"\x10\0\0\0SOL "); print(r[0], r[1])
r = ask(s, b"\x13" + bytes(8)); print(sorted(r[9:]))
t = base64.b64decode(sys.argv[1])
r = ask(s, b"\x13\0\0\0\x02" + struct.pack("<I", len(t)) + t); print(r[0], r[1])
END
is "redirection offers Kerberos and takes a ticket" "$(tr '\n' ';' <"$tmp/redir")" "17 0;[1, 2, 3, 4];20 0;"
ok "ends cleanly on SIGTERM" sim_stop
done_testing
