/*
 * Which words must stand in a text for a pattern to match it? Read with caution: what
 * is not understood for certain ends a word, or gives up.
 */
#include "search.h"

struct word {
	char best[NEEDLE_MAX], run[NEEDLE_MAX];
	size_t best_len, run_len;
	bool broken; /* there is more to it than letters */
};

static void stop(struct word *w)
{
	if (w->run_len > w->best_len) {
		memcpy(w->best, w->run, w->run_len);
		w->best_len = w->run_len;
	}
	w->run_len = 0;
	w->broken = true;
}

static void letter(struct word *w, char c)
{
	/* '~' and what is no printable ASCII may look different in the raw bytes. */
	if (c < ' ' || c >= '~' || w->run_len == NEEDLE_MAX)
		stop(w);
	if (c >= ' ' && c < '~')
		w->run[w->run_len++] = c;
}

/* Behind a character class that begins at p; NULL: it does not end. */
static const char *past_class(const char *p)
{
	p += p[1] == '^' ? 2 : 1;
	if (*p == ']')
		p++;
	for (; *p && *p != ']'; p++) {
		if (*p == '\\' && !*++p)
			return NULL;
		if (*p == '[' && (p[1] == ':' || p[1] == '.' || p[1] == '=')) {
			const char mark[3] = {p[1], ']', '\0'};
			const char *end = strstr(p + 2, mark);
			if (end)
				p = end + 1;
		}
	}
	return *p ? p + 1 : NULL;
}

static bool plain_escape(char c)
{
	return c && strchr("dDwWsSbBAZzGhHvVRXnrtfeaK", c) != NULL;
}

/* Is what opens at p a group whose inside may be passed over? */
static bool plain_group(const char *p)
{
	if (p[1] == '*')
		return false;
	if (p[1] != '?')
		return true;
	return p[2] == 'i' ? p[3] == ')' || p[3] == ':' : p[2] && strchr(":=!<>P|'", p[2]);
}

/* Behind the group that opens at p; NULL: not understood. */
static const char *past_group(const char *p)
{
	unsigned depth = 0;

	do {
		if (*p == '[') {
			if (!(p = past_class(p)))
				return NULL;
			continue;
		}
		if (*p == '\\') {
			if (p[1] == 'Q' || !*++p)
				return NULL;
		} else if (*p == '(') {
			if (!plain_group(p))
				return NULL;
			depth++;
		} else if (*p == ')') {
			depth--;
		} else if (!*p) {
			return NULL;
		}
		p++;
	} while (depth);
	return p;
}

/* Behind a quantifier; behind the '{' alone where it is none. */
static const char *past_count(const char *p)
{
	size_t n = *p == '{' ? strspn(p + 1, "0123456789, ") : 0;

	return *p == '{' && p[1 + n] == '}' ? p + n + 2 : p + 1;
}

/* One alternative from p on: its end, or NULL when there is no certain word in it. */
static const char *alternative(const char *p, struct word *w)
{
	*w = (struct word){.run_len = 0};
	while (p && *p && *p != '|') {
		switch (*p) {
		case '\\':
			p++;
			if (plain_escape(*p))
				stop(w);
			else if (*p > ' ' && *p < 0x7f && !strchr("0123456789", *p) &&
				 ((*p | 0x20) < 'a' || (*p | 0x20) > 'z'))
				letter(w, *p);
			else
				return NULL;
			p++;
			break;
		case '[':
			stop(w);
			p = past_class(p);
			break;
		case '(':
			stop(w);
			p = past_group(p);
			break;
		case ')':
			return NULL;
		case '*':
		case '?':
		case '{': /* may allow none of what stands before it */
			w->run_len -= w->run_len > 0;
			stop(w);
			p = past_count(p);
			break;
		case '+':
		case '.':
		case '^':
		case '$':
			stop(w);
			p++;
			break;
		default:
			letter(w, *p++);
		}
	}
	bool broken = w->broken;
	stop(w);
	w->broken = broken;
	return p && w->best_len >= NEEDLE_MIN ? p : NULL;
}

bool needles_of(const char *pattern, struct needles *out)
{
	struct word w;

	*out = (struct needles){.least = NEEDLE_MAX, .whole = true};
	for (const char *p = pattern;; p++) {
		if (out->n == NEEDLES_MAX || !(p = alternative(p, &w)))
			return false;
		memcpy(out->text[out->n], w.best, w.best_len);
		out->len[out->n++] = (uint8_t)w.best_len;
		out->least = w.best_len < out->least ? w.best_len : out->least;
		out->most = w.best_len > out->most ? w.best_len : out->most;
		out->whole = out->whole && !w.broken;
		for (size_t i = 0; i < w.best_len; i++)
			out->folds = out->folds || strchr("kKsS", w.best[i]);
		if (!*p)
			return true;
	}
}
