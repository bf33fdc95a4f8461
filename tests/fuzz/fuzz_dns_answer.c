/* An answer as it comes from the network, read for the question that it is said to answer. */
#include "names/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned types[] = {AMT_DNS_A,   AMT_DNS_AAAA, AMT_DNS_PTR,  AMT_DNS_SRV,
					 AMT_DNS_SOA, AMT_DNS_NS,   AMT_DNS_CNAME};
	struct amt_rd r = amt_rd_init(data, size);
	struct amt_arena arena = {0};
	struct amt_dns_reply reply = {0};
	char name[DNS_NAME_TEXT];

	/* The name asked is the one in the message, so that what lies behind it is reached. */
	amt_rd_skip(&r, DNS_HEADER);
	if (!dns_name_decode(&r, name))
		amt_str_copy(name, sizeof(name), "provisionserver.corp.example.com");
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		amt_dns_read(data, size, name, types[i], &arena, &reply);
	dns_update_read(data, size, &reply);
	amt_arena_free(&arena);
	return 0;
}
