# Sourced by test scripts: prints TAP, so that tests/run can count.
#
#   . tests/lib.sh          (scripts are started in the top folder)
#   ok "what holds" command [args]       passes when the command exits 0
#   is "what" "$got" "$want"             compares two strings
#   exits N "what" command [args]        wants that exit code; output in $tmp/out and $tmp/err
#   skip "what" "reason"
#   sub command [args]                   counts the TAP that it prints; fails when it ends otherwise
#   done_testing                         at the end
BUILD=${BUILD:-build}
BIN=$PWD/$BUILD/bin
case $BUILD in /*) BIN=$BUILD/bin ;; esac
TESTBIN=${BIN%/bin}/tests
PATH=$BIN:$TESTBIN:$PATH
PYTHON=/usr/bin/python3
export LC_ALL=C.UTF-8 TZ=UTC NO_COLOR=1 SOURCE_DATE_EPOCH=1767225600
unset COLUMNS
tmp=$(mktemp -d)
t_n=0 t_bad=0
t_cleanup=
at_exit() { t_cleanup="$*; $t_cleanup"; }
trap 'eval "$t_cleanup"; rm -rf "$tmp"' EXIT

pass_() { t_n=$((t_n + 1)); echo "ok $t_n - $1"; }
fail_() { t_n=$((t_n + 1)); t_bad=$((t_bad + 1)); echo "not ok $t_n - $1"; }
ok() {
	local what=$1; shift
	if "$@" >"$tmp/ok.log" 2>&1; then pass_ "$what"; else fail_ "$what"; echo "# $*"; head -n 20 "$tmp/ok.log" | sed 's/^/# /'; fi
}
is() {
	if [ "$2" = "$3" ]; then pass_ "$1"; else fail_ "$1"; echo "# got:  $2"; echo "# want: $3"; fi
}
exits() {
	local want=$1 what=$2 rc; shift 2
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null; rc=$?
	if [ $rc -eq "$want" ]; then pass_ "$what"; else
		fail_ "$what (exit $rc, wanted $want)"; echo "# $*"; head -n 5 "$tmp/err" | sed 's/^/# /'; fi
}
skip() { t_n=$((t_n + 1)); echo "ok $t_n - $1 # skip $2"; }
sub() {
	local line rc=0 bad=$t_bad
	"$@" >"$tmp/sub" 2>&1 || rc=$?
	while IFS= read -r line; do
		case $line in
		"ok "*) pass_ "${line#* - }" ;;
		"not ok "*) fail_ "${line#* - }" ;;
		1..*) ;;
		*) echo "# ${line#\# }" ;;
		esac
	done <"$tmp/sub"
	[ $rc -eq 0 ] || [ $t_bad -gt $bad ] || fail_ "$1 ended well (exit $rc)"
}
done_testing() { echo "1..$t_n"; [ $t_bad -eq 0 ]; }
