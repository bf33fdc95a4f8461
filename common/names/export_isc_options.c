/* Options of dhcpd.conf: whose they are, and what classes and conditions leave open. */
#include "names/export_isc.h"

#include "names/dhcp.h"

#include <stdlib.h>

/* Quoted text with its "\000", "\x2e" and "\"". */
static void domain(struct isc *k, struct amt_dhcp_reply *r, const char *text)
{
	uint8_t b[512];
	size_t n = 0;

	for (const char *p = text; *p && n < sizeof(b) - 1; n++) {
		char *stop;
		if (p[0] == '\\' && p[1] >= '0' && p[1] <= '3') {
			char digits[4] = {0};
			amt_str_copy(digits, sizeof(digits), p + 1);
			b[n] = (uint8_t)strtoul(digits, &stop, 8);
			p += 1 + (stop - digits);
		} else {
			p += p[0] == '\\' && p[1];
			b[n] = (uint8_t)*p++;
		}
	}
	b[n] = '\0';
	export_domain(k->x, r, (const char *)b);
	r->domain_fault = dhcp_domain_fault(b, n);
}

/* A class says what its members get, a condition that its level's value is open. True: the option
 * is settled by that. */
static bool is_open(struct isc *k, bool is_domain, const char *value)
{
	struct amt_arena *a = &k->x->f->arena;
	size_t at = k->depth;

	while (at && k->level[at].block == ISC_CONDITION)
		at--;
	struct isc_level *l = &k->level[at];
	if (l->block == ISC_CLASS) {
		const char **doubt = is_domain ? &k->class_domain : &k->class_dns;
		if (k->globals)
			*doubt = export_also(k->x, *doubt, "; ",
					     amt_arena_printf(a, "members of the class %s get %s",
							      l->name, value));
		return true;
	}
	if (at == k->depth)
		return false;
	const char *words = amt_arena_printf(a, "line %llu: a condition decides whether it is %s",
					     (unsigned long long)k->line, value);
	for (; at <= k->depth; at++) {
		l = &k->level[at];
		*(is_domain ? &l->maybe_domain : &l->maybe_dns) = true;
		*(is_domain ? &l->r.doubt_domain : &l->r.doubt_dns) = words;
	}
	return true;
}

static void set_domain(struct isc *k, struct isc_level *l)
{
	size_t at = isc_is(k, 2, "=") ? 3 : 2;

	if (at == 3 && !(k->n == 4 && k->quoted)) {
		if (!k->globals && k->x->notes)
			amt_note_add(k->x->notes, k->x->name,
				     "line %llu: the domain is computed for each client, which is "
				     "not followed here",
				     (unsigned long long)k->line);
		return;
	}
	if (is_open(k, true, k->v[at]))
		return;
	domain(k, &l->r, k->v[at]);
	l->own_domain = true;
	if (!l->maybe_domain)
		l->r.doubt_domain = NULL;
}

void isc_option(struct isc *k, struct isc_level *l)
{
	size_t n = k->n - 2 > EXPORT_LIST_MAX ? EXPORT_LIST_MAX : k->n - 2;
	const char *const *list;

	if (isc_is(k, 1, "domain-name")) {
		set_domain(k, l);
		return;
	}
	if (isc_is(k, 1, "domain-name-servers")) {
		if (is_open(k, false, k->v[2]))
			return;
		l->own_dns = true;
		if (!l->maybe_dns)
			l->r.doubt_dns = NULL;
	}
	list = export_list(k->x, k->v + 2, n);
	if (isc_is(k, 1, "domain-name-servers"))
		l->r.dns = list;
	else if (isc_is(k, 1, "routers"))
		l->r.routers = list;
	else if (isc_is(k, 1, "netbios-name-servers"))
		l->r.wins = list;
	else if (isc_is(k, 1, "domain-search"))
		l->r.search = list;
	else if (isc_is(k, 1, "dhcp6.name-servers"))
		l->dns6 = list;
	else if (isc_is(k, 1, "dhcp6.domain-search"))
		l->search6 = list;
}
