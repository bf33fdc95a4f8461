/* The walk: order, blocking, answers, clients, causes before symptoms. */
#include "amtdiag/walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct scene {
	struct amt_findings seen, out;
	struct amt_context ctx;
	struct site_answers answers;
	struct walk_fleet fleet;
	struct walk walk;
};

static int begin(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	static const char *const pc1[] = {"pc1.contoso.com", "pc1",
					  "C284DE32-F287-11DC-BBDA-C4A11E4B001C"};
	static const char *const pc2[] = {"pc2.contoso.com", "00-1E-0B-00-00-02", "192.0.2.12"};

	walk_fleet_add(&s->fleet, pc1, 3, true);
	walk_fleet_add(&s->fleet, pc2, 3, true);
	*state = s;
	return 0;
}

static int end(void **state)
{
	struct scene *s = *state;

	amt_findings_free(&s->seen);
	amt_findings_free(&s->out);
	site_answers_free(&s->answers);
	walk_fleet_free(&s->fleet);
	free(s);
	return 0;
}

static void go(struct scene *s, unsigned stages)
{
	struct walk_input in = {&s->seen, &s->ctx, &s->answers, stages};

	walk_run(&in, &s->fleet, &s->out, &s->walk);
}

static void see(struct scene *s, const char *id, enum amt_verdict v, const char *subject)
{
	struct amt_finding *f = amt_finding_add(&s->seen, id, v, subject, "measured");

	amt_finding_evidence(&s->seen, f, "file", "line 1", "text");
}

static const struct amt_finding *find(const struct scene *s, const char *id, const char *subject)
{
	for (size_t i = 0; i < s->out.list.n; i++)
		if (!strcmp(s->out.list.v[i]->item->id, id) &&
		    !strcmp(s->out.list.v[i]->subject, subject))
			return s->out.list.v[i];
	return NULL;
}

static void every_row_is_answered_once(void **state)
{
	struct scene *s = *state;

	go(s, 0);
	assert_int_equal(s->out.list.n, amt_guide_count());
	for (size_t i = 0; i < s->out.list.n; i++)
		assert_true(s->out.list.v[i]->verdict == AMT_UNKNOWN ||
			    s->out.list.v[i]->verdict == AMT_NA);
	assert_int_equal(s->walk.broken_stage, 0);
}

static void the_site_blocks_everybody(void **state)
{
	struct scene *s = *state;

	see(s, "S3.C14", AMT_FAIL, "CN=provisioning");
	see(s, "S4.V01", AMT_WARN, "pc1.contoso.com");
	see(s, "S5.V01", AMT_PASS, "pc1.contoso.com");
	go(s, 0);
	assert_int_equal(s->walk.broken_stage, 3);
	assert_string_equal(s->walk.broken->item->id, "S3.C14");
	const struct amt_finding *f = find(s, "S4.V01", "pc1.contoso.com");
	assert_int_equal(f->verdict, AMT_SKIPPED);
	assert_non_null(
		strstr(f->summary, "waits for stage 3 (S3.C14); seen meanwhile: warn: measured"));
	assert_int_equal(f->evidence.n, 1); /* nothing read so far is lost */
	assert_int_equal(find(s, "S5.V01", "pc1.contoso.com")->verdict, AMT_PASS);
	assert_int_equal(s->walk.stages[3].verdict, AMT_FAIL);
	assert_int_equal(s->walk.stages[6].verdict, AMT_SKIPPED);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(s->fleet.clients.v[i].broken_stage, 3);
}

static void a_client_blocks_itself_only(void **state)
{
	struct scene *s = *state;

	see(s, "S2.V01a", AMT_FAIL, "C284DE32-F287-11DC-BBDA-C4A11E4B001C");
	see(s, "S3.V01a", AMT_FAIL, "pc1");
	see(s, "S3.V01a", AMT_PASS, "192.0.2.12");
	go(s, 0);
	const struct walk_client *pc1 = &s->fleet.clients.v[0], *pc2 = &s->fleet.clients.v[1];
	assert_int_equal(pc1->broken_stage, 2);
	assert_string_equal(pc1->broken->item->id, "S2.V01a");
	assert_int_equal(pc2->broken_stage, 0);
	assert_int_equal(pc2->stage_reached, 3);
	assert_int_equal(find(s, "S3.V01a", "pc1")->verdict, AMT_SKIPPED);
	assert_int_equal(find(s, "S3.V01a", "192.0.2.12")->verdict, AMT_PASS);
	assert_int_equal(s->walk.broken_stage, 2); /* the first broken thing of anybody */
	assert_int_equal(pc1->stage[3], AMT_SKIPPED);
	assert_int_equal(pc2->stage[3], AMT_PASS);
}

