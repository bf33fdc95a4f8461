/* site: profile, client list, answers; and all of them with bad input. */
#include "amtdiag/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/amtdiag-site-XXXXXX";

static const char *file(const char *text)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/f", dir);
	assert_true(amt_file_write(path, text, strlen(text), NULL));
	return path;
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/f", dir);
	unlink(path);
	return rmdir(dir);
}

static void profile_reads_every_type(void **state)
{
	struct site_profile p;
	struct amt_notes notes = {0};
	struct amt_context ctx = {0};

	(void)state;
	assert_true(site_profile_load(
		&p,
		file("[site]\nname = HQ\nservice-point = a, b ,\n  c\n[evidence]\n"
		     "logs = f, none*.log\nchain=/abs/x.pem\n[dns]\nqps=50\n[devices]\nprobe = "
		     "Yes\n"
		     "[traits]\nin-band = no\nsp2 = unknown\n"),
		&notes, NULL));
	assert_string_equal(p.name, "HQ");
	assert_int_equal(p.service_point.n, 3);
	assert_string_equal(p.service_point.v[2], "c");
	assert_int_equal(p.logs.n, 1);
	assert_int_equal(strncmp(p.logs.v[0], dir, strlen(dir)), 0);
	assert_string_equal(p.chain.v[0], "/abs/x.pem");
	assert_int_equal(p.dns_qps, 50);
	assert_int_equal(p.devices_probe, AMT_YES);
	assert_int_equal(p.trait[AMT_TRAIT_IN_BAND], AMT_NO);
	site_profile_traits(&p, &ctx);
	assert_int_equal(ctx.trait[AMT_TRAIT_IN_BAND], AMT_NO);
	assert_int_equal(p.mistakes, 0);
	assert_int_equal(notes.list.n, 1); /* none*.log matches nothing */
	amt_notes_free(&notes);
	site_profile_free(&p);
}

static void profile_names_mistakes(void **state)
{
	struct site_profile p;
	struct amt_notes notes = {0};
	struct amt_error err;

	(void)state;
	assert_true(site_profile_load(
		&p,
		file("[site]\nnmae = x\nname = good\n[dns]\nqps = lots\n[nonsense]\na = b\n"
		     "[traits]\nflying = yes\nsp1 = perhaps\n"),
		&notes, &err));
	assert_string_equal(p.name, "good");
	assert_int_equal(p.mistakes, 5);
	static const char *const want[] = {
		"line 2: unknown key 'nmae'", "line 5: not a whole number",
		"line 7: key 'a' stands in [nonsense], which is no section; there are [site], ",
		"line 9: unknown trait 'flying'", "line 10: not yes, no"};
	for (size_t i = 0; i < 5; i++)
		assert_non_null(strstr(notes.list.v[i].text, want[i]));
	site_profile_free(&p);
	assert_false(site_profile_load(&p, "/nonexistent/site.ini", &notes, &err));
	assert_non_null(strstr(err.text, "/nonexistent/site.ini"));
	site_profile_free(&p);
	amt_notes_free(&notes);
}

static void sample_profile_is_a_profile(void **state)
{
	struct amt_buf b;
	struct site_profile p;
	struct amt_notes notes = {0};

	(void)state;
	amt_buf_init(&b, AMT_CAP_INI);
	site_profile_sample(&b);
	/* with every key switched on */
	char *on = amt_strdup(b.data);
	for (char *q = on; (q = strstr(q, "\n#"));) {
		q++;
		if (q[1] != ' ')
			*q = ' ';
	}
	for (char *q = on; (q = strstr(q, "\n "));)
		memmove(q + 1, q + 2, strlen(q + 2) + 1);
	assert_true(site_profile_load(&p, file(on), &notes, NULL));
	assert_int_equal(p.mistakes, 0);
	assert_string_equal(p.name, "Contoso headquarters");
	free(on);
	amt_buf_free(&b);
	site_profile_free(&p);
	amt_notes_free(&notes);
}

static void load(struct site_inventory *inv, struct amt_notes *notes, const char *text)
{
	assert_true(site_inventory_load(inv, file(text), notes, NULL));
}

