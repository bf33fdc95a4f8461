/* Which export is it, and what all of them share. */
#include "names/export.h"

#include "names/dhcp.h"

#include <stdlib.h>
#include <string.h>

struct amt_dhcp_reply export_scope(struct export_reading *x, uint64_t line)
{
	struct amt_arena *a = &x->f->arena;

	return (struct amt_dhcp_reply){
		.source = amt_arena_printf(a, "%s line %llu", x->name, (unsigned long long)line),
		.server = "",
		.lease = -1,
		.fqdn_flags = -1,
		.at = AMT_TIME_NONE,
		.copies = 1,
	};
}

void export_emit(struct export_reading *x, const struct amt_dhcp_reply *scope)
{
	if (x->scopes++ == EXPORT_SCOPES_MAX && x->notes)
		amt_note_add(x->notes, x->name, "more than %d scopes: the rest is left out",
			     EXPORT_SCOPES_MAX);
	if (x->scopes <= EXPORT_SCOPES_MAX)
		amt_names_add_dhcp(x->f, scope);
}

const char *const *export_list(struct export_reading *x, const char *const *words, size_t n)
{
	const char **l = amt_arena_array(&x->f->arena, n + 1, sizeof(*l));

	for (size_t i = 0; i < n; i++)
		l[i] = amt_arena_strdup(&x->f->arena, words[i]);
	return l;
}

void export_domain(struct export_reading *x, struct amt_dhcp_reply *scope, const char *domain)
{
	scope->domain = amt_arena_strdup(&x->f->arena, domain);
	scope->domain_fault = dhcp_domain_fault((const uint8_t *)domain, strlen(domain));
}

const char *export_also(struct export_reading *x, const char *had, const char *between,
			const char *text)
{
	size_t n = had ? strlen(had) : 0;

	if (n > EXPORT_REMARK_MAX)
		return had;
	return amt_arena_printf(&x->f->arena, "%s%s%s", had ? had : "", had ? between : "",
				n + strlen(text) > EXPORT_REMARK_MAX && had ? "and others" : text);
}

void export_dynamic(struct export_reading *x, struct amt_dhcp_reply *scope, bool on,
		    const char *words)
{
	scope->fqdn_flags = on ? AMT_DHCP_FQDN_S : AMT_DHCP_FQDN_N;
	scope->dynamic_update = amt_arena_strdup(&x->f->arena, words);
}

/* The first one that is neither blank nor in a remark of Kea's kind. */
static char first_character(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '/' || text[i] == '#') {
			while (i < n && text[i] != '\n')
				i++;
		} else if (!strchr(" \t\r\n", text[i])) {
			return text[i];
		}
	}
	return '\0';
}

/* A line of the dump begins with its command. */
static bool is_netsh(const char *text, size_t n)
{
	return (n > 12 && amt_str_begins(text, "dhcp server ")) ||
	       amt_memcasestr(text, n, "\ndhcp server ");
}

/* Windows tools write UTF-16 when told to; everything else is taken as UTF-8. */
static bool to_utf8(const char *text, size_t n, struct amt_buf *out, struct amt_error *err)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t bad = 0;

	if (n >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff)))
		return amt_text_to_utf8("UTF-16", text, n, out, &bad, err);
	if (n >= 3 && p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf)
		return amt_buf_add(out, text + 3, n - 3);
	return amt_buf_add(out, text, n);
}

bool amt_dhcp_export_parse(const char *name, const char *text, size_t n, struct amt_names_facts *f,
			   struct amt_notes *notes, struct amt_error *err)
{
	struct export_reading x = {
		.name = amt_arena_strdup(&f->arena, name), .f = f, .notes = notes};
	struct amt_buf b;
	bool good;

	amt_buf_init(&b, EXPORT_CAP);
	good = to_utf8(text, n, &b, err);
	/* A NUL would end the text for half of the readers. */
	for (size_t i = 0; i < b.len; i++)
		if (!b.data[i])
			b.data[i] = ' ';
	(void)amt_buf_cstr(&b);
	if (!good || !b.len) {
		good = amt_fail(err, "%s: no text in it", name);
	} else if (first_character(b.data, b.len) == '{' || first_character(b.data, b.len) == '[') {
		good = export_kea(&x, b.data, b.len, err);
	} else if (is_netsh(b.data, b.len)) {
		good = export_netsh(&x, b.data, b.len);
	} else if (amt_memcasestr(b.data, b.len, "subnet") ||
		   amt_memcasestr(b.data, b.len, "option ")) {
		good = export_isc(&x, b.data, b.len);
	} else {
		good = amt_fail(err,
				"%s is neither 'netsh dhcp server dump' nor dhcpd.conf nor a Kea "
				"configuration",
				name);
	}
	if (good && !x.scopes)
		good = amt_fail(err, "%s: no scope in it", name);
	amt_buf_free(&b);
	return good;
}

bool amt_dhcp_export_read(const char *path, struct amt_names_facts *f, struct amt_notes *notes,
			  struct amt_error *err)
{
	struct amt_buf b;
	bool good;

	amt_buf_init(&b, EXPORT_CAP);
	good = amt_file_read(path, &b, err) &&
	       amt_dhcp_export_parse(path, amt_buf_cstr(&b), b.len, f, notes, err);
	amt_buf_free(&b);
	return good;
}
