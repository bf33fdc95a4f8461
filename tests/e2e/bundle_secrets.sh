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
# Packed evidence, and prose.
printf 'name;fqdn\nc01;c01.example.net\n' >"$d/clients.csv"
rm -r "$d/logs" "$d/exports" "$d/b"; mkdir "$d/logs" "$d/exports" "$d/b" "$d/cap"
row='  $$<SMS_AMT_OPERATION_MANAGER><Fri Nov 20 09:00:00.000 2026 GMT Standard Time><thread=1 (0x1)>'
{ printf 'Start to provision%s\r\n' "$row" "$row"; printf 'MEBx password %s was set by hand%s\r\n' $mark "$row"; } >"$tmp/one.log"
gzip -c "$tmp/one.log" >"$d/logs/amtopmgr.log.gz"
zstd -q -c "$tmp/one.log" >"$d/logs/Amtproxymgr.log.zst" 2>/dev/null || gzip -c "$tmp/one.log" >"$d/logs/Amtproxymgr.log.zst"
printf 'Start to provision%s\r\n' "$row" "$row" | gzip -c >"$d/logs/clean.log.gz"
{ cat "$tmp/one.log"; head -c 200000 /dev/urandom | base64; } | gzip -c | head -c 60000 >"$d/logs/cut.log.gz"
gzip -c "$d/logs/amtopmgr.log.gz" >"$d/logs/twice.log.gz"
openssl genrsa 2>/dev/null | gzip -c >"$d/exports/key.pem.gz"
printf 'PK\3\4 mebx-password = %s' $mark >"$d/exports/all.zip"
printf 'Das Kennwort (%s) gilt überall; the MEBx password "%s", mot de passe : %s.\nThe password KB954718 asks for is installed\n' $mark $mark $mark >"$d/logs/readme.log"
cp captures/hello/*.pcap* "$d/cap/"
for f in "$d"/cap/*; do gzip -k "$f"; done
sed -i 's|^dhcp = .*|captures = cap/*|' "$d/site.ini"
amt-stage --site "$d/site.ini" --now 2026-11-22T00:00:00Z --run "$d/run2" --bundle "$d/p.tar.gz" --json -o "$d/run.json" -q 2>"$tmp/err"
tar xzf "$d/p.tar.gz" -C "$d/b"
plain_leaks() { # ... unpacked
	for f in $(find "$d/b" "$d/run2" -name '*.gz' -o -name '*.zst' -path '*logs*'); do { gzip -dc "$f" || zstd -dqc "$f"; } >"$f.out" 2>/dev/null; done
	leaks "$d/b"; leaks "$d/run2"
}
is "nothing packed in it holds one, nor does the run folder" "$(plain_leaks)" ""
said() { grep -q "^$1" "$d/b/amtdiag/MANIFEST.txt"; }
for f in amtopmgr.log.gz Amtproxymgr.log.zst cut.log.gz; do ok "$f goes in unpacked, with stars" said "$f: 1 values that look like passwords: unpacked, stars instead"; done
ok "... with the rest of its lines" grep -q 'MEBx password \*\*\*\*\**  *was set by hand' "$d"/b/amtdiag/evidence/logs/*-amtopmgr.log
ok "what is damaged is told" said 'cut.log.gz: damaged'
ok "where nothing is to be hidden, the file stays as it is" cmp "$d/logs/clean.log.gz" "$(echo "$d"/b/amtdiag/evidence/logs/*-clean.log.gz)"
ok "a key in it stays out" said 'key.pem.gz: may hold a private key'
ok "so does what can't be looked into" said 'all.zip: packed'
ok "twice is nothing to hide behind" said 'twice.log.gz: 1 values'
ok "captures stay as they are, packed too" bash -c 'cd "$1" && for f in *; do cmp "$f" "$2"/*-"$f" || exit 1; done' - "$d/cap" "$d/b/amtdiag/evidence/captures"
ok "prose with one has stars, a number of a fix is none" bash -c '! grep -q "geheim" "$1" && grep -q "gilt überall" "$1" && grep -q "is installed" "$1"' - "$(echo "$d"/b/amtdiag/evidence/logs/*readme.log)"
exits 3 "it opens again" amt-stage --open "$d/b.tar.gz" --json -q
done_testing
