/* The report for people: the chain, the verdict per firmware, what to order instead. */
#include "certcheck.h"

#include <stdio.h>
#include <string.h>

static const struct amt_column chain_columns[] = {
	{"#", true, false},
	{"what", false, false},
	{"subject", false, false},
	{"key", false, false},
	{"signature", false, false},
	{"until", false, false},
	{"firmware root", false, false},
};
static const struct amt_column firmware_columns[] = {
	{"firmware", false, false},
	{"verdict", false, true},
	{"why", false, false},
};
static const struct amt_column many_columns[] = {
	{"chain", true, false},
	{"firmware", false, false},
	{"verdict", false, true},
	{"why", false, false},
};
static const struct amt_column suffix_columns[] = {
	{"name", false, false},     {"suffix", false, false}, {"match", false, false},
	{"firmware", false, false}, {"rule", false, false},
};
#define COLUMNS(t) (t), sizeof(t) / sizeof((t)[0])

static const char *short_name(const struct pki_cert *c)
{
	return c->cns.n ? c->cns.v[0] : *c->subject ? c->subject : "(no subject)";
}

static const char *role(const struct pki_path *p, const struct pki_cert *c, size_t i)
{
	if (!i)
		return "leaf";
	return i + 1 == p->certs.n && c->self_signed ? "root" : "CA";
}

static void chain_row(struct amt_run *r, struct amt_section *s, const struct pki_path *p, size_t i)
{
	const struct pki_cert *c = &certcheck.facts.certs.v[p->certs.v[i]];
	char day[AMT_TIME_TEXT];

	amt_section_cell(r, s, "%zu", i + 1);
	amt_section_cell(r, s, "%s", role(p, c, i));
	amt_section_cell(r, s, "%s", short_name(c));
	if (c->key_curve)
		amt_section_cell(r, s, "%s %s", c->key_type, c->key_curve);
	else
		amt_section_cell(r, s, "%s %d", c->key_type, c->key_bits);
	amt_section_cell(r, s, "%s", c->signature);
	amt_section_cell(r, s, "%s", amt_time_date(c->not_after, day));
	amt_section_cell(r, s, "%s", c->root ? c->root->name : "");
}

static void chain_table(struct amt_run *r, const struct pki_chain_table *t)
{
	const struct pki_chain *c = &certcheck.facts.chains.v[t->chain];
	const struct pki_path *p = &c->paths.v[t->path];
	const struct pki_cert *leaf = &certcheck.facts.certs.v[c->leaf];
	char title[256];

	snprintf(title, sizeof(title), "Chain %u, from %.150s", t->chain + 1, leaf->source);
	struct amt_section *s = amt_section_table(r, title, COLUMNS(chain_columns));
	for (size_t i = 0; i < p->certs.n; i++)
		chain_row(r, s, p, i);
	if (!p->complete) {
		amt_section_cell(r, s, "%zu", p->certs.n + 1);
		amt_section_cell(r, s, "missing");
		amt_section_cell(r, s, "%s", p->missing ? p->missing : "its issuer");
		for (int i = 0; i < 4; i++)
			amt_section_cell(r, s, "%s", "");
	}
}

/* The reasons that make the verdict, joined. */
static void why(struct amt_run *r, struct amt_section *s, const struct pki_verdict *v)
{
	struct amt_buf b;

	amt_buf_init(&b, 4096);
	for (size_t i = 0; i < v->reasons.n; i++) {
		const struct pki_reason *x = &v->reasons.v[i];
		if (x->verdict != v->verdict || x->verdict == AMT_PASS)
			continue;
		/* A root that can't be there says it all. */
		if (v->out_of_question && strcmp(x->id, "S3.C10b") != 0)
			continue;
		amt_buf_printf(&b, "%s%s", b.len ? "; " : "", x->text);
	}
	amt_section_cell(r, s, "%s", amt_buf_cstr(&b));
	amt_buf_free(&b);
}

static bool same_reasons(const struct pki_verdict *a, const struct pki_verdict *b)
{
	if (a->verdict != b->verdict || a->reasons.n != b->reasons.n ||
	    a->out_of_question != b->out_of_question)
		return false;
	for (size_t i = 0; i < a->reasons.n; i++)
		if (a->reasons.v[i].verdict != b->reasons.v[i].verdict ||
		    strcmp(a->reasons.v[i].text, b->reasons.v[i].text) != 0)
			return false;
	return true;
}

