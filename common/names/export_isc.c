/* dhcpd.conf of ISC DHCP: statements ended by ';', blocks in braces, inner ones inherit. What a
 * client gets is decided by its host, its class, its pool, its subnet, its shared network, its
 * group and what stands outside of all, in this order (dhcpd.conf(5), "SCOPING"). */
#include "names/export_isc.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static void skip_blanks(struct isc *k)
{
	while (k->p < k->end) {
		if (*k->p == '#')
			while (k->p < k->end && *k->p != '\n')
				k->p++;
		else if (strchr(" \t\r\n,", *k->p))
			k->line += *k->p++ == '\n';
		else
			return;
	}
}

/* Words up to ';' '{' or '}', which is returned; '\0' at the end. */
static char statement(struct isc *k)
{
	k->n = 0;
	amt_arena_reset(&k->words);
	for (;;) {
		skip_blanks(k);
		if (k->p == k->end)
			return '\0';
		if (strchr(";{}", *k->p))
			return *k->p++;
		const char *start = k->p, *stop;
		k->quoted = *start == '"';
		if (k->quoted) {
			start = ++k->p;
			while (k->p < k->end && *k->p != '"') {
				k->p += *k->p == '\\' && k->p + 1 < k->end;
				k->line += *k->p++ == '\n';
			}
			stop = k->p;
			k->p += k->p < k->end;
		} else {
			while (k->p < k->end && !strchr(" \t\r\n,;{}#\"", *k->p))
				k->p++;
			stop = k->p;
		}
		if (k->n < ISC_WORDS_MAX)
			k->v[k->n++] = amt_arena_strndup(&k->words, start, (size_t)(stop - start));
	}
}

static char *keep(struct isc *k, const char *text)
{
	return amt_arena_strdup(&k->x->f->arena, text);
}

/* ---- other statements ---- */

/* Names are registered with a style, and where updates are not switched off. */
static void registering(struct isc *k, struct isc_level *l)
{
	const char *words = amt_arena_printf(&k->x->f->arena, "%s %s", k->v[0], k->v[1]);

	if (isc_is(k, 0, "ddns-update-style")) {
		l->style = true;
		l->style_none = isc_is(k, 1, "none");
	} else {
		l->updates_off = !isc_is(k, 1, "on") && !isc_is(k, 1, "true");
	}
	/* The style is none unless it is set, here or in a file that was not read. */
	bool none = l->style ? l->style_none : !k->globals && !k->includes;
	if (!l->style && none)
		words = amt_arena_printf(&k->x->f->arena, "%s, but no ddns-update-style", words);
	else if (l->style_none && !isc_is(k, 1, "none"))
		words = amt_arena_printf(&k->x->f->arena, "%s, but ddns-update-style none", words);
	else if (l->updates_off && isc_is(k, 0, "ddns-update-style"))
		words = amt_arena_printf(&k->x->f->arena, "%s, but ddns-updates off", words);
	export_dynamic(k->x, &l->r, !none && !l->updates_off, words);
}

static void add_range(struct isc *k, const char *text)
{
	struct in_addr a;

	if (k->globals && inet_pton(AF_INET, text, &a) == 1)
		amt_vec_push(&k->ranges, (struct isc_range){ntohl(a.s_addr), false});
}

static void range(struct isc *k, struct isc_level *l)
{
	size_t at = isc_is(k, 1, "dynamic-bootp") ? 2 : 1;

	if (at >= k->n)
		return;
	add_range(k, k->v[at]);
	if (!l->range)
		l->range = amt_arena_printf(&k->x->f->arena, "%s - %s", k->v[at],
					    at + 1 < k->n ? k->v[at + 1] : k->v[at]);
}

static void include(struct isc *k)
{
	if (k->globals)
		k->includes = export_also(k->x, k->includes, ", ", k->v[1]);
	else if (k->x->notes)
		amt_note_add(k->x->notes, k->x->name,
			     "line %llu: %s is included and not read: scopes and options in it are "
			     "missing here; give that file as well",
			     (unsigned long long)k->line, k->v[1]);
}

