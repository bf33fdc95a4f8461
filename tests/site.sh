# Sourced after tests/lib.sh and tests/sim/lib.sh: makes a site in folder $site and starts what it lives of, in a network
# namespace of its own. tests/e2e/site.sh and tests/demo walk it.
#
#   site_enter "$0" "$@"   first line of the script: runs it again in namespaces of its own, or says why not and ends
#   site_start             starts all that this machine can run; $site_has names it: devices capture dns ad crl
#   site_expected          "client id stage", one line each, as far as the parts can show it
#
# SITE_DEVICES_ONLY=1 starts the devices alone, SITE_WITHOUT_AD=1 all but the directory and CRLs. Ten clients are broken, each in one way: pc02 to pc09, pc11, pc12. pc01 is healthy, and pc10 was un-provisioned on purpose.
# The logs are those of captures/contoso; contoso.com and 127.0.2.x stand for the company and its network.
site=$tmp/site
site_has=devices
site_enter() {
	[ -n "${AMTSIM_NS:-}" ] && return 0
	if unshare -n -m true 2>/dev/null; then
		AMTSIM_NS=1 SITE_MOUNTS=1 exec unshare -n -m bash -c 'ip link set lo up && exec bash "$@"' site "$@"
	fi
	sim_namespace "$@"
}
site_expected() {
	cat <<-'END'
		pc01 - 0
		pc02 S3.C01 3
		pc03 S3.C02a 3
		pc04 S3.C10b 3
		pc05 S3.V01c 3
		pc06 S3.V01f 3
		pc07 S3.V01e 3
		pc08 S3.C04 3
		pc10 - 0
		pc11 S4.C01 4
	END
	case $site_has in *dns*) echo pc09 S3.C06b 3 ;; esac
	case $site_has in *ad*) echo pc12 S3.V03b 3 ;; esac
}

site_files() {
	mkdir -p "$site/logs" "$site/pki" "$site/exports"
	cp captures/contoso/exports/{SCCM01.*,sites.csv} "$site/exports/"
	# The log of the sample: pc02 is refused for its agent, not for its driver.
	cp captures/contoso/logs/amtopmgr-pasted.txt "$site/logs/"
	cp captures/contoso/logs/Amtopmgr.log "$site/logs/Amtopmgr.log"
	local n id
	for n in 11 12; do
		id=$((n + 40))
		sed -n '/prov.41.OTP/,/Succeed to run the task pc01/p' captures/contoso/logs/Amtopmgr.log |
			sed "s/pc01/pc$n/g; s/\\b41\\b/$id/g; s/Jan 14 08:/Jan 14 $n:/; s/5360/53$n/g" >>"$site/logs/Amtopmgr.log"
	done
	site_inventory >"$site/inventory.csv"
	site_profile >"$site/site.ini"
	(umask 077; sed -n 's/^F("base", "password", "\(.*\)").*/\1/p' tests/sim/profiles.def | head -n 1 >"$site/password")
	site_chain
	site_devices >"$site/devices.ini"
}

site_inventory() {
	local n
	echo 'name,fqdn,uuid,mac,address,firmware,method,suffix,notes'
	while read -r n notes; do
		echo "pc$n,pc$n.contoso.com,4C4C4544-00$n-4D10-8031-B4C04F333231,00:1E:0B:01:00:$n,127.0.2.1$n,5.2,out-of-band,contoso.com,$notes"
	done <<-'END'
		01 healthy
		02 has the ConfigMgr agent: its hello is rejected
		03 was never imported
		04 firmware knows none of our roots
		05 TLS handshake fails
		06 the CA never issues its certificate
		07 can't be published to Active Directory
		08 no password fits
		09 its reverse name is another's
		10 un-provisioned on purpose
		11 its ME sleeps when the computer does
		12 its AMT object lacks service names
	END
}

