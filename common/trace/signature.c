/*
 * The signature catalogue in one pass over a line: with vectorscan where it is
 * there, else PCRE2. Both give the same answer (tests/unit/test_trace_meaning.c).
 */
#include "signature_db.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#ifdef HAVE_LIBHS
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

struct trace_signer {
	uint64_t hits[2]; /* rows found, as bits */
	int drop[2][2];   /* rows: winner, loser */
	pcre2_code **code;
	pcre2_match_data *data;
	bool borrowed; /* patterns of another signer */
#ifdef HAVE_LIBHS
	hs_database_t *db;
	hs_scratch_t *scratch;
#endif
};

_Static_assert(TRACE_SIGNS_MAX < 128, "rows are kept as bits of two words");

static bool pcre_new(struct trace_signer *s, struct amt_error *err)
{
	s->code = amt_calloc(trace_signatures_count, sizeof(*s->code));
	s->data = pcre2_match_data_create(1, NULL);
	if (!s->data)
		amt_no_memory();
	for (size_t i = 0; i < trace_signatures_count; i++) {
		const struct trace_signature *g = &trace_signatures[i];
		int what;
		PCRE2_SIZE where;
		if (!signature_is_text(g))
			continue;
		s->code[i] = pcre2_compile((PCRE2_SPTR)g->pattern, PCRE2_ZERO_TERMINATED,
					   signature_is_caseless(g) ? PCRE2_CASELESS : 0, &what,
					   &where, NULL);
		if (!s->code[i])
			return amt_fail(err, "signature %s: bad pattern at %zu", g->id,
					(size_t)where);
		pcre2_jit_compile(s->code[i], PCRE2_JIT_COMPLETE);
	}
	return true;
}

#ifdef HAVE_LIBHS
/* What common/trace/make/signature_db.c wrote; nothing if it could not. */
static const unsigned char made[] = {
#include "trace_signature_db.inc"
	0};

static bool hs_ready(struct trace_signer *s)
{
	return hs_alloc_scratch(s->db, &s->scratch) == HS_SUCCESS;
}

/* Another version of the library than at build time, say, does not take it. */
static bool hs_made(struct trace_signer *s)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = (uintptr_t)made,
		  end = begin + sizeof(made);
	bool taken =
		hs_deserialize_database((const char *)made, sizeof(made) - 1, &s->db) == HS_SUCCESS;

	/* It was copied: whole pages of it need not stay in memory. */
	begin = (begin + page - 1) / page * page;
	end = end / page * page;
	if (end > begin)
		(void)madvise((void *)begin, end - begin, MADV_DONTNEED);
	if (!taken)
		return false;
	if (hs_ready(s))
		return true;
	hs_free_database(s->db);
	s->db = NULL;
	return false;
}

static bool hs_new(struct trace_signer *s)
{
	bool ok = signature_db_compile(NULL, &s->db) && hs_ready(s);

	/* Compiling takes ten times the memory of its result: back with it. */
	malloc_trim(0);
	return ok;
}

static int hit(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
	       void *arg)
{
	struct trace_signer *s = arg;

	(void)from;
	(void)to;
	(void)flags;
	s->hits[id / 64] |= UINT64_C(1) << id % 64;
	return 0;
}
#endif

static bool has(const struct trace_signer *s, size_t i)
{
	return s->hits[i / 64] >> i % 64 & 1;
}

static int row_of(const char *id)
{
	const struct trace_signature *g = trace_signature_find(id);

	return g ? (int)(g - trace_signatures) : -1;
}

static void drop(struct trace_signer *s, const int pair[2])
{
	int w = pair[0], l = pair[1];

	if (w >= 0 && l >= 0 && has(s, (size_t)w))
		s->hits[l / 64] &= ~(UINT64_C(1) << l % 64);
}

/* The special case, then the general one that it takes away (logs.md 3, "Rules"). */
static void learn_drops(struct trace_signer *s)
{
	s->drop[0][0] = row_of("P22");
	s->drop[0][1] = row_of("P23");
	s->drop[1][0] = row_of("O01");
	s->drop[1][1] = row_of("N12");
}

struct trace_signer *trace_signer_new(bool plain_engine, struct amt_error *err)
{
	struct trace_signer *s = amt_calloc(1, sizeof(*s));

