/*
 * JSON exports (handbook device 3.2): Get-CimInstance root/Intel_ME | ConvertTo-Json,
 * rpc-go amtinfo, MeshCommander's saved state. None has a published schema, so this walks
 * the whole document: what names a known class, by key or by CIM marker, gives records
 * of that class, whatever it is wrapped in. Nothing else is taken.
 */
#include "device/import.h"

#include <string.h>

#define DEPTH_MAX 24

struct walk {
	struct amt_device *d;
	const char *name; /* of the export */
	size_t records;
};

static enum amt_dev_class class_named(const char *s)
{
	const char *colon = s ? strrchr(s, ':') : NULL; /* "root/Intel_ME:AMT_X" */

	if (colon)
		s = colon + 1;
	for (int c = 0; s && c < AMT_DEV_CLASS_COUNT; c++)
		if ((dev_classes[c].how == DEV_GET || dev_classes[c].how == DEV_ENUM) &&
		    amt_strcasecmp(s, dev_classes[c].name) == 0)
			return (enum amt_dev_class)c;
	if (s && amt_strcasecmp(s, "AMT_SetupAuditRecord") == 0) /* WMI's name (3.2) */
		return AMT_DEVC_record;
	return AMT_DEV_CLASS_COUNT;
}

/* PowerShell says the class in one of these, depending on version and depth. */
static const char *cim_class(const json_t *o)
{
	const json_t *sys = json_object_get(o, "CimSystemProperties"),
		     *cls = json_object_get(o, "CimClass");
	const char *s = json_string_value(json_object_get(sys, "ClassName"));

	s = s ? s : json_string_value(json_object_get(cls, "CimClassName"));
	s = s ? s : json_string_value(cls);
	return s ? s : json_string_value(json_object_get(o, "__CLASS"));
}

static const json_t *get_nocase(const json_t *o, const char *key)
{
	const char *k;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)o, k, v) if (amt_strcasecmp(k, key) == 0) return v;
	return NULL;
}

static void set_json(struct walk *w, enum amt_dev_class c, void *record, const struct dev_field *f,
		     const json_t *v)
{
	char text[32];
	struct amt_buf hex;
	size_t i;
	json_t *e;

	if (json_is_array(v) && f->kind == DEV_BYTES) { /* byte[] of WMI */
		amt_buf_init(&hex, 4 * AMT_KIB);
		json_array_foreach((json_t *)(uintptr_t)v, i, e)
			amt_buf_printf(&hex, "%02x", (unsigned)json_integer_value(e) & 255);
		dev_set(w->d, record, f, amt_buf_cstr(&hex));
		amt_buf_free(&hex);
	} else if (json_is_array(v)) {
		json_array_foreach((json_t *)(uintptr_t)v, i, e) if (!json_is_array(e))
			set_json(w, c, record, f, e);
	} else {
		const char *s = json_string_value(v);
		if (json_is_boolean(v))
			s = json_is_true(v) ? "true" : "false";
		else if (json_is_integer(v)) {
			snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(v));
			s = text;
		}
		if (s && !dev_set(w->d, record, f, s))
			amt_device_note(w->d,
					"%s: %s.%s is '%.60s', which can't be its value; left out",
					w->name, dev_classes[c].name, f->prop, s);
	}
}

static void add_record(struct walk *w, enum amt_dev_class c, const json_t *o)
{
	const struct dev_class *dc = &dev_classes[c];
	void *record = NULL;
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)o, key, v)
	{
		const struct dev_field *f = dev_field_of(dc, key);
		if (!f)
			continue;
		if (!record && !(record = amt_device_add(w->d, c)))
			return;
		set_json(w, c, record, f, v);
	}
	if (record) {
		dev_source(w->d, c, AMT_DEV_READ, w->name, NULL);
		w->records++;
	}
}

/* Wrappers around the properties: MeshCommander's responses, WS-MAN bodies. */
static void add_wrapped(struct walk *w, enum amt_dev_class c, const json_t *v, int depth)
{
	static const char *const wraps[] = {"response", "responses", "Body", "value"};
	const json_t *inner = NULL;
	size_t i;
	json_t *e;

	if (depth > DEPTH_MAX)
		return;
	if (json_is_array(v)) {
		json_array_foreach((json_t *)(uintptr_t)v, i, e) add_wrapped(w, c, e, depth + 1);
		return;
	}
	for (size_t k = 0; k < sizeof(wraps) / sizeof(wraps[0]) && !inner; k++)
		inner = json_object_get(v, wraps[k]);
	if (json_is_object(inner) || json_is_array(inner))
		add_wrapped(w, c, inner, depth + 1);
	else if (json_is_object(v))
		add_record(w, c, v);
}

