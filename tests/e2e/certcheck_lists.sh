#!/usr/bin/env bash
# Hash lists, bundles and keys as they come out of the field: PowerShell's encodings, logged or
# cut JSON, rpc-go's flags, files put together without a line end, folders of several servers.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/pki.sh
. tests/certdoc.sh
P=$tmp
NOW=2026-11-22T12:00:00Z

check() { amt-certcheck --json --now "$NOW" --firmware 11.8.50 --suffix vprodemo.com "$@" >"$tmp/doc" 2>"$tmp/err" </dev/null; }

cert root '/CN=Test Root' self "$ca_ext"
cert int '/CN=Test Issuing' root "$ca_ext"
cert good '/CN=amt.vprodemo.com' int "$oid_ext"
bundle good int root >"$P/chain"
own=$(fingerprint "$P/root.pem")
other=c3846bf24b9e93ca64274c0ec67c1ecc5e024ffcacd2d74019350e81fe546ae4

# --- hash lists ---
json() { # json ACTIVE
	printf '{"amt":"11.8.50","certificateHashes":{"Go Daddy":{"Hash":"%s","Name":"Go Daddy","IsActive":true},' "$other"
	printf '"Test Root":{"Hash":"%s","Name":"Test Root","IsActive":%s}}}' "$own" "$1"
}
rpc() { # rpc FLAGS: rpc-go's text; "(Default)" alone means that it is not active
	printf 'Version : 11.8.50\n---Certificate Hashes---\nGo Daddy  (Default, Active)\n   SHA256: %s\n' "$other"
	printf 'Test Root%s\n   SHA256: %s\n' "$1" "$own"
}
list() { cat >"$P/list"; check "$P/chain" --hashes "$P/list"; }
utf16() { printf '\xff\xfe'; iconv -f UTF-8 -t UTF-16LE; }
bom() { printf '\xef\xbb\xbf'; cat; }

json true | bom | list; verdict "JSON behind a byte order mark" S3.C10b pass
json false | bom | list; verdict "and its flags" S3.C10b fail
json true | utf16 | list; verdict "JSON in UTF-16" S3.C10b pass
rpc ' (Active)' | utf16 | list; verdict "text in UTF-16" S3.C10b pass
{ echo 'level=info msg="reading"'; json true; } | list; verdict "JSON below a line of log" S3.C10b pass
json true | head -c 250 | list; verdict "JSON that lost its end: what is there counts" S3.C10b pass
json true | head -c 130 | list; verdict "and what is not there is not said to be absent" S3.C10b unknown
ok "the damage is told" grep -q 'list: this is damaged JSON (line 1' "$tmp/err"
printf '%s %s Two roots\n' "$other" "$own" | list; verdict "two hashes in one line" S3.C10b pass
rpc ', (Active)' | list; verdict "rpc-go: active" S3.C10b pass
rpc '  (Default)' | list; verdict "rpc-go: default and not active" S3.C10b fail
says "rpc-go: what is wrong" S3.C10b 'switched off'
rpc '' | list; verdict "rpc-go: neither" S3.C10b fail
printf 'Test Root (Default)\n%s\n' "$own" | list; verdict "by hand, without rpc-go's heading" S3.C10b pass

# --- PEM without a line end between the files ---
for f in good int root; do printf %s "$(cat "$P/$f.pem")"; done >"$P/glued"
check "$P/glued"; verdict "END and BEGIN in one line" S1.V11b pass
tr '\n' '\r' <"$P/chain" >"$P/cr"; check "$P/cr"; verdict "CR alone ends the lines" S1.V11b pass
sed '0,/-----END CERTIFICATE-----/s//-----END CERTIFICATE---/' "$P/chain" >"$P/dashes"
check "$P/dashes"; verdict "an END line with too few dashes" S1.V11b pass

# --- more than one way up in one bundle (F 14) ---
cert old '/CN=Old Root' self "$ca_ext" md=sha1
cert cross '/CN=Test Root' old "$ca_ext" key="$P/root.key" md=sha1
bundle good int cross old root >"$P/two"; check "$P/two"
verdict "two ways up in a bundle warn" S1.V11b warn
says "what is in the way" S1.V11b 'more than one way up: 2 certificates (CN=Test Root)'
bundle good int root >"$P/one"; bundle cross old >"$P/beside"; check "$P/one" "$P/beside"
verdict "two ways up out of two files" S1.V11b pass

# --- a namesake of the root ---
cert fake '/CN=Test Root' self "$ca_ext"
bundle good int fake >"$P/namesake"; check "$P/namesake"
says "a namesake of the root is not said to lack its signature" S3.C10a 'another one, with another key'

# --- an enterprise root that issues by itself ---
check "$P/root.pem" --profile ca; verdict "a root CA alone" S3.C21 pass
check "$P/root.pem" --profile ca --now 2039-01-01T00:00:00Z
says "and expired it is not called a leaf" S3.C22 "the CA certificate expired"

# --- keys: a folder with the exports of two servers ---
cert second '/CN=b.vprodemo.com' int "$oid_ext"
mkdir "$P/servers"; cp "$P/chain" "$P/servers/a.pem"; cp "$P/good.key" "$P/servers"; cp "$P/second.pem" "$P/servers"
check "$P/servers"; verdict "the key of one server does not speak against the other" S1.V11a pass
cp "$P/fake.key" "$P/servers"; check "$P/servers"; verdict "a key that fits nobody does" S1.V11a pass,fail
{ openssl pkey -in "$P/good.key" -aes256 -passout pass:geheim; cat "$P/chain"; } >"$P/locked"; check "$P/locked"
printf '\xef\xbb\xbfgeheim\r\n' >"$P/notepad"; chmod 600 "$P/notepad"
check "$P/locked" --password-file "$P/notepad"; verdict "a password file of Notepad" S1.V11a pass
check "$P/locked"
ok "why a key was not read" grep -q 'missing password; no terminal' "$tmp/err"
done_testing
