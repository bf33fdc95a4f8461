/* Exports of other programs give the same facts as asking does. */
#include "device/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void load(struct amt_device *d, const char *name)
{
	struct amt_buf b;
	struct amt_error err = {0};
	char path[256];

	amt_buf_init(&b, AMT_MIB);
	amt_device_init(d, "pc1");
	snprintf(path, sizeof(path), "captures/%s", name);
	if (!amt_file_read(path, &b, &err) ||
	    !amt_device_import(d, name, amt_buf_cstr(&b), b.len, &err))
		fail_msg("%s", err.text);
	amt_buf_free(&b);
}

static void firmware(const struct amt_device *d, const char *want)
{
	struct amt_fw fw;
	char text[48];

	assert_true(amt_device_firmware(d, &fw, NULL));
	assert_string_equal(amt_fw_format(&fw, text), want);
}

static void test_cim(void **state)
{
	struct amt_device d;

	(void)state;
	load(&d, "exports/cim-intel-me.json");
	firmware(&d, "11.8.50.3425");
	assert_int_equal(d.hash.n, 1);
	assert_string_equal(d.hash.v[0].data,
			    "c3846bf24b9e93ca64274c0ec67c1ecc5e024ffcacd2d74019350e81fe546ae4");
	assert_int_equal(d.hash.v[0].enabled, AMT_YES);
	assert_int_equal(d.setup.n, 1);
	assert_int_equal(d.setup.v[0].provisioning_state, 2);
	assert_int_equal(d.setup.v[0].zero_touch, AMT_YES);
	assert_string_equal(d.setup.v[0].trusted_suffix, "example.test");
	assert_int_equal(d.ethernet.v[0].link_policy.v[1], 14);
	assert_string_equal(d.source[AMT_DEVC_hash].where, "exports/cim-intel-me.json");
	amt_device_free(&d);
}

static void test_scs(void **state)
{
	struct amt_device d;

	(void)state;
	load(&d, "exports/scs-discovery.xml");
	firmware(&d, "9.5.15.1730");
	assert_int_equal(d.setup.v[0].provisioning_mode, 4);
	assert_int_equal(d.setup.v[0].provisioning_state, 2);
	assert_int_equal(d.hash.n, 2);
	assert_string_equal(d.hash.v[1].description, "Old root");
	assert_int_equal(d.hash.v[1].enabled, AMT_NO);
	assert_string_equal(d.general.v[0].os_fqdn, "pc9");
	amt_device_free(&d);
	load(&d, "exports/scs-discovery.reg");
	firmware(&d, "8.1.40.1416");
	assert_int_equal(d.setup.v[0].provisioning_mode, 1);
	amt_device_free(&d);
}

/* As .NET writes it: UTF-16 that says so, and the same made UTF-8 by an editor. */
static void test_utf16(void **state)
{
	static const char xml[] = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n"
				  "<SystemDiscovery><ManageabilityInfo><FWVersion>8.1.40.1456"
				  "</FWVersion></ManageabilityInfo></SystemDiscovery>";
	char wide[2 + 2 * sizeof(xml)] = "\xff\xfe", marked[sizeof(xml) + 3] = "\xef\xbb\xbf";
	const struct {
		const char *text;
		size_t len;
	} as[] = {{wide, 2 * sizeof(xml)}, {xml, sizeof(xml) - 1}, {marked, sizeof(xml) + 2}};

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(xml); i++)
		wide[2 + 2 * i] = xml[i];
	memcpy(marked + 3, xml, sizeof(xml));
	for (size_t i = 0; i < sizeof(as) / sizeof(as[0]); i++) {
		struct amt_device d;
		struct amt_error err = {0};
		amt_device_init(&d, "pc1");
		if (!amt_device_import(&d, "scs.xml", as[i].text, as[i].len, &err))
			fail_msg("%zu: %s", i, err.text);
		firmware(&d, "8.1.40.1456");
		amt_device_free(&d);
	}
}

