#!/usr/bin/env bash
# Real DHCP servers (dnsmasq, Kea, ISC) on one bridge, each in a network namespace of its own; the probe
# collects what all of them offer. They answer option 81 in three different ways.
cd "$(dirname "$0")/../.." || exit 1
if [ -z "${IN_LAB:-}" ] && unshare -n true 2>/dev/null; then
	IN_LAB=1 exec unshare -n -- "$0" "$@"
fi
. tests/lib.sh
for need in dnsmasq kea-dhcp4 dhcpd ip jq nsenter; do
	command -v $need >/dev/null || { skip "DHCP lab" "$need is missing"; done_testing; exit; }
done
[ -n "${IN_LAB:-}" ] || { skip "DHCP lab" "no right to make a network namespace"; done_testing; exit; }
ip link set lo up

# holder: a process in a fresh network namespace; sets ns to its pid
holder() {
	unshare -n sleep 600 &
	ns=$!
	at_exit "kill $ns 2>/dev/null"
	local i
	for i in $(seq 50); do [ "$(readlink /proc/$ns/ns/net)" != "$(readlink /proc/self/ns/net)" ] && break; sleep 0.02; done
}
# The laptop is this namespace; the switch is one of its own.
holder
switch=$ns
in_switch() { nsenter -n -t $switch "$@"; }
in_switch ip link add br0 type bridge 2>/dev/null || { skip "DHCP lab" "no bridge device in this kernel"; done_testing; exit; }
in_switch ip link set br0 up
ip link add lab0 type veth peer name lab0b netns $switch
in_switch ip link set lab0b master br0 up
ip link set lab0 up

# server NUMBER: a namespace with eth0 = 10.8.0.NUMBER on the bridge; sets ns to the pid that holds it
server() {
	holder
	in_switch ip link add "s$1" type veth peer name eth0
	in_switch ip link set eth0 netns $ns
	in_switch ip link set "s$1" master br0 up
	nsenter -n -t $ns ip addr add "10.8.0.$1/24" dev eth0
	nsenter -n -t $ns ip link set eth0 up
	nsenter -n -t $ns ip link set lo up
}
run() { nsenter -n -t "$ns" "$@" >"$tmp/server.log" 2>&1 & last=$!; at_exit "kill $last 2>/dev/null"; }

start_dnsmasq() { # NUMBER options...
	server "$1"; local n=$1; shift
	cat >"$tmp/dnsmasq$n.conf" <<C
port=0
no-ping
keep-in-foreground
user=root
bind-interfaces
interface=eth0
except-interface=lo
dhcp-range=10.8.0.200,10.8.0.220,255.255.255.0,1h
dhcp-leasefile=$tmp/dnsmasq$n.leases
dhcp-authoritative
dhcp-option=3
log-facility=-
C
	printf '%s\n' "$@" >>"$tmp/dnsmasq$n.conf"
	run dnsmasq -C "$tmp/dnsmasq$n.conf"
}
start_kea() {
	server 12
	cat >"$tmp/kea.json" <<C
{ "Dhcp4": {
 "interfaces-config": { "interfaces": [ "eth0/10.8.0.12" ], "dhcp-socket-type": "raw" },
 "lease-database": { "type": "memfile", "persist": false }, "valid-lifetime": 3600,
 "ddns-send-updates": false, "ddns-override-client-update": true, "ddns-qualifying-suffix": "corp.vpro.test.", "ddns-replace-client-name": "never",
 "option-data": [ { "name": "domain-name-servers", "data": "10.8.0.10, 10.8.0.11" }, { "name": "domain-name", "data": "corp.vpro.test" },
  { "name": "domain-search", "data": "corp.vpro.test, emea.vpro.test" } ],
 "subnet4": [ { "id": 1, "subnet": "10.8.0.0/24", "pools": [ { "pool": "10.8.0.221 - 10.8.0.230" } ] } ],
 "loggers": [ { "name": "kea-dhcp4", "output_options": [ { "output": "$tmp/kea.log" } ], "severity": "INFO" } ] } }
C
	run env KEA_PIDFILE_DIR="$tmp" KEA_LOCKFILE_DIR="$tmp" kea-dhcp4 -c "$tmp/kea.json"
}
start_isc() {
	server 13
	cat >"$tmp/dhcpd.conf" <<C
authoritative;
ddns-update-style none;
default-lease-time 600;
subnet 10.8.0.0 netmask 255.255.255.0 { range 10.8.0.231 10.8.0.240; option domain-name-servers 10.8.0.10; option domain-name "other.test"; }
C
	: >"$tmp/dhcpd.leases"
	run dhcpd -4 -f -q -cf "$tmp/dhcpd.conf" -lf "$tmp/dhcpd.leases" -pf "$tmp/dhcpd.pid" eth0
}
probe() { timeout -s KILL 60 amt-dnscheck --no-resolv-conf --no-provision --dhcp lab0 --dhcp-wait 2.5 --json "$@" >"$tmp/j" 2>"$tmp/e"; }
verdict() { jq -r --arg id "$1" --arg s "$2" '[.findings[] | select(.id == $id and .subject == $s) | .verdict] | first // "none"' "$tmp/j"; }
opt() { jq -c --arg s "$1" --arg o "$2" '[.facts.dhcp[] | select(.server == $s and .kind == "OFFER") | .options[$o]] | first' "$tmp/j"; }

