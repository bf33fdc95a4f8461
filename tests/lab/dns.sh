#!/usr/bin/env bash
# Real servers (knot), every broken variant on an address of its own, all in a private network namespace.
# What amt-dnscheck says is compared with the answers of kdig, and every variant must be told apart.
cd "$(dirname "$0")/../.." || exit 1
if [ -z "${IN_LAB:-}" ] && unshare -n true 2>/dev/null; then
	IN_LAB=1 exec unshare -n -- "$0" "$@"
fi
. tests/lib.sh
for need in knotd kdig nft ip jq; do
	command -v $need >/dev/null || { skip "DNS lab" "$need is missing"; done_testing; exit; }
done
[ -n "${IN_LAB:-}" ] || { skip "DNS lab" "no right to make a network namespace"; done_testing; exit; }

ip link set lo up
for i in 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 61 62; do ip addr add 10.8.0.$i/32 dev lo; done
ip route add unreachable 10.8.0.99/32

zone() { # FILE SERIAL < records
	{ printf '$TTL 600\n@ SOA ns1.corp.vpro.test. hostmaster.corp.vpro.test. %s 3600 600 86400 60\n' "$2"; cat; } >"$tmp/$1"
}
zone corp 7 <<'Z'
@ NS ns1
@ NS ns2
@ NS ns3
ns1 A 10.8.0.10
ns2 A 10.8.0.11
ns3 A 10.8.0.19
provisionserver A 10.8.0.30
sccm1 A 10.8.0.30
dc1 A 10.8.0.10
_ldap._tcp.dc._msdcs SRV 0 100 389 dc1
pc1 A 10.8.0.101
pc2 A 10.8.0.102
pc3 A 10.8.0.103
pc4 CNAME pc1
pc5 A 10.8.0.105
pc5 A 10.8.0.106
pc_6 A 10.8.0.107
pc7 CNAME gone
pc8 CNAME pc8b
pc8b CNAME pc8
pc10 AAAA 2001:db8::10
pc11 A 10.8.0.111
pc11 AAAA 2001:db8::11
pc12 A 10.8.0.112
pc13 A 10.8.0.113
stale A 10.8.0.113
Z
sed 's/ 7 3600/ 6 3600/; s/^provisionserver A .*/provisionserver A 10.8.0.66/; s/^pc13 A .*/pc13 A 10.8.0.213/' "$tmp/corp" >"$tmp/corp2"
zone rev 1 <<'Z'
@ NS ns1.corp.vpro.test.
101 PTR pc1.corp.vpro.test.
103 PTR pc9.corp.vpro.test.
105 PTR pc5.corp.vpro.test.
106 PTR pc5.corp.vpro.test.
107 PTR pc_6.corp.vpro.test.
111 PTR pc11.corp.vpro.test.
112 PTR pc12.corp.vpro.test.
112 PTR pc12-old.corp.vpro.test.
113 PTR pc13.corp.vpro.test.
Z
zone alias 1 <<<'@ NS ns1.corp.vpro.test.
provisionserver CNAME sp
sp A 10.8.0.30'
zone away 1 <<<'@ NS ns1.corp.vpro.test.
provisionserver CNAME sccm1.corp.vpro.test.'
zone none 1 <<<'@ NS ns1.corp.vpro.test.'
zone six 1 <<<'@ NS ns1.corp.vpro.test.
provisionserver AAAA 2001:db8::30'
zone many 1 <<<'@ NS ns1.corp.vpro.test.
provisionserver A 10.8.0.30
provisionserver A 10.8.0.31'
zone wrong 1 <<<'@ NS ns1.corp.vpro.test.
provisionserver A 10.8.0.66'
zone dangling 1 <<<'@ NS ns1.corp.vpro.test.
provisionserver CNAME gone'
zone loop 1 <<<'@ NS ns1.corp.vpro.test.
provisionserver CNAME other
other CNAME provisionserver'
zone good 1 <<<'@ NS ns1.corp.vpro.test.
provisionserver A 10.8.0.30'
zone large 1 < <(echo '@ NS ns1.corp.vpro.test.'; for i in $(seq 1 120); do echo "provisionserver A 10.9.0.$i"; done)

