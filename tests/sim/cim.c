/* Instances and simple methods, rendered from the rows of classes.def. */
#include "sim.h"

#include <stdio.h>

enum kind { CLASS_, BASE_, INSTANCE_, EACH_, METHOD_, P_, O_, L_, E_, D_ };

struct row {
	enum kind kind;
	const char *name, *value;
	unsigned realm, since, until;
};

static const struct row rows[] = {
#define CLASS(schema, name, realm, since, until)                                                   \
	{CLASS_, #schema "_" #name, NULL, realm, since, until},
#define BASE(class)    {BASE_, class, NULL, 0, 0, 0},
#define INSTANCE(when) {INSTANCE_, when, NULL, 0, 0, 0},
#define EACH(list)     {EACH_, list, NULL, 0, 0, 0},
#define METHOD(name)   {METHOD_, name, NULL, 0, 0, 0},
#define P(name, value) {P_, name, value, 0, 0, 0},
#define O(name, value) {O_, name, value, 0, 0, 0},
#define L(name, value) {L_, name, value, 0, 0, 0},
#define E(name, value) {E_, name, value, 0, 0, 0},
#define D(name, value) {D_, name, value, 0, 0, 0},
#include "classes.def"
};
#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

struct sim_class {
	struct row row;
};

const char *sim_class_name(const struct sim_class *k)
{
	return k->row.name;
}

unsigned sim_class_realm(const struct sim_class *k)
{
	return k->row.realm;
}

static const char *schema_uri(const char *name)
{
	if (!strncmp(name, "CIM_", 4))
		return "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/";
	if (!strncmp(name, "IPS_", 4))
		return "http://intel.com/wbem/wscim/1/ips-schema/1/";
	return "http://intel.com/wbem/wscim/1/amt-schema/1/";
}

const char *sim_class_uri(const struct sim_class *k, char out[160])
{
	snprintf(out, 160, "%s%s", schema_uri(k->row.name), k->row.name);
	return out;
}

/* Whether the whole URI, schema and all, names this class and this firmware has it. */
const struct sim_class *sim_class_find(const struct sim_device *d, const char *uri)
{
	unsigned major = sim_major(d);
	char full[160];

	for (const struct row *r = rows; r < rows + N_ROWS; r++) {
		if (r->kind != CLASS_)
			continue;
		snprintf(full, sizeof(full), "%s%s", schema_uri(r->name), r->name);
		if (strcmp(full, uri))
			continue;
		if (major < r->since || major > r->until ||
		    sim_list_has(sim_fact(d, "wsman.absent"), r->name))
			return NULL;
		return (const struct sim_class *)r;
	}
	return NULL;
}

static bool holds(const struct sim_device *d, const char *when)
{
	char key[64], value[64];
	size_t n = strcspn(when, "=");

	if (!*when)
		return true;
	if (!when[n])
		return sim_fact_on(d, when);
	amt_str_copy(key, n + 1 < sizeof(key) ? n + 1 : sizeof(key), when);
	if (!strcmp(when + n + 1, "false"))
		return !sim_fact_on(d, key);
	return !strcmp(sim_text(d, key, value, sizeof(value)), when + n + 1);
}

/* One instance: where its rows begin, and the list item behind it. */
struct place {
	const struct row *class, *rows;
	const char *item;
	unsigned number;
};

/* Instances of the rows of one class; *n counts down to the one that is wanted. */
static bool seek_in(const struct sim_device *d, const struct row *class, size_t *n,
		    struct place *out)
{
	for (const struct row *r = class + 1; r < rows + N_ROWS; r++) {
		if (r->kind == CLASS_ || r->kind == METHOD_)
			break;
		if (r->kind == INSTANCE_ && holds(d, r->name) && !(*n)--) {
			*out = (struct place){class, r + 1, NULL, 0};
			return true;
		}
		if (r->kind != EACH_)
			continue;
		for (unsigned i = 1; sim_fact_item(d, r->name, i); i++) {
			if (!(*n)--) {
				*out = (struct place){class, r + 1, sim_fact_item(d, r->name, i),
						      i};
				return true;
			}
		}
	}
	return false;
}

static bool seek(const struct sim_device *d, const struct sim_class *k, size_t n, struct place *out)
{
	if (seek_in(d, &k->row, &n, out))
		return true;
	for (const struct row *r = rows, *class = NULL; r < rows + N_ROWS; r++) {
		if (r->kind == CLASS_)
			class = r;
		if (r->kind != BASE_ || !class || strcmp(r->name, k->row.name))
			continue;
		if (sim_major(d) >= class->since &&
		    !sim_list_has(sim_fact(d, "wsman.absent"), class->name) &&
		    seek_in(d, class, &n, out))
			return true;
	}
	return false;
}

/* The value of a row for this place, a fact "Class.Property" or "Class/N.Property" before it. */
static bool value_of(const struct sim_device *d, const struct place *p, size_t n,
		     const struct row *r, struct amt_buf *out)
{
	char key[128], guid[64];
	const char *v;

	snprintf(key, sizeof(key), "%s/%zu.%s", p->class->name, n, r->name);
	v = sim_fact(d, key);
	if (!*v) {
		snprintf(key, sizeof(key), "%s.%s", p->class->name, r->name);
		v = sim_fact(d, key);
	}
	if (!strcmp(v, "-"))
		return false;
	amt_buf_clear(out);
	if (*v) {
		sim_expand(d, p->item, v, out);
		return true;
	}
	if (!strcmp(r->value, "{@current}")) {
		const char *mine = p->item ? strrchr(p->item, '|') : NULL;

		sim_text(d, "power.package", guid, sizeof(guid));
		amt_buf_str(out, mine && !strcmp(mine + 1, guid) ? "1" : "2");
	} else if (!strcmp(r->value, "{@spns}")) {
		static const char *const ports[] = {"16992", "16993", "16994",
						    "16995", "623",   "664"};
		char host[256];

		sim_text(d, "kerberos.spn_host", host, sizeof(host));
		for (int i = 0; i < 6; i++)
			amt_buf_printf(out, "%sHTTP/%s:%s", i ? "," : "", host, ports[i]);
	} else {
		sim_expand(d, p->item, r->value, out);
		if (amt_str_ends(r->value, "{@item}"))
			amt_buf_printf(out, "%u", p->number - 1);
	}
	return true;
}

static void put_epr(struct amt_buf *out, const char *text)
{
	char part[256];
	size_t n = strcspn(text, ";");

	amt_str_copy(part, n + 1 < sizeof(part) ? n + 1 : sizeof(part), text);
	amt_buf_printf(out,
		       "<b:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
		       "</b:Address><b:ReferenceParameters><c:ResourceURI>%s%s</c:ResourceURI>"
		       "<c:SelectorSet>",
		       schema_uri(part), part);
	for (text += n; *text; text += n) {
		const char *eq;

		text++;
		n = strcspn(text, ";");
		amt_str_copy(part, n + 1 < sizeof(part) ? n + 1 : sizeof(part), text);
		eq = strchr(part, '=');
		if (!eq)
			continue;
		amt_buf_printf(out, "<c:Selector Name=\"%.*s\">", (int)(eq - part), part);
		sim_xml_text(out, eq + 1);
		amt_buf_str(out, "</c:Selector>");
	}
	amt_buf_str(out, "</c:SelectorSet></b:ReferenceParameters>");
}

static void put_element(struct amt_buf *out, const char *prefix, const struct row *r, const char *v)
{
	amt_buf_printf(out, "<%s:%s>", prefix, r->name);
	if (r->kind == E_)
		put_epr(out, v);
	else if (r->kind == D_)
		amt_buf_printf(out,
			       "<x:Datetime xmlns:x=\"http://schemas.dmtf.org/wbem/wscim/1/"
			       "common\">%s</x:Datetime>",
			       v);
	else
		sim_xml_text(out, v);
	amt_buf_printf(out, "</%s:%s>", prefix, r->name);
}

static void put_list(struct amt_buf *out, const char *prefix, const struct row *r, const char *v)
{
	char item[300];

	while (*v) {
		size_t n = strcspn(v, ",");

		amt_str_copy(item, n + 1 < sizeof(item) ? n + 1 : sizeof(item), v);
		put_element(out, prefix, r, item);
		v += n + (v[n] == ',');
	}
}

static void put_rows(const struct sim_device *d, const struct place *p, size_t n,
		     const char *prefix, struct amt_buf *out)
{
	struct amt_buf v;

	amt_buf_init(&v, 64 * AMT_KIB);
	for (const struct row *r = p->rows; r < rows + N_ROWS && r->kind >= P_; r++) {
		if (!value_of(d, p, n, r, &v))
			continue;
		if (r->kind == L_)
			put_list(out, prefix, r, amt_buf_cstr(&v));
		else if (r->kind == P_ || v.len)
			put_element(out, prefix, r, amt_buf_cstr(&v));
	}
	amt_buf_free(&v);
}

bool sim_instance(const struct sim_device *d, const struct sim_class *k, size_t n,
		  const char *prefix, struct amt_buf *out, const struct sim_class **real)
{
	struct place p;

	if (!seek(d, k, n, &p))
		return false;
	*real = (const struct sim_class *)p.class;
	if (out)
		put_rows(d, &p, n, prefix, out);
	return true;
}

/* Every selector given must be a property with that value; unknown names match nothing. */
bool sim_instance_matches(const struct sim_device *d, const struct sim_class *k, size_t n,
			  const struct sim_soap *s)
{
	struct place p;
	struct amt_buf v;
	unsigned hits = 0;

	if (!seek(d, k, n, &p))
		return false;
	amt_buf_init(&v, 64 * AMT_KIB);
	for (const struct row *r = p.rows; r < rows + N_ROWS && r->kind >= P_; r++)
		for (unsigned i = 0; i < s->n_selectors; i++)
			if (!strcmp(s->selectors[i].name, r->name) && value_of(d, &p, n, r, &v) &&
			    !strcmp(s->selectors[i].value, amt_buf_cstr(&v)))
				hits++;
	amt_buf_free(&v);
	return hits == s->n_selectors;
}

static const struct row *method_find(const struct sim_class *k, const char *method)
{
	const struct row *r = &k->row;

	for (r++; r < rows + N_ROWS && r->kind != CLASS_; r++)
		if (r->kind == METHOD_ && !strcmp(r->name, method))
			return r;
	return NULL;
}

bool sim_method_known(const struct sim_class *k, const char *method)
{
	return method_find(k, method) != NULL;
}

bool sim_method_rows(const struct sim_device *d, const struct sim_class *k, const char *method,
		     const char *prefix, struct amt_buf *out)
{
	const struct row *r = method_find(k, method);

	if (!r)
		return false;
	put_rows(d, &(struct place){&k->row, r + 1, NULL, 0}, 0, prefix, out);
	amt_buf_printf(out, "<%s:ReturnValue>0</%s:ReturnValue>", prefix, prefix);
	return true;
}
