/*
 * Live capture with libpcap: one handle an interface, a large ring, one poll.
 * Everything is opened here, so that the caller can give up its rights before
 * the first packet is looked at.
 */
#include "hello/engine.h"
#include "hello/relate.h"

#include "late_pcap.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#define EXPECT_MAX 256  /* computers that the kernel looks for */
#define BATCH      4096 /* packets of one interface before the others get their turn */

struct device {
	pcap_t *pcap;
	uint32_t capture;
	uint16_t link;
	int fd;
	int64_t fraction; /* nanoseconds in a unit of tv_usec */
	uint64_t frames;
};

struct hello_live {
	struct hello_engine engine;
	struct AMT_VEC(struct device) devices;
	bool uuid_swapped;
};

/* What the handbook advises (hello.md 5.2); VLAN tags shift every offset, so each depth is a term.
 */
const char *hello_live_filter(const struct hello_options *opt, struct amt_arena *a)
{
	struct amt_buf b;
	uint16_t usual = HELLO_PORT;
	const uint16_t *ports = opt->n_ports ? opt->ports : &usual;

	amt_buf_init(&b, 64 * AMT_KIB);
	amt_buf_str(&b,
		    "(tcp portrange 16992-16995 or port 53 or udp port 67 or udp port 68 "
		    "or udp port 546 or udp port 547 or udp port 623 "
		    "or udp port 664 or icmp or icmp6 or (ip[6:2] & 0x3fff != 0) or "
		    /* Fragments, and headers that 'tcp' does not look behind (RFC 8200, 4.1). */
		    "ip6[6] = 44 or ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 60");
	for (size_t i = 0; i < (opt->n_ports ? opt->n_ports : 1); i++)
		amt_buf_printf(&b, " or tcp port %u", ports[i]);
	/* That a computer is there at all is seen by whatever it says. */
	for (size_t i = 0; opt->expect && i < opt->expect->n && i < EXPECT_MAX; i++) {
		struct hello_ip ip;
		char text[HELLO_IP_TEXT];

		if (!i)
			amt_buf_str(&b, " or arp");
		if (hello_ip_parse(opt->expect->v[i], &ip))
			amt_buf_printf(&b, " or src host %s", hello_ip_text(&ip, text));
	}
	amt_buf_byte(&b, ')');
	const char *s = amt_arena_strdup(a, amt_buf_cstr(&b));
	amt_buf_free(&b);
	return s;
}

static bool set_filter(pcap_t *p, const char *name, const char *expression, struct amt_error *err)
{
	struct bpf_program code;

	if (pcap_compile(p, &code, expression, 1, PCAP_NETMASK_UNKNOWN) != 0)
		return amt_fail(err, "filter \"%s\" on %s: %s", expression, name, pcap_geterr(p));
	bool ok = pcap_setfilter(p, &code) == 0;
	if (!ok)
		amt_fail(err, "%s takes no filter: %s", name, pcap_geterr(p));
	pcap_freecode(&code);
	return ok;
}

/* For Ethernet: " or ether src ..." for each. */
static const char *expected_macs(const struct hello_options *opt, struct amt_arena *a)
{
	const char *s = "";

	for (size_t i = 0; opt->expect && i < opt->expect->n && i < EXPECT_MAX; i++) {
		struct hello_mac mac;
		char text[18];

		if (hello_mac_parse(opt->expect->v[i], &mac))
			s = amt_arena_printf(a, "%s or ether src %s", s,
					     hello_mac_text(&mac, text));
	}
	return s;
}

static bool filter(struct hello_live *l, pcap_t *p, const char *name, const char *own,
		   const struct hello_options *opt, struct amt_error *err)
{
	struct amt_arena *a = &l->engine.facts->arena;

	if (own)
		return set_filter(p, name, own, err);
	const char *base = hello_live_filter(opt, a);
	/* Cooked and raw links know no 'vlan' keyword; there the kernel took the tag off, and what
	 * has another one is looked at whatever it is. */
	bool ethernet = pcap_datalink(p) == DLT_EN10MB;
	const char *tagged =
		ethernet ? amt_arena_printf(a, "%s%s or (vlan and (%s or (vlan and %s)))", base,
					    expected_macs(opt, a), base, base)
			 : amt_arena_printf(a, "%s or ether proto 0x8100 or ether proto 0x88a8",
					    base);
	return set_filter(p, name, tagged, NULL) || set_filter(p, name, base, err);
}

static bool refused(int rc, pcap_t *p, const char *name, struct amt_error *err)
{
	const char *more = pcap_geterr(p);

	if (rc == PCAP_ERROR_PERM_DENIED || rc == PCAP_ERROR_PROMISC_PERM_DENIED)
		return amt_fail(
			err,
			"may not capture on %s. Once, as root: setcap cap_net_raw,cap_net_admin+ep "
			"\"$(command -v amt-hellocap)\" - or run it as root",
			name);
	if (rc == PCAP_ERROR_NO_SUCH_DEVICE)
		return amt_fail(err, "there is no interface %s (--list-interfaces shows them)",
				name);
	if (rc == PCAP_ERROR_IFACE_NOT_UP)
		return amt_fail(err, "interface %s is down", name);
	return amt_fail(err, "cannot capture on %s: %s", name, *more ? more : pcap_statustostr(rc));
}

