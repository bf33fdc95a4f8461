#!/usr/bin/env bash
# MIT's KDC, which puts no AD groups into tickets: the base of the model, to the byte; tickets from a
# keytab, a cache and a password; and that the password stays where it belongs.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
for p in krb5kdc kadmin.local kdb5_util kinit ip unshare; do
	command -v $p >/dev/null || PATH=$PATH:/usr/sbin
	command -v $p >/dev/null || { skip lab "$p is not installed"; done_testing; exit 0; }
done
if [ "${KRB_LAB:-}" != in ]; then
	unshare -n true 2>/dev/null || { skip lab "no right to make namespaces"; done_testing; exit 0; }
	rm -rf "$tmp"; KRB_LAB=in exec unshare -n "$0"
fi
ip link set lo up
W=$tmp PW='Lab-Passw0rd!'
export KRB5_CONFIG=$W/krb5.conf KRB5_KDC_PROFILE=$W/kdc.conf KRB5CCNAME=FILE:$W/cc
cat >"$KRB5_CONFIG" <<X
[libdefaults]
	default_realm = VPROLAB.TEST
	dns_lookup_kdc = false
	dns_canonicalize_hostname = false
	rdns = false
	udp_preference_limit = 1
	allow_rc4 = true
[realms]
	VPROLAB.TEST = {
		kdc = 127.0.0.1:8888
	}
X
kdc() { # more words of the realm
	[ -z "${KDC:-}" ] || { kill $KDC; wait $KDC 2>/dev/null; }
	printf '[kdcdefaults]\n\tkdc_listen = 127.0.0.1:8888\n\tkdc_tcp_listen = 127.0.0.1:8888\n[realms]\n\tVPROLAB.TEST = {\n\t\tdatabase_name = %s/principal\n\t\tkey_stash_file = %s/stash\n%s\t}\n' "$W" "$W" "$1" >"$KRB5_KDC_PROFILE"
	[ -e "$W/principal" ] || setup
	krb5kdc -n >>"$W/kdc.log" 2>&1 9>&- &
	KDC=$!
	for _ in $(seq 50); do echo "$PW" | kinit usrx000 >/dev/null 2>&1 && return; sleep 0.1; done
	skip lab "the KDC does not answer"; done_testing; exit 0
}
at_exit 'kill $KDC 2>/dev/null'
ETYPES='rc4-hmac:23 aes128-cts:17 aes256-cts:18 aes128-sha2:19 aes256-sha2:20'
setup() {
	kdb5_util create -s -P master >>"$W/kdc.log" 2>&1
	kadmin.local -q "addprinc -pw $PW usrx000" >>"$W/kdc.log" 2>&1
	kadmin.local -q "ktadd -k $W/user.keytab -norandkey usrx000" >>"$W/kdc.log" 2>&1
	for e in $ETYPES; do kadmin.local -q "addprinc -randkey -e ${e%:*}:normal HTTP/h${e#*:}.vprolab.test:16993" >>"$W/kdc.log" 2>&1; done
}
cat >"$W/in.json" <<X
{ "domain": {"dns": "vprolab.test", "netbios": "VPROLAB", "sid": "S-1-5-21-1-2-3", "dc": "DC1"},
  "service": {"spn": "HTTP/h23.vprolab.test:16993", "kvno": 1}, "users": [{"name": "usrx000"}] }
