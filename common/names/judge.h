/* Private to the judges of names and leases. All pure. */
#ifndef AMTDIAG_NAMES_JUDGE_H
#define AMTDIAG_NAMES_JUDGE_H

#include "names/view.h"

#include "amtdiag/core/map.h"

#define EVIDENCE_HOSTS 40 /* hosts shown in a grouped finding */

struct judging {
	const struct amt_names_facts *f;
	const struct amt_context *ctx;
	struct amt_findings *fs;
	bool grouped;          /* too many hosts for a finding each */
	struct amt_map groups; /* "id\nverdict\nreason" to an index in group */
	struct group {
		struct amt_finding *finding;
		const char *reason;
		uint64_t count;
		const char *only; /* the host, while it is one */
	} * group;
	size_t n_groups, cap_groups;
	struct amt_map
		owners; /* address to host index + 1: the first host of the list that has it */
};

/* A reply as evidence: server, question, answer, time. */
void judge_evidence(struct judging *j, struct amt_finding *f, const struct amt_dns_reply *r);
/* The answer in words: "10.8.0.30 by way of sp1.example.com", "nxdomain: the name does not exist".
 */
char *judge_answer_text(struct amt_arena *a, const struct amt_dns_reply *r);
/*
 * A finding about one host, or its place in the finding of all hosts with the
 * same reason. reason completes "N hosts: ..."; detail is the sentence for one.
 * NULL when the group has enough evidence already.
 */
struct amt_finding *judge_host(struct judging *j, const char *id, enum amt_verdict v,
			       const struct amt_dns_host *h, const char *reason,
			       const char *detail);
void judge_groups_close(struct judging *j);

void judge_provision(struct judging *j);
void judge_servers(struct judging *j);
void judge_hosts(struct judging *j);
void judge_dhcp(struct judging *j);

#endif
