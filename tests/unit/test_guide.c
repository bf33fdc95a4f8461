/* The catalogue's look-up, its predicates, and firmware versions. */
#include "amtdiag/guide.h"
#include "guide/predicate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void fw_parse(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} good[] = {
		{"3.2.1", "3.2.1"},
		{"11.8.50", "11.8.50"},
		{"16.1", "16.1"},
		{"9", "9"},
		{"v2.6", "2.6"},
		{"15.0-H", "15.0"},
		{"6.2.10.1022", "6.2.10.1022"},
		{"0.0.0.0", "0.0.0.0"},
		{"5.2.40a", "5.2.40"},
	};
	static const char *const bad[] = {
		"",
		"v",
		".",
		"3.",
		"3..2",
		"3.2.1.4.5",
		"three",
		"70000.1",
		"3.2.1 ",
		" 3",
		"3.2,1",
		"-1",
		"99999999999999999999",
		"15.0-H2",
	};
	struct amt_fw fw;
	struct amt_error err;
	char text[48];

	for (size_t i = 0; i < COUNT(good); i++) {
		assert_true(amt_fw_parse(good[i].in, &fw, NULL));
		assert_string_equal(amt_fw_format(&fw, text), good[i].out);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		fw = (struct amt_fw){1, 2, 3, 4};
		err.text[0] = '\0';
		if (amt_fw_parse(bad[i], &fw, &err))
			fail_msg("'%s' was taken for a version", bad[i]);
		assert_string_not_equal(err.text, "");
		assert_int_equal(fw.major, 1); /* untouched on error */
	}
}

static int compare(const char *a, const char *b)
{
	struct amt_fw x, y;
	assert_true(amt_fw_parse(a, &x, NULL));
	assert_true(amt_fw_parse(b, &y, NULL));
	int there = amt_fw_compare(&x, &y), back = amt_fw_compare(&y, &x);
	assert_int_equal(there, -back);
	return there;
}

static void fw_compare(void **state)
{
	(void)state;
	assert_true(compare("3.2.1", "3.2.2") < 0);
	assert_true(compare("3.10", "3.9") > 0);
	assert_true(compare("11.8", "11.8.50") == 0);
	assert_true(compare("11", "11.8.50") == 0);
	assert_true(compare("2.6.0", "11.8") < 0);
	assert_true(compare("6.2.10.1", "6.2.10.2") < 0);
}

static enum amt_tri below(const char *fw, const char *limit)
{
	struct amt_fw x, y;

	assert_true(amt_fw_parse(fw, &x, NULL) && amt_fw_parse(limit, &y, NULL));
	return amt_fw_below(&x, &y);
}

static void fw_below(void **state)
{
	(void)state;
	assert_true(below("3.2.0", "3.2.1") == AMT_YES && below("3.2.1", "3.2.1") == AMT_NO);
	assert_true(below("3.2", "3.2.1") == AMT_MAYBE && below("3", "3.2.1") == AMT_MAYBE);
	assert_true(below("2", "3.2.1") == AMT_YES && below("4", "3.2.1") == AMT_NO);
	assert_true(below("4", "4.0") == AMT_NO && below("3.9.9.9", "4") == AMT_YES);
	assert_true(below("11.8.50.1", "11.8.50") == AMT_NO);
}

static void look_up(void **state)
{
	(void)state;
	assert_true(amt_guide_count() >= 210);
	for (size_t i = 0; i < amt_guide_count(); i++) {
		const struct amt_item *item = amt_guide_at(i);
		assert_ptr_equal(amt_guide_find(item->id), item);
	}
	assert_null(amt_guide_at(amt_guide_count()));
	assert_ptr_equal(amt_guide_find("s3.c14"), amt_guide_find("S3.C14"));
	assert_string_equal(amt_guide_find("S3.C14")->id, "S3.C14");
	assert_null(amt_guide_find("S3.C1"));
	assert_null(amt_guide_find(""));
	assert_null(amt_guide_find("ZZ.99"));
	assert_null(amt_guide_find("A.00"));
}

