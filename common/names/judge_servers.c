/* X.NS1, X.NS2, P.18, S1.V13, P.23: the DNS servers themselves, and the zones they serve. */
#include "names/judge.h"

#include <stdio.h>
#include <string.h>

#define SLOW_MS      300 /* an answer from a server of one's own site takes a few ms */
#define LOSS_PERCENT 2
#define ODD_PERCENT  1 /* packets that fit no question */

static const struct amt_dns_reply *next_reply(const struct amt_names_facts *f, unsigned server,
					      size_t *at)
{
	size_t n = f->provision.n, z = f->zones.n, l = f->lookups.n;

	while (*at < n + 2 * z + l) {
		size_t i = (*at)++;
		const struct amt_dns_reply *r =
			i < n           ? &f->provision.v[i].a
			: i < n + 2 * z ? ((i - n) % 2 ? &f->zones.v[(i - n) / 2].ns
						       : &f->zones.v[(i - n) / 2].soa)
					: &f->lookups.v[i - n - 2 * z].reply;
		if (r->server == server && r->name)
			return r;
	}
	return NULL;
}

/* A reply of this server that shows the trouble, for evidence. */
static const struct amt_dns_reply *example(const struct amt_names_facts *f, unsigned server,
					   bool (*fits)(const struct amt_dns_reply *r))
{
	const struct amt_dns_reply *r;

	for (size_t at = 0; (r = next_reply(f, server, &at));)
		if (fits(r))
			return r;
	for (size_t i = 0; i < f->hosts.n; i++)
		for (size_t k = 0; k < f->hosts.v[i].forward.n; k++)
			if (f->hosts.v[i].forward.v[k].server == server &&
			    fits(&f->hosts.v[i].forward.v[k]))
				return &f->hosts.v[i].forward.v[k];
	return NULL;
}

static bool is_silent(const struct amt_dns_reply *r)
{
	return r->outcome == AMT_DNS_TIMEOUT || r->outcome == AMT_DNS_CLOSED ||
	       r->outcome == AMT_DNS_UNREACHABLE;
}
static bool is_tcp_only(const struct amt_dns_reply *r)
{
	return r->flags & AMT_DNS_UDP_LOST;
}
static bool is_tcp_failed(const struct amt_dns_reply *r)
{
	return r->flags & AMT_DNS_TCP_FAILED;
}
static bool is_plain(const struct amt_dns_reply *r)
{
	return r->flags & AMT_DNS_NO_EDNS && r->outcome == AMT_DNS_ANSWER;
}
static bool is_retried(const struct amt_dns_reply *r)
{
	return r->tries > 1;
}
static bool is_slow(const struct amt_dns_reply *r)
{
	return r->ms > SLOW_MS;
}
static bool is_any(const struct amt_dns_reply *r)
{
	return r->outcome == AMT_DNS_ANSWER;
}

static bool another_works(const struct amt_names_facts *f, unsigned server)
{
	for (size_t i = 0; i < f->servers.n; i++)
		if (i != server && f->servers.v[i].clients && f->servers.v[i].answered)
			return true;
	return false;
}

struct health {
	enum amt_verdict v;
	const struct amt_dns_reply *example;
	const char *text;
};

static struct health silent_health(struct judging *j, unsigned i)
{
	const struct amt_dns_reply *r = example(j->f, i, is_silent);
	struct health h = {another_works(j->f, i) ? AMT_WARN : AMT_FAIL, r, NULL};

	if (j->f->servers.v[i].ignored) {
		h.text = "answers only when the question is given up: it is far too slow, or what "
			 "arrives are no answers";
		return h;
	}
	h.text = amt_arena_printf(
		&j->fs->arena, "never answered: %s",
		amt_dns_outcome_meaning(r ? (enum amt_dns_outcome)r->outcome : AMT_DNS_TIMEOUT));
	return h;
}

static struct health health_of(struct judging *j, unsigned i)
{
	const struct amt_dns_server *s = &j->f->servers.v[i];
	struct amt_arena *a = &j->fs->arena;
	struct health h = {AMT_WARN, NULL, NULL};

