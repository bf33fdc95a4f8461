/* Golden values of the ticket size model: handbook kerberos.md 3.8, 3.9 and kerberos-lab.md. */
#include "kerberos/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DOM "S-1-5-21-1111111111-2222222222-3333333333"

static struct krb_input lab(const char *user, const char *spn)
{
	struct krb_input in = {
		.domain = {"VPROLAB.TEST", "vprolab.test", "VPROLAB", DOM, "DC1"},
		.service = {.spn = spn, .etypes_set = true, .etypes = 4, .kvno = 2},
		.layout = AMT_LAYOUT_2012C,
	};
	struct krb_user *u = amt_vec_add(&in.users);
	u->name = user;
	u->primary = SIZE_MAX;
	return in;
}

static void groups(struct krb_input *in, enum krb_scope scope, size_t n, unsigned rid)
{
	for (size_t i = 0; i < n; i++) {
		char sid[100];
		snprintf(sid, sizeof(sid), DOM "-%zu", rid + i);
		size_t g = krb_group_at(in, sid);
		in->groups.v[g].scope = scope;
		amt_vec_push(&in->users.v[0].direct, g);
	}
}

static struct krb_sizes size_of(struct krb_input *in, const struct krb_terms *t)
{
	struct krb_walk w = {0};
	struct krb_sizes s;
	krb_size(in, &in->users.v[0], t, NULL, &w, &s);
	krb_walk_free(&w);
	return s;
}

static const struct krb_terms plain = {.layout = AMT_LAYOUT_COUNT};

static void lab_layers(void **state)
{
	(void)state;
	struct krb_input in = lab("usrx000", "HTTP/hostrc4.vprolab.test:16993");
	struct krb_sizes s = size_of(&in, &plain);
	assert_int_equal(s.kvi, 480);
	assert_int_equal(s.pac, 848);
	assert_int_equal(s.encpart, 1068);
	assert_int_equal(s.ticket, 1194);
	assert_int_equal(s.gss, 1483);
	assert_int_equal(s.spnego, 1526);
	assert_int_equal(s.base64, 2036);
	assert_int_equal(s.header, 2063);
	assert_int_equal(s.kb2012, 1208);
	groups(&in, AMT_SCOPE_LOCAL, 100, 2000);
	s = size_of(&in, &plain);
	assert_int_equal(s.kvi, 1312);
	assert_int_equal(s.pac, 1680);
	assert_int_equal(s.ticket, 2026);
	assert_int_equal(s.gss, 2315);
	assert_int_equal(s.spnego, 2358);
	assert_int_equal(s.base64, 3144);
	krb_input_free(&in);
}

/* The table of the lab: groups, scope, RC4 with compression, AES256, RC4 without, KB 2012, KB 2008.
 */
static void lab_table(void **state)
{
	(void)state;
	static const struct {
		const char *user;
		size_t g, u, d, rc4, aes, nc, kb2012, kb2008;
	} rows[] = {
		{"usrx000", 0, 0, 0, 1194, 1207, 1193, 1208, 1208},
		{"usrg050", 50, 0, 0, 1594, 1607, 1593, 1608, 1608},
		{"usru050", 0, 50, 0, 1594, 1607, 1593, 1608, 1608},
		{"usrg300", 300, 0, 0, 3594, 3607, 3593, 3608, 3608},
		{"usrd050", 0, 0, 50, 1626, 1639, 3193, 1608, 3208},
		{"usrd300", 0, 0, 300, 3626, 3639, 13193, 3608, 13208},
		{"usrm100", 34, 33, 33, 2026, 2039, 3049, 2008, 3064},
		{"usradm0", 1, 0, 1, 0, 0, 0, 1224, 1256},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct krb_input in = lab(rows[i].user, "HTTP/hostrc4.vprolab.test:16993");
		groups(&in, AMT_SCOPE_GLOBAL, rows[i].g, 2000);
		groups(&in, AMT_SCOPE_UNIVERSAL, rows[i].u, 3000);
		groups(&in, AMT_SCOPE_LOCAL, rows[i].d, 4000);
		struct krb_sizes s = size_of(&in, &plain);
		assert_int_equal(s.kb2012, rows[i].kb2012);
		assert_int_equal(s.kb2008, rows[i].kb2008);
		if (rows[i].rc4) {
			assert_int_equal(s.ticket, rows[i].rc4);
			/* hosta256 has one character more than hostrc4, hostnc one less. */
			in.service.spn = "HTTP/hosta256.vprolab.test:16993";
			in.service.etypes = 16;
			s = size_of(&in, &plain);
			assert_int_equal(s.ticket, rows[i].aes);
			assert_int_equal(s.skey, 18);
			in.service.spn = "HTTP/hostnc.vprolab.test:16993";
			in.service.etypes = 4 | 0x80000;
			s = size_of(&in, &plain);
			assert_int_equal(s.ticket, rows[i].nc);
		}
		krb_input_free(&in);
	}
}

