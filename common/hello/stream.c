/*
 * One direction of a TCP connection put in order: retransmissions and overlaps
 * (the first copy of a byte wins), segments before their turn (a bounded list),
 * holes that the snap length or the capture left, sequence numbers that wrap.
 */
#include "hello/engine.h"

#include <stdlib.h>

#define WAITING_MAX 64                 /* segments before their turn, a direction */
#define WINDOW      ((int32_t)1 << 20) /* farther ahead than this is another life of the ports */

void hello_stream_free(struct hello_engine *e, struct hello_stream *s)
{
	while (s->waiting) {
		struct hello_segment *next = s->waiting->next;

		e->flows.buffered -= s->waiting->caplen;
		free(s->waiting);
		s->waiting = next;
	}
	s->n_waiting = 0;
	e->flows.buffered -= s->buf.cap + s->hs.cap;
	amt_buf_free(&s->buf);
	amt_buf_free(&s->hs);
}

static void account(struct hello_engine *e, struct hello_flow *w, int dir, uint32_t n)
{
	struct hello_conn *c = &e->facts->conns.v[w->conn];

	if (dir == 0)
		c->client_bytes += n;
	else
		c->server_bytes += n;
}

/* len bytes that are next in order, caplen of them captured. */
static void deliver(struct hello_engine *e, struct hello_flow *w, int dir, const uint8_t *p,
		    uint32_t caplen, uint32_t len, uint64_t frame, amt_time time)
{
	struct hello_stream *s = &w->dir[dir];

	s->next += len;
	account(e, w, dir, len);
	if (s->dead)
		return;
	if (!s->buf.len) {
		s->frame = frame;
		s->time = time;
	}
	s->last_frame = frame;
	s->last_time = time;
	size_t before = s->buf.cap;
	if (!amt_buf_add(&s->buf, p, caplen))
		s->dead = true;
	e->flows.buffered += s->buf.cap - before;
	hello_content(e, w, dir, false);
	if (caplen < len && !s->dead) {
		/* What follows the hole would be read at the wrong place. */
		e->facts->conns.v[w->conn].cut = true;
		hello_content(e, w, dir, true);
		s->dead = true;
	}
	if (s->dead)
		hello_stream_free(e, s);
}

/* A segment from seq, at or before its turn: the part that is new. */
static bool take(struct hello_engine *e, struct hello_flow *w, int dir, uint32_t seq,
		 const uint8_t *p, uint32_t caplen, uint32_t len, uint64_t frame, amt_time time)
{
	int32_t ahead = (int32_t)(seq - w->dir[dir].next);

	if (ahead > 0)
		return false;
	uint32_t old = (uint32_t)-ahead;
	if (old < len)
		deliver(e, w, dir, p + (old < caplen ? old : caplen),
			caplen > old ? caplen - old : 0, len - old, frame, time);
	return true;
}

static void drain(struct hello_engine *e, struct hello_flow *w, int dir)
{
	struct hello_stream *s = &w->dir[dir];

	for (struct hello_segment **at = &s->waiting; *at;) {
		struct hello_segment *g = *at;

		if ((int32_t)(g->seq - s->next) > 0) {
			at = &g->next;
			continue;
		}
		*at = g->next;
		s->n_waiting--;
		e->flows.buffered -= g->caplen;
		take(e, w, dir, g->seq, g->bytes, g->caplen, g->len, g->frame, g->time);
		free(g);
		at = &s->waiting; /* from the front: others may fit now (or all be gone) */
	}
}

static void put_aside(struct hello_engine *e, struct hello_stream *s, const struct hello_frame *f,
		      uint32_t seq)
{
	struct hello_segment **at = &s->waiting;

	if (s->n_waiting == WAITING_MAX || s->dead)
		return;
	while (*at && (int32_t)((*at)->seq - seq) <= 0)
		at = &(*at)->next;
	struct hello_segment *g = amt_malloc(sizeof(*g) + f->payload_caplen);
	*g = (struct hello_segment){.next = *at,
				    .seq = seq,
				    .len = f->payload_len,
				    .caplen = f->payload_caplen,
				    .frame = f->packet->frame,
				    .time = f->time};
	memcpy(g->bytes, f->payload, f->payload_caplen);
	*at = g;
	s->n_waiting++;
	e->flows.buffered += f->payload_caplen;
}

void hello_stream_segment(struct hello_engine *e, struct hello_flow *w, int dir,
			  const struct hello_frame *f)
{
	struct hello_stream *s = &w->dir[dir];
	uint32_t seq = f->flags & TCP_SYN ? f->seq + 1 : f->seq;

	if (!s->known) {
		s->known = true;
		s->next = seq;
	}
	int32_t ahead = (int32_t)(seq - s->next);
	if (ahead > WINDOW || ahead < -WINDOW)
		return;
	/* A keep-alive carries one old byte: take() finds nothing new in it. */
	if (take(e, w, dir, seq, f->payload, f->payload_caplen, f->payload_len, f->packet->frame,
		 f->time))
		drain(e, w, dir);
	else
		put_aside(e, s, f, seq);
}

void hello_stream_end(struct hello_engine *e, struct hello_flow *w, int dir)
{
	struct hello_stream *s = &w->dir[dir];

	if (s->ended)
		return;
	s->ended = true;
	if (s->waiting || (s->fin_known && (int32_t)(s->fin - s->next) > 0))
		e->facts->conns.v[w->conn].gap = true;
	if (!s->dead)
		hello_content(e, w, dir, true);
	s->dead = true;
	hello_stream_free(e, s);
}
