#!/usr/bin/env bash
# Framings, encodings, times and damage by the handbook's rules: tests/logs/formats.py.
. tests/lib.sh
$PYTHON tests/logs/formats.py "$tmp/logs"
