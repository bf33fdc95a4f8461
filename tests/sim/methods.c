/* Methods with parameters: the access control list and the audit log. */
#include "sim.h"

#include <stdio.h>

static void field(const char *item, unsigned n, char *dst, size_t size)
{
	size_t len;

	for (; n && *item; n--) {
		item += strcspn(item, "|");
		item += *item == '|';
	}
	len = strcspn(item, "|");
	amt_str_copy(dst, len + 1 < size ? len + 1 : size, item);
}

static unsigned count(const struct sim_device *d, const char *list)
{
	unsigned n = 0;

	while (sim_fact_item(d, list, n + 1))
		n++;
	return n;
}

static bool number(const struct sim_soap *s, const char *name, uint64_t *n)
{
	const char *v = sim_soap_param(s, name);

	return v && amt_num_u64(v, 0, UINT32_MAX, n, NULL);
}

static int result(struct amt_buf *out, unsigned code)
{
	amt_buf_printf(out, "<g:ReturnValue>%u</g:ReturnValue>", code);
	return 0;
}

/* At most 50 handles an answer. */
static int enumerate_acl(struct sim_device *d, const struct sim_soap *s, struct amt_buf *out)
{
	unsigned total = count(d, "acl");
	uint64_t start;

	if (!number(s, "StartIndex", &start))
		return 400;
	if (start < 1 || start > total)
		return result(out, total ? 35 : 0); /* invalid index */
	amt_buf_printf(out, "<g:TotalCount>%u</g:TotalCount><g:HandlesCount>%u</g:HandlesCount>",
		       total, total - (unsigned)start + 1 > 50 ? 50 : total - (unsigned)start + 1);
	for (unsigned n = (unsigned)start; n <= total && n < start + 50; n++)
		amt_buf_printf(out, "<g:Handles>%u</g:Handles>", n);
	return result(out, 0);
}

/* "S-1-5-21-1-2-3-4" as the 28 bytes of MS-DTYP 2.4.2; their count, 0 when it is no SID. */
static size_t sid_bytes(const char *text, uint8_t out[68])
{
	size_t n = 8;
	unsigned parts = 0;
	uint64_t v;
	char part[24];

	if (strncmp(text, "S-1-", 4))
		return 0;
	text += 4;
	memset(out, 0, 8);
	out[0] = 1;
	for (bool first = true; *text; first = false) {
		size_t len = strcspn(text, "-");

		amt_str_copy(part, len + 1 < sizeof(part) ? len + 1 : sizeof(part), text);
		if (parts > 14 || !amt_num_u64(part, 0, UINT32_MAX, &v, NULL))
			return 0;
		for (int i = 0; i < 4; i++) {
			if (first)
				out[7 - i] = (uint8_t)(v >> (8 * i));
			else
				out[n++] = (uint8_t)(v >> (8 * i));
		}
		parts += !first;
		text += len + (text[len] == '-');
	}
	out[1] = (uint8_t)parts;
	return n;
}

static int get_acl(struct sim_device *d, const struct sim_soap *s, struct amt_buf *out)
{
	char user[128], realms[128], access[8];
	uint8_t sid[68];
	uint64_t handle;
	const char *item;

	if (!number(s, "Handle", &handle))
		return 400;
	item = handle && handle < 1000 ? sim_fact_item(d, "acl", (unsigned)handle) : NULL;
	if (!item)
		return result(out, 2053); /* invalid handle */
	field(item, 0, user, sizeof(user));
	field(item, 1, access, sizeof(access));
	field(item, 2, realms, sizeof(realms));
	if (!strncmp(user, "S-1-", 4)) {
		char text[100] = "";
		size_t n = sid_bytes(user, sid);

		if (n)
			amt_base64_encode(sid, n, text);
		amt_buf_printf(out, "<g:KerberosUserSid>%s</g:KerberosUserSid>", text);
	} else {
		amt_buf_str(out, "<g:DigestUsername>");
		sim_xml_text(out, user);
		amt_buf_str(out, "</g:DigestUsername>");
	}
	amt_buf_printf(out, "<g:AccessPermission>%s</g:AccessPermission>", access);
	for (const char *r = realms; *r;) {
		size_t n = strcspn(r, ",");

		amt_buf_printf(out, "<g:Realms>%.*s</g:Realms>", (int)n, r);
		r += n + (r[n] == ',');
	}
	return result(out, 0);
}

