"""Archives and profiles that want to break amt-stage. Prints TAP."""
import gzip
import io
import os
import resource
import subprocess
import tarfile
import tempfile

from tap import ENV, end, tap

BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
NAME = "amtdiag/report.json"


def archive(path, members):
    with tarfile.open(path, "w:gz", compresslevel=1) as t:
        for name, data, kind in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
                info.linkname = data
                t.addfile(info)
            else:
                info.size = len(data)
                t.addfile(info, io.BytesIO(data))


def bomb(path, size):
    """A member of so many zeros, and gzip inside gzip does not count as one."""
    info = tarfile.TarInfo(NAME)
    info.size = size
    with gzip.open(path, "wb", compresslevel=1) as f:
        f.write(info.tobuf())
        for _ in range(size // (1 << 20)):
            f.write(bytes(1 << 20))
        f.write(bytes(1024))


def run(words, folder):
    def little():
        if not os.environ.get("AMTDIAG_SANITIZED"):
            resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
    before = {os.path.join(r, n) for r, _, ns in os.walk(folder) for n in ns}
    p = subprocess.run([os.path.join(BUILD, "bin/amt-stage"), "--json", *words], stdin=subprocess.DEVNULL, capture_output=True, env=ENV, cwd=folder,
                       timeout=120, preexec_fn=little, check=False)
    new = {os.path.join(r, n) for r, _, ns in os.walk(folder) for n in ns} - before
    return p, new


def bundles(d, good):
    reg, sym, hard, chr_, dir_, fifo = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE
    secret = os.path.join(d, "secret")
    with open(secret, "w", encoding="ascii") as f:
        f.write("{}")
    tricks = {
        "a path out of the folder": [("../../evil", b"x", reg), ("amtdiag/../../evil", b"x", reg)],
        "an absolute path": [(d + "/evil", b"x", reg)],
        "the report is a symbolic link": [(NAME, secret, sym)], "the report is a hard link": [(NAME, secret, hard)],
        "the report is a device": [(NAME, b"", chr_)], "the report is a FIFO": [(NAME, b"", fifo)], "the report is a folder": [(NAME, b"", dir_)],
        "the report is empty": [(NAME, b"", reg)], "the report is no JSON": [(NAME, b"\0" * 1000, reg)],
        "the report is deeply nested": [(NAME, b"[" * 1000000, reg)], "names of 60,000 characters": [("a" * 60000, b"", reg)],
        "a name with zeros and escapes": [("amtdiag/\x1b[2J\u202e", b"x", reg)],
    }
    for what, members in tricks.items():
        path = f"{d}/t.tar.gz"
        archive(path, members)
        p, new = run(["--open", path], d)
        tap(p.returncode in (3, 64) and path.encode() in p.stderr + p.stdout and not new and b"\x1b" not in p.stderr, f"--open: {what}",
            f"exit {p.returncode} {p.stderr[-200:]!r} {new}")
    path = f"{d}/t.tar.gz"
    archive(path, [(f"amtdiag/{i}", b"", reg) for i in range(50000)] + [(NAME, good, reg), (NAME, b"{}", reg)])
    p, new = run(["--open", path], d)
    tap(p.returncode in (0, 1, 2, 3) and not new and b'"findings"' in p.stdout, "--open: 50,000 members, and a second report: the first counts",
        f"exit {p.returncode} {p.stderr[-200:]!r}")
    with gzip.open(path, "wb", compresslevel=1) as f:
        for i in range(100):
            f.write(b"".join(tarfile.TarInfo(f"amtdiag/{i}/{k}").tobuf() for k in range(1001)))
    p, new = run(["--open", path], d)
    tap(p.returncode in (3, 64, 70) and b"more than 100000 files" in p.stderr and not new, "--open: 100,100 members", f"exit {p.returncode} {p.stderr[-200:]!r}")
    bomb(path, 1 << 30)
    p, new = run(["--open", path], d)
    tap(p.returncode in (3, 64, 70) and p.stderr and not new, f"--open: a report of 1 GiB out of {os.path.getsize(path) >> 10} KiB", f"exit {p.returncode} {p.stderr[-200:]!r}")


def profiles(d):
    head = b"[site]\nname = x\n"
    tries = {"100 MB": head + b"# " + b"x" * (100 << 20), "a value of 10 MB": head + b"domain = " + b"y" * (10 << 20),
             "a million keys": head + b"".join(b"k%d = 1\n" % i for i in range(1000000)), "zeros": head + b"do\0main = \0\n\0\n" * 1000,
             "itself as evidence": head + b"[evidence]\nlogs = p.ini\ninventory = p.ini\nanswers = p.ini\ndocuments = p.ini\nexports = p.ini\nchain = p.ini\n",
             "an unclosed section": b"[" * 100000,
             "random bytes": os.urandom(100000), "folders up and up": head + b"[evidence]\nlogs = " + b"../" * 2000 + b"etc/shadow\n"}
    for what, text in tries.items():
        with open(f"{d}/p.ini", "wb") as f:
            f.write(text)
        p, new = run(["--site", f"{d}/p.ini"], d)
        tap(p.returncode in (0, 1, 2, 3, 64) and not new, f"a profile of {what}", f"exit {p.returncode} {p.stderr[-300:]!r} {new}")


def main():
    with tempfile.TemporaryDirectory() as d:
        good = subprocess.run([os.path.join(BUILD, "bin/amt-stage"), "--site", "captures/contoso/site.ini", "--json"], capture_output=True, env=ENV, check=False).stdout
        bundles(d, good)
        profiles(d)
    end()


main()
