/* WS-Management: Identify, Get, Enumerate, Pull and methods, in the firmware's own shapes. */
#include "sim.h"

#include <stdio.h>

#define NS_WSA   "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define NS_WSMAN "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define NS_ENUM  "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
#define ACT_GET  "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"
#define ACT_ENUM NS_ENUM "/Enumerate"
#define ACT_PULL NS_ENUM "/Pull"

/* One request while it is answered. */
struct call {
	struct sim_device *d;
	const struct sim_soap *s;
	struct amt_buf *out;
	char uri[160];
};

/* The envelope as recorded [F S1]: prefixes a b c, d to f unused, g and h for the body. */
static void open_envelope(struct call *c, const char *action, const char *g, const char *h)
{
	struct amt_buf *o = c->out;

	amt_buf_str(o, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
		       "<a:Envelope xmlns:a=\"http://www.w3.org/2003/05/soap-envelope\" "
		       "xmlns:b=\"" NS_WSA "\" xmlns:c=\"" NS_WSMAN "\" "
		       "xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/02/trust\" "
		       "xmlns:e=\"http://docs.oasis-open.org/wss/2004/01/"
		       "oasis-200401-wss-wssecurity-secext-1.0.xsd\" "
		       "xmlns:f=\"http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd\"");
	if (g)
		amt_buf_printf(o, " xmlns:g=\"%s\"", g);
	if (h)
		amt_buf_printf(o, " xmlns:h=\"%s\"", h);
	amt_buf_str(o, " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><a:Header>"
		       "<b:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
		       "</b:To><b:RelatesTo>");
	sim_xml_text(o, c->s->message_id);
	amt_buf_printf(o, "</b:RelatesTo><b:Action a:mustUnderstand=\"true\">%s</b:Action>",
		       action);
	amt_buf_printf(o, "<b:MessageID>uuid:00000000-8086-8086-8086-%012llX</b:MessageID>",
		       (unsigned long long)c->d->messages++);
	if (*c->uri)
		amt_buf_printf(o, "<c:ResourceURI>%s</c:ResourceURI>", c->uri);
	amt_buf_str(o, "</a:Header><a:Body>");
}

static void close_envelope(struct call *c)
{
	amt_buf_str(c->out, "</a:Body></a:Envelope>");
}

/* A fault always comes with HTTP 400 (1.4); code and subcode as DSP0226 has them. */
static int fault(struct call *c, const char *code, const char *subcode, const char *reason)
{
	const char *action = strncmp(subcode, "c:", 2)
				     ? NS_WSA "/fault"
				     : "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault";

	*c->uri = 0;
	open_envelope(c, action, NS_ENUM, NULL);
	amt_buf_printf(c->out,
		       "<a:Fault><a:Code><a:Value>a:%s</a:Value><a:Subcode><a:Value>%s</a:Value>"
		       "</a:Subcode></a:Code><a:Reason><a:Text xml:lang=\"en-US\">%s</a:Text>"
		       "</a:Reason><a:Detail></a:Detail></a:Fault>",
		       code, subcode, reason);
	close_envelope(c);
	return 400;
}

/* What AMT says for a class that it does not have [F S1]; the text is DSP0226's. */
static int no_class(struct call *c)
{
	return fault(c, "Sender", "b:DestinationUnreachable",
		     "No route can be determined to reach the destination role defined by the "
		     "WS-Addressing To.");
}

static int no_action(struct call *c)
{
	return fault(c, "Sender", "b:ActionNotSupported",
		     "The action is not supported by the service.");
}

static int denied(struct call *c)
{
	fault(c, "Sender", "c:AccessDenied",
	      "The sender was not authorized to access the resource.");
	return (int)sim_fact_num(c->d, "access_denied_status", 400);
}

static int schema(struct call *c)
{
	return fault(c, "Sender", "c:SchemaValidationError",
		     "The supplied SOAP violates the corresponding XML schema definition.");
}

static int get(struct call *c, const struct sim_class *k)
{
	const struct sim_class *real;
	size_t hits = 0, hit = 0;

	if (sim_list_has(sim_fact(c->d, "wsman.no_get"), sim_class_name(k)))
		return no_class(c);
	for (size_t n = 0; sim_instance(c->d, k, n, "g", NULL, &real); n++) {
		if (real != k || !sim_instance_matches(c->d, k, n, c->s))
			continue;
		hits++;
		hit = n;
	}
	if (hits != 1) /* none, or the selectors don't single one out */
		return fault(c, "Sender", "c:InvalidSelectors",
			     "The Selectors for the resource are not valid.");
	open_envelope(c, ACT_GET "Response", c->uri, NULL);
	amt_buf_printf(c->out, "<g:%s>", sim_class_name(k));
	sim_instance(c->d, k, hit, "g", c->out, &real);
	amt_buf_printf(c->out, "</g:%s>", sim_class_name(k));
	close_envelope(c);
	return 200;
}

