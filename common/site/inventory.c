#include "amtdiag/site.h"

#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX    64
#define INVENTORY_MAX (256 * AMT_MIB)

enum column { NAME, FQDN, UUID, MAC, ADDRESS, FIRMWARE, METHOD, SUFFIX, NOTES, WIRELESS, COLUMNS };

/* Headings seen in exports of ConfigMgr, Excel lists and other consoles. */
static const struct {
	const char *heading;
	enum column column;
} headings[] = {
	{"name", NAME},
	{"computer", NAME},
	{"computer name", NAME},
	{"host", NAME},
	{"hostname", NAME},
	{"netbios name", NAME},
	{"fqdn", FQDN},
	{"dns name", FQDN},
	{"uuid", UUID},
	{"guid", UUID},
	{"smbios guid", UUID},
	{"mac", MAC},
	{"mac address", MAC},
	{"ip", ADDRESS},
	{"ip address", ADDRESS},
	{"address", ADDRESS},
	{"firmware", FIRMWARE},
	{"amt version", FIRMWARE},
	{"amt full version", FIRMWARE},
	{"firmware version", FIRMWARE},
	{"method", METHOD},
	{"provisioning", METHOD},
	{"suffix", SUFFIX},
	{"dns suffix", SUFFIX},
	{"wireless", WIRELESS},
	{"wireless address", WIRELESS},
	{"notes", NOTES},
	{"comment", NOTES},
	{"description", NOTES},
};

/* Case, blanks, hyphens and underscores apart: "MAC-Address" is "mac address". */
static bool same_heading(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, " -_");
		b += strspn(b, " -_");
		char c = (char)(*a >= 'A' && *a <= 'Z' ? *a + 32 : *a);
		if (c != *b || !c)
			return c == *b;
	}
}

static int column_of(const char *heading)
{
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
		if (same_heading(heading, headings[i].heading))
			return (int)headings[i].column;
	return -1;
}

static bool is_uuid(const char *s)
{
	size_t digits = 0;
	bool brace = *s == '{';

	for (s += brace; *s && *s != '}'; s++) {
		if (*s == '-')
			continue;
		if (!strchr("0123456789abcdefABCDEF", *s))
			return false;
		digits++;
	}
	return digits == 32;
}

static const char *keep_upper(struct site_inventory *inv, const char *s)
{
	char *p = amt_arena_strdup(&inv->arena, s), *out = p;

	for (char *q = p; *q; q++)
		if (*q != '{' && *q != '}')
			*out++ = (char)(*q >= 'a' && *q <= 'f' ? *q - 32 : *q);
	*out = '\0';
	return p;
}

static const char *keep_mac(struct site_inventory *inv, const char *s)
{
	unsigned char b[6];
	char plain[13];
	size_t n = 0;

	for (const char *p = s; *p && n < 12; p++)
		if (!strchr(":-. ", *p))
			plain[n++] = *p;
	plain[n] = '\0';
	if (amt_hex_decode(plain, b, sizeof(b)) != 6)
		return NULL;
	return amt_arena_printf(&inv->arena, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2],
				b[3], b[4], b[5]);
}

struct reader {
	struct site_inventory *inv;
	struct site_csv csv;
	const char *name;
	struct amt_notes *notes;
	int map[FIELDS_MAX]; /* field -> column, -1 ignored */
	size_t n_map;
};

static void reject(struct reader *r, const char *why, const char *what)
{
	r->inv->rejected++;
	amt_note_add(r->notes, r->name, "line %llu: %s%s%s%s; the row is left out",
		     (unsigned long long)r->csv.line, why, what ? " '" : "", what ? what : "",
		     what ? "'" : "");
}

/* The computer counts all the same. */
static const char *doubt(struct reader *r, const char *why, const char *what)
{
	amt_note_add(r->notes, r->name, "line %llu: %s '%s'; the cell is left out",
		     (unsigned long long)r->csv.line, why, what);
	return "";
}

