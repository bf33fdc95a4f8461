/* The firmware tables, the root look-up and the domain suffix rule with every vector of the
 * handbook. */
#include "pki/private.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct amt_fw fw(const char *s)
{
	struct amt_fw v;

	assert_true(amt_fw_parse(s, &v, NULL));
	return v;
}

static const struct pki_generation *gen(const char *s)
{
	struct amt_fw v = fw(s);
	return pki_generation_of(&v);
}

static void test_roots(void **state)
{
	uint8_t bytes[48];
	size_t with_sha1 = 0;

	(void)state;
	assert_int_equal(pki_root_count(), 28);
	for (size_t i = 0; i < pki_root_count(); i++) {
		const struct pki_root *r = pki_root_at(i);
		assert_int_equal(amt_hex_decode(r->sha256, bytes, sizeof(bytes)), 32);
		assert_ptr_equal(pki_root_by_hash(bytes, 32), r);
		assert_string_equal(pki_root_name_of_hash(NULL, bytes, 32), r->name);
		if (*r->sha1) {
			with_sha1++;
			assert_int_equal(amt_hex_decode(r->sha1, bytes, sizeof(bytes)), 20);
			assert_ptr_equal(pki_root_by_hash(bytes, 20), r);
		}
		if (*r->sha384) {
			assert_int_equal(amt_hex_decode(r->sha384, bytes, sizeof(bytes)), 48);
			assert_ptr_equal(pki_root_by_hash(bytes, 48), r);
		}
	}
	/* The two GlobalSign NP roots have no published certificate. */
	assert_int_equal(with_sha1, 26);
	memset(bytes, 0, sizeof(bytes));
	assert_null(pki_root_by_hash(bytes, 32));
	assert_null(pki_root_by_hash(bytes, 31));
}

/* The hash printed in the guide's log samples is none of the roots (certificates.md 1.2). */
static void test_guide_hash_is_no_root(void **state)
{
	uint8_t h[20];

	(void)state;
	assert_int_equal(amt_hex_decode("C43FA6C23FE4E094A07B86F23C16F290BCDA6D50", h, sizeof(h)),
			 20);
	assert_null(pki_root_by_hash(h, 20));
}

static enum pki_presence in(const char *root, const char *version)
{
	struct amt_fw v = fw(version);

	for (size_t i = 0; i < pki_root_count(); i++)
		if (!strcmp(pki_root_at(i)->name, root))
			return pki_root_presence(pki_root_at(i), &v);
	fail_msg("no root %s", root);
	return PKI_UNSURE;
}

