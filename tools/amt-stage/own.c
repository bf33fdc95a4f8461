/* Rows about the walk itself, and rows that sum up others: the engine answers them. */
#include "stage.h"

#include "amtdiag/version.h"

#include <stdlib.h>
#include <string.h>

/* What is known of a certificate that was to be revoked; summary NULL: nothing. */
struct removal {
	enum amt_verdict verdict;
	const char *summary;
};

/* What f says of its subject k, and of whom. */
static const char *said_of(const struct amt_finding *f, size_t k, const char **subject)
{
	*subject = k < f->subjects.n ? f->subjects.v[k].name : f->subject;
	return k < f->subjects.n && f->subjects.v[k].summary ? f->subjects.v[k].summary
							     : f->summary;
}

static void one_removal(struct amt_findings *fs, const struct amt_finding *ad, size_t k,
			const struct removal *ca)
{
	const char *subject, *summary = said_of(ad, k, &subject);
	struct amt_finding *f = amt_finding_add(
		fs, "PV.22", amt_verdict_fold(ad->verdict, ca ? ca->verdict : AMT_UNKNOWN), subject,
		"Directory: %s CA: %s", summary,
		ca ? ca->summary : "whether the certificate is revoked was not looked at.");

	for (size_t e = 0; e < ad->evidence.n; e++)
		amt_finding_evidence(fs, f, ad->evidence.v[e].source, ad->evidence.v[e].locator,
				     "%s", ad->evidence.v[e].text ? ad->evidence.v[e].text : "");
}

/* PV.22 sums up what is left of a client in the directory (S7.V03) and at the CA (S7.V02). */
void stage_judge_removals(const struct stage *st, struct amt_findings *fs)
{
	const struct amt_findings *seen = &st->seen;
	size_t clients = st->fleet.clients.n;
	struct removal *of = amt_calloc(clients ? clients : 1, sizeof(*of));
	const char *subject;

	for (size_t i = 0; i < seen->list.n; i++) {
		const struct amt_finding *f = seen->list.v[i];
		if (strcmp(f->item->id, "S7.V02") != 0)
			continue;
		for (size_t k = 0; k == 0 || k < f->subjects.n; k++) {
			const char *summary = said_of(f, k, &subject);
			const struct walk_client *c = walk_fleet_find(&st->fleet, subject);
			struct removal *r = c ? &of[c - st->fleet.clients.v] : NULL;
			/* Of several certificates the one that is worst off. */
			if (r &&
			    (!r->summary || amt_verdict_fold(r->verdict, f->verdict) != r->verdict))
				*r = (struct removal){f->verdict, summary};
		}
	}
	for (size_t i = 0; i < seen->list.n; i++) {
		const struct amt_finding *f = seen->list.v[i];
		if (strcmp(f->item->id, "S7.V03") != 0)
			continue;
		for (size_t k = 0; k == 0 || k < f->subjects.n; k++) {
			said_of(f, k, &subject);
			const struct walk_client *c = walk_fleet_find(&st->fleet, subject);
			const struct removal *r = c ? &of[c - st->fleet.clients.v] : NULL;
			one_removal(fs, f, k, r && r->summary ? r : NULL);
		}
	}
	free(of);
}

/* The ports of S1.V17 and the rows that measure them; P.38 is the console's own and asked. */
enum { PORT_ROWS = 4 };
static const struct {
	const char *id, *port;
} port_rows[PORT_ROWS] = {
	{"P.35", "9971"}, {"P.36", "16992"}, {"P.37", "16993"}, {"P.39", "16995"}};

struct port_sum {
	enum amt_verdict v[PORT_ROWS];
	bool seen[PORT_ROWS], said;
};

static void add_to_sum(const struct stage *st, const char *subject, size_t row, enum amt_verdict v,
		       struct port_sum *sums)
{
	const struct walk_client *c = walk_fleet_find(&st->fleet, subject);
	struct port_sum *s = c ? &sums[c - st->fleet.clients.v] : NULL;

	if (!s)
		return;
	if (row == PORT_ROWS)
		s->said = true;
	else
		s->v[row] = s->seen[row] ? amt_verdict_fold(s->v[row], v) : v;
	if (row < PORT_ROWS)
		s->seen[row] = true;
}

static void sum_ports(const struct stage *st, struct port_sum *sums)
{
	for (size_t i = 0; i < st->seen.list.n; i++) {
		const struct amt_finding *f = st->seen.list.v[i];
		size_t row = 0;
		while (row < PORT_ROWS && strcmp(f->item->id, port_rows[row].id) != 0)
			row++;
		if (row == PORT_ROWS && strcmp(f->item->id, "S1.V17") != 0)
			continue;
		add_to_sum(st, f->subject, row, f->verdict, sums);
		for (size_t k = 1; k < f->subjects.n; k++)
			add_to_sum(st, f->subjects.v[k].name, row, f->verdict, sums);
	}
}

/* S1.V17: said where every port was tried, and where one of them fails. */
void stage_judge_ports(const struct stage *st, struct amt_findings *fs)
{
	size_t n = st->fleet.clients.n;
	bool hello = st->cli->context.trait[AMT_TRAIT_OUT_OF_BAND] != AMT_NO;
	struct port_sum *sums = amt_calloc(n ? n : 1, sizeof(*sums));

	sum_ports(st, sums);
	for (size_t i = 0; i < n; i++) {
		const struct port_sum *s = &sums[i];
		const char *bad = NULL, *list = "";
		enum amt_verdict v = AMT_PASS;
		bool all = true;
		for (size_t k = hello ? 0 : 1; k < PORT_ROWS; k++) {
			all = all && s->seen[k];
			if (!s->seen[k])
				continue;
			v = amt_verdict_fold(v, s->v[k]);
			if (s->v[k] == AMT_FAIL && !bad)
				bad = port_rows[k].port;
			list = amt_arena_printf(&fs->arena, "%s%s%s (%s)", list, *list ? ", " : "",
						port_rows[k].port, port_rows[k].id);
		}
		if (s->said || (!all && v != AMT_FAIL))
			continue;
		if (bad)
			amt_finding_add(fs, "S1.V17", v, st->fleet.clients.v[i].name,
					"TCP %s is not to be had", bad);
		else
			amt_finding_add(fs, "S1.V17", v, st->fleet.clients.v[i].name,
					"every port was tried: %s", list);
	}
	free(sums);
}

void stage_judge_own(const struct stage *st, struct amt_findings *fs)
{
	struct amt_finding *f;

	if (st->stages && st->stages != (AMT_STAGE_BIT(8) - AMT_STAGE_BIT(1)))
		f = amt_finding_add(
			fs, "G.01", AMT_WARN, "",
			"walked out of sequence: only the stages asked for with --stage");
	else
		f = amt_finding_add(
			fs, "G.01", AMT_PASS, "",
			"all stages were walked in order, each on top of the ones before");
	amt_finding_evidence(fs, f, "amt-stage", NULL, "version %s", AMT_VERSION);
}
