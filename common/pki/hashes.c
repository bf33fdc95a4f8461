/*
 * Root hash lists of devices: plain lines, rpc-go amtinfo text or JSON, MeshCmd
 * output, and documents of amt-hellocap. Text is read by one rule: a run of 40,
 * 64 or 96 hex digits is a hash; the name stands before or after it.
 */
#include "pki/private.h"

#include <ctype.h>
#include <stdlib.h>

#define HASHES_MAX 4096 /* a device has 33 at most (certificates.md 1.2) */

struct pki_hash_list *pki_add_list(struct pki_facts *f, const char *source)
{
	struct pki_hash_list *l = amt_vec_add(&f->lists);

	l->source = amt_arena_strdup(&f->arena, source);
	return l;
}

void pki_add_hash(struct pki_facts *f, struct pki_hash_list *l, const uint8_t *hash, size_t length,
		  const char *name)
{
	struct pki_hash h = {.length = (uint8_t)length};

	if ((length != 20 && length != 32 && length != 48) || l->hashes.n >= HASHES_MAX)
		return;
	memcpy(h.bytes, hash, length);
	h.name = amt_arena_strdup(&f->arena, name && *name ? name : NULL);
	amt_vec_push(&l->hashes, h);
}

static bool add_hex(struct pki_facts *f, struct pki_hash_list *l, const char *hex, const char *name)
{
	uint8_t h[64];
	long n = hex ? amt_hex_decode(hex, h, sizeof(h)) : -1;

	if (n != 20 && n != 32 && n != 48)
		return false;
	pki_add_hash(f, l, h, (size_t)n, name);
	return true;
}

/*
 * A run of hex digits of a hash's length; ':' '-' or a blank may stand between
 * bytes, when it stands between the first two as well.
 */
static const char *find_hash(const char *line, size_t *len, char hex[97])
{
	for (const char *p = line; *p; p++) {
		size_t n = 0, k = 0;
		char sep = '\0';
		if (!isxdigit((unsigned char)*p) || (p > line && isalnum((unsigned char)p[-1])))
			continue;
		if (isxdigit((unsigned char)p[1]) && p[2] && strchr(": -", p[2]))
			sep = p[2];
		while (n <= 96) {
			if (isxdigit((unsigned char)p[k])) {
				if (n < 96)
					hex[n] = p[k];
				n++;
			} else if (!sep || p[k] != sep || n % 2 ||
				   !isxdigit((unsigned char)p[k + 1]) ||
				   !isxdigit((unsigned char)p[k + 2])) {
				break;
			}
			k++;
		}
		if ((n == 40 || n == 64 || n == 96) && !isalnum((unsigned char)p[k])) {
			hex[n] = '\0';
			*len = k;
			return p;
		}
		p += k - 1;
	}
	return NULL;
}

/* Cuts what lists put around names: punctuation, algorithm words, flags. */
static char *clean_name(char *s)
{
	size_t n;

	while (*s && strchr(" \t,;:|=-\"'()", *s))
		s++;
	/* "(Default, Active)" behind a name is no part of it. */
	char *flags = strrchr(s, '(');
	if (flags && (amt_memcasestr(flags, strlen(flags), "active") ||
		      amt_memcasestr(flags, strlen(flags), "default")))
		*flags = '\0';
	n = strlen(s);
	while (n && strchr(" \t,;:|=-\"'(", s[n - 1]))
		s[--n] = '\0';
	/* "SHA256: hash": the word before it names the algorithm. */
	if (!amt_strcasecmp(s, "sha1") || !amt_strcasecmp(s, "sha256") ||
	    !amt_strcasecmp(s, "sha384") || !amt_strcasecmp(s, "hash") ||
	    !amt_strcasecmp(s, "certificate hash"))
		return s + n;
	return s;
}

struct reading {
	struct pki_facts *f;
	struct pki_hash_list *l;
	char above[256];  /* the last line that was no hash: rpc-go puts the name there */
	const char *ends; /* what ends a line */
	bool rpc;         /* rpc-go's text: it says "Active" of what is */
};

