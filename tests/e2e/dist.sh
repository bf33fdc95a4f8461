#!/usr/bin/env bash
# make dist: the same bytes again, from another copy of the tree, and from the tarball itself; all
# that is tracked is in it.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
if ! git rev-parse --git-dir >/dev/null 2>&1; then skip "make dist" "not a git tree"; done_testing; exit; fi
if [ -n "$(git status --porcelain -uno)" ]; then skip "make dist" "the tree has changes that are not committed"; done_testing; exit; fi
unset SOURCE_DATE_EPOCH
name=amtdiag-$(sed -n 's/.*AMT_VERSION "\(.*\)"/\1/p' include/amtdiag/version.h)
ok "make dist" env BUILD="$tmp/one" make --no-print-directory BUILD="$tmp/one" dist
git clone -q --no-hardlinks . "$tmp/copy"
(umask 077; find "$tmp/copy" -name '*.c' -exec touch -d 2001-01-01 {} +; cd "$tmp/copy" && BUILD=$tmp/two LC_ALL=C TZ=Asia/Tokyo docs/packaging/dist) >/dev/null
ok "another copy gives the same bytes" cmp "$tmp/one/$name.tar.gz" "$tmp/two/$name.tar.gz"
mkdir "$tmp/x"; tar -xzf "$tmp/one/$name.tar.gz" -C "$tmp/x"
(cd "$tmp/x/$name" && GIT_CEILING_DIRECTORIES=$tmp/x BUILD=$tmp/three docs/packaging/dist) >/dev/null
ok "the tarball gives the same bytes" cmp "$tmp/one/$name.tar.gz" "$tmp/three/$name.tar.gz"
git ls-files | LC_ALL=C sort >"$tmp/want"
(cd "$tmp/x/$name" && find . -type f -o -type l | sed 's,^\./,,' | LC_ALL=C sort) >"$tmp/got"
ok "it holds what is tracked and nothing else" diff "$tmp/want" "$tmp/got"
is "nobody's name stands in it" "$(tar -tvzf "$tmp/one/$name.tar.gz" | awk '{ print $2 }' | sort -u)" "0/0"
ok "it is a tree that make understands" make -s -C "$tmp/x/$name" help
done_testing