knot() { # NAME LISTEN < zones
	mkdir -p "$tmp/$1.run" "$tmp/$1.db"
	{ printf 'server:\n  rundir: "%s"\n  listen: [ %s ]\n  udp-workers: 1\n  tcp-workers: 1\n  background-workers: 1\ndatabase:\n  storage: "%s"\nlog:\n  - target: stderr\n    any: error\nmod-noudp:\n  - id: tc1\n    udp-truncate-rate: 1\ntemplate:\n  - id: default\n    storage: "%s"\n    zonefile-sync: -1\n    zonefile-load: whole\n    journal-content: none\nzone:\n' "$tmp/$1.run" "$2" "$tmp/$1.db" "$tmp"; cat; } >"$tmp/$1.conf"
	knotd -c "$tmp/$1.conf" >"$tmp/$1.log" 2>&1 &
	at_exit "kill $! 2>/dev/null"
}
z() { printf '  - domain: %s\n    file: %s\n' "$1" "$2"; }
# The good one also listens where nft breaks the way to it.
knot main '10.8.0.10@53, 10.8.0.14@53, 10.8.0.15@53, 10.8.0.16@53, 10.8.0.13@53' < <(
	z corp.vpro.test corp; z 0.8.10.in-addr.arpa rev; z alias.test alias; z away.test away; z none.test none; z six.test six; z many.test many
	z wrong.test wrong; z dangling.test dangling; z loop.test loop; z good.test good; z large.test large
	z trunc.test good; echo '    module: [ mod-noudp/tc1 ]'; z broken.test does-not-exist)
knot other '10.8.0.11@53' < <(z corp.vpro.test corp2; z good.test good)
knot lame '10.8.0.19@53' < <(z good.test good)
nft -f - <<'N'
table inet f {
	chain i {
		type filter hook input priority 0;
		ip daddr 10.8.0.13 drop
		ip daddr 10.8.0.14 udp dport 53 drop
		ip daddr 10.8.0.15 udp dport 53 numgen inc mod 3 == 0 drop
		ip daddr 10.8.0.16 tcp dport 53 reject with tcp reset
	}
}
N
liar() { "$PYTHON" tests/lab/dns_liar.py "10.8.0.$1" 10.8.0.10 "$2" >"$tmp/liar.$2" 2>&1 & at_exit "kill $! 2>/dev/null"; }
liar 20 twice; liar 21 forged; liar 22 slow; liar 23 plain; liar 24 edns; liar 25 refer; liar 26 garbage; liar 27 flap; liar 28 bare; liar 18 late; liar 61 oldfail; liar 62 badvers
ready() { local i; for i in $(seq 100); do kdig +short +time=1 +retry=0 @"$1" soa "$2" 2>/dev/null | grep -q . && return 0; sleep 0.1; done; return 1; }
ok "knot answers" ready 10.8.0.10 corp.vpro.test
ok "the second knot answers" ready 10.8.0.11 corp.vpro.test
ok "the lame knot answers" ready 10.8.0.19 good.test
ok "the liars answer" ready 10.8.0.20 corp.vpro.test

dns() { timeout -s KILL 120 amt-dnscheck --no-resolv-conf --json --timeout 1.5 --service-point 10.8.0.30 "$@" >"$tmp/j" 2>"$tmp/e"; }
verdict() { jq -r --arg id "$1" --arg s "$2" '[.findings[] | select(.id == $id and .subject == $s) | .verdict] | first // "none"' "$tmp/j"; }
summary() { jq -r --arg id "$1" --arg s "$2" '.findings[] | select(.id == $id and .subject == $s) | .summary' "$tmp/j"; }
outcome() { jq -r --arg n "$1" '[.facts.provision_server[] | select(.name == $n) | .outcome] | first // "none"' "$tmp/j"; }
says() { case $(summary "$2" "$3") in *"$4"*) pass_ "$1" ;; *) fail_ "$1"; echo "# $(summary "$2" "$3")" ;; esac; }

