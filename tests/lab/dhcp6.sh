#!/usr/bin/env bash
# DHCPv6 of real servers (dnsmasq, ISC) in a capture: read as what it is, and never a failure.
cd "$(dirname "$0")/../.." || exit 1
if [ -z "${IN_LAB:-}" ] && unshare -n true 2>/dev/null; then
	IN_LAB=1 exec unshare -n -- "$0" "$@"
fi
. tests/lib.sh
for need in dnsmasq dhcpd ip jq tcpdump python3; do
	command -v $need >/dev/null || { skip "DHCPv6 lab" "$need is missing"; done_testing; exit; }
done
[ -n "${IN_LAB:-}" ] || { skip "DHCPv6 lab" "no right to make a network namespace"; done_testing; exit; }
[ -e /proc/net/if_inet6 ] || { skip "DHCPv6 lab" "no IPv6 in this kernel"; done_testing; exit; }
ip link set lo up
ip link add lab0 type veth peer name lab1 || { skip "DHCPv6 lab" "no veth device"; done_testing; exit; }
ip -6 addr add 2001:db8:1::10/64 dev lab1 nodad
ip link set lab0 up; ip link set lab1 up

# One message by hand, as bytes on the wire: TYPE 1 SOLICIT with an address wanted, 11 INFORMATION-REQUEST
cat >"$tmp/ask.py" <<'P'
import socket, struct, sys, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(("lab0", 0x86dd))
mac = bytes.fromhex("001cc0123456"); src = bytes.fromhex("fe80000000000000021cc0fffe123456")
dst = bytes.fromhex("ff020000000000000000000000010002")
opt = lambda c, d: struct.pack(">HH", c, len(d)) + d
kind = int(sys.argv[1])
p = bytes([kind]) + b"\x01\x02" + bytes([kind]) + opt(1, b"\0\3\0\1" + mac) + opt(6, struct.pack(">HH", 23, 24)) + opt(8, b"\0\0")
if kind == 1: p += opt(3, struct.pack(">III", 1, 0, 0))
u = struct.pack(">HHHH", 546, 547, 8 + len(p), 0) + p
sum_ = lambda b: sum(struct.unpack(">%dH" % (len(b) // 2), b))
t = sum_(src + dst + struct.pack(">II", len(u), 17) + u + b"\0" * (len(u) % 2))
while t >> 16: t = (t & 0xffff) + (t >> 16)
u = u[:6] + struct.pack(">H", ~t & 0xffff) + u[8:]
s.send(b"\x33\x33\0\1\0\2" + mac + b"\x86\xdd" + struct.pack(">IHBB", 6 << 28, len(u), 17, 1) + src + dst + u)
P
# The client's address must be somebody's for the answer to leave.
ip -6 neigh replace fe80::21c:c0ff:fe12:3456 lladdr 00:1c:c0:12:34:56 dev lab1
capture() { # FILE TYPE: asks until an answer is in the file
	tcpdump -Z root -i lab0 -U -w "$1" udp port 546 or udp port 547 2>/dev/null & local t=$!
	local i
	for i in $(seq 60); do
		python3 "$tmp/ask.py" "$2"; sleep 0.1
		[ "$(tcpdump -r "$1" -c 1 udp src port 547 2>/dev/null | wc -l)" -gt 0 ] && break
	done
	kill $t; wait $t 2>/dev/null
}
look() { amt-dnscheck --no-resolv-conf --no-provision --json --capture "$@" >"$tmp/j" 2>"$tmp/e"; rc=$?; }
first() { jq -c "[.facts.dhcp[] | select(.v6)] | first | $1" "$tmp/j"; }
verdict() { jq -r --arg id "$1" '[.findings[] | select(.id == $id) | .verdict] | unique | join(" ")' "$tmp/j"; }

cat >"$tmp/dnsmasq.conf" <<C
port=0
keep-in-foreground
user=root
bind-interfaces
interface=lab1
except-interface=lo
dhcp-range=2001:db8:1::100,2001:db8:1::1ff,64,1h
dhcp-leasefile=$tmp/leases
dhcp-option=option6:dns-server,[2001:db8:1::53],[2001:db8:1::54]
dhcp-option=option6:domain-search,corp.vpro.test,emea.vpro.test
log-facility=-
C
dnsmasq -C "$tmp/dnsmasq.conf" >"$tmp/server.log" 2>&1 & server=$!
at_exit "kill $server 2>/dev/null"
capture "$tmp/a.pcap" 1
look "$tmp/a.pcap" --suffix corp.vpro.test
is "dnsmasq: an ADVERTISE with options 23 and 24" "$(first '[.kind, .options["23"], .options["24"]]')" \
	'["ADVERTISE",["2001:db8:1::53","2001:db8:1::54"],["corp.vpro.test","emea.vpro.test"]]'
is "no finding of IPv4 from it, and no failure" "$(verdict P.15)$(verdict P.14) $(verdict S1.V15)" 'unknown na'
look "$tmp/a.pcap" --suffix other.test
is "domains that are none of the site's: a warning" "$(verdict S1.V15) $rc" 'warn 3'
is "the frame is named" "$(jq -r '[.findings[] | select(.id == "S1.V15") | .evidence[0].source] | first' "$tmp/j" | sed 's/.* frame [0-9]*$/frame/')" frame
kill $server; wait $server 2>/dev/null

cat >"$tmp/dhcpd6.conf" <<C
ddns-update-style none;
subnet6 2001:db8:1::/64 { range6 2001:db8:1::200 2001:db8:1::2ff;
 option dhcp6.name-servers 2001:db8:1::55; option dhcp6.domain-search "corp.vpro.test"; }
C
: >"$tmp/leases6"
dhcpd -6 -f -q -cf "$tmp/dhcpd6.conf" -lf "$tmp/leases6" -pf "$tmp/pid6" lab1 >"$tmp/server.log" 2>&1 & server=$!
at_exit "kill $server 2>/dev/null"
capture "$tmp/b.pcap" 11
look "$tmp/b.pcap"
is "ISC: a REPLY without an address" "$(first '[.kind, .options["23"], .options["24"]]')" '["REPLY",["2001:db8:1::55"],["corp.vpro.test"]]'
amt-dnscheck --no-resolv-conf --no-provision --json --dhcp-export "$tmp/dhcpd6.conf" >"$tmp/j" 2>"$tmp/e"
is "its configuration says the same" "$(first '[.options["23"], .options["24"]]')" '[["2001:db8:1::55"],["corp.vpro.test"]]'
amt-hellocap -r "$tmp/a.pcap" --json -o "$tmp/h" 2>/dev/null
amt-hellocap --replay "$tmp/h" --json -o "$tmp/h2" 2>/dev/null
is "amt-hellocap has the facts, and replays them" "$(jq -c '.facts.dhcp6[0] | [.option_24, (.option_23 | length)]' "$tmp/h2")" '["corp.vpro.test emea.vpro.test",2]'
done_testing
