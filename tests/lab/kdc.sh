# Sourced after tests/lib.sh in a network namespace of one's own: MIT's KDC for EXAMPLE.TEST at 127.0.0.1:8888.
#
#   kdc_here         whether its programs are installed
#   kdc_make CACHE   configuration and an empty database; CACHE is the default credential cache
#   k 'QUERY'        kadmin.local; its words go to $tmp/kdc.log
#   kdc_run WHO PW   starts it, waits until WHO can sign in
PATH=$PATH:/usr/sbin
kdc_here() { local p; for p in krb5kdc kadmin.local kdb5_util kinit; do command -v $p >/dev/null || return 1; done; }
kdc_make() {
	mkdir "$tmp/kdc"
	export KRB5RCACHEDIR=$tmp KRB5_CONFIG=$tmp/krb5.conf KRB5_KDC_PROFILE=$tmp/kdc.conf KRB5CCNAME=FILE:$1
	cat >"$KRB5_CONFIG" <<-END
		[libdefaults]
		default_realm = EXAMPLE.TEST
		dns_lookup_kdc = false
		dns_lookup_realm = false
		dns_canonicalize_hostname = false
		rdns = false
		[realms]
		EXAMPLE.TEST = {
		 kdc = 127.0.0.1:8888
		}
		[domain_realm]
		example.test = EXAMPLE.TEST
	END
	cat >"$KRB5_KDC_PROFILE" <<-END
		[realms]
		EXAMPLE.TEST = {
		 database_name = $tmp/kdc/db
		 key_stash_file = $tmp/kdc/stash
		 kdc_listen = 127.0.0.1:8888
		 kdc_tcp_listen = 127.0.0.1:8888
		}
	END
	kdc_here || return 1
	kdb5_util create -s -P master >"$tmp/kdc.log" 2>&1
}
k() { kadmin.local -q "$1" >>"$tmp/kdc.log" 2>&1; }
kdc_run() {
	krb5kdc -n >>"$tmp/kdc.log" 2>&1 &
	at_exit "kill $! 2>/dev/null"
	local i
	for i in $(seq 50); do echo "$2" | kinit "$1" >/dev/null 2>&1 && return 0; sleep 0.1; done
	return 1
}
