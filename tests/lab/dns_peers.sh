#!/usr/bin/env bash
# The same zones behind three servers of different makers - knot (authoritative), BIND (a secondary file and a
# resolver), unbound (a resolver) - and the same questions asked by amt-dnscheck, kdig, dig and drill. The codes,
# aliases and addresses must be the same; and what resolvers do on their own is told apart.
cd "$(dirname "$0")/../.." || exit 1
if [ -z "${IN_LAB:-}" ] && unshare -n true 2>/dev/null; then
	IN_LAB=1 exec unshare -n -- "$0" "$@"
fi
. tests/lib.sh
for need in knotd named unbound kdig dig drill ip jq; do
	command -v $need >/dev/null || { skip "DNS peers" "$need is missing"; done_testing; exit; }
done
[ -n "${IN_LAB:-}" ] || { skip "DNS peers" "no right to make a network namespace"; done_testing; exit; }
ip link set lo up
for i in 10 11 12 13 14 15; do ip addr add 10.8.0.$i/32 dev lo; done

zone() { { printf '$TTL 600\n@ SOA ns1.corp.vpro.test. hostmaster.corp.vpro.test. 7 3600 600 86400 60\n@ NS ns1.corp.vpro.test.\n'; cat; } >"$tmp/$1"; }
zone corp <<'Z'
ns1 A 10.8.0.10
provisionserver A 10.8.0.30
pc1 A 10.8.0.101
pc4 CNAME pc1
pc5 A 10.8.0.105
pc5 A 10.8.0.106
pc7 CNAME gone
pc10 AAAA 2001:db8::10
pc14 CNAME a.other.test.
Z
{ seq 1 90 | sed 's/.*/large A 10.9.0.&/'; } >>"$tmp/corp"
zone other <<<'a A 10.8.0.114'
zone rev <<'Z'
101 PTR pc1.corp.vpro.test.
105 PTR pc5.corp.vpro.test.
106 PTR pc5.corp.vpro.test.
114 PTR a.other.test.
Z
zones='corp.vpro.test:corp other.test:other 0.8.10.in-addr.arpa:rev'

# knot, on port 53 of .10; its zone broken.test can't be loaded
mkdir "$tmp/knot" "$tmp/knot.db"
{ printf 'server:\n  rundir: "%s/knot"\n  listen: 10.8.0.10@53\n  udp-workers: 1\n  tcp-workers: 1\n  background-workers: 1\ndatabase:\n  storage: "%s/knot.db"\ntemplate:\n  - id: default\n    storage: "%s"\n    zonefile-sync: -1\n    zonefile-load: whole\n    journal-content: none\nzone:\n' "$tmp" "$tmp" "$tmp"
  for z in $zones broken.test:nofile; do printf '  - domain: %s\n    file: %s\n' "${z%:*}" "${z#*:}"; done; } >"$tmp/knot.conf"
knotd -c "$tmp/knot.conf" >"$tmp/knot.log" 2>&1 &
at_exit "kill $! 2>/dev/null"

# BIND: authoritative without recursion (.11), and a resolver that insists on cookies from those who have them (.12)
named_conf() { # NAME ADDRESS options
	mkdir "$tmp/$1"
	printf 'options { directory "%s/%s"; pid-file none; session-keyfile "%s/%s/key"; listen-on { %s; }; listen-on-v6 { none; }; dnssec-validation no; empty-zones-enable no; managed-keys-directory "%s/%s"; %s };\ncontrols {};\n' \
		"$tmp" "$1" "$tmp" "$1" "$2" "$tmp" "$1" "$3"
}
{ named_conf auth 10.8.0.11 'recursion no;'; for z in $zones; do printf 'zone "%s" { type primary; file "%s/%s"; %s};\n' "${z%:*}" "$tmp" "${z#*:}" "$([ "${z%:*}" = other.test ] && echo 'allow-update { any; }; ')"; done; } >"$tmp/auth.conf"
named_conf cookie 10.8.0.12 'recursion yes; require-server-cookie yes; forward only; forwarders { 10.8.0.10; };' >"$tmp/cookie.conf"
for n in auth cookie; do
	named -g -n 1 -c "$tmp/$n.conf" >"$tmp/$n.log" 2>&1 &
	at_exit "kill $! 2>/dev/null"
done

