/* Stage 5: Kerberos, clocks, and who is let in (handbook device 1.1, 1.3, 4.2). */
#include "device/judge.h"

#include <string.h>

#define TOLERANCE_MINUTES 5 /* what AMT and Windows use unless told otherwise */

static void judge_negotiate(struct dev_judge *j)
{
	const struct amt_dev_kerberos *k = amt_dev_first(j->d, kerberos);

	if (dev_unfinished(j) && !(k && k->enabled == AMT_YES)) {
		dev_say(j, "PV.13", AMT_PENDING, AMT_DEVC_setup,
			"Kerberos is switched on by the second stage of provisioning, which the "
			"device has not come to");
		return;
	}
	if (k && k->enabled != AMT_MAYBE) {
		dev_say(j, "PV.13", k->enabled == AMT_YES ? AMT_PASS : AMT_FAIL, AMT_DEVC_kerberos,
			k->enabled == AMT_YES
				? "Kerberos is on in the device"
				: "Kerberos is off in the device: no domain account can log in");
		return;
	}
	for (size_t i = 0; i < j->d->http.n; i++) {
		const struct amt_dev_http *h = &j->d->http.v[i];
		if (h->negotiate == AMT_MAYBE)
			continue;
		/* That the challenge shows it is not confirmed by a recording: never a failure. */
		dev_say(j, "PV.13", h->negotiate == AMT_YES ? AMT_PASS : AMT_WARN, AMT_DEVC_http,
			h->negotiate == AMT_YES
				? "port %lld offers Negotiate"
				: "port %lld offers digest only: Kerberos is probably off, or the "
				  "device is in client control mode",
			(long long)h->port);
		return;
	}
	dev_have(j, "PV.13", AMT_DEVC_kerberos);
}

/* Tickets are for HTTP/FQDN:port (4.2): names from before the machine was renamed fit none. */
static void judge_spn_names(struct dev_judge *j, const struct amt_dev_kerberos *k)
{
	const char *fqdn = dev_fqdn(j);
	size_t n = fqdn ? strlen(fqdn) : 0;

	for (size_t i = 0; n && i < k->spns.n; i++) {
		const char *slash = strchr(k->spns.v[i], '/'), *host = slash ? slash + 1 : "";
		if (amt_strncasecmp(host, fqdn, n) == 0 && (host[n] == ':' || host[n] == '@'))
			continue;
		dev_say(j, "X.D15", AMT_WARN, AMT_DEVC_kerberos,
			"the device's service principal '%s' is not for %s", k->spns.v[i], fqdn);
		return;
	}
}

static void judge_spns(struct dev_judge *j, const struct amt_dev_kerberos *k)
{
	static const unsigned ports[] = {16992, 16993, 16994, 16995, 623, 664};
	size_t missing = 0, had = 0;
	struct amt_buf b;

	if (!k->spns.n) {
		dev_say(j, "X.D15", AMT_WARN, AMT_DEVC_kerberos,
			"the device names no service principal");
		return;
	}
	amt_buf_init(&b, 64);
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		char suffix[8];
		bool found = false;
		snprintf(suffix, sizeof(suffix), ":%u", ports[i]);
		for (size_t s = 0; s < k->spns.n; s++)
			found = found || amt_str_ends(k->spns.v[s], suffix);
		had += found;
		missing += !found;
		if (!found)
			amt_buf_printf(&b, "%s%u", b.len ? ", " : "", ports[i]);
	}
	if (missing && had)
		dev_say(j, "X.D15", AMT_WARN, AMT_DEVC_kerberos,
			"of the six service principals those for the ports %s are missing",
			amt_buf_cstr(&b));
	amt_buf_free(&b);
}

static void judge_kerberos(struct dev_judge *j)
{
	const struct amt_dev_kerberos *k = amt_dev_first(j->d, kerberos);
	bool aes, rc4;

	if (!k || k->enabled != AMT_YES)
		return;
	judge_spns(j, k);
	judge_spn_names(j, k);
	if (j->e->realm && k->realm) {
		bool same = amt_strcasecmp(k->realm, j->e->realm) == 0;
		dev_say(j, "X.D15", same ? AMT_PASS : AMT_FAIL, AMT_DEVC_kerberos,
			"the device's realm is '%s'%s%s", k->realm,
			same ? "" : ", the domain's is ", same ? "" : j->e->realm);
	}
	if (j->e->key_version && k->key_version != AMT_DEV_NONE) {
		bool same = k->key_version == j->e->key_version;
		/* AMT does not compare it with the ticket's (handbook kerberos 1.4): a wrong key is
		 * a failure, a wrong number is not. */
		dev_say(j, "X.D15", same ? AMT_PASS : AMT_WARN, AMT_DEVC_kerberos,
			"the device's key has version %lld, the directory's %lld%s",
			(long long)k->key_version, (long long)j->e->key_version,
			same ? ""
			     : ": AMT does not compare them, but a password changed since would "
			       "leave it with a key that opens no ticket");
	}
	rc4 = k->algorithm == 0;
	aes = k->algorithm == 1 || k->algorithm == 2 || dev_has_int(&k->configured, 1) ||
	      dev_has_int(&k->configured, 2);
	if (aes)
		dev_say(j, "X.D16", AMT_PASS, AMT_DEVC_kerberos,
			"the device uses AES for Kerberos");
	else if (rc4)
		dev_say(j, "X.D16", AMT_WARN, AMT_DEVC_kerberos,
			"the device uses RC4 for Kerberos%s: a domain that has RC4 disabled can't "
			"issue "
			"tickets for it",
			dev_has_int(&k->supported, 1) || dev_has_int(&k->supported, 2)
				? ", though it could do AES"
				: "");
}

