#!/usr/bin/env bash
# Every row that a judge can let fail is shown failing by a test that names both.
. tests/lib.sh
# Tests that keep id and verdict apart: tables of test_trace_judge.c and test_directory_limits.c.
is "no row fails in the code only" "$("$PYTHON" tests/unit/forms.py FAIL | cut -d' ' -f1 | paste -sd' ')" "T.02 X.K3"
done_testing
