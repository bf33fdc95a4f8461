/*
 * Rows that follow from what stands already: other rows' verdicts of the same client, exports and
 * answers. Where that says nothing, nothing is said.
 */
#include "cross.h"

#include "amtdiag/exports.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* Each subject of each finding of a row. */
typedef void on_subject(void *arg, const struct amt_finding *f, const char *subject,
			const char *summary);

static void each(const struct stage *st, const char *id, on_subject *on, void *arg)
{
	for (size_t i = 0; i < st->seen.list.n; i++) {
		const struct amt_finding *f = st->seen.list.v[i];
		if (strcmp(f->item->id, id) != 0)
			continue;
		if (!f->subjects.n)
			on(arg, f, f->subject, f->summary);
		for (size_t k = 0; k < f->subjects.n; k++) {
			const struct amt_subject *s = &f->subjects.v[k];
			on(arg, f, s->name, s->summary ? s->summary : f->summary);
		}
	}
}

/* ---- P.33: who says hello but cannot be managed ---- */

enum { UNSUPPORTED = 4 };
static const char *const unsupported[UNSUPPORTED] = {"S1.V16", "S1.V09", "S1.V10", "P.32"};

struct sender {
	bool sends, mine;
	unsigned known, bad; /* bits: index in unsupported */
	const char *where, *source, *reason;
};

struct senders {
	const struct cross *x;
	struct sender *of; /* by client of the fleet */
	size_t row;
};

static struct sender *sender(const struct senders *s, const char *name)
{
	const struct walk_client *c = walk_fleet_find(&s->x->st->fleet, name);

	return c ? &s->of[c - s->x->st->fleet.clients.v] : NULL;
}

static void judged_so(void *arg, const struct amt_finding *f, const char *subject,
		      const char *summary)
{
	const struct senders *s = arg;
	struct sender *one = sender(s, subject);

	if (!one || (f->verdict != AMT_PASS && f->verdict != AMT_WARN && f->verdict != AMT_FAIL))
		return;
	one->known |= 1U << s->row;
	if (f->verdict == AMT_FAIL && !one->bad)
		one->reason = summary;
	if (f->verdict == AMT_FAIL)
		one->bad |= 1U << s->row;
}

/* Where the log has it: a hello that was refused, else the task that followed one. */
static void logged(const struct cross *x, const struct trace_device *d, struct sender *one)
{
	const struct trace_spot *at = d->rejected_at.line ? &d->rejected_at
				      : d->last_session < x->logs->sessions.n
					      ? &x->logs->sessions.v[d->last_session].first
					      : NULL;

	one->source = "the log";
	if (at && at->file < x->logs->files.n) {
		one->source = x->logs->files.v[at->file].name;
		one->where = cross_line(x, at);
	}
}

static void who_sends(struct senders *s)
{
	const struct cross *x = s->x;

	for (size_t i = 0; x->captures && i < x->captures->devices.n; i++) {
		const struct hello_device *d = &x->captures->devices.v[i];
		struct sender *one = d->hellos.n ? sender(s, d->id) : NULL;
		if (!one)
			continue;
		const struct hello_seen *h = &x->captures->hellos.v[d->hellos.v[d->hellos.n - 1]];
		one->sends = true;
		one->source = "capture";
		one->where = amt_arena_printf(&x->fs->arena, "frame %llu",
					      (unsigned long long)h->at.frame);
	}
	for (size_t i = 0; x->logs && i < x->logs->devices.n; i++) {
		const struct trace_device *d = &x->logs->devices.v[i];
		struct sender *one = d->hellos ? sender(s, d->id) : NULL;
		if (!one || one->sends)
			continue;
		one->sends = true;
		logged(x, d, one);
	}
}

