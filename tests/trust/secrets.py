"""Passwords, keys and keytabs that carry a mark: the mark is nowhere in what a tool writes, logs or shows. Prints TAP.

Looked for as it is and as others would write it: base64 at each offset, hex, UTF-16, percent escapes, reversed, and
digests of it. What is packed is unpacked. At work the arguments and the environment are looked at, too.
"""
import base64
import gzip
import hashlib
import os
import socket
import struct
import subprocess
import tempfile
import time
import urllib.parse

from tap import ENV, end, tap

BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
MARK = "Gehe1m&Zeichen/Wort+42"
KEY = b"KeytabZeichen#16"
FORMATS = ("text", "json", "ndjson", "junit", "html", "csv", "status", "openmetrics")


def forms_of(secret):
    yield "itself", secret
    for k in range(3):  # whatever stands before and behind it
        yield f"base64 at {k}", base64.b64encode(b"\0" * k + secret)[4 if k else 0:-4]
    yield "hex", secret.hex().encode()
    yield "HEX", secret.hex().upper().encode()
    yield "UTF-16LE", secret.decode().encode("utf-16-le")
    yield "UTF-16BE", secret.decode().encode("utf-16-be")
    yield "percent escapes", urllib.parse.quote(secret, safe="").encode()
    yield "entities", secret.replace(b"&", b"&amp;")
    yield "JSON", secret.replace(b"/", b"\\/")
    yield "reversed", secret[::-1]
    for name in ("md5", "sha1", "sha256"):
        d = hashlib.new(name, secret)
        yield name, d.digest()
        yield name + " in hex", d.hexdigest().encode()
        yield name + " in HEX", d.hexdigest().upper().encode()
        yield name + " in base64", base64.b64encode(d.digest())[:-2]


FORMS = [(f"{s.decode()} as {n}", f) for s in (MARK.encode(), KEY) for n, f in forms_of(s)]


def found(data, where):
    if data[:2] == b"\x1f\x8b":
        data += gzip.decompress(data)
    return [f"{where}: {name}" for name, form in FORMS if form in data]


def look(folder, skip):
    hits = []
    for root, _, names in os.walk(folder):
        for n in names:
            path = os.path.join(root, n)
            if path not in skip:
                with open(path, "rb") as f:
                    hits += found(f.read(), path) + found(n.encode(), path + " (name)")
    return hits


def secret_file(path, data):
    with open(path, "wb", opener=lambda p, f: os.open(p, f, 0o600)) as f:
        f.write(data)
    return path


def keytab(path):
    """One AES128 key of jane@X.TEST (MIT's format, version 5.2)."""
    def text(s):
        return struct.pack(">H", len(s)) + s
    entry = struct.pack(">H", 1) + text(b"X.TEST") + text(b"jane") + struct.pack(">IIBHH", 1, 0, 1, 17, 16) + KEY
    return secret_file(path, b"\x05\x02" + struct.pack(">i", len(entry)) + entry)


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def prepare(d, tcp):
    secret_file(f"{d}/pw", MARK.encode() + b"\n")
    secret_file(f"{d}/wrong", b"another\n")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-keyout", f"{d}/key.pem", "-out", f"{d}/cert.pem", "-days", "30", "-subj", "/CN=amt.x.test",
            "-passout", f"file:{d}/pw")
    openssl("pkcs12", "-export", "-inkey", f"{d}/key.pem", "-in", f"{d}/cert.pem", "-out", f"{d}/chain.pfx", "-passin", f"file:{d}/pw", "-passout", f"file:{d}/pw2")
    keytab(f"{d}/keytab")
    secret_file(f"{d}/import.csv", "".join(f"pc{i},pc{i}.x.test,4C4C4544-0051-3010-8053-B6C04F44{i:04d},001E0B01000{i},{MARK},{MARK}\r\n" for i in range(3)).encode())
    secret_file(f"{d}/list.csv", f"hostname,MEBx Password\r\npc1,{MARK}\r\n".encode())
    with open(f"{d}/krb5.conf", "w", encoding="ascii") as f:
        f.write(f"[libdefaults]\ndefault_realm = X.TEST\ndns_lookup_kdc = false\nudp_preference_limit = 1\n[realms]\nX.TEST = {{\n kdc = 127.0.0.1:{tcp}\n}}\n")
    with open(f"{d}/site.ini", "w", encoding="ascii") as f:
        f.write(f"[site]\nname = x\ndomain = x.test\n[evidence]\ninventory = import.csv\nexports = list.csv\nchain = chain.pfx\n[pki]\npassword-file = pw\n"
                f"[directory]\nserver = ldaps://127.0.0.1:{tcp}\nbind = cn=x\npassword-file = pw\n[devices]\nuser = admin\npassword-file = pw\n")


