#!/usr/bin/env bash
# Executions of the harnesses of our own parsers under ASan and UBSan, a second of processor time, T seconds each. Harnesses
# that are mostly OpenSSL, libxml2 or jansson are left out. Needs `make fuzzers`, which bench does not do.
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build} T=${T:-10}
own=(device_challenge device_hello device_redirection device_rmcp dhcp_message dns_answer hello_message hello_packet hello_reader sd sid text trace_frame)
made=${FUZZERS:-$BUILD/fuzzing/fuzz}
[ -d "$made" ] || { printf 'harnesses of our own parsers\t-\t-\t-\t>= 100000 a second\tskipped: make fuzzers was not run\n'; exit 0; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
for n in "${own[@]}"; do
	[ -x "$made/fuzz_$n" ] || continue
	mkdir -p "$tmp/$n"
	# Leaks are looked for by the replay; the search after each run would be measured here.
	/usr/bin/time -o "$tmp/time" -f '%U %S' "$made/fuzz_$n" -max_total_time="$T" -detect_leaks=0 -print_final_stats=1 -artifact_prefix="$tmp/" \
		"$tmp/$n" "tests/fuzz/corpus/$n" >"$tmp/log" 2>&1
	rate=$(awk -v n="$(sed -n 's/^stat::number_of_executed_units: *//p' "$tmp/log")" 'END { printf "%d", n / ($1 + $2 + 0.001) }' "$tmp/time")
	printf 'harness %s, executions a second\t%s\t-\t-\t>= 100000\t%s\n' "$n" "$rate" "$([ "$rate" -ge 100000 ] && echo yes || echo no)"
done
