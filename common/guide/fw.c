/* Firmware versions: as people and log files write them, compared by the parts both sides have. */
#include "amtdiag/guide.h"

#include <stdio.h>

enum { FW_PARTS = 4, FW_PART_MAX = 65535 };

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool amt_fw_parse(const char *s, struct amt_fw *out, struct amt_error *err)
{
	int part[FW_PARTS] = {-1, -1, -1, -1};
	int n = 0;
	const char *p = s;

	if (*p == 'v' || *p == 'V')
		p++;
	for (;;) {
		if (n == FW_PARTS)
			return amt_fail(err, "firmware version '%.40s' has more than %d parts", s,
					FW_PARTS);
		if (!digit(*p))
			return amt_fail(err, "firmware version '%.40s': expected digits at '%.20s'",
					s, p);
		int value = 0;
		for (; digit(*p); p++) {
			value = value * 10 + (*p - '0');
			if (value > FW_PART_MAX)
				return amt_fail(err, "firmware version '%.40s' has a part over %d",
						s, FW_PART_MAX);
		}
		part[n++] = value;
		if (*p != '.')
			break;
		p++;
	}
	/* "15.0-H", "8.1.40a": what the maker hangs on says nothing about the order. */
	if (*p == '-')
		p++;
	while (letter(*p))
		p++;
	if (*p)
		return amt_fail(err, "firmware version '%.40s': '%.20s' is not understood", s, p);
	*out = (struct amt_fw){part[0], part[1], part[2], part[3]};
	return true;
}

int amt_fw_compare(const struct amt_fw *a, const struct amt_fw *b)
{
	const int x[FW_PARTS] = {a->major, a->minor, a->rev, a->build};
	const int y[FW_PARTS] = {b->major, b->minor, b->rev, b->build};

	for (int i = 0; i < FW_PARTS; i++) {
		if (x[i] < 0 || y[i] < 0)
			break;
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	}
	return 0;
}

enum amt_tri amt_fw_below(const struct amt_fw *fw, const struct amt_fw *limit)
{
	const int x[FW_PARTS] = {fw->major, fw->minor, fw->rev, fw->build};
	const int y[FW_PARTS] = {limit->major, limit->minor, limit->rev, limit->build};

	for (int i = 0; i < FW_PARTS; i++) {
		if (x[i] < 0 && y[i] > 0)
			return AMT_MAYBE;
		if (x[i] >= 0 && y[i] >= 0 && x[i] != y[i])
			return x[i] < y[i] ? AMT_YES : AMT_NO;
	}
	return AMT_NO;
}

char *amt_fw_format(const struct amt_fw *fw, char out[48])
{
	const int part[FW_PARTS] = {fw->major, fw->minor, fw->rev, fw->build};
	size_t at = 0;

	out[0] = '\0';
	for (int i = 0; i < FW_PARTS && part[i] >= 0; i++)
		at += (size_t)snprintf(out + at, 48 - at, i ? ".%d" : "%d", part[i]);
	return out;
}
