/* S3.C06a-c, S3.C03, P.18, P.21, P.22, P.32, P.40, S1.V10, S1.V13: the hosts. */
#include "names/judge.h"

#include <stdio.h>
#include <string.h>

#define DYNAMIC_TTL                                                                                \
	1200 /* seconds: what DHCP servers and clients register lives this long at most */

static const char *list(struct judging *j, const char *const *v, size_t n)
{
	struct amt_buf b;

	if (n == 1)
		return v[0];
	amt_buf_init(&b, 4096);
	for (size_t i = 0; i < n; i++)
		amt_buf_printf(&b, "%s%s", i ? ", " : "", v[i]);
	const char *s = amt_arena_strndup(&j->fs->arena, amt_buf_cstr(&b), b.len);
	amt_buf_free(&b);
	return s;
}

static void show(struct judging *j, struct amt_finding *fi, const struct amt_dns_replies *l,
		 unsigned type)
{
	for (size_t i = 0; fi && i < l->n; i++)
		if (l->v[i].type == type)
			judge_evidence(j, fi, &l->v[i]);
}

static bool holds(const char *const *v, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (dns_name_equal(v[i], s))
			return true;
	return false;
}

struct verdict {
	enum amt_verdict v;
	const char *reason, *detail;
};
/* A pass in a group is counted, not told: its sentence is not made. */
#define SAY(v, reason, ...)                                                                        \
	((struct verdict){v, reason,                                                               \
			  j->grouped && (v) == AMT_PASS                                            \
				  ? reason                                                         \
				  : amt_arena_printf(&j->fs->arena, __VA_ARGS__)})

/* Another host of the list with one of its addresses: one of the two records is stale. */
static const char *shares(struct judging *j, const struct amt_dns_host *h,
			  const struct host_view *v, const char **address)
{
	/* An alias has the addresses of its target by design. */
	for (size_t i = 0; !v->alias && i < v->n_addresses; i++) {
		const union amt_map_value *owner = amt_map_get_str(&j->owners, v->address[i]);
		const struct amt_dns_host *all = j->f->hosts.v;
		*address = v->address[i];
		if (!owner || owner->n >> 32 == 0)
			continue;
		const struct amt_dns_host *first = &all[(owner->n & UINT32_MAX) - 1];
		return first == h ? all[(owner->n >> 32) - 1].target.name : first->target.name;
	}
	return NULL;
}

/* Addresses at which no service point reaches anybody (RFC 6890); NULL: it is none of them.
 * Loopback ones are let be: sites of one machine, as test sites are, live on them. */
static const char *out_of_reach(const char *address)
{
	uint64_t first;
	char head[4];

	amt_str_copy(head, sizeof(head), address);
	head[strcspn(head, ".")] = '\0';
	if (!amt_num_u64(head, 0, 255, &first, NULL))
		return NULL;
	if (amt_str_begins(address, "169.254."))
		return "link-local: it had no DHCP lease when it was registered";
	return first == 0 || first >= 224 ? "not an address of one machine" : NULL;
}

static struct verdict forward(struct judging *j, const struct amt_dns_host *h,
			      const struct host_view *v)
{
	const char *all = list(j, v->address, v->n_addresses), *address, *other;

	if (v->forward == VIEW_UNKNOWN)
		return SAY(AMT_UNKNOWN, "no server gave a definite answer",
			   "no server gave a definite answer: %s",
			   amt_dns_outcome_name((enum amt_dns_outcome)h->forward.v[0].outcome));
	if (v->broken_alias)
		return SAY(AMT_FAIL, "an alias that leads nowhere",
			   "is an alias of %s, which leads nowhere",
			   v->alias ? v->alias : "itself");
	if (v->forward == VIEW_MISSING && v->n_addresses6)
		return SAY(AMT_FAIL, "an IPv6 address only",
			   "has an IPv6 address only; AMT is reached over IPv4");
	if (v->forward == VIEW_MISSING)
		return SAY(AMT_FAIL, "no address in DNS", "has no address in DNS");
	if (!v->agree)
		return SAY(AMT_FAIL, "the servers do not agree", "the servers do not agree: %s",
			   all);
	for (size_t i = 0; i < v->n_addresses; i++)
		if ((other = out_of_reach(v->address[i])))
			return SAY(AMT_FAIL, "an address that the service point cannot reach",
				   "is %s in DNS, which is %s", v->address[i], other);
	if (h->target.address && !holds(v->address, v->n_addresses, h->target.address))
		return SAY(AMT_FAIL, "DNS has another address than the inventory",
			   "is %s in DNS, but %s in the inventory", all, h->target.address);
	if ((other = shares(j, h, v, &address)))
		return SAY(
			v->reverse == VIEW_MATCH && v->n_ptr == 1 ? AMT_WARN : AMT_FAIL,
			"an address that another host of the list has as well: one record is stale",
			"leads to %s, and so does %s: one of the two records is stale", address,
			other);
	if (v->flap)
		return SAY(AMT_WARN, "the answer changed during the run",
			   "the answer changed during the run: %s", all);
	if (v->n_addresses > 1)
		return SAY(AMT_WARN, "several addresses",
			   "has several addresses (%s): the service point may pick one where AMT "
			   "is not",
			   all);
	if (v->alias)
		return SAY(AMT_WARN, "an alias, not a host record of its own",
			   "is an alias of %s; the certificate and the service principal carry the "
			   "real name",
			   v->alias);
	if (v->silent)
		return SAY(AMT_WARN, "some servers did not answer",
			   "is %s, but %u servers gave no answer", all, v->silent);
	return SAY(AMT_PASS, "forward look-up is the same at every server",
		   "is %s at every server asked", all);
}

