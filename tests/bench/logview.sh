#!/usr/bin/env bash
# amt-logview over a made-up Amtopmgr.log: ours against grep, ripgrep and lnav, side by side.
# Prints: work, ours, peer, ratio, target, met - separated by tabs. SIZE=bytes (1 GB; 10G for
# the claim that memory stays the same: it needs as much room where mktemp makes its files).
# grep -c stops at the first match when its output is /dev/null, so everything goes through cat.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
RUNS=${RUNS:-5}
SIZE=$(numfmt --from=si "${SIZE:-1G}") || exit 1
log=$tmp/amt.log
gen_log "$SIZE" >"$log" || exit 1
cat "$log" >/dev/null

# Ours and the peer in turn, so that noise meets both; the least of RUNS each, in seconds: $o $p.
once() { # LEAST COMMAND
	local s
	s=$({ TIMEFORMAT=%R; time "${@:2}" 2>/dev/null | cat >/dev/null; } 2>&1 | tail -n 1)
	awk -v a="$1" -v b="$s" 'BEGIN { print b < a ? b : a }'
}
pair() { # OURS PEER
	o=999 p=999
	for _ in $(seq "$RUNS"); do o=$(once "$o" "$1"); p=$(once "$p" "$2"); done
}
row() { # work ours peer target(ratio at most)
	awk -v w="$1" -v o="$2" -v p="$3" -v t="$4" 'BEGIN { r = o / p; printf "%s\t%.2f s\t%.2f s\t%.2f\t<= %s\t%s\n", w, o, p, r, t, r <= t ? "yes" : "no" }'
}
sessions() { amt-logview --no-signatures --format status --jobs 1 "$log"; }
catalogue() { amt-logview --format status --jobs 1 "$log"; }
two() { amt-logview --no-signatures --format status --jobs 2 "$log"; }
two_catalogue() { amt-logview --format status --jobs 2 "$log"; }
as_run() { amt-logview --format status "$log"; }
sessions_as_run() { amt-logview --no-signatures --format status "$log"; }
records() { amt-logview --records "$log"; }
grep_c() { LC_ALL=C grep -c ERROR "$log"; }
search_one() { amt-logview --records --grep pc01234 "$log"; }
search_many() { amt-logview --records --grep error "$log"; }
# The same work: letters of either case, what is found is written.
rg_one() { rg -i pc01234 "$log"; }
rg_many() { rg -i error "$log"; }
pair sessions grep_c; row "logview: sessions, against grep -c" "$o" "$p" 1.0
pair catalogue grep_c; row "logview: with the whole catalogue, against grep -c" "$o" "$p" 2.5
if [ "$(nproc)" -ge 2 ]; then
	pair two sessions; row "logview: sessions, two threads against one" "$o" "$p" 0.6
	pair two_catalogue catalogue; row "logview: whole catalogue, two threads against one" "$o" "$p" 0.6
fi
if command -v rg >/dev/null; then
	pair search_one rg_one; row "logview: search for one computer, against rg -i" "$o" "$p" 3
	pair search_many rg_many; row "logview: search for what every fifth line holds, against rg -i" "$o" "$p" 3
fi
if command -v lnav >/dev/null; then
	export HOME=$tmp
	mkdir -p "$tmp/.lnav/formats/installed"
	cat >"$tmp/.lnav/formats/installed/sms.json" <<'FORMAT'
{ "sms_log": { "title": "SMS", "regex": { "a": { "pattern": "^(?<body>.*?)  \\$\\$<(?<comp>[^>]*)><(?<timestamp>\\w{3} \\w{3} \\d+ [\\d:.]+ \\d{4}) [^>]*><thread=(?<thread>\\d+) \\(0x[0-9A-F]+\\)>$" } },
  "timestamp-format": ["%a %b %d %H:%M:%S.%L %Y"], "sample": [ { "line": "x  $$<C><Wed Jan 14 13:43:12.123 2009 GMT Standard Time><thread=1 (0x1)>" } ] } }
FORMAT
	lnav_count() { lnav -n -c ';select count(*) from sms_log' "$log"; }
	l=$(once 999 lnav_count)
	pair sessions sessions_as_run
	row "logview: sessions by one thread, against lnav's count" "$o" "$l" 0.1
	row "logview: sessions by as many as there are, against lnav's count" "$p" "$l" 0.1
	pair as_run sessions_as_run
	row "logview: whole catalogue as it is run without options, against lnav's count" "$o" "$l" 0.1
fi
pair records grep_c; t=$o n=$(wc -l <"$log")
awk -v t="$t" -v n="$n" 'BEGIN { r = n / t / 1e6; ok = (r >= 2) ? "yes" : "no"; printf "logview: --records\t%.2f M records/s\t2 M records/s\t%.2f\t>= 1\t%s\n", r, r / 2, ok }'
peak() { # FILE OPTION...: in KiB
	/usr/bin/time -f %M -o "$tmp/peak" amt-logview --format status "${@:2}" "$1" >/dev/null 2>&1
	tail -n 1 "$tmp/peak"
}
memory() { # work KiB
	awk -v w="$1" -v k="$2" 'BEGIN { m = k / 1024; printf "logview: peak memory, %s\t%.1f MiB\t16 MiB\t%.2f\t<= 1\t%s\n", w, m, m / 16, m <= 16 ? "yes" : "no" }'
}
if [ -x /usr/bin/time ]; then
	whole=$(peak "$log" --no-signatures --jobs 1)
	memory sessions "$whole"
	memory "whole catalogue" "$(peak "$log" --jobs 1)"
	memory "sessions, two threads" "$(peak "$log" --no-signatures --jobs 2)"
	memory "whole catalogue, two threads" "$(peak "$log" --jobs 2)"
	head -c $((SIZE / 10)) "$log" >"$tmp/tenth.log"
	tenth=$(peak "$tmp/tenth.log" --no-signatures --jobs 1)
	awk -v a="$whole" -v b="$tenth" 'BEGIN { r = a / b; printf "logview: peak memory, against a tenth of the log\t%.1f MiB\t%.1f MiB\t%.2f\t<= 1.1\t%s\n", a / 1024, b / 1024, r, r <= 1.1 ? "yes" : "no" }'
fi