/* The flags behind a name: "(Default, Active)". rpc-go leaves out what is not so. */
static bool switched_off(const struct reading *r, const char *line)
{
	size_t n = strlen(line);
	const char *flags = strrchr(line, '(');

	if (amt_memcasestr(line, n, "inactive") || amt_memcasestr(line, n, "not active"))
		return true;
	return r->rpc && (!flags || !amt_memcasestr(flags, strlen(flags), "active"));
}

/* More than one hash in a line: tables, and JSON that lost its end. */
static void rest_of_line(struct reading *r, const char *rest, const char *name, bool inactive)
{
	char hex[98];
	size_t len;

	while ((rest = find_hash(rest, &len, hex))) {
		if (add_hex(r->f, r->l, hex, name))
			r->l->hashes.v[r->l->hashes.n - 1].inactive = inactive;
		rest += len;
	}
}

static void text_line(struct reading *r, char *line)
{
	char hex[98], before[256], after[256];
	size_t len;
	const char *at = find_hash(line, &len, hex);

	if (!at) {
		char *name = amt_str_trim(line);
		if (amt_memcasestr(name, strlen(name), "\"isactive\"") && strstr(name, "false") &&
		    r->l->hashes.n)
			r->l->hashes.v[r->l->hashes.n - 1].inactive = true;
		if (*name && *name != '#')
			amt_str_copy(r->above, sizeof(r->above), name);
		const char *fw = amt_memcasestr(name, strlen(name), "version");
		const char *colon = fw ? strchr(fw, ':') : NULL;
		if (colon && isdigit((unsigned char)*(colon + 1 + strspn(colon + 1, " \t"))) &&
		    !r->l->firmware)
			r->l->firmware = amt_arena_strdup(&r->f->arena,
							  colon + 1 + strspn(colon + 1, " \t"));
		return;
	}
	amt_str_copy(before, sizeof(before), line);
	before[(size_t)(at - line) < sizeof(before) ? (size_t)(at - line) : sizeof(before) - 1] =
		'\0';
	amt_str_copy(after, sizeof(after), at + len);
	char *name = clean_name(after), *front = clean_name(before);
	bool inactive = switched_off(r, r->above[0] && r->rpc ? r->above : line);
	name = *front ? clean_name(front) : name;
	bool only_flags = !*name || amt_str_begins(name, "default") ||
			  amt_str_begins(name, "active") || amt_str_begins(name, "inactive");
	if (only_flags && r->above[0])
		name = clean_name(r->above);
	size_t had = r->l->hashes.n;
	add_hex(r->f, r->l, hex, name);
	if (r->l->hashes.n > had)
		r->l->hashes.v[had].inactive = inactive;
	rest_of_line(r, at + len, name, inactive);
	r->above[0] = '\0';
}

static void read_text(struct pki_facts *f, struct pki_hash_list *l, const char *text, size_t n,
		      const char *ends)
{
	struct reading r = {.f = f, .l = l, .ends = ends};
	const char *p = text, *end = text + n;
	char line[2048];

	r.rpc = amt_memcasestr(text, n, "---certificate hashes---") &&
		amt_memcasestr(text, n, "active)");
	while (p < end) {
		const char *newline = p;
		while (newline < end && (!*newline || !strchr(r.ends, *newline)))
			newline++;
		newline = newline < end ? newline : NULL;
		size_t len = (size_t)((newline ? newline : end) - p);
		size_t k = len < sizeof(line) - 1 ? len : sizeof(line) - 1;
		memcpy(line, p, k);
		line[k] = '\0';
		if (k && line[k - 1] == '\r')
			line[k - 1] = '\0';
		if (line[0] != '#')
			text_line(&r, line);
		p = newline ? newline + 1 : end;
	}
}

static const char *first_string(const json_t *o, const char *const *keys)
{
	for (; *keys; keys++) {
		const char *s = amt_json_get_str(o, *keys);
		if (s)
			return s;
	}
	return NULL;
}

