#!/usr/bin/env bash
# Archives and profiles that want to break amt-stage.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
"$PYTHON" tests/trust/bundle_hostile.py
