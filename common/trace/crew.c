/*
 * Threads that read a file in turn and understand its chunks side by side. The thread
 * that joins them works along while nothing is ready, so that N jobs are N threads.
 */
#include "chunk.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define JOBS_MAX   64
#define WINDOW     (64 * AMT_KIB) /* stays in the second-level cache, and five of them in 16 MiB */
#define WINDOW_MIN 64
#define WORTH      (4 * AMT_MIB) /* a thread more for a log of less would take longer to make */

struct crew;
struct hand {
	struct crew *crew;
	struct chunk_bench bench;
	pthread_t thread;
};

struct crew {
	struct trace_reader *r;
	size_t window;
	char *early; /* what the reader looked at before */
	size_t n_early, early_at;
	char *carry; /* the beginning of a line that the next chunk ends */
	size_t n_carry;
	struct hand hands[JOBS_MAX]; /* the first is the joining thread's */
	size_t n_hands;
	/* under the lock */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct chunk *ring;
	size_t n_ring;
	uint64_t n_read, n_joined; /* chunks so far */
	atomic_bool reading;
	bool ended, quit, given;
};

static long more(struct crew *w, char *out, size_t n)
{
	if (w->early_at < w->n_early) {
		size_t take = w->n_early - w->early_at < n ? w->n_early - w->early_at : n;
		memcpy(out, w->early + w->early_at, take);
		w->early_at += take;
		if (w->early_at == w->n_early) {
			free(w->early);
			w->early = NULL;
		}
		return (long)take;
	}
	if (w->r->eof)
		return 0;
	return trace_input_read(w->r->in, out, n, &w->r->err);
}

/* One thread at a time. False: the end. */
static bool read_chunk(struct crew *w, struct chunk *c)
{
	long got = 0;

	memcpy(c->buf, w->carry, w->n_carry);
	c->len = w->n_carry;
	w->n_carry = 0;
	/* Whole lines, unless they are longer than the window. */
	for (;;) {
		got = more(w, c->buf + c->len, w->window);
		if (got <= 0)
			break;
		const char *nl = memrchr(c->buf + c->len, '\n', (size_t)got);
		c->len += (size_t)got;
		if (nl) {
			size_t whole = (size_t)(nl + 1 - c->buf);
			w->n_carry = c->len - whole;
			memcpy(w->carry, c->buf + whole, w->n_carry);
			c->len = whole;
			return true;
		}
		if (c->len >= w->window)
			return true;
	}
	if (got < 0)
		w->r->failed = true;
	return c->len > 0;
}

/* Reads and prepares one chunk; called with the lock held. */
static void work(struct crew *w, struct hand *h)
{
	struct chunk *c = &w->ring[w->n_read % w->n_ring];

	w->reading = true;
	pthread_mutex_unlock(&w->lock);
	bool got = read_chunk(w, c);
	pthread_mutex_lock(&w->lock);
	w->reading = false;
	w->n_read += got;
	w->ended = !got || w->r->failed;
	pthread_cond_broadcast(&w->changed);
	if (!got)
		return;
	pthread_mutex_unlock(&w->lock);
	chunk_frame(c, &h->bench);
	pthread_mutex_lock(&w->lock);
	c->ready = true;
	pthread_cond_broadcast(&w->changed);
}

static bool room(const struct crew *w)
{
	return !w->reading && !w->ended && w->n_read - w->n_joined < w->n_ring;
}

#define LOOKS 1000 /* some ten microseconds */

/* Until something changed. Another thread's read takes a few microseconds, to be woken after it
 * ten times as many: so it is looked at for a while. Only a pipe keeps it for longer. */
static void wait(struct crew *w)
{
	bool reading = w->reading;

	if (reading) {
		pthread_mutex_unlock(&w->lock);
		for (int i = 0; i < LOOKS && reading; i++) {
#if defined(__x86_64__) || defined(__i386__)
			__builtin_ia32_pause();
#endif
			reading = atomic_load_explicit(&w->reading, memory_order_relaxed);
		}
		pthread_mutex_lock(&w->lock);
		reading = reading && w->reading;
		if (!reading)
			return;
	}
	pthread_cond_wait(&w->changed, &w->lock);
}

