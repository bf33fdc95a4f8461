"""At the moment that a tool waits for its first foreign byte: is the process confined? Prints TAP.

Every tool, every mode that reads or asks: the input is a pipe that nobody writes to, or a peer that never answers.
What counts is what the kernel says (/proc/PID/status), not what the tool says; under -v both must agree.
"""
import concurrent.futures
import contextlib
import os
import pty
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from tap import end, tap

BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
SANITIZED = bool(os.environ.get("AMTDIAG_SANITIZED"))
LAYERS = ("limits:", "capabilities:", "no new privileges:", "Landlock:", "seccomp:")
DONE = ("limits: no core file", "capabilities: all dropped", "no new privileges: set", "Landlock: only the named files")

# Mode: arguments. {in} is the silent pipe, {tcp} and {udp} are ports of 127.0.0.1 where nobody answers, {dir} is ours.
MODES = {
    "amt-certcheck": {
        "a file": "{in}", "--each": "--each {in}", "--hashes": "captures/contoso/pki/provisioning-good.pem --hashes {in}",
        "--crl-file": "captures/contoso/pki/provisioning-good.pem --crl-file {in}",
        "--key": "captures/contoso/pki/provisioning-good.pem --key {in}", "--connect": "--connect 127.0.0.1:{tcp}",
        "--crl": "{dir}/crl.pem --crl", "--replay": "--replay {in}"},
    "amt-dnscheck": {
        "a server": "--no-resolv-conf --server 127.0.0.1:{udp} --suffix contoso.com", "--clients": "--no-resolv-conf --no-provision "
        "--server 127.0.0.1:{udp} --clients {in}", "--dhcp-export": "--no-resolv-conf --no-provision --dhcp-export {in}",
        "--capture": "--no-resolv-conf --no-provision --capture {in}", "--replay": "--replay {in}"},
    "amt-hellocap": {"-r": "-r {in}", "--payload": "--payload {in}", "--root": "-r captures/hello/good-whole-story.pcapng --root {in}",
                     "--replay": "--replay {in}", "-i": "-i lo --duration 1"},
    "amt-krbsize": {
        "--from": "--from {in}", "a directory": "--server ldaps://127.0.0.1:{tcp} --bind-dn cn=x --bind-password-file {dir}/pw --user jane",
        "--measure": "--from captures/krbsize/two-users.json --measure --principal jane@X.TEST --password-file {dir}/pw",
        "--replay": "--replay {in}"},
    "amt-logview": {"a log": "{in}", "--records": "--records {in}", "--raw": "--records --raw {in}", "--partial": "--partial {in}",
                    "merge": "merge {in}", "--replay": "--replay {in}", "--follow": "--follow --records {in}", "--tui": "--tui {in}"},
    "amt-stage": {
        "logs": "--site {dir}/logs.ini", "inventory": "--site {dir}/inventory.ini",
        "--what-to-collect": "--site {dir}/inventory.ini --what-to-collect",
        "a directory": "--site {dir}/directory.ini", "devices": "--site {dir}/devices.ini", "DNS": "--site {dir}/dns.ini",
        "merge": "merge {in}", "--open": "--open {in}", "--replay": "--replay {in}"},
}
MUTE = {"--each", "--records", "--raw", "--partial", "--follow", "--tui", "--what-to-collect"}  # they write no report


