/* The ad and ca rows that need several searches: forest, links, access, removal. */
#include "directory_scene.h"

static void place(struct site *s, const char *fqdn, const char *dn)
{
	s->o.clients.n = 0;
	amt_vec_push(&s->o.clients, fqdn);
	struct directory_search *w = search(&s->f, "windows", fqdn, 0);
	if (dn) {
		struct directory_entry *e = entry(w, dn);
		text(e, "dNSHostName", fqdn);
		text(e, "userAccountControl", "4096");
	}
}

static void forests(void **state)
{
	(void)state;
	static const struct {
		const char *fqdn, *dn, *root;
		enum amt_verdict forest, tree, disjoint;
	} rows[] = {
		{"pc.x.test", "CN=pc,DC=x,DC=test", NULL, AMT_PASS, AMT_PASS, AMT_PASS},
		{"pc.child.x.test", "CN=pc,DC=child,DC=x,DC=test", NULL, AMT_PASS, AMT_PASS,
		 AMT_PASS},
		{"pc.tree.test", "CN=pc,DC=tree,DC=test", NULL, AMT_PASS, AMT_FAIL, AMT_PASS},
		{"pc.l1.test", "CN=pc,DC=l1,DC=test", NULL, AMT_PASS, AMT_FAIL, AMT_PASS},
		{"pc.other.test", "CN=pc,DC=x,DC=test", NULL, AMT_PASS, AMT_PASS, AMT_FAIL},
		{"pc.child.x.test", NULL, NULL, AMT_PASS, AMT_PASS, AMT_UNKNOWN},
		{"pc.away.test", NULL, "DC=away,DC=test", AMT_FAIL, AMT_UNKNOWN, AMT_UNKNOWN},
		{"pc.away.test", NULL, "DC=x,DC=test", AMT_PASS, AMT_UNKNOWN, AMT_UNKNOWN},
		{"pc.away.test", NULL, NULL, AMT_UNKNOWN, AMT_UNKNOWN, AMT_UNKNOWN},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct site *s = site_new();
		place(s, rows[i].fqdn, rows[i].dn);
		if (rows[i].root)
			text(entry(search(&s->f, "forest", "away.test", 0), ""),
			     "rootDomainNamingContext", rows[i].root);
		assert_int_equal(judged(s, "S1.V09"), rows[i].forest);
		assert_int_equal(judged(s, "S1.V10"), rows[i].tree);
		assert_int_equal(judged(s, "P.32"), rows[i].disjoint);
		site_free(s);
	}
	struct site *s = site_new(); /* other suffixes are allowed */
	place(s, "pc.x.test", "CN=pc,DC=x,DC=test");
	text(&s->f.searches.v[1]->entries.v[0], "msDS-AllowedDNSSuffixes", "y.test");
	assert_int_equal(judged(s, "P.32"), AMT_WARN);
	site_free(s);
	s = site_new(); /* found by its short name only */
	place(s, "pc.y.test", NULL);
	assert_int_equal(judged(s, "S1.V16"), AMT_FAIL);
	struct directory_entry *e =
		entry(search(&s->f, "windows-name", "pc.y.test", 0), "CN=pc,DC=x,DC=test");
	text(e, "dNSHostName", "pc.x.test");
	assert_int_equal(judged(s, "S1.V16"), AMT_WARN);
	assert_int_equal(judged(s, "P.32"), AMT_FAIL);
	site_free(s);
}

static void containers(void **state)
{
	(void)state;
	struct site *s = site_new();
	text(entry(search(&s->f, "container", "OU=A,DC=x,DC=test", 0), "OU=A,DC=x,DC=test"),
	     "objectClass", "organizationalUnit");
	assert_int_equal(judged(s, "P.12"), AMT_PASS);
	struct directory_search *c = search(&s->f, "container", "OU=A,DC=child,DC=x,DC=test", -1);
	c->error = "Can't contact LDAP server";
	assert_int_equal(judged(s, "P.12"), AMT_UNKNOWN);
	c->code = 32;
	assert_int_equal(judged(s, "P.12"), AMT_FAIL);
	assert_int_equal(judged(s, "P.13"), AMT_VERDICTS);
	struct directory_search *k = search(&s->f, "schema", "", 0);
	assert_int_equal(judged(s, "P.13"), AMT_PASS);
	text(entry(k, "CN=a"), "lDAPDisplayName", "mSSMSSite");
	assert_int_equal(judged(s, "P.13"), AMT_PASS);
	text(entry(k, "CN=i"), "lDAPDisplayName", "intellimirrorSCP");
	assert_int_equal(judged(s, "P.13"), AMT_PASS);
	text(entry(k, "CN=b"), "lDAPDisplayName", "intelManagementEngine");
	assert_int_equal(judged(s, "P.13"), AMT_WARN);
	site_free(s);
}

