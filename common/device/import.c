/*
 * Exports of other programs give the same facts as asking (handbook device 3.2): which
 * kind it is shows its content. SCS discovery data, as XML or as a registry file, is
 * read here, key by key; JSON has a file of its own; a stored WS-MAN reply is SOAP.
 */
#include "device/import.h"

#include "device/soap.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32

struct scs {
	struct amt_device *d;
	const char *name;
	size_t found;
};

static struct amt_dev_setup *scs_setup(struct scs *s)
{
	dev_source(s->d, AMT_DEVC_setup, AMT_DEV_READ, s->name, NULL);
	return s->d->setup.n ? &s->d->setup.v[0] : amt_device_add(s->d, AMT_DEVC_setup);
}

static struct amt_dev_general *scs_general(struct scs *s)
{
	dev_source(s->d, AMT_DEVC_general, AMT_DEV_READ, s->name, NULL);
	return s->d->general.n ? &s->d->general.v[0] : amt_device_add(s->d, AMT_DEVC_general);
}

static bool word_in(const char *text, const char *word)
{
	return amt_memcasestr(text, strlen(text), word) != NULL;
}

/* "GoDaddy, Enabled, Default; VeriSign, Disabled, Default" */
static void scs_hashes(struct scs *s, const char *value)
{
	for (const char *p = value; *p;) {
		size_t n = strcspn(p, ";"), name = strcspn(p, ",;");
		char *rest = amt_strndup(p + name, n - name);
		struct amt_dev_hash *h =
			name && strspn(p, " ") < name ? amt_device_add(s->d, AMT_DEVC_hash) : NULL;
		if (h) {
			char *label = amt_arena_strndup(&s->d->arena, p, name);
			h->description = amt_str_trim(label);
			h->enabled = word_in(rest, "enabled")    ? AMT_YES
				     : word_in(rest, "disabled") ? AMT_NO
								 : AMT_MAYBE;
			h->is_default = word_in(rest, "default") ? AMT_YES : AMT_MAYBE;
			dev_source(s->d, AMT_DEVC_hash, AMT_DEV_READ, s->name, NULL);
		}
		free(rest);
		p += n + (p[n] == ';');
	}
}

static void scs_value(struct scs *s, const char *key, const char *value)
{
	size_t before = s->found++;

	if (amt_strcasecmp(key, "FWVersion") == 0) {
		struct amt_dev_software *w = amt_device_add(s->d, AMT_DEVC_software);
		if (w) {
			w->id = "AMT";
			w->version = amt_arena_strdup(&s->d->arena, value);
		}
		dev_source(s->d, AMT_DEVC_software, AMT_DEV_READ, s->name, NULL);
	} else if (amt_strcasecmp(key, "AMTControlMode") == 0) {
		if (word_in(value, "admin"))
			scs_setup(s)->provisioning_mode = 1;
		else if (word_in(value, "client"))
			scs_setup(s)->provisioning_mode = 4;
	} else if (amt_strcasecmp(key, "IsAMTConfigured") == 0) {
		if (amt_strcasecmp(value, "true") == 0 || amt_strcasecmp(value, "false") == 0)
			scs_setup(s)->provisioning_state =
				amt_strcasecmp(value, "true") == 0 ? 2 : 0;
	} else if (amt_strcasecmp(key, "AMTConfigurationState") == 0) {
		if (word_in(value, "pre") || word_in(value, "not "))
			scs_setup(s)->provisioning_state = 0;
		else if (word_in(value, "post"))
			scs_setup(s)->provisioning_state = 2;
		else if (word_in(value, "in "))
			scs_setup(s)->provisioning_state = 1;
	} else if (amt_strcasecmp(key, "OSHostName") == 0) {
		scs_general(s)->os_fqdn = amt_arena_strdup(&s->d->arena, value);
	} else if (amt_strcasecmp(key, "CertificateHashes") == 0) {
		scs_hashes(s, value);
	} else {
		s->found = before;
	}
}

static void scs_element(struct scs *s, const xmlNode *n, int depth)
{
	bool leaf = true;

	for (const xmlNode *k = n->children; k; k = k->next)
		if (k->type == XML_ELEMENT_NODE) {
			leaf = false;
			if (depth < DEPTH_MAX)
				scs_element(s, k, depth + 1);
		}
	if (leaf) {
		char *text = (char *)xmlNodeGetContent(n);
		if (text && *amt_str_trim(text))
			scs_value(s, (const char *)n->name, amt_str_trim(text));
		xmlFree(text);
	}
}

