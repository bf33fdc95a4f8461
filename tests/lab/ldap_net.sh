# Sourced instead of tests/lib.sh by tests with scripted LDAP servers: namespaces of its own with
# 10.9.0.1 to .5, certificates in $W, and scripted SCENE.py to start them.
if [ "${LDAP_NET:-}" != in ]; then
	for need in ip unshare openssl dnsmasq; do
		command -v $need >/dev/null || { echo "ok 1 - lab # skip $need is not installed"; echo 1..1; exit 0; }
	done
	unshare -n -m true 2>/dev/null || { echo "ok 1 - lab # skip no right to make namespaces"; echo 1..1; exit 0; }
	LDAP_NET=in exec unshare -n -m "$0"
fi
. tests/lib.sh
W=$tmp
giveup() { skip "$1" "$2"; done_testing; exit 0; }
mount --make-rprivate / && ip link set lo up || giveup lab "no network of its own"
for i in 1 2 3 4 5; do ip addr add 10.9.0.$i/24 dev lo; done
echo 'nameserver 10.9.0.1' >"$W/resolv.conf"; echo '127.0.0.1 localhost' >"$W/hosts"
mount --bind "$W/resolv.conf" "$(readlink -f /etc/resolv.conf)" && mount --bind "$W/hosts" /etc/hosts || giveup lab "no bind mounts"
names=DNS:dc1.x.test,DNS:dc2.x.test,DNS:dc1.child.x.test,DNS:dc1.tree.test,DNS:dc1.away.test,IP:10.9.0.1
for ca in ca other; do
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$W/$ca.key" -out "$W/$ca.pem" -days 30 -subj /CN=$ca 2>/dev/null
done
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$W/srv.key" -subj /CN=dc 2>/dev/null |
	openssl x509 -req -CA "$W/ca.pem" -CAkey "$W/ca.key" -CAcreateserial -days 30 -extfile <(echo "subjectAltName=$names") -out "$W/srv.pem" 2>/dev/null
printf 'Lab-Passw0rd!\n' >"$W/password"; chmod 600 "$W/password"
srv=()
for d in x.test:1 child.x.test:3 tree.test:4 away.test:5; do
	srv+=("--srv-host=_ldap._tcp.dc._msdcs.${d%:*},dc1.${d%:*},389" "--host-record=dc1.${d%:*},10.9.0.${d#*:}")
done
# No pid file: /run is everybody's, and two that start at once would take it from each other.
dnsmasq -C /dev/null -k -u "$(id -un)" --pid-file= --log-facility=- --listen-address=10.9.0.1 --bind-interfaces --no-resolv --no-hosts --host-record=dc2.x.test,10.9.0.2 \
	--local=/test/ "${srv[@]}" 9>&- >"$W/dns.log" 2>&1 &
at_exit "kill $! 2>/dev/null"
dns_up() { for _ in $(seq 300); do (: </dev/tcp/10.9.0.1/53) 2>/dev/null && return; sleep 0.1; done; false; }
dns_up || { fail_ "dnsmasq: $(tail -n 1 "$W/dns.log")"; done_testing; exit 1; }
scripted() {
	[ ! -e "$W/ldap.pid" ] || kill "$(cat "$W/ldap.pid")" 2>/dev/null
	: >"$W/ldap.log"
	$PYTHON tests/lab/ldap_server.py "$1" "$W/srv.pem" "$W/srv.key" "$W/ldap.log" 9>&- >"$W/ldap.err" 2>&1 &
	echo $! >"$W/ldap.pid" # a file: this may run in a subshell
	for _ in $(seq 300); do grep -q '^up' "$W/ldap.log" && return; sleep 0.1; done
	fail_ "scripted LDAP server: $(tail -n 1 "$W/ldap.err")"; done_testing; exit 1
}
at_exit 'kill "$(cat "$W/ldap.pid")" 2>/dev/null'
