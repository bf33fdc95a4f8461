#include "export_view.h"
#include "amtdiag/core/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void lower_short(const char *name, char out[64])
{
	size_t n = strcspn(name, ".");

	n = n < 63 ? n : 63;
	for (size_t i = 0; i < n; i++)
		out[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 32 : name[i]);
	out[n] = '\0';
}

static struct export_computer *computer(struct export_view *v, const char *name)
{
	char key[64];
	bool is_new;

	lower_short(name, key);
	union amt_map_value *at = amt_map_put_str(&v->by_name, key, &is_new);
	if (is_new) {
		at->n = v->computers.n;
		struct export_computer *c = amt_vec_add(&v->computers);
		c->name = name;
		c->windows = (struct export_windows){.pack = -1, .name = ""};
	}
	return &v->computers.v[at->n];
}

static void set_windows(struct export_windows *w, const struct exports_fact *fact)
{
	int major = 0, minor = 0;

	const char *p = fact->field[EXPORTS_OS_VERSION];

	if (w->major || !amt_num_take(&p, 3, &major))
		return;
	if (amt_num_mark(&p, '.'))
		amt_num_take(&p, 3, &minor);
	w->major = major;
	w->minor = minor;
	w->pack = *fact->field[EXPORTS_OS_SP] >= '0' && *fact->field[EXPORTS_OS_SP] <= '9'
			  ? *fact->field[EXPORTS_OS_SP] - '0'
			  : -1;
	w->name = fact->name;
	w->at = fact;
}

static void note_value(struct export_computer *c, const struct exports_fact *fact)
{
	c->is_64bit |= amt_memcasestr(fact->name, strlen(fact->name), "\\Wow6432Node\\") != NULL;
	if (amt_str_ends(fact->name, "\\CurrentVersion\\Uninstall") && !c->programs)
		c->programs = fact;
	if (amt_memcasestr(fact->name, strlen(fact->name), "\\FeatureControl") && !c->ie_key)
		c->ie_key = fact;
	if (amt_str_ends(fact->name, "\\CurrentVersion\\Internet Settings") && !c->internet_key)
		c->internet_key = fact;
}

static void note_first(const struct exports_fact **p, const struct exports_fact *fact)
{
	if (!*p)
		*p = fact;
}

static void note_program(struct export_computer *c, const struct exports_fact *fact)
{
	note_first(&c->programs, fact);
	c->is_64bit |= amt_memcasestr(fact->name, strlen(fact->name), "x64") != NULL;
	if (amt_glob("*Configuration Manager*Console*", fact->name) ||
	    amt_glob("*ConfigMgr*Console*", fact->name))
		c->console = true;
}

static void sort_fact(struct export_view *v, const struct exports_fact *fact)
{
	switch (fact->what) {
	case EXPORTS_SITE:
	case EXPORTS_CLIENT:
	case EXPORTS_CERTIFICATE:
	case EXPORTS_IMPORTED:
	case EXPORTS_COLLECTION:
	case EXPORTS_SETTING:
	case EXPORTS_RIGHT:
	case EXPORTS_WHATS:
		return;
	default:
		break;
	}
	struct export_computer *c = computer(v, fact->computer);
	amt_vec_push(&c->facts, fact);
	if (fact->what == EXPORTS_OS)
		set_windows(&c->windows, fact);
	else if (fact->what == EXPORTS_HOTFIX)
		note_first(!strcmp(fact->field[EXPORTS_HOTFIX_LIST], "qfe") ? &c->qfe
									    : &c->programs,
			   fact);
	else if (fact->what == EXPORTS_PROGRAM)
		note_program(c, fact);
	else if (fact->what == EXPORTS_SERVICE)
		note_first(&c->services, fact);
	else if (fact->what == EXPORTS_DRIVER)
		note_first(&c->drivers, fact);
	else if (fact->what == EXPORTS_FEATURE)
		note_first(&c->features, fact);
	else if (fact->what == EXPORTS_VALUE)
		note_value(c, fact);
	if (fact->what == EXPORTS_SERVICE &&
	    amt_str_begins(fact->name, "SMS_SITE_COMPONENT_MANAGER"))
		c->server = true;
}

