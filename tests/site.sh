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
# verdict DOCUMENT ID WORDS-OF-THE-SUMMARY CLIENT: of those findings, each kind once
verdict() {
	jq -r --arg id "$2" --arg w "$3" --arg c "$4" '[.findings[] | select(.id == $id and (.summary | test($w))) | select([.subject, (.subjects // [])[]] | map(if type == "object" then .name else . end | ascii_downcase) | any(contains($c))) | .verdict] | unique | join(" ")' "$1"
}
# changed FILTER: $tmp/run.json with other facts, judged again into $tmp/again.json
changed() { jq "$1" "$tmp/run.json" >"$tmp/changed.json" && amt-stage --replay "$tmp/changed.json" --json -q >"$tmp/again.json" 2>/dev/null; }
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
	site_import >"$site/exports/import.csv"
	# The log of the sample: pc02 is refused for its agent, not for its driver.
	cp captures/contoso/logs/amtopmgr-pasted.txt "$site/logs/"
	cp captures/contoso/logs/Amtopmgr.log "$site/logs/Amtopmgr.log"
	local n id
	for n in 11 12; do
		id=$((n + 40))
		sed -n '/prov.41.OTP/,/Succeed to run the task pc01/p' captures/contoso/logs/Amtopmgr.log |
			sed "s/pc01/pc$n/g; s/\\b41\\b/$id/g; s/Jan 14 08:/Jan 14 $n:/; s/5360/53$n/g" >>"$site/logs/Amtopmgr.log"
	done
	site_updated >>"$site/logs/Amtopmgr.log"
	site_inventory >"$site/inventory.csv"
	site_profile >"$site/site.ini"
	(umask 077; sed -n 's/^F("base", "password", "\(.*\)").*/\1/p' tests/sim/profiles.def | head -n 1 >"$site/password")
	site_chain
	site_dhcp >"$site/dhcp.txt"
}

# The controller memory of pc01 was updated once, after its settings had changed.
site_updated() {
	printf '%s  $$<SMS_AMT_OPERATION_MANAGER><Wed Jan 14 14:00:0%s.000 2009 W. Europe Standard Time><thread=5366 (0x14F6)>\r\n' \
		'Start to update AMT device pc01.contoso.com...' 1 'Finished update on AMT device pc01.contoso.com.' 2
}

# netsh dhcp server dump
site_dhcp() {
	printf 'Dhcp Server \\\\dc01 %s\r\n' 'add scope 127.0.2.0 255.255.255.0 "Head office" ""' 'Scope 127.0.2.0 set state 1' \
		'Scope 127.0.2.0 Add iprange 127.0.2.100 127.0.2.250' 'Scope 127.0.2.0 set optionvalue 6 IPADDRESS "127.0.2.4"' \
		'Scope 127.0.2.0 set optionvalue 15 STRING "contoso.com"' 'Scope 127.0.2.0 set optionvalue 81 DWORD "23"'
}

site_inventory() {
	local n fw
	echo 'name,fqdn,uuid,mac,address,firmware,method,suffix,notes'
	while read -r n fw notes; do
		echo "pc$n,pc$n.contoso.com,4C4C4544-00$n-4D10-8031-B4C04F333231,00:1E:0B:01:00:$n,127.0.2.1$n,$fw,out-of-band,contoso.com,$notes"
	done <<-'END'
		01 11.8 healthy
		02 5.2 has the ConfigMgr agent: its hello is rejected
		03 5.2 was never imported
		04 5.2 firmware knows none of our roots
		05 5.2 TLS handshake fails
		06 5.2 the CA never issues its certificate
		07 5.2 can't be published to Active Directory
		08 5.2 no password fits
		09 5.2 its reverse name is another's
		10 11.8 un-provisioned on purpose
		11 5.2 its ME sleeps when the computer does
		12 5.2 its AMT object lacks service names
	END
}

