/* The fields of the facts, by name. */
#include "pki/json.h"

#include <stddef.h>

#define FIELD(type, kind, name)                                                                    \
	{                                                                                          \
#name, kind, offsetof(struct type, name)                                           \
	}
#define NAMED(type, kind, key, name)                                                               \
	{                                                                                          \
		key, kind, offsetof(struct type, name)                                             \
	}
#define TABLE(name, ...)                                                                           \
	static const struct field name##_list[] = {__VA_ARGS__};                                   \
	const struct fields name = {name##_list, sizeof(name##_list) / sizeof(name##_list[0])}

const char *const pki_link_names[3] = {"good", "bad", "unsupported"};
const char *const pki_rev_names[3] = {"unknown", "good", "revoked"};

TABLE(pki_cert_fields, FIELD(pki_cert, F_STR, source), FIELD(pki_cert, F_UINT, position),
      FIELD(pki_cert, F_STR, friendly_name), FIELD(pki_cert, F_INT, version),
      FIELD(pki_cert, F_STR, serial), FIELD(pki_cert, F_STR, subject),
      FIELD(pki_cert, F_STR, issuer), FIELD(pki_cert, F_LIST, cns), FIELD(pki_cert, F_LIST, ous),
      FIELD(pki_cert, F_STR, marker_elsewhere), FIELD(pki_cert, F_STR, sha1),
      FIELD(pki_cert, F_STR, sha256), FIELD(pki_cert, F_STR, sha384),
      FIELD(pki_cert, F_STR, signature), FIELD(pki_cert, F_STR, digest),
      FIELD(pki_cert, F_TIME, not_before), FIELD(pki_cert, F_TIME, not_after),
      FIELD(pki_cert, F_BOOL, has_eku), FIELD(pki_cert, F_LIST, ekus),
      FIELD(pki_cert, F_BOOL, has_key_usage), FIELD(pki_cert, F_UINT, key_usage),
      FIELD(pki_cert, F_BOOL, has_constraints), FIELD(pki_cert, F_BOOL, ca),
      FIELD(pki_cert, F_INT, path_length), FIELD(pki_cert, F_STR, ski), FIELD(pki_cert, F_STR, aki),
      NAMED(pki_cert, F_LIST, "sans", dns), FIELD(pki_cert, F_LIST, ips),
      FIELD(pki_cert, F_LIST, upns), FIELD(pki_cert, F_LIST, crls),
      FIELD(pki_cert, F_LIST, issuers_at), FIELD(pki_cert, F_LIST, ocsps),
      FIELD(pki_cert, F_STR, critical_unknown), FIELD(pki_cert, F_STR, template_name),
      FIELD(pki_cert, F_BOOL, self_issued), FIELD(pki_cert, F_BOOL, self_signed),
      FIELD(pki_cert, F_LIST, oddities));

TABLE(pki_path_fields, FIELD(pki_path, F_BOOL, complete), FIELD(pki_path, F_STR, missing),
      FIELD(pki_path, F_STR, fetch_at), FIELD(pki_path, F_BOOL, loop),
      FIELD(pki_path, F_LIST, trouble), FIELD(pki_path, F_LIST, openssl),
      FIELD(pki_path, F_BOOL, openssl_asked));

TABLE(pki_chain_fields, FIELD(pki_chain, F_U32, leaf), FIELD(pki_chain, F_BOOL, has_key),
      FIELD(pki_chain, F_BOOL, key_matches), FIELD(pki_chain, F_STR, key_source));

TABLE(pki_source_fields, FIELD(pki_source, F_STR, name), FIELD(pki_source, F_STR, format),
      FIELD(pki_source, F_UINT, certificates), FIELD(pki_source, F_UINT, duplicates),
      FIELD(pki_source, F_UINT, unreadable), FIELD(pki_source, F_UINT, keys),
      FIELD(pki_source, F_UINT, crls), FIELD(pki_source, F_BOOL, ordered),
      FIELD(pki_source, F_BOOL, legacy), FIELD(pki_source, F_BOOL, opened),
      FIELD(pki_source, F_STR, protocol));

TABLE(pki_fetch_fields, FIELD(pki_fetch_fact, F_STR, kind), FIELD(pki_fetch_fact, F_STR, url),
      FIELD(pki_fetch_fact, F_U32, cert), FIELD(pki_fetch_fact, F_BOOL, fetched),
      FIELD(pki_fetch_fact, F_BOOL, not_tried), FIELD(pki_fetch_fact, F_STR, error),
      FIELD(pki_fetch_fact, F_REAL, ms), FIELD(pki_fetch_fact, F_SIZE, bytes),
      FIELD(pki_fetch_fact, F_BOOL, parsed), FIELD(pki_fetch_fact, F_STR, issuer),
      FIELD(pki_fetch_fact, F_TIME, this_update), FIELD(pki_fetch_fact, F_TIME, next_update),
      FIELD(pki_fetch_fact, F_TIME, revoked_at), FIELD(pki_fetch_fact, F_STR, reason),
      FIELD(pki_fetch_fact, F_UINT, revoked_count), FIELD(pki_fetch_fact, F_STR, fits));

TABLE(pki_asked_fields, FIELD(pki_asked, F_LIST, suffixes), FIELD(pki_asked, F_STR, identifier),
      FIELD(pki_asked, F_STR, server), FIELD(pki_asked, F_STR, host),
      FIELD(pki_asked, F_UINT, warn_days), FIELD(pki_asked, F_BOOL, h_platform),
      FIELD(pki_asked, F_BOOL, crl), FIELD(pki_asked, F_STR, peer));

TABLE(pki_list_fields, FIELD(pki_hash_list, F_STR, source), FIELD(pki_hash_list, F_STR, device),
      FIELD(pki_hash_list, F_STR, firmware), FIELD(pki_hash_list, F_BOOL, partial));

static json_t *list_of(const struct amt_strlist *l)
{
	json_t *out = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(out, amt_json_str(l->v[i]));
	return out;
}

void pki_fields_write(const struct fields *t, const void *from, json_t *to)
{
	for (size_t i = 0; i < t->n; i++) {
		const void *p = (const char *)from + t->v[i].at;
		json_t *v = NULL;
		switch (t->v[i].kind) {
		case F_STR:
			v = amt_json_str(*(const char *const *)p);
			break;
		case F_LIST:
			v = list_of(p);
			break;
		case F_BOOL:
			v = json_boolean(*(const bool *)p);
			break;
		case F_INT:
			v = json_integer(*(const int *)p);
			break;
		case F_UINT:
			v = json_integer(*(const unsigned *)p);
			break;
		case F_U32:
			v = json_integer(*(const uint32_t *)p);
			break;
		case F_SIZE:
			v = json_integer((json_int_t) * (const size_t *)p);
			break;
		case F_TIME:
			v = amt_json_time(*(const amt_time *)p);
			break;
		case F_REAL:
			v = json_real(*(const double *)p);
			break;
		}
		json_object_set_new(to, t->v[i].key, v);
	}
}

static void read_list(const json_t *array, struct amt_strlist *l, struct amt_arena *a)
{
	size_t i;
	json_t *v;

	json_array_foreach(array, i, v)
	{
		if (json_is_string(v))
			amt_vec_push(l, amt_arena_strdup(a, json_string_value(v)));
	}
}

static int64_t whole(const json_t *from, const char *key, int64_t min, int64_t max)
{
	int64_t n = amt_json_get_int(from, key, 0);

	return n < min ? min : n > max ? max : n;
}

void pki_fields_read(const struct fields *t, const json_t *from, void *to, struct amt_arena *a)
{
	for (size_t i = 0; i < t->n; i++) {
		const char *key = t->v[i].key;
		void *p = (char *)to + t->v[i].at;
		switch (t->v[i].kind) {
		case F_STR:
			*(const char **)p = amt_json_dup(a, from, key);
			break;
		case F_LIST:
			read_list(json_object_get(from, key), p, a);
			break;
		case F_BOOL:
			*(bool *)p = amt_json_get_bool(from, key, false);
			break;
		case F_INT:
			*(int *)p = (int)whole(from, key, INT32_MIN, INT32_MAX);
			break;
		case F_UINT:
			*(unsigned *)p = (unsigned)whole(from, key, 0, UINT32_MAX);
			break;
		case F_U32:
			*(uint32_t *)p = (uint32_t)whole(from, key, 0, UINT32_MAX);
			break;
		case F_SIZE:
			*(size_t *)p = (size_t)whole(from, key, 0, INT64_MAX);
			break;
		case F_TIME:
			*(amt_time *)p = amt_json_get_time(from, key);
			break;
		case F_REAL:
			*(double *)p = json_number_value(json_object_get(from, key));
			break;
		}
	}
}
