"""Makes allocation N, or system call N, of a tool's small case fail, for many N, and looks at how it ends.

usage: run.py alloc|calls [--all] [--points N] [TOOL...]

An end is right when the answer is the undisturbed one, or when it is not and the tool says so: no signal, a
documented exit code, a message, no half-written or plausible-but-empty file, nothing left beside it. Prints TAP.
"""
import collections
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../trust"))
from cases import CASES  # noqa: E402  pylint: disable=wrong-import-position
CALLS = {
    "read": "EIO", "pread64": "EIO", "write": "ENOSPC", "openat": "EMFILE", "newfstatat": "EACCES", "fsync": "EIO",
    "rename": "EIO", "close": "EIO", "mmap": "ENOMEM", "lseek": "EIO", "getdents64": "EIO", "socket": "EMFILE",
    "epoll_create1": "EMFILE", "eventfd2": "EMFILE", "pipe2": "EMFILE", "clone3": "EAGAIN", "getrandom": "EIO",
    "seccomp": "EINVAL", "prctl": "EPERM", "capset": "EPERM", "landlock_restrict_self": "EPERM", "prlimit64": "EPERM",
    "ioctl": "ENOTTY", "ftruncate": "ENOSPC", "fcntl": "EINVAL",
}
ENDS = {0, 1, 2, 3, 64, 70, 74}
Run = collections.namedtuple("Run", "code out err file left")


def environment(**more):
    keep = {k: v for k, v in os.environ.items() if not k.startswith("AMT_FAULT")}
    keep.update(LC_ALL="C.UTF-8", TZ="UTC", NO_COLOR="1", SOURCE_DATE_EPOCH="1767225600")
    keep.update(more)
    return keep


def run(tool, before=(), env=None, count=False):
    with tempfile.TemporaryDirectory() as tmp:
        out = os.path.join(tmp, "report.json")
        fault = ["env", "LD_PRELOAD=" + os.path.join(BUILD, "tests/fault.so")] if env else []
        command = [*before, *fault, *[f"{k}={v}" for k, v in (env or {}).items()], os.path.join(BUILD, "bin", tool),
                   "--format", "json", "-o", out, *CASES[tool].split()]
        if count:
            command = ["bash", "-c", 'exec 199>&2; exec "$@"', "count", *command]
        try:
            p = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, env=environment())
        except subprocess.TimeoutExpired:
            return Run(-99, "", "", None, [])
        code = p.returncode if p.returncode < 128 else 128 - p.returncode
        text = None
        if os.path.exists(out):
            with open(out, encoding="utf-8", errors="replace") as f:
                text = re.sub(r'("seconds": )[0-9.]+', r"\1-", f.read())  # measured, so never twice the same
        return Run(code, p.stdout.decode(errors="replace"), p.stderr.decode(errors="replace"), text,
                   [n for n in os.listdir(tmp) if n != "report.json"])


# libuv 1.44 ends by abort() when its signal pipe fails; common/net/loop.c looks for descriptors before.
KNOWN = {("amt-dnscheck", "pipe2"), ("amt-dnscheck", "write")}


def judge(clean, r, known=False):
    """What is wrong with this end; None: nothing."""
    if known and r.code == -6:
        return None
    if r.code == -99:
        return "it did not end in 60 s"
    if r.code < 0:
        return f"signal {-r.code}"
    if r.code == 127 and "shared librar" in r.err:
        return None  # the loader's own failure
    if r.code not in ENDS:
        return f"exit code {r.code}"
    if r.left:
        return f"left behind: {' '.join(r.left)}"
    if r.code in (64, 70, 74):
        if r.file:
            return f"exit {r.code}, and yet there is a report"
        return None if r.err.strip() else f"exit {r.code} without a word"
    if r.file is None:
        return f"exit {r.code} without a report"
    if r.file == clean.file:
        return None if r.code == clean.code else f"the same report, but exit {r.code} for {clean.code}"
    if not r.file.endswith("}\n"):
        return "the report is cut off"
    # Another report: it may not be better than the undisturbed one, and must not be mute about why.
    if r.code == 0 and clean.code != 0:
        return "a better verdict than undisturbed"
    if r.err.strip() == clean.err.strip() and len(r.file) < len(clean.file) and r.code == clean.code and not \
            re.search(r"memory|allocat|can't|could not|cannot|failed|not read|unreadable|error", r.file[:200000]):
        return "less in the report, and no word about it"
    return None


