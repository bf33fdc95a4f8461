/* JSON that is written while it is made: a list of any length needs the memory of one element. */
#include "report/writers.h"

#include <string.h>

static int append(const char *p, size_t n, void *out)
{
	return amt_buf_json_text(out, p, n) ? 0 : -1;
}

void add_json(struct amt_buf *out, const json_t *j, size_t flags)
{
	json_dump_callback(j, append, out, flags | JSON_REAL_PRECISION(15));
}

struct indented {
	struct amt_buf *out;
	unsigned depth;
};

static void new_line(struct amt_buf *out, unsigned depth)
{
	amt_buf_byte(out, '\n');
	for (unsigned i = 0; i < depth; i++)
		amt_buf_str(out, "  ");
}

/* A newline in a dump is always one of the layout: in strings it is \n. */
static int append_indented(const char *p, size_t n, void *arg)
{
	const struct indented *in = arg;

	while (n) {
		const char *end = memchr(p, '\n', n);
		size_t k = end ? (size_t)(end - p) : n;
		amt_buf_json_text(in->out, p, k);
		if (end)
			new_line(in->out, in->depth);
		p += k + (end != NULL);
		n -= k + (end != NULL);
	}
	return in->out->over ? -1 : 0;
}

static void dump(const struct amt_json_out *o, const json_t *j)
{
	struct indented in = {o->out, o->depth};

	json_dump_callback(j, append_indented, &in, o->flags | JSON_ENCODE_ANY);
}

static bool compact(const struct amt_json_out *o)
{
	return (o->flags & JSON_COMPACT) != 0;
}

/* A comma when it is not the first, and where the next one stands. */
static void next(struct amt_json_out *o, const char *key)
{
	if (o->level[o->depth].any)
		amt_buf_byte(o->out, ',');
	o->level[o->depth].any = true;
	if (!compact(o))
		new_line(o->out, o->depth);
	if (key) {
		amt_buf_json(o->out, key, strlen(key));
		amt_buf_str(o->out, compact(o) ? ":" : ": ");
	}
}

/* NDJSON: a record a member of the facts, or an element of one that is a list. */
static void record(const struct amt_json_out *o, const char *key, bool list, const json_t *value)
{
	amt_buf_printf(o->out, "{\"type\":\"fact\",\"key\":");
	amt_buf_json(o->out, key, strlen(key));
	amt_buf_str(o->out, list ? ",\"list\":true" : "");
	if (value) {
		amt_buf_str(o->out, ",\"value\":");
		dump(o, value);
	}
	amt_buf_str(o->out, "}\n");
}

static void records(const struct amt_json_out *o, const char *key, const json_t *value)
{
	if (!json_is_array(value))
		record(o, key, false, value);
	else if (!json_array_size(value))
		record(o, key, true, NULL);
	for (size_t i = 0; i < json_array_size(value); i++)
		record(o, key, true, json_array_get(value, i));
}

/* Into the tree that is open at this depth; what stands in a list has no key. */
static void plant(struct amt_json_out *o, const char *key, json_t *value)
{
	json_t *at = o->level[o->depth].tree;

	if (!at)
		o->tree = value;
	else if (json_is_array(at))
		json_array_append_new(at, value);
	else
		json_object_set_new(at, key, value);
}

void amt_json_out_value(struct amt_json_out *o, const char *key, json_t *value)
{
	struct amt_json_level *l = &o->level[o->depth];

	if (!o->out) {
		plant(o, key, value);
		return;
	}
	if (o->lines && !o->depth) {
		records(o, key, value);
	} else if (o->lines && o->depth == 1 && l->list) {
		record(o, l->key, true, value);
		l->any = true;
	} else {
		next(o, key);
		dump(o, value);
	}
	json_decref(value);
}

void amt_json_out_open(struct amt_json_out *o, const char *key, bool list)
{
	struct amt_json_level l = {.key = key, .list = list};

	if (!o->out) {
		l.tree = list ? json_array() : json_object();
		plant(o, key, l.tree);
	} else if (o->lines && !o->depth) {
		if (!list)
			amt_buf_printf(o->out, "{\"type\":\"fact\",\"key\":\"%s\",\"value\":{",
				       key);
	} else {
		if (o->depth)
			next(o, key);
		amt_buf_byte(o->out, list ? '[' : '{');
	}
	o->level[++o->depth] = l;
}

void amt_json_out_close(struct amt_json_out *o)
{
	const struct amt_json_level *l = &o->level[o->depth--];

	if (!o->out)
		return;
	if (o->lines && !o->depth) {
		if (!l->list)
			amt_buf_str(o->out, "}}\n");
		else if (!l->any)
			record(o, l->key, true, NULL);
		return;
	}
	if (l->any && !compact(o))
		new_line(o->out, o->depth);
	amt_buf_byte(o->out, l->list ? ']' : '}');
}

void json_out_members(struct amt_json_out *o, const json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value)
		amt_json_out_value(o, key, json_incref(value));
}
