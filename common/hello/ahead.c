#include "hello/ahead.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Measured from 128 KiB to 4 MiB: what is copied and then skimmed must stay in the cache. */
#define PIECE   (256 * AMT_KIB)
#define WORTH   (16 * AMT_MIB)                     /* smaller files are read before threads start */
#define BEFORE  (HELLO_SNAPLEN_MAX + 64 * AMT_KIB) /* what may be left over of pieces before */
#define THREADS 4
#define BUFFERS 3  /* a thread */
#define CHAIN   8  /* plausible records in a row */
#define MISSES  16 /* wrong guesses beyond the right ones that are put up with */
#define YEAR    (366 * 86400)

enum state { FREE, TAKEN, READY };

/* Buffers stay with the thread that fills them, and so in its cache. */
struct hand {
	struct hello_ahead *a;
	pthread_t thread;
	uint8_t *spare[BUFFERS]; /* under the lock */
	size_t n_spare;
};

struct piece {
	struct hand *hand; /* whose buffer it is */
	uint8_t *buf;      /* BEFORE bytes, then those of the file */
	size_t n;          /* read; less than a whole piece: the last one */
	struct hello_noted noted;
	enum state state;
};

struct hello_ahead {
	int fd;
	off_t begin;     /* of the first piece */
	uint64_t before; /* bytes that the reader had before */
	size_t size;     /* of a piece */
	struct hello_form form;
	uint32_t seconds; /* of the first record */
	uint8_t *own;     /* the reader's buffer meanwhile */
	const struct hello_engine *engine;
	struct piece *in_hand;      /* whose bytes the reader has */
	struct hand hands[THREADS]; /* the first is the reader's own thread */
	size_t n_hands;
	/* under the lock */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct hello_wanted wanted; /* the engine's, as it was lately */
	struct piece *ring;
	size_t n_ring;
	uint64_t taken, given; /* pieces so far */
	bool ended, quit;
};

static uint32_t get32(const struct hello_ahead *a, const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return a->form.swapped ? __builtin_bswap32(v) : v;
}

/* Could this be the header of a record? Bytes behind it, if so; else 0. */
static size_t plausible(const struct hello_ahead *a, const uint8_t *p)
{
	uint32_t caplen = get32(a, p + 8), len = get32(a, p + 12);
	int64_t apart = (int64_t)get32(a, p) - a->seconds;

	if (caplen < 14 || caplen > HELLO_SNAPLEN_MAX || len < caplen || len > HELLO_SNAPLEN_MAX ||
	    get32(a, p + 4) * a->form.fraction >= 1000000000 || apart > YEAR || apart < -YEAR)
		return 0;
	return caplen;
}

/* The first place from which several records follow each other; end if there is none. */
static const uint8_t *guess(const struct hello_ahead *a, const uint8_t *p, const uint8_t *end)
{
	const size_t record = a->form.record;

	for (; (size_t)(end - p) > record; p++) {
		const uint8_t *q = p;
		unsigned n = 0;

		while (n < CHAIN && (size_t)(end - q) > record) {
			size_t caplen = plausible(a, q);

			if (!caplen || caplen > (size_t)(end - q) - record)
				break;
			q += record + caplen;
			n++;
		}
		if (n == CHAIN)
			return p;
	}
	return end;
}

static void read_piece(struct hello_ahead *a, struct piece *x, uint64_t nth)
{
	off_t at = a->begin + (off_t)(nth * a->size);

	x->n = 0;
	while (x->n < a->size) {
		ssize_t got =
			pread(a->fd, x->buf + BEFORE + x->n, a->size - x->n, at + (off_t)x->n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) /* what is wrong will be said when the reader comes here itself */
			break;
		x->n += (size_t)got;
	}
	x->noted.start = x->noted.end = NULL;
}

static void skim_piece(struct hello_ahead *a, struct piece *x, const struct hello_wanted *wanted)
{
	const uint8_t *p = x->buf + BEFORE, *end = p + x->n;

	hello_skim_note(wanted, &a->form, guess(a, p, end), end, &x->noted);
}

