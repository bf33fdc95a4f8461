/* Hellos in order of time; and who held an address when: DHCP gives one that a computer has left to
 * the next. */
#include "hello/relate.h"

#include <stdlib.h>

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