# What was imported for out-of-band provisioning: all but pc03, and pc02, which is a client.
site_import() {
	local n
	for n in 01 04 05 06 07 08 09 10 11 12; do
		echo "PC$n,pc$n.contoso.com,4C4C4544-00$n-4D10-8031-B4C04F333231,001E0B0100$n,UzNjcmV0IQ==,UzNjcmV0IQ=="
	done
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
		firmware = 5.2, 11.8
		[evidence]
		inventory = inventory.csv
		exports = exports/*
		logs = logs/*
		chain = pki/provisioning.pem
		issuing-ca = pki/issuing.pem
		client-certificates = pki/clients.txt
		dhcp = dhcp.txt
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
	local c P=$site/pki cdp='crlDistributionPoints=URI:http://crl.contoso.com:8080/' hours=72
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
	# What pc10 had until it was un-provisioned: the CA has revoked it since.
	cert pc10 '/CN=pc10.contoso.com' iss "$web_ext
subjectAltName=DNS:pc10.contoso.com
${cdp}iss.crl" from=20090101000000Z
	crl iss iss $hours pc10 && openssl crl -in "$P/iss.crl" -outform DER -out "$site/www/iss.crl"
	{ printf 'Row 1:\r\n  Request ID: 0x2a (42)\r\n  Issued Common Name: "pc10.contoso.com"\r\n  Binary Certificate:\r\n'; cat "$P/pc10.pem"; } >"$P/clients.txt"
	# What the console CON01 trusts.
	{
		printf 'Windows Registry Editor Version 5.00\r\n\r\n'
		for c in root iss; do
			printf '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\SystemCertificates\\ROOT\\Certificates\\%s]\r\n"Blob"=hex:00\r\n\r\n' "$(fingerprint "$P/$c.pem" sha1 | tr a-f A-F)"
		done
	} >"$site/exports/CON01.stores.reg"
	# The devices' certificates are of the same CA.
	mkdir -p "$tmp/pki"
	cp "$P/root.pem" "$tmp/pki/ca.pem"; cp "$P/root.key" "$tmp/pki/ca.key"
	cp "$P/iss.pem" "$tmp/pki/intermediate.pem"; cp "$P/iss.key" "$tmp/pki/intermediate.key"
	site_root_hash=$(openssl x509 -in "$P/root.pem" -outform DER | openssl dgst -sha256 -binary | base64)
}

# A provisioned device; more lines follow from the caller.
site_device() {
	printf '[device pc%s]\naddress = 127.0.2.1%s\nhostname = pc%s\ndomain = contoso.com\nuuid = 4C4C4544-00%s-4D10-8031-B4C04F333231\nhash.1 = Contoso Root CA|2|true|true|%s\n' \
		"$1" "$1" "$1" "$1" "$site_root_hash"
	shift; printf '%s\n' "$@"
}
# pc01 is of the last generation that takes the old protocols but knows the new ones; its firmware was asked for the strong
# kinds of everything. The others are as old as the site.
site_devices() {
	local old='profile = 5.x' begun='state = 1' unset='profile = unprovisioned'
	set -- kerberos=true kerberos.realm=CONTOSO.COM
	site_device 01 'profile = 11.8' "$@" 'tls.issuer = intermediate' 'tls.chain = full' 'tls.renegotiation = true' 'tls.ems = true' \
		'redir.offers = 3,4' 'record.hash = '"$site_root_hash" 'provision_server = sccm01.contoso.com' 'provision_server_ip = 127.0.2.10' \
		${site_sid:+"acl.3 = $site_sid|2|2,3,5,13|true|"}
	site_device 02 "$unset" 'version = 5.2.10' 'rmcp = false'
	site_device 03 "$unset" 'version = 5.2.10' 'rmcp = false'
	site_device 04 "$old" "$begun" 'tls.issuer = self' | sed 's/^hash.1 = .*/hash.1 = Example Root|2|true|true|AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=/'
	site_device 05 "$old" 'fault = garbage' 'fault.ports = 16993,16995'
	site_device 06 "$old" "$begun" 'tls.issuer = self'
	site_device 07 "$old"
	site_device 08 "$old" 'password = nobody-knows-this-one'
	site_device 09 "$old" "$begun" 'tls.issuer = self'
	site_device 10 "$unset" 'version = 11.8.50'
	site_device 11 "$old" 'power.package = lE+DEvsQT9yWjh4jKwyQZQ==' "$@"
	site_device 12 "$old" "$@"
}

