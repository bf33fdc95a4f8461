/*
 * What all the evidence together says of each client: its method, its name, its firmware, and
 * whether AMT showed itself at all. Rows that a room has answered for a client are left to it.
 */
#include "cross.h"

#include "amtdiag/exports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum row { NAME, FIRMWARE, AUDIT, NETWORKS, BIOS, MODE, METHOD, ROWS };
static const char *const rows[ROWS] = {"S3.C03", "P.07",   "P.10", "P.43",
				       "S2.C07", "S2.C08", "CK.04"};

/* One client as each room has it; NULL where one does not. */
struct view {
	const struct site_client *listed;
	const struct trace_device *log;
	const struct hello_device *hello;
	const struct exports_fact *export;
	bool answers; /* on 16992 or 16993 */
	bool said[ROWS];
	bool mine; /* the walk is about it */
};

static struct view *view_of(const struct cross *x, struct view *all, const char *subject)
{
	const struct walk_client *c = walk_fleet_find(&x->st->fleet, subject);

	return c ? &all[c - x->st->fleet.clients.v] : NULL;
}

static void said(const struct cross *x, struct view *all, const char *subject, size_t row,
		 bool answers)
{
	struct view *v = view_of(x, all, subject);

	if (!v)
		return;
	v->answers = v->answers || answers;
	if (row < ROWS)
		v->said[row] = true;
}

/* What rooms have found of these rows, and whose ports answered. */
static void gather_findings(const struct cross *x, struct view *all)
{
	for (size_t i = 0; i < x->st->seen.list.n; i++) {
		const struct amt_finding *f = x->st->seen.list.v[i];
		const char *id = f->item->id;
		bool port = f->verdict == AMT_PASS && (!strcmp(id, "P.36") || !strcmp(id, "P.37"));
		size_t row = 0;
		while (row < ROWS && strcmp(id, rows[row]) != 0)
			row++;
		if (row == ROWS && !port)
			continue;
		said(x, all, f->subject, row, port);
		for (size_t k = 1; k < f->subjects.n; k++)
			said(x, all, f->subjects.v[k].name, row, port);
	}
}

static void gather(const struct cross *x, struct view *all)
{
	const struct site_inventory *inv = &x->st->inventory;
	const struct exports_facts *ex = stage_state(x->st, &stage_room_exports);
	struct view *v;

	for (size_t i = 0; i < inv->clients.n; i++) {
		const struct site_client *c = &inv->clients.v[i];
		v = view_of(x, all, *c->fqdn ? c->fqdn : c->name);
		if (v && !v->listed)
			v->listed = c;
	}
	for (size_t i = 0; x->logs && i < x->logs->devices.n; i++) {
		v = view_of(x, all, x->logs->devices.v[i].id);
		/* A computer can stand there twice, by name and by UUID: what says more counts. */
		if (v && (!v->log || !*v->log->firmware))
			v->log = &x->logs->devices.v[i];
	}
	for (size_t i = 0; x->captures && i < x->captures->devices.n; i++) {
		const struct hello_device *d = &x->captures->devices.v[i];
		v = d->hellos.n && d->has_uuid && !d->blank_uuid ? view_of(x, all, d->id) : NULL;
		if (v)
			v->hello = d;
	}
	for (size_t i = 0; ex && i < ex->facts.n; i++) {
		v = ex->facts.v[i].what == EXPORTS_CLIENT ? view_of(x, all, ex->facts.v[i].name)
							  : NULL;
		if (v)
			v->export = &ex->facts.v[i];
	}
	gather_findings(x, all);
}

static const char *line_of(const struct cross *x, uint64_t line)
{
	return amt_arena_printf(&x->fs->arena, "line %llu", (unsigned long long)line);
}

static void cite_list(const struct cross *x, struct amt_finding *f, const struct site_client *c)
{
	amt_finding_evidence(x->fs, f, "inventory", line_of(x, c->line), "%s%s%s%s%s",
			     *c->fqdn ? c->fqdn : c->name, *c->firmware ? ", firmware " : "",
			     c->firmware, *c->method ? ", " : "", c->method);
}