static void set_trait(struct amt_context *ctx, enum amt_trait t, bool yes)
{
	if (ctx->trait[t] == AMT_MAYBE)
		ctx->trait[t] = yes ? AMT_YES : AMT_NO;
}

long export_cm_build(const char *version)
{
	int major, minor, build;

	if (!amt_num_take(&version, 3, &major) || !amt_num_mark(&version, '.') ||
	    !amt_num_take(&version, 3, &minor) || !amt_num_mark(&version, '.') ||
	    !amt_num_take(&version, 6, &build) || major < 4)
		return 0;
	return major == 4 ? build : 100000L + build;
}

static void windows_traits(const struct export_view *v, struct amt_context *ctx)
{
	bool ws2003 = false, ws2003_sp1 = false, xp = false, xp_sp2 = false, vista = false,
	     win7 = false, ws2008 = false;

	for (size_t i = 0; i < v->computers.n; i++) {
		const struct export_windows *w = &v->computers.v[i].windows;
		bool is_server = amt_memcasestr(w->name, strlen(w->name), "Server") != NULL;
		ws2003 |= w->major == 5 && w->minor == 2;
		ws2003_sp1 |= w->major == 5 && w->minor == 2 && w->pack >= 0 && w->pack <= 1;
		xp |= w->major == 5 && w->minor == 1;
		xp_sp2 |= w->major == 5 && w->minor == 1 && w->pack >= 0 && w->pack <= 2;
		vista |= w->major == 6 && w->minor == 0 && !is_server;
		ws2008 |= w->major >= 6 && is_server;
		win7 |= !is_server && (w->major > 6 || (w->major == 6 && w->minor >= 1));
	}
	/* One computer proves that there is one; none proves nothing. */
	const struct {
		bool yes;
		enum amt_trait trait;
	} found[] = {
		{ws2003, AMT_TRAIT_WS2003}, {ws2003_sp1, AMT_TRAIT_WS2003_SP1},
		{xp, AMT_TRAIT_XP},         {xp_sp2, AMT_TRAIT_XP_SP2},
		{vista, AMT_TRAIT_VISTA},   {win7, AMT_TRAIT_WIN7},
		{ws2008, AMT_TRAIT_WS2008},
	};
	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++)
		if (found[i].yes)
			set_trait(ctx, found[i].trait, true);
}

static bool other_amt_software(const char *name)
{
	return (amt_glob("*Intel*Active Management*", name) || amt_glob("*Intel*AMT*", name) ||
		amt_glob("*Intel*Setup and Configuration*", name)) &&
	       !amt_glob("*translator*", name) && !amt_glob("*driver*", name);
}

