#!/usr/bin/env bash
# What amt-hellocap takes: formats, link layers, compression, standard input, odd streams; and what it says of bad ones.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
C=captures/hello
command -v jq >/dev/null || { skip "inputs" "jq is not installed"; # A service point that leaves the root out of its handshake: only examples say that it must not.
amt-hellocap -r captures/hello/good-whole-story.pcapng --json -q >"$tmp/whole.json" 2>/dev/null
jq '(.facts.connections[] | select(.tls.client_chain) | .tls.client_chain) |= .[:1]' "$tmp/whole.json" >"$tmp/short.json"
rows() { jq -r '[.findings[] | select(.id == "S1.V11b" or .id == "S3.C10a") | .verdict] | join(" ")' "$1"; }
amt-hellocap --replay "$tmp/short.json" --json -q >"$tmp/short.out" 2>/dev/null
is "a chain sent without its root is warned of, no more" "$(rows "$tmp/short.out")" "warn warn"
done_testing; exit; }
facts() { amt-hellocap "$@" --json 2>"$tmp/e" | jq -c "$q"; }

ok "the captures can be made anew" $PYTHON $C/generate.py "$tmp"
for f in $C/*.pcap*; do cmp -s "$f" "$tmp/${f##*/}" || stale="$stale ${f##*/}"; done
is "and come out byte for byte" "$stale" ""

q='.facts.hellos | map(.verdict + " " + .source + " " + (.hashes | length | tostring))'
for f in format-le-usec.pcap format-be-usec.pcap format-le-nsec.pcap format-be-nsec.pcap link-vlan.pcapng link-qinq.pcapng \
	odd-port.pcapng odd-mid-stream.pcapng; do
	is "$f" "$(facts $C/$f)" '["exact 10.1.0.16 4"]'
done
is "IP fragments" "$(facts $C/link-fragments.pcapng)" '["exact 10.1.0.16 20"]'
is "IPv6 fragments behind another header, link type raw IPv6" "$(facts $C/link-ipv6-fragments.pcapng)" '["exact 2001:db8::10 20"]'
is "segments doubled, late, overlapping, wrapping" "$(facts $C/odd-segments.pcapng)" '["exact 10.1.0.16 32"]'
is "options of IP, also on another port" "$(facts $C/link-ip-options.pcapng)" '["exact 10.1.0.16 4","exact 10.1.0.16 4"]'
q='.facts.duplicates'
is "a mirror's copies are counted" "$(facts $C/odd-segments.pcapng)" 7
q='.facts.hellos | map(.verdict) | unique'
is "seven link types in one file" "$(facts $C/link-mixed.pcapng)" '["exact"]'
q='.facts.hellos | length'
is "all seven were read" "$(facts $C/link-mixed.pcapng)" 7
gzip -c $C/row16-psk.pcapng >"$tmp/a.gz"; zstd -qc $C/row16-psk.pcapng >"$tmp/a.zst" 2>/dev/null
is "gzip" "$(facts -r "$tmp/a.gz")" 1
if [ -s "$tmp/a.zst" ]; then is "zstd" "$(facts -r "$tmp/a.zst")" 1; else skip "zstd" "the zstd command is not installed"; fi
gzip -c $C/link-vlan.pcapng | cat "$tmp/a.gz" - >"$tmp/aa.gz"
is "two gzip members" "$(facts -r "$tmp/aa.gz")" 2
is "standard input" "$(facts -r - <$C/row16-psk.pcapng)" 1
is "two files" "$(facts -r $C/row16-psk.pcapng -r $C/row17-two-pids.pcapng)" 3
is "a filter of the user's own" "$(facts -r $C/row17-two-pids.pcapng host 10.1.0.17)" 1
is "--count stops" "$(facts -r $C/good-cadence.pcapng --count 3)" 3
is "another port is a hello port with --port" "$(facts -r $C/odd-port.pcapng --port 12345)" 1
q='.facts.hellos | map([.verdict, .note])'
is "two messages in one connection" "$(facts $C/odd-two-in-one.pcapng)" '[["exact",null],["exact",null]]'
is "trailing bytes" "$(facts $C/odd-trailing.pcapng)" '[["plausible","trailing 4 bytes"]]'
is "version 1" "$(facts $C/odd-version-1.pcapng)" '[["plausible","legacy hello, body layout unknown"]]'
is "the snap length is named" "$(facts $C/snaplen-96.pcapng)" \
	'[["plausible","truncated at byte 42 of about 125: 0 of 4 hashes are whole; the capture'"'"'s snap length cut it"]]'
q='[.facts.devices[0] | .phase, .restarts, .lost, .next_expected]'
is "cadence, restart and loss" "$(facts $C/good-restart-and-loss.pcapng)" '["every minute",1,2,"2009-01-22T13:25:00.007001Z"]'
is "a clock set back: five hellos, one sequence" "$(facts $C/odd-clock-back.pcapng)" '["every minute",0,0,"2009-01-22T12:24:00.007001Z"]'
q='[.findings[] | select(.verdict != "pass" and .id != "X.HC2") | .id, .verdict], .facts.captures[0].clock_back'
is "and nothing is concluded from silence" "$(facts $C/odd-clock-back.pcapng)" '["X.HC1","warn"]
1'
q='.facts.dhcp[0] | [.option_6, .option_15, .option_81, .lease_seconds]'
is "DHCP options in pieces and in a field that option 52 lends" "$(facts $C/odd-dhcp-pieces.pcapng)" \
	'[["10.1.0.2"],"corp.example.com","pc16.corp.example.com",28800]'
q='[.facts.devices[0] | .phase, .restarts, .lost, .next_expected]'
is "five minutes" "$(facts $C/good-cadence.pcapng | jq -c '.[0:3]')" '["every 5 minutes",0,0]'
q='.facts.devices | map(.firmware)'
is "firmware out of pongs" "$(facts $C/rmcp-versions.pcapng)" '["3.2",null,"16.1"]'
is "firmware out of a Server header" "$(facts $C/row25-discovery-only.pcapng)" '["7.1.91"]'
q='.facts.hellos[0] | [.uuid, .verdict, (.hashes | length)]'
is "a public sample" "$(facts --payload $C/public-sample.hex)" '["939b524b-13d4-1d18-e487-1c697a6b7a2b","exact",23]'
q='.facts.hellos[0].uuid_other_order'
is "--uuid-order" "$(facts --payload $C/public-sample.hex --uuid-order)" '"4b529b93-d413-181d-e487-1c697a6b7a2b"'
amt-hellocap --payload $C/public-sample.hex --uuid-order >"$tmp/out" 2>&1
ok "and devices are named by it" grep -q 'hashes of 4b529b93-d413-181d-e487-1c697a6b7a2b' "$tmp/out"
{ printf '010003000000000078563412bc9af0de112233445566778801''0330'; openssl dgst -sha384 -r $C/certs/root.der | cut -d' ' -f1; } >"$tmp/sha384.hex"
q='.facts.hellos[0].hashes | map([.algorithm, .matches_root])'
is "--root finds the root by its SHA-384" "$(facts --payload "$tmp/sha384.hex" --root $C/certs/root.der)" '[["SHA-384",true]]'
is "and no other" "$(facts --payload "$tmp/sha384.hex" --root $C/certs/amt.der)" '[["SHA-384",false]]'
openssl x509 -inform DER -in $C/certs/root.der -out "$tmp/root.pem"
is "--root reads PEM" "$(facts --payload "$tmp/sha384.hex" --root "$tmp/root.pem")" '[["SHA-384",true]]'
q='.facts.hellos[0].hashes | map(.matches_root)'
is "--root finds the root by both hashes" "$(facts $C/odd-port.pcapng --root $C/certs/root.der)" '[false,false,true,true]'
q='.facts.dns | map([.client, .asked, .answered, .tcp, .truncated, .rcode, (.addresses | length)])'
is "DNS over TCP: length ahead, mid-stream, others' names left out" "$(facts $C/dns-tcp.pcapng -w "$tmp/w.pcapng")" \
	'[["10.1.0.16",2,2,true,null,0,16],["10.1.0.17",1,1,true,null,3,0]]'
is "what is written of it tells the same" "$(facts "$tmp/w.pcapng")" "$(facts $C/dns-tcp.pcapng)"
q='[(.facts.connections | map(.server_port)), .facts.captures[0].packets]'
is "those connections are no facts, and little of them is written" "$(facts "$tmp/w.pcapng")" '[[9971],27]'
q='[.facts.devices[] | [.timeline[].event]]'
is "an address that goes to another computer takes the calls with it" "$(facts $C/odd-address-again.pcapng)" \
	'[["connect","hello"],["connect","hello","connect-back","tls-alert","tls-psk"]]'
q='.facts.devices[0].timeline | map(select(.failing)) | map(.event)'
is "the failing step is marked" "$(facts $C/row27-chain-refused.pcapng)" '["tls-alert"]'
q='[(.facts.certificates | length), (.facts.connections[] | select(.tls) | .tls | (.client_chain | length))]'
is "both chains are facts" "$(facts $C/row27-chain-refused.pcapng)" '[3,2]'

# Records that are stepped over in a big pcap count as they do in a pcapng, where each is looked at by itself.
gen_pcap "$tmp/big.pcap" 40000 50
$PYTHON - "$tmp" <<'PY'
import struct, sys
sys.path.insert(0, "captures/hello")
from wire import block, option
data = open(sys.argv[1] + "/big.pcap", "rb").read()
at = 24
with open(sys.argv[1] + "/big.pcapng", "wb") as ng, open(sys.argv[1] + "/swapped.pcap", "wb") as swapped:
    ng.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
    ng.write(block(1, struct.pack("<HHI", 1, 0, 262144) + option(9, b"\x06") + bytes(4)))
    swapped.write(struct.pack(">IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
    n = 0
    while at < len(data):
        s, us, caplen, length = struct.unpack_from("<IIII", data, at)
        n += 1
        if n % 7 == 0:  # some are cut by the snap length
            length += 100
        t, p = s * 1000000 + us, data[at + 16:at + 16 + caplen]
        ng.write(block(6, struct.pack("<IIIII", 0, t >> 32, t & 0xFFFFFFFF, caplen, length) + p + bytes(-caplen % 4)))
        swapped.write(struct.pack(">IIII", s, us, caplen, length) + p)
        at += 16 + caplen
PY
q='.facts | [(.captures[0] | [.packets, .bytes, .cut, .first, .last]), .hellos, .connections, .dhcp, .dns, .duplicates]'
facts "$tmp/big.pcapng" >"$tmp/want"
for how in "--jobs 1" "--jobs 2" "--jobs 4 --sandbox=strict"; do
	# shellcheck disable=SC2086
	facts "$tmp/swapped.pcap" $how >"$tmp/got"
	ok "40,000 packets as pcap ($how) and as pcapng: the same facts" cmp "$tmp/want" "$tmp/got"
done
facts -r - --jobs 2 <"$tmp/swapped.pcap" >"$tmp/got"
ok "and from standard input, which is that file" cmp "$tmp/want" "$tmp/got"
is "four hellos among them" "$(jq -c '[.[0][0], .[0][2], (.[1] | length)]' "$tmp/got")" '[40000,5714,4]'

# Mirror ports that are far away, and a carrier's side of the line: the packets are inside of others.
$PYTHON - "$tmp" $C/format-le-usec.pcap <<'PY'
import struct, sys
sys.path.insert(0, "captures/hello")
from wire import checksum
data = open(sys.argv[2], "rb").read()
def outer(proto, body):
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 1, 0, 64, proto, 0) + bytes([192, 0, 2, 1, 192, 0, 2, 2])
    return bytes(12) + b"\x08\0" + head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body
def udp(port, body):
    return outer(17, struct.pack("!HHHH", 5555, port, 8 + len(body), 0) + body)
kinds = {
    "pppoe": lambda e: e[:12] + b"\x88\x64\x11\0\0\5" + struct.pack("!HH", len(e) - 12, 0x21) + e[14:],
    "mpls": lambda e: e[:12] + b"\x81\0\0\7\x88\x47" + struct.pack("!II", 16 << 12 | 64, 17 << 12 | 256 | 64) + e[14:],
    "snap": lambda e: e[:12] + struct.pack("!H", len(e) - 6) + b"\xaa\xaa\3\0\0\0" + e[12:],
    "ip-in-ip": lambda e: outer(4, e[14:]),
    "gre": lambda e: outer(47, b"\0\0\x08\0" + e[14:]),
    "gre-key": lambda e: outer(47, b"\xa0\0\x65\x58" + bytes(8) + e),
    "erspan-1": lambda e: outer(47, b"\0\0\x88\xbe" + e),
    "erspan-2": lambda e: outer(47, b"\x10\0\x88\xbe" + bytes(4) + b"\x10\1\0\1" + bytes(4) + e),
    "erspan-3": lambda e: outer(47, b"\x10\0\x22\xeb" + bytes(4) + b"\x20\1\0\1" + bytes(7) + b"\1" + bytes(8) + e),
    "vxlan": lambda e: udp(4789, b"\x08\0\0\0\0\0\7\0" + e),
    "vxlan-in-gre": lambda e: outer(47, b"\0\0\x08\0" + udp(4789, b"\x08\0\0\0\0\0\7\0" + e)[14:]),
    "not-vxlan": lambda e: udp(4788, b"\x08\0\0\0\0\0\7\0" + e),
}
for name, wrap in kinds.items():
    at = 24
    with open("%s/in-%s.pcap" % (sys.argv[1], name), "wb") as f:
        f.write(data[:24])
        while at < len(data):
            s, us, n, _ = struct.unpack_from("<IIII", data, at)
            p = wrap(data[at + 16:at + 16 + n])
            f.write(struct.pack("<IIII", s, us, len(p), len(p)) + p)
            at += 16 + n
PY
q='.facts.hellos | map(.verdict + " " + .source + " " + (.hashes | length | tostring))'
for kind in pppoe mpls snap ip-in-ip gre gre-key erspan-1 erspan-2 erspan-3 vxlan vxlan-in-gre; do
	is "inside of $kind" "$(facts "$tmp/in-$kind.pcap" -w "$tmp/w.pcapng")" '["exact 10.1.0.16 4"]'
done
is "what is written of it is as it was" "$(facts "$tmp/w.pcapng")" '["exact 10.1.0.16 4"]'
is "another port is no VXLAN" "$(facts "$tmp/in-not-vxlan.pcap")" '[]'

# Absence is not concluded from a capture that lost packets: its own statistics block says so.
$PYTHON - $C/row01-silence.pcapng "$tmp/drops.pcapng" <<'PY'
import struct, sys
def option(code, n):
    return struct.pack("<HHQ", code, 8, n)
body = struct.pack("<III", 0, 0, 0) + option(5, 3) + option(7, 11) + bytes(4)
with open(sys.argv[2], "wb") as f:
    f.write(open(sys.argv[1], "rb").read() + struct.pack("<II", 5, len(body) + 12) + body + struct.pack("<I", len(body) + 12))
PY
silent="--expect 02:00:00:00:00:10 --json"
is "silence in a whole capture is a finding" "$(amt-hellocap $C/row01-silence.pcapng $silent 2>/dev/null | jq -r '.findings[] | select(.id == "S2.C12") | .verdict')" fail
amt-hellocap "$tmp/drops.pcapng" $silent >"$tmp/j" 2>/dev/null
is "in one with drops it is not" "$(jq -r '.findings[] | select(.id == "S2.C12") | .verdict' "$tmp/j")" unknown
is "and they are reported, by kernel and by interface" "$(jq -c '.facts.captures[0] | [.dropped, .if_dropped]' "$tmp/j")" '[11,3]'
exits 0 "--list-interfaces" amt-hellocap --list-interfaces
ok "names the loopback" grep -qE '^lo +up' "$tmp/out"

printf 'no hello at all, but long enough to be one of a client: 0123456789' >"$tmp/none.bin"
is "a payload that is no hello: X.HC4 is a fail" "$(amt-hellocap --payload "$tmp/none.bin" --json 2>/dev/null | jq -r '.findings[] | select(.id == "X.HC4") | .verdict + ": " + .summary')" "fail: this is no hello message"

# Bad input: a clear message, the work goes on, unknown and not a pass.
exits 3 "not a capture" amt-hellocap -r Makefile
ok "says what it found" grep -q 'not a capture' "$tmp/err"
foreign() { # BYTES NAME: what Windows has instead, and how it becomes readable
	printf '%b and more of it' "$1" >"$tmp/foreign.cap"
	exits 3 "$2" amt-hellocap -r "$tmp/foreign.cap"
	ok "is named, once, with what to do" grep -qE "^amt-hellocap: $tmp/foreign.cap: $2.*, which is not read here: (convert|unpack) it" "$tmp/err"
}
foreign 'GMBU\0003\0002' "a capture of Microsoft Network Monitor 2 or 3"
foreign 'RTSS\0001\0001' "a capture of Microsoft Network Monitor 1"
foreign 'snoop\0000\0000\0000' "a capture of snoop"
foreign 'PK\0003\0004' "a ZIP archive"
foreign 'BZh91' "packed with bzip2"
foreign '\03757zXZ' "packed with xz"
printf '\000\000\001\000 no magic' >"$tmp/trace.ETL"
exits 3 "an event trace of Windows" amt-hellocap -r "$tmp/trace.ETL"
ok "is known by its name" grep -q 'etl2pcapng' "$tmp/err"
exits 3 "no such file" amt-hellocap -r nowhere.pcap
: >"$tmp/empty"; exits 3 "an empty file" amt-hellocap -r "$tmp/empty"
head -c 700 $C/row21-no-call-back.pcapng >"$tmp/cut.pcapng"
exits 1 "a cut file" amt-hellocap -r "$tmp/cut.pcapng"
ok "names the place" grep -qE 'cut.pcapng: byte [0-9]+, after frame [0-9]+' "$tmp/err"
ok "and keeps what was read" grep -q '1 hello message of 1 device' "$tmp/out"
head -c 300 "$tmp/a.gz" >"$tmp/cut.gz"; amt-hellocap -r "$tmp/cut.gz" >"$tmp/out" 2>"$tmp/err"
ok "a cut gzip names itself" grep -q 'cut off' "$tmp/err"
exits 3 "one bad file of two" amt-hellocap -r Makefile -r nowhere
exits 64 "two sources" amt-hellocap -r a -i b
exits 64 "nothing to do" amt-hellocap
exits 64 "a bad address" amt-hellocap -r a --server nonsense
exits 2 "a payload that is no hello" amt-hellocap --payload Makefile
exits 0 "strict sandbox" amt-hellocap --sandbox strict $C/good-whole-story.pcapng
# A host name with an escape sequence must not reach the terminal.
sed 's/pc16/\x1b[2J/' $C/row03-no-option-6.pcapng >"$tmp/esc.pcapng"
amt-hellocap "$tmp/esc.pcapng" >"$tmp/out" 2>&1
ok "escape sequences are made visible" grep -q 'x1b\[2J' "$tmp/out"
ok "and not passed on" sh -c '! grep -q "$(printf "\033")" "$0"' "$tmp/out"
# Hash lists of kinds that few devices have: the root's own digest is found whatever its length (hello.md 1.3, C3).
if command -v openssl >/dev/null; then
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tmp/r.key" -out "$tmp/r.pem" -subj '/CN=Site Root' -days 9 2>/dev/null
	head=010003000400000078563412bc9af0de112233445566778801
	root() { amt-hellocap --payload "$tmp/one.hex" --root "$tmp/r.pem" --json -q 2>/dev/null | jq -r '[.findings[] | select(.id == "S3.C10b") | .verdict] | join(" ")'; }
	for k in md5:0010 sha1:0114 sha256:0220 sha384:0330 sha512:0340; do
		d=$(openssl x509 -in "$tmp/r.pem" -outform DER | openssl dgst -r -"${k%:*}" | cut -d' ' -f1)
		echo "$head${k#*:}$d" >"$tmp/one.hex"
		is "a list with the ${k%:*} of the root alone" "$(root)" pass
		echo "$head${k#*:}$(echo "$d" | tr 0-9a-f 1-9a-f0)" >"$tmp/one.hex"
		case $(root) in fail*) pass_ "and with another ${k%:*}" ;; *) fail_ "and with another ${k%:*}" ;; esac
	done