	learn_drops(s);

#ifdef HAVE_LIBHS
	/* A processor without the instructions it wants is no error: go on with PCRE2. */
	if (!plain_engine && (hs_made(s) || hs_new(s)))
		return s;
#else
	(void)plain_engine;
#endif
	if (pcre_new(s, err))
		return s;
	trace_signer_free(s);
	return NULL;
}

struct trace_signer *trace_signer_compiled(void)
{
#ifdef HAVE_LIBHS
	struct trace_signer *s = amt_calloc(1, sizeof(*s));

	learn_drops(s);
	if (hs_new(s))
		return s;
	trace_signer_free(s);
#endif
	return NULL;
}

struct trace_signer *trace_signer_clone(const struct trace_signer *s)
{
	struct trace_signer *c = amt_calloc(1, sizeof(*c));

	*c = *s;
	c->borrowed = true;
	c->data = s->code ? pcre2_match_data_create(1, NULL) : NULL;
	bool ok = !s->code || c->data;
#ifdef HAVE_LIBHS
	c->scratch = NULL;
	ok = ok && (!s->scratch || hs_clone_scratch(s->scratch, &c->scratch) == HS_SUCCESS);
#endif
	if (ok)
		return c;
	trace_signer_free(c);
	return NULL;
}

void trace_signer_free(struct trace_signer *s)
{
	if (!s)
		return;
	for (size_t i = 0; !s->borrowed && s->code && i < trace_signatures_count; i++)
		pcre2_code_free(s->code[i]);
	if (!s->borrowed)
		free(s->code);
	pcre2_match_data_free(s->data);
#ifdef HAVE_LIBHS
	hs_free_scratch(s->scratch);
	if (!s->borrowed)
		hs_free_database(s->db);
#endif
	free(s);
}

static void scan(struct trace_signer *s, const char *text, size_t n)
{
#ifdef HAVE_LIBHS
	if (s->db) {
		hs_scan(s->db, text, (unsigned)n, 0, s->scratch, hit, s);
		return;
	}
#endif
	for (size_t i = 0; i < trace_signatures_count; i++)
		if (s->code[i] &&
		    pcre2_match(s->code[i], (PCRE2_SPTR)text, n, 0, 0, s->data, NULL) >= 0)
			s->hits[i / 64] |= UINT64_C(1) << i % 64;
}

/* The text with its code as the patterns have it: "0x80090326" for -2146893018 or 80090326. */
static void scan_spelled(struct trace_signer *s, const char *text, size_t n,
			 const struct trace_code_hit *c)
{
	static const char digits[] = "0123456789ABCDEF";
	char other[TRACE_UNWRAP_MAX], *hex = other + c->at;
	size_t rest = n - c->at - c->len;

	if (c->at + 10 > sizeof(other))
		return;
	if (rest > sizeof(other) - c->at - 10)
		rest = sizeof(other) - c->at - 10;
	memcpy(other, text, c->at);
	hex[0] = '0', hex[1] = 'x';
	for (int d = 0; d < 8; d++)
		hex[2 + d] = digits[c->code >> (28 - 4 * d) & 15];
	memcpy(hex + 10, text + c->at + c->len, rest);
	scan(s, other, c->at + 10 + rest);
}

size_t trace_sign(struct trace_signer *s, const char *text, size_t n, uint8_t out[TRACE_SIGNS_MAX])
{
	struct trace_code_hit codes[4];
	size_t found = 0;

	s->hits[0] = s->hits[1] = 0;
	if (n > AMT_CAP_LINE)
		n = AMT_CAP_LINE;
	scan(s, text, n);
	size_t k = trace_codes_in(text, n, codes, 4);
	for (size_t i = 0; i < k; i++)
		if (!codes[i].firmware && (codes[i].len != 10 || text[codes[i].at] != '0'))
			scan_spelled(s, text, n, &codes[i]);
	if (!s->hits[0] && !s->hits[1])
		return 0;
	drop(s, s->drop[0]);
	drop(s, s->drop[1]);
	for (unsigned w = 0; w < 2; w++)
		for (uint64_t bits = s->hits[w]; bits && found < TRACE_SIGNS_MAX; bits &= bits - 1)
			out[found++] = (uint8_t)(w * 64 + (unsigned)__builtin_ctzll(bits));
	return found;
}
