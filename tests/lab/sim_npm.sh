#!/usr/bin/env bash
# amtsim against the AMT stacks of others, from npm: requests built by wsman-messages, and MeshCentral's WS-MAN,
# redirection and scanner. Skipped where npm can't fetch them; kept in $BUILD/npm between runs.
. tests/npm.sh
if [ -z "${AMTSIM_NS:-}" ]; then # the namespace has no way out: fetch before
	fetch @device-management-toolkit/wsman-messages@5.14.1 messages 60
	fetch meshcentral@1.1.55 meshcentral 120 package/package.json package/amt package/amtscanner.js package/common.js
fi
. tests/sim/lib.sh
sim_namespace "$0" "$@"
. tests/lib.sh
cat >"$tmp/sim.ini" <<'END'
# times without a byte over 7f: MeshCentral reads audit records as UTF-8
[device plain]
address = 127.1.0.1
profile = 11.8
tls = false
hostname = pc17
audit.1 = 2025-10-28T17:48:51Z|16|0|$$OsAdmin
audit.2 = 2025-10-28T17:49:59Z|16|1|$$OsAdmin
[device new]
address = 127.1.0.2
profile = 16.1
hostname = pc18
[device krb]
address = 127.1.0.3
profile = 11.8
tls = false
kerberos = true
[device nine]
address = 127.1.0.4
profile = 9.x
END
sim_start "$tmp/sim.ini"
dig() { curl -sS --max-time 10 --digest -u 'admin:P@ssw0rd' --data-binary @- "$@"; }

if [ -e "$cache/messages/package/package.json" ] && command -v curl >/dev/null; then
	mkdir "$tmp/m"
	node - "$cache/messages/package/index.js" "$tmp/m" <<'END' >"$tmp/list"
