#!/usr/bin/env bash
# The viewer on a big log: first screen, and memory once all of it is indexed.
# Prints: work, ours, peer, ratio, target, met - separated by tabs. SIZE=bytes (1 GB).
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
SIZE=${SIZE:-1000000000}
gen_log "$SIZE" >"$tmp/amt.log" || exit 1
cat "$tmp/amt.log" >/dev/null
export XDG_STATE_HOME=$tmp/state
read -r first whole memory < <($PYTHON tests/bench/tui.py "${RUNS:-5}" "$tmp/amt.log")
bound=$((32768 + SIZE / 51200))
met() { if [ "$1" -le "$2" ]; then echo yes; else echo no; fi; }
printf 'tui: first screen of %s bytes\t%s ms\t-\t-\t<= 50\t%s\n' "$SIZE" "$first" "$(met "$first" 50)"
printf 'tui: memory when all of it is indexed (%s s)\t%s KiB\t-\t-\t<= %s\t%s\n' "$whole" "$memory" "$bound" "$(met "$memory" "$bound")"
gzip -1 "$tmp/amt.log"
read -r first whole memory < <($PYTHON tests/bench/tui.py "${RUNS:-5}" "$tmp/amt.log.gz")
printf 'tui: first screen of the same, packed with gzip\t%s ms\t-\t-\t<= 50\t%s\n' "$first" "$(met "$first" 50)"
printf 'tui: memory when all of that is unpacked and indexed (%s s)\t%s KiB\t-\t-\t<= %s\t%s\n' "$whole" "$memory" "$bound" "$(met "$memory" "$bound")"
