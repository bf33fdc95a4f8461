#!/usr/bin/env python3
"""Starts the viewer in a pseudo-terminal: tui.py RUNS LOG. Prints the milliseconds to the first screen (the least of
RUNS), the seconds until all is indexed, and the most memory that took in KiB."""
import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time

runs, log = int(sys.argv[1]), sys.argv[2]


def start():
    begun = time.monotonic()
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm", LC_ALL="C.UTF-8")
        os.execvp("amt-logview", ["amt-logview", "--tui", log])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    return pid, fd, begun


def until(fd, wanted, limit):
    seen, end = b"", time.monotonic() + limit
    while not re.search(wanted, seen) and time.monotonic() < end:
        if select.select([fd], [], [], 0.1)[0]:
            seen = seen[-4096:] + os.read(fd, 65536)
    return bool(re.search(wanted, seen))


def leave(pid, fd):
    os.write(fd, b"q")
    until(fd, rb"\x1b\[\?1049l", 10)
    os.close(fd)
    os.waitpid(pid, 0)


best = 1e9
for _ in range(runs):
    child, terminal, at = start()
    ok = until(terminal, rb"1/\d+", 20)
    best = min(best, time.monotonic() - at) if ok else best
    leave(child, terminal)
child, terminal, at = start()
until(terminal, rb"1/\d+", 20)
time.sleep(0.5)
os.set_blocking(terminal, True)
while time.monotonic() - at < 300:  # quiet for two seconds: nothing is read on any more
    if not select.select([terminal], [], [], 2)[0]:
        break
    os.read(terminal, 65536)
whole = time.monotonic() - at - 2
with open("/proc/%d/status" % child) as f:
    memory = int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1))
leave(child, terminal)
print("%.0f %.1f %d" % (best * 1000, whole, memory))
