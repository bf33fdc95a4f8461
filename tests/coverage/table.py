#!/usr/bin/env python3
"""table.py GCOVR.JSON FOLDER [PAGE]: writes coverage.txt, coverage.tsv and uncovered.txt into FOLDER; PAGE gets the table."""
import collections
import json
import pathlib
import sys


def ranges(numbers):
    """[3, 4, 5, 9] -> '3-5 9'"""
    out = []
    for n in numbers:
        if out and n == out[-1][1] + 1:
            out[-1][1] = n
        else:
            out.append([n, n])
    return " ".join(f"{a}-{b}" if a != b else f"{a}" for a, b in out)


def into_page(page, rows):
    page = pathlib.Path(page)
    before, rest = page.read_text().split("<!-- coverage: begin -->\n")
    after = rest.split("<!-- coverage: end -->\n")[1]
    table = "| room | lines | covered | % |\n|---|---|---|---|\n" + "".join("| %s | %d | %d | %s |\n" % r for r in rows)
    page.write_text(f"{before}<!-- coverage: begin -->\n{table}<!-- coverage: end -->\n{after}")


def main(report, folder, page=None):
    rooms = collections.defaultdict(lambda: [0, 0])
    missing = []
    for f in json.loads(pathlib.Path(report).read_text())["files"]:
        part = f["file"].split("/")
        if len(part) < 3 or part[0] not in ("common", "tools"):
            continue
        lines = {l["line_number"]: l["count"] for l in f["lines"] if not l.get("gcovr/noncode")}
        never = sorted(n for n, count in lines.items() if not count)
        for key in ("/".join(part[:2]), part[0]):
            rooms[key][0] += len(lines)
            rooms[key][1] += len(lines) - len(never)
        if never:
            missing.append((f["file"], len(never), len(lines), ranges(never)))
    order = sorted(k for k in rooms if "/" in k) + sorted(k for k in rooms if "/" not in k)
    rows = [(k, *rooms[k], f"{100 * rooms[k][1] / max(rooms[k][0], 1):.1f}") for k in order]
    folder = pathlib.Path(folder)
    (folder / "coverage.tsv").write_text(
        "room\tlines\tcovered\tpercent\n" + "".join("%s\t%d\t%d\t%s\n" % r for r in rows))
    (folder / "coverage.txt").write_text(
        "%-22s %7s %8s %6s\n" % ("room", "lines", "covered", "%") +
        "".join("%-22s %7d %8d %6s\n" % r for r in rows))
    (folder / "uncovered.txt").write_text(
        "".join(f"{name} ({n} of {total}): {where}\n" for name, n, total, where in missing))
    if page:
        into_page(page, rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