static void causes_go_before_symptoms(void **state)
{
	struct scene *s = *state;

	see(s, "S2.V01a", AMT_FAIL, "pc1");
	see(s, "S2.C05", AMT_FAIL, "pc1");
	go(s, 0);
	assert_string_equal(s->fleet.clients.v[0].broken->item->id, "S2.C05");
	assert_string_equal(s->walk.broken->item->id, "S2.C05");
}

static void the_step_goes_before_the_sum(void **state)
{
	struct scene *s = *state;

	see(s, "S3.V01a", AMT_FAIL, "pc1.contoso.com");
	see(s, "PV.13", AMT_FAIL, "pc1.contoso.com");
	see(s, "S3.V01f", AMT_FAIL, "pc1.contoso.com");
	see(s, "CK.13", AMT_FAIL, "pc1");
	go(s, 0);
	assert_string_equal(s->fleet.clients.v[0].broken->item->id, "S3.V01f");
	assert_string_equal(find(s, "S3.V01a", "pc1.contoso.com")->because_id, "S3.V01f");
	assert_string_equal(find(s, "CK.13", "pc1")->because_id, "S3.V01f");
	assert_true(!find(s, "S3.V01f", "pc1.contoso.com")->because_id);
}

static void what_is_of_no_matter_breaks_nobody(void **state)
{
	struct scene *s = *state;
	const struct amt_fw later = {5, 2};

	s->ctx.trait[AMT_TRAIT_SP2] = AMT_NO;
	s->ctx.firmware = &later;
	s->ctx.n_firmware = 1;
	see(s, "P.10", AMT_FAIL, "pc1.contoso.com");
	see(s, "S3.C16", AMT_FAIL, "pc2.contoso.com");
	go(s, 0);
	assert_int_equal(find(s, "P.10", "pc1.contoso.com")->verdict, AMT_NA);
	assert_int_equal(s->fleet.clients.v[0].broken_stage, 0);
	/* but firmware that was seen counts more than the list */
	assert_int_equal(s->fleet.clients.v[1].broken_stage, 3);
}

static void answers_count_where_nothing_was_measured(void **state)
{
	struct scene *s = *state;

	site_answer_set(&s->answers, "S1.V01", "", AMT_YES, "by the book");
	site_answer_set(&s->answers, "S1.V02a", "", AMT_NO, NULL);
	site_answer_set(&s->answers, "S2.V01a", "", AMT_NO, NULL);
	see(s, "S2.V01a", AMT_PASS, "pc2");
	go(s, 0);
	assert_int_equal(find(s, "S1.V01", "")->verdict, AMT_PASS);
	assert_non_null(strstr(find(s, "S1.V01", "")->summary, "by the book"));
	assert_int_equal(find(s, "S1.V02a", "")->verdict, AMT_FAIL);
	assert_null(find(s, "S2.V01a", "")); /* measured: the answer does not count */
}

static void rows_that_do_not_apply_are_na(void **state)
{
	struct scene *s = *state;

	s->ctx.trait[AMT_TRAIT_OUT_OF_BAND] = AMT_NO;
	go(s, 0);
	const struct amt_finding *f = find(s, "T.04", "");
	assert_int_equal(f->verdict, AMT_NA);
	assert_non_null(strstr(f->summary, "out-of-band"));
}

static void only_the_stages_asked_for(void **state)
{
	struct scene *s = *state;

	go(s, AMT_STAGE_BIT(4));
	assert_true(s->walk.stages[4].walked);
	assert_false(s->walk.stages[3].walked);
	for (size_t i = 0; i < s->out.list.n; i++)
		assert_int_equal(walk_stage_of(s->out.list.v[i]->item), 4);
}