static const char *method_of(const char *s)
{
	if (!*s || amt_str_begins(s, "in"))
		return *s ? "in-band" : "";
	return amt_str_begins(s, "out") || !amt_strcasecmp(s, "oob") ? "out-of-band" : NULL;
}

static void add_row(struct reader *r, const char *const *cell)
{
	struct amt_arena *a = &r->inv->arena;
	struct amt_fw fw;
	struct site_client c = {.line = r->csv.line};

	if (!*cell[NAME] && !*cell[FQDN]) {
		reject(r, "no name and no FQDN", NULL);
		return;
	}
	const char *uuid = cell[UUID], *version = cell[FIRMWARE];
	if (*uuid && !is_uuid(uuid))
		uuid = doubt(r, "not a UUID:", uuid);
	c.mac = *cell[MAC] ? keep_mac(r->inv, cell[MAC]) : "";
	if (!c.mac)
		c.mac = doubt(r, "not a MAC address:", cell[MAC]);
	if (*version && !amt_fw_parse(version, &fw, NULL))
		version = doubt(r, "not a firmware version:", version);
	c.method = method_of(cell[METHOD]);
	if (!c.method) {
		reject(r, "neither in-band nor out-of-band:", cell[METHOD]);
		return;
	}
	c.name = *cell[NAME] ? amt_arena_strdup(a, cell[NAME])
			     : amt_arena_strndup(a, cell[FQDN], strcspn(cell[FQDN], "."));
	c.fqdn = amt_arena_strdup(a, cell[FQDN]);
	c.uuid = keep_upper(r->inv, uuid);
	c.address = amt_arena_strdup(a, cell[ADDRESS]);
	c.firmware = amt_arena_strdup(a, version);
	c.suffix = amt_arena_strdup(a, cell[SUFFIX]);
	c.wireless = amt_arena_strdup(a, cell[WIRELESS]);
	char *notes = amt_arena_strdup(a, cell[NOTES]);
	site_mask(notes, strlen(notes));
	c.notes = notes;
	site_inventory_add(r->inv, &c);
}

/* A header, or the import file of ConfigMgr 2007, which has none. */
static bool first_row(struct reader *r, char **v, size_t n)
{
	size_t known = 0;

	for (size_t i = 0; i < n && i < FIELDS_MAX; i++) {
		r->map[i] = column_of(amt_str_trim(v[i]));
		known += r->map[i] >= 0;
	}
	r->n_map = n < FIELDS_MAX ? n : FIELDS_MAX;
	if (known)
		return true;
	if (n < 3 || !is_uuid(amt_str_trim(v[2])))
		return false;
	r->inv->import_format = true;
	static const int import[] = {NAME, FQDN, UUID, MAC};
	for (size_t i = 0; i < FIELDS_MAX; i++)
		r->map[i] = i < 4 ? import[i] : -1;
	r->n_map = FIELDS_MAX;
	return true;
}

static void row(struct reader *r, char **v, size_t n)
{
	const char *cell[COLUMNS];

	for (size_t i = 0; i < COLUMNS; i++)
		cell[i] = "";
	for (size_t i = 0; i < n && i < r->n_map; i++) {
		if (r->map[i] >= 0)
			cell[r->map[i]] = amt_str_trim(v[i]);
		else
			amt_wipe(v[i], strlen(v[i])); /* it may be a password; nobody needs it */
	}
	if (r->csv.bad_quote)
		reject(r, "a quote is not closed, or text follows one", NULL);
	else
		add_row(r, cell);
}

bool site_inventory_parse(struct site_inventory *inv, char *text, size_t len, const char *name,
			  struct amt_notes *notes)
{
	struct reader r = {.inv = inv, .name = name, .notes = notes};
	char *v[FIELDS_MAX];
	size_t n;

