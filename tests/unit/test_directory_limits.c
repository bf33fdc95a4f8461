/* Where the directory's judges draw their lines, from both sides; tests/mutate looks for lines
 * nothing would miss. */
#include "directory/judge.h"
#include "directory/logon.h"
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
		assert_int_equal(directory_time(good[i].text), good[i].at * AMT_SECOND);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(directory_time(bad[i]), AMT_TIME_NONE);
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
	const size_t all = s->f.searches.v[2]->entries.n;
	s->f.searches.v[2]->entries.n = 2;
	s->f.searches.v[2]->entries.v[1].attributes.v[2].values.v[0].data = (const uint8_t *)"1";
	s->f.searches.v[2]->entries.v[1].attributes.v[2].values.v[0].len = 1;
	directory_traits(&s->f, &s->o, &s->ctx);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_MULTI_DOMAIN], AMT_NO);
	s->f.searches.v[2]->entries.n = all;
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

/* What a template decides: each reason to wait alone, key length and version from both sides. */
static void templates(void **state)
{
	static const struct {
		const char *enroll, *ra, *version, *bits, *id;
		enum amt_verdict v;
		const char *says;
	} rows[] = {{"0", "0", "2", "2048", "P.02", AMT_PASS, "issued at once"},
		    {"2", "0", "2", "2048", "P.02", AMT_FAIL, "manager's approval."},
		    {"0", "1", "2", "2048", "P.02", AMT_FAIL, "authorised signatures"},
		    {"1", "0", "2", "2048", "P.02", AMT_PASS, "issued at once"},
		    {"0", "0", "2", "2048", "S3.C20b", AMT_PASS, "version 2."},
		    {"0", "0", "2", "2049", "S3.C20b", AMT_WARN, "longer than 2048"},
		    {"0", "0", "3", "2048", "S3.C20b", AMT_WARN, "version 3."}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct site *s = site_new();
		struct directory_entry *e = entry(search(&s->f, "template", "T", 0), "CN=T");

		text(e, "msPKI-Enrollment-Flag", rows[i].enroll);
		text(e, "msPKI-RA-Signature", rows[i].ra);
		text(e, "msPKI-Certificate-Name-Flag", "1");
		text(e, "msPKI-Template-Schema-Version", rows[i].version);
		text(e, "msPKI-Minimal-Key-Size", rows[i].bits);
		assert_int_equal(judged(s, rows[i].id), rows[i].v);
		if (!strstr(said(s, rows[i].id), rows[i].says))
			fail_msg("row %zu: '%s'", i, said(s, rows[i].id));
		site_free(s);
	}
}

/* Eighteen and sixty characters, though more bytes than the limits. */
static void other_letters(void **state)
{
	char dn[3 * 60 + 1] = "";

	(void)state;
	struct site *s = site_new();
	amt_vec_push(&s->o.acl, "a");
	struct directory_entry *e = entry(search(&s->f, "acl", "a", 0), "CN=a");
	text(e, "sAMAccountName", "Führungskräfte Süd");
	amt_vec_push(&s->o.clients, "pc.x.test");
	for (size_t i = 0; i < sizeof(dn) - 1; i++)
		dn[i] = "部"[i % 3];
	entry(search(&s->f, "amt-object", "pc.x.test", 0), dn);
	directory_traits(&s->f, &s->o, &s->ctx);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_LONG_DN], AMT_NO);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_LONG_GROUP_NAME], AMT_NO);
	assert_int_equal(judged(s, "HF.KB957183"), AMT_PASS);
	assert_non_null(strstr(said(s, "HF.KB957183"), "has 18 characters"));
	assert_int_equal(verdict(&s->fs, "HF.KB955355"), AMT_VERDICTS);
	site_free(s);
}

/* A difference between controllers: moments, hours, too long; by the server's clock, not ours. */
static void replicas(void **state)
{
	static const struct {
		const char *changed;
		enum amt_verdict differs, removed;
	} rows[] = {{"20260101114501.0Z", AMT_PENDING, AMT_PENDING}, /* 14:59 ago */
		    {"20260101114500.0Z", AMT_WARN, AMT_FAIL},
		    {"20260101090001.0Z", AMT_WARN, AMT_FAIL}, /* 2:59:59 ago */
		    {"20260101090000.0Z", AMT_FAIL, AMT_FAIL}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct site *s = site_new();

		s->f.asked_at += 7200 * AMT_SECOND;
		amt_vec_push(&s->o.clients, "pc.x.test");
		entry(search(&s->f, "amt-object", "pc.x.test", 0), "CN=pc");
		/* the newest of the answers counts, whichever comes first */
		text(entry(search(&s->f, "replica", "pc.x.test", 0), "CN=pc"), "whenChanged",
		     rows[i].changed);
		text(entry(search(&s->f, "replica", "pc.x.test", 0), "CN=pc"), "whenChanged",
		     "20251231000000.0Z");
		search(&s->f, "replica", "pc.x.test", 0);
		assert_int_equal(judged(s, "S5.C02"), rows[i].differs);
		assert_non_null(strstr(said(s, "S5.C02"), "2 of 3 domain controllers"));
		text(entry(search(&s->f, "removed", "pc", 0), "CN=pc"), "whenChanged",
		     rows[i].changed);
		text(entry(search(&s->f, "removed", "pc", 0), "CN=pc"), "whenChanged",
		     "20251231000000.0Z");
		assert_int_equal(judged(s, "S7.V03"), rows[i].removed);
		site_free(s);
	}
}

