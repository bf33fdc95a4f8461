/* An answer as it comes from the network, read for the question that it is said to answer. */
#include "names/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct amt_arena arena;
	struct amt_rd r = amt_rd_init(data, size);
	struct amt_dns_reply reply = {0};
	char name[DNS_NAME_TEXT];
	unsigned type = AMT_DNS_A;

	/* What is asked is what the message says, so that what lies behind it is reached. */
	amt_rd_skip(&r, DNS_HEADER);
	if (dns_name_decode(&r, name))
		type = amt_rd_be16(&r);
	else
		amt_str_copy(name, sizeof(name), "provisionserver.corp.example.com");
	amt_dns_read(data, size, name, type, &arena, &reply);
	dns_update_read(data, size, &reply);
	amt_arena_reset(&arena);
	return 0;
}