static int get_acl_enabled(struct sim_device *d, const struct sim_soap *s, struct amt_buf *out)
{
	uint64_t handle;
	const char *item;
	char on[16];

	if (!number(s, "Handle", &handle))
		return 400;
	item = handle && handle < 1000 ? sim_fact_item(d, "acl", (unsigned)handle) : NULL;
	if (!item)
		return result(out, 2053);
	field(item, 3, on, sizeof(on));
	amt_buf_printf(out, "<g:Enabled>%s</g:Enabled>", strcmp(on, "false") ? "true" : "false");
	return result(out, 0);
}

static void put_be(uint8_t **p, uint64_t v, int n)
{
	while (n--)
		*(*p)++ = (uint8_t)(v >> (8 * n));
}

/*
 * One audit record (go-wsman S1 and lms S7 agree): application, event, initiator kind, its name,
 * time, location kind, address, extra data.
 */
static size_t audit_record(const char *item, uint8_t out[256])
{
	char when[40], app[8], event[8], who[64];
	uint64_t a = 0, e = 0;
	amt_time t = 0;
	uint8_t *p = out;
	size_t n;

	field(item, 0, when, sizeof(when));
	field(item, 1, app, sizeof(app));
	field(item, 2, event, sizeof(event));
	field(item, 3, who, sizeof(who));
	(void)amt_num_u64(app, 0, 65535, &a, NULL);
	(void)amt_num_u64(event, 0, 65535, &e, NULL);
	(void)amt_time_parse(when, &t, NULL);
	n = strlen(who);
	put_be(&p, a, 2);
	put_be(&p, e, 2);
	put_be(&p, 0, 1); /* an HTTP digest user */
	put_be(&p, n, 1);
	memcpy(p, who, n);
	p += n;
	put_be(&p, (uint64_t)(t / AMT_SECOND), 4);
	put_be(&p, 0, 1); /* IPv4 */
	n = strlen("192.0.2.10");
	put_be(&p, n, 1);
	memcpy(p, "192.0.2.10", n);
	p += n;
	put_be(&p, 0, 1);
	return (size_t)(p - out);
}

/* Ten records an answer. */
static int read_records(struct sim_device *d, const struct sim_soap *s, struct amt_buf *out)
{
	unsigned total = count(d, "audit"), n;
	uint64_t start;
	uint8_t raw[256];
	char text[360];

	if (!number(s, "StartIndex", &start))
		return 400;
	if (start < 1 || start > total) {
		amt_buf_printf(out,
			       "<g:TotalRecordCount>%u</g:TotalRecordCount>"
			       "<g:RecordsReturned>0</g:RecordsReturned>",
			       total);
		return result(out, 0);
	}
	n = total - (unsigned)start + 1;
	n = n > 10 ? 10 : n;
	amt_buf_printf(out,
		       "<g:TotalRecordCount>%u</g:TotalRecordCount>"
		       "<g:RecordsReturned>%u</g:RecordsReturned>",
		       total, n);
	for (unsigned i = 0; i < n; i++) {
		size_t len = audit_record(sim_fact_item(d, "audit", (unsigned)start + i), raw);

		amt_base64_encode(raw, len, text);
		amt_buf_printf(out, "<g:EventRecords>%s</g:EventRecords>", text);
	}
	return result(out, 0);
}

static const struct {
	const char *class, *method;
	int (*call)(struct sim_device *, const struct sim_soap *, struct amt_buf *);
} calls[] = {
	{"AMT_AuthorizationService", "EnumerateUserAclEntries", enumerate_acl},
	{"AMT_AuthorizationService", "GetUserAclEntryEx", get_acl},
	{"AMT_AuthorizationService", "GetAclEnabledState", get_acl_enabled},
	{"AMT_AuditLog", "ReadRecords", read_records},
};

int sim_method_code(struct sim_device *d, const char *class, const char *method,
		    const struct sim_soap *s, struct amt_buf *out)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (!strcmp(calls[i].class, class) && !strcmp(calls[i].method, method))
			return calls[i].call(d, s, out);
	return -1;
}