static void setting(struct isc *k)
{
	struct isc_level *l = &k->level[k->depth];
	uint64_t number;

	if (isc_is(k, 0, "option") && k->n >= 3) {
		isc_option(k, l);
	} else if (isc_is(k, 0, "default-lease-time") && k->n == 2 &&
		   amt_num_u64(k->v[1], 0, UINT32_MAX, &number, NULL)) {
		l->r.lease = (int64_t)number;
	} else if ((isc_is(k, 0, "ddns-update-style") || isc_is(k, 0, "ddns-updates")) &&
		   k->n == 2) {
		registering(k, l);
	} else if (isc_is(k, 0, "include") && k->n == 2) {
		include(k);
	} else if (isc_is(k, 0, "range")) {
		range(k, l);
	} else if (isc_is(k, 0, "fixed-address")) {
		for (size_t i = 1; i < k->n; i++)
			add_range(k, k->v[i]);
	} else if (isc_is(k, 0, "allow") && isc_is(k, 1, "members") && k->n >= 4 &&
		   l->block == ISC_POOL) {
		l->r.only_for = amt_arena_printf(&k->x->f->arena, "members of the class %s",
						 k->v[k->n - 1]);
	}
}

/* ---- blocks ---- */

static enum isc_block block_of(const struct isc *k)
{
	static const struct {
		const char *word;
		enum isc_block block;
	} known[] = {{"group", ISC_GROUP},     {"pool", ISC_POOL},        {"host", ISC_HOST},
		     {"class", ISC_CLASS},     {"subclass", ISC_CLASS},   {"if", ISC_CONDITION},
		     {"elsif", ISC_CONDITION}, {"else", ISC_CONDITION},   {"switch", ISC_CONDITION},
		     {"case", ISC_CONDITION},  {"default", ISC_CONDITION}};

	if (isc_is(k, 0, "subnet") && k->n >= 4)
		return ISC_SUBNET;
	if (isc_is(k, 0, "subnet6") && k->n >= 2)
		return ISC_SUBNET6;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (isc_is(k, 0, known[i].word))
			return known[i].block;
	return ISC_OTHER;
}

static void open_block(struct isc *k)
{
	struct isc_level *l, *outer = &k->level[k->depth];

	if (k->depth + 1 == ISC_DEPTH_MAX) {
		/* Deeper than anybody writes: counted on the last level. */
		k->deeper++;
		return;
	}
	l = &k->level[++k->depth];
	*l = *outer;
	l->block = block_of(k);
	l->own_dns = l->own_domain = l->maybe_dns = l->maybe_domain = false;
	l->range = NULL;
	l->first_range = k->ranges.n;
	l->hosts = 0;
	l->name = keep(k, k->n > 1 ? k->v[1] : "");
	if (l->block == ISC_HOST && outer->block == ISC_GROUP && outer->hosts++ == 0)
		outer->name = l->name;
	if (l->block == ISC_SUBNET || l->block == ISC_SUBNET6) {
		l->r.source = export_scope(k->x, k->line).source;
		l->r.subnet = l->r.scope = l->name;
		l->r.mask = l->block == ISC_SUBNET ? keep(k, k->v[3]) : NULL;
	} else if (l->block == ISC_POOL || l->block == ISC_HOST || l->block == ISC_GROUP) {
		l->r.source = export_scope(k->x, k->line).source;
	}
}

/* Hands a scope over, with what classes and files that were not read leave open. */
static void emit(struct isc *k, const struct isc_level *l, const char *scope)
{
	struct amt_arena *a = &k->x->f->arena;
	struct amt_dhcp_reply r = l->r;
	bool host = l->block == ISC_HOST;

	r.scope = scope;
	if (l->block == ISC_SUBNET6) {
		r.v6 = true;
		r.dns = l->dns6;
		r.search = l->search6;
		r.domain = r.domain_fault = r.doubt_dns = r.doubt_domain = NULL;
		export_emit(k->x, &r);
		return;
	}
	/* A host's own comes before its class's. */
	if (!r.doubt_dns && !(host && l->own_dns))
		r.doubt_dns = k->class_dns;
	if (!r.doubt_domain && !(host && l->own_domain))
		r.doubt_domain = k->class_domain;
	if (!r.subnet && !l->own_dns)
		r.doubt_dns = "the client's subnet decides";
	if (!r.subnet && !l->own_domain)
		r.doubt_domain = "the client's subnet decides";
	if (k->includes && !r.dns && !r.doubt_dns)
		r.doubt_dns = amt_arena_printf(a, "%s was not read", k->includes);
	if (k->includes && !r.domain && !r.doubt_domain)
		r.doubt_domain = amt_arena_printf(a, "%s was not read", k->includes);
	export_emit(k->x, &r);
}

