#!/usr/bin/env bash
# amt-logview as people use it: following, packed input, standard input, bad input, merging.
. tests/lib.sh
L=captures/logs
count() { amt-logview --records "$@" 2>/dev/null | wc -l; }

# --follow: appended lines, rollover (renamed away, begun anew), truncation.
f=$tmp/follow.log
line() { printf '%s  $$<SMS_AMT_OPERATION_MANAGER><Wed Jan 14 13:43:%02d.123 2009 GMT Standard Time><thread=2436 (0x984)>\r\n' "$1" "$2"; }
line one 1 >"$f"
amt-logview --follow "$f" >"$tmp/followed" 2>"$tmp/follow.err" &
pid=$!
at_exit "kill $pid 2>/dev/null"
waitfor() { for _ in $(seq 100); do grep -q "\"text\":\"$1\"" "$tmp/followed" && return 0; sleep 0.1; done; return 1; }
ok "follow: what is there" waitfor one
printf 'half a record' >>"$f"; sleep 0.6
is "follow: half a record is waited for" "$(grep -c half "$tmp/followed")" 0
line ' comes whole' 2 >>"$f"
ok "follow: and comes whole" waitfor 'half a record comes whole'
line last 3 >>"$f"; mv "$f" "${f%.log}.lo_"; line new 4 >"$f"
ok "follow: the last line before rollover" waitfor last
ok "follow: through rollover" waitfor new
: >"$f"; sleep 0.6; line cut 5 >"$f"
ok "follow: through truncation" waitfor cut
{ line regrown 6; line and 7; line more 8; } >"$tmp/longer"; cat "$tmp/longer" >"$f"
ok "follow: through truncation, longer than before when it is looked at again" waitfor regrown
is "follow: nothing twice" "$(sort "$tmp/followed" | uniq -d | wc -l)" 0
kill -INT $pid; wait $pid
is "follow: ends with 130" $? 130

# In UTF-16 a log of Japanese text takes less than in UTF-8: that is no truncation.
line "$(printf 'あ%.0s' {1..300})" 1 | iconv -f UTF-8 -t UTF-16 >"$f"
amt-logview --follow "$f" >"$tmp/followed" 2>"$tmp/follow.err" &
pid=$!
at_exit "kill $pid 2>/dev/null"
ok "follow: UTF-16" waitfor 'あ*'
sleep 0.6
is "follow: each line once" "$(wc -l <"$tmp/followed")" 1
kill -INT $pid; wait $pid

# Records as a table, for spreadsheets; no other format is taken for JSON.
printf 'a, "b"  $$<C><Wed Jan 14 13:43:12.123 2009 GMT Standard Time><thread=7 (0x7)>\r\n=1+1\r\n' >"$tmp/csv.log"
(cd "$tmp" && amt-logview --records --format csv csv.log) >"$tmp/csv" 2>/dev/null
printf '%s\r\n' file,line,time,component,thread,severity,text 'csv.log,1,2009-01-14T13:43:12.123Z,C,7,info,"a, ""b"""' "csv.log,2,,,,info,\"'=1+1\"" >"$tmp/want"
ok "records as CSV" diff "$tmp/want" "$tmp/csv"
amt-logview --records --format html "$tmp/csv.log" >/dev/null 2>&1
is "records as a page: refused" $? 64

# A pipe is followed line by line, and over when its writer is gone.
mkfifo "$tmp/pipe"; exec 8<>"$tmp/pipe"
amt-logview --follow - <"$tmp/pipe" >"$tmp/followed" 2>"$tmp/follow.err" 8>&- &
pid=$!
at_exit "kill $pid 2>/dev/null"
line piped 6 >&8
ok "follow: a pipe that says little" waitfor piped
printf cut >&8; exec 8>&-
ok "follow: its last half line" waitfor cut
wait $pid
is "follow: ends with the pipe" $? 0
# Nobody writes, nobody closes: a signal ends the reading.
exec 8<>"$tmp/pipe"
for how in --records --json "--records --follow"; do
	# shellcheck disable=SC2086 # words
	timeout -s INT --preserve-status -k 5 0.4 amt-logview $how - <&8 >"$tmp/out" 2>&1
	is "$how: Ctrl-C while a pipe is silent" $? 130