static struct verdict reverse(struct judging *j, const struct host_view *v)
{
	const char *all = list(j, v->ptr, v->n_ptr);

	switch (v->reverse) {
	case VIEW_UNKNOWN:
		return SAY(AMT_UNKNOWN, "no server gave a definite answer about the address",
			   "no server gave a definite answer about its address");
	case VIEW_MISSING:
		return SAY(AMT_WARN, "no PTR record", "its address has no PTR record");
	case VIEW_OTHER:
		return v->given_address || v->ptr_unbacked
			       ? SAY(AMT_FAIL, "a PTR to a name that does not lead back",
				     "its address leads to %s, which does not lead back to it", all)
			       : SAY(AMT_FAIL, "a PTR to another name",
				     "its address leads to %s instead", all);
	default:
		break;
	}
	if (v->alias_ptr)
		return SAY(AMT_WARN, "an alias: the address leads to the real name",
			   "is an alias, and its address leads to the real name %s", all);
	if (!v->reverse_agree)
		return SAY(AMT_WARN, "the servers do not agree about the PTR record",
			   "the servers do not agree about its PTR record: %s", all);
	if (v->reverse_gap)
		return SAY(AMT_WARN, "an address without a PTR to the name",
			   "not every address leads back to it: %s", all);
	if (v->n_ptr > 1)
		return SAY(AMT_WARN, "several PTR records", "its address has several names: %s",
			   all);
	return SAY(AMT_PASS, "reverse look-up leads back to the name",
		   "its address leads back to %s", all);
}

/* Is everything that DNS gives the client's own, as far as the inventory knows it? */
static bool all_own(const struct amt_dns_host *h, const struct host_view *v)
{
	const char *own[] = {h->target.address, h->target.wireless};

	for (size_t i = 0; i < v->n_addresses; i++)
		if (!holds(own, own[1] ? 2 : 1, v->address[i]))
			return false;
	return true;
}

/* Over several rounds: any change is a warning, any wrong computer a failure. */
static struct verdict lasting(struct judging *j, const struct amt_dns_host *h,
			      const struct host_view *v)
{
	unsigned rounds = j->f->rounds;

	if (v->reverse == VIEW_OTHER)
		return SAY(AMT_FAIL, "the address leads to another computer",
			   "its address leads to another computer (%s) within %u rounds",
			   list(j, v->ptr, v->n_ptr), rounds);
	if (v->flap && h->target.address && !all_own(h, v))
		return SAY(AMT_FAIL, "an answer leads to another computer",
			   "the answer changed within %u rounds, and not always to its own "
			   "address: %s",
			   rounds, list(j, v->address, v->n_addresses));
	if (v->flap)
		return SAY(AMT_WARN, "the answer changed between rounds",
			   "the answer changed within %u rounds", rounds);
	if (v->consistent == AMT_YES)
		return SAY(AMT_PASS, "both directions agree in every round",
			   "both directions agree in all %u rounds", rounds);
	return SAY(v->consistent == AMT_NO ? AMT_WARN : AMT_UNKNOWN,
		   "the two directions do not agree",
		   "the two directions do not agree in %u rounds", rounds);
}

