/*
 * How often a device says hello and what follows from it (hello.md 2: Microsoft's
 * cadence of 1 minute for 5 minutes, 5 minutes for 1 hour, 1 hour for 23 hours; the
 * inference rules are the handbook's own). The retry counter tells restarts
 * and losses, never time.
 */
#include "hello/relate.h"

static enum hello_phase phase_of(amt_time gap)
{
	double s = (double)gap / (double)AMT_SECOND;

	if (s >= 45 && s <= 90)
		return HELLO_PHASE_MINUTE;
	if (s >= 240 && s <= 360)
		return HELLO_PHASE_FIVE;
	if (s >= 3300 && s <= 3900)
		return HELLO_PHASE_HOUR;
	return HELLO_PHASE_IRREGULAR;
}

unsigned hello_phase_gap(enum hello_phase p, unsigned *tolerance)
{
	switch (p) {
	case HELLO_PHASE_MINUTE:
		*tolerance = 30;
		return 60;
	case HELLO_PHASE_FIVE:
		*tolerance = 60;
		return 300;
	case HELLO_PHASE_HOUR:
		*tolerance = 300;
		return 3600;
	default:
		*tolerance = 0;
		return 0;
	}
}

/*
 * The phase that the next hello belongs to. A phase ends after a known time (5 minutes, then an
 * hour), but where it began is only known when the sequence was seen to begin.
 */
static enum hello_phase next_phase(const struct hello_device *d, amt_time last)
{
	amt_time since = hello_since(d->begun, last);

	if (d->phase == HELLO_PHASE_MINUTE && d->begun_certain && since >= 270 * AMT_SECOND)
		return HELLO_PHASE_FIVE;
	if (d->phase == HELLO_PHASE_FIVE && d->begun_certain && since >= 64 * 60 * AMT_SECOND)
		return HELLO_PHASE_HOUR;
	return d->phase;
}

void hello_cadence(const struct hello_facts *f, struct hello_device *d)
{
	const struct hello_seen *last = NULL;

	d->next_expected = d->begun = d->window_first = d->window_later = AMT_TIME_NONE;
	for (size_t i = 0; i < d->hellos.n; i++) {
		const struct hello_seen *h = &f->hellos.v[d->hellos.v[i]];

		if (h->at.time == AMT_TIME_NONE) /* a bare payload */
			continue;
		if (!last) {
			d->begun = h->at.time;
			d->begun_certain = h->m.retry == 0;
			last = h;
			continue;
		}
		/* The same message to a second server, or copied by a mirror. */
		if (hello_since(last->at.time, h->at.time) < 10 * AMT_SECOND &&
		    h->m.retry == last->m.retry)
			continue;
		if (h->m.retry < last->m.retry) {
			d->restarts++;
			d->begun = h->at.time;
			d->begun_certain = h->m.retry == 0;
			d->phase = HELLO_PHASE_UNKNOWN;
		} else {
			if (h->m.retry > last->m.retry + 1)
				d->lost += h->m.retry - last->m.retry - 1;
			/* Over a gap left by lost ones nothing can be read off. */
			d->phase = h->m.retry > last->m.retry + 1
					   ? HELLO_PHASE_IRREGULAR
					   : phase_of(hello_since(last->at.time, h->at.time));
		}
		last = h;
	}
	if (!last)
		return;
	unsigned tolerance, gap = hello_phase_gap(next_phase(d, last->at.time), &tolerance);
	if (gap) {
		d->next_expected = last->at.time + (amt_time)gap * AMT_SECOND;
		d->tolerance = (amt_time)tolerance * AMT_SECOND;
	}
	d->window_first = d->begun + AMT_DAY;
	d->window_later = d->begun + 6 * 3600 * AMT_SECOND;
}
