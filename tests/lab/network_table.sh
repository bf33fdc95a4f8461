#!/usr/bin/env bash
# What docs/security.md says is sent over the network, held against what tcpdump sees: every row of the table has runs here,
# none sends to a port that its row does not name, and together they use all ports that it names. Runs without options for
# the network send nothing.
cd "$(dirname "$0")/../.." || exit 1
. tests/lab/ldap_net.sh
command -v tcpdump >/dev/null || giveup "what is sent" "tcpdump is not installed"
. tests/pki.sh
AMTSIM_NS=1
. tests/sim/lib.sh
P=$W
unset SOURCE_DATE_EPOCH # certificates are made now
echo '40000 60999' 2>/dev/null >/proc/sys/net/ipv4/ip_local_port_range || giveup "what is sent" "the range of ports can't be set"
ip link add lab0 type veth peer name lab1 2>/dev/null && ip link set lab0 up && ip link set lab1 up || giveup "what is sent" "no veth in this kernel"

# The table: "tool|when|ports".
awk -F' *\\| *' '/^## What is sent/ { on = 1 } on && /^\| amt-/ { print $2 "|" $4 "|" $5 }' docs/security.md >"$W/table"
ok "the table is found" test "$(wc -l <"$W/table")" -ge 7
: >"$W/used"

# mark N: a datagram to port N is sent until tcpdump has seen it, and so all that was sent before.
mark() {
	local _
	for _ in $(seq 200); do
		echo mark 2>/dev/null >"/dev/udp/10.9.0.1/$1"
		sleep 0.05
		grep -q "10\.9\.0\.1\.$1: UDP" "$W/dump" && return
	done
	fail_ "tcpdump sees what is sent"
}
# sent ROW WHAT COMMAND...: runs it and compares. ROW: how the row begins, "tool|when".
sent() {
	local row=$1 what=$2 dump seen named extra=; shift 2
	named=$(awk -F'|' -v r="$row" 'index($1 "|" $2, r) == 1 { print $3 }' "$W/table")
	[ -n "$named" ] || { fail_ "$what: no row '$row'"; return; }
	: >"$W/dump.err"
	tcpdump -i any -nn -q --immediate-mode -l -s 128 -B 8192 'udp or icmp[icmptype] = icmp-echo or (tcp and ip6) or tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn' \
		>"$W/dump" 2>"$W/dump.err" 9>&- &
	dump=$!
	mark 1
	timeout 60 "$@" >"$W/run.out" 2>"$W/run.err" </dev/null 9>&-
	mark 2
	kill $dump; wait $dump 2>/dev/null
	grep -q '^0 packets dropped' "$W/dump.err" || fail_ "$what: tcpdump lost packets"
	# What goes to a port of the dynamic range is an answer.
	seen=$(awk '{ for (i = 1; i < NF; i++) if ($i == ">") { to = $(i + 1); sub(/:$/, "", to); n = split(to, part, ".")
		if (/ICMP/) print "icmp"; else if (part[n] > 2 && part[n] < 40000) print (/UDP/ ? "udp " : "tcp ") part[n] } }' "$W/dump" | sort -u)
	while read -r p; do
		[ -n "$p" ] || continue
		echo "$row|$p" >>"$W/used"
		# A resolver that gets a cut answer asks again by TCP.
		[ "$p" = "tcp 53" ] && p="udp 53"
		case ", $named," in *", $p,"*) ;; *) extra="$extra ($p)" ;; esac
	done <<<"$seen"
	is "$what: nothing but what the table says ($named)" "$extra" ""
}

while IFS='|' read -r tool words; do
	# shellcheck disable=SC2086
	sent 'amt-logview, amt-krbsize --from|' "$tool offline sends nothing" "$tool" $words
