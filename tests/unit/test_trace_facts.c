/* Sessions, facts as JSON and back, and the merge of partial results as a property. */
#include "amtdiag/trace_partial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

static void collect(struct trace_facts *f, const char *a, const char *b)
{
	struct amt_strlist paths = {NULL, 0, 0};
	struct amt_notes notes = {.dropped = 0};
	struct amt_error err;

	*f = (struct trace_facts){.amt = false};
	amt_vec_push(&paths, a);
	if (b)
		amt_vec_push(&paths, b);
	assert_true(trace_collect(&paths, NULL, f, &notes, &err));
	amt_vec_free(&paths);
	amt_notes_free(&notes);
}

static void guide_figures(void **state)
{
	struct trace_facts f;

	(void)state;
	collect(&f, "captures/logs/figure-begin.txt", "captures/logs/figure-end.txt");
	assert_int_equal(f.devices.n, 1);
	assert_string_equal(f.devices.v[0].id, "lab01.example.com");
	assert_int_equal(f.sessions.n, 1);
	assert_int_equal(f.sessions.v[0].machine, 71);
	assert_int_equal(f.sessions.v[0].reached, TRACE_EV_STAGE1_END);
	trace_facts_free(&f);
	for (int i = 0; i < 2; i++) {
		collect(&f, i ? "captures/logs/server-2012.log" : "captures/logs/server-2007.log",
			NULL);
		assert_int_equal(f.sessions.n, 2);
		assert_int_equal(f.sessions.v[0].machine, 71);
		assert_int_equal(f.sessions.v[0].reached, TRACE_EV_STAGE1_END);
		assert_int_equal(f.sessions.v[1].machine, 72);
		assert_int_equal(f.sessions.v[1].kind, TRACE_UNPROVISION);
		assert_int_equal(f.sessions.v[1].outcome, TRACE_COMPLETE);
		assert_int_equal(f.sessions.v[0].errors + f.sessions.v[1].errors, 0);
		trace_facts_free(&f);
	}
}

/* The path in contoso of each failing client: its cause is the first hard error. */
static void first_errors(void **state)
{
	static const struct {
		const char *host, *signature;
	} rows[] = {{"pc04.contoso.com", "C03"},
		    {"pc05.contoso.com", "C06"},
		    {"pc08.contoso.com", "A05"}};
	struct trace_facts f;

	(void)state;
	collect(&f, "captures/contoso/logs/Amtopmgr.log", NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool found = false;
		for (size_t k = 0; k < f.sessions.n; k++) {
			const struct trace_session *s = &f.sessions.v[k];
			if (s->device >= f.devices.n ||
			    strcmp(f.devices.v[s->device].host, rows[i].host) != 0)
				continue;
			found = true;
			assert_int_equal(s->outcome, TRACE_FAILED);
			assert_true(s->cause.set && s->cause.signature >= 0);
			assert_string_equal(trace_signatures[s->cause.signature].id,
					    rows[i].signature);
		}
		assert_true(found);
	}
	trace_facts_free(&f);
}

static const char *const logs[] = {
	"captures/logs/server-2007.log", "captures/logs/server-2012.log",
	"captures/logs/client-ccm.log",  "captures/contoso/logs/Amtopmgr.log",
	"captures/logs/damaged.log",     "captures/logs/rolled.log",
};
#define LOGS (sizeof(logs) / sizeof(logs[0]))

static char *dump(json_t *j)
{
	char *s = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);

	json_decref(j);
	assert_non_null(s);
	return s;
}

static void round_trip(void **state)
{
	struct amt_context ctx = {.now = 0};

	(void)state;
	for (size_t i = 0; i < LOGS; i++) {
		struct trace_facts f, g = {.amt = false};
		struct amt_findings a = {.list = {NULL, 0, 0}}, b = {.list = {NULL, 0, 0}};
		struct amt_error err;
		collect(&f, logs[i], NULL);
		json_t *j = trace_to_json(&f);
		assert_true(trace_from_json(j, &g, &err));
		char *x = dump(j), *y = dump(trace_to_json(&g));
		assert_string_equal(x, y);
		trace_judge(&f, &ctx, &a);
		trace_judge(&g, &ctx, &b);
		char *p = dump(amt_findings_to_json(&a)), *q = dump(amt_findings_to_json(&b));
		assert_string_equal(p, q);
		free(x);
		free(y);
		free(p);
		free(q);
		amt_findings_free(&a);
		amt_findings_free(&b);
		trace_facts_free(&f);
		trace_facts_free(&g);
	}
}

