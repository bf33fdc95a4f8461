"""leak_check.py FOLDER SECRET...: none of the secrets stands in a file of FOLDER, in any case, notation or encoding.

A secret is looked for as it is, reversed under in-addr.arpa, as hex digits with and without separators, in both byte
orders of a UUID, as base64 at every alignment, in UTF-16, and all of that inside whatever base64 and hex the files hold.
"""
import base64
import pathlib
import re
import sys


def forms(secret):
    out = {secret.lower().encode(), secret.lower().encode("utf-16-le"), secret.upper().encode("utf-16-le").lower()}
    digits = re.sub(r"[:.\-{}]", "", secret.lower())
    raw = []
    if re.fullmatch(r"\d+(\.\d+){3}", secret):
        parts = [int(p) for p in secret.split(".")]
        out.add((".".join(str(p) for p in reversed(parts)) + ".in-addr").encode())
        raw.append(bytes(parts))
        out.add(bytes(parts).hex().encode())
    elif re.fullmatch(r"[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{32}", digits):
        b = bytes.fromhex(digits)
        raw.append(b)
        if len(b) == 16:
            raw.append(b[3::-1] + b[5:3:-1] + b[7:5:-1] + b[8:])
        for r in raw:
            h = r.hex()
            out |= {h.encode(), ":".join(re.findall("..", h)).encode(), "-".join(re.findall("..", h)).encode()}
            if len(r) == 16:
                out.add("-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:])).encode())
    elif re.fullmatch(r"S-1-5-21-\d+-\d+-\d+", secret):
        raw.append(b"".join(int(p).to_bytes(4, "little") for p in secret.split("-")[4:]))
    else:
        raw.append(secret.encode())
        raw.append(secret.encode("utf-16-le"))
        out.add(secret.lower().encode().hex().encode())
    return out, raw


def inside(data):
    """Bytes that stand in the text as base64 or hex."""
    for m in re.finditer(rb"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{16,}={0,2}", data):
        t = m.group(0)
        try:
            yield base64.b64decode(t + b"=" * (-len(t) % 4))
        except ValueError:
            pass
    for m in re.finditer(rb"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}){8,}(?![0-9A-Fa-f])", data):
        yield bytes.fromhex(m.group(0).decode())


bad = []
for path in sorted(p for p in pathlib.Path(sys.argv[1]).rglob("*") if p.is_file()):
    data = path.read_bytes()
    blobs = list(inside(data))
    low = [b.lower() for b in [data] + blobs]
    for secret in sys.argv[2:]:
        text, raw = forms(secret)
        for f in text:
            bad += [(path.name, secret, f, b[max(0, b.find(f) - 40):b.find(f) + 60]) for b in low if f in b][:1]
        for r in raw:
            if len(r) >= 6:
                bad += [(path.name, secret, "bytes") for b in blobs if r in b][:1]
for b in bad[:20]:
    print(*b)
sys.exit(bool(bad))
