#!/usr/bin/env bash
# amtsim on demand: faults, filtered ports, a sleeping ME, one request at a time, and a big fleet in one process.
. tests/sim/lib.sh
sim_namespace "$0" "$@"
. tests/lib.sh
command -v curl >/dev/null || { skip "curl" "not installed"; done_testing; exit; }

{
	n=0
	for f in none slow half length garbage hang reset headers chunk bomb types redirect deep status; do
		n=$((n + 1))
		printf '[device %s]\naddress = 127.1.0.%d\nprofile = 11.8\ntls = false\nfault = %s\nfault.slow_ms = 1\n' $f $n $f
	done
	cat <<'END'
[device filtered]
address = 127.1.0.101
profile = 11.8
tls = false
ports.filtered = 16992
[device sleeper]
address = 127.1.0.102
profile = 11.8
tls = false
sleep_after_s = 2
wake_ms = 300
[device late]
address = 127.1.0.103
profile = 11.8
tls = false
latency_ms = 300
[device onlytls]
address = 127.1.0.104
profile = 11.8
fault = garbage
fault.ports = 16995
[device tlsjunk]
address = 127.1.0.105
profile = 11.8
fault = garbage
[device idle]
address = 127.1.0.106
profile = 11.8
tls = false
idle_s = 1
[fleet hq]
base = 127.2.0.250
count = 200
tls = false
mix = hang:10, filtered:5, old:20
[variant old]
profile = 3.2.1
END
} >"$tmp/sim.ini"
sim_start "$tmp/sim.ini"
is "all of them" "$sim_ready" "amtsim: 220 devices listening"

