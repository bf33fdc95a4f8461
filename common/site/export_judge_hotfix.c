/* Which fixes are needed, which are there: rows HF.* and their sum, S1.V04. */
#include "amtdiag/core/num.h"
#include "export_view.h"

#include <stdio.h>
#include <string.h>

enum where { SERVER = 1, CONSOLE = 2, BOTH = 3 };
enum list { QFE, PROGRAMS };

struct hotfix {
	const char *row, *kb;
	enum where where;
	enum list list;
	const char *needed_on;
	enum amt_verdict otherwise;
	const char *superseded;
	bool rare;
	const char *source, *confidence;
};

static const struct hotfix hotfixes[] = {
#define EXPORT_HOTFIX(row, kb, where, list, needed, otherwise, superseded, rare, source, conf)     \
	{row, kb, where, list, needed, AMT_##otherwise, superseded, rare, source, conf},
#include "export_hotfixes.def"
#undef EXPORT_HOTFIX
};
#define N_HOTFIXES (sizeof(hotfixes) / sizeof(hotfixes[0]))

struct result {
	enum amt_verdict verdict;
	const struct exports_fact *fact; /* what proves it; may be NULL */
	char text[320];
};

/* Is the system one that the fix was made for? */
static enum amt_tri needs(const struct hotfix *h, const struct export_windows *w)
{
	int major, minor, from, to;

	if (!*h->needed_on)
		return AMT_YES;
	if (!w->major)
		return AMT_MAYBE;
	for (const char *p = h->needed_on;
	     amt_num_take(&p, 2, &major) && amt_num_mark(&p, '.') && amt_num_take(&p, 2, &minor) &&
	     amt_num_mark(&p, '/') && amt_num_take(&p, 1, &from) && amt_num_mark(&p, '-') &&
	     amt_num_take(&p, 1, &to);
	     p += *p == ',') {
		if (w->major != major || w->minor != minor)
			continue;
		if (w->pack < 0 && to < 9)
			return AMT_MAYBE;
		if (w->pack < 0 || (w->pack >= from && w->pack <= to))
			return AMT_YES;
	}
	return AMT_NO;
}

/* The fix itself or one that brings it. */
static const struct exports_fact *installed(const struct hotfix *h, const struct export_computer *c)
{
	const struct exports_fact *fact = export_find(c, EXPORTS_HOTFIX, h->kb);

	for (const char *p = h->superseded; !fact && *p;) {
		char kb[16];
		size_t n = strcspn(p, ",");
		snprintf(kb, sizeof(kb), "%.*s", (int)n, p);
		fact = export_find(c, EXPORTS_HOTFIX, kb);
		p += n + (p[n] == ',');
	}
	return fact;
}

static void say(struct result *r, enum amt_verdict v, const struct exports_fact *fact)
{
	r->verdict = v;
	r->fact = fact;
}

static void judge_one(const struct export_view *v, const struct hotfix *h,
		      const struct export_computer *c, struct result *r)
{
	char why[200];
	const char *name = export_called(c);
	enum amt_tri applies = export_applies(v, h->row, why, sizeof(why));
	enum amt_tri needed = needs(h, &c->windows);
	const struct exports_fact *fact = installed(h, c);
	const struct exports_fact *list = h->list == PROGRAMS ? c->programs
					  : c->qfe            ? c->qfe
							      : c->programs;
	if (fact && strcmp(fact->name, h->kb) != 0) {
		say(r, AMT_PASS, fact);
		snprintf(r->text, sizeof(r->text), "%s has %s, which brings %s", name, fact->name,
			 h->kb);
	} else if (fact) {
		say(r, AMT_PASS, fact);
		snprintf(r->text, sizeof(r->text), "%s is installed on %s", h->kb, name);
	} else if (needed == AMT_NO) {
		say(r, h->otherwise, c->windows.at);
		snprintf(r->text, sizeof(r->text), "%s: Windows %d.%d service pack %d %s %s", name,
			 c->windows.major, c->windows.minor,
			 c->windows.pack < 0 ? 0 : c->windows.pack,
			 h->otherwise == AMT_PASS ? "contains" : "does not need", h->kb);
	} else if (!list || (h->list == QFE && !c->qfe && c->windows.major >= 6)) {
		say(r, AMT_UNKNOWN, c->qfe);
		snprintf(r->text, sizeof(r->text), "whether %s has %s is not known: %s", name,
			 h->kb,
			 h->list == PROGRAMS && c->qfe
				 ? "ConfigMgr fixes need not stand in the Windows hot fix list, "
				   "and the list of installed programs was not given"
			 : h->list == PROGRAMS ? "the list of installed programs was not given"
					       : "its hot fix list was not given");
	} else if (needed == AMT_MAYBE) {
		say(r, AMT_UNKNOWN, list);
		snprintf(r->text, sizeof(r->text),
			 "%s is not on %s; whether it is needed depends on its Windows version and "
			 "service pack, which no export tells",
			 h->kb, name);
	} else if (applies == AMT_MAYBE) {
		say(r, AMT_UNKNOWN, list);
		snprintf(r->text, sizeof(r->text),
			 "%s is not on %s; whether it is needed is not known: %s", h->kb, name,
			 why);
	} else {
		say(r, AMT_FAIL, list);
		snprintf(r->text, sizeof(r->text), "%s is missing on %s%s%s", h->kb, name,
			 *h->superseded ? ", and so is " : "", h->superseded);
	}
}

/* The roll-up is no failure where the single fixes that apply are all there. */
static bool singles_installed(const struct export_view *v, const struct export_computer *c)
{
	char why[200];
	bool any = false;

	for (size_t i = 0; i < N_HOTFIXES; i++) {
		const struct hotfix *h = &hotfixes[i];
		if (strcmp(h->superseded, "KB960804") != 0 ||
		    !(h->where & (c->server ? SERVER : CONSOLE)) ||
		    export_applies(v, h->row, why, sizeof(why)) == AMT_NO)
			continue;
		if (!export_find(c, EXPORTS_HOTFIX, h->kb))
			return false;
		any = true;
	}
	return any;
}

struct sum {
	size_t missing, rare, unknown, good;
	const char *first;
	const struct exports_fact *fact;
};

static void count(struct sum *s, const struct hotfix *h, const struct result *r)
{
	if (r->verdict == AMT_FAIL && !(h->rare && s->missing)) {
		if (!s->first || (!h->rare && !s->missing))
			s->first = h->kb;
		s->fact = r->fact;
	}
	s->missing += r->verdict == AMT_FAIL && !h->rare;
	s->rare += r->verdict == AMT_FAIL && h->rare;
	s->unknown += r->verdict == AMT_UNKNOWN;
	s->good += r->verdict == AMT_PASS;
}

static void sum_up(struct export_view *v, const struct export_computer *c, const struct sum *s)
{
	char why[200];
	struct amt_finding *f;
	const char *name = export_called(c);

	if (export_applies(v, "S1.V04", why, sizeof(why)) == AMT_NO)
		return;
	if (s->missing)
		f = amt_finding_add(v->fs, "S1.V04", AMT_FAIL, c->name,
				    "%zu hot fix%s that %s needs %s missing, the first is %s",
				    s->missing + s->rare, s->missing + s->rare == 1 ? "" : "es",
				    name, s->missing + s->rare == 1 ? "is" : "are", s->first);
	else if (s->unknown)
		f = amt_finding_add(v->fs, "S1.V04", AMT_UNKNOWN, c->name,
				    "whether %s has every hot fix it needs is not known: %zu of "
				    "them could not be judged",
				    name, s->unknown);
	else if (s->rare)
		f = amt_finding_add(v->fs, "S1.V04", AMT_WARN, c->name,
				    "only %s, for a rare case, is missing on %s", s->first, name);
	else
		f = amt_finding_add(v->fs, "S1.V04", AMT_PASS, c->name,
				    "%s has every hot fix that applies here (%zu)", name, s->good);
	export_cite(v, f, s->fact ? s->fact : c->programs ? c->programs : c->qfe);
}

void export_judge_hotfixes(struct export_view *v)
{
	char why[200];

	for (size_t i = 0; i < v->computers.n; i++) {
		const struct export_computer *c = &v->computers.v[i];
		struct sum sum = {0};
		int roles = (c->server ? SERVER : 0) | (c->console ? CONSOLE : 0);
		for (size_t k = 0; k < N_HOTFIXES; k++) {
			const struct hotfix *h = &hotfixes[k];
			struct result r = {0};
			if (!((int)h->where & roles) ||
			    (!c->qfe && !c->programs && !c->windows.major) ||
			    export_applies(v, h->row, why, sizeof(why)) == AMT_NO)
				continue;
			judge_one(v, h, c, &r);
			if (r.verdict == AMT_FAIL && !strcmp(h->kb, "KB960804") &&
			    singles_installed(v, c)) {
				r.verdict = AMT_WARN;
				snprintf(r.text, sizeof(r.text),
					 "KB960804 is missing on %s, but every single fix that "
					 "applies is installed",
					 export_called(c));
			}
			struct amt_finding *f =
				amt_finding_add(v->fs, h->row, r.verdict, c->name, "%s", r.text);
			export_cite(v, f, r.fact);
			if (h->where & SERVER)
				count(&sum, h, &r);
		}
		if (c->server && (c->qfe || c->programs))
			sum_up(v, c, &sum);
	}
}