static void test_presence(void **state)
{
	(void)state;
	assert_int_equal(in("Go Daddy Class 2 CA", "2.6"), PKI_PRESENT);
	assert_int_equal(in("Go Daddy Class 2 CA", "18.0"), PKI_PRESENT);
	assert_int_equal(in("Go Daddy Class 2 CA", "2.2"), PKI_ABSENT);
	assert_int_equal(in("VeriSign Class 3 Primary CA-G2", "4.0"), PKI_UNSURE);
	assert_int_equal(in("VeriSign Class 3 Primary CA-G2", "8.0"), PKI_PRESENT);
	assert_int_equal(in("VeriSign Class 3 Primary CA-G5", "5.0"), PKI_ABSENT);
	assert_int_equal(in("VeriSign Class 3 Primary CA-G5", "7.0"), PKI_PRESENT);
	assert_int_equal(in("VeriSign Universal Root CA", "6.0"), PKI_ABSENT);
	assert_int_equal(in("VeriSign Universal Root CA", "7.0"), PKI_UNSURE);
	assert_int_equal(in("VeriSign Universal Root CA", "8.1"), PKI_PRESENT);
	assert_int_equal(in("Go Daddy Root CA-G2", "10.0"), PKI_ABSENT);
	assert_int_equal(in("Go Daddy Root CA-G2", "11.0"), PKI_UNSURE);
	assert_int_equal(in("Go Daddy Root CA-G2", "11.8.50"), PKI_PRESENT);
	assert_int_equal(in("DigiCert Global Root G2", "9.0"), PKI_ABSENT);
	assert_int_equal(in("DigiCert Global Root G2", "11.8.86"), PKI_UNSURE);
	assert_int_equal(in("DigiCert Global Root G2", "12.0.6"), PKI_UNSURE);
	assert_int_equal(in("DigiCert Global Root G2", "16.1"), PKI_PRESENT);
	/* Removed at two builds. */
	assert_int_equal(in("VeriSign Class 3 Primary CA-G1", "10.0"), PKI_PRESENT);
	assert_int_equal(in("VeriSign Class 3 Primary CA-G1", "11.8.65.3579"), PKI_PRESENT);
	assert_int_equal(in("VeriSign Class 3 Primary CA-G1", "11.8.65.3580"), PKI_ABSENT);
	assert_int_equal(in("VeriSign Class 3 Primary CA-G1", "11.8"), PKI_UNSURE);
	/* The build is not needed where the revision says it already. */
	assert_int_equal(in("VeriSign Class 3 Primary CA-G1", "11.8.50"), PKI_PRESENT);
	assert_int_equal(in("VeriSign Class 3 Primary CA-G1", "11.8.65"), PKI_UNSURE);
	assert_int_equal(in("VeriSign Class 3 Primary CA-G1", "11.8.77"), PKI_ABSENT);
	assert_int_equal(in("VeriSign Class 3 Primary CA-G1", "12.0.6"), PKI_PRESENT);
	assert_int_equal(in("VeriSign Class 3 Primary CA-G1", "12.0.45"), PKI_ABSENT);
	assert_int_equal(in("VeriSign Class 3 Primary CA-G1", "12.0.32.1419"), PKI_PRESENT);
	assert_int_equal(in("VeriSign Class 3 Primary CA-G1", "12.0.35.1427"), PKI_ABSENT);
	assert_int_equal(in("VeriSign Class 3 Primary CA-G1", "16.0"), PKI_ABSENT);
	assert_int_equal(in("GTE CyberTrust Global Root", "14.0"), PKI_UNSURE);
}

static void test_generations(void **state)
{
	(void)state;
	assert_string_equal(gen("1.0")->label, "2.2");
	assert_string_equal(gen("2.6.3")->label, "2.6");
	assert_string_equal(gen("3.1")->label, "3.0");
	assert_string_equal(gen("3.2.1")->label, "3.2");
	assert_string_equal(gen("4.2")->label, "4.1");
	assert_string_equal(gen("5.0.1")->label, "5.0");
	assert_string_equal(gen("9.5")->label, "8.0");
	assert_string_equal(gen("11.8.50")->label, "11.8");
	assert_string_equal(gen("15.0")->label, "15.0-H");
	assert_string_equal(gen("19.0")->label, "16.0");
	/* Rows stand in order, and every H row is marked. */
	for (size_t i = 1; i < pki_generation_count(); i++)
		assert_true(amt_fw_compare(&pki_generation_at(i - 1)->from,
					   &pki_generation_at(i)->from) < 0);
	assert_true(gen("15.0")->h_only);
	assert_true(gen("16.0")->sha1_banned);
	assert_false(gen("14.0")->sha1_banned);
}

/* Fields of one tab-separated line, in place. */
static int split(char *line, char **field, int max)
{
	int n = 0;

	for (char *p = line; n < max; n++) {
		field[n] = p;
		p = strchr(p, '\t');
		if (!p)
			return n + 1;
		*p++ = '\0';
	}
	return n;
}

