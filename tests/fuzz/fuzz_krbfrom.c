/* The inputs of amt-krbsize from JSON, sized; a second reading of what was written must agree. */
#include "amtdiag/kerberos.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct krb_input in = {0};
	struct krb_walk w = {0};
	struct krb_terms t = {.layout = AMT_LAYOUT_COUNT};
	json_t *doc = json_loadb((const char *)data, size, 0, NULL);

	if (doc && krb_input_parse(doc, "fuzz", &in, NULL, NULL)) {
		for (size_t i = 0; i < in.users.n && i < 4; i++) {
			struct krb_sizes s;
			krb_size(&in, &in.users.v[i], &t, NULL, &w, &s);
		}
		json_decref(krb_input_to_json(&in));
	}
	json_decref(doc);
	krb_walk_free(&w);
	krb_input_free(&in);
	return 0;
}