/* What was not told is not said: no date, nobody who answered, nobody else. */
static void replicas_untold(void **state)
{
	static const char *const says[] = {"have the object; ldap", "None of the 2 domain",
					   "1 of 2 domain controllers could not be asked."};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct site *s = site_new();
		amt_vec_push(&s->o.clients, "pc.x.test");
		entry(search(&s->f, "amt-object", "pc.x.test", 0), "CN=pc");
		struct directory_search *one = search(&s->f, "replica", "pc.x.test", i == 1);
		if (i != 1)
			entry(one, "CN=pc");
		search(&s->f, "replica", "pc.x.test", i > 0);
		assert_int_equal(judged(s, "S5.C02"), i ? AMT_UNKNOWN : AMT_WARN);
		assert_non_null(strstr(said(s, "S5.C02"), says[i]));
		site_free(s);
	}
}

/* An update of the controller's memory touches the object within a minute, or did not. */
static void updates(void **state)
{
	static const struct {
		int64_t after; /* the update, after the object's last change */
		enum amt_verdict v;
		const char *says;
	} rows[] = {{-10, AMT_PASS, "by or after"},
		    {60, AMT_PASS, "by or after"},
		    {61, AMT_WARN, "last before"}};
	static const char *const ports[] = {"16992", "16993", "16994", "16995", "623", "664"};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct site *s = site_new();
		char spn[6][64];

		amt_vec_push(&s->o.clients, "pc.x.test");
		amt_vec_push(&s->o.updates,
			     (struct directory_update){"pc.x.test",
						       (NOON + rows[i].after) * AMT_SECOND});
		struct directory_entry *e =
			entry(search(&s->f, "amt-object", "pc.x.test", 0), "CN=pc");
		text(e, "whenChanged", "20260101120000.0Z");
		for (size_t k = 0; k < 6; k++) {
			snprintf(spn[k], sizeof(spn[k]), "HTTP/pc.x.test:%s", ports[k]);
			text(e, "servicePrincipalName", spn[k]);
		}
		assert_int_equal(judged(s, "PV.16"), rows[i].v);
		assert_non_null(strstr(said(s, "PV.16"), rows[i].says));
		site_free(s);
	}
}

/* An object without a DNS name is the client's when it is called after it, and not after another.
 */
static void called(void **state)
{
	static const struct {
		const char *cn;
		enum amt_verdict v;
	} rows[] = {{"pc1", AMT_PASS},  {"PC1$iME", AMT_PASS}, {"pc10", AMT_FAIL},
		    {"pc19", AMT_FAIL}, {"pc1a", AMT_FAIL},    {"pc1z", AMT_FAIL},
		    {"pc1A", AMT_FAIL}, {"pc1Z", AMT_FAIL},    {"pc1-x", AMT_FAIL}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct site *s = site_new();

		amt_vec_push(&s->o.clients, "pc1.x.test");
		text(entry(search(&s->f, "windows", "pc1.x.test", 0), "CN=pc1,DC=x,DC=test"),
		     "userAccountControl", "4096");
		struct directory_entry *e =
			entry(search(&s->f, "amt-object", "pc1.x.test", 0), "CN=o");
		text(e, "cn", rows[i].cn);
		text(e, "managedBy", "CN=pc1,DC=x,DC=test");
		text(entry(search(&s->f, "link", "pc1.x.test", 0), "CN=pc1,DC=x,DC=test"),
		     "objectClass", "computer");
		if (judged(s, "PV.05") != rows[i].v)
			fail_msg("%s: %d", rows[i].cn, verdict(&s->fs, "PV.05"));
		site_free(s);
	}
}

/* The texts of Samba 4.17 and Windows Server 2008; OpenLDAP gives none. */
static void logon_reasons(void **state)
{
	(void)state;
	assert_string_equal(directory_logon_reason("80090308: LdapErr: DSID-0C0903A9, comment: "
						   "AcceptSecurityContext error, data 52e, v1db1"),
			    "the password or the name is wrong");
	assert_string_equal(directory_logon_reason("80090308: LdapErr: DSID-0C090334, comment: "
						   "AcceptSecurityContext error, data 773, vece"),
			    "the password must be changed before the first sign-in");
	assert_non_null(
		strstr(directory_logon_reason("80090346: LdapErr: DSID-0C090711, comment: "
					      "AcceptSecurityContext error, data 35b, v1db1"),
		       "the same TLS"));
	assert_non_null(strstr(
		directory_logon_reason(
			"SASL(-1): generic failure: GSSAPI Error: Unspecified GSS failure.  Minor "
			"code may provide more information (Server not found in Kerberos "
			"database)"),
		"full name"));
	assert_non_null(strstr(
		directory_logon_reason("SASL(-1): generic failure: GSSAPI Error: No credentials "
				       "were supplied, or the credentials were unavailable or "
				       "inaccessible (No Kerberos credentials available (default "
				       "cache: FILE:/tmp/krb5cc_0))"),
		"kinit"));
	assert_null(directory_logon_reason("comment: AcceptSecurityContext error, data 0, v1"));
	assert_null(directory_logon_reason("comment: AcceptSecurityContext error, data "));
	assert_null(directory_logon_reason("no such thing"));
	assert_null(directory_logon_reason(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks),          cmocka_unit_test(times),
		cmocka_unit_test(traits),          cmocka_unit_test(names),
		cmocka_unit_test(other_letters),   cmocka_unit_test(accounts),
		cmocka_unit_test(templates),       cmocka_unit_test(replicas),
		cmocka_unit_test(replicas_untold), cmocka_unit_test(updates),
		cmocka_unit_test(called),          cmocka_unit_test(logon_reasons),
	};
	return cmocka_run_group_tests_name("directory_limits", tests, NULL, NULL);
}