static void test_vectors(void **state)
{
	struct amt_error err = {0};
	struct amt_lines l;
	char *line, *f[8];
	size_t len;
	int n = 0;

	(void)state;
	assert_true(amt_lines_open(&l, "common/pki/domain-suffix-vectors.tsv", 4096, &err));
	assert_true(amt_lines_next(&l, &line, &len, &err));
	while (amt_lines_next(&l, &line, &len, &err)) {
		char text[1024];
		assert_true(len < sizeof(text));
		memcpy(text, line, len);
		text[len] = '\0';
		assert_true(split(text, f, 8) >= 6);
		enum pki_rule rule = pki_suffix_match(f[1], f[2], gen(f[3]));
		if (pki_rule_matches(rule) != !strcmp(f[4], "match") ||
		    strcmp(pki_rule_name(rule), f[5]) != 0)
			fail_msg("%s: %s against %s on %s gave %s", f[0], f[1], f[2], f[3],
				 pki_rule_name(rule));
		n++;
	}
	amt_lines_close(&l);
	assert_int_equal(n, 24);
}

static void test_suffix_corners(void **state)
{
	(void)state;
	assert_int_equal(pki_suffix_match("a.b.com", "", gen("6.0")), PKI_RULE_BAD_SUFFIX);
	assert_int_equal(pki_suffix_match("a.b.com", ".", gen("6.0")), PKI_RULE_BAD_SUFFIX);
	assert_int_equal(pki_suffix_match("a.b.com", " b.com ", gen("6.0")), PKI_RULE_BASE);
	assert_int_equal(pki_suffix_match("a..b.com", "b.com", gen("6.0")),
			 PKI_RULE_BAD_IDENTIFIER);
	assert_int_equal(pki_suffix_match("a.*.com", "b.com", gen("6.0")), PKI_RULE_BAD_IDENTIFIER);
	/* Siblings under a depth-3 TLD registered at the second level don't match. */
	assert_int_equal(pki_suffix_match("srv.firma.fr", "lab.firma.fr", gen("16.0")),
			 PKI_RULE_NONE);
	/* au is not in the table (failure 25 of the handbook). */
	assert_int_equal(pki_suffix_match("amt.firm.com.au", "x.firm.com.au", gen("16.0")),
			 PKI_RULE_NONE);
	assert_int_equal(pki_suffix_match("amt.firm.com.au", "firm.com.au", gen("16.0")),
			 PKI_RULE_BASE);
	/* Failure 2: the TLD rule came with 4.1 and 5.1. */
	assert_int_equal(pki_suffix_match("srv.corp.intel.co.uk", "dev.intel.co.uk", gen("4.0")),
			 PKI_RULE_NONE);
	assert_int_equal(pki_suffix_match("srv.corp.intel.co.uk", "dev.intel.co.uk", gen("5.0")),
			 PKI_RULE_NONE);
	assert_int_equal(pki_suffix_match("srv.corp.intel.co.uk", "dev.intel.co.uk", gen("5.1")),
			 PKI_RULE_TLD);
	/* Failure 16: a public name and a private suffix. */
	assert_int_equal(pki_suffix_match("amt.firm.com", "firm.local", gen("16.0")),
			 PKI_RULE_NONE);
	/* Failures 26 and 33: the suffix is a host name. */
	assert_int_equal(pki_suffix_match("amt.firm.com", "amt", gen("16.0")), PKI_RULE_BAD_SUFFIX);
	assert_int_equal(pki_tld_depth("a.b.de."), 2);
	assert_int_equal(pki_tld_depth("x.co.UK"), 3);
	assert_int_equal(pki_tld_depth("x.local"), 0);
}

/* certificates.md 2.3: the corners where today's consoles decide differently. */
static void test_peers(void **state)
{
	(void)state;
	assert_true(pki_suffix_rps("a.co.uk", "b.co.uk"));
	assert_false(pki_suffix_meshcentral("server.east.company.local", "east.company.local"));
	assert_false(pki_suffix_meshcentral("server.east.company.local", "company.local"));
	assert_true(pki_suffix_meshcentral("amt.firm.com", "lab.firm.com"));
	assert_true(pki_suffix_meshcentral("*.firm.com", "firm.com"));
	assert_false(pki_suffix_rps("amt.firm.com", "other.com"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roots),    cmocka_unit_test(test_guide_hash_is_no_root),
		cmocka_unit_test(test_presence), cmocka_unit_test(test_generations),
		cmocka_unit_test(test_vectors),  cmocka_unit_test(test_suffix_corners),
		cmocka_unit_test(test_peers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
