/* Files that may hold keys or passwords: what they are called, and what is in them. */
#include "bundle.h"

#include <string.h>

/* "name,fqdn,UUID,MAC,password,password": what ConfigMgr 2007 imports has no heading. */
static bool has_uuid_third(const char *line, size_t n)
{
	size_t field = 0, hex = 0, other = 0;

	for (size_t i = 0; i < n && field < 3; i++) {
		if (strchr(",;\t", line[i]))
			field++;
		else if (field == 2 && strchr("0123456789abcdefABCDEF", line[i]))
			hex++;
		else if (field == 2 && !strchr("-{}\" ", line[i]))
			other++;
	}
	return field == 3 && hex == 32 && !other;
}

static bool is_heading(const char *text, size_t n)
{
	const char *end = memchr(text, '\n', n);
	size_t len = end ? (size_t)(end - text) : n;

	return amt_memcasestr(text, len, "uuid") || amt_memcasestr(text, len, "guid");
}

static bool is_row(const char *line, size_t n)
{
	return memchr(line, ',', n) || memchr(line, ';', n) || memchr(line, '\t', n);
}

static const char *password_word(const char *p, size_t n)
{
	static const char *const words[] = {"password", "passwort", "kennwort"};
	const char *at = NULL;

	for (size_t i = 0; i < 3 && !at; i++)
		if ((at = amt_memcasestr(p, n, words[i])))
			at += 8;
	return at;
}

/* "password geheim7", in a remark: what follows is no plain word. "no password fits" is harmless.
 */
static bool tells_password(const char *line, size_t n)
{
	const char *end = line + n, *p = line;

	while ((p = password_word(p, (size_t)(end - p)))) {
		bool letters = true;
		while (p < end && *p == ' ')
			p++;
		for (; p < end && !strchr(" ,;\t\r\".", *p); p++)
			letters = letters && ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z');
		if (!letters)
			return true;
	}
	return false;
}

/* Import files have any name; that a line of a table speaks of passwords counts in tables only. */
static bool holds_passwords(const struct amt_buf *b, bool table)
{
	enum { LOOKED_AT = 8192 };
	char text[LOOKED_AT] = {0};
	size_t n = 0;

	/* Without zeros UTF-16 reads like ASCII. */
	for (size_t i = 0; i < b->len && n < LOOKED_AT; i++)
		if (b->data[i])
			text[n++] = b->data[i];
	size_t line = 0;
	/* Columns that are named hold what they say: a list of clients, an export. Notes in it
	 * may speak of passwords. */
	bool headed = is_heading(text, n);
	while (line < n) {
		const char *end = memchr(text + line, '\n', n - line);
		size_t len = end ? (size_t)(end - text) - line : n - line;
		if (!headed && has_uuid_third(text + line, len))
			return true;
		if ((table || headed) && is_row(text + line, len) &&
		    (headed && line ? tells_password(text + line, len)
				    : password_word(text + line, len) != NULL))
			return true;
		line += len + 1;
	}
	return false;
}

const char *stage_bundle_secret(const char *path, const struct amt_buf *b)
{
	static const char *const made_for_keys[] = {".pfx", ".p12", ".key", ".keytab"};

	for (size_t i = 0; i < sizeof(made_for_keys) / sizeof(made_for_keys[0]); i++)
		if (amt_str_ends(path, made_for_keys[i]))
			return "may hold a private key";
	if (memmem(amt_buf_cstr(b), b->len, "PRIVATE KEY", 11))
		return "may hold a private key";
	return holds_passwords(b, amt_str_ends(path, ".csv") || amt_str_ends(path, ".txt"))
		       ? "may hold passwords, as an import file of ConfigMgr does"
		       : NULL;
}