else
	skip "hash lists of every kind" "openssl is not installed"
fi

# Hex as people paste it.
psk=000002000000000078563412bc9af0de11223344556677884142434431323334
odd() { amt-hellocap --payload "$tmp/h.hex" --json -q 2>"$tmp/e" | jq -r '.facts.hellos[0].verdict'; }
echo ${psk%?} >"$tmp/h.hex"
is "hex with a digit missing at its end is read" "$(odd)" plausible
ok "and told to be odd" grep -q 'odd number of digits' "$tmp/e"
echo 0x$psk >"$tmp/h.hex"; is "hex after 0x" "$(odd)" exact
printf '\xef\xbb\xbf%s\r\n' $psk >"$tmp/h.hex"; is "hex after a byte order mark" "$(odd)" exact
echo "no hex at al" >"$tmp/h.hex"; odd >/dev/null
ok "what is no hex is not called odd" sh -c "! grep -q odd '$tmp/e'"

# pcapng's simple packet blocks have no time.
$PYTHON - "$tmp/spb.pcapng" <<'PY'
import struct, sys
sec = struct.pack('<IIIHHqI', 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
idb = struct.pack('<IIHHII', 1, 20, 1, 0, 0, 20)
p = bytes(60)
spb = struct.pack('<III', 3, 16 + 60, 60) + p + struct.pack('<I', 16 + 60)
open(sys.argv[1], 'wb').write(sec + idb + spb * 2)
PY
amt-hellocap -r "$tmp/spb.pcapng" --json -q >/dev/null 2>"$tmp/e"
ok "packets without a time stamp are told" grep -q '2 packets have no time stamp' "$tmp/e"
done_testing
