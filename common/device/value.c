/* Texts into fields: numbers, truth, UUIDs, SIDs and bytes as firmware writes them. */
#include "device/table.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_LIST_MAX 4096 /* elements of one repeated property */
#define SID_BYTES_MAX  68   /* 8 + 4 * 15 sub-authorities (MS-DTYP 2.4.2); AMT says 28 at most */

/* Room for one more: lists are full at every power of two. */
static void *grow(struct amt_device *d, void *v, size_t n, size_t size)
{
	if (n & (n - 1))
		return v;
	char *grown = amt_arena_array(&d->arena, n ? n * 2 : 1, size);
	if (n)
		memcpy(grown, v, n * size);
	return grown;
}

void dev_add_int(struct amt_device *d, struct amt_dev_ints *l, int64_t v)
{
	if (l->n >= VALUE_LIST_MAX)
		return;
	l->v = grow(d, l->v, l->n, sizeof(*l->v));
	l->v[l->n++] = v;
}

void dev_add_str(struct amt_device *d, struct amt_dev_strs *l, const char *s)
{
	if (l->n >= VALUE_LIST_MAX)
		return;
	l->v = grow(d, l->v, l->n, sizeof(*l->v));
	l->v[l->n++] = amt_arena_strdup(&d->arena, s);
}

void dev_clear(const struct dev_class *c, void *record)
{
	memset(record, 0, c->size);
	for (size_t i = 0; i < c->n_fields; i++) {
		char *p = (char *)record + c->fields[i].offset;
		switch (c->fields[i].kind) {
		case DEV_INT:
			*(int64_t *)p = AMT_DEV_NONE;
			break;
		case DEV_REAL:
			*(double *)p = (double)NAN;
			break;
		case DEV_TIME:
			*(amt_time *)p = AMT_TIME_NONE;
			break;
		case DEV_NET:
			*(enum amt_net_class *)p = AMT_NET_STOPPED;
			break;
		default: /* zero says it: maybe, NULL, empty, unknown, not tried */
			break;
		}
	}
}

static bool set_tri(enum amt_tri *out, const char *s)
{
	if (amt_strcasecmp(s, "true") == 0 || strcmp(s, "1") == 0)
		*out = AMT_YES;
	else if (amt_strcasecmp(s, "false") == 0 || strcmp(s, "0") == 0)
		*out = AMT_NO;
	else
		return false;
	return true;
}

static bool set_int(int64_t *out, const char *s)
{
	enum amt_tri tri;

	if (amt_num_i64(s, INT64_MIN + 1, INT64_MAX, out, NULL))
		return true;
	if (!set_tri(&tri, s)) /* some exports write 0 and 1 as truth */
		return false;
	*out = tri == AMT_YES;
	return true;
}

static long decode(const char *s, uint8_t *out, size_t max)
{
	size_t n = strlen(s);

	/* Hex or base64: of these two only hex is all hex digits and of even length. */
	if (n % 2 == 0 && strspn(s, "0123456789abcdefABCDEF") == n && n / 2 <= max)
		return amt_hex_decode(s, out, max);
	return amt_base64_decode(s, n, out, max);
}

static bool set_bytes(struct amt_device *d, const char **out, const char *s)
{
	size_t max = strlen(s) + 1;
	uint8_t *b = amt_malloc(max);
	long n = decode(s, b, max);

	if (n > 0) {
		char *hex = amt_arena_alloc(&d->arena, (size_t)n * 2 + 1);
		amt_hex_encode(b, (size_t)n, hex);
		*out = hex;
	}
	free(b);
	return n > 0;
}

/* SMBIOS order: the first three parts little-endian (handbook device 1.1, hardware identity). */
static bool set_guid(struct amt_device *d, const char **out, const char *s)
{
	static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	uint8_t b[16], o[16];
	char hex[33];
	bool written_out = strlen(s) == 36;

	if (written_out ? amt_hex_decode(s, b, sizeof(b)) != 16 : decode(s, b, sizeof(b)) != 16)
		return false;
	for (int i = 0; i < 16; i++)
		o[i] = written_out ? b[i] : b[order[i]];
	amt_hex_encode(o, 16, hex);
	*out = amt_arena_printf(&d->arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
				hex + 16, hex + 20);
	return true;
}