static void inventory_of_excel(void **state)
{
	struct site_inventory inv;
	struct amt_notes notes = {0};

	(void)state;
	load(&inv, &notes,
	     "\xef\xbb\xbfsep=;\r\nName;DNS-Name;SMBIOS_GUID;MAC-Address;AMTFullVersion;Method;"
	     "Notes;Unknown\r\n"
	     "pc1;pc1.contoso.com;{c284de32-f287-11dc-bbda-c4a11e4b001c};00-1E-0B-01-02-03;3.2.1;"
	     "out of band;"
	     "\"semi; quoted \"\"word\"\"\r\nsecond line\";x\r\n\r\n;pc2.contoso.com;;;;;;\r\n");
	assert_int_equal(inv.clients.n, 2);
	const struct site_client *c = &inv.clients.v[0];
	assert_string_equal(c->uuid, "C284DE32-F287-11DC-BBDA-C4A11E4B001C");
	assert_string_equal(c->mac, "00:1e:0b:01:02:03");
	assert_string_equal(c->method, "out-of-band");
	assert_string_equal(c->notes, "semi; quoted \"word\"\r\nsecond line");
	assert_string_equal(inv.clients.v[1].name, "pc2");
	assert_int_equal(inv.clients.v[1].line, 6);
	assert_int_equal(notes.list.n, 0);
	assert_ptr_equal(site_inventory_find(&inv, "PC1.CONTOSO.COM"), c);
	assert_null(site_inventory_find(&inv, "pc3"));
	site_inventory_free(&inv);
}

static void inventory_keeps_good_rows(void **state)
{
	struct site_inventory inv;
	struct amt_notes notes = {0};

	(void)state;
	load(&inv, &notes,
	     "name,uuid,mac,firmware\ngood,,,\nbad1,123,,\nbad2,,zz,\nbad3,,,x.y\n,,,\n\"open,,,"
	     "\n");
	/* A cell that says nothing is no reason to forget the computer. */
	assert_int_equal(inv.clients.n, 4);
	assert_string_equal(inv.clients.v[1].uuid, "");
	assert_string_equal(inv.clients.v[2].mac, "");
	assert_string_equal(inv.clients.v[3].firmware, "");
	assert_int_equal(inv.rejected, 2);
	static const char *const want[] = {"line 3: not a UUID", "line 4: not a MAC",
					   "line 5: not a firmware", "line 6: no name",
					   "line 7: a quote"};
	for (size_t i = 0; i < 5; i++)
		assert_non_null(strstr(notes.list.v[i].text, want[i]));
	site_inventory_free(&inv);
	amt_notes_free(&notes);
}

static void inventory_of_powershell(void **state)
{
	struct site_inventory inv;
	struct amt_notes notes = {0};

	(void)state;
	load(&inv, &notes,
	     "\xef\xbb\xbf#TYPE Selected.System.Object\r\n\"name\",\"fqdn\"\r\n"
	     "\"pc1\",\"pc1.contoso.com\"\r\n");
	assert_int_equal(inv.clients.n, 1);
	assert_string_equal(inv.clients.v[0].fqdn, "pc1.contoso.com");
	assert_int_equal(inv.clients.v[0].line, 3);
	site_inventory_free(&inv);
	load(&inv, &notes, "#,name\n1,pc1\n");
	assert_int_equal(inv.clients.n, 1);
	site_inventory_free(&inv);
	assert_int_equal(notes.list.n, 0);
}

static void inventory_after_an_open_quote(void **state)
{
	struct site_inventory inv;
	struct amt_notes notes = {0};

	(void)state;
	load(&inv, &notes, "name,notes\npc1,\npc2,\"never closed\npc3,\"\"\npc4,a \"\"word\n");
	assert_int_equal(inv.clients.n, 3);
	assert_string_equal(inv.clients.v[1].name, "pc3");
	assert_int_equal(inv.clients.v[1].line, 4);
	assert_int_equal(inv.rejected, 1);
	assert_non_null(strstr(notes.list.v[0].text, "line 3: a quote"));
	site_inventory_free(&inv);
	amt_notes_free(&notes);
}

