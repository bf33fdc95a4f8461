"""A small case of every tool, whole in itself: no network, always the same answer."""
CASES = {
    "amt-certcheck": "captures/contoso/pki/provisioning-good.pem --suffix contoso.com "
                     "--hashes captures/contoso/pki/pc01-hashes.txt --now 2009-01-14T12:00:00Z",
    "amt-dnscheck": "--no-resolv-conf --no-provision --now 2026-01-01T00:00:00Z --certificate-suffix other.test "
                    "--capture captures/hello/row03-no-option-6.pcapng",
    "amt-hellocap": "-r captures/hello/good-whole-story.pcapng --server 10.1.0.5",
    "amt-krbsize": "--from captures/krbsize/two-users.json --now 2026-01-01T00:00:00Z --top 5 --advise --keep Operators",
    "amt-logview": "captures/contoso/logs/Amtopmgr.log --now 2026-01-01T00:00:00Z --sessions",
    "amt-stage": "--site captures/contoso/site.ini --now 2026-01-01T00:00:00Z",
}
# Modes that write something else than a report of findings.
STREAMS = {
    "amt-certcheck": ["--each captures/contoso/pki/provisioning-good.pem"],
    "amt-dnscheck": [],
    "amt-hellocap": ["--list-interfaces"],
    "amt-krbsize": [],
    "amt-logview": ["--records captures/contoso/logs", "--records --raw captures/contoso/logs", "--partial captures/contoso/logs",
                    "--lookup 0x80090326"],
    "amt-stage": ["--init", "--site captures/contoso/site.ini --what-to-collect"],
}
# Options that write a file beside the report.
WRITES = {
    "amt-hellocap": {"-w": "-r captures/hello/good-whole-story.pcapng -w {dir}/out"},
    "amt-stage": {
        "--bundle": "--site captures/contoso/site.ini --bundle {dir}/out",
        "--to-sqlite": "--site captures/contoso/site.ini --to-sqlite {dir}/out",
        "--redact-map": "--site captures/contoso/site.ini --redact --redact-map {dir}/out",
        "--run": "--site captures/contoso/site.ini --run {dir}/out",
    },
}
