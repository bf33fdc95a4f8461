#!/usr/bin/python3
"""Runs a command on a terminal of its own: pty_run.py SCREEN [-i TEXT | -t TEXT KEYS] COMMAND...

Standard error (and standard input) is the terminal, standard output is passed on. What the terminal
showed goes to the file SCREEN. With -i, Ctrl-C is typed once TEXT stands on it, with -t KEYS and
Return. Ends with the exit code of the command, 124 after two minutes.
"""
import fcntl
import os
import pty
import select
import sys
import termios
import time

screen, args = sys.argv[1], sys.argv[2:]
text, keys = None, b"\x03"
if args[0] == "-i":
    text, args = args[1].encode(), args[2:]
elif args[0] == "-t":
    text, keys, args = args[1].encode(), args[2].encode() + b"\n", args[3:]
master, slave = pty.openpty()
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    os.dup2(slave, 0)
    os.dup2(slave, 2)
    os.close(master)
    os.close(slave)
    os.execvp(args[0], args)
os.close(slave)
seen, end, status = b"", time.time() + 120, None
while time.time() < end:
    if select.select([master], [], [], 0.05)[0]:
        try:
            seen += os.read(master, 65536)
        except OSError:
            break
        if text and text in seen:
            os.write(master, keys)
            text = None
while status is None and time.time() < end:
    done, code = os.waitpid(pid, os.WNOHANG)
    if done:
        status = os.waitstatus_to_exitcode(code)
    else:
        time.sleep(0.02)
if status is None:
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    status = 124
with open(screen, "wb") as f:
    f.write(seen)
sys.exit(status if status >= 0 else 128 - status)
