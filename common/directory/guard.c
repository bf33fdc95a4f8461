#include "directory/guard.h"

#include "amtdiag/core.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct directory_guard {
	struct ldap_conncb on_connect;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	amt_time end; /* of the steady clock; 0: nothing is waited for */
	int fd;       /* the connection's, our own copy */
	bool running, quit, fired;
};

static void end_at(struct directory_guard *g)
{
	struct timespec t = {g->end / AMT_SECOND, g->end % AMT_SECOND * 1000};

	if (amt_time_steady() < g->end) {
		pthread_cond_timedwait(&g->changed, &g->lock, &t);
		return;
	}
	g->fired = true;
	g->end = 0;
	if (g->fd >= 0)
		shutdown(g->fd, SHUT_RDWR);
}

static void *watch(void *arg)
{
	struct directory_guard *g = arg;

	pthread_mutex_lock(&g->lock);
	while (!g->quit)
		if (g->end)
			end_at(g);
		else
			pthread_cond_wait(&g->changed, &g->lock);
	pthread_mutex_unlock(&g->lock);
	return NULL;
}

static int connected(LDAP *ld, Sockbuf *sb, LDAPURLDesc *url, struct sockaddr *addr,
		     struct ldap_conncb *cb)
{
	struct directory_guard *g = cb->lc_arg;
	ber_socket_t fd = -1;

	(void)ld, (void)url, (void)addr;
	ber_sockbuf_ctrl(sb, LBER_SB_OPT_GET_FD, &fd);
	pthread_mutex_lock(&g->lock);
	if (g->fd >= 0)
		close(g->fd);
	g->fd = fd < 0 ? -1 : dup(fd);
	if (g->fired && g->fd >= 0) /* too late already */
		shutdown(g->fd, SHUT_RDWR);
	pthread_mutex_unlock(&g->lock);
	return 0;
}

static void disconnected(LDAP *ld, Sockbuf *sb, struct ldap_conncb *cb)
{
	(void)ld, (void)sb, (void)cb;
}

struct directory_guard *guard_start(LDAP *ld)
{
	struct directory_guard *g = amt_calloc(1, sizeof(*g));
	pthread_condattr_t steady;
	sigset_t all, before;

	g->fd = -1;
	pthread_mutex_init(&g->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&g->changed, &steady);
	pthread_condattr_destroy(&steady);
	/* Ctrl-C is for the thread that waits. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	g->running = pthread_create(&g->thread, NULL, watch, g) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	g->on_connect = (struct ldap_conncb){connected, disconnected, g};
	ldap_set_option(ld, LDAP_OPT_CONNECT_CB, &g->on_connect);
	return g;
}

void guard_arm(struct directory_guard *g, double seconds)
{
	if (!g)
		return;
	pthread_mutex_lock(&g->lock);
	g->end = seconds > 0 ? amt_time_steady() + (amt_time)(seconds * (double)AMT_SECOND) : 0;
	pthread_cond_signal(&g->changed);
	pthread_mutex_unlock(&g->lock);
}

bool guard_fired(struct directory_guard *g)
{
	if (!g)
		return false;
	pthread_mutex_lock(&g->lock);
	bool fired = g->fired;
	pthread_mutex_unlock(&g->lock);
	return fired;
}

void guard_stop(struct directory_guard *g)
{
	if (!g)
		return;
	pthread_mutex_lock(&g->lock);
	g->quit = true;
	pthread_cond_signal(&g->changed);
	pthread_mutex_unlock(&g->lock);
	if (g->running)
		pthread_join(g->thread, NULL);
	if (g->fd >= 0)
		close(g->fd);
	pthread_cond_destroy(&g->changed);
	pthread_mutex_destroy(&g->lock);
	free(g);
}