static struct directory_entry *amt_object(struct site *s, const char *fqdn)
{
	struct directory_entry *e =
		entry(search(&s->f, "amt-object", fqdn, 0), "CN=pc$iME,OU=A,DC=x,DC=test");
	text(e, "cn", "pc$iME");
	text(e, "userAccountControl", "4096");
	text(e, "servicePrincipalName", "HTTP/pc.x.test:16993");
	text(e, "servicePrincipalName", "HTTP/pc.x.test:16995");
	text(e, "objectClass", "computer");
	return e;
}

static void links(void **state)
{
	(void)state;
	struct site *s = site_new();
	place(s, "pc.x.test", "CN=pc,DC=x,DC=test");
	struct directory_entry *e = amt_object(s, "pc.x.test");
	assert_int_equal(judged(s, "PV.05"), AMT_WARN);
	text(e, "memberOf", "CN=g,DC=x,DC=test"); /* no link */
	assert_int_equal(judged(s, "PV.05"), AMT_WARN);
	text(e, "managedBy", "CN=pc,DC=x,DC=test");
	struct directory_search *l = search(&s->f, "link", "pc.x.test", 0);
	text(entry(l, "CN=pc,DC=x,DC=test"), "objectClass", "computer");
	assert_int_equal(judged(s, "PV.05"), AMT_PASS);
	l->entries.v[0].dn = "CN=other,DC=x,DC=test";
	assert_int_equal(judged(s, "PV.05"), AMT_FAIL);
	l->entries.v[0].attributes.v[0].name = "description"; /* a person, say */
	assert_int_equal(judged(s, "PV.05"), AMT_WARN);
	text(e, "dNSHostName", "pc2.x.test");
	assert_int_equal(judged(s, "PV.05"), AMT_FAIL);
	text(e, "objectClass", "intelManagementEngine");
	assert_int_equal(judged(s, "S3.V02"), AMT_WARN);
	site_free(s);
	s = site_new(); /* pc1 is not named after pc10 */
	place(s, "pc1.x.test", "CN=pc1,DC=x,DC=test");
	e = entry(search(&s->f, "amt-object", "pc1.x.test", 0), "CN=pc10");
	text(e, "cn", "pc10");
	assert_int_equal(judged(s, "PV.05"), AMT_FAIL);
	site_free(s);
}

static void expiry(void **state)
{
	(void)state;
	static const struct {
		const char *value;
		enum amt_verdict v;
	} rows[] = {{"0", AMT_PASS},
		    {"9223372036854775807", AMT_PASS},
		    {"116444736000000000", AMT_FAIL},  /* 1970 */
		    {"134117423000000000", AMT_FAIL},  /* 2026-01-01, before noon */
		    {"134117425000000000", AMT_PASS}}; /* and after */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct site *s = site_new();
		place(s, "pc.x.test", NULL);
		text(amt_object(s, "pc.x.test"), "accountExpires", rows[i].value);
		assert_int_equal(judged(s, "S3.V03a"), rows[i].v);
		site_free(s);
	}
}

static void radius_and_update(void **state)
{
	(void)state;
	struct site *s = site_new();
	place(s, "pc.x.test", NULL);
	struct directory_entry *e = amt_object(s, "pc.x.test");
	amt_vec_push(&s->o.radius, "wifi");
	struct directory_search *g = search(&s->f, "radius-group", "wifi", 0);
	assert_int_equal(judged(s, "PV.07"), AMT_UNKNOWN);
	struct directory_entry *group = entry(g, "CN=wifi,DC=x,DC=test");
	assert_int_equal(judged(s, "PV.07"), AMT_FAIL);
	g->cut = true;
	assert_int_equal(judged(s, "PV.07"), AMT_UNKNOWN);
	text(group, "member", "cn=PC$iME,OU=A,DC=x,DC=test");
	assert_int_equal(judged(s, "PV.07"), AMT_PASS);
	group->dn = "CN=g,DC=x,DC=test";
	text(e, "memberOf", "CN=g,DC=x,DC=test");
	assert_int_equal(judged(s, "PV.07"), AMT_PASS);

	assert_int_equal(judged(s, "PV.16"), AMT_VERDICTS);
	amt_vec_push(&s->o.updates,
		     (struct directory_update){"PC.x.test", 1767268800 * AMT_SECOND});
	assert_int_equal(judged(s, "PV.16"), AMT_UNKNOWN);
	text(e, "whenChanged", "20260101120001.0Z");
	assert_int_equal(judged(s, "PV.16"), AMT_PASS);
	s->o.updates.v[0].at += 3600 * AMT_SECOND;
	assert_int_equal(judged(s, "PV.16"), AMT_WARN);
	for (size_t i = 0; i < e->attributes.n; i++)
		if (!strcmp(e->attributes.v[i].name, "servicePrincipalName"))
			e->attributes.v[i].values.n = 1;
	assert_int_equal(judged(s, "PV.16"), AMT_FAIL);
	site_free(s);
}

