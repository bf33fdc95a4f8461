/* --what-to-collect: what is missing, who can export it, with which command, for which checks. */
#include "stage.h"

#include "amtdiag/exports.h"

#include <string.h>

static const struct {
	const char *kind, *key, *command, *who, *rows;
} items[] = {
#define COLLECT(kind, key, command, who, rows) {kind, key, command, who, rows},
#include "collect.def"
#undef COLLECT
};

/* How many files the profile names under the key. */
static size_t given(const struct site_profile *p, const char *key)
{
	const struct {
		const char *key;
		size_t n;
	} keys[] = {
		{"inventory", p->inventory != NULL}, {"logs", p->logs.n},
		{"captures", p->captures.n},         {"chain", p->chain.n},
		{"issuing-ca", p->issuing_ca.n},     {"crls", p->crls.n},
		{"dhcp", p->dhcp_exports.n},         {"devices", p->device_exports.n},
		{"documents", p->documents.n},
	};
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(keys[i].key, key))
			return keys[i].n;
	return 0;
}

static size_t recognised(const struct exports_facts *f, const char *kind)
{
	size_t n = 0;

	for (size_t i = 0; i < f->files.n; i++)
		n += !strcmp(exports_kind_name(f->files.v[i].kind), kind);
	return n;
}

/* The rows that apply to this site, or may: as many of the list as there are. */
static size_t open_rows(const struct amt_context *ctx, const char *rows, struct amt_buf *out)
{
	size_t n = 0;

	for (const char *p = rows; *p;) {
		char id[24];
		size_t len = strcspn(p, " ");
		amt_str_copy(id, len < sizeof(id) ? len + 1 : sizeof(id), p);
		const struct amt_item *item = amt_guide_find(id);
		if (item && amt_item_applies(item, ctx, NULL, 0) != AMT_NO) {
			amt_buf_printf(out, "%s%s", n ? " " : "", id);
			n++;
		}
		p += len + (p[len] == ' ');
	}
	return n;
}

bool stage_what_to_collect(struct stage *st, struct amt_buf *out)
{
	struct exports_facts f = {0};
	size_t missing = 0;

	exports_collect(&st->profile.exports, &f, &st->cli->run.notes);
	exports_traits(&f, &st->cli->context);
	amt_buf_printf(
		out,
		"What %s could still collect (* is missing). docs/evidence.md has the details.\n"
		"Name the files in the site profile under the key of [evidence] shown.\n",
		st->profile.name ? st->profile.name : "this site");
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		struct amt_buf rows;
		amt_buf_init(&rows, 4096);
		bool export = !strcmp(items[i].key, "exports");
		size_t have =
			export ? recognised(&f, items[i].kind) : given(&st->profile, items[i].key);
		size_t n = open_rows(&st->cli->context, items[i].rows, &rows);
		if (have || n) {
			amt_buf_printf(out, "\n%s %s (key %s): ", have ? " " : "*", items[i].kind,
				       items[i].key);
			if (have)
				amt_buf_printf(out, "%zu given\n", have);
			else
				amt_buf_printf(out, "missing\n    command: %s\n    who:     %s\n",
					       items[i].command, items[i].who);
			amt_buf_printf(out, "    answers: %s\n", amt_buf_cstr(&rows));
		}
		missing += !have && n;
		amt_buf_free(&rows);
	}
	amt_buf_printf(out, "\n%zu kind%s of evidence missing.\n", missing,
		       missing == 1 ? "" : "s");
	exports_facts_free(&f);
	return !out->over;
}
