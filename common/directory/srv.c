/* Domain controllers by SRV record, through the system's resolver. */
#include "amtdiag/directory.h"

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdlib.h>

struct srv {
	unsigned priority, weight, port;
	char name[NS_MAXDNAME];
};

static int better(const void *a, const void *b)
{
	const struct srv *x = a, *y = b;
	return x->priority != y->priority
		       ? (x->priority > y->priority) - (x->priority < y->priority)
		       : (x->weight < y->weight) - (x->weight > y->weight);
}

bool directory_srv(const char *name, struct amt_arena *a, struct amt_strlist *out,
		   struct amt_error *err)
{
	enum { MOST = 256 };
	unsigned char answer[65536];
	struct AMT_VEC(struct srv) list = {0};
	ns_msg msg;
	ns_rr rr;

	int n = res_query(name, ns_c_in, ns_t_srv, answer, sizeof(answer));
	if (n < 0 || ns_initparse(answer, n < (int)sizeof(answer) ? n : (int)sizeof(answer), &msg))
		return amt_fail(err, "looking up %s (SRV): no usable answer", name);
	for (int i = 0; i < ns_msg_count(msg, ns_s_an) && list.n < MOST; i++) {
		if (ns_parserr(&msg, ns_s_an, i, &rr) || ns_rr_type(rr) != ns_t_srv ||
		    ns_rr_rdlen(rr) < 7)
			continue;
		const unsigned char *p = ns_rr_rdata(rr);
		struct srv s = {.priority = ns_get16(p),
				.weight = ns_get16(p + 2),
				.port = ns_get16(p + 4)};
		if (dn_expand(ns_msg_base(msg), ns_msg_end(msg), p + 6, s.name, sizeof(s.name)) > 0)
			amt_vec_push(&list, s);
	}
	if (list.n)
		qsort(list.v, list.n, sizeof(*list.v), better);
	for (size_t i = 0; i < list.n; i++)
		amt_vec_push(out, amt_arena_printf(a, "%s:%u", list.v[i].name, list.v[i].port));
	bool any = list.n > 0;
	amt_vec_free(&list);
	return any || amt_fail(err, "looking up %s (SRV): no such record", name);
}