site_profile() {
	cat <<-'END'
		[site]
		name = Contoso, alive
		domain = contoso.com
		forest-domains = contoso.com
		service-point = sccm01.contoso.com, 127.0.2.10
		site-servers = sccm01.contoso.com
		suffixes = contoso.com
		firmware = 5.2
		[evidence]
		inventory = inventory.csv
		exports = exports/*
		logs = logs/*
		chain = pki/provisioning.pem
		issuing-ca = pki/issuing.pem
		[devices]
		probe = yes
		user = admin
		password-file = password
		ca-file = sim/ca.pem
		[traits]
		out-of-band = yes
		in-band = no
		pki = yes
		psk = no
		sp1 = yes
		sp2 = no
		wireless = no
		802.1x = no
	END
}

# A healthy provisioning chain and the issuing CA, both with a CRL that is served over HTTP.
site_chain() {
	local P=$site/pki cdp='crlDistributionPoints=URI:http://crl.contoso.com:8080/' hours=72
	cert root '/O=Contoso/CN=Contoso Root CA' self "$ca_ext" from=20080101000000Z to=20400101000000Z
	cert new '/O=Contoso/CN=Contoso Provisioning CA' root "$ca_ext
${cdp}root.crl" to=20390101000000Z
	cert leaf '/O=Contoso/OU=Intel(R) Client Setup Certificate/CN=sccm01.contoso.com' new "$oid_ext
subjectAltName=DNS:sccm01.contoso.com
${cdp}new.crl"
	cat "$P/leaf.pem" "$P/new.pem" "$P/root.pem" >"$P/provisioning.pem"
	mkdir -p "$site/www"
	crl root root $hours && openssl crl -in "$P/root.crl" -outform DER -out "$site/www/root.crl"
	crl new new $hours && openssl crl -in "$P/new.crl" -outform DER -out "$site/www/new.crl"
	cert iss '/O=Contoso/CN=Contoso Issuing CA' root "$ca_ext
${cdp}root.crl" to=20390101000000Z
	cat "$P/iss.pem" "$P/root.pem" >"$P/issuing.pem"
	site_root_hash=$(openssl x509 -in "$P/root.pem" -outform DER | openssl dgst -sha256 -binary | base64)
}

# A provisioned device; more lines follow from the caller.
site_device() {
	printf '[device pc%s]\naddress = 127.0.2.1%s\nhostname = pc%s\ndomain = contoso.com\nuuid = 4C4C4544-00%s-4D10-8031-B4C04F333231\nhash.1 = Contoso Root CA|2|true|true|%s\n' \
		"$1" "$1" "$1" "$1" "$site_root_hash"
	shift; printf '%s\n' "$@"
}
site_devices() {
	local healthy='profile = 5.x' begun='state = 1'
	set -- kerberos=true kerberos.realm=CONTOSO.COM
	site_device 01 "$healthy" "$@"
	site_device 02 'profile = unprovisioned' 'version = 5.2.10' 'rmcp = false'
	site_device 03 'profile = unprovisioned' 'version = 5.2.10' 'rmcp = false'
	site_device 04 "$healthy" "$begun" 'tls.issuer = self' | sed 's/^hash.1 = .*/hash.1 = Example Root|2|true|true|AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=/'
	site_device 05 "$healthy" 'fault = garbage' 'fault.ports = 16993,16995'
	site_device 06 "$healthy" "$begun" 'tls.issuer = self'
	site_device 07 "$healthy"
	site_device 08 "$healthy" 'password = nobody-knows-this-one'
	site_device 09 "$healthy" "$begun" 'tls.issuer = self'
	site_device 10 'profile = unprovisioned' 'version = 5.2.10' 'rmcp = false'
	site_device 11 "$healthy" 'power.package = lE+DEvsQT9yWjh4jKwyQZQ==' "$@"
	site_device 12 "$healthy" "$@"
}

