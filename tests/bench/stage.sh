#!/usr/bin/env bash
# amt-stage over fleets: time must stay linear, memory bounded. Prints: work, ours, peer, ratio, target, met -
# separated by tabs; the peer is the same work with a tenth of the clients. FLEET=10000 is the full size.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/sim/lib.sh
sim_namespace "$0" "$@"
ulimit -n 65536 2>/dev/null
[ -x /usr/bin/time ] || { echo "stage: time is missing" >&2; exit 0; }
FLEET=${FLEET:-10000}
DEVICES=${DEVICES:-1000}
row() { # work ours peer unit target(at most)
	local r; r=$(awk -v a="$2" -v b="$3" 'BEGIN { printf "%.2f", (b > 0) ? a / b : 999 }')
	printf '%s\t%s %s\t%s %s\t%s\t<= %s\t%s\n' "$1" "$2" "$4" "$3" "$4" "$r" "$5" "$(awk -v r="$r" -v t="$5" 'BEGIN { print r <= t ? "yes" : "no" }')"
}
deploy() { # CLIENTS: an inventory and an export of ConfigMgr
	mkdir -p "$tmp/$1"
	awk -v n="$1" 'BEGIN { print "name;fqdn;uuid;mac;firmware;method"
		for (i = 1; i <= n; i++) printf "pc%06d;pc%06d.contoso.com;4C4C4544-0001-4D10-8031-%012X;00:1E:0B:%02X:%02X:%02X;%s;%s\n",
			i, i, i, i / 65536, i / 256 % 256, i % 256, i % 5 ? "5.2.1" : "3.2.1", i % 2 ? "in-band" : "out-of-band" }' >"$tmp/$1/inventory.csv"
	awk -v n="$1" 'BEGIN { print "Name,ResourceID,SMBIOSGUID,Client,ClientVersion,SMSAssignedSites,AMTStatus,AMTFullVersion"
		for (i = 1; i <= n; i++) printf "PC%06d,%d,4C4C4544-0001-4D10-8031-%012X,1,4.00.6221.1000,CON,%d,5.2.1\n", i, i, i, i % 7 ? 3 : 2 }' >"$tmp/$1/clients.csv"
	printf '[site]\nname = Fleet\ndomain = contoso.com\n[evidence]\ninventory = inventory.csv\nexports = clients.csv\n' >"$tmp/$1/site.ini"
}
walk() { # SITE ARG...: user and system seconds in t, peak KiB in m
	/usr/bin/time -f '%U %S %M' -o "$tmp/time" amt-stage --site "$1" --now 2026-11-21T00:00:00Z "${@:2}" >"$tmp/out" 2>"$tmp/err"
	read -r u s m < <(tail -n 1 "$tmp/time")
	t=$(awk -v u="$u" -v s="$s" 'BEGIN { print ((u + s > 0.01) ? u + s : 0.01) }')
}
least() { # the least of three
	local b=
	for _ in 1 2 3; do walk "$@"; b=$(printf '%s\n%s\n' "$b" "$t" | grep . | sort -n | head -n 1); done
	t=$b
}
deploy $((FLEET / 10)); least "$tmp/$((FLEET / 10))/site.ini" --json; small=$t m1=$m
deploy "$FLEET"; least "$tmp/$FLEET/site.ini" --json
row "stage: $FLEET clients by their evidence, processor time" "$t" "$small" s 11
row "stage: the same, peak memory" "$m" "$m1" KiB 11
# Devices: the simulator shares the machine, so only the tool's own processor time counts.
cat >"$tmp/sim.ini" <<-END
	[fleet hq]
	base = 127.1.0.1
	count = $DEVICES
	profile = 11.8
	hostname = pc{@index}
	[amtsim]
	listen = shared
END
sim_start "$tmp/sim.ini"
sim_inventory "$tmp/sim.ini" >"$tmp/inventory.csv"
{ head -n 1 "$tmp/inventory.csv"; sed -n "2,$((DEVICES / 10 + 1))p" "$tmp/inventory.csv"; } >"$tmp/tenth.csv"
printf '[site]\nname = Fleet\ndomain = contoso.com\n[evidence]\ninventory = inventory.csv\n[devices]\nprobe = yes\n' >"$tmp/site.ini"
walk "$tmp/site.ini" --inventory "$tmp/tenth.csv" --run "$tmp/tenth" --json; small=$t m1=$m
walk "$tmp/site.ini" --run "$tmp/whole" --json; big=$t
row "stage: $DEVICES devices asked and judged, processor time" "$t" "$small" s 11
row "stage: the same, peak memory" "$m" "$m1" KiB 5
walk "$tmp/site.ini" --resume "$tmp/whole" --json
row "stage: read back from the run folder, against asking" "$t" "$big" s 0.3
sim_stop