done
exec 8>&-

# Lines, hours and threads of any number of digits: what one line has in common with the next is
# written once.
awk -v long="$tmp/long.log" -v want="$tmp/want" 'BEGIN {
	for (i = 1; i <= 12000; i++) {
		ms = i * 7370 + (i % 3 ? 0 : i % 7); s = int(ms / 1000); th = (i * 7919) % 10 ^ (i % 10)
		hms = sprintf("%02d:%02d:%02d", s / 3600 % 24, s / 60 % 60, s % 60); day = 14 + int(s / 86400)
		c = i % 1000 < 500 ? "SMS_AMT_OPERATION_MANAGER" : "X"
		printf "line %d  $$<%s><Wed Jan %d %s.%03d 2009 GMT Standard Time><thread=%d (0x%X)>\r\n", i, c, day, hms, ms % 1000, th, th >long
		frac = ms % 1000 ? sprintf(".%03d", ms % 1000) : ""
		printf "{\"line\":%d,\"time\":\"2009-01-%dT%s%sZ\",\"component\":\"%s\",\"thread\":%d,\"severity\":\"info\",\"text\":\"line %d\"}\n", i, day, hms, frac, c, th, i >want
	}
}'
amt-logview --records "$tmp/long.log" | sed 's/"file":"[^"]*",//' >"$tmp/got"
ok "records: every number, time and component" cmp "$tmp/got" "$tmp/want"

# The text of a record settles its code page, by the zone's name; its component is read after it.
sed 's/<SMS_AMT_/<\x83G\x83\x89_/' $L/japanese-932.log >"$tmp/japanese.log"
is "records: the component in the code page of the text" "$(amt-logview --records "$tmp/japanese.log" | jq -r .component | head -n 1)" "エラ_OPERATION_MANAGER"

# A log large enough for two threads without --jobs: found the same by any number of them.
gen_log 6000000 >"$tmp/large.log"
facts_by() { amt-logview --now 2009-02-01T00:00:00Z --json "$@" "$tmp/large.log" 2>/dev/null | jq -S .facts; }
facts_by --jobs 1 >"$tmp/want"
ok "a large log: its tasks" jq -e '.sessions | length > 1000' "$tmp/want"
for jobs in "" "--jobs 2" "--jobs 5"; do # shellcheck disable=SC2086
	facts_by $jobs >"$tmp/got"
	ok "a large log: the same with ${jobs:-no --jobs}" cmp "$tmp/got" "$tmp/want"
done
# Neither one processor nor a small log gets a thread more.
threads() { strace -f -qq -e trace=clone,clone3 -e signal=none "$@" 2>&1 >/dev/null | grep -c CLONE_THREAD; }
if [ -n "${AMTDIAG_SANITIZED:-}" ]; then
	skip "threads without --jobs" "the sanitizer has one of its own"
elif ! strace -f -qq -o /dev/null true 2>/dev/null; then
	skip "threads without --jobs" "strace may not trace here"
else
	cpu=$(taskset -pc $$ | sed 's/.*: \([0-9]*\).*/\1/')
	is "one processor: no thread more" "$(threads taskset -c "$cpu" amt-logview --format status "$tmp/large.log")" 0
	is "a small log: no thread more" "$(threads amt-logview --format status "$L/server-2007.log")" 0
	ok "--jobs 3: threads" [ "$(threads amt-logview --format status --jobs 3 "$tmp/large.log")" -ge 2 ]
fi

