/* Options of Kea as they reach a client: in text or bytes, of classes, and those that are held
 * back. Values of the server give way to those of classes, and these to those of a network, a
 * subnet, a pool and a reservation, in this order (Kea's Administrator Reference Manual, "Classes
 * and options"; tried with Kea 2.2). */
#include "names/export_kea.h"

#include "names/dhcp.h"
#include "names/message.h"

#include <arpa/inet.h>
#include <string.h>

#define CODE_MAX 255

struct codes {
	int64_t dns, domain, search, routers, wins;
	const char *space;
};
static const struct codes codes4 = {6, 15, 119, 3, 44, "dhcp4"};
/* DHCPv6 has a list of domains (24) and no single one. */
static const struct codes codes6 = {23, 24, 24, -1, -1, "dhcp6"};

static const struct codes *codes_of(const struct kea *k)
{
	return k->v6 ? &codes6 : &codes4;
}

/* Elements of a list as Kea takes them: commas between them, blanks around them don't count. */
static const char *const *split(struct export_reading *x, const char *data)
{
	const char *v[EXPORT_LIST_MAX];
	char copy[4096], *save = NULL;
	size_t n = 0;

	amt_str_copy(copy, sizeof(copy), data);
	for (char *s = strtok_r(copy, ",", &save); s && n < EXPORT_LIST_MAX;
	     s = strtok_r(NULL, ",", &save)) {
		s = amt_str_trim(s);
		if (*s)
			v[n++] = s;
	}
	return export_list(x, v, n);
}

/* "csv-format": false: the bytes of the option, in hex (0x, colons and blanks may be in it) or
 * as a text in single quotes. */
static bool raw_bytes(const char *data, struct amt_buf *b)
{
	uint8_t bytes[1024];
	size_t n = strlen(data);

	if (n >= 2 && data[0] == '\'' && data[n - 1] == '\'')
		return amt_buf_add(b, data + 1, n - 2);
	if (data[0] == '0' && (data[1] == 'x' || data[1] == 'X'))
		data += 2;
	long got = amt_hex_decode(data, bytes, sizeof(bytes));
	return got > 0 && amt_buf_add(b, bytes, (size_t)got);
}

static const char *const *raw_addresses(const struct kea *k, const struct amt_buf *b)
{
	const char *v[EXPORT_LIST_MAX];
	size_t n = 0, size = k->v6 ? 16 : 4;

	for (size_t i = 0; i + size <= b->len && n < EXPORT_LIST_MAX; i += size) {
		char text[INET6_ADDRSTRLEN];
		inet_ntop(k->v6 ? AF_INET6 : AF_INET, b->data + i, text, sizeof(text));
		v[n++] = amt_arena_strdup(&k->x->f->arena, text);
	}
	return export_list(k->x, v, n);
}

static void raw_option(const struct kea *k, int64_t code, const char *data,
		       struct amt_dhcp_reply *r)
{
	const struct codes *c = codes_of(k);
	struct amt_buf b;
	bool whole;

	amt_buf_init(&b, 4096);
	if (!raw_bytes(data, &b)) {
		if (k->x->notes)
			amt_note_add(k->x->notes, k->x->name, "option %lld: \"%.40s\" is no hex",
				     (long long)code, data);
	} else if (code == c->dns) {
		r->dns = raw_addresses(k, &b);
	} else if (code == c->routers) {
		r->routers = raw_addresses(k, &b);
	} else if (code == c->wins) {
		r->wins = raw_addresses(k, &b);
	} else if (code == c->search) {
		r->search =
			dhcp_search_list(&k->x->f->arena, (const uint8_t *)b.data, b.len, &whole);
	} else if (code == c->domain) {
		export_domain(k->x, r, amt_buf_cstr(&b));
		r->domain_fault = dhcp_domain_fault((const uint8_t *)b.data, b.len);
	}
	amt_buf_free(&b);
}

static void text_option(const struct kea *k, int64_t code, const char *data,
			struct amt_dhcp_reply *r)
{
	const struct codes *c = codes_of(k);
	const char *const *list = split(k->x, data);

