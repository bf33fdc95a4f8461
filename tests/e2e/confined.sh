#!/usr/bin/env bash
# Every tool in every mode is confined before its first foreign byte, and says what was done.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
"$PYTHON" tests/trust/confined.py
