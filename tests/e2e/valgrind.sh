#!/usr/bin/env bash
# A small case of every tool under valgrind.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
if ! command -v valgrind >/dev/null; then skip "memcheck" "valgrind is not installed"; done_testing; exit 0; fi
if [ -n "${AMTDIAG_SANITIZED:-}" ]; then skip "memcheck" "the sanitizer looks already"; done_testing; exit 0; fi
if ! valgrind -q true 2>/dev/null; then skip "memcheck" "valgrind does not run here"; done_testing; exit 0; fi
"$PYTHON" tests/trust/valgrind.py
