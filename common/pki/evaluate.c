/*
 * Every chain on every firmware asked about: all its paths are judged, and the
 * best one counts. Pure: facts and context in, tables out.
 */
#include "pki/rules.h"

#include <stdio.h>

void rule_says(struct rules *r, const char *id, enum amt_verdict v, uint32_t cert, const char *fmt,
	       ...)
{
	struct pki_reason x = {.id = id, .verdict = v, .cert = cert};
	va_list ap;

	va_start(ap, fmt);
	x.text = amt_arena_vprintf(&r->t->arena, fmt, ap);
	va_end(ap);
	amt_vec_push(&r->row->reasons, x);
	r->row->verdict = amt_verdict_fold(r->row->verdict, v);
}

static void provisioning(struct rules *r)
{
	rule_private_key(r);
	rule_complete(r, "S1.V11b");
	rule_purpose(r);
	rule_marker(r);
	rule_server_domain(r);
	rule_trusted_root(r);
	rule_root_listed(r);
	rule_signatures(r);
	rule_suffix(r);
	rule_characters(r);
	rule_dates(r, "S3.C13");
	rule_keys(r);
	rule_tld(r);
	rule_peer_self_signed(r);
	rule_revocation(r);
}

static void (*const profiles[PKI_PROFILES])(struct rules *r) = {
	provisioning, rules_webserver, rules_ca, rules_client, rules_console,
};

static void judge_path(struct rules *r, unsigned path, struct pki_verdict *row)
{
	r->path = &r->chain->paths.v[path];
	r->row = row;
	row->gen = r->gen;
	row->path = path;
	row->verdict = AMT_NA;
	profiles[r->f->asked.profile](r);
}

static unsigned count(const struct pki_verdict *v, enum amt_verdict what)
{
	unsigned n = 0;

	for (size_t i = 0; i < v->reasons.n; i++)
		n += v->reasons.v[i].verdict == what;
	return n;
}

static bool worse(const struct pki_verdict *a, const struct pki_verdict *b)
{
	static const enum amt_verdict order[] = {AMT_FAIL, AMT_UNKNOWN, AMT_WARN};

	if (a->out_of_question != b->out_of_question)
		return a->out_of_question;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		unsigned x = count(a, order[i]), y = count(b, order[i]);
		if (x != y)
			return x > y;
	}
	return false;
}

static void judge_row(struct rules *r, const char *version, struct pki_verdict *row)
{
	size_t suffixes = r->t->suffixes.n;

	for (unsigned p = 0; p < r->chain->paths.n; p++) {
		struct pki_verdict v = {0};
		/* Names don't depend on the path: told once. */
		r->t->suffixes.n = suffixes;
		amt_str_copy(v.version, sizeof(v.version), version);
		judge_path(r, p, &v);
		if (p && !worse(row, &v)) {
			amt_vec_free(&v.reasons);
			continue;
		}
		amt_vec_free(&row->reasons);
		*row = v;
	}
}

static void best_path(struct pki_chain_table *t)
{
	unsigned votes[PKI_PATHS_MAX] = {0};

	for (size_t i = 0; i < t->rows.n; i++)
		if (!t->rows.v[i].out_of_question || t->rows.n == 1)
			votes[t->rows.v[i].path]++;
	for (unsigned p = 1; p < PKI_PATHS_MAX; p++)
		if (votes[p] > votes[t->path])
			t->path = p;
}

static void judge_chain(struct rules *r, uint32_t index)
{
	struct pki_chain_table *t = amt_vec_add(&r->t->chains);
	char version[48];

	t->chain = index;
	r->chain = &r->f->chains.v[index];
	for (size_t i = 0; i < r->ctx->n_firmware; i++) {
		r->fw = r->ctx->firmware[i];
		r->gen = pki_generation_of(&r->fw);
		r->unsure_h = r->gen->h_only && !r->f->asked.h_platform;
		judge_row(r, amt_fw_format(&r->fw, version), amt_vec_add(&t->rows));
	}
	for (size_t i = 0; !r->ctx->n_firmware && i < pki_generation_count(); i++) {
		r->gen = pki_generation_at(i);
		r->fw = r->gen->from;
		r->unsure_h = false;
		judge_row(r, r->gen->label, amt_vec_add(&t->rows));
	}
	best_path(t);
}