def certificates(folder, tcp):
    """A leaf whose CRL is where nobody answers, and its root."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-config", "req.cnf"]
    with open(f"{folder}/req.cnf", "w", encoding="ascii") as f:
        f.write("[req]\ndistinguished_name = dn\n[dn]\n")
    for more in (["-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=root", "-addext", "basicConstraints=critical,CA:TRUE"],
                 ["-keyout", "leaf.key", "-out", "leaf.pem", "-subj", "/CN=x.test", "-CA", "ca.pem", "-CAkey", "ca.key",
                  "-addext", f"crlDistributionPoints=URI:http://127.0.0.1:{tcp}/x.crl"]):
        subprocess.run(["openssl", "req", "-x509", *key, *more], cwd=folder, stderr=subprocess.DEVNULL, check=True)
    with open(f"{folder}/crl.pem", "wb") as out:
        for name in ("leaf", "ca"):
            with open(f"{folder}/{name}.pem", "rb") as f:
                out.write(f.read())


def prepare(folder, tcp, udp, pipe):
    with open(f"{folder}/pw", "w", opener=lambda p, f: os.open(p, f, 0o600), encoding="ascii") as f:
        f.write("secret\n")
    with open(f"{folder}/list.csv", "w", encoding="ascii") as f:
        f.write("name,fqdn,address\npc1,pc1.x.test,127.0.0.1\n")
    head = "[site]\nname = x\ndomain = x.test\n"
    for name, text in {"logs": f"[evidence]\nlogs = {pipe}\n", "inventory": f"[evidence]\ninventory = {pipe}\n",
                       "directory": f"[directory]\nserver = ldaps://127.0.0.1:{tcp}\nbind = cn=x\npassword-file = pw\n",
                       "devices": "[evidence]\ninventory = list.csv\n[devices]\nprobe = yes\n",
                       "dns": f"[dns]\nservers = 127.0.0.1:{udp}\n"}.items():
        with open(f"{folder}/{name}.ini", "w", encoding="ascii") as f:
            f.write(head + text)
    with open(f"{folder}/krb5.conf", "w", encoding="ascii") as f:
        f.write("[libdefaults]\ndefault_realm = X.TEST\ndns_lookup_kdc = false\nudp_preference_limit = 1\n"
                f"[realms]\nX.TEST = {{\n kdc = 127.0.0.1:{tcp}\n}}\n")


def status(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


def waits_for_pipe(pid, pipe):
    for fd in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{pid}/fd/{fd}") == pipe:
                return True
    return False


def arrive(child, mode, tcp, udp, pipe, argv):
    """Waits until the tool waits for what it was told to read; None when it never did."""
    end = time.monotonic() + 20
    while time.monotonic() < end and child.poll() is None:
        if mode == "-i" or mode == "devices":  # no port of ours: a device has its own
            time.sleep(0.5)
            return status(child.pid)
        if select.select([tcp, udp], [], [], 0.02)[0]:
            return status(child.pid)
        # Several sockets of a capture reader or an --inotify watch do not matter: it is the pipe that is looked for.
        if any(pipe in a or ".ini" in a for a in argv) and waits_for_pipe(child.pid, pipe):
            time.sleep(0.05)
            return status(child.pid)
    return None


def drain(sock):
    sock.setblocking(False)
    with contextlib.suppress(OSError):
        while True:
            sock.accept()[0].close() if sock.type == socket.SOCK_STREAM else sock.recv(4096)


class Place:
    """A folder, a pipe and two ports, for one run."""

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="confined.")
        self.pipe = self.dir + "/pipe"
        os.mkfifo(self.pipe)
        self.held = os.open(self.pipe, os.O_RDWR | os.O_NONBLOCK)
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        prepare(self.dir, self.tcp.getsockname()[1], self.udp.getsockname()[1], self.pipe)
        return self

    def __exit__(self, *_):
        self.tcp.close()
        self.udp.close()
        shutil.rmtree(self.dir)


def wrong(s, off):
    """What of the kernel's words is not as it must be."""
    if off:
        return [] if s["Seccomp"] == "0" else ["--no-sandbox, and yet there is a filter"]
    left = int(s["CapEff"], 16)
    return [w for w, is_wrong in (("no system call filter", s["Seccomp"] != "2" and not SANITIZED),
                                  ("new privileges can be had", s["NoNewPrivs"] != "1"),
                                  (f"capabilities {s['CapEff']}", left not in (0, 2) or int(s["CapPrm"], 16) != left),
                                  (f"inheritable {s['CapInh']}", int(s["CapInh"], 16) != 0)) if is_wrong]


