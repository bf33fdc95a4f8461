/* jansson with our manners: bad UTF-8, missing keys, times. */
#include "amtdiag/report.h"

#include <string.h>

json_t *amt_json_strn(const char *s, size_t n)
{
	if (amt_utf8_valid(s, n))
		return json_stringn_nocheck(s, n);
	struct amt_buf b;
	amt_buf_init(&b, 3 * n);
	for (const char *p = s; p < s + n;) {
		uint32_t cp;
		char utf8[4];
		p += amt_utf8_get(p, s + n, &cp);
		amt_buf_add(&b, utf8, amt_utf8_put(cp, utf8));
	}
	json_t *j = json_stringn_nocheck(amt_buf_cstr(&b), b.len);
	amt_buf_free(&b);
	return j;
}

json_t *amt_json_str(const char *s)
{
	return s ? amt_json_strn(s, strlen(s)) : json_null();
}

json_t *amt_json_time(amt_time t)
{
	char text[AMT_TIME_TEXT];

	return t == AMT_TIME_NONE ? json_null() : json_string_nocheck(amt_time_format(t, text));
}

const char *amt_json_get_str(const json_t *obj, const char *key)
{
	return json_string_value(json_object_get(obj, key));
}

int64_t amt_json_get_int(const json_t *obj, const char *key, int64_t otherwise)
{
	const json_t *v = json_object_get(obj, key);

	return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

bool amt_json_get_bool(const json_t *obj, const char *key, bool otherwise)
{
	const json_t *v = json_object_get(obj, key);

	return json_is_boolean(v) ? json_is_true(v) : otherwise;
}

amt_time amt_json_get_time(const json_t *obj, const char *key)
{
	const char *s = amt_json_get_str(obj, key);
	amt_time t;

	return s && amt_time_parse(s, &t, NULL) ? t : AMT_TIME_NONE;
}

char *amt_json_dup(struct amt_arena *a, const json_t *obj, const char *key)
{
	return amt_arena_strdup(a, amt_json_get_str(obj, key));
}
