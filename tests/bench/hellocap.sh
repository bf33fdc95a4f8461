#!/usr/bin/env bash
# amt-hellocap against tcpdump, libpcap and tshark on a big capture: work | ours | peer | ratio | target | met.
# Times are the best of three, side by side; everything in the page cache, in large pieces as a file read from disk is. PACKETS=5000000 is the full size.
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
N=${PACKETS:-5000000}
bin=$BUILD/bin/amt-hellocap
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
"$BUILD/tests/gen_pcap" "$dir/many" "$N" 16777216 || exit 1
cat "$dir/many" >/dev/null

best() { # seconds of user and system time and of the clock: the least of three runs, by the clock
	local i t b=
	for i in 1 2 3; do
		t=$({ TIMEFORMAT=%R; time "$@" >"$dir/out" 2>"$dir/err"; } 2>&1)
		b=$(printf '%s\n%s\n' "$b" "$t" | grep . | sort -n | head -n 1)
	done
	echo "$b"
}
line() { # work ours peer target(at most)
	local r; r=$(awk -v a="$2" -v b="$3" 'BEGIN { printf "%.2f", a / b }')
	printf '%s\t%s s\t%s s\t%s\t<= %s\t%s\n' "$1" "$2" "$3" "$r" "$4" "$(awk -v r="$r" -v t="$4" 'BEGIN { print r <= t ? "yes" : "no" }')"
}
ours=$(best "$bin" -r "$dir/many" --format status --jobs 2)
if command -v tcpdump >/dev/null; then
	peer=$(best tcpdump -nr "$dir/many" -w /dev/null 'tcp port 9971')
	line "hellocap: $N packets, against tcpdump -w /dev/null 'tcp port 9971'" "$ours" "$peer" 0.4
	peer=$(best tcpdump -nr "$dir/many" -w /dev/null)
	line "hellocap: the same, against libpcap's loop without a filter" "$ours" "$peer" 0.5
	one=$(best "$bin" -r "$dir/many" --format status --jobs 1)
	printf "hellocap: the same by one thread, against libpcap's loop\t%s s\t%s s\t%s\t-\t-\n" "$one" "$peer" "$(awk -v a="$one" -v b="$peer" 'BEGIN { printf "%.2f", a / b }')"
fi
if command -v tshark >/dev/null; then
	small=$((N < 200000 ? N : 200000)) # tshark's time is linear, its memory too
	"$BUILD/tests/gen_pcap" "$dir/small" $small 20000
	a=$(best "$bin" -r "$dir/small" --format status)
	peer=$({ TIMEFORMAT=%R; time tshark -nr "$dir/small" -Y tcp.port==9971 >/dev/null 2>&1; } 2>&1)
	line "hellocap: $small packets, against tshark -Y" "$a" "$peer" 0.02
fi
"$BUILD/tests/gen_pcap" "$dir/k1" 2000000 1000; a=$(best "$bin" -r "$dir/k1" --format status)
"$BUILD/tests/gen_pcap" "$dir/m1" 2000000 1000000; b=$(best "$bin" -r "$dir/m1" --format status)
line "hellocap: 1,000,000 hosts, against 1,000 hosts" "$b" "$a" 1.3
rm -f "$dir/k1" "$dir/m1"
"$BUILD/tests/gen_pcap" "$dir/syn" 1000000 16777216 syn
kib() { { /usr/bin/time -f %M "$@" >/dev/null 2>"$dir/err"; }; tail -n 1 "$dir/err"; }
if [ -x /usr/bin/time ]; then
	mem=$(kib "$bin" -r "$dir/syn" --format status)
	printf 'hellocap: 1,000,000 half-open connections, memory\t%s KiB\t-\t-\t<= 131072\t%s\n' "$mem" "$([ "$mem" -le 131072 ] && echo yes || echo no)"
fi