	if (code == c->dns)
		r->dns = list;
	else if (code == c->routers)
		r->routers = list;
	else if (code == c->wins)
		r->wins = list;
	else if (code == c->search)
		r->search = list;
	else if (code == c->domain)
		/* It is for one name: what follows a comma is not sent. */
		export_domain(k->x, r, list[0] ? list[0] : "");
}

static int64_t code_of(const struct kea *k, const json_t *d)
{
	const struct codes *c = codes_of(k);
	const struct {
		const char *name;
		int64_t code;
	} known[] = {{"domain-name-servers", k->v6 ? 0 : c->dns},
		     {"dns-servers", k->v6 ? c->dns : 0},
		     {"routers", c->routers},
		     {"netbios-name-servers", c->wins},
		     {"domain-search", c->search},
		     {"domain-name", k->v6 ? 0 : c->domain}};
	const char *name = amt_json_get_str(d, "name"), *space = amt_json_get_str(d, "space");

	if (space && strcmp(space, c->space) != 0) /* a vendor's own numbers */
		return 0;
	for (size_t i = 0; name && i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(name, known[i].name))
			return known[i].code;
	return amt_json_get_int(d, "code", 0);
}

static void one_option(struct kea *k, const json_t *d, struct kea_level *l, bool own)
{
	const struct codes *c = codes_of(k);
	const char *data = amt_json_get_str(d, "data");
	int64_t code = code_of(k, d);

	if (code < 1 || code > CODE_MAX)
		return;
	if (code == c->dns) {
		l->own_dns |= own;
		l->never_dns |= amt_json_get_bool(d, "never-send", false);
	} else if (code == c->domain) {
		l->own_domain |= own;
		l->never_domain |= amt_json_get_bool(d, "never-send", false);
	}
	if (!data)
		return;
	if (amt_json_get_bool(d, "csv-format", true))
		text_option(k, code, data, &l->r);
	else
		raw_option(k, code, data, &l->r);
}

/* Names reach DNS only with both switches on: the server's (off by default) and the level's (on by
 * default). */
static void dynamic(struct kea *k, const json_t *o, struct kea_level *l)
{
	const json_t *send = json_object_get(o, "ddns-send-updates");

	if (json_is_false(send))
		export_dynamic(k->x, &l->r, false, "ddns-send-updates false");
	else if (json_is_true(send))
		export_dynamic(k->x, &l->r, k->updates_sent,
			       k->updates_sent ? "ddns-send-updates true"
					       : "ddns-send-updates true, but dhcp-ddns has no "
						 "\"enable-updates\": true");
}

void kea_options(struct kea *k, const json_t *o, struct kea_level *l, bool own)
{
	/* Two spellings of the same, up to 2.6 and from 2.7 on. */
	static const char *const evaluated[] = {"require-client-classes",
						"evaluate-additional-classes"};
	const json_t *list = json_object_get(o, "option-data");

	for (size_t i = 0; i < json_array_size(list); i++)
		one_option(k, json_array_get(list, i), l, own);
	for (size_t i = 0; i < sizeof(evaluated) / sizeof(*evaluated); i++) {
		const json_t *names = json_object_get(o, evaluated[i]);
		if (json_array_size(names) && l->n_evaluated < KEA_CLASS_LISTS)
			l->evaluated[l->n_evaluated++] = names;
	}
	dynamic(k, o, l);
	l->r.lease = amt_json_get_int(o, "valid-lifetime", l->r.lease);
}

bool kea_has_options(const struct kea *k, const json_t *o)
{
	const json_t *list = json_object_get(o, "option-data");

	for (size_t i = 0; i < json_array_size(list); i++) {
		int64_t code = code_of(k, json_array_get(list, i));
		if (code == codes_of(k)->dns || code == codes_of(k)->domain)
			return true;
	}
	return false;
}

/* ---- classes ---- */

/* Kea puts everybody into one of these: they say nothing about the kind of client. */
static bool is_anybody(const char *name)
{
	return !strcmp(name, "ALL") || !strcmp(name, "KNOWN") || !strcmp(name, "UNKNOWN");
}