def points(total, wanted):
    if not wanted or total <= wanted:
        return list(range(1, total + 1))
    first = list(range(1, wanted // 3))
    rest = wanted - len(first)
    return sorted(set(first + [len(first) + 1 + i * (total - len(first) - 1) // (rest - 1) for i in range(rest)]))


def report(number, name, bad, tried, ends):
    tally = ", ".join(f"{n} x exit {c}" for c, n in sorted(ends.items()))
    print(f"{'not ok' if bad else 'ok'} {number} - {name}: {tried} tried ({tally})")
    for n, why, r in bad[:int(os.environ.get("SHOW", "12"))]:
        print(f"# {n}: {why}; {r.err.strip()[-200:]!r}")
    sys.stdout.flush()
    return bool(bad)


def allocations(tool, wanted, pool):
    clean = run(tool)
    counted = run(tool, env={"AMT_FAULT_COUNT": "1"}, count=True)
    found = re.search(r"allocations (\d+)", counted.err)
    if not found or clean.file is None or counted.file != clean.file:
        yield "the undisturbed run", [(0, "no count or no report", counted)], 0, {}
        return
    total = int(found.group(1))
    for on, what in (("0", "one allocation"), ("1", "all from one on")):
        ask = points(total, wanted if on == "0" else (wanted or total) // 3)
        got = list(pool.map(lambda n: run(tool, env={"AMT_FAULT_AT": str(n), "AMT_FAULT_ON": on}), ask))
        bad = [(n, judge(clean, r), r) for n, r in zip(ask, got) if judge(clean, r)]
        yield f"{what} of {total} fails", bad, len(ask), collections.Counter(r.code for r in got)


def system_calls(tool, wanted, pool):
    clean = run(tool)
    with tempfile.NamedTemporaryFile() as log:
        run(tool, before=["strace", "-f", "-qq", "-o", log.name])
        text = log.read().decode(errors="replace")
    names = re.findall(r"^\d+ +(\w+)\(", text, re.M)
    seen = collections.Counter(names)
    # What the loader does before there is a thread to speak of is not ours.
    loader = collections.Counter(names[:names.index("set_robust_list")] if "set_robust_list" in names else ())
    share = max(6, wanted // len(CALLS)) if wanted else 0
    bad, tried, ends = [], 0, collections.Counter()
    for call, error in CALLS.items():
        ask = [n for n in points(seen[call], share) if n > loader[call]]
        got = list(pool.map(lambda n: run(tool, before=["strace", "-f", "-qq", "-o", "/dev/null", "-e",
                            f"trace={call}", "-e", f"inject={call}:error={error}:when={n}"]), ask))
        ends_of = [(n, judge(clean, r, (tool, call) in KNOWN), r) for n, r in zip(ask, got)]
        bad += [(f"{call} {n} with {error}", why, r) for n, why, r in ends_of if why]
        tried += len(ask)
        ends += collections.Counter(r.code for r in got)
    yield f"one of {sum(seen[c] for c in CALLS)} system calls fails", bad, tried, ends


def main():
    what, *rest = sys.argv[1:]
    wanted = 240
    if "--all" in rest:
        rest.remove("--all")
        wanted = 0
    if "--points" in rest:
        wanted = int(rest.pop(rest.index("--points") + 1))
        rest.remove("--points")
    failed, number = False, 0
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", "2"))) as pool:
        for tool in rest or CASES:
            for name, bad, tried, ends in (allocations if what == "alloc" else system_calls)(tool, wanted, pool):
                number += 1
                failed |= report(number, f"{tool}: {name}", bad, tried, ends)
    print(f"1..{number}")
    sys.exit(failed)


main()
