/* Which servers are asked, and for which suffixes. */
#include "names/run.h"

#include <arpa/inet.h>
#include <string.h>

#define RESOLV_LINE 1024

bool dns_server_parse(const char *text, struct amt_addr *out, struct amt_error *err)
{
	char host[128];
	uint64_t port = 53;
	const char *colon = strrchr(text, ':');

	if (text[0] == '[') {
		const char *close = strchr(text, ']');
		if (!close || (close[1] && close[1] != ':') ||
		    (size_t)(close - text) > sizeof(host))
			return amt_fail(err, "DNS server '%s': want [ADDRESS]:PORT", text);
		amt_str_copy(host, (size_t)(close - text), text + 1);
		colon = close[1] ? close + 1 : NULL;
	} else if (colon && strchr(text, ':') == colon) {
		if ((size_t)(colon - text) >= sizeof(host))
			return amt_fail(err, "DNS server '%s': not an address", text);
		amt_str_copy(host, (size_t)(colon - text) + 1, text);
	} else {
		amt_str_copy(host, sizeof(host), text);
		colon = NULL;
	}
	if (colon && !amt_num_u64(colon + 1, 1, 65535, &port, err))
		return amt_fail_prefix(err, "DNS server '%s'", text);
	return amt_addr_parse(host, (unsigned)port, out, err) ||
	       amt_fail_prefix(err, "DNS server '%s'", text);
}

bool names_add_server(struct names_run *r, const struct amt_addr *addr, const char *origin,
		      bool clients)
{
	struct amt_names_facts *f = r->f;
	char text[AMT_ADDR_TEXT];
	unsigned index;

	amt_addr_format(addr, text);
	for (size_t i = 0; i < f->servers.n; i++) {
		struct amt_dns_server *s = &f->servers.v[i];
		if (s->port == amt_addr_port(addr) && !strcmp(s->address, text)) {
			s->clients |= clients;
			return true;
		}
	}
	if (!dns_asker_add(r->asker, addr, &index, r->err))
		return false;
	amt_vec_push(&f->servers,
		     (struct amt_dns_server){.address = amt_arena_strdup(&f->arena, text),
					     .port = amt_addr_port(addr),
					     .origin = amt_arena_strdup(&f->arena, origin),
					     .clients = clients});
	return true;
}

bool names_list_add(struct amt_names_facts *f, struct amt_strlist *l, const char *s)
{
	size_t n = strlen(s);

	while (n && s[n - 1] == '.')
		n--;
	const char *copy = amt_arena_strndup(&f->arena, s, n);
	if (amt_strlist_has(l, copy))
		return false;
	amt_vec_push(l, copy);
	return true;
}

void names_add_suffix(struct names_run *r, const char *suffix)
{
	while (*suffix == '.')
		suffix++;
	if (!*suffix)
		return;
	if (!amt_dns_name_valid(suffix)) {
		if (r->o->notes)
			amt_note_add(r->o->notes, suffix,
				     "is not a DNS suffix that can be asked for");
		return;
	}
	names_list_add(r->f, &r->f->suffixes, suffix);
}

/* resolv.conf(5): nameserver, search, domain. */
static bool read_resolv_conf(struct names_run *r, const char *path, bool servers, bool suffixes)
{
	struct amt_lines l;
	struct amt_error err;
	char *text;
	size_t len;
	bool good = true;

	if (!amt_lines_open(&l, path, RESOLV_LINE, &err)) {
		if (r->o->notes)
			amt_note_add(r->o->notes, path, "%s", err.text);
		return true;
	}
	while (good && amt_lines_next(&l, &text, &len, &err)) {
		char *save = NULL, *word = strtok_r(text, " \t", &save);
		if (!word || *word == '#' || *word == ';')
			continue;
		bool ns = !strcmp(word, "nameserver"),
		     dom = !strcmp(word, "search") || !strcmp(word, "domain");
		while ((ns || dom) && good && (word = strtok_r(NULL, " \t", &save))) {
			struct amt_addr a;
			if (dom && suffixes && strcmp(word, ".") != 0)
				names_add_suffix(r, word);
			if (!ns || !servers)
				continue;
			if (amt_addr_parse(word, 53, &a, &err))
				good = names_add_server(r, &a, path, true);
			else if (r->o->notes)
				amt_note_add(r->o->notes, path, "line %llu: %s",
					     (unsigned long long)l.line, err.text);
			break; /* one a line; the resolver takes no notice of what follows */
		}
	}
	amt_lines_close(&l);
	return good;
}

static bool from_dhcp(struct names_run *r)
{
	struct amt_names_facts *f = r->f;

	for (size_t i = 0; i < f->dhcp.n; i++) {
		const struct amt_dhcp_reply *d = &f->dhcp.v[i];
		/* Exports and captures can be of places and times that this machine does not see:
		 * only what was offered to us now leads to questions. */
		if (!d->asked)
			continue;
		for (size_t k = 0; !r->o->servers.n && d->dns && d->dns[k]; k++) {
			struct amt_addr a;
			const char *origin =
				amt_arena_printf(&f->arena, "DHCP option 6 of %s", d->server);
			if (amt_addr_parse(d->dns[k], 53, &a, NULL) &&
			    !names_add_server(r, &a, origin, true))
				return false;
		}
		if (d->domain && *d->domain && !d->domain_fault)
			names_add_suffix(r, d->domain);
	}
	return true;
}

bool names_find_servers(struct names_run *r)
{
	const struct amt_names_options *o = r->o;

	for (size_t i = 0; i < o->servers.n; i++) {
		struct amt_addr a;
		struct amt_error err;
		if (!dns_server_parse(o->servers.v[i], &a, &err)) {
			if (o->notes)
				amt_note_add(o->notes, o->servers.v[i], "%s", err.text);
		} else if (!names_add_server(r, &a, "option", true)) {
			return false;
		}
	}
	for (size_t i = 0; i < o->suffixes.n; i++)
		names_add_suffix(r, o->suffixes.v[i]);
	if (!from_dhcp(r))
		return false;
	for (size_t i = 0; i < o->ad_domains.n; i++)
		names_add_suffix(r, o->ad_domains.v[i]);
	if (!o->resolv_conf)
		return true;
	return read_resolv_conf(r, o->resolv_conf, r->f->servers.n == 0, r->f->suffixes.n == 0);
}
