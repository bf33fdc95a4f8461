#include "names/pace.h"

#include "names/json.h"

#define HALVE_ONCE_MS 200 /* what was lost within this time was lost together */

void dns_pace_init(struct dns_pace *p, unsigned most, unsigned qps)
{
	p->most = most;
	p->qps = qps;
	p->window = most < PACE_WINDOW_FIRST ? most : PACE_WINDOW_FIRST;
	p->stats.window_low = p->stats.window_high = p->window;
	p->tokens = 1;
	p->halved = -1000;
}

/* Until a server has answered once, little is sent at it. */
static unsigned window_now(const struct dns_pace *p)
{
	return p->stats.answered || p->window < PACE_WINDOW_LEAST ? p->window : PACE_WINDOW_LEAST;
}

bool dns_pace_free(const struct dns_pace *p)
{
	return p->open < window_now(p) && (!p->qps || p->tokens >= 1);
}

bool dns_pace_given_up(const struct dns_pace *p)
{
	return p->silent >= (p->stats.answered ? PACE_GIVE_UP_LATER : PACE_GIVE_UP_SILENT);
}

void dns_pace_tick(struct dns_pace *p, double seconds)
{
	double burst = p->qps / 50.0 > 1 ? p->qps / 50.0 : 1;

	p->tokens += seconds * p->qps;
	if (p->tokens > burst)
		p->tokens = burst;
}

void dns_pace_answered(struct dns_pace *p, double ms, bool over_tcp)
{
	struct amt_dns_server *s = &p->stats;

	s->answered++;
	p->ms_sum += ms;
	if (s->answered == 1 || ms < s->ms_min)
		s->ms_min = ms;
	if (ms > s->ms_max)
		s->ms_max = ms;
	p->silent = 0;
	if (!over_tcp)
		p->udp_silent = 0;
	if (++p->in_a_row >= p->window && p->window < p->most) {
		p->window++;
		p->in_a_row = 0;
		if (p->window > s->window_high)
			s->window_high = p->window;
	}
}

void dns_pace_lost(struct dns_pace *p, double now_ms)
{
	p->stats.lost++;
	p->in_a_row = 0;
	if (now_ms - p->halved < HALVE_ONCE_MS)
		return;
	p->halved = now_ms;
	p->window = p->window / 2 > PACE_WINDOW_LEAST ? p->window / 2 : PACE_WINDOW_LEAST;
	if (p->window < p->stats.window_low)
		p->stats.window_low = p->window;
}

bool dns_pace_udp_failed(struct dns_pace *p)
{
	bool never_udp = p->stats.answered == p->stats.tcp;

	p->udp_silent++;
	if (never_udp && p->udp_silent >= PACE_GIVE_UP_SILENT && p->stats.tcp)
		p->udp_dead = true;
	return never_udp;
}

void dns_pace_stats(const struct dns_pace *p, uint64_t ignored, struct amt_dns_server *out)
{
	struct amt_dns_server s = p->stats;

	s.address = out->address;
	s.port = out->port;
	s.origin = out->origin;
	s.clients = out->clients;
	s.ignored = ignored;
	s.ms_mean = s.answered ? names_ms(p->ms_sum / (double)s.answered) : 0;
	*out = s;
}