void kea_restrict(struct kea *k, const json_t *o, struct kea_level *l)
{
	const json_t *list = json_object_get(o, "client-classes");
	const char *one = amt_json_get_str(o, "client-class");
	struct amt_buf b;
	bool any = false;

	amt_buf_init(&b, 4096);
	if (one && !is_anybody(one))
		amt_buf_printf(&b, "%s", one);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));
		any |= !name || is_anybody(name);
		if (name)
			amt_buf_printf(&b, "%s%s", b.len ? " or " : "", name);
	}
	if (b.len && !any)
		l->r.only_for = amt_arena_printf(&k->x->f->arena, "members of the class %s",
						 amt_buf_cstr(&b));
	amt_buf_free(&b);
}

void kea_classes(struct kea *k, const json_t *list)
{
	k->n_classes = 0;
	for (size_t i = 0; i < json_array_size(list) && k->n_classes < KEA_CLASSES; i++) {
		const json_t *class = json_array_get(list, i);
		const char *name = amt_json_get_str(class, "name");
		struct kea_level c = {0};

		if (!name || !kea_has_options(k, class))
			continue;
		kea_options(k, class, &c, true);
		const char *const *names = c.r.search;
		const char *domain = !k->v6 ? c.r.domain : names ? names[0] : NULL;
		const char *dns = c.r.dns ? c.r.dns[0] : NULL;
		k->classes[k->n_classes++] = (struct kea_class){
			.name = amt_arena_strdup(&k->x->f->arena, name),
			.dns = !c.own_dns            ? NULL
			       : c.never_dns || !dns ? "none"
						     : dns,
			.domain = !c.own_domain               ? NULL
				  : c.never_domain || !domain ? "none"
							      : domain,
			.on_demand = amt_json_get_bool(class, "only-if-required", false) ||
				     amt_json_get_bool(class, "only-in-additional-list", false),
		};
	}
}

static bool is_evaluated(const struct kea_level *l, const char *name)
{
	for (size_t i = 0; i < l->n_evaluated; i++)
		for (size_t n = 0; n < json_array_size(l->evaluated[i]) && n < KEA_CLASSES; n++) {
			const char *s = json_string_value(json_array_get(l->evaluated[i], n));
			if (s && !strcmp(s, name))
				return true;
		}
	return false;
}

/* "members of the class phones get voip.test" for each class that a client of the scope can be in.
 */
static const char *class_doubt(struct kea *k, const struct kea_level *l, bool domain)
{
	const char *doubt = NULL;

	for (size_t i = 0; i < k->n_classes; i++) {
		const struct kea_class *c = &k->classes[i];
		const char *value = domain ? c->domain : c->dns;
		if (value && (!c->on_demand || is_evaluated(l, c->name)) &&
		    (!doubt || strlen(doubt) <= EXPORT_REMARK_MAX))
			doubt = export_also(k->x, doubt, "; ",
					    amt_arena_printf(&k->x->f->arena,
							     "members of the class %s get %s",
							     c->name, value));
	}
	return doubt;
}

void kea_emit(struct kea *k, struct kea_level l)
{
	struct amt_arena *a = &k->x->f->arena;
	struct amt_dhcp_reply *r = &l.r;
	bool domain;

	if (!r->doubt_dns && !l.own_dns && !l.never_dns)
		r->doubt_dns = class_doubt(k, &l, false);
	if (!r->doubt_domain && !l.own_domain && !l.never_domain)
		r->doubt_domain = class_doubt(k, &l, true);
	if (k->x->notes &&
	    ((l.never_dns && r->dns) || (l.never_domain && (r->domain || r->search))))
		amt_note_add(
			k->x->notes, r->source,
			"an option that is set is not sent: \"never-send\" is said of it, here or "
			"further out");
	if (l.never_dns)
		r->dns = NULL;
	if (l.never_domain) {
		r->domain = r->domain_fault = NULL;
		r->search = k->v6 ? NULL : r->search;
	}
	domain = k->v6 ? r->search != NULL : r->domain != NULL;
	if (k->includes && !r->dns && !r->doubt_dns && !l.never_dns)
		r->doubt_dns = amt_arena_printf(a, "%s was not read", k->includes);
	if (k->includes && !domain && !r->doubt_domain && !l.never_domain)
		r->doubt_domain = amt_arena_printf(a, "%s was not read", k->includes);
	export_emit(k->x, r);
}