static void admin_and_others(void **state)
{
	(void)state;
	struct krb_input in = lab("usradm", "HTTP/hostrc4.vprolab.test:16993");
	groups(&in, AMT_SCOPE_GLOBAL, 1, 512);
	groups(&in, AMT_SCOPE_LOCAL, 1, 572);
	size_t b = krb_group_at(&in, "S-1-5-32-544");
	amt_vec_push(&in.users.v[0].direct, b);
	for (unsigned i = 0; i < 5; i++) {
		char sid[80];
		snprintf(sid, sizeof(sid), DOM "-%u", 5000 + i);
		size_t g = krb_group_at(&in, sid);
		in.groups.v[g].security = false;
		amt_vec_push(&in.users.v[0].direct, g);
	}
	assert_int_equal(size_of(&in, &plain).ticket, 1233);
	in.service.uac = AMT_UAC_NO_AUTH_DATA;
	in.service.spn = "HTTP/hostnopac.vprolab.test:16993";
	in.users.v[0].name = "usrg100";
	assert_int_equal(size_of(&in, &plain).ticket, 295);
	krb_input_free(&in);
}

/* One byte a character of the SPN. */
static void spn_length(void **state)
{
	(void)state;
	static const struct {
		const char *spn;
		size_t ticket;
	} rows[] = {{"HTTP/hostrc4.vprolab.test", 1188},
		    {"HTTP/hostrc4.vprolab.test:623", 1192},
		    {"HTTP/hostrc4.vprolab.test:16995", 1194}};
	for (size_t i = 0; i < 3; i++) {
		struct krb_input in = lab("usrx000", rows[i].spn);
		assert_int_equal(size_of(&in, &plain).ticket, rows[i].ticket);
		krb_input_free(&in);
	}
}

/* A token of Windows Server 2008 (numbers of handbook 3.8 and 2.2). */
static void windows_2008(void **state)
{
	(void)state;
	struct krb_input in = {
		.domain = {"DOMAIN.COM", "domain.com", "DOMAIN", DOM, "WS2008"},
		.service = {.spn = "HTTP/server.test.domain.com",
			    .etypes_set = true,
			    .etypes = 4,
			    .kvno = 3},
		.layout = AMT_LAYOUT_2008,
	};
	struct krb_user *u = amt_vec_add(&in.users);
	u->name = "user.test";
	u->display = "User Test";
	u->primary = SIZE_MAX;
	groups(&in, AMT_SCOPE_GLOBAL, 10, 2000);
	groups(&in, AMT_SCOPE_LOCAL, 7, 3000);
	struct krb_terms t = {.client = KRB_WIN7, .layout = AMT_LAYOUT_COUNT};
	struct krb_sizes s = size_of(&in, &t);
	assert_int_equal(s.kvi, 800);
	assert_int_equal(s.pac, 1048);
	assert_int_equal(s.encpart, 1268);
	assert_int_equal(s.ticket, 1388);
	assert_int_equal(s.authenticator, 254);
	assert_int_equal(s.ap_req, 1718);
	assert_int_equal(s.gss, 1735);
	assert_int_equal(s.spnego, 1801);
	assert_int_equal(s.base64, 2404);
	assert_int_equal(s.header, 2431);
	assert_int_equal(s.kb, 1568);
	krb_input_free(&in);
}