static void cite_log(const struct cross *x, struct amt_finding *f, const struct trace_spot *at,
		     const char *text)
{
	if (at->file < x->logs->files.n)
		amt_finding_evidence(x->fs, f, x->logs->files.v[at->file].name,
				     at->line ? cross_line(x, at) : NULL, "%s", text);
}

static void cite_export(const struct cross *x, struct amt_finding *f, const struct exports_fact *e)
{
	const struct exports_facts *ex = stage_state(x->st, &stage_room_exports);

	amt_finding_evidence(
		x->fs, f, ex->files.v[e->file].path, line_of(x, e->line),
		"AMTStatus %s, AMT version %s",
		*e->field[EXPORTS_CLIENT_STATUS] ? e->field[EXPORTS_CLIENT_STATUS] : "empty",
		*e->field[EXPORTS_CLIENT_FIRMWARE] ? e->field[EXPORTS_CLIENT_FIRMWARE] : "empty");
}

/* S3.C03 where no DNS server was asked: the name stands in the list or in the log. */
static void name(const struct cross *x, const struct view *v, const char *subject, size_t *good)
{
	const struct site_client *c = v->listed;
	const char *fqdn = c ? c->fqdn : v->log ? v->log->host : "";
	char words[512];

	if (v->said[NAME] || !*fqdn)
		return;
	unsigned faults = amt_name_check(fqdn);
	if (!faults) {
		++*good;
		return;
	}
	amt_name_faults(faults, words, sizeof(words));
	struct amt_finding *f =
		amt_finding_add(x->fs, "S3.C03", faults & AMT_NAME_FATAL ? AMT_FAIL : AMT_WARN,
				subject, "the name %s: %s", fqdn, words);
	if (c)
		cite_list(x, f, c);
	else if (v->log->last_session < x->logs->sessions.n)
		cite_log(x, f, &x->logs->sessions.v[v->log->last_session].first, fqdn);
}

/* The version by the best source: the log saw it, ConfigMgr found it, the list says it. */
static const char *version_of(const struct view *v, const char **source)
{
	*source = "the log";
	if (v->log && *v->log->firmware)
		return v->log->firmware;
	*source = "the ConfigMgr export";
	if (v->export && *v->export->field[EXPORTS_CLIENT_FIRMWARE])
		return v->export->field[EXPORTS_CLIENT_FIRMWARE];
	*source = "the inventory";
	return v->listed ? v->listed->firmware : "";
}

/* The line of the log that told the version. */
static void cite_connected(const struct cross *x, struct amt_finding *f,
			   const struct trace_device *d)
{
	for (size_t i = 0; i < x->logs->sessions.n; i++) {
		const struct trace_session *s = &x->logs->sessions.v[i];
		if (s->device != (uint32_t)(d - x->logs->devices.v))
			continue;
		for (size_t k = 0; k < s->n_milestones; k++) {
			const struct trace_milestone *m = &s->milestones[k];
			struct trace_spot at = {m->file, m->line};
			if (m->event != TRACE_EV_CONNECTED)
				continue;
			cite_log(x, f, &at, d->firmware);
			return;
		}
	}
}

static void cite_version(const struct cross *x, struct amt_finding *f, const struct view *v)
{
	if (v->log && *v->log->firmware)
		cite_connected(x, f, v->log);
	else if (v->export && *v->export->field[EXPORTS_CLIENT_FIRMWARE])
		cite_export(x, f, v->export);
	else if (v->listed && *v->listed->firmware)
		cite_list(x, f, v->listed);
}

/* Clients that are as they should be: a walk goes no further because of them. */
struct sums {
	size_t names, native, audit, networks;
};

static void firmware_bad(const struct cross *x, const struct view *v, const char *id,
			 enum amt_verdict verdict, const char *subject, const char *text,
			 const char *words)
{
	cite_version(x, amt_finding_add(x->fs, id, verdict, subject, "firmware %s %s", text, words),
		     v);
}

static void firmware(const struct cross *x, const struct view *v, const char *subject,
		     struct sums *sums)
{
	static const struct amt_fw native = {3, 2, 1, -1}, four = {4, 0, -1, -1};
	const enum amt_tri *t = x->st->cli->context.trait;
	const char *source, *version = version_of(v, &source);
	struct amt_fw fw;
	char text[48 + 32];