# DNS as it should be, but for the reverse name of pc09.
site_dns() {
	local n
	{
		printf '$TTL 600\n@ SOA dc01.contoso.com. hostmaster.contoso.com. 7 3600 600 86400 60\n@ NS dc01\ndc01 A 10.77.0.1\nsccm01 A 127.0.2.10\ncrl A 127.0.2.10\nprovisionserver A 127.0.2.10\n'
		printf '_ldap._tcp.dc._msdcs SRV 0 100 389 dc01\n_ldap._tcp SRV 0 100 389 dc01\n_kerberos._tcp SRV 0 100 88 dc01\n'
		for n in 01 02 03 04 05 06 07 08 09 10 11 12; do echo "pc$n A 127.0.2.1$n"; done
	} >"$site/contoso.zone"
	{
		printf '$TTL 600\n@ SOA dc01.contoso.com. hostmaster.contoso.com. 7 3600 600 86400 60\n@ NS dc01.contoso.com.\n10 PTR sccm01.contoso.com.\n'
		for n in 01 02 03 04 05 06 07 08 10 11 12; do echo "1$n PTR pc$n.contoso.com."; done
		echo '109 PTR pc99.contoso.com.'
	} >"$site/reverse.zone"
	mkdir -p "$site/knot"
	cat >"$site/knot.conf" <<-END
		server:
		  rundir: "$site/knot"
		  listen: [ 127.0.2.4@53 ]
		  udp-workers: 1
		  tcp-workers: 1
		  background-workers: 1
		database:
		  storage: "$site/knot"
		template:
		  - id: default
		    storage: "$site"
		    zonefile-sync: -1
		    zonefile-load: whole
		    journal-content: none
		zone:
		  - domain: contoso.com
		    file: contoso.zone
		  - domain: 2.0.127.in-addr.arpa
		    file: reverse.zone
	END
	knotd -c "$site/knot.conf" >"$site/knot.log" 2>&1 &
	at_exit "kill $! 2>/dev/null"
	local i
	for i in $(seq 50); do kdig +short +time=1 +retry=0 @127.0.2.4 soa contoso.com 2>/dev/null | grep -q . && break; sleep 0.1; done
	[ "$i" -lt 50 ] || return 1
	printf '[dns]\nservers = 127.0.2.4\n' >>"$site/site.ini"
	site_has="$site_has dns"
}

# What tcpdump sees of three devices that say hello to the service point.
site_capture() {
	command -v tcpdump >/dev/null || return 1
	mkdir -p "$site/captures"
	"$PYTHON" -c 'import socket
s = socket.create_server(("127.0.2.10", 9971))
while True:
    c, _ = s.accept()
    while c.recv(4096):
        pass
    c.close()' &
	at_exit "kill $! 2>/dev/null"
	tcpdump -i lo --immediate-mode -U -w "$site/captures/hello.pcap" -Z root tcp port 9971 2>"$site/tcpdump.log" &
	local dump=$! n i
	at_exit "kill $dump 2>/dev/null"
	for i in $(seq 50); do grep -q listening "$site/tcpdump.log" && break; sleep 0.1; done
	[ "$i" -lt 50 ] || return 1
	for n in 01 03 04; do
		local hash=0123456789abcdef0123456789abcdef01234567
		[ $n = 04 ] || hash=$(openssl x509 -in "$site/pki/root.pem" -outform DER | sha1sum | cut -d' ' -f1)
		for i in 1 2 3 4 5; do
			"$TESTBIN/amtsim" --hello 127.0.2.10:9971 --from "127.0.2.1$n" --uuid "4C4C4544-00$n-4D10-8031-B4C04F333231" --hash "$hash" 2>/dev/null && break
			sleep 0.2
		done
	done
	for i in $(seq 50); do # three connections are more than that
		[ "$(stat -c %s "$site/captures/hello.pcap")" -gt 1500 ] && break
		sleep 0.1
	done
	sleep 0.2
	kill $dump; wait $dump 2>/dev/null
	[ "$i" -lt 50 ] || return 1
	sed -i 's|^logs = .*|&\ncaptures = captures/*|' "$site/site.ini"
	site_has="$site_has capture"
}

