#include "hello/tables.h"

#define FIELD(type, key, kind, member)                                                             \
	{                                                                                          \
		key, FIELD_##kind, offsetof(type, member), false                                   \
	}
#define ALWAYS(type, key, kind, member)                                                            \
	{                                                                                          \
		key, FIELD_##kind, offsetof(type, member), true                                    \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, FIELD_BOOL, 0, false                                                         \
	}

#define T struct hello_capture
const struct hello_field hello_capture_fields[] = {
	ALWAYS(T, "name", TEXT, name),
	ALWAYS(T, "format", TEXT, format),
	FIELD(T, "live", BOOL, live),
	ALWAYS(T, "first", TIME, first),
	ALWAYS(T, "last", TIME, last),
	ALWAYS(T, "packets", U64, packets),
	ALWAYS(T, "bytes", U64, bytes),
	FIELD(T, "cut", U64, cut),
	FIELD(T, "snaplen", U32, snaplen),
	ALWAYS(T, "dropped", U64, dropped),
	ALWAYS(T, "if_dropped", U64, if_dropped),
	FIELD(T, "unsupported", U64, unsupported),
	FIELD(T, "link", TEXT, link),
	FIELD(T, "damaged", BOOL, damaged),
	FIELD(T, "filtered", BOOL, filtered),
	FIELD(T, "clock_back", U64, clock_back),
	FIELD(T, "fragments", U64, fragments),
	FIELD(T, "fragments_relevant", U64, fragments_relevant),
	END};
#undef T

#define T struct hello_seen
const struct hello_field hello_seen_fields[] = {
	ALWAYS(T, "time", TIME, at.time),
	ALWAYS(T, "frame", U64, at.frame),
	FIELD(T, "capture", U32, at.capture),
	FIELD(T, "last_frame", U64, last_frame),
	ALWAYS(T, "source", IP, source),
	ALWAYS(T, "destination", IP, destination),
	FIELD(T, "source_port", U16, source_port),
	FIELD(T, "destination_port", U16, destination_port),
	ALWAYS(T, "mac", MAC, mac),
	ALWAYS(T, "version", U16, m.version),
	ALWAYS(T, "retry_count", U32, m.retry),
	ALWAYS(T, "declared_hashes", UINT, m.declared_hashes),
	ALWAYS(T, "note", TEXT, m.note),
	END};
#undef T

#define T struct hello_conn
const struct hello_field hello_conn_fields[] = {ALWAYS(T, "time", TIME, first.time),
						ALWAYS(T, "frame", U64, first.frame),
						FIELD(T, "capture", U32, first.capture),
						ALWAYS(T, "last", TIME, last),
						FIELD(T, "last_frame", U64, last_frame),
						ALWAYS(T, "client", IP, client),
						ALWAYS(T, "server", IP, server),
						ALWAYS(T, "client_port", U16, client_port),
						ALWAYS(T, "server_port", U16, server_port),
						FIELD(T, "client_mac", MAC, client_mac),
						FIELD(T, "server_mac", MAC, server_mac),
						FIELD(T, "syns", UINT, syns),
						FIELD(T, "begun", BOOL, begun),
						FIELD(T, "accepted", BOOL, accepted),
						FIELD(T, "established", BOOL, established),
						FIELD(T, "reset_by", U8, reset_by),
						FIELD(T, "closed_by", U8, closed_by),
						FIELD(T, "frame_synack", U64, frame_synack),
						FIELD(T, "frame_reset", U64, frame_reset),
						FIELD(T, "frame_close", U64, frame_close),
						FIELD(T, "client_bytes", U64, client_bytes),
						FIELD(T, "server_bytes", U64, server_bytes),
						FIELD(T, "gap", BOOL, gap),
						FIELD(T, "cut", BOOL, cut),
						FIELD(T, "evicted", BOOL, evicted),
						FIELD(T, "hellos", UINT, hellos),
						FIELD(T, "icmp_type", U8, icmp_type),
						FIELD(T, "icmp_code", U8, icmp_code),
						FIELD(T, "icmp_from", IP, icmp_from),
						FIELD(T, "icmp_frame", U64, icmp_frame),
						FIELD(T, "http_server", TEXT, http_server),
						END};
#undef T

#define T struct hello_tls
const struct hello_field hello_tls_fields[] = {
	FIELD(T, "client_hello", BOOL, client_hello),
	FIELD(T, "server_hello", BOOL, server_hello),
	FIELD(T, "server_hello_done", BOOL, server_done),
	FIELD(T, "client_key", BOOL, client_key),
	FIELD(T, "client_change_cipher", BOOL, client_ccs),
	FIELD(T, "server_change_cipher", BOOL, server_ccs),
	FIELD(T, "client_version", U16, client_version),
	FIELD(T, "server_version", U16, server_version),
	FIELD(T, "cipher", U16, cipher),
	FIELD(T, "server_certificate", BOOL, server_cert),
	FIELD(T, "client_certificate", BOOL, client_cert),
	FIELD(T, "client_certificate_empty", BOOL, client_cert_empty),
	FIELD(T, "certificate_request", BOOL, cert_request),
	FIELD(T, "server_certificate_at", SPOT, server_cert_at),
	FIELD(T, "client_certificate_at", SPOT, client_cert_at),
	FIELD(T, "server_chain", INDICES, server_chain),
	FIELD(T, "client_chain", INDICES, client_chain),
	FIELD(T, "psk_identity", TEXT, psk_identity),
	FIELD(T, "alert_level", U8, alert_level),
	FIELD(T, "alert", U8, alert),
	FIELD(T, "alert_by", U8, alert_by),
	FIELD(T, "alert_at", SPOT, alert_at),
	FIELD(T, "client_bytes", U64, client_bytes),
	FIELD(T, "server_bytes", U64, server_bytes),
	END};