# ---- ProvisionServer, every way it can be wrong, at one good server
one() { dns --server 10.8.0.10 --no-authoritative --suffix "$1"; }
told() { # SUFFIX OUTCOME VERDICT WORDS
	one "$1"
	is "$1: outcome" "$(outcome "ProvisionServer.$1")" "$2"
	is "$1: verdict" "$(verdict P.19 "ProvisionServer.$1")" "$3"
	says "$1: said so" P.19 "ProvisionServer.$1" "$4"
}
told good.test answer pass 'leads to the service point'
told alias.test answer pass 'by way of sp.alias.test'
told away.test alias-only fail 'did not follow it'
told none.test nxdomain fail 'the name does not exist'
told six.test nodata fail 'IPv6 address only'
told many.test answer fail 'does not lead to the service point'
told wrong.test answer fail '10.8.0.66'
told dangling.test dangling-alias fail 'an alias leads to a name without the record'
told loop.test alias-loop fail 'leads back to itself'
told broken.test servfail fail 'the server failed'
told refused.test refused fail 'refuses to answer us'
told trunc.test answer warn 'does not fit a UDP packet'
told large.test answer fail 'cut over UDP, whole over TCP'
is "a large answer comes whole over TCP" "$(jq '.facts.provision_server[0].addresses | length' "$tmp/j")" 120
dns --server 10.8.0.10 --no-authoritative --suffix many.test --service-point 10.8.0.31
is "several addresses fail, also when all are service points" "$(verdict P.19 ProvisionServer.many.test)" fail
says "and for that reason" P.19 ProvisionServer.many.test "has several addresses"
dns --server 10.8.0.10 --no-authoritative --suffix alias.test --suffix none.test --suffix good.test
is "evidence names server, question, answer and time" "$(jq -r '.findings[] | select(.id == "P.19" and .subject == "ProvisionServer.alias.test") | .evidence[0] | "\(.source)|\(.locator)|\(.text)"' "$tmp/j" | sed -E 's/[0-9.]+ ms, 20[0-9T:.-]+Z/N ms, TIME/')" \
	'10.8.0.10|ProvisionServer.alias.test A|10.8.0.30 by way of sp.alias.test, ttl 600 s, N ms, TIME'

