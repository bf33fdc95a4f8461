/* Pages of the web interface, and bodies that no firmware should send. */
#include "sim.h"

#include <stdio.h>

static void logon(struct sim_device *d, struct amt_buf *out)
{
	sim_expand(d, NULL,
		   "<html><head><title>Intel&reg; Active Management Technology</title>"
		   "<link rel=stylesheet href=/styles.css></head>\n<body><h1>{hostname}</h1>"
		   "<form METHOD=\"GET\" action=\"index.htm\"><p>Log on to Intel&reg; Active "
		   "Management Technology on this computer.</p>"
		   "<input type=submit value=\"Log On...\"></form></body></html>\n",
		   out);
}

static void index_page(struct sim_device *d, struct amt_buf *out)
{
	sim_expand(
		d, NULL,
		"<html><head><title>Intel&reg; Active Management Technology</title></head>\n"
		"<body><h1>System Status</h1><table><tr><td>Power</td><td>{power.state}</td></tr>"
		"<tr><td>IP address</td><td>{@ip}</td></tr>"
		"<tr><td>System ID</td><td>{@uuid}</td></tr></table></body></html>\n",
		out);
}

/* Ten entities, each ten of the one before: 10^9 letters from a kilobyte. */
static void bomb(struct amt_buf *out)
{
	amt_buf_clear(out);
	amt_buf_str(out, "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a0 \"amt\">");
	for (int i = 1; i < 10; i++) {
		amt_buf_printf(out, "<!ENTITY a%d \"", i);
		for (int k = 0; k < 10; k++)
			amt_buf_printf(out, "&a%d;", i - 1);
		amt_buf_str(out, "\">");
	}
	amt_buf_str(out, "]><a:Envelope xmlns:a=\"http://www.w3.org/2003/05/soap-envelope\">"
			 "<a:Body>&a9;</a:Body></a:Envelope>");
}

static void deep(struct amt_buf *out)
{
	amt_buf_clear(out);
	amt_buf_str(out, "<?xml version=\"1.0\"?>");
	for (int i = 0; i < 100000; i++)
		amt_buf_str(out, "<a>");
}

/* Every run of digits in element text becomes a word: the XML stays well-formed. */
static void wrong_types(struct amt_buf *out)
{
	struct amt_buf in = *out;
	bool text = false;

	amt_buf_init(out, SIM_CAP_REPLY);
	for (size_t i = 0; i < in.len; i++) {
		char c = in.data[i];
		bool digit = c >= '0' && c <= '9';

		if (text && digit && in.data[i - 1] == '>') {
			amt_buf_str(out, "many");
			while (i + 1 < in.len && in.data[i + 1] >= '0' && in.data[i + 1] <= '9')
				i++;
			continue;
		}
		if (c == '>' || c == '<')
			text = c == '>';
		amt_buf_byte(out, c);
	}
	amt_buf_free(&in);
}

void sim_web_page(struct sim_conn *c, const struct sim_http *r, struct amt_buf *body)
{
	if (c->fault == FAULT_BOMB)
		bomb(body);
	else if (c->fault == FAULT_DEEP)
		deep(body);
	else if (c->fault == FAULT_TYPES)
		wrong_types(body);
	else if (!strcmp(r->uri, "/logon.htm"))
		logon(c->dev, body);
	else if (!strcmp(r->uri, "/index.htm"))
		index_page(c->dev, body);
	else if (!strcmp(r->uri, "/styles.css"))
		amt_buf_str(body, "body { font-family: sans-serif }\n");
}
