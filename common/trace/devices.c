/* Who a line is about: host name, UUID, MachineId, joined as the lines name them together. */
#include "feed.h"

#include "bytes.h"

#include <stdlib.h>

uint32_t feed_root(const struct feed *f, uint32_t device)
{
	struct feed_known *v = f->known.v;

	/* Each one that is passed leads further the next time. */
	while (v[device].root != device)
		device = v[device].root = v[v[device].root].root;
	return device;
}

static uint32_t add(struct feed *f, const char *id)
{
	uint32_t n = (uint32_t)f->facts->devices.n;

	if (n > FEED_DEVICES_MAX)
		return FEED_DEVICES_MAX;
	struct trace_device *d = amt_vec_add(&f->facts->devices);
	d->id = n < FEED_DEVICES_MAX ? id : "(more devices)";
	d->host = d->uuid = d->firmware = "";
	d->last_session = UINT32_MAX;
	amt_vec_push(&f->known, (struct feed_known){.seen_first = AMT_TIME_NONE,
						    .seen_last = AMT_TIME_NONE,
						    .root = n});
	return n;
}

void trace_add_machine(struct amt_arena *a, struct trace_device *d, uint32_t machine)
{
	uint32_t n = d->n_machines, *more;

	if (n >= TRACE_MACHINES_MAX)
		return;
	if (!n) {
		d->machines.one = machine;
	} else {
		/* Room for twice as many when there is none left. */
		bool full = (n & (n - 1)) == 0;
		more = full ? amt_arena_array(a, 2 * n, sizeof(*more)) : d->machines.more;
		if (full)
			memcpy(more, trace_machines(d), n * sizeof(*more));
		more[n] = machine;
		d->machines.more = more;
	}
	d->n_machines++;
}

static void seen(struct feed_known *k, amt_time first, amt_time last)
{
	if (first != AMT_TIME_NONE && (k->seen_first == AMT_TIME_NONE || first < k->seen_first))
		k->seen_first = first;
	if (last > k->seen_last) /* NONE is less than any time */
		k->seen_last = last;
}

/* b turns out to be a. */
static uint32_t join(struct feed *f, uint32_t a, uint32_t b)
{
	struct trace_device *x = &f->facts->devices.v[a], *y = &f->facts->devices.v[b];

	if (a == b)
		return a;
	if (!*x->host)
		x->host = y->host;
	if (!*x->uuid)
		x->uuid = y->uuid;
	if (!*x->firmware)
		x->firmware = y->firmware;
	for (size_t i = 0; i < y->n_machines; i++)
		trace_add_machine(&f->facts->arena, x, trace_machines(y)[i]);
	y->n_machines = 0;
	for (int i = 0; i < TRACE_OUTCOMES; i++)
		f->known.v[a].outcomes[i] += f->known.v[b].outcomes[i];
	x->hellos += y->hellos;
	if (y->rejected_client || y->rejected_unknown || y->rejected_blocked)
		x->rejected_at = y->rejected_at;
	if (y->rejected_client)
		x->client_at = y->client_at;
	if (y->rejected_unknown)
		x->unknown_at = y->unknown_at;
	if (y->requests && !x->requests)
		x->requested_at = y->requested_at;
	x->rejected_client += y->rejected_client;
	x->rejected_unknown += y->rejected_unknown;
	x->rejected_blocked += y->rejected_blocked;
	x->requests += y->requests;
	seen(&f->known.v[a], f->known.v[b].seen_first, f->known.v[b].seen_last);
	f->known.v[b].root = a;
	f->known.v[b].changes++;
	return a;
}

static uint32_t find(struct feed *f, const struct trace_index *t, uint64_t hash, const char *p,
		     size_t n)
{
	const struct trace_index_slot *s;

	for (size_t at = 0; (s = trace_index_next(t, hash, &at));) {
		const struct feed_name *v = &f->names.v[s->number - 1];
		if (v->len == n && bytes_same(v->name, p, n))
			return feed_root(f, v->device);
	}
	return UINT32_MAX;
}

/* A device by a new name. */
static uint32_t add_named(struct feed *f, struct trace_index *t, uint64_t hash, const char *p,
			  size_t n)
{
	char *name = amt_arena_strndup(&f->facts->arena, p, n);
	uint32_t d = add(f, name);

	trace_index_add(t, hash, (uint32_t)f->names.n);
	amt_vec_push(&f->names, (struct feed_name){name, (uint32_t)n, d});
	return d;
}

/* Eight letters at once: a byte from 'A' to 'Z' gets the bit that tells small ones apart. */
static inline uint64_t lower_8(uint64_t v)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
	uint64_t low = v & ~tops;
	uint64_t from_a = low + ones * (128 - 'A'), past_z = low + ones * (127 - 'Z');

	return v | ((from_a & ~past_z & ~v & tops) >> 2);
}