# --codes: every HRESULT of the table in a line of its own comes out with its symbol and its tag.
awk -F'\t' '!/^#/ && $2 == "HRESULT" { n++; printf "Error %s (%d) returned.  $$<SMS_AMT_OPERATION_MANAGER><Wed Jan 14 13:43:12.123 2009 GMT Standard Time><thread=%d (0x%X)>\r\n", $1, n, n, n }' common/trace/codes.tsv >"$tmp/codes.log"
awk -F'\t' '!/^#/ && $2 == "HRESULT" { print "6", toupper(substr($1, 3)), $3, $4 }' common/trace/codes.tsv >"$tmp/want"
amt-logview --records --codes "$tmp/codes.log" | jq -r '.codes[0] | "\(.at) \(.code[2:]) \(.tag) \(.symbol)"' >"$tmp/got"
ok "records: codes in place" cmp "$tmp/got" "$tmp/want"
ok "records: enough codes" [ "$(wc -l <"$tmp/want")" -gt 100 ]
is "records: no codes" "$(amt-logview --records --codes $L/server-2007.log | jq -c 'select(.text | test("Wakes up")) | .codes' | sort -u)" "[]"
ok "records: codes behind a line of text" sh -c "amt-logview --records --raw --codes '$tmp/codes.log' | grep -q 'Error 0x80090326 .*returned\.  \[0x80090326 SEC_E_ILLEGAL_MESSAGE: '"
# However many there are in one text.
{ printf 'Errors'; for i in $(seq 1000); do printf ' 0x80090326'; done; printf '  $$<SMS_AMT_OPERATION_MANAGER><Wed Jan 14 13:43:12.123 2009 GMT Standard Time><thread=1 (0x1)>\r\n'; } >"$tmp/many.log"
is "records: a thousand codes in a text" "$(amt-logview --records --codes "$tmp/many.log" | jq -c '.codes | [length, .[0].at, .[999].at]')" "[1000,7,10996]"
is "records: as without them but for the list" "$(amt-logview --records --codes $L/damaged.log | jq -c 'del(.codes)' | md5sum)" "$(amt-logview --records $L/damaged.log | jq -c . | md5sum)"

# Packed and piped input gives the same records.
amt-logview --records $L/server-2007.log | jq -c 'del(.file)' >"$tmp/plain"
gzip -c $L/server-2007.log >"$tmp/x.log.gz"; zstd -qc $L/server-2007.log >"$tmp/x.log.zst"
for x in gz zst; do
	amt-logview --records "$tmp/x.log.$x" | jq -c 'del(.file)' >"$tmp/packed"
	ok "$x gives the same records" cmp "$tmp/plain" "$tmp/packed"
done
amt-logview --records - <$L/server-2007.log | jq -c 'del(.file)' >"$tmp/packed"
ok "standard input gives the same records" cmp "$tmp/plain" "$tmp/packed"
facts() { jq -c '.facts | del(.files[].name, .files[].bytes) | .sessions, .devices, .files'; }
amt-logview --json captures/contoso/logs/Amtopmgr.log | facts >"$tmp/plain"
amt-logview --json - <captures/contoso/logs/Amtopmgr.log | facts >"$tmp/packed"
ok "a file as standard input gives the same report" cmp "$tmp/plain" "$tmp/packed"
head -c 400 "$tmp/x.log.gz" >"$tmp/cut.log.gz"
exits 0 "a cut gzip file is read as far as it goes" amt-logview --records "$tmp/cut.log.gz"
ok "and it is said" grep -q 'gzip' "$tmp/err"

for ((i = 0; i < 300; i++)); do cat captures/contoso/logs/Amtopmgr.log; done | zstd -q --long=27 >"$tmp/wide.log.zst"
exits 3 "zstd with a window of 128 MiB" amt-logview --records "$tmp/wide.log.zst"
ok "and it is said what to do" grep -q 'zstd -d --long=31' "$tmp/err"

# Reading in small pieces changes nothing: a slow pipe.
(while IFS= read -r -n 97 -d '' x || [ -n "$x" ]; do printf %s "$x"; done <$L/damaged.log) | amt-logview --records - | jq -c 'del(.file)' >"$tmp/slow"
amt-logview --records $L/damaged.log | jq -c 'del(.file)' >"$tmp/fast"
ok "a slow pipe gives the same records" cmp "$tmp/slow" "$tmp/fast"