static int by_address(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static bool begins_within(const struct isc_starts *l, uint32_t first, uint32_t last)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (l->v[mid] < first)
			low = mid + 1;
		else
			high = mid;
	}
	return low < l->n && l->v[low] <= last;
}

/* Ranges of the subnet stand in it, in its pools, or in pools of its shared network. */
static void close_subnet(struct isc *k, struct isc_level *l)
{
	struct in_addr net, mask;
	bool any = false, plain = false;

	if (inet_pton(AF_INET, l->r.subnet, &net) == 1 &&
	    inet_pton(AF_INET, l->r.mask, &mask) == 1) {
		uint32_t first = ntohl(net.s_addr & mask.s_addr);
		uint32_t last = first | ~ntohl(mask.s_addr);
		any = begins_within(&k->all, first, last);
		plain = begins_within(&k->plain, first, last);
	}
	l->r.inactive = !any;
	if (plain || !any)
		emit(k, l, l->r.subnet);
}

static void close_pool(struct isc *k, const struct isc_level *l, const struct isc_level *outer)
{
	struct amt_arena *a = &k->x->f->arena;

	if (!l->own_dns && !l->own_domain && l->r.only_for == outer->r.only_for)
		return;
	if (k->globals)
		for (size_t i = l->first_range; i < k->ranges.n; i++)
			k->ranges.v[i].apart = true;
	else if (l->range)
		emit(k, l,
		     amt_arena_printf(a, "%s%spool %s", l->r.subnet ? l->r.subnet : "",
				      l->r.subnet ? " " : "", l->range));
}

static void close_block(struct isc *k)
{
	struct amt_arena *a = &k->x->f->arena;
	struct isc_level *l = &k->level[k->depth];
	bool own = l->own_dns || l->own_domain;

	if (k->deeper) {
		k->deeper--;
		return;
	}
	if (!k->depth)
		return;
	if (l->block == ISC_POOL)
		close_pool(k, l, l - 1);
	else if (l->block == ISC_SUBNET && !k->globals)
		close_subnet(k, l);
	else if (l->block == ISC_SUBNET6 && !k->globals)
		emit(k, l, l->r.subnet);
	else if (l->block == ISC_HOST && own && !k->globals)
		emit(k, l, amt_arena_printf(a, "host %s", l->name));
	else if (l->block == ISC_GROUP && own && l->hosts && !k->globals)
		emit(k, l,
		     amt_arena_printf(a, "group of %zu hosts, the first %s", l->hosts, l->name));
	k->depth--;
}

static void read_statements(struct isc *k)
{
	char end;

	while ((end = statement(k))) {
		if (end == '{')
			open_block(k);
		else if (k->n)
			setting(k);
		if (end == '}')
			close_block(k);
	}
	if (k->depth && k->x->notes && !k->globals)
		amt_note_add(k->x->notes, k->x->name,
			     "ends inside a block: the file is cut off, or a '}' is missing");
	while (k->depth || k->deeper)
		close_block(k);
	amt_arena_free(&k->words);
}

bool export_isc(struct export_reading *x, const char *text, size_t n)
{
	struct isc first = {.x = x, .p = text, .end = text + n, .line = 1, .globals = true};
	struct isc k = {.x = x, .p = text, .end = text + n, .line = 1};

	first.level[0].r = export_scope(x, 1);
	read_statements(&first);
	k.level[0] = first.level[0];
	k.class_dns = first.class_dns;
	k.class_domain = first.class_domain;
	k.includes = first.includes;
	for (size_t i = 0; i < first.ranges.n; i++) {
		amt_vec_push(&k.all, first.ranges.v[i].first);
		if (!first.ranges.v[i].apart)
			amt_vec_push(&k.plain, first.ranges.v[i].first);
	}
	if (k.all.n)
		qsort(k.all.v, k.all.n, sizeof(*k.all.v), by_address);
	if (k.plain.n)
		qsort(k.plain.v, k.plain.n, sizeof(*k.plain.v), by_address);
	read_statements(&k);
	amt_vec_free(&first.ranges);
	amt_vec_free(&k.all);
	amt_vec_free(&k.plain);
	return true;
}
