"""TAP for the programs of this folder, and the environment that tools run in."""
import os
import sys

ENV = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", NO_COLOR="1", SOURCE_DATE_EPOCH="1767225600")
number = bad = 0


def tap(good, what, why=""):
    """One result; good is None for what could not be tried."""
    global number, bad
    number += 1
    bad += good is not None and not good
    print(f"{'not ok' if good is not None and not good else 'ok'} {number} - {what}{f' # skip {why}' if good is None else ''}")
    for line in str(why).splitlines()[:12] if good is not None and not good else []:
        print(f"# {line[:300]!r}" if not line.isprintable() else f"# {line}")
    sys.stdout.flush()


def end():
    print(f"1..{number}")
    sys.exit(bool(bad))
