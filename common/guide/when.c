/* applies: in words, for people; token by token, because the language has no other meaning. */
#include "guide/predicate.h"

#include <string.h>

enum { WORD_MAX = 32 };

static size_t span(const char *p, const char *more)
{
	size_t n = 0;
	while ((p[n] >= 'a' && p[n] <= 'z') || (p[n] >= '0' && p[n] <= '9') ||
	       (p[n] && strchr(more, p[n])))
		n++;
	return n;
}

/* From after "fw": the operator or nothing, then one version or two. Returns what comes after. */
static const char *firmware(const char *p, struct amt_buf *out)
{
	static const struct {
		const char *op, *before, *after;
	} ops[] = {
		{">=", "", " or later"}, {"<=", "", " or earlier"},
		{">", "above ", ""},     {"<", "below ", ""},
		{"=", "", ""},
	};
	const char *before = "", *after = "";

	p += strspn(p, " ");
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (strncmp(p, ops[i].op, strlen(ops[i].op)) == 0) {
			before = ops[i].before;
			after = ops[i].after;
			p += strlen(ops[i].op);
			break;
		}
	}
	p += strspn(p, " ");
	size_t n = span(p, ".");
	const char *dots = strstr(p, "..");
	if (dots && dots < p + n)
		amt_buf_printf(out, "the firmware is %.*s to %.*s", (int)(dots - p), p,
			       (int)(n - (size_t)(dots - p) - 2), dots + 2);
	else
		amt_buf_printf(out, "the firmware is %s%.*s%s", before, (int)n, p, after);
	return p + n;
}

static const char *word(const char *p, struct amt_buf *out)
{
	char name[WORD_MAX];
	size_t n = span(p, ".-");
	enum amt_trait trait;

	if (n == 0) { /* no row of the catalogue gets here: a test parses them all */
		amt_buf_byte(out, *p);
		return p + 1;
	}
	if (n < sizeof(name)) {
		memcpy(name, p, n);
		name[n] = '\0';
		if (amt_trait_parse(name, &trait)) {
			amt_buf_str(out, amt_trait_meaning(trait));
			return p + n;
		}
	}
	amt_buf_add(out, p, n);
	return p + n;
}

bool amt_item_when(const struct amt_item *item, struct amt_buf *out)
{
	const char *p = item->applies;

	while (*p) {
		switch (*p) {
		case ' ':
		case '\t':
			p++;
			break;
		case ';':
			amt_buf_str(out, "; and ");
			p++;
			break;
		case '|':
			amt_buf_str(out, ", or ");
			p++;
			break;
		case '!':
			amt_buf_str(out, "not: ");
			p++;
			break;
		case '(':
		case ')':
			amt_buf_byte(out, *p++);
			break;
		default:
			if (p[0] == 'f' && p[1] == 'w' && !(p[2] >= 'a' && p[2] <= 'z'))
				p = firmware(p + 2, out);
			else
				p = word(p, out);
		}
	}
	return !out->over;
}