static void judge_look_up(struct judging *j, const struct amt_dns_host *h,
			  const struct host_view *v)
{
	struct verdict w;

	if (v->forward == VIEW_NOT_ASKED && !v->given_address)
		judge_host(j, "S3.C06a", AMT_UNKNOWN, h, "no DNS server to ask",
			   "there was no DNS server to ask");
	if (v->forward != VIEW_NOT_ASKED) {
		w = forward(j, h, v);
		show(j, judge_host(j, "S3.C06a", w.v, h, w.reason, w.detail), &h->forward,
		     AMT_DNS_A);
	}
	if (v->reverse != VIEW_NOT_ASKED) {
		w = reverse(j, v);
		show(j, judge_host(j, "S3.C06b", w.v, h, w.reason, w.detail), &h->reverse,
		     AMT_DNS_PTR);
	}
	if (j->f->rounds > 1 && v->forward != VIEW_NOT_ASKED) {
		w = lasting(j, h, v);
		show(j, judge_host(j, "S3.C06c", w.v, h, w.reason, w.detail), &h->forward,
		     AMT_DNS_A);
	}
}

static void judge_registration(struct judging *j, const struct amt_dns_host *h,
			       const struct host_view *v)
{
	const char *all = list(j, v->address, v->n_addresses);
	struct verdict w;

	if (v->forward == VIEW_MISSING)
		w = SAY(AMT_FAIL, "no host record", "nobody has registered it in DNS");
	else if (h->target.address && v->forward == VIEW_MATCH &&
		 holds(v->address, v->n_addresses, h->target.address) && !all_own(h, v))
		w = SAY(AMT_WARN, "registered with other addresses as well",
			"is registered with %s and with others: %s", h->target.address, all);
	else if (h->target.address && v->forward == VIEW_MATCH)
		w = holds(v->address, v->n_addresses, h->target.address)
			    ? SAY(AMT_PASS, "registered with the address of the inventory",
				  "is registered with %s", h->target.address)
			    : SAY(AMT_FAIL, "registered with an old address",
				  "is registered with %s, but is at %s", all, h->target.address);
	else
		return;
	show(j, judge_host(j, "P.21", w.v, h, w.reason, w.detail), &h->forward, AMT_DNS_A);
}

static void judge_wireless(struct judging *j, const struct amt_dns_host *h,
			   const struct host_view *v)
{
	const char *all = list(j, v->address, v->n_addresses);
	struct verdict w;

	if (!h->target.wireless || v->forward <= VIEW_UNKNOWN)
		return;
	if (!holds(v->address, v->n_addresses, h->target.wireless))
		w = SAY(AMT_FAIL, "the wireless address is not in DNS",
			"does not lead to its wireless address %s (%s)", h->target.wireless,
			v->n_addresses ? all : "no address");
	else if (v->n_addresses > 1)
		w = SAY(AMT_WARN, "wireless and other addresses under one name",
			"leads to its wireless address %s and to others (%s): the wrong one may be "
			"chosen",
			h->target.wireless, all);
	else
		w = SAY(AMT_PASS, "the wireless address is in DNS",
			"leads to its wireless address %s", h->target.wireless);
	show(j, judge_host(j, "P.22", w.v, h, w.reason, w.detail), &h->forward, AMT_DNS_A);
}

static void judge_name_form(struct judging *j, const struct amt_dns_host *h)
{
	unsigned faults = amt_name_check(h->target.name);
	char words[512];
	struct verdict w;

	amt_name_faults(faults, words, sizeof(words));
	if (faults & AMT_NAME_FATAL)
		w = SAY(AMT_FAIL, "a name that AMT does not take", "%s", words);
	else if (faults)
		w = SAY(AMT_WARN, "a name that may give trouble", "%s", words);
	else
		w = SAY(AMT_PASS, "the name is one that AMT takes",
			"has only letters, digits, hyphen and dot");
	judge_host(j, "S3.C03", w.v, h, w.reason, w.detail);
}

static void judge_place(struct judging *j, const struct amt_dns_host *h)
{
	const struct amt_strlist *d = &j->f->ad_domains;
	enum amt_namespace ns = amt_namespace_of(h->target.name, d->v, d->n);
	const char *meaning = amt_namespace_meaning(ns);
	struct verdict w;

	if (!d->n)
		return;
	w = SAY(ns == AMT_NS_SAME || ns == AMT_NS_BELOW ? AMT_PASS
		: ns == AMT_NS_NO_DOMAIN                ? AMT_WARN
							: AMT_FAIL,
		meaning, "%s", meaning);
	judge_host(j, "S1.V10", w.v, h, w.reason, w.detail);
	/* Only the directory knows which domain the computer is in: from the name alone it is a
	 * warning. */
	if (ns == AMT_NS_BELOW || ns == AMT_NS_SAME) {
		w = SAY(ns == AMT_NS_BELOW ? AMT_WARN : AMT_PASS, meaning, "%s", meaning);
		judge_host(j, "P.32", w.v, h, w.reason, w.detail);
	}
}

