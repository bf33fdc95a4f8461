/* SIDs, security descriptors, access, and the facts of the directory as JSON. */
#include "directory_scene.h"

static const struct directory_sid server = {1, 5, 5, {21, 1, 2, 3, 1100}},
				  other = {1, 5, 5, {21, 1, 2, 3, 1200}};

static void sids(void **state)
{
	(void)state;
	static const uint8_t bytes[] = {1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0, 99};
	struct directory_sid s, t;
	size_t used = 0;
	char text[DIRECTORY_SID_TEXT];
	assert_true(directory_sid_parse(bytes, sizeof(bytes), &s, &used));
	assert_int_equal(used, 16);
	assert_string_equal(directory_sid_text(&s, text), "S-1-5-32-544");
	assert_true(directory_sid_from_text(text, &t) && directory_sid_equal(&s, &t));
	for (size_t n = 0; n < 16; n++)
		assert_false(directory_sid_parse(bytes, n, &s, NULL));
	static const char *const bad[] = {"",
					  "S-1",
					  "S-1-",
					  "S-1-5-",
					  "S-1-5-4294967296",
					  "S-2-5-1",
					  "S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (strlen(bad[i]) > 3)
			assert_false(directory_sid_from_text(bad[i], &s));
}

/* An entry of a DACL as bytes. */
static size_t ace(uint8_t *p, uint8_t type, uint8_t flags, uint32_t mask, const uint8_t *object,
		  const uint8_t *inherited, const struct directory_sid *sid)
{
	size_t n = 4;
	memcpy(p + n, &mask, 4), n += 4;
	if (type >= 5) {
		uint32_t which = (object ? 1u : 0) | (inherited ? 2u : 0);
		memcpy(p + n, &which, 4), n += 4;
		if (object)
			memcpy(p + n, object, 16), n += 16;
		if (inherited)
			memcpy(p + n, inherited, 16), n += 16;
	}
	p[n++] = 1;
	p[n++] = sid->count;
	memcpy(p + n, "\0\0\0\0\0\5", 6), n += 6;
	memcpy(p + n, sid->sub, 4u * sid->count), n += 4u * sid->count;
	p[0] = type;
	p[1] = flags;
	p[2] = (uint8_t)n;
	p[3] = (uint8_t)(n >> 8);
	return n;
}

struct dacl {
	uint8_t b[1024];
	size_t n;
};
static struct dacl start(void)
{
	struct dacl d = {.n = 28};
	d.b[0] = 1;
	d.b[2] = 4, d.b[3] = 0x80;
	d.b[16] = 20;
	d.b[20] = 4;
	d.b[22] = 8;
	return d;
}
static void add(struct dacl *d, uint8_t type, uint8_t flags, uint32_t mask, const uint8_t *object,
		const uint8_t *inherited, const struct directory_sid *sid)
{
	d->n += ace(d->b + d->n, type, flags, mask, object, inherited, sid);
	d->b[24]++;
	d->b[22] = (uint8_t)(d->n - 20);
	d->b[23] = (uint8_t)((d->n - 20) >> 8);
}

static uint32_t access_of(const struct dacl *d, uint32_t want, const uint8_t *object, bool below)
{
	struct directory_sd sd;
	struct directory_sids who = {(struct directory_sid *)(uintptr_t)&server, 1, 1};
	struct amt_error err = {0};
	long by;
	assert_true(directory_sd_parse(d->b, d->n, &sd, &err));
	uint32_t got = directory_access(&sd, &who, want, object, below, &by);
	directory_sd_free(&sd);
	return got;
}

static void access_rules(void **state)
{
	(void)state;
	static const uint8_t guid[16] = {1}, wrong[16] = {2};
	struct dacl d = start();
	assert_int_equal(access_of(&d, DIRECTORY_FULL, NULL, false),
			 0); /* an empty DACL gives nothing */
	add(&d, 0, 2, DIRECTORY_GENERIC_ALL, NULL, NULL, &server);
	assert_int_equal(access_of(&d, DIRECTORY_FULL, NULL, false), DIRECTORY_FULL);
	assert_int_equal(access_of(&d, DIRECTORY_FULL, NULL, true), DIRECTORY_FULL);
	d = start(); /* this object only */
	add(&d, 0, 0, DIRECTORY_FULL, NULL, NULL, &server);
	assert_int_equal(access_of(&d, DIRECTORY_FULL, NULL, false), DIRECTORY_FULL);
	assert_int_equal(access_of(&d, DIRECTORY_FULL, NULL, true), 0);
	d = start(); /* children only */
	add(&d, 0, 2 | 8, DIRECTORY_FULL, NULL, NULL, &server);
	assert_int_equal(access_of(&d, DIRECTORY_FULL, NULL, false), 0);
	assert_int_equal(access_of(&d, DIRECTORY_FULL, NULL, true), DIRECTORY_FULL);
	d = start(); /* a denial before */
	add(&d, 1, 2, 0x10000, NULL, NULL, &server);
	add(&d, 0, 2, DIRECTORY_FULL, NULL, NULL, &server);
	assert_int_equal(access_of(&d, DIRECTORY_FULL, NULL, false), DIRECTORY_FULL & ~0x10000u);
	d = start(); /* and after: too late */
	add(&d, 0, 2, DIRECTORY_FULL, NULL, NULL, &server);
	add(&d, 1, 2, 0x10000, NULL, NULL, &server);
	assert_int_equal(access_of(&d, DIRECTORY_FULL, NULL, false), DIRECTORY_FULL);
	d = start(); /* for one class of children, and for somebody else */
	add(&d, 5, 2, DIRECTORY_FULL, NULL, guid, &server);
	add(&d, 0, 2, DIRECTORY_FULL, NULL, NULL, &other);
	assert_int_equal(access_of(&d, DIRECTORY_FULL, NULL, true), 0);
	d = start(); /* an extended right */
	add(&d, 5, 0, 0x100, guid, NULL, &server);
	assert_int_equal(access_of(&d, 0x100, guid, false), 0x100);
	assert_int_equal(access_of(&d, 0x100, wrong, false), 0);
	assert_int_equal(access_of(&d, 0x100, NULL, false), 0);
}

/* Cut anywhere, and with every byte wrong: an error or a descriptor, never a crash. */
static void malformed(void **state)
{
	(void)state;
	struct dacl d = start();
	struct directory_sd sd;
	add(&d, 0, 2, DIRECTORY_FULL, NULL, NULL, &server);
	add(&d, 6, 2, DIRECTORY_FULL, server.sub[0] ? d.b : NULL, d.b, &server);
	for (size_t n = 0; n < d.n; n++)
		assert_false(directory_sd_parse(d.b, n, &sd, NULL));
	for (size_t i = 0; i < d.n; i++)
		for (unsigned v = 0; v < 256; v += 51) {
			uint8_t keep = d.b[i];
			d.b[i] = (uint8_t)v;
			if (directory_sd_parse(d.b, d.n, &sd, NULL))
				directory_sd_free(&sd);
			d.b[i] = keep;
		}
}

static void rights_and_round_trip(void **state)
{
	(void)state;
	struct directory_facts f = {0}, again = {0};
	struct directory_options o = {.container = "OU=AMT"};
	uint8_t sid[64];
	size_t n = ace(sid, 0, 0, 0, NULL, NULL, &server);
	struct dacl good = start(), child = start();
	add(&good, 0, 2, DIRECTORY_FULL, NULL, NULL, &server);
	add(&child, 0, 0, 0x20094, NULL, NULL, &server);
	child.b[3] = 0x90; /* protected */
	amt_vec_push(&o.site_servers, "sccm");
	struct directory_entry *e = entry(search(&f, "container", "OU=AMT", 0), "OU=AMT");
	text(e, "objectClass", "organizationalUnit");
	give(e, "nTSecurityDescriptor", good.b, good.n);
	give(entry(search(&f, "site-server", "sccm", 0), "CN=sccm"), "objectSid", sid + 8, n - 8);
	struct directory_search *c = search(&f, "container-child", "OU=AMT", 0);
	struct amt_findings fs = {0};
	struct amt_context ctx = {0};
	directory_judge(&f, &o, &ctx, &fs);
	assert_int_equal(verdict(&fs, "S1.V07"), AMT_PASS);
	assert_int_equal(verdict(&fs, "S1.V07b"), AMT_PASS);
	assert_int_equal(verdict(&fs, "X.K3"), AMT_UNKNOWN);
	amt_findings_free(&fs);
	struct directory_entry *mute = entry(c, "CN=pc0,OU=AMT"); /* no descriptor is given out */
	fs = (struct amt_findings){0};
	directory_judge(&f, &o, &ctx, &fs);
	assert_int_equal(verdict(&fs, "S1.V07b"), AMT_WARN);
	amt_findings_free(&fs);
	give(mute, "nTSecurityDescriptor", good.b, good.n);
	c->code = 4; /* a sample of many */
	fs = (struct amt_findings){0};
	directory_judge(&f, &o, &ctx, &fs);
	assert_int_equal(verdict(&fs, "S1.V07b"), AMT_PASS);
	amt_findings_free(&fs);
	give(entry(c, "CN=pc1,OU=AMT"), "nTSecurityDescriptor", child.b, child.n);
	fs = (struct amt_findings){0};
	directory_judge(&f, &o, &ctx, &fs);
	assert_int_equal(verdict(&fs, "S1.V07b"), AMT_UNKNOWN); /* its groups are hidden */
	amt_findings_free(&fs);
	n = ace(sid, 0, 0, 0, NULL, NULL, &other);
	give(entry(search(&f, "site-server-groups", "sccm", 0), "CN=sccm"), "tokenGroups", sid + 8,
	     n - 8);
	f.asked_at = 1000 * AMT_SECOND;
	json_t *j = directory_to_json(&f);
	struct amt_error err = {0};
	assert_true(directory_from_json(j, &again, &err));
	json_t *k = directory_to_json(&again);
	assert_true(json_equal(j, k));
	json_decref(j);
	json_decref(k);
	fs = (struct amt_findings){0};
	directory_judge(&again, &o, &ctx, &fs);
	assert_int_equal(verdict(&fs, "S1.V07b"), AMT_FAIL);
	amt_findings_free(&fs);
	amt_vec_free(&o.site_servers);
	directory_facts_free(&f);
	directory_facts_free(&again);
}

static void templates(void **state)
{
	(void)state;
	static const struct {
		const char *enroll, *ra, *name, *version, *eku;
		enum amt_verdict p02, c20a, c20b;
	} rows[] = {{"0", "0", "1", "2", "1.3.6.1.5.5.7.3.1", AMT_PASS, AMT_PASS, AMT_PASS},
		    {"2", "0", "1", "3", "1.3.6.1.5.5.7.3.2", AMT_FAIL, AMT_FAIL, AMT_WARN},
		    {"0", "1", "0", "1", NULL, AMT_FAIL, AMT_WARN, AMT_FAIL},
		    {"0", "0", "1", "2", "2.5.29.37.0", AMT_PASS, AMT_WARN, AMT_PASS}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct directory_facts f = {0};
		struct directory_options o = {0};
		struct amt_findings fs = {0};
		struct amt_context ctx = {0};
		struct directory_entry *e = entry(search(&f, "template", "AMTWeb", 0), "CN=AMTWeb");
		text(e, "msPKI-Enrollment-Flag", rows[i].enroll);
		text(e, "msPKI-RA-Signature", rows[i].ra);
		text(e, "msPKI-Certificate-Name-Flag", rows[i].name);
		text(e, "msPKI-Template-Schema-Version", rows[i].version);
		if (rows[i].eku)
			text(e, "pKIExtendedKeyUsage", rows[i].eku);
		directory_judge(&f, &o, &ctx, &fs);
		assert_int_equal(verdict(&fs, "P.02"), rows[i].p02);
		assert_int_equal(verdict(&fs, "S3.C20a"), rows[i].c20a);
		assert_int_equal(verdict(&fs, "S3.C20b"), rows[i].c20b);
		amt_findings_free(&fs);
		directory_facts_free(&f);
	}
}

static void clients(void **state)
{
	(void)state;
	struct directory_facts f = {0};
	struct directory_options o = {0};
	struct amt_findings fs = {0};
	struct amt_context ctx = {0};
	amt_vec_push(&o.clients, "pc1.x");
	struct directory_search *spn = search(&f, "spn", "pc1.x", 0);
	text(entry(spn, "CN=a"), "servicePrincipalName", "HTTP/pc1.x:16993");
	struct directory_entry *e = entry(search(&f, "amt-object", "pc1.x", 0), "CN=a");
	text(e, "servicePrincipalName", "HTTP/pc1.x:16993");
	text(e, "servicePrincipalName", "HTTP/pc1.x:16995");
	text(e, "userAccountControl", "4096");
	directory_judge(&f, &o, &ctx, &fs);
	assert_int_equal(verdict(&fs, "S3.V02"), AMT_PASS);
	assert_int_equal(verdict(&fs, "S3.V03a"), AMT_PASS);
	assert_int_equal(verdict(&fs, "S3.V03b"), AMT_WARN); /* 16992 */
	amt_findings_free(&fs);
	struct directory_entry *b = entry(spn, "CN=b"); /* of another port: no duplicate */
	text(b, "servicePrincipalName", "HTTP/pc1.x:623");
	fs = (struct amt_findings){0};
	directory_judge(&f, &o, &ctx, &fs);
	assert_int_equal(verdict(&fs, "S3.V03b"), AMT_WARN);
	amt_findings_free(&fs);
	text(b, "servicePrincipalName", "http/PC1.x:16993"); /* a second holder */
	text(entry(search(&f, "removed", "pc1.x", 0), "CN=a"), "cn", "a");
	entry(search(&f, "replica", "pc1.x", 0), "CN=a");
	search(&f, "replica", "pc1.x", 0);
	fs = (struct amt_findings){0};
	directory_judge(&f, &o, &ctx, &fs);
	assert_int_equal(verdict(&fs, "S3.V03b"), AMT_FAIL);
	assert_int_equal(verdict(&fs, "S7.V03"), AMT_FAIL);
	assert_int_equal(verdict(&fs, "S5.C02"), AMT_WARN);
	amt_findings_free(&fs);
	f.searches.v[1]->code = 50; /* no rights: never a pass */
	fs = (struct amt_findings){0};
	directory_judge(&f, &o, &ctx, &fs);
	assert_int_equal(verdict(&fs, "S3.V02"), AMT_UNKNOWN);
	amt_findings_free(&fs);
	amt_vec_free(&o.clients);
	directory_facts_free(&f);
}

/* RFC 4330: both ways count, the answer must be to our question, and a server without time says so.
 */
static void sntp(void **state)
{
	(void)state;
	uint8_t p[48] = {0x24, 2};
	const uint64_t second = 1ULL << 32, at = (2208988800ULL + 1000) << 32;
	amt_time off;
	const uint64_t stamps[3] = {77, at + second / 2, at + second / 2}; /* origin, in, out */
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 8; k++)
			p[24 + 8 * i + k] = (uint8_t)(stamps[i] >> (56 - 8 * k));
	assert_true(
		directory_sntp_parse(p, 48, 77, 1000 * AMT_SECOND, 1001 * AMT_SECOND, &off, NULL));
	assert_int_equal(off, 0); /* the second on the way, half each */
	assert_true(
		directory_sntp_parse(p, 48, 77, 1400 * AMT_SECOND, 1401 * AMT_SECOND, &off, NULL));
	assert_int_equal(off, 400 * AMT_SECOND);
	assert_false(directory_sntp_parse(p, 48, 78, 0, 0, &off, NULL)); /* another question */
	for (size_t n = 0; n < 48; n++)
		assert_false(directory_sntp_parse(p, n, 77, 0, 0, &off, NULL));
	p[1] = 0; /* kiss of death */
	assert_false(directory_sntp_parse(p, 48, 77, 0, 0, &off, NULL));
	p[1] = 2, p[0] = 0xe4; /* not synchronised */
	assert_false(directory_sntp_parse(p, 48, 77, 0, 0, &off, NULL));
	p[0] = 0x23; /* a client */
	assert_false(directory_sntp_parse(p, 48, 77, 0, 0, &off, NULL));
	p[0] = 0x24, p[32] = 0, p[40] = 0; /* after 2036 */
	assert_true(directory_sntp_parse(p, 48, 77, 0, 0, &off, NULL));
	assert_true(off < -2000000000LL * AMT_SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sids),      cmocka_unit_test(access_rules),
		cmocka_unit_test(malformed), cmocka_unit_test(rights_and_round_trip),
		cmocka_unit_test(templates), cmocka_unit_test(sntp),
		cmocka_unit_test(clients),
	};
	return cmocka_run_group_tests_name("directory", tests, NULL, NULL);
}
