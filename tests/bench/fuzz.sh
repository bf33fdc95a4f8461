#!/usr/bin/env bash
# Executions a second of processor time of every harness under ASan and UBSan, on its own small seeds (tests/fuzz/rate.c):
# what a run of the parser costs. Beside it what libFuzzer reaches with its mutations and its bookkeeping, T seconds. The
# bound is for our own parsers; where a library does the work, or several parsers and a judge run one after the other, the
# row says which, and stands without a bound. Needs `make fuzzers`, which bench does not do.
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build} T=${T:-5}
own=(bundle_manifest csv der device_challenge device_hello device_mei device_redirection device_rmcp dhcp_config dhcp_message dns_answer export_reader
	hello_message hello_packet hello_reader 'pki_hashes=[al]*' pki_name sd sid sntp text trace_encoding trace_line trace_meaning values)
other=('bundle:libarchive' 'bundle_lines:jansson' 'device_soap:libxml2' 'document:jansson' 'pki_fetched:OpenSSL' 'pki_input:OpenSSL'
	'site:inih, three readers' 'trace_text:PCRE2' 'hello_capture:whole files through reader, engine and judge'
	'inventory:CSV, then clients of it' 'pki_cert:whole certificates and three digests' 'trace_frame:whole files' 'exports:recognised, read, judged')
made=${FUZZERS:-$BUILD/fuzzing/fuzz}
[ -d "$made" ] || { printf 'harnesses of our own parsers\t-\t-\t-\t>= 100000 a second\tskipped: make fuzzers was not run\n'; exit 0; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export ASAN_OPTIONS=quarantine_size_mb=16 # as in tests/fuzz/run
# NAME=PATTERN takes some of the seeds: a list of hashes may be JSON, which is jansson's.
# What was made by hand is what the parser meets; what fuzzing found is not. Small: at most 512 bytes, if there are such.
seeds() {
	local n=${1%%=*} some='*'
	case $1 in *=*) some=${1#*=} ;; esac
	find "tests/fuzz/corpus/$n" -type f -name "$some" ! -name 'found-*' -size -513c | sort >"$tmp/seeds"
	[ -s "$tmp/seeds" ] || find "tests/fuzz/corpus/$n" -type f ! -name 'found-*' | xargs ls -rS | head -n 1 >"$tmp/seeds"
}
rate() { xargs "$made/fuzz_$n" --rate 2 <"$tmp/seeds" 2>/dev/null; }
fuzzing() { # of $n; without a folder nothing is written; leaks are looked for by the replay
	/usr/bin/time -o "$tmp/time" -f '%U %S' "$made/fuzz_$n" -max_total_time="$T" -max_len=256 -detect_leaks=0 -print_funcs=0 \
		-print_final_stats=1 -artifact_prefix="$tmp/" -seed_inputs="$(paste -sd, "$tmp/seeds")" >"$tmp/log" 2>&1
	tail -n 1 "$tmp/time" | awk -v n="$(sed -n 's/^stat::number_of_executed_units: *//p' "$tmp/log")" '{ printf "%d", n / ($1 + $2 + 0.001) }'
}
for row in "${own[@]}"; do
	n=${row%%=*}
	[ -x "$made/fuzz_$n" ] || continue
	seeds "$row"
	read -r r bytes < <(rate)
	printf 'harness %s, executions a second, %s bytes each\t%s\t%s while fuzzing\t-\t>= 100000\t%s\n' "$n" "$bytes" "$r" "$(fuzzing)" \
		"$([ "${r:-0}" -ge 100000 ] && echo yes || echo no)"
done
for row in "${other[@]}"; do
	n=${row%%:*}
	[ -x "$made/fuzz_$n" ] || continue
	seeds "$n"
	read -r r bytes < <(rate)
	printf 'harness %s (%s), executions a second, %s bytes each\t%s\t-\t-\t-\t-\n' "$n" "${row#*:}" "$bytes" "$r"
done
