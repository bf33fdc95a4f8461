#!/usr/bin/env bash
# Ctrl-C at random moments, for every tool: exit code 130 and a report that says it was broken off, or the
# report of an undisturbed run; no temporary file stays. ROUNDS and SEED may be set.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
while IFS= read -r line; do
	case $line in
	"ok "*) pass_ "${line#* - }" ;;
	"not ok "*) fail_ "${line#* - }" ;;
	"#"*) echo "$line" ;;
	esac
done < <("$PYTHON" tests/trust/interrupt.py 2>&1 || echo "# exit $?")
is "every tool was interrupted" $t_n 6
done_testing
