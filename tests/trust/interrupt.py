"""SIGINT at random moments, for every tool: a documented end, and whole files or none.

The seed is fixed and said; times are parts of an undisturbed run, so a slow machine changes nothing.
"""
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

from cases import CASES

ROUNDS = int(os.environ.get("ROUNDS", "8"))
SEED = int(os.environ.get("SEED", "2026"))


def grown(tool, tmp):
    """The tool's case with enough work to be met in the middle of it."""
    args = CASES[tool].split()
    if tool == "amt-logview":
        with open("captures/contoso/logs/Amtopmgr.log", "rb") as f:
            once = f.read()
        with open(f"{tmp}/big.log", "wb") as f:
            f.write(once * (20_000_000 // len(once)))
        args[0] = f"{tmp}/big.log"
    elif tool == "amt-hellocap":
        args = args[:2] * 200 + args[2:]
    elif tool == "amt-certcheck":
        args = args[:1] * 300 + args[1:]
    elif tool == "amt-krbsize":
        with open("captures/krbsize/two-users.json") as f:
            doc = json.load(f)
        first = doc["users"][0]
        doc["users"] += [dict(first, name=f"u{i}") for i in range(2000)]
        with open(f"{tmp}/many.json", "w") as f:
            json.dump(doc, f)
        args[1] = f"{tmp}/many.json"
    return args


def plain(path):
    with open(path) as f:
        doc = json.load(f)
    for key in ("started", "ended", "now"):
        doc.pop(key, None)
    doc["facts"].pop("seconds", None)
    return doc


def one(tool, args, out, after):
    p = subprocess.Popen([tool, *args, "--json", "-o", f"{out}/report.json"], stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if after is not None:
        time.sleep(after)
        p.send_signal(signal.SIGINT)
    try:
        err = p.communicate(timeout=60)[1].decode(errors="replace")
    except subprocess.TimeoutExpired:
        p.kill()
        return None, "did not end", ""
    left = sorted(os.listdir(out))
    return p.returncode, left, err


def judge(rc, left, err, out, whole_rc, whole):
    if rc is None:
        return "did not end in a minute"
    if left not in ([], ["report.json"]):
        return f"leaves {left}"
    if rc == -signal.SIGINT and not left:  # before the first line of ours: as a shell expects it
        return None
    if rc not in (130, whole_rc):
        return f"ended with {rc}: {err[-200:]}"
    if left:
        try:
            doc = plain(f"{out}/report.json")
        except ValueError as e:
            return f"half a report: {e}"
        if rc == 130 and not doc.get("interrupted"):
            return "a report of an interrupted run does not say so"
        if rc == whole_rc and doc != whole:
            return "differs from the undisturbed report"
    elif rc == whole_rc:
        return "ended well without a report"
    return None


def tool_cases(tool, rng, n):
    with tempfile.TemporaryDirectory() as tmp:
        args = grown(tool, tmp)
        os.mkdir(f"{tmp}/whole")
        start = time.monotonic()
        whole_rc, _, _ = one(tool, args, f"{tmp}/whole", None)
        took = time.monotonic() - start
        whole = plain(f"{tmp}/whole/report.json")
        bad, met = [], 0
        for i in range(ROUNDS):
            out = f"{tmp}/{i}"
            os.mkdir(out)
            after = rng.random() * took
            rc, left, err = one(tool, args, out, after)
            met += rc in (130, -signal.SIGINT)
            why = judge(rc, left, err, out, whole_rc, whole)
            if why:
                bad.append(f"after {after / took:.2f} of a run: {why}")
    print(f"{'not ok' if bad else 'ok'} {n} - {tool}: interrupted at {ROUNDS} random moments (seed {SEED})")
    print(f"# {met} met the run")
    for line in bad:
        print(f"# {line}")
    return not bad


def main():
    rng = random.Random(SEED)
    good = [tool_cases(tool, rng, n) for n, tool in enumerate(CASES, 1)]
    print(f"1..{len(good)}")
    return 0 if all(good) else 1


sys.exit(main())
