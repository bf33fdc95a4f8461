/* Reads and answers applies: in one pass, by recursive descent; see predicate.h. */
#include "guide/predicate.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { NESTING_MAX = 16, WORD_MAX = 32, REASON_MAX = 200 };

struct reader {
	const char *text, *p;
	const struct amt_context *ctx;
	const struct amt_fw *fw; /* NULL: not known */
	int nesting;
	struct amt_error *err;
};

struct answer {
	bool ok;
	enum amt_tri tri;
	char why[REASON_MAX]; /* the words that decided */
};

static struct answer read_all(struct reader *r);

static struct answer broken(struct reader *r, const char *what)
{
	amt_fail(r->err, "applies '%.80s': %s at '%.20s'", r->text, what, r->p);
	return (struct answer){.ok = false, .tri = AMT_MAYBE};
}

static struct answer known(enum amt_tri tri, const char *reason)
{
	struct answer a = {.ok = true, .tri = tri};
	snprintf(a.why, sizeof(a.why), "%s", reason);
	return a;
}

static void blanks(struct reader *r)
{
	while (*r->p == ' ' || *r->p == '\t')
		r->p++;
}

static bool take(struct reader *r, char c)
{
	blanks(r);
	if (*r->p != c)
		return false;
	r->p++;
	return true;
}

static bool word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

static bool version(struct reader *r, struct amt_fw *out)
{
	char text[24];
	size_t n = 0;

	/* ".." ends a version: it separates the ends of a range. */
	while (n < sizeof(text) - 1 && ((*r->p >= '0' && *r->p <= '9') ||
					(*r->p == '.' && r->p[1] >= '0' && r->p[1] <= '9')))
		text[n++] = *r->p++;
	text[n] = '\0';
	return amt_fw_parse(text, out, NULL);
}

/* A version with the parts that were not told set to the lowest or highest there can be. */
static struct amt_fw filled(const struct amt_fw *fw, int with)
{
	struct amt_fw out = *fw;
	if (out.minor < 0)
		out.minor = with;
	if (out.rev < 0)
		out.rev = with;
	if (out.build < 0)
		out.build = with;
	return out;
}

static enum amt_tri settle(bool yes, bool no)
{
	return yes ? AMT_YES : no ? AMT_NO : AMT_MAYBE;
}

/* A version that lacks parts stands for all from low to high: do all, none or some hold? */
static enum amt_tri within(const struct amt_fw *fw, const char *op, const struct amt_fw *a,
			   const struct amt_fw *b)
{
	struct amt_fw low = filled(fw, 0), high = filled(fw, INT_MAX);
	int low_a = amt_fw_compare(&low, a), high_a = amt_fw_compare(&high, a);

	if (strcmp(op, ">=") == 0)
		return settle(low_a >= 0, high_a < 0);
	if (strcmp(op, "<=") == 0)
		return settle(high_a <= 0, low_a > 0);
	if (strcmp(op, ">") == 0)
		return settle(low_a > 0, high_a <= 0);
	if (strcmp(op, "<") == 0)
		return settle(high_a < 0, low_a >= 0);
	int low_b = amt_fw_compare(&low, b), high_b = amt_fw_compare(&high, b);
	return settle(low_a >= 0 && high_b <= 0, high_a < 0 || low_b > 0);
}

static struct answer read_firmware(struct reader *r)
{
	static const char *const ops[] = {">=", "<=", ">", "<", "="};
	const char *start = r->p, *op = "..";
	struct amt_fw a, b;

	r->p += 2;
	blanks(r);
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (strncmp(r->p, ops[i], strlen(ops[i])) == 0) {
			op = ops[i];
			r->p += strlen(op);
			break;
		}
	}
	blanks(r);
	if (!version(r, &a))
		return broken(r, "expected a firmware version");
	if (strcmp(op, "..") == 0) {
		if (strncmp(r->p, "..", 2) != 0)
			return broken(r, "expected '..' and a second version");
		r->p += 2;
		if (!version(r, &b))
			return broken(r, "expected a firmware version");
	} else {
		b = a;
	}

	char reason[REASON_MAX], name[48];
	int length = (int)(r->p - start);
	if (!r->fw) {
		snprintf(reason, sizeof(reason), "the firmware is not known (%.*s)", length, start);
		return known(AMT_MAYBE, reason);
	}
	enum amt_tri tri = within(r->fw, op, &a, &b);
	amt_fw_format(r->fw, name);
	if (tri == AMT_MAYBE)
		snprintf(reason, sizeof(reason), "firmware %s is not known closely enough (%.*s)",
			 name, length, start);
	else
		snprintf(reason, sizeof(reason), "firmware %s is %s%.*s", name,
			 tri == AMT_YES ? "" : "not ", length - 2, start + 2);
	return known(tri, reason);
}

