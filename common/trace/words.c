/* Names of the enumerations, both ways; times and offsets as text. */
#include "zone.h"

#define NAME(list, i) ((size_t)(i) < sizeof(list) / sizeof((list)[0]) ? (list)[i] : "?")

const char *trace_framing_name(enum trace_framing f)
{
	static const char *const names[] = {"plain", "server", "ccm", "pasted"};
	return NAME(names, f);
}

static const char *const severities[] = {"none", "info", "warning", "error"};

const char *trace_severity_name(enum trace_severity s)
{
	return NAME(severities, s);
}

bool trace_severity_parse(const char *name, enum trace_severity *out)
{
	for (int i = 0; i < 4; i++)
		if (!amt_strcasecmp(name, severities[i])) {
			*out = (enum trace_severity)i;
			return true;
		}
	return false;
}

const char *trace_damage_name(unsigned bit)
{
	static const char *const names[] = {"cut",    "headless", "marks",   "wrapped",
					    "shared", "bad-time", "unframed"};
	return NAME(names, bit);
}

const char *trace_offset_name(enum trace_offset o)
{
	static const char *const names[] = {"unknown", "bias", "zone", "gmtdate", "option"};
	return NAME(names, o);
}

const char *trace_kind_name(enum trace_kind k)
{
	static const char *const names[] = {"provision", "unprovision", "partial-unprovision",
					    "discovery", "power",       "maintenance"};
	return NAME(names, k);
}

const char *trace_call_name(enum trace_call c)
{
	static const char *const names[] = {"NetworkAdmin.SetHostName",
					    "NetworkAdmin.SetDomainName",
					    "NetworkTime.GetLowAccuracyTimeSynch",
					    "NetworkTime.SetHighAccuracyTimeSynch",
					    "RedirectionService.SetListenerEnabled",
					    "SecurityAdministration.Unprovision",
					    "SecurityAdministration.PartialUnprovision"};
	return NAME(names, c);
}

const char *trace_outcome_name(enum trace_outcome o)
{
	static const char *const names[] = {"complete", "failed", "running", "unknown"};
	return NAME(names, o);
}

static const struct {
	const char *name, *label;
	unsigned milestone;
} events[] = {
#define TRACE_EVENT(id, name, label, milestone) {name, label, milestone},
#include "amtdiag/trace_events.def"
#undef TRACE_EVENT
};

const char *trace_event_name(enum trace_event e)
{
	return (size_t)e < TRACE_EVENTS ? events[e].name : "?";
}

const char *trace_event_label(enum trace_event e)
{
	return (size_t)e < TRACE_EVENTS ? events[e].label : "?";
}

unsigned trace_event_milestone(enum trace_event e)
{
	return (size_t)e < TRACE_EVENTS ? events[e].milestone : 0;
}

amt_time trace_utc(const struct trace_when *w)
{
	if (w->local == AMT_TIME_NONE || w->offset == TRACE_OFFSET_UNKNOWN)
		return w->local;
	return w->local + w->bias * 60 * AMT_SECOND;
}

char *trace_when_format(const struct trace_when *w, char out[AMT_TIME_TEXT])
{
	struct amt_civil c;

	if (w->local == AMT_TIME_NONE) {
		amt_str_copy(out, AMT_TIME_TEXT, "-");
		return out;
	}
	amt_time_to_civil(w->local, 0, &c);
	c.offset_known = w->offset != TRACE_OFFSET_UNKNOWN;
	c.offset = c.offset_known ? -w->bias : 0;
	return amt_civil_format(&c, out);
}

bool trace_tz_parse(const char *s, struct trace_options *o, struct amt_error *err)
{
	bool daylight;
	int64_t minutes;
	const char *digits = s + (*s == '+' || *s == '-');

	o->tz_zone = trace_zone_find(s, strlen(s), &daylight);
	o->has_tz = true;
	if (o->tz_zone)
		return true;
	size_t n = strlen(digits);
	/* No bias has four digits: +0530 is the offset without its colon. */
	if (digits > s && (n == 4 || (n == 5 && digits[2] == ':'))) {
		char hh[3] = {digits[0], digits[1], 0};
		int64_t h, m;
		if (amt_num_i64(hh, 0, 15, &h, NULL) &&
		    amt_num_i64(digits + n - 2, 0, 59, &m, NULL)) {
			o->tz_bias = (int)(h * 60 + m) * (*s == '-' ? 1 : -1);
			return true;
		}
	} else if ((*s == '+' || *s == '-') && *digits &&
		   amt_num_i64(digits, 0, 15 * 60, &minutes, NULL)) {
		o->tz_bias = (int)minutes * (*s == '-' ? -1 : 1);
		return true;
	}
	o->has_tz = false;
	return amt_fail(
		err,
		"'%.60s' is no time zone: give +HH:MM (east of UTC), a Windows bias such as "
		"-60, or a Windows name such as \"GMT Standard Time\"",
		s);
}