# ---- servers, every way they can be wrong
bad() { # ADDRESS VERDICT WORDS [more options]
	local a=10.8.0.$1 v=$2 w=$3; shift 3
	dns --server "$a" --no-authoritative --suffix good.test "$@"
	is "$a: verdict" "$(verdict X.NS1 "$a")" "$v"
	says "$a: $w" X.NS1 "$a" "$w"
}
bad 10 pass 'answered'
bad 12 fail 'nothing listens on the port'
is "a closed port is no time-out" "$(outcome ProvisionServer.good.test)" port-closed
bad 13 fail 'no answer in time'
is "silence is a time-out" "$(outcome ProvisionServer.good.test)" timeout
is "nothing measured is no pass" "$(verdict P.19 ProvisionServer.good.test)" unknown
bad 14 fail 'answers over TCP, but not over UDP'
is "TCP gives the answer that UDP did not" "$(outcome ProvisionServer.good.test)" answer
is "but AMT would not get it" "$(verdict P.19 ProvisionServer.good.test)" fail
bad 15 warn 'packets got no answer in time'
is "every third packet lost: still answered" "$(outcome ProvisionServer.good.test)" answer
bad 16 warn 'TCP port 53 does not give the rest' --suffix trunc.test
is "cut, and TCP reset" "$(outcome ProvisionServer.trunc.test)" truncated
is "what was cut off is not missing" "$(verdict P.19 ProvisionServer.trunc.test)" unknown
bad 20 warn 'fit no open question'
bad 21 warn 'fit no open question'
is "forged packets do not change the answer" "$(verdict P.19 ProvisionServer.good.test)" pass
bad 22 warn 'is slow' --timeout 6
bad 18 fail 'far too slow' --timeout 6
bad 23 warn 'without EDNS'
bad 61 warn 'without EDNS'
is "SERVFAIL without EDNS to a question with it" "$(verdict P.19 ProvisionServer.good.test)" pass
bad 62 warn 'without EDNS'
bad 24 warn 'got no answer in time'
is "a filter that drops EDNS: asked the plain way in the end" "$(outcome ProvisionServer.good.test)" answer
bad 25 pass 'answered'
is "a server that only refers" "$(outcome ProvisionServer.good.test)" referral
says "recursion off is said" X.NS2 good.test 'recursion is off'
bad 26 pass 'answered'
is "bytes that are no answer" "$(outcome ProvisionServer.good.test)" malformed
bad 28 pass 'answered'
is "a refusal without the question" "$(outcome ProvisionServer.good.test)" refused
dns --server 10.8.0.99 --no-authoritative --suffix good.test
is "no way to the server" "$(outcome ProvisionServer.good.test)" unreachable
dns --server 10.8.0.10 --server 10.8.0.13 --no-authoritative --suffix good.test
is "one of two servers silent: a warning" "$(verdict P.19 ProvisionServer.good.test)" warn
is "and for the server too" "$(verdict X.NS1 10.8.0.13)" warn

is "ids are not guessable: all differ" "$(grep -c '^id' "$tmp/liar.forged")" "$(grep '^id' "$tmp/liar.forged" | sort -u | wc -l)"

# ---- servers that differ, lame ones, old copies
dns --server 10.8.0.10 --server 10.8.0.11 --suffix corp.vpro.test
is "a rogue answer at one server" "$(verdict P.19 ProvisionServer.corp.vpro.test)" fail
says "it is named with its server" P.19 ProvisionServer.corp.vpro.test '10.8.0.11 says: 10.8.0.66'
is "the zone's own servers are found" "$(jq -r '[.facts.servers[].address] | sort | join(" ")' "$tmp/j")" '10.8.0.10 10.8.0.11 10.8.0.19'
says "a lame server is named" X.NS2 corp.vpro.test '10.8.0.19'
dns --server 10.8.0.10 --server 10.8.0.11 --no-authoritative --suffix corp.vpro.test
says "an old copy of the zone" X.NS2 corp.vpro.test 'different serial numbers'
dns --server 10.8.0.10 --no-authoritative --suffix corp.vpro.test --ask-update
is "a zone that refuses updates" "$(verdict S1.V13 corp.vpro.test)" warn

