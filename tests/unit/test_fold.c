/* Folding: one wording over many subjects is one finding, nothing said is lost, order of portions
 * is of no account. */
#include "amtdiag/walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void add(struct amt_findings *fs, const char *id, enum amt_verdict v, const char *subject,
		const char *summary)
{
	struct amt_finding *f = amt_finding_add(fs, id, v, subject, "%s", summary);

	amt_finding_evidence(fs, f, subject, "line 1", "%s", summary);
}

static void fourteen_are_one(void **state)
{
	struct amt_findings fs = {0}, out = {0};
	struct amt_folder fold = {.out = &out};
	char name[40], text[100];

	(void)state;
	for (int i = 1; i <= 14; i++) {
		snprintf(name, sizeof(name), "pc%02d.contoso.com", i);
		snprintf(text, sizeof(text), "pc%02d finds no ProvisionServer within %d ms", i,
			 i * 100);
		add(&fs, "S1.V01", AMT_FAIL, name, text);
	}
	add(&fs, "S1.V01", AMT_FAIL, "pc20.contoso.com", "pc20 was not asked");
	add(&fs, "S1.V01", AMT_PASS, "pc21.contoso.com",
	    "pc21 finds no ProvisionServer within 1 ms");
	add(&fs, "S1.V01", AMT_FAIL, "", "the site finds no ProvisionServer within 1 ms");
	add(&fs, "S1.V01", AMT_FAIL, "pc03.contoso.com",
	    "pc03 finds no ProvisionServer within 9 ms");
	amt_fold_add(&fold, &fs);
	assert_int_equal(out.list.n, 5);
	const struct amt_finding *f = out.list.v[0];
	assert_int_equal(f->subjects.n, 14);
	assert_int_equal(f->evidence.n, 14);
	assert_string_equal(f->subject, "pc01.contoso.com");
	assert_string_equal(f->subjects.v[0].name, "pc01.contoso.com");
	assert_null(f->subjects.v[0].summary);
	assert_string_equal(f->subjects.v[13].name, "pc14.contoso.com");
	assert_string_equal(f->subjects.v[13].summary, text);
	for (size_t i = 1; i < out.list.n; i++)
		assert_int_equal(out.list.v[i]->subjects.n, 0);
	amt_folder_free(&fold);
	amt_findings_free(&fs);
	amt_findings_free(&out);
}

static char *folded(struct amt_findings *fs, size_t portion)
{
	struct amt_findings out = {0};
	struct amt_folder fold = {.out = &out};

	for (size_t i = 0; i < fs->list.n; i += portion) {
		struct amt_findings part = {0};
		for (size_t k = i; k < i + portion && k < fs->list.n; k++)
			amt_finding_copy(&part, fs->list.v[k], fs->list.v[k]->verdict,
					 fs->list.v[k]->summary);
		amt_fold_add(&fold, &part);
		amt_findings_free(&part);
	}
	json_t *j = amt_findings_to_json(&out);
	char *text = json_dumps(j, JSON_COMPACT);
	struct amt_findings back = {0};
	assert_true(amt_findings_from_json(j, &back, NULL));
	json_t *again = amt_findings_to_json(&back);
	assert_true(json_equal(j, again));
	json_decref(j);
	json_decref(again);
	amt_findings_free(&back);
	amt_folder_free(&fold);
	amt_findings_free(&out);
	return text;
}

static void portions_do_not_matter(void **state)
{
	static const char *const ids[] = {"S1.V01", "S2.C10", "S3.C14", "S3.V01a"};
	static const char *const says[] = {"all is well here", "0x8009%04x is what it says",
					   "%d seconds off", "the port 169%02d is closed"};
	struct amt_findings fs = {0};
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		char name[40], text[100];
		seed = seed * 1103515245u + 12345u;
		unsigned r = seed >> 8;
		snprintf(name, sizeof(name), "pc%u", r % 500);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
		snprintf(text, sizeof(text), says[r / 7 % 4], r % 97);
#pragma GCC diagnostic pop
		add(&fs, ids[r / 31 % 4], (enum amt_verdict)(r / 127 % AMT_VERDICTS), name, text);
	}
	char *whole = folded(&fs, fs.list.n);
	static const size_t portions[] = {1, 7, 500};
	for (size_t i = 0; i < 3; i++) {
		char *parts = folded(&fs, portions[i]);
		assert_string_equal(whole, parts);
		free(parts);
	}
	free(whole);
	amt_findings_free(&fs);
}

/* Subjects of one finding that wait for different things go apart, and say for what. */
static void the_walk_parts_what_waits(void **state)
{
	struct amt_findings seen = {0}, fs = {0}, out = {0};
	struct amt_folder fold = {.out = &seen};
	struct walk_fleet fleet = {0};
	struct amt_context ctx = {0};
	struct walk walk;
	static const char *const names[] = {"pc1", "pc2", "pc3"};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		walk_fleet_add(&fleet, &names[i], 1, true);
	add(&fs, "S2.C10", AMT_FAIL, "pc1", "pc1 sends no hello");
	add(&fs, "S2.C10", AMT_FAIL, "pc2", "pc2 sends no hello");
	for (size_t i = 0; i < 3; i++)
		add(&fs, "S3.C14", AMT_WARN, names[i], "is slow");
	amt_fold_add(&fold, &fs);
	struct walk_input in = {&seen, &ctx, NULL, 0};
	walk_run(&in, &fleet, &out, &walk);
	size_t waiting = 0, warned = 0;
	for (size_t i = 0; i < out.list.n; i++) {
		const struct amt_finding *f = out.list.v[i];
		if (strcmp(f->item->id, "S3.C14") != 0)
			continue;
		if (f->verdict == AMT_SKIPPED) {
			waiting = f->subjects.n;
			assert_string_equal(f->because_id, "S2.C10");
			assert_string_equal(f->because_subject, "pc1");
		} else {
			assert_int_equal(f->verdict, AMT_WARN);
			assert_string_equal(f->subject, "pc3");
			warned++;
		}
	}
	assert_int_equal(waiting, 2);
	assert_int_equal(warned, 1);
	assert_int_equal(fleet.clients.v[1].broken_stage, 2);
	assert_string_equal(fleet.clients.v[1].broken_summary, "pc2 sends no hello");
	assert_int_equal(fleet.clients.v[2].broken_stage, 0);
	assert_ptr_equal(walk.broken, fleet.clients.v[0].broken);
	amt_folder_free(&fold);
	amt_findings_free(&seen);
	amt_findings_free(&fs);
	amt_findings_free(&out);
	walk_fleet_free(&fleet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fourteen_are_one),
		cmocka_unit_test(portions_do_not_matter),
		cmocka_unit_test(the_walk_parts_what_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
