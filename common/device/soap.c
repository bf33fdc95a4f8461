/* WS-MAN replies: by name and namespace, never by prefix, order or file. */
#include "device/soap.h"

#include <stdlib.h>
#include <string.h>

#define NS_SOAP12      "http://www.w3.org/2003/05/soap-envelope"
#define NS_SOAP11      "http://schemas.xmlsoap.org/soap/envelope/"
#define NS_ENUMERATION "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
#define NS_WSMAN       "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define NS_XSI         "http://www.w3.org/2001/XMLSchema-instance"
#define DEPTH_MAX      32 /* recorded replies have 8 levels at most */

static const char *name_of(const xmlNode *n)
{
	return (const char *)n->name;
}

static bool named(const xmlNode *n, const char *name)
{
	return n->type == XML_ELEMENT_NODE && strcmp(name_of(n), name) == 0;
}

static bool in_ns(const xmlNode *n, const char *ns)
{
	return n->ns && n->ns->href && strcmp((const char *)n->ns->href, ns) == 0;
}

/* An element has that name below n, at any depth that is sane. */
static const xmlNode *find(const xmlNode *n, const char *name, int depth)
{
	if (depth > DEPTH_MAX)
		return NULL;
	for (const xmlNode *k = n->children; k; k = k->next) {
		if (k->type != XML_ELEMENT_NODE)
			continue;
		if (named(k, name))
			return k;
		const xmlNode *f = find(k, name, depth + 1);
		if (f)
			return f;
	}
	return NULL;
}

/* The text of an element and below it; NULL: xsi:nil. Freed with xmlFree. */
static char *text_of(const xmlNode *n)
{
	xmlChar *nil = xmlGetNsProp((xmlNode *)(uintptr_t)n, (const xmlChar *)"nil",
				    (const xmlChar *)NS_XSI);
	bool is_nil = nil && (strcmp((char *)nil, "true") == 0 || strcmp((char *)nil, "1") == 0);

	xmlFree(nil);
	return is_nil ? NULL : (char *)xmlNodeGetContent(n);
}

static void copy_text(const xmlNode *n, char *out, size_t size)
{
	char *text = n ? text_of(n) : NULL;

	if (text)
		amt_str_copy(out, size, amt_str_trim(text));
	xmlFree(text);
}

static int64_t number_of(const xmlNode *n)
{
	char text[32] = "";
	int64_t v;

	copy_text(n, text, sizeof(text));
	return amt_num_i64(text, INT64_MIN + 1, INT64_MAX, &v, NULL) ? v : AMT_DEV_NONE;
}

/* ---- records ---- */

static void set_text(struct amt_device *d, enum amt_dev_class c, void *record,
		     const struct dev_field *f, const xmlNode *n)
{
	char *text = text_of(n);

	if (text && !dev_set(d, record, f, text))
		amt_device_note(d, "%s: %s is '%.60s', which can't be its value; left out",
				dev_classes[c].name, name_of(n), text);
	xmlFree(text);
}

/* "SettingData@SchemeGUID": the selector of that name in the reference. */
static void set_selectors(struct amt_device *d, enum amt_dev_class c, void *record,
			  const xmlNode *ref)
{
	const struct dev_class *dc = &dev_classes[c];
	const xmlNode *set = find(ref, "SelectorSet", 0);
	char prop[128];

	for (const xmlNode *k = set ? set->children : NULL; k; k = k->next) {
		if (!named(k, "Selector"))
			continue;
		xmlChar *name = xmlGetProp((xmlNode *)(uintptr_t)k, (const xmlChar *)"Name");
		if (!name)
			continue;
		snprintf(prop, sizeof(prop), "%s@%s", name_of(ref), (char *)name);
		xmlFree(name);
		const struct dev_field *f = dev_field_of(dc, prop);
		if (f)
			set_text(d, c, record, f, k);
	}
}