static void judge_ipv6(struct judging *j, const struct amt_dns_host *h, const struct host_view *v)
{
	struct verdict w;

	if (!v->n_addresses6)
		return;
	w = v->n_addresses ? SAY(AMT_WARN, "an IPv6 address beside the IPv4 one",
				 "has an IPv6 address beside the IPv4 one; AMT needs the IPv4 one "
				 "to be used")
			   : SAY(AMT_FAIL, "an IPv6 address only", "has an IPv6 address only");
	show(j, judge_host(j, "P.40", w.v, h, w.reason, w.detail), &h->forward, AMT_DNS_AAAA);
}

/* ---- over all hosts ---- */

struct totals {
	uint64_t named, found, missing, unknown, asked6, six, dynamic;
	const struct amt_dns_host *example;
};

static void judge_totals(struct judging *j, const struct totals *t)
{
	struct amt_finding *f;

	if (!t->named)
		return;
	f = amt_finding_add(
		j->fs, "P.18",
		t->missing   ? AMT_FAIL
		: t->unknown ? AMT_UNKNOWN
			     : AMT_PASS,
		"hosts",
		"%llu of %llu hosts are found in DNS, %llu are not, %llu could not be decided",
		(unsigned long long)t->found, (unsigned long long)t->named,
		(unsigned long long)t->missing, (unsigned long long)t->unknown);
	if (t->missing && t->example)
		amt_finding_evidence(j->fs, f,
				     t->example->target.source ? t->example->target.source
							       : "argument",
				     t->example->target.name, "the first that is not found");
	if (t->found && t->asked6 && !t->six)
		amt_finding_add(j->fs, "P.40", AMT_PASS, "hosts",
				"%llu hosts have IPv4 addresses, and none has IPv6",
				(unsigned long long)t->found);
	/* Indirect: records that live as shortly as dynamic ones do (catalogue S1.V13). */
	if (t->found && t->dynamic * 2 > t->found)
		amt_finding_add(j->fs, "S1.V13", AMT_PASS, "hosts",
				"%llu of %llu host records live %u seconds or less, as dynamically "
				"registered ones do; a hint, not a proof",
				(unsigned long long)t->dynamic, (unsigned long long)t->found,
				DYNAMIC_TTL);
}

static bool same_host(const struct judging *j, size_t a, size_t b)
{
	return dns_name_equal(j->f->hosts.v[a].target.name, j->f->hosts.v[b].target.name);
}

static void note_owners(struct judging *j)
{
	for (size_t i = 0; i < j->f->hosts.n; i++) {
		const struct amt_dns_host *h = &j->f->hosts.v[i];
		const char *a;
		for (size_t k = 0; k < h->forward.n; k++) {
			if (amt_dns_values(&h->forward.v[k], AMT_DNS_CNAME))
				continue;
			for (size_t n = 0; (a = amt_dns_value(&h->forward.v[k], AMT_DNS_A, n));
			     n++) {
				bool is_new;
				union amt_map_value *v = amt_map_put_str(&j->owners, a, &is_new);
				/* Two are enough to name: the first in the low half, another in the
				 * high one. */
				if (is_new)
					v->n = i + 1;
				else if (v->n >> 32 == 0 &&
					 !same_host(j, (v->n & UINT32_MAX) - 1, i))
					v->n |= (uint64_t)(i + 1) << 32;
			}
		}
	}
}

static void count(struct totals *t, const struct amt_dns_host *h, const struct host_view *v)
{
	if (v->forward == VIEW_NOT_ASKED)
		return;
	t->named++;
	if (v->forward == VIEW_MATCH)
		t->found++;
	else if (v->forward == VIEW_MISSING && t->missing++ == 0)
		t->example = h;
	else if (v->forward == VIEW_UNKNOWN)
		t->unknown++;
	t->asked6 += v->asked6;
	t->six += v->n_addresses6 > 0;
	t->dynamic += v->forward == VIEW_MATCH && v->ttl <= DYNAMIC_TTL;
}

void judge_hosts(struct judging *j)
{
	struct totals t = {0};
	struct host_view v;

	note_owners(j);
	for (size_t i = 0; i < j->f->hosts.n; i++) {
		const struct amt_dns_host *h = &j->f->hosts.v[i];
		host_view(j->f, h, &v);
		count(&t, h, &v);
		judge_look_up(j, h, &v);
		if (v.given_address)
			continue;
		judge_name_form(j, h);
		judge_place(j, h);
		judge_registration(j, h, &v);
		judge_wireless(j, h, &v);
		judge_ipv6(j, h, &v);
	}
	judge_totals(j, &t);
}