static bool room(const struct hello_ahead *a, const struct hand *h)
{
	return !a->ended && h->n_spare && a->taken - a->given < a->n_ring;
}

/* Reads a piece and, unless it is the one that is waited for, skims it. With the lock held. */
static void work(struct hand *h, struct hello_wanted *wanted, bool skim)
{
	struct hello_ahead *a = h->a;
	uint64_t nth = a->taken++;
	struct piece *x = &a->ring[nth % a->n_ring];

	x->state = TAKEN;
	x->hand = h;
	x->buf = h->spare[--h->n_spare];
	if (wanted->generation != a->wanted.generation)
		*wanted = a->wanted;
	pthread_mutex_unlock(&a->lock);
	read_piece(a, x, nth);
	if (skim)
		skim_piece(a, x, wanted);
	pthread_mutex_lock(&a->lock);
	x->state = READY;
	a->ended = a->ended || x->n < a->size;
	pthread_cond_broadcast(&a->changed);
}

static void *help(void *arg)
{
	struct hand *h = arg;
	struct hello_ahead *a = h->a;
	struct hello_wanted *wanted = amt_calloc(1, sizeof(*wanted));

	pthread_mutex_lock(&a->lock);
	while (!a->quit && !a->ended) {
		if (room(a, h))
			work(h, wanted, true);
		else
			pthread_cond_wait(&a->changed, &a->lock);
	}
	pthread_mutex_unlock(&a->lock);
	free(wanted);
	return NULL;
}

/* The next piece in turn; NULL behind the last one. Works along while it is not ready. */
static struct piece *next_piece(struct hello_ahead *a)
{
	struct piece *x = &a->ring[a->given % a->n_ring];
	struct hello_wanted *wanted = &a->wanted;

	pthread_mutex_lock(&a->lock);
	if (wanted->generation != a->engine->wanted.generation)
		*wanted = a->engine->wanted;
	for (;;) {
		if (a->given < a->taken ? x->state == READY : a->ended)
			break;
		if (room(a, &a->hands[0]))
			work(&a->hands[0], wanted, a->given < a->taken);
		else
			pthread_cond_wait(&a->changed, &a->lock);
	}
	x = a->given < a->taken ? x : NULL;
	pthread_mutex_unlock(&a->lock);
	return x;
}

static void give_back(struct hello_ahead *a)
{
	if (!a->in_hand)
		return;
	pthread_mutex_lock(&a->lock);
	struct hand *h = a->in_hand->hand;
	h->spare[h->n_spare++] = a->in_hand->buf;
	a->in_hand->state = FREE;
	a->in_hand = NULL;
	a->given++;
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
}

/* The reader goes on by itself, from behind the bytes that it has in its own buffer. */
static void let_go(struct hello_bytes *b)
{
	const struct hello_ahead *a = b->ahead;
	off_t at = a->begin + (off_t)(b->offset + hello_bytes_left(b) - a->before);

	if (lseek(a->fd, at, SEEK_SET) < 0) {
		b->failed = b->eof = true;
		amt_fail_errno(&b->err, errno, "%s: going to byte %llu", b->path,
			       (unsigned long long)at);
	}
	hello_ahead_stop(b);
}

bool hello_ahead_fill(struct hello_bytes *b, size_t n)
{
	struct hello_ahead *a = b->ahead;

	while (hello_bytes_left(b) < n) {
		size_t left = hello_bytes_left(b);
		bool on = left <= BEFORE && (!a->in_hand || a->in_hand->n == a->size);
		memmove(a->own, b->buf + b->start, left);
		b->buf = a->own;
		b->start = 0;
		b->end = left;
		give_back(a);
		struct piece *x = on ? next_piece(a) : NULL;
		if (!x || !x->n) {
			let_go(b);
			return false;
		}
		a->in_hand = x;
		memcpy(x->buf + BEFORE - left, a->own, left);
		b->buf = x->buf;
		b->start = BEFORE - left;
		b->end = BEFORE + x->n;
	}
	return true;
}

const struct hello_noted *hello_ahead_noted(struct hello_reader *r)
{
	struct hello_bytes *b = &r->bytes;

	if (b->ahead && !hello_bytes_left(b))
		hello_bytes_fill(b, 1);
	const struct piece *x = b->ahead ? b->ahead->in_hand : NULL;
	return x && x->noted.start < x->noted.end ? &x->noted : NULL;
}