static const char *text_at(const json_t *o, const char *key)
{
	return json_string_value(get_nocase(o, key));
}

static void add_software(struct walk *w, const char *id, const char *version)
{
	struct amt_dev_software *s = version ? amt_device_add(w->d, AMT_DEVC_software) : NULL;

	if (!s)
		return;
	s->id = id;
	s->version = amt_arena_strdup(&w->d->arena, version);
	dev_source(w->d, AMT_DEVC_software, AMT_DEV_READ, w->name, NULL);
	w->records++;
}

static struct amt_dev_setup *the_setup(struct walk *w)
{
	dev_source(w->d, AMT_DEVC_setup, AMT_DEV_READ, w->name, NULL);
	w->records++;
	return w->d->setup.n ? &w->d->setup.v[0] : amt_device_add(w->d, AMT_DEVC_setup);
}

/* AMT keeps the two parts apart. */
static void read_fqdn(struct walk *w, const char *fqdn)
{
	struct amt_dev_general *g;
	size_t n = fqdn ? strcspn(fqdn, ".") : 0;

	if (!n)
		return;
	g = w->d->general.n ? &w->d->general.v[0] : amt_device_add(w->d, AMT_DEVC_general);
	g->host_name = amt_arena_strndup(&w->d->arena, fqdn, n);
	if (fqdn[n])
		g->domain_name = amt_arena_strdup(&w->d->arena, fqdn + n + 1);
	dev_source(w->d, AMT_DEVC_general, AMT_DEV_READ, w->name, NULL);
	w->records++;
}

/* What the static methods of OOB_Service answered, and ME_System. */
static void read_wmi(struct walk *w, const json_t *o)
{
	static const struct {
		const char *key, *prop;
	} map[] = {
		{"ProvisioningState", "ProvisioningState"},
		{"isRemoteConfigEnabled", "ZeroTouchConfigurationEnabled"},
		{"RemoteConfigEnabled", "ZeroTouchConfigurationEnabled"},
		{"PKIDNSSuffix", "TrustedDNSSuffix"},
		{"ConfigServerFQDN", "ConfigurationServerFQDN"},
	};

	add_software(w, "AMT", text_at(o, "FWVersion"));
	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		const json_t *v = get_nocase(o, map[i].key);
		if (v && !json_is_null(v))
			set_json(w, AMT_DEVC_setup, the_setup(w),
				 dev_field_of(&dev_classes[AMT_DEVC_setup], map[i].prop), v);
	}
	read_fqdn(w, text_at(o, "AMTFQDN"));
	if (get_nocase(o, "LocalAdminCredentials") || get_nocase(o, "GetLocalAdminCredentials"))
		amt_device_note(
			w->d,
			"%s holds a working local password of AMT (GetLocalAdminCredentials); it "
			"was not read, but the file should be destroyed",
			w->name);
}

/* ---- rpc-go amtinfo ---- */

static void read_hashes(struct walk *w, const json_t *list)
{
	const char *key = NULL;
	json_t *v;
	size_t i;
	json_t *copy = json_object();

	if (json_is_array(list)) {
		json_array_foreach((json_t *)(uintptr_t)list, i, v)
		{
			char n[24];
			snprintf(n, sizeof(n), "%zu", i);
			json_object_set(copy, n, v);
		}
	} else if (json_is_object(list)) {
		json_object_update(copy, (json_t *)(uintptr_t)list);
	}
	json_object_foreach(copy, key, v)
	{
		const char *hash = json_is_string(v) ? json_string_value(v) : text_at(v, "hash");
		struct amt_dev_hash *h = hash ? amt_device_add(w->d, AMT_DEVC_hash) : NULL;
		if (!h)
			continue;
		const char *name = text_at(v, "name");
		const json_t *active = get_nocase(v, "isActive"), *def = get_nocase(v, "isDefault");
		h->description = amt_arena_strdup(&w->d->arena, name ? name : key);
		dev_set(w->d, h, dev_field_of(&dev_classes[AMT_DEVC_hash], "HashData"), hash);
		h->enabled = !json_is_boolean(active) ? AMT_MAYBE
			     : json_is_true(active)   ? AMT_YES
						      : AMT_NO;
		h->is_default = !json_is_boolean(def) ? AMT_MAYBE
				: json_is_true(def)   ? AMT_YES
						      : AMT_NO;
		dev_source(w->d, AMT_DEVC_hash, AMT_DEV_READ, w->name, NULL);
		w->records++;
	}
	json_decref(copy);
}