	if (!s->answered)
		return silent_health(j, i);
	if (s->tcp && (h.example = example(j->f, i, is_tcp_only))) {
		h.v = AMT_FAIL;
		h.text = "answers over TCP, but not over UDP, which AMT uses: a filter drops UDP "
			 "port 53";
	} else if (s->given_up) {
		h.example = example(j->f, i, is_silent);
		h.text =
			"stopped answering during the run; the rest of the questions was not asked";
	} else if ((h.example = example(j->f, i, is_tcp_failed))) {
		h.text = "gives answers too large for UDP, and TCP port 53 does not give the rest";
	} else if (s->lost * 100 > s->questions * LOSS_PERCENT) {
		h.example = example(j->f, i, is_retried);
		h.text = amt_arena_printf(
			a, "answered, but %llu of %llu packets got no answer in time",
			(unsigned long long)s->lost, (unsigned long long)s->questions);
	} else if (s->ms_mean > SLOW_MS || (s->ms_max > SLOW_MS && s->answered < 100)) {
		h.example = example(j->f, i, is_slow);
		h.text = amt_arena_printf(a,
					  "is slow: answers took %.0f ms on average, %.0f at most",
					  s->ms_mean, s->ms_max);
	} else if (s->ignored * 100 > s->answered * ODD_PERCENT) {
		h.text = amt_arena_printf(a,
					  "sent %llu packets that fit no open question: answers "
					  "arrive twice or late, "
					  "or somebody forges them",
					  (unsigned long long)s->ignored);
	} else if ((h.example = example(j->f, i, is_plain))) {
		h.text = "answers only questions without EDNS: the server is old, or a filter "
			 "drops what it does "
			 "not know";
	} else {
		h = (struct health){AMT_PASS, example(j->f, i, is_any), NULL};
		h.text = amt_arena_printf(a, "answered %llu questions, %.1f ms on average",
					  (unsigned long long)s->answered, s->ms_mean);
	}
	return h;
}

static void judge_health(struct judging *j)
{
	const struct amt_names_facts *f = j->f;

	for (unsigned i = 0; i < f->servers.n; i++) {
		const struct amt_dns_server *s = &f->servers.v[i];
		char text[96];
		if (!s->clients || !s->questions)
			continue;
		struct health h = health_of(j, i);
		const char *name = server_text(f, i, text);
		struct amt_finding *fi = amt_finding_add(
			j->fs, "X.NS1", h.v, name, "DNS server (from: %s) %s", s->origin, h.text);
		amt_finding_evidence(j->fs, fi, name, "counters",
				     "%llu packets sent, %llu answers, %llu lost, %llu ignored, "
				     "%llu over TCP; window %u to "
				     "%u; %.1f/%.1f/%.1f ms least/mean/most",
				     (unsigned long long)s->questions,
				     (unsigned long long)s->answered, (unsigned long long)s->lost,
				     (unsigned long long)s->ignored, (unsigned long long)s->tcp,
				     s->window_low, s->window_high, s->ms_min, s->ms_mean,
				     s->ms_max);
		if (h.example)
			judge_evidence(j, fi, h.example);
	}
}

/* ---- zones ---- */

static const char *serial_of(const struct amt_dns_zone *z)
{
	const char *soa = amt_dns_value(&z->soa, AMT_DNS_SOA, 0);
	const char *last = soa ? strrchr(soa, ' ') : NULL;

	return last ? last + 1 : NULL;
}

static enum amt_verdict zone_at_server(const struct judging *j, const struct amt_dns_zone *z,
				       const char **why)
{
	bool clients = j->f->servers.v[z->soa.server].clients;
	enum amt_dns_outcome o = (enum amt_dns_outcome)z->soa.outcome;

	if (z->listed && amt_dns_outcome_definite(o) && !(z->soa.flags & AMT_DNS_AA)) {
		*why = "the zone names this server, but it does not hold the zone (lame)";
		return AMT_WARN;
	}
	if (z->listed && !clients &&
	    (o == AMT_DNS_REFUSED || o == AMT_DNS_REFERRAL || o == AMT_DNS_SERVFAIL)) {
		*why = "the zone names this server, but it does not serve the zone (lame)";
		return AMT_WARN;
	}
	if (z->listed && !clients && is_silent(&z->soa)) {
		*why = "the zone names this server, but it does not answer";
		return AMT_WARN;
	}
	if (o == AMT_DNS_NXDOMAIN) {
		*why = "the zone does not exist for this server";
		return AMT_FAIL;
	}
	if (o == AMT_DNS_REFERRAL) {
		*why = z->soa.flags & AMT_DNS_RA ? "the server only refers elsewhere"
						 : "the server does not hold the zone and "
						   "recursion is off: it only refers "
						   "elsewhere";
		return AMT_FAIL;
	}
	if (o == AMT_DNS_REFUSED) {
		*why = z->soa.flags & AMT_DNS_RA ? "the server refuses to answer"
						 : "the server does not hold the zone, and refuses "
						   "to find out for us";
		return AMT_FAIL;
	}
	if (o == AMT_DNS_SERVFAIL) {
		*why = "the server failed: it can't load the zone, or can't reach the servers that "
		       "hold it";
		return AMT_FAIL;
	}
	if (o == AMT_DNS_ANSWER || o == AMT_DNS_NODATA)
		return AMT_PASS;
	*why = "the server gave no usable answer";
	return AMT_UNKNOWN;
}

