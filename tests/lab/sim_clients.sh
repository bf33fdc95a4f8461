#!/usr/bin/env bash
# Programs made for AMT, or for what it speaks, against amtsim: amttool (EOI), amtterm (SOL), nmap, rmcpping.
. tests/sim/lib.sh
sim_namespace "$0" "$@"
. tests/lib.sh
PATH=$PATH:/usr/sbin
have() { command -v "$1" >/dev/null || { skip "$1" "not installed"; return 1; }; }

cat >"$tmp/sim.ini" <<'END'
[device old]
address = 127.1.0.1
profile = 3.2.1
tls = false
hostname = pc7
power.state = 8
[device eleven]
address = 127.1.0.2
profile = 11.8
tls = false
[device hole]
address = 127.1.0.3
profile = 11.8
tls = false
version = 11.6.20.1200
cve_2017_5689 = true
[device nowebui]
address = 127.1.0.4
profile = 11.8
tls = false
webui = false
cve_2017_5689 = true
[device fifteen]
address = 127.1.0.5
profile = 15.0
tls = false
[device busy]
address = 127.1.0.6
profile = 11.8
tls = false
redir.busy = sol
[device nosol]
address = 127.1.0.7
profile = 11.8
tls = false
redir.state = 32769
[device deaf]
address = 127.1.0.8
profile = 11.8
tls = false
rmcp = false
[device bare]
address = 127.1.0.9
profile = unprovisioned
[device sixteen]
address = 127.1.0.10
profile = 16.1
[device wsonly]
address = 127.1.0.11
profile = 5.x
tls = false
wsman_only = true
END
sim_start "$tmp/sim.ini"

if have amttool; then
	export AMT_PASSWORD='P@ssw0rd'
	amttool 127.1.0.1 info >"$tmp/o" 2>&1
	is "amttool info: version" "$(sed -n 's/^AMT version: *//p' "$tmp/o")" 3.2.1
	is "amttool info: name" "$(sed -n 's/^Hostname: *//p' "$tmp/o")" pc7.example.test
	is "amttool info: power state" "$(sed -n 's/^Powerstate: *//p' "$tmp/o")" "S5 (soft-off)"
	ok "amttool info: capabilities" grep -q 'OemDefinedCapabilities *IDER SOL' "$tmp/o"
	amttool 127.1.0.1 netinfo >"$tmp/o" 2>&1
	ok "amttool netinfo: interface and address" bash -c "grep -q 'InterfaceMode *SHARED_MAC_ADDRESS' '$tmp/o' && grep -q 'LocalAddress *127.1.0.1' '$tmp/o'"
	AMT_PASSWORD=wrong amttool 127.1.0.1 info >"$tmp/o" 2>&1
	ok "amttool with a wrong password gets nothing" bash -c "! grep -q '^Hostname: *pc7' '$tmp/o'"
	amttool 127.1.0.11 info >"$tmp/o" 2>&1
	ok "WsmanOnlyMode shuts amttool out" bash -c "! grep -q '^Hostname: *pc' '$tmp/o'"
fi

term() { (sleep 1.5; printf 'dir\r'; sleep 0.5) | timeout 10 amtterm -u admin -p "$2" "$1" 2>&1; }
if have amtterm; then
	term 127.1.0.2 'P@ssw0rd' >"$tmp/o"
	ok "amtterm opens SOL" grep -q 'RUN_SOL (serial-over-lan active)' "$tmp/o"
	ok "amtterm shows what the host prints" grep -q 'serial over LAN of eleven' "$tmp/o"
	ok "amtterm's keys come back" grep -q 'dir' "$tmp/o"
	ok "amtterm sees the control lines" bash -c "grep -q 'RTS is asserted' '$tmp/o' && ! grep -q 'powered off' '$tmp/o'"
	ok "amtterm with a wrong password fails" bash -c "timeout 10 amtterm -u admin -p no 127.1.0.2 </dev/null 2>&1 | grep -q 'AUTH -> ERROR'"
	ok "SOL in use: the start fails" bash -c "timeout 10 amtterm -u admin -p 'P@ssw0rd' 127.1.0.6 </dev/null 2>&1 | grep -q 'INIT -> ERROR'"
	ok "SOL disabled: the start fails" bash -c "timeout 10 amtterm -u admin -p 'P@ssw0rd' 127.1.0.7 </dev/null 2>&1 | grep -q 'INIT -> ERROR'"
	ok "15.0 takes no plain passwords" bash -c "timeout 10 amtterm -u admin -p 'P@ssw0rd' 127.1.0.5 </dev/null 2>&1 | grep -q 'AUTH -> ERROR'"
	is "status words in the log" "$(sed -n 's/.*redirection start SOL  status //p' "$tmp/sim.log" | sort -u | tr '\n' ' ')" "0 2 3 "