static bool import_xml(struct amt_device *d, const char *name, const char *text, size_t len,
		       struct amt_error *err)
{
	struct scs s = {d, name, 0};
	xmlDoc *doc = dev_xml_read(text, len, err);
	const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
	struct dev_reply reply;
	bool ok = false;

	if (root && strcmp((const char *)root->name, "Envelope") == 0) {
		ok = dev_soap_read(d, AMT_DEV_CLASS_COUNT, text, len, &reply, err);
		if (ok && !reply.records)
			ok = amt_fail(err, "a SOAP message, but of no class that is known");
		for (int c = 0; ok && c < AMT_DEV_CLASS_COUNT; c++)
			if (dev_list(d, (enum amt_dev_class)c)->n &&
			    d->source[c].state == AMT_DEV_NOT_ASKED)
				dev_source(d, (enum amt_dev_class)c, AMT_DEV_READ, name, NULL);
	} else if (root) {
		scs_element(&s, root, 0);
		ok = s.found ? true
			     : amt_fail(err, "XML, but nothing in it is known of an AMT device");
	}
	xmlFreeDoc(doc);
	return ok;
}

/* "Key"="value" lines under SystemDiscovery; dword values are numbers. */
static bool import_registry(struct amt_device *d, const char *name, const char *text,
			    struct amt_error *err)
{
	struct scs s = {d, name, 0};

	for (const char *p = text; *p;) {
		size_t n = strcspn(p, "\r\n");
		char *line = amt_strndup(p, n), *t = amt_str_trim(line);
		char *mid = *t == '"' ? strstr(t, "\"=\"") : NULL;
		size_t len = strlen(t);
		if (mid && len > 4 && t[len - 1] == '"') {
			t[len - 1] = '\0';
			*mid = '\0';
			scs_value(&s, t + 1, mid + 3);
		}
		free(line);
		p += n + (p[n] != '\0');
	}
	return s.found ? true : amt_fail(err, "a registry file without SCS discovery data of AMT");
}

/* .NET writes "utf-16" into the declaration; here it is UTF-8 already, and libxml2 would mind. */
static const char *past_declaration(const char *xml)
{
	const char *end = amt_str_begins(xml, "<?xml") ? strstr(xml, "?>") : NULL;

	return end && amt_memcasestr(xml, (size_t)(end - xml), "utf-16") ? end + 2 : xml;
}

static bool import_text(struct amt_device *d, const char *name, const char *text, size_t len,
			struct amt_error *err)
{
	size_t blank = strspn(text, " \t\r\n");

	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		return import_text(d, name, text + 3, len - 3, err);
	if (text[blank] == '<') {
		const char *xml = past_declaration(text);
		return import_xml(d, name, xml, len - (size_t)(xml - text), err);
	}
	if (text[blank] == '{' || text[blank] == '[')
		return !memcmp(text + blank, "[HKEY", len - blank < 5 ? len - blank : 5)
			       ? import_registry(d, name, text, err)
			       : dev_import_json(d, name, text, len, err);
	if (amt_str_begins(text, "Windows Registry Editor") || amt_str_begins(text, "REGEDIT4"))
		return import_registry(d, name, text, err);
	return amt_fail(err, "neither JSON, XML nor a registry file");
}

bool amt_device_import(struct amt_device *d, const char *name, const char *text, size_t len,
		       struct amt_error *err)
{
	struct amt_buf utf8;
	size_t bad = 0;
	bool ok;

	if (len > AMT_CAP_DEVICE_EXPORT)
		return amt_fail(err, "%s: %zu bytes are more than an export has", name, len);
	amt_buf_init(&utf8, AMT_CAP_DEVICE_EXPORT);
	/* Windows writes UTF-16 with a byte order mark: regedit, and PowerShell's '>'. */
	if (len >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
		ok = amt_text_to_utf8(text[0] == '\xff' ? "UTF-16LE" : "UTF-16BE", text + 2,
				      len - 2, &utf8, &bad, err);
	else
		ok = amt_buf_add(&utf8, text, len);
	ok = ok && import_text(d, name, amt_buf_cstr(&utf8), utf8.len, err);
	if (!ok)
		amt_fail_prefix(err, "%s", name);
	amt_buf_free(&utf8);
	return ok;
}
