/* Clients as ConfigMgr knows them, their drivers, and the import file. */
#include "export_view.h"

#include <stdio.h>
#include <string.h>

static const char *status_name(char c)
{
	static const char *const names[] = {"not supported", "detected", "not provisioned",
					    "provisioned", "externally provisioned"};

	return c >= '0' && c <= '4' ? names[c - '0'] : "unknown";
}

static void cited(struct export_view *v, struct amt_finding *f, const struct exports_fact *c)
{
	char line[32];

	snprintf(line, sizeof(line), "line %llu", (unsigned long long)c->line);
	amt_finding_evidence(
		v->fs, f, v->f->files.v[c->file].path, line,
		"AMTStatus %s, %s, agent %s %s, site %s",
		*c->field[EXPORTS_CLIENT_STATUS] ? c->field[EXPORTS_CLIENT_STATUS] : "empty",
		*c->field[EXPORTS_CLIENT_FIRMWARE] ? c->field[EXPORTS_CLIENT_FIRMWARE]
						   : "no AMT version",
		*c->field[EXPORTS_CLIENT_AGENT] ? c->field[EXPORTS_CLIENT_AGENT] : "not told",
		c->field[EXPORTS_CLIENT_AGENT_VERSION],
		*c->field[EXPORTS_CLIENT_SITES] ? c->field[EXPORTS_CLIENT_SITES] : "not told");
}

static void hardware(struct export_view *v, const struct exports_fact *c)
{
	const char *status = c->field[EXPORTS_CLIENT_STATUS],
		   *fw = c->field[EXPORTS_CLIENT_FIRMWARE];
	struct amt_finding *f;

	if (*status == '-' && !*fw)
		return;
	if (*fw || *status > '0')
		f = amt_finding_add(v->fs, "P.06", AMT_PASS, c->name, "%s has AMT%s%s (status %s)",
				    c->name, *fw ? " " : "", fw, status_name(*status));
	else if (*status == '0')
		f = amt_finding_add(v->fs, "P.06", AMT_WARN, c->name,
				    "ConfigMgr calls %s not supported; that can also mean that "
				    "nothing answered when it looked",
				    c->name);
	else
		f = amt_finding_add(
			v->fs, "P.06", AMT_UNKNOWN, c->name,
			"ConfigMgr knows no AMT status of %s: discovery has not found it", c->name);
	cited(v, f, c);
}

static void provisioned(struct export_view *v, const struct exports_fact *c)
{
	const char *status = c->field[EXPORTS_CLIENT_STATUS];
	bool removed = *status != '3' && export_removed(v, c->name);

	/* Without a list of clients, computers that ConfigMgr calls not supported are no clients.
	 */
	if (*status == '-' || (!v->clients.count && (!*status || *status == '0')))
		return;
	struct amt_finding *f =
		amt_finding_add(v->fs, "CK.13",
				*status == '3' ? AMT_PASS
				: removed      ? AMT_NA
				: !*status     ? AMT_UNKNOWN
					       : AMT_FAIL,
				c->name, "the AMT status of %s in ConfigMgr is %s%s%s%s%s", c->name,
				status_name(*status), *status ? " (" : "", status,
				*status ? ")" : "", removed ? ": it was un-provisioned" : "");
	cited(v, f, c);
}

