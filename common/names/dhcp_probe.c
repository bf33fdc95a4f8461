/* The DHCP probe: a packet socket, opened with privilege, used without. */
#include "names/dhcp.h"
#include "names/json.h"

#include "amtdiag/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#define PORT_SERVER 67
#define PORT_CLIENT 68
#define REPLIES_MAX 256 /* kept of one probe; more is an attack */
#define PACKET_MAX  2048
#define REPEAT_MS   1500 /* the question is sent a second time: broadcasts get lost */

struct amt_dhcp_socket {
	int fd, index;
	char interface[IFNAMSIZ];
	uint8_t mac[6];
	uint8_t address[4];
	bool has_address;
};

struct probing {
	struct amt_dhcp_socket *s;
	struct amt_loop *loop;
	struct amt_names_facts *f;
	struct dhcp_question question[2];
	size_t probe[2]; /* index in the facts */
	size_t n;
	double start;
	struct amt_watch *watch;
	struct amt_timer *repeat;
	bool ended;
};

/* UDP to port 68, unfragmented: the kernel drops the rest before we see it. Offsets are of the IP
 * header. */
static bool attach_filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 4, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PORT_CLIENT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, PACKET_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = {sizeof(code) / sizeof(*code), code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) == 0;
}

static bool read_interface(struct amt_dhcp_socket *s, struct amt_error *err)
{
	struct ifreq q = {0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool good = false;

	if (fd < 0)
		return amt_fail_errno(err, errno, "opening a socket to look at interface %s",
				      s->interface);
	amt_str_copy(q.ifr_name, sizeof(q.ifr_name), s->interface);
	if (ioctl(fd, SIOCGIFINDEX, &q)) {
		amt_fail_errno(err, errno, "interface %s", s->interface);
	} else {
		s->index = q.ifr_ifindex;
		if (ioctl(fd, SIOCGIFHWADDR, &q) || q.ifr_hwaddr.sa_family != ARPHRD_ETHER)
			amt_fail(err, "interface %s is not Ethernet, so DHCP can't be asked there",
				 s->interface);
		else
			good = true;
		memcpy(s->mac, q.ifr_hwaddr.sa_data, 6);
		if (ioctl(fd, SIOCGIFADDR, &q) == 0) {
			struct sockaddr_in in;
			memcpy(&in, &q.ifr_addr, sizeof(in));
			memcpy(s->address, &in.sin_addr, 4);
			s->has_address = in.sin_addr.s_addr != 0;
		}
	}
	close(fd);
	return good;
}

struct amt_dhcp_socket *amt_dhcp_open(const char *interface, struct amt_error *err)
{
	struct amt_dhcp_socket *s = amt_calloc(1, sizeof(*s));
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE_IP)};

	s->fd = -1;
	if (strlen(interface) >= sizeof(s->interface)) {
		amt_fail(err, "'%s' is too long for the name of an interface", interface);
		goto out;
	}
	amt_str_copy(s->interface, sizeof(s->interface), interface);
	if (!read_interface(s, err))
		goto out;
	s->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0) {
		amt_fail_errno(
			err, errno, "opening a raw socket for DHCP on %s%s", interface,
			errno == EPERM
				? " (it needs CAP_NET_RAW: run as root, or setcap cap_net_raw+ep)"
				: "");
		goto out;
	}
	to.sll_ifindex = s->index;
	if (!attach_filter(s->fd) || bind(s->fd, (const struct sockaddr *)&to, sizeof(to))) {
		amt_fail_errno(err, errno, "listening for DHCP on %s", interface);
		goto out;
	}
	return s;
out:
	amt_dhcp_close(s);
	return NULL;
}

void amt_dhcp_close(struct amt_dhcp_socket *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* IP and UDP around the message, from 0.0.0.0 or our address, to everybody. */
static bool send_question(struct probing *p, size_t i)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE_IP), .sll_halen = 6};
	uint8_t packet[20 + 8 + DHCP_FIXED + 400] = {0x45};
	size_t n = dhcp_build(&p->question[i], packet + 28, sizeof(packet) - 28);
	uint32_t sum = 0;

	put16(packet + 2, (unsigned)n + 28);
	packet[8] = 64;
	packet[9] = IPPROTO_UDP;
	if (p->question[i].kind == AMT_DHCP_INFORM)
		memcpy(packet + 12, p->question[i].address, 4);
	memset(packet + 16, 255, 4);
	for (int k = 0; k < 20; k += 2)
		sum += (uint32_t)packet[k] << 8 | packet[k + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	put16(packet + 10, ~(sum + (sum >> 16)) & 0xffff);
	put16(packet + 20, PORT_CLIENT);
	put16(packet + 22, PORT_SERVER);
	put16(packet + 24, (unsigned)n + 8); /* checksum 0: none (RFC 768) */
	to.sll_ifindex = p->s->index;
	memset(to.sll_addr, 255, 6);
	return sendto(p->s->fd, packet, n + 28, 0, (const struct sockaddr *)&to, sizeof(to)) > 0;
}

