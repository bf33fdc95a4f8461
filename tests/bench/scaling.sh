#!/usr/bin/env bash
# Ten times the input takes at most eleven times the processor time, for every tool: the least of RUNS runs each,
# start-up taken off, because it would flatter the ratio.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
"$PYTHON" - "$tmp" "${SCALE:-1}" "${RUNS:-3}" <<'P'
import json, os, resource, subprocess, sys
tmp, scale, runs = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
null = subprocess.DEVNULL


def seconds(argv):
    best = 1e9
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        rc = subprocess.run(argv, stdin=null, stdout=null, stderr=null).returncode
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if rc not in (0, 1, 2, 3):
            sys.exit(f"{argv}: {rc}")
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best


def log(n, path):
    once = open("captures/contoso/logs/Amtopmgr.log", "rb").read()
    with open(path, "wb") as f:
        for i in range(n):  # another computer each time
            f.write(once.replace(b"pc0", b"p%06dc0" % i))
    return ["amt-logview", path, "--json"]


def packets(n, path):
    subprocess.run([f"{os.environ['BUILD']}/tests/gen_pcap", path, str(n), str(n // 10)], check=True, stdout=null)
    return ["amt-hellocap", "-r", path, "--json"]


def chains(n, path):
    good = open("captures/contoso/pki/provisioning-good.pem").read()
    os.mkdir(path)
    files = []
    for i in range(n):
        files.append(f"{path}/{i:06d}.pem")
        open(files[-1], "w").write(good)
    return ["amt-certcheck", "--suffix", "contoso.com", "--now", "2009-01-14T12:00:00Z", "--json", *files]


def users(n, path):
    doc = json.load(open("captures/krbsize/two-users.json"))
    doc["users"] = [dict(doc["users"][0], name=f"u{i}") for i in range(n)]
    json.dump(doc, open(path, "w"))
    return ["amt-krbsize", "--from", path, "--json"]


def hosts(n, path):
    with open(path, "w") as f:
        f.write("name;fqdn;address\n")
        for i in range(n):
            f.write(f"pc{i:06d};pc{i:06d}.contoso.com;10.{i >> 16}.{i >> 8 & 255}.{i & 255}\n")
    return ["amt-dnscheck", "--no-resolv-conf", "--server", "127.0.0.1:1", "--timeout", "0.2", "--clients", path, "--json"]


def clients(n, path):
    os.mkdir(path)
    with open(f"{path}/inventory.csv", "w") as f:
        f.write("name;fqdn;uuid;firmware\n")
        for i in range(n):
            f.write(f"pc{i:06d};pc{i:06d}.contoso.com;4C4C4544-0001-4D10-8031-{i:012X};5.2.1\n")
    open(f"{path}/site.ini", "w").write("[site]\nname = Fleet\ndomain = contoso.com\n[evidence]\ninventory = inventory.csv\n"
                                        f"logs = {os.getcwd()}/captures/contoso/logs/*.log\n")
    return ["amt-stage", "--site", f"{path}/site.ini", "--json"]


for make, n, what in ((log, 300, "logs of {} computers"), (packets, 100000, "{} packets"), (chains, 300, "{} chains"), (users, 1000, "{} accounts"),
                      (hosts, 2000, "{} hosts, no server there"), (clients, 2000, "{} clients")):
    n = int(n * scale)
    small, large = make(n, f"{tmp}/{n}-{make.__name__}"), make(10 * n, f"{tmp}/{10 * n}-{make.__name__}")
    start = seconds([small[0], "--version"])
    a, b = max(seconds(small) - start, 0.002), max(seconds(large) - start, 0.002)
    print(f"{small[0]}: {what.format(10 * n)}, against a tenth\t{b:.3f} s\t{a:.3f} s\t{b / a:.1f}\t<= 11\t{'yes' if b <= 11 * a else 'no'}")
P
