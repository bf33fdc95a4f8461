/*
 * What the judge of the device room says depends on the firmware: features came and went (handbook
 * device 1.5, hello 4.1). The same fact on the firmware that has the feature and on one that has
 * not.
 */
#include "device_judged.h"

#define FIRMWARE(text) d->http.v[0].version = (text)

BAD(pong_of_5, d->rmcp.v[0].major = d->rmcp.v[0].minor = 0;
    d->rmcp.v[0].provisioning = AMT_DEV_NONE; FIRMWARE("5.2.10"))
BAD(gone_5, d->setup.n = 0; expect.unprovisioned = true; d->rmcp.v[0].provisioning = AMT_DEV_NONE)
BAD(no_pong_3, d->rmcp.v[0].answered = AMT_NO; d->general.v[0].rmcp = AMT_NO; FIRMWARE("3.2.1"))
BAD(no_pong_4, d->rmcp.v[0].answered = AMT_NO; d->general.v[0].rmcp = AMT_NO; FIRMWARE("4.0.3"))

static const struct device_row rows[] = {
	{pong_of_5, "X.D20", AMT_PASS, "neither its version nor whether it is provisioned"},
	{gone_5, "X.D22", AMT_FAIL, "the management port is still open"},
	{no_pong_3, "X.D20", AMT_NA, "before 4.0"},
	{no_pong_4, "X.D20", AMT_WARN, "switched off in the device"},
};

static void test_rows(void **state)
{
	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

	expect_usual();
	int rc = cmocka_run_group_tests_name("device_versions", tests, NULL, NULL);
	expect_free();
	return rc;
}
