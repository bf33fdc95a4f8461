#!/usr/bin/env bash
# What goes wrong while a site is walked: signals, servers that vanish, a full disk, evidence that can't be read.
# What was finished is kept, the report says what is missing and why, and no wait is without bound.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/sim/lib.sh
sim_namespace "$0" "$@"
ulimit -n 4096
RANDOM=${SEED:-$$}
echo "# SEED=$RANDOM"
now=2009-01-15T00:00:00Z
plain() { jq -S '{findings, facts, verdict, counts}' "$@"; }
cp -r captures/contoso "$tmp/site"
for i in $(seq 300); do printf 'x%05d;x%05d.contoso.com;;;;;;;\n' "$i" "$i"; done >>"$tmp/site/inventory.csv"
walk() { timeout 120 amt-stage --site "$tmp/site/site.ini" --now $now "$@"; }
walk --run "$tmp/whole" --json >"$tmp/whole.json"

# --- SIGINT at random moments of a walk that asks nobody ---
bad= stopped=0
for t in 1 2 3 4 5 6 7 8; do
	rm -rf "$tmp/run"
	(exec amt-stage --site "$tmp/site/site.ini" --now $now --run "$tmp/run" --json >"$tmp/int.json" 2>"$tmp/int.err") &
	pid=$!
	# Until then it is this shell, whose end would take the test's folder with it.
	until grep -qs amt-stage "/proc/$pid/comm" || ! kill -0 $pid 2>/dev/null; do :; done
	sleep "0.0$((RANDOM % 10))"
	kill -INT $pid 2>/dev/null
	wait $pid; rc=$?
	# Before its handler is there, the signal's own 130 leaves nothing behind.
	[ $rc -eq 2 ] || [ $rc -eq 130 ] || bad="$bad exit $rc;"
	if [ $rc -eq 130 ] && [ -s "$tmp/int.json" ]; then
		stopped=$((stopped + 1))
		jq -e '.interrupted' "$tmp/int.json" >/dev/null || bad="$bad not said;"
		# The signal may come between the last file of the folder and the report: that run is whole.
		[ -e "$tmp/run/report.json" ] && jq -e .interrupted "$tmp/run/report.json" >/dev/null && bad="$bad a broken off report that counts as finished;"
	fi
	flag=--resume; [ -d "$tmp/run" ] || flag=--run
	walk $flag "$tmp/run" --json 2>/dev/null | plain >"$tmp/int"
	plain "$tmp/whole.json" | cmp -s - "$tmp/int" || bad="$bad resumed after $t it differs;"
done
echo "# $stopped of 8 were in the middle"
is "SIGINT: stopped or done, and resumed it is the undisturbed run" "$bad" ""
is "nothing half-written is left" "$(find "$tmp/run" -name '*.json.*' | wc -l)" 0

# --- a domain controller that takes connections and says nothing: it can be waited for, not for ever ---
cat >"$tmp/mute.py" <<'END'
import socket, sys, time
s = socket.create_server(("127.0.0.7", 636))
open(sys.argv[1], "w").close()
held = []
while True:
    held.append(s.accept())
    open(sys.argv[1] + ".taken", "w").close()
