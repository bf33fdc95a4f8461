/* RMCP presence ping and pong (handbook device 2.4). */
#include "device/wire.h"

#include <string.h>

#define IANA_ASF   4542
#define IANA_INTEL 343

void dev_rmcp_ping(uint8_t out[DEV_RMCP_PING], uint8_t tag)
{
	/* RMCP version 6, sequence 255 = no ack wanted is not used: 0 as Intel's examples have it;
	 * class 6 ASF; IANA 4542; type 0x80 presence ping; tag; reserved; no data. */
	const uint8_t ping[DEV_RMCP_PING] = {0x06, 0x00, 0x00, 0x06, 0x00, 0x00,
					     0x11, 0xbe, 0x80, tag,  0x00, 0x00};

	memcpy(out, ping, sizeof(ping));
}

bool dev_rmcp_pong(struct amt_device *d, const uint8_t *p, size_t n, struct amt_dev_rmcp *out,
		   uint8_t *tag)
{
	struct amt_rd r = amt_rd_init(p, n);
	uint8_t version = amt_rd_u8(&r);
	uint8_t b[16];

	amt_rd_skip(&r, 2);
	uint8_t class = amt_rd_u8(&r);
	uint32_t iana = amt_rd_be32(&r);
	uint8_t type = amt_rd_u8(&r);
	*tag = amt_rd_u8(&r);
	amt_rd_skip(&r, 1);
	uint8_t length = amt_rd_u8(&r);
	const uint8_t *data = amt_rd_bytes(&r, 16);
	if (r.short_ || version != 6 || class != 6 || iana != IANA_ASF || type != 0x40 ||
	    length < 16)
		return false;
	memcpy(b, data, 16);
	char *hex = amt_arena_alloc(&d->arena, 2 * n + 1);
	amt_hex_encode(p, n, hex);
	out->raw = hex;
	out->enterprise = (int64_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
	if (out->enterprise != IANA_INTEL)
		return true; /* some other management controller; the OEM bytes are its own */
	out->major = b[6] >> 4;
	out->minor = b[6] & 15;
	if (b[6] == 0 && b[10]) { /* versions that do not fit nibbles (AMT 16 and up) */
		out->major = b[10];
		out->minor = b[11];
	}
	/* Port, version and state are filled in from 6.0 on (hello 4.1): nothing in any of them is
	 * older firmware, not a device that is not provisioned. */
	if (out->major || out->minor || b[4] || b[5] || b[7]) {
		out->open_port = b[4] << 8 | b[5];
		out->provisioning = b[7] & 3;
		out->both_ports = b[7] & 4 ? AMT_YES : AMT_NO;
	}
	/* Byte 9 on 4.x and 5.0, byte 10 from 5.1; either says it. */
	out->dash = (b[8] | b[9]) & 0x20 ? AMT_YES : AMT_NO;
	return true;
}
