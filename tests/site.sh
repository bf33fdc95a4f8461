# Sourced after tests/lib.sh and tests/sim/lib.sh: makes a site in folder $site and starts what it lives of, in a network
# namespace of its own. tests/e2e/site.sh and tests/demo walk it.
#
#   site_start          everything that this machine can run; $site_has names the parts: devices dns ad
#   site_expected       "client id stage", one line each, as far as the parts can show it
#
# Ten clients are broken, each in one way: pc02 to pc09, pc11, pc12. pc01 is healthy, and pc10 was un-provisioned on purpose.
# The logs are those of captures/contoso; contoso.com and 127.0.2.x stand for the company and its network.
site=$tmp/site
site_has=devices
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
		printf '$TTL 600\n@ SOA dc01.contoso.com. hostmaster.contoso.com. 7 3600 600 86400 60\n@ NS dc01\ndc01 A 127.0.2.5\nsccm01 A 127.0.2.10\ncrl A 127.0.2.10\nprovisionserver A 127.0.2.10\n'
		printf '_ldap._tcp.dc._msdcs SRV 0 100 389 dc01\n_ldap._tcp SRV 0 100 389 dc01\n_kerberos._tcp SRV 0 100 88 dc01\n'
		for n in 01 02 03 04 05 06 07 08 09 10 11 12; do echo "pc$n A 127.0.2.1$n"; done
	} >"$site/contoso.zone"
	{
		printf '$TTL 600\n@ SOA dc01.contoso.com. hostmaster.contoso.com. 7 3600 600 86400 60\n@ NS dc01.contoso.com.\n10 PTR sccm01.contoso.com.\n5 PTR dc01.contoso.com.\n'
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

# CRLs over HTTP need the name to be found: a resolver of our own.
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
	if command -v knotd >/dev/null && command -v kdig >/dev/null; then site_dns; fi
}
