#include "amtdiag/core/time.h"

#include "amtdiag/core/num.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static amt_time ask(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (amt_time)ts.tv_sec * AMT_SECOND + ts.tv_nsec / 1000;
}

amt_time amt_time_now(void)
{
	return ask(CLOCK_REALTIME);
}

amt_time amt_time_steady(void)
{
	return ask(CLOCK_MONOTONIC);
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar; years start in March. */
static int64_t days_from_civil(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

static int month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

bool amt_civil_valid(const struct amt_civil *c)
{
	return c->year >= 1 && c->year <= 9999 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	       c->day <= month_days(c->year, c->month) && c->hour >= 0 && c->hour <= 23 &&
	       c->minute >= 0 && c->minute <= 59 && c->second >= 0 && c->second <= 59 &&
	       c->usec >= 0 && c->usec <= 999999 && c->offset >= -24 * 60 && c->offset <= 24 * 60;
}

amt_time amt_time_from_civil(const struct amt_civil *c)
{
	if (!amt_civil_valid(c))
		return AMT_TIME_NONE;
	int64_t s = days_from_civil(c->year, c->month, c->day) * 86400 + c->hour * 3600 +
		    c->minute * 60 + c->second - (c->offset_known ? c->offset * 60 : 0);
	return s * AMT_SECOND + c->usec;
}

void amt_time_to_civil(amt_time t, int offset_min, struct amt_civil *out)
{
	int64_t us = t + (int64_t)offset_min * 60 * AMT_SECOND;
	int64_t days = us / AMT_DAY, rest = us % AMT_DAY;

	if (rest < 0) {
		rest += AMT_DAY;
		days--;
	}
	*out = (struct amt_civil){.offset = offset_min, .offset_known = true};
	civil_from_days(days, &out->year, &out->month, &out->day);
	out->usec = (int)(rest % AMT_SECOND);
	int64_t s = rest / AMT_SECOND;
	out->hour = (int)(s / 3600);
	out->minute = (int)(s / 60 % 60);
	out->second = (int)(s % 60);
}

int amt_weekday(int year, int month, int day)
{
	int64_t d = (days_from_civil(year, month, day) + 4) % 7;

	return (int)(d < 0 ? d + 7 : d);
}

/* Exactly n digits; -1 if not. */
static int fixed(const char **p, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return -1;
		v = v * 10 + (**p - '0');
	}
	return v;
}

static bool lit(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static bool parse_offset(const char **p, struct amt_civil *c)
{
	if (lit(p, 'Z') || lit(p, 'z'))
		return true;
	int sign = **p == '-' ? -1 : **p == '+' ? 1 : 0;
	if (!sign)
		return false;
	(*p)++;
	int h = fixed(p, 2);
	if (h < 0 || h > 23)
		return false;
	if (**p == ':')
		(*p)++;
	int m = fixed(p, 2);
	if (m < 0 || m > 59)
		return false;
	c->offset = sign * (h * 60 + m);
	return true;
}

static bool parse_clock(const char **p, struct amt_civil *c)
{
	if ((c->hour = fixed(p, 2)) < 0 || !lit(p, ':') || (c->minute = fixed(p, 2)) < 0 ||
	    !lit(p, ':') || (c->second = fixed(p, 2)) < 0)
		return false;
	if (!lit(p, '.'))
		return true;
	int any = 0;
	for (int scale = 100000; **p >= '0' && **p <= '9'; (*p)++, any++, scale /= 10)
		c->usec += (**p - '0') * scale;
	return any > 0;
}

static bool parse_civil(const char *p, struct amt_civil *c)
{
	*c = (struct amt_civil){.offset_known = true};
	c->year = fixed(&p, 4);
	if (c->year < 0 || !lit(&p, '-') || (c->month = fixed(&p, 2)) < 0 || !lit(&p, '-') ||
	    (c->day = fixed(&p, 2)) < 0)
		return false;
	if (!*p)
		return true;
	if (*p != 'T' && *p != 't' && *p != ' ')
		return false;
	p++;
	return parse_clock(&p, c) && parse_offset(&p, c) && !*p;
}

bool amt_time_parse(const char *s, amt_time *out, struct amt_error *err)
{
	struct amt_civil c;

	if (!parse_civil(s, &c) || !amt_civil_valid(&c))
		return amt_fail(err, "'%.60s' is not a time like 2026-11-20T12:00:00Z", s);
	*out = amt_time_from_civil(&c);
	return true;
}

bool amt_time_parse_when(const char *s, amt_time base, amt_time *out, struct amt_error *err)
{
	static const char units[] = "smhd";
	static const amt_time lengths[] = {AMT_SECOND, 60 * AMT_SECOND, 3600 * AMT_SECOND, AMT_DAY};
	char number[24];
	size_t n = strlen(s);
	uint64_t v;

	if ((s[0] != '+' && s[0] != '-') || n < 3 || n > sizeof(number))
		return amt_time_parse(s, out, err);
	memcpy(number, s + 1, n - 2);
	number[n - 2] = '\0';
	const char *unit = strchr(units, s[n - 1]);
	if (!unit || !amt_num_u64(number, 0, 36500, &v, NULL))
		return amt_fail(err,
				"'%.60s' is not a time like +30d, -12h or 2026-11-20T12:00:00Z", s);
	amt_time delta = (amt_time)v * lengths[unit - units];
	*out = s[0] == '-' ? base - delta : base + delta;
	return true;
}

char *amt_civil_format(const struct amt_civil *c, char out[AMT_TIME_TEXT])
{
	char fraction[24] = "", zone[24] = "";
	int o = c->offset < 0 ? -c->offset : c->offset;

	if (c->usec && c->usec % 1000 == 0)
		snprintf(fraction, sizeof(fraction), ".%03d", c->usec / 1000);
	else if (c->usec)
		snprintf(fraction, sizeof(fraction), ".%06d", c->usec);
	if (c->offset_known && !o)
		snprintf(zone, sizeof(zone), "Z");
	else if (c->offset_known)
		snprintf(zone, sizeof(zone), "%c%02d:%02d", c->offset < 0 ? '-' : '+', o / 60 % 100,
			 o % 60);
	snprintf(out, AMT_TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d%.7s%.6s", c->year % 10000,
		 c->month % 100, c->day % 100, c->hour % 100, c->minute % 100, c->second % 100,
		 fraction, zone);
	return out;
}

char *amt_time_format(amt_time t, char out[AMT_TIME_TEXT])
{
	struct amt_civil c;

	if (t == AMT_TIME_NONE) {
		memcpy(out, "-", 2);
		return out;
	}
	amt_time_to_civil(t, 0, &c);
	return amt_civil_format(&c, out);
}

char *amt_time_date(amt_time t, char out[AMT_TIME_TEXT])
{
	amt_time_format(t, out);
	if (t != AMT_TIME_NONE)
		out[10] = '\0';
	return out;
}