static void replicas(void **state)
{
	(void)state;
	static const struct {
		const char *changed, *uac, *spn;
		enum amt_verdict v;
	} rows[] = {{"20260101115959.0Z", "4096", "HTTP/a", AMT_PASS},
		    {"20260101115959.0Z", "4098", "HTTP/a", AMT_PENDING},
		    {"20260101110000.0Z", "4098", "HTTP/a", AMT_WARN},
		    {"20260101080000.0Z", "4098", "HTTP/a", AMT_FAIL},
		    {"20260101080000.0Z", "4096", "HTTP/b", AMT_FAIL}, /* the names differ */
		    {NULL, "4098", "HTTP/a", AMT_WARN},
		    {"20260101080000.0Z", NULL, NULL, AMT_FAIL}}; /* it is not there */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct site *s = site_new();
		place(s, "pc.x.test", NULL);
		amt_object(s, "pc.x.test");
		struct directory_entry *a = entry(search(&s->f, "replica", "pc.x.test", 0), "CN=a");
		text(a, "userAccountControl", "4096");
		text(a, "servicePrincipalName", "HTTP/a");
		if (rows[i].changed)
			text(a, "whenChanged", rows[i].changed);
		assert_int_equal(judged(s, "S5.C02"), AMT_NA); /* one controller */
		struct directory_search *second = search(&s->f, "replica", "pc.x.test", 0);
		if (rows[i].uac) {
			struct directory_entry *b = entry(second, "CN=a");
			text(b, "userAccountControl", rows[i].uac);
			text(b, "servicePrincipalName", rows[i].spn);
		}
		assert_int_equal(judged(s, "S5.C02"), rows[i].v);
		if (rows[i].v == AMT_PASS) {
			search(&s->f, "replica", "pc.x.test", -1);
			assert_int_equal(judged(s, "S5.C02"), AMT_UNKNOWN);
		}
		site_free(s);
	}
}

static void removal(void **state)
{
	(void)state;
	struct site *s = site_new();
	struct directory_search *gc = search(&s->f, "removed", "pc.x.test", 0),
				*dc = search(&s->f, "removed", "pc.x.test", 32);
	assert_int_equal(judged(s, "S7.V03"), AMT_PASS);
	dc->code = -1;
	assert_int_equal(judged(s, "S7.V03"), AMT_UNKNOWN);
	dc->code = 0;
	struct directory_entry *e = entry(dc, "CN=pc");
	assert_int_equal(judged(s, "S7.V03"), AMT_WARN);
	entry(gc, "CN=pc");
	assert_int_equal(judged(s, "S7.V03"), AMT_FAIL);
	text(e, "whenChanged", "20260101115500.0Z");
	assert_int_equal(judged(s, "S7.V03"), AMT_PENDING);
	site_free(s);
}

static void access_list(void **state)
{
	(void)state;
	struct site *s = site_new();
	amt_vec_push(&s->o.operators, "jane");
	amt_vec_push(&s->o.acl, "X\\AMT");
	struct directory_entry *who = entry(search(&s->f, "operator", "jane", 0), "CN=jane");
	give(who, "objectSid", "user", 4);
	struct directory_search *acl = search(&s->f, "acl", "X\\AMT", 0);
	assert_int_equal(judged(s, "S5.C05"), AMT_UNKNOWN); /* groups were not read */
	struct directory_entry *g = entry(search(&s->f, "operator-groups", "jane", 0), "CN=jane");
	give(g, "tokenGroups", "grp1", 4);
	assert_int_equal(judged(s, "S5.C05"), AMT_UNKNOWN); /* nor was the list */
	struct directory_entry *e = entry(acl, "CN=AMT");
	give(e, "objectSid", "grp2", 4);
	text(e, "sAMAccountName", "AMT");
	assert_int_equal(judged(s, "S5.C05"), AMT_FAIL);
	assert_int_equal(judged(s, "HF.KB957183"), AMT_PASS);
	give(g, "tokenGroups", "grp2", 4);
	assert_int_equal(judged(s, "S5.C05"), AMT_PASS);
	text(e, "groupType", "-2147483644");
	assert_int_equal(judged(s, "S5.C05"), AMT_WARN);
	give(who, "objectSid", "grp2", 4);
	e->attributes.v[1].values.v[0].data = (const uint8_t *)"A name of 21 characte";
	assert_int_equal(judged(s, "HF.KB957183"), AMT_WARN);
	directory_traits(&s->f, &s->o, &s->ctx);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_LONG_GROUP_NAME], AMT_YES);
	amt_findings_free(&s->fs);
	s->fs = (struct amt_findings){0};
	amt_finding_add(&s->fs, "HF.KB957183", AMT_PASS, "server", "The fix is installed.");
	directory_judge(&s->f, &s->o, &s->ctx, &s->fs);
	size_t told = 0;
	for (size_t i = 0; i < s->fs.list.n; i++)
		told += !strcmp(s->fs.list.v[i]->item->id, "HF.KB957183");
	assert_int_equal(told, 1); /* what an export proved is not doubted */
	site_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forests),
		cmocka_unit_test(containers),
		cmocka_unit_test(links),
		cmocka_unit_test(expiry),
		cmocka_unit_test(radius_and_update),
		cmocka_unit_test(replicas),
		cmocka_unit_test(removal),
		cmocka_unit_test(access_list),
	};
	return cmocka_run_group_tests_name("directory rows", tests, NULL, NULL);
}