static bool equal(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool known_already(struct amt_names_facts *f, const struct amt_dhcp_reply *r)
{
	for (size_t i = 0; i < f->dhcp.n; i++) {
		struct amt_dhcp_reply *k = &f->dhcp.v[i];
		if (k->xid == r->xid && k->kind == r->kind && equal(k->server, r->server) &&
		    equal(k->sender, r->sender) && equal(k->sender_mac, r->sender_mac) &&
		    equal(k->yiaddr, r->yiaddr)) {
			k->copies++;
			return true;
		}
	}
	return f->dhcp.n >= REPLIES_MAX;
}

static void take(struct probing *p, const uint8_t *packet, size_t n, const struct sockaddr_ll *from)
{
	size_t header = (size_t)(packet[0] & 15) * 4;
	struct amt_dhcp_reply r;

	if (n < header + 8 || header < 20 || n - header - 8 < DHCP_FIXED || packet[header + 8] != 2)
		return;
	if (!amt_dhcp_parse(packet + header + 8, n - header - 8, &p->f->arena, &r, NULL))
		return;
	for (size_t i = 0; i < p->n; i++) {
		if (p->question[i].xid != r.xid)
			continue;
		r.asked = p->question[i].kind;
		r.source = amt_arena_strdup(&p->f->arena, p->s->interface);
		r.sender = amt_arena_printf(&p->f->arena, "%u.%u.%u.%u", packet[12], packet[13],
					    packet[14], packet[15]);
		if (!*r.server)
			r.server = r.sender;
		const uint8_t *m = from->sll_addr;
		r.sender_mac = amt_arena_printf(&p->f->arena, "%02x:%02x:%02x:%02x:%02x:%02x", m[0],
						m[1], m[2], m[3], m[4], m[5]);
		r.ms = names_ms(amt_loop_ms(p->loop) - p->start);
		r.at = amt_time_now();
		if (known_already(p->f, &r))
			return;
		amt_names_add_dhcp(p->f, &r);
		p->f->probes.v[p->probe[i]].replies++;
	}
}

static void on_readable(void *arg, unsigned ready)
{
	struct probing *p = arg;
	uint8_t packet[PACKET_MAX];
	struct sockaddr_ll from = {0};

	(void)ready;
	for (;;) {
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(p->s->fd, packet, sizeof(packet), 0, (struct sockaddr *)&from,
				     &len);
		if (n <= 0)
			return;
		/* Our own broadcast comes back as outgoing. */
		if (n >= 28 && from.sll_pkttype != PACKET_OUTGOING)
			take(p, packet, (size_t)n, &from);
	}
}

static void on_repeat(void *arg)
{
	struct probing *p = arg;

	p->repeat = NULL;
	for (size_t i = 0; i < p->n; i++)
		if (!p->f->probes.v[p->probe[i]].replies)
			(void)send_question(p, i);
}

static void on_end(void *arg)
{
	struct probing *p = arg;

	amt_watch_stop(p->watch);
	p->watch = NULL;
	amt_timer_stop(p->repeat);
	p->repeat = NULL;
	p->ended = true;
}

static bool add_question(struct probing *p, uint8_t kind, const struct amt_dhcp_options *o,
			 struct amt_error *err)
{
	struct dhcp_question *q = &p->question[p->n];
	struct amt_arena *a = &p->f->arena;
	struct amt_dhcp_probe probe = {.interface = amt_arena_strdup(a, p->s->interface),
				       .kind = kind};
	char mac[24];

	*q = (struct dhcp_question){.kind = kind};
	if (getrandom(&q->xid, sizeof(q->xid), 0) != sizeof(q->xid))
		return amt_fail_errno(err, errno, "asking the system for a random number");
	memcpy(q->mac, p->s->mac, 6);
	if (o->mac && amt_hex_decode(o->mac, q->mac, 6) != 6)
		return amt_fail(err, "'%s' is not a MAC address", o->mac);
	memcpy(q->address, p->s->address, 4);
	/* A server may register a name at INFORM; at DISCOVER it can't, for nothing is leased yet.
	 */
	if (kind == AMT_DHCP_DISCOVER)
		q->fqdn = o->fqdn ? o->fqdn : "amtdiag-probe.invalid";
	amt_hex_encode(q->mac, 6, mac);
	probe.mac = amt_arena_printf(a, "%.2s:%.2s:%.2s:%.2s:%.2s:%.2s", mac, mac + 2, mac + 4,
				     mac + 6, mac + 8, mac + 10);
	if (kind == AMT_DHCP_INFORM)
		probe.address = amt_arena_printf(a, "%u.%u.%u.%u", q->address[0], q->address[1],
						 q->address[2], q->address[3]);
	probe.fqdn = amt_arena_strdup(a, q->fqdn);
	probe.at = amt_time_now();
	probe.waited = o->wait > 0 ? o->wait : 4;
	p->probe[p->n] = p->f->probes.n;
	amt_vec_push(&p->f->probes, probe);
	if (!send_question(p, p->n))
		p->f->probes.v[p->probe[p->n]].failed = amt_arena_strdup(a, strerror(errno));
	p->n++;
	return true;
}

bool amt_dhcp_probe(struct amt_loop *loop, struct amt_dhcp_socket *s,
		    const struct amt_dhcp_options *o, struct amt_names_facts *f,
		    struct amt_error *err)
{
	struct probing p = {.s = s, .loop = loop, .f = f};
	double wait = o->wait > 0 ? o->wait : 4;

	p.start = amt_loop_ms(loop);
	if (!add_question(&p, AMT_DHCP_DISCOVER, o, err) ||
	    (s->has_address && !o->mac && !add_question(&p, AMT_DHCP_INFORM, o, err)))
		return false;
	p.watch = amt_watch_start(loop, s->fd, AMT_READ, on_readable, &p, err);
	if (!p.watch)
		return false;
	if (wait * 1000 > REPEAT_MS)
		p.repeat = amt_timer_start(loop, REPEAT_MS, 0, on_repeat, &p);
	struct amt_timer *end = amt_timer_start(loop, (uint64_t)(wait * 1000), 0, on_end, &p);
	if (!amt_loop_run(loop)) {
		f->interrupted = true;
		if (!p.ended) {
			amt_timer_stop(end);
			on_end(&p);
		}
	}
	return true;
}