static void firmware_rows(struct amt_run *r, struct amt_section *s, const struct pki_chain_table *t,
			  bool many)
{
	for (size_t i = 0; i < t->rows.n;) {
		const struct pki_verdict *v = &t->rows.v[i];
		size_t last = i;
		while (last + 1 < t->rows.n && same_reasons(v, &t->rows.v[last + 1]))
			last++;
		if (many)
			amt_section_cell(r, s, "%u", t->chain + 1);
		if (last > i)
			amt_section_cell(r, s, "%s to %s", v->version, t->rows.v[last].version);
		else
			amt_section_cell(r, s, "%s", v->version);
		amt_section_cell(r, s, "%s", amt_verdict_name(v->verdict));
		why(r, s, v);
		i = last + 1;
	}
}

static void firmware_table(struct amt_run *r, const struct pki_tables *t)
{
	bool many = t->chains.n > 1;
	struct amt_section *s =
		many ? amt_section_table(r, "Verdict per firmware", COLUMNS(many_columns))
		     : amt_section_table(r, "Verdict per firmware", COLUMNS(firmware_columns));

	s->main = true;
	for (size_t i = 0; i < t->chains.n; i++)
		firmware_rows(r, s, &t->chains.v[i], many);
}

static bool same_answer(const struct pki_suffix_fact *a, const struct pki_suffix_fact *b)
{
	return !strcmp(a->identifier, b->identifier) && !strcmp(a->suffix, b->suffix) &&
	       a->rule == b->rule;
}

static void suffix_table(struct amt_run *r, const struct pki_tables *t, bool main)
{
	struct amt_section *s = amt_section_table(r, "Domain rule", COLUMNS(suffix_columns));

	s->main = main;
	for (size_t i = 0; i < t->suffixes.n;) {
		const struct pki_suffix_fact *x = &t->suffixes.v[i];
		size_t last = i;
		while (last + 1 < t->suffixes.n && same_answer(x, &t->suffixes.v[last + 1]))
			last++;
		amt_section_cell(r, s, "%s", x->identifier);
		amt_section_cell(r, s, "%s", x->suffix);
		amt_section_cell(r, s, "%s", pki_rule_matches(x->rule) ? "yes" : "no");
		if (last > i)
			amt_section_cell(r, s, "%s to %s", x->version, t->suffixes.v[last].version);
		else
			amt_section_cell(r, s, "%s", x->version);
		amt_section_cell(r, s, "%s%s%s", pki_rule_name(x->rule),
				 pki_rule_matches(x->rule) ? ": " : " ", pki_rule_phrase(x->rule));
		i = last + 1;
	}
}

static bool usable(const struct pki_verdict *v)
{
	return v->verdict == AMT_PASS || v->verdict == AMT_WARN;
}

static void headline(struct amt_run *r, const struct pki_tables *t)
{
	const struct pki_chain_table *c = t->chains.n ? &t->chains.v[0] : NULL;
	struct amt_buf good;

	if (!c || t->chains.n > 1)
		return;
	amt_buf_init(&good, 1024);
	for (size_t i = 0; i < c->rows.n;) {
		size_t last = i;
		if (!usable(&c->rows.v[i])) {
			i++;
			continue;
		}
		while (last + 1 < c->rows.n && usable(&c->rows.v[last + 1]))
			last++;
		amt_buf_printf(&good, "%s%s", good.len ? ", " : "", c->rows.v[i].version);
		if (last > i)
			amt_buf_printf(&good, " to %s", c->rows.v[last].version);
		i = last + 1;
	}
	const struct pki_chain *chain = &certcheck.facts.chains.v[c->chain];
	const char *name = short_name(&certcheck.facts.certs.v[chain->leaf]);
	if (certcheck.facts.asked.profile != PKI_PROVISIONING)
		r->headline = NULL;
	else if (good.len)
		r->headline = amt_arena_printf(&r->arena, "%s can be used with AMT %s.", name,
					       amt_buf_cstr(&good));
	else
		r->headline = amt_arena_printf(
			&r->arena, "%s is not known to work with any firmware judged.", name);
	amt_buf_free(&good);
}

void certcheck_sections(struct amt_cli *cli)
{
	struct amt_run *r = &cli->run;
	const struct pki_tables *t = certcheck_tables(cli);
	struct amt_section *s;

	headline(r, t);
	for (size_t i = 0; i < t->chains.n && i < 8; i++)
		chain_table(r, &t->chains.v[i]);
	if (t->chains.n)
		firmware_table(r, t);
	if (t->suffixes.n)
		suffix_table(r, t, !t->chains.n);
	struct amt_buf advice;
	amt_buf_init(&advice, AMT_MIB);
	pki_advice(&certcheck.facts, &certcheck.tables, &cli->context, &advice);
	if (advice.len) {
		s = amt_section_text(r, "What to order or change");
		amt_buf_add(&s->text, advice.data, advice.len);
	}
	amt_buf_free(&advice);
}