static void site_traits(const struct export_view *v, struct amt_context *ctx)
{
	long lowest = 0;
	bool rtm_child = false, other = false, programs = false, dotnet = false;

	for (size_t i = 0; i < v->f->facts.n; i++) {
		const struct exports_fact *fact = &v->f->facts.v[i];
		long build = fact->what == EXPORTS_SITE
				     ? export_cm_build(fact->field[EXPORTS_SITE_VERSION])
				     : 0;
		if (!build)
			continue;
		lowest = !lowest || build < lowest ? build : lowest;
		rtm_child |= *fact->field[EXPORTS_SITE_PARENT] && build < EXPORT_CM_SP1;
	}
	/* A child of the first release does not make its parents one. */
	if (lowest && !rtm_child) {
		set_trait(ctx, AMT_TRAIT_SP2, lowest >= EXPORT_CM_SP2);
		set_trait(ctx, AMT_TRAIT_SP1, lowest >= EXPORT_CM_SP1 && lowest < EXPORT_CM_SP2);
	}
	if (rtm_child)
		set_trait(ctx, AMT_TRAIT_RTM_CHILD_SITES, true);
	for (size_t i = 0; i < v->computers.n; i++) {
		const struct export_computer *c = &v->computers.v[i];
		if (!c->server)
			continue;
		programs |= c->programs != NULL;
		for (size_t k = 0; k < c->facts.n; k++) {
			const struct exports_fact *fact = c->facts.v[k];
			other |= fact->what == EXPORTS_PROGRAM && other_amt_software(fact->name);
			dotnet |= fact->what == EXPORTS_PROGRAM &&
				  amt_glob("*.NET Framework 2*", fact->name);
			dotnet |= fact->what == EXPORTS_VALUE &&
				  amt_str_ends(fact->name, "\\NDP\\v2.0.50727");
		}
	}
	if (programs)
		set_trait(ctx, AMT_TRAIT_OTHER_AMT_SOFTWARE, other);
	if (dotnet)
		set_trait(ctx, AMT_TRAIT_DOTNET2, true);
}

static void group_traits(const struct export_view *v, struct amt_context *ctx)
{
	const struct exports_fact *users = export_setting(v, "users");
	bool is_long = false;

	if (!users)
		return;
	for (const char *p = users->field[EXPORTS_SETTING_TEXT]; *p;) {
		size_t n = strcspn(p, ","), from = 0;
		for (size_t i = 0; i < n; i++)
			if (p[i] == '\\')
				from = i + 1;
		size_t to = n;
		while (to > from && p[to - 1] == ' ')
			to--;
		is_long |= to - from > 20; /* KB957183 */
		p += n + (p[n] == ',');
	}
	set_trait(ctx, AMT_TRAIT_LONG_GROUP_NAME, is_long);
}

static void traits(const struct export_view *v, struct amt_context *ctx)
{
	if (v->f->roles.in_band.n)
		set_trait(ctx, AMT_TRAIT_IN_BAND, true);
	if (v->f->roles.out_of_band.n)
		set_trait(ctx, AMT_TRAIT_OUT_OF_BAND, true);
	windows_traits(v, ctx);
	site_traits(v, ctx);
	group_traits(v, ctx);
}

/* Versions that ConfigMgr knows count when nobody named any. */
static void firmware(struct export_view *v)
{
	for (size_t i = 0; !v->ctx.n_firmware && i < v->f->facts.n; i++) {
		const struct exports_fact *fact = &v->f->facts.v[i];
		struct amt_fw fw;
		bool known = fact->what != EXPORTS_CLIENT ||
			     !amt_fw_parse(fact->field[EXPORTS_CLIENT_FIRMWARE], &fw, NULL);
		for (size_t k = 0; !known && k < v->firmware.n; k++)
			known = !memcmp(&v->firmware.v[k], &fw, sizeof(fw));
		if (!known && v->firmware.n < 256)
			amt_vec_push(&v->firmware, fw);
	}
	if (v->firmware.n) {
		v->ctx.firmware = v->firmware.v;
		v->ctx.n_firmware = v->firmware.n;
	}
}

static void index_names(struct amt_map *m, const struct amt_strlist *l)
{
	char key[64];

	for (size_t i = 0; i < l->n; i++) {
		lower_short(l->v[i], key);
		amt_map_put_str(m, key, NULL)->n = 1;
	}
}

static void make(struct export_view *v, const struct exports_facts *f)
{
	*v = (struct export_view){.f = f};
	for (size_t i = 0; i < f->facts.n; i++)
		sort_fact(v, &f->facts.v[i]);
	for (size_t i = 0; i < v->computers.n; i++) {
		struct export_computer *c = &v->computers.v[i];
		c->server |= export_in_list(&f->roles.servers, c->name);
		c->console |= export_in_list(&f->roles.consoles, c->name);
	}
}