/* Any object with a hash in it, wherever it stands: rpc-go, MeshCmd and our own documents. */
static void walk_json(struct pki_facts *f, struct pki_hash_list *l, const json_t *j,
		      const char *key, int depth)
{
	static const char *const hash_keys[] = {
		"hex", "hash", "certificateHash", "Hash", "CertificateHash", NULL};
	static const char *const name_keys[] = {"name", "Name", "friendlyName", NULL};
	size_t i;
	const char *k;
	json_t *v;

	if (depth > 12 || l->hashes.n >= HASHES_MAX)
		return;
	if (json_is_string(j)) {
		add_hex(f, l, json_string_value(j), key);
		return;
	}
	if (json_is_array(j)) {
		json_array_foreach(j, i, v) walk_json(f, l, v, NULL, depth + 1);
		return;
	}
	const char *hex = first_string(j, hash_keys);
	if (hex && add_hex(f, l, hex, first_string(j, name_keys))) {
		struct pki_hash *h = &l->hashes.v[l->hashes.n - 1];
		h->inactive = json_is_false(json_object_get(j, "isActive")) ||
			      json_is_false(json_object_get(j, "IsActive"));
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)j, k, v)
	{
		if (!strcmp(k, "amt") && json_is_string(v) && !l->firmware)
			l->firmware = amt_arena_strdup(&f->arena, json_string_value(v));
		walk_json(f, l, v, k, depth + 1);
	}
}

/* An amt-hellocap document: one list a device; fewer hashes than declared is not whole. */
static bool hello_document(struct pki_facts *f, const char *source, const json_t *doc)
{
	const json_t *hellos = json_object_get(json_object_get(doc, "facts"), "hellos");
	size_t i;
	json_t *h;

	if (!json_is_array(hellos))
		return false;
	json_array_foreach(hellos, i, h)
	{
		const json_t *hashes = json_object_get(h, "hashes");
		const char *uuid = amt_json_get_str(h, "uuid");
		struct pki_hash_list *l = NULL;
		if (!json_array_size(hashes))
			continue;
		for (size_t k = 0; uuid && k < f->lists.n; k++)
			if (f->lists.v[k].device && !strcmp(f->lists.v[k].device, uuid))
				l = &f->lists.v[k];
		if (!l)
			l = pki_add_list(f, source);
		l->device = uuid ? amt_arena_strdup(&f->arena, uuid) : NULL;
		amt_vec_free(&l->hashes); /* the newest hello of a device counts */
		walk_json(f, l, hashes, NULL, 0);
		l->partial = (int64_t)l->hashes.n <
			     amt_json_get_int(h, "declared_hashes", (int64_t)l->hashes.n);
	}
	return true;
}

/* Where JSON begins: at once, or below lines that a tool logged before it; NULL: it is text. */
static const char *json_begins(const char *text, size_t n)
{
	size_t blank = 0;

	while (blank < n && strchr(" \t\r\n", text[blank]) && text[blank])
		blank++;
	if (blank < n && (text[blank] == '{' || text[blank] == '['))
		return text + blank;
	const char *brace = memmem(text, n, "\n{", 2);
	return brace ? brace + 1 : NULL;
}

bool pki_load_hashes(struct pki_facts *f, const char *source, const char *text, size_t n,
		     struct amt_notes *notes)
{
	size_t before = f->lists.n, found = 0;
	json_error_t why;
	json_t *doc = NULL;

	/* A byte order mark, as PowerShell and Notepad put one in front. */
	if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		text += 3;
		n -= 3;
	}
	const char *json = json_begins(text, n);
	if (json)
		doc = json_loadb(json, n - (size_t)(json - text), JSON_REJECT_DUPLICATES, &why);
	if (!doc || !hello_document(f, source, doc)) {
		struct pki_hash_list *l = pki_add_list(f, source);
		if (doc)
			walk_json(f, l, doc, NULL, 0);
		else
			read_text(f, l, text, n, json ? "\n{}," : "\n");
		l->partial = json && !doc;
	}
	if (json && !doc)
		amt_note_add(notes, source,
			     "this is damaged JSON (line %d: %s): the hashes that stand in it are "
			     "taken, and the list does not count as whole",
			     why.line, why.text);
	json_decref(doc);
	for (size_t i = before; i < f->lists.n; i++)
		found += f->lists.v[i].hashes.n;
	if (found)
		return true;
	amt_note_add(notes, source,
		     "no root hashes in it: expected lines of 40, 64 or 96 hex "
		     "digits, or the output of rpc amtinfo, MeshCmd or amt-hellocap");
	for (; f->lists.n > before; f->lists.n--)
		amt_vec_free(&f->lists.v[f->lists.n - 1].hashes);
	return false;
}
