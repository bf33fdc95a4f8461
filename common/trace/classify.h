/* Templates compiled for matching; shared by the two files of classification. */
#ifndef TRACE_CLASSIFY_H
#define TRACE_CLASSIFY_H

#include "bytes.h"

#include "amtdiag/trace.h"

#define SEGMENTS_MAX 10

struct trace_segment {
	char type;     /* 'l' literal, 'm' MachineId, or the letter behind '%' */
	uint8_t class; /* of characters that a typed place takes; 0: another kind */
	const char *p;
	size_t len;
};
struct trace_compiled {
	const struct trace_template *row;
	struct trace_segment v[SEGMENTS_MAX];
	size_t n;
	bool typed;       /* no place takes any text: a whole match can't be another row's */
	const char *head; /* what the text begins with */
	size_t head_len;
	char *flat; /* head in the loose form */
	size_t flat_len;
};

/* How a text of 8 bytes or more begins. */
static inline size_t trace_kind_of(const char *p, size_t n)
{
	uint64_t a = bytes_8(p), b = bytes_8(p + (n < 28 ? n - 8 : 20));

	return (size_t)((a ^ b * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd) >>
			56);
}

/* match.c */
uint8_t trace_class_of(char type);
/* The text against one compiled template. 0 no, 1 cut at the end, 2 whole. */
int trace_match_row(const struct trace_compiled *c, const char *p, const char *end,
		    struct trace_match *m);
bool trace_match_call(const char *p, const char *end, struct trace_match *m);
/* Host, MachineId, UUID and the like wherever they stand. */
void trace_match_loose(const char *p, const char *end, struct trace_match *m);
/* Letters and digits only, lower case, without a leading "error" or "warning". */
size_t trace_flatten(const char *p, const char *end, char *out, size_t max);

/* classify.c: one for each of trace_templates. */
const struct trace_compiled *trace_compiled_rows(void);

#endif