	if (!*version || !amt_fw_parse(version, &fw, NULL))
		return;
	amt_fw_format(&fw, text);
	snprintf(text + strlen(text), 32, " (%s)", source);
	enum amt_tri old = amt_fw_below(&fw, &native);
	bool modern = amt_fw_below(&fw, &four) == AMT_NO;
	if (!v->said[FIRMWARE] && old == AMT_MAYBE)
		firmware_bad(x, v, "P.07", AMT_UNKNOWN, subject, text,
			     "may be 3.2.1 or older: the rest of the version is needed");
	if (!v->said[FIRMWARE] && old == AMT_YES)
		firmware_bad(x, v, "P.07", AMT_WARN, subject, text,
			     "is older than 3.2.1: Configuration Manager reaches it only through "
			     "the WS-MAN translator");
	if (!v->said[AUDIT] && !modern && t[AMT_TRAIT_AUDITING] == AMT_YES)
		firmware_bad(x, v, "P.10", AMT_FAIL, subject, text,
			     "is older than 4.0 and has no audit log");
	if (!v->said[NETWORKS] && !modern &&
	    (t[AMT_TRAIT_WIRED_8021X] == AMT_YES || t[AMT_TRAIT_WIRELESS] == AMT_YES))
		firmware_bad(x, v, "P.43", AMT_FAIL, subject, text,
			     "is older than 4.0: no management over 802.1X ports or wireless");
	sums->native += !v->said[FIRMWARE] && old == AMT_NO;
	sums->audit += !v->said[AUDIT] && modern;
	sums->networks += !v->said[NETWORKS] && modern;
}

/* How AMT was seen at work, or NULL: a hello, a session with it, an open port, its status. */
static const char *sign_of(const struct view *v)
{
	if (v->hello || (v->log && v->log->hellos))
		return "it said hello";
	if (v->log && *v->log->firmware)
		return "ConfigMgr talked to it";
	if (v->answers)
		return "it answers on its ports";
	/* 1 to 3: detected, ready, provisioned (configmgr.md 8) */
	if (v->export && strchr("123", *v->export->field[EXPORTS_CLIENT_STATUS]) &&
	    *v->export->field[EXPORTS_CLIENT_STATUS])
		return "ConfigMgr has detected it";
	return NULL;
}

static void cite_sign(const struct cross *x, struct amt_finding *f, const struct view *v)
{
	if (v->hello) {
		const struct hello_seen *h = &x->captures->hellos.v[v->hello->hellos.v[0]];
		amt_finding_evidence(x->fs, f, "capture",
				     amt_arena_printf(&x->fs->arena, "frame %llu",
						      (unsigned long long)h->at.frame),
				     "hello message");
	} else if (v->log && v->log->hellos) {
		cite_log(x, f, &v->log->rejected_at, "hello message");
	} else if (v->log && *v->log->firmware) {
		cite_version(x, f, v);
	} else if (!v->answers) {
		cite_export(x, f, v->export);
	}
}

/* S2.C07 and S2.C08: AMT that shows itself is enabled, and is the mode of the ME. A person is
 * asked about the others. */
static void at_work(const struct cross *x, const struct view *all)
{
	const struct walk_fleet *fleet = &x->st->fleet;
	const struct view *shown = NULL;
	const char *sign = NULL;
	size_t n = 0, of = 0;

	for (size_t i = 0; i < fleet->clients.n; i++) {
		const char *one = all[i].mine ? sign_of(&all[i]) : NULL;
		of += all[i].mine;
		n += one != NULL;
		if (one && !shown) {
			shown = &all[i];
			sign = one;
		}
	}
	for (int row = BIOS; n && row <= MODE; row++) {
		bool every = n == of;
		struct amt_finding *f = amt_finding_add(
			x->fs, rows[row], every ? AMT_PASS : AMT_UNKNOWN, "",
			"AMT was seen at work on %zu of %zu clients (%s: %s%s)%s", n, of,
			fleet->clients.v[shown - all].name, sign, n > 1 ? ", ..." : "",
			every ? "" : "; of the others nothing is known");
		cite_sign(x, f, shown);
	}
}

