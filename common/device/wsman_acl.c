/* The walk over the access list: handles, fifty at a time, then each entry and whether it is on. */
#include "device/wsman.h"

/* What could not be read may be the very entry that is looked for. */
static void acl_done(struct wsman *w)
{
	int64_t of = w->acl_total > (int64_t)w->n_handles ? w->acl_total : (int64_t)w->n_handles;
	const char *lack = NULL;

	if ((int64_t)w->acl_read < of)
		lack = amt_arena_printf(&w->j->d->arena, "%zu of %lld entries", w->acl_read,
					(long long)of);
	dev_wsman_class_done(w, AMT_DEV_READ, lack);
}

void dev_wsman_acl_next(struct wsman *w)
{
	w->handle++;
	if (w->handle < w->n_handles) {
		w->phase = ACL_ENTRY;
		dev_wsman_ask(w);
	} else if ((int64_t)w->n_handles < w->acl_total && w->n_handles < DEV_SOAP_HANDLES) {
		w->phase = ACL_LIST;
		dev_wsman_ask(w);
	} else {
		acl_done(w);
	}
}

void dev_wsman_acl(struct wsman *w, const struct dev_reply *reply)
{
	struct amt_device *d = w->j->d;

	if (w->phase == ACL_LIST) {
		size_t before = w->n_handles;
		for (size_t i = 0; i < reply->n_handles && w->n_handles < DEV_SOAP_HANDLES; i++)
			w->handles[w->n_handles++] = reply->handles[i];
		w->acl_total = reply->total;
		if (!w->n_handles && reply->return_value > 0) {
			dev_wsman_class_done(
				w, AMT_DEV_DENIED,
				amt_arena_printf(&d->arena, "EnumerateUserAclEntries returned %lld",
						 (long long)reply->return_value));
			return;
		}
		if (w->n_handles == before) {
			acl_done(w);
			return;
		}
		w->phase = ACL_ENTRY;
		dev_wsman_ask(w);
	} else if (w->phase == ACL_ENTRY) {
		if (reply->records && d->acl.n && reply->return_value > 0) {
			d->acl.n--; /* "invalid handle" and the like is no entry */
			dev_wsman_acl_next(w);
		} else if (reply->records && d->acl.n) {
			d->acl.v[d->acl.n - 1].handle = w->handles[w->handle];
			w->acl_read++;
			w->phase = ACL_ENABLED;
			dev_wsman_ask(w);
		} else {
			dev_wsman_acl_next(w);
		}
	} else {
		if (d->acl.n)
			d->acl.v[d->acl.n - 1].enabled = reply->enabled;
		dev_wsman_acl_next(w);
	}
}
