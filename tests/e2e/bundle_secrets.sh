#!/usr/bin/env bash
# Passwords in every kind of evidence that goes into a bundle: none of them is in it.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
d=$tmp/site
mkdir -p "$d/exports" "$d/logs" "$d/b"
mark=Zq7-geheim
cat >"$d/site.ini" <<-EOF
	[site]
	name = x
	domain = example.net
	[evidence]
	inventory = clients.csv
	answers = answers.ini
	logs = logs/*
	exports = exports/*
	dhcp = dhcp.txt
	[devices]
	password = $mark
EOF
printf 'name;fqdn;notes;MEBx-Kennwort\nc01;c01.example.net;the password is %s;%s\n' $mark $mark >"$d/clients.csv"
printf '[S2.C07]\nanswer = yes\nnote = its MEBx password is %s\n' $mark >"$d/answers.ini"
printf 'MEBx password: %s  $$<SMS_AMT_OPERATION_MANAGER><Fri Nov 20 09:00:00.000 2026 GMT Standard Time><thread=1 (0x1)>\r\nAuthorization: Basic %s\r\n' $mark "$(printf 'admin:%s' $mark | base64)" >"$d/logs/Amtopmgr.log"
printf '[out of band component]\nmebx-password = %s\nport = 9971\n' $mark >"$d/exports/component.ini"
printf 'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\SMS\\Setup]\r\n"Full Version"="4.00.6487.2000"\r\n"Password"="%s"\r\n' $mark | iconv -t utf-16 >"$d/exports/s.reg"
printf 'Dhcp Server 10.0.0.1 Set DnsCredentials admin example %s\r\n' $mark >"$d/dhcp.txt"
amt-stage --site "$d/site.ini" --now 2026-11-22T00:00:00Z --run "$d/run" --bundle "$d/b.tar.gz" --json -o "$d/run.json" -q 2>"$tmp/err"
tar xzf "$d/b.tar.gz" -C "$d/b"
leaks() { "$PYTHON" -c 'import base64, os, sys
m = sys.argv[1].encode(); forms = (m, base64.b64encode(b"admin:" + m))
for r, _, names in os.walk(sys.argv[2]):
    for n in names:
        t = open(os.path.join(r, n), "rb").read().replace(b"\0", b"")
        if any(f in t for f in forms): print(n)' $mark "$1"; }
is "no file in it holds one" "$(leaks "$d/b")" ""
is "nor the report" "$(grep -c $mark "$d/run.json")" 0
ok "the rest of each file is there" bash -c "iconv -f utf-16 '$d'/b/amtdiag/evidence/exports/*s.reg | grep -q 4.00.6487.2000 && grep -q 'port = 9971' '$d'/b/amtdiag/evidence/exports/*component.ini"
ok "the manifest says where stars stand" grep -q '^component.ini: 1 values that look like passwords' "$d/b/amtdiag/MANIFEST.txt"
ok "a list with a column of them is left out" grep -q '^clients.csv: may hold passwords' "$d/b/amtdiag/MANIFEST.txt"
list() { # REMARK: is a list of clients with it in the bundle?
	printf 'name;fqdn;uuid;notes\nc01;c01.example.net;;%s\n' "$1" >"$d/clients.csv"
	amt-stage --site "$d/site.ini" --now 2026-11-22T00:00:00Z --bundle "$d/l.tar.gz" -o /dev/null -q 2>/dev/null
	tar tzf "$d/l.tar.gz" | grep -c 'clients.csv$'
}
is "a remark that no password fits is none" "$(list 'no password fits')" 1
is "a remark with one" "$(list "MEBx password $mark")" 0
exits 3 "it opens again" amt-stage --open "$d/b.tar.gz" --json -q
done_testing
