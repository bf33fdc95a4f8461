#!/usr/bin/env bash
# Strings from outside that want to drive a terminal, a spreadsheet or a browser, in every fact and every format.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
"$PYTHON" tests/trust/terminal.py
