/* The judges' shared part: evidence, and one finding for many hosts with one cause. */
#include "names/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void join(struct amt_buf *b, const struct amt_dns_reply *r, unsigned type)
{
	const char *v;

	for (size_t i = 0; (v = amt_dns_value(r, type, i)); i++) {
		if (i == 8) {
			amt_buf_printf(b, " and %zu more", amt_dns_values(r, type) - i);
			break;
		}
		amt_buf_printf(b, "%s%s", i ? ", " : "", v);
	}
}

char *judge_answer_text(struct amt_arena *a, const struct amt_dns_reply *r)
{
	struct amt_buf b;
	char *text;

	amt_buf_init(&b, 4096);
	join(&b, r, r->type);
	bool got = b.len > 0;
	if (!got)
		amt_buf_printf(&b, "%s", amt_dns_outcome_name((enum amt_dns_outcome)r->outcome));
	if (r->outcome == AMT_DNS_RCODE)
		amt_buf_printf(&b, " %u (%s)", r->rcode, amt_dns_rcode_name(r->rcode));
	if (r->type != AMT_DNS_CNAME && amt_dns_values(r, AMT_DNS_CNAME)) {
		amt_buf_str(&b, got ? " by way of " : ", alias ");
		join(&b, r, AMT_DNS_CNAME);
	}
	if (!got)
		amt_buf_printf(&b, ": %s",
			       amt_dns_outcome_meaning((enum amt_dns_outcome)r->outcome));
	if (r->flags & AMT_DNS_UDP_LOST)
		amt_buf_str(&b, "; only over TCP, UDP had no answer");
	else if (r->flags & AMT_DNS_TCP)
		amt_buf_str(&b, "; cut over UDP, whole over TCP");
	if (r->flags & AMT_DNS_TCP_FAILED)
		amt_buf_str(&b, "; cut over UDP, and TCP failed");
	text = amt_arena_strndup(a, amt_buf_cstr(&b), b.len);
	amt_buf_free(&b);
	return text;
}

void judge_evidence(struct judging *j, struct amt_finding *f, const struct amt_dns_reply *r)
{
	char server[96], type[16], when[AMT_TIME_TEXT], locator[1200], extra[96] = "";

	if (!f)
		return;
	snprintf(locator, sizeof(locator), "%s %s", r->name, amt_dns_type_name(r->type, type));
	if (r->outcome == AMT_DNS_ANSWER)
		snprintf(extra, sizeof(extra), ", ttl %u s, %.1f ms%s", r->ttl, (double)r->ms,
			 r->tries > 1 && !(r->flags & AMT_DNS_TCP) ? ", not at the first try" : "");
	else if (r->ms > 0)
		snprintf(extra, sizeof(extra), ", %.1f ms", (double)r->ms);
	amt_finding_evidence(j->fs, f, server_text(j->f, r->server, server), locator, "%s%s, %s",
			     judge_answer_text(&j->fs->arena, r), extra,
			     amt_time_format(r->at, when));
}

static struct group *group_of(struct judging *j, const char *id, enum amt_verdict v,
			      const char *reason)
{
	char key[512];
	bool is_new;

	snprintf(key, sizeof(key), "%s\n%d\n%s", id, (int)v, reason);
	union amt_map_value *place = amt_map_put_str(&j->groups, key, &is_new);
	if (is_new) {
		if (j->n_groups == j->cap_groups) {
			j->cap_groups = j->cap_groups ? 2 * j->cap_groups : 16;
			j->group = amt_reallocarray(j->group, j->cap_groups, sizeof(*j->group));
		}
		place->n = j->n_groups;
		j->group[j->n_groups++] = (struct group){.reason = reason};
	}
	return &j->group[place->n];
}

struct amt_finding *judge_host(struct judging *j, const char *id, enum amt_verdict v,
			       const struct amt_dns_host *h, const char *reason, const char *detail)
{
	struct group *g;

	if (!j->grouped) {
		struct amt_finding *f = amt_finding_add(j->fs, id, v, h->target.name, "%s", detail);
		if (v != AMT_PASS && h->target.source)
			amt_finding_evidence(j->fs, f, h->target.source, NULL, "%s",
					     h->target.name);
		return f;
	}
	g = group_of(j, id, v, reason);
	if (!g->finding) {
		g->finding = amt_finding_add(j->fs, id, v, "", "%s", detail);
		g->only = h->target.name;
	}
	if (g->count++ >= EVIDENCE_HOSTS || v == AMT_PASS)
		return NULL;
	amt_finding_evidence(j->fs, g->finding, h->target.source ? h->target.source : "argument",
			     h->target.name, "%s", detail);
	return NULL;
}

void judge_groups_close(struct judging *j)
{
	for (size_t i = 0; i < j->n_groups; i++) {
		struct group *g = &j->group[i];
		if (g->count == 1) {
			g->finding->subject = amt_arena_strdup(&j->fs->arena, g->only);
			continue;
		}
		g->finding->subject = "hosts";
		g->finding->summary =
			amt_arena_printf(&j->fs->arena, "%llu of %zu hosts: %s",
					 (unsigned long long)g->count, j->f->hosts.n, g->reason);
	}
	free(j->group);
	amt_map_free(&j->groups);
	amt_map_free(&j->owners);
}

void amt_names_judge(const struct amt_names_facts *f, const struct amt_context *ctx,
		     struct amt_findings *fs)
{
	struct judging j = {
		.f = f, .ctx = ctx, .fs = fs, .grouped = f->hosts.n > AMT_NAMES_GROUP_ABOVE};

	judge_dhcp(&j);
	judge_servers(&j);
	judge_provision(&j);
	judge_hosts(&j);
	judge_groups_close(&j);
}
