/* Security identifiers, as bytes and as text. */
#include "amtdiag/directory.h"

#include <stdio.h>
#include <string.h>

bool directory_sid_parse(const void *p, size_t n, struct directory_sid *out, size_t *used)
{
	struct amt_rd r = amt_rd_init(p, n);
	struct directory_sid s = {0};

	s.revision = amt_rd_u8(&r);
	s.count = amt_rd_u8(&r);
	s.authority = amt_rd_be(&r, 6);
	if (r.short_ || s.revision != 1 || s.count > 15)
		return false;
	for (size_t i = 0; i < s.count; i++)
		s.sub[i] = amt_rd_le32(&r);
	if (r.short_)
		return false;
	*out = s;
	if (used)
		*used = amt_rd_at(&r);
	return true;
}

static bool number(const char **p, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	const char *s = *p;

	for (; *s >= '0' && *s <= '9'; s++) {
		v = v * 10 + (uint64_t)(*s - '0');
		if (v > max)
			return false;
	}
	if (s == *p || (*s && *s != '-'))
		return false;
	*p = *s ? s + 1 : s;
	*out = v;
	return true;
}

bool directory_sid_from_text(const char *text, struct directory_sid *out)
{
	struct directory_sid s = {.revision = 1};
	uint64_t v;
	const char *p = text + 4;

	if (strncmp(text, "S-1-", 4) != 0 || !number(&p, 0xffffffffffff, &s.authority))
		return false;
	while (*p) {
		if (s.count == 15 || !number(&p, UINT32_MAX, &v))
			return false;
		s.sub[s.count++] = (uint32_t)v;
	}
	if (p[-1] == '-')
		return false;
	*out = s;
	return true;
}

char *directory_sid_text(const struct directory_sid *s, char out[DIRECTORY_SID_TEXT])
{
	int n = snprintf(out, DIRECTORY_SID_TEXT, "S-%u-%llu", s->revision,
			 (unsigned long long)s->authority);

	for (size_t i = 0; i < s->count && i < 15; i++)
		n += snprintf(out + n, DIRECTORY_SID_TEXT - (size_t)n, "-%u", s->sub[i]);
	return out;
}

bool directory_sid_equal(const struct directory_sid *a, const struct directory_sid *b)
{
	return a->count == b->count && a->authority == b->authority &&
	       !memcmp(a->sub, b->sub, a->count * sizeof(a->sub[0]));
}