# ---- hosts
hosts=$(printf '%s.corp.vpro.test ' pc1 pc2 pc3 pc4 pc5 pc_6 pc7 pc8 pc10 pc11 pc12 pc13 pc99 stale)
# shellcheck disable=SC2086
dns --server 10.8.0.10 --no-provision $hosts 10.8.0.101 10.8.0.103
h() { verdict "$1" "$2.corp.vpro.test"; }
is "pc1 forward" "$(h S3.C06a pc1)" pass
says "pc1 forward, in words" S3.C06a pc1.corp.vpro.test 'at every server'
is "pc1 reverse" "$(h S3.C06b pc1)" pass
is "missing PTR" "$(h S3.C06b pc2)" warn
is "PTR to another name" "$(h S3.C06b pc3)" fail
is "alias" "$(h S3.C06a pc4)" warn
is "several addresses" "$(h S3.C06a pc5)" warn
is "underscore" "$(h S3.C03 pc_6)" fail
is "dangling alias" "$(h S3.C06a pc7)" fail
is "alias loop" "$(h S3.C06a pc8)" fail
is "IPv6 only" "$(h P.40 pc10)" fail
is "IPv6 as well" "$(h P.40 pc11)" warn
is "two PTR records" "$(h S3.C06b pc12)" warn
is "not in DNS" "$(h S3.C06a pc99)" fail
is "stale record: whose PTR is another's" "$(h S3.C06a stale)" fail
is "the owner of that address is warned" "$(h S3.C06a pc13)" warn
is "an address leads back" "$(verdict S3.C06b 10.8.0.101)" pass
is "an address whose name does not lead back" "$(verdict S3.C06b 10.8.0.103)" fail
is "hosts come in the order of the input" "$(jq -r '[.facts.hosts[].name] | join(" ")' "$tmp/j")" "${hosts}10.8.0.101 10.8.0.103"
same=yes
for n in $hosts; do
	want=$(kdig +short @10.8.0.10 a "$n" | grep -E '^[0-9.]+$' | sort | paste -sd' ')
	got=$(jq -r --arg n "$n" '.facts.hosts[] | select(.name == $n) | .forward[] | select(.type == "A") | .addresses | sort | join(" ")' "$tmp/j")
	[ "$want" = "$got" ] || same="$n: kdig says '$want', we say '$got'"
done
for a in 101 102 103 105 107 112 113; do
	want=$(kdig +short @10.8.0.10 -x 10.8.0.$a | sed 's/\.$//' | sort | paste -sd' ')
	got=$(jq -r --arg n "$a.0.8.10.in-addr.arpa" '[.facts.hosts[].reverse[] | select(.name == $n)][0].names | sort | join(" ")' "$tmp/j")
	[ "$want" = "$got" ] || same="$a: kdig says '$want', we say '$got'"
done
is "the answers are those of kdig" "$same" yes
dns --server 10.8.0.10 --server 10.8.0.11 --no-provision pc13.corp.vpro.test
says "servers that disagree about a host" S3.C06a pc13.corp.vpro.test 'do not agree'
dns --server 10.8.0.27 --no-provision --no-aaaa --rounds 5 pc1.corp.vpro.test
is "an answer that changes between rounds" "$(verdict S3.C06c pc1.corp.vpro.test)" warn

# ---- namespaces and discovery
dns --server 10.8.0.10 --no-authoritative --ad-domain corp.vpro.test pc1.corp.vpro.test pc1.lab.corp.vpro.test pc1.other.test
is "in the domain" "$(verdict S1.V10 pc1.corp.vpro.test)" pass
is "disjoint" "$(verdict P.32 pc1.lab.corp.vpro.test)" warn
is "outside the forest" "$(verdict S1.V10 pc1.other.test)" fail
is "domain controllers found by their service records" "$(jq -r '[.facts.lookups[] | select(.type == "SRV") | .records[0].value] | first' "$tmp/j")" '0 100 389 dc1.corp.vpro.test'
printf 'search corp.vpro.test\nnameserver 10.8.0.10\nnameserver nonsense\n' >"$tmp/resolv"
timeout -s KILL 60 amt-dnscheck --resolv-conf "$tmp/resolv" --service-point sccm1.corp.vpro.test --no-authoritative --json >"$tmp/j" 2>"$tmp/e"
is "servers and suffix from resolv.conf, service point by name" "$(verdict P.19 ProvisionServer.corp.vpro.test)" pass
ok "a bad line of resolv.conf is a note" grep -q 'line 3' "$tmp/e"
printf '[site]\ndomain = corp.vpro.test\nservice-point = sccm1.corp.vpro.test\n[dns]\nservers = 10.8.0.10\n[evidence]\ninventory = c.csv\n' >"$tmp/x.ini"
printf 'fqdn,address,wireless\npc1.corp.vpro.test,10.8.0.101,10.8.1.101\npc13.corp.vpro.test,10.8.0.14\n"broken\n' >"$tmp/c.csv"
timeout -s KILL 60 amt-dnscheck --site "$tmp/x.ini" --no-authoritative --json >"$tmp/j" 2>"$tmp/e"
is "a site profile is all that is needed" "$(verdict P.19 ProvisionServer.corp.vpro.test)" pass
is "the inventory's address is compared" "$(verdict P.21 pc13.corp.vpro.test)" fail
is "the wireless address is not in DNS" "$(verdict P.22 pc1.corp.vpro.test)" fail
ok "a malformed row is reported by its line" grep -q 'c.csv.*line 4' "$tmp/e"
cp "$tmp/j" "$tmp/site.json"