/* The device's time against the middle of question and answer (1.1, clock skew). */
static void judge_clock(struct dev_judge *j)
{
	const struct amt_dev_kerberos *k = amt_dev_first(j->d, kerberos);
	const struct amt_dev_clock *c = amt_dev_first(j->d, clock);
	const struct amt_dev_source *s = &j->d->source[AMT_DEVC_time];
	int64_t tolerance = TOLERANCE_MINUTES;
	enum amt_verdict v;

	if (!dev_have(j, "S5.C03a", AMT_DEVC_time))
		return;
	int64_t ta0 = j->d->time.v[0].ta0;
	if (ta0 == AMT_DEV_NONE || ta0 > INT64_C(100000000000) || ta0 < 0 ||
	    s->asked == AMT_TIME_NONE || s->answered == AMT_TIME_NONE) {
		dev_say(j, "S5.C03a", AMT_UNKNOWN, AMT_DEVC_time,
			"the device's clock can't be compared: its time or ours is missing");
		return;
	}
	if (k && k->tolerance_minutes > 0 && k->tolerance_minutes < 1440)
		tolerance = k->tolerance_minutes;
	amt_time middle = s->asked + (s->answered - s->asked) / 2;
	double skew = (double)(ta0 * AMT_SECOND - middle) / AMT_SECOND;
	double size = skew < 0 ? -skew : skew;
	v = size > (double)tolerance * 60 ? AMT_FAIL : size > 120 ? AMT_WARN : AMT_PASS;
	struct amt_finding *f =
		dev_say(j, "S5.C03a", v, AMT_DEVC_time,
			"the device's clock is %.0f s %s this computer's (tolerance %lld min)",
			size, skew < 0 ? "behind" : "ahead of", (long long)tolerance);
	double hours = size / 3600, whole = (double)(int64_t)(hours + 0.5);
	if (v == AMT_FAIL && whole >= 1 && whole <= 14 && hours - whole < 0.1 &&
	    whole - hours < 0.1 && c && c->source == 0)
		amt_finding_evidence(j->fs, f, "AMT_TimeSynchronizationService", "TimeSource",
				     "0: never set by software, and off by whole hours, so the "
				     "clock chip probably holds local time");
}

enum { ALL_RIGHTS = 7 };

/* Of the realms that consoles need; PT Administration (3) has them all. */
static unsigned rights(const struct amt_dev_acl *a)
{
	static const int64_t needed[] = {2, 5, 13};
	unsigned has = 0;

	for (unsigned i = 0; i < 3; i++)
		if (dev_has_int(&a->realms, 3) || dev_has_int(&a->realms, needed[i]))
			has |= 1U << i;
	return has;
}

static bool for_network(const struct amt_dev_acl *a)
{
	return a->access == AMT_DEV_NONE || a->access == 1 || a->access == 2;
}

static bool usable(const struct amt_dev_acl *a)
{
	return a->enabled != AMT_NO && for_network(a);
}

static int worth(const struct amt_dev_acl *a)
{
	return (usable(a) ? 4 : 0) + __builtin_popcount(rights(a));
}

/* "Helpdesk (S-1-5-...)" where the name is known. */
static const char *who(const struct dev_judge *j, const char *sid, char *out, size_t size)
{
	for (size_t i = 0; i + 1 < j->e->sid_names.n; i += 2)
		if (strcmp(j->e->sid_names.v[i], sid) == 0) {
			snprintf(out, size, "%s (%s)", j->e->sid_names.v[i + 1], sid);
			return out;
		}
	return sid;
}

