#!/usr/bin/env bash
# The wall clock is wrong or jumps: time-outs hold, and dates are judged by the stated clock.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
if [ -n "${AMTDIAG_SANITIZED:-}" ]; then skip "another clock" "the sanitizer wants to be the first library"; done_testing; exit 0; fi
"$PYTHON" tests/trust/clock.py
