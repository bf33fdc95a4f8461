#!/usr/bin/env bash
# DNS and devices are asked side by side: a DNS server that says nothing until a device was asked would have run into
# its time-out if one room waited for the other.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/sim/lib.sh
sim_namespace "$0" "$@"
cat >"$tmp/sim.ini" <<-END
	[fleet hq]
	base = 127.1.0.1
	count = 3
	profile = 11.8
	hostname = pc{@index}
	[amtsim]
	listen = shared
END
sim_start "$tmp/sim.ini"
sim_inventory "$tmp/sim.ini" >"$tmp/inventory.csv"
cat >"$tmp/dns.py" <<'END'
import os, socket, sys, time
run, ready = sys.argv[1:]
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.53", 53))
open(ready, "w").close()
while True:
    q, peer = s.recvfrom(512)
    for _ in range(250):
        if os.path.exists(run) and os.path.getsize(run):
            break
        time.sleep(0.02)
    s.sendto(q[:2] + b"\x85\x83" + q[4:6] + bytes(6) + q[12:], peer)  # NXDOMAIN, with authority
END
"$PYTHON" "$tmp/dns.py" "$tmp/run/devices.ndjson" "$tmp/dns.ready" 2>"$tmp/dns.err" &
at_exit "kill $! 2>/dev/null"
for _ in $(seq 200); do [ -e "$tmp/dns.ready" ] && break; sleep 0.02; done
printf '[site]\nname = Fleet\ndomain = contoso.com\n[evidence]\ninventory = inventory.csv\n[dns]\nservers = 127.0.0.53\nsuffixes = contoso.com\n[devices]\nprobe = yes\n' >"$tmp/site.ini"
if [ ! -e "$tmp/dns.ready" ]; then
	skip "side by side" "port 53 can't be had here: $(cat "$tmp/dns.err")"
	done_testing
	exit
fi
exits 2 "a site with a DNS server that waits for the devices" amt-stage --site "$tmp/site.ini" --run "$tmp/run" --timeout 4 --json
is "it answered every question in time" "$(jq -c '[.facts.evidence.names | .. | objects | select(has("outcome")) | .outcome] | unique' "$tmp/out")" '["nxdomain"]'
is "and all devices were asked" "$(wc -l <"$tmp/run/devices.ndjson")" 3
done_testing
