#include "report/writers.h"

/* rank: the folding rule of the header; the order of the enum is that of the counts. */
static const struct {
	const char *name;
	int rank, exit;
} verdicts[AMT_VERDICTS] = {
	[AMT_PASS] = {"pass", 1, 0},       [AMT_WARN] = {"warn", 3, 1},
	[AMT_FAIL] = {"fail", 6, 2},       [AMT_UNKNOWN] = {"unknown", 5, 3},
	[AMT_PENDING] = {"pending", 2, 1}, [AMT_NA] = {"na", 0, 0},
	[AMT_SKIPPED] = {"skipped", 4, 3},
};

const char *amt_verdict_name(enum amt_verdict v)
{
	return verdicts[v].name;
}

bool amt_verdict_parse(const char *name, enum amt_verdict *out)
{
	for (int v = 0; v < AMT_VERDICTS; v++) {
		if (!amt_strcasecmp(name, verdicts[v].name)) {
			*out = (enum amt_verdict)v;
			return true;
		}
	}
	return false;
}

int amt_verdict_rank(enum amt_verdict v)
{
	return verdicts[v].rank;
}

enum amt_verdict amt_verdict_fold(enum amt_verdict a, enum amt_verdict b)
{
	return verdicts[a].rank >= verdicts[b].rank ? a : b;
}

int amt_verdict_exit(enum amt_verdict v)
{
	return verdicts[v].exit;
}