/* ---- merging: random sets of partial results ---- */

static void add_all(struct trace_partial *to, const struct trace_partial *from)
{
	for (size_t i = 0; i < from->n; i++)
		assert_true(trace_partial_add_line(to, from->v[i], strlen(from->v[i]), NULL));
}

static char *merged(const struct trace_partial *a, const struct trace_partial *b)
{
	struct trace_partial p = {NULL, 0, 0};
	struct amt_buf out;

	amt_buf_init(&out, 64 * AMT_MIB);
	add_all(&p, a);
	add_all(&p, b);
	trace_partial_settle(&p);
	for (size_t i = 0; i < p.n; i++)
		amt_buf_printf(&out, "%s\n", p.v[i]);
	trace_partial_free(&p);
	char *s = amt_strdup(amt_buf_cstr(&out));
	amt_buf_free(&out);
	return s;
}

static void lines_of(struct trace_partial *p, const char *text)
{
	for (const char *nl; (nl = strchr(text, '\n')); text = nl + 1)
		assert_true(trace_partial_add_line(p, text, (size_t)(nl - text), NULL));
}

static void merge_laws(void **state)
{
	struct trace_partial all = {NULL, 0, 0}, none = {NULL, 0, 0};
	static const char *const sources[] = {"s1", "s2"};

	(void)state;
	for (size_t i = 0; i < LOGS; i++) {
		struct trace_facts f;
		collect(&f, logs[i], NULL);
		for (size_t k = 0; k < 2; k++)
			assert_true(trace_partial_add_facts(&all, &f, sources[k], NULL));
		/* The same log, read again after it grew. */
		f.files.v[0].bytes += 100;
		f.files.v[0].records++;
		assert_true(trace_partial_add_facts(&all, &f, "s1", NULL));
		trace_facts_free(&f);
	}
	srand(7);
	for (int round = 0; round < 30; round++) {
		struct trace_partial v[3] = {{NULL, 0, 0}, {NULL, 0, 0}, {NULL, 0, 0}}, x = none,
				     y = none;
		for (size_t i = 0; i < all.n; i++)
			for (int k = 0; k < 3; k++)
				if (rand() % 2)
					trace_partial_add_line(&v[k], all.v[i], strlen(all.v[i]),
							       NULL);
		char *ab = merged(&v[0], &v[1]), *ba = merged(&v[1], &v[0]);
		assert_string_equal(ab, ba);
		char *bc = merged(&v[1], &v[2]);
		lines_of(&x, ab);
		lines_of(&y, bc);
		char *left = merged(&x, &v[2]), *right = merged(&v[0], &y);
		assert_string_equal(left, right);
		char *again = merged(&x, &x);
		assert_string_equal(again, ab);
		free(ab);
		free(ba);
		free(bc);
		free(left);
		free(right);
		free(again);
		for (int k = 0; k < 3; k++)
			trace_partial_free(&v[k]);
		trace_partial_free(&x);
		trace_partial_free(&y);
	}
	/* The newest version of each log is what remains: 6 logs of 2 sources. */
	trace_partial_settle(&all);
	assert_int_equal(all.n, LOGS * 2);
	trace_partial_free(&all);
}

/* Merged facts count each log once, and what was joined is the sum of its parts. */
static void merge_sums(void **state)
{
	struct trace_partial p = {NULL, 0, 0};
	struct trace_facts f, g = {.amt = false};
	uint64_t failed = 0, sum = 0;

	(void)state;
	for (size_t i = 0; i < LOGS; i++) {
		collect(&f, logs[i], NULL);
		failed += f.outcomes[TRACE_PROVISION][TRACE_FAILED];
		for (size_t k = 0; k < f.signatures.n; k++)
			sum += f.signatures.v[k].count;
		assert_true(trace_partial_add_facts(&p, &f, "x", NULL));
		assert_true(trace_partial_add_facts(&p, &f, "x", NULL));
		trace_facts_free(&f);
	}
	trace_partial_settle(&p);
	assert_true(trace_partial_facts(&p, &g, NULL));
	assert_int_equal(g.files.n, LOGS);
	assert_int_equal(g.outcomes[TRACE_PROVISION][TRACE_FAILED], failed);
	for (size_t k = 0; k < g.signatures.n; k++)
		sum -= g.signatures.v[k].count;
	assert_int_equal(sum, 0);
	trace_partial_free(&p);
	trace_facts_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guide_figures), cmocka_unit_test(first_errors),
		cmocka_unit_test(round_trip),    cmocka_unit_test(merge_laws),
		cmocka_unit_test(merge_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