END
mute() { # starts one; pid in $mute
	rm -f "$tmp/mute.ready" "$tmp/mute.ready.taken"
	"$PYTHON" "$tmp/mute.py" "$tmp/mute.ready" 2>"$tmp/mute.err" &
	mute=$!
	at_exit "kill $mute 2>/dev/null"
	for _ in $(seq 200); do [ -e "$tmp/mute.ready" ] && return 0; sleep 0.02; done
}
taken() { for _ in $(seq 500); do [ -e "$tmp/mute.ready.taken" ] && return 0; sleep 0.02; done; return 1; }
printf 'secret\n' >"$tmp/pw"; chmod 600 "$tmp/pw"
{ cat captures/contoso/site.ini; printf '[directory]\nserver = ldaps://127.0.0.7\nbind = cn=x\npassword-file = %s\n' "$tmp/pw"; } >"$tmp/site/ad.ini"
mute
if [ -e "$tmp/mute.ready" ]; then
	(exec amt-stage --site "$tmp/site/ad.ini" --now $now --timeout 2 --json >"$tmp/dc.json" 2>"$tmp/dc.err") &
	pid=$!
	taken; kill -9 $mute
	wait $pid
	is "a controller that vanishes: the walk goes on" $? 2
	ok "and says so" grep -qE '127[.]0[.]0[.]7.*(connecting|binding|signing)' "$tmp/dc.err"
	is "what only it could tell is unknown, not wrong" "$(jq -c '[.findings[] | select(.evidence[]?.source | test("127.0.0.7")) | .verdict] | unique - ["unknown", "skipped"]' "$tmp/dc.json")" '[]'
	is "the other rooms say what they say without it" "$(jq '.facts.evidence | keys - ["directory"] | length' "$tmp/dc.json")" "$(jq '.facts.evidence | keys | length' "$tmp/whole.json")"
	mute
	(exec amt-stage --site "$tmp/site/ad.ini" --now $now --timeout 100 --run "$tmp/ad" --json >"$tmp/dc.json" 2>"$tmp/dc.err") &
	pid=$!
	taken # by the check of the profile, which signs in once
	kill -INT $pid
	wait $pid
	is "SIGINT while it is waited for ends the walk" $? 130
	ok "with a report of what was there" jq -e '.interrupted and (.findings | length > 50)' "$tmp/dc.json"
	ok "and nothing that counts as finished" test ! -e "$tmp/ad/directory.json" -a ! -e "$tmp/ad/report.json"
	# A reader that does not read: the report can't be written.
	mkfifo "$tmp/stuck"
	sleep 60 <>"$tmp/stuck" &
	reader=$!
	at_exit "kill $reader 2>/dev/null"
	rm -f "$tmp/mute.ready.taken"
	(exec amt-stage --site "$tmp/site/ad.ini" --now $now --timeout 100 --resume "$tmp/ad" --json >"$tmp/stuck" 2>"$tmp/dc.err") &
	pid=$!
	taken; kill -INT $pid; sleep 3; kill -INT $pid
	wait $pid
	is "SIGINT twice ends it at once, even when nobody reads the report" $? 130
	is "and leaves nothing half-written" "$(find "$tmp/ad" -name '*.json.*')" ""
	kill $mute $reader
else
	skip "a domain controller that vanishes" "port 636 can't be had here"
fi

# --- devices and a DNS server that vanish in the middle ---
N=64
cat >"$tmp/sim.ini" <<-END
	[fleet hq]
	base = 127.1.0.1
	count = $N
	profile = 11.8
	hostname = pc{@index}
	[amtsim]
	listen = shared
END
cat >"$tmp/dns.py" <<'END'
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.53", 53))
open(sys.argv[1], "w").close()
for i in range(int(sys.argv[2])):
    q, peer = s.recvfrom(512)
    s.sendto(q[:2] + b"\x85\x83" + q[4:6] + bytes(6) + q[12:], peer)
END
sim_start "$tmp/sim.ini"
sim_inventory "$tmp/sim.ini" >"$tmp/inventory.csv"
printf '[site]\nname = Fleet\ndomain = contoso.com\n[evidence]\ninventory = inventory.csv\n[devices]\nprobe = yes\n' >"$tmp/fleet.ini"
(exec timeout 300 amt-stage --site "$tmp/fleet.ini" --now $now --timeout 1 --jobs 2 --run "$tmp/gone" --json >"$tmp/gone.json" 2>"$tmp/gone.err") &
pid=$!
for _ in $(seq 2000); do [ "$(cat "$tmp/gone/devices.ndjson" 2>/dev/null | wc -l)" -ge 5 ] && break; sleep 0.01; done
kill -9 $sim_pid
cp "$tmp/gone/devices.ndjson" "$tmp/before"
wait $pid; rc=$?
ok "all devices vanish: the walk ends with a verdict" test $rc -ge 1 -a $rc -le 3
is "what was through before is kept as it was" "$(head -c "$(stat -c %s "$tmp/before")" "$tmp/gone/devices.ndjson" | cmp - "$tmp/before" && echo same)" same
is "each device has its line" "$(jq -r .client "$tmp/gone/devices.ndjson" | sort -u | wc -l)" $N
ok "the first are known, of the last it is said that it could not be asked" bash -c "jq -es '(.[0].facts.classes.http | length) > 0 and (.[-1].facts.classes | tostring | test(\"refused|timeout|unreachable\"))' '$tmp/gone/devices.ndjson'"
rm -f "$tmp/dns.ready"
"$PYTHON" "$tmp/dns.py" "$tmp/dns.ready" 60 2>/dev/null &
at_exit "kill $! 2>/dev/null"
for _ in $(seq 200); do [ -e "$tmp/dns.ready" ] && break; sleep 0.02; done
if [ -e "$tmp/dns.ready" ]; then
	printf '[site]\nname = Fleet\ndomain = contoso.com\n[evidence]\ninventory = inventory.csv\n[dns]\nservers = 127.0.0.53\nsuffixes = contoso.com\n' >"$tmp/dns.ini"
	timeout 120 amt-stage --site "$tmp/dns.ini" --now $now --timeout 1 --json >"$tmp/dns.json" 2>"$tmp/err"; rc=$?
	ok "a DNS server vanishes: the walk ends with a verdict" test $rc -ge 1 -a $rc -le 3
	ok "some hosts were answered, the others were not" jq -e '[.facts.evidence.names.hosts[] | .forward[0].outcome] | unique | length >= 2' "$tmp/dns.json"
	ok "no name counts as missing that nobody could be asked about" jq -e '[.facts.evidence.names.hosts[] | select([.forward[].outcome] | all(. != "nxdomain")) | .name] as $lost | ($lost | length > 0) and ([.findings[] | select(.verdict == "fail") | (.subjects // [.subject])[] | select(. as $s | $lost | index($s))] | length == 0)' "$tmp/dns.json"
