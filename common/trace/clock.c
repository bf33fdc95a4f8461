/* The offset of the times in a file: written, measured, told, or by the rule of the zone. */
#include "reader.h"
#include "zone.h"

#define STATUS_MAX 4096 /* bytes of a status message with its tail */

/* GMTDATE=Wed Jul 04 14:46:43.146 2001 in the text of a status message. */
static bool gmtdate(const char *text, size_t n, struct trace_when *gmt)
{
	static const char mark[] = "GMTDATE=";
	const char *p = memmem(text, n, mark, sizeof(mark) - 1), *end = text + n, *stop;
	struct trace_when_cache cache = {.head_len = 0};

	if (!p)
		return false;
	p += sizeof(mark) - 1;
	stop = memmem(p, (size_t)(end - p), " ISTR", 5);
	if (!stop) /* wrapped: the year is four digits behind the fraction */
		stop = memmem(p, (size_t)(end - p), "\nISTR", 5);
	if (!stop)
		stop = end - p > 28 ? p + 28 : end;
	while (stop > p && (stop[-1] < '0' || stop[-1] > '9'))
		stop--;
	return trace_when_server(&cache, p, (size_t)(stop - p), gmt);
}

/* UTC minus local. */
static void calibrate(struct trace_reader *r, const struct trace_record *rec)
{
	struct trace_when gmt;
	char text[TRACE_UNWRAP_MAX];
	bool known = gmtdate(rec->text, rec->text_len, &gmt);

	if (!known && rec->lines > 1) {
		size_t n = frame_unfold(rec->text, rec->text_len, text, sizeof(text));
		known = gmtdate(text, n, &gmt);
	}
	if (!known)
		return;
	amt_time diff = gmt.local - rec->when.local;
	int64_t quarter = 15 * 60 * AMT_SECOND;
	int64_t n = (diff + (diff < 0 ? -quarter / 2 : quarter / 2)) / quarter;
	int64_t off = diff - n * quarter;
	/* The status message is made a moment before its line; more than a minute is no answer. */
	if (off > 60 * AMT_SECOND || off < -60 * AMT_SECOND || n > 14 * 4 || n < -14 * 4)
		return;
	r->gmt_known = true;
	r->gmt_bias = (int)n * 15;
	r->gmt_local = rec->when.local;
	r->gmt_zone = rec->when.zone;
}

void trace_reader_foresee(struct trace_reader *r)
{
	static const char mark[] = "STATMSG: ID=";
	const char *end = r->buf + r->end, *p = memmem(r->buf, r->end, mark, sizeof(mark) - 1);
	struct frame f = r->frame;
	struct frame_tail t;

	if (!p)
		return;
	if ((size_t)(end - p) > STATUS_MAX)
		end = p + STATUS_MAX;
	for (const char *d = p; (d = memchr(d, '$', (size_t)(end - d))); d++) {
		if (frame_tail_at(&f, d, end, &t) != TAIL_FULL)
			continue;
		struct trace_record rec = {
			.text = p, .text_len = (size_t)(d - p), .lines = 2, .when = t.when};
		if (t.when.local != AMT_TIME_NONE && t.when.offset == TRACE_OFFSET_UNKNOWN)
			calibrate(r, &rec);
		return;
	}
}

static int rule_bias(struct trace_reader *r, const struct trace_zone *z, amt_time local)
{
	/* A day has one offset but for its changing hour: ask the rule once an hour. */
	amt_time hour = local - local % (3600 * AMT_SECOND);

	if (z != r->rule_zone || hour != r->rule_hour) {
		r->rule_zone = z;
		r->rule_hour = hour;
		r->rule_bias = trace_zone_bias(z, local);
	}
	return r->rule_bias;
}

void trace_reader_note(struct trace_reader *r, amt_time t)
{
	if (r->clock_first == AMT_TIME_NONE || t < r->clock_first)
		r->clock_first = t;
	if (t > r->clock_last) /* NONE is less than any time */
		r->clock_last = t;
	if (r->clock_before != AMT_TIME_NONE && t < r->clock_before - TRACE_STEP_BACK)
		r->steps_back++;
	r->clock_before = t;
}

void trace_reader_note_more(struct trace_reader *r, amt_time least, amt_time most, amt_time last,
			    uint32_t steps_back)
{
	if (least < r->clock_first)
		r->clock_first = least;
	if (most > r->clock_last)
		r->clock_last = most;
	r->steps_back += steps_back;
	r->clock_before = last;
}

static bool same_hour(const struct trace_reader *r, const struct trace_when *w)
{
	return w->local >= r->hour_begin && w->local < r->hour_begin + 3600 * AMT_SECOND &&
	       w->offset == TRACE_OFFSET_UNKNOWN && w->zone == r->hour_zone &&
	       w->daylight == r->hour_daylight;
}

static inline bool is_status(const struct trace_record *rec)
{
	return rec->text_len > 60 && !memcmp(rec->text, "STATMSG:", 8);
}

void trace_reader_offset(struct trace_reader *r, struct trace_record *rec)
{
	struct trace_when *w = &rec->when;

	/* Within the hour of the record before, and no status message: as there. */
	if (same_hour(r, w) && rec->lines == 1 && !is_status(rec)) {
		w->bias = r->hour_bias;
		w->offset = r->hour_offset;
		return;
	}
	enum trace_offset written = w->offset;
	if (is_status(rec) && w->offset == TRACE_OFFSET_UNKNOWN)
		calibrate(r, rec);
	else if (rec->lines > 1 && w->offset == TRACE_OFFSET_UNKNOWN)
		calibrate(r, rec);
	if (r->options.has_tz) {
		w->bias = r->options.tz_zone ? rule_bias(r, r->options.tz_zone, w->local)
					     : r->options.tz_bias;
		w->offset = TRACE_OFFSET_OPTION;
	} else if (w->offset == TRACE_OFFSET_UNKNOWN && r->gmt_known && w->zone == r->gmt_zone) {
		/* The measured offset, moved along with the rule. */
		w->bias = r->gmt_bias;
		if (w->zone)
			w->bias += rule_bias(r, w->zone, w->local) -
				   trace_zone_bias(w->zone, r->gmt_local);
		w->offset = TRACE_OFFSET_GMTDATE;
	} else if (w->offset == TRACE_OFFSET_UNKNOWN && w->zone) {
		w->bias = w->daylight ? w->zone->bias - 60 : rule_bias(r, w->zone, w->local);
		w->offset = TRACE_OFFSET_ZONE;
	}
	if (written == TRACE_OFFSET_UNKNOWN) {
		r->hour_begin = w->local - w->local % (3600 * AMT_SECOND);
		r->hour_zone = w->zone;
		r->hour_daylight = w->daylight;
		r->hour_bias = w->bias;
		r->hour_offset = w->offset;
	}
}

void trace_reader_clock(struct trace_reader *r, struct trace_record *rec)
{
	if (rec->when.local == AMT_TIME_NONE)
		return;
	trace_reader_offset(r, rec);
	trace_reader_note(r, trace_utc(&rec->when));
	r->offset_kind = rec->when.offset;
}
