/* The site's version, doubled certificates, collections, permissions of the CA. */
#include "export_view.h"

#include <stdlib.h>
#include <string.h>

static void site_version(struct export_view *v, const struct exports_fact *s)
{
	const char *version = s->field[EXPORTS_SITE_VERSION];
	long build = export_cm_build(version);
	struct amt_finding *f;

	if (!build)
		f = amt_finding_add(v->fs, "S1.V02a", AMT_UNKNOWN, s->field[EXPORTS_SITE_SERVER],
				    "the version of site %s was not understood", s->name);
	else
		f = amt_finding_add(
			v->fs, "S1.V02a",
			build >= EXPORT_CM_SP2   ? AMT_PASS
			: build >= EXPORT_CM_SP1 ? AMT_WARN
						 : AMT_FAIL,
			s->field[EXPORTS_SITE_SERVER], "%s%s%s runs ConfigMgr %s, %s",
			*s->name ? "site " : "the site", s->name, "", version,
			build >= 100000          ? "later than 2007"
			: build >= EXPORT_CM_SP2 ? "SP2 or later"
			: build >= EXPORT_CM_SP1
				? "SP1: the hot fixes of appendix A are needed"
				: "older than SP1, which has no out of band management");
	export_cite(v, f, s);
}

static bool is_client_authentication(const char *type)
{
	return amt_glob("*802*", type) || amt_glob("*client auth*", type) ||
	       amt_glob("*wireless*", type) || amt_glob("*radius*", type);
}

static bool revoked(const char *status)
{
	return amt_glob("*revoked*", status) || amt_glob("*superseded*", status) ||
	       !amt_strcasecmp(status, "true");
}

struct holder {
	size_t valid;
	const struct exports_fact *first, *second;
};

/* Two valid web server certificates for one name: the older one was not revoked. */
static void doubled_certificates(struct export_view *v)
{
	struct amt_map names = {0};
	struct AMT_VEC(struct holder) holders = {0};

	for (size_t i = 0; i < v->f->facts.n && !export_silent(v, "PV.01"); i++) {
		const struct exports_fact *c = &v->f->facts.v[i];
		amt_time ends;
		char key[256];
		bool is_new;
		if (c->what != EXPORTS_CERTIFICATE || revoked(c->field[EXPORTS_CERT_STATUS]) ||
		    is_client_authentication(c->field[EXPORTS_CERT_TYPE]))
			continue;
		if (amt_time_parse(c->field[EXPORTS_CERT_ENDS], &ends, NULL) && ends < v->ctx.now)
			continue;
		size_t n = strlen(c->name) < 255 ? strlen(c->name) : 255;
		for (size_t k = 0; k < n; k++)
			key[k] = (char)(c->name[k] >= 'A' && c->name[k] <= 'Z' ? c->name[k] + 32
									       : c->name[k]);
		union amt_map_value *at = amt_map_put(&names, key, n, &is_new);
		if (is_new) {
			at->n = holders.n;
			amt_vec_push(&holders, (struct holder){0, c, NULL});
		}
		struct holder *h = &holders.v[at->n];
		/* The same certificate in two exports is one. */
		if (h->valid && /* NOLINT: pushed just now, or before */ !amt_strcasecmp(
					h->first->field[EXPORTS_CERT_THUMBPRINT],
					c->field[EXPORTS_CERT_THUMBPRINT]))
			continue;
		h->valid++;
		h->second = h->valid > 1 ? c : NULL;
	}
	for (size_t i = 0; i < holders.n; i++) {
		const struct holder *h = &holders.v[i];
		struct amt_finding *f = amt_finding_add(
			v->fs, "PV.01", h->valid > 1 ? AMT_FAIL : AMT_PASS, h->first->name,
			"ConfigMgr lists %zu valid AMT certificate%s for %s%s", h->valid,
			h->valid > 1 ? "s" : "", h->first->name,
			h->valid > 1 ? ": an older one was not revoked" : "");
		export_cite(v, f, h->first);
		export_cite(v, f, h->second);
	}
	amt_vec_free(&holders);
	amt_map_free(&names);
}

