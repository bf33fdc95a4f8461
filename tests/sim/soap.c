/* Reads a SOAP request of a stranger: no network, no entities, caps on size and depth. */
#include "sim.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>

#define DEPTH 32

#define NS_SOAP12 "http://www.w3.org/2003/05/soap-envelope"
#define NS_SOAP11 "http://schemas.xmlsoap.org/soap/envelope/"
#define NS_WSA    "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define NS_WSMAN  "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"

static bool is(const xmlNode *n, const char *ns, const char *name)
{
	return n->type == XML_ELEMENT_NODE && !strcmp((const char *)n->name, name) &&
	       (!ns || (n->ns && n->ns->href && !strcmp((const char *)n->ns->href, ns)));
}

static const xmlNode *child(const xmlNode *n, const char *ns, const char *name)
{
	for (const xmlNode *k = n ? n->children : NULL; k; k = k->next)
		if (is(k, ns, name))
			return k;
	return NULL;
}

static const xmlNode *first_element(const xmlNode *n)
{
	for (const xmlNode *k = n ? n->children : NULL; k; k = k->next)
		if (k->type == XML_ELEMENT_NODE)
			return k;
	return NULL;
}

/* Text directly in the element, blanks around it gone, cut to fit. */
static void text_of(const xmlNode *n, char *dst, size_t size)
{
	size_t len = 0;

	*dst = 0;
	for (const xmlNode *k = n ? n->children : NULL; k; k = k->next) {
		const char *p = (const char *)k->content;

		if ((k->type != XML_TEXT_NODE && k->type != XML_CDATA_SECTION_NODE) || !p)
			continue;
		amt_str_copy(dst + len, size - len, p);
		len += strlen(dst + len);
	}
	while (len && strchr(" \t\r\n", dst[len - 1]))
		dst[--len] = 0;
	len = strspn(dst, " \t\r\n");
	memmove(dst, dst + len, strlen(dst + len) + 1);
}

static bool depth_ok(const xmlNode *n, int depth)
{
	if (depth > DEPTH)
		return false;
	for (const xmlNode *k = n->children; k; k = k->next)
		if (k->type == XML_ELEMENT_NODE && !depth_ok(k, depth + 1))
			return false;
	return true;
}

static bool flag(const xmlNode *n, const char *name)
{
	xmlChar *v = xmlGetProp(n, (const xmlChar *)name);
	bool on = v && (!strcmp((char *)v, "true") || !strcmp((char *)v, "1"));

	xmlFree(v);
	return on;
}

static void read_selectors(const xmlNode *set, struct sim_soap *s)
{
	for (const xmlNode *k = set ? set->children : NULL; k && s->n_selectors < SIM_SELECTORS;
	     k = k->next) {
		struct sim_pair *p = &s->selectors[s->n_selectors];
		xmlChar *name;

		if (!is(k, NS_WSMAN, "Selector"))
			continue;
		name = xmlGetProp(k, (const xmlChar *)"Name");
		amt_str_copy(p->name, sizeof(p->name), name ? (char *)name : "");
		xmlFree(name);
		text_of(k, p->value, sizeof(p->value));
		s->n_selectors++;
	}
}

static void read_header(const xmlNode *h, struct sim_soap *s)
{
	char n[32];
	const xmlNode *options = child(h, NS_WSMAN, "OptionSet");

	text_of(child(h, NS_WSA, "Action"), s->action, sizeof(s->action));
	text_of(child(h, NS_WSA, "To"), s->to, sizeof(s->to));
	text_of(child(h, NS_WSA, "MessageID"), s->message_id, sizeof(s->message_id));
	text_of(child(h, NS_WSMAN, "ResourceURI"), s->resource, sizeof(s->resource));
	text_of(child(h, NS_WSMAN, "MaxEnvelopeSize"), n, sizeof(n));
	if (!amt_num_u64(n, 0, UINT64_MAX, &s->max_envelope, NULL))
		s->max_envelope = 0;
	read_selectors(child(h, NS_WSMAN, "SelectorSet"), s);
	s->must_option = options && flag(options, "mustUnderstand");
	s->fragment = child(h, NS_WSMAN, "FragmentTransfer") != NULL;
}

static void read_body(const xmlNode *b, struct sim_soap *s)
{
	const xmlNode *e = first_element(b), *k;
	uint64_t n;
	char text[32];

	if (!e)
		return;
	amt_str_copy(s->body, sizeof(s->body), (const char *)e->name);
	text_of(child(e, NULL, "EnumerationContext"), s->context, sizeof(s->context));
	text_of(child(e, NULL, "MaxElements"), text, sizeof(text));
	if (amt_num_u64(text, 0, UINT32_MAX, &n, NULL))
		s->max_elements = (unsigned)n;
	for (k = e->children; k && s->n_params < SIM_SELECTORS; k = k->next) {
		struct sim_pair *p = &s->params[s->n_params];

		if (k->type != XML_ELEMENT_NODE)
			continue;
		amt_str_copy(p->name, sizeof(p->name), (const char *)k->name);
		text_of(k, p->value, sizeof(p->value));
		s->n_params++;
	}
}

bool sim_soap_parse(const char *p, size_t n, struct sim_soap *s, struct amt_error *err)
{
	const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
	xmlDoc *doc;
	const xmlNode *root;
	bool ok = false;

	memset(s, 0, sizeof(*s));
	doc = n <= SIM_CAP_REQUEST ? xmlReadMemory(p, (int)n, "request", NULL, options) : NULL;
	root = doc ? xmlDocGetRootElement(doc) : NULL;
	if (!doc || doc->intSubset || !root || !depth_ok(root, 0)) {
		amt_fail(err, "not a well-formed SOAP message");
	} else if (is(root, NS_SOAP12, "Envelope") || is(root, NS_SOAP11, "Envelope")) {
		const char *ns = (const char *)root->ns->href;

		s->soap11 = !strcmp(ns, NS_SOAP11);
		read_header(child(root, ns, "Header"), s);
		read_body(child(root, ns, "Body"), s);
		ok = child(root, ns, "Body") != NULL;
		if (!ok)
			amt_fail(err, "the envelope has no Body");
	} else {
		amt_fail(err, "the root element is no SOAP envelope");
	}
	xmlFreeDoc(doc);
	return ok;
}

const char *sim_soap_param(const struct sim_soap *s, const char *name)
{
	for (unsigned i = 0; i < s->n_params; i++)
		if (!strcmp(s->params[i].name, name))
			return s->params[i].value;
	return NULL;
}

void sim_xml_text(struct amt_buf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '<')
			amt_buf_str(out, "&lt;");
		else if (*s == '>')
			amt_buf_str(out, "&gt;");
		else if (*s == '&')
			amt_buf_str(out, "&amp;");
		else if ((unsigned char)*s >= 0x20 || *s == '\t' || *s == '\n')
			amt_buf_byte(out, *s);
	}
}