static void read_adapter(struct walk *w, const json_t *a, int64_t connection)
{
	struct amt_dev_ethernet *e;
	const json_t *dhcp = get_nocase(a, "dhcpEnabled");
	const char *link = text_at(a, "linkStatus");

	if (!json_is_object(a) || !(e = amt_device_add(w->d, AMT_DEVC_ethernet)))
		return;
	e->connection = connection;
	e->dhcp = !json_is_boolean(dhcp) ? AMT_MAYBE : json_is_true(dhcp) ? AMT_YES : AMT_NO;
	e->link_up = !link                               ? AMT_MAYBE
		     : amt_strcasecmp(link, "up") == 0   ? AMT_YES
		     : amt_strcasecmp(link, "down") == 0 ? AMT_NO
							 : AMT_MAYBE;
	e->address = amt_arena_strdup(&w->d->arena, text_at(a, "ipAddress"));
	if (text_at(a, "macAddress"))
		dev_set(w->d, e, dev_field_of(&dev_classes[AMT_DEVC_ethernet], "MACAddress"),
			text_at(a, "macAddress"));
	dev_source(w->d, AMT_DEVC_ethernet, AMT_DEV_READ, w->name, NULL);
	w->records++;
}

/* "activated in admin control mode"; there is an "unknown state" as well. */
static void read_control_mode(struct amt_dev_setup *s, const char *mode)
{
	size_t n = strlen(mode);

	if (amt_memcasestr(mode, n, "pre-provisioning") || amt_memcasestr(mode, n, "not activated"))
		s->provisioning_state = 0;
	else if (amt_memcasestr(mode, n, "activated"))
		s->provisioning_state = 2;
	if (s->provisioning_state == 2)
		s->provisioning_mode = amt_memcasestr(mode, n, "admin")    ? 1
				       : amt_memcasestr(mode, n, "client") ? 4
									   : AMT_DEV_NONE;
}

static void read_amtinfo(struct walk *w, const json_t *o)
{
	const char *mode = text_at(o, "controlMode"), *suffix = text_at(o, "dnsSuffix");
	const char *uuid = text_at(o, "uuid");

	add_software(w, "AMT", text_at(o, "amt"));
	add_software(w, "Build Number", text_at(o, "buildNumber"));
	add_software(w, "Sku", text_at(o, "sku"));
	if (mode)
		read_control_mode(the_setup(w), mode);
	if (suffix && *suffix)
		the_setup(w)->trusted_suffix = amt_arena_strdup(&w->d->arena, suffix);
	if (uuid) {
		struct amt_dev_uuid *u = amt_device_add(w->d, AMT_DEVC_uuid);
		if (u)
			dev_set(w->d, u, dev_field_of(&dev_classes[AMT_DEVC_uuid], "UUID"), uuid);
		dev_source(w->d, AMT_DEVC_uuid, AMT_DEV_READ, w->name, NULL);
	}
	read_adapter(w, get_nocase(o, "wiredAdapter"), 0);
	read_adapter(w, get_nocase(o, "wirelessAdapter"), 3);
	read_hashes(w, get_nocase(o, "certificateHashes"));
}

static void walk(struct walk *w, const char *key, const json_t *v, int depth)
{
	enum amt_dev_class c = class_named(key);
	const char *k;
	size_t i;
	json_t *e;

	if (depth > DEPTH_MAX)
		return;
	if (json_is_array(v)) {
		json_array_foreach((json_t *)(uintptr_t)v, i, e) walk(w, key, e, depth + 1);
		return;
	}
	if (!json_is_object(v))
		return;
	const char *cim = cim_class(v);
	if (c == AMT_DEV_CLASS_COUNT)
		c = class_named(cim);
	if (c != AMT_DEV_CLASS_COUNT) {
		add_wrapped(w, c, v, 0);
		return;
	}
	if (text_at(v, "amt") && (text_at(v, "controlMode") || text_at(v, "sku"))) {
		read_amtinfo(w, v);
		return;
	}
	const char *name = cim ? cim : key;
	if (name && (amt_str_ends(name, "ME_System") || amt_str_ends(name, "OOB_Service")))
		read_wmi(w, v);
	json_object_foreach((json_t *)(uintptr_t)v, k, e) walk(w, k, e, depth + 1);
}

bool dev_import_json(struct amt_device *d, const char *name, const char *text, size_t len,
		     struct amt_error *err)
{
	struct walk w = {d, name, 0};
	json_error_t je;
	json_t *doc = json_loadb(text, len, JSON_DECODE_ANY, &je);

	if (!doc)
		return amt_fail(err, "line %d: %s", je.line, je.text);
	walk(&w, NULL, doc, 0);
	json_decref(doc);
	return w.records ? true
			 : amt_fail(err, "JSON, but nothing in it is known of an AMT device");
}
