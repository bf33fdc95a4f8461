/* Words of the facts: outcomes, types, codes, and looking into replies. */
#include "names/message.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *meaning;
} outcomes[AMT_DNS_OUTCOMES] = {
#define AMT_DNS_OUTCOME(id, name, meaning) {name, meaning},
#include "amtdiag/dns_outcomes.def"
#undef AMT_DNS_OUTCOME
};

const char *amt_dns_outcome_name(enum amt_dns_outcome o)
{
	return (unsigned)o < AMT_DNS_OUTCOMES ? outcomes[o].name : "?";
}

const char *amt_dns_outcome_meaning(enum amt_dns_outcome o)
{
	return (unsigned)o < AMT_DNS_OUTCOMES ? outcomes[o].meaning : "?";
}

bool amt_dns_outcome_parse(const char *name, enum amt_dns_outcome *out)
{
	for (unsigned i = 0; i < AMT_DNS_OUTCOMES; i++) {
		if (!strcmp(outcomes[i].name, name)) {
			*out = (enum amt_dns_outcome)i;
			return true;
		}
	}
	return false;
}

bool amt_dns_outcome_definite(enum amt_dns_outcome o)
{
	return o == AMT_DNS_ANSWER || o == AMT_DNS_NODATA || o == AMT_DNS_NXDOMAIN ||
	       o == AMT_DNS_DANGLING || o == AMT_DNS_LOOP;
}

static const struct {
	unsigned type;
	const char *name;
} types[] = {
	{AMT_DNS_A, "A"},     {AMT_DNS_NS, "NS"},   {AMT_DNS_CNAME, "CNAME"},
	{AMT_DNS_SOA, "SOA"}, {AMT_DNS_PTR, "PTR"}, {AMT_DNS_AAAA, "AAAA"},
	{AMT_DNS_SRV, "SRV"}, {0, "UPDATE"},
};

char *amt_dns_type_name(unsigned type, char out[16])
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (types[i].type == type) {
			amt_str_copy(out, 16, types[i].name);
			return out;
		}
	}
	snprintf(out, 16, "TYPE%u", type & 0xffff);
	return out;
}

bool amt_dns_type_parse(const char *name, unsigned *out)
{
	uint64_t v;

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (!strcmp(types[i].name, name)) {
			*out = types[i].type;
			return true;
		}
	}
	if (strncmp(name, "TYPE", 4) != 0 || !amt_num_u64(name + 4, 0, 65535, &v, NULL))
		return false;
	*out = (unsigned)v;
	return true;
}

/* IANA DNS RCODEs, 0 to 10, and 16 (RFC 6891) */
const char *amt_dns_rcode_name(unsigned rcode)
{
	static const char *const names[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
					    "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
					    "NXRRSET", "NOTAUTH", "NOTZONE"};

	if (rcode == 16)
		return "BADVERS";
	return rcode < sizeof(names) / sizeof(*names) ? names[rcode] : "other";
}

const char *amt_dns_value(const struct amt_dns_reply *r, unsigned type, size_t n)
{
	for (size_t i = 0; i < r->n_rr; i++)
		if (r->rr[i].type == type && n-- == 0)
			return r->rr[i].text;
	return NULL;
}

size_t amt_dns_values(const struct amt_dns_reply *r, unsigned type)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_rr; i++)
		n += r->rr[i].type == type;
	return n;
}

bool amt_dns_has_value(const struct amt_dns_reply *r, unsigned type, const char *text)
{
	for (size_t i = 0; i < r->n_rr; i++)
		if (r->rr[i].type == type && dns_name_equal(r->rr[i].text, text))
			return true;
	return false;
}