	site_csv_init(&r.csv, text, len);
	n = site_csv_next(&r.csv, v, FIELDS_MAX);
	if (!n) {
		amt_note_add(notes, name, "the client list is empty");
		return true;
	}
	if (!first_row(&r, v, n)) {
		amt_note_add(notes, name,
			     "line %llu: not a client list: no heading such as name, fqdn or uuid "
			     "was found, and "
			     "the third column is not a UUID as in a ConfigMgr import file",
			     (unsigned long long)r.csv.line);
		return false;
	}
	if (inv->import_format)
		row(&r, v, n);
	while ((n = site_csv_next(&r.csv, v, FIELDS_MAX)))
		row(&r, v, n < FIELDS_MAX ? n : FIELDS_MAX);
	return true;
}

/* UTF-16 as "Unicode text" of Excel; everything else is taken as UTF-8. */
static bool to_utf8(struct amt_buf *b, const char *name, struct amt_error *err)
{
	const char *charset = b->len < 2                        ? NULL
			      : !memcmp(b->data, "\xff\xfe", 2) ? "UTF-16LE"
			      : !memcmp(b->data, "\xfe\xff", 2) ? "UTF-16BE"
								: NULL;
	struct amt_buf utf8;

	if (!charset)
		return true;
	amt_buf_init(&utf8, 2 * INVENTORY_MAX);
	bool good = amt_text_to_utf8(charset, b->data + 2, b->len - 2, &utf8, NULL, err);
	amt_wipe(b->data, b->len);
	amt_buf_free(b);
	*b = utf8;
	return good || amt_fail_prefix(err, "%s", name);
}

bool site_inventory_load(struct site_inventory *inv, const char *path, struct amt_notes *notes,
			 struct amt_error *err)
{
	struct amt_buf b;

	*inv = (struct site_inventory){0};
	amt_buf_init(&b, INVENTORY_MAX);
	bool good = amt_file_read(path, &b, err) && to_utf8(&b, path, err);
	if (good && b.len && memchr(b.data, '\0', b.len))
		good = amt_fail(err, "%s is not a text file (it holds NUL bytes)", path);
	if (good && b.len && !site_inventory_parse(inv, b.data, b.len, path, notes))
		good = amt_fail(err, "%s is not a client list", path);
	if (good && !b.len)
		amt_note_add(notes, path, "the client list is empty");
	amt_wipe(b.data, b.cap); /* an import file holds passwords */
	amt_buf_free(&b);
	return good;
}

void site_inventory_free(struct site_inventory *inv)
{
	amt_vec_free(&inv->clients);
	amt_map_free(&inv->by_key);
	amt_arena_free(&inv->arena);
}

#define KEY_MAX 300 /* a DNS name has 255 at most */

static size_t lower(const char *s, char key[KEY_MAX])
{
	size_t n = 0;

	for (; n < KEY_MAX && s[n]; n++)
		key[n] = (char)(s[n] >= 'A' && s[n] <= 'Z' ? s[n] + 32 : s[n]);
	return s[n] ? 0 : n;
}

void site_inventory_add(struct site_inventory *inv, const struct site_client *c)
{
	const char *const keys[] = {c->fqdn, c->name, c->uuid};
	char key[KEY_MAX];

	for (size_t i = 0; i < 3; i++) {
		size_t n = lower(keys[i], key);
		bool is_new;
		union amt_map_value *v = n ? amt_map_put(&inv->by_key, key, n, &is_new) : NULL;
		if (v && is_new)
			v->n = inv->clients.n;
	}
	amt_vec_push(&inv->clients, *c);
}

const struct site_client *site_inventory_find(const struct site_inventory *inv, const char *key)
{
	char text[KEY_MAX];
	size_t n = lower(key, text);
	const union amt_map_value *v = n ? amt_map_get(&inv->by_key, text, n) : NULL;

	return v ? &inv->clients.v[v->n] : NULL;
}
