#!/usr/bin/env bash
# Sourced after tests/pki.sh by scripts of amt-certcheck, and by no others: tests/site.sh has a verdict of another shape.
# Of the document that a script's check() left in $tmp/doc: v ID, its verdicts; s ID, its summaries.
v() { jq -r --arg id "$1" '[.findings[]|select(.id==$id)|.verdict]|join(",")' "$tmp/doc"; }
s() { jq -r --arg id "$1" '[.findings[]|select(.id==$id)|.summary]|join("; ")' "$tmp/doc"; }
verdict() { is "$1" "$(v "$2")" "$3"; }
says() { case $(s "$2") in *"$3"*) pass_ "$1" ;; *) fail_ "$1"; echo "# $(s "$2")" ;; esac; }
bundle() { local f; for f; do cat "$P/$f.pem"; done; }
