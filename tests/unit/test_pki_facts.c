/* Facts: the JSON round trip, damaged documents, hostile bundles, and the findings of struct
 * literals. */
#include "pki/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void load(struct pki_facts *f, const char *path, const char *hashes)
{
	struct amt_strlist paths = {0};
	struct amt_notes notes = {0};
	struct pki_options opt = {.asked = {.server = "sccm01.contoso.com"}};

	amt_vec_push(&paths, path);
	if (hashes)
		amt_vec_push(&opt.hash_files, hashes);
	amt_vec_push(&opt.crl_files, "captures/contoso/pki/issuing-ca.crl");
	amt_vec_push(&opt.asked.suffixes, "contoso.com");
	assert_true(pki_collect(&paths, &opt, f, &notes, NULL));
	amt_vec_free(&paths);
	amt_vec_free(&opt.hash_files);
	amt_vec_free(&opt.asked.suffixes);
	amt_vec_free(&opt.crl_files);
	amt_notes_free(&notes);
}

static void test_round_trip(void **state)
{
	struct pki_facts f = {0}, g = {0};
	struct amt_error err = {0};

	(void)state;
	load(&f, "captures/contoso/pki", "captures/contoso/pki/pc01-hashes.txt");
	assert_true(f.chains.n > 1 && f.others.n > 0 && f.lists.n == 1);
	/* A fetched list, as --crl makes it. */
	amt_vec_push(&f.fetches, (struct pki_fetch_fact){.kind = "crl",
							 .url = "http://x/",
							 .cert = 1,
							 .fetched = true,
							 .ms = 1.5,
							 .bytes = 400,
							 .parsed = true,
							 .signature = AMT_YES,
							 .issuer = "CN=R",
							 .this_update = 0,
							 .next_update = AMT_TIME_NONE,
							 .status = PKI_REV_REVOKED,
							 .revoked_at = 5 * AMT_SECOND,
							 .reason = "superseded",
							 .revoked_count = 3});
	json_t *a = pki_to_json(&f);
	if (!pki_from_json(a, &g, &err))
		fail_msg("%s", err.text);
	json_t *b = pki_to_json(&g);
	assert_true(json_equal(a, b));
	json_decref(a);
	json_decref(b);
	pki_facts_free(&f);
	pki_facts_free(&g);
}

/* Every value of a good document replaced by something else: refused or judged, never a crash. */
static void test_damaged_documents(void **state)
{
	static const char *const bad[] = {"null", "-1", "99999999999", "[]", "{}", "\"x\""};
	const struct amt_context ctx = {.now = 1232000000 * AMT_SECOND};
	struct pki_facts f = {0};
	const char *key;
	json_t *value;
	void *next;

	(void)state;
	load(&f, "captures/contoso/pki/provisioning-good.pem", NULL);
	json_t *doc = pki_to_json(&f);
	json_object_foreach_safe(doc, next, key, value)
	{
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			json_t *copy = json_deep_copy(doc);
			json_object_set_new(copy, key, json_loads(bad[i], JSON_DECODE_ANY, NULL));
			struct pki_facts g = {0};
			struct amt_findings fs = {0};
			struct amt_error err = {0};
			if (pki_from_json(copy, &g, &err))
				pki_judge(&g, &ctx, &fs);
			else
				assert_true(err.text[0]);
			amt_findings_free(&fs);
			pki_facts_free(&g);
			json_decref(copy);
		}
	}
	json_decref(doc);
	pki_facts_free(&f);
}

static enum amt_verdict verdict_of(const struct amt_findings *fs, const char *id)
{
	enum amt_verdict v = AMT_NA;

	for (size_t i = 0; i < fs->list.n; i++)
		if (!strcmp(fs->list.v[i]->item->id, id))
			v = amt_verdict_fold(v, fs->list.v[i]->verdict);
	return v;
}

/* A root of the table judged from a struct literal, without any certificate at hand. */
static void judge_root(const char *sha256, const char *digest, int bits, const char *firmware,
		       struct amt_findings *fs)
{
	struct pki_facts f = {0};
	struct amt_fw fw;
	struct amt_context ctx = {.now = 1763640000 * AMT_SECOND, .firmware = &fw, .n_firmware = 1};
	uint8_t hash[32];