static void import_file_passwords_are_gone(void **state)
{
	char text[] = "pc1,pc1.contoso.com,C284DE32F28711DCBBDAC4A11E4B001C,001E0B010203,TWVieFB3,"
		      "QWRtaW5Qdw==\n";
	struct site_inventory inv = {0};
	struct amt_notes notes = {0};

	(void)state;
	assert_true(site_inventory_parse(&inv, text, strlen(text), "import.csv", &notes));
	assert_true(inv.import_format);
	assert_int_equal(inv.clients.n, 1);
	assert_string_equal(inv.clients.v[0].fqdn, "pc1.contoso.com");
	assert_null(memmem(text, sizeof(text), "TWVieFB3", 8));
	assert_null(memmem(text, sizeof(text), "QWRtaW5Qdw", 10));
	site_inventory_free(&inv);
}

static void inventory_refuses_what_is_none(void **state)
{
	struct site_inventory inv;
	struct amt_notes notes = {0};
	struct amt_error err;

	(void)state;
	assert_false(
		site_inventory_load(&inv, file("just some text\nthat is no list\n"), &notes, &err));
	assert_non_null(strstr(err.text, "not a client list"));
	site_inventory_free(&inv);
	assert_true(site_inventory_load(&inv, file(""), &notes, &err));
	assert_int_equal(inv.clients.n, 0);
	site_inventory_free(&inv);
	amt_notes_free(&notes);
}

static void utf16_inventory(void **state)
{
	static const char text[] = "\xff\xfen\0a\0m\0e\0\t\0f\0q\0d\0n\0\r\0\n\0p\0\xe9\0\t\0x\0\n";
	char path[64];
	struct site_inventory inv;
	struct amt_notes notes = {0};

	(void)state;
	snprintf(path, sizeof(path), "%s/f", dir);
	assert_true(amt_file_write(path, text, sizeof(text), NULL));
	assert_true(site_inventory_load(&inv, path, &notes, NULL));
	assert_int_equal(inv.clients.n, 1);
	assert_string_equal(inv.clients.v[0].name, "p\xc3\xa9");
	site_inventory_free(&inv);
	amt_notes_free(&notes);
}

static void answers(void **state)
{
	struct site_answers a;
	struct amt_notes notes = {0};
	char path[64];

	(void)state;
	assert_true(site_answers_load(
		&a,
		file("[S1.V01]\nanswer = yes\nnote = built by the book\nby = A\n"
		     "[S1.V01 pc1.contoso.com]\nanswer = no\n[NO.99]\nanswer = yes\n"
		     "[S2.C05]\nanswer = perhaps\nanser = no\n"),
		&notes, NULL));
	assert_int_equal(a.mistakes, 3);
	assert_non_null(strstr(notes.list.v[0].text, "line 8: there is no check 'NO.99'"));
	assert_int_equal(site_answer_find(&a, "S1.V01", "")->answer, AMT_YES);
	assert_int_equal(site_answer_find(&a, "s1.v01", "PC1.contoso.com")->answer, AMT_NO);
	assert_int_equal(site_answer_find(&a, "S1.V01", "pc2")->answer, AMT_YES);
	assert_null(site_answer_find(&a, "S7.V01", ""));
	site_answer_set(&a, "S7.V01", "", AMT_NO, "line\nbreak");
	snprintf(path, sizeof(path), "%s/f", dir);
	assert_true(site_answers_save(&a, path, NULL));
	site_answers_free(&a);
	amt_notes_free(&notes);
	assert_true(site_answers_load(&a, path, &notes, NULL));
	assert_int_equal(a.mistakes, 0);
	assert_string_equal(site_answer_find(&a, "S7.V01", "")->note, "line break");
	assert_string_equal(site_answer_find(&a, "S1.V01", "")->note, "built by the book");
	site_answers_free(&a);
}