def cases(d, tcp):
    ldap = f"--bind-dn cn=x --bind-password-file {d}/pw --user jane --timeout 0.3"
    measure = "--from captures/krbsize/two-users.json --measure --principal jane@X.TEST --timeout 0.3"
    out = f"{d}/out"
    return {"amt-certcheck": [f"{d}/chain.pfx --password-file {d}/pw", f"{d}/chain.pfx --password-file {d}/wrong", f"--each {d}/chain.pfx --password-file {d}/pw",
                              f"{d}/cert.pem --key {d}/key.pem --password-file {d}/pw", f"{d}/pw --password-file {d}/pw"],
            "amt-krbsize": [f"--server ldaps://127.0.0.1:{tcp} {ldap}", f"--server ldap://127.0.0.1:{tcp} {ldap}", f"--server ldap://127.0.0.1:{tcp} --starttls {ldap}",
                            f"{measure} --password-file {d}/pw", f"{measure} --keytab {d}/keytab"],
            "amt-stage": [f"--site {d}/site.ini --timeout 0.3 --run {out}/run@ --bundle {out}/bundle@.tar.gz --to-sqlite {out}/db@.sqlite",
                          f"--site {d}/site.ini --timeout 0.3 --redact --redact-map {out}/map@ --bundle {out}/redacted@.tar.gz --run {out}/rrun@"]}


def at_work(tool, words, env, peer):
    """While it waits for its peer: nothing in what every user may read of a process, and no core file."""
    peer.setblocking(False)
    while True:
        try:
            peer.accept()[0].close()
        except OSError:
            break
    peer.settimeout(10)
    p = subprocess.Popen([os.path.join(BUILD, "bin", tool), *words.split(), "--timeout", "3"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL, env=env)
    try:
        taken = peer.accept()[0]
        hits = []
        for name in ("cmdline", "environ", "comm", "status"):
            with open(f"/proc/{p.pid}/{name}", "rb") as f:
                hits += found(f.read(), name)
        with open(f"/proc/{p.pid}/limits", encoding="ascii") as f:
            if not any(line.startswith("Max core file size") and line.split()[4:6] == ["0", "0"] for line in f):
                hits.append("a core file could be written")
        taken.close()
    except (socket.timeout, PermissionError) as e:
        hits = [] if isinstance(e, PermissionError) else ["it never came to its peer"]
    p.kill()
    p.wait()
    return hits


def main():
    plants = [n for n, form in FORMS if not found(b"before" + form + b"behind", "")]
    packed = found(gzip.compress(b"x" + MARK.encode()), "")
    tap(not plants and packed, f"each of {len(FORMS)} forms of the secrets would be seen", plants)
    with tempfile.TemporaryDirectory() as d, socket.create_server(("127.0.0.1", 0)) as peer:
        tcp = peer.getsockname()[1]
        secret_file(f"{d}/pw2", MARK.encode() + b"\n")
        prepare(d, tcp)
        os.mkdir(f"{d}/out")
        held = {os.path.join(d, n) for n in os.listdir(d)}
        env = dict(ENV, KRB5_CONFIG=d + "/krb5.conf", KRB5CCNAME=f"FILE:{d}/cc", HOME=d)
        for tool, words in cases(d, tcp).items():
            hits, n = [], 0
            for w in words:
                for form in FORMATS if tool == "amt-certcheck" else ("text", "json", "html"):
                    n += 1
                    p = subprocess.run([os.path.join(BUILD, "bin", tool), "-vv", "--format", form, "-o", f"{d}/out/report{n}", *w.replace("@", str(n)).split()],
                                       stdin=subprocess.DEVNULL, capture_output=True, env=env, timeout=60, check=False)
                    hits += found(p.stdout, w) + found(p.stderr, f"{w}: standard error")
                    if p.returncode not in (0, 1, 2, 3):
                        hits.append(f"{w}: exit {p.returncode} {p.stderr[-200:]!r}")
            hits += look(d, held)
            tap(not hits, f"{tool}: {n} runs with secrets, no trace of them", "\n".join(hits))
        hits = at_work("amt-krbsize", cases(d, tcp)["amt-krbsize"][0], env, peer) + at_work("amt-stage", f"--site {d}/site.ini", env, peer)
        tap(not hits, "at work nothing is in what others may read of the process, and no core file is written", "\n".join(hits))
        time.sleep(0)
    end()


main()
