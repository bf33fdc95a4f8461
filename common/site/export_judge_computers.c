/* Servers, consoles and browser computers: system, WinRM, MSXML, translator, Telnet, registry. */
#include "export_view.h"

#include <stdio.h>
#include <string.h>

static void winrm(struct export_view *v, const struct export_computer *c, const char *id)
{
	const char *name = export_called(c);
	const struct exports_fact *fact = export_find(c, EXPORTS_SERVICE, "WinRM");
	struct amt_finding *f;

	if (export_silent(v, id))
		return;
	if (!fact)
		fact = export_find(c, EXPORTS_HOTFIX, "KB936059");
	if (!fact)
		fact = export_find(c, EXPORTS_HOTFIX, "KB968930");
	if (fact)
		f = amt_finding_add(v->fs, id, AMT_PASS, c->name, "%s has WinRM (%s)", name,
				    fact->name);
	else if (c->windows.major >= 6)
		f = amt_finding_add(v->fs, id, AMT_PASS, c->name,
				    "%s runs Windows %d.%d, which contains WinRM", name,
				    c->windows.major, c->windows.minor);
	else if (c->services || (c->qfe && c->windows.major == 5))
		f = amt_finding_add(v->fs, id, AMT_FAIL, c->name,
				    "%s has no WinRM: %s does not show it", name,
				    c->services ? "its service list" : "its hot fix list");
	else if (c->qfe || c->windows.major)
		f = amt_finding_add(v->fs, id, AMT_UNKNOWN, c->name,
				    "whether %s has WinRM is not known: neither its service list "
				    "nor its hot fix list with its system version was given",
				    name);
	else
		return;
	export_cite(v, f, fact ? fact : c->windows.at ? c->windows.at : c->services);
}

static void system_version(struct export_view *v, const struct export_computer *c)
{
	const struct export_windows *w = &c->windows;
	struct amt_finding *f;
	const char *name = export_called(c);

	if (!w->major || export_silent(v, "P.26"))
		return;
	if (w->major >= 6)
		f = amt_finding_add(v->fs, "P.26", AMT_PASS, c->name,
				    "%s runs Windows %d.%d, later than Server 2003", name, w->major,
				    w->minor);
	else if (w->minor < 2)
		f = amt_finding_add(v->fs, "P.26", AMT_FAIL, c->name,
				    "%s runs Windows %d.%d, older than Windows Server 2003", name,
				    w->major, w->minor);
	else if (w->pack < 0)
		f = amt_finding_add(v->fs, "P.26", AMT_UNKNOWN, c->name,
				    "%s runs Windows Server 2003; its service pack is not told",
				    name);
	else
		f = amt_finding_add(v->fs, "P.26", w->pack >= 2 ? AMT_PASS : AMT_FAIL, c->name,
				    "%s runs Windows Server 2003 with service pack %d%s", name,
				    w->pack, w->pack >= 2 ? "" : "; service pack 2 is needed");
	export_cite(v, f, w->at);
}

static void msxml(struct export_view *v, const struct export_computer *c)
{
	const struct exports_fact *fact = export_find(c, EXPORTS_PROGRAM, "*MSXML 6*");
	const struct exports_fact *test = export_find(c, EXPORTS_PREREQUISITE, "*MSXML 6*");
	const char *name = export_called(c);
	struct amt_finding *f;

	if (export_silent(v, "P.28"))
		return;
	bool refused = test && strcmp(test->field[EXPORTS_PREREQ_RESULT], "Passed") != 0;
	if (fact || (test && !refused)) {
		f = amt_finding_add(v->fs, "P.28", AMT_PASS, c->name, "%s has MSXML 6", name);
		export_cite(v, f, fact ? fact : test);
	} else if (!test &&
		   (c->windows.major >= 6 ||
		    (c->windows.major == 5 && c->windows.minor == 1 && c->windows.pack >= 3))) {
		f = amt_finding_add(
			v->fs, "P.28", AMT_PASS, c->name,
			"%s runs a Windows that contains MSXML 6 (XP SP3, Vista or later)", name);
		export_cite(v, f, c->windows.at);
	} else if (test || c->programs) {
		f = amt_finding_add(v->fs, "P.28", AMT_FAIL, c->name, "%s has no MSXML 6: %s", name,
				    test ? "the prerequisite check says so"
					 : "the list of installed programs does not show it");
		export_cite(v, f, test ? test : c->programs);
	}
}

