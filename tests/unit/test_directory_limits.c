/* Where the directory's judges draw their lines, from both sides; tests/mutate looks for lines
 * nothing would miss. */
#include "directory/judge.h"
#include "directory_scene.h"

#define NOON INT64_C(1767268800) /* 2026-01-01 12:00:00, what the scene's controller says */

static const char *said(const struct site *s, const char *id)
{
	for (size_t i = 0; i < s->fs.list.n; i++)
		if (!strcmp(s->fs.list.v[i]->item->id, id))
			return s->fs.list.v[i]->summary;
	return "";
}

static void clocks(void **state)
{
	static const struct {
		int64_t off; /* seconds, ours minus theirs */
		enum amt_verdict v;
		const char *says;
	} rows[] = {{0, AMT_PASS, "0 seconds ahead of"},   {120, AMT_PASS, "120 seconds ahead"},
		    {121, AMT_WARN, "121 seconds ahead"},  {-121, AMT_WARN, "121 seconds behind"},
		    {300, AMT_WARN, "300 seconds ahead"},  {301, AMT_FAIL, "301 seconds ahead"},
		    {-301, AMT_FAIL, "301 seconds behind"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct site *s = site_new();

		s->f.asked_at = (NOON + rows[i].off) * AMT_SECOND;
		directory_judge(&s->f, &s->o, &s->ctx, &s->fs);
		assert_int_equal(verdict(&s->fs, "X.K3"), rows[i].v);
		assert_non_null(strstr(said(s, "X.K3"), rows[i].says));
		/* SNTP is heard first, and told by the millisecond. */
		amt_findings_free(&s->fs);
		s->fs = (struct amt_findings){0};
		s->f.asked_at = (NOON + 9000) * AMT_SECOND;
		s->f.ntp.server = "dc1";
		s->f.ntp.done = true;
		s->f.ntp.offset =
			rows[i].off * AMT_SECOND + (rows[i].off < 0 ? -1 : 1) * AMT_SECOND / 1000;
		directory_judge(&s->f, &s->o, &s->ctx, &s->fs);
		assert_non_null(strstr(said(s, "X.K3"), ".001 seconds"));
		site_free(s);
	}
	struct site *s = site_new();
	s->f.asked_at = AMT_TIME_NONE;
	directory_judge(&s->f, &s->o, &s->ctx, &s->fs);
	assert_int_equal(verdict(&s->fs, "X.K3"), AMT_UNKNOWN);
	site_free(s);
}

/* GeneralizedTime as AD writes it; each field lands where it belongs. */
static void times(void **state)
{
	static const struct {
		const char *text;
		int64_t at;
	} good[] = {{"20260101120000.0Z", NOON},
		    {"20260101120000Z", NOON},
		    {"20251231235959.0Z", INT64_C(1767225599)},
		    {"20240229010203.0Z", INT64_C(1709168523)},
		    {"19700101000000.0Z", 0}};
	static const char *const bad[] = {NULL,
					  "",
					  "2026010112000",
					  "20260101120000",
					  "20261301120000.0Z",
					  "20260132120000.0Z",
					  "20260101250000.0Z",
					  "20260101126000.0Z",
					  "2026010112000x.0Z",
					  "00000000000000.0Z"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(judge_time(good[i].text), good[i].at * AMT_SECOND);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(judge_time(bad[i]), AMT_TIME_NONE);
}

/* What the facts prove about the site, and what they leave open. */
static void traits(void **state)
{
	char long_dn[DIRECTORY_LONG_DN + 2], name[DIRECTORY_LONG_GROUP + 2];
	struct directory_entry *e;

	(void)state;
	struct site *s = site_new();
	directory_traits(&s->f, &s->o, &s->ctx);
	/* five domains: the clients may live in one of them only */
	assert_int_equal(s->ctx.trait[AMT_TRAIT_MULTI_DOMAIN], AMT_MAYBE);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_MULTI_DC], AMT_MAYBE);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_LONG_DN], AMT_MAYBE);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_LONG_GROUP_NAME], AMT_MAYBE);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_UNPROVISION], AMT_MAYBE);
	/* one domain; the configuration partition is none */
	s->f.searches.v[2]->entries.n = 2;
	s->f.searches.v[2]->entries.v[1].attributes.v[2].values.v[0].data = (const uint8_t *)"1";
	s->f.searches.v[2]->entries.v[1].attributes.v[2].values.v[0].len = 1;
	directory_traits(&s->f, &s->o, &s->ctx);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_MULTI_DOMAIN], AMT_NO);
	/* one controller, then two */
	struct directory_search *dcs = search(&s->f, "dcs", "", 0);
	entry(dcs, "CN=dc1");
	directory_traits(&s->f, &s->o, &s->ctx);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_MULTI_DC], AMT_NO);
	s->ctx.trait[AMT_TRAIT_MULTI_DC] = AMT_MAYBE;
	entry(dcs, "CN=dc2");
	directory_traits(&s->f, &s->o, &s->ctx);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_MULTI_DC], AMT_YES);
	/* a DN of 100 characters is not long, one of 101 is */
	memset(long_dn, 'x', sizeof(long_dn));
	long_dn[DIRECTORY_LONG_DN] = '\0';
	e = entry(search(&s->f, "amt-object", "pc", 0), long_dn);
	directory_traits(&s->f, &s->o, &s->ctx);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_LONG_DN], AMT_NO);
	s->ctx.trait[AMT_TRAIT_LONG_DN] = AMT_MAYBE;
	memset(long_dn, 'x', sizeof(long_dn) - 1);
	long_dn[DIRECTORY_LONG_DN + 1] = '\0';
	directory_traits(&s->f, &s->o, &s->ctx);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_LONG_DN], AMT_YES);
	/* a group of 20 characters; only when all of the list are known is there no long one */
	amt_vec_push(&s->o.acl, "a");
	amt_vec_push(&s->o.acl, "b");
	memset(name, 'g', sizeof(name));
	name[DIRECTORY_LONG_GROUP] = '\0';
	e = entry(search(&s->f, "acl", "a", 0), "CN=a");
	text(e, "sAMAccountName", name);
	directory_traits(&s->f, &s->o, &s->ctx);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_LONG_GROUP_NAME], AMT_MAYBE);
	e = entry(search(&s->f, "acl", "b", 0), "CN=b");
	directory_traits(&s->f, &s->o, &s->ctx);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_LONG_GROUP_NAME], AMT_NO);
	s->ctx.trait[AMT_TRAIT_LONG_GROUP_NAME] = AMT_MAYBE;
	name[DIRECTORY_LONG_GROUP] = 'g';
	name[DIRECTORY_LONG_GROUP + 1] = '\0';
	text(e, "sAMAccountName", name);
	directory_traits(&s->f, &s->o, &s->ctx);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_LONG_GROUP_NAME], AMT_YES);
	site_free(s);
}