static void walk(void **state)
{
	(void)state;
	const struct amt_item *item;
	size_t n = 0, seen = 0;

	for (size_t i = 0; (item = amt_guide_next(&i, -1, -1, 0));)
		n++;
	assert_int_equal(n, amt_guide_count());
	for (int stage = 0; stage <= AMT_STAGE_LAST; stage++) {
		n = 0;
		for (size_t i = 0; (item = amt_guide_next(&i, stage, -1, 0)); n++)
			assert_true(item->stages & AMT_STAGE_BIT(stage));
		assert_true(n > 0);
		assert_string_not_equal(amt_stage_title(stage), "");
	}
	for (int c = 0; c < AMT_COMP_COUNT; c++) {
		for (size_t i = 0; (item = amt_guide_next(&i, -1, c, 0)); seen++)
			assert_int_equal(item->component, c);
		assert_string_not_equal(amt_component_title((enum amt_component)c), "");
	}
	assert_int_equal(seen, amt_guide_count()); /* both views hold every row */
	for (unsigned tool = AMT_TOOL_HELLOCAP; tool <= AMT_TOOL_STAGE; tool <<= 1) {
		n = 0;
		for (size_t i = 0; (item = amt_guide_next(&i, -1, -1, tool)); n++)
			assert_true(item->tools & tool);
		assert_true(n > 0);
		if (tool == AMT_TOOL_STAGE)
			assert_int_equal(n, amt_guide_count());
	}
	assert_string_equal(amt_stage_title(8), "");
	assert_string_equal(amt_stage_title(-1), "");
}

/* Every row is whole: what --explain and the reports show of it is never empty. */
static void rows(void **state)
{
	(void)state;
	bool used[AMT_TRAIT_COUNT] = {false};

	for (size_t i = 0; i < amt_guide_count(); i++) {
		const struct amt_item *item = amt_guide_at(i);
		const char *const text[] = {item->title, item->why,     item->how,    item->inputs,
					    item->who,   item->applies, item->rule[3]};
		struct amt_error err;
		for (size_t j = 0; j < COUNT(text); j++)
			if (!text[j] || !*text[j])
				fail_msg("%s lacks text %zu", item->id, j);
		if (!item->rule[0] && !item->rule[1] && !item->rule[2])
			fail_msg("%s has no rule for pass, warn or fail", item->id);
		if (!item->actions[0] || !item->sources[0])
			fail_msg("%s has no action or no source", item->id);
		if (!item->stages || !(item->tools & AMT_TOOL_STAGE))
			fail_msg("%s has no stage, or not for amt-stage", item->id);
		if (strlen(item->title) > 80)
			fail_msg("%s: the title is too long for a table", item->id);
		if (!amt_predicate_check(item->applies, &err))
			fail_msg("%s: %s", item->id, err.text);
		for (unsigned t = 0; t < AMT_TRAIT_COUNT; t++)
			used[t] |= strstr(item->applies, amt_trait_name((enum amt_trait)t)) != NULL;
	}
	for (unsigned t = 0; t < AMT_TRAIT_COUNT; t++)
		if (!used[t])
			fail_msg("no row asks for %s", amt_trait_name((enum amt_trait)t));
}

/* Rows come in the order of the walk. */
static void order(void **state)
{
	(void)state;
	static const char *const ids[] = {"G.01",    "T.01",    "P.01",  "CK.04",  "S1.V01",
					  "S2.V01a", "S3.V01a", "PV.01", "S4.V01", "S5.V01",
					  "S6.V01",  "S7.V01",  "PV.25"};
	for (size_t i = 1; i < COUNT(ids); i++)
		assert_true(amt_guide_find(ids[i - 1]) < amt_guide_find(ids[i]));
	assert_ptr_equal(amt_guide_at(0), amt_guide_find("G.01"));
}

/* What a row needs is walked before it, so there are no rings. */
static void needs(void **state)
{
	(void)state;
	size_t n = 0, inferred = 0;

	for (size_t i = 0; i < amt_guide_count(); i++) {
		const struct amt_item *item = amt_guide_at(i);
		for (size_t k = 0; k < item->n_needs; k++, n++) {
			const struct amt_need *need = &item->needs[k];
			const struct amt_item *other = amt_guide_find(need->id);
			if (!other)
				fail_msg("%s needs %s, which is no row", item->id, need->id);
			unsigned low = item->stages >> 1 ? item->stages >> 1 : 1,
				 before = other->stages >> 1 ? other->stages >> 1 : 1;
			if ((before & -before) > (low & -low) ||
			    ((before & -before) == (low & -low) && other >= item))
				fail_msg("%s needs %s, which comes later", item->id, need->id);
			assert_int_equal(need->confirmed,
					 need->source[1] == 'D' || need->source[1] == 'G');
			inferred += !need->confirmed;
		}
	}
	assert_true(inferred > 0 && inferred < n);
}