static void telnet(struct export_view *v, const struct export_computer *c)
{
	const struct exports_fact *fact = export_find(c, EXPORTS_FEATURE, "Telnet*Client");
	struct amt_finding *f;

	if (!c->features || export_silent(v, "S5.C08"))
		return;
	if (fact && !*fact->field[EXPORTS_STATE])
		f = amt_finding_add(v->fs, "S5.C08", AMT_UNKNOWN, c->name,
				    "the state of the Telnet client on %s was not understood",
				    export_called(c));
	else if (fact && !strcmp(fact->field[EXPORTS_STATE], "on"))
		f = amt_finding_add(v->fs, "S5.C08", AMT_PASS, c->name,
				    "the Telnet client is on on %s", export_called(c));
	else
		f = amt_finding_add(v->fs, "S5.C08", AMT_FAIL, c->name,
				    "the Telnet client is not installed on %s", export_called(c));
	export_cite(v, f, fact ? fact : c->features);
}

static const struct exports_fact *translator_service(const struct export_computer *c)
{
	const struct exports_fact *fact = export_find(c, EXPORTS_SERVICE, "*translator*");

	for (size_t i = 0; !fact && i < c->facts.n; i++)
		if (c->facts.v[i]->what == EXPORTS_SERVICE &&
		    amt_glob("*translator*", c->facts.v[i]->field[EXPORTS_TITLE]))
			fact = c->facts.v[i];
	return fact;
}

static void translator(struct export_view *v, const struct export_computer *c, const char *id)
{
	const struct exports_fact *program = export_find(c, EXPORTS_PROGRAM, "*translator*");
	const struct exports_fact *service = translator_service(c);
	const char *state = service ? service->field[EXPORTS_STATE] : "";
	const char *name = export_called(c);
	char why[200];
	struct amt_finding *f;
	enum amt_tri applies = export_applies(v, id, why, sizeof(why));

	if (applies == AMT_NO || (!c->programs && !c->services))
		return;
	if (!strcmp(state, "running"))
		f = amt_finding_add(v->fs, id, AMT_PASS, c->name, "the translator runs on %s",
				    name);
	else if (!strcmp(state, "stopped"))
		f = amt_finding_add(v->fs, id, applies == AMT_YES ? AMT_FAIL : AMT_WARN, c->name,
				    "the translator is installed on %s but stopped", name);
	else if (program || service)
		f = amt_finding_add(
			v->fs, id, AMT_WARN, c->name,
			"the translator is installed on %s; whether it runs is not known", name);
	else if (applies == AMT_YES)
		f = amt_finding_add(v->fs, id, AMT_FAIL, c->name,
				    "the translator is not installed on %s", name);
	else
		f = amt_finding_add(v->fs, id, AMT_UNKNOWN, c->name,
				    "the translator is not installed on %s; whether it is needed "
				    "is not known: %s",
				    name, why);
	export_cite(v, f,
		    service       ? service
		    : program     ? program
		    : c->programs ? c->programs
				  : c->services);
}

void export_judge_computers(struct export_view *v)
{
	for (size_t i = 0; i < v->computers.n; i++) {
		const struct export_computer *c = &v->computers.v[i];
		if (c->server) {
			winrm(v, c, "P.24");
			system_version(v, c);
			translator(v, c, "S1.V18");
			translator(v, c, "S1.V19");
		}
		if (c->console) {
			if (!c->server)
				winrm(v, c, "P.25");
			msxml(v, c);
			telnet(v, c);
		}
	}
}

static bool is_one(const char *text)
{
	uint64_t n;

	return amt_num_hex(text, &n, NULL) && n == 1;
}