static size_t lower(const char *p, size_t n, char out[256])
{
	size_t i = 0;

	if (n > 255)
		n = 255;
	for (; i + 8 <= n; i += 8) {
		uint64_t v = lower_8(bytes_8(p + i));
		memcpy(out + i, &v, sizeof(v));
	}
	for (; i < n; i++)
		out[i] = p[i] >= 'A' && p[i] <= 'Z' ? (char)(p[i] | 0x20) : p[i];
	return n;
}

uint64_t feed_host_hash(const char *p, size_t n)
{
	char host[256];

	n = lower(p, n, host);
	return trace_index_bytes(host, n);
}

/* Is it the name in small letters of p? */
static bool is_lower(const char *name, const char *p, size_t n)
{
	size_t i = 0;

	for (; i + 8 <= n; i += 8)
		if (lower_8(bytes_8(p + i)) != bytes_8(name + i))
			return false;
	for (; i < n; i++)
		if ((p[i] >= 'A' && p[i] <= 'Z' ? p[i] | 0x20 : p[i]) != name[i])
			return false;
	return true;
}

static uint32_t by_host(struct feed *f, const char *p, size_t n, uint64_t hash)
{
	const struct trace_index_slot *s;
	char host[256];

	if (!hash)
		hash = feed_host_hash(p, n);
	n = n < sizeof(host) ? n : sizeof(host) - 1;
	for (size_t at = 0; (s = trace_index_next(&f->host_index, hash, &at));) {
		const struct feed_name *v = &f->names.v[s->number - 1];
		if (v->len == n && is_lower(v->name, p, n))
			return feed_root(f, v->device);
	}
	lower(p, n, host);
	uint32_t d = add_named(f, &f->host_index, hash, host, n);
	f->facts->devices.v[d].host = f->names.v[f->names.n - 1].name;
	return d;
}

static uint32_t by_uuid(struct feed *f, const char *p)
{
	char uuid[36];
	uint32_t d;

	for (size_t i = 0; i < sizeof(uuid); i++)
		uuid[i] = p[i] >= 'a' && p[i] <= 'f' ? (char)(p[i] - 0x20) : p[i];
	uint64_t hash = trace_index_bytes(uuid, sizeof(uuid));
	d = find(f, &f->uuid_index, hash, uuid, sizeof(uuid));
	if (d == UINT32_MAX) {
		d = add_named(f, &f->uuid_index, hash, uuid, sizeof(uuid));
		f->facts->devices.v[d].uuid = f->names.v[f->names.n - 1].name;
	}
	return d;
}

static struct feed_machine *find_machine(struct feed *f, uint64_t hash, uint32_t scope,
					 uint32_t machine)
{
	const struct trace_index_slot *s;

	for (size_t at = 0; (s = trace_index_next(&f->machine_index, hash, &at));) {
		struct feed_machine *m = &f->machines.v[s->number - 1];
		if (m->machine == machine && m->scope == scope)
			return m;
	}
	return NULL;
}

/* A MachineId may be given to another computer later: a host beside it decides. */
static uint32_t by_machine(struct feed *f, uint32_t scope, uint32_t machine, uint32_t host)
{
	uint64_t hash = trace_index_hash((uint64_t)scope << 32 | machine);
	struct feed_machine *known = find_machine(f, hash, scope, machine);
	uint32_t d = known ? feed_root(f, known->device) : UINT32_MAX;

	if (!known && host != UINT32_MAX)
		d = host;
	else if (!known)
		d = add(f, amt_arena_printf(&f->facts->arena, "MachineId %u", machine));
	else if (host != UINT32_MAX && d != host)
		d = *f->facts->devices.v[d].host ? host : join(f, host, d);
	if (known && known->device == d)
		return d; /* it has the number already */
	if (known && feed_root(f, known->device) != d)
		f->known.v[feed_root(f, known->device)].changes++;
	if (!known) {
		trace_index_add(&f->machine_index, hash, (uint32_t)f->machines.n);
		known = amt_vec_add(&f->machines);
	}
	*known = (struct feed_machine){scope, machine, d};
	struct trace_device *v = &f->facts->devices.v[d];
	for (size_t i = 0; i < v->n_machines; i++)
		if (trace_machines(v)[i] == machine)
			return d;
	trace_add_machine(&f->facts->arena, v, machine);
	return d;
}

static bool is_version(const char *known, const struct trace_match *m)
{
	return strlen(known) == m->version_len && !memcmp(known, m->version, m->version_len);
}