static void names_of_one_computer_meet(void **state)
{
	struct scene *s = *state;
	static const char *const again[] = {"", NULL, "00:1e:0b:00:00:02", "PC2.CONTOSO.COM.",
					    "new-name"};

	assert_int_equal(walk_fleet_add(&s->fleet, again, 5, false), 1);
	assert_int_equal(s->fleet.clients.n, 2);
	assert_ptr_equal(walk_fleet_find(&s->fleet, "new-name"), &s->fleet.clients.v[1]);
	assert_ptr_equal(walk_fleet_find(&s->fleet, "pc1.contoso.com (192.0.2.9)"),
			 &s->fleet.clients.v[0]);
	assert_null(walk_fleet_find(&s->fleet, ""));
	assert_null(walk_fleet_find(&s->fleet, "CN=pc1"));
}

static void an_unmeasured_row_waits_for_what_it_needs(void **state)
{
	struct scene *s = *state;

	see(s, "S1.V07", AMT_FAIL, "OU=AMT,DC=contoso,DC=com");
	see(s, "S1.V07b", AMT_UNKNOWN, "CM1");
	see(s, "S3.V03a", AMT_UNKNOWN, "pc1.contoso.com");
	go(s, 0);
	const struct amt_finding *f = find(s, "S1.V07b", "CM1");
	assert_int_equal(f->verdict, AMT_SKIPPED);
	assert_string_equal(f->summary,
			    "needs S1.V07, which failed; seen meanwhile: unknown: measured");
	assert_string_equal(f->because_id, "S1.V07");
	assert_string_equal(f->because_subject, "OU=AMT,DC=contoso,DC=com");
	f = find(s, "S3.V02", "");
	assert_int_equal(f->verdict, AMT_SKIPPED);
	assert_string_equal(f->summary, "needs S1.V07b, which needs S1.V07, which failed");
	f = find(s, "S3.V03a", "pc1.contoso.com");
	assert_non_null(
		strstr(f->summary, "needs S3.V02, which needs S1.V07b, which needs S1.V07, which"));
	/* a row that needs something else waits for the stage, as before */
	assert_string_equal(find(s, "S3.V01a", "")->summary, "waits for stage 1 (S1.V07)");
	assert_int_equal(s->walk.stages[1].verdict, AMT_FAIL);
}

static void a_measured_failure_stays_one(void **state)
{
	struct scene *s = *state;

	see(s, "S1.V07b", AMT_FAIL, "CM1");
	see(s, "S1.V07", AMT_FAIL, "OU=AMT,DC=contoso,DC=com");
	see(s, "P.14", AMT_FAIL, "eth0");
	see(s, "P.15", AMT_FAIL, "10.0.0.1");
	see(s, "S1.V15", AMT_WARN, "10.0.0.1");
	go(s, 0);
	/* confirmed: it is a consequence, and still a failure */
	const struct amt_finding *f = find(s, "S1.V07b", "CM1");
	assert_int_equal(f->verdict, AMT_FAIL);
	assert_string_equal(f->summary, "measured");
	assert_string_equal(f->because_id, "S1.V07");
	/* an inference only: it stands for itself */
	f = find(s, "P.15", "10.0.0.1");
	assert_int_equal(f->verdict, AMT_FAIL);
	assert_null(f->because_id);
	assert_int_equal(find(s, "S1.V15", "10.0.0.1")->verdict, AMT_WARN);
	assert_int_equal(find(s, "S1.V14", "")->verdict, AMT_SKIPPED);
	assert_string_equal(s->walk.broken->item->id, "P.14");
}

static void conditions_stand_side_by_side(void **state)
{
	struct scene *s = *state;

	see(s, "P.14", AMT_FAIL, "eth0");
	site_answer_set(&s->answers, "S1.V06", "", AMT_NO, NULL);
	site_answer_set(&s->answers, "S1.V07", "", AMT_NO, NULL);
	site_answer_set(&s->answers, "S1.V07b", "", AMT_NO, NULL);
	go(s, 0);
	assert_null(
		find(s, "S1.V06", "")->because_id); /* no DHCP is no reason for rights at the CA */
	assert_string_equal(find(s, "S1.V07b", "")->because_id, "S1.V07");
}

