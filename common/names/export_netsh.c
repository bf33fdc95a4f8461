/* 'netsh dhcp server dump': one command a line, scopes by their network address. */
#include "names/export.h"

#include <string.h>

#define WORDS_MAX 48
/* Option 81 of a scope, as Windows keeps its DNS settings there: bit 0 switches updates on.
 * Not documented in the guide; general Windows knowledge, hence only ever a warning. */
#define DNS_ENABLED 1

struct netsh {
	struct export_reading *x;
	struct amt_map scopes; /* "server network" to index + 1 */
	struct AMT_VEC(struct amt_dhcp_reply) list;
	struct AMT_VEC(struct amt_dhcp_reply) reserved; /* subnet: the scope that it is in */
	struct amt_dhcp_reply
		server; /* options of the server, for scopes that have none of their own */
	bool has_server;
	uint64_t line, odd;
};

/* Words of a line; quotes hold blanks together. In place. */
static size_t words_of(char *s, const char *v[WORDS_MAX])
{
	size_t n = 0;

	for (;;) {
		s += strspn(s, " \t\r");
		if (!*s || n == WORDS_MAX)
			return n;
		if (*s == '"') {
			v[n++] = ++s;
			s += strcspn(s, "\"");
		} else {
			v[n++] = s;
			s += strcspn(s, " \t\r");
		}
		if (*s)
			*s++ = '\0';
	}
}

static bool is(const char *const *v, size_t n, size_t at, const char *word)
{
	return at < n && !amt_strcasecmp(v[at], word);
}

static struct amt_dhcp_reply *scope_at(struct netsh *k, const char *server, const char *network)
{
	char key[128];
	struct amt_buf b;
	bool is_new;

	amt_buf_init(&b, sizeof(key) - 1);
	amt_buf_printf(&b, "%s %s", server, network);
	amt_str_copy(key, sizeof(key), amt_buf_cstr(&b));
	amt_buf_free(&b);
	union amt_map_value *place = amt_map_put_str(&k->scopes, key, &is_new);
	if (is_new) {
		if (k->list.n >= EXPORT_SCOPES_MAX) {
			place->n = 1;
			return &k->list.v[0];
		}
		struct amt_dhcp_reply r = export_scope(k->x, k->line);
		r.server = amt_arena_strdup(&k->x->f->arena, server);
		r.scope = amt_arena_strdup(&k->x->f->arena, network);
		r.subnet = r.scope;
		amt_vec_push(&k->list, r);
		place->n = k->list.n;
	}
	return &k->list.v[place->n - 1];
}

/* 'user="Default Network Access Protection Class"': values for clients that say that they are of
 * that class, which AMT is not known to do. 'user=""' names no class. */
static bool of_a_class(const char *word)
{
	const char *value = strchr(word, '=');

	return value && value[1] && strcmp(value + 1, "\"\"") != 0 &&
	       (!amt_strncasecmp(word, "user=", 5) || !amt_strncasecmp(word, "vendor=", 7));
}

/* "set optionvalue CODE TYPE [user=...] VALUE..." */
static void option_value(struct netsh *k, struct amt_dhcp_reply *r, const char *const *v, size_t n)
{
	uint64_t code, number = 0;
	size_t at = 2;

	if (n < 3 || !amt_num_u64(v[0], 1, 255, &code, NULL))
		return;
	for (; at < n && strchr(v[at], '='); at++)
		if (of_a_class(v[at]))
			return;
	if (at == n)
		return;
	if (code == 3 || code == 6 || code == 44) {
		const char *const *l = export_list(
			k->x, v + at, n - at > EXPORT_LIST_MAX ? EXPORT_LIST_MAX : n - at);
		*(code == 3 ? &r->routers : code == 6 ? &r->dns : &r->wins) = l;
	} else if (code == 15) {
		export_domain(k->x, r, v[at]);
	} else if (code == 51 && amt_num_u64(v[at], 0, UINT32_MAX, &number, NULL)) {
		r->lease = (int64_t)number;
	} else if (code == 81 && amt_num_u64(v[at], 0, UINT32_MAX, &number, NULL)) {
		export_dynamic(k->x, r, number & DNS_ENABLED,
			       amt_arena_printf(&k->x->f->arena,
						"option 81 is %llu: dynamic updates %s",
						(unsigned long long)number,
						number & DNS_ENABLED ? "on" : "off"));
	}
}

static void dns_config(struct netsh *k, struct amt_dhcp_reply *r, const char *enable)
{
	bool on = !strcmp(enable, "1");

	export_dynamic(k->x, r, on,
		       on ? "dnsconfig: dynamic updates on" : "dnsconfig: dynamic updates off");
}

