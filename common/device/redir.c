/* Redirection messages up to the authentication query (handbook device 2.5). */
#include "device/wire.h"

#include <string.h>

#define METHODS_MAX 4096 /* claimed length of the list; real ones have 1 to 4 */

void dev_redir_start(uint8_t out[DEV_REDIR_START], const char *service)
{
	static const uint8_t sol[8] = {0x10, 0, 0, 0, 'S', 'O', 'L', ' '},
			     ider[8] = {0x10, 0, 0, 0, 'I', 'D', 'E', 'R'},
			     kvm[8] = {0x10, 1, 0, 0, 'K', 'V', 'M', 'R'};
	const uint8_t *m = strcmp(service, "SOL") == 0   ? sol
			   : strcmp(service, "KVM") == 0 ? kvm
							 : ider;

	memcpy(out, m, DEV_REDIR_START);
}

void dev_redir_query(uint8_t out[DEV_REDIR_QUERY])
{
	memset(out, 0, DEV_REDIR_QUERY);
	out[0] = 0x13;
}

void dev_redir_end(uint8_t out[DEV_REDIR_END])
{
	memset(out, 0, DEV_REDIR_END);
	out[0] = 0x12;
}

long dev_redir_read(const uint8_t *p, size_t n, struct dev_redir_reply *out)
{
	struct amt_rd r = amt_rd_init(p, n);

	memset(out, 0, sizeof(*out));
	out->type = amt_rd_u8(&r);
	out->status = amt_rd_u8(&r);
	if (n && out->type != 0x11 && out->type != 0x14)
		return -1;
	if (out->type == 0x11) {
		/* A refusal may be no longer than its status: nothing is behind it that we need. */
		if (!r.short_ && out->status != 0)
			return (long)n;
		amt_rd_skip(&r, 10);
		amt_rd_skip(&r, amt_rd_u8(&r)); /* OEM data */
		return r.short_ ? 0 : (long)amt_rd_at(&r);
	}
	amt_rd_skip(&r, 3); /* 2 reserved bytes and the type asked about */
	uint32_t length = amt_rd_le32(&r);
	if (!r.short_ && length > METHODS_MAX)
		return -1;
	const uint8_t *methods = amt_rd_bytes(&r, length);
	if (r.short_)
		return 0;
	for (uint32_t i = 0; i < length && out->n_methods < sizeof(out->methods); i++)
		out->methods[out->n_methods++] = methods[i];
	return (long)amt_rd_at(&r);
}