#undef T

#define T struct hello_lease
const struct hello_field hello_lease_fields[] = {ALWAYS(T, "mac", MAC, mac),
						 ALWAYS(T, "first", SPOT, first),
						 FIELD(T, "discovers", UINT, discovers),
						 FIELD(T, "offers", UINT, offers),
						 FIELD(T, "requests", UINT, requests),
						 FIELD(T, "acks", UINT, acks),
						 FIELD(T, "naks", UINT, naks),
						 FIELD(T, "discover", SPOT, discover),
						 FIELD(T, "offer", SPOT, offer),
						 FIELD(T, "ack", SPOT, ack),
						 FIELD(T, "nak", SPOT, nak),
						 FIELD(T, "cut", BOOL, cut),
						 FIELD(T, "address", IP, address),
						 FIELD(T, "server", IP, server),
						 FIELD(T, "relay", IP, relay),
						 FIELD(T, "option_6", IPS, dns),
						 FIELD(T, "has_option_6", BOOL, has_dns),
						 FIELD(T, "has_option_15", BOOL, has_suffix),
						 FIELD(T, "option_15", TEXT, suffix),
						 FIELD(T, "option_12", TEXT, hostname),
						 FIELD(T, "option_81", TEXT, fqdn),
						 FIELD(T, "option_60", TEXT, class_id),
						 FIELD(T, "option_55", TEXT, params),
						 FIELD(T, "lease_seconds", U32, lease),
						 END};
#undef T

#define T struct hello_dhcp6
const struct hello_field hello_dhcp6_fields[] = {
	ALWAYS(T, "at", SPOT, at),       ALWAYS(T, "reply", BOOL, reply),
	ALWAYS(T, "server", IP, server), ALWAYS(T, "client", IP, client),
	FIELD(T, "option_23", IPS, dns), FIELD(T, "option_24", TEXT, domains),
	FIELD(T, "seen", U64, seen),     END};
#undef T

#define T struct hello_query
const struct hello_field hello_query_fields[] = {ALWAYS(T, "client", IP, client),
						 ALWAYS(T, "server", IP, server),
						 FIELD(T, "mac", MAC, mac),
						 ALWAYS(T, "name", TEXT, name),
						 ALWAYS(T, "type", U16, type),
						 FIELD(T, "bare", BOOL, bare),
						 FIELD(T, "asked", UINT, asked),
						 FIELD(T, "answered", UINT, answered),
						 FIELD(T, "question", SPOT, question),
						 FIELD(T, "answer", SPOT, answer),
						 ALWAYS(T, "rcode", U8, rcode),
						 FIELD(T, "truncated", BOOL, truncated),
						 FIELD(T, "cut", BOOL, cut),
						 FIELD(T, "tcp", BOOL, tcp),
						 FIELD(T, "addresses", IPS, addresses),
						 FIELD(T, "cname", TEXT, cname),
						 FIELD(T, "ttl", U32, ttl),
						 END};
#undef T

#define T struct hello_rmcp
const struct hello_field hello_rmcp_fields[] = {ALWAYS(T, "at", SPOT, at),
						ALWAYS(T, "from", IP, from),
						ALWAYS(T, "to", IP, to),
						ALWAYS(T, "pong", BOOL, pong),
						FIELD(T, "tag", U8, tag),
						FIELD(T, "enterprise", U32, enterprise),
						FIELD(T, "port", U16, port),
						FIELD(T, "major", U8, major),
						FIELD(T, "minor", U8, minor),
						FIELD(T, "state", U8, state),
						FIELD(T, "both_ports", BOOL, both_ports),
						FIELD(T, "entities", U8, entities),
						FIELD(T, "interactions", U8, interactions),
						END};
#undef T

#define T struct hello_facts
const struct hello_field hello_counter_fields[] = {
	ALWAYS(T, "duplicates", U64, duplicates), ALWAYS(T, "evicted", U64, evicted),
	ALWAYS(T, "forgotten", U64, forgotten),   ALWAYS(T, "other_hosts", U64, other_hosts),
	ALWAYS(T, "filtered", BOOL, filtered),    ALWAYS(T, "root_given", BOOL, root_given),
	FIELD(T, "servers", IPS, servers),        END};
#undef T

const char *const hello_content_names[HELLO_CONTENTS] = {"none", "hello", "http", "tls", "other"};

const struct hello_field hello_no_fields[] = {END};

#define NO_TIMES(list, table)                                                                      \
	for (size_t i_ = 0; i_ < (list).n; i_++)                                                   \
	hello_fields_no_times(table, &(list).v[i_])

void hello_no_times(struct hello_facts *f)
{
	NO_TIMES(f->hellos, hello_seen_fields);
	NO_TIMES(f->conns, hello_conn_fields);
	for (size_t i = 0; i < f->conns.n; i++)
		hello_fields_no_times(hello_tls_fields, &f->conns.v[i].tls);
	NO_TIMES(f->leases, hello_lease_fields);
	NO_TIMES(f->queries, hello_query_fields);
	NO_TIMES(f->rmcps, hello_rmcp_fields);
}
