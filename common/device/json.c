/* The facts of a device as JSON and back. Nothing unknown is written. */
#include "device/table.h"

#include <math.h>
#include <string.h>

static const char *const state_names[AMT_DEV_STATES] = {
	[AMT_DEV_NOT_ASKED] = "not-asked", [AMT_DEV_READ] = "read",     [AMT_DEV_ABSENT] = "absent",
	[AMT_DEV_DENIED] = "denied",       [AMT_DEV_FAILED] = "failed",
};

static json_t *text_json(const char *s)
{
	json_t *j = json_string(s);

	if (j || !s)
		return j;
	/* Not UTF-8: kept readable rather than dropped. */
	struct amt_buf b;
	amt_buf_init(&b, 4 * strlen(s) + 1);
	amt_text_safe(&b, s, strlen(s), false);
	j = json_string(amt_buf_cstr(&b));
	amt_buf_free(&b);
	return j;
}

static void put_text(json_t *o, const char *key, const char *s)
{
	if (s)
		json_object_set_new(o, key, text_json(s));
}

static void put_time(json_t *o, const char *key, amt_time t)
{
	char text[AMT_TIME_TEXT];

	if (t != AMT_TIME_NONE)
		json_object_set_new(o, key, json_string(amt_time_format(t, text)));
}

static json_t *ints_json(const struct amt_dev_ints *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(a, json_integer(l->v[i]));
	return a;
}

static json_t *strs_json(const struct amt_dev_strs *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(a, text_json(l->v[i]));
	return a;
}

/* A new reference, or NULL when the field was not told. */
static json_t *field_json(const struct dev_field *f, const void *record)
{
	const void *p = (const char *)record + f->offset;
	char text[AMT_TIME_TEXT];

	switch (f->kind) {
	case DEV_INT:
		return *(const int64_t *)p == AMT_DEV_NONE ? NULL
							   : json_integer(*(const int64_t *)p);
	case DEV_REAL:
		return isnan(*(const double *)p) ? NULL : json_real(*(const double *)p);
	case DEV_TRI:
		return *(const enum amt_tri *)p == AMT_MAYBE
			       ? NULL
			       : json_boolean(*(const enum amt_tri *)p == AMT_YES);
	case DEV_STR:
	case DEV_GUID:
	case DEV_SID:
	case DEV_BYTES:
	case DEV_MAC:
		return text_json(*(const char *const *)p);
	case DEV_INTS:
		return ((const struct amt_dev_ints *)p)->n ? ints_json(p) : NULL;
	case DEV_STRS:
		return ((const struct amt_dev_strs *)p)->n ? strs_json(p) : NULL;
	case DEV_TIME:
		return *(const amt_time *)p == AMT_TIME_NONE
			       ? NULL
			       : json_string(amt_time_format(*(const amt_time *)p, text));
	case DEV_PORT:
		return json_string(amt_port_state_name(*(const enum amt_port_state *)p));
	case DEV_NET:
		return json_string(amt_net_class_name(*(const enum amt_net_class *)p));
	case DEV_TLS:
		return json_string(amt_tls_class_name(*(const enum amt_tls_class *)p));
	}
	return NULL;
}

static json_t *class_json(const struct amt_device *d, enum amt_dev_class c)
{
	const struct dev_class *dc = &dev_classes[c];
	const struct dev_list *l = dev_list(d, c);
	const struct amt_dev_source *s = &d->source[c];
	json_t *o = json_object(), *records = json_array();

	json_object_set_new(o, "state", json_string(state_names[s->state]));
	put_text(o, "where", s->where);
	put_text(o, "error", s->error);
	put_time(o, "asked", s->asked);
	put_time(o, "answered", s->answered);
	for (size_t i = 0; i < l->n; i++) {
		json_t *r = json_object();
		for (size_t k = 0; k < dc->n_fields; k++) {
			json_t *v = field_json(&dc->fields[k], l->v + i * dc->size);
			if (v)
				json_object_set_new(r, dc->fields[k].name, v);
		}
		json_array_append_new(records, r);
	}
	json_object_set_new(o, "records", records);
	return o;
}

json_t *amt_device_to_json(const struct amt_device *d)
{
	json_t *o = json_object(), *classes = json_object(), *notes = json_array();

	put_text(o, "host", d->host);
	put_text(o, "address", d->address);
	put_time(o, "when", d->when);
	for (size_t i = 0; i < d->notes.n; i++)
		json_array_append_new(notes, text_json(d->notes.v[i]));
	json_object_set_new(o, "notes", notes);
	for (int c = 0; c < AMT_DEV_CLASS_COUNT; c++) {
		enum amt_dev_class dc = (enum amt_dev_class)c;
		if (d->source[c].state != AMT_DEV_NOT_ASKED || dev_list(d, dc)->n)
			json_object_set_new(classes, dev_classes[c].id, class_json(d, dc));
	}
	json_object_set_new(o, "classes", classes);
	return o;
}

