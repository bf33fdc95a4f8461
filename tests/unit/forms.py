"""Rows whose judge can say a verdict that no test shows. Reads the sources: prints "ROW files" for each."""
import glob
import os
import re
import sys

VERDICT = sys.argv[1]  # FAIL or WARN
ROW = re.compile(r"(?<![\w.])(?:[GT]|P|CK|PV|S[1-7]|HF|X)\.[A-Z]*[0-9]+[a-z]?(?![\w.])")


def statements(text):
    """C, cut at its semicolons and braces of blocks; initialisers of tables line by line."""
    return re.split(r";|\{\n|\}\n", text)


def said():
    """Rows whose statement in a judge names the verdict."""
    rows = {}
    for path in glob.glob("common/*/*.c") + glob.glob("tools/*/*.c"):
        with open(path, encoding="utf-8") as f:
            for part in statements(f.read()):
                if "AMT_" + VERDICT in part:
                    for row in re.findall('"(' + ROW.pattern + ')"', part):
                        rows.setdefault(row, set()).add(path)
    return rows


def shown():
    """Rows that a test names together with the verdict."""
    rows = set()
    word = re.compile(rf"\b{VERDICT.lower()}\b|\b{VERDICT}\b|AMT_{VERDICT}\b")
    for path in glob.glob("tests/**/*", recursive=True):
        if path.startswith("tests/unit/forms") or not os.path.isfile(path):
            continue
        with open(path, encoding="utf-8", errors="replace") as f:
            text = f.read()
        parts = text.splitlines() + (statements(text) if path.endswith(".c") else [])
        for part in parts:
            if word.search(part):
                rows.update(ROW.findall(part))
    return rows


SHOWN = shown()
for row, files in sorted(said().items()):
    if row not in SHOWN:
        print(row, *sorted(files))