static struct answer read_word(struct reader *r)
{
	char word[WORD_MAX], reason[REASON_MAX];
	const char *start = r->p;
	size_t n = 0;
	enum amt_trait trait;

	while (n < sizeof(word) - 1 && word_char(*r->p))
		word[n++] = *r->p++;
	word[n] = '\0';
	if (strcmp(word, "always") == 0)
		return known(AMT_YES, "");
	if (!amt_trait_parse(word, &trait)) {
		r->p = start;
		return broken(r, "unknown word");
	}
	static const char *const said[] = {
		[AMT_MAYBE] = "it is not known whether",
		[AMT_YES] = "here,",
		[AMT_NO] = "it is not so that",
	};
	enum amt_tri tri = r->ctx ? r->ctx->trait[trait] : AMT_MAYBE;
	snprintf(reason, sizeof(reason), "%s: %s %s", word, said[tri], amt_trait_meaning(trait));
	return known(tri, reason);
}

static struct answer read_one(struct reader *r)
{
	struct answer a;

	if (r->nesting >= NESTING_MAX)
		return broken(r, "nested too deeply");
	blanks(r);
	if (take(r, '!')) {
		r->nesting++;
		a = read_one(r);
		r->nesting--;
		if (a.tri != AMT_MAYBE)
			a.tri = a.tri == AMT_YES ? AMT_NO : AMT_YES;
		return a;
	}
	if (take(r, '(')) {
		r->nesting++;
		a = read_all(r);
		r->nesting--;
		if (a.ok && !take(r, ')'))
			return broken(r, "expected ')'");
		return a;
	}
	if (r->p[0] == 'f' && r->p[1] == 'w' && !(r->p[2] >= 'a' && r->p[2] <= 'z'))
		return read_firmware(r);
	if (!word_char(*r->p))
		return broken(r, "expected a word");
	return read_word(r);
}

/* decisive: the answer that settles the matter, NO for "all of", YES for "any of". */
static void join(struct answer *a, const struct answer *b, enum amt_tri decisive)
{
	enum amt_tri tri = a->tri;

	if (a->tri == decisive || b->tri == decisive)
		tri = decisive;
	else if (a->tri == AMT_MAYBE || b->tri == AMT_MAYBE)
		tri = AMT_MAYBE;
	bool of_a = a->tri == tri && a->why[0], of_b = b->tri == tri && b->why[0];
	if (!of_a) {
		memcpy(a->why, of_b ? b->why : "", of_b ? sizeof(a->why) : 1);
	} else if (of_b) {
		size_t at = strlen(a->why);
		snprintf(a->why + at, sizeof(a->why) - at, "; %s", b->why);
	}
	a->tri = tri;
}

static struct answer read_any(struct reader *r)
{
	struct answer a = read_one(r);

	while (a.ok && take(r, '|')) {
		struct answer b = read_one(r);
		if (!b.ok)
			return b;
		join(&a, &b, AMT_YES);
	}
	return a;
}

static struct answer read_all(struct reader *r)
{
	struct answer a = read_any(r);

	while (a.ok && take(r, ';')) {
		struct answer b = read_any(r);
		if (!b.ok)
			return b;
		join(&a, &b, AMT_NO);
	}
	return a;
}

static struct answer answer_for(const char *text, const struct amt_context *ctx,
				const struct amt_fw *fw, struct amt_error *err)
{
	struct reader r = {.text = text, .p = text, .ctx = ctx, .fw = fw, .err = err};
	struct answer a = read_all(&r);

	blanks(&r);
	if (a.ok && *r.p)
		return broken(&r, "expected ';', '|' or the end");
	return a;
}

enum amt_tri amt_predicate(const char *text, const struct amt_context *ctx, char *why,
			   size_t why_size)
{
	struct amt_error err = {0};
	size_t n = ctx ? ctx->n_firmware : 0;
	struct answer a = answer_for(text, ctx, n ? &ctx->firmware[0] : NULL, &err);

	for (size_t i = 1; a.ok && i < n; i++) {
		struct answer b = answer_for(text, ctx, &ctx->firmware[i], &err);
		join(&a, &b, AMT_YES);
	}
	if (why && why_size)
		snprintf(why, why_size, "%s", a.ok ? a.why : err.text);
	return a.tri;
}

bool amt_predicate_check(const char *text, struct amt_error *err)
{
	return answer_for(text, NULL, NULL, err).ok;
}