/* S1.V02b and S2.C03 concern in-band clients, S3.C01 the others. */
static void agent(struct export_view *v, const struct exports_fact *c)
{
	const char *has = c->field[EXPORTS_CLIENT_AGENT],
		   *version = c->field[EXPORTS_CLIENT_AGENT_VERSION];
	const char *sites = c->field[EXPORTS_CLIENT_SITES];
	enum amt_tri in_band = export_in_band(v, c->name);
	/* The method decides whether a gap is one. */
	enum amt_verdict bad = in_band == AMT_YES ? AMT_FAIL : AMT_UNKNOWN;
	const char *but =
		in_band == AMT_YES ? "" : "; it matters only if the client is provisioned in-band";
	long build = export_cm_build(version);
	struct amt_finding *f;

	if (in_band != AMT_NO && !export_silent(v, "S1.V02b") && (build || !strcmp(has, "no"))) {
		bool old = build < EXPORT_CM_SP1;
		f = amt_finding_add(
			v->fs, "S1.V02b", old ? bad : AMT_PASS, c->name, "%s has %s%s%s%s", c->name,
			build ? "agent version " : "no agent", version,
			old && build ? ", older than SP1 (4.00.6221)" : "", old ? but : "");
		cited(v, f, c);
	}
	if (in_band != AMT_NO && !export_silent(v, "S2.C03") && *has) {
		bool good = !strcmp(has, "yes") && *sites;
		if (good || !strcmp(has, "no") || in_band == AMT_YES) {
			f = amt_finding_add(
				v->fs, "S2.C03",
				good                ? AMT_PASS
				: strcmp(has, "no") ? AMT_UNKNOWN
						    : bad,
				c->name, "%s %s%s%s", c->name,
				good ? "has the agent, assigned to site "
				: strcmp(has, "no")
					? "has the agent; the export does not tell its site"
					: "has no agent",
				good ? sites : "", strcmp(has, "no") ? "" : but);
			cited(v, f, c);
		}
	}
	if (in_band == AMT_NO && !export_silent(v, "S3.C01") && *has) {
		bool there = !strcmp(has, "yes");
		f = amt_finding_add(v->fs, "S3.C01", there ? AMT_FAIL : AMT_PASS, c->name, "%s %s",
				    c->name,
				    there ? "is to be provisioned out-of-band but has the agent, "
					    "so that ConfigMgr refuses its hello messages"
					  : "has no agent");
		cited(v, f, c);
	}
}

static bool is_mei(const char *module)
{
	/* [K] module names of the driver over the years. */
	static const char *const globs[] = {"HECI*", "MEI", "MEIx64", "MEI64*", "TeeDriver*"};

	for (size_t i = 0; i < sizeof(globs) / sizeof(globs[0]); i++)
		if (amt_glob(globs[i], module))
			return true;
	return false;
}

static void driver(struct export_view *v, const struct export_computer *c)
{
	const struct exports_fact *mei = NULL;
	struct amt_finding *f;

	if (!c->drivers || c->server || c->console || export_silent(v, "S1.V03") ||
	    export_in_band(v, c->name) == AMT_NO)
		return;
	for (size_t i = 0; i < c->facts.n; i++)
		if (c->facts.v[i]->what == EXPORTS_DRIVER && is_mei(c->facts.v[i]->name))
			mei = c->facts.v[i];
	bool certain = export_in_band(v, c->name) == AMT_YES;
	enum amt_verdict bad = certain ? AMT_FAIL : AMT_UNKNOWN;
	const char *but = certain ? "" : "; it matters only if the client is provisioned in-band";
	const char *state = mei ? mei->field[EXPORTS_STATE] : "";
	if (!mei)
		f = amt_finding_add(v->fs, "S1.V03", bad, c->name,
				    "the driver list of %s shows no MEI (HECI) driver%s",
				    export_called(c), but);
	else if (!*state)
		f = amt_finding_add(v->fs, "S1.V03", AMT_UNKNOWN, c->name,
				    "%s has the MEI driver (%s); whether it runs is not told",
				    export_called(c), mei->name);
	else
		f = amt_finding_add(v->fs, "S1.V03", strcmp(state, "running") ? bad : AMT_PASS,
				    c->name, "the MEI driver (%s) of %s is %s%s", mei->name,
				    export_called(c), state, strcmp(state, "running") ? but : "");
	export_cite(v, f, mei ? mei : c->drivers);
}

static bool uuid_digits(const char *s, char out[33])
{
	size_t n = 0;

	for (; *s; s++) {
		if (strchr("-{} ", *s))
			continue;
		if (!strchr("0123456789abcdefABCDEF", *s) || n == 32)
			return false;
		out[n++] = (char)(*s >= 'a' ? *s - 32 : *s);
	}
	out[n] = '\0';
	return n == 32;
}

/* The first three groups in the other byte order. */
static void swapped(const char in[33], char out[33])
{
	static const int from[] = {6, 4, 2, 0, 10, 8, 14, 12};

	memcpy(out, in, 33);
	for (size_t i = 0; i < 8; i++)
		memcpy(out + 2 * i, in + from[i], 2);
}

