/* The searches of a run: finding things in them, and JSON both ways. */
#include "amtdiag/directory.h"

#include <stdlib.h>
#include <string.h>

void directory_facts_free(struct directory_facts *f)
{
	for (size_t i = 0; i < f->searches.n; i++) {
		struct directory_search *s = f->searches.v[i];
		for (size_t j = 0; j < s->entries.n; j++) {
			for (size_t k = 0; k < s->entries.v[j].attributes.n; k++)
				amt_vec_free(&s->entries.v[j].attributes.v[k].values);
			amt_vec_free(&s->entries.v[j].attributes);
		}
		amt_vec_free(&s->entries);
	}
	amt_vec_free(&f->searches);
	amt_arena_free(&f->arena);
	*f = (struct directory_facts){0};
}

const struct directory_search *directory_find(const struct directory_facts *f, const char *purpose,
					      const char *about, size_t nth)
{
	for (size_t i = 0; i < f->searches.n; i++) {
		const struct directory_search *s = f->searches.v[i];
		if (!strcmp(s->purpose, purpose) && (!about || !amt_strcasecmp(s->about, about)) &&
		    !nth--)
			return s;
	}
	return NULL;
}

const struct directory_attribute *directory_attribute(const struct directory_entry *e,
						      const char *name)
{
	for (size_t i = 0; e && i < e->attributes.n; i++)
		if (!amt_strcasecmp(e->attributes.v[i].name, name))
			return e->attributes.v[i].values.n ? &e->attributes.v[i] : NULL;
	return NULL;
}

const char *directory_text(const struct directory_entry *e, const char *name)
{
	const struct directory_attribute *a = directory_attribute(e, name);
	return a ? (const char *)a->values.v[0].data : NULL;
}

int64_t directory_number(const struct directory_entry *e, const char *name, int64_t otherwise)
{
	const char *s = directory_text(e, name);
	int64_t v;
	return s && amt_num_i64(s, INT64_MIN, INT64_MAX, &v, NULL) ? v : otherwise;
}

bool directory_has(const struct directory_entry *e, const char *name, const char *value)
{
	const struct directory_attribute *a = directory_attribute(e, name);
	for (size_t i = 0; a && i < a->values.n; i++)
		if (!amt_strcasecmp((const char *)a->values.v[i].data, value))
			return true;
	return false;
}

bool directory_is_link(const struct directory_attribute *a)
{
	static const char *const plain[] = {"distinguishedName", "objectCategory", "memberOf",
					    "msDS-NcType", "dSCorePropagationData"};

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (!amt_strcasecmp(a->name, plain[i]))
			return false;
	const struct directory_value *v = a->values.n ? &a->values.v[0] : NULL;
	return v && !memchr(v->data, 0, v->len) && memchr(v->data, '=', v->len) &&
	       amt_memcasestr((const char *)v->data, v->len, ",DC=");
}

const char *directory_dns_of(const char *dn, struct amt_arena *a)
{
	char *s = amt_arena_alloc(a, dn ? strlen(dn) + 1 : 1), *w = s;

	for (const char *p = dn; p && *p; p = strchr(p, ','), p = p ? p + 1 : NULL)
		if (!amt_strncasecmp(p, "DC=", 3)) {
			size_t n = strcspn(p + 3, ",");
			if (w > s)
				*w++ = '.';
			memcpy(w, p + 3, n);
			w += n;
		}
	return s;
}

/* Text as it is; anything else, or text that looks like it, as "base64:...". */
static json_t *value_json(const struct directory_value *v)
{
	const char *s = (const char *)v->data;

	if (amt_utf8_valid(s, v->len) && !memchr(s, 0, v->len) && strncmp(s, "base64:", 7) != 0)
		return json_stringn(s, v->len);
	size_t n = amt_base64_len(v->len);
	char *b = amt_malloc(n + 8);
	amt_str_copy(b, n + 8, "base64:");
	amt_base64_encode(v->data, v->len, b + 7);
	json_t *j = json_string(b);
	free(b);
	return j;
}