/* In-band provisioning needs at least one collection where it is automatic. */
static void collections(struct export_view *v)
{
	const struct exports_fact *on = NULL, *off = NULL;

	for (size_t i = 0; i < v->f->facts.n; i++) {
		const struct exports_fact *c = &v->f->facts.v[i];
		if (c->what != EXPORTS_COLLECTION)
			continue;
		if (!strcmp(c->field[EXPORTS_COLLECTION_AUTOMATIC], "yes"))
			on = on ? on : c;
		else
			off = off ? off : c;
	}
	/* One that is on proves nothing yet (the log does), none that is on is a failure. */
	if (on || !off || export_silent(v, "CK.11") || v->ctx.trait[AMT_TRAIT_IN_BAND] != AMT_YES)
		return;
	struct amt_finding *f =
		amt_finding_add(v->fs, "CK.11", AMT_FAIL, "",
				"automatic provisioning is off for every collection in the export");
	export_cite(v, f, off);
}

/* S1.V06: who has Issue and Manage Certificates on the CA? */
static void officers(struct export_view *v)
{
	const struct exports_fact *any = NULL, *server = NULL, *group = NULL;

	for (size_t i = 0; i < v->f->facts.n; i++) {
		const struct exports_fact *r = &v->f->facts.v[i];
		if (r->what != EXPORTS_RIGHT)
			continue;
		any = any ? any : r;
		if (!amt_glob("*manage-certificates*", r->field[EXPORTS_RIGHT_RIGHTS]))
			continue;
		char account[128];
		const char *slash = strrchr(r->name, '\\');
		amt_str_copy(account, sizeof(account), slash ? slash + 1 : r->name);
		size_t n = strlen(account);
		bool machine = n && account[n - 1] == '$';
		if (machine)
			account[n - 1] = '\0';
		if (machine && export_in_list(&v->f->roles.servers, account))
			server = r;
		else if (!amt_glob("*Administrators", r->name) && !amt_glob("*Admins", r->name))
			group = r;
	}
	if (!any || export_silent(v, "S1.V06"))
		return;
	struct amt_finding *f;
	if (server)
		f = amt_finding_add(v->fs, "S1.V06", AMT_PASS, "",
				    "%s may issue and manage certificates on the CA", server->name);
	else if (group)
		f = amt_finding_add(v->fs, "S1.V06", AMT_UNKNOWN, "",
				    "%s may issue and manage certificates on the CA; whether the "
				    "site servers belong to it the export does not tell",
				    group->name);
	else
		f = amt_finding_add(v->fs, "S1.V06", AMT_WARN, "",
				    "no site server may issue and manage certificates on the CA: "
				    "certificates will not be revoked");
	export_cite(v, f, server ? server : group ? group : any);
}

void export_judge_lists(struct export_view *v)
{
	for (size_t i = 0; i < v->f->facts.n; i++)
		if (v->f->facts.v[i].what == EXPORTS_SITE)
			site_version(v, &v->f->facts.v[i]);
	doubled_certificates(v);
	collections(v);
	officers(v);
}

/* Where it is not known whether a row applies, what was measured is told but fails nobody. */
static void soften(struct export_view *v)
{
	char why[200];

	for (size_t i = v->from; i < v->fs->list.n; i++) {
		struct amt_finding *f = v->fs->list.v[i];
		if (f->verdict != AMT_FAIL ||
		    export_applies(v, f->item->id, why, sizeof(why)) != AMT_MAYBE)
			continue;
		f->verdict = AMT_UNKNOWN;
		f->summary = amt_arena_printf(&v->fs->arena,
					      "%s; whether that matters here is not known: %s",
					      f->summary, why);
	}
}

#define JUDGED_AT_ONCE 1000 /* findings, before they are handed on to be folded */

void export_part(struct export_view *v)
{
	if (!v->part || v->fs->list.n < JUDGED_AT_ONCE)
		return;
	soften(v);
	v->part(v->fs);
	v->from = v->fs->list.n;
}

void exports_judge_parts(const struct exports_facts *f, const struct amt_context *ctx,
			 const struct amt_strlist *removed, struct amt_findings *fs,
			 void (*part)(struct amt_findings *fs))
{
	struct export_view v;

	export_view_make(&v, f, ctx, fs);
	export_view_removed(&v, removed);
	v.from = fs->list.n;
	v.part = part;
	export_judge_lists(&v);
	export_judge_computers(&v);
	export_judge_hotfixes(&v);
	export_judge_browsers(&v);
	export_judge_clients(&v);
	export_judge_component(&v);
	soften(&v);
	export_view_free(&v);
}

void exports_judge(const struct exports_facts *f, const struct amt_context *ctx,
		   struct amt_findings *fs)
{
	const struct amt_strlist none = {0};

	exports_judge_parts(f, ctx, &none, fs, NULL);
}
