/*
 * Whom a line of a task is about. A thread's lines name the same computer again and
 * again: what it is called stays beside the thread's state, and the tables of devices.c
 * are asked when something in it is new.
 */
#include "feed.h"

void feed_seen(struct feed *f, struct feed_open *o)
{
	if (o->seen == AMT_TIME_NONE)
		return;
	struct feed_known *k = &f->known.v[feed_root(f, o->device)];
	if (o->seen > k->seen_last)
		k->seen_last = o->seen;
}

/* The number of a version, at most FEED_VERSION_MAX bytes of it; 0: too many were told before. */
static uint8_t version(struct feed *f, const struct trace_match *m)
{
	struct feed_version v = {.len = (uint8_t)m->version_len};

	memcpy(v.text, m->version, m->version_len);
	for (size_t i = 0; i < f->n_versions; i++)
		if (!memcmp(&f->versions[i], &v, sizeof(v)))
			return (uint8_t)(i + 1);
	if (f->n_versions == FEED_VERSIONS)
		return 0;
	f->versions[f->n_versions++] = v;
	return f->n_versions;
}

static bool same_version(const struct feed *f, const struct feed_open *o,
			 const struct trace_match *m)
{
	const struct feed_version *v;

	if (!o->version)
		return false;
	v = &f->versions[o->version - 1];
	return v->len == m->version_len && !memcmp(v->text, m->version, v->len);
}

static bool same_host(const struct feed_open *o, const struct feed_line *l)
{
	return l->name && o->host == l->name;
}

/* Of a line that names a version or a UUID. */
bool feed_deep_known(const struct feed *f, const struct feed_open *o, const struct feed_line *l)
{
	const struct trace_match *m = l->m;

	if (m->uuid || !same_version(f, o, m))
		return false;
	return m->host ? same_host(o, l) : o->named;
}

/*
 * What the tables would say of these names and change for them is known: the device of
 * the last task, nothing. They need not be told of a time that is not before o->seen
 * now, but at the end.
 */
bool feed_as_before(const struct feed *f, const struct feed_open *o, const struct feed_line *l)
{
	const struct trace_match *m = l->m;

	if (o->seen == AMT_TIME_NONE || l->at < o->seen || m->uuid ||
	    o->changes != f->known.v[o->device].changes)
		return false;
	if ((m->host && !same_host(o, l)) || (m->version && !same_version(f, o, m)))
		return false;
	return m->has_machine ? o->has_numbered && o->machine == m->machine : m->host != NULL;
}

static void learn(struct feed *f, struct feed_open *o, const struct feed_line *l, uint32_t d)
{
	const char *host = f->facts->devices.v[d].host;
	size_t n = strlen(host);

	if (o->device != d || !o->named || o->changes != f->known.v[d].changes) {
		o->version = 0;
		o->has_numbered = false;
	}
	o->device = d;
	o->of_device = true;
	o->named = n > 0;
	o->host = n && n <= FEED_HOST_MAX ? trace_index_name(host, n) : 0;
	o->seen = l->at;
	o->changes = f->known.v[d].changes;
	o->has_numbered = o->has_numbered || l->m->has_machine;
}

/* Something in the line is new. */
void feed_about(struct feed *f, struct feed_open *o, const struct feed_line *l)
{
	const struct trace_match *m = l->m;

	if (m->host && !m->uuid && !m->version && !m->has_machine && same_host(o, l)) {
		o->of_device = true;
		return;
	}
	if (feed_as_before(f, o, l)) {
		o->of_device = true;
		o->seen = l->at;
	} else {
		feed_seen(f, o);
		uint32_t d = feed_device(f, l);
		if (d != UINT32_MAX)
			learn(f, o, l, d);
	}
	if (m->version && m->version_len <= FEED_VERSION_MAX)
		o->version = version(f, m);
	if (m->has_machine) {
		o->has_machine = true;
		o->machine = m->machine;
	}
}
