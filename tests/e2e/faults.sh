#!/usr/bin/env bash
# Allocation N and system call N fail, for a sample of all N, on a small case of every tool: no crash, no leak of
# half a report, a documented exit code, and no better or emptier answer without a word. `make faults` tries more.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
before=$t_n
if [ -n "${AMTDIAG_SANITIZED:-}" ]; then
	skip "allocations that fail" "the sanitizer's allocator can't be replaced"
elif [ -n "${AMTDIAG_COVERAGE:-}" ]; then
	skip "allocations that fail" "the counters of this build want memory when a run ends"
else
	sub "$PYTHON" tests/fault/run.py alloc --points 60
	is "every tool ran out of memory" $((t_n - before)) 12
fi
# Half-written counters would take with them what other tests have counted.
[ -z "${AMTDIAG_COVERAGE:-}" ] || export GCOV_PREFIX=$tmp/counters
before=$t_n
if ! strace -f -qq -o "$tmp/strace" true 2>/dev/null; then
	skip "system calls that fail" "strace may not trace here"
elif [ -n "${AMTDIAG_SANITIZED:-}" ]; then
	skip "system calls that fail" "the sanitizer's own calls would fail"
else
	sub "$PYTHON" tests/fault/run.py calls --points 75
	is "system calls failed for every tool" $((t_n - before)) 6
fi
done_testing
