/* What a directory answered, as a document, and all judges over it. */
#include "amtdiag/directory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *client[] = {"pc1.x.test"}, *name[] = {"a"};
	const struct directory_options o = {.clients = {client, 1, 1},
					    .operators = {name, 1, 1},
					    .acl = {name, 1, 1},
					    .radius = {name, 1, 1},
					    .site_servers = {name, 1, 1},
					    .templates = {name, 1, 1},
					    .forest = true};
	struct directory_facts f = {0};
	struct amt_findings fs = {0};
	struct amt_context ctx = {0};
	json_t *j = json_loadb((const char *)data, size, 0, NULL);

	if (j && directory_from_json(j, &f, NULL)) {
		directory_judge(&f, &o, &ctx, &fs);
		directory_traits(&f, &o, &ctx);
	}
	amt_findings_free(&fs);
	directory_facts_free(&f);
	json_decref(j);
	return 0;
}
