/* Self-relative security descriptors, and what a set of SIDs may do by one. */
#include "amtdiag/directory.h"

#include <string.h>

enum { DACL_PRESENT = 4 };

static bool ace(struct amt_rd *acl, struct directory_ace *out, bool *kept)
{
	out->type = amt_rd_u8(acl);
	out->flags = amt_rd_u8(acl);
	size_t size = amt_rd_le16(acl);
	if (acl->short_ || size < 4)
		return false;
	struct amt_rd r = amt_rd_sub(acl, size - 4);
	if (r.short_)
		return false;
	*kept = out->type == DIRECTORY_ACE_ALLOW || out->type == DIRECTORY_ACE_DENY ||
		out->type == DIRECTORY_ACE_OBJECT_ALLOW || out->type == DIRECTORY_ACE_OBJECT_DENY;
	if (!*kept)
		return true;
	out->mask = amt_rd_le32(&r);
	if (out->type >= DIRECTORY_ACE_OBJECT_ALLOW) {
		uint32_t which = amt_rd_le32(&r);
		const uint8_t *g;
		out->has_object = which & 1;
		out->has_inherited = which & 2;
		if (out->has_object && (g = amt_rd_bytes(&r, 16)))
			memcpy(out->object, g, 16);
		if (out->has_inherited && (g = amt_rd_bytes(&r, 16)))
			memcpy(out->inherited, g, 16);
	}
	return !r.short_ && directory_sid_parse(r.p, amt_rd_left(&r), &out->sid, NULL);
}

void directory_sd_free(struct directory_sd *sd)
{
	amt_vec_free(&sd->dacl);
	*sd = (struct directory_sd){0};
}

bool directory_sd_parse(const void *p, size_t n, struct directory_sd *out, struct amt_error *err)
{
	struct amt_rd r = amt_rd_init(p, n);
	struct directory_sd sd = {0};

	uint8_t revision = amt_rd_u8(&r);
	amt_rd_skip(&r, 1);
	sd.control = amt_rd_le16(&r);
	amt_rd_skip(&r, 12); /* owner, group, SACL */
	size_t at = amt_rd_le32(&r);
	if (r.short_ || revision != 1)
		return amt_fail(err,
				"security descriptor: %zu bytes, revision %u: too short or of an "
				"unknown kind",
				n, revision);
	if (!(sd.control & DACL_PRESENT) || !at) {
		*out = sd;
		return true;
	}
	if (at > n)
		return amt_fail(err, "security descriptor: the DACL begins at %zu of %zu bytes", at,
				n);
	struct amt_rd d = amt_rd_init((const uint8_t *)p + at, n - at);
	amt_rd_skip(&d, 2);
	size_t size = amt_rd_le16(&d), count = amt_rd_le16(&d);
	amt_rd_skip(&d, 2);
	if (d.short_ || size < 8)
		return amt_fail(err, "security descriptor: the DACL at %zu is cut", at);
	struct amt_rd acl = amt_rd_sub(&d, size - 8);
	sd.has_dacl = true;
	for (size_t i = 0; i < count; i++) {
		struct directory_ace a = {0};
		bool kept = false;
		if (acl.short_ || !ace(&acl, &a, &kept)) {
			directory_sd_free(&sd);
			return amt_fail(err,
					"security descriptor: entry %zu of %zu of the DACL is cut "
					"or malformed",
					i + 1, count);
		}
		if (kept)
			amt_vec_push(&sd.dacl, a);
		else
			sd.skipped++;
	}
	*out = sd;
	return true;
}

static bool among(const struct directory_sids *who, const struct directory_sid *s)
{
	for (size_t i = 0; i < who->n; i++)
		if (directory_sid_equal(&who->v[i], s))
			return true;
	return false;
}

/* Does the entry say anything about this object, or about the children below it? */
static bool applies(const struct directory_ace *a, const uint8_t object[16], bool below)
{
	if (below ? !(a->flags & DIRECTORY_ACE_CONTAINER_INHERIT) ||
			    (a->flags & DIRECTORY_ACE_NO_PROPAGATE)
		  : (a->flags & DIRECTORY_ACE_INHERIT_ONLY) != 0)
		return false;
	if (a->has_inherited && below)
		return false; /* for one class of children only */
	return !a->has_object || (object && !memcmp(a->object, object, 16));
}

uint32_t directory_access(const struct directory_sd *sd, const struct directory_sids *who,
			  uint32_t want, const uint8_t object[16], bool below, long *by)
{
	uint32_t granted = 0, denied = 0;
	long decider = -1;

	if (by)
		*by = -1;
	if (!sd->has_dacl)
		return want;
	for (size_t i = 0; i < sd->dacl.n && (granted | denied) != want; i++) {
		const struct directory_ace *a = &sd->dacl.v[i];
		uint32_t mask =
			a->mask & DIRECTORY_GENERIC_ALL ? a->mask | DIRECTORY_FULL : a->mask;
		bool deny = a->type == DIRECTORY_ACE_DENY || a->type == DIRECTORY_ACE_OBJECT_DENY;

		if (!among(who, &a->sid))
			continue;
		/* A denial of one right of many still breaks full control. */
		if (!applies(a, deny && a->has_object && !object ? a->object : object, below))
			continue;
		uint32_t news = mask & want & ~(granted | denied);
		if (!news)
			continue;
		decider = (long)i;
		if (deny)
			denied |= news;
		else
			granted |= news;
	}
	if (by)
		*by = decider;
	return granted;
}
