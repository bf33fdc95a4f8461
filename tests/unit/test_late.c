/* Libraries that are loaded at their first use. */
#include "amtdiag/core.h"
#include "amtdiag/core/late.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "late_xml2.h"

static void a_function_of_a_library(void **state)
{
	static const char *const names[] = {"zlibVersion", "adler32", NULL};
	struct {
		const char *(*version)(void);
		unsigned long (*adler)(unsigned long, const unsigned char *, unsigned);
	} at = {0};
	struct amt_late zlib = {"libz.so.1", "zlib1g", names, &at, false, NULL};
	struct amt_error err = {0};

	(void)state;
	assert_true(amt_late_load(&zlib, &err));
	assert_true(zlib.loaded);
	assert_int_equal(at.version()[0], '1');
	assert_int_equal(at.adler(1, (const unsigned char *)"a", 1), 0x620062);
}

static void what_is_missing_is_named(void **state)
{
	static const char *const names[] = {"zlibVersion", "no_such_function", NULL};
	void *at[2];
	struct amt_late none = {"libnothere.so.9", "libnothere9", names, at, false, NULL};
	struct amt_late lacks = {"libz.so.1", "zlib1g", names, at, false, NULL};
	struct amt_error err = {0};

	(void)state;
	assert_false(amt_late_load(&none, &err));
	assert_non_null(strstr(err.text, "libnothere.so.9"));
	assert_non_null(strstr(err.text, "package libnothere9"));
	assert_false(amt_late_load(&lacks, &err));
	assert_non_null(strstr(err.text, "no_such_function"));
	assert_false(lacks.loaded);
}

/* Through the generated header: functions and a variable. */
static void a_call_loads_it(void **state)
{
	(void)state;
	xmlParserCtxt *ctxt = xmlNewParserCtxt();
	assert_non_null(ctxt);
	assert_true(late_xml2.loaded);
	xmlDoc *doc = xmlCtxtReadMemory(ctxt, "<a>b</a>", 8, NULL, NULL, 0);
	xmlChar *text = xmlNodeGetContent(xmlDocGetRootElement(doc));
	assert_string_equal((char *)text, "b");
	xmlFree(text);
	xmlFreeDoc(doc);
	xmlFreeParserCtxt(ctxt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_of_a_library),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(a_call_loads_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