else
	skip "a DNS server that vanishes" "port 53 can't be had here"
fi

# --- a full disk ---
if unshare -m true 2>/dev/null; then
	mkdir "$tmp/small"
	small() { # SIZE ARG...: output in $tmp/out; what is left on the small disk in $tmp/left
		local size=$1; shift
		unshare -m bash -c 'mount -t tmpfs -o size=$1 none "$2" && shift && d=$1 && shift && "$@" >"$d/../out" 2>"$d/../err"; rc=$?; ls -A "$d" >"$d/../left"; exit $rc' x "$size" "$tmp/small" "$@"
	}
	stage=(amt-stage --site "$tmp/site/site.ini" --now $now)
	small 64k "${stage[@]}" --run "$tmp/small/run" --json
	is "a full run folder ends with 74" $? 74
	ok "says which file it was" grep -q 'small/run/.*No space left' "$tmp/err"
	ok "and the report is whole" cmp <(plain "$tmp/whole.json") <(plain "$tmp/out")
	for how in '-o:--json -o' '--to-sqlite:--json --to-sqlite' '--bundle:--json --bundle'; do
		file="$tmp/small/x.tar.gz"
		# shellcheck disable=SC2086 # words
		small 16k "${stage[@]}" ${how#*:} "$file"
		is "a full disk at ${how%%:*} ends with 74" $? 74
		ok "and says so" grep -qiE 'No space left|disk.*full' "$tmp/err"
		is "and leaves nothing" "$(cat "$tmp/left")" ""
	done
else
	skip "a full disk" "mounts are not allowed here"
fi

# --- evidence that can't be read, each file in turn and in four ways ---
files=(inventory.csv answers.ini exports/clients.csv exports/SCCM01.qfe.csv exports/CON01.zones.reg exports/component.ini logs/Amtopmgr.log pki/provisioning.pem)
bad=
for f in "${files[@]}"; do
	for way in folder garbage half none; do
		rm -rf "$tmp/hurt"; cp -r captures/contoso "$tmp/hurt"
		case $way in
			folder) rm "$tmp/hurt/$f"; mkdir "$tmp/hurt/$f" ;;
			garbage) head -c 4096 /dev/urandom >"$tmp/hurt/$f" ;;
			half) truncate -s "$(($(stat -c %s "$tmp/hurt/$f") / 2))" "$tmp/hurt/$f" ;;
			none) rm "$tmp/hurt/$f" ;;
		esac
		timeout 60 amt-stage --site "$tmp/hurt/site.ini" --now $now --json >"$tmp/out" 2>"$tmp/err"; rc=$?
		[ $rc -le 3 ] || bad="$bad $f $way: exit $rc;"
		jq -e '.findings | length > 50' "$tmp/out" >/dev/null || bad="$bad $f $way: no report;"
		[ $way = half ] || grep -q "$(basename "$f" | sed 's/\..*//')" "$tmp/err" || case $way/$f in
			none/exports/*) ;; # one of a pattern's: nobody can know that it was there
			*) bad="$bad $f $way: nothing is said;" ;;
		esac
	done
done
is "unreadable evidence is told, the walk goes on with the rest" "$bad" ""
done_testing
