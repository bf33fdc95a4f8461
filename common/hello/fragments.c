/*
 * IPv4 and IPv6 fragments put together again (a hello with a long hash list
 * over a tunnel). A small ring of datagrams; the oldest makes room. The first
 * copy of a byte wins; what is too long or cut by the snap length is dropped. Datagrams
 * that never become whole are counted: what was in them is not known.
 */
#include "hello/frame.h"

#include <stdlib.h>

#define SLOTS 64
#define PARTS 64
#define BYTES 65536u

struct part {
	uint32_t at, end;
};

struct datagram {
	struct hello_ip source, destination;
	uint32_t id, total; /* total 0: the last fragment was not seen */
	uint8_t protocol;
	bool used, other; /* other: its ports are none of ours */
	amt_time first;
	unsigned parts;
	struct part part[PARTS];
	uint8_t *bytes;
};

struct hello_fragments {
	struct datagram slot[SLOTS];
	unsigned next;
	struct hello_fragments_lost lost;
};

struct hello_fragments *hello_fragments_new(void)
{
	return amt_calloc(1, sizeof(struct hello_fragments));
}

void hello_fragments_free(struct hello_fragments *t)
{
	for (size_t i = 0; t && i < SLOTS; i++)
		free(t->slot[i].bytes);
	free(t);
}

/* It will not become whole any more. */
static void give_up(struct hello_fragments *t, struct datagram *d)
{
	if (!d->used)
		return;
	t->lost.all++;
	t->lost.relevant += !d->other && (d->protocol == PROTO_TCP || d->protocol == PROTO_UDP);
	d->used = false;
}

struct hello_fragments_lost hello_fragments_end(struct hello_fragments *t)
{
	struct hello_fragments_lost lost = {0};

	if (!t)
		return lost;
	for (size_t i = 0; i < SLOTS; i++)
		give_up(t, &t->slot[i]);
	lost = t->lost;
	t->lost = (struct hello_fragments_lost){0};
	return lost;
}

static struct datagram *find(struct hello_fragments *t, const struct hello_frame *f)
{
	for (size_t i = 0; i < SLOTS; i++) {
		struct datagram *d = &t->slot[i];

		/* RFC 791 keeps them apart by these four; 60 s is the usual reassembly time. */
		if (d->used && d->id == f->fragment_id && d->protocol == f->protocol &&
		    hello_ip_equal(&d->source, &f->source) &&
		    hello_ip_equal(&d->destination, &f->destination) &&
		    f->time - d->first < 60 * AMT_SECOND)
			return d;
	}
	struct datagram *d = &t->slot[t->next];
	uint8_t *bytes = d->bytes;

	give_up(t, d);
	t->next = (t->next + 1) % SLOTS;
	*d = (struct datagram){.source = f->source,
			       .destination = f->destination,
			       .id = f->fragment_id,
			       .protocol = f->protocol,
			       .used = true,
			       .first = f->time,
			       .bytes = bytes ? bytes : amt_malloc(BYTES)};
	return d;
}

static bool whole(const struct datagram *d)
{
	uint32_t reach = 0;

	if (!d->total)
		return false;
	for (bool moved = true; moved && reach < d->total;) {
		moved = false;
		for (unsigned i = 0; i < d->parts; i++)
			if (d->part[i].at <= reach && d->part[i].end > reach) {
				reach = d->part[i].end;
				moved = true;
			}
	}
	return reach >= d->total;
}

bool hello_fragments_add(struct hello_fragments *t, struct hello_frame *f, bool other)
{
	uint32_t end = f->fragment_offset + f->l4_len;
	struct datagram *d = find(t, f);

	d->other = d->other || other;
	if (f->l4_caplen < f->l4_len || end > BYTES || f->l4_len == 0 || d->parts == PARTS)
		return false;
	/* Later parts are laid under earlier ones. */
	for (uint32_t i = 0; i < f->l4_len; i++) {
		uint32_t at = f->fragment_offset + i;
		bool had = false;

		for (unsigned k = 0; k < d->parts && !had; k++)
			had = at >= d->part[k].at && at < d->part[k].end;
		if (!had)
			d->bytes[at] = f->l4[i];
	}
	d->part[d->parts++] = (struct part){f->fragment_offset, end};
	if (!f->more_fragments)
		d->total = end;
	if (!whole(d))
		return false;
	f->l4 = d->bytes;
	f->l4_len = f->l4_caplen = d->total;
	f->fragment = f->more_fragments = false;
	d->used = false;
	return true;
}