void export_view_make(struct export_view *v, const struct exports_facts *f,
		      const struct amt_context *ctx, struct amt_findings *fs)
{
	make(v, f);
	v->fs = fs;
	v->ctx = *ctx;
	traits(v, &v->ctx);
	firmware(v);
	index_names(&v->clients, &f->roles.clients);
	index_names(&v->in_band, &f->roles.in_band);
	index_names(&v->out_of_band, &f->roles.out_of_band);
}

void export_view_removed(struct export_view *v, const struct amt_strlist *names)
{
	index_names(&v->removed, names);
}

void exports_traits(const struct exports_facts *f, struct amt_context *ctx)
{
	struct export_view v;

	make(&v, f);
	traits(&v, ctx);
	export_view_free(&v);
}

void export_view_free(struct export_view *v)
{
	for (size_t i = 0; i < v->computers.n; i++)
		amt_vec_free(&v->computers.v[i].facts);
	amt_vec_free(&v->computers);
	amt_vec_free(&v->firmware);
	amt_map_free(&v->by_name);
	amt_map_free(&v->clients);
	amt_map_free(&v->in_band);
	amt_map_free(&v->out_of_band);
	amt_map_free(&v->removed);
}

enum amt_tri export_applies(const struct export_view *v, const char *id, char *why, size_t size)
{
	const struct amt_item *item = amt_guide_find(id);

	if (size)
		why[0] = '\0';
	return item ? amt_item_applies(item, &v->ctx, why, size) : AMT_NO;
}

bool export_silent(const struct export_view *v, const char *id)
{
	return export_applies(v, id, NULL, 0) == AMT_NO;
}

const struct exports_fact *export_find(const struct export_computer *c, enum exports_what what,
				       const char *glob)
{
	for (size_t i = 0; i < c->facts.n; i++)
		if (c->facts.v[i]->what == what && amt_glob(glob, c->facts.v[i]->name))
			return c->facts.v[i];
	return NULL;
}

const struct exports_fact *export_setting(const struct export_view *v, const char *key)
{
	for (size_t i = 0; i < v->f->facts.n; i++)
		if (v->f->facts.v[i].what == EXPORTS_SETTING && !strcmp(v->f->facts.v[i].name, key))
			return &v->f->facts.v[i];
	return NULL;
}

void export_cite(struct export_view *v, struct amt_finding *f, const struct exports_fact *fact)
{
	char line[32];

	if (!fact)
		return;
	snprintf(line, sizeof(line), "line %llu", (unsigned long long)fact->line);
	const char *more = "";
	for (size_t i = 0; i < EXPORTS_FIELDS && !*more; i++)
		more = fact->field[i];
	amt_finding_evidence(v->fs, f, v->f->files.v[fact->file].path, line, "%s %s%s%s",
			     exports_what_name(fact->what), fact->name, *more ? ": " : "", more);
}

const char *export_called(const struct export_computer *c)
{
	return *c->name ? c->name : "the computer";
}

enum amt_tri export_in_band(const struct export_view *v, const char *client)
{
	char key[64];

	lower_short(client, key);
	if (amt_map_get_str(&v->in_band, key))
		return AMT_YES;
	if (amt_map_get_str(&v->out_of_band, key))
		return AMT_NO;
	enum amt_tri in = v->ctx.trait[AMT_TRAIT_IN_BAND],
		     out = v->ctx.trait[AMT_TRAIT_OUT_OF_BAND];
	if (in == AMT_YES && out == AMT_NO)
		return AMT_YES;
	return in == AMT_NO && out == AMT_YES ? AMT_NO : AMT_MAYBE;
}

bool export_removed(const struct export_view *v, const char *client)
{
	char key[64];

	lower_short(client, key);
	return amt_map_get_str(&v->removed, key) != NULL;
}

bool export_listed(const struct export_view *v, const char *client)
{
	char key[64];

	lower_short(client, key);
	return !v->clients.count || amt_map_get_str(&v->clients, key);
}
