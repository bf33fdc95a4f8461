#!/usr/bin/env bash
# amt-certcheck --each over a fleet: a progress line on a terminal and nowhere else, order and verdicts whatever
# the number of workers, Ctrl-C in the middle, memory that does not grow with the number of chains.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
N=600
gen_chains "$tmp" $N 4 || exit 1
openssl x509 -in "$tmp/root.pem" -noout -fingerprint -sha256 | sed 's/.*=//' >"$tmp/list"
each() { amt-certcheck --each --hashes "$tmp/list" --suffix bench.test --firmware 16.1 --now 2026-11-20T12:00:00Z "$@"; }
on_tty() { $PYTHON tests/helpers/pty_run.py "$tmp/screen" "${tty[@]}" amt-certcheck --each --hashes "$tmp/list" --suffix bench.test --firmware 16.1 --now 2026-11-20T12:00:00Z "$@" >"$tmp/out"; }
many() { local i; for i in $(seq "$1"); do echo "$tmp/chains"; done; }

each --jobs 1 "$tmp/chains" >"$tmp/one" 2>"$tmp/err"
is "every chain has a line and passes" "$(grep -c '^pass' "$tmp/one")" $N
is "no progress where there is no terminal" "$(cat "$tmp/err")" ""
each --jobs 5 "$tmp/chains" >"$tmp/five" 2>/dev/null
ok "the number of workers changes nothing" cmp "$tmp/one" "$tmp/five"

tty=()
on_tty "$tmp/chains"; is "on a terminal: exit code" $? 0
ok "a progress line with how many of how many" grep -aqE "chains: [0-9]+ of $N" "$tmp/screen"
ok "and the output is the same" cmp "$tmp/one" "$tmp/out"
on_tty --no-progress "$tmp/chains"; is "--no-progress" "$(grep -ac 'chains:' "$tmp/screen")" 0
on_tty --quiet "$tmp/chains"; is "--quiet: no progress, no lines of what passes" "$(grep -ac 'chains:' "$tmp/screen") $(wc -l <"$tmp/out")" "0 0"

# Ctrl-C: exit code 130, whole lines, in order, and not all of them
tty=(-i "chains: ")
# shellcheck disable=SC2046
on_tty --jobs 2 $(many 200); is "Ctrl-C: exit code" $? 130
got=$(wc -l <"$tmp/out")
is "Ctrl-C: some were done, and the rest was left" "$((got > 0 && got < 200 * N))" 1
is "Ctrl-C: what was done is whole and in order" "$(awk -v n=$N 'NR == FNR { e[NR - 1] = $0; next } $0 != e[(FNR - 1) % n] { bad++ } END { print bad + 0 }' "$tmp/one" "$tmp/out")$(tail -c 1 "$tmp/out" | tr -d '\n')" 0

# memory: ten times the chains
kib() { "$PYTHON" -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' amt-certcheck --each --jobs 2 --firmware 16.1 --now 2026-11-20T12:00:00Z "$@"; }
case $(ldd "$BIN/amt-certcheck" 2>/dev/null) in
*libasan*) skip "memory for ten times the chains" "ASan keeps what was freed" ;;
*)
	few=$(kib "$tmp/chains")
	# shellcheck disable=SC2046
	lots=$(kib $(many 10)); is "ten times the chains take less than half as much memory again" "$((lots * 2 < few * 3))" 1 ;;
esac
done_testing