static bool open_device(struct hello_live *l, const struct hello_live_options *o, const char *name,
			const struct hello_options *opt, struct amt_error *err)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	pcap_t *p = pcap_create(name, why);

	if (!p)
		return amt_fail(err, "cannot capture on %s: %s", name, why);
	pcap_set_snaplen(p, (int)HELLO_SNAPLEN_MAX);
	pcap_set_promisc(p, o->promiscuous && strcmp(name, "any") != 0);
	pcap_set_timeout(p, 100);
	pcap_set_buffer_size(p, (int)((o->buffer_mib ? o->buffer_mib : 64) * 1024 * 1024));
	bool nano = pcap_set_tstamp_precision(p, PCAP_TSTAMP_PRECISION_NANO) == 0;
	int rc = pcap_activate(p);
	if (rc < 0) {
		refused(rc, p, name, err);
		pcap_close(p);
		return false;
	}
	if (!filter(l, p, name, o->filter, opt, err) || pcap_setnonblock(p, 1, why) != 0) {
		pcap_close(p);
		return false;
	}
	struct device *d = amt_vec_add(&l->devices);
	d->pcap = p;
	d->fd = pcap_get_selectable_fd(p);
	d->link = (uint16_t)pcap_datalink(p);
	d->fraction = nano ? 1 : 1000;
	d->capture = hello_engine_capture(&l->engine, name, "live");
	struct hello_capture *c = &l->engine.facts->captures.v[d->capture];
	c->live = true;
	c->snaplen = (uint32_t)pcap_snapshot(p);
	c->link = hello_link_name(d->link);
	return true;
}

struct hello_live *hello_live_open(const struct hello_live_options *o,
				   const struct hello_options *opt, struct hello_facts *facts,
				   struct amt_notes *notes, struct amt_error *err)
{
	struct hello_live *l = amt_calloc(1, sizeof(*l));

	hello_engine_init(&l->engine, facts, opt);
	l->uuid_swapped = opt->uuid_swapped;
	facts->filtered = o->filter != NULL;
	for (size_t i = 0; i < o->interfaces->n; i++) {
		struct amt_error why;

		if (open_device(l, o, o->interfaces->v[i], opt, &why))
			continue;
		if (o->interfaces->n > 1)
			amt_note_add(notes, o->interfaces->v[i], "%s", why.text);
		if (err)
			*err = why;
	}
	if (l->devices.n)
		return l;
	hello_live_free(l);
	return NULL;
}

struct delivery {
	struct hello_live *live;
	struct device *device;
};

static void deliver(u_char *arg, const struct pcap_pkthdr *h, const u_char *data)
{
	struct delivery *x = (struct delivery *)(void *)arg;
	struct hello_packet p = {.data = data,
				 .caplen = h->caplen,
				 .len = h->len,
				 .link = x->device->link,
				 .frame = ++x->device->frames};

	p.ns = (int64_t)h->ts.tv_sec * 1000000000 + (int64_t)h->ts.tv_usec * x->device->fraction;
	x->live->engine.capture = x->device->capture;
	hello_engine_packet(&x->live->engine, &p);
}

bool hello_live_poll(struct hello_live *l, int timeout_ms, struct amt_error *err)
{
	struct pollfd fds[16];
	nfds_t n = 0;

	for (size_t i = 0; i < l->devices.n && n < 16; i++)
		fds[n++] = (struct pollfd){.fd = l->devices.v[i].fd, .events = POLLIN};
	if (poll(fds, n, timeout_ms) < 0 && errno != EINTR)
		return amt_fail_errno(err, errno, "waiting for packets");
	for (size_t i = 0; i < l->devices.n; i++) {
		struct delivery x = {l, &l->devices.v[i]};
		int rc = pcap_dispatch(x.device->pcap, BATCH, deliver, (u_char *)&x);

		if (rc == PCAP_ERROR) {
			struct hello_capture *c = &l->engine.facts->captures.v[x.device->capture];

			c->damaged = true; /* it ended before its time */
			return amt_fail(err, "capturing on %s: %s", c->name,
					pcap_geterr(x.device->pcap));
		}
		if (hello_engine_full(&l->engine))
			return false;
	}
	return true;
}

void hello_live_statistics(struct hello_live *l)
{
	for (size_t i = 0; i < l->devices.n; i++) {
		struct pcap_stat s;
		struct hello_capture *c = &l->engine.facts->captures.v[l->devices.v[i].capture];

		if (pcap_stats(l->devices.v[i].pcap, &s) != 0)
			continue;
		c->dropped = s.ps_drop;
		c->if_dropped = s.ps_ifdrop;
	}
}

void hello_live_finish(struct hello_live *l)
{
	struct hello_facts *f = l->engine.facts;

	hello_live_statistics(l);
	hello_engine_finish(&l->engine);
	hello_relate(f, l->uuid_swapped);
	hello_prune(f);
	hello_relate(f, l->uuid_swapped);
}

void hello_live_free(struct hello_live *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->devices.n; i++)
		pcap_close(l->devices.v[i].pcap);
	amt_vec_free(&l->devices);
	hello_engine_free(&l->engine);
	free(l);
}

bool hello_live_interfaces(struct amt_buf *out, struct amt_error *err)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	pcap_if_t *all;

	if (pcap_findalldevs(&all, why) != 0)
		return amt_fail(err, "listing interfaces: %s", why);
	for (pcap_if_t *d = all; d; d = d->next) {
		amt_buf_printf(out, "%-16s %s%s", d->name, d->flags & PCAP_IF_UP ? "up" : "down",
			       d->flags & PCAP_IF_LOOPBACK ? ", loopback" : "");
		if (d->description)
			amt_buf_printf(out, ", %s", d->description);
		amt_buf_byte(out, '\n');
	}
	pcap_freealldevs(all);
	return true;
}
