/* Every framing and encoding: the first byte chooses options, the rest is the file. */
#include "amtdiag/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace_options o = {.month_first = size && data[size - 1] & 1,
				  .codepage = size && data[size - 1] & 2 ? "CP932" : NULL};
	struct trace_reader *r = trace_reader_memory(data, size, "fuzz", &o);
	struct trace_file_facts facts = {.bytes = 0};
	struct trace_record rec;
	struct amt_buf b;
	char when[AMT_TIME_TEXT];

	amt_buf_init(&b, 8 * AMT_MIB);
	while (trace_reader_next(r, &rec) == TRACE_RECORD) {
		trace_reader_clock(r, &rec);
		amt_buf_clear(&b);
		trace_reader_text(r, &rec, &b);
		trace_reader_utf8(r, rec.component, rec.component_len, &b);
		trace_reader_utf8(r, rec.source_file, rec.source_file_len, &b);
		trace_when_format(&rec.when, when);
	}
	trace_reader_facts(r, &facts);
	trace_reader_close(r);
	amt_buf_free(&b);
	return 0;
}
