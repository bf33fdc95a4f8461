/* Corrective actions: both orders, cheap before dear, what erases last, stages used up. */
#include "amtdiag/walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void words_say_the_cost(void **state)
{
	(void)state;
	assert_int_equal(orders_cost_of("Look at the log"), AMT_COST_LOOK);
	assert_int_equal(orders_cost_of("Install SP2"), AMT_COST_CHANGE);
	assert_int_equal(orders_cost_of("Enable both in MEBx"), AMT_COST_VISIT);
	assert_int_equal(orders_cost_of("Look at the client, then un-provision it"),
			 AMT_COST_ERASE);
	assert_int_equal(orders_cost_of("Otherwise un-provision partially in MEBx"),
			 AMT_COST_VISIT);
	assert_int_equal(orders_cost_of("Ask which MEBx passwords were set"), AMT_COST_LOOK);
	assert_int_equal(orders_cost_of("Only take clients that are un-provisioned"),
			 AMT_COST_CHANGE);
}

/* Each step of each row has a cost; whatever its words tell people to erase is known to erase, and
 * whatever sends them to a PC costs at least the way there. */
static void the_catalogue_says_what_steps_cost(void **state)
{
	size_t n = 0, erasing = 0;

	(void)state;
	for (size_t i = 0; i < amt_guide_count(); i++) {
		const struct amt_item *item = amt_guide_at(i);
		for (size_t k = 0; item->actions[k]; k++, n++) {
			const char *step = item->actions[k];
			assert_in_range(item->costs[k], AMT_COST_LOOK, AMT_COST_ERASE);
			if (strstr(step, "ull un-provision") || strstr(step, "erases") ||
			    !strncmp(step, "Remove the provisioning", 23) ||
			    orders_cost_of(step) == AMT_COST_ERASE)
				assert_int_equal(item->costs[k], AMT_COST_ERASE);
			if (strstr(step, "in MEBx") && !strstr(step, "or the console") &&
			    strncmp(step, "Ask ", 4) != 0)
				assert_in_range(item->costs[k], AMT_COST_VISIT, AMT_COST_ERASE);
			erasing += item->costs[k] == AMT_COST_ERASE;
		}
	}
	assert_in_range(n, 450, 600);
	assert_in_range(erasing, 15, 30);
}

/* Nothing cheaper stands behind what erases, unless it can only be done after it. */
static void what_erases_comes_last(void **state)
{
	static const char *const sequences[] = {"S2.C10b", "S2.C12", "S2.C12b",
						"PV.23",   "PV.24",  "PV.25"};

	(void)state;
	for (size_t i = 0; i < amt_guide_count(); i++) {
		const struct amt_item *item = amt_guide_at(i);
		bool sequence = false, erased = false;
		for (size_t k = 0; k < sizeof(sequences) / sizeof(sequences[0]); k++)
			sequence = sequence || !strcmp(item->id, sequences[k]);
		for (size_t k = 0; item->actions[k] && !sequence; k++) {
			if (erased && item->costs[k] != AMT_COST_ERASE)
				fail_msg("%s: '%s' stands behind what erases", item->id,
					 item->actions[k]);
			erased = erased || item->costs[k] == AMT_COST_ERASE;
		}
	}
}

static void both_orders(void **state)
{
	struct amt_findings fs = {0};
	struct orders o;
	size_t erasing = 0;

	(void)state;
	amt_finding_add(&fs, "S3.C14", AMT_FAIL, "a", "x");
	amt_finding_add(&fs, "S2.C10b", AMT_FAIL, "pc1", "x");
	amt_finding_add(&fs, "S2.C10b", AMT_FAIL, "pc2", "y");
	amt_finding_add(&fs, "S2.C05", AMT_FAIL, "pc3", "x");
	amt_finding_add(&fs, "S2.C06", AMT_FAIL, "pc3", "x")->because_id = "S2.C05";
	amt_finding_add(&fs, "P.14", AMT_PASS, "", "x");
	orders_make(&fs, &o);
	assert_true(o.by_stage.n > 5);
	assert_int_equal(o.by_stage.n, o.by_part.n);
	for (size_t i = 1; i < o.by_stage.n; i++) {
		const struct orders_step *a = &o.by_stage.v[i - 1], *b = &o.by_stage.v[i];
		assert_true(a->stage < b->stage || (a->stage == b->stage && a->cost <= b->cost));
		a = &o.by_part.v[i - 1], b = &o.by_part.v[i];
		assert_true(a->part < b->part || (a->part == b->part && a->cost <= b->cost));
	}
	for (size_t i = 0; i < o.by_stage.n; i++) {
		assert_string_not_equal(o.by_stage.v[i].item->id, "S2.C06");
		erasing += o.by_stage.v[i].erases;
	}
	assert_int_equal(erasing, 1); /* of two findings of one row, once */
	orders_free(&o);
	amt_findings_free(&fs);
}

static enum orders_state after(enum amt_verdict corrective)
{
	struct amt_findings fs = {0};
	struct orders o;

	amt_finding_add(&fs, "S2.V01a", AMT_FAIL, "pc1", "x");
	amt_finding_add(&fs, "S2.C05", corrective, "pc1", "x");
	amt_finding_add(&fs, "S3.C14", AMT_UNKNOWN, "", "x");
	orders_make(&fs, &o);
	enum orders_state s = o.state[2];
	assert_int_equal(o.open[2], s == ORDERS_OPEN);
	assert_int_equal(o.state[3], ORDERS_FINE);
	orders_free(&o);
	amt_findings_free(&fs);
	return s;
}

static void a_stage_may_be_used_up(void **state)
{
	(void)state;
	assert_int_equal(after(AMT_PASS), ORDERS_EXHAUSTED);
	assert_int_equal(after(AMT_NA), ORDERS_EXHAUSTED);
	assert_int_equal(after(AMT_UNKNOWN), ORDERS_OPEN);
	assert_int_equal(after(AMT_FAIL), ORDERS_EXPLAINED);
}

/* G.02 with a failing stage 2 and this answer of a corrective check of it; -1: nothing fails. */
static enum amt_verdict order_of_work(int corrective)
{
	struct amt_findings fs = {0};

	amt_finding_add(&fs, "P.14", AMT_PASS, "", "x");
	if (corrective >= 0) {
		amt_finding_add(&fs, "S2.V01b", AMT_FAIL, "pc1", "x");
		amt_finding_add(&fs, "S2.C05", (enum amt_verdict)corrective, "pc1", "x");
	}
	struct amt_finding *f = orders_judge(&fs);
	enum amt_verdict v = f->verdict;
	assert_string_equal(f->item->id, "G.02");
	assert_ptr_equal(fs.list.v[fs.list.n - 1], f);
	amt_findings_free(&fs);
	return v;
}

static void the_order_of_work_is_measured(void **state)
{
	(void)state;
	assert_int_equal(order_of_work(-1), AMT_NA);
	assert_int_equal(order_of_work(AMT_FAIL), AMT_PASS);
	assert_int_equal(order_of_work(AMT_UNKNOWN), AMT_UNKNOWN);
	assert_int_equal(order_of_work(AMT_PASS), AMT_WARN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_say_the_cost),
		cmocka_unit_test(the_catalogue_says_what_steps_cost),
		cmocka_unit_test(what_erases_comes_last),
		cmocka_unit_test(both_orders),
		cmocka_unit_test(the_order_of_work_is_measured),
		cmocka_unit_test(a_stage_may_be_used_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