const [lib, dir] = process.argv.slice(2), fs = require('fs'), all = require(lib);
for (const ns of ['AMT', 'CIM', 'IPS']) {
	const messages = new all[ns].Messages();
	for (const key of Object.keys(messages)) {
		const c = messages[key];
		if (!c || !c.className || !c.Get) continue;
		for (const what of ['Get', 'Enumerate', 'Pull']) {
			let xml;
			try { xml = what === 'Pull' ? c.Pull('CONTEXT') : c[what](); } catch (e) { continue; }
			fs.writeFileSync(`${dir}/${c.className}.${what}`, xml);
		}
		console.log(c.className);
	}
}
const a = new all.AMT.Messages();
fs.writeFileSync(dir + '/GetUuid', a.SetupAndConfigurationService.GetUuid());
fs.writeFileSync(dir + '/Time', a.TimeSynchronizationService.GetLowAccuracyTimeSynch());
fs.writeFileSync(dir + '/Acl', a.AuthorizationService.EnumerateUserAclEntries(1));
fs.writeFileSync(dir + '/AclGet', a.AuthorizationService.GetUserAclEntryEx(1));
fs.writeFileSync(dir + '/Audit', a.AuditLog.ReadRecords(1));
fs.writeFileSync(dir + '/Unprovision', a.SetupAndConfigurationService.Unprovision(1));
END
	ok "wsman-messages builds requests for many classes" test "$(wc -l <"$tmp/list")" -gt 50
	post() { dig -o "$tmp/reply" -w '%{http_code}' http://127.1.0.1:16992/wsman <"$1"; }
	served=0 strange=
	while read -r class; do
		code=$(post "$tmp/m/$class.Enumerate")
		if [ "$code" = 400 ]; then # not on this firmware
			grep -q 'b:DestinationUnreachable' "$tmp/reply" || strange="$strange $class"
			continue
		fi
		[ "$code" = 200 ] || strange="$strange $class:$code"
		context=$(xmllint --xpath "string(//*[local-name()='EnumerationContext'])" "$tmp/reply")
		sed "s/CONTEXT/$context/" "$tmp/m/$class.Pull" >"$tmp/pull"
		[ "$(post "$tmp/pull")" = 200 ] && xmllint --noout "$tmp/reply" && grep -q '<g:EndOfSequence>' "$tmp/reply" || strange="$strange $class.Pull"
		served=$((served + 1))
	done <"$tmp/list"
	is "every class answers or is refused as the firmware does" "$strange" ""
	ok "and $served of them are served" test $served -ge 20
	for m in GetUuid Time Acl AclGet Audit; do is "its $m is understood" "$(post "$tmp/m/$m")" 200; done
	is "its Unprovision is not" "$(post "$tmp/m/Unprovision")" 400
else
	skip "wsman-messages" "$(cat "$cache/messages.why" 2>/dev/null || echo 'curl is not installed')"
fi

if [ -e "$cache/meshcentral/package/package.json" ]; then
	cat >"$tmp/mesh.js" <<'END'
const dir = process.argv[2], host = process.argv[3], port = +process.argv[4], tls = +process.argv[5], pass = process.argv[6] || 'P@ssw0rd';
const comm = require(dir + '/amt/amt-wsman-comm.js')(host, port, 'admin', pass, tls, null, null);
comm.xtlsFingerprint = 0;
const wsman = require(dir + '/amt/amt-wsman.js')(comm);
const amt = require(dir + '/amt/amt.js')(wsman);
const names = ['*AMT_GeneralSettings', '*CIM_KVMRedirectionSAP', '*AMT_RedirectionService', 'CIM_SoftwareIdentity', 'AMT_EthernetPortSettings', 'AMT_TLSSettingData', 'CIM_ServiceAvailableToElement', '*AMT_SetupAndConfigurationService'];
const quit = (code) => { process.exitCode = code; setTimeout(() => process.exit(code), 50); };
setTimeout(() => quit(9), 20000).unref();
amt.BatchEnum('', names, (stack, name, r, status) => {
	console.log('status', status);
	if (status !== 200) return quit(1);
	console.log('name', r['AMT_GeneralSettings'].response['HostName']);
	console.log('versions', r['CIM_SoftwareIdentity'].responses.length);
	console.log('amt', r['CIM_SoftwareIdentity'].responses.find((x) => x.InstanceID === 'AMT').VersionString);
	console.log('kvm', r['CIM_KVMRedirectionSAP'].response.EnabledState);
	console.log('policy', JSON.stringify(r['AMT_EthernetPortSettings'].responses[0].LinkPolicy));
	console.log('power', r['CIM_ServiceAvailableToElement'].responses.map((x) => x.PowerState).filter((x) => x != null).join());
	console.log('auth', comm.challengeParams.qop);
	amt.GetAuditLog((s, records, st) => {
		console.log('audit', st, records.map((x) => x.Event + ' by ' + x.Initiator + ' from ' + x.NetAddress).join('; '));
		quit(0);
	});
}, null, true);
END
	mesh() { timeout 30 node --no-deprecation "$tmp/mesh.js" "$cache/meshcentral/package" "$@" 2>&1; }
	mesh 127.1.0.1 16992 0 >"$tmp/o"
	is "MeshCentral reads a device" "$(grep -aE '^(status|name|versions|amt|kvm|policy|power|auth) ' "$tmp/o" | tr '\n' ';')" \
		'status 200;name pc17;versions 11;amt 11.8.50;kvm 6;policy [1,14];power 2;auth auth;' 2>/dev/null
	is "MeshCentral reads the audit log" "$(sed -n 's/^audit //p' "$tmp/o")" \
		'200 Provisioning Started by $$OsAdmin from 192.0.2.10; Provisioning Completed by $$OsAdmin from 192.0.2.10'
	mesh 127.1.0.2 16993 1 >"$tmp/o"
	is "over TLS, with auth-int, from 16.1" "$(grep -aE '^(status|name|auth) ' "$tmp/o" | tr '\n' ';')" "status 200;name pc18;auth auth-int;"
	is "from a device with Kerberos on" "$(mesh 127.1.0.3 16992 0 | grep -aE '^status ')" "status 200"
	is "with a wrong password: no" "$(mesh 127.1.0.1 16992 0 wrong | grep -aE '^status ')" "status 401"

	cat >"$tmp/redir.js" <<'END'
const [dir, host, tls, protocol, pass] = process.argv.slice(2);
const common = require(dir + '/common.js'), node = { host, meshid: 'm', intelamt: { user: 'admin', pass: pass || 'P@ssw0rd', tls: +tls } };
const md5 = (t) => require('crypto').createHash('md5').update(t).digest('hex');
const forge = { md: { md5: { create: () => ({ update: (t) => ({ digest: () => ({ toHex: () => md5(t) }) }) }) } } };
const central = { certificateOperations: { forge }, db: { Get: (id, f) => f(null, [node]) }, GetConnectivityState: () => ({ connectivity: 4 }), mpsserver: { GetConnectionToNode: () => null } };
const quit = (w) => { console.log(w); process.exit(0); };
setTimeout(() => quit('timeout'), 8000);
const inner = { protocol: +protocol, Start: () => console.log('started'), ProcessData: (d) => quit('data'), xxStateChange: (s) => { if (s === 0) quit('stopped'); } };
const redir = require(dir + '/amt/amt-redir-mesh.js').CreateAmtRedirect(inner, null, { name: 'u', links: { m: { rights: 8 } } }, { common }, central);
inner.Start = () => { console.log('logged in'); if (protocol === '3') quit('IDER may start'); };
redir.Start('x');
END
	redir() { timeout 20 node --no-deprecation "$tmp/redir.js" "$cache/meshcentral/package" "$@" 2>&1; }
	ok "MeshCentral logs in to redirection with digest" bash -c "$(declare -f redir); tmp=$tmp cache=$cache; redir 127.1.0.1 0 3 | grep -q 'IDER may start'"
	ok "the same inside TLS" bash -c "$(declare -f redir); tmp=$tmp cache=$cache; redir 127.1.0.2 1 3 | grep -q 'IDER may start'"
	is "with a wrong password it is stopped" "$(redir 127.1.0.1 0 3 wrong | tail -n 1)" stopped

	cat >"$tmp/scan.js" <<'END'
const [dir, ...hosts] = process.argv.slice(2);
const s = require(dir + '/amtscanner.js').CreateAmtScanner({});
setTimeout(() => process.exit(0), 4000);
const u = require('dgram').createSocket('udp4');
u.on('message', (d, r) => s.parseRmcpPacket(d, r, 0, (tag, minor, major, state, port, dual, ri) => console.log('pong', ri.address, major + '.' + minor, state, port, dual)));
for (const h of hosts) {
	const [ip, port] = h.split(':');
	u.send(s.buildRmcpPing(1), 623, ip);
	s.checkTcpPresenceEx(ip, +port, {}, (tag, ok, version) => console.log('tcp', ip, ok, version));
}
END
	timeout 20 node --no-deprecation "$tmp/scan.js" "$cache/meshcentral/package" 127.1.0.1:16992 127.1.0.2:16993 127.1.0.4:16993 >"$tmp/o" 2>&1
	is "MeshCentral's scanner: pong of 11.8" "$(grep 'pong 127.1.0.1' "$tmp/o")" "pong 127.1.0.1 11.8 2 16992 false"
	is "pong of 16.1: it does not read bytes 11 and 12" "$(grep 'pong 127.1.0.2' "$tmp/o")" "pong 127.1.0.2 0.0 2 16993 false"
	is "and its look at the Server header" "$(grep '^tcp' "$tmp/o" | sort | tr '\n' ';')" "tcp 127.1.0.1 true 11.8.50;tcp 127.1.0.2 false null;tcp 127.1.0.4 true 9.1.41;"
else
	skip "MeshCentral" "$(cat "$cache/meshcentral.why" 2>/dev/null || echo 'not fetched')"
fi
ok "ends cleanly on SIGTERM" sim_stop
done_testing
