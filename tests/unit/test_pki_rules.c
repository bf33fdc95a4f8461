/* Each rule of the judge of chains, right and wrong, from struct literals: a leaf, its issuer, a
 * root that the device's list holds, and one thing that is different. */
#include "pki/private.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NOW ((amt_time)1795176000 * AMT_SECOND) /* 2026-11-20T12:00:00Z */
enum who { LEAF, ISSUER, ROOT };

static void put_cert(struct pki_facts *f, const char *subject, const char *issuer,
		     const char *sha256)
{
	struct pki_cert c = {.source = "chain.pem",
			     .version = 3,
			     .subject = subject,
			     .issuer = issuer,
			     .sha1 = "",
			     .sha256 = sha256,
			     .sha384 = "",
			     .key_type = "RSA",
			     .key_bits = 2048,
			     .signature = "sha256WithRSAEncryption",
			     .digest = "SHA-256",
			     .not_after = NOW + 400 * AMT_DAY};

	c.position = (unsigned)f->certs.n + 1;
	amt_vec_push(&f->certs, c);
}

static void healthy(struct pki_facts *f)
{
	struct pki_hash_list *list = amt_vec_add(&f->lists);
	struct pki_hash hash = {.length = 32, .bytes = {0xaa}};

	put_cert(f, "CN=amt.contoso.com", "CN=I", "01");
	put_cert(f, "CN=I", "CN=R", "02");
	put_cert(f, "CN=R", "CN=R",
		 "aa00000000000000000000000000000000000000000000000000000000000000");
	amt_vec_push(&f->certs.v[LEAF].cns, "amt.contoso.com");
	amt_vec_push(&f->certs.v[LEAF].ekus, PKI_OID_SERVER_AUTH);
	amt_vec_push(&f->certs.v[LEAF].ekus, PKI_OID_AMT_SETUP);
	f->certs.v[LEAF].has_eku = true;
	f->certs.v[ISSUER].has_constraints = f->certs.v[ISSUER].ca = true;
	f->certs.v[ROOT].self_issued = f->certs.v[ROOT].self_signed = true;
	struct pki_chain *c = amt_vec_add(&f->chains);
	struct pki_path *p = amt_vec_add(&c->paths);
	for (uint32_t i = 0; i < 3; i++)
		amt_vec_push(&p->certs, i);
	amt_vec_push(&p->links, PKI_LINK_GOOD);
	amt_vec_push(&p->links, PKI_LINK_GOOD);
	p->complete = true;
	list->source = "list";
	amt_vec_push(&list->hashes, hash);
	amt_vec_push(&f->asked.suffixes, "contoso.com");
}

/* Judges, frees the facts, and gives the verdict of one row; *said is good until the next call. */
static enum amt_verdict judged(struct pki_facts *f, const char *firmware, const char *id,
			       const char **said)
{
	static char text[1024];
	struct amt_findings fs = {0};
	struct amt_fw fw;
	struct amt_context ctx = {.now = NOW, .firmware = &fw, .n_firmware = 1};
	enum amt_verdict v = AMT_NA;

	assert_true(amt_fw_parse(firmware, &fw, NULL));
	f->asked.h_platform = strchr(firmware, 'H') != NULL;
	pki_judge(f, &ctx, &fs);
	text[0] = '\0';
	for (size_t i = 0; i < fs.list.n; i++) {
		if (strcmp(fs.list.v[i]->item->id, id) != 0)
			continue;
		v = amt_verdict_fold(v, fs.list.v[i]->verdict);
		amt_str_copy(text, sizeof(text), fs.list.v[i]->summary);
	}
	amt_findings_free(&fs);
	pki_facts_free(f);
	*said = text;
	return v;
}

static void expect(struct pki_facts *f, const char *firmware, const char *id, enum amt_verdict want,
		   const char *words)
{
	const char *said;
	enum amt_verdict got = judged(f, firmware, id, &said);

	if (got != want || !strstr(said, words))
		fail_msg("%s on %s: %s, not %s with \"%s\": %s", id, firmware,
			 amt_verdict_name(got), amt_verdict_name(want), words, said);
}

