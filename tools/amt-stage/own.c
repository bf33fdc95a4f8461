/* Rows about the walk itself, which the engine answers: order, evidence at hand, owners. */
#include "stage.h"

#include "amtdiag/version.h"

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
}