amt-dnscheck --replay "$tmp/site.json" --format ndjson >"$tmp/n" 2>/dev/null
is "NDJSON: the hosts of the document, one a line" "$(jq -sc '[.[] | select(.type == "fact" and .key == "hosts") | .value]' "$tmp/n" | sha256sum)" "$(jq -c .facts.hosts "$tmp/site.json" | sha256sum)"
amt-dnscheck --replay "$tmp/n" --json >"$tmp/j3" 2>/dev/null
is "NDJSON can be judged again as well" "$(jq -S .facts "$tmp/j3" | sha256sum)" "$(jq -S .facts "$tmp/site.json" | sha256sum)"
dns --server 10.8.0.10 --no-provision --no-aaaa --qps 20 pc1.corp.vpro.test pc2.corp.vpro.test pc3.corp.vpro.test pc4.corp.vpro.test pc5.corp.vpro.test pc11.corp.vpro.test pc12.corp.vpro.test
is "no faster than --qps" "$(jq '.facts.seconds > 0.4' "$tmp/j")" true

# ---- a progress line with the time left, on a terminal and nowhere else
seq 201 260 | sed 's/.*/pc&.corp.vpro.test/' >"$tmp/sixty"
sixty() { $PYTHON tests/helpers/pty_run.py "$tmp/screen" amt-dnscheck --no-resolv-conf --server 10.8.0.10 --no-provision --no-aaaa --qps 25 --format csv "$@" $(cat "$tmp/sixty") >"$tmp/csv"; }
sixty
ok "progress and time left on a terminal" grep -aqE 'hosts: [0-9]+ of 60, about [0-9]+ s left' "$tmp/screen"
is "the output is in the order of the input" "$(tail -n +2 "$tmp/csv" | cut -d, -f1 | paste -sd' ')" "$(paste -sd' ' "$tmp/sixty")"
sixty --no-progress --qps 0; is "--no-progress" "$(grep -ac 'hosts:' "$tmp/screen")" 0

# ---- stopped in the middle: what was done is reported, the rest is said to be unknown
timeout --preserve-status -k 10 -s INT 1 amt-dnscheck --no-resolv-conf --json --timeout 20 --server 10.8.0.10 --server 10.8.0.13 --suffix good.test --service-point 10.8.0.30 pc1.corp.vpro.test >"$tmp/j" 2>"$tmp/e"
is "interrupted: exit code" "$?" 130
is "interrupted: the document is whole, and says so" "$(jq -r '.facts.interrupted' "$tmp/j")" true
is "interrupted: what was not answered is no pass" "$(jq '[.findings[] | select(.verdict == "pass" and .id == "P.19")] | length' "$tmp/j")" 0

# ---- the document can be judged again
amt-dnscheck --replay "$tmp/site.json" --json >"$tmp/j2" 2>/dev/null
is "replay gives the same findings and facts" "$(jq -S '{findings, facts}' "$tmp/j2" | sha256sum)" "$(jq -S '{findings, facts}' "$tmp/site.json" | sha256sum)"
printf 'pc1.corp.vpro.test\n# remark\n10.8.0.101\n' | timeout -s KILL 60 amt-dnscheck --server 10.8.0.10 --no-provision --json - >"$tmp/j" 2>"$tmp/e"
is "names from standard input" "$(jq -r '[.facts.hosts[].source] | join(",")' "$tmp/j")" 'standard input line 1,standard input line 3'
done_testing
