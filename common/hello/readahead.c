#include "hello/readahead.h"

#include "amtdiag/core.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define RING 4

struct chunk {
	uint8_t *base;
	size_t n;
	int error;
};

struct hello_ahead {
	int fd;
	size_t size, head;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t filled, freed;
	struct chunk ring[RING];
	unsigned first, count; /* filled and not yet given back, the one in hand included */
	unsigned taken;        /* of count: handed out */
	bool stop;
};

static void fill(struct hello_ahead *a, struct chunk *c)
{
	ssize_t got;

	do
		got = read(a->fd, c->base + a->head, a->size);
	while (got < 0 && errno == EINTR);
	c->n = got > 0 ? (size_t)got : 0;
	c->error = got < 0 ? errno : 0;
}

static void *reader(void *arg)
{
	struct hello_ahead *a = arg;

	pthread_mutex_lock(&a->lock);
	for (bool more = true; more;) {
		while (a->count == RING && !a->stop)
			pthread_cond_wait(&a->freed, &a->lock);
		if (a->stop)
			break;
		struct chunk *c = &a->ring[(a->first + a->count) % RING];
		pthread_mutex_unlock(&a->lock);
		fill(a, c);
		pthread_mutex_lock(&a->lock);
		a->count++;
		more = c->n > 0; /* an empty chunk is the end */
		pthread_cond_signal(&a->filled);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

struct hello_ahead *hello_ahead_new(int fd, size_t chunk, size_t head)
{
	struct hello_ahead *a = amt_calloc(1, sizeof(*a));

	a->fd = fd;
	a->size = chunk;
	a->head = head;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->filled, NULL);
	pthread_cond_init(&a->freed, NULL);
	for (size_t i = 0; i < RING; i++)
		a->ring[i].base = amt_malloc(head + chunk);
	if (pthread_create(&a->thread, NULL, reader, a) == 0)
		return a;
	for (size_t i = 0; i < RING; i++)
		free(a->ring[i].base);
	free(a);
	return NULL;
}

uint8_t *hello_ahead_next(struct hello_ahead *a, size_t *n, int *error)
{
	pthread_mutex_lock(&a->lock);
	while (a->count == a->taken)
		pthread_cond_wait(&a->filled, &a->lock);
	struct chunk *c = &a->ring[(a->first + a->taken) % RING];
	if (c->n) /* the last, empty one can be asked for again */
		a->taken++;
	pthread_mutex_unlock(&a->lock);
	*n = c->n;
	*error = c->error;
	return c->base;
}

void hello_ahead_release(struct hello_ahead *a)
{
	pthread_mutex_lock(&a->lock);
	while (a->taken > 1) { /* all but the one just handed out */
		a->first = (a->first + 1) % RING;
		a->count--;
		a->taken--;
	}
	pthread_cond_signal(&a->freed);
	pthread_mutex_unlock(&a->lock);
}

void hello_ahead_free(struct hello_ahead *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	pthread_cond_signal(&a->freed);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->filled);
	pthread_cond_destroy(&a->freed);
	for (size_t i = 0; i < RING; i++)
		free(a->ring[i].base);
	free(a);
}