/* The hot fixes' lengths: 20 characters of a group, 100 of a DN. */
static void names(void **state)
{
	char name[DIRECTORY_LONG_GROUP + 2], dn[DIRECTORY_LONG_DN + 2];

	(void)state;
	struct site *s = site_new();
	memset(name, 'g', sizeof(name));
	name[DIRECTORY_LONG_GROUP] = '\0';
	amt_vec_push(&s->o.acl, "a");
	struct directory_entry *e = entry(search(&s->f, "acl", "a", 0), "CN=a");
	text(e, "sAMAccountName", name);
	assert_int_equal(judged(s, "HF.KB957183"), AMT_PASS);
	assert_null(strstr(said(s, "HF.KB957183"), "needed"));
	e->attributes.v[0].values.v[0].len++;
	name[DIRECTORY_LONG_GROUP] = 'g';
	name[DIRECTORY_LONG_GROUP + 1] = '\0';
	assert_int_equal(judged(s, "HF.KB957183"), AMT_WARN);
	assert_non_null(strstr(said(s, "HF.KB957183"), "has 21 characters: with SP1"));
	memset(dn, 'x', sizeof(dn));
	dn[DIRECTORY_LONG_DN] = '\0';
	amt_vec_push(&s->o.clients, "pc.x.test");
	struct directory_search *o = search(&s->f, "amt-object", "pc.x.test", 0);
	entry(o, dn);
	directory_judge(&s->f, &s->o, &s->ctx, &s->fs);
	assert_int_equal(verdict(&s->fs, "HF.KB955355"), AMT_VERDICTS);
	dn[DIRECTORY_LONG_DN] = 'x';
	dn[DIRECTORY_LONG_DN + 1] = '\0';
	amt_findings_free(&s->fs);
	s->fs = (struct amt_findings){0};
	directory_judge(&s->f, &s->o, &s->ctx, &s->fs);
	assert_int_equal(verdict(&s->fs, "HF.KB955355"), AMT_WARN);
	assert_non_null(strstr(said(s, "HF.KB955355"), "101 characters"));
	site_free(s);
}

/* Accounts run out at a second, and two accounts of one name are one too many. */
static void accounts(void **state)
{
	char ends[32];
	static const struct {
		int64_t after;
		enum amt_verdict v;
	} rows[] = {{-1, AMT_FAIL}, {0, AMT_PASS}, {1, AMT_PASS}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct site *s = site_new();

		amt_vec_push(&s->o.clients, "pc.x.test");
		struct directory_entry *e =
			entry(search(&s->f, "amt-object", "pc.x.test", 0), "CN=pc,DC=x,DC=test");
		snprintf(ends, sizeof(ends), "%lld",
			 (long long)(NOON + rows[i].after + INT64_C(11644473600)) * 10000000);
		text(e, "accountExpires", ends);
		text(e, "userAccountControl", "4096");
		assert_int_equal(judged(s, "S3.V03a"), rows[i].v);
		site_free(s);
	}
	for (size_t n = 0; n < 3; n++) {
		static const enum amt_verdict want[] = {AMT_FAIL, AMT_PASS, AMT_WARN};
		struct site *s = site_new();

		amt_vec_push(&s->o.clients, "pc.x.test");
		struct directory_search *w = search(&s->f, "windows", "pc.x.test", 0);
		for (size_t k = 0; k < n; k++)
			text(entry(w, "CN=pc,DC=x,DC=test"), "userAccountControl", "4096");
		text(entry(w, "CN=old,DC=x,DC=test"), "userAccountControl", "4098"); /* disabled */
		assert_int_equal(judged(s, "S1.V16"), want[n]);
		site_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks), cmocka_unit_test(times),    cmocka_unit_test(traits),
		cmocka_unit_test(names),  cmocka_unit_test(accounts),
	};
	return cmocka_run_group_tests_name("directory_limits", tests, NULL, NULL);
}
