# Sourced after tests/lib.sh by tests of the viewer: amt-logview --tui in terminals of tmux. Ends the test where tmux
# can't open one. Screens are compared with tests/golden/tui; UPDATE=1 writes them anew.
if ! command -v tmux >/dev/null; then
	skip "amt-logview --tui" "tmux is not installed"
	done_testing
	exit
fi
run=0
mux() { tmux -S "$tmp/tmux.$run" -f /dev/null "$@"; }
at_exit "mux kill-server 2>/dev/null"
unset TMUX
if ! mux new-session -d 'sleep 5' 2>/dev/null || ! mux list-sessions >/dev/null 2>&1; then
	skip "amt-logview --tui" "tmux can't open a terminal here (no /dev/pts?)"
	done_testing
	exit
fi

# tui SIZE TERM LOCALE args...: starts the viewer in a terminal of its own
tui() {
	local w=${1%x*} h=${1#*x} term=$2 locale=$3 arg cmd; shift 3
	mux kill-server 2>/dev/null
	run=$((run + 1)) # a server that is still going away is left alone
	rm -f "$tmp/code"
	cmd="unset NO_COLOR; PATH=$(printf %q "$PATH"); cd $(printf %q "${from:-$PWD}"); ${env_:+export $env_;} export TERM=$term LC_ALL=$locale XDG_STATE_HOME=$(printf %q "$tmp/state"); ${pipe_:+cat $(printf %q "$pipe_") |} amt-logview --tui"
	for arg; do cmd="$cmd $(printf %q "$arg")"; done
	mux -u new-session -d -x "$w" -y "$h" "bash -c $(printf %q "$cmd; echo \$? >$tmp/code; sleep 20")"
}
keys() { local k; for k; do mux send-keys "$k"; sleep 0.05; done; }
typed() { mux send-keys -l "$1"; sleep 0.05; }
# shot NAME WHAT [-e]: the screen is (or becomes within ten seconds) the golden one
shot() {
	local want=tests/golden/tui/$1.txt what=$2 got=$tmp/screen i; shift 2
	if [ -n "${UPDATE:-}" ]; then
		sleep 1.5
		mux capture-pane -p "$@" >"$want"
	fi
	for ((i = 0; i < 100; i++)); do
		mux capture-pane -p "$@" >"$got" 2>/dev/null
		cmp -s "$got" "$want" && break
		sleep 0.1
	done
	ok "$what" diff -u "$want" "$got"
}
# sees TEXT WHAT: the text appears on the screen within ten seconds
sees() {
	local i
	for ((i = 0; i < 100; i++)); do
		mux capture-pane -p 2>/dev/null | grep -qF -e "$1" && break
		sleep 0.1
	done
	mux capture-pane -p >"$tmp/screen" 2>/dev/null
	ok "$2" grep -F -e "$1" "$tmp/screen"
}
leaves() {
	local i
	keys q
	for ((i = 0; i < 100; i++)); do [ -s "$tmp/code" ] && break; sleep 0.1; done
	is "$1" "$(cat "$tmp/code" 2>/dev/null)" 0
}
