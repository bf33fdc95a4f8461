#!/usr/bin/env bash
# make install into a folder of its own: everything is there and works from there; make uninstall
# leaves nothing; a program links with the library by pkg-config.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
root=$tmp/root
run() { make --no-print-directory BUILD="$BUILD" "$@"; }
ok "make install" run install DESTDIR="$root" PREFIX=/usr
for t in amt-certcheck amt-dnscheck amt-hellocap amt-krbsize amt-logview amt-stage; do
	missing=
	for f in bin/$t share/man/man1/$t.1 share/bash-completion/completions/$t share/zsh/site-functions/_$t share/fish/vendor_completions.d/$t.fish; do
		[ -s "$root/usr/$f" ] || missing="$missing $f"
	done
	is "$t: program, page and three completions" "$missing" ""
	ok "$t runs from there" "$root/usr/bin/$t" --version
done
missing=
for f in usr/share/man/man5/amtdiag-site.5 usr/share/man/man5/amtdiag-evidence.5 usr/share/man/man7/amtdiag.7 usr/lib/libamtdiag.a \
	usr/lib/pkgconfig/libamtdiag.pc usr/include/amtdiag/core.h usr/lib/wireshark/plugins/amt_hello.lua etc/lnav/formats/amtdiag/amtdiag.json \
	usr/share/doc/amtdiag/monitoring/alerts.yml usr/share/doc/amtdiag/house.md usr/share/amtdiag/amtdiag-1.schema.json; do
	[ -s "$root/$f" ] || missing="$missing $f"
done
is "pages, library, headers, Wireshark, lnav, examples, schema" "$missing" ""
is "only programs can be run" "$(find "$root" -type f -perm /111 | grep -v /bin/)" ""
is "no file names the tree or the staging folder" "$(grep -rlI -e "$tmp" -e "$PWD" "$root" | head)" ""

if [ -z "${AMTDIAG_SANITIZED:-}" ]; then
	own=$tmp/own
	ok "make install PREFIX=..." run install PREFIX="$own"
	{
		for h in include/amtdiag/*.h; do echo "#include <${h#include/}>"; done
		echo 'int main(void) { const struct amt_item *i = amt_guide_find("S3.C14"); return !i || !amt_stage_title(3)[0]; }'
	} >"$tmp/user.c"
	ok "a program uses every public header and links by pkg-config" bash -c "export PKG_CONFIG_PATH=$own/lib/pkgconfig
		${CC:-cc} -std=c17 -D_GNU_SOURCE -o $tmp/user $tmp/user.c \$(pkg-config --cflags --libs libamtdiag)"
	ok "and runs" "$tmp/user"
	ok "make uninstall PREFIX=..." run uninstall PREFIX="$own"
	is "nothing is left of it" "$(find "$own" -type f 2>/dev/null)" ""
else skip "a program links by pkg-config" "the archive is built for sanitizers"; fi

mkdir -p "$root/usr/share/man/man1"; : >"$root/usr/share/man/man1/other.1"
ok "make uninstall" run uninstall DESTDIR="$root" PREFIX=/usr
is "nothing is left but what was there from others" "$(find "$root" -mindepth 1 ! -type d)" "$root/usr/share/man/man1/other.1"
rm -f "$root/usr/share/man/man1/other.1"
is "and no empty folders" "$(find "$root" -mindepth 5)" ""

late=$(cat common/*/*.late tools/*/*.late | sed -n 's/^library /lib/p' | paste -sd '|')
is "no tool links a library that is to be loaded late" "$(readelf -d "$BIN"/amt-* | grep NEEDED | grep -E "\[($late|liblber)[-.]")" ""

# lnav and Wireshark take what was installed.
if command -v lnav >/dev/null; then
	mkdir -p "$tmp/home/.lnav/formats/amtdiag"; cp docs/lnav/amtdiag.json "$tmp/home/.lnav/formats/amtdiag/"
	ok "lnav takes the format" env HOME="$tmp/home" lnav -C
	for log in captures/contoso/logs/Amtopmgr.log captures/logs/server-2012.log captures/logs/server-2007.log; do
		cp "$log" "$tmp/x.log"
		got=$(HOME=$tmp/home timeout 60 lnav -n -c ";select count(*), min(thread) <> '', max(log_time) from amt_server_log" -c ':write-csv-to -' "$tmp/x.log" 2>/dev/null | tail -n 1)
		want=$(amt-logview --records "$log" 2>/dev/null | jq -rs 'length as $n | [.[].time] | max | sub("T"; " ") | .[0:23] | "\($n),1,\(.)"')
		is "lnav sees the records of $log as amt-logview does" "$got" "$want"
	done
else skip "lnav takes the format" "lnav is not installed"; fi
if command -v promtool >/dev/null; then ok "promtool takes the alert rules" promtool check rules docs/monitoring/alerts.yml
else skip "promtool takes the alert rules" "prometheus is not installed"; fi
done_testing