static void *help(void *arg)
{
	struct hand *h = arg;
	struct crew *w = h->crew;

	pthread_mutex_lock(&w->lock);
	while (!w->quit && !w->ended) {
		if (room(w))
			work(w, h);
		else
			wait(w);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* The reader decides on encodings by its first window: the same whatever ours is. */
static void take_early(struct crew *w)
{
	struct trace_reader *r = w->r;

	trace_reader_begin(r);
	w->n_early = r->end - r->start;
	w->early = amt_malloc(w->n_early + 1);
	memcpy(w->early, r->buf + r->start, w->n_early);
	/* Its own window is for what lies between our lines: seldom much, and it can grow. */
	r->start = r->end = 0;
	if (r->cap > WINDOW) {
		r->cap = WINDOW;
		r->buf = amt_realloc(r->buf, r->cap);
	}
}

static void add_hand(struct crew *w, struct trace_signer *signer, uint32_t group)
{
	struct hand *h = &w->hands[w->n_hands];

	h->crew = w;
	h->bench.frame.when.codepage = w->r->options.codepage;
	h->bench.group = group;
	h->bench.signer = signer && w->n_hands ? trace_signer_clone(signer) : signer;
	if (signer && !h->bench.signer)
		return;
	h->bench.memo = amt_calloc(1, sizeof(*h->bench.memo));
	if (w->n_hands && pthread_create(&h->thread, NULL, help, h)) {
		trace_signer_free(h->bench.signer);
		free(h->bench.memo);
		return; /* with fewer, then */
	}
	w->n_hands++;
}

/* Joining is half of the work, and only one thread joins: a third would have nothing to do. */
static size_t jobs_for(const struct trace_reader *r, const struct trace_options *o)
{
	uint64_t size = trace_input_size(r->in); /* 0: nobody knows */

	if (o->threads)
		return o->threads < JOBS_MAX ? o->threads : JOBS_MAX;
	return (size && size < WORTH) || amt_processors() < 2 ? 1 : 2;
}

struct crew *crew_new(struct trace_reader *r, struct trace_signer *signer,
		      const struct trace_options *o, uint32_t group)
{
	struct crew *w = amt_calloc(1, sizeof(*w));
	size_t jobs = jobs_for(r, o);

	w->r = r;
	w->window = !o->window ? WINDOW : o->window < WINDOW_MIN ? WINDOW_MIN : o->window;
	take_early(w);
	w->carry = amt_malloc(2 * w->window);
	/* Two for each: waking one that had to wait costs as much as many lines. */
	w->n_ring = jobs > 1 ? 2 * jobs + 1 : 1;
	w->ring = amt_calloc(w->n_ring, sizeof(*w->ring));
	for (size_t i = 0; i < w->n_ring; i++)
		w->ring[i].buf = amt_calloc(1, 2 * w->window + CHUNK_SLACK);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	while (w->n_hands < jobs) {
		size_t before = w->n_hands;
		add_hand(w, signer, group);
		if (w->n_hands == before)
			break;
	}
	return w;
}

const struct chunk *crew_next(struct crew *w)
{
	const struct chunk *out = NULL;

	pthread_mutex_lock(&w->lock);
	if (w->given) {
		w->ring[w->n_joined++ % w->n_ring].ready = false;
		w->given = false;
		pthread_cond_broadcast(&w->changed);
	}
	for (;;) {
		struct chunk *c = &w->ring[w->n_joined % w->n_ring];
		if (w->n_joined < w->n_read && c->ready) {
			w->given = true;
			out = c;
			break;
		}
		if (w->ended && w->n_joined == w->n_read)
			break;
		if (room(w))
			work(w, &w->hands[0]);
		else
			wait(w);
	}
	pthread_mutex_unlock(&w->lock);
	return out;
}

void crew_free(struct crew *w)
{
	pthread_mutex_lock(&w->lock);
	w->quit = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	for (size_t i = 1; i < w->n_hands; i++) {
		pthread_join(w->hands[i].thread, NULL);
		trace_signer_free(w->hands[i].bench.signer);
		free(w->hands[i].bench.memo);
	}
	free(w->hands[0].bench.memo);
	for (size_t i = 0; i < w->n_ring; i++)
		chunk_free(&w->ring[i]);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w->ring);
	free(w->carry);
	free(w->early);
	free(w);
}
