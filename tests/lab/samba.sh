# Sourced in namespaces of one's own, after tests/lib.sh: the parts of a Samba AD domain in folder $DC at address $IP.
#
#   samba_here HOST            $IP on lo; HOST.$SAMBA_DOMAIN and $IP in /etc/hosts, name server $1 in /etc/resolv.conf
#   samba_provision HOST ...   provisions the domain; more words go to samba-tool. Log in $W/provision.log
#   samba_config HOST SERVICES writes the certificate of HOST and $DC/etc/lab.conf
#   samba_krb5                 a krb5.conf for the domain, in use from here on
#   samba_run                  the daemon, ended with the test
#
# Beforehand: W (a folder), DC, IP, PW, SAMBA_DOMAIN (contoso.com). Each fails where it can't be had. ROOT: words before each
# command of Samba's (a chroot).
: "${PW:=Lab-Passw0rd!}" "${IP:=10.77.0.1}"
[ -n "${ROOT+set}" ] || ROOT=()
samba_here() { # HOST NAMESERVER
	mount --make-rprivate / && ip link set lo up && ip addr add "$IP/24" dev lo || return 1
	echo "nameserver $2" >"$W/resolv.conf"; printf '127.0.0.1 localhost\n%s %s.%s %s\n' "$IP" "$1" "$SAMBA_DOMAIN" "$1" >"$W/hosts"
	mount --bind "$W/resolv.conf" "$(readlink -f /etc/resolv.conf)" && mount --bind "$W/hosts" /etc/hosts
}
samba_short() { local d=${SAMBA_DOMAIN%%.*}; echo "${d^^}"; }
samba_provision() {
	local host=$1; shift
	"${ROOT[@]}" samba-tool domain provision --targetdir="$DC" --realm="${SAMBA_DOMAIN^^}" --domain="$(samba_short)" --host-name="$host" \
		--host-ip="$IP" --server-role=dc --dns-backend=SAMBA_INTERNAL --adminpass="$PW" -s /dev/null "$@" \
		--option="interfaces=lo $IP" --option="bind interfaces only=yes" >"$W/provision.log" 2>&1
}
samba_config() {
	local host=$1 services=$2
	mkdir -p "$DC/cache" "$DC/run" "$DC/log" "$DC/private/tls"
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$DC/private/tls/key.pem" -out "$DC/private/tls/cert.pem" -days 30 \
		-subj "/CN=$host.$SAMBA_DOMAIN" -addext "subjectAltName=DNS:$host.$SAMBA_DOMAIN" >/dev/null 2>&1 || return 1
	cp "$DC/private/tls/cert.pem" "$DC/private/tls/ca.pem"; chmod 600 "$DC/private/tls/key.pem"
	cat >"$DC/etc/lab.conf" <<-END
		[global]
			workgroup = $(samba_short)
			realm = ${SAMBA_DOMAIN^^}
			netbios name = ${host^^}
			server role = active directory domain controller
			server services = $services
		${CONF:-}	interfaces = lo $IP
			bind interfaces only = Yes
			private dir = $DC/private
			state directory = $DC/state
			cache directory = $DC/cache
			lock directory = $DC
			pid directory = $DC/run
			ncalrpc dir = $DC/run/ncalrpc
			binddns dir = $DC/bind-dns
			ntp signd socket directory = $DC/ntp_signd
			winbindd socket directory = $DC/run/winbindd
			log file = $DC/log/log.%m
			load printers = no
		[sysvol]
			path = $DC/state/sysvol
			read only = no
	END
}
samba_krb5() {
	cat >"$W/krb5.conf" <<-END
		[libdefaults]
			default_realm = ${SAMBA_DOMAIN^^}
			dns_lookup_realm = false
			dns_lookup_kdc = false
			rdns = false
			dns_canonicalize_hostname = false
			udp_preference_limit = 1
			allow_rc4 = true
		[realms]
			${SAMBA_DOMAIN^^} = {
				kdc = $IP:88
			}
	END
	export KRB5_CONFIG=$W/krb5.conf KRB5CCNAME=FILE:$W/cc
}
samba_run() {
	"${ROOT[@]}" samba -i -M single -s "$DC/etc/lab.conf" >"$W/samba.log" 2>&1 </dev/null 9>&- &
	SAMBA=$!
	at_exit "kill $SAMBA 2>/dev/null; wait $SAMBA 2>/dev/null"
}