void hello_ahead_met(struct hello_reader *r, bool met)
{
	struct hello_ahead *a = r->bytes.ahead;

	r->met += met;
	r->missed += !met;
	if (met || r->missed <= r->met + MISSES)
		return;
	pthread_mutex_lock(&a->lock);
	a->quit = true;
	pthread_mutex_unlock(&a->lock);
}

void hello_ahead_stop(struct hello_bytes *b)
{
	struct hello_ahead *a = b->ahead;

	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->quit = true;
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
	for (size_t i = 1; i < a->n_hands; i++)
		pthread_join(a->hands[i].thread, NULL);
	for (size_t i = 0; i < a->n_ring; i++) {
		if (a->ring[i].state != FREE)
			free(a->ring[i].buf);
		amt_vec_free(&a->ring[i].noted.kept);
	}
	for (size_t i = 0; i < a->n_hands; i++)
		while (a->hands[i].n_spare)
			free(a->hands[i].spare[--a->hands[i].n_spare]);
	pthread_cond_destroy(&a->changed);
	pthread_mutex_destroy(&a->lock);
	b->buf = a->own;
	free(a->ring);
	free(a);
	b->ahead = NULL;
}

/* Where the pieces begin, and how many bytes there are; at < 0: it can't be done. */
static off_t possible(const struct hello_reader *r, const struct hello_engine *e, off_t *at)
{
	const struct hello_bytes *b = &r->bytes;
	struct stat st;

	*at = -1;
	if (r->ng || b->z || b->borrowed || b->ahead || e->looking || e->opt->max_hellos ||
	    r->ifaces.v[0].link != LINK_ETHERNET || hello_bytes_left(b) < r->record)
		return 0;
	if (fstat(b->fd, &st) != 0 || !S_ISREG(st.st_mode))
		return 0;
	*at = lseek(b->fd, 0, SEEK_CUR);
	return st.st_size - *at;
}

static bool add_hand(struct hello_ahead *a)
{
	struct hand *h = &a->hands[a->n_hands];

	*h = (struct hand){.a = a, .n_spare = BUFFERS};
	for (size_t i = 0; i < BUFFERS; i++)
		h->spare[i] = amt_malloc(BEFORE + a->size);
	a->n_hands++;
	if (a->n_hands == 1 || pthread_create(&h->thread, NULL, help, h) == 0)
		return true;
	while (h->n_spare)
		free(h->spare[--h->n_spare]);
	a->n_hands--;
	return false;
}

/* Signals are for the thread that waits for them. */
static void add_hands(struct hello_ahead *a, unsigned n)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (a->n_hands < n && add_hand(a))
		;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

bool hello_ahead_start(struct hello_reader *r, const struct hello_engine *e,
		       const struct hello_ahead_options *opt)
{
	struct hello_bytes *b = &r->bytes;
	/* Two that copy out of the page cache at once take half as much time again as one: lost
	 * where no processor is to spare. */
	unsigned n = opt->threads ? opt->threads : amt_processors();
	off_t at, size = possible(r, e, &at);

	n = n > THREADS ? THREADS : n;
	if (n < 2 || at < 0 || (size < (off_t)WORTH && !opt->always))
		return false;
	struct hello_ahead *a = amt_calloc(1, sizeof(*a));
	a->fd = b->fd;
	a->begin = at;
	a->before = b->offset + hello_bytes_left(b);
	a->size = opt->piece ? opt->piece : PIECE;
	a->form = hello_reader_form(r);
	a->seconds = get32(a, b->buf + b->start);
	a->own = b->buf;
	a->engine = e;
	a->wanted = e->wanted;
	a->n_ring = (size_t)n * BUFFERS;
	a->ring = amt_calloc(a->n_ring, sizeof(*a->ring));
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->changed, NULL);
	b->ahead = a;
	add_hands(a, n);
	if (a->n_hands < 2)
		hello_ahead_stop(b);
	return b->ahead != NULL;
}