static void traits(void **state)
{
	(void)state;
	for (unsigned i = 0; i < AMT_TRAIT_COUNT; i++) {
		enum amt_trait t;
		assert_true(amt_trait_parse(amt_trait_name((enum amt_trait)i), &t));
		assert_int_equal(t, i);
		assert_string_not_equal(amt_trait_meaning(t), "");
	}
	enum amt_trait t;
	assert_true(amt_trait_parse("Out-Of-Band", &t));
	assert_int_equal(t, AMT_TRAIT_OUT_OF_BAND);
	assert_false(amt_trait_parse("out of band", &t));
	assert_false(amt_trait_parse("", &t));
}

/* The context of the table below: pki and console yes, psk and webui no, the rest not told. */
static enum amt_tri ask(const char *text, const char *firmware, char *why, size_t size)
{
	struct amt_fw fw[4];
	struct amt_context ctx = {.firmware = fw};
	char list[64];

	ctx.trait[AMT_TRAIT_PKI] = ctx.trait[AMT_TRAIT_CONSOLE] = AMT_YES;
	ctx.trait[AMT_TRAIT_PSK] = ctx.trait[AMT_TRAIT_WEBUI] = AMT_NO;
	amt_str_copy(list, sizeof(list), firmware);
	for (char *p = list, *end; *p; p = end) {
		end = p + strcspn(p, " ");
		if (*end)
			*end++ = '\0';
		assert_true(amt_fw_parse(p, &fw[ctx.n_firmware++], NULL));
	}
	return amt_predicate(text, &ctx, why, size);
}

static const struct {
	const char *text, *firmware;
	enum amt_tri want;
	const char *why; /* a piece of the reason */
} predicate_table[] = {
	{"always", "", AMT_YES, ""},
	{"pki", "", AMT_YES, "certificate"},
	{"psk", "", AMT_NO, "not so that"},
	{"sol", "", AMT_MAYBE, "not known whether serial-over-LAN"},
	{"!pki", "", AMT_NO, "here, clients"},
	{"!psk", "", AMT_YES, ""},
	{"!sol", "", AMT_MAYBE, "sol"},
	{"!!pki", "", AMT_YES, ""},
	/* all of */
	{"pki; console", "", AMT_YES, ""},
	{"pki; psk", "", AMT_NO, "psk"},
	{"pki; sol", "", AMT_MAYBE, "sol"},
	{"sol; psk", "", AMT_NO, "psk"},
	{"psk; webui", "", AMT_NO, "webui"},
	/* any of */
	{"pki | psk", "", AMT_YES, "pki"},
	{"psk | webui", "", AMT_NO, "psk"},
	{"psk | sol", "", AMT_MAYBE, "sol"},
	{"sol | pki", "", AMT_YES, "pki"},
	/* "|" binds closer than ";" */
	{"psk; sol | pki", "", AMT_NO, "psk"},
	{"pki; psk | console", "", AMT_YES, ""},
	{"psk | (pki; console)", "", AMT_YES, ""},
	{"(psk; sol) | console", "", AMT_YES, "console"},
	{"!(psk | webui)", "", AMT_YES, ""},
	{"!(psk | sol)", "", AMT_MAYBE, ""},
	{" pki ;\tconsole ", "", AMT_YES, ""},
	/* firmware */
	{"fw>=4.0", "4.0", AMT_YES, "firmware 4.0 is >=4.0"},
	{"fw>=4.0", "3.2.1", AMT_NO, "firmware 3.2.1 is not >=4.0"},
	{"fw >= 4.0", "11.8.50", AMT_YES, ""},
	{"fw>=4.0", "", AMT_MAYBE, "firmware is not known"},
	{"fw>=4.0", "4", AMT_YES, ""},
	{"fw<3.2.1", "3.2.0", AMT_YES, ""},
	{"fw<3.2.1", "3.2.1", AMT_NO, ""},
	{"fw<3.2.1", "3.2", AMT_MAYBE, "closely"},
	{"fw<3.2.1", "3", AMT_MAYBE, "closely"},
	{"fw<3.2.1", "2", AMT_YES, ""},
	{"fw=3.2", "3.2.1", AMT_YES, ""},
	{"fw=3.2.1", "3.2", AMT_MAYBE, ""},
	{"fw<=3.2", "3.2.9", AMT_YES, ""},
	{"fw>3.2", "3.2.9", AMT_NO, ""},
	{"fw 2.2..2.6", "2.2", AMT_YES, ""},
	{"fw 2.2..2.6", "2.6.10", AMT_YES, ""},
	{"fw 2.2..2.6", "2.1.9", AMT_NO, ""},
	{"fw 2.2..2.6", "3.0", AMT_NO, ""},
	{"fw 2.2..2.6", "2", AMT_MAYBE, ""},
	{"!fw>=4.0", "3.2.1", AMT_YES, ""},
	/* several versions: one is enough, and they are not mixed up */
	{"fw<3.2.1", "3.2.1 2.6", AMT_YES, "2.6"},
	{"fw<3.2.1", "4.0 5.0", AMT_NO, "5.0"},
	{"fw<3.2.1", "4.0 3.2", AMT_MAYBE, ""},
	{"fw>=4.0; fw<3.2.1", "4.0 2.6", AMT_NO, ""},
	{"pki; fw=2.2 | fw=2.6", "2.6.2 11.8", AMT_YES, ""},
};

