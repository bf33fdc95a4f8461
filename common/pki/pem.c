/*
 * PEM (RFC 7468), leniently: text around it, CRLF, blanks at line ends and missing
 * END lines are met in the field. A block that can't be read is a note with its line.
 */
#include "pki/private.h"

#include <stdlib.h>

struct block {
	const char *label;
	size_t label_n;
	const char *body, *end; /* base64 between the lines */
	const char *after;      /* where the next block can begin */
	bool closed;
	unsigned line;
};

static unsigned count_lines(const char *from, const char *to)
{
	unsigned n = 0;

	for (; from < to && (from = memchr(from, '\n', (size_t)(to - from))); from++)
		n++;
	return n;
}

static const char *find(const char *p, const char *end, const char *what)
{
	return p < end ? memmem(p, (size_t)(end - p), what, strlen(what)) : NULL;
}

/* The next block at or after *p; *line counts along. */
static bool next_block(const char **p, const char *end, unsigned *line, struct block *b)
{
	const char *begin = find(*p, end, "-----BEGIN ");

	if (!begin)
		return false;
	*line += count_lines(*p, begin);
	b->line = *line;
	b->label = begin + strlen("-----BEGIN ");
	const char *dashes = find(b->label, end, "-----");
	const char *newline = memchr(b->label, '\n', (size_t)(end - b->label));
	if (!dashes || (newline && newline < dashes)) {
		*p = b->label;
		return next_block(p, end, line, b);
	}
	b->label_n = (size_t)(dashes - b->label);
	b->body = dashes + 5;
	const char *close = find(b->body, end, "-----");
	b->closed = close && end - close >= 9 && !memcmp(close, "-----END ", 9);
	b->end = close ? close : end;
	/* After the END marker, or at the next BEGIN when the END is missing. Files put together
	 * without a line end between them have "-----END X----------BEGIN X-----". */
	const char *next = b->end;
	if (b->closed) {
		const char *eol = memchr(b->end, '\n', (size_t)(end - b->end));
		const char *marker = find(b->end + 9, eol ? eol : end, "-----");
		next = marker ? marker + 5 : eol ? eol : end;
	}
	*line += count_lines(begin, next);
	*p = b->after = next;
	return true;
}

static bool is(const struct block *b, const char *label)
{
	return b->label_n == strlen(label) && !memcmp(b->label, label, b->label_n);
}

static bool has(const struct block *b, const char *word)
{
	return amt_memcasestr(b->label, b->label_n, word) != NULL;
}

/* Base64 without its white space; the caller frees. -1: not base64. */
static long decode(const struct block *b, uint8_t **out)
{
	size_t n = (size_t)(b->end - b->body), k = 0;
	char *clean = amt_malloc(n + 1);

	for (size_t i = 0; i < n; i++)
		if (!strchr(" \t\r\n", b->body[i]) || !b->body[i])
			clean[k++] = b->body[i];
	*out = amt_malloc(k + 1);
	long len = amt_base64_decode(clean, k, *out, k + 1);
	free(clean);
	return len;
}

static void take(struct pki_loading *l, const struct block *b)
{
	const char *name = pki_source_of(l)->name;
	uint8_t *der = NULL;

	if (has(b, "PRIVATE KEY")) {
		const char *from = b->label - strlen("-----BEGIN ");
		pki_load_key(l, from, (size_t)(b->after - from));
		return;
	}
	bool cert =
		is(b, "CERTIFICATE") || is(b, "X509 CERTIFICATE") || is(b, "TRUSTED CERTIFICATE");
	bool p7 = has(b, "PKCS7") || has(b, "CMS") || has(b, "PKCS #7");
	bool crl = is(b, "X509 CRL");
	if (!cert && !p7 && !crl) {
		if (!is(b, "CERTIFICATE REQUEST") && !is(b, "NEW CERTIFICATE REQUEST"))
			return;
		amt_note_add(l->notes, name,
			     "line %u: this is a request for a certificate, not a certificate",
			     b->line);
		return;
	}
	if (!b->closed)
		amt_note_add(l->notes, name, "line %u: the block has no END line", b->line);
	long n = decode(b, &der);
	if (n <= 0) {
		pki_source_of(l)->unreadable++;
		amt_note_add(l->notes, name,
			     "line %u: what stands between BEGIN and END is not "
			     "base64",
			     b->line);
	} else if (cert && pki_looks_signed(der, (size_t)n)) {
		pki_store_add(l->f, pki_source_of(l), der, (size_t)n, NULL, l->notes);
	} else if (!pki_load_der(l, der, (size_t)n)) {
		/* certutil -encode calls everything a certificate, collections too. */
		pki_source_of(l)->unreadable++;
		amt_note_add(l->notes, name,
			     "line %u: what stands between BEGIN and END is no certificate, "
			     "collection or revocation list",
			     b->line);
	}
	free(der);
}

bool pki_load_pem(struct pki_loading *l, const char *text, size_t n)
{
	const char *p = text, *end = text + n;
	unsigned line = 1, blocks = 0;
	struct block b;

	while (next_block(&p, end, &line, &b)) {
		if (!blocks++) {
			pki_source_of(l)->format = "PEM";
			pki_source_of(l)->ordered = true;
		}
		take(l, &b);
	}
	return blocks > 0;
}

/* A .cer or .pfx in base64 without the lines around it; DER in base64 begins with an M. */
bool pki_load_base64(struct pki_loading *l, const char *text, size_t n)
{
	const struct block b = {.body = text, .end = text + n};
	size_t blank = 0;
	uint8_t *der = NULL;

	while (blank < n && strchr(" \t\r\n", text[blank]) && text[blank])
		blank++;
	if (blank == n || text[blank] != 'M')
		return false;
	long len = decode(&b, &der);
	bool good = len > 0 && pki_load_der(l, der, (size_t)len);
	/* It may have held a private key. */
	if (len > 0)
		amt_wipe(der, (size_t)len);
	free(der);
	return good;
}