/* A fleet that is clean is one finding. */
static void say_senders(struct senders *s)
{
	const struct walk_fleet *fleet = &s->x->st->fleet;
	struct amt_findings *fs = s->x->fs;
	size_t clean = 0, unknown = 0, bad = 0;

	for (size_t i = 0; i < fleet->clients.n; i++) {
		const struct sender *one = &s->of[i];
		size_t row = 0;
		if (!one->sends || !stage_mine_walked(s->x->st, &fleet->clients.v[i]))
			continue;
		/* That it has an account settles it: the others need one. */
		clean += !one->bad && (one->known & 1);
		unknown += !one->bad && !(one->known & 1);
		if (!one->bad)
			continue;
		while (!(one->bad & 1U << row))
			row++;
		bad++;
		struct amt_finding *f =
			amt_finding_add(fs, "P.33", AMT_FAIL, fleet->clients.v[i].name,
					"it cannot be supported (%s), but still says hello: %s",
					unsupported[row], one->reason);
		amt_finding_evidence(fs, f, one->source, one->where, "hello message");
	}
	if (!bad && (clean || unknown) && s->x->ad && !s->x->st->shards)
		amt_finding_add(fs, "P.33", unknown ? AMT_UNKNOWN : AMT_PASS, "",
				unknown ? "%zu of %zu senders of hello messages were not found in "
					  "the directory's answers, so whether they can be "
					  "supported is not known"
					: "all %zu of %zu senders of hello messages have an "
					  "account in the forest and can be supported",
				unknown ? unknown : clean, clean + unknown);
}

static void senders(const struct cross *x)
{
	size_t n = x->st->fleet.clients.n;
	struct senders s = {.x = x, .of = amt_calloc(n ? n : 1, sizeof(*s.of))};

	for (s.row = 0; s.row < UNSUPPORTED; s.row++)
		each(x->st, unsupported[s.row], judged_so, &s);
	who_sends(&s);
	say_senders(&s);
	free(s.of);
}

/* ---- S6.C02: what was typed ---- */

