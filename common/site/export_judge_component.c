/* Settings of the out of band component: rows CK.05b to CK.12, P.23, S5.C04, S5.C06c. */
#include "export_view.h"

#include <string.h>

static const char *text(const struct exports_fact *s)
{
	return s->field[EXPORTS_SETTING_TEXT];
}

static bool is(const struct exports_fact *s, const char *word)
{
	return s && !amt_strcasecmp(text(s), word);
}

static void verdict(struct export_view *v, const char *id, enum amt_verdict verdict_,
		    const struct exports_fact *s, const char *summary)
{
	struct amt_finding *f = amt_finding_add(v->fs, id, verdict_, "", "%s", summary);

	export_cite(v, f, s);
}

/* CK.06: nothing that every client needs may be empty. */
static void fields(struct export_view *v)
{
	static const char *const needed[] = {"container",   "mebx-password", "port",
					     "certificate", "issuing-ca",    "template"};
	const struct exports_fact *empty = NULL, *one = NULL;
	const char *missing = NULL;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		const struct exports_fact *s = export_setting(v, needed[i]);
		if (!s)
			missing = missing ? missing : needed[i];
		else if (!*text(s))
			empty = empty ? empty : s;
		else
			one = one ? one : s;
	}
	const struct exports_fact *allow = export_setting(v, "allow-out-of-band");
	if ((!one && !empty) || export_silent(v, "CK.06"))
		return;
	if (empty) {
		struct amt_finding *f =
			amt_finding_add(v->fs, "CK.06", AMT_FAIL, "",
					"the setting %s of the component is empty", empty->name);
		export_cite(v, f, empty);
	} else if (is(allow, "no") && v->ctx.trait[AMT_TRAIT_OUT_OF_BAND] == AMT_YES) {
		verdict(v, "CK.06", AMT_FAIL, allow,
			"out-of-band provisioning is planned, but the component does not allow it");
	} else if (missing) {
		struct amt_finding *f = amt_finding_add(
			v->fs, "CK.06", AMT_WARN, "",
			"only part of the component's settings is known: %s is not among them",
			missing);
		export_cite(v, f, one);
	} else {
		verdict(v, "CK.06", AMT_PASS, one,
			"container, password, port, certificate, CA and template are filled in");
	}
}

static size_t count(const char *list)
{
	size_t n = 0;

	for (const char *p = list; *p;) {
		size_t len = strcspn(p, ",");
		n += strspn(p, " ") < len;
		p += len + (p[len] == ',');
	}
	return n;
}

static void users(struct export_view *v)
{
	const struct exports_fact *s = export_setting(v, "users");
	size_t n = s ? count(text(s)) : 0;

	if (!s || export_silent(v, "CK.07"))
		return;
	struct amt_finding *f;
	if (!n)
		f = amt_finding_add(v->fs, "CK.07", AMT_FAIL, "",
				    "the component names no AMT user account");
	else
		f = amt_finding_add(v->fs, "CK.07",
				    n > 32  ? AMT_FAIL
				    : n > 8 ? AMT_WARN
					    : AMT_PASS,
				    "", "the component names %zu AMT user account%s%s", n,
				    n == 1 ? "" : "s",
				    n > 32  ? ", more than the 32 that AMT can hold"
				    : n > 8 ? "; documentation of 2008 speaks of up to eight"
					    : "");
	export_cite(v, f, s);
}

static void audit(struct export_view *v)
{
	const struct exports_fact *s = export_setting(v, "audit-events");

	if (s && !export_silent(v, "CK.08a"))
		verdict(v, "CK.08a", *text(s) ? AMT_PASS : AMT_WARN, s,
			*text(s) ? "events to audit are chosen"
				 : "auditing is wanted, but no event is chosen");
}

/* CK.08b: the method has to be one that AMT knows, the root has to be named. */
static void profile(struct export_view *v)
{
	const struct exports_fact *method = export_setting(v, "eap-method");
	const struct exports_fact *root = export_setting(v, "radius-root");
	const struct exports_fact *template = export_setting(v, "client-template");

	if (!method || export_silent(v, "CK.08b"))
		return;
	bool tls = amt_glob("*EAP-TLS*", text(method)), ttls = amt_glob("*TTLS*", text(method)),
	     peap = amt_glob("*PEAP*", text(method));
	if (!tls && !ttls && !peap)
		verdict(v, "CK.08b", AMT_FAIL, method,
			"the 802.1X method is none that AMT knows (EAP-TLS, EAP-TTLS/MSCHAPv2, "
			"PEAPv0/EAP-MSCHAPv2)");
	else if (root && !*text(root))
		verdict(v, "CK.08b", AMT_FAIL, root,
			"the profile names no trusted root for RADIUS");
	else if (tls && template && !*text(template))
		verdict(v, "CK.08b", AMT_FAIL, template,
			"EAP-TLS needs a client certificate template, and none is chosen");
	else if (!root || (tls && !template))
		verdict(v, "CK.08b", AMT_UNKNOWN, method,
			"only part of the 802.1X profile is known");
	else
		verdict(v, "CK.08b", AMT_PASS, method,
			"method, root and template of the 802.1X profile are set");
}