static void who_holds_waits_for_nobody(void **state)
{
	struct scene *s = *state;

	see(s, "S3.V02", AMT_FAIL, "pc1.contoso.com");
	see(s, "S3.V03b", AMT_UNKNOWN, "pc1");
	see(s, "S3.V03b", AMT_UNKNOWN, "pc2");
	see(s, "P.14", AMT_FAIL, "eth0");
	see(s, "P.14", AMT_PASS, "eth1");
	go(s, AMT_STAGE_BIT(3));
	assert_int_equal(find(s, "S3.V03b", "pc1")->verdict, AMT_SKIPPED);
	assert_string_equal(find(s, "S3.V03b", "pc1")->because_subject, "pc1.contoso.com");
	assert_int_equal(find(s, "S3.V03b", "pc2")->verdict, AMT_UNKNOWN);
	assert_int_equal(find(s, "S3.V03a", "")->verdict, AMT_UNKNOWN); /* only one of two fails */
	amt_findings_free(&s->out);
	s->out = (struct amt_findings){0};
	go(s, AMT_STAGE_BIT(1));
	assert_int_equal(find(s, "S1.V14", "")->verdict, AMT_UNKNOWN); /* somewhere it holds */
}

static void a_folded_row_comes_apart_by_what_it_needs(void **state)
{
	struct scene *s = *state;
	struct amt_finding *f;

	see(s, "S3.V02", AMT_FAIL, "pc1.contoso.com");
	f = amt_finding_add(&s->seen, "S3.V03b", AMT_UNKNOWN, "pc1.contoso.com", "measured");
	amt_vec_push(&f->subjects, ((struct amt_subject){.name = f->subject}));
	amt_vec_push(&f->subjects, ((struct amt_subject){.name = "pc2.contoso.com"}));
	go(s, AMT_STAGE_BIT(3));
	assert_int_equal(find(s, "S3.V03b", "pc1.contoso.com")->verdict, AMT_SKIPPED);
	assert_int_equal(find(s, "S3.V03b", "pc2.contoso.com")->verdict, AMT_UNKNOWN);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, begin, end)

static void a_browser_speaks_where_nothing_else_does(void **state)
{
	struct scene *s = *state;

	s->ctx.trait[AMT_TRAIT_WEBUI] = AMT_YES;
	see(s, "S6.V01", AMT_PASS, "pc1.contoso.com");
	see(s, "S6.V01", AMT_UNKNOWN, "pc2.contoso.com");
	see(s, "S6.C03", AMT_FAIL, "CONSOLE1");
	go(s, 0);
	const struct walk_client *one = walk_fleet_find(&s->fleet, "pc1"),
				 *two = walk_fleet_find(&s->fleet, "pc2.contoso.com");
	assert_int_equal(one->stage[6], AMT_PASS);
	assert_null(one->broken);
	assert_int_equal(two->stage[6], AMT_FAIL);
	assert_int_equal(two->broken_stage, 6);
	assert_string_equal(two->broken_row->id, "S6.C03");
	assert_string_equal(two->broken->subject, "CONSOLE1");
	assert_int_equal(two->stage[1], AMT_UNKNOWN);
	assert_int_equal(two->stage[7], AMT_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(every_row_is_answered_once),
		SCENE(the_site_blocks_everybody),
		SCENE(a_client_blocks_itself_only),
		SCENE(causes_go_before_symptoms),
		SCENE(the_step_goes_before_the_sum),
		SCENE(what_is_of_no_matter_breaks_nobody),
		SCENE(answers_count_where_nothing_was_measured),
		SCENE(rows_that_do_not_apply_are_na),
		SCENE(only_the_stages_asked_for),
		SCENE(names_of_one_computer_meet),
		SCENE(an_unmeasured_row_waits_for_what_it_needs),
		SCENE(a_measured_failure_stays_one),
		SCENE(conditions_stand_side_by_side),
		SCENE(who_holds_waits_for_nobody),
		SCENE(a_folded_row_comes_apart_by_what_it_needs),
		SCENE(a_browser_speaks_where_nothing_else_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