static void read_record(struct amt_device *d, enum amt_dev_class c, const xmlNode *element,
			struct dev_reply *out)
{
	const struct dev_class *dc = &dev_classes[c];
	void *record = amt_device_add(d, c);
	const struct dev_field *f = dev_field_of(dc, "#name");

	if (!record)
		return;
	out->records++;
	if (f)
		dev_set(d, record, f, name_of(element));
	for (const xmlNode *k = element->children; k; k = k->next) {
		if (k->type != XML_ELEMENT_NODE)
			continue;
		f = dev_field_of(dc, name_of(k));
		if (f)
			set_text(d, c, record, f, k);
		else if (find(k, "SelectorSet", 0))
			set_selectors(d, c, record, k);
	}
}

/* Which class an element is of: its own name, or METHOD_OUTPUT of a method that is asked. */
static enum amt_dev_class class_of(const xmlNode *n)
{
	static const struct {
		const char *output;
		enum amt_dev_class c;
	} walked[] = {{"GetUserAclEntryEx_OUTPUT", AMT_DEVC_acl}};
	size_t len = strlen(name_of(n));

	for (int c = 0; c < AMT_DEV_CLASS_COUNT; c++) {
		const struct dev_class *dc = &dev_classes[c];
		if (dc->how == DEV_METHOD && len == strlen(dc->arg) + 7 &&
		    strncmp(name_of(n), dc->arg, len - 7) == 0 &&
		    strcmp(name_of(n) + len - 7, "_OUTPUT") == 0)
			return (enum amt_dev_class)c;
		if ((dc->how == DEV_GET || dc->how == DEV_ENUM) &&
		    strcmp(name_of(n), dc->name) == 0)
			return (enum amt_dev_class)c;
	}
	for (size_t i = 0; i < sizeof(walked) / sizeof(walked[0]); i++)
		if (strcmp(name_of(n), walked[i].output) == 0)
			return walked[i].c;
	return AMT_DEV_CLASS_COUNT;
}

static void read_element(struct amt_device *d, enum amt_dev_class c, const xmlNode *n,
			 struct dev_reply *out)
{
	if (c == AMT_DEV_CLASS_COUNT)
		c = class_of(n);
	if (c != AMT_DEV_CLASS_COUNT)
		read_record(d, c, n, out);
}

/* Items hold the objects themselves or, in other modes, wsman:Item around object and reference. */
static void read_items(struct amt_device *d, enum amt_dev_class c, const xmlNode *items,
		       struct dev_reply *out)
{
	for (const xmlNode *k = items->children; k; k = k->next) {
		if (k->type != XML_ELEMENT_NODE || named(k, "EndpointReference"))
			continue;
		if (named(k, "Item") && in_ns(k, NS_WSMAN)) {
			for (const xmlNode *e = k->children; e; e = e->next)
				if (e->type == XML_ELEMENT_NODE && !named(e, "EndpointReference"))
					read_element(d, c, e, out);
		} else {
			read_element(d, c, k, out);
		}
	}
}

static void read_sequence(struct amt_device *d, enum amt_dev_class c, const xmlNode *n,
			  struct dev_reply *out)
{
	out->enumerate = named(n, "EnumerateResponse");
	for (const xmlNode *k = n->children; k; k = k->next) {
		if (named(k, "Items"))
			read_items(d, c, k, out);
		else if (named(k, "EnumerationContext"))
			copy_text(k, out->context, sizeof(out->context));
		else if (named(k, "EndOfSequence"))
			out->end = true;
	}
}

static void read_fault(const xmlNode *n, struct dev_reply *out)
{
	const xmlNode *code = find(n, "Code", 0), *reason = find(n, "Reason", 0), *sub;

	out->fault = true;
	if (!code) { /* SOAP 1.1 */
		copy_text(find(n, "faultcode", 0), out->fault_code, sizeof(out->fault_code));
		out->of_receiver = amt_str_ends(out->fault_code, "Server");
		copy_text(find(n, "faultstring", 0), out->fault_text, sizeof(out->fault_text));
		return;
	}
	copy_text(find(code, "Value", 0), out->fault_code, sizeof(out->fault_code));
	out->of_receiver = amt_str_ends(out->fault_code, "Receiver");
	for (int depth = 0; depth < DEPTH_MAX && (sub = find(code, "Subcode", 0)); depth++)
		code = sub;
	copy_text(find(code, "Value", 0), out->fault_code, sizeof(out->fault_code));
	copy_text(reason ? find(reason, "Text", 0) : NULL, out->fault_text,
		  sizeof(out->fault_text));
}