/* Handbook 3.9: how many groups fit. */
static void table_39(void **state)
{
	(void)state;
	static const struct {
		enum krb_layout layout;
		uint32_t bits;
		enum krb_client client;
		size_t ticket, spnego, base64, s3, d3, s4, d4;
	} rows[] = {
		{AMT_LAYOUT_2008, 0, KRB_WIN7, 1099, 1524, 2032, 97, 19, 193, 38},
		{AMT_LAYOUT_2008, 0, KRB_WIN10, 1099, 1703, 2272, 75, 15, 171, 34},
		{AMT_LAYOUT_2012, 0, KRB_WIN7, 1243, 1668, 2224, 79, 75, 175, 171},
		{AMT_LAYOUT_2012, 0, KRB_WIN10, 1243, 1847, 2464, 57, 53, 153, 149},
		{AMT_LAYOUT_2012, 0x80000, KRB_WIN10, 1243, 1847, 2464, 57, 11, 153, 30},
		{AMT_LAYOUT_2012, 0, KRB_MIT, 1243, 1585, 2116, 89, 85, 185, 181},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct krb_input in = {
			.domain = {"CORP.EXAMPLE.COM", "corp.example.com", "CORPX", DOM, "CORPDC1"},
			.service = {.spn = "HTTP/pc0001.corp.example.com:16993",
				    .etypes_set = true,
				    .etypes = 4 | rows[i].bits,
				    .kvno = 2},
			.layout = rows[i].layout};
		struct krb_user *u = amt_vec_add(&in.users);
		u->name = "consoleuser13";
		u->display = "Console";
		u->primary = SIZE_MAX;
		struct krb_terms t = {.client = rows[i].client, .layout = AMT_LAYOUT_COUNT};
		struct krb_sizes s = size_of(&in, &t);
		assert_int_equal(s.ticket, rows[i].ticket);
		assert_int_equal(s.spnego, rows[i].spnego);
		assert_int_equal(s.base64, rows[i].base64);
		assert_int_equal(krb_room(&in, u, &t, &s.tally, 3072, false), rows[i].s3);
		assert_int_equal(krb_room(&in, u, &t, &s.tally, 3072, true), rows[i].d3);
		assert_int_equal(krb_room(&in, u, &t, &s.tally, 4096, false), rows[i].s4);
		assert_int_equal(krb_room(&in, u, &t, &s.tally, 4096, true), rows[i].d4);
		krb_input_free(&in);
	}
}

static void mit_kdc(void **state)
{
	(void)state;
	static const struct {
		int etype;
		size_t none, minimal;
	} rows[] = {{23, 267, 463}, {17, 271, 459}, {18, 271, 459}, {19, 275, 471}, {20, 283, 487}};
	for (size_t i = 0; i < 5; i++) {
		struct krb_input in = lab("usrx000", "HTTP/h23.vprolab.test:16993");
		struct krb_terms t = {
			.layout = AMT_LAYOUT_NOPAC, .etype = rows[i].etype, .skey = 18};
		in.service.kvno = 1;
		assert_int_equal(size_of(&in, &t).ticket, rows[i].none);
		t.layout = AMT_LAYOUT_MIT;
		assert_int_equal(size_of(&in, &t).ticket, rows[i].minimal);
		krb_input_free(&in);
	}
}