# DNS as it should be, but for the reverse name of pc09.
site_dns() {
	local n
	{
		printf '$TTL 600\n@ SOA dc01.contoso.com. hostmaster.contoso.com. 7 3600 600 86400 60\n@ NS ns1\nns1 A 127.0.2.4\ndc01 A 10.77.0.1\nsccm01 A 127.0.2.10\ncrl A 127.0.2.10\nprovisionserver A 127.0.2.10\n'
		printf '_ldap._tcp.dc._msdcs SRV 0 100 389 dc01\n_ldap._tcp SRV 0 100 389 dc01\n_kerberos._tcp SRV 0 100 88 dc01\n'
		for n in 01 02 03 04 05 06 07 08 09 10 11 12; do echo "pc$n A 127.0.2.1$n"; done
	} >"$site/contoso.zone"
	{
		printf '$TTL 600\n@ SOA dc01.contoso.com. hostmaster.contoso.com. 7 3600 600 86400 60\n@ NS ns1.contoso.com.\n10 PTR sccm01.contoso.com.\n'
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
	printf '[dns]\nservers = 127.0.2.4\nrounds = 2\n' >>"$site/site.ini"
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
	for n in 03 04; do
		local hash=0123456789abcdef0123456789abcdef01234567
		[ $n = 04 ] || hash=$(openssl x509 -in "$site/pki/root.pem" -outform DER | sha1sum | cut -d' ' -f1)
		for i in 1 2 3 4 5; do
			"$TESTBIN/amtsim" --hello 127.0.2.10:9971 --from "127.0.2.1$n" --uuid "4C4C4544-00$n-4D10-8031-B4C04F333231" --hash "$hash" 2>/dev/null && break
			sleep 0.2
		done
	done
	for i in $(seq 50); do # two connections are more than that
		[ "$(stat -c %s "$site/captures/hello.pcap")" -gt 1000 ] && break
		sleep 0.1
	done
	sleep 0.2
	kill $dump; wait $dump 2>/dev/null
	[ "$i" -lt 50 ] || return 1
	"$PYTHON" tests/lab/site_capture.py "$site/pki" "$site/captures/pc01.pcapng" || return 1
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
	ln -s "$tmp/pki" "$site/sim"
	if [ -z "${SITE_DEVICES_ONLY:-}" ]; then
		site_capture
		if command -v knotd >/dev/null && command -v kdig >/dev/null && site_dns && [ -z "${SITE_WITHOUT_AD:-}" ]; then
			site_ad && site_crl
		fi
	fi
	site_devices >"$site/devices.ini"
	sim_start "$site/devices.ini"
}

# Active Directory: a Samba domain controller. Needs a mount namespace too (for its name in /etc/hosts).
site_ad() {
	local need
	[ "${SITE_MOUNTS:-}" = 1 ] || return 1
	for need in samba samba-tool ip mount; do command -v $need >/dev/null || return 1; done
	W=$site DC=$site/dc SAMBA_DOMAIN=contoso.com
	. tests/lab/samba.sh
	samba_here dc01 127.0.2.4 && samba_provision dc01 && samba_config dc01 "ldap, cldap, kdc, rpc" || return 1
	"$PYTHON" tests/lab/site_directory.py "$DC" "$site/pki/root.pem" "$site/pki/iss.pem" >"$site/populate.log" 2>&1 || return 1
	samba_run
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
		operators = amtop
	END
	local i
	for i in $(seq 60); do LDAPTLS_CACERT=$DC/private/tls/ca.pem ldapsearch -x -H ldaps://dc01.contoso.com -s base -b '' >/dev/null 2>&1 && break; sleep 0.2; done
	[ "$i" -lt 60 ] || return 1
	site_sid=$(sed -n 's/^group //p' "$site/populate.log")
	site_tickets
	site_has="$site_has ad"
}

# How large the operator's ticket is: computed from the directory, and a real one out of the KDC.
site_tickets() {
	samba_krb5
	mkdir -p "$site/runs"
	amt-krbsize --server ldaps://dc01.contoso.com --ca-file "$DC/private/tls/ca.pem" --bind-dn administrator@contoso.com \
		--bind-password-file "$site/ad-password" --user amtop --spn HTTP/pc01.contoso.com:16993 --layout samba-4.17 --measure \
		--principal amtop@CONTOSO.COM --password-file "$site/ad-password" --firmware 11.8 --json -o "$site/runs/tickets.json" 2>"$site/tickets.log"
	sed -i 's|^logs = .*|&\ndocuments = runs/*.json|' "$site/site.ini"
}
