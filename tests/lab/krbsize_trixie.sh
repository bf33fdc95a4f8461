#!/usr/bin/env bash
# Tickets as Windows 2012 and later (and, with compression off, 2008) lay them out, from the Samba of
# Debian 13 in a chroot: every user of the lab table, to the byte. Only when KRB_TRIXIE names a folder
# for the chroot; one that is not there is made with debootstrap (some minutes, 0.6 GB).
cd "$(dirname "$0")/../.." || exit 1
if [ "${KRB_LAB:-}" != in ]; then
	left() { echo "ok 1 - lab # skip $1"; echo 1..1; exit 0; }
	[ -n "${KRB_TRIXIE:-}" ] || left "KRB_TRIXIE does not name a folder for a chroot of Debian 13"
	for need in debootstrap kinit ip unshare chroot; do command -v $need >/dev/null || left "$need is not installed"; done
	unshare -n -m true 2>/dev/null || left "no right to make namespaces"
	if [ ! -x "$KRB_TRIXIE/usr/sbin/samba" ]; then
		mirror=${MIRROR:-$(sed -nE 's/^URIs: *//p; s/^deb +(\[[^]]*\] +)?([^ ]+).*/\2/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -m 1 '/debian/*$')}
		debootstrap --variant=minbase --include=samba,samba-ad-dc,samba-ad-provision,samba-dsdb-modules,samba-vfs-modules,winbind,python3-samba \
			trixie "$KRB_TRIXIE" "${mirror:?}" >/dev/null 2>&1
		# a virtual package behind python3-cryptography is left undone
		cp /etc/resolv.conf "$KRB_TRIXIE/etc/"; printf '#!/bin/sh\nexit 101\n' >"$KRB_TRIXIE/usr/sbin/policy-rc.d"; chmod +x "$KRB_TRIXIE/usr/sbin/policy-rc.d"
		chroot "$KRB_TRIXIE" sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get -y -qq -f install' >/dev/null 2>&1
		[ -x "$KRB_TRIXIE/usr/sbin/samba" ] || left "debootstrap of trixie from $mirror did not end well"
	fi
	KRB_LAB=in exec unshare -n -m "$0"
fi
. tests/lib.sh
giveup() { skip "$1" "$2"; done_testing; exit 0; }
KRB_ROOT=$KRB_TRIXIE
rm -f "$KRB_ROOT/etc/samba/smb.conf" # it would leak into the generated one
PROVISION=(--function-level=2016 --base-schema=2019 '--option=ad dc functional level = 2016')
CONF=$'\tad dc functional level = 2016\n'
. tests/lab/krb_domain.sh
printf '%s\n' "$PW" >"$W/password"; chmod 600 "$W/password"
echo "# $("${ROOT[@]}" samba --version)"
n=0 wrong= table=
for u in usrx000 usrg010 usrg050 usrg100 usrg300 usru010 usru050 usru100 usru300 usrd010 usrd050 usrd100 usrd300 usrm100 usrlong usrnest usrdist usradm; do
	for h in hostrc4 hosta256 hostnc; do
		amt-krbsize --server dc1.vprolab.test --user $u --spn HTTP/$h.vprolab.test:16993 --layout 2012-claims --measure \
			--principal $u@VPROLAB.TEST --password-file "$W/password" --json >"$W/o.json" 2>"$W/o.err"
		off=$(jq '.facts | .users[0].ticket - .measured.ticket' "$W/o.json" 2>&1) got=$(jq '.facts.measured.ticket' "$W/o.json" 2>&1)
		n=$((n + 1)) table="$table$u/$h=$got "
		[ "$off" = 0 ] || wrong="$wrong$u/$h: $off of $got $(head -n 1 "$W/o.err"); "
	done
done
is "$n computed tickets are the measured ones to the byte" "$wrong" ""
# This Samba wants channel bindings (KB4520412), as a hardened Windows does.
for by in ldaps://dc1.vprolab.test "dc1.vprolab.test --starttls"; do
	amt-krbsize --server $by --ca-file "$DC/private/tls/ca.pem" --user usrg010 --spn HTTP/hostrc4.vprolab.test:16993 --format csv >"$W/gss.csv" 2>"$W/gss.err"
	ok "Kerberos over TLS: $by" grep -q '^usrg010,11,' "$W/gss.csv"
done
want='usrx000/hostrc4=1194 usrx000/hosta256=1207 usrx000/hostnc=1193 usrg050/hostrc4=1594 usrg300/hostrc4=3594 usru300/hostnc=3593 usrd050/hostrc4=1626
usrd050/hostnc=3193 usrd300/hostrc4=3626 usrd300/hosta256=3639 usrd300/hostnc=13193 usrm100/hostrc4=2026 usrm100/hostnc=3049 usrdist/hostrc4=1194 usradm/hostrc4=1233'
off=
for w in $want; do case " $table" in *" $w "*) ;; *) off="$off$w " ;; esac; done
is "and those of the handbook's table" "$off" ""
done_testing