static void test_healthy(void **state)
{
	static const char *const firmware[] = {"2.6", "5.1", "8.1", "11.8", "15.0-H", "16.1"};
	static const char *const ids[] = {"S1.V11b", "S3.C07", "S3.C08", "S3.C10a", "S3.C10b",
					  "X.PKI1",  "S3.C11", "S3.C13", "S3.C14"};

	(void)state;
	for (size_t i = 0; i < sizeof(firmware) / sizeof(firmware[0]); i++) {
		for (size_t k = 0; k < sizeof(ids) / sizeof(ids[0]); k++) {
			struct pki_facts f = {0};
			healthy(&f);
			expect(&f, firmware[i], ids[k], AMT_PASS, "");
		}
	}
}

/* certificates.md 1.2, rows of signatures; the handbook marks SHA-384 as B: a warning at most. */
static void test_signatures(void **state)
{
	static const struct {
		enum who who;
		const char *digest, *signature, *firmware;
		enum amt_verdict want;
		const char *words;
	} t[] = {
		{LEAF, "SHA-1", "s", "14.1", AMT_PASS, ""},
		{LEAF, "SHA-1", "s", "15.0", AMT_WARN, "on H platforms"},
		{ROOT, "SHA-1", "s", "15.0-H", AMT_FAIL, "the root is signed with SHA-1"},
		{ISSUER, "SHA-1", "s", "16.0", AMT_FAIL, "an intermediate is signed with SHA-1"},
		{ISSUER, "MD5", "s", "8.1", AMT_WARN, "signed with MD5"},
		{LEAF, "SHA-384", "s", "15.0-H", AMT_WARN, "from about 16.0"},
		{ISSUER, "SHA-384", "s", "11.8", AMT_WARN,
		 "an intermediate is signed with SHA-384"},
		{LEAF, "SHA-384", "s", "16.0", AMT_PASS, ""},
		{ROOT, "SHA-384", "s", "11.8", AMT_PASS, ""},
		{ROOT, "SHA-512", "s", "11.8", AMT_PASS, ""},
		{LEAF, "SHA-512", "s512", "18.0", AMT_WARN, "signed with s512, which no"},
		{LEAF, "SHA-224", "s224", "8.1", AMT_WARN, "signed with s224, which no"},
		{LEAF, "SHA-256", "rsassaPss", "16.0", AMT_WARN, "signed with rsassaPss, which no"},
		{ROOT, NULL, "1.2.3", "16.0", AMT_WARN, "signed with 1.2.3, which no"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct pki_facts f = {0};
		healthy(&f);
		f.certs.v[t[i].who].digest = t[i].digest;
		f.certs.v[t[i].who].signature = t[i].signature;
		expect(&f, t[i].firmware, "X.PKI1", t[i].want, t[i].words);
	}
}

static void test_keys(void **state)
{
	static const struct {
		enum who who;
		int bits;
		const char *firmware;
		enum amt_verdict want;
	} t[] = {
		{LEAF, 1023, "5.1", AMT_FAIL},    {LEAF, 1024, "5.1", AMT_PASS},
		{LEAF, 2049, "5.1", AMT_FAIL},    {LEAF, 1536, "5.1", AMT_PASS},
		{LEAF, 1536, "6.0", AMT_WARN},    {LEAF, 3072, "11.8", AMT_WARN},
		{LEAF, 4096, "6.0", AMT_PASS},    {LEAF, 4097, "16.0", AMT_FAIL},
		{LEAF, 2047, "16.0", AMT_FAIL},   {LEAF, 1024, "15.0-H", AMT_FAIL},
		{LEAF, 1024, "15.0", AMT_WARN},   {LEAF, 1024, "14.1", AMT_PASS},
		{ISSUER, 4096, "5.1", AMT_FAIL},  {ISSUER, 4096, "8.1", AMT_WARN},
		{ISSUER, 2049, "11.0", AMT_WARN}, {ISSUER, 4096, "11.8", AMT_PASS},
		{ROOT, 1024, "16.0", AMT_FAIL},   {ROOT, 1024, "11.8", AMT_PASS},
		{ROOT, 1023, "11.8", AMT_FAIL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct pki_facts f = {0};
		healthy(&f);
		f.certs.v[t[i].who].key_bits = t[i].bits;
		expect(&f, t[i].firmware, "S3.C14", t[i].want, "");
	}
	static const enum amt_verdict ec[3][2] = {
		{AMT_FAIL, AMT_FAIL}, {AMT_FAIL, AMT_WARN}, {AMT_FAIL, AMT_WARN}};
	for (enum who w = LEAF; w <= ROOT; w++) {
		for (int k = 0; k < 2; k++) {
			struct pki_facts f = {0};
			healthy(&f);
			f.certs.v[w].key_type = "EC";
			expect(&f, k ? "6.0" : "5.1", "S3.C14", ec[w][k], "EC");
		}
	}
}

/* Catalogue S3.C13: 60 days. */
static void test_dates(void **state)
{
	static const struct {
		enum who who;
		amt_time from, until;
		enum amt_verdict want;
	} t[] = {
		{LEAF, -1, 0, AMT_WARN},
		{LEAF, -1, -1, AMT_FAIL},
		{LEAF, 0, 100 * AMT_DAY, AMT_PASS},
		{LEAF, 1, 100 * AMT_DAY, AMT_FAIL},
		{LEAF, -1, 60 * AMT_DAY - 1, AMT_WARN},
		{LEAF, -1, 60 * AMT_DAY, AMT_PASS},
		{ISSUER, -1, -1, AMT_FAIL},
		{ROOT, -1, -1, AMT_FAIL},
		{ROOT, -1, AMT_DAY, AMT_WARN},
	};
	struct pki_facts f = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		healthy(&f);
		f.certs.v[t[i].who].not_before = NOW + t[i].from;
		f.certs.v[t[i].who].not_after = NOW + t[i].until;
		expect(&f, "11.8", "S3.C13", t[i].want, "");
	}
	for (int end = 0; end < 2; end++) {
		healthy(&f);
		*(end ? &f.certs.v[ISSUER].not_after : &f.certs.v[ISSUER].not_before) =
			AMT_TIME_NONE;
		expect(&f, "11.8", "S3.C13", AMT_FAIL, "an intermediate has no valid dates");
	}
}

static void test_purposes(void **state)
{
	static const struct {
		const char *ekus[2], *ou;
		enum amt_verdict purpose, marker;
	} t[] = {
		{{PKI_OID_SERVER_AUTH, PKI_OID_AMT_SETUP}, NULL, AMT_PASS, AMT_PASS},
		{{PKI_OID_SERVER_AUTH}, NULL, AMT_PASS, AMT_FAIL},
		{{PKI_OID_AMT_SETUP}, NULL, AMT_FAIL, AMT_PASS},
		{{PKI_OID_ANY_EKU}, NULL, AMT_WARN, AMT_FAIL},
		{{NULL}, NULL, AMT_WARN, AMT_FAIL},
		{{PKI_OID_SERVER_AUTH}, PKI_OU_AMT_SETUP, AMT_PASS, AMT_PASS},
		{{PKI_OID_SERVER_AUTH}, "Intel(r) Client Setup Certificate", AMT_PASS, AMT_FAIL},
		{{PKI_OID_SERVER_AUTH}, PKI_OU_AMT_SETUP " ", AMT_PASS, AMT_FAIL},
		{{PKI_OID_CLIENT_AUTH, "2.16.840.1.113741.1.2.33"}, NULL, AMT_FAIL, AMT_FAIL},
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(t) / sizeof(t[0]); i++) {
		struct pki_facts f = {0};
		healthy(&f);
		struct pki_cert *c = &f.certs.v[LEAF];
		amt_vec_free(&c->ekus);
		for (size_t k = 0; k < 2 && t[i / 2].ekus[k]; k++)
			amt_vec_push(&c->ekus, t[i / 2].ekus[k]);
		c->has_eku = c->ekus.n > 0;
		if (t[i / 2].ou)
			amt_vec_push(&c->ous, t[i / 2].ou);
		expect(&f, "11.8", i % 2 ? "S3.C08" : "S3.C07",
		       i % 2 ? t[i / 2].marker : t[i / 2].purpose, "");
	}
}

/* Catalogue S3.C09b. */
static void test_server_domain(void **state)
{
	static const struct {
		const char *cn, *san, *server;
		enum amt_verdict want;
		const char *words;
	} t[] = {
		{"sccm.contoso.com", NULL, "SCCM.contoso.com.", AMT_PASS, "is the service point"},
		{"amt.contoso.com", NULL, "sccm.contoso.com", AMT_PASS, "in the service point's"},
		{"contoso.com", NULL, "sccm.contoso.com", AMT_PASS, "in the service point's"},
		{"amt.contoso.com", NULL, "sccm.emea.contoso.com", AMT_PASS, "in a parent"},
		{"contoso.com", NULL, "sccm.emea.contoso.com", AMT_PASS, "in a parent"},
		{"amt.emea.contoso.com", NULL, "sccm.contoso.com", AMT_FAIL, "is not in"},
		{"fabrikam.com", NULL, "sccm.contoso.com", AMT_FAIL, "is not in"},
		{"other.local", NULL, "sccm.contoso.local", AMT_FAIL, "is not in"},
		{"toso.com", NULL, "sccm.contoso.com", AMT_FAIL, "is not in"},
		{"fabrikam.co.uk", NULL, "sccm.contoso.co.uk", AMT_WARN, "only co.uk in common"},
		{"amt.firma.de", NULL, "sccm.emea.firma.de", AMT_PASS, "in a parent"},
		{"*.contoso.com", NULL, "sccm.contoso.com", AMT_WARN, "is a wildcard"},
		{"*.fabrikam.com", NULL, "sccm.contoso.com", AMT_FAIL, "is not in"},
		{"amt.contoso.com", NULL, "SCCM01", AMT_UNKNOWN, "is a short name"},
		{"sccm01", NULL, "SCCM01", AMT_PASS, "is the service point"},
		{NULL, "amt.contoso.com", "sccm.contoso.com", AMT_WARN, "has no common name"},
		{NULL, "amt.fabrikam.com", "sccm.contoso.com", AMT_FAIL, "is not in"},
		{NULL, NULL, "sccm.contoso.com", AMT_FAIL, "no common name that is"},
		{"amt..com", NULL, "sccm.contoso.com", AMT_FAIL, "no common name that is"},
		{"amt.contoso.com", NULL, "sccm..com", AMT_UNKNOWN, "is no host name"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct pki_facts f = {0};
		healthy(&f);
		struct pki_cert *c = &f.certs.v[LEAF];
		amt_vec_free(&c->cns);
		if (t[i].cn)
			amt_vec_push(&c->cns, t[i].cn);
		if (t[i].san)
			amt_vec_push(&c->dns, t[i].san);
		f.asked.server = t[i].server;
		expect(&f, "11.8", "S3.C09b", t[i].want, t[i].words);
	}
}

static void test_names(void **state)
{
	struct pki_facts f = {0};

	(void)state;
	healthy(&f);
	f.certs.v[LEAF].cns.v[0] = "";
	expect(&f, "11.8", "S3.C11", AMT_FAIL, "no common name and no DNS name");
	healthy(&f);
	f.certs.v[LEAF].cns.v[0] = "a_b.contoso.com";
	expect(&f, "11.8", "S3.C11", AMT_FAIL, "has a character");
	for (int old = 0; old < 2; old++) {
		healthy(&f);
		f.certs.v[LEAF].cns.v[0] = "amt.fabrikam.com";
		amt_vec_push(&f.certs.v[LEAF].dns, "amt.contoso.com");
		expect(&f, old ? "10.0" : "11.0", "S3.C11", old ? AMT_WARN : AMT_PASS,
		       "amt.contoso.com");
	}
}

static struct pki_path *path_of(struct pki_facts *f)
{
	return &f->chains.v[0].paths.v[0];
}

static void test_roots(void **state)
{
	struct pki_facts f = {0};

	(void)state;
	/* certificates.md 1.2: version 1 is taken where the hash is held. */
	healthy(&f);
	f.certs.v[ROOT].version = 1;
	expect(&f, "11.8", "S1.V11b", AMT_PASS, "");
	healthy(&f);
	f.certs.v[ROOT].version = 1;
	f.lists.v[0].hashes.v[0].bytes[0] = 1;
	expect(&f, "11.8", "S1.V11b", AMT_WARN, "version 1");
	healthy(&f);
	f.lists.v[0].hashes.v[0].inactive = true;
	expect(&f, "11.8", "S3.C10b", AMT_FAIL, "switched off");
	healthy(&f);
	f.lists.v[0].hashes.v[0].bytes[0] = 1;
	expect(&f, "11.8", "S3.C10b", AMT_FAIL, "is not in the hash list");
	healthy(&f);
	f.lists.v[0].hashes.v[0].bytes[0] = 1;
	f.lists.v[0].partial = true;
	expect(&f, "11.8", "S3.C10b", AMT_UNKNOWN, "not whole");
	healthy(&f);
	amt_vec_free(&f.lists.v[0].hashes);
	f.lists.n = 0;
	expect(&f, "11.8", "S3.C10b", AMT_UNKNOWN, "none of the 28 known");
	healthy(&f);
	path_of(&f)->complete = f.certs.v[ROOT].self_signed = false;
	path_of(&f)->missing = "CN=R";
	expect(&f, "11.8", "S1.V11b", AMT_FAIL, "CN=R is missing");
	healthy(&f);
	path_of(&f)->complete = false;
	path_of(&f)->links.v[1] = PKI_LINK_BAD;
	expect(&f, "11.8", "S3.C10a", AMT_FAIL, "another one, with another key");
}

/* The certificate that is cited stands in the file that is spoken of. */
static void test_strays(void **state)
{
	struct pki_facts f = {0};
	struct amt_findings fs = {0};
	struct amt_context ctx = {.now = NOW};

	(void)state;
	healthy(&f);
	put_cert(&f, "CN=elsewhere", "CN=elsewhere", "03");
	f.certs.v[3].source = "other.pem";
	put_cert(&f, "CN=stray", "CN=stray", "04");
	amt_vec_push(&f.others, 3);
	amt_vec_push(&f.others, 4);
	pki_judge(&f, &ctx, &fs);
	const struct amt_finding *x = fs.list.v[0];
	assert_string_equal(x->item->id, "S1.V11b");
	assert_int_equal(x->verdict, AMT_WARN);
	assert_non_null(strstr(x->summary, "also holds 1 certificate that"));
	assert_string_equal(x->evidence.v[0].source, "chain.pem");
	amt_findings_free(&fs);
	pki_facts_free(&f);
}

/* S3.C24a: every place is said to be good, bad or not asked. */
static void test_places(void **state)
{
	static const struct {
		struct pki_fetch_fact x;
		enum amt_verdict want;
		const char *words;
	} t[] = {
		/* A delta alone says nothing of the leaf. */
		{{.kind = "delta",
		  .fetched = true,
		  .parsed = true,
		  .signature = AMT_YES,
		  .status = PKI_REV_GOOD},
		 AMT_UNKNOWN,
		 "whether the leaf is revoked is not known"},
		{{.fetched = true}, AMT_FAIL, "is no CRL"},
		{{.error = "HTTP status 404"}, AMT_FAIL, "can't be had: HTTP status 404"},
		{{.error = "e", .not_tried = true}, AMT_UNKNOWN, "was not asked for: e"},
		{{.fetched = true, .parsed = true, .signature = AMT_NO}, AMT_FAIL, "not signed by"},
		{{.fetched = true, .parsed = true, .signature = AMT_YES, .fits = "of CAs only"},
		 AMT_UNKNOWN,
		 "says nothing of the leaf: of CAs only"},
		{{.fetched = true, .parsed = true, .fits = "x", .status = PKI_REV_REVOKED},
		 AMT_FAIL,
		 "is revoked"},
		{{.fetched = true, .parsed = true, .signature = AMT_YES, .status = PKI_REV_GOOD},
		 AMT_PASS,
		 "nothing is revoked"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct pki_facts f = {0};
		struct pki_fetch_fact x = t[i].x;
		x.kind = x.kind ? x.kind : "crl";
		x.url = "http://pki/x.crl";
		x.cert = LEAF;
		x.this_update = NOW - AMT_DAY;
		x.next_update = NOW + 7 * AMT_DAY;
		healthy(&f);
		f.asked.crl = true;
		amt_vec_push(&f.fetches, x);
		expect(&f, "11.8", "S3.C24a", t[i].want, t[i].words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_healthy),       cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_keys),          cmocka_unit_test(test_dates),
		cmocka_unit_test(test_purposes),      cmocka_unit_test(test_names),
		cmocka_unit_test(test_server_domain), cmocka_unit_test(test_roots),
		cmocka_unit_test(test_strays),        cmocka_unit_test(test_places),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
