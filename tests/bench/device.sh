#!/usr/bin/env bash
# A fleet of simulated devices on loopback: port probes against nmap -sT, devices per second for the rest, and what a
# hanging tenth costs the others. Prints: work, ours, peer, ratio, target, met - separated by tabs.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/sim/lib.sh
sim_namespace "$0" "$@"
ulimit -n 65536 2>/dev/null
command -v nmap >/dev/null || { echo "device: nmap is missing" >&2; exit 0; }
N=${N:-10000} # port probes
M=${M:-400}   # full reads
cat >"$tmp/fleet.ini" <<END
[fleet hq]
base = 127.1.0.1
count = $N
profile = 11.8
hostname = pc{@index}
[fleet hung]
base = 127.3.0.1
count = $((M / 10))
profile = 11.8
hostname = h{@index}
fault = hang
[amtsim]
listen = shared
END
sim_start "$tmp/fleet.ini"
amtsim --list "$tmp/fleet.ini" | awk '$1 ~ /^hung|^h[0-9]/ { print $2 > "'"$tmp"'/hung"; next } { print $2 > "'"$tmp"'/all" }'
grep '^127\.1\.' "$tmp/all" | head -n "$N" >"$tmp/hosts"
grep -h '^127\.3\.' "$tmp/all" "$tmp/hung" 2>/dev/null >"$tmp/hanging"
head -n "$M" "$tmp/hosts" >"$tmp/some"
sed -n 's/^F("base", "password", "\(.*\)").*/\1/p' tests/sim/profiles.def | head -n 1 >"$tmp/pw"
ports=16992,16993,16994,16995,623,664,5900,9971
row() { printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$@"; }
field() { sed -n "s/.* $1 \([0-9.]*\).*/\1/p" "$tmp/line"; }
quick() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

# Best of three, turn about: the simulator and the prober share the machine.
ours=99999 peer=99999 seen=0 nseen=0
for _ in 1 2 3; do
	devprobe -s -a ports -t 1000 "@$tmp/hosts" >"$tmp/line"
	s=$(field seconds); seen=$(field open_ports)
	ours=$(awk -v a="$ours" -v b="$s" 'BEGIN { print (b < a) ? b : a }')
	s=$({ TIMEFORMAT=%R; time nmap -sT -Pn -n -T5 --max-retries 1 --min-hostgroup 4096 -p "$ports" -iL "$tmp/hosts" -oG "$tmp/nmap" >/dev/null 2>&1; } 2>&1)
	nseen=$(grep -o '/open/' "$tmp/nmap" | wc -l)
	peer=$(awk -v a="$peer" -v b="$s" 'BEGIN { print (b < a) ? b : a }')
done
probes=$((N * 8))
ratio=$(quick "$peer" "$ours")
row "device: $probes connect probes to $N devices, probes/s" "$(awk -v n=$probes -v s="$ours" 'BEGIN { print int(n / s) }')" \
	"nmap -sT: $(awk -v n=$probes -v s="$peer" 'BEGIN { print int(n / s) }')" "$ratio" ">= 1.5" \
	"$(awk -v r="$ratio" 'BEGIN { print (r >= 1.5) ? "yes" : "no" }')"
row "device: open ports found" "$seen" "nmap: $nseen" - "not fewer than nmap" "$([ "$seen" -ge "$nseen" ] && echo yes || echo no)"
devprobe -s -a ports,tls,http -t 2000 "@$tmp/some" >"$tmp/line"
row "device: TLS autopsy and HTTP without a password, devices/s" "$(quick "$M" "$(field seconds)")" - - - -
C=AMT_GeneralSettings,AMT_SetupAndConfigurationService,AMT_EthernetPortSettings,CIM_SoftwareIdentity,CIM_ElementSettingData
C=$C,AMT_KerberosSettingData,AMT_RedirectionService,AMT_TLSSettingData,AMT_WebUIService,AMT_AuditLog,IPS_OptInService
C=$C,CIM_KVMRedirectionSAP,CIM_AssociatedPowerManagementService
devprobe -s -a ports,wsman -u admin -p "$tmp/pw" -c "$C" -t 2000 "@$tmp/some" >"$tmp/line"
alone=$(field seconds) classes=$(field classes_read) rss=$(field rss_kib)
head -n 1 "$tmp/some" >"$tmp/one"
devprobe -s -a ports,wsman -u admin -p "$tmp/pw" -c "$C" -t 2000 "@$tmp/one" >"$tmp/line"
rss1=$(field rss_kib)
row "device: log-in and a read of $((classes / M)) classes and methods, devices/s" "$(quick "$M" "$alone")" - - - -
devprobe -s -a ports -t 1000 "@$tmp/hosts" >"$tmp/line"
row "device: memory per device, ports of $N kept, KiB" "$(quick "$(field rss_kib)" "$N")" - - "<= 16" \
	"$(awk -v r="$(quick "$(field rss_kib)" "$N")" 'BEGIN { print (r <= 16) ? "yes" : "no" }')"
row "device: memory per device, $((classes / M)) classes of $M kept, KiB" "$(quick "$((rss - rss1))" "$((M - 1))")" - - - -
# A tenth hangs: 3 s for a reply, woken once (3 s pause), so its own time-outs are the bound for everybody.
cat "$tmp/some" "$tmp/hanging" >"$tmp/mixed"
devprobe -s -a ports,wsman -u admin -p "$tmp/pw" -c "$C" -t 1000 -r 3000 -w 1 -j $((M * 2)) "@$tmp/mixed" >"$tmp/line"
mixed=$(field seconds)
row "device: the same with a hanging tenth, seconds" "$mixed" "$alone alone" - "<= alone + 3 time-outs and a pause" \
	"$(awk -v m="$mixed" -v a="$alone" 'BEGIN { print (m <= a + 3 * 3 + 3 + 1) ? "yes" : "no" }')"
row "device: logged in to, of $M that work" "$(field logins)" - - "all" "$([ "$(field logins)" -eq "$M" ] && echo yes || echo no)"
sim_stop
