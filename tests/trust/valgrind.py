"""Every tool's small case under valgrind's memcheck: no error, nothing definitely lost. Prints TAP.

Compiling all signatures takes hyperscan four fifths of the time here, and says nothing of our memory: the log is read
as records, the site is walked without its logs. VALGRIND=all takes the whole cases.
"""
import os
import re
import subprocess
import sys
import tempfile

from cases import CASES
from tap import ENV

BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
# Its own system calls are not on our lists, and 16 GiB are not enough for it.
CHECK = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"]


def quick(tool, words, folder):
    if tool == "amt-logview":
        return "--records captures/contoso/logs/Amtopmgr.log"
    if tool == "amt-stage":
        os.symlink(os.path.abspath("captures"), f"{folder}/captures")
        with open("captures/contoso/site.ini", encoding="utf-8") as f, open(f"{folder}/site.ini", "w", encoding="utf-8") as to:
            to.writelines(re.sub(r"^(inventory|answers|exports|chain) = ", rf"\g<0>{folder}/captures/contoso/", line).replace(
                ", exports/", f", {folder}/captures/contoso/exports/") for line in f if not line.startswith("logs"))
        return words.replace("captures/contoso/site.ini", f"{folder}/site.ini")
    return words


def main():
    bad = 0
    for n, (tool, words) in enumerate(CASES.items(), 1):
        with tempfile.TemporaryDirectory() as d:
            log = f"{d}/log"
            if os.environ.get("VALGRIND") != "all":
                words = quick(tool, words, d)
            words = [os.path.join(BUILD, "bin", tool), *words.split(), "--no-sandbox", "--json"]
            clean = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, env=ENV, timeout=60, check=False)
            p = subprocess.run([*CHECK, f"--log-file={log}", *words], stdin=subprocess.DEVNULL, capture_output=True, env=ENV, timeout=600, check=False)
            with open(log, encoding="utf-8", errors="replace") as f:
                said = f.read()
        good = p.returncode == clean.returncode and not said.strip()
        bad += not good
        print(f"{'ok' if good else 'not ok'} {n} - {tool}: no error, no leak (exit {p.returncode})")
        for line in [] if good else said.splitlines()[:25]:
            print(f"# {line}")
        sys.stdout.flush()
    print(f"1..{len(CASES)}")
    sys.exit(bool(bad))


main()
