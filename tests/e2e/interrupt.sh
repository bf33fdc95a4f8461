#!/usr/bin/env bash
# Ctrl-C at random moments, for every tool: exit code 130 and a report that says it was broken off, or the
# report of an undisturbed run; no temporary file stays. ROUNDS and SEED may be set.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
sub "$PYTHON" tests/trust/interrupt.py
is "every tool was interrupted" $t_n 6
done_testing
