"""Strings from outside that want to drive the reader's terminal, spreadsheet or browser. Prints TAP.

Every string of a tool's facts, in turn and all together, gets a hostile tail; --replay puts them through the judges and
every writer. Which strings there are comes from the document itself, so that a new fact is tried without a word here. What is
read from raw inputs, file names and options is tried beside that.
"""
import concurrent.futures
import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

from cases import CASES
from tap import ENV, end, tap

BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
FORMATS = ("text", "json", "ndjson", "junit", "html", "csv", "status", "openmetrics")
TAILS = {
    "ESC, CSI, OSC 8": "\x1b[31m\x1b[2J\x1b]8;;http://evil.test\x07x\x1b]8;;\x1b\\\x1bPq\x1b\\",
    "C1 and DEL": "\u009b31m\u009d0;x\u009c\u0090\x7f",
    "bidi controls": "\u202egnp.exe\u202c\u2066x\u2069\u200f\u061c",
    "new lines": "\nFORGED line\r\nFORGED again\rFORGED",
    "a script and entities": "<script>alert(1)</script>\"'&<!--]]>{}|`$(x)",
    "10,000 characters": "w" * 10000,
}
LEADS = ("=cmd|' /C calc'!A1", "@SUM(1)", "+1+cmd", "-1+cmd", "\t=1")


def run(tool, words):
    return subprocess.run([os.path.join(BUILD, "bin", tool), *words], stdin=subprocess.DEVNULL, capture_output=True, env=ENV, timeout=120, check=False)


ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def shows(data, what, layout="\r\n"):
    """What of these bytes would do something on a terminal."""
    try:
        text = data.decode()
    except UnicodeDecodeError as e:
        return [f"{what}: not UTF-8: {e}"]
    found = ACTIVE.search(text.replace(layout, "\n"))
    return [f"{what}: U+{ord(found.group()):04X} in {text[max(0, found.start() - 40):found.end() + 20]!r}"] if found else []


def spreadsheet(text):
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            if cell[:1] in tuple("=+@\t\r") or re.match(r"-(?![\d.]+$)", cell) and cell != "-":
                yield f"csv: a formula: {cell[:60]!r}"


def wrong_in(form, data):
    text = data.decode(errors="replace")
    bad_ones = []
    if form in ("json", "ndjson"):
        try:
            for part in [text] if form == "json" else text.splitlines():
                json.loads(part)
        except ValueError as e:
            bad_ones.append(f"{form}: {e}")
        return bad_ones + shows(data, form)
    if form == "csv":
        bad_ones += list(spreadsheet(text))
    if form == "junit":
        try:
            xml.etree.ElementTree.fromstring(data)
        except xml.etree.ElementTree.ParseError as e:
            bad_ones.append(f"junit: {e}")
    if form in ("html", "junit") and "<script>alert" in text:
        bad_ones.append(f"{form}: a script")
    if form == "status" and text.count("\n") != 1:
        bad_ones.append("status: more than one line")
    if form in ("text", "status", "openmetrics") and re.search("^FORGED", text, re.M):
        bad_ones.append(f"{form}: a forged line")
    return bad_ones + shows(data, form)


def leaves(node, path=()):
    if isinstance(node, dict):
        for k, v in node.items():
            yield from leaves(v, (*path, k))
    elif isinstance(node, list):
        for i, v in enumerate(node):
            yield from leaves(v, (*path, i))
    elif isinstance(node, str):
        yield path


def kind(path):
    return ".".join("[]" if isinstance(p, int) else p for p in path)


def changed(facts, kinds, how):
    copy = json.loads(json.dumps(facts))
    for n, path in enumerate(leaves(facts)):
        if kind(path) not in kinds:
            continue
        at = copy
        for p in path[:-1]:
            at = at[p]
        at[path[-1]] = how(at[path[-1]], n)
    return copy


def replay(tool, doc, facts, folder, form, name):
    path = f"{folder}/{name}.json"
    with open(path, "w", encoding="utf-8") as f:
        json.dump(dict(doc, facts=facts), f)
    p = run(tool, ["--replay", path, "--format", form])
    os.unlink(path)
    return p