static void test_amtinfo(void **state)
{
	struct amt_device d;

	(void)state;
	load(&d, "exports/rpc-amtinfo.json");
	firmware(&d, "16.1.25.2049");
	assert_string_equal(d.uuid.v[0].uuid, "55e3ae13-bfd2-61bb-17a0-88aedd7037ea");
	assert_int_equal(d.setup.v[0].provisioning_mode, 1);
	assert_string_equal(d.ethernet.v[0].address, "192.0.2.17");
	assert_int_equal(d.ethernet.v[1].connection, 3);
	assert_int_equal(d.hash.v[0].is_default, AMT_YES);
	assert_int_equal(strlen(d.hash.v[0].data), 64);
	amt_device_free(&d);
}

/* rpc-go's words for the control mode, "unknown state" among them. */
static void test_control_mode(void **state)
{
	static const struct {
		const char *words;
		int64_t provisioned, mode;
	} rows[] = {
		{"pre-provisioning state", 0, AMT_DEV_NONE},
		{"not activated", 0, AMT_DEV_NONE},
		{"activated in client control mode", 2, 4},
		{"activated in admin control mode", 2, 1},
		{"unknown state", AMT_DEV_NONE, AMT_DEV_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct amt_device d;
		struct amt_error err;
		char text[160];

		snprintf(text, sizeof(text),
			 "{\"amt\":\"16.1.25\",\"controlMode\":\"%s\",\"wiredAdapter\":{"
			 "\"linkStatus\":\"unknown\"}}",
			 rows[i].words);
		amt_device_init(&d, "pc1");
		assert_true(amt_device_import(&d, "amtinfo.json", text, strlen(text), &err));
		assert_true(d.setup.v[0].provisioning_state == rows[i].provisioned);
		assert_true(d.setup.v[0].provisioning_mode == rows[i].mode);
		assert_int_equal(d.ethernet.v[0].link_up, AMT_MAYBE);
		amt_device_free(&d);
	}
}

static void test_meshcommander(void **state)
{
	struct amt_device d;

	(void)state;
	load(&d, "exports/meshcommander-state.json");
	firmware(&d, "11.8.50.3425");
	assert_string_equal(d.general.v[0].host_name, "pc1");
	assert_int_equal(d.general.v[0].privacy, 0);
	assert_string_equal(d.scheme.v[0].guid, "7286abac96b448e29b9e9b7df91c7fd4");
	amt_device_free(&d);
}

/* Field by field, what an export says of a record must be said of one record that was asked for.
 * Hash types are numbered differently by interface (handbook 3.3); SCS tells the host name alone.
 */
static size_t same_record(const char *class, const json_t *told, const json_t *asked)
{
	size_t n = 0;
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)told, key, v)
	{
		const json_t *w = json_object_get(asked, key);
		const char *a = json_string_value(v), *b = json_string_value(w);
		if (strcmp(class, "hash") == 0 && strcmp(key, "type") == 0)
			continue;
		if (strcmp(key, "os_fqdn") == 0 && a && b && !strncmp(a, b, strcspn(b, ".")))
			n++;
		else if (json_equal(v, w))
			n++;
		else
			return 0;
	}
	return n;
}

static size_t same_class(const char *name, const char *class, const json_t *told,
			 const json_t *asked)
{
	size_t all = 0, i, k;
	json_t *r, *s;

	json_array_foreach((json_t *)(uintptr_t)told, i, r)
	{
		size_t n = 0;
		json_array_foreach((json_t *)(uintptr_t)asked, k, s) if (!n) n =
			same_record(class, r, s);
		if (!n)
			fail_msg("%s: record %zu of %s is none of those asked: %s", name, i, class,
				 json_dumps(r, 0));
		all += n;
	}
	return all;
}

/* One device, asked over WS-MAN (asked.json) and exported by five programs: the same facts. The
 * numbers are facts compared, so that none is lost in silence. */