# unbound: a resolver (.13); one as it comes, with private reverse zones closed (.14); one that refuses us (.15)
unbound_conf() { # NAME ADDRESS lines
	printf 'server:\n  username: ""\n  chroot: ""\n  directory: "%s"\n  pidfile: ""\n  use-syslog: no\n  num-threads: 1\n  interface: %s\n  do-daemonize: no\n  do-not-query-localhost: no\n  module-config: "iterator"\n  root-hints: ""\n%s\nremote-control:\n  control-enable: no\n' "$tmp" "$2" "$3"
	for z in corp.vpro.test other.test 0.8.10.in-addr.arpa broken.test; do printf 'stub-zone:\n  name: "%s"\n  stub-addr: 10.8.0.10\n' "$z"; done
}
open='  access-control: 0.0.0.0/0 allow
  local-zone: "test." nodefault'
unbound_conf res 10.8.0.13 "$open
  local-zone: \"10.in-addr.arpa.\" nodefault" >"$tmp/res.conf"
unbound_conf closed 10.8.0.14 "$open" >"$tmp/closed.conf"
unbound_conf refuse 10.8.0.15 '  access-control: 0.0.0.0/0 refuse
  local-zone: "test." nodefault' >"$tmp/refuse.conf"
for n in res closed refuse; do
	unbound -d -c "$tmp/$n.conf" >"$tmp/$n.log" 2>&1 &
	at_exit "kill $! 2>/dev/null"