static void claims_and_device(void **state)
{
	(void)state;
	const char *value[] = {"T0-silo"};
	struct krb_claim c = {.id = "ad://ext/AuthenticationSilo", .values = {value, 1, 1}};
	assert_int_equal(krb_claims_size(&c, 1), 240);
	assert_int_equal(krb_claims_size(NULL, 0), 0);
	assert_int_equal(krb_device_info(1, 0, NULL, 0), 96);
	assert_int_equal(krb_u16("a\xc3\xa4\xf0\x9f\x98\x80"), 8);
}

/* Measured: +2327 bytes of GSS token for a TGT of 1983, +1525 for one of 1183; jitter is 2. */
static void delegation(void **state)
{
	(void)state;
	struct krb_input in = lab("usrg100", "HTTP/hostdel.vprolab.test:16993");
	struct krb_terms t = plain;
	size_t before = size_of(&in, &t).gss;
	t.delegate = true;
	assert_in_range(size_of(&in, &t).gss - before, 1523, 1527);
	groups(&in, AMT_SCOPE_GLOBAL, 100, 2000);
	t.delegate = false;
	before = size_of(&in, &t).gss;
	t.delegate = true;
	assert_in_range(size_of(&in, &t).gss - before, 2325, 2329);
	in.users.v[0].uac = AMT_UAC_NOT_DELEGATED;
	assert_int_equal(size_of(&in, &t).gss, before);
	krb_input_free(&in);
}

static void history_counts_once(void **state)
{
	(void)state;
	struct krb_input in = lab("usrx000", "HTTP/hostrc4.vprolab.test:16993");
	groups(&in, AMT_SCOPE_GLOBAL, 2, 2000);
	size_t before = size_of(&in, &plain).kvi;
	amt_vec_push(&in.users.v[0].history, "S-1-5-21-9-9-9-1000");
	amt_vec_push(&in.groups.v[0].history, "S-1-5-21-9-9-9-2000");
	amt_vec_push(&in.groups.v[1].history, "S-1-5-21-9-9-9-2000");
	assert_int_equal(size_of(&in, &plain).kvi, before + 80);
	struct krb_terms t = plain;
	t.no_history = true;
	assert_int_equal(size_of(&in, &t).kvi, before);
	krb_input_free(&in);
}

static void cycles_end(void **state)
{
	(void)state;
	struct krb_input in = lab("usrx000", "HTTP/hostrc4.vprolab.test:16993");
	groups(&in, AMT_SCOPE_GLOBAL, 3, 2000);
	in.users.v[0].direct.n = 1;
	for (size_t i = 0; i < 3; i++)
		amt_vec_push(&in.groups.v[i].up, (i + 1) % 3);
	assert_int_equal(size_of(&in, &plain).tally.ids, 4);
	struct krb_indices cut = {0};
	amt_vec_push(&cut, 1);
	struct krb_terms t = plain;
	t.without = &cut;
	assert_int_equal(size_of(&in, &t).tally.ids, 2);
	amt_vec_free(&cut);
	krb_input_free(&in);
}

static void sid_text(void **state)
{
	(void)state;
	assert_int_equal(krb_sid_subs(DOM "-513"), 5);
	assert_int_equal(krb_sid_subs("S-1-18-1"), 1);
	assert_int_equal(krb_sid_subs("S-1-5-"), 0);
	assert_int_equal(krb_sid_subs("S-1-5--1"), 0);
	assert_int_equal(krb_sid_subs("S-1-5-21-x"), 0);
	assert_int_equal(krb_sid_subs("CORP\\x"), 0);
	assert_int_equal(krb_sid_subs("S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lab_layers),       cmocka_unit_test(lab_table),
		cmocka_unit_test(admin_and_others), cmocka_unit_test(spn_length),
		cmocka_unit_test(windows_2008),     cmocka_unit_test(table_39),
		cmocka_unit_test(mit_kdc),          cmocka_unit_test(claims_and_device),
		cmocka_unit_test(delegation),       cmocka_unit_test(history_counts_once),
		cmocka_unit_test(cycles_end),       cmocka_unit_test(sid_text),
	};
	return cmocka_run_group_tests_name("krb_model", tests, NULL, NULL);
}
