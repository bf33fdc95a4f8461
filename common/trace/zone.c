/*
 * Daylight saving rules as the IANA tz database has them, for the years in which
 * SMS and ConfigMgr wrote zones in words (1996 to about 2012, and later by rule).
 */
#include "zone.h"

#define HOUR (3600 * AMT_SECOND)

static bool same(const char *name, const char *s, size_t n)
{
	return strlen(name) == n && !amt_strncasecmp(name, s, n);
}

static const struct trace_zone *find(const char *name, size_t n)
{
	for (size_t i = 0; i < trace_zones_count; i++)
		if (same(trace_zones[i].name, name, n))
			return &trace_zones[i];
	return NULL;
}

const struct trace_zone *trace_zone_find(const char *name, size_t n, bool *daylight)
{
	static const char day[] = " Daylight Time", std[] = " Standard Time";
	const struct trace_zone *z = find(name, n);
	const char *p;
	char other[96];

	*daylight = false;
	if (z || n > 64 || !(p = amt_memcasestr(name, n, day)))
		return z;
	/* Of "Central Standard Time (Mexico)", too. Both words are of the same length. */
	memcpy(other, name, n);
	memcpy(other + (p - name), std, sizeof(std) - 1);
	z = find(other, n);
	*daylight = z != NULL;
	return z;
}

const char *trace_zone_charset(const char *bytes, size_t n)
{
	static const char *const pages[] = {"CP1252", "CP1251", "CP932", "CP949"};
	const char *found = NULL;

	if (n > 64)
		return NULL;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]) && !found; i++) {
		struct amt_buf b;
		bool daylight;
		size_t bad;

		amt_buf_init(&b, 512);
		if (amt_text_to_utf8(pages[i], bytes, n, &b, &bad, NULL) && !bad) {
			const struct trace_zone *z =
				trace_zone_find(amt_buf_cstr(&b), b.len, &daylight);
			if (z && !strcmp(z->charset, pages[i]))
				found = pages[i];
		}
		amt_buf_free(&b);
	}
	return found;
}

/* Local midnight of the nth Sunday of a month; nth 0 is the last one. */
static amt_time sunday(int year, int month, int nth)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int last = days[month - 1];
	struct amt_civil c = {.year = year, .month = month, .offset_known = true};

	if (nth) {
		c.day = 1 + (7 - amt_weekday(year, month, 1)) % 7 + 7 * (nth - 1);
	} else {
		if (month == 2 && year % 4 == 0 && (year % 100 || year % 400 == 0))
			last++;
		c.day = last - amt_weekday(year, month, last);
	}
	return amt_time_from_civil(&c);
}

/* Begin and end of daylight saving in a year, both in standard local time. */
static bool span(const struct trace_zone *z, int year, amt_time *begin, amt_time *end)
{
	switch (z->rule) {
	case TRACE_RULE_eu: /* 01:00 UTC, last Sundays of March and October */
		*begin = sunday(year, 3, 0) + HOUR - z->bias * 60 * AMT_SECOND;
		*end = sunday(year, 10, 0) + HOUR - z->bias * 60 * AMT_SECOND;
		return true;
	case TRACE_RULE_us: /* 02:00; Energy Policy Act of 2005 from 2007 on */
		*begin = (year >= 2007 ? sunday(year, 3, 2) : sunday(year, 4, 1)) + 2 * HOUR;
		*end = (year >= 2007 ? sunday(year, 11, 1) : sunday(year, 10, 0)) + HOUR;
		return true;
	case TRACE_RULE_au:
		*begin = (year >= 2008 ? sunday(year, 10, 1) : sunday(year, 10, 0)) + 2 * HOUR;
		/* A week longer in 2006, for the Commonwealth Games. */
		*end = (year >= 2008 || year == 2006 ? sunday(year, 4, 1) : sunday(year, 3, 0)) +
		       2 * HOUR;
		return true;
	case TRACE_RULE_nz:
		*begin = (year >= 2007 ? sunday(year, 9, 0) : sunday(year, 10, 1)) + 2 * HOUR;
		*end = (year >= 2008 ? sunday(year, 4, 1) : sunday(year, 3, 3)) + 2 * HOUR;
		return true;
	case TRACE_RULE_ru: /* summer time until 2010; 2011 to 2014 see below */
		if (year > 2010)
			return false;
		*begin = sunday(year, 3, 0) + 2 * HOUR;
		*end = sunday(year, 10, 0) + 2 * HOUR;
		return true;
	case TRACE_RULE_mx: /* until 2022 */
		if (year > 2022)
			return false;
		*begin = sunday(year, 4, 1) + 2 * HOUR;
		*end = sunday(year, 10, 0) + HOUR;
		return true;
	case TRACE_RULE_wa: /* tried from December 2006 to March 2009 */
		if (year < 2006 || year > 2009)
			return false;
		*begin = year == 2009 ? INT64_MAX
				      : (year == 2006 ? sunday(year, 12, 1) : sunday(year, 10, 0)) +
						2 * HOUR;
		*end = year == 2006 ? INT64_MIN : sunday(year, 3, 0) + 2 * HOUR;
		return true;
	case TRACE_RULE_none:
		break;
	}
	return false;
}

int trace_zone_bias(const struct trace_zone *z, amt_time local)
{
	struct amt_civil c;
	amt_time begin, end;

	if (z->rule == TRACE_RULE_none)
		return z->bias;
	amt_time_to_civil(local, 0, &c);
	if (z->rule == TRACE_RULE_ru && c.year >= 2011 && c.year <= 2014 &&
	    local >= sunday(2011, 3, 0) + 2 * HOUR && local < sunday(2014, 10, 0) + 2 * HOUR)
		return z->bias - 60;
	if (!span(z, c.year, &begin, &end))
		return z->bias;
	/* The clock shows the hour before the end twice; it counts as standard time. */
	bool dst = begin < end ? local >= begin && local < end : local >= begin || local < end;
	return dst ? z->bias - 60 : z->bias;
}
