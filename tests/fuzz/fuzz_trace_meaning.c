/* What a line means by our own templates and codes; fuzz_trace_text adds the signatures, which
 * PCRE2 looks for. */
#include "amtdiag/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace_record rec = {.text = (const char *)data, .text_len = size, .type = -1};
	struct trace_code_hit hits[8];
	struct trace_match m;

	if (!size)
		return 0;
	trace_classify(rec.text, size, true, &m);
	trace_severity_of(&rec, &m);
	trace_codes_in(rec.text, size, hits, 8);
	return 0;
}