/* The host in an address as people write it; false: the note is something else. */
static bool typed_host(const char *note, char *out, size_t size)
{
	const char *p = strstr(note, "://");
	size_t n;

	if (p)
		p += 3;
	else if (strpbrk(note, " \t,;"))
		return false;
	else
		p = note;
	if (*p == '[') {
		p++;
		n = strcspn(p, "]");
	} else {
		n = strcspn(p, ":/?# \t,;\"'<>)");
		struct in6_addr six;
		size_t whole = strcspn(p, "/ \t,;");
		char copy[64];
		/* an address of IPv6 without brackets */
		if (whole < sizeof(copy)) {
			memcpy(copy, p, whole);
			copy[whole] = '\0';
			n = inet_pton(AF_INET6, copy, &six) == 1 ? whole : n;
		}
	}
	while (n && p[n - 1] == '.')
		n--;
	if (!n || n >= size)
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

static bool is_number(const char *host)
{
	uint8_t bytes[16];

	return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1 ||
	       !host[strspn(host, "0123456789.")];
}

/* What DNS calls an alias; NULL: not that we know. */
static const char *alias_of(const struct cross *x, const char *host)
{
	for (size_t i = 0; x->names && i < x->names->hosts.n; i++) {
		const struct amt_dns_host *h = &x->names->hosts.v[i];
		if (!h->target.name || amt_strcasecmp(h->target.name, host) != 0)
			continue;
		for (size_t k = 0; k < h->forward.n; k++) {
			const char *to = amt_dns_value(&h->forward.v[k], AMT_DNS_CNAME, 0);
			if (to)
				return to;
		}
	}
	return NULL;
}

static void one_typed(const struct cross *x, const struct site_answer *a)
{
	const struct walk_fleet *fleet = &x->st->fleet;
	enum amt_verdict v = AMT_FAIL;
	const char *words = NULL, *alias;
	char host[256];

	if (!typed_host(a->note, host, sizeof(host)))
		return;
	const struct walk_client *c = walk_fleet_find(fleet, host),
				 *of = *a->subject ? walk_fleet_find(fleet, a->subject) : NULL;
	const struct site_client *listed = site_inventory_find(&x->st->inventory, host);
	const char *full = listed && *listed->fqdn ? listed->fqdn : c ? c->name : NULL;

	if (is_number(host)) {
		words = "a number: there is no service name for it";
	} else if (!strchr(host, '.')) {
		words = "a short name: the service name is made of the full one";
	} else if ((alias = alias_of(x, host)) != NULL) {
		words = amt_arena_printf(&x->fs->arena,
					 "an alias of %s: there is no service name for it", alias);
	} else if (of && c && of != c) {
		words = amt_arena_printf(&x->fs->arena, "another client than %s", of->name);
	} else if (of && !c) {
		words = amt_arena_printf(&x->fs->arena, "not the client's full name, %s", of->name);
	} else if (full && !amt_strcasecmp(full, host)) {
		v = AMT_PASS;
		words = "the client's full name";
	} else {
		v = AMT_UNKNOWN;
		words = "no client's name that is known here: perhaps an alias";
	}
	struct amt_finding *f =
		amt_finding_add(x->fs, "S6.C02", v, a->subject, "%s was typed: %s", host, words);
	amt_finding_evidence(x->fs, f, "answers",
			     amt_arena_printf(&x->fs->arena, "line %d", a->line), "%s", host);
}

static void typed(const struct cross *x)
{
	const struct site_answers *a = &x->st->answers;

	for (size_t i = 0; i < a->list.n; i++)
		if (!amt_strcasecmp(a->list.v[i].id, "S6.C02"))
			one_typed(x, &a->list.v[i]);
}

/* ---- S1.V08: the service point at work ---- */

static void port_answers(void *arg, const struct amt_finding *f, const char *subject,
			 const char *summary)
{
	const struct amt_finding **best = arg;

	(void)subject;
	(void)summary;
	if (f->verdict == AMT_PASS || !*best)
		*best = f;
}

static const struct trace_file_facts *newest_log(const struct trace_facts *t)
{
	const struct trace_file_facts *best = NULL;

	for (size_t i = 0; t && i < t->files.n; i++) {
		const struct trace_file_facts *f = &t->files.v[i];
		const char *slash = strrchr(f->name, '/'), *name = slash ? slash + 1 : f->name;
		if (!f->records || f->last == AMT_TIME_NONE ||
		    !amt_memcasestr(name, strlen(name), "amtopmgr"))
			continue;
		if (!best || f->last > best->last)
			best = f;
	}
	return best;
}

/* A log that is written, or a port that answers, is the role at work; a port that does not is usual
 * where out-of-band provisioning is off (catalogue). */
static void service_point(const struct cross *x)
{
	const struct trace_file_facts *log = newest_log(x->logs);
	const struct amt_finding *port = NULL;
	struct amt_finding *f = NULL;
	char when[AMT_TIME_TEXT];

	each(x->st, "P.35", port_answers, &port);
	bool closed = port && port->verdict == AMT_FAIL;
	if (log && log->last > x->st->cli->now - AMT_DAY)
		f = amt_finding_add(x->fs, "S1.V08", AMT_PASS, "",
				    "the service point is at work: its log was written until %s",
				    amt_time_format(log->last, when));
	else if (port && port->verdict == AMT_PASS)
		f = amt_finding_add(x->fs, "S1.V08", AMT_PASS, "",
				    "the service point is at work: its port answers (P.35)");
	else if (log)
		f = amt_finding_add(
			x->fs, "S1.V08", closed ? AMT_WARN : AMT_UNKNOWN, "",
			"there was a service point until %s, when its log ends%s; whether it is "
			"still there is not shown",
			amt_time_format(log->last, when),
			closed ? "; its port does not answer (P.35)" : "");
	if (f && log)
		amt_finding_evidence(x->fs, f, log->name, NULL, "%llu records",
				     (unsigned long long)log->records);
	else if (f && port->evidence.n)
		amt_finding_evidence(x->fs, f, port->evidence.v[0].source,
				     port->evidence.v[0].locator, NULL);
}

/* ---- sums ---- */

struct sum {
	size_t n[AMT_VERDICTS];
	const char *first; /* that fails */
};

static void count(void *arg, const struct amt_finding *f, const char *subject, const char *summary)
{
	struct sum *s = arg;

	(void)summary;
	if (f->verdict == AMT_FAIL && !s->first)
		s->first = subject;
	s->n[f->verdict]++;
}

/* S4.C01b: how many have a wrong power package. */
static void packages(const struct cross *x)
{
	const struct walk_fleet *fleet = &x->st->fleet;
	struct sum s = {0};
	size_t clients = 0;

	for (size_t i = 0; i < fleet->clients.n; i++)
		clients += stage_mine_walked(x->st, &fleet->clients.v[i]);
	each(x->st, "S4.C01", count, &s);
	size_t bad = s.n[AMT_FAIL], good = s.n[AMT_PASS] + s.n[AMT_WARN];
	if (bad)
		amt_finding_add(x->fs, "S4.C01b", AMT_WARN, "",
				"S4.C01 fails for %zu client%s (%s%s), which it lists", bad,
				bad == 1 ? "" : "s", s.first, bad > 1 ? ", ..." : "");
	else if (good && good >= clients && !x->st->shards)
		amt_finding_add(x->fs, "S4.C01b", AMT_PASS, "", "S4.C01 fails for none of %zu",
				good);
}

static void cite(const struct cross *x, struct amt_finding *f, const struct exports_facts *ex,
		 const struct exports_fact *c)
{
	const char *status = c->field[EXPORTS_CLIENT_STATUS];

	amt_finding_evidence(
		x->fs, f, ex->files.v[c->file].path,
		amt_arena_printf(&x->fs->arena, "line %llu", (unsigned long long)c->line),
		"%s: AMTStatus %s", c->name, *status ? status : "empty");
}

/* CK.10 and S4.V02: what status ConfigMgr has of the clients; without a list of them of all
 * computers. */
static void statuses(const struct cross *x)
{
	const struct exports_facts *ex = stage_state(x->st, &stage_room_exports);
	const struct exports_fact *none = NULL;
	/* Who is imported has no status before it is provisioned. */
	bool in_band = x->st->cli->context.trait[AMT_TRAIT_IN_BAND] == AMT_YES;
	size_t with = 0, without = 0;

	for (size_t i = 0; ex && i < ex->facts.n; i++) {
		const struct exports_fact *c = &ex->facts.v[i];
		const char *status = c->field[EXPORTS_CLIENT_STATUS];
		if (c->what != EXPORTS_CLIENT || *status == '-')
			continue;
		const struct walk_client *of = walk_fleet_find(&x->st->fleet, c->name);
		if (!of && x->st->inventory.clients.n)
			continue;
		with += *status != '\0';
		without += !*status;
		none = !*status && !none ? c : none;
		if (of && *status && *status != '3' && stage_mine_walked(x->st, of) &&
		    !cross_removed(x->st, of))
			cite(x,
			     amt_finding_add(x->fs, "S4.V02", AMT_FAIL, of->name,
					     "ConfigMgr does not know it as provisioned (AMTStatus "
					     "%s), so it offers no power commands",
					     status),
			     ex, c);
		/* A fleet's findings are folded as they come. */
		if (x->fs->list.n > 4096)
			stage_judged(x->fs);
	}
	if (!with && !without)
		return;
	enum amt_verdict v = !without ? AMT_PASS : !with && in_band ? AMT_FAIL : AMT_WARN;
	struct amt_finding *f = amt_finding_add(
		x->fs, "CK.10", v, "", "%zu of %zu computers have an AMT status in ConfigMgr%s",
		with, with + without, v == AMT_FAIL ? ": discovery never ran" : "");
	if (none)
		cite(x, f, ex, none);
}

/* P.42: SP1 knows no 802.1X. */
static void authenticated_ports(const struct cross *x)
{
	const enum amt_tri *t = x->st->cli->context.trait;
	bool sp1 = t[AMT_TRAIT_SP1] == AMT_YES && t[AMT_TRAIT_SP2] != AMT_YES;

	if (sp1 && t[AMT_TRAIT_WIRED_8021X] != AMT_MAYBE)
		amt_finding_add(x->fs, "P.42",
				t[AMT_TRAIT_WIRED_8021X] == AMT_YES ? AMT_FAIL : AMT_PASS, "",
				"SP1, and the site profile says that the wired ports %s",
				t[AMT_TRAIT_WIRED_8021X] == AMT_YES
					? "ask for 802.1X: clients there can't be managed"
					: "ask for no authentication");
}

void cross_rows(const struct cross *x)
{
	senders(x);
	typed(x);
	service_point(x);
	packages(x);
	statuses(x);
	authenticated_ports(x);
}
