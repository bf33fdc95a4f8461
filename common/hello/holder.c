/* Hellos in order of time; and who held an address when: DHCP gives one that a computer has left to
 * the next. */
#include "hello/relate.h"

#include <stdlib.h>

#define SKEW        (5 * 60 * AMT_SECOND) /* of the clocks of two captures */
#define MERGED_SKEW (5 * AMT_SECOND)      /* in one file that was made of two */

static bool overlap(const struct hello_facts *f, uint32_t a, uint32_t b)
{
	if (a >= f->captures.n || b >= f->captures.n)
		return false;
	const struct hello_capture *x = &f->captures.v[a], *y = &f->captures.v[b];

	return x->first < y->last && y->first < x->last;
}

/* The same hello, seen at another place of its way. */
static bool elsewhere(const struct hello_facts *f, const struct hello_seen *a,
		      const struct hello_seen *b)
{
	amt_time apart = hello_since(a->at.time, b->at.time);

	apart = apart < 0 ? -apart : apart;
	if (a->at.capture != b->at.capture)
		return apart < SKEW && overlap(f, a->at.capture, b->at.capture);
	return apart < MERGED_SKEW && a->mac.known && b->mac.known &&
	       !hello_mac_equal(&a->mac, &b->mac);
}

bool *hello_copies(const struct hello_facts *f)
{
	bool *copies = amt_calloc(f->hellos.n + 1, sizeof(*copies));
	struct amt_map latest = {0};

	for (size_t i = 0; i < f->hellos.n; i++) {
		const struct hello_seen *h = &f->hellos.v[i];
		struct {
			uint8_t uuid[16];
			struct hello_ip source, destination;
			uint16_t ports[2];
			uint32_t retry;
		} key;
		bool fresh;

		memset(&key, 0, sizeof(key));
		memcpy(key.uuid, h->m.uuid, sizeof(key.uuid));
		key.source = h->source;
		key.destination = h->destination;
		key.ports[0] = h->source_port;
		key.ports[1] = h->destination_port;
		key.retry = h->m.retry;
		union amt_map_value *v = amt_map_put(&latest, &key, sizeof(key), &fresh);
		copies[i] = !fresh && elsewhere(f, &f->hellos.v[v->n], h);
		if (!copies[i])
			v->n = i;
	}
	amt_map_free(&latest);
	return copies;
}

/* Captures in order of their time, whatever order they were read in; within one, by frame. */
void hello_order(const struct hello_facts *f, struct hello_device *d)
{
	for (size_t i = 1; i < d->hellos.n; i++) {
		uint32_t h = d->hellos.v[i];
		amt_time t = f->hellos.v[h].at.time;
		size_t k = i;

		for (; k > 0; k--) {
			const struct hello_spot *before = &f->hellos.v[d->hellos.v[k - 1]].at;

			if (before->capture == f->hellos.v[h].at.capture ||
			    hello_since(before->time, t) >= 0)
				break;
			d->hellos.v[k] = d->hellos.v[k - 1];
		}
		d->hellos.v[k] = h;
	}
}

static int order(const void *a, const void *b)
{
	const struct hello_holder *x = a, *y = b;
	int d = memcmp(x->ip, y->ip, sizeof(*x->ip));

	if (d)
		return d;
	return x->time != y->time ? (x->time < y->time ? -1 : 1) : x->nth < y->nth ? -1 : 1;
}

void hello_holders_make(const struct hello_facts *f, struct hello_holders *out)
{
	for (size_t i = 0; i < f->devices.n; i++)
		for (size_t k = 0; k < f->devices.v[i].hellos.n; k++) {
			uint32_t h = f->devices.v[i].hellos.v[k];
			const struct hello_seen *s = &f->hellos.v[h];

			amt_vec_push(out,
				     (struct hello_holder){&s->source, s->at.time, h, (uint32_t)i});
		}
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), order);
}

const struct hello_holder *hello_holder_at(const struct hello_holders *t, const struct hello_ip *ip,
					   amt_time time)
{
	size_t lo = 0, hi = t->n;

	while (lo < hi) { /* the first entry behind ip and time */
		size_t mid = lo + (hi - lo) / 2;
		int d = memcmp(t->v[mid].ip, ip, sizeof(*ip));

		if (d < 0 || (d == 0 && t->v[mid].time <= time))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo > 0 && hello_ip_equal(t->v[lo - 1].ip, ip))
		return &t->v[lo - 1];
	return lo < t->n && hello_ip_equal(t->v[lo].ip, ip) ? &t->v[lo] : NULL;
}
