#!/usr/bin/env bash
# 100,000 forward and 100,000 reverse look-ups at a local knot: ours against dnsperf with 100 outstanding.
# Prints: work, ours, peer, ratio, target, met - separated by tabs.
cd "$(dirname "$0")/../.." || exit 1
if [ -z "${IN_LAB:-}" ] && unshare -n true 2>/dev/null; then
	IN_LAB=1 exec unshare -n -- "$0" "$@"
fi
. tests/lib.sh
for need in knotd dnsperf kdig jq; do
	command -v $need >/dev/null || { echo "dnscheck: $need is missing" >&2; exit 0; }
done
[ -n "${IN_LAB:-}" ] && ip link set lo up
N=${N:-100000}
{ printf '$TTL 600\n@ SOA ns h 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\n'; awk -v n="$N" 'BEGIN { for (i = 0; i < n; i++) printf "h%06d A 10.%d.%d.%d\n", i, i / 65536, i / 256 % 256, i % 256 }'; } >"$tmp/fwd"
{ printf '$TTL 600\n@ SOA ns.bench.test. h 1 3600 600 86400 60\n@ NS ns.bench.test.\n'; awk -v n="$N" 'BEGIN { for (i = 0; i < n; i++) printf "%d.%d.%d PTR h%06d.bench.test.\n", i % 256, i / 256 % 256, i / 65536, i }'; } >"$tmp/rev"
{ echo fqdn; awk -v n="$N" 'BEGIN { for (i = 0; i < n; i++) printf "h%06d.bench.test\n", i }'; } >"$tmp/clients.csv"
awk -v n="$N" 'BEGIN { for (i = 0; i < n; i++) { printf "h%06d.bench.test A\n", i; printf "%d.%d.%d.10.in-addr.arpa PTR\n", i % 256, i / 256 % 256, i / 65536 } }' >"$tmp/questions"
mkdir -p "$tmp/db"
printf 'server:\n  rundir: "%s"\n  listen: [ 127.0.0.1@5300 ]\n  udp-workers: 1\n  tcp-workers: 1\n  background-workers: 1\ndatabase:\n  storage: "%s/db"\ntemplate:\n  - id: default\n    storage: "%s"\n    zonefile-sync: -1\n    zonefile-load: whole\n    journal-content: none\nzone:\n  - domain: bench.test\n    file: fwd\n  - domain: 10.in-addr.arpa\n    file: rev\n' "$tmp" "$tmp" "$tmp" >"$tmp/knot.conf"
knotd -c "$tmp/knot.conf" >"$tmp/knot.log" 2>&1 &
at_exit "kill $! 2>/dev/null"
for _ in $(seq 200); do kdig +short @127.0.0.1 -p 5300 h000000.bench.test 2>/dev/null | grep -q . && break; sleep 0.1; done

run() { amt-dnscheck --server 127.0.0.1:5300 --no-resolv-conf --no-provision --no-aaaa --qps 0 --clients "$tmp/clients.csv" "$@"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
# In turns, so that what else the machine does falls on both alike. Each turn has a ratio of its own, and the
# median of those counts: one turn that something else disturbed decides nothing.
: >"$tmp/turns"
for _ in $(seq "${TURNS:-7}"); do
	s=$(run --format status | sed -n 's/.* seconds=\([0-9.]*\).*/\1/p')
	q=$(dnsperf -s 127.0.0.1 -p 5300 -d "$tmp/questions" -n 1 -q 100 -c 1 2>/dev/null | sed -n 's/.*Queries per second: *//p')
	awk -v s="$s" -v n="$N" -v q="$q" 'BEGIN { r = 2 * n / s; printf "%d %d %.3f\n", r, q, r / q }' >>"$tmp/turns"
done
ours=$(cut -d' ' -f1 "$tmp/turns" | median) peer=$(cut -d' ' -f2 "$tmp/turns" | median)
# What it costs the processor says more than the clock where others keep it busy: dnsperf has two threads to fight with.
cpu() { "$PYTHON" -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
u = resource.getrusage(resource.RUSAGE_CHILDREN); print("%.2f" % (u.ru_utime + u.ru_stime))' "$@"; }
ours_cpu=$(cpu amt-dnscheck --server 127.0.0.1:5300 --no-resolv-conf --no-provision --no-aaaa --qps 0 --clients "$tmp/clients.csv" --format status)
peer_cpu=$(cpu dnsperf -s 127.0.0.1 -p 5300 -d "$tmp/questions" -n 1 -q 100 -c 1)
whole=$({ TIMEFORMAT=%R; time run --format csv -o "$tmp/out.csv" 2>/dev/null; } 2>&1 | tail -n 1)
kib=$("$PYTHON" -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' amt-dnscheck --server 127.0.0.1:5300 --no-resolv-conf --no-provision --no-aaaa --qps 0 --clients "$tmp/clients.csv" --format status)
good=$(grep -c ',yes,' "$tmp/out.csv")
order=$(tail -n +2 "$tmp/out.csv" | cut -d, -f1 | cmp -s - <(tail -n +2 "$tmp/clients.csv") && echo yes || echo no)
ratio=$(cut -d' ' -f3 "$tmp/turns" | median)
spread=$(cut -d' ' -f3 "$tmp/turns" | sort -n | sed -n '1p;$p' | paste -sd' ' | sed 's/ / to /')
nd=$("$PYTHON" -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' amt-dnscheck --server 127.0.0.1:5300 --no-resolv-conf --no-provision --no-aaaa --qps 0 --clients "$tmp/clients.csv" --format ndjson -o "$tmp/out.ndjson")
row() { printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$@"; }
row "dnscheck: forward + reverse of $N hosts, questions/s, median of ${TURNS:-7} turns ($spread)" "$ours" "dnsperf -q 100: $peer" "$ratio" ">= 0.9" "$(awk -v r="$ratio" 'BEGIN { print (r >= 0.9) ? "yes" : "no" }')"
row "dnscheck: processor time for them, reading and judging included, seconds" "$ours_cpu" "dnsperf: $peer_cpu" "$(awk -v a="$ours_cpu" -v b="$peer_cpu" 'BEGIN { printf "%.2f", b / a }')" - -
row "dnscheck: hosts answered and consistent" "$good" "$N" - "none lost" "$([ "$good" -eq "$N" ] && echo yes || echo no)"
row "dnscheck: output in the order of the input" "$order" - - yes "$order"
row "dnscheck: the same with reading CSV, judging and writing CSV, seconds" "$whole" - - - -
row "dnscheck: memory with $N hosts kept, KiB" "$kib" - - "<= 262144" "$([ "$kib" -le 262144 ] && echo yes || echo no)"
row "dnscheck: memory with $N hosts as NDJSON, KiB" "$nd" - - "<= 524288" "$([ "$nd" -le 524288 ] && echo yes || echo no)"