done
ready() { local i; for i in $(seq 100); do kdig +time=1 +retry=0 @"$1" soa corp.vpro.test 2>/dev/null | grep -q "status: $2" && return 0; sleep 0.1; done; return 1; }
for s in 10 11 12 13 14; do ok "10.8.0.$s is there" ready 10.8.0.$s NOERROR || tail -3 "$tmp"/*.log; done
ok "10.8.0.15 refuses" ready 10.8.0.15 REFUSED

# peer TOOL SERVER TYPE NAME: "CODE alias>... values sorted"
peer() {
	case $1 in
	kdig) kdig +time=2 +retry=1 +bufsize=1232 @"$2" "$3" "$4" ;;
	dig) dig +time=2 +tries=2 @"$2" "$3" "$4" ;;
	drill) drill -a -b 1232 "$4" @"$2" "$3" ;;
	esac 2>/dev/null | awk -v type="$3" '
		!code && match($0, /(status|rcode): [A-Z]+/) { split(substr($0, RSTART, RLENGTH), w, " "); code = w[2] }
		/^;; ANSWER SECTION/ { on = 1; next }
		/^;;/ || /^$/ { on = 0 }
		on && $4 == "CNAME" { sub(/\.$/, "", $5); print "1" n++ " " $5 ">" }
		on && $4 == toupper(type) { sub(/\.$/, "", $5); print "2 " $5 }
		END { print "0 " code }' | sort -k1,1 -k2,2 | cut -d' ' -f2 | paste -sd' '
}
# ours SERVER TYPE NAME, out of the document
ours() {
	jq -r --arg s "$1" --arg t "$2" --arg n "$3" '
		[.facts.hosts[] | (.forward, .reverse)[] | select(.type == $t and .name == $n and (.server | startswith($s)))] | first |
		([({"0": "NOERROR", "2": "SERVFAIL", "3": "NXDOMAIN", "5": "REFUSED"}[.rcode | tostring])]
		 + [.records[] | select(.type == "CNAME") | .value + ">"]
		 + ([.records[] | select(.type == $t) | .value] | sort)) | join(" ")' "$tmp/j"
}
names='pc1 pc4 pc5 pc7 pc10 pc14 gone large provisionserver'
hosts=; for n in $names; do hosts="$hosts $n.corp.vpro.test"; done
servers='10 11 12 13'
# shellcheck disable=SC2046,SC2086
timeout -s KILL 60 amt-dnscheck --no-resolv-conf --json --timeout 5 --no-provision $(printf -- '--server 10.8.0.%s ' $servers) $hosts x.broken.test >"$tmp/j" 2>"$tmp/e"
for s in $servers; do
	bad=
	for n in $hosts; do
		for t in A AAAA; do
			we=$(ours 10.8.0.$s $t "$n")
			for tool in kdig dig drill; do
				they=$(peer $tool 10.8.0.$s $t "$n")
				[ "$we" = "$they" ] || bad="$bad $tool $t $n: we '$we', they '$they';"
			done
		done
	done
	is "names at 10.8.0.$s: as kdig, dig and drill have them" "$bad" ""
	bad=
	for a in 101 105 106 114; do
		n=$a.0.8.10.in-addr.arpa we=$(ours 10.8.0.$s PTR "$n")
		for tool in kdig dig drill; do
			they=$(peer $tool 10.8.0.$s PTR "$n")
			[ "$we" = "$they" ] || bad="$bad $tool $n: we '$we', they '$they';"
		done
	done
	is "addresses at 10.8.0.$s: as kdig, dig and drill have them" "$bad" ""
done
is "there was something to compare" "$(ours 10.8.0.13 A pc14.corp.vpro.test)|$(ours 10.8.0.12 A pc7.corp.vpro.test)|$(ours 10.8.0.11 A large.corp.vpro.test | wc -w)" \
	"NOERROR a.other.test> 10.8.0.114|NXDOMAIN gone.corp.vpro.test>|91"
is "who recurses and who is the zone's own is in the facts" \
	"$(jq -r '[.facts.hosts[0].forward[] | select(.type == "A") | if .authoritative then "own" elif .recursion then "recurses" else "neither" end] | join(" ")' "$tmp/j")" "own own recurses recurses"
code() { jq -r --arg s "10.8.0.$1" --arg n "$2" '[.facts.hosts[] | select(.name == $n) | .forward[] | select(.type == "A" and (.server | startswith($s))) | .outcome] | first' "$tmp/j"; }
is "a zone that failed: as the servers say" "$(for s in $servers; do code $s x.broken.test; done | paste -sd' ')" "servfail refused servfail servfail"
for s in 10 13; do is "as kdig hears it from 10.8.0.$s" "$(peer kdig 10.8.0.$s A x.broken.test)" SERVFAIL; done
is "a server that insists on cookies answers a question without one" "$(code 12 pc1.corp.vpro.test)" answer

one() { timeout -s KILL 60 amt-dnscheck --no-resolv-conf --json --timeout 5 --no-authoritative --service-point 10.8.0.30 "$@" >"$tmp/j" 2>"$tmp/e"; }
verdict() { jq -r --arg id "$1" --arg s "$2" '[.findings[] | select(.id == $id and .subject == $s) | .verdict] | first // "none"' "$tmp/j"; }
one --server 10.8.0.13 --server 10.8.0.12 --suffix corp.vpro.test pc1.corp.vpro.test
is "ProvisionServer through two resolvers" "$(verdict P.19 ProvisionServer.corp.vpro.test)" pass
is "a client through two resolvers" "$(verdict S3.C06a pc1.corp.vpro.test) $(verdict S3.C06b pc1.corp.vpro.test)" "pass pass"
# dynamic updates: only asked when told to, and nothing is changed by asking
updates() { grep -ac "update.*denied" "$tmp/auth.log"; }
one --server 10.8.0.11 --suffix corp.vpro.test --suffix other.test
is "no UPDATE is sent unasked" "$(updates) $(verdict S1.V13 corp.vpro.test)" "0 none"
one --server 10.8.0.11 --suffix corp.vpro.test --suffix other.test --ask-update
is "a zone that refuses updates, and one that takes them" "$(verdict S1.V13 corp.vpro.test) $(verdict S1.V13 other.test)" "warn pass"
is "the server saw the question" "$(($(updates) > 0))" 1
is "and its zone is what it was" "$(kdig +short @10.8.0.11 soa other.test | cut -d' ' -f3) $(kdig +short @10.8.0.11 a a.other.test)" "7 10.8.0.114"
one --server 10.8.0.14 --no-provision pc1.corp.vpro.test
is "a resolver that keeps private reverse zones to itself" "$(verdict S3.C06a pc1.corp.vpro.test) $(verdict S3.C06b pc1.corp.vpro.test)" "pass warn"
one --server 10.8.0.15 --suffix corp.vpro.test
is "a resolver that refuses us, without repeating the question" "$(jq -r '.facts.provision_server[0].outcome' "$tmp/j") $(verdict P.19 ProvisionServer.corp.vpro.test)" "refused fail"
is "it is heard at once" "$(jq '.facts.servers[0] | .lost == 0 and .ms_max < 1000' "$tmp/j")" true
done_testing
