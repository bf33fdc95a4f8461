# Sourced inside private namespaces, after tests/lib.sh: a Samba AD domain in $tmp that is up when
# this ends. Calls giveup WHAT WHY when it can't be had.
# KRB_ROOT: folder with another Debian, whose Samba is taken; PROVISION: an array of more words for provision; POPULATE: the
# script of tests/lab that fills it, with a user usrx000.
W=$tmp DC=$tmp/dc IP=10.77.0.1 PW='Lab-Passw0rd!'
mount --make-rprivate / || giveup lab "mounts can't be made private"
ip link set lo up && ip addr add $IP/24 dev lo || giveup lab "no address on lo"
echo "nameserver $IP" >"$W/resolv.conf"; printf '127.0.0.1 localhost\n%s dc1.vprolab.test dc1\n' $IP >"$W/hosts"
mount --bind "$W/resolv.conf" "$(readlink -f /etc/resolv.conf)" && mount --bind "$W/hosts" /etc/hosts || giveup lab "no bind mounts"
ROOT=()
if [ -n "${KRB_ROOT:-}" ]; then
	ROOT=(chroot "$KRB_ROOT")
	mkdir -p "$KRB_ROOT$W" && mount --bind "$W" "$KRB_ROOT$W" && mount -t proc proc "$KRB_ROOT/proc" && mount --bind /dev "$KRB_ROOT/dev" ||
		giveup lab "no bind mounts"
	at_exit "umount '$KRB_ROOT$W' '$KRB_ROOT/proc' '$KRB_ROOT/dev' 2>/dev/null; rmdir '$KRB_ROOT$W'"
fi
"${ROOT[@]}" samba-tool domain provision --targetdir="$DC" --realm=VPROLAB.TEST --domain=VPROLAB --host-name=dc1 --host-ip=$IP \
	--server-role=dc --dns-backend=SAMBA_INTERNAL --adminpass="$PW" -s /dev/null \
	--domain-sid=S-1-5-21-1111111111-2222222222-3333333333 "${PROVISION[@]}" \
	--option="interfaces=lo $IP" --option="bind interfaces only=yes" >"$W/provision.log" 2>&1 ||
	giveup "provision a domain" "$(tail -n 1 "$W/provision.log")"
mkdir -p "$DC/cache" "$DC/run" "$DC/log" "$DC/private/tls"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$DC/private/tls/key.pem" -out "$DC/private/tls/cert.pem" -days 30 -subj /CN=dc1.vprolab.test \
	-addext subjectAltName=DNS:dc1.vprolab.test >/dev/null 2>&1
cp "$DC/private/tls/cert.pem" "$DC/private/tls/ca.pem"; chmod 600 "$DC/private/tls/key.pem"
cat >"$DC/etc/lab.conf" <<X
[global]
	workgroup = VPROLAB
	realm = VPROLAB.TEST
	netbios name = DC1
	server role = active directory domain controller
	server services = ldap, cldap, kdc, dns, rpc
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
X
cat >"$W/krb5.conf" <<X
[libdefaults]
	default_realm = VPROLAB.TEST
	dns_lookup_realm = false
	dns_lookup_kdc = false
	rdns = false
	dns_canonicalize_hostname = false
	udp_preference_limit = 1
	allow_rc4 = true
[realms]
	VPROLAB.TEST = {
		kdc = $IP:88
	}
X
export KRB5_CONFIG=$W/krb5.conf KRB5CCNAME=FILE:$W/cc
cp "tests/lab/${POPULATE:=krb_populate.py}" "$W/"
"${ROOT[@]}" $PYTHON "$W/$POPULATE" "$DC" >"$W/populate.log" 2>&1 || giveup "populate the domain" "$(tail -n 1 "$W/populate.log")"
"${ROOT[@]}" samba_spnupdate -s "$DC/etc/lab.conf" >/dev/null 2>&1
[ -z "${KRB_ROOT:-}" ] || "${ROOT[@]}" samba-tool spn add ldap/dc1.vprolab.test 'dc1$' -s "$DC/etc/lab.conf" >/dev/null 2>&1
"${ROOT[@]}" samba -i -M single -s "$DC/etc/lab.conf" >"$W/samba.log" 2>&1 </dev/null 9>&- &
SAMBA=$!
at_exit "kill $SAMBA 2>/dev/null; wait $SAMBA 2>/dev/null"
for _ in $(seq 60); do echo "$PW" | kinit usrx000 >/dev/null 2>&1 && break; sleep 0.5; done
klist -s || giveup "sign in" "the KDC does not answer"
