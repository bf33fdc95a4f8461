/* Facts as JSON. */
#include "hello/tables.h"

#include <stdlib.h>

/* Every element of a list through one table, one in memory at a time; more() may add the rest. */
#define LIST_OUT(o, key, list, table, more)                                                        \
	do {                                                                                       \
		amt_json_out_open(o, key, true);                                                   \
		for (size_t i_ = 0; i_ < (list).n; i_++) {                                         \
			json_t *x_ = json_object();                                                \
			hello_fields_out(x_, table, &(list).v[i_]);                                \
			more(x_, &(list).v[i_]);                                                   \
			amt_json_out_value(o, NULL, x_);                                           \
		}                                                                                  \
		amt_json_out_close(o);                                                             \
	} while (0)
#define NO_MORE(x, v) ((void)0)

static json_t *matches_out(enum amt_tri m)
{
	return m == AMT_MAYBE ? json_null() : json_boolean(m == AMT_YES);
}

static json_t *hashes_out(const struct hello_message *m)
{
	json_t *a = json_array();

	for (size_t i = 0; i < m->hashes.n; i++) {
		const struct hello_hash *h = &m->hashes.v[i];

		json_array_append_new(a, json_pack("{s:i, s:s, s:o, s:o, s:o}", "type",
						   (int)h->type, "algorithm", h->algorithm, "hex",
						   hello_json_hex(h->bytes, h->length), "name",
						   amt_json_str(h->name), "matches_root",
						   matches_out(h->matches_root)));
	}
	return a;
}

static void seen_out(json_t *o, const struct hello_seen *h, bool swapped)
{
	char uuid[37];
	const struct hello_message *m = &h->m;

	json_object_set_new(o, "uuid", json_string(hello_uuid_text(m->uuid, false, uuid)));
	if (swapped)
		json_object_set_new(o, "uuid_other_order",
				    json_string(hello_uuid_text(m->uuid, true, uuid)));
	json_object_set_new(o, "mode", json_string(hello_mode_name(m->mode)));
	json_object_set_new(o, "admin_credentials_set", json_boolean(m->credentials != 0));
	json_object_set_new(o, "pid", m->pid[0] ? json_string(m->pid) : json_null());
	json_object_set_new(o, "hashes", hashes_out(m));
	json_object_set_new(o, "verdict", json_string(hello_verdict_name(m->verdict)));
	json_object_set_new(o, "length", json_integer((json_int_t)m->length));
	json_object_set_new(o, "expected_length", json_integer((json_int_t)m->expected));
	if (m->body_length)
		json_object_set_new(o, "body", hello_json_hex(m->body, m->body_length));
}

static void conn_out(json_t *o, const struct hello_conn *c)
{
	json_object_set_new(o, "content", json_string(hello_content_names[c->content]));
	json_t *t = json_object();
	hello_fields_out(t, hello_tls_fields, &c->tls);
	if (json_object_size(t))
		json_object_set_new(o, "tls", t);
	else
		json_decref(t);
}

static void certificate_out(json_t *o, const struct hello_certificate *c)
{
	char *text = amt_malloc(amt_base64_len(c->length) + 1);

	amt_base64_encode(c->der, c->length, text);
	json_object_set_new(o, "der", json_string(text));
	free(text);
}

static json_t *texts(const struct hello_facts *f)
{
	json_t *a = json_array();

	for (size_t i = 0; i < f->expected.n; i++)
		json_array_append_new(a, json_pack("{s:o, s:I}", "host",
						   amt_json_str(f->expected.v[i].text), "frames",
						   (json_int_t)f->expected.v[i].frames));
	return a;
}

void hello_write_facts(const struct hello_facts *f, bool swapped, struct amt_json_out *o)
{
	json_t *ports = json_array(), *counters = json_object(), *value;
	const char *key;

#define SEEN_MORE(x, v) seen_out(x, v, swapped)
	LIST_OUT(o, "captures", f->captures, hello_capture_fields, NO_MORE);
	LIST_OUT(o, "hellos", f->hellos, hello_seen_fields, SEEN_MORE);
	amt_json_out_open(o, "devices", true);
	for (size_t i = 0; i < f->devices.n; i++)
		amt_json_out_value(o, NULL, hello_device_json(&f->devices.v[i]));
	amt_json_out_close(o);
	LIST_OUT(o, "connections", f->conns, hello_conn_fields, conn_out);
	LIST_OUT(o, "dhcp", f->leases, hello_lease_fields, NO_MORE);
	if (f->dhcp6.n)
		LIST_OUT(o, "dhcp6", f->dhcp6, hello_dhcp6_fields, NO_MORE);
	LIST_OUT(o, "dns", f->queries, hello_query_fields, NO_MORE);
	LIST_OUT(o, "rmcp", f->rmcps, hello_rmcp_fields, NO_MORE);
	LIST_OUT(o, "certificates", f->certificates, hello_no_fields, certificate_out);
	amt_json_out_value(o, "expected", texts(f));
	for (size_t i = 0; i < f->ports.n; i++)
		json_array_append_new(ports, json_integer(f->ports.v[i]));
	amt_json_out_value(o, "ports", ports);
	hello_fields_out(counters, hello_counter_fields, f);
	json_object_foreach(counters, key, value) amt_json_out_value(o, key, json_incref(value));
	json_decref(counters);
	amt_json_out_value(o, "vantage", json_string(hello_vantage_name(f->vantage)));
}

json_t *hello_to_json(const struct hello_facts *f, bool swapped)
{
	struct amt_json_out o = {0};

	amt_json_out_open(&o, NULL, false);
	hello_write_facts(f, swapped, &o);
	amt_json_out_close(&o);
	return o.tree;
}
