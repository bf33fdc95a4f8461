# Sourced inside private namespaces, after tests/lib.sh: a Samba AD domain in $tmp that is up when
# this ends. Calls giveup WHAT WHY when it can't be had.
# KRB_ROOT: folder with another Debian, whose Samba is taken; PROVISION: an array of more words for provision; POPULATE: the
# script of tests/lab that fills it, with a user usrx000.
W=$tmp DC=$tmp/dc SAMBA_DOMAIN=vprolab.test
. tests/lab/samba.sh
samba_here dc1 "$IP" || giveup lab "no address on lo, or no bind mounts"
if [ -n "${KRB_ROOT:-}" ]; then
	ROOT=(chroot "$KRB_ROOT")
	mkdir -p "$KRB_ROOT$W" && mount --bind "$W" "$KRB_ROOT$W" && mount -t proc proc "$KRB_ROOT/proc" && mount --bind /dev "$KRB_ROOT/dev" ||
		giveup lab "no bind mounts"
	at_exit "umount '$KRB_ROOT$W' '$KRB_ROOT/proc' '$KRB_ROOT/dev' 2>/dev/null; rmdir '$KRB_ROOT$W'"
fi
samba_provision dc1 --domain-sid=S-1-5-21-1111111111-2222222222-3333333333 "${PROVISION[@]}" ||
	giveup "provision a domain" "$(tail -n 1 "$W/provision.log")"
samba_config dc1 "ldap, cldap, kdc, dns, rpc" || giveup "a domain controller" "no certificate"
samba_krb5
cp "tests/lab/${POPULATE:=krb_populate.py}" "$W/"
"${ROOT[@]}" $PYTHON "$W/$POPULATE" "$DC" >"$W/populate.log" 2>&1 || giveup "populate the domain" "$(tail -n 1 "$W/populate.log")"
"${ROOT[@]}" samba_spnupdate -s "$DC/etc/lab.conf" >/dev/null 2>&1
[ -z "${KRB_ROOT:-}" ] || "${ROOT[@]}" samba-tool spn add ldap/dc1.vprolab.test 'dc1$' -s "$DC/etc/lab.conf" >/dev/null 2>&1
samba_run
for _ in $(seq 60); do echo "$PW" | kinit usrx000 >/dev/null 2>&1 && break; sleep 0.5; done
klist -s || giveup "sign in" "the KDC does not answer"