/* Who else stands in the list, and what for. */
static void list_entries(struct dev_judge *j, struct amt_finding *f)
{
	for (size_t i = 0; i < j->d->acl.n && i < 16; i++) {
		const struct amt_dev_acl *a = &j->d->acl.v[i];
		char text[512];
		struct amt_buf b;
		amt_buf_init(&b, 1024);
		for (size_t k = 0; k < a->realms.n; k++)
			amt_buf_printf(&b, "%s%s (%lld)", k ? ", " : "",
				       amt_realm_name(a->realms.v[k]), (long long)a->realms.v[k]);
		amt_finding_evidence(j->fs, f, "access list",
				     a->enabled == AMT_NO ? "disabled" : NULL, "%s: %s",
				     a->sid ? who(j, a->sid, text, sizeof(text)) : OR(a->user),
				     b.len ? amt_buf_cstr(&b) : "no realms");
		amt_buf_free(&b);
	}
}

/* What all entries that let the operator in have together. */
static unsigned together(const struct dev_judge *j)
{
	unsigned has = 0;

	for (size_t i = 0; i < j->d->acl.n; i++) {
		const struct amt_dev_acl *a = &j->d->acl.v[i];
		if (a->sid && usable(a) && amt_strlist_has(&j->e->sids, a->sid))
			has |= rights(a);
	}
	return has;
}

static void judge_realms(struct dev_judge *j, const struct amt_dev_acl *a, const char *sid)
{
	unsigned own = rights(a), all = usable(a) ? together(j) : own;
	bool redir = all & 1, power = all & 2, info = all & 4;

	if (own == ALL_RIGHTS)
		dev_say(j, "S5.C04", AMT_PASS, AMT_DEVC_acl, "%s has the realms that consoles need",
			sid);
	else if (all == ALL_RIGHTS)
		dev_say(j, "S5.C04", AMT_WARN, AMT_DEVC_acl,
			"%s has not all realms that consoles need, only several of the operator's "
			"entries together; that AMT adds them up is not confirmed",
			sid);
	else
		dev_say(j, "S5.C04", AMT_FAIL, AMT_DEVC_acl, "%s lacks the realm%s%s%s%s%s%s", sid,
			redir + power + info < 2 ? "s" : "", redir ? "" : " Redirection (2)",
			!redir && (!power || !info) ? "," : "", power ? "" : " Remote Control (5)",
			!power && !info ? "," : "", info ? "" : " General Info (13)");
}

static void judge_entry(struct dev_judge *j, const struct amt_dev_acl *a)
{
	char name[512];
	const char *sid = who(j, a->sid, name, sizeof(name));

	if (a->enabled == AMT_NO)
		dev_say(j, "S5.C05", AMT_FAIL, AMT_DEVC_acl, "the entry of %s is disabled", sid);
	else if (!for_network(a))
		dev_say(j, "S5.C05", AMT_FAIL, AMT_DEVC_acl,
			"the entry of %s is for local access only", sid);
	else if (a->access == AMT_DEV_NONE)
		dev_say(j, "S5.C05", AMT_UNKNOWN, AMT_DEVC_acl,
			"the operator is in the access list by %s, but whether for access from the "
			"network is not told",
			sid);
	else
		dev_say(j, "S5.C05", AMT_PASS, AMT_DEVC_acl,
			"the operator is in the access list by %s", sid);
	judge_realms(j, a, sid);
}

static void judge_acl(struct dev_judge *j)
{
	const struct amt_dev_acl *best = NULL; /* by one of his entries the operator gets in */
	const char *unread = j->d->source[AMT_DEVC_acl].error;
	size_t kerberos = 0;
	struct amt_finding *f;

	if (j->d->source[AMT_DEVC_acl].state != AMT_DEV_READ) {
		dev_have(j, "S5.C05", AMT_DEVC_acl);
		return;
	}
	for (size_t i = 0; i < j->d->acl.n; i++) {
		const struct amt_dev_acl *a = &j->d->acl.v[i];
		kerberos += a->sid != NULL;
		if (a->sid && amt_strlist_has(&j->e->sids, a->sid) &&
		    (!best || worth(a) > worth(best)))
			best = a;
	}
	if (best) {
		judge_entry(j, best);
		return;
	}
	if (unread)
		f = dev_say(j, "S5.C05", AMT_UNKNOWN, AMT_DEVC_acl,
			    "the access list was read in part only (%s)", unread);
	else if (j->e->sids.n)
		f = dev_say(j, "S5.C05", AMT_FAIL, AMT_DEVC_acl,
			    "neither the operator nor any of his groups is among the %zu domain "
			    "entries of "
			    "the access list",
			    kerberos);
	else if (!kerberos)
		f = dev_say(
			j, "S5.C05", AMT_WARN, AMT_DEVC_acl,
			"the access list has no domain account at all: only digest accounts get "
			"in");
	else
		f = dev_say(j, "S5.C05", AMT_UNKNOWN, AMT_DEVC_acl,
			    "the access list has %zu domain entries; give the operator's SIDs to "
			    "compare",
			    kerberos);
	list_entries(j, f);
}

void dev_judge_access(struct dev_judge *j)
{
	judge_negotiate(j);
	judge_kerberos(j);
	judge_clock(j);
	judge_acl(j);
}