/* Computers that ConfigMgr knows, by UUID, against the import file. */
static void imported(struct export_view *v, const struct exports_fact *i,
		     const struct amt_map *known)
{
	char plain[33], other[33];
	const char *uuid = i->field[EXPORTS_IMPORT_UUID];
	struct amt_finding *f;

	if (export_silent(v, "S3.C02a"))
		return;
	if (!uuid_digits(uuid, plain)) {
		f = amt_finding_add(v->fs, "S3.C02a", AMT_FAIL, i->name,
				    "the import file gives %s something that is no UUID", i->name);
	} else {
		swapped(plain, other);
		union amt_map_value *there = amt_map_get_str(known, other);
		if (!there || amt_map_get_str(known, plain) || !strcmp(plain, other))
			return; /* whether a client's hello fits is told where hellos are seen */
		const struct exports_fact *c = there->p;
		f = amt_finding_add(v->fs, "S3.C02a", AMT_WARN, i->name,
				    "%s was imported with the bytes of its UUID in the other order "
				    "than ConfigMgr has for %s",
				    i->name, c->name);
		cited(v, f, c);
	}
	export_cite(v, f, i);
}

static const char *bad_name(const char *name)
{
	size_t label = 0;

	for (const char *p = name;; p++) {
		if (!*p || *p == '.') {
			if (!label)
				return "an empty part";
			if (label > 63)
				return "a part of more than 63 characters";
			if (!*p)
				return NULL;
			label = 0;
		} else if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			   (*p >= '0' && *p <= '9') || *p == '-') {
			label++;
		} else {
			return "a character that AMT refuses";
		}
	}
}

/* Bad names one by one; how many are good is told once. */
static void name(struct export_view *v, const struct exports_fact *fact, const char *text,
		 size_t *good)
{
	const char *bad = bad_name(text);
	struct amt_finding *f;

	if (!*text || export_silent(v, "S3.C03"))
		return;
	if (bad)
		f = amt_finding_add(v->fs, "S3.C03", AMT_FAIL, fact->name, "the name %s has %s",
				    text, bad);
	else if (strcspn(text, ".") > 15)
		f = amt_finding_add(
			v->fs, "S3.C03", AMT_WARN, fact->name,
			"the first part of %s is longer than 15 characters, which Windows cuts",
			text);
	else {
		++*good;
		return;
	}
	export_cite(v, f, fact);
}

void export_judge_clients(struct export_view *v)
{
	struct amt_map known = {0};
	char plain[33];
	size_t good = 0;
	const struct exports_fact *any = NULL;

	for (size_t i = 0; i < v->f->facts.n; i++) {
		const struct exports_fact *fact = &v->f->facts.v[i];
		if (fact->what != EXPORTS_CLIENT || !export_listed(v, fact->name))
			continue;
		hardware(v, fact);
		provisioned(v, fact);
		agent(v, fact);
		name(v, fact, fact->name, &good);
		any = fact;
		if (uuid_digits(fact->field[EXPORTS_CLIENT_UUID], plain))
			amt_map_put_str(&known, plain, NULL)->p = (void *)(uintptr_t)fact;
		export_part(v);
	}
	for (size_t i = 0; i < v->f->facts.n; i++) {
		const struct exports_fact *fact = &v->f->facts.v[i];
		if (fact->what != EXPORTS_IMPORTED)
			continue;
		imported(v, fact, &known);
		name(v, fact,
		     *fact->field[EXPORTS_IMPORT_FQDN] ? fact->field[EXPORTS_IMPORT_FQDN]
						       : fact->name,
		     &good);
		any = any ? any : fact;
		export_part(v);
	}
	if (good && any && !export_silent(v, "S3.C03"))
		export_cite(v,
			    amt_finding_add(v->fs, "S3.C03", AMT_PASS, "",
					    "%zu names in the exports hold only what AMT takes",
					    good),
			    any);
	for (size_t i = 0; i < v->computers.n; i++)
		driver(v, &v->computers.v[i]);
	amt_map_free(&known);
}