static void predicates(void **state)
{
	(void)state;
	char why[200];

	for (size_t i = 0; i < COUNT(predicate_table); i++) {
		struct amt_error err;
		if (!amt_predicate_check(predicate_table[i].text, &err))
			fail_msg("%s", err.text);
		enum amt_tri got =
			ask(predicate_table[i].text, predicate_table[i].firmware, why, sizeof(why));
		if (got != predicate_table[i].want)
			fail_msg("'%s' for firmware '%s' is %d, not %d", predicate_table[i].text,
				 predicate_table[i].firmware, (int)got,
				 (int)predicate_table[i].want);
		if (!strstr(why, predicate_table[i].why))
			fail_msg("'%s' says '%s', not '%s'", predicate_table[i].text, why,
				 predicate_table[i].why);
		assert_int_equal(ask(predicate_table[i].text, predicate_table[i].firmware, NULL, 0),
				 got);
	}
	assert_int_equal(amt_predicate("pki", NULL, NULL, 0), AMT_MAYBE);
}

static void bad_predicates(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		";",
		"pki;",
		"pki |",
		"| pki",
		"pki psk",
		"(pki",
		"pki)",
		"!",
		"()",
		"nonsense",
		"pki, psk",
		"fw",
		"fw>=",
		"fw>=x",
		"fw 2.2",
		"fw 2.2..",
		"fw 2.2.. 2.6",
		"fw==3",
		"fw>=1.2.3.4.5",
		"PKI & PSK",
		"always always",
		"a-word-that-is-much-longer-than-any-trait-there-is",
		"((((((((((((((((((((((pki))))))))))))))))))))))",
		"!!!!!!!!!!!!!!!!!!!!!!!!!pki",
	};
	struct amt_context ctx = {0};
	char why[200];

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct amt_error err = {0};
		if (amt_predicate_check(bad[i], &err))
			fail_msg("'%s' was taken for a predicate", bad[i]);
		assert_string_not_equal(err.text, "");
		assert_int_equal(amt_predicate(bad[i], &ctx, why, sizeof(why)), AMT_MAYBE);
		assert_string_not_equal(why, "");
	}
}

static void when(void **state)
{
	(void)state;
	static const struct {
		const char *applies, *words;
	} table[] = {
		{"always", "always"},
		{"sol", "serial-over-LAN is used"},
		{"console; sol | ider",
		 "the out of band console is used; and serial-over-LAN is used, "
		 "or IDE redirection is used"},
		{"!webui", "not: the AMT web interface is used"},
		{"fw<3.2.1", "the firmware is below 3.2.1"},
		{"fw >= 4.0", "the firmware is 4.0 or later"},
		{"fw=2", "the firmware is 2"},
		{"(fw 2.2..2.6)", "(the firmware is 2.2 to 2.6)"},
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct amt_item item = {.applies = table[i].applies};
		struct amt_buf out;
		amt_buf_init(&out, AMT_KIB);
		assert_true(amt_item_when(&item, &out));
		assert_string_equal(amt_buf_cstr(&out), table[i].words);
		amt_buf_free(&out);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fw_parse),   cmocka_unit_test(fw_compare),
		cmocka_unit_test(fw_below),   cmocka_unit_test(look_up),
		cmocka_unit_test(walk),       cmocka_unit_test(rows),
		cmocka_unit_test(order),      cmocka_unit_test(traits),
		cmocka_unit_test(predicates), cmocka_unit_test(bad_predicates),
		cmocka_unit_test(when),       cmocka_unit_test(needs),
	};
	return cmocka_run_group_tests_name("guide", tests, NULL, NULL);
}