/* CK.04: each client has one method, and those without agent are the out-of-band ones. */
static void methods(const struct cross *x, const struct view *all)
{
	const struct walk_fleet *fleet = &x->st->fleet;
	size_t with = 0, without = 0;
	const struct site_client *first = NULL;
	size_t agents = 0;

	for (size_t i = 0; i < fleet->clients.n; i++) {
		const struct site_client *c = all[i].listed;
		if (!c || !all[i].mine)
			continue;
		with += *c->method != '\0';
		without += !*c->method;
		first = !*c->method && !first ? c : first;
	}
	if (!with)
		return;
	for (size_t i = 0; i < fleet->clients.n; i++) {
		const struct view *v = &all[i];
		bool agent = (v->log && v->log->rejected_client) ||
			     (v->export && !strcmp(v->export->field[EXPORTS_CLIENT_AGENT], "yes"));
		if (!v->mine || !v->listed || strcmp(v->listed->method, "out-of-band") != 0 ||
		    !agent)
			continue;
		first = agents++ ? first : v->listed;
	}
	if (agents)
		cite_list(x,
			  amt_finding_add(
				  x->fs, "CK.04", AMT_WARN, "",
				  "clients that are out-of-band in the inventory, but have the "
				  "ConfigMgr agent (S3.C01): %zu",
				  agents),
			  first);
	else if (without)
		cite_list(x,
			  amt_finding_add(x->fs, "CK.04", AMT_WARN, "",
					  "%zu of %zu clients in the inventory have no method",
					  without, with + without),
			  first);
	else
		amt_finding_evidence(x->fs,
				     amt_finding_add(x->fs, "CK.04", AMT_PASS, "",
						     "each of the %zu clients in the inventory has "
						     "one method",
						     with),
				     "inventory", NULL, NULL);
}

static void sum_up(const struct cross *x, const struct sums *s)
{
	const enum amt_tri *t = x->st->cli->context.trait;
	const char *where = "evidence of the clients";
	bool network = t[AMT_TRAIT_WIRED_8021X] == AMT_YES || t[AMT_TRAIT_WIRELESS] == AMT_YES;
	bool sp1 = t[AMT_TRAIT_SP1] == AMT_YES && t[AMT_TRAIT_SP2] != AMT_YES;
	struct amt_finding *f[4] = {0};

	if (s->names)
		f[0] = amt_finding_add(x->fs, "S3.C03", AMT_PASS, "",
				       "%zu names of clients have only what AMT takes", s->names);
	if (s->native)
		f[1] = amt_finding_add(x->fs, "P.07", AMT_PASS, "",
				       "%zu clients have firmware 3.2.1 or later", s->native);
	if (s->audit && t[AMT_TRAIT_AUDITING] == AMT_YES)
		f[2] = amt_finding_add(x->fs, "P.10", AMT_PASS, "",
				       "%zu clients have firmware with an audit log", s->audit);
	if (network && sp1)
		f[3] = amt_finding_add(
			x->fs, "P.43", AMT_FAIL, "",
			"the site runs SP1, which manages no 802.1X ports or wireless networks");
	else if (network && s->networks && t[AMT_TRAIT_SP2] == AMT_YES)
		f[3] = amt_finding_add(x->fs, "P.43", AMT_PASS, "",
				       "SP2, and %zu clients have firmware 4.0 or later",
				       s->networks);
	for (size_t i = 0; i < 4; i++)
		if (f[i])
			amt_finding_evidence(x->fs, f[i], where, NULL, NULL);
}

void cross_clients(const struct cross *x)
{
	const struct walk_fleet *fleet = &x->st->fleet;
	struct view *all = amt_calloc(fleet->clients.n ? fleet->clients.n : 1, sizeof(*all));
	struct sums sums = {0};

	gather(x, all);
	for (size_t i = 0; i < fleet->clients.n; i++) {
		all[i].mine = stage_mine_walked(x->st, &fleet->clients.v[i]);
		if (!all[i].mine)
			continue;
		name(x, &all[i], fleet->clients.v[i].name, &sums.names);
		firmware(x, &all[i], fleet->clients.v[i].name, &sums);
		/* A fleet's findings are folded as they come. */
		if (x->fs->list.n > 4096)
			stage_judged(x->fs);
	}
	at_work(x, all);
	methods(x, all);
	sum_up(x, &sums);
	free(all);
}
