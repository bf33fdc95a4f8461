"""Outputs that can't be written: closed, full, gone, no room on the disk. Prints TAP.

What must hold for every tool, every format and every option that writes: exit 74 and a message, or the whole output;
never half of one, nothing left beside it, and what was there before stays when nothing new is written.
"""
import os
import subprocess
import sys
import tempfile

from cases import CASES, STREAMS, WRITES
from tap import ENV, end, tap

BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
FORMATS = ("text", "json", "ndjson", "junit", "html", "csv", "status", "openmetrics")


def run(tool, words, redirect="", **more):
    command = " ".join([os.path.join(BUILD, "bin", tool), words, redirect])
    return subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, env=ENV, timeout=60, check=False, **more)


def stands(tool):
    """All that a tool can print on standard output."""
    return [f"{CASES[tool]} --format {f}" for f in FORMATS] + STREAMS[tool] + [
        "--help", "--version", "--list-checks", "--explain S3.C14", "--man", "--completion bash"]


def standard_output(tool):
    for how, redirect in (("closed", ">&-"), ("full", ">/dev/full")):
        ends = {w: run(tool, w, redirect) for w in stands(tool)}
        wrong = [f"{w}: exit {p.returncode}" for w, p in ends.items() if p.returncode != 74]
        wrong += [f"{w}: no word" for w, p in ends.items() if tool.encode() not in p.stderr]
        tap(not wrong, f"{tool}: standard output is {how}, {len(ends)} ways to write to it", "\n".join(wrong))
    wrong = []
    for w in stands(tool):
        r, out = os.pipe()
        os.close(r)  # whoever read is gone: the first byte is one too many
        p = subprocess.run([os.path.join(BUILD, "bin", tool), *w.split()], stdin=subprocess.DEVNULL, stdout=out,
                           stderr=subprocess.PIPE, env=ENV, timeout=60, check=False)
        os.close(out)
        if p.returncode != 74 or b"Broken pipe" not in p.stderr:
            wrong.append(f"{w}: exit {p.returncode} {p.stderr[-100:]!r}")
    tap(not wrong, f"{tool}: nobody reads standard output", "\n".join(wrong))
    p = run(tool, CASES[tool], "2>&- <&- >/dev/null")
    clean = run(tool, CASES[tool])
    tap(p.returncode == clean.returncode, f"{tool}: standard input and error are closed", f"exit {p.returncode} for {clean.returncode}")


def closed_beside_a_file(tool):
    for option, words in WRITES.get(tool, {}).items():
        with tempfile.TemporaryDirectory() as d:
            p = run(tool, words.format(dir=d), ">&-")
            tap(p.returncode == 74, f"{tool} {option}: the report does not go into the file when standard output is closed",
                f"exit {p.returncode}")


def whole(path, option):
    """Is that an output that is all there? By its own means, as a reader would find out."""
    if os.path.isdir(path):
        return all(n in ("logs.json", "devices.ndjson") or subprocess.run(["jq", "-e", ".", f"{path}/{n}"], capture_output=True, check=False).returncode == 0
                   for n in os.listdir(path) if n.endswith(".json"))
    check = {"--bundle": ["tar", "tzf", path], "--to-sqlite": ["sqlite3", path, "pragma integrity_check"], "--redact-map": ["test", "-s", path],
             "-w": ["tshark", "-r", path], "-o": ["jq", "-e", ".verdict", path], "--records -o": ["jq", "-e", ".text", path]}[option]
    return subprocess.run(check, capture_output=True, check=False).returncode == 0


def no_room(tool, folder):
    """In a file system of so many KiB, from nothing to nearly enough."""
    ways = {**WRITES.get(tool, {}), "-o": CASES[tool] + " --json -o {dir}/out"}
    if tool == "amt-logview":
        ways["--records -o"] = "--records captures/contoso/logs -o {dir}/out"
    for option, words in ways.items():
        wrong, ends = [], {}
        for size in (4, 16, 32, 64, 128, 256, 1024):
            for before in (False, True) if option not in ("--run", "--redact-map") else (False,):
                subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "none", folder], check=True)
                if before:
                    with open(f"{folder}/out", "w", encoding="ascii") as f:
                        f.write("what was there before\n")
                p = run(tool, words.format(dir=folder), ">/dev/null")
                ends[p.returncode] = ends.get(p.returncode, 0) + 1
                left = sorted(os.listdir(folder))
                at = f"{size} KiB, exit {p.returncode}: "
                if p.returncode not in (0, 1, 2, 3, 74):
                    wrong.append(at + "no such exit code")
                if p.returncode == 74 and not p.stderr.strip():
                    wrong.append(at + "no word")
                if any(n != "out" for n in left):
                    wrong.append(at + f"left behind: {left}")
                old = before and left == ["out"] and os.path.getsize(f"{folder}/out") == 22
                if p.returncode != 74 and (left != ["out"] or old):
                    wrong.append(at + "and yet no output")
                if p.returncode == 74 and before and not left:
                    wrong.append(at + "what was there before is gone")
                if left == ["out"] and not old and not whole(f"{folder}/out", option):
                    wrong.append(at + "half an output")
                subprocess.run(["umount", folder], check=True)
        tap(not wrong and 74 in ends and len(ends) > 1, f"{tool} {option}: a disk without room ({ends})", "\n".join(wrong) or "no room was never met, or always")


def main():
    for tool in CASES:
        if len(sys.argv) > 1:
            no_room(tool, sys.argv[1])
        else:
            standard_output(tool)
            closed_beside_a_file(tool)
    end()


main()
