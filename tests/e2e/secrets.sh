#!/usr/bin/env bash
# Passwords, keys and keytabs with a mark in them, which then is nowhere.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
"$PYTHON" tests/trust/secrets.py
