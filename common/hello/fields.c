#include "hello/fields.h"

#include <stdlib.h>

json_t *hello_json_ip(const struct hello_ip *ip)
{
	char t[HELLO_IP_TEXT];

	return ip->family ? json_string(hello_ip_text(ip, t)) : json_null();
}

json_t *hello_json_hex(const uint8_t *p, size_t n)
{
	char *hex = amt_malloc(2 * n + 1);

	amt_hex_encode(p, n, hex);
	json_t *j = json_string(hex);
	free(hex);
	return j;
}

static json_t *mac_out(const struct hello_mac *m)
{
	char t[18];

	return m->known ? json_string(hello_mac_text(m, t)) : json_null();
}

static json_t *spot_out(const struct hello_spot *s)
{
	return s->frame ? json_pack("{s:o, s:I, s:I}", "time", amt_json_time(s->time), "capture",
				    (json_int_t)s->capture, "frame", (json_int_t)s->frame)
			: json_null();
}

static json_t *ips_out(const struct hello_ips *l)
{
	json_t *a = l->n ? json_array() : json_null();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(a, hello_json_ip(&l->v[i]));
	return a;
}

static json_t *indices_out(const struct hello_indices *l)
{
	json_t *a = l->n ? json_array() : json_null();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(a, json_integer(l->v[i]));
	return a;
}

static json_t *value_out(const struct hello_field *f, const void *p)
{
	switch (f->kind) {
	case FIELD_BOOL:
		return json_boolean(*(const bool *)p);
	case FIELD_U8:
		return json_integer(*(const uint8_t *)p);
	case FIELD_U16:
		return json_integer(*(const uint16_t *)p);
	case FIELD_U32:
		return json_integer(*(const uint32_t *)p);
	case FIELD_UINT:
		return json_integer(*(const unsigned *)p);
	case FIELD_U64:
		return json_integer((json_int_t) * (const uint64_t *)p);
	case FIELD_TIME:
		return amt_json_time(*(const amt_time *)p);
	case FIELD_IP:
		return hello_json_ip(p);
	case FIELD_MAC:
		return mac_out(p);
	case FIELD_TEXT:
		return amt_json_str(*(const char *const *)p);
	case FIELD_SPOT:
		return spot_out(p);
	case FIELD_IPS:
		return ips_out(p);
	case FIELD_INDICES:
		return indices_out(p);
	}
	return json_null();
}

static bool nothing(const json_t *v)
{
	return json_is_null(v) || json_is_false(v) ||
	       (json_is_integer(v) && json_integer_value(v) == 0);
}

void hello_fields_out(json_t *o, const struct hello_field *fields, const void *from)
{
	for (const struct hello_field *f = fields; f->key; f++) {
		json_t *v = value_out(f, (const char *)from + f->at);

		if (nothing(v) && !f->always)
			json_decref(v);
		else
			json_object_set_new(o, f->key, v);
	}
}

static bool number_in(const json_t *v, uint64_t max, uint64_t *out)
{
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < 0 || (uint64_t)n > max)
		return false;
	*out = (uint64_t)n;
	return true;
}

static bool spot_in(const json_t *v, struct hello_spot *s)
{
	uint64_t capture, frame;

	if (!number_in(json_object_get(v, "capture"), UINT32_MAX, &capture) ||
	    !number_in(json_object_get(v, "frame"), INT64_MAX, &frame))
		return false;
	s->time = amt_json_get_time(v, "time");
	s->capture = (uint32_t)capture;
	s->frame = frame;
	return true;
}

static bool ips_in(const json_t *v, struct hello_ips *l)
{
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)v, i, item)
	{
		struct hello_ip ip;

		if (!json_is_string(item) || !hello_ip_parse(json_string_value(item), &ip))
			return false;
		amt_vec_push(l, ip);
	}
	return json_is_array(v);
}

static bool indices_in(const json_t *v, struct hello_indices *l)
{
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)v, i, item)
	{
		uint64_t n;

		if (!number_in(item, UINT32_MAX, &n))
			return false;
		amt_vec_push(l, (uint32_t)n);
	}
	return json_is_array(v);
}

static bool integer_in(const json_t *v, enum hello_field_kind kind, void *p)
{
	uint64_t n;

	switch (kind) {
	case FIELD_U8:
		if (!number_in(v, UINT8_MAX, &n))
			return false;
		*(uint8_t *)p = (uint8_t)n;
		return true;
	case FIELD_U16:
		if (!number_in(v, UINT16_MAX, &n))
			return false;
		*(uint16_t *)p = (uint16_t)n;
		return true;
	case FIELD_U32:
		if (!number_in(v, UINT32_MAX, &n))
			return false;
		*(uint32_t *)p = (uint32_t)n;
		return true;
	case FIELD_UINT:
		if (!number_in(v, UINT32_MAX, &n))
			return false;
		*(unsigned *)p = (unsigned)n;
		return true;
	default:
		return number_in(v, INT64_MAX, p);
	}
}

static bool value_in(const json_t *o, const json_t *v, const struct hello_field *f, void *p,
		     struct amt_arena *a)
{
	const char *s = json_string_value(v);

	switch (f->kind) {
	case FIELD_BOOL:
		*(bool *)p = json_is_true(v);
		return json_is_boolean(v);
	case FIELD_TIME:
		*(amt_time *)p = amt_json_get_time(o, f->key);
		return *(amt_time *)p != AMT_TIME_NONE;
	case FIELD_IP:
		return s && hello_ip_parse(s, p);
	case FIELD_MAC:
		return s && hello_mac_parse(s, p);
	case FIELD_TEXT:
		if (s)
			*(const char **)p = amt_arena_strdup(a, s);
		return s != NULL;
	case FIELD_SPOT:
		return spot_in(v, p);
	case FIELD_IPS:
		return ips_in(v, p);
	case FIELD_INDICES:
		return indices_in(v, p);
	default:
		return integer_in(v, f->kind, p);
	}
}

bool hello_fields_in(const json_t *o, const struct hello_field *fields, void *to,
		     struct amt_arena *a, struct amt_error *err)
{
	for (const struct hello_field *f = fields; f->key; f++) {
		const json_t *v = json_object_get(o, f->key);
		void *p = (char *)to + f->at;

		if (f->kind == FIELD_TIME)
			*(amt_time *)p = AMT_TIME_NONE;
		if (v && !json_is_null(v) && !value_in(o, v, f, p, a))
			return amt_fail(err, "facts: \"%s\" is not what it should be", f->key);
	}
	return true;
}

static void no_time(amt_time *t)
{
	if (*t == 0)
		*t = AMT_TIME_NONE;
}

void hello_fields_no_times(const struct hello_field *fields, void *p)
{
	for (const struct hello_field *f = fields; f->key; f++) {
		char *at = (char *)p + f->at;

		if (f->kind == FIELD_TIME)
			no_time((amt_time *)(void *)at);
		else if (f->kind == FIELD_SPOT)
			no_time(&((struct hello_spot *)(void *)at)->time);
	}
}
