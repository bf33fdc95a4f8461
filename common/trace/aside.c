/* Lines that belong to a device or the site, not to a task. */
#include "feed.h"

static bool spot(uint64_t *count, struct trace_spot *at, const struct feed_line *l)
{
	*at = (struct trace_spot){l->file, l->line};
	return (*count)++ == 0;
}

static uint32_t code_in(const struct feed_line *l)
{
	struct trace_code_hit hit;

	return trace_codes_in(l->text, l->text_len, &hit, 1) ? hit.code : 0;
}

void feed_device_line(struct feed *f, const struct feed_line *l)
{
	enum trace_event e = l->m->event;
	struct trace_spot here = {l->file, l->line};
	uint32_t n = feed_device(f, l);

	if (n == UINT32_MAX)
		return;
	struct trace_device *d = &f->facts->devices.v[n];
	if (e == TRACE_EV_HELLO_IN || e == TRACE_EV_HELLO_TASK)
		d->hellos++;
	if (e == TRACE_EV_ZTC_FOUND || e == TRACE_EV_ZTC_FILE) {
		d->requests += e == TRACE_EV_ZTC_FOUND || !d->requests;
		d->requested_at = here;
	}
	if (e == TRACE_EV_HELLO_CLIENT || e == TRACE_EV_HELLO_UNKNOWN ||
	    e == TRACE_EV_HELLO_BLOCKED) {
		/* Its contents were logged just before: one message, not two. */
		d->hellos +=
			d->hellos == d->rejected_client + d->rejected_unknown + d->rejected_blocked;
		d->rejected_client += e == TRACE_EV_HELLO_CLIENT;
		d->rejected_unknown += e == TRACE_EV_HELLO_UNKNOWN;
		d->rejected_blocked += e == TRACE_EV_HELLO_BLOCKED;
		d->rejected_at = here;
		if (e == TRACE_EV_HELLO_CLIENT)
			d->client_at = here;
		if (e == TRACE_EV_HELLO_UNKNOWN)
			d->unknown_at = here;
	}
}

/* Logs come one after the other: it is the last one nearly always. */
static struct trace_agent *agent(struct feed *f, const struct feed_line *l)
{
	for (size_t i = f->facts->agents.n; i-- > 0;)
		if (f->facts->agents.v[i].group == l->group)
			return &f->facts->agents.v[i];
	struct trace_agent *a = amt_vec_add(&f->facts->agents);
	*a = (struct trace_agent){.group = l->group};
	return a;
}

static void agent_line(struct feed *f, const struct feed_line *l)
{
	struct trace_site_facts *s = &f->facts->site;
	struct trace_agent *a = agent(f, l);

	s->client_seen++;
	if (l->m->event == TRACE_EV_CLIENT_FAILED) {
		bool sure = trace_wording_sure(l->m);
		s->client_failed_sure += sure;
		a->failed_sure += sure;
		spot(&s->client_failed, &s->client_failed_at, l);
		spot(&a->failed, &a->failed_at, l);
	} else if (l->m->event == TRACE_EV_CLIENT_POLICY && l->m->has_number) {
		/* Without a number the agent only begins to look. */
		if (l->m->number) {
			spot(&s->client_policy, &s->client_policy_at, l);
			spot(&a->policy, &a->policy_at, l);
		} else {
			spot(&s->client_no_policy, &s->client_no_policy_at, l);
			spot(&a->no_policy, &a->no_policy_at, l);
		}
	}
}

void feed_site_line(struct feed *f, const struct feed_line *l)
{
	struct trace_site_facts *s = &f->facts->site;

	switch (l->m->event) {
	case TRACE_EV_HELLO_WAIT:
		spot(&s->hello_waits, &s->hello_wait_at, l);
		s->hello_wait = true;
		break;
	case TRACE_EV_HELLO_BAD:
		s->hellos_bad++;
		break;
	case TRACE_EV_CERT_BAD:
		spot(&s->cert_bad, &s->cert_bad_at, l);
		break;
	case TRACE_EV_CERT_EXPIRING:
		s->cert_expiring = true;
		s->cert_expiring_at = (struct trace_spot){l->file, l->line};
		s->cert_expiring_days = l->m->number;
		break;
	case TRACE_EV_CERT_MATCHED:
		spot(&s->cert_matched, &s->cert_matched_at, l);
		break;
	case TRACE_EV_HELPER:
		if (l->m->word_len == 40 &&
		    (strlen(s->cert_hash) != 40 || memcmp(s->cert_hash, l->m->word, 40) != 0))
			s->cert_hash = amt_arena_strndup(&f->facts->arena, l->m->word, 40);
		break;
	case TRACE_EV_NO_FQDN:
		s->fqdn_missing++;
		break;
	case TRACE_EV_BAD_FILE:
		s->bad_files++;
		break;
	case TRACE_EV_NO_MUTUAL:
		spot(&s->no_mutual, &s->no_mutual_at, l);
		break;
	case TRACE_EV_MEBX:
		spot(&s->mebx_kept, &s->mebx_at, l);
		break;
	case TRACE_EV_CLIENT_FAILED:
	case TRACE_EV_CLIENT_POLICY:
	case TRACE_EV_CLIENT_STATE:
	case TRACE_EV_CLIENT_DONE:
		agent_line(f, l);
		break;
	case TRACE_EV_CONSOLE_FAILED:
		s->console_seen++;
		spot(&s->console_failed, &s->console_failed_at, l);
		s->console_code = code_in(l);
		break;
	default:
		break;
	}
}