/* --name: what a certificate for that name would do. */
static void before_buying(const struct pki_facts *f, const struct amt_context *ctx,
			  struct pki_tables *t)
{
	size_t rows = ctx->n_firmware ? ctx->n_firmware : pki_generation_count();
	char version[48];

	for (size_t s = 0; s < f->asked.suffixes.n; s++) {
		for (size_t i = 0; i < rows; i++) {
			const struct pki_generation *g =
				ctx->n_firmware ? pki_generation_of(&ctx->firmware[i])
						: pki_generation_at(i);
			const char *label = ctx->n_firmware
						    ? amt_fw_format(&ctx->firmware[i], version)
						    : g->label;
			struct pki_suffix_fact x = {
				f->asked.identifier, f->asked.suffixes.v[s],
				amt_arena_strdup(&t->arena, label),
				pki_suffix_match(f->asked.identifier, f->asked.suffixes.v[s], g),
				false};
			amt_vec_push(&t->suffixes, x);
		}
	}
}

void pki_evaluate(const struct pki_facts *f, const struct amt_context *ctx, struct pki_tables *t)
{
	struct rules r = {.f = f, .ctx = ctx, .t = t};

	for (uint32_t i = 0; i < f->chains.n; i++)
		judge_chain(&r, i);
	if (f->asked.identifier)
		before_buying(f, ctx, t);
}

void pki_tables_free(struct pki_tables *t)
{
	for (size_t i = 0; i < t->chains.n; i++) {
		for (size_t k = 0; k < t->chains.v[i].rows.n; k++)
			amt_vec_free(&t->chains.v[i].rows.v[k].reasons);
		amt_vec_free(&t->chains.v[i].rows);
	}
	amt_vec_free(&t->chains);
	amt_vec_free(&t->suffixes);
	amt_arena_free(&t->arena);
	*t = (struct pki_tables){0};
}

json_t *pki_tables_firmware(const struct pki_tables *t)
{
	json_t *out = json_array();

	for (size_t c = 0; c < t->chains.n; c++) {
		for (size_t i = 0; i < t->chains.v[c].rows.n; i++) {
			const struct pki_verdict *v = &t->chains.v[c].rows.v[i];
			json_t *reasons = json_array();
			for (size_t k = 0; k < v->reasons.n; k++) {
				const struct pki_reason *x = &v->reasons.v[k];
				if (x->verdict == AMT_PASS)
					continue;
				json_array_append_new(
					reasons, json_pack("{s:s,s:s,s:o}", "id", x->id, "verdict",
							   amt_verdict_name(x->verdict), "text",
							   amt_json_str(x->text)));
			}
			json_array_append_new(out, json_pack("{s:i,s:s,s:s,s:i,s:o}", "chain",
							     (int)t->chains.v[c].chain, "version",
							     v->version, "verdict",
							     amt_verdict_name(v->verdict), "path",
							     (int)v->path, "reasons", reasons));
		}
	}
	return out;
}

json_t *pki_tables_suffix(const struct pki_tables *t)
{
	json_t *out = json_array();

	for (size_t i = 0; i < t->suffixes.n; i++) {
		const struct pki_suffix_fact *s = &t->suffixes.v[i];
		json_array_append_new(out,
				      json_pack("{s:o,s:o,s:s,s:b,s:s,s:b}", "identifier",
						amt_json_str(s->identifier), "suffix",
						amt_json_str(s->suffix), "firmware", s->version,
						"match", pki_rule_matches(s->rule), "rule",
						pki_rule_name(s->rule), "from_san", s->from_san));
	}
	return out;
}