# Bad input: a clear message, the right exit code, bounded memory.
: >"$tmp/empty.log"; head -c 100000 /dev/urandom >"$tmp/garbage.log"; mkdir "$tmp/folder"
exits 3 "an empty file" amt-logview "$tmp/empty.log"
exits 2 "binary garbage" amt-logview "$tmp/garbage.log"
ok "and it is said" grep -q 'not text' "$tmp/err"
exits 3 "an empty folder" amt-logview "$tmp/folder"
exits 3 "a missing file" amt-logview "$tmp/none.log"
exits 64 "nothing" amt-logview
(head -c 200000000 /dev/zero | tr '\0' x) >"$tmp/line.log"
peak() { /usr/bin/time -f %M -o "$tmp/peak" "$@" >/dev/null 2>&1; tail -n 1 "$tmp/peak"; }
if [ -n "${AMTDIAG_SANITIZED:-}" ]; then
	skip "one line of 200 MB within 64 MiB" "memory can't be bounded under a sanitizer"
elif [ -x /usr/bin/time ]; then
	m=$(peak amt-logview --no-progress "$tmp/line.log")
	ok "one line of 200 MB within 64 MiB (${m} KiB)" [ "$m" -lt 65536 ]
else
	skip "one line of 200 MB within 64 MiB" "no /usr/bin/time"
fi
rm -f "$tmp/line.log"

# A rolled-over log is one log: its task begins in the old file.
is "rolled-over files are joined" "$(amt-logview --json $L/rolled.log $L/rolled.lo_ | jq -c '[.facts.sessions[] | [.machine_id, .beginning_seen, .reached]]')" '[[76,true,"stage1-end"]]'
mkdir "$tmp/logs"; cp $L/rolled.lo_ $L/rolled.log $L/server-2007.log "$tmp/logs"
is "a folder gives its logs" "$(amt-logview --json "$tmp/logs" | jq '.facts.files | length')" 3

# Documents: the schema, the replay, HTML.
amt-logview --json --now 2026-01-01T00:00:00Z captures/contoso/logs/Amtopmgr.log >"$tmp/doc.json" 2>/dev/null
amt-logview --json --replay "$tmp/doc.json" >"$tmp/again.json" 2>/dev/null
is "replay gives the same findings" "$(jq -c '.findings, .facts' "$tmp/doc.json" | md5sum)" "$(jq -c '.findings, .facts' "$tmp/again.json" | md5sum)"
amt-logview --format html -o "$tmp/r.html" captures/contoso/logs/Amtopmgr.log 2>/dev/null
ok "HTML parses, and asks for nothing from outside" $PYTHON tests/html_check.py "$tmp/r.html"
ok "HTML holds a timeline for each device" [ "$(grep -c '<svg' "$tmp/r.html")" -ge 7 ]
exits 0 "help" amt-logview --help
# The console's own log: what it could not read is S5.V02 fail.
printf '<![LOG[GetAMTPowerState fail with result:0x80072EE9]LOG]!><time="10:00:00.000+000" date="11-20-2026" component="OOBConsole" context="" type="3" thread="4" file="x.cpp:1">\n' >"$tmp/Oobconsole.log"
is "the console could not read the power state" "$(amt-logview --json "$tmp/Oobconsole.log" 2>/dev/null | jq -r '.findings[] | select(.id == "S5.V02") | .verdict + ": " + .summary + " @ " + .evidence[0].locator')" "fail: the console could not read the power state (1) @ line 1"