uint32_t feed_device(struct feed *f, const struct feed_line *l)
{
	const struct trace_match *m = l->m;
	uint32_t d = UINT32_MAX;

	if (m->host)
		d = by_host(f, m->host, m->host_len, l->host_hash);
	if (m->uuid) {
		uint32_t u = by_uuid(f, m->uuid);
		if (d == UINT32_MAX)
			d = u;
		else if (!*f->facts->devices.v[u].host)
			d = join(f, d, u);
		/* Else it is another computer's already: a UUID that boards share, or no computer's
		 * at all, as errors name classes and interfaces the same way. */
	}
	if (m->has_machine)
		d = by_machine(f, l->scope, m->machine, d);
	if (d == UINT32_MAX)
		return d;
	seen(&f->known.v[d], l->at, l->at);
	if (!m->version)
		return d;
	struct trace_device *v = &f->facts->devices.v[d];
	if (m->version_len < 32 && !is_version(v->firmware, m)) {
		f->known.v[d].changes += *v->firmware != '\0';
		/* A fleet has few of them. */
		if (!f->version || !is_version(f->version, m))
			f->version =
				amt_arena_strndup(&f->facts->arena, m->version, m->version_len);
		v->firmware = f->version;
	}
	return d;
}

static bool word(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' ||
	       c == '.' || c == '_';
}

static bool known_host(struct feed *f, const struct feed_line *l, struct trace_match *m)
{
	const char *p = l->text, *end = p + l->text_len;
	char host[256];

	for (const char *e; p < end; p = e) {
		for (e = p; e < end && word(*e);)
			e++;
		const char *last = e > p && e[-1] == '.' ? e - 1 : e; /* of the sentence */
		size_t n = lower(p, (size_t)(last - p), host);
		if (n &&
		    find(f, &f->host_index, trace_index_bytes(host, n), host, n) != UINT32_MAX) {
			m->host = p;
			m->host_len = (size_t)(last - p);
			return true;
		}
		e += e == p;
	}
	return false;
}

static bool known_machine(struct feed *f, const struct feed_line *l, struct trace_match *m)
{
	static const char *const names[] = {"machineid", "machine id", "resource id", "resourceid"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *end = l->text + l->text_len, *p;
		p = amt_memcasestr(l->text, l->text_len, names[i]);
		if (!p)
			continue;
		p += strlen(names[i]);
		while (p < end && strchr(" =:'\"", *p))
			p++;
		uint64_t n = 0;
		for (; p < end && *p >= '0' && *p <= '9' && n <= UINT32_MAX; p++)
			n = n * 10 + (uint64_t)(*p - '0');
		uint64_t hash = trace_index_hash((uint64_t)l->scope << 32 | n);
		if (n && n <= UINT32_MAX && find_machine(f, hash, l->scope, (uint32_t)n)) {
			m->has_machine = true;
			m->machine = (uint32_t)n;
			return true;
		}
	}
	return false;
}

bool feed_named(struct feed *f, const struct feed_line *l, struct trace_match *m)
{
	*m = *l->m;
	return known_host(f, l, m) || known_machine(f, l, m);
}

static int by_id(const void *a, const void *b, void *arg)
{
	const struct trace_facts *facts = arg;
	const struct trace_device *x = &facts->devices.v[*(const uint32_t *)a];
	const struct trace_device *y = &facts->devices.v[*(const uint32_t *)b];

	return strcmp(x->id, y->id);
}

/* v[order[i]] to place i, in place: a round of places that change among themselves at a time. */
static void arrange(struct trace_device *v, uint32_t *order, size_t n)
{
	for (uint32_t start = 0; start < n; start++) {
		struct trace_device first = v[start];
		uint32_t at = start, from;
		while ((from = order[at]) != start) {
			v[at] = v[from];
			order[at] = at;
			at = from;
		}
		v[at] = first;
		order[at] = at;
	}
}

/* Drops what was joined away and sorts by id; sessions get the new numbers. */
void feed_devices_settle(struct feed *f)
{
	struct trace_facts *facts = f->facts;
	size_t n = facts->devices.n, k = 0, gone = n;
	uint32_t *order = amt_calloc(n + 1, sizeof(*order)),
		 *place = amt_calloc(n + 1, sizeof(*place));

	for (uint32_t i = 0; i < n; i++) {
		struct trace_device *d = &facts->devices.v[i];
		const struct feed_known *t = &f->known.v[i];
		d->seen_first = t->seen_first;
		d->seen_last = t->seen_last;
		d->provisioned = t->provisioned;
		d->unprovisioned = t->unprovisioned;
		memcpy(d->outcomes, t->outcomes, sizeof(d->outcomes));
		if (*d->host)
			d->id = d->host;
		else if (*d->uuid)
			d->id = d->uuid;
		if (feed_root(f, i) == i)
			order[k++] = i;
		else
			order[--gone] = i;
	}
	if (k)
		qsort_r(order, k, sizeof(*order), by_id, facts);
	for (uint32_t i = 0; i < k; i++)
		place[order[i]] = i;
	for (size_t i = 0; i < facts->sessions.n; i++) {
		struct trace_session *s = &facts->sessions.v[i];
		if (s->device != UINT32_MAX)
			s->device = place[feed_root(f, s->device)];
	}
	arrange(facts->devices.v, order, n);
	facts->devices.n = k;
	free(order);
	free(place);
}