static void test_same(void **state)
{
	static const struct {
		const char *name;
		size_t facts;
	} exports[] = {{"cim.json", 25},
		       {"scs.xml", 9},
		       {"scs.reg", 9},
		       {"amtinfo.json", 20},
		       {"meshcommander.json", 40}};
	json_t *asked = json_load_file("captures/exports/same/asked.json", 0, NULL);
	struct amt_device d;

	(void)state;
	assert_true(amt_device_from_json(asked, &d, NULL));
	firmware(&d, "11.8.50.3425");
	amt_device_free(&d);
	for (size_t i = 0; i < sizeof(exports) / sizeof(exports[0]); i++) {
		char name[64];
		size_t facts = 0;
		const char *class;
		json_t *v;
		snprintf(name, sizeof(name), "exports/same/%s", exports[i].name);
		load(&d, name);
		firmware(&d, "11.8.50.3425");
		json_t *told = amt_device_to_json(&d);
		json_object_foreach(json_object_get(told, "classes"), class,
				    v) if (strcmp(class, "software") != 0) facts +=
			same_class(
				name, class, json_object_get(v, "records"),
				json_object_get(
					json_object_get(json_object_get(asked, "classes"), class),
					"records"));
		if (facts != exports[i].facts)
			fail_msg("%s: %zu facts instead of %zu", name, facts, exports[i].facts);
		assert_int_equal(d.notes.n, 0);
		json_decref(told);
		amt_device_free(&d);
	}
	json_decref(asked);
}

static void test_reply(void **state)
{
	struct amt_device d;

	(void)state;
	load(&d, "wsman/amt-kerberos-get.xml");
	assert_int_equal(d.kerberos.v[0].enabled, AMT_NO);
	assert_int_equal(d.source[AMT_DEVC_kerberos].state, AMT_DEV_READ);
	amt_device_free(&d);
}

/* An export is judged like a device: what it does not hold is not judged. */
static void test_judged(void **state)
{
	struct amt_findings fs = {0};
	struct amt_context ctx = {.now = INT64_C(1767225600) * AMT_SECOND};
	struct amt_device d;
	size_t fails = 0;

	(void)state;
	load(&d, "exports/scs-discovery.xml");
	amt_device_judge(&d, NULL, &ctx, &fs);
	for (size_t i = 0; i < fs.list.n; i++)
		fails += fs.list.v[i]->verdict == AMT_FAIL &&
			 (strcmp(fs.list.v[i]->item->id, "X.D06") == 0 ||
			  strcmp(fs.list.v[i]->item->id, "S2.C11a") == 0);
	assert_int_equal(fails, 2); /* 9.5.15 has the hole; client control mode */
	amt_findings_free(&fs);
	amt_device_free(&d);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"", "neither JSON"},
		{"hello", "neither JSON"},
		{"{\"a\":", "line 1"},
		{"{\"a\":1}", "nothing in it"},
		{"<a/>", "nothing in it"},
		{"<!DOCTYPE a><a/>", "document type"},
		{"REGEDIT4\r\n[x]\r\n\"a\"=\"b\"\r\n", "without SCS"},
		{"\xff\xfe"
		 "a",
		 "neither JSON"},
	};
	struct amt_error err;
	struct amt_device d;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		amt_device_init(&d, "x");
		assert_false(amt_device_import(&d, "f", rows[i].text, strlen(rows[i].text), &err));
		if (!strstr(err.text, rows[i].why))
			fail_msg("%zu: %s", i, err.text);
		amt_device_free(&d);
	}
	/* A file that nobody should keep: told, and its secret not taken. */
	static const char secret[] =
		"{\"CimClass\":\"root/Intel_ME:OOB_Service\",\"FWVersion\":\"9.1\","
		"\"GetLocalAdminCredentials\":{\"Password\":\"hunter2\"}}";
	amt_device_init(&d, "x");
	assert_true(amt_device_import(&d, "f", secret, strlen(secret), &err));
	assert_non_null(strstr(d.notes.v[0], "destroyed"));
	json_t *j = amt_device_to_json(&d);
	char *text = json_dumps(j, 0);
	assert_null(strstr(text, "hunter2"));
	free(text);
	json_decref(j);
	amt_device_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cim),          cmocka_unit_test(test_scs),
		cmocka_unit_test(test_utf16),        cmocka_unit_test(test_amtinfo),
		cmocka_unit_test(test_control_mode), cmocka_unit_test(test_meshcommander),
		cmocka_unit_test(test_same),         cmocka_unit_test(test_reply),
		cmocka_unit_test(test_judged),       cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests_name("device_import", tests, NULL, NULL);
}
