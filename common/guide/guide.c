/* Looking rows up. The rows themselves are in common/guide/catalogue. */
#include "amtdiag/guide.h"
#include "guide/catalogue.h"
#include "guide/predicate.h"

size_t amt_guide_count(void)
{
	return amt_catalogue_count;
}

const struct amt_item *amt_guide_at(size_t i)
{
	return i < amt_catalogue_count ? &amt_catalogue[i] : NULL;
}

const struct amt_item *amt_guide_find(const char *id)
{
	size_t low = 0, high = amt_catalogue_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct amt_item *item = &amt_catalogue[amt_catalogue_by_id[mid]];
		int order = amt_strcasecmp(id, item->id);
		if (order == 0)
			return item;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const struct amt_item *amt_guide_next(size_t *i, int stage, int component, unsigned tools)
{
	while (*i < amt_catalogue_count) {
		const struct amt_item *item = &amt_catalogue[(*i)++];
		if (stage >= 0 && !(item->stages & AMT_STAGE_BIT(stage)))
			continue;
		if (component >= 0 && item->component != (enum amt_component)component)
			continue;
		if (tools && !(item->tools & tools))
			continue;
		return item;
	}
	return NULL;
}

enum amt_tri amt_item_applies(const struct amt_item *item, const struct amt_context *ctx, char *why,
			      size_t why_size)
{
	return amt_predicate(item->applies ? item->applies : "always", ctx, why, why_size);
}
