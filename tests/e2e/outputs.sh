#!/usr/bin/env bash
# Outputs that can't be written: standard output closed, full, or read by nobody; a disk without room for
# every option that writes a file. Exit 74 and a message, or the whole output.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
sub "$PYTHON" tests/trust/outputs.py
is "every tool was asked" $t_n 29
exits 74 "amt-hellocap -w into no folder" amt-hellocap -r captures/hello/good-whole-story.pcapng -w "$tmp/none/x.pcapng"
before=$t_n
mkdir "$tmp/disk"
if unshare -m sh -c "mount --make-rprivate / && mount -t tmpfs -o size=64k none $tmp/disk" 2>/dev/null; then
	sub unshare -m sh -c "mount --make-rprivate /; exec $PYTHON tests/trust/outputs.py $tmp/disk"
	is "every option that writes was asked" $((t_n - before)) 12
else
	skip "a disk without room" "no right to mount one"
fi
done_testing