/* Contexts look like 5E1A0000-0000-0000-0000-000000000000: a little-endian counter [F]. */
static void context_text(uint32_t id, char out[40])
{
	snprintf(out, 40, "%02X%02X%02X%02X-0000-0000-0000-000000000000", id & 0xff, id >> 8 & 0xff,
		 id >> 16 & 0xff, id >> 24);
}

/* The oldest one goes when all are taken: a client that forgot its Pulls loses only itself. */
static struct sim_context *context_new(struct sim_device *d, const struct sim_class *k)
{
	struct sim_context *x = &d->contexts[0];

	for (int i = 0; i < SIM_CONTEXTS; i++)
		if (d->contexts[i].id < x->id)
			x = &d->contexts[i];
	*x = (struct sim_context){++d->contexts_made, k, 0};
	return x;
}

static int enumerate(struct call *c, const struct sim_class *k)
{
	char context[40];

	if (sim_list_has(sim_fact(c->d, "wsman.no_enumerate"), sim_class_name(k)))
		return no_class(c);
	context_text(context_new(c->d, k)->id, context);
	open_envelope(c, ACT_ENUM "Response", NS_ENUM, NULL);
	amt_buf_printf(c->out,
		       "<g:EnumerateResponse><g:EnumerationContext>%s</g:EnumerationContext>"
		       "</g:EnumerateResponse>",
		       context);
	close_envelope(c);
	return 200;
}

static struct sim_context *context_find(struct sim_device *d, const struct sim_class *k,
					const char *text)
{
	char mine[40];

	for (int i = 0; i < SIM_CONTEXTS; i++) {
		context_text(d->contexts[i].id, mine);
		if (d->contexts[i].id && d->contexts[i].class == k && !strcmp(mine, text))
			return &d->contexts[i];
	}
	return NULL;
}

static int pull(struct call *c, const struct sim_class *k)
{
	struct sim_context *x = context_find(c->d, k, c->s->context);
	unsigned page = (unsigned)sim_fact_num(c->d, "wsman.page", 0), done = 0;
	const struct sim_class *real, *first;
	char text[160];

	if (!x)
		return fault(c, "Receiver", "g:InvalidEnumerationContext",
			     "The supplied enumeration context is invalid.");
	if (c->s->max_elements && (!page || c->s->max_elements < page))
		page = c->s->max_elements;
	/* h is the class of the first item; one of another class brings its own */
	if (!sim_instance(c->d, k, x->next, "h", NULL, &first))
		first = k;
	open_envelope(c, ACT_PULL "Response", NS_ENUM, sim_class_uri(first, text));
	amt_buf_str(c->out, "<g:PullResponse><g:Items>");
	for (; (!page || done < page) && sim_instance(c->d, k, x->next, "h", NULL, &real);
	     x->next++, done++) {
		const char *name = sim_class_name(real);

		amt_buf_printf(c->out, "<h:%s", name);
		if (real != first)
			amt_buf_printf(c->out, " xmlns:h=\"%s\"", sim_class_uri(real, text));
		amt_buf_byte(c->out, '>');
		sim_instance(c->d, k, x->next, "h", c->out, &real);
		amt_buf_printf(c->out, "</h:%s>", name);
	}
	amt_buf_str(c->out, "</g:Items>");
	if (sim_instance(c->d, k, x->next, "h", NULL, &real)) {
		x->id = ++c->d->contexts_made; /* a new context follows (1.4) */
		context_text(x->id, text);
		amt_buf_printf(c->out, "<g:EnumerationContext>%s</g:EnumerationContext>", text);
	} else {
		x->id = 0;
		amt_buf_str(c->out, "<g:EndOfSequence></g:EndOfSequence>");
	}
	amt_buf_str(c->out, "</g:PullResponse>");
	close_envelope(c);
	return 200;
}

