#include "chunk.h"

#include "bytes.h"

#include <stdlib.h>

static uint16_t head_of(struct chunk *c, const struct frame *f, const struct frame_line *l)
{
	size_t n = c->heads.n;
	struct chunk_head h = {.when = f->fast};

	h.ours = trace_component_is_ours(l->component, f->fast_component);
	/* Among the last ones: logs change back and forth between a few. */
	for (size_t i = n; i-- > 0 && n - i <= 8;) {
		const struct chunk_head *o = &c->heads.v[i];
		if (o->ours == h.ours && o->when.zone == h.when.zone &&
		    o->when.offset == h.when.offset && o->when.bias == h.when.bias &&
		    o->when.daylight == h.when.daylight)
			return (uint16_t)i;
	}
	amt_vec_push(&c->heads, h);
	return (uint16_t)n;
}

/* Room for one more of each, so that they can be written in place. */
static inline void make_room(struct chunk *c)
{
	if (c->meanings.n == c->meanings.cap)
		c->meanings.v = amt_vec_grow_(c->meanings.v, c->meanings.n, &c->meanings.cap,
					      sizeof(*c->meanings.v));
	if (c->lines.n == c->lines.cap)
		c->lines.v =
			amt_vec_grow_(c->lines.v, c->lines.n, &c->lines.cap, sizeof(*c->lines.v));
}

void chunk_frame(struct chunk *c, struct chunk_bench *b)
{
	const char *p = c->buf, *end = c->buf + c->len;
	struct trace_record rec = {.framing = TRACE_SERVER, .type = -1};
	unsigned learned = 0;
	uint16_t head = 0;
	bool ours = false;

	c->lines.n = c->meanings.n = c->heads.n = 0;
	while (p < end && c->heads.n < UINT16_MAX) {
		struct frame_line l;
		if (!frame_alone(&b->frame, p, end, &l)) {
			const char *nl = memchr(p, '\n', (size_t)(end - p));
			p = nl ? nl + 1 : end;
			continue;
		}
		if (!c->heads.n || b->frame.learned != learned) {
			learned = b->frame.learned;
			head = head_of(c, &b->frame, &l);
			ours = c->heads.v[head].ours;
		}
		rec.text = p;
		rec.text_len = l.text_len;
		make_room(c);
		struct trace_meaning *m = &c->meanings.v[c->meanings.n];
		struct chunk_line *v = &c->lines.v[c->lines.n++];
		bool worth = trace_understand_again(b->memo, b->signer, &rec, ours, m);
		c->meanings.n += worth;
		v->at = (uint32_t)(p - c->buf);
		v->used = (uint32_t)l.used;
		v->text_len = (uint32_t)l.text_len;
		v->thread = l.thread;
		v->local = l.local;
		v->hash = m->host_hash ? m->host_hash
				       : trace_index_hash(feed_key(b->group, l.thread));
		v->meaning = worth ? (uint32_t)c->meanings.n : 0;
		v->head = head;
		v->event = (uint8_t)m->m.event;
		v->severity = (uint8_t)m->severity;
		v->known = m->m.row != NULL;
		v->about = m->host_hash != 0;
		p += l.used;
	}
}

void chunk_free(struct chunk *c)
{
	free(c->buf);
	amt_vec_free(&c->lines);
	amt_vec_free(&c->meanings);
	amt_vec_free(&c->heads);
}
