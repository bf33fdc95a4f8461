/* dhcpd.conf of ISC DHCP: statements ended by ';', blocks in braces, inner ones inherit. */
#include "names/export.h"

#include <string.h>

#define DEPTH_MAX 16
#define WORDS_MAX 80

struct isc {
	struct export_reading *x;
	const char *p, *end;
	uint64_t line;
	struct amt_arena words; /* of one statement */
	const char *v[WORDS_MAX];
	size_t n;
	bool quoted; /* the last word was in quotes */
	struct level {
		struct amt_dhcp_reply r;
		bool is_subnet, range;
	} level[DEPTH_MAX];
	size_t depth;
	bool globals; /* first pass: what stands outside of all blocks counts, wherever it stands */
};

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
			while (k->p < k->end && *k->p != '"')
				k->line += *k->p++ == '\n';
			stop = k->p;
			k->p += k->p < k->end;
		} else {
			while (k->p < k->end && !strchr(" \t\r\n,;{}#\"", *k->p))
				k->p++;
			stop = k->p;
		}
		if (k->n < WORDS_MAX)
			k->v[k->n++] = amt_arena_strndup(&k->words, start, (size_t)(stop - start));
	}
}

static bool is(const struct isc *k, size_t at, const char *word)
{
	return at < k->n && !amt_strcasecmp(k->v[at], word);
}

static void option(struct isc *k, struct amt_dhcp_reply *r)
{
	size_t n = k->n - 2 > EXPORT_LIST_MAX ? EXPORT_LIST_MAX : k->n - 2;

	if (is(k, 1, "domain-name-servers"))
		r->dns = export_list(k->x, k->v + 2, n);
	else if (is(k, 1, "routers"))
		r->routers = export_list(k->x, k->v + 2, n);
	else if (is(k, 1, "netbios-name-servers"))
		r->wins = export_list(k->x, k->v + 2, n);
	else if (is(k, 1, "domain-search"))
		r->search = export_list(k->x, k->v + 2, n);
	else if (is(k, 1, "domain-name") && !is(k, 2, "="))
		export_domain(k->x, r, k->v[2]);
	else if (is(k, 1, "domain-name") && k->n == 4 && k->quoted)
		export_domain(k->x, r, k->v[3]);
	else if (is(k, 1, "domain-name") && !k->globals && k->x->notes)
		amt_note_add(k->x->notes, k->x->name,
			     "line %llu: the domain is computed for each client, which is not "
			     "followed here",
			     (unsigned long long)k->line);
}

static void setting(struct isc *k)
{
	struct level *l = &k->level[k->depth];
	uint64_t number;

	if (is(k, 0, "option") && k->n >= 3) {
		option(k, &l->r);
	} else if (is(k, 0, "default-lease-time") && k->n == 2 &&
		   amt_num_u64(k->v[1], 0, UINT32_MAX, &number, NULL)) {
		l->r.lease = (int64_t)number;
	} else if (is(k, 0, "ddns-update-style") && k->n == 2) {
		export_dynamic(k->x, &l->r, !is(k, 1, "none"),
			       amt_arena_printf(&k->x->f->arena, "ddns-update-style %s", k->v[1]));
	} else if (is(k, 0, "ddns-updates") && k->n == 2) {
		export_dynamic(k->x, &l->r, is(k, 1, "on"),
			       amt_arena_printf(&k->x->f->arena, "ddns-updates %s", k->v[1]));
	} else if (is(k, 0, "include") && k->n == 2 && !k->globals && k->x->notes) {
		amt_note_add(k->x->notes, k->x->name,
			     "line %llu: %s is included and not read: scopes and options in it are "
			     "missing here; give that file as well",
			     (unsigned long long)k->line, k->v[1]);
	} else if (is(k, 0, "range")) {
		/* A pool's range is its subnet's. */
		for (size_t i = k->depth + 1; i-- > 0;) {
			k->level[i].range = true;
			if (k->level[i].is_subnet)
				break;
		}
	}
}

static void open_block(struct isc *k)
{
	struct level *l;

	if (k->depth + 1 == DEPTH_MAX) {
		/* Deeper than anybody writes: counted on the last level. */
		return;
	}
	k->level[k->depth + 1] = k->level[k->depth];
	l = &k->level[++k->depth];
	l->is_subnet = is(k, 0, "subnet") && k->n >= 4;
	l->range = false;
	if (!l->is_subnet)
		return;
	struct amt_dhcp_reply fresh = export_scope(k->x, k->line);
	l->r.source = fresh.source;
	l->r.subnet = amt_arena_strdup(&k->x->f->arena, k->v[1]);
	l->r.mask = amt_arena_strdup(&k->x->f->arena, k->v[3]);
	l->r.scope = l->r.subnet;
}

static void close_block(struct isc *k)
{
	struct level *l = &k->level[k->depth];

	if (l->is_subnet) {
		/* Without a range nobody gets an address there but by reservation. */
		l->r.inactive = !l->range;
		if (!k->globals)
			export_emit(k->x, &l->r);
	}
	if (k->depth)
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
	while (k->depth)
		close_block(k);
	amt_arena_free(&k->words);
}

bool export_isc(struct export_reading *x, const char *text, size_t n)
{
	struct isc first = {.x = x, .p = text, .end = text + n, .line = 1, .globals = true};
	struct isc k = {.x = x, .p = text, .end = text + n, .line = 1};

	first.level[0].r = export_scope(x, 1);
	read_statements(&first);
	k.level[0].r = first.level[0].r;
	read_statements(&k);
	return true;
}
