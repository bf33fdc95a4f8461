/*
 * WS-MAN requests: SOAP 1.2, addressing 2004/08, DSP0226 1.0.0, the shape that three
 * independent clients use (handbook device 1.4). MaxElements and MaxCharacters
 * are go-wsman's; no OptionSet with mustUnderstand, which faults.
 */
#include "device/soap.h"

#include <string.h>

#define TRANSFER    "http://schemas.xmlsoap.org/ws/2004/09/transfer"
#define ENUMERATION "http://schemas.xmlsoap.org/ws/2004/09/enumeration"

static void uri(struct amt_buf *out, enum amt_dev_class c)
{
	static const char *const base[] = {
		[DEV_NS_NONE] = "",
		[DEV_NS_AMT] = "http://intel.com/wbem/wscim/1/amt-schema/1/",
		[DEV_NS_IPS] = "http://intel.com/wbem/wscim/1/ips-schema/1/",
		[DEV_NS_CIM] = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/",
	};

	amt_buf_printf(out, "%s%s", base[dev_classes[c].ns], dev_classes[c].name);
}

static void head(struct amt_buf *out, enum amt_dev_class c, unsigned id, const char *action,
		 const char *method)
{
	const char *sel = dev_classes[c].arg;

	amt_buf_str(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
			 "<Envelope xmlns=\"http://www.w3.org/2003/05/soap-envelope\""
			 " xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\""
			 " xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\">"
			 "<Header><a:Action>");
	if (method) {
		uri(out, c);
		amt_buf_printf(out, "/%s", method);
	} else {
		amt_buf_str(out, action);
	}
	amt_buf_str(out, "</a:Action><a:To>/wsman</a:To><w:ResourceURI>");
	uri(out, c);
	amt_buf_printf(out,
		       "</w:ResourceURI><a:MessageID>%u</a:MessageID><a:ReplyTo><a:Address>"
		       "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
		       "</a:Address></a:ReplyTo><w:OperationTimeout>PT60S</w:OperationTimeout>",
		       id);
	if (!method && action && sel && strstr(action, "/Get")) {
		size_t n = strcspn(sel, "=");
		amt_buf_printf(out, "<w:SelectorSet><w:Selector Name=\"%.*s\">", (int)n, sel);
		amt_text_xml(out, sel + n + 1, strlen(sel + n + 1));
		amt_buf_str(out, "</w:Selector></w:SelectorSet>");
	}
	amt_buf_str(out, "</Header><Body>");
}

static void tail(struct amt_buf *out)
{
	amt_buf_str(out, "</Body></Envelope>");
}

void dev_soap_get(struct amt_buf *out, enum amt_dev_class c, unsigned id)
{
	head(out, c, id, TRANSFER "/Get", NULL);
	tail(out);
}

void dev_soap_enumerate(struct amt_buf *out, enum amt_dev_class c, unsigned id)
{
	head(out, c, id, ENUMERATION "/Enumerate", NULL);
	amt_buf_str(out, "<Enumerate xmlns=\"" ENUMERATION "\"/>");
	tail(out);
}

void dev_soap_pull(struct amt_buf *out, enum amt_dev_class c, unsigned id, const char *context)
{
	head(out, c, id, ENUMERATION "/Pull", NULL);
	amt_buf_str(out, "<Pull xmlns=\"" ENUMERATION "\"><EnumerationContext>");
	amt_text_xml(out, context, strlen(context));
	amt_buf_str(out, "</EnumerationContext><MaxElements>999</MaxElements>"
			 "<MaxCharacters>99999</MaxCharacters></Pull>");
	tail(out);
}

void dev_soap_method(struct amt_buf *out, enum amt_dev_class c, unsigned id, const char *method,
		     const char *parameter, int64_t value)
{
	head(out, c, id, NULL, method);
	amt_buf_printf(out, "<r:%s_INPUT xmlns:r=\"", method);
	uri(out, c);
	amt_buf_str(out, "\">");
	if (parameter)
		amt_buf_printf(out, "<r:%s>%lld</r:%s>", parameter, (long long)value, parameter);
	amt_buf_printf(out, "</r:%s_INPUT>", method);
	tail(out);
}
