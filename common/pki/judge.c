/*
 * Tables into findings: one finding a rule and chain. With firmware given, the
 * worst of it counts. Without, a rule that fails everywhere fails; one that fails on
 * some generations only warns and names them (catalogue S3.C11, S3.C14). Generations
 * whose default list cannot hold the root don't count for the other rules.
 */
#include "pki/rules.h"

#include <stdio.h>

static const char *const ids[] = {
	"P.03",    "P.05",    "PV.02",   "S1.V11a", "S1.V11b", "S3.C07", "S3.C08", "S3.C09b",
	"S3.C10a", "S3.C10b", "X.PKI1",  "S3.C11",  "S3.C13",  "S3.C14", "S3.C15", "S3.C16",
	"S3.C21",  "S3.C22",  "S3.C24a", "S3.C24b", "X.PKI2",  "X.PKI3",
};

struct fold {
	const struct pki_facts *f;
	const struct amt_context *ctx;
	struct amt_findings *fs;
	struct amt_arena *a;
	const struct pki_chain_table *t;
	const char *id;
	bool all_out; /* no generation can know the root */
};

static bool counts(const struct fold *o, const struct pki_verdict *v)
{
	return o->ctx->n_firmware || !v->out_of_question || o->all_out || !strcmp(o->id, "S3.C10b");
}

/* The worst verdict of the rule in one row; NA when it said nothing. */
static enum amt_verdict verdict_in(const struct fold *o, const struct pki_verdict *v)
{
	enum amt_verdict w = AMT_NA;

	for (size_t i = 0; i < v->reasons.n; i++)
		if (!strcmp(v->reasons.v[i].id, o->id))
			w = amt_verdict_fold(w, v->reasons.v[i].verdict);
	return w;
}

/* All texts of that verdict in one row, joined. */
static const char *text_in(const struct fold *o, const struct pki_verdict *v, enum amt_verdict w)
{
	const char *out = NULL;

	for (size_t i = 0; i < v->reasons.n; i++) {
		const struct pki_reason *x = &v->reasons.v[i];
		if (!strcmp(x->id, o->id) && x->verdict == w)
			out = out ? amt_arena_printf(o->a, "%s; %s", out, x->text) : x->text;
	}
	return out ? out : "";
}

/* "2.2 to 3.2, 5.0": rows whose verdict for the rule is w. */
static const char *versions(const struct fold *o, enum amt_verdict w)
{
	struct amt_buf b;

	amt_buf_init(&b, 4096);
	for (size_t i = 0, n = o->t->rows.n; i < n;) {
		const struct pki_verdict *v = &o->t->rows.v[i];
		size_t last = i;
		if (!counts(o, v) || verdict_in(o, v) != w) {
			i++;
			continue;
		}
		while (last + 1 < n && counts(o, &o->t->rows.v[last + 1]) &&
		       verdict_in(o, &o->t->rows.v[last + 1]) == w)
			last++;
		amt_buf_printf(&b, "%s%s", b.len ? ", " : "", v->version);
		if (last > i)
			amt_buf_printf(&b, last > i + 1 ? " to %s" : ", %s",
				       o->t->rows.v[last].version);
		i = last + 1;
	}
	char *s = amt_arena_strdup(o->a, amt_buf_cstr(&b));
	amt_buf_free(&b);
	return s;
}

static void evidence(const struct fold *o, struct amt_finding *f, const struct pki_verdict *v,
		     enum amt_verdict w)
{
	char day[AMT_TIME_TEXT], place[64];

	for (size_t i = 0; i < v->reasons.n && f->evidence.n < 8; i++) {
		const struct pki_reason *x = &v->reasons.v[i];
		if (strcmp(x->id, o->id) != 0 || x->verdict != w || x->cert == NO_CERT)
			continue;
		const struct pki_cert *c = &o->f->certs.v[x->cert];
		snprintf(place, sizeof(place), "certificate %u", c->position);
		amt_finding_evidence(o->fs, f, c->source, place, "%s, %s, %s, until %s", c->subject,
				     rule_key(o->a, c), c->signature,
				     amt_time_date(c->not_after, day));
	}
}

static const struct pki_verdict *first_with(const struct fold *o, enum amt_verdict w)
{
	for (size_t i = 0; i < o->t->rows.n; i++)
		if (counts(o, &o->t->rows.v[i]) && verdict_in(o, &o->t->rows.v[i]) == w)
			return &o->t->rows.v[i];
	return NULL;
}

static const char *subject_of(const struct fold *o)
{
	const struct pki_cert *leaf = &o->f->certs.v[o->f->chains.v[o->t->chain].leaf];

	return leaf->cns.n      ? amt_arena_printf(o->a, "CN=%s", leaf->cns.v[0])
	       : *leaf->subject ? leaf->subject
				: leaf->source;
}