static void judge_zone(struct judging *j, const char *suffix)
{
	const struct amt_names_facts *f = j->f;
	enum amt_verdict worst = AMT_NA;
	const char *why = NULL, *serial = NULL;
	bool differ = false;
	char server[96];

	for (size_t i = 0; i < f->zones.n; i++) {
		const struct amt_dns_zone *z = &f->zones.v[i];
		const char *this_why = NULL, *s = serial_of(z);
		if (strcmp(z->suffix, suffix) != 0 || z->soa.outcome == AMT_DNS_STOPPED)
			continue;
		enum amt_verdict v = zone_at_server(j, z, &this_why);
		if (amt_verdict_fold(worst, v) != worst && this_why)
			why = amt_arena_printf(&j->fs->arena, "at %s %s",
					       server_text(f, z->soa.server, server), this_why);
		worst = amt_verdict_fold(worst, v);
		if (s && z->soa.flags & AMT_DNS_AA) {
			differ |= serial && strcmp(serial, s) != 0;
			serial = s;
		}
	}
	if (differ && (worst == AMT_PASS || worst == AMT_NA)) {
		worst = AMT_WARN;
		why = "its servers hold different serial numbers: a transfer or replication is "
		      "behind";
	}
	if (worst == AMT_NA)
		return;
	struct amt_finding *fi =
		amt_finding_add(j->fs, "X.NS2", worst, suffix, "%s",
				why ? why : "every server asked can answer for it");
	for (size_t i = 0; i < f->zones.n; i++)
		if (!strcmp(f->zones.v[i].suffix, suffix))
			judge_evidence(j, fi, &f->zones.v[i].soa);
}

/* S1.V13 and P.23: what the empty UPDATE brought. */
static void judge_update(struct judging *j, const struct amt_dns_zone *z)
{
	enum amt_dns_outcome o = (enum amt_dns_outcome)z->update.outcome;
	const char *what = "did not answer a question about dynamic updates";
	enum amt_verdict v = AMT_UNKNOWN;

	if (o == AMT_DNS_ANSWER) {
		v = AMT_PASS;
		what = "takes dynamic updates (an empty one was accepted)";
	} else if (o == AMT_DNS_REFUSED) {
		v = AMT_WARN;
		what = "refuses an unsigned dynamic update: secure updates only, or none; AMT's "
		       "own registration and "
		       "a DHCP server without credentials can't write to it";
	} else if (o == AMT_DNS_NOTIMP || o == AMT_DNS_RCODE || o == AMT_DNS_FORMERR ||
		   o == AMT_DNS_SERVFAIL) {
		v = AMT_WARN;
		what = "does not support dynamic updates";
	}
	struct amt_finding *fi =
		amt_finding_add(j->fs, "S1.V13", v, z->suffix, "the zone %s", what);
	judge_evidence(j, fi, &z->update);
	if (v == AMT_WARN) {
		fi = amt_finding_add(
			j->fs, "P.23", AMT_WARN, z->suffix,
			"the zone does not take unsigned updates: if ConfigMgr is to register the "
			"alias by itself, its account needs rights there");
		judge_evidence(j, fi, &z->update);
	}
}

/* ---- names that were looked up on the way ---- */

static bool first_of_name(const struct amt_names_facts *f, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (dns_name_equal(f->lookups.v[k].reply.name, f->lookups.v[i].reply.name) &&
		    f->lookups.v[k].reply.type == f->lookups.v[i].reply.type)
			return false;
	return true;
}

static void judge_lookup(struct judging *j, size_t at)
{
	const struct amt_names_facts *f = j->f;
	const struct amt_dns_reply *first = &f->lookups.v[at].reply;
	bool found = false, definite = false;

	for (size_t i = at; i < f->lookups.n; i++) {
		const struct amt_dns_reply *r = &f->lookups.v[i].reply;
		if (!dns_name_equal(r->name, first->name) || r->type != first->type)
			continue;
		found |= r->outcome == AMT_DNS_ANSWER;
		definite |= amt_dns_outcome_definite((enum amt_dns_outcome)r->outcome);
	}
	struct amt_finding *fi =
		amt_finding_add(j->fs, "P.18",
				found      ? AMT_PASS
				: definite ? AMT_FAIL
					   : AMT_UNKNOWN,
				first->name, "%s: %s", f->lookups.v[at].why,
				found      ? "is found in DNS"
				: definite ? "is not in DNS"
					   : "could not be asked for: no server gave an answer");
	for (size_t i = at; i < f->lookups.n; i++)
		if (dns_name_equal(f->lookups.v[i].reply.name, first->name) &&
		    f->lookups.v[i].reply.type == first->type)
			judge_evidence(j, fi, &f->lookups.v[i].reply);
}

void judge_servers(struct judging *j)
{
	const struct amt_names_facts *f = j->f;

	judge_health(j);
	for (size_t i = 0; i < f->suffixes.n; i++)
		judge_zone(j, f->suffixes.v[i]);
	for (size_t i = 0; i < f->zones.n; i++)
		if (f->zones.v[i].update.name)
			judge_update(j, &f->zones.v[i]);
	for (size_t i = 0; i < f->lookups.n; i++)
		if (first_of_name(f, i))
			judge_lookup(j, i);
}