static enum amt_tri truth_of(const xmlNode *n)
{
	char text[8] = "";

	copy_text(n, text, sizeof(text));
	if (amt_strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0)
		return AMT_YES;
	return text[0] ? AMT_NO : AMT_MAYBE;
}

/* What methods answer beside their record. */
static void read_output(const xmlNode *n, struct dev_reply *out)
{
	for (const xmlNode *k = n->children; k; k = k->next) {
		if (named(k, "ReturnValue"))
			out->return_value = number_of(k);
		else if (named(k, "TotalCount"))
			out->total = number_of(k);
		else if (named(k, "Enabled"))
			out->enabled = truth_of(k);
		else if (named(k, "Handles") && out->n_handles < DEV_SOAP_HANDLES &&
			 number_of(k) != AMT_DEV_NONE)
			out->handles[out->n_handles++] = number_of(k);
	}
}

/* What was asked for: a device that answers with something else has not told it. */
static bool answers(enum amt_dev_class c, const xmlNode *n)
{
	const struct dev_class *dc = &dev_classes[c];

	if (c == AMT_DEV_CLASS_COUNT)
		return true;
	return class_of(n) == c || (dc->how == DEV_GET && named(n, dc->name));
}

static bool read_body(struct amt_device *d, enum amt_dev_class c, const xmlNode *root,
		      struct dev_reply *out, struct amt_error *err)
{
	const xmlNode *body = NULL, *n = NULL;

	if (!root || !named(root, "Envelope") ||
	    !(in_ns(root, NS_SOAP12) || in_ns(root, NS_SOAP11)))
		return amt_fail(err, "the answer is XML but not a SOAP envelope (root is '%.60s')",
				root ? name_of(root) : "");
	for (const xmlNode *k = root->children; k; k = k->next)
		if (named(k, "Body"))
			body = k;
	for (const xmlNode *k = body ? body->children : NULL; k && !n; k = k->next)
		if (k->type == XML_ELEMENT_NODE)
			n = k;
	if (!n)
		return amt_fail(err, "the SOAP envelope has no body");
	size_t len = strlen(name_of(n));
	bool output = len > 7 && strcmp(name_of(n) + len - 7, "_OUTPUT") == 0;
	if (named(n, "Fault"))
		read_fault(n, out);
	else if (in_ns(n, NS_ENUMERATION))
		read_sequence(d, c, n, out);
	else if (output && (strcmp(name_of(n), "EnumerateUserAclEntries_OUTPUT") == 0 ||
			    strcmp(name_of(n), "GetAclEnabledState_OUTPUT") == 0))
		read_output(n, out);
	else {
		if (!answers(c, n))
			return amt_fail(err, "the answer is '%.60s', not %s", name_of(n),
					dev_classes[c].name);
		if (output)
			read_output(n, out);
		read_element(d, c, n, out);
	}
	return true;
}

bool dev_soap_read(struct amt_device *d, enum amt_dev_class c, const char *xml, size_t len,
		   struct dev_reply *out, struct amt_error *err)
{
	memset(out, 0, sizeof(*out));
	out->return_value = out->total = AMT_DEV_NONE;
	if (len > AMT_CAP_DEVICE_XML)
		return amt_fail(err, "the answer has %zu bytes, more than a reply may have", len);
	xmlDoc *doc = dev_xml_read(xml, len, err);
	bool ok = doc && read_body(d, c, xmlDocGetRootElement(doc), out, err);
	xmlFreeDoc(doc);
	return ok;
}