static void port_in_spn(struct export_view *v, const struct export_computer *c)
{
	const struct exports_fact *plain = NULL, *wow = NULL, *wrong = NULL;

	if (!c->ie_key || export_silent(v, "S6.C04b"))
		return;
	for (size_t i = 0; i < c->facts.n; i++) {
		const struct exports_fact *fact = c->facts.v[i];
		if (fact->what != EXPORTS_VALUE ||
		    !amt_str_ends(fact->name, "\\FEATURE_INCLUDE_PORT_IN_SPN_KB908209") ||
		    amt_strcasecmp(fact->field[EXPORTS_VALUE_NAME], "iexplore.exe"))
			continue;
		if (!is_one(fact->field[EXPORTS_VALUE_DATA]))
			wrong = fact;
		else if (amt_memcasestr(fact->name, strlen(fact->name), "\\Wow6432Node\\"))
			wow = fact;
		else
			plain = fact;
	}
	const char *name = export_called(c);
	struct amt_finding *f;
	if ((plain || wow) && c->is_64bit && !(plain && wow))
		f = amt_finding_add(v->fs, "S6.C04b", AMT_WARN, c->name,
				    "on %s, a 64-bit system, the value is set in the %s branch of "
				    "the registry only",
				    name, plain ? "64-bit" : "32-bit");
	else if (plain || wow)
		f = amt_finding_add(v->fs, "S6.C04b", AMT_PASS, c->name,
				    "%s puts the port into service names (KB908209 is switched on)",
				    name);
	else
		f = amt_finding_add(
			v->fs, "S6.C04b", AMT_FAIL, c->name,
			"%s has no iexplore.exe=1 under FEATURE_INCLUDE_PORT_IN_SPN_KB908209%s",
			name, wrong ? " (it is there, but not 1)" : "");
	export_cite(v, f, plain ? plain : wow ? wow : wrong ? wrong : c->ie_key);
}

/* Is one of the clients' suffixes in the intranet zone (1)? */
static const struct exports_fact *intranet(const struct export_view *v,
					   const struct export_computer *c)
{
	for (size_t i = 0; i < c->facts.n; i++) {
		const struct exports_fact *fact = c->facts.v[i];
		const char *domain = fact->what == EXPORTS_VALUE
					     ? amt_memcasestr(fact->name, strlen(fact->name),
							      "\\ZoneMap\\Domains\\")
					     : NULL;
		if (!domain || !is_one(fact->field[EXPORTS_VALUE_DATA]))
			continue;
		domain += strlen("\\ZoneMap\\Domains\\");
		size_t n = strcspn(domain, "\\");
		for (size_t k = 0; k < v->f->roles.suffixes.n; k++) {
			const char *s = v->f->roles.suffixes.v[k];
			size_t len = strlen(s);
			/* The key is a domain; the suffix equals it or ends in it. */
			if (len >= n && !amt_strncasecmp(s + len - n, domain, n) &&
			    (len == n || s[len - n - 1] == '.'))
				return fact;
		}
	}
	return NULL;
}

static void integrated(struct export_view *v, const struct export_computer *c)
{
	const struct exports_fact *set = NULL;
	struct amt_finding *f;
	const char *name = export_called(c);

	if (!c->internet_key || export_silent(v, "S6.C03"))
		return;
	for (size_t i = 0; i < c->facts.n; i++)
		if (c->facts.v[i]->what == EXPORTS_VALUE &&
		    !amt_strcasecmp(c->facts.v[i]->field[EXPORTS_VALUE_NAME], "EnableNegotiate"))
			set = c->facts.v[i];
	const struct exports_fact *zone = intranet(v, c);
	if (!set)
		f = amt_finding_add(v->fs, "S6.C03", AMT_UNKNOWN, c->name,
				    "the export of %s does not show EnableNegotiate; Internet "
				    "Explorer then uses its default",
				    name);
	else if (!is_one(set->field[EXPORTS_VALUE_DATA]))
		f = amt_finding_add(v->fs, "S6.C03", AMT_FAIL, c->name,
				    "Integrated Windows Authentication is off on %s", name);
	else if (v->f->roles.suffixes.n && !zone)
		f = amt_finding_add(v->fs, "S6.C03", AMT_WARN, c->name,
				    "Integrated Windows Authentication is on on %s, but no suffix "
				    "of the clients is in its intranet zone",
				    name);
	else
		f = amt_finding_add(v->fs, "S6.C03", AMT_PASS, c->name,
				    "Integrated Windows Authentication is on on %s", name);
	export_cite(v, f, set ? set : c->internet_key);
	export_cite(v, f, zone);
}

void export_judge_browsers(struct export_view *v)
{
	for (size_t i = 0; i < v->computers.n; i++) {
		port_in_spn(v, &v->computers.v[i]);
		integrated(v, &v->computers.v[i]);
	}
}
