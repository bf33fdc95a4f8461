/*
 * The judge of the device room: one good device, and for every row of table 1.1 of the
 * handbook's device chapter a change that makes it bad. Struct literals only, no device.
 */
#include "device_bad.h"

static void test_good(void **state)
{
	static const char *const rows[] = {
		"P.36",    "P.37",  "P.39",    "X.D20",  "P.07",   "P.10",    "X.D18",   "S4.C03",
		"X.D01",   "PV.02", "P.05",    "PV.08",  "X.D02",  "S2.C11a", "S2.C11b", "S3.C11",
		"S3.C10b", "X.D19", "S3.C02b", "S3.C03", "S1.V12", "X.D23",   "X.D25",   "S4.C01",
		"X.D03",   "X.D21", "PV.13",   "X.D15",  "X.D16",  "S5.C03a", "S5.C05",  "S5.C04",
		"S5.C06c", "X.D17", "X.D08",   "X.D09",  "S6.C01", "S6.V01",  "X.D11",   "X.D10",
		"X.D12",   "X.D13", "X.D14",   "X.D26",  "X.D06",  "X.D04",   "X.D05",   "X.D07"};
	struct amt_findings fs = {0};
	struct amt_device d;

	(void)state;
	good(&d);
	amt_device_judge(&d, &expect, &ctx, &fs);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (worst(&fs, rows[i]) != AMT_PASS)
			fail_msg("%s: %d", rows[i], worst(&fs, rows[i]));
	for (size_t i = 0; i < fs.list.n; i++)
		if (fs.list.v[i]->verdict != AMT_PASS && fs.list.v[i]->verdict != AMT_NA)
			fail_msg("%s: %s", fs.list.v[i]->item->id, fs.list.v[i]->summary);
	amt_findings_free(&fs);
	amt_device_free(&d);
}

static void test_bad(void **state)
{
	(void)state;
	check_rows(bad_rows, sizeof(bad_rows) / sizeof(bad_rows[0]));
}

/* ---- the table of the handbook ---- */

static const struct {
	const char *item, *properties, *id;
} table_1_1[] = {
#define ROW(stage, item, properties, id) {item, properties, id},
#include "device_rows.def"
#undef ROW
};

static bool known_property(const char *class, const char *property)
{
	for (size_t c = 0; c < AMT_DEV_CLASS_COUNT; c++)
		if (strcmp(dev_classes[c].name, class) == 0 &&
		    ((dev_classes[c].how == DEV_METHOD &&
		      strcmp(dev_classes[c].arg, property) == 0) ||
		     (dev_classes[c].how == DEV_ACL && strcmp(property, "ACL") == 0) ||
		     dev_field_of(&dev_classes[c], property)))
			return true;
	return false;
}

/* "Class.Property Class.Property": all are read. */
static void check_properties(const char *item, const char *list)
{
	char class[64], property[64];
	int n;

	for (; sscanf(list, " %63[^.].%63s%n", class, property, &n) == 2; list += n)
		if (!known_property(class, property))
			fail_msg("%s: %s.%s is not read", item, class, property);
}

/* Every row of table 1.1 is read, passes on a good device and does not on a bad one. */
static void test_every_row(void **state)
{
	struct amt_findings fs = {0};
	struct amt_device d;

	(void)state;
	ctx.trait[AMT_TRAIT_WIRED_8021X] = AMT_MAYBE;
	expect.unprovisioned = false;
	good(&d);
	amt_device_judge(&d, &expect, &ctx, &fs);
	for (size_t i = 0; i < sizeof(table_1_1) / sizeof(table_1_1[0]); i++) {
		bool passes = worst(&fs, table_1_1[i].id) == AMT_PASS, breaks = false;
		check_properties(table_1_1[i].item, table_1_1[i].properties);
		for (size_t k = 0; k < sizeof(bad_rows) / sizeof(bad_rows[0]); k++)
			if (strcmp(bad_rows[k].id, table_1_1[i].id) == 0) {
				passes = passes || bad_rows[k].v == AMT_PASS;
				breaks = breaks || bad_rows[k].v == AMT_FAIL ||
					 bad_rows[k].v == AMT_WARN;
			}
		if (!passes || !breaks)
			fail_msg("%s (%s): no %s device", table_1_1[i].item, table_1_1[i].id,
				 passes ? "bad" : "good");
	}
	amt_findings_free(&fs);
	amt_device_free(&d);
}

/* What was not asked is not judged, least of all passed. */
static void test_nothing(void **state)
{
	struct amt_findings fs = {0};
	struct amt_device d;

	(void)state;
	amt_device_init(&d, "192.0.2.1");
	amt_device_judge(&d, NULL, &ctx, &fs);
	assert_int_equal(fs.list.n, 0);
	/* Everything asked in vain: unknowns only. */
	for (int c = 0; c < AMT_DEV_CLASS_COUNT; c++)
		dev_source(&d, (enum amt_dev_class)c, AMT_DEV_FAILED, "x", NULL);
	amt_device_judge(&d, NULL, &ctx, &fs);
	assert_true(fs.list.n > 0);
	for (size_t i = 0; i < fs.list.n; i++)
		assert_int_equal(fs.list.v[i]->verdict, AMT_UNKNOWN);
	amt_findings_free(&fs);
	/* Empty records: no fact, no pass, no crash. */
	for (int c = 0; c < AMT_DEV_CLASS_COUNT; c++) {
		dev_source(&d, (enum amt_dev_class)c, AMT_DEV_READ, NULL, NULL);
		amt_device_add(&d, (enum amt_dev_class)c);
	}
	amt_device_judge(&d, &expect, &ctx, &fs);
	amt_findings_free(&fs);
	amt_device_free(&d);
}

static void test_unprovisioned(void **state)
{
	struct amt_device_expect gone = {.unprovisioned = true};
	struct amt_findings fs = {0};
	struct amt_device d;

	(void)state;
	good(&d);
	amt_device_judge(&d, &gone, &ctx, &fs);
	assert_int_equal(worst(&fs, "X.D22"), AMT_FAIL);
	amt_findings_free(&fs);
	d.setup.v[0].provisioning_state = 0;
	amt_device_judge(&d, &gone, &ctx, &fs);
	assert_int_equal(worst(&fs, "X.D22"), AMT_PASS);
	amt_findings_free(&fs);
	d.setup.n = 0;
	d.rmcp.v[0].provisioning = 0;
	amt_device_judge(&d, &gone, &ctx, &fs);
	assert_int_equal(worst(&fs, "X.D22"), AMT_PASS);
	amt_findings_free(&fs);
	d.rmcp.n = 0;
	d.port.v[1].state = AMT_PORT_REFUSED;
	amt_device_judge(&d, &gone, &ctx, &fs);
	assert_int_equal(worst(&fs, "X.D22"), AMT_PASS);
	amt_findings_free(&fs);
	d.port.v[1].state = AMT_PORT_FILTERED;
	amt_device_judge(&d, &gone, &ctx, &fs);
	assert_int_equal(worst(&fs, "X.D22"), AMT_UNKNOWN);
	amt_findings_free(&fs);
	amt_device_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),      cmocka_unit_test(test_bad),
		cmocka_unit_test(test_nothing),   cmocka_unit_test(test_unprovisioned),
		cmocka_unit_test(test_every_row),
	};
	expect_usual();
	int rc = cmocka_run_group_tests_name("device_judge", tests, NULL, NULL);
	expect_free();
	return rc;
}
