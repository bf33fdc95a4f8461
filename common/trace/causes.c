/*
 * Which error of a session is its cause: the first hard one; without any, the first
 * soft one that no success followed; without any, what the component says in sum
 * (logs.md 3, "Order of diagnosis").
 */
#include "feed.h"

void feed_cause_clear(struct feed *f, struct feed_cause **c)
{
	if (!*c)
		return;
	feed_text_put(f, (*c)->text);
	feed_store_put(&f->store, *c, sizeof(**c));
	*c = NULL;
}

bool trace_wording_sure(const struct trace_match *m)
{
	return !m->loose && (!m->row || m->row->tag != 'U');
}

static void set(struct feed *f, struct feed_cause **at, const struct feed_line *l, int sign,
		bool sure)
{
	struct feed_cause *c;

	*at = c = feed_store_get(&f->store, sizeof(*c));
	c->text = feed_text_get(f, l);
	c->c = (struct trace_cause){.set = true,
				    .event = (uint8_t)l->m->event,
				    .signature = (int16_t)sign,
				    .at = {l->file, l->line},
				    .when = l->at};
	c->c.unconfirmed = !sure;
	if (l->m->event == TRACE_EV_CALL && l->m->has_status && l->m->status) {
		c->c.has_code = c->c.firmware = true;
		c->c.code = l->m->status;
	} else if (c->text->has_code) {
		c->c.has_code = true;
		c->c.firmware = c->text->firmware;
		c->c.code = c->text->code;
	}
}

/* Behind a hard error nothing else can be the cause; a soft one waits for it. */
static void hard(struct feed *f, struct feed_open *o, const struct feed_line *l, int sign,
		 bool sure)
{
	o->errors++;
	o->confirmed = o->confirmed || sure;
	if (o->hard)
		return;
	feed_cause_clear(f, &o->cause);
	feed_cause_clear(f, &o->summary);
	set(f, &o->cause, l, sign, sure);
	o->hard = o->has_cause = true;
}

static void soft(struct feed *f, struct feed_open *o, const struct feed_line *l, int sign,
		 bool sure)
{
	if (!o->cause)
		set(f, &o->cause, l, sign, sure);
	o->has_cause = true;
}

static void summary(struct feed *f, struct feed_open *o, const struct feed_line *l, int sign,
		    bool sure)
{
	if (!o->hard && !o->summary)
		set(f, &o->summary, l, sign, sure);
}

void feed_connected(struct feed *f, struct feed_open *o)
{
	if (!o->has_cause || o->hard)
		return;
	feed_cause_clear(f, &o->cause);
	o->has_cause = false;
}

/* A known failure without a signature is hard; a line that merely says "error" is not. */
static void unsigned_error(struct feed *f, struct feed_open *o, const struct feed_line *l)
{
	bool sure = trace_wording_sure(l->m);

	switch (l->m->event) {
	case TRACE_EV_POOL_FAILED:
	case TRACE_EV_STAGE1_FAILED:
	case TRACE_EV_DISCOVER_FAILED:
	case TRACE_EV_UPDATE_FAILED:
	case TRACE_EV_POWER_FAILED:
	case TRACE_EV_UNPROVISION_FAILED:
		summary(f, o, l, -1, sure);
		break;
	case TRACE_EV_NONE:
		soft(f, o, l, -1, sure);
		break;
	default:
		hard(f, o, l, -1, sure);
	}
}

void feed_causes(struct feed *f, struct feed_open *o, const struct feed_line *l)
{
	int error = -1, weak = -1, sum = -1;
	bool harmless = false, known = false;

	for (size_t i = 0; i < l->n_signs; i++) {
		const struct trace_signature *g = &trace_signatures[l->signs[i]];
		switch (g->class) {
		case TRACE_CLASS_ERROR:
			/* A code that is known is evidence in whatever sentence it stands. */
			known = known || g->tag != 'U';
			error = error < 0 ? l->signs[i] : error;
			break;
		case TRACE_CLASS_SOFT:
			weak = weak < 0 ? l->signs[i] : weak;
			break;
		case TRACE_CLASS_SUMMARY:
			sum = sum < 0 ? l->signs[i] : sum;
			break;
		case TRACE_CLASS_NOISE:
		case TRACE_CLASS_WARN:
			harmless = true;
			break;
		case TRACE_CLASS_INFO:
		case TRACE_CLASS_CONDITION:
			break;
		}
	}
	if (error >= 0 && l->severity != TRACE_INFO) {
		hard(f, o, l, error, known);
	} else if (error >= 0 && !l->m->row) {
		o->errors++;
		soft(f, o, l, error, known);
	} else if (weak >= 0) {
		soft(f, o, l, weak, trace_signatures[weak].tag != 'U');
	} else if (sum >= 0) {
		summary(f, o, l, sum, trace_signatures[sum].tag != 'U');
	} else if (l->severity == TRACE_ERROR && !harmless) {
		unsigned_error(f, o, l);
	}
}
