/*
 * RMCP presence ping and pong (hello.md 4.1, all forms of the version): the port that is
 * open, the provisioning state, the firmware's major and minor number.
 */
#include "hello/engine.h"

#define IANA_ASF   4542
#define IANA_INTEL 343

void hello_rmcp(struct hello_engine *e, const struct hello_frame *f)
{
	struct amt_rd r = amt_rd_init(f->payload, f->payload_caplen);
	struct hello_rmcp m = {.at = hello_spot_of(e, f), .from = f->source, .to = f->destination};

	unsigned version = amt_rd_u8(&r);
	amt_rd_skip(&r, 2);
	unsigned class = amt_rd_u8(&r);
	uint32_t iana = amt_rd_be32(&r);
	unsigned type = amt_rd_u8(&r);
	m.tag = amt_rd_u8(&r);
	amt_rd_skip(&r, 1);
	unsigned length = amt_rd_u8(&r);
	if (r.short_ || version != 6 || class != 6 || iana != IANA_ASF ||
	    (type != 0x80 && type != 0x40))
		return;
	if (type == 0x40) {
		struct amt_rd d = amt_rd_sub(&r, length);

		m.pong = true;
		m.enterprise = amt_rd_be32(&d);
		m.port = amt_rd_be16(&d);
		unsigned nibbles = amt_rd_u8(&d), state = amt_rd_u8(&d);
		m.entities = amt_rd_u8(&d);
		m.interactions = amt_rd_u8(&d);
		if (r.short_ || d.short_)
			return;
		m.major = (uint8_t)(nibbles >> 4);
		m.minor = nibbles & 15;
		if (!nibbles) { /* bytes 11 and 12: needed from 16.0 on; zero on older ones */
			m.major = amt_rd_u8(&d);
			m.minor = amt_rd_u8(&d);
		}
		m.state = state & 3;
		m.both_ports = state & 4;
		if (m.enterprise !=
		    IANA_INTEL) { /* DASH of another maker: bytes mean other things */
			m.port = 0;
			m.major = m.minor = m.state = 0;
			m.both_ports = false;
		}
	}
	e->relevant = true;
	if (hello_engine_duplicate(e, f))
		return;
	/* The latest of each kind per device is enough: 40 of one poll say nothing more. */
	uint8_t key[sizeof(struct hello_ip) + 1];
	bool fresh;
	memcpy(key, m.pong ? &m.from : &m.to, sizeof(struct hello_ip));
	key[sizeof(struct hello_ip)] = m.pong;
	struct hello_cost cost = {.fixed = 2 * sizeof(m) + 2 * sizeof(key) + 64,
				  .device = (m.pong ? &m.from : &m.to)->bytes,
				  .n_device = sizeof(m.from.bytes)};
	if (!amt_map_get(&e->rmcps, key, sizeof(key)) && !hello_afford(e, &cost)) {
		e->facts->forgotten++;
		return;
	}
	union amt_map_value *v = amt_map_put(&e->rmcps, key, sizeof(key), &fresh);
	if (fresh) {
		amt_vec_push(&e->facts->rmcps, m);
		v->n = e->facts->rmcps.n;
	} else {
		e->facts->rmcps.v[v->n - 1] = m;
	}
}