static bool server_line(struct netsh *k, const char *const *v, size_t n)
{
	if (!k->has_server) {
		k->server = export_scope(k->x, k->line);
		k->has_server = true;
	}
	if (is(v, n, 3, "add") && is(v, n, 4, "scope") && n >= 7) {
		struct amt_dhcp_reply *r = scope_at(k, v[2], v[5]);
		r->mask = amt_arena_strdup(&k->x->f->arena, v[6]);
		/* switched on by a line of its own, which a dump always has */
		return true;
	}
	if (is(v, n, 3, "set") && is(v, n, 4, "optionvalue"))
		option_value(k, &k->server, v + 5, n - 5);
	else if (is(v, n, 3, "set") && is(v, n, 4, "dnsconfig") && n > 5)
		dns_config(k, &k->server, v[5]);
	return true;
}

/* "set reservedoptionvalue ADDRESS CODE TYPE VALUE...": what one client gets before all others. */
static void reservation(struct netsh *k, const struct amt_dhcp_reply *scope, const char *const *v,
			size_t n)
{
	struct amt_dhcp_reply *r = NULL;
	const char *name;

	if (strcmp(v[1], "6") != 0 && strcmp(v[1], "15") != 0)
		return;
	name = amt_arena_printf(&k->x->f->arena, "%s reservation %s", scope->scope, v[0]);
	/* A dump gives the options of one reservation in one go. */
	if (k->reserved.n)
		r = &k->reserved.v[k->reserved.n - 1];
	if (!r || strcmp(r->scope, name) != 0 || strcmp(r->server, scope->server) != 0) {
		if (k->reserved.n >= EXPORT_SCOPES_MAX)
			return;
		struct amt_dhcp_reply fresh = export_scope(k->x, k->line);
		fresh.server = scope->server;
		fresh.scope = name;
		fresh.subnet = scope->scope;
		amt_vec_push(&k->reserved, fresh);
		r = &k->reserved.v[k->reserved.n - 1];
	}
	option_value(k, r, v + 1, n - 1);
}

static bool scope_line(struct netsh *k, const char *const *v, size_t n)
{
	struct amt_dhcp_reply *r = scope_at(k, v[2], v[4]);

	if (is(v, n, 5, "set") && is(v, n, 6, "state") && n > 7)
		/* 0 and 2 are off; 1 and 3 on (2 and 3: with a switched network) */
		r->inactive = !strcmp(v[7], "0") || !strcmp(v[7], "2");
	else if (is(v, n, 5, "set") && is(v, n, 6, "optionvalue"))
		option_value(k, r, v + 7, n - 7);
	else if (is(v, n, 5, "set") && is(v, n, 6, "reservedoptionvalue") && n > 9)
		reservation(k, r, v + 7, n - 7);
	else if (is(v, n, 5, "set") && is(v, n, 6, "dnsconfig") && n > 7)
		dns_config(k, r, v[7]);
	return true;
}

static bool line_of(struct netsh *k, char *text)
{
	const char *v[WORDS_MAX];
	size_t n = words_of(text, v);

	if (n == 0 || v[0][0] == '#')
		return true;
	if (n < 4 || !is(v, n, 0, "dhcp") || !is(v, n, 1, "server"))
		return false;
	v[2] += strspn(v[2], "\\");
	if (is(v, n, 3, "scope") && n >= 6)
		return scope_line(k, v, n);
	return server_line(k, v, n);
}

/* What a scope does not set, the server does. */
static void inherit(struct amt_dhcp_reply *r, const struct amt_dhcp_reply *from)
{
	if (!r->dns)
		r->dns = from->dns;
	if (!r->routers)
		r->routers = from->routers;
	if (!r->wins)
		r->wins = from->wins;
	if (!r->domain) {
		r->domain = from->domain;
		r->domain_fault = from->domain_fault;
	}
	if (r->lease < 0)
		r->lease = from->lease;
	if (!r->dynamic_update) {
		r->dynamic_update = from->dynamic_update;
		r->fqdn_flags = from->fqdn_flags;
	}
}

bool export_netsh(struct export_reading *x, char *text, size_t n)
{
	struct netsh k = {.x = x};
	char *end = text + n;

	while (text < end) {
		char *stop = memchr(text, '\n', (size_t)(end - text));
		if (!stop)
			stop = end;
		*stop = '\0';
		k.line++;
		if (!line_of(&k, text) && k.odd++ == 0 && x->notes)
			amt_note_add(x->notes, x->name,
				     "line %llu is no netsh command; such lines are left out",
				     (unsigned long long)k.line);
		text = stop + 1;
	}
	for (size_t i = 0; i < k.list.n; i++) {
		if (k.has_server)
			inherit(&k.list.v[i], &k.server);
		export_emit(x, &k.list.v[i]);
	}
	for (size_t i = 0; i < k.reserved.n; i++) {
		struct amt_dhcp_reply *r = &k.reserved.v[i];
		const struct amt_dhcp_reply *scope = scope_at(&k, r->server, r->subnet);
		inherit(r, scope);
		r->mask = scope->mask;
		r->inactive = scope->inactive;
		/* Only values for a class of clients: nothing of its own. */
		if (r->dns != scope->dns || r->domain != scope->domain)
			export_emit(x, r);
	}
	amt_vec_free(&k.reserved);
	amt_vec_free(&k.list);
	amt_map_free(&k.scopes);
	return true;
}
