/* Exports of Windows servers: recognising, reading, judging, JSON. */
#include "amtdiag/exports.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct exports_facts f = {0};
	struct amt_notes notes = {0};
	struct amt_findings fs = {0};
	struct amt_context ctx = {.now = 1260000000 * AMT_SECOND};
	char *copy = amt_malloc(size + 1);

	if (size)
		memcpy(copy, data, size);
	exports_role_add(&f, &f.roles.servers, "SCCM01");
	exports_role_add(&f, &f.roles.consoles, "CON01");
	exports_role_add(&f, &f.roles.suffixes, "contoso.com");
	exports_parse(&f, copy, size, "SCCM01.x.y", &notes);
	exports_traits(&f, &ctx);
	exports_judge(&f, &ctx, &fs);
	json_decref(exports_to_json(&f));
	amt_findings_free(&fs);
	exports_facts_free(&f);
	amt_notes_free(&notes);
	free(copy);
	return 0;
}
