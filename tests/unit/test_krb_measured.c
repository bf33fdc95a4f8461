/* What was measured at a KDC goes through a report and back; what a report of others may hold
 * besides. */
#include "amtdiag/kerberos.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static bool read_back(const struct krb_measured *m, struct amt_arena *a, struct krb_measured *out)
{
	json_t *j = krb_measured_to_json(m);
	bool good = krb_measured_from_json(j, a, out);

	json_decref(j);
	return good;
}

static void round_trip(void **state)
{
	const struct krb_measured m = {.done = true,
				       .ticket = 1194,
				       .ap_req = 1400,
				       .gss = 1483,
				       .spnego = 1526,
				       .base64 = 2036,
				       .etype = -133,
				       .skey = 23,
				       .client = "jane@EXAMPLE.COM",
				       .spn = "HTTP/pc\xff.example.com:16993",
				       .delegated = true,
				       .renewable = true,
				       .authtime = INT64_C(1767225600) * AMT_SECOND,
				       .endtime = AMT_TIME_NONE};
	struct amt_arena a = {0};
	struct krb_measured got;

	(void)state;
	assert_true(read_back(&m, &a, &got));
	assert_true(got.done && got.delegated && got.renewable);
	assert_false(got.started || got.ok_as_delegate);
	assert_int_equal(got.ticket, 1194);
	assert_int_equal(got.ap_req, 1400);
	assert_int_equal(got.gss, 1483);
	assert_int_equal(got.spnego, 1526);
	assert_int_equal(got.base64, 2036);
	assert_int_equal(got.etype, -133);
	assert_int_equal(got.skey, 23);
	assert_string_equal(got.client, "jane@EXAMPLE.COM");
	assert_string_equal(got.spn,
			    "HTTP/pc\xef\xbf\xbd.example.com:16993"); /* a byte that is no text */
	assert_int_equal(got.authtime, m.authtime);
	assert_int_equal(got.endtime, AMT_TIME_NONE); /* not 1970 */
	amt_arena_free(&a);
}

static void in_vain(void **state)
{
	struct krb_measured m = {.error = "no ticket \xfe", .authtime = AMT_TIME_NONE}, got;
	struct amt_arena a = {0};

	(void)state;
	assert_true(read_back(&m, &a, &got));
	assert_false(got.done);
	assert_string_equal(got.error, "no ticket \xef\xbf\xbd");
	amt_arena_free(&a);
}

/* A report that was edited, or made by somebody else: no size of SIZE_MAX bytes. */
static void foreign(void **state)
{
	static const char *const bad[] = {"[]", "null", "7", "{\"done\":true,\"ticket\":-1}",
					  "{\"done\":true,\"base64\":99999999999999}"};
	struct amt_arena a = {0};
	struct krb_measured got;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *j = json_loads(bad[i], JSON_DECODE_ANY, NULL);
		assert_false(krb_measured_from_json(j, &a, &got));
		assert_false(got.done);
		json_decref(j);
	}
	json_t *j = json_loads(
		"{\"done\":1,\"ticket\":\"1194\",\"authtime\":\"yesterday\",\"client\":[]}", 0,
		NULL);
	assert_true(krb_measured_from_json(j, &a, &got));
	assert_false(got.done);
	assert_int_equal(got.ticket, 0);
	assert_int_equal(got.authtime, AMT_TIME_NONE);
	assert_string_equal(got.client, "");
	json_decref(j);
	amt_arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(round_trip), cmocka_unit_test(in_vain),
					   cmocka_unit_test(foreign)};

	return cmocka_run_group_tests_name("krb_measured", tests, NULL, NULL);
}
