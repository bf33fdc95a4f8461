/* XML from outside: no network, no entities, no document type, a cap on size and depth. */
#include "device/soap.h"

#include <limits.h>
#include <string.h>

#define DEPTH_MAX 32 /* recorded replies have 8 levels at most */

static void refuse_dtd(void *ctx, const xmlChar *name, const xmlChar *external,
		       const xmlChar *system)
{
	xmlParserCtxt *p = ctx;

	(void)name, (void)external, (void)system;
	*(bool *)p->_private = true;
	xmlStopParser(p);
}

/* What goes wrong is told by xmlCtxtGetLastError(); without this some of it goes to stderr. */
static void say_nothing(void *ctx, xmlError *e)
{
	(void)ctx, (void)e;
}

/* libxml2 calls a text over its own limit (10 MB) a lack of memory. */
static bool lacks_memory(const xmlError *e)
{
	return e && e->code == XML_ERR_NO_MEMORY && !(e->message && strstr(e->message, "huge"));
}

static bool deep(const xmlNode *n, int depth)
{
	for (; n; n = n->next)
		if (depth > DEPTH_MAX ||
		    (n->type == XML_ELEMENT_NODE && deep(n->children, depth + 1)))
			return true;
	return false;
}

xmlDoc *dev_xml_read(const char *xml, size_t len, struct amt_error *err)
{
	bool dtd = false;

	if (len == 0 || len > INT_MAX) {
		amt_fail(err, len ? "the XML is too large" : "the answer is empty");
		return NULL;
	}
	xmlParserCtxt *p = xmlNewParserCtxt();
	if (!p)
		amt_no_memory();
	p->_private = &dtd;
	p->sax->internalSubset = refuse_dtd;
	p->sax->serror = say_nothing;
	xmlDoc *doc = xmlCtxtReadMemory(p, xml, (int)len, NULL, NULL,
					XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
						XML_PARSE_NOCDATA);
	const xmlError *e = xmlCtxtGetLastError(p);
	if (lacks_memory(e))
		amt_no_memory();
	bool ok = false;
	if (dtd)
		amt_fail(err, "the XML has a document type declaration, which is refused");
	else if (!doc)
		amt_fail(err, "this is not XML: line %d: %.*s", e ? e->line : 0,
			 e && e->message ? (int)strcspn(e->message, "\n") : 0,
			 e && e->message ? e->message : "");
	else if (deep(xmlDocGetRootElement(doc), 0))
		amt_fail(err, "the XML is nested more than %d levels deep", DEPTH_MAX);
	else
		ok = true;
	if (!ok) {
		xmlFreeDoc(doc);
		doc = NULL;
	}
	xmlFreeParserCtxt(p);
	return doc;
}
