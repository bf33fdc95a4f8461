#!/usr/bin/env bash
# The viewer in real terminals: keys are sent with tmux, screens compared with tests/golden/tui.
#   UPDATE=1 tests/e2e/tui.sh    writes the screens anew
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/tmux.sh

log=captures/contoso/logs/Amtopmgr.log
tui 80x24 screen-256color C.UTF-8 $log
shot first "80x24: the first screen"
shot colours "256 colours: warnings stand out" -e
keys e
shot error "next error"
keys Enter
shot detail "the detail pane: code, meaning, what to do"
keys Enter x e e
shot elapsed "elapsed time from a mark"
keys x g / ; typed "hash"; keys Enter
shot find "find: the place, highlighted" -e
keys n n N
shot find-next "find next and previous"
keys f; typed "pc04"; keys Down; typed "e"
shot form "the filter's form"
keys Enter
shot filtered "two fields of the filter together"
keys F
sees "/215  " "F shows everything again"
keys T; typed "08:40"; keys Enter
shot time "jump to a time of day"
keys L; typed "100"; keys Enter
sees "Amtopmgr.log:100 " "jump to a line"
keys m g ']'
shot bookmark "bookmark, and back to it"
keys s
shot sessions "tasks and their milestones"
keys n Down Down Enter
shot milestone "a milestone's line"
keys '?'
shot help "help"
keys q G
sees "tail" "End stays at the end"
mux resize-window -x 120 -y 30
shot resized "another size while it runs"
leaves "leaving is clean"

tui 120x30 screen C.UTF-8 captures/contoso/logs
shot merged "120x30: several logs merged by time, all columns"
keys '['
sees "no bookmark above" "no bookmark of another place"
keys L; typed "1"; keys Enter ']'
sees "Amtopmgr.log:100 " "bookmarks are kept between runs"
keys F
shot kept "the filter is kept between runs"
shot colours-8 "8 colours" -e
leaves "leaving is clean"

rm -rf "$tmp/state"
tui 80x24 vt100 C captures/logs/japanese-932.log captures/logs/german-1252.log --codepage CP932
shot vt100 "vt100, not UTF-8: no colours, '?' for what it lacks" -e
leaves "leaving is clean"
tui 80x24 screen-256color C.UTF-8 captures/logs/japanese-932.log --codepage CP932
shot japanese "wide characters"
keys l h l
leaves "leaving is clean"
tui 80x24 screen C.UTF-8 captures/logs/german-utf16le.log captures/logs/damaged.log
shot damaged "UTF-16, and a damaged log"
leaves "leaving is clean"

# Lines to a file, and a log that grows.
mkdir "$tmp/folder"
from=$tmp/folder
head -n 20 $log >"$tmp/grow.log"
tui 80x24 screen C.UTF-8 --follow "$tmp/grow.log"
sees "20/20" "--follow starts at the end"
sed -n 21,22p $log >>"$tmp/grow.log"
sees "22/22" "and stays there as the log grows"
keys k v k k w C-u; typed lines.txt; keys Enter
sees "3 lines written to lines.txt" "the selected lines go to a file"
is "and are in it" "$(cut -c1-65 "$tmp/folder/lines.txt" | head -n 1)" "2009-01-14T08:10:07.429+01:00  info     SMS_AMT_OPERATION_MANAGER"
is "all of them" "$(wc -l <"$tmp/folder/lines.txt")" 3
keys w C-u; typed lines.txt; keys Enter
sees "is there already" "a file that is there is left alone"
head -n 5 $log >"$tmp/new.log"; mv "$tmp/new.log" "$tmp/grow.log"
sees "5/5" "a log that was replaced is read again"
leaves "leaving is clean"

# A large log: at once on the screen, and little memory once all of it is read.
from=
for ((i = 0; i < 1700; i++)); do cat $log; done >"$tmp/large.log"
start=$(date +%s%N)
tui 80x24 screen C.UTF-8 "$tmp/large.log"
sees "large.log:1 " "a log of 64 MB"
echo "# first screen, tmux's start and our polling included: $((($(date +%s%N) - start) / 1000000)) ms"
keys G
sees "365500/365500" "is read in the background"
if grep -q __asan_init "$BIN/amt-logview"; then
	skip "in 32 MiB and 2 % of the file" "sanitizers take memory of their own"
else
	pid=$(pgrep -f "^amt-logview --tui $tmp/large.log")
	kb=$(awk '$1 == "VmHWM:" { print $2 }' "/proc/$pid/status")
	echo "# at most $kb KiB were taken"
	ok "in 32 MiB and 2 % of the file" test "${kb:-999999}" -le $((32768 + $(stat -c %s "$tmp/large.log") / 51200))
fi
leaves "leaving is clean"
done_testing
