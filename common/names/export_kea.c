/* Kea's configuration of DHCPv4: JSON with remarks. */
#include "names/export.h"

#include "names/dhcp.h"

#include <stdlib.h>
#include <string.h>

/* JSON has no remarks, Kea's files have three kinds; they become blanks. */
static void blank_remarks(char *p, char *end)
{
	bool quoted = false;

	for (; p < end; p++) {
		if (*p == '\\' && quoted && p + 1 < end) {
			p++;
		} else if (*p == '"') {
			quoted = !quoted;
		} else if (!quoted && (*p == '#' || (*p == '/' && p + 1 < end && p[1] == '/'))) {
			while (p < end && *p != '\n')
				*p++ = ' ';
		} else if (!quoted && *p == '/' && p + 1 < end && p[1] == '*') {
			while (p < end && !(*p == '*' && p + 1 < end && p[1] == '/'))
				*p++ = ' ';
			if (p < end)
				*p++ = ' ';
			if (p < end)
				*p = ' ';
		}
	}
}

static const char *const *split(struct export_reading *x, const char *data)
{
	const char *v[EXPORT_LIST_MAX];
	char copy[2048], *save = NULL;
	size_t n = 0;

	amt_str_copy(copy, sizeof(copy), data);
	for (char *s = strtok_r(copy, ", ", &save); s && n < EXPORT_LIST_MAX;
	     s = strtok_r(NULL, ", ", &save))
		v[n++] = s;
	return export_list(x, v, n);
}

/* "csv-format": false: the bytes of the option, in hex (0x, colons and blanks may be in it) or
 * as a text in single quotes. */
static bool raw_bytes(const char *data, struct amt_buf *b)
{
	uint8_t bytes[255];
	size_t n = strlen(data);

	if (n >= 2 && data[0] == '\'' && data[n - 1] == '\'')
		return amt_buf_add(b, data + 1, n - 2);
	if (data[0] == '0' && (data[1] == 'x' || data[1] == 'X'))
		data += 2;
	long got = amt_hex_decode(data, bytes, sizeof(bytes));
	return got > 0 && amt_buf_add(b, bytes, (size_t)got);
}

static const char *const *raw_addresses(struct export_reading *x, const struct amt_buf *b)
{
	const char *v[EXPORT_LIST_MAX];
	size_t n = 0;

	for (size_t i = 0; i + 4 <= b->len; i += 4) {
		const uint8_t *p = (const uint8_t *)b->data + i;
		v[n++] = amt_arena_printf(&x->f->arena, "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
		if (n == EXPORT_LIST_MAX)
			break;
	}
	return export_list(x, v, n);
}

static void raw_option(struct export_reading *x, int64_t code, const char *data,
		       struct amt_dhcp_reply *r)
{
	struct amt_buf b;

	amt_buf_init(&b, 4096);
	if (!raw_bytes(data, &b)) {
		if (x->notes)
			amt_note_add(x->notes, x->name, "option %lld: \"%.40s\" is no hex",
				     (long long)code, data);
	} else if (code == 6) {
		r->dns = raw_addresses(x, &b);
	} else if (code == 3) {
		r->routers = raw_addresses(x, &b);
	} else if (code == 44) {
		r->wins = raw_addresses(x, &b);
	} else if (code == 15) {
		export_domain(x, r, amt_buf_cstr(&b));
		r->domain_fault = dhcp_domain_fault((const uint8_t *)b.data, b.len);
	}
	amt_buf_free(&b);
}

static int64_t code_of(const json_t *d)
{
	static const struct {
		const char *name;
		int64_t code;
	} known[] = {{"domain-name-servers", 6},
		     {"routers", 3},
		     {"netbios-name-servers", 44},
		     {"domain-search", 119},
		     {"domain-name", 15}};
	const char *name = amt_json_get_str(d, "name"), *space = amt_json_get_str(d, "space");

	if (space && strcmp(space, "dhcp4") != 0) /* a vendor's own numbers */
		return 0;
	for (size_t i = 0; name && i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(name, known[i].name))
			return known[i].code;
	return amt_json_get_int(d, "code", 0);
}

static void options(struct export_reading *x, const json_t *o, struct amt_dhcp_reply *r)
{
	const json_t *list = json_object_get(o, "option-data");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *d = json_array_get(list, i);
		const char *data = amt_json_get_str(d, "data");
		int64_t code = code_of(d);
		if (!data || !code)
			continue;
		if (!amt_json_get_bool(d, "csv-format", true))
			raw_option(x, code, data, r);
		else if (code == 6)
			r->dns = split(x, data);
		else if (code == 3)
			r->routers = split(x, data);
		else if (code == 44)
			r->wins = split(x, data);
		else if (code == 119)
			r->search = split(x, data);
		else if (code == 15)
			export_domain(x, r, data);
	}
	if (json_is_boolean(json_object_get(o, "ddns-send-updates"))) {
		bool on = amt_json_get_bool(o, "ddns-send-updates", true);
		export_dynamic(x, r, on, on ? "ddns-send-updates true" : "ddns-send-updates false");
	}
	r->lease = amt_json_get_int(o, "valid-lifetime", r->lease);
}