def one(tool, mode, words, kind):
    what = f"{tool} {mode}, {kind}"
    with Place() as p:
        if mode == "--crl":
            certificates(p.dir, p.tcp.getsockname()[1])
        argv = words.format(**{"in": p.pipe, "tcp": p.tcp.getsockname()[1], "udp": p.udp.getsockname()[1], "dir": p.dir}).split()
        option = ["--no-sandbox"] if kind == "--no-sandbox" else ["--sandbox", kind]
        report = f"{p.dir}/report"
        command = [f"{BUILD}/bin/{tool}", *option, "-v", "--timeout", "0.5"]
        if mode not in MUTE:
            command += ["--json", "-o", report]
        env = dict(os.environ, KRB5_CONFIG=p.dir + "/krb5.conf", KRB5CCNAME=f"FILE:{p.dir}/cc", TERM="xterm", HOME=p.dir)
        env.pop("AMTDIAG_SANDBOX", None)
        master, slave = pty.openpty() if mode == "--tui" else (None, subprocess.DEVNULL)
        with open(p.dir + "/err", "w+b") as err:
            child = subprocess.Popen(command + argv, stdin=slave, stdout=slave, stderr=err, env=env)
            try:
                s = arrive(child, mode, p.tcp, p.udp, p.pipe, argv)
                os.close(p.held)
                # A peer that goes away ends the wait.
                drain(p.udp)
                p.tcp.close()
                if mode in ("--tui", "--follow"):
                    child.terminate()
                code = child.wait(30)
            except subprocess.TimeoutExpired:
                code = "none in 30 s"
                child.kill()
                child.wait()
            err.seek(0)
            said = err.read().decode(errors="replace")
        if master is not None:
            os.close(master)
            os.close(slave)
        if s is None:
            if mode == "-i" and "ermi" in said:
                return None, what, "may not capture here"
            return False, what, (f"it never came to its input; exit {code}\n{said}")
        trouble = wrong(s, kind == "--no-sandbox")
        if kind == "--no-sandbox":
            if "switched off with --no-sandbox" not in said:
                trouble.append("nothing said")
            if mode not in MUTE and (not os.path.exists(report) or "switched off with --no-sandbox" not in open(report, encoding="utf-8").read()):
                trouble.append("the report does not say so" if os.path.exists(report) else
                               "no report" if mode not in ("--replay", "--open") else "")
        else:
            layers = [w for w in LAYERS if f"sandbox: {w}" not in said]
            trouble += [f"-v does not say: {w}" for w in layers]
            lacking = "Landlock: not in this kernel" in said
            trouble += [f"not done: {w}" for w in DONE if f"sandbox: {w}" not in said and not (lacking and w.startswith("Landlock"))]
            net = re.search(r"\{(tcp|udp)\}", words) or mode in ("a directory", "devices", "DNS", "--measure", "--crl", "--clients") or tool == "amt-dnscheck"
            if not SANITIZED and tool != "amt-dnscheck" and bool(net) == ("no sockets" in said):
                trouble.append("sockets: " + ("refused to a mode that asks" if net else "open to a mode that only reads"))
        trouble = [t for t in trouble if t]
        return not trouble, what, ("\n".join(trouble) + f"\nexit {code}\n{said}")


def main():
    only = sys.argv[1:]
    landlock = "Landlock: only" in subprocess.run([f"{BUILD}/bin/amt-logview", "-v", "/dev/null"], capture_output=True, text=True,
                                                  check=False).stderr
    asked = []
    # They wait more than they work.
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        for tool, modes in MODES.items():
            for mode, words in modes.items():
                for kind in ("default", "strict", "--no-sandbox") if not only or tool in only or mode in only else ():
                    if kind == "strict" and not landlock:
                        tap(None, f"{tool} {mode}, strict", "this kernel has no Landlock")
                    else:
                        asked.append(pool.submit(one, tool, mode, words, kind))
        for a in asked:
            tap(*a.result())
    end()


main()
