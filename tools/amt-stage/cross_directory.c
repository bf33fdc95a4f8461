/* Where the directory meets log, inventory, devices and this computer's clock. */
#include "cross.h"

#include <string.h>

static const struct directory_entry *entry(const struct cross *x, const char *purpose,
					   const char *fqdn)
{
	const struct directory_search *s = directory_find(x->ad, purpose, fqdn, 0);

	return s && !s->code && s->entries.n == 1 ? &s->entries.v[0] : NULL;
}

/* Without a UUID some tools put a MAC behind zeros there. */
static const char *uuid_of(const struct directory_entry *e)
{
	const char *text = directory_text(e, "netbootGUID");

	return text && strlen(text) == 36 && strncmp(text, "00000000-0000-0000-0000-", 24) != 0
		       ? text
		       : NULL;
}

static bool has_name(const struct cross *x, const struct directory_entry *e, const char *fqdn,
		     const char *port)
{
	return directory_has(e, "servicePrincipalName",
			     amt_arena_printf(&x->fs->arena, "HTTP/%s:%s", fqdn, port));
}

/* S3.V03b: the log says that both stages were done; publishing comes before them. */
static void published(const struct cross *x, const struct site_client *c)
{
	const struct trace_device *t = cross_logged(x->st, c->fqdn);
	const struct directory_search *s = directory_find(x->ad, "amt-object", c->fqdn, 0);

	if (!t || !t->provisioned || t->last_session >= x->logs->sessions.n || !s || s->code)
		return;
	const struct trace_session *end = &x->logs->sessions.v[t->last_session];
	const struct directory_entry *e = s->entries.n ? &s->entries.v[0] : NULL;
	bool good = e && has_name(x, e, c->fqdn, "16993") && has_name(x, e, c->fqdn, "16995");
	struct amt_finding *f = amt_finding_add(
		x->fs, "S3.V03b", good ? AMT_PASS : AMT_FAIL, c->fqdn, "%s",
		good ? "the log says that it was provisioned, and its service names are in the "
		       "directory"
		: e  ? "the log says that it was provisioned, but a service name is missing in the "
		       "directory: it was taken away since, or is another's"
		     : "the log says that it was provisioned, but the directory has no object with "
		       "its service name: it was deleted since, or replication did not bring it");
	if (end->last.file < x->logs->files.n)
		amt_finding_evidence(x->fs, f, x->logs->files.v[end->last.file].name,
				     cross_line(x, &end->last), NULL);
	amt_finding_evidence(x->fs, f, e ? e->dn : s->server, NULL, "%zu service names",
			     e && directory_attribute(e, "servicePrincipalName")
				     ? directory_attribute(e, "servicePrincipalName")->values.n
				     : 0);
}

enum { TOLERANCE = 300, CLOSE = 120 }; /* seconds, as S5.C03a says */

/* The domain controller's clock minus this computer's, in seconds. */
static bool controller_ahead(const struct cross *x, double *out)
{
	const struct directory_search *s = directory_find(x->ad, "rootdse", NULL, 0);
	const char *text =
		s && s->entries.n ? directory_text(&s->entries.v[0], "currentTime") : NULL;
	amt_time there = text ? directory_time(text) : AMT_TIME_NONE;

	if (x->ad->ntp.done)
		*out = -(double)x->ad->ntp.offset / (double)AMT_SECOND;
	else if (there != AMT_TIME_NONE && x->ad->asked_at != AMT_TIME_NONE)
		*out = (double)(there - x->ad->asked_at) / (double)AMT_SECOND;
	else
		return false;
	return true;
}

/* S5.C03a: tickets are good by the controller's clock and refused by the device's. */
void cross_clock(const struct cross *x, const struct amt_device *d)
{
	const struct amt_dev_time *t = amt_dev_first(d, time);
	amt_time asked = d->source[AMT_DEVC_time].answered;
	double dc;

	if (!x->ad || !t || t->ta0 == AMT_DEV_NONE || asked == AMT_TIME_NONE ||
	    !controller_ahead(x, &dc))
		return;
	double own = (double)t->ta0 - (double)asked / (double)AMT_SECOND, off = own - dc,
	       n = off < 0 ? -off : off;
	struct amt_finding *f =
		amt_finding_add(x->fs, "S5.C03a",
				n > TOLERANCE ? AMT_FAIL
				: n > CLOSE   ? AMT_WARN
					      : AMT_PASS,
				d->host, "its clock is %.0f seconds %s the domain controller's", n,
				off < 0 ? "behind" : "ahead of");
	amt_finding_evidence(x->fs, f, d->source[AMT_DEVC_time].where, "Ta0",
			     "%.0f seconds from this computer's clock", own);
	amt_finding_evidence(x->fs, f, x->ad->ntp.done ? x->ad->ntp.server : x->ad->server,
			     x->ad->ntp.done ? "SNTP" : "currentTime",
			     "%.0f seconds from this computer's clock", dc);
}

void cross_directory(const struct cross *x)
{
	const struct site_inventory *inv = &x->st->inventory;

	if (!x->ad)
		return;
	for (size_t i = 0; i < inv->clients.n; i++) {
		const struct site_client *c = &inv->clients.v[i];
		const struct directory_entry *w = *c->fqdn ? entry(x, "windows", c->fqdn) : NULL;
		if (!*c->fqdn || !stage_mine(x->st, c))
			continue;
		if (*c->uuid && w && uuid_of(w))
			cross_uuid(x, c, uuid_of(w), "the directory (netbootGUID)", w->dn, false);
		published(x, c);
	}
}
