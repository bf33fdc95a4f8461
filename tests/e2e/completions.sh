#!/usr/bin/env bash
# Completions are made from the option tables: each shell reads them and offers the options,
# their choices and files; no option is missing and none is left over.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
tools=(amt-certcheck amt-dnscheck amt-hellocap amt-krbsize amt-logview amt-stage)

options_of() { "$1" --help | grep -oE '^  (-., )?--[a-z0-9-]+' | sed 's/.*--//' | sort -u; }
named_in() { # shell: the long options that the completion knows
	case $2 in
	bash) "$1" --completion bash | sed -n "s/^\t-\*) COMPREPLY=(\$(compgen -W '\(.*\)' --.*/\1/p" | tr ' ' '\n' | sed -n 's/^--//p' ;;
	zsh) "$1" --completion zsh | sed -n "s/^\t'[^[]*--\([a-z0-9-]*\)=\{0,1\}\[.*/\1/p" ;;
	fish) "$1" --completion fish | sed -n 's/^complete .* -l \([a-z0-9-]*\) .*/\1/p' ;;
	esac | sort -u
}
for t in "${tools[@]}"; do
	options_of "$t" >"$tmp/want"
	for shell in bash zsh fish; do
		"$t" --completion $shell >"$tmp/$t.$shell"
		named_in "$t" $shell >"$tmp/got"
		ok "$t: $shell knows exactly the options of --help" diff "$tmp/want" "$tmp/got"
		command -v $shell >/dev/null || { skip "$t: $shell reads it" "$shell is not installed"; continue; }
		ok "$t: $shell reads it" $shell -n "$tmp/$t.$shell"
	done
done
exits 64 "a shell that is not known" amt-stage --completion tcsh
cp "$tmp/amt-stage.fish" "$tmp/stage.fish"; mkdir "$tmp/f"; : >"$tmp/f/siteprofile.ini"

if command -v fish >/dev/null; then
	offers() { HOME=$tmp XDG_CONFIG_HOME=$tmp fish --private -c "cd $tmp/f; source $tmp/stage.fish; complete -C '$1'" 2>/dev/null | cut -f1; }
	is "fish completes an option" "$(offers 'amt-stage --no-sand')" "--no-sandbox"
	is "fish completes a choice" "$(offers 'amt-stage --format openm')" "openmetrics"
	is "fish completes a file" "$(offers 'amt-stage --site sitep')" "siteprofile.ini"
else skip "fish completes" "fish is not installed"; fi

if command -v zsh >/dev/null; then
	mkdir "$tmp/z"; cp "$tmp/amt-stage.zsh" "$tmp/z/_amt-stage"
	# A terminal of its own, because zsh completes only in its line editor.
	offers() {
		"$PYTHON" - "$1" "$2" "$tmp" <<'P'
import os, pty, select, sys, time
typed, want, tmp = sys.argv[1:4]
pid, fd = pty.fork()
if pid == 0:
    os.chdir(tmp + "/f")
    os.environ.update(TERM="dumb", HOME=tmp, PS1="READY>", ZDOTDIR=tmp)
    os.execvp("zsh", ["zsh", "-f", "-i"])
seen = ""
def until(text, seconds=30):
    global seen
    end = time.time() + seconds
    while text not in seen and time.time() < end:
        if select.select([fd], [], [], 0.2)[0]:
            try:
                seen += os.read(fd, 4096).decode(errors="replace")
            except OSError:
                break
    found = text in seen
    seen = seen[seen.find(text) + len(text):] if found else seen
    return found
ok = until("READY>")
os.write(fd, f"fpath=({tmp}/z $fpath); autoload -Uz compinit; compinit -u -D; print DO''NE\n".encode())
ok = ok and until("DONE") and until("READY>")
os.write(fd, f"amt-stage {typed}\t".encode())
ok = ok and until(want)
os.close(fd)
os.kill(pid, 9)
os.waitpid(pid, 0)
sys.exit(not ok)
P
	}
	ok "zsh completes an option" offers '--no-sand' '--no-sandbox'
	ok "zsh completes a choice" offers '--format openm' 'openmetrics'
	ok "zsh completes a file" offers '--site=sitep' 'siteprofile.ini'
else skip "zsh completes" "zsh is not installed"; fi
done_testing