static void one_rule(const struct fold *o)
{
	enum amt_verdict worst = AMT_NA, mildest = AMT_FAIL;
	size_t rows = 0;

	for (size_t i = 0; i < o->t->rows.n; i++) {
		if (!counts(o, &o->t->rows.v[i]))
			continue;
		enum amt_verdict w = verdict_in(o, &o->t->rows.v[i]);
		worst = amt_verdict_fold(worst, w);
		mildest = amt_verdict_fold(mildest, w) == mildest ? w : mildest;
		rows++;
	}
	if (worst == AMT_NA)
		return;
	const struct pki_verdict *v = first_with(o, worst);
	const char *text = text_in(o, v, worst);
	bool mixed = mildest != worst, some = o->ctx->firmware_of_some,
	     given = o->ctx->n_firmware && !some;
	enum amt_verdict said = worst;
	if (mixed && !given && worst == AMT_FAIL)
		said = AMT_WARN;
	struct amt_finding *f =
		mixed ? amt_finding_add(o->fs, o->id, said, subject_of(o), "on AMT %s: %s%s%s",
					versions(o, worst), text,
					mildest == AMT_PASS ? "; no objection on " : "",
					mildest == AMT_PASS ? versions(o, AMT_PASS) : "")
		      : amt_finding_add(o->fs, o->id, said, subject_of(o), "%s", text);
	evidence(o, f, v, worst);
	if (mixed && !given)
		amt_finding_action(
			o->fs, f,
			some ? "See which clients have that firmware: the others are not "
			       "concerned (--firmware judges for one version alone)"
			     : "Say which firmware your clients have (--firmware) to get a "
			       "verdict for them alone");
}

/* What was not asked, and so not measured. */
static void not_measured(const struct fold *o)
{
	const struct pki_cert *leaf = &o->f->certs.v[o->f->chains.v[o->t->chain].leaf];

	if (o->f->asked.profile != PKI_PROVISIONING)
		return;
	if (o->f->asked.server && !o->f->chains.v[o->t->chain].has_key)
		amt_finding_add(o->fs, "S1.V11a", AMT_WARN, subject_of(o),
				"the certificate is there, but no key was given: whether %s has it "
				"is not proven",
				o->f->asked.server);
	if (o->f->asked.suffixes.n)
		return;
	struct amt_finding *f = amt_finding_add(
		o->fs, "S3.C11", AMT_UNKNOWN, subject_of(o),
		"which domain the clients trust was not given, so whether %s covers it is open",
		leaf->cns.n ? leaf->cns.v[0] : "the leaf");
	amt_finding_action(o->fs, f,
			   "Give the DHCP option 15 (or MEBx suffix) of the clients with --suffix");
}

static void nothing_to_judge(const struct pki_facts *f, struct amt_findings *fs)
{
	static const char *const id[PKI_PROFILES] = {"S1.V11a", "P.05", "S3.C21", "X.PKI3",
						     "X.PKI2"};
	const char *what = f->certs.n ? "only CA certificates were found, none that could be the "
					"certificate to judge"
				      : "no certificate could be read";

	if (f->asked.profile == PKI_CA && f->certs.n)
		what = "no CA certificate was found";
	struct amt_finding *x =
		amt_finding_add(fs, id[f->asked.profile], f->certs.n ? AMT_FAIL : AMT_UNKNOWN,
				f->sources.n == 1 ? f->sources.v[0].name : "", "%s", what);
	for (size_t i = 0; i < f->sources.n && i < 8; i++)
		amt_finding_evidence(fs, x, f->sources.v[i].name, NULL, "%u certificates, %u keys",
				     f->sources.v[i].certificates, f->sources.v[i].keys);
}

static void judge_identifier(const struct pki_facts *f, const struct pki_tables *t,
			     struct amt_findings *fs, struct amt_arena *a)
{
	for (size_t s = 0; s < f->asked.suffixes.n; s++) {
		const char *suffix = f->asked.suffixes.v[s];
		const char *yes = NULL, *no = NULL;
		enum pki_rule first_no = PKI_RULE_NONE;
		for (size_t i = 0; i < t->suffixes.n; i++) {
			const struct pki_suffix_fact *x = &t->suffixes.v[i];
			if (strcmp(x->suffix, suffix) != 0 || x->identifier != f->asked.identifier)
				continue;
			bool match = pki_rule_matches(x->rule);
			const char **list = match ? &yes : &no;
			*list = *list ? amt_arena_printf(a, "%s, %s", *list, x->version)
				      : x->version;
			first_no = match ? first_no : x->rule;
		}
		if (!no)
			amt_finding_add(fs, "S3.C11", AMT_PASS, f->asked.identifier,
					"a certificate for %s covers %s on every firmware judged",
					f->asked.identifier, suffix);
		else if (!yes)
			amt_finding_add(fs, "S3.C11",
					first_no == PKI_RULE_NOT_ASCII ? AMT_UNKNOWN : AMT_FAIL,
					f->asked.identifier,
					"a certificate for %s covers %s on no firmware judged: %s",
					f->asked.identifier, suffix, pki_rule_phrase(first_no));
		else
			amt_finding_add(fs, "S3.C11", AMT_WARN, f->asked.identifier,
					"a certificate for %s covers %s on AMT %s, but not on %s",
					f->asked.identifier, suffix, yes, no);
	}
}

void pki_judge(const struct pki_facts *f, const struct amt_context *ctx, struct amt_findings *fs)
{
	struct pki_tables t = {0};
	struct fold o = {.f = f, .ctx = ctx, .fs = fs, .a = &t.arena};

	pki_evaluate(f, ctx, &t);
	for (size_t c = 0; c < t.chains.n; c++) {
		o.t = &t.chains.v[c];
		o.all_out = true;
		for (size_t i = 0; i < o.t->rows.n; i++)
			o.all_out = o.all_out && o.t->rows.v[i].out_of_question;
		for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
			o.id = ids[i];
			one_rule(&o);
		}
		not_measured(&o);
	}
	if (f->asked.identifier)
		judge_identifier(f, &t, fs, &t.arena);
	if (!f->chains.n && (f->certs.n || f->sources.n || !f->asked.identifier))
		nothing_to_judge(f, fs);
	pki_tables_free(&t);
}
