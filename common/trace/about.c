/*
 * Whom a line of a task is about. A thread's lines name the same computer again and
 * again: what it is called stays beside the thread's state, and the tables of devices.c
 * are asked when something in it is new.
 */
#include "feed.h"

#include "bytes.h"

void feed_seen(struct feed *f, struct feed_open *o)
{
	if (o->seen == AMT_TIME_NONE)
		return;
	struct feed_known *k = &f->known.v[feed_root(f, o->device)];
	if (o->seen > k->seen_last)
		k->seen_last = o->seen;
}

static bool same_version(const struct feed_open *o, const struct trace_match *m)
{
	return m->version_len == o->version_len && !memcmp(o->version, m->version, m->version_len);
}

static bool same_host(const struct feed_open *o, const struct trace_match *m)
{
	return o->host_len && o->host_len == m->host_len &&
	       bytes_same(o->host, m->host, m->host_len);
}

bool feed_nothing_new(const struct feed_open *o, const struct trace_match *m)
{
	if (m->uuid || (m->version && !same_version(o, m)) ||
	    (m->has_machine && (!o->has_machine || o->machine != m->machine)))
		return false;
	return m->host ? same_host(o, m) : m->has_machine && o->named;
}

/*
 * What the tables would say of these names and change for them is known: the device of
 * the last task, nothing. They need not be told of a time that is not before o->seen
 * now, but at the end.
 */
static bool as_before(const struct feed *f, const struct feed_open *o, const struct feed_line *l)
{
	const struct trace_match *m = l->m;

	if (o->seen == AMT_TIME_NONE || l->at < o->seen || m->uuid ||
	    o->changes != f->known.v[o->device].changes)
		return false;
	if ((m->host && !same_host(o, m)) || (m->version && !same_version(o, m)))
		return false;
	return m->has_machine ? o->has_numbered && o->numbered == m->machine : m->host != NULL;
}

static void learn(struct feed *f, struct feed_open *o, const struct feed_line *l, uint32_t d)
{
	const char *host = f->facts->devices.v[d].host;
	size_t n = strlen(host);

	if (o->device != d || !o->named || o->changes != f->known.v[d].changes) {
		o->version_len = 0;
		o->has_numbered = false;
	}
	o->device = o->task_device = d;
	o->named = n > 0;
	o->host_len = n <= FEED_HOST_MAX ? (uint8_t)n : 0;
	memcpy(o->host, host, o->host_len);
	o->seen = l->at;
	o->changes = f->known.v[d].changes;
	if (l->m->has_machine) {
		o->has_numbered = true;
		o->numbered = l->m->machine;
	}
}

void feed_about(struct feed *f, struct feed_open *o, const struct feed_line *l)
{
	const struct trace_match *m = l->m;

	if (!m->host && !m->uuid && !m->has_machine)
		return;
	if (o->task_device != UINT32_MAX && feed_nothing_new(o, m))
		return;
	if (m->host && !m->uuid && !m->version && !m->has_machine && same_host(o, m)) {
		o->task_device = o->device;
		return;
	}
	if (as_before(f, o, l)) {
		o->task_device = o->device;
		o->seen = l->at;
	} else {
		feed_seen(f, o);
		uint32_t d = feed_device(f, l);
		if (d != UINT32_MAX)
			learn(f, o, l, d);
	}
	if (m->version && m->version_len <= FEED_VERSION_MAX) {
		memcpy(o->version, m->version, m->version_len);
		o->version_len = (uint8_t)m->version_len;
	}
	if (m->has_machine) {
		o->has_machine = true;
		o->machine = m->machine;
	}
}