fi

if have nmap; then
	nmap -n -Pn -sT -sV -p 16992 127.1.0.2 127.1.0.5 >"$tmp/o" 2>&1
	ok "nmap -sV: product and version" grep -qE '16992/tcp open +http +Intel Active Management Technology .*11\.8\.50\.3425' "$tmp/o"
	ok "nmap -sV: the banner without a version" grep -qE '16992/tcp open +http +Intel Active Management Technology http admin' "$tmp/o"
	nmap -n -Pn -sT -p 16992 --script http-vuln-cve2017-5689 127.1.0.2 127.1.0.3 >"$tmp/o" 2>&1
	is "nmap's CVE-2017-5689 script: one of two" "$(grep -c 'State: VULNERABLE' "$tmp/o")" 1
	ok "and it is the one with the hole" bash -c "sed -n '/report for 127.1.0.3/,\$p' '$tmp/o' | grep -q 'State: VULNERABLE'"
	is "the hole is on /wsman when the web interface is off" "$(wsman_get $AMT/AMT_GeneralSettings | curl -s --max-time 5 -o /dev/null -w '%{http_code}' --data-binary @- \
		-H 'Authorization: Digest username="admin", realm="x", nonce="y", uri="/wsman", nc=1, cnonce="z", qop="auth", response=""' http://127.1.0.4:16992/wsman)" 200
	is "the others refuse an empty response" "$(wsman_get $AMT/AMT_GeneralSettings | curl -s --max-time 5 -o /dev/null -w '%{http_code}' --data-binary @- \
		-H 'Authorization: Digest username="admin", realm="x", nonce="y", uri="/wsman", nc=1, cnonce="z", qop="auth", response=""' http://127.1.0.2:16992/wsman)" 401
	nmap -n -Pn -sT -p 623,664,16992-16995 127.1.0.10 >"$tmp/o" 2>&1
	is "16.1 has no plain port" "$(sed -n 's/^\([0-9]*\)\/tcp *open.*/\1/p' "$tmp/o" | tr '\n' ' ')" "664 16993 16995 "
fi

if have rmcpping; then
	ok "rmcpping gets a pong" bash -c "timeout 10 rmcpping -c1 127.1.0.2 | grep -q 'pong received'"
	ok "from an unprovisioned device as well" bash -c "timeout 10 rmcpping -c1 127.1.0.9 | grep -q 'pong received'"
	ok "rmcpping without an answer" bash -c "timeout 10 rmcpping -c1 -t1 127.1.0.8 | grep -q '0 pongs received'"
fi
# bytes of the pong: enterprise, port, version nibbles, state, version pair
pong() { $PYTHON - "$1" <<'END'
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2); s.connect((sys.argv[1], 623))
s.send(bytes.fromhex("06000006000011be80010000"))
print(s.recv(100).hex())
END
}
# header, 343, port 16992, version b.8, provisioned, - , DASH, no pair
is "pong of 11.8, byte for byte" "$(pong 127.1.0.2)" 0600ff06000011be40010010000001574260b8020020000000000000
is "pong of 16.1: the version is in bytes 11 and 12" "$(pong 127.1.0.10 | cut -c33-)" 426100020020100100000000
is "pong of 5.2: no port, version or state" "$(pong 127.1.0.11 | cut -c33-40)" 00000000
is "pong of an unprovisioned device: port 0, state 0" "$(pong 127.1.0.9 | cut -c33-40)" 0000b800
ok "ends cleanly on SIGTERM" sim_stop
done_testing
