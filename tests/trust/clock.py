"""The wall clock is wrong, or is set while a tool runs. Prints TAP.

Time-outs are as long as ever; with --now nothing changes at all; without it dates are judged by the clock as it was at
the start; and no report ends before it began.
"""
import concurrent.futures
import contextlib
import datetime
import json
import os
import socket
import subprocess
import tempfile
import threading
import time

from cases import CASES
from tap import end, tap

BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
YEAR = 31536000
WRONG = {"1970": 0, "before 1970": -YEAR, "2038": 2147483700, "2106": 4300000000}
JUMPS = {"a year on": YEAR, "an hour back": -3600, "back to 1970": -1800000000}


def run(tool, words, clock=None):
    env = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"}
    env.update(LC_ALL="C.UTF-8", TZ="UTC", NO_COLOR="1")
    preload = ["env", "LD_PRELOAD=" + os.path.join(BUILD, "tests/clock.so"), *[f"AMT_CLOCK_{k}={v}" for k, v in clock.items()]] if clock else []
    begun = time.monotonic()
    try:
        p = subprocess.run([*preload, os.path.join(BUILD, "bin", tool), "--json", *words.split()], stdin=subprocess.DEVNULL,
                           capture_output=True, env=env, timeout=40, check=False)
    except subprocess.TimeoutExpired:
        return None, {}, 40
    took = time.monotonic() - begun
    try:
        return p.returncode, json.loads(p.stdout), took
    except ValueError:
        return p.returncode, {}, took


def verdicts(doc):
    return [(f["id"], f["verdict"], f["summary"]) for f in doc.get("findings", [])]


def in_order(doc):
    """A full second is written without a fraction, so they can't be compared as they stand."""
    began, ended = (doc.get(k, "").replace("Z", "+00:00") for k in ("started", "ended"))
    return began and ended and datetime.datetime.fromisoformat(began) <= datetime.datetime.fromisoformat(ended)


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def without_now(words):
    words = words.split()
    if "--now" in words:
        at = words.index("--now")
        del words[at:at + 2]
    return " ".join(words)


def dates(tool):
    """--now decides; else the clock at the start."""
    words = without_now(CASES[tool])
    stated_words = f"{words} --now 2009-02-01T00:00:00Z"
    code, stated, _ = run(tool, stated_words)
    wrong, tried = [], 0
    for name, start in WRONG.items():
        same_code, same, _ = run(tool, stated_words, {"START": start})
        if same_code != code or verdicts(same) != verdicts(stated):
            wrong.append(f"{name}: --now does not decide alone (exit {same_code} for {code})")
        wanted = run(tool, f"{words} --now {stamp(start)}")
        got = run(tool, words, {"START": start})
        if got[0] != wanted[0] or verdicts(got[1]) != verdicts(wanted[1]):
            wrong.append(f"{name}: not judged by the clock (exit {got[0]} for {wanted[0]})")
        tried += 2
    for name, jump in JUMPS.items():
        got = run(tool, stated_words, {"JUMP": jump, "AT": 2})
        if got[0] != code or verdicts(got[1]) != verdicts(stated):
            wrong.append(f"{name}: another answer (exit {got[0]} for {code})")
        if not in_order(got[1]):
            wrong.append(f"{name}: began {got[1].get('started')}, ended {got[1].get('ended')}")
        tried += 1
    tap(not wrong, f"{tool}: dates under {tried} clocks", "\n".join(wrong))


class Mute:
    """Takes connections and datagrams, and never says a word."""

    def __enter__(self):
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.held = []
        threading.Thread(target=self.take, daemon=True).start()
        return self

    def take(self):
        with contextlib.suppress(OSError):
            while True:
                self.held.append(self.tcp.accept()[0])

    def __exit__(self, *_):
        for s in (self.tcp, self.udp, *self.held):
            s.close()


def waits(folder, mute):
    """Tool, mode: arguments that make it wait for a peer; with --timeout 1."""
    tcp, udp = mute.tcp.getsockname()[1], mute.udp.getsockname()[1]
    with open(f"{folder}/pw", "w", opener=lambda p, f: os.open(p, f, 0o600), encoding="ascii") as f:
        f.write("secret\n")
    with open(f"{folder}/site.ini", "w", encoding="ascii") as f:
        f.write(f"[site]\nname = x\ndomain = x.test\n[dns]\nservers = 127.0.0.1:{udp}\n")
    ldap = f"--server ldaps://127.0.0.1:{tcp} --bind-dn cn=x --bind-password-file {folder}/pw --user jane"
    return {("amt-certcheck", "--connect"): f"--connect 127.0.0.1:{tcp}",
            ("amt-dnscheck", "--server"): f"--no-resolv-conf --server 127.0.0.1:{udp} --suffix x.test",
            ("amt-krbsize", "--server"): ldap, ("amt-stage", "a DNS server"): f"--site {folder}/site.ini"}


def timeouts():
    with tempfile.TemporaryDirectory() as folder, Mute() as mute:
        for (tool, mode), words in waits(folder, mute).items():
            words += " --timeout 1"
            usual = run(tool, words)
            wrong = [] if 0.8 < usual[2] < 15 else [f"undisturbed it waits {usual[2]:.2f} s"]
            with concurrent.futures.ThreadPoolExecutor(6) as pool:
                runs = [(n, at, pool.submit(run, tool, words, {"JUMP": j, "AT": at})) for n, j in JUMPS.items() for at in (3, 5)]
            for name, at, done in runs:
                code, doc, took = done.result()
                if code != usual[0] or verdicts(doc) != verdicts(usual[1]):
                    wrong.append(f"{name}, asked {at} times: another answer (exit {code} for {usual[0]})")
                if not 0.8 < took < 2 * usual[2] + 8:
                    wrong.append(f"{name}, asked {at} times: {took:.1f} s for {usual[2]:.1f} s")
            tap(not wrong, f"{tool} {mode}: the time-out is as long as ever ({usual[2]:.1f} s)", "\n".join(wrong))


def main():
    for tool in CASES:
        dates(tool)
    timeouts()
    end()


main()