# ---- nobody answers
probe
is "no server: a failure" "$(verdict P.14 lab0)" fail
is "no offer in the facts" "$(jq '.facts.dhcp | length' "$tmp/j")" 0

# ---- one good server
start_dnsmasq 11 dhcp-option=6,10.8.0.10 dhcp-option=15,corp.vpro.test
dnsmasq_pid=$last
for _ in $(seq 30); do probe --dhcp-wait 0.3; [ "$(jq '.facts.dhcp | length' "$tmp/j")" -gt 0 ] && break; done
probe --suffix corp.vpro.test
is "dnsmasq: one server passes" "$(verdict P.14 10.8.0.11)" pass
is "dnsmasq: option 6" "$(verdict P.15 10.8.0.11)" pass
is "dnsmasq: option 15" "$(verdict S1.V15 10.8.0.11)" pass
is "dnsmasq: values" "$(opt 10.8.0.11 6) $(opt 10.8.0.11 15) $(opt 10.8.0.11 51)" '["10.8.0.10"] "corp.vpro.test" 3600'
is "dnsmasq: option 81, S and E, the host part only" "$(opt 10.8.0.11 81) $(verdict S1.V14 10.8.0.11)" '{"flags":5,"name":"amtdiag-probe"} pass'
is "no lease was taken" "$(cat "$tmp/dnsmasq11.leases" 2>/dev/null)" ""
is "the server never saw a REQUEST" "$(grep -c DHCPREQUEST "$tmp/server.log")" 0
ip addr add 10.8.0.50/24 dev lab0
probe
is "with an address INFORM is asked as well" "$(jq -r '[.facts.dhcp[] | select(.kind == "ACK") | .asked] | unique | join(",")' "$tmp/j")" 8
ip addr del 10.8.0.50/24 dev lab0
probe --mac 00:1c:c0:12:34:56
is "another client's address" "$(jq -r '[.facts.dhcp[].client_mac] | unique | join(",")' "$tmp/j")" 00:1c:c0:12:34:56
probe --suffix emea.vpro.test
is "option 15 is none of the site's suffixes" "$(verdict S1.V15 10.8.0.11)" warn
probe --suffix corp.vpro.test --certificate-suffix vpro.example
is "option 15 and the certificate differ" "$(verdict S1.V15 10.8.0.11)" warn
is "S3.C11: nothing in common with the certificate" "$(verdict S3.C11 10.8.0.11)" fail
is "the DNS server of option 6 is asked, and is dead" "$(timeout -s KILL 60 amt-dnscheck --no-resolv-conf --dhcp lab0 --dhcp-wait 1 --timeout 0.5 --json 2>/dev/null | tee "$tmp/j" | jq -r '.facts.servers[0].origin'); $(verdict P.15 10.8.0.11)" 'DHCP option 6 of 10.8.0.11; fail'

# ---- three servers at once
start_kea
start_isc
for _ in $(seq 30); do probe --dhcp-wait 0.7; [ "$(jq '[.facts.dhcp[].server] | unique | length' "$tmp/j")" -eq 3 ] && break; done
probe --suffix corp.vpro.test
is "three servers: a warning" "$(verdict P.14 lab0)" warn
is "all of them are named" "$(jq -r '[.facts.dhcp[].server] | unique | join(" ")' "$tmp/j")" '10.8.0.11 10.8.0.12 10.8.0.13'
is "Kea: both DNS servers and the search list" "$(opt 10.8.0.12 6)$(opt 10.8.0.12 119)" '["10.8.0.10","10.8.0.11"]["corp.vpro.test","emea.vpro.test"]'
is "ISC: the wrong domain" "$(verdict S1.V15 10.8.0.13)" warn
is "option 81: Kea answers N and O" "$(opt 10.8.0.12 81 | jq .flags) $(verdict S1.V14 10.8.0.12)" "14 warn"
is "option 81: ISC does not answer" "$(opt 10.8.0.13 81) $(verdict S1.V14 10.8.0.13)" "null warn"
is "nobody gave a lease" "$(cat "$tmp/dnsmasq11.leases" 2>/dev/null; grep -c '^lease' "$tmp/dhcpd.leases")" 0

# ---- wrong options
kill $dnsmasq_pid; wait $dnsmasq_pid 2>/dev/null
start_dnsmasq 14 dhcp-option=6 dhcp-option=15
for _ in $(seq 30); do probe --dhcp-wait 0.5; [ "$(opt 10.8.0.14 51)" != null ] && break; done
probe
is "no option 6: a failure" "$(verdict P.15 10.8.0.14)" fail
is "no option 15: a failure" "$(verdict S1.V15 10.8.0.14)" fail

# ---- without the right to look
timeout 20 amt-dnscheck --no-resolv-conf --dhcp nosuch0 --json >"$tmp/j" 2>"$tmp/e"
ok "an interface that is not there is named" grep -q 'nosuch0' "$tmp/e"
done_testing