	assert_true(amt_fw_parse(firmware, &fw, NULL));
	assert_int_equal(amt_hex_decode(sha256, hash, sizeof(hash)), 32);
	struct pki_cert leaf = {.source = "x",
				.position = 1,
				.version = 3,
				.subject = "CN=a.b.com",
				.issuer = "CN=R",
				.sha1 = "",
				.sha256 = "00",
				.sha384 = "",
				.key_type = "RSA",
				.key_bits = bits,
				.signature = "s",
				.digest = "SHA-256",
				.not_after = INT64_C(4000000000) * AMT_SECOND};
	struct pki_cert root = leaf;
	amt_vec_push(&leaf.cns, "a.b.com");
	amt_vec_push(&leaf.ekus, PKI_OID_SERVER_AUTH);
	amt_vec_push(&leaf.ekus, PKI_OID_AMT_SETUP);
	leaf.has_eku = true;
	root.subject = "CN=R";
	root.sha256 = sha256;
	root.digest = digest;
	root.self_issued = root.self_signed = true;
	root.key_bits = 2048;
	root.root = pki_root_by_hash(hash, 32);
	assert_non_null(root.root);
	amt_vec_push(&f.certs, leaf);
	amt_vec_push(&f.certs, root);
	struct pki_chain *c = amt_vec_add(&f.chains);
	struct pki_path *p = amt_vec_add(&c->paths);
	amt_vec_push(&p->certs, 0);
	amt_vec_push(&p->certs, 1);
	amt_vec_push(&p->links, PKI_LINK_GOOD);
	p->complete = true;
	pki_judge(&f, &ctx, fs);
	pki_facts_free(&f);
}

#define GO_DADDY_2  "c3846bf24b9e93ca64274c0ec67c1ecc5e024ffcacd2d74019350e81fe546ae4"
#define GO_DADDY_G2 "45140b3247eb9cc8c5b4f0d7b53091f73292089e6e5a63e2749dd3aca9198eda"
#define VERISIGN_G1 "e7685634efacf69ace939a6b255b7b4fabef42935b50a265acb5cb6027e44e70"
#define VERISIGN_G2 "83ce3c1229688a593d485f81973c0f9195431eda37cc5e36430e79c7a888638b"
#define DIGICERT_G2 "cb3ccbb76031e5e0138f8dd39a23f9de47ffc35e43c1144cea27d46a5ab1cb5f"

static void test_default_roots(void **state)
{
	/* certificates.md 6, failures 3, 9, 12, 13, 15, 20 */
	static const struct {
		const char *sha256, *digest, *firmware;
		enum amt_verdict listed, signatures;
	} rows[] = {
		{GO_DADDY_2, "SHA-1", "4.0", AMT_PASS, AMT_PASS},
		{GO_DADDY_2, "SHA-1", "14.0", AMT_PASS, AMT_PASS},
		{GO_DADDY_2, "SHA-1", "16.1", AMT_PASS, AMT_FAIL},
		{GO_DADDY_2, "SHA-1", "15.0", AMT_PASS, AMT_WARN},
		{GO_DADDY_G2, "SHA-256", "16.1", AMT_PASS, AMT_PASS},
		{GO_DADDY_G2, "SHA-256", "8.1", AMT_FAIL, AMT_PASS},
		{DIGICERT_G2, "SHA-256", "11.8", AMT_WARN, AMT_PASS},
		{DIGICERT_G2, "SHA-256", "12.0.6", AMT_WARN, AMT_PASS},
		{DIGICERT_G2, "SHA-256", "16.1", AMT_PASS, AMT_PASS},
		{VERISIGN_G2, "SHA-1", "3.2.1", AMT_WARN, AMT_PASS},
		{VERISIGN_G1, "MD2", "4.0", AMT_PASS, AMT_PASS},
		{VERISIGN_G1, "MD2", "12.0.35.1427", AMT_FAIL, AMT_PASS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct amt_findings fs = {0};
		judge_root(rows[i].sha256, rows[i].digest, 2048, rows[i].firmware, &fs);
		if (verdict_of(&fs, "S3.C10b") != rows[i].listed ||
		    verdict_of(&fs, "X.PKI1") != rows[i].signatures)
			fail_msg("row %zu: %s, %s", i, amt_verdict_name(verdict_of(&fs, "S3.C10b")),
				 amt_verdict_name(verdict_of(&fs, "X.PKI1")));
		assert_int_equal(verdict_of(&fs, "S3.C10a"), AMT_PASS);
		amt_findings_free(&fs);
	}
}

/* The same facts give the same findings, however often they are judged. */
static void test_judge_is_pure(void **state)
{
	const struct amt_context ctx = {.now = 1232000000 * AMT_SECOND};
	struct pki_facts f = {0};
	struct amt_findings a = {0}, b = {0};

	(void)state;
	load(&f, "captures/contoso/pki/provisioning.pem", NULL);
	pki_judge(&f, &ctx, &a);
	pki_judge(&f, &ctx, &b);
	json_t *x = amt_findings_to_json(&a), *y = amt_findings_to_json(&b);
	assert_true(json_equal(x, y));
	/* The sample chain's defects, each under its own check. */
	assert_int_equal(verdict_of(&a, "S3.C08"), AMT_FAIL);
	assert_int_equal(verdict_of(&a, "S3.C13"), AMT_FAIL);
	assert_int_equal(verdict_of(&a, "S3.C14"), AMT_WARN);
	assert_int_equal(verdict_of(&a, "S1.V11b"), AMT_WARN);
	json_decref(x);
	json_decref(y);
	amt_findings_free(&a);
	amt_findings_free(&b);
	pki_facts_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_damaged_documents),
		cmocka_unit_test(test_default_roots),
		cmocka_unit_test(test_judge_is_pure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