static int invoke(struct call *c, const struct sim_class *k, const char *method)
{
	char action[320], input[80], full[160];
	struct amt_buf body;
	int rc;

	amt_buf_init(&body, SIM_CAP_REPLY);
	snprintf(full, sizeof(full), "%s.%s", sim_class_name(k), method);
	if (sim_list_has(sim_fact(c->d, "wsman.absent"), full)) {
		amt_buf_free(&body);
		return no_action(c);
	}
	rc = sim_method_code(c->d, sim_class_name(k), method, c->s, &body);
	if (rc < 0)
		rc = sim_method_rows(c->d, k, method, "g", &body) ? 0 : -1;
	snprintf(input, sizeof(input), "%s_INPUT", method);
	if (rc < 0) {
		rc = no_action(c);
	} else if (rc || strcmp(c->s->body, input)) {
		rc = schema(c);
	} else {
		snprintf(action, sizeof(action), "%s/%sResponse", c->uri, method);
		open_envelope(c, action, c->uri, NULL);
		amt_buf_printf(c->out, "<g:%s_OUTPUT>%s</g:%s_OUTPUT>", method, amt_buf_cstr(&body),
			       method);
		close_envelope(c);
		rc = 200;
	}
	amt_buf_free(&body);
	return rc;
}

static int identify(struct call *c)
{
	char version[40] = "";
	struct amt_buf b;

	amt_buf_init(&b, sizeof(version));
	sim_expand(c->d, NULL, "{@core_version}", &b);
	amt_str_copy(version, sizeof(version), amt_buf_cstr(&b));
	amt_buf_free(&b);
	amt_buf_printf(c->out,
		       "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a:Envelope "
		       "xmlns:a=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:b=\"http://"
		       "schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd\"><a:Header>"
		       "</a:Header><a:Body><b:IdentifyResponse><b:ProtocolVersion>%s"
		       "</b:ProtocolVersion><b:ProductVendor>Intel(r)</b:ProductVendor>"
		       "<b:ProductVersion>AMT %s</b:ProductVersion></b:IdentifyResponse></a:Body>"
		       "</a:Envelope>",
		       NS_WSMAN, version);
	return 200;
}

/* What the firmware refuses before it looks at the class (1.4, DSP0226). */
static int refuse(struct call *c)
{
	const struct sim_soap *s = c->s;

	if (!*s->action || !*s->message_id)
		return fault(c, "Sender", "b:MessageInformationHeaderRequired",
			     "A required message information header, To, MessageID, or Action, is "
			     "not present");
	if (s->max_envelope && s->max_envelope < 50000)
		return fault(c, "Sender", "c:EncodingLimit",
			     "An internal encoding limit was exceeded in a request or would be "
			     "violated if the message were processed.");
	if (s->must_option || s->fragment)
		return fault(c, "Sender", "c:UnsupportedFeature",
			     "The specified feature is not supported.");
	return 0;
}

static int dispatch(struct call *c, const char *user, const struct sim_class *k)
{
	const struct sim_soap *s = c->s;
	size_t n = strlen(c->uri);

	if (!sim_user_has_realm(c->d, user, sim_class_realm(k)))
		return denied(c);
	if (sim_list_has(sim_fact(c->d, "wsman.trouble"), sim_class_name(k))) {
		fault(c, "Receiver", "c:InternalError",
		      "The service cannot comply with the request due to internal processing "
		      "errors.");
		return 500;
	}
	if (!strcmp(s->action, ACT_GET))
		return get(c, k);
	if (!strcmp(s->action, ACT_ENUM))
		return enumerate(c, k);
	if (!strcmp(s->action, ACT_PULL))
		return pull(c, k);
	if (!strncmp(s->action, c->uri, n) && s->action[n] == '/')
		return invoke(c, k, s->action + n + 1);
	return no_action(c); /* Put, Create, Delete and every setter: nothing is ever changed */
}

int sim_wsman(struct sim_device *d, const char *user, const char *p, size_t n, struct amt_buf *out,
	      char what[160])
{
	struct sim_soap s;
	struct call c = {d, &s, out, ""};
	const struct sim_class *k;
	const char *name;
	int rc;

	if (!d->messages)
		d->messages = 0x280 + d->index % 0x1000;
	if (!sim_soap_parse(p, n, &s, NULL)) {
		snprintf(what, 160, "unreadable");
		return schema(&c);
	}
	if (!strcmp(s.body, "Identify")) {
		snprintf(what, 160, "Identify");
		return identify(&c);
	}
	name = strrchr(s.action, '/');
	snprintf(what, 160, "%.60s", name ? name + 1 : s.action);
	name = strrchr(s.resource, '/');
	snprintf(what + strlen(what), 80, " %.60s", name ? name + 1 : s.resource);
	rc = refuse(&c);
	if (rc)
		return rc;
	k = sim_class_find(d, s.resource);
	if (!k || !sim_fact_on(d, "wsman"))
		return no_class(&c);
	sim_class_uri(k, c.uri);
	return dispatch(&c, user, k);
}
