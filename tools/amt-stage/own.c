/* Rows about the walk itself, which the engine answers: order, evidence at hand, owners. */
#include "stage.h"

#include "amtdiag/version.h"

#include <string.h>

/* PV.22 sums up what is left of a client in the directory (S7.V03) and at the CA (S7.V02). */
static void removal(struct amt_findings *fs)
{
	size_t n = fs->list.n;

	for (size_t i = 0; i < n; i++) {
		const struct amt_finding *ad = fs->list.v[i], *ca = NULL;
		if (strcmp(ad->item->id, "S7.V03") != 0)
			continue;
		for (size_t k = 0; k < n && !ca; k++)
			if (!strcmp(fs->list.v[k]->item->id, "S7.V02") &&
			    !amt_strcasecmp(fs->list.v[k]->subject, ad->subject))
				ca = fs->list.v[k];
		struct amt_finding *f = amt_finding_add(
			fs, "PV.22", amt_verdict_fold(ad->verdict, ca ? ca->verdict : AMT_UNKNOWN),
			ad->subject, "Directory: %s CA: %s", ad->summary,
			ca ? ca->summary : "whether the certificate is revoked was not looked at.");
		for (size_t k = 0; k < ad->evidence.n; k++)
			amt_finding_evidence(fs, f, ad->evidence.v[k].source,
					     ad->evidence.v[k].locator, "%s",
					     ad->evidence.v[k].text ? ad->evidence.v[k].text : "");
	}
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
	f = amt_finding_add(
		fs, "G.02", AMT_PASS, "",
		"corrective steps are listed cheapest first; what erases settings comes last");
	amt_finding_evidence(fs, f, "amt-stage", NULL, "version %s", AMT_VERSION);
	removal(fs);
}