X
printf '%s\n' "$PW" >"$W/password"; chmod 600 "$W/password"
# A ticket that is a second younger than the sign-in has a start time, and a renewable one tells until when:
# the tool must then explain these bytes.
later() { jq -r '19 * ([.facts.measured | .started_later, .renewable | select(.)] | length)
	* ([.findings[] | select(.id == "X.K4" and (.summary | test("start time of its own|end of its renewal")))] | length)' "$1"; }
measured() { jq -r --argjson later "$(later "$1")" '.facts.measured.ticket - $later' "$1"; }
off() { jq -r --argjson later "$(later "$1")" '.facts | .users[0].ticket - .measured.ticket + $later' "$1"; }
run() { amt-krbsize --from "$W/in.json" --measure --session-etype aes256 "$@" --json; }
sizes() { # layout: measured tickets by the default cache, then how far the model is off
	local e out= diff=
	for e in 23 17 18 19 20; do
		run --layout "$1" --etype $e --spn HTTP/h$e.vprolab.test:16993 --fresh >"$W/$1.$e.json" 2>>"$W/err"
		out="$out $(measured "$W/$1.$e.json")"; diff="$diff $(off "$W/$1.$e.json")"
	done
	echo "$out:$diff"
}
kdc ''
is "tickets with MIT's own small PAC" "$(sizes mit)" " 463 459 459 471 487: 0 0 0 0 0"
kdc $'\t\tdisable_pac = true\n'
is "tickets without a PAC" "$(sizes none)" " 267 271 271 275 283: 0 0 0 0 0"
run --layout none --etype rc4 --ccache "FILE:$W/cc" >"$W/cc.json" 2>"$W/cc.err"
is "by a named cache" "$(measured "$W/cc.json")" 267
kdestroy -q
run --layout none --etype rc4 --principal usrx000 --keytab "$W/user.keytab" >"$W/kt.json" 2>"$W/kt.err"
is "by a keytab, with no cache there" "$(measured "$W/kt.json")" 267
run --layout none --etype rc4 --principal usrx000 --password-file "$W/password" >"$W/pw.json" 2>"$W/pw.err"
is "by a password from a file" "$(measured "$W/pw.json")" 267
cat >"$W/ask.py" <<'X'
import os, pty, select, sys
pid, fd = pty.fork()
if not pid:
    os.execvp(sys.argv[2], sys.argv[2:])
seen, sent = b'', False
while True:
    try:
        more = os.read(fd, 4096)
    except OSError:
        break
    if not more:
        break
    seen += more
    if b'assword' in seen and not sent:
        os.write(fd, sys.argv[1].encode() + b'\n')
        sent = True
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
X
$PYTHON "$W/ask.py" "$PW" "$BIN/amt-krbsize" --from "$W/in.json" --measure --layout none --etype rc4 --session-etype aes256 --principal usrx000 --json -o "$W/tty.json" >"$W/tty.out" 2>&1
is "by a password from the terminal" "$(measured "$W/tty.json")" 267
ok "which asked for it by name" grep -q 'assword of usrx000' "$W/tty.out"
ok "and did not echo it" sh -c "! grep -F '$PW' '$W/tty.out'"
run --layout none --etype rc4 --principal usrx000 --keytab "$W/none.keytab" >"$W/no.json" 2>"$W/no.err"
is "a keytab that is not there is no measurement" "$(jq -r '.facts.measured.done' "$W/no.json")" false
# Sign-ins that fail: nothing is measured, the model's numbers stay, and the message says what to look at.
refused() { # WHAT WORDS OPTION...
	run --layout none --etype rc4 --principal usrk "${@:3}" >"$W/refused.json" 2>"$W/refused.err"
	is "$1: exit code, no measurement, the model" "$?$(jq -c '[.facts.measured.done, .facts.users[0].ticket]' "$W/refused.json")" '3[false,267]'
	ok "$1: $2" grep -qF "no ticket was measured: getting a ticket-granting ticket for usrk$2" "$W/refused.err"
	is "$1: and in the document" "$(jq -r '.facts.measured.error' "$W/refused.json")" "$(sed -n 's/.*no ticket was measured: //p' "$W/refused.err")"
}
kadmin.local -q "addprinc -pw $PW usrk" >>"$W/kdc.log" 2>&1
kadmin.local -q "ktadd -k $W/stale.keytab -norandkey usrk" >>"$W/kdc.log" 2>&1
kadmin.local -q "cpw -pw $PW-2 usrk" >>"$W/kdc.log" 2>&1
printf '%064d' 0 >"$W/bad.keytab"
refused "another's keytab" " by the keytab $W/user.keytab: Keytab contains no suitable keys for usrk@VPROLAB.TEST" --keytab "$W/user.keytab"
refused "a file that is no keytab" " by the keytab $W/bad.keytab: Unsupported key table format version number" --keytab "$W/bad.keytab"
for preauth in - +; do
	kadmin.local -q "modprinc ${preauth}requires_preauth usrk" >>"$W/kdc.log" 2>&1
	why=$([ $preauth = - ] && echo 'Decrypt integrity check failed' || echo 'Preauthentication failed')
	refused "a wrong password" ": $why (the password is probably wrong)" --password-file "$W/password"
	refused "a keytab from before the password changed" " by the keytab $W/stale.keytab: $why (the keytab holds other keys than the account: was its password changed since?)" --keytab "$W/stale.keytab"
done
chmod 644 "$W/password"
run --principal usrx000 --password-file "$W/password" >/dev/null 2>"$W/open.err"
ok "a password that others can read is not taken" grep -q 'password' "$W/open.err"
chmod 600 "$W/password"
# Its memory, while it waits with its work done: writing a report of many pages into a pipe that nobody reads.
$PYTHON -c 'import json; d = json.load(open("'"$W"'/in.json")); d["groups"] = [{"rid": 2000 + i, "name": "group number %d" % i, "scope": "global"} for i in range(2000)]
d["users"][0]["member_of"] = [g["name"] for g in d["groups"]]; json.dump(d, open("'"$W"'/big.json", "w"))'
cat >"$W/look.py" <<'X'
import os, re, subprocess, sys, time
secret, argv = sys.argv[1].encode(), sys.argv[2:]
r, w = os.pipe()
p = subprocess.Popen(argv, stdout=w, stderr=subprocess.DEVNULL)
os.close(w)
for _ in range(300):  # until it sleeps in write(): the pipe is full
    time.sleep(0.1)
    if p.poll() is not None or open('/proc/%d/wchan' % p.pid).read().find('pipe') >= 0 or open('/proc/%d/syscall' % p.pid).read().startswith('1 '):
        break
assert p.poll() is None, 'it ended early'
limits = open('/proc/%d/limits' % p.pid).read()
found = [n for n in ('cmdline', 'environ') if secret in open('/proc/%d/%s' % (p.pid, n), 'rb').read()]
total = 0
for line in open('/proc/%d/maps' % p.pid):
    m = re.match(r'([0-9a-f]+)-([0-9a-f]+) r', line)
    if not m or '[v' in line:
        continue
    a, b = (int(x, 16) for x in m.groups())
    try:
        with open('/proc/%d/mem' % p.pid, 'rb') as f:
            f.seek(a)
            data = f.read(b - a)
    except (OSError, ValueError, OverflowError):
        continue
    total += len(data)
    if secret in data or secret.decode().encode('utf-16-le') in data:
        found.append(line.split()[-1])
core = re.search(r'Max core file size +(\d+)', limits).group(1)
print('found', found, 'core', core, 'read', total > 1000000)
p.kill()
X
if [ -n "${AMTDIAG_SANITIZED:-}" ]; then
	skip "no memory holds the password" "sanitizers keep freed memory as it was"
else
	is "the password is not in its arguments nor in its memory once it was used, and no core is written" \
		"$($PYTHON "$W/look.py" "$PW" "$BIN/amt-krbsize" --from "$W/big.json" --measure --layout none --principal usrx000 --password-file "$W/password" --json --top 10 2>&1 | tail -n 1)" \
		"found [] core 0 read True"
fi
ok "the password stands in no output" sh -c "! grep -lF '$PW' $W/*.json.* $W/*.json $W/*.err $W/err $W/*.out"
done_testing