/* Pools may have options of their own, and clients get those. False: no pool does without them. */
static bool pools(struct export_reading *x, const json_t *list, const struct amt_dhcp_reply *subnet)
{
	bool plain = json_array_size(list) == 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *p = json_array_get(list, i);
		const char *range = amt_json_get_str(p, "pool");
		struct amt_dhcp_reply r = *subnet;

		if (json_array_size(json_object_get(p, "option-data")) == 0) {
			plain = true;
			continue;
		}
		r.source = amt_arena_printf(&x->f->arena, "%s pool %zu", subnet->source, i + 1);
		r.scope = amt_arena_printf(&x->f->arena, "%s pool %s", subnet->scope,
					   range ? range : "?");
		options(x, p, &r);
		export_emit(x, &r);
	}
	return plain;
}

static void subnets(struct export_reading *x, const json_t *o, const struct amt_dhcp_reply *outer)
{
	const json_t *list = json_object_get(o, "subnet4");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *s = json_array_get(list, i);
		const char *subnet = amt_json_get_str(s, "subnet");
		struct amt_dhcp_reply r = *outer;
		r.source = amt_arena_printf(&x->f->arena, "%s subnet4 %zu", x->name, i + 1);
		r.scope = amt_arena_strdup(&x->f->arena, subnet ? subnet : "?");
		r.subnet = r.scope;
		options(x, s, &r);
		r.inactive = json_array_size(json_object_get(s, "pools")) == 0;
		if (pools(x, json_object_get(s, "pools"), &r))
			export_emit(x, &r);
	}
}

bool export_kea(struct export_reading *x, const char *text, size_t n, struct amt_error *err)
{
	char *copy = amt_malloc(n + 1);
	json_error_t why;
	json_t *doc;

	memcpy(copy, text, n);
	copy[n] = '\0';
	blank_remarks(copy, copy + n);
	doc = json_loadb(copy, n, 0, &why);
	free(copy);
	if (!doc)
		return amt_fail(err, "%s: line %d: %s", x->name, why.line, why.text);
	const json_t *d = json_object_get(doc, "Dhcp4");
	const json_t *shared = json_object_get(d, "shared-networks");
	struct amt_dhcp_reply r = export_scope(x, 1);
	options(x, d, &r);
	subnets(x, d, &r);
	for (size_t i = 0; i < json_array_size(shared); i++) {
		struct amt_dhcp_reply inner = r;
		options(x, json_array_get(shared, i), &inner);
		subnets(x, json_array_get(shared, i), &inner);
	}
	json_decref(doc);
	return true;
}