json_t *directory_to_json(const struct directory_facts *f)
{
	static const char *const scopes[] = {"base", "one", "sub"};
	json_t *o = json_object(), *list = json_array();
	char t[AMT_TIME_TEXT];

	json_object_set_new(o, "server", json_string(f->server ? f->server : ""));
	if (f->ntp.server) {
		json_t *n = json_object();
		json_object_set_new(n, "server", amt_json_str(f->ntp.server));
		json_object_set_new(n, "done", json_boolean(f->ntp.done));
		json_object_set_new(n, "offset", json_integer(f->ntp.offset));
		json_object_set_new(n, "error", amt_json_str(f->ntp.error));
		json_object_set_new(o, "sntp", n);
	}
	json_object_set_new(o, "asked_at", json_string(amt_time_format(f->asked_at, t)));
	for (size_t i = 0; i < f->searches.n; i++) {
		const struct directory_search *s = f->searches.v[i];
		json_t *j = json_object(), *entries = json_array();
		const struct {
			const char *key, *text;
		} strings[] = {{"purpose", s->purpose},     {"about", s->about},
			       {"server", s->server},       {"base", s->base},
			       {"filter", s->filter},       {"attributes", s->attributes},
			       {"scope", scopes[s->scope]}, {"error", s->error}};
		for (size_t k = 0; k < sizeof(strings) / sizeof(strings[0]); k++)
			if (strings[k].text)
				json_object_set_new(j, strings[k].key,
						    json_string(strings[k].text));
		json_object_set_new(j, "code", json_integer(s->code));
		json_object_set_new(j, "cut", json_boolean(s->cut));
		for (size_t e = 0; e < s->entries.n; e++) {
			json_t *x = json_object(), *attributes = json_object();
			json_object_set_new(x, "dn", json_string(s->entries.v[e].dn));
			for (size_t k = 0; k < s->entries.v[e].attributes.n; k++) {
				const struct directory_attribute *a =
					&s->entries.v[e].attributes.v[k];
				json_t *values = json_array();
				for (size_t v = 0; v < a->values.n; v++)
					json_array_append_new(values, value_json(&a->values.v[v]));
				json_object_set_new(attributes, a->name, values);
			}
			json_object_set_new(x, "attributes", attributes);
			json_array_append_new(entries, x);
		}
		json_object_set_new(j, "entries", entries);
		json_array_append_new(list, j);
	}
	json_object_set_new(o, "searches", list);
	return o;
}

static struct directory_value value_of(struct amt_arena *a, const json_t *j)
{
	const char *s = json_string_value(j);
	size_t n = json_string_length(j);

	if (s && !strncmp(s, "base64:", 7)) {
		uint8_t *p = amt_arena_alloc(a, n);
		long got = amt_base64_decode(s + 7, n - 7, p, n - 1);
		return (struct directory_value){p, got > 0 ? (size_t)got : 0};
	}
	return (struct directory_value){(const uint8_t *)amt_arena_strndup(a, s ? s : "", n),
					s ? n : 0};
}

static void entry_of(struct amt_arena *a, const json_t *j, struct directory_entry *e)
{
	const char *name;
	json_t *values, *v;
	size_t i;

	const char *dn = json_string_value(json_object_get(j, "dn"));
	e->dn = amt_arena_strdup(a, dn ? dn : "");
	json_object_foreach(json_object_get(j, "attributes"), name, values)
	{
		struct directory_attribute *t = amt_vec_add(&e->attributes);
		t->name = amt_arena_strdup(a, name);
		json_array_foreach(values, i, v)
		{
			struct directory_value one = value_of(a, v);
			amt_vec_push(&t->values, one);
		}
	}
}

bool directory_from_json(const json_t *o, struct directory_facts *f, struct amt_error *err)
{
	const json_t *list = json_object_get(o, "searches");
	size_t i, k;
	json_t *j, *x;

	if (!json_is_array(list))
		return amt_fail(err, "the facts of the directory hold no \"searches\"");
	const char *s = json_string_value(json_object_get(o, "asked_at"));
	if (!s || !amt_time_parse(s, &f->asked_at, NULL))
		f->asked_at = AMT_TIME_NONE;
	s = json_string_value(json_object_get(o, "server"));
	f->server = amt_arena_strdup(&f->arena, s);
	const json_t *ntp = json_object_get(o, "sntp");
	f->ntp.server = amt_json_dup(&f->arena, ntp, "server");
	f->ntp.done = amt_json_get_bool(ntp, "done", false);
	f->ntp.offset = amt_json_get_int(ntp, "offset", 0);
	f->ntp.error = amt_json_dup(&f->arena, ntp, "error");
	json_array_foreach(list, i, j)
	{
		struct directory_search *t = amt_arena_new(&f->arena, struct directory_search);
		struct {
			const char *key, **to;
		} strings[] = {{"purpose", &t->purpose}, {"about", &t->about},
			       {"server", &t->server},   {"base", &t->base},
			       {"filter", &t->filter},   {"attributes", &t->attributes},
			       {"error", &t->error}};
		for (size_t n = 0; n < sizeof(strings) / sizeof(strings[0]); n++) {
			s = json_string_value(json_object_get(j, strings[n].key));
			*strings[n].to = s || n > 5 ? amt_arena_strdup(&f->arena, s) : "";
		}
		s = json_string_value(json_object_get(j, "scope"));
		t->scope = s && !strcmp(s, "base")  ? DIRECTORY_BASE
			   : s && !strcmp(s, "one") ? DIRECTORY_ONE
						    : DIRECTORY_SUB;
		t->code = (int)json_integer_value(json_object_get(j, "code"));
		t->cut = json_is_true(json_object_get(j, "cut"));
		json_array_foreach(json_object_get(j, "entries"), k, x)
			entry_of(&f->arena, x, amt_vec_add(&t->entries));
		amt_vec_push(&f->searches, t);
	}
	return true;
}