# CRLs over HTTP: their names stand in the certificates.
site_crl() {
	"$PYTHON" -m http.server --bind 127.0.2.10 --directory "$site/www" 8080 >"$site/http.log" 2>&1 &
	at_exit "kill $! 2>/dev/null"
	printf '[pki]\nfetch = yes\n' >>"$site/site.ini"
	site_has="$site_has crl"
}

site_start() {
	. tests/pki.sh
	unset SOURCE_DATE_EPOCH # the simulator's certificates are made now
	site_files
	mkdir -p "$tmp/pki"
	ln -s "$tmp/pki" "$site/sim"
	sim_start "$site/devices.ini"
	[ -z "${SITE_DEVICES_ONLY:-}" ] || return 0
	site_capture
	if command -v knotd >/dev/null && command -v kdig >/dev/null && site_dns && [ -z "${SITE_WITHOUT_AD:-}" ]; then
		site_ad && site_crl
	fi
	return 0
}

# Active Directory: a Samba domain controller. Needs a mount namespace too (for its name in /etc/hosts).
site_ad() {
	local need
	[ "${SITE_MOUNTS:-}" = 1 ] || return 1
	for need in samba samba-tool ip mount; do command -v $need >/dev/null || return 1; done
	DC=$site/dc IP=10.77.0.1 PW='Lab-Passw0rd!'
	mount --make-rprivate / && ip addr add $IP/24 dev lo || return 1
	echo 'nameserver 127.0.2.4' >"$site/resolv.conf"; printf '127.0.0.1 localhost\n%s dc01.contoso.com dc01\n' $IP >"$site/hosts"
	mount --bind "$site/resolv.conf" "$(readlink -f /etc/resolv.conf)" && mount --bind "$site/hosts" /etc/hosts || return 1
	samba-tool domain provision --targetdir="$DC" --realm=CONTOSO.COM --domain=CONTOSO --host-name=dc01 --host-ip=$IP \
		--server-role=dc --dns-backend=SAMBA_INTERNAL --adminpass="$PW" -s /dev/null \
		--option="interfaces=lo $IP" --option="bind interfaces only=yes" >"$site/provision.log" 2>&1 || return 1
	mkdir -p "$DC/cache" "$DC/run" "$DC/log" "$DC/private/tls"
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$DC/private/tls/key.pem" -out "$DC/private/tls/cert.pem" -days 30 \
		-subj /CN=dc01.contoso.com -addext subjectAltName=DNS:dc01.contoso.com >/dev/null 2>&1
	cp "$DC/private/tls/cert.pem" "$DC/private/tls/ca.pem"; chmod 600 "$DC/private/tls/key.pem"
	cat >"$DC/etc/lab.conf" <<-END
		[global]
		workgroup = CONTOSO
		realm = CONTOSO.COM
		netbios name = DC01
		server role = active directory domain controller
		server services = ldap, cldap, kdc, rpc
		interfaces = lo $IP
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
	"$PYTHON" tests/lab/site_directory.py "$DC" "$site/pki/root.pem" "$site/pki/iss.pem" >"$site/populate.log" 2>&1 || return 1
	samba -i -M single -s "$DC/etc/lab.conf" >"$site/samba.log" 2>&1 </dev/null &
	at_exit "kill $! 2>/dev/null"
	(umask 077; echo "$PW" >"$site/ad-password")
	cat >>"$site/site.ini" <<-END
		[directory]
		server = ldaps://dc01.contoso.com
		container = OU=Out of Band Management Controllers
		bind = administrator@contoso.com
		password-file = ad-password
		ca-file = $DC/private/tls/ca.pem
		templates = ConfigMgrAMTWebServerCertificate
		amt-users = CONTOSO\\AMT Operators
		every-controller = no
	END
	local i
	for i in $(seq 60); do LDAPTLS_CACERT=$DC/private/tls/ca.pem ldapsearch -x -H ldaps://dc01.contoso.com -s base -b '' >/dev/null 2>&1 && break; sleep 0.2; done
	[ "$i" -lt 60 ] || return 1
	site_has="$site_has ad"
}