# Merging what several servers found.
amt-logview --partial --source s1 $L/server-2007.log >"$tmp/1"; amt-logview --partial --source s2 captures/contoso/logs/Amtopmgr.log >"$tmp/2"
amt-logview merge --partial "$tmp/1" "$tmp/2" >"$tmp/12"; amt-logview merge --partial "$tmp/2" "$tmp/12" "$tmp/1" >"$tmp/212"
ok "merging twice changes nothing" cmp "$tmp/12" "$tmp/212"
is "merged facts hold both" "$(amt-logview merge --json "$tmp/12" 2>/dev/null | jq -c '[(.facts.files | length), (.facts.devices | length)]')" '[2,10]'
exits 3 "a file that is no summary" amt-logview merge $L/damaged.log
# Times whose offset nobody knows are local: no Z behind them, in no table.
printf 'Error: CSMSAMTProvTask, Error code 0x80072ee7 (12007)  $$<SMS_AMT_OPERATION_MANAGER><Wed Jan 14 10:00:01.000 2009><thread=7 (0x7)>\r\n' >"$tmp/local.log"
amt-logview "$tmp/local.log" --errors --stats -o "$tmp/local.out" 2>/dev/null
ok "there is a signature, with its time" grep -q '2009-01-14T10:00:01' "$tmp/local.out"
is "... which is local" "$(grep -c '2009-01-14T10:00:01[.0-9]*Z' "$tmp/local.out")" 0
# A hello that is refused for one reason after another: each finding names its own line, also later and elsewhere.
u=4C4C4544-0042-3510-8053-C4C04F595831 n=0
for why in "not found in the database" "a SMS client" "blocked or auto-provisioning is disabled"; do
	n=$((n + 1)); printf 'Warning: AMT device %s is %s. Reject hello message to provision.  $$<SMS_AMT_OPERATION_MANAGER><Wed Jan 14 10:0%d:00.000 2009><thread=7 (0x7)>\r\n' $u "$why" $n
done >"$tmp/refused.log"
refused() { jq -r '.findings[] | select(.id | test("S3.C01|S3.C02a|S2.V01a")) | .id + " " + .evidence[0].locator' | sort | tr '\n' ';'; }
want="S2.V01a line 3;S3.C01 line 2;S3.C02a line 1;"
is "refused hellos: where each was seen" "$(amt-logview --json "$tmp/refused.log" 2>/dev/null | tee "$tmp/refused.json" | refused)" "$want"
is "... judged again" "$(amt-logview --json --replay "$tmp/refused.json" 2>/dev/null | refused)" "$want"
amt-logview --partial --source s1 "$tmp/refused.log" >"$tmp/refused.part"; amt-logview --partial --source s0 $L/server-2007.log >"$tmp/other.part"
is "... merged" "$(amt-logview merge --json "$tmp/refused.part" "$tmp/other.part" 2>/dev/null | jq '.findings |= map(select(.evidence[0].source // "" | test("refused")))' | refused)" "$want"

# Quantiles: the first value that so many of them do not exceed; of eight, 90 and 99 % is the longest.
for i in 1 2 3 4 5 6 7 8; do
	at() { printf '%s  $$<SMS_AMT_OPERATION_MANAGER><Wed Jan 14 1%d:%02d:00.000 2009 GMT Standard Time><thread=%d (0x%X)>\n' "$1" "$i" "$2" $((100 + i)) $((100 + i)); }
	at '>>>>>>>>> Provision task begin<<<<<<<<<' 0
	at "Provision target is indicated with SMS resource id. (MachineId = $i pc$i.corp.example)" 0
	at '>>>>>>>>>> Provision task end <<<<<<<<<' "$i"
	at "Auto-worker Thread Pool: Succeed to run the task pc$i.corp.example.. Remove it from task list." "$i"
done >"$tmp/eight.log"
amt-logview --stats "$tmp/eight.log" >"$tmp/eight.out" 2>&1
is "quantiles of eight tasks" "$(sed -n 's/^  provision  *//p' "$tmp/eight.out" | tr -s ' ')" "8 0 0 0 4m 00s 8m 00s 8m 00s"
is "and of a step of them" "$(sed -n 's/^  task ended  *//p' "$tmp/eight.out" | tr -s ' ')" "8 4m 00s 8m 00s 8m 00s"
done_testing
