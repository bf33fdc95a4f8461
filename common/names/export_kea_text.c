/* Kea's files are JSON with remarks, includes and commas too many. All of them become blanks, so
 * that lines keep their numbers. */
#include "names/export_kea.h"

#include <stddef.h>
#include <string.h>

/* Past the string that begins at p. */
static char *past_string(char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\' && p + 1 < end)
			p++;
	return p < end ? p + 1 : p;
}

static void blank(char *p, const char *stop)
{
	for (; p < stop; p++)
		if (*p != '\n')
			*p = ' ';
}

/* The end of a remark that begins at p; p itself when none does. */
static char *past_remark(char *p, const char *end)
{
	size_t left = (size_t)(end - p);
	char *stop = NULL;

	if (*p == '#' || (left > 1 && p[0] == '/' && p[1] == '/')) {
		stop = memchr(p, '\n', left);
	} else if (left > 1 && p[0] == '/' && p[1] == '*') {
		stop = memmem(p + 2, left - 2, "*/", 2);
		stop = stop ? stop + 2 : NULL;
	} else {
		return p;
	}
	return stop ? stop : p + left;
}

/* The key that the value at p has, if it is a value of its own or the first of a list; else "". */
static const char *key_before(const char *text, const char *p, char *out, size_t size)
{
	const char *end;

	*out = '\0';
	while (p > text && strchr(" \t\r\n[", p[-1]))
		p--;
	if (p == text || *--p != ':')
		return out;
	while (p > text && p[-1] != '"')
		p--;
	if (p == text)
		return out;
	end = --p;
	while (p > text && p[-1] != '"')
		p--;
	if ((size_t)(end - p) < size)
		amt_str_copy(out, (size_t)(end - p) + 1, p);
	return out;
}

/* May what stands under this key hold options of a scope that stands outside of it? */
static bool holds_options(const char *key)
{
	static const char *const harmless[] = {
		"subnet4",        "subnet6",         "shared-networks", "reservations",
		"loggers",        "hooks-libraries", "option-def",      "control-socket",
		"lease-database", "hosts-database",  "hosts-databases", "interfaces-config"};

	for (size_t i = 0; i < sizeof(harmless) / sizeof(*harmless); i++)
		if (!strcmp(key, harmless[i]))
			return false;
	return true;
}

struct plain {
	struct export_reading *x;
	char *text, *end;
	const char *counted; /* lines up to here */
	unsigned long long line;
	const char *includes;
};

/* An include at p: "<?include "file"?>". Returns its end. */
static char *include(struct plain *k, char *p)
{
	char *stop = memmem(p, (size_t)(k->end - p), "?>", 2), key[32], *name, *quote;

	stop = stop ? stop + 2 : k->end;
	for (; k->counted < p; k->counted++)
		k->line += *k->counted == '\n';
	name = memchr(p, '"', (size_t)(stop - p));
	quote = name ? memchr(name + 1, '"', (size_t)(stop - name - 1)) : NULL;
	name = quote ? amt_arena_strndup(&k->x->f->arena, name + 1, (size_t)(quote - name - 1))
		     : amt_arena_strdup(&k->x->f->arena, "a file");
	if (k->x->notes)
		amt_note_add(k->x->notes, k->x->name,
			     "line %llu: %s is included and not read: scopes and options in it are "
			     "missing here; give what the server itself answers to config-get, "
			     "which holds all of it",
			     k->line, name);
	if (holds_options(key_before(k->text, p, key, sizeof(key))))
		k->includes = export_also(k->x, k->includes, ", ", name);
	blank(p, stop);
	/* A value has to stand there. */
	static const char nothing[] = {'n', 'u', 'l', 'l'};
	for (const char *b = p; b > k->text; b--) {
		if (strchr(" \t\r\n", b[-1]))
			continue;
		if (b[-1] == ':' && stop - p >= (ptrdiff_t)sizeof(nothing))
			memcpy(p, nothing, sizeof(nothing));
		break;
	}
	return stop;
}

static void blank_commas(char *p, const char *end)
{
	char *comma = NULL; /* the last thing seen, if it was a comma */
	bool open = true;   /* the last thing seen was '{', '[' or a comma: none may follow */

	while (p < end) {
		if (*p == '"') {
			p = past_string(p, end);
			comma = NULL;
			open = false;
			continue;
		}
		if (*p == ',') {
			if (open)
				*p = ' ';
			else
				comma = p;
			open = true;
		} else if (!strchr(" \t\r\n", *p)) {
			if (comma && (*p == '}' || *p == ']'))
				*comma = ' ';
			comma = NULL;
			open = *p == '{' || *p == '[';
		}
		p++;
	}
}

const char *kea_plain_json(struct export_reading *x, char *text, size_t n)
{
	struct plain k = {.x = x, .text = text, .end = text + n, .counted = text, .line = 1};

	for (char *p = text; p < k.end;) {
		char *stop = past_remark(p, k.end);
		if (stop > p) {
			blank(p, stop);
			p = stop;
		} else if (*p == '"') {
			p = past_string(p, k.end);
		} else if (k.end - p > 9 && !strncmp(p, "<?include", 9)) {
			p = include(&k, p);
		} else {
			p++;
		}
	}
	blank_commas(text, k.end);
	return k.includes;
}