static void masks(const char *from, const char *to)
{
	char text[256], wide[2 * sizeof(text)];
	size_t n = strlen(from);

	memcpy(text, from, n + 1);
	site_mask(text, n);
	assert_string_equal(text, to);
	for (size_t i = 0; i < n; i++) {
		wide[2 * i] = from[i];
		wide[2 * i + 1] = 0;
	}
	site_mask(wide, 2 * n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(wide[2 * i], to[i]);
}

/* Evidence that is no text stays whole, but for passwords that are plain in it. */
static void binary_stays_whole(void **state)
{
	static const char same[] = "\x30\x82\x05\x01 pw=\x41\x42secret\x01\x02 pwd: abc";
	static const char base64[] =
		"-----BEGIN CERTIFICATE-----\nAB1/Pw==\n-----END CERTIFICATE-----\n";
	static const char http[] = "\xd4\xc3\xb2\xa1\x02\0\0\0Authorization: Basic QWRt\r\n\0\x01";
	char text[128];

	(void)state;
	memcpy(text, same, sizeof(same));
	assert_int_equal(site_mask(text, sizeof(same)), 0);
	assert_memory_equal(text, same, sizeof(same));
	memcpy(text, base64, sizeof(base64));
	assert_int_equal(site_mask(text, sizeof(base64)), 0);
	assert_memory_equal(text, base64, sizeof(base64));
	memcpy(text, http, sizeof(http));
	assert_int_equal(site_mask(text, sizeof(http)), 1);
	assert_null(memmem(text, sizeof(http), "QWRt", 4));
	assert_memory_equal(text + sizeof(http) - 5, "\r\n\0\x01", 5);
	memcpy(text, "\x01password=ab\xff\x80 tail", 20);
	site_mask(text, 19);
	assert_memory_equal(text, "\x01password=**\xff\x80 tail", 19);
}

static void passwords_become_stars(void **state)
{
	static const char *const same[] = {
		"password-file = keys/pw",
		"mebx-password = set\n",
		"SecurityAdministration.SetMEBxPassword finished with HResult = 0x0",
		"using provisioned account (random generated password) to connect target",
		"pwdLastSet=0",
		"the password KB954718 asks for",
		"password pc1-w7.example.net",
		"password 0x80090308, status",
		"password (status 0x10)",
		"Apps: all",
		"the password is unknown.",
		"",
		"password",
		"password =",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		masks(same[i], same[i]);
	masks("the password P@ssw0rd! of all", "the password ********* of all");
	masks("Kennwort (Geheim7)", "Kennwort (********");
	masks("mot de passe : abc", "mot de passe : ***");
	masks("mebx-password = a b\r\nport = 1", "mebx-password = ***\r\nport = 1");
	masks("\"DefaultPassword\"=\"a\\\"b\"\n", "\"DefaultPassword\"=\"****\"\n");
	masks("{\"password\": \"ab\", \"x\": 1}", "{\"password\": \"**\", \"x\": 1}");
	masks("<AdminPassword>ab</AdminPassword>", "<AdminPassword>**</AdminPassword>");
	masks("server=x;pwd=ab;uid=sa", "server=x;pwd=**;uid=sa");
	masks("the MEBx password is P4ss, ask", "the MEBx password is ****, ask");
	masks("Password: a b  $$<X><", "Password: ***  $$<X><");
	masks("Authorization: Basic YQ==\n", "Authorization: **********\n");
	masks("Set DnsCredentials u d pw1\n", "Set DnsCredentials *******\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profile_reads_every_type),
		cmocka_unit_test(profile_names_mistakes),
		cmocka_unit_test(sample_profile_is_a_profile),
		cmocka_unit_test(inventory_of_excel),
		cmocka_unit_test(inventory_keeps_good_rows),
		cmocka_unit_test(inventory_of_powershell),
		cmocka_unit_test(inventory_after_an_open_quote),
		cmocka_unit_test(import_file_passwords_are_gone),
		cmocka_unit_test(inventory_refuses_what_is_none),
		cmocka_unit_test(utf16_inventory),
		cmocka_unit_test(answers),
		cmocka_unit_test(passwords_become_stars),
		cmocka_unit_test(binary_stays_whole),
	};
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
