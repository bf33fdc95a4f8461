/* Facts of the names room by literals, judged, and what is expected of the findings. */
#ifndef NAMES_SCENE_H
#define NAMES_SCENE_H

#include "names/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define AT ((amt_time)1767225600 * AMT_SECOND)

static struct amt_names_facts facts;
static struct amt_findings found;
static struct amt_context context;

static inline int set_up(void **state)
{
	(void)state;
	memset(&facts, 0, sizeof(facts));
	memset(&found, 0, sizeof(found));
	memset(&context, 0, sizeof(context));
	context.now = AT;
	facts.rounds = 1;
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	amt_names_facts_free(&facts);
	amt_findings_free(&found);
	return 0;
}

static inline void server(const char *address, bool clients)
{
	amt_vec_push(&facts.servers, (struct amt_dns_server){.address = address,
							     .port = 53,
							     .origin = "option",
							     .clients = clients,
							     .questions = 10,
							     .answered = 10});
}

/* "A 10.0.0.1,CNAME x" in the order given; NULL: no records. */
static inline struct amt_dns_reply reply(unsigned s, const char *name, unsigned type,
					 enum amt_dns_outcome o, const char *values)
{
	struct amt_dns_reply r = {
		.name = name, .type = (uint16_t)type, .server = (uint16_t)s, .at = AT, .tries = 1};
	char copy[512], *save = NULL;

	r.outcome = (uint8_t)o;
	r.rcode = o == AMT_DNS_NXDOMAIN ? 3 : 0;
	r.ms = 1.5f;
	r.rr = amt_arena_array(&facts.arena, 8, sizeof(*r.rr));
	amt_str_copy(copy, sizeof(copy), values ? values : "");
	for (char *v = strtok_r(copy, ",", &save); v; v = strtok_r(NULL, ",", &save)) {
		char *text = strchr(v, ' ');
		unsigned t = 0;
		*text++ = '\0';
		assert_true(amt_dns_type_parse(v, &t));
		r.rr[r.n_rr++] =
			(struct amt_dns_rr){(uint16_t)t, 300, amt_arena_strdup(&facts.arena, text)};
		r.ttl = 300;
	}
	return r;
}

static inline void provision(unsigned s, enum amt_dns_outcome o, const char *values)
{
	static const char name[] = "ProvisionServer.x.test";
	struct amt_dns_provision p = {.suffix = "x.test",
				      .a = reply(s, name, AMT_DNS_A, o, values)};

	p.aaaa = reply(s, name, AMT_DNS_AAAA, AMT_DNS_NODATA, NULL);
	amt_vec_push(&facts.provision, p);
}

static inline void point(const char *address)
{
	amt_vec_push(&facts.service_point_addresses, address);
}

static inline const struct amt_finding *find(const char *id, const char *subject)
{
	for (size_t i = 0; i < found.list.n; i++)
		if (!strcmp(found.list.v[i]->item->id, id) &&
		    (!subject || !strcmp(found.list.v[i]->subject, subject)))
			return found.list.v[i];
	return NULL;
}

static inline void judge(void)
{
	amt_findings_free(&found);
	memset(&found, 0, sizeof(found));
	amt_names_judge(&facts, &context, &found);
}

static inline void expect(const char *id, const char *subject, enum amt_verdict v,
			  const char *words)
{
	const struct amt_finding *f = find(id, subject);

	/* A group of each verdict may have the same subject. */
	for (size_t i = 0; i < found.list.n; i++)
		if (!strcmp(found.list.v[i]->item->id, id) && found.list.v[i]->verdict == v &&
		    !strcmp(found.list.v[i]->subject, subject))
			f = found.list.v[i];
	if (!f)
		fail_msg("no finding %s %s", id, subject ? subject : "");
	else if (f->verdict != v || !strstr(f->summary, words))
		fail_msg("%s is %s: %s (wanted %s: %s)", id, amt_verdict_name(f->verdict),
			 f->summary, amt_verdict_name(v), words);
}

static inline struct amt_dns_host *host(const char *name, const char *a, const char *ptr)
{
	struct amt_dns_host h = {.target = {.name = name, .source = "c.csv line 2"}};
	char reverse[80];

	h.forward.v = amt_arena_array(&facts.arena, 2, sizeof(*h.forward.v));
	h.forward.v[h.forward.n++] =
		reply(0, name, AMT_DNS_A, a ? AMT_DNS_ANSWER : AMT_DNS_NXDOMAIN, a);
	const char *address = amt_dns_value(&h.forward.v[0], AMT_DNS_A, 0);
	if (address && amt_dns_reverse_name(address, reverse, sizeof(reverse))) {
		h.reverse.v = amt_arena_array(&facts.arena, 1, sizeof(*h.reverse.v));
		h.reverse.v[h.reverse.n++] =
			reply(0, amt_arena_strdup(&facts.arena, reverse), AMT_DNS_PTR,
			      ptr ? AMT_DNS_ANSWER : AMT_DNS_NXDOMAIN, ptr);
	}
	h.index = facts.hosts.n;
	amt_vec_push(&facts.hosts, h);
	facts.hosts_seen++;
	return &facts.hosts.v[facts.hosts.n - 1];
}

static inline struct amt_dhcp_reply offer(const char *from)
{
	static const char *const dns[] = {"10.0.0.1", NULL};

	return (struct amt_dhcp_reply){.source = "eth0",
				       .server = from,
				       .sender = from,
				       .kind = AMT_DHCP_OFFER,
				       .asked = AMT_DHCP_DISCOVER,
				       .yiaddr = "10.0.0.200",
				       .lease = 3600,
				       .fqdn_flags = -1,
				       .dns = dns,
				       .domain = "x.test",
				       .at = AT,
				       .copies = 1};
}

#endif