def facts_of(tool, folder, pool):
    doc = json.loads(run(tool, [*CASES[tool].split(), "--json"]).stdout)
    facts = doc["facts"]
    kinds = sorted({kind(p) for p in leaves(facts)})
    tails = list(TAILS.values())

    def alone(k):  # words of a fixed list and numbers in text are refused, with a message
        p = replay(tool, doc, changed(facts, {k}, lambda s, _: s + tails[0] + tails[2]), folder, "text", k.replace("/", "_")[:150])
        return k, p.returncode, shows(p.stderr, k) + wrong_in("text", p.stdout)

    got = list(pool.map(alone, kinds))
    wrong = [w for _, _, ws in got for w in ws] + [f"{k}: exit {c}" for k, c, _ in got if c not in (0, 1, 2, 3)]
    taken = {k for k, _, _ in got if replay_took(got, k)}
    tap(not wrong and kinds, f"{tool}: {len(kinds)} kinds of strings, one by one", "\n".join(wrong))
    ways = [(name, lambda s, _, t=t: s + t) for name, t in TAILS.items()] + [("formulas", lambda _, n: LEADS[n % len(LEADS)])]
    for name, how in ways:
        hostile = changed(facts, taken, how)
        done = [pool.submit(replay, tool, doc, hostile, folder, f, f"all-{f}") for f in FORMATS]
        wrong = []
        for form, d in zip(FORMATS, done):
            p = d.result()
            wrong += wrong_in(form, p.stdout) if p.stdout else []
            wrong += shows(p.stderr, f"{form}: standard error")
            if p.returncode not in (0, 1, 2, 3):
                wrong.append(f"{form}: exit {p.returncode}")
        tap(not wrong, f"{tool}: {name} in {len(taken)} kinds of strings at once, every format", "\n".join(wrong))


def replay_took(got, k):
    return next(c for name, c, _ in got if name == k) in (0, 1, 2, 3)


NAMED = {
    "amt-certcheck": ["{f}", "--each {f}", "--hashes {f} {f}", "--connect {x}:1", "--suffix {x} --name {x}", "--server {x} {f}"],
    "amt-dnscheck": ["--no-resolv-conf --no-provision --clients {f}", "--no-resolv-conf --dhcp-export {f}",
                     "--no-resolv-conf --server 127.0.0.1:1 --timeout 0.1 --suffix {x} {x}", "--server {x} a", "--capture {f}"],
    "amt-hellocap": ["-r {f}", "--payload {f}", "-i {x} --duration 0.1", "-r captures/hello/good-whole-story.pcapng --root {f}", "--server {x} -r {f}"],
    "amt-krbsize": ["--from {f}", "--from captures/krbsize/two-users.json --limits {f}", "--from captures/krbsize/two-users.json --with {x} --spn {x}",
                    "--server {x} --user {x} --timeout 0.1"],
    "amt-logview": ["{f}", "--records {f}", "--records --raw {f}", "--partial {f}", "merge {f}", "--device {x} {f}", "--lookup {x}", "--grep {x}( {f}"],
    "amt-stage": ["--site {f}", "--site captures/contoso/site.ini --inventory {f}", "--site captures/contoso/site.ini --answers {f}",
                  "--site captures/contoso/site.ini --client {x}", "--open {f}", "merge {f} {f}", "--site captures/contoso/site.ini --waive {f}"],
}


def names(tool, folder, pool):
    """File names and options; the file holds the same, as a line of a log, a profile, a list."""
    jobs = []
    for name, tail in TAILS.items():
        tail = tail[:100].replace("/", "_").replace("\0", "")
        path = f"{folder}/f{tail}"
        with open(path, "w", encoding="utf-8") as f:
            f.write(f"[site]\nname = {tail}\n{tail}={tail},{tail}\n<![LOG[{tail}]LOG]!><time=\"{tail}\">\n{tail}  $$<{tail}><{tail}>\n")
        for words in [*NAMED[tool], "--replay {f}", "--format {x}", "--{x}", "--explain {x}", "--now {x}", "--firmware {x}", "--site {f}", "-o {f}/x --list-checks"]:
            argv = [w.format(f=path, x=tail) for w in words.split()]
            jobs.append((f"{name}: {words}", pool.submit(run, tool, argv)))
    wrong = []
    for what, job in jobs:
        p = job.result()
        stream = p.stdout
        wrong += shows(stream, what) + shows(p.stderr, what + ": standard error")
        if re.search(b"^FORGED", p.stderr, re.M) or p.returncode not in (0, 1, 2, 3, 64, 74):
            wrong.append(f"{what}: exit {p.returncode} {p.stderr[:100]!r}")
    tap(not wrong, f"{tool}: {len(jobs)} hostile file names and options", "\n".join(wrong))


def main():
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", "2"))) as pool:
        for tool in sys.argv[1:] or CASES:
            facts_of(tool, folder, pool)
            names(tool, folder, pool)
    end()


main()