/* ---- and back ---- */

static bool get_list(struct amt_device *d, void *p, const struct dev_field *f, const json_t *v)
{
	size_t i;
	json_t *e;

	if (!json_is_array(v))
		return false;
	json_array_foreach(v, i, e)
	{
		if (f->kind == DEV_INTS && json_is_integer(e))
			dev_add_int(d, p, json_integer_value(e));
		else if (f->kind == DEV_STRS && json_is_string(e))
			dev_add_str(d, p, json_string_value(e));
		else
			return false;
	}
	return true;
}

static bool get_field(struct amt_device *d, void *record, const struct dev_field *f,
		      const json_t *v)
{
	char *p = (char *)record + f->offset;

	switch (f->kind) {
	case DEV_INT:
		if (json_is_integer(v))
			*(int64_t *)p = json_integer_value(v);
		return json_is_integer(v);
	case DEV_REAL:
		if (json_is_number(v))
			*(double *)p = json_number_value(v);
		return json_is_number(v);
	case DEV_TRI:
		if (json_is_boolean(v))
			*(enum amt_tri *)p = json_is_true(v) ? AMT_YES : AMT_NO;
		return json_is_boolean(v);
	case DEV_INTS:
	case DEV_STRS:
		return get_list(d, p, f, v);
	case DEV_STR:
	case DEV_GUID:
	case DEV_SID:
	case DEV_MAC:
	case DEV_BYTES: /* written as they are kept, so read as they are */
		if (json_is_string(v))
			*(const char **)p = amt_arena_strdup(&d->arena, json_string_value(v));
		return json_is_string(v);
	default:
		return json_is_string(v) && dev_set(d, record, f, json_string_value(v));
	}
}

static bool get_records(struct amt_device *d, enum amt_dev_class c, const json_t *records,
			struct amt_error *err)
{
	const struct dev_class *dc = &dev_classes[c];
	size_t i;
	json_t *r;

	json_array_foreach(records, i, r)
	{
		void *record = amt_device_add(d, c);
		if (!record)
			return true;
		for (size_t k = 0; k < dc->n_fields; k++) {
			const json_t *v = json_object_get(r, dc->fields[k].name);
			if (v && !get_field(d, record, &dc->fields[k], v))
				return amt_fail(err, "%s: record %zu: '%s' has the wrong type",
						dc->id, i + 1, dc->fields[k].name);
		}
	}
	return true;
}

static const char *get_text(struct amt_device *d, const json_t *o, const char *key)
{
	return amt_arena_strdup(&d->arena, json_string_value(json_object_get(o, key)));
}

static amt_time get_time(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	amt_time t;

	return s && amt_time_parse(s, &t, NULL) ? t : AMT_TIME_NONE;
}

static bool get_class(struct amt_device *d, enum amt_dev_class c, const json_t *o,
		      struct amt_error *err)
{
	struct amt_dev_source *s = &d->source[c];
	const char *state = json_string_value(json_object_get(o, "state"));
	int i = 0;

	while (state && i < AMT_DEV_STATES && strcmp(state, state_names[i]) != 0)
		i++;
	if (!state || i == AMT_DEV_STATES)
		return amt_fail(err, "%s: no known state", dev_classes[c].id);
	s->state = (enum amt_dev_state)i;
	s->where = get_text(d, o, "where");
	s->error = get_text(d, o, "error");
	s->asked = get_time(o, "asked");
	s->answered = get_time(o, "answered");
	return get_records(d, c, json_object_get(o, "records"), err);
}

bool amt_device_from_json(const json_t *o, struct amt_device *d, struct amt_error *err)
{
	const json_t *classes = json_object_get(o, "classes"), *notes, *v;
	const char *host = json_string_value(json_object_get(o, "host"));

	if (!host || !json_is_object(classes))
		return amt_fail(err,
				"these are not the facts of a device: host or classes missing");
	amt_device_init(d, host);
	d->address = get_text(d, o, "address");
	d->when = get_time(o, "when");
	notes = json_object_get(o, "notes");
	for (size_t i = 0; i < json_array_size(notes); i++) {
		const char *text = json_string_value(json_array_get(notes, i));
		if (text)
			amt_device_note(d, "%s", text);
	}
	for (int c = 0; c < AMT_DEV_CLASS_COUNT; c++) {
		v = json_object_get(classes, dev_classes[c].id);
		if (v && !get_class(d, (enum amt_dev_class)c, v, err)) {
			amt_fail_prefix(err, "device %s", host);
			amt_device_free(d);
			return false;
		}
	}
	return true;
}