done < <("$PYTHON" -c 'import sys; sys.path.insert(0, "tests/trust")
from cases import CASES, STREAMS
for t, w in CASES.items(): print(t + "|" + w)
for t, l in STREAMS.items():
	for w in l: print(t + "|" + w)')
sent 'amt-hellocap|' "a live capture" amt-hellocap -i lo --duration 1

# A domain controller, and a KDC that does not answer.
printf '[libdefaults]\ndefault_realm = X.TEST\ndns_lookup_kdc = false\nkdc_timeout = 1\nmax_retries = 1\n[realms]\nX.TEST = {\n kdc = 10.9.0.1:88\n}\n' >"$W/krb5.conf"
export KRB5_CONFIG=$W/krb5.conf KRB5CCNAME=FILE:$W/ccache
scripted tests/lab/ldap_forest.py
dc=(--bind-dn cn=x --bind-password-file "$W/password" --ca-file "$W/ca.pem" --timeout 1 --verify 0 --user jane)
sent 'amt-krbsize|' "sizes by LDAPS" amt-krbsize --server ldaps://dc1.x.test "${dc[@]}"
sent 'amt-krbsize|' "by StartTLS" amt-krbsize --server ldap://dc1.x.test --starttls "${dc[@]}"
for how in ldaps://dc1.x.test 'ldap://dc1.x.test --starttls'; do
	# shellcheck disable=SC2086
	sent 'amt-krbsize|' "a ticket measured, ${how%%:*}" amt-krbsize --server $how "${dc[@]}" --measure --principal jane@X.TEST --password-file "$W/password" \
		--spn HTTP/pc1.x.test:16993
done

# A chain whose lists are on a web server and in a directory, neither there.
cert root '/CN=Lab Root' self "$ca_ext"
cert leaf '/CN=amt.x.test' root "$oid_ext
crlDistributionPoints=URI:http://10.9.0.1/root.crl,URI:ldap://10.9.0.1/cn=root?certificateRevocationList
authorityInfoAccess=caIssuers;URI:http://10.9.0.1/root.crt,OCSP;URI:http://10.9.0.1/"
cat "$P/leaf.pem" "$P/root.pem" >"$W/chain.pem"
sent 'amt-certcheck|`--crl`' "CRLs" amt-certcheck "$W/chain.pem" --crl --timeout 1
sent 'amt-certcheck|`--connect`' "a chain from a server" amt-certcheck --connect 10.9.0.1 --timeout 1

sent 'amt-dnscheck|always' "names and zones" amt-dnscheck --server 10.9.0.1 --no-resolv-conf --suffix x.test --ask-update --timeout 1
sent 'amt-dnscheck|`--dhcp`' "DHCP" amt-dnscheck --dhcp lab0 --mac 02:00:00:00:00:01 --dhcp-wait 1 --no-resolv-conf --no-provision --timeout 1

cat >"$W/sim.ini" <<'END'
[device pc17]
address = 127.6.0.17
profile = 11.8
hostname = pc17
END
sim_start "$W/sim.ini"
(umask 077; sed -n 's/^F("base", "password", "\(.*\)").*/\1/p' tests/sim/profiles.def | head -n 1 >"$W/pw")
printf 'name,fqdn,ip\npc17,pc17.x.test,127.6.0.17\n' >"$W/inventory.csv"
walk() { # ROW WHAT LINES OF THE PROFILE...
	local row=$1 what=$2; shift 2
	printf '[site]\nname = lab\ndomain = x.test\n[evidence]\ninventory = inventory.csv\nchain = chain.pem\n' >"$W/site.ini"
	printf '%s\n' "$@" >>"$W/site.ini"
	sent "$row" "$what" amt-stage --site "$W/site.ini" --timeout 1 ${probe:-}
}
walk 'amt-logview, amt-krbsize --from|' "a walk that asks nobody"
walk 'amt-stage|the profile names DNS servers' "a walk with DNS" '[dns]' 'servers = 10.9.0.1'
walk 'amt-stage|`[directory] server`' "a walk with a directory" '[directory]' 'server = ldaps://dc1.x.test' 'bind = CN=jane' 'password-file = password' 'ca-file = ca.pem'
walk 'amt-stage|`[directory] server`' "the same by StartTLS" '[directory]' 'server = ldap://dc1.x.test' 'starttls = yes' 'bind = CN=jane' 'password-file = password' 'ca-file = ca.pem'
walk 'amt-stage|`[pki] fetch' "a walk that fetches CRLs" '[pki]' 'fetch = yes'
probe=--probe-5689
walk 'amt-stage|`[devices] probe' "a walk that asks devices" '[devices]' 'probe = yes' 'user = admin' 'password-file = pw' 'ca-file = pki/ca.pem'
ok "... and was answered" grep -q pc17 "$W/run.out"

# Nothing in the table that is not sent.
while IFS='|' read -r tool when ports; do
	unused=
	IFS=, read -ra list <<<"${ports//, /,}"
	for p in "${list[@]}"; do
		[ "$p" = none ] && continue
		awk -F'|' -v t="$tool" -v w="$when" -v p="$p" 'index(t "|" w, $1 "|" $2) == 1 && $3 == p { found = 1 } END { exit !found }' "$W/used" || unused="$unused ($p)"
	done
	is "$tool, $when: every port of the table was seen" "$unused" ""
done <"$W/table"
done_testing
