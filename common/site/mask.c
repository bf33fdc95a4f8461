/* Passwords in text that somebody else wrote: stars in their place. */
#include "amtdiag/site.h"

#include <string.h>

/* Bytes as characters: one byte each, or the low byte of UTF-16. */
struct text {
	char *p;
	size_t n, step;
	bool binary; /* captures, certificates: what a short word is there is chance, and no value
			goes on behind a character that is not to be printed */
};
#define LOOK      64 /* bytes that tell what is binary: headers of formats have such bytes early */
#define LONG_WORD 6

static char at(const struct text *t, size_t i)
{
	char c = i < t->n ? t->p[i * t->step] : '\n';

	return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool unprintable(char c)
{
	return (unsigned char)c < 0x20 && c != '\t' && c != '\r' && c != '\n';
}

static bool letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool part(char c)
{
	return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool is(const struct text *t, size_t i, const char *word)
{
	for (size_t k = 0; word[k]; k++)
		if (at(t, i + k) != word[k])
			return false;
	return true;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

/* alone: not as a part of a longer word (pwdLastSet, apps). plain: a blank is enough before the
 * value. */
static const struct {
	const char *word;
	bool alone, plain;
} words[] = {
	{"password", false, false},     {"passwd", false, false},
	{"passwort", false, false},     {"kennwort", false, false},
	{"pwd", true, false},           {"passphrase", false, false},
	{"secret", true, false},        {"pw", true, false},
	{"pps", true, false},           {"authorization", true, false},
	{"dnscredentials", true, true}, {"mot de passe", false, false},
	{"wachtwoord", false, false},   {"contrase", false, false},
};

/* "the password is X": X, if it does not look like a word; else 0. */
static size_t in_a_sentence(const struct text *t, size_t i)
{
	size_t end = i;
	bool word = true;

	while (at(t, end) != '\n' && !blank(at(t, end)))
		end++;
	for (size_t k = i; k + 1 < end; k++) /* the last may be a full stop */
		word = word && letter(at(t, k));
	return word ? 0 : i;
}

/* "the password X" in prose: X where no word, number, date, path or bracket of a log looks like
 * that: six characters at least, letters and among them digits or signs. */
static size_t in_prose(const struct text *t, size_t i)
{
	size_t letters = 0, digits = 0, signs = 0, end = i;

	if (at(t, i) == '(' || at(t, i) == '"' || at(t, i) == '\'')
		end = ++i;
	for (; end < t->n && !blank(at(t, end)) && !strchr("\r\n,;()\"'<>", at(t, end)); end++) {
		char c = at(t, end);
		letters += letter(c);
		digits += c >= '0' && c <= '9';
		signs += strchr("!@$%&*+?~^", c) != NULL;
		if (strchr("/\\:=#{}[]|", c) || (unsigned char)c >= 0x7f || unprintable(c))
			return 0;
	}
	while (end > i && strchr(".!?", at(t, end - 1)))
		end--;
	if (end < i + 6 || !letters || !(digits + signs) || is(t, i, "0x"))
		return 0;
	/* Versions, names of hosts and files have dots; numbers of fixes begin with KB. */
	for (size_t k = i; k < end && !signs; k++)
		if (at(t, k) == '.')
			return 0;
	if (is(t, i, "kb") && digits + 2 == end - i)
		return 0;
	return i;
}

/* The character after a key and what stands between it and its value, 0: no value follows. *run:
 * where the word ends. */
static size_t after_key(const struct text *t, size_t i, size_t row, size_t *run)
{
	size_t end = i + strlen(words[row].word), begin = end;

	if (words[row].alone && ((i && letter(at(t, i - 1))) || letter(at(t, end))))
		return 0;
	while (part(at(t, end)))
		end++;
	*run = end;
	if (end - begin >= 4 && is(t, end - 4, "file")) /* where it is, not what it is */
		return 0;
	while (strchr("\"']", at(t, end)) && at(t, end))
		end++;
	begin = end;
	while (blank(at(t, end)))
		end++;
	if (strchr("=:>", at(t, end)) && at(t, end))
		end++;
	else if (end > begin && (is(t, end, "is ") || is(t, end, "to ") || is(t, end, "ist ")))
		return in_a_sentence(t, end + (at(t, end + 2) == ' ' ? 3 : 4));
	else if (!words[row].plain && !t->binary && end > begin)
		return in_prose(t, end);
	else if (!words[row].plain || end == begin)
		return 0;
	while (blank(at(t, end)))
		end++;
	return end;
}

/* Nothing but words before i in its line: KEY = VALUE, and the value is the rest. */
static bool begins_line(const struct text *t, size_t i)
{
	while (i && (part(at(t, i - 1)) || blank(at(t, i - 1)) || at(t, i - 1) == '"'))
		i--;
	return !i || at(t, i - 1) == '\n';
}

static size_t value_end(const struct text *t, size_t i, char quote, char before, bool line)
{
	for (; i < t->n; i++) {
		char c = at(t, i);
		if (t->binary && (unprintable(c) || (unsigned char)c >= 0x7f))
			return i;
		if (c == '\n' && !(i && line && at(t, i - 1 - (at(t, i - 1) == '\r')) == '\\'))
			return i;
		if (c == '\r' && at(t, i + 1) == '\n')
			continue;
		if (quote && c == quote)
			return i;
		if (quote && c == '\\')
			i++;
		else if (before == '>' && c == '<')
			return i;
		else if (is(t, i, "  $$<") || is(t, i, "]log]!"))
			return i;
		else if (!quote && !line && before != '>' && (blank(c) || strchr(";,&<\"'\\", c)))
			return i;
	}
	return i;
}

/* Words of a dialog, not a password. */
static bool harmless(const struct text *t, size_t i, size_t end)
{
	static const char *const words_of_settings[] = {"set", "empty", "yes", "no"};

	while (end > i && (blank(at(t, end - 1)) || at(t, end - 1) == '\r'))
		end--;
	while (i < end && at(t, i) == '=') /* base64 that ends in "pw==" */
		i++;
	for (size_t k = 0; k < sizeof(words_of_settings) / sizeof(words_of_settings[0]); k++)
		if (end - i == strlen(words_of_settings[k]) && is(t, i, words_of_settings[k]))
			return true;
	return end == i;
}

static size_t mask_at(const struct text *t, size_t i, size_t row, size_t *masked)
{
	size_t run = i + 1, from = after_key(t, i, row, &run);
	char before = from ? at(t, from - 1) : 0, quote = 0;

	if (!from)
		return run; /* no word within it is a key either */
	bool line = words[row].plain || !strcmp(words[row].word, "authorization");
	for (size_t k = run; k < from; k++) /* in a sentence the value is a word */
		line = line || (strchr("=:", at(t, k)) && begins_line(t, i));
	if (at(t, from) == '"' || at(t, from) == '\'')
		quote = at(t, from++);
	size_t end = value_end(t, from, quote, before, line);
	if (harmless(t, from, end))
		return end;
	for (size_t k = from; k < end && k < t->n; k++) {
		if (strchr("\r\n", at(t, k)))
			continue;
		t->p[k * t->step] = '*';
	}
	++*masked;
	return end;
}

size_t site_mask(char *p, size_t n)
{
	struct text t = {.p = p, .n = n, .step = 1};
	size_t masked = 0;

	/* UTF-16 by its mark, or by its first characters. */
	if (n >= 4 && !p[1] && !p[3])
		t = (struct text){.p = p, .n = n / 2, .step = 2};
	else if (n >= 4 && !p[0] && !p[2])
		t = (struct text){.p = p + 1, .n = n / 2, .step = 2};
	else if (n >= 4 && (unsigned char)p[0] == 0xFF && (unsigned char)p[1] == 0xFE)
		t = (struct text){.p = p + 2, .n = (n - 2) / 2, .step = 2};
	else if (n >= 4 && (unsigned char)p[0] == 0xFE && (unsigned char)p[1] == 0xFF)
		t = (struct text){.p = p + 3, .n = (n - 2) / 2, .step = 2};
	for (size_t i = 0; i < t.n && i < LOOK; i++)
		t.binary = t.binary || unprintable(at(&t, i));
	for (size_t i = 0; i < t.n;) {
		size_t next = i + 1;
		char c = at(&t, i);
		if (c && strchr("pksadmwc", c))
			for (size_t row = 0; row < sizeof(words) / sizeof(words[0]); row++)
				if (is(&t, i, words[row].word) &&
				    (!t.binary || strlen(words[row].word) >= LONG_WORD)) {
					next = mask_at(&t, i, row, &masked);
					break;
				}
		i = next > i ? next : i + 1;
	}
	return masked;
}
