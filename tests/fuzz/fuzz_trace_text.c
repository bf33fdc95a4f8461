/* What a line means: templates, signatures by PCRE2, codes. */
#include "amtdiag/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct trace_signer *signer;
	struct trace_record rec = {.text = (const char *)data, .text_len = size, .type = -1};
	struct trace_code_hit hits[8];
	struct trace_match m;
	uint8_t signs[TRACE_SIGNS_MAX];

	if (!signer)
		signer = trace_signer_new(true, NULL);
	if (!size)
		return 0;
	trace_classify(rec.text, size, true, &m);
	trace_severity_of(&rec, &m);
	trace_codes_in(rec.text, size, hits, 8);
	trace_sign(signer, rec.text, size, signs);
	return 0;
}
