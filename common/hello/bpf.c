#include "hello/bpf.h"

#include "late_pcap.h"

#include <stdlib.h>

struct program {
	uint16_t link;
	bool usable;
	struct bpf_program code;
};

struct hello_bpf {
	const char *expression;
	struct AMT_VEC(struct program) programs;
};

static struct program *compile(struct hello_bpf *b, uint16_t link, struct amt_error *err)
{
	struct program *p = amt_vec_add(&b->programs);
	/* LINKTYPE_RAW is 101 in files; DLT_RAW differs from system to system. */
	pcap_t *dead = pcap_open_dead(link == LINK_RAW ? DLT_RAW : link, HELLO_SNAPLEN_MAX);

	p->link = link;
	p->usable =
		dead && pcap_compile(dead, &p->code, b->expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (!p->usable)
		amt_fail(err, "filter \"%s\": %s", b->expression,
			 dead ? pcap_geterr(dead) : "no memory");
	if (dead)
		pcap_close(dead);
	return p;
}

struct hello_bpf *hello_bpf_new(const char *expression, struct amt_error *err)
{
	struct hello_bpf *b = amt_calloc(1, sizeof(*b));

	b->expression = expression;
	if (compile(b, LINK_ETHERNET, err)->usable)
		return b;
	hello_bpf_free(b);
	return NULL;
}

bool hello_bpf_match(struct hello_bpf *b, const struct hello_packet *p)
{
	struct program *found = NULL;

	for (size_t i = 0; i < b->programs.n && !found; i++)
		if (b->programs.v[i].link == p->link)
			found = &b->programs.v[i];
	if (!found)
		found = compile(b, p->link, NULL);
	struct pcap_pkthdr h = {.caplen = p->caplen, .len = p->len};
	return found->usable && pcap_offline_filter(&found->code, &h, p->data) != 0;
}

void hello_bpf_free(struct hello_bpf *b)
{
	for (size_t i = 0; b && i < b->programs.n; i++)
		if (b->programs.v[i].usable)
			pcap_freecode(&b->programs.v[i].code);
	if (b)
		amt_vec_free(&b->programs);
	free(b);
}
