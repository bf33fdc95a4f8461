/* Which of two failures is the cause. */
#include "site/walk_cause.h"

#include <string.h>

static bool among(const struct amt_item *item, const char *const *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(item->id, ids[i]))
			return true;
	return false;
}

/*
 * How near a row is to a cause. Corrective rows and prerequisites name one; a step of provisioning
 * says where it broke; what provisioning leaves behind (AD object, settings of the device) is
 * missing because of that; whether the task ended well or the client counts as provisioned sums all
 * of it up (guide, stage 3: "verify").
 */
static int nearness(const struct amt_item *item)
{
	static const char *const sums[] = {"S2.V01a", "S2.V01b", "S3.V01a", "CK.13"},
				 *const steps[] = {"S3.V01b", "S3.V01c", "S3.V01d", "S3.V01e",
						   "S3.V01f", "S3.V01g", "S3.V01h"};

	if (item->kind != AMT_KIND_VERIFY)
		return 3;
	if (among(item, sums, sizeof(sums) / sizeof(sums[0])))
		return 0;
	return among(item, steps, sizeof(steps) / sizeof(steps[0])) ||
			       !(item->stages & AMT_STAGE_BIT(3))
		       ? 2
		       : 1;
}

bool walk_nearer(const struct amt_finding *a, const struct amt_finding *b)
{
	if (b && !a->because_id != !b->because_id)
		return !a->because_id;
	return !b || nearness(a->item) > nearness(b->item);
}