/* Documented range: 0 to 5 retries, default 3; default pause 2 minutes [D oobsp]. */
static void transmission(struct export_view *v)
{
	const struct exports_fact *retries = export_setting(v, "retries"),
				  *pause = export_setting(v, "pause");
	uint64_t r, p;

	if (!retries || export_silent(v, "CK.05b"))
		return;
	if (!amt_num_u64(text(retries), 0, 5, &r, NULL))
		verdict(v, "CK.05b", AMT_FAIL, retries, "the number of retries is not 0 to 5");
	else if (pause && !amt_num_u64(text(pause), 0, 1440, &p, NULL))
		verdict(v, "CK.05b", AMT_FAIL, pause,
			"the pause between retries is no number of minutes");
	else if (r == 0)
		verdict(v, "CK.05b", AMT_WARN, retries,
			"power-on commands are sent once only: one lost packet is a computer that "
			"stays off");
	else
		verdict(v, "CK.05b", AMT_PASS, retries,
			"retries of power-on commands are in range");
}

static void wake(struct export_view *v)
{
	const struct exports_fact *s = export_setting(v, "wake-on-lan");

	if (!s || export_silent(v, "CK.12"))
		return;
	if (is(s, "power-on") || is(s, "both"))
		verdict(v, "CK.12", AMT_PASS, s, "the site wakes computers with power-on commands");
	else if (is(s, "off") || is(s, "packets"))
		verdict(v, "CK.12", AMT_FAIL, s,
			is(s, "off") ? "Wake On LAN is off for the site"
				     : "the site wakes computers with wake-up packets only, not "
				       "through AMT");
	else
		verdict(v, "CK.12", AMT_UNKNOWN, s,
			"the Wake On LAN setting is none of off, packets, power-on, both");
}

/* Whether the name resolves is for those who ask DNS. */
static void alias(struct export_view *v)
{
	const struct exports_fact *s = export_setting(v, "register-provisionserver");

	if (!s || export_silent(v, "P.23") || !is(s, "yes"))
		return;
	size_t outside = 0;
	const char *first = NULL;
	for (size_t i = 0; i < v->f->roles.suffixes.n && v->f->roles.servers.n; i++) {
		const char *server = strchr(v->f->roles.servers.v[0], '.');
		if (server && amt_strcasecmp(server + 1, v->f->roles.suffixes.v[i])) {
			first = first ? first : v->f->roles.suffixes.v[i];
			outside++;
		}
	}
	if (!outside)
		return;
	struct amt_finding *f =
		amt_finding_add(v->fs, "P.23", AMT_WARN, "",
				"ConfigMgr registers ProvisionServer, but only in the service "
				"point's own zone; %s%s lie%s outside",
				first, outside > 1 ? " and others" : "", outside > 1 ? "" : "s");
	export_cite(v, f, s);
}

/* What a function needs, by the names of the dialog; "all" grants everything. */
static void realms(struct export_view *v)
{
	const struct exports_fact *s = export_setting(v, "realms");
	const struct {
		enum amt_trait trait;
		const char *realm;
	} needs[] = {
		{AMT_TRAIT_CONSOLE, "*remote control*"},
		{AMT_TRAIT_SOL, "*redirection*"},
		{AMT_TRAIT_IDER, "*redirection*"},
	};

	if (!s || export_silent(v, "S5.C04"))
		return;
	for (size_t i = 0; i < 3 && !is(s, "all"); i++)
		if (v->ctx.trait[needs[i].trait] == AMT_YES && !amt_glob(needs[i].realm, text(s))) {
			struct amt_finding *f = amt_finding_add(
				v->fs, "S5.C04", AMT_FAIL, "",
				"here, %s, but the accounts lack the realm %.*s",
				amt_trait_meaning(needs[i].trait), (int)strlen(needs[i].realm) - 2,
				needs[i].realm + 1);
			export_cite(v, f, s);
			return;
		}
	verdict(v, "S5.C04", AMT_PASS, s,
		"the AMT user accounts have the realms that are needed here");
}

static void redirection(struct export_view *v)
{
	const struct exports_fact *s = export_setting(v, "redirection");

	if (s && !export_silent(v, "S5.C06c") && (is(s, "yes") || is(s, "no")))
		verdict(v, "S5.C06c", is(s, "yes") ? AMT_PASS : AMT_FAIL, s,
			is(s, "yes")
				? "the component enables serial over LAN and IDE redirection"
				: "serial over LAN and IDE redirection are off in the component");
}

void export_judge_component(struct export_view *v)
{
	fields(v);
	users(v);
	audit(v);
	profile(v);
	transmission(v);
	wake(v);
	alias(v);
	realms(v);
	redirection(v);
}
