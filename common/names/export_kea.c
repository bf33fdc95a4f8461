/* Kea's configuration of DHCPv4: JSON with remarks. */
#include "names/export.h"

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

static void options(struct export_reading *x, const json_t *o, struct amt_dhcp_reply *r)
{
	const json_t *list = json_object_get(o, "option-data");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *d = json_array_get(list, i);
		const char *name = amt_json_get_str(d, "name"), *data = amt_json_get_str(d, "data");
		int64_t code = amt_json_get_int(d, "code", 0);
		if (!data)
			continue;
		if (!name)
			name = "";
		if (!strcmp(name, "domain-name-servers") || code == 6)
			r->dns = split(x, data);
		else if (!strcmp(name, "routers") || code == 3)
			r->routers = split(x, data);
		else if (!strcmp(name, "netbios-name-servers") || code == 44)
			r->wins = split(x, data);
		else if (!strcmp(name, "domain-search") || code == 119)
			r->search = split(x, data);
		else if (!strcmp(name, "domain-name") || code == 15)
			export_domain(x, r, data);
	}
	if (json_is_boolean(json_object_get(o, "ddns-send-updates"))) {
		bool on = amt_json_get_bool(o, "ddns-send-updates", true);
		export_dynamic(x, r, on, on ? "ddns-send-updates true" : "ddns-send-updates false");
	}
	r->lease = amt_json_get_int(o, "valid-lifetime", r->lease);
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
