/* Hosts to look at, one by one. */
#include "dnscheck.h"

#include <stdlib.h>
#include <string.h>

#define LINE_MAX_ 4096

struct targets {
	struct amt_cli *cli;
	struct site_inventory inventory;
	struct amt_arena arena;
	size_t arg, client;
	struct amt_lines lines;
	bool reading;
	char text[512], source[512];
};

struct targets *targets_open(struct amt_cli *cli, uint64_t *total)
{
	struct targets *t = amt_calloc(1, sizeof(*t));
	struct amt_error err = {0};

	t->cli = cli;
	if (dnscheck.clients &&
	    !site_inventory_load(&t->inventory, dnscheck.clients, &cli->run.notes, &err))
		amt_note_add(&cli->run.notes, dnscheck.clients, "%s", err.text);
	*total = t->inventory.clients.n + cli->args.n;
	for (size_t i = 0; i < cli->args.n; i++)
		if (!strcmp(cli->args.v[i], "-"))
			*total = 0;
	return t;
}

void targets_close(struct targets *t)
{
	if (!t)
		return;
	if (t->reading)
		amt_lines_close(&t->lines);
	site_inventory_free(&t->inventory);
	amt_arena_free(&t->arena);
	free(t);
}

/* The name AMT has: the FQDN, else the short name with the client's suffix. */
static const char *client_name(struct targets *t, const struct site_client *c)
{
	if (*c->fqdn)
		return c->fqdn;
	if (!*c->name || strchr(c->name, '.'))
		return c->name;
	const char *suffix = *c->suffix                  ? c->suffix
			     : dnscheck.names.suffixes.n ? dnscheck.names.suffixes.v[0]
							 : "";
	if (!*suffix)
		return c->name;
	struct amt_buf b;
	amt_buf_init(&b, sizeof(t->text));
	amt_buf_printf(&b, "%s.%s", c->name, suffix);
	amt_str_copy(t->text, sizeof(t->text), amt_buf_cstr(&b));
	amt_buf_free(&b);
	return t->text;
}

static void set_source(struct targets *t, const char *file, uint64_t line)
{
	struct amt_buf b;

	amt_buf_init(&b, sizeof(t->source));
	amt_buf_printf(&b, "%s line %llu", file, (unsigned long long)line);
	amt_str_copy(t->source, sizeof(t->source), amt_buf_cstr(&b));
	amt_buf_free(&b);
}

static bool next_client(struct targets *t, struct amt_dns_target *out)
{
	while (t->client < t->inventory.clients.n) {
		const struct site_client *c = &t->inventory.clients.v[t->client++];
		out->name = client_name(t, c);
		if (!*out->name)
			continue;
		set_source(t, dnscheck.clients, c->line);
		out->source = t->source;
		out->address = *c->address ? c->address : NULL;
		out->wireless = *c->wireless ? c->wireless : NULL;
		return true;
	}
	return false;
}

/* One name or address a line; what follows a blank or '#' is a remark. */
static bool next_line(struct targets *t, struct amt_dns_target *out)
{
	struct amt_error err = {0};
	char *text;
	size_t len;

	while (amt_lines_next(&t->lines, &text, &len, &err)) {
		char *s = amt_str_trim(text);
		s[strcspn(s, " \t#,;")] = '\0';
		if (!*s || t->lines.cut)
			continue;
		amt_str_copy(t->text, sizeof(t->text), s);
		set_source(t, "standard input", t->lines.line);
		*out = (struct amt_dns_target){.name = t->text, .source = t->source};
		return true;
	}
	amt_lines_close(&t->lines);
	t->reading = false;
	return false;
}

bool targets_next(void *arg, struct amt_dns_target *out)
{
	struct targets *t = arg;
	struct amt_error err = {0};

	for (;;) {
		if (t->reading && next_line(t, out))
			return true;
		if (t->arg == t->cli->args.n)
			return next_client(t, out);
		const char *a = t->cli->args.v[t->arg++];
		if (strcmp(a, "-") != 0) {
			*out = (struct amt_dns_target){.name = a, .source = "argument"};
			return true;
		}
		t->reading = amt_lines_open(&t->lines, "-", LINE_MAX_, &err);
		if (!t->reading)
			amt_note_add(&t->cli->run.notes, "standard input", "%s", err.text);
	}
}
