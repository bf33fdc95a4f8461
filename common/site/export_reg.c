/*
 * Registry texts. "reg export" writes [KEY] and "name"=dword:00000001; "reg query"
 * writes KEY and "    name    REG_DWORD    0x1". Both value by value.
 */
#include "exports.h"

#include <string.h>

struct reader {
	struct export_source *s;
	export_value_fn *each;
	void *arg;
	char key[1024];
};

/* A quoted name or string with \" and \\ , in place. The rest after the closing quote, or NULL. */
static char *unquote(char *p)
{
	char *out = p;

	while (*p && *p != '"') {
		if (*p == '\\' && p[1])
			p++;
		*out++ = *p++;
	}
	char *rest = *p == '"' ? p + 1 : NULL;
	*out = '\0';
	return rest;
}

static bool is_hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static void squeeze_hex(char *p)
{
	char *out = p;

	for (; *p; p++)
		if (is_hex_digit(*p))
			*out++ = *p;
	*out = '\0';
}

/* "hex(2):41,00,..." of a string value back to its text (ASCII is enough for what is judged). */
static void hex_string(char *p)
{
	char *out = p;

	squeeze_hex(p);
	for (const char *q = p; q[0] && q[1] && q[2] && q[3]; q += 4) {
		unsigned char b[2];
		char four[5] = {q[0], q[1], q[2], q[3], '\0'};
		if (amt_hex_decode(four, b, 2) != 2 || (!b[0] && !b[1]))
			break;
		*out++ = b[1] || b[0] >= 0x7f || b[0] < 0x20 ? '?' : (char)b[0];
	}
	*out = '\0';
}

static void assignment(struct reader *r, char *line)
{
	char nameless[1] = "", *name = nameless, *p = line;

	if (*p == '"') {
		name = p + 1;
		p = unquote(name);
	} else if (*p == '@') {
		p++;
	} else {
		p = NULL;
	}
	while (p && *p == ' ')
		p++;
	if (!p || *p++ != '=')
		return;
	while (*p == ' ')
		p++;
	if (*p == '"') {
		unquote(++p);
		r->each(r->arg, r->key, name, "sz", p);
	} else if (!amt_strncasecmp(p, "dword:", 6)) {
		r->each(r->arg, r->key, name, "dword", p + 6);
	} else if (!amt_strncasecmp(p, "hex(2):", 7) || !amt_strncasecmp(p, "hex(7):", 7)) {
		hex_string(p + 7);
		r->each(r->arg, r->key, name, "sz", p + 7);
	} else if (!amt_strncasecmp(p, "hex", 3) && strchr(p, ':')) {
		p = strchr(p, ':') + 1;
		squeeze_hex(p);
		r->each(r->arg, r->key, name, "hex", p);
	}
}

/* "name    REG_SZ    text": names may hold blanks, so the type is the anchor. */
static void queried(struct reader *r, char *line)
{
	char *type = strstr(line, "REG_");
	char empty[1] = "";

	if (!type || type == line)
		return;
	char *text = type + strcspn(type, " \t");
	if (*text)
		*text++ = '\0';
	else
		text = empty;
	type[-1] = '\0';
	char *name = amt_str_trim(line);
	text = amt_str_trim(text);
	if (!strcmp(name, "(Default)") || !strcmp(name, "<NO NAME>"))
		name[0] = '\0';
	if (!strcmp(type, "REG_DWORD"))
		r->each(r->arg, r->key, name, "dword",
			amt_str_begins(text, "0x") ? text + 2 : text);
	else if (!strcmp(type, "REG_BINARY"))
		r->each(r->arg, r->key, name, "hex", text);
	else
		r->each(r->arg, r->key, name, "sz", text);
}

/* Puts the lines that a backslash continues together, in place. */
static void join(struct export_source *s, char *line, char **at)
{
	size_t n = strlen(line);

	while (n && line[n - 1] == '\\') {
		char *next = export_line(s, at);
		if (!next)
			break;
		next += strspn(next, " \t");
		size_t more = strlen(next);
		memmove(line + n - 1, next, more + 1);
		n += more - 1;
	}
}

void export_reg_each(struct export_source *s, export_value_fn *each, void *arg)
{
	struct reader r = {.s = s, .each = each, .arg = arg};
	char *at = s->text, *line;

	while ((line = export_line(s, &at))) {
		bool bracket = *line == '[', plain = !strncmp(line, "HKEY_", 5);
		uint64_t where = s->line;
		if (bracket || plain) {
			size_t n = strlen(line += bracket);
			while (n && (line[n - 1] == ' ' || (bracket && line[n - 1] == ']')))
				n--;
			line[n] = '\0';
			amt_str_copy(r.key, sizeof(r.key), line);
			each(arg, r.key, NULL, "", "");
		} else if (*line == '"' || *line == '@') {
			if (!strstr(line, "=\""))
				join(s, line, &at);
			uint64_t last = s->line;
			s->line = where;
			assignment(&r, line);
			s->line = last;
		} else if (*line == ' ') {
			queried(&r, line);
		}
	}
}
