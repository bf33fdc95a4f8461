#!/usr/bin/env bash
# The keys of the viewer one by one, in a terminal: what tests/e2e/tui.sh does not press. No goldens but what is asked for.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/tmux.sh
log=captures/contoso/logs/Amtopmgr.log
screen() { mux capture-pane -p 2>/dev/null; }
# gone TEXT WHAT: the text disappears within ten seconds
gone() {
	local i
	for ((i = 0; i < 100; i++)); do screen | grep -qF -e "$1" || break; sleep 0.1; done
	is "$2" "$(screen | grep -cF -e "$1")" 0
}
at() { sees "Amtopmgr.log:$1 " "$2"; }

tui 80x24 screen-256color C.UTF-8 $log
at 1 "opens"
keys NPage; at 23 "PgDn: a screen"
keys Space; at 45 "Space: another"
keys PPage b; at 1 "PgUp and b: back"
keys j Down j; at 4 "j and Down"
keys k Up; at 2 "k and Up"
keys End; at 215 "End"
keys Home; at 1 "Home"
keys e; sees ">E" "e: an error"; first=$(screen | tail -n 1 | cut -d' ' -f1)
keys e E; sees "$first " "E: the error before"
keys g E; sees "no error above" "E at the first"
keys G e; sees "no error below" "e at the last"
keys g '\'; typed 'pc0[56].*mode for'; keys Enter
sees "no 'pc0" "a regular expression that is nowhere"
keys '\'; typed 'mode for device pc0[67]'; keys Enter
sees "The provision mode for device pc06" "a regular expression"
keys '\'; typed '('; keys Enter
sees "missing closing parenthesis" "and one that is none"
lit() { mux capture-pane -pe | grep -c '48;5;221m'; }
keys / ; typed "pc06"; keys Enter; sleep 0.5
is "H: highlighted" "$([ "$(lit)" -gt 0 ] && echo yes)" yes
keys H; for ((i = 0; i < 50; i++)); do [ "$(lit)" = 0 ] && break; sleep 0.1; done
is "H: no more" "$(lit)" 0
keys g d; sees "Record, lines 1 to" "d: the record explained"
keys J; sees "Record, lines 2 to" "J: scrolled"
keys K; sees "Record, lines 1 to" "K: back"
keys d; gone "Record, lines" "d: closed"
keys t; sees "2009-01-14 08:00:00.000" "t: with the date"
keys t; gone "Time  " "t: no time"
keys t; sees "Time  " "t: time of day"
keys c; sees "Component" "c: component"
keys c i; gone "Thread Text" "i: no thread"; gone "Component" "c: no component"
keys i u; sees "Time (UTC)" "u: UTC"; sees "07:00:00.000" "an hour less in winter"
keys u l l 0; sees "Waiting for incoming hello" "0: back from the side"
keys S; sees "  tail" "S: stays at the end"; at 215 "and goes there"
keys S; gone "  tail" "S: no more"
printf '\033[5;5HRUBBISH' >"$(mux display -p '#{pane_tty}')"; sees RUBBISH "something else writes on the screen"
keys C-l; gone RUBBISH "^L draws it again"
keys g x; sees "x" "x"; keys j j e; sees " from x" "elapsed time from x"; keys x x; gone " from x" "x again: gone"
keys L; typed "zz"; keys Enter; sees "zz" "a line that is no number"
keys T; typed "2009-01-14 09:30"; keys Enter; sees "09:30:00.000" "T with a date"
keys T; typed "nonsense"; keys Enter; sees "nonsense" "a time that is none"

# The form, field by field.
form() { # FIELDS-DOWN TEXT WHAT COUNT
	keys f C-x; for ((i = 0; i < $1; i++)); do keys Down; done
	typed "$2"; keys Enter; sees "/$4 of 215 (filter)" "$3"
}
form 1 e "severity" "$(amt-logview --records --severity error $log 2>/dev/null | jq -r 'select(.severity == "error") | 1' | wc -l)"
form 2 'AMT_*_MAN' "component, with wildcards" 215
form 3 0x984 "thread, hexadecimal" "$(amt-logview --records --thread 0x984 $log 2>/dev/null | wc -l)"
form 3 2436 "thread, decimal" "$(amt-logview --records --thread 2436 $log 2>/dev/null | wc -l)"
form 4 pc06 "device" "$(grep -c pc06 $log)"
keys f C-x Down Down Down Down Down; typed "2009-01-14 07:30"; keys Down; typed "2009-01-14 07:40"; keys Enter
sees "of 215 (filter)" "from and to"
is "are in force" "$(screen | sed -n 2,23p | grep -E '[0-9]:[0-9]' | grep -vcE ' 08:3[0-9]:')" 0
keys f Up; sees "> To" "Up goes round"
keys Tab; sees "> Text" "Tab goes on"; typed 'pc0[12]'; keys C-r; sees "is a regular expression" "^R"
keys Down Down Down; typed "zz"; keys Enter; sees "thread:" "a thread that is no number is refused"
keys C-u; sees "decimal, or 0x" "^U empties a field"
keys C-x; sees "any part of the line" "^X empties all"
keys Escape; sees "of 215 (filter)" "Esc changes nothing"
keys F; gone "(filter)" "F shows everything"
keys f C-x; typed "nosuchthing"; keys Enter; sees "0 of 215 (filter)" "a filter that nothing fits"
keys e n m x v d w Enter; sees "there is no line to write" "and every key on nothing"
ok "no file is made of nothing" test ! -e amt-logview.txt; keys d
for size in 20x3 5x2 2x1 300x80 80x24; do mux resize-window -x "${size%x*}" -y "${size#*x}"; sleep 0.1; keys j d; done
keys F; gone "(filter)" "all sizes of a window are borne"

# Saved filters.
keys P; sees "no filter is saved yet" "P without any"
keys f C-x; typed pc05; keys C-n; typed "five"; keys Enter; sees "saved as five" "^N saves"
keys C-x Down; typed e; keys C-n; typed "errors"; keys Enter; sees "saved as errors" "another"
keys C-x C-n; sees "nothing is filled in" "an empty one is refused"
keys Escape P; sees "[ ] errors" "P lists them"; sees "text pc05" "with what they ask for"
keys Space j Space q; sees "of 215 (filter)" "both switched on"
both=$(screen | tail -n 1 | grep -o '/[0-9]* of'); only=$(grep -c pc05 $log)
keys P a; sees "any that is switched on" "a: one is enough"; keys q; sleep 0.7
any=$(screen | tail -n 1 | grep -o '/[0-9]* of')
echo "# every: $both any: $any lines with pc05: $only"
is "any shows at least as many as each" "$([ "$(tr -dc 0-9 <<<"$any")" -gt "$only" ] && [ "$(tr -dc 0-9 <<<"$both")" -lt "$only" ] && echo yes)" yes
keys F; gone "(filter)" "F: everything"; keys F; sees "of 215 (filter)" "F: filtered again"
keys q
tui 80x24 screen C.UTF-8 $log
sees "/215  " "the next run begins with everything"
keys P; sees "[x] errors" "saved filters and switches are kept between runs"; sees "any that is switched on" "and how they are combined"
keys D; gone "] five" "D deletes"; keys e f; sees "Severity   e" "e: into the form"
keys Escape q

# The tasks.
tui 80x24 screen C.UTF-8 $log
keys s; sees "Begin (UTC)" "s"; keys G; last=$(screen | grep '^>'); keys g; top=$(screen | grep '^>')
is "G and g" "$([ -n "$last" ] && [ "$last" != "$top" ] && echo yes)" yes
keys n; second=$(screen | grep '^>'); keys n p; sleep 0.3; is "n and p" "$(screen | grep '^>')" "$second"
keys Space b Home End q; at 1 "q: back, where it was"
keys s Escape; at 1 "Esc too"
leaves "leaving is clean"
cp $log "$tmp/Amtopmgr.log"; cut=$(head -n 60 $log | wc -c); head -c "$cut" $log >"$tmp/Amtopmgr.log"
tui 80x24 screen C.UTF-8 --follow "$tmp/Amtopmgr.log"
keys s; sees " tasks of " "tasks of a log that grows"; few=$(screen | tail -n 1 | cut -d' ' -f1); keys q
tail -c "+$((cut + 1))" $log >>"$tmp/Amtopmgr.log"; sees "215/215" "it has grown"
keys s; for ((i = 0; i < 50; i++)); do [ "$(screen | tail -n 1 | cut -d' ' -f1)" != "$few" ] && break; sleep 0.1; done
is "the tasks are read again" "$([ "$(screen | tail -n 1 | cut -d' ' -f1)" -gt "$few" ] && echo yes)" yes
keys q; leaves "leaving is clean"
# A folder whose log is rolled over: what was in sight is in the other file.
mkdir "$tmp/roll"; cp $log "$tmp/roll/Amtopmgr.log"
tui 80x24 screen C.UTF-8 --follow "$tmp/roll"; sees "215/215" "a folder"
head -n 3 $log >"$tmp/new.log"; mv "$tmp/roll/Amtopmgr.log" "$tmp/roll/Amtopmgr.lo_"; mv "$tmp/new.log" "$tmp/roll/Amtopmgr.log"
sees "218/218" "rolled over: both are there"; keys g d J e s; sees "tasks of" "and can be worked with"; keys q; leaves "leaving is clean"
# A long reading does not hold up the viewer, nor leaving it.
for ((i = 0; i < 400; i++)); do cat $log; done >"$tmp/long.log"
tui 80x24 screen C.UTF-8 "$tmp/long.log"
keys s q; sees "long.log:1 " "the list is back while tasks are read"
leaves "leaving in the middle of it is clean"

# Inputs that are copied as they are read.
gzip -c $log >"$tmp/a.log.gz"
tui 80x24 screen C.UTF-8 "$tmp/a.log.gz"; sees "1/215" "gzip"; keys G; sees "215/215" "gzip: to its end"
pid=$(pgrep -f "^amt-logview --tui $tmp/a.log.gz")
is "its copy is a file without a name, not memory" "$(ls -l "/proc/$pid/fd" | grep -cE 'tmp/#[0-9]+ \(deleted\)')" 1
leaves "leaving is clean"
if command -v zstd >/dev/null; then
	zstd -q -o "$tmp/a.log.zst" $log
	tui 80x24 screen C.UTF-8 "$tmp/a.log.zst"; sees "1/215" "zstd"; leaves "leaving is clean"
fi

for ((i = 0; i < 40; i++)); do cat $log; done | iconv -t UTF-16 | gzip -c >"$tmp/wide.log.gz"
tui 80x24 screen C.UTF-8 "$tmp/wide.log.gz"; keys G; sees "8600/8600" "UTF-16 within gzip, larger than a window"
keys L; typed 4444; keys Enter; at4444=$(sed -n "$((4444 % 215))p" $log | cut -c1-30); sees ".gz:4444 " "back in its copy"
is "the line that is there" "$(screen | grep -cF -e "$at4444")" 1
leaves "leaving is clean"
gzip -c $log | head -c 2500 >"$tmp/cut.log.gz"
tui 120x24 screen C.UTF-8 "$tmp/cut.log.gz"; sees "in the middle of its gzip data" "a packed log that is cut"
keys G; sees "cut.log.gz:98 " "what could be unpacked is shown"; keys s; sees "3 tasks of " "and understood"
keys q; leaves "leaving is clean"

pipe_=$log tui 80x24 screen C.UTF-8 -
sees "1/215" "standard input, the keyboard is the terminal's"; keys G; sees "215/215" "to its end"
keys s; sees "7 tasks of 9 devices" "its tasks"; keys g Down Down Enter
sees "-:13 " "and a milestone's line"; keys s q; leaves "leaving is clean"
is "a terminal is no log" "$(tui 80x24 screen C.UTF-8 -; for ((i = 0; i < 100; i++)); do [ -s "$tmp/code" ] && break; sleep 0.1; done; cat "$tmp/code")" 64

# The first screen before the rest is there: a packed log out of a pipe, half of it at a time.
gzip -c $log >"$tmp/a.log.gz"; mkfifo "$tmp/pipe"; exec 8<>"$tmp/pipe"
pipe_=$tmp/pipe tui 80x24 screen C.UTF-8 - 8>&-
head -c 2500 "$tmp/a.log.gz" >&8; sees "1/97" "half of a packed log"; keys G e; sees "no error below" "can be read"
keys s; sees "3 tasks of " "its tasks so far"; keys q G
tail -c +2501 "$tmp/a.log.gz" >&8; sees "215/215" "the rest, as it comes"
exec 8>&-; keys s; sees "7 tasks of 9 devices" "and its tasks"; keys q; leaves "leaving is clean"
# A pipe with a name (or bash's <(...)) can be opened only once.
exec 8<>"$tmp/pipe"; tui 80x24 screen C.UTF-8 "$tmp/pipe" 8>&-; cat $log >&8
sees "1/215" "a named pipe"; keys s; sees "7 tasks of 9 devices" "and its tasks"; keys q; leaves "leaving is clean"; exec 8>&-

tui 80x24 screen C.UTF-8 --utc $log; sees "07:00:00.000" "--utc: begins with times in UTC"; leaves "leaving is clean"

# A letter of another character set is no key; those behind it are.
tui 80x24 screen-256color C.UTF-8 $log
at 1 "opens"
printf '\344jj' | mux load-buffer - && mux paste-buffer -p
at 3 "a Latin-1 letter, then two keys"
leaves "leaving is clean"

# Colours: 16, and none when asked.
if infocmp xterm >"$tmp/xterm" 2>/dev/null && command -v tic >/dev/null; then
	sed 's/^xterm[^,]*,/amt16|sixteen colours,/; s/colors#[^,]*,/colors#16,/; s/pairs#[^,]*,/pairs#256,/' "$tmp/xterm" | TERMINFO=$tmp/ti tic -x -o "$tmp/ti" - 2>/dev/null
	env_=TERMINFO=$tmp/ti tui 80x24 amt16 C.UTF-8 $log
	keys e; sees ">E" "16 colours"
	is "errors are red" "$(mux capture-pane -pe | grep -c '\[31m\|;31m')" "$(mux capture-pane -p | grep -c '^.E')"
	leaves "leaving is clean"
fi
# Where no screen can be drawn it says so; a blank one would be taken for an empty log.
refused() {
	local i
	for ((i = 0; i < 100; i++)); do [ -s "$tmp/code" ] && break; sleep 0.1; done
	is "TERM=$1: refused" "$(cat "$tmp/code" 2>/dev/null)" 64
	sees "$2" "and says why"; sees "--records" "and what to do"
}
tui 100x24 dumb C.UTF-8 $log; refused dumb "TERM=dumb"
tui 100x24 "" C.UTF-8 $log; refused "" "TERM is not set"
# A newterm() that fails leaves what libtinfo made for it: nothing of ours.
env_=ASAN_OPTIONS=detect_leaks=0 tui 100x24 nonsense C.UTF-8 $log; refused nonsense "TERM=nonsense"

tui 80x24 screen-256color C.UTF-8 --color never $log
keys e; sees ">E" "--color never"
is "no colour on the screen" "$(mux capture-pane -pe | grep -cE '\[([0-9;]*;)?(3[0-8]|4[0-8])[;m]')" 0
leaves "leaving is clean"
done_testing
