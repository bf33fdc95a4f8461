/* The signatures as a database of hyperscan: made when amtdiag is built, or at run time. */
#ifndef TRACE_SIGNATURE_DB_H
#define TRACE_SIGNATURE_DB_H

#include "amtdiag/trace.h"

static inline bool signature_is_text(const struct trace_signature *g)
{
	return g->class != TRACE_CLASS_CONDITION;
}
/* Hexadecimal digits come in both cases. */
static inline bool signature_is_caseless(const struct trace_signature *g)
{
	return strstr(g->pattern, "0x") != NULL;
}

#ifdef HAVE_LIBHS
#include <hs.h>
#include <stdlib.h>

/* For the processor that p describes; NULL: this one. */
static inline bool signature_db_compile(const hs_platform_info_t *p, hs_database_t **out)
{
	size_t n = trace_signatures_count, k = 0;
	const char **expr = amt_calloc(n, sizeof(*expr));
	unsigned *flags = amt_calloc(n, sizeof(*flags)), *ids = amt_calloc(n, sizeof(*ids));
	hs_compile_error_t *bad = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct trace_signature *g = &trace_signatures[i];
		if (!signature_is_text(g))
			continue;
		expr[k] = g->pattern;
		flags[k] = HS_FLAG_SINGLEMATCH |
			   (unsigned)(signature_is_caseless(g) ? HS_FLAG_CASELESS : 0);
		ids[k++] = (unsigned)i;
	}
	hs_error_t rc =
		hs_compile_multi(expr, flags, ids, (unsigned)k, HS_MODE_BLOCK, p, out, &bad);
	hs_free_compile_error(bad);
	free(expr);
	free(flags);
	free(ids);
	return rc == HS_SUCCESS;
}
#endif

/* For tests: one that compiles, as where what was made at build time does not fit. */
struct trace_signer *trace_signer_compiled(void);

#endif
