#!/usr/bin/env bash
# Every reader of foreign bytes has harnesses of at most 20 lines with a seed corpus, and `make check` replays each of them.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
known=
while IFS=: read -r what names; do
	bad=
	for n in $names; do
		known="$known $n"
		[ -f "tests/fuzz/fuzz_$n.c" ] || bad="$bad $n:no-harness"
		[ "$(find "tests/fuzz/corpus/$n" -type f ! -name 'found-*' 2>/dev/null | wc -l)" -ge 1 ] || bad="$bad $n:no-seeds"
		[ -x "${BIN%/bin}/replay/fuzz_$n" ] || bad="$bad $n:no-replay"
	done
	is "$what" "$bad" ""
done <<'END'
pcap and pcapng:hello_reader hello_capture
packets:hello_packet
hello messages:hello_message
DHCP:dhcp_message dhcp_judged
exports of DHCP servers:dhcp_config dhcp_export
DNS:dns_answer
log framings:trace_line trace_frame trace_chunk
log encodings:trace_encoding
what a log line says:trace_meaning trace_text
INI:site
CSV:csv inventory
exports of Windows servers:export_reader exports
JSON inputs:document hello_facts trace_facts pki_json directory krbfrom
text, times and numbers:text values redact
passwords in evidence:site_mask
PEM, DER, PFX:pki_input pki_cert der pki_name
CRL and OCSP:pki_fetched
root hash lists:pki_hashes
SD, SID, values of tokenGroups:sd sid
SNTP:sntp
WS-MAN XML:device_soap
exports of other programs about devices:device_import
HTTP challenge:device_challenge
TLS hello of a device:device_hello
RMCP:device_rmcp
redirection:device_redirection
MEI:device_mei
bundles:bundle bundle_manifest bundle_lines bundle_report
requests to the simulator:sim_request
END
left=
for f in tests/fuzz/fuzz_*.c; do n=${f##*/fuzz_}; case " $known " in *" ${n%.c} "*) ;; *) left="$left ${n%.c}" ;; esac; done
is "every harness stands in this list" "$left" ""
is "none has more than 20 lines" "$(awk '/^\{/ { n = 0; on = 1; next } /^\}/ { if (on && n > 20) print FILENAME ": " n; on = 0 } on && NF { n++ }' tests/fuzz/fuzz_*.c)" ""
done_testing
