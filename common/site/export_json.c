/* Facts out of exports as JSON and back. */
#include "exports.h"

#include <string.h>

static const char *const field_names[EXPORTS_WHATS] = {
#define EXPORTS_FACT(id, name, fields, meaning) fields,
#include "amtdiag/exports_facts.def"
#undef EXPORTS_FACT
};

/* The i-th name of "a,b,c"; NULL when there are fewer. */
static const char *field_name(enum exports_what w, size_t i, char out[32])
{
	const char *p = field_names[w];

	for (; i; i--) {
		p = strchr(p, ',');
		if (!p)
			return NULL;
		p++;
	}
	size_t n = strcspn(p, ",");
	if (n > 31)
		return NULL;
	memcpy(out, p, n);
	out[n] = '\0';
	return out;
}

static json_t *list_json(const struct amt_strlist *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(a, amt_json_str(l->v[i]));
	return a;
}

static json_t *fact_json(const struct exports_fact *fact)
{
	json_t *o = json_object();
	char key[32];

	json_object_set_new(o, "what", json_string(exports_what_name(fact->what)));
	json_object_set_new(o, "name", amt_json_str(fact->name));
	if (*fact->computer)
		json_object_set_new(o, "computer", amt_json_str(fact->computer));
	for (size_t i = 0; i < EXPORTS_FIELDS; i++)
		if (*fact->field[i] && field_name(fact->what, i, key))
			json_object_set_new(o, key, amt_json_str(fact->field[i]));
	json_object_set_new(o, "file", json_integer(fact->file));
	json_object_set_new(o, "line", json_integer((json_int_t)fact->line));
	return o;
}

static json_t *file_json(const struct exports_file *file)
{
	json_t *j = json_object();

	json_object_set_new(j, "path", amt_json_str(file->path));
	json_object_set_new(j, "kind", json_string(exports_kind_name(file->kind)));
	json_object_set_new(j, "computer", amt_json_str(file->computer));
	json_object_set_new(j, "charset", amt_json_str(file->charset));
	json_object_set_new(j, "lines", json_integer((json_int_t)file->lines));
	return j;
}

static json_t *roles_json(const struct exports_facts *f)
{
	json_t *roles = json_object();

	json_object_set_new(roles, "servers", list_json(&f->roles.servers));
	json_object_set_new(roles, "consoles", list_json(&f->roles.consoles));
	json_object_set_new(roles, "suffixes", list_json(&f->roles.suffixes));
	json_object_set_new(roles, "clients", list_json(&f->roles.clients));
	json_object_set_new(roles, "in-band", list_json(&f->roles.in_band));
	json_object_set_new(roles, "out-of-band", list_json(&f->roles.out_of_band));
	return roles;
}

void exports_write(const struct exports_facts *f, struct amt_json_out *o)
{
	amt_json_out_open(o, "files", true);
	for (size_t i = 0; i < f->files.n; i++)
		amt_json_out_value(o, NULL, file_json(&f->files.v[i]));
	amt_json_out_close(o);
	amt_json_out_open(o, "facts", true);
	for (size_t i = 0; i < f->facts.n; i++)
		amt_json_out_value(o, NULL, fact_json(&f->facts.v[i]));
	amt_json_out_close(o);
	amt_json_out_value(o, "roles", roles_json(f));
	amt_json_out_value(o, "dropped", json_integer((json_int_t)f->dropped));
}

json_t *exports_to_json(const struct exports_facts *f)
{
	struct amt_json_out o = {0};

	amt_json_out_open(&o, NULL, false);
	exports_write(f, &o);
	amt_json_out_close(&o);
	return o.tree;
}

static const char *text(struct exports_facts *f, const json_t *o, const char *key)
{
	const char *s = amt_json_dup(&f->arena, o, key);

	return s ? s : "";
}

static bool read_file(struct exports_facts *f, const json_t *j, struct amt_error *err)
{
	const char *kind = amt_json_get_str(j, "kind");

	for (size_t k = 0; kind && k < EXPORTS_KINDS; k++)
		if (!strcmp(kind, exports_kind_name((enum exports_kind)k))) {
			amt_vec_push(&f->files, (struct exports_file){
							text(f, j, "path"), text(f, j, "computer"),
							text(f, j, "charset"), (enum exports_kind)k,
							(uint64_t)amt_json_get_int(j, "lines", 0)});
			return true;
		}
	return amt_fail(err, "exports: file %zu is of no known kind", f->files.n);
}

static bool read_fact(struct exports_facts *f, const json_t *j, struct amt_error *err)
{
	const char *what = amt_json_get_str(j, "what");
	int64_t file = amt_json_get_int(j, "file", -1);
	size_t w = 0;
	char key[32];

	while (what && w < EXPORTS_WHATS &&
	       strcmp(what, exports_what_name((enum exports_what)w)) != 0)
		w++;
	if (!what || w == EXPORTS_WHATS)
		return amt_fail(err, "exports: fact %zu is of no known sort", f->facts.n);
	if (file < 0 || (size_t)file >= f->files.n)
		return amt_fail(err, "exports: fact %zu stands in no file", f->facts.n);
	struct exports_fact *fact = amt_vec_add(&f->facts);
	fact->what = (enum exports_what)w;
	fact->computer = text(f, j, "computer");
	fact->name = text(f, j, "name");
	fact->file = (uint32_t)file;
	fact->line = (uint64_t)amt_json_get_int(j, "line", 0);
	for (size_t i = 0; i < EXPORTS_FIELDS; i++)
		fact->field[i] = field_name(fact->what, i, key) ? text(f, j, key) : "";
	return true;
}

static void read_list(struct exports_facts *f, const json_t *roles, const char *key,
		      struct amt_strlist *l)
{
	size_t i;
	json_t *v;

	json_array_foreach(json_object_get(roles, key), i, v)
	{
		exports_role_add(f, l, json_string_value(v));
	}
}

bool exports_from_json(const json_t *j, struct exports_facts *f, struct amt_error *err)
{
	const json_t *files = json_object_get(j, "files"), *facts = json_object_get(j, "facts");
	const json_t *roles = json_object_get(j, "roles");

	if (!json_is_array(files) || !json_is_array(facts))
		return amt_fail(err, "exports: no lists of files and facts");
	for (size_t i = 0; i < json_array_size(files); i++)
		if (!read_file(f, json_array_get(files, i), err))
			return false;
	for (size_t i = 0; i < json_array_size(facts); i++)
		if (!read_fact(f, json_array_get(facts, i), err))
			return false;
	read_list(f, roles, "servers", &f->roles.servers);
	read_list(f, roles, "consoles", &f->roles.consoles);
	read_list(f, roles, "suffixes", &f->roles.suffixes);
	read_list(f, roles, "clients", &f->roles.clients);
	read_list(f, roles, "in-band", &f->roles.in_band);
	read_list(f, roles, "out-of-band", &f->roles.out_of_band);
	f->dropped = (uint64_t)amt_json_get_int(j, "dropped", 0);
	return true;
}