static bool set_sid(struct amt_device *d, const char **out, const char *s)
{
	uint8_t b[SID_BYTES_MAX];
	struct amt_buf text;

	if (amt_strncasecmp(s, "S-1-", 4) == 0) {
		*out = amt_arena_strdup(&d->arena, s);
		return true;
	}
	long n = decode(s, b, sizeof(b));
	struct amt_rd r = amt_rd_init(b, n > 0 ? (size_t)n : 0);
	unsigned revision = amt_rd_u8(&r), count = amt_rd_u8(&r);
	uint64_t authority = amt_rd_be(&r, 6);
	if (r.short_ || revision != 1 || amt_rd_left(&r) != 4 * (size_t)count)
		return false;
	amt_buf_init(&text, 256);
	amt_buf_printf(&text, "S-1-%llu", (unsigned long long)authority);
	for (unsigned i = 0; i < count; i++)
		amt_buf_printf(&text, "-%u", amt_rd_le32(&r));
	*out = amt_arena_strdup(&d->arena, amt_buf_cstr(&text));
	amt_buf_free(&text);
	return true;
}

/* Firmware writes hyphens, Linux tools colons, some nothing at all. */
static bool set_mac(struct amt_device *d, const char **out, const char *s)
{
	char hex[13];
	size_t n = 0;

	for (; *s; s++)
		if (isxdigit((unsigned char)*s) && n < 12)
			hex[n++] = (char)tolower((unsigned char)*s);
		else if (!strchr(":-.", *s) || n == 12)
			return false;
	hex[n] = '\0';
	if (n != 12)
		return false;
	*out = amt_arena_printf(&d->arena, "%.2s:%.2s:%.2s:%.2s:%.2s:%.2s", hex, hex + 2, hex + 4,
				hex + 6, hex + 8, hex + 10);
	return true;
}

static bool set_value(struct amt_device *d, char *p, enum dev_kind kind, const char *s)
{
	int64_t n;

	switch (kind) {
	case DEV_INT:
		return set_int((int64_t *)p, s);
	case DEV_REAL:
		return amt_num_double(s, -1e15, 1e15, (double *)p, NULL);
	case DEV_TRI:
		return set_tri((enum amt_tri *)p, s);
	case DEV_STR:
		*(const char **)p = amt_arena_strdup(&d->arena, s);
		return true;
	case DEV_INTS:
		if (!set_int(&n, s))
			return false;
		dev_add_int(d, (struct amt_dev_ints *)p, n);
		return true;
	case DEV_STRS:
		dev_add_str(d, (struct amt_dev_strs *)p, s);
		return true;
	case DEV_TIME:
		return amt_time_parse(s, (amt_time *)p, NULL);
	case DEV_PORT:
		return amt_port_state_parse(s, (enum amt_port_state *)p);
	case DEV_NET:
		return amt_net_class_parse(s, (enum amt_net_class *)p);
	case DEV_TLS:
		return amt_tls_class_parse(s, (enum amt_tls_class *)p);
	case DEV_GUID:
		return set_guid(d, (const char **)p, s);
	case DEV_SID:
		return set_sid(d, (const char **)p, s);
	case DEV_BYTES:
		return set_bytes(d, (const char **)p, s);
	case DEV_MAC:
		return set_mac(d, (const char **)p, s);
	}
	return false;
}

bool dev_set(struct amt_device *d, void *record, const struct dev_field *f, const char *text)
{
	char *copy = amt_strdup(text), *s = amt_str_trim(copy);
	bool ok = *s == '\0' || set_value(d, (char *)record + f->offset, f->kind, s);

	free(copy);
	return ok;
}

const struct dev_field *dev_field_of(const struct dev_class *c, const char *prop)
{
	size_t n = strlen(prop);

	for (size_t i = 0; i < c->n_fields; i++)
		for (const char *p = c->fields[i].prop; *p;) {
			size_t len = strcspn(p, "|");
			if (len == n && memcmp(p, prop, n) == 0)
				return &c->fields[i];
			p += len + (p[len] == '|');
		}
	return NULL;
}
