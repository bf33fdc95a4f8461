#!/usr/bin/env bash
# What every tool of the suite must do: help, version, manual, completion, catalogue, usage errors,
# every output format, replay, and a clear end with inputs that are empty, garbage, missing, huge.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
tools=(amt-certcheck amt-dnscheck amt-hellocap amt-krbsize amt-logview amt-stage)

# Arguments that make a tool read FILE as evidence.
reads() {
	case $1 in
	amt-certcheck | amt-logview) echo "$2" ;;
	amt-hellocap) echo "-r $2" ;;
	amt-dnscheck) echo "--server 127.0.0.1:1 --timeout 0.2 --clients $2" ;;
	amt-krbsize) echo "--from $2" ;;
	amt-stage) echo "--site $2" ;;
	esac
}

for t in "${tools[@]}"; do
	if [ ! -x "$BIN/$t" ]; then fail_ "$t is built"; continue; fi
	exits 0 "$t --help" "$t" --help
	ok "$t --help names every option of its man page" bash -c "
		diff <($t --man | sed -n 's/^\.It .*Fl \\\\-\([a-z].*\)/\1/p' | sed 's/ Ar .*//; s/\\\\-/-/g' | sort) \
		     <(grep -oE '^  (-., )?--[a-z0-9-]+' $tmp/out | sed 's/.*--//' | sort)"
	exits 0 "$t --version" "$t" --version
	ok "$t --version names the tool and a version" grep -qE "^$t [0-9]+\.[0-9]+\.[0-9]+ " "$tmp/out"
	"$t" --man >"$tmp/$t.1"
	ok "$t: the manual is clean mdoc" mandoc -Tlint -Wwarning "$tmp/$t.1"
	"$t" --completion bash >"$tmp/$t.bash"
	ok "$t: the completion is bash" bash -n "$tmp/$t.bash"
	ok "$t: completion offers --explain" bash -c ". $tmp/$t.bash; COMP_WORDS=($t --explai) COMP_CWORD=1; _amt_${t#amt-}; [ \"\${COMPREPLY[*]}\" = --explain ]"
	exits 64 "$t: an unknown option" "$t" --no-such-option
	ok "$t: the message names it" grep -q -- '--no-such-option' "$tmp/err"
	exits 64 "$t: a bad choice" "$t" --format pdf
	exits 64 "$t: a value is missing" "$t" --format
	exits 64 "$t: a bad firmware version" "$t" --firmware eleven
	exits 64 "$t: a bad time" "$t" --now yesterday
	exits 0 "$t --list-checks" "$t" --list-checks
	ok "$t --list-checks lists checks" test "$(wc -l <"$tmp/out")" -gt 3
	exits 0 "$t --explain S3.C14" "$t" --explain S3.C14
	ok "$t --explain tells what to do and the source" grep -q '^source: ' "$tmp/out"
	exits 64 "$t --explain of nothing" "$t" --explain NO.99
	exits 74 "$t: standard output is full" bash -c "$t --list-checks >/dev/full"
	exits 74 "$t: the output's folder is not there" "$t" --list-checks -o "$tmp/none/x"

	: >"$tmp/empty"
	head -c 100000 /dev/urandom >"$tmp/garbage"
	for kind in empty garbage missing folder endless; do
		f=$tmp/$kind
		[ $kind = folder ] && f=$tmp
		[ $kind = endless ] && f=/dev/zero
		# shellcheck disable=SC2046
		timeout 60 "$t" --json $(reads "$t" "$f") >"$tmp/out" 2>"$tmp/err" </dev/null
		rc=$?
		case $rc in 0 | 1 | 2 | 3 | 64) pass_ "$t: $kind input ends with $rc" ;; *) fail_ "$t: $kind input ends with $rc"; head -3 "$tmp/err" | sed 's/^/# /' ;; esac
		if [ $kind = missing ] || [ $kind = endless ] || { [ $kind = garbage ] && [ $rc -ne 0 ]; }; then
			ok "$t: the message about $kind input names the file" bash -c "cat $tmp/err $tmp/out | grep -q $f"
		fi
		case $kind in missing | endless) ok "$t: $kind input is no pass" test $rc -ne 0 ;; esac
		[ ! -s "$tmp/out" ] || ok "$t: $kind input: the document is valid" "$PYTHON" tests/validate.py docs/amtdiag-1.schema.json "$tmp/out"
	done
	if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
		echo x >"$tmp/unreadable"; chmod 000 "$tmp/unreadable"; chmod 755 "$tmp"
		# shellcheck disable=SC2046
		setpriv --reuid 65534 --clear-groups "$BIN/$t" $(reads "$t" "$tmp/unreadable") >"$tmp/out" 2>"$tmp/err" </dev/null
		rc=$?
		if [ $rc -eq 126 ] || [ $rc -eq 127 ]; then skip "$t: an unreadable file" "the build folder is closed to other users"
		else
			ok "$t: an unreadable file is no pass ($rc)" bash -c "[ $rc -eq 3 ] || [ $rc -eq 64 ] || [ $rc -eq 2 ]"
			ok "$t: and says why" grep -q 'Permission denied' "$tmp/err"
		fi
	else skip "$t: an unreadable file" "needs root to give it up"; fi
done

# A single line of 1 GB: a clear end within bounded memory and time.
if [ -n "${AMTDIAG_SANITIZED:-}" ]; then
	skip "a line of 1 GB" "memory can't be bounded under a sanitizer"
elif [ "$(df --output=avail -k "$tmp" | tail -1)" -lt 2000000 ]; then
	skip "a line of 1 GB" "less than 2 GB free in the temporary folder"
else
	head -c 1000000000 /dev/zero | tr '\0' 'a' >"$tmp/long"
	for t in "${tools[@]}"; do
		# shellcheck disable=SC2046
		(ulimit -v 1200000; timeout 120 "$t" $(reads "$t" "$tmp/long") >"$tmp/out" 2>"$tmp/err" </dev/null)
		rc=$?
		ok "$t: a line of 1 GB ends with $rc in 1.2 GB of address space" bash -c "[ $rc -le 3 ] || [ $rc -eq 64 ]"
	done
	rm -f "$tmp/long"
fi
done_testing