wsman_get $AMT/AMT_GeneralSettings InstanceID 'Intel(r) AMT: General Settings' >"$tmp/get"
ask() { # address -> curl's exit code and the status
	curl -s --max-time "${2:-4}" --digest -u 'admin:P@ssw0rd' -o "$tmp/body" -w '%{http_code}' --data-binary @"$tmp/get" "http://$1:16992/wsman" >"$tmp/code"
	echo "$? $(cat "$tmp/code")"
}
is "none: an answer" "$(ask 127.1.0.1)" "0 200"
is "slow: the same, a byte at a time" "$(ask 127.1.0.2 20)" "0 200"
ok "slow: complete" grep -q '</a:Envelope>' "$tmp/body"
is "half: the end comes early" "$(ask 127.1.0.3)" "18 200"
is "length: more promised than sent" "$(ask 127.1.0.4)" "18 200"
is "garbage: no HTTP" "$(ask 127.1.0.5)" "1 000"
is "hang: nothing until the client gives up" "$(ask 127.1.0.6 1)" "28 000"
is "reset: RST, seen in the connect or just after" "$(ask 127.1.0.7 | sed 's/^7 /56 /')" "56 000"
ok "headers without an end: curl gives up" test "$(ask 127.1.0.8 5 | cut -d' ' -f1)" -ne 0
size=$(curl -s --max-time 0.5 -o /dev/null -w '%{size_download}' http://127.1.0.9:16992/wsman)
ok "chunk: megabytes without an end ($size)" test "$size" -gt 1000000
is "bomb: HTTP is fine" "$(ask 127.1.0.10)" "0 200"
ok "bomb: the XML is one" grep -q '<!ENTITY a9' "$tmp/body"
is "types: HTTP is fine" "$(ask 127.1.0.11)" "0 200"
ok "types: words where numbers belong, still well-formed" bash -c "grep -q '<g:PowerSource>many<' '$tmp/body' && xmllint --noout '$tmp/body'"
is "redirect: to itself" "$(curl -s --max-time 4 -o /dev/null -w '%{http_code} %{redirect_url}' http://127.1.0.12:16992/wsman)" "303 http://127.1.0.12:16992/wsman"
is "deep: HTTP is fine" "$(ask 127.1.0.13)" "0 200"
is "deep: very deep" "$(grep -o '<a>' "$tmp/body" | wc -l)" 100000
is "status: 500" "$(ask 127.1.0.14)" "0 500"

is "filtered: no answer to a SYN" "$(curl -s --max-time 1 -o /dev/null http://127.1.0.101:16992/; echo $?)" 28
is "filtered: the next port is open" "$(curl -s --max-time 2 -o /dev/null -w '%{http_code}' http://127.1.0.101:623/)" 303
is "a port that no device has is refused" "$(curl -s --max-time 1 -o /dev/null http://127.1.0.101:664/; echo $?)" 7

is "asleep: the first, impatient try is lost" "$(curl -s --max-time 0.4 -o /dev/null http://127.1.0.102:16992/; echo $?)" 28
sleep 0.5
is "and has woken it" "$(curl -s --max-time 0.9 -o /dev/null -w '%{http_code}' http://127.1.0.102:16992/)" 303
sleep 2.6
is "asleep again, a patient try gets through" "$(curl -s --max-time 6 -o /dev/null -w '%{http_code}' http://127.1.0.102:16992/)" 303
is "the log tells it" "$(grep -c 'sleeper 0 - ME ' "$tmp/sim.log")" 3

t0=$(date +%s%N)
pids=
for i in 1 2 3; do curl -s --max-time 10 -o /dev/null http://127.1.0.103:16992/logon.htm & pids="$pids $!"; done
# shellcheck disable=SC2086
wait $pids
ms=$((($(date +%s%N) - t0) / 1000000))
ok "one request at a time: three take three times as long ($ms ms)" test $ms -ge 900 -a $ms -lt 3000

is "garbage on 16995 only" "$(curl -sk --max-time 4 -o /dev/null --ciphers 'ALL:@SECLEVEL=0' https://127.1.0.104:16993/ ; echo $?)" 35
ok "16993 there is healthy" bash -c "timeout 5 openssl s_client -legacy_server_connect -connect 127.1.0.104:16993 </dev/null 2>&1 | grep -q 'Cipher is AES'"
ok "garbage instead of a ServerHello" bash -c "timeout 5 openssl s_client -legacy_server_connect -connect 127.1.0.105:16993 </dev/null 2>&1 | grep -q 'packet length too long'"
t0=$(date +%s%N)
timeout 10 bash -c 'exec 3<>/dev/tcp/127.1.0.106/16992; cat <&3 >/dev/null'
ms=$((($(date +%s%N) - t0) / 1000000))
ok "an idle socket is closed ($ms ms)" test $ms -ge 900 -a $ms -lt 5000

# --- fleet
"$TESTBIN/amtsim" --list "$tmp/sim.ini" | grep '^hq-' >"$tmp/hq"
is "addresses go round .0 and .255" "$(cut -f2 "$tmp/hq" | sed -n '5,7p' | tr '\n' ' ')" "127.2.0.254 127.2.1.1 127.2.1.2 "
is "a variant's profile" "$(for i in $(cut -f2 "$tmp/hq" | head -n 100); do curl -s --max-time 0.3 -i "http://$i:16992/" | tr -d '\r' | sed -n 's/^Server: .* //p'; done | sort | uniq -c | tr -s ' \n' ' ')" \
	" 65 11.8.50.3425 20 3.2.1 "
ok "ends cleanly on SIGTERM" sim_stop

# --- ten thousand on shared listeners
cat >"$tmp/big.ini" <<'END'
[amtsim]
listen = shared
[fleet big]
base = 127.10.0.1
count = 10000
mix = hang:10, filtered:2
END
rm -f "$tmp/sim.log"
sim_start "$tmp/big.ini"
is "ten thousand devices" "$sim_ready" "amtsim: 10000 devices listening"
before=$(awk '/VmRSS/{print $2}' /proc/$sim_pid/status)
fds=$(ls /proc/$sim_pid/fd | wc -l)
ok "with few descriptors ($fds)" test "$fds" -lt 40
# a sanitizer's shadow is not ours
grep -qa __asan_init "$TESTBIN/amtsim" && before=$((before / 4))
ok "in little memory ($before KB)" test "$before" -lt 60000
is "a healthy one (curl dislikes its renegotiation)" "$(curl -sk --max-time 4 -o /dev/null https://127.10.0.2:16993/; echo $?)" 35
is "a stranger's address is reset" "$(curl -s --max-time 4 -o /dev/null http://127.99.0.1:16993/; echo $? | sed s/^7$/56/)" 56
is "a hanging one accepts" "$(curl -sk --max-time 1 -o /dev/null -w '%{time_connect}' https://127.10.0.1:16993/ | grep -c '^0.0')" 1
is "a filtered one is silent" "$(curl -s --max-time 1 -o /dev/null http://127.10.0.124:16993/; echo $?)" 28
$PYTHON - <<'END' >"$tmp/pongs"
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
got = set()
def take(seconds):
    s.settimeout(seconds)
    try:
        while True: got.add(s.recvfrom(100)[1][0])
    except socket.timeout: pass
for again in range(3): # on a busy machine datagrams get lost
    for i in range(0, 10000):
        a, b = divmod(i, 254)
        address = "127.10.%d.%d" % (a, b + 1)
        if address not in got: s.sendto(bytes.fromhex("06000006000011be80010000"), (address, 623))
        if i % 50 == 49: take(0.01)
    take(1)
    if len(got) >= 9000: break
print(len(got))
END
is "pongs come from the address that was asked" "$(cat "$tmp/pongs")" 9000
ok "ends cleanly on SIGTERM" sim_stop
done_testing
