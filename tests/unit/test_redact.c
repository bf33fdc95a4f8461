/* Redaction: the same value the same pseudonym, in any surroundings, and nothing left. */
#include "amtdiag/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *redacted(struct amt_redactor *r, const char *s)
{
	static struct amt_buf b;

	amt_buf_free(&b);
	amt_buf_init(&b, AMT_MIB);
	amt_redact_text(r, s, strlen(s), &b);
	return amt_buf_cstr(&b);
}

static void in_any_surroundings(void **state)
{
	struct amt_redactor r = {0};
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"pc1.corp.example", "host1.domain-1.example"},
		{"PC1.CORP.EXAMPLE.", "host1.domain-1.example."},
		{"https://pc1.corp.example:16993/wsman",
		 "https://host1.domain-1.example:16993/wsman"},
		{"pc1", "host1"},
		{"logs/pc1-Oobmgmt.log", "logs/host1-Oobmgmt.log"},
		{"new.corp.example said", "host2.domain-1.example said"},
		{"192.0.2.1:53, 192.0.2.2 and 192.0.2.1",
		 "198.18.0.1:53, 198.18.0.2 and 198.18.0.1"},
		{"[2001:db8:1::5]:53", "[2001:db8::1]:53"},
		{"(00-1E-0B-01-02-03)", "(02-00-00-00-00-01)"},
		{"AMT device C284DE32-F287-11DC-BBDA-C4A11E4B001C is",
		 "AMT device 00000000-0000-4000-8000-000000000001 is"},
		{"S-1-5-21-1-2-3-1104!", "S-1-5-21-0-0-1-1104!"},
		{"version 3.2.1, 2026-11-21T08:00:00Z, 0x80090308",
		 "version 3.2.1, 2026-11-21T08:00:00Z, 0x80090308"},
		{"S3.C14 and line 12:", "S3.C14 and line 12:"},
		{"", ""},
	};

	(void)state;
	amt_redact_learn(&r, AMT_SECRET_DOMAIN, "corp.example");
	amt_redact_learn(&r, AMT_SECRET_HOST, "pc1.corp.example");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(redacted(&r, cases[i].in), cases[i].out);
	amt_redactor_free(&r);
}

static void facts_say_what_they_are(void **state)
{
	struct amt_redactor r = {0};
	json_t *facts =
		json_pack("{s:[{s:s,s:s,s:s}],s:{s:s}}", "clients", "name", "secretpc", "user",
			  "Jane", "serial", "ABC123", "file", "name", "Amtopmgr.log");

	(void)state;
	amt_redact_learn_facts(&r, facts);
	json_t *out = amt_redact_json(&r, facts);
	char *text = json_dumps(out, JSON_COMPACT);
	assert_string_equal(
		text,
		"{\"clients\":[{\"name\":\"host1\",\"user\":\"user-1\",\"serial\":\"serial-1\"}],"
		"\"file\":{\"name\":\"Amtopmgr.log\"}}");
	free(text);
	json_decref(out);
	json_decref(facts);
	amt_redactor_free(&r);
}

static void one_secret_in_many_forms(void **state)
{
	struct amt_redactor r = {0};
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"001E0B010203", "020000000001"},
		{"001e.0b01.0203", "0200.0000.0001"},
		{"00:1E:0B:01:02:03", "02:00:00:00:00:01"},
		{"10.2.0.192.in-addr.arpa", "1.0.18.198.in-addr.arpa"},
		{"c000020a", "c6120001"},
		{"{C284DE32-F287-11DC-BBDA-C4A11E4B001C}",
		 "{00000000-0000-4000-8000-000000000001}"},
		{"32DE84C2-87F2-DC11-BBDA-C4A11E4B001C", "00000000-0000-0040-8000-000000000001"},
		{"c284de32f28711dcbbdac4a11e4b001c", "00000000000040008000000000000001"},
		{"CN=pc1,OU=Rheinwerk West,DC=corp,DC=com said",
		 "CN=host1,OU=text-1,DC=domain-1,DC=com said"},
		{"CORP\\j.doe, by Jane Roe:", "domain-1\\user-1, by user-2:"},
		{"rev.sub.corp.com", "host3.domain-2.domain-1.com"},
		{"6c:d0:38:f7:0b:4f:c2:d9", "serial-1"},
		{"S-1-5-21-1-2-3-512 S-1-5-21-1-2-3", "S-1-5-21-0-0-1-512 S-1-5-21-0-0-1"},
		{"S-1-5-32-544", "S-1-5-32-544"},
		/* and what is no secret */
		{"KB942841 and the certificate on port 16993",
		 "KB942841 and the certificate on port 16993"},
		{"1.3.6.1.5.5.7.3.1, 2.5.29.37", "1.3.6.1.5.5.7.3.1, 2.5.29.37"},
		{"S3.C14, 0x80090308, 4.0.6487.2000", "S3.C14, 0x80090308, 4.0.6487.2000"},
	};

	(void)state;
	amt_redact_learn(&r, AMT_SECRET_DOMAIN, "corp.com");
	amt_redact_learn(&r, AMT_SECRET_HOST, "pc1");
	amt_redact_learn(&r, AMT_SECRET_HOST, "certificate"); /* whoever names a computer so */
	amt_redact_learn(&r, AMT_SECRET_OTHER, "Rheinwerk West");
	amt_redact_learn(&r, AMT_SECRET_USER, "j.doe");
	amt_redact_learn(&r, AMT_SECRET_USER, "Jane Roe");
	amt_redact_learn(&r, AMT_SECRET_MAC, "00-1E-0B-01-02-03");
	amt_redact_learn(&r, AMT_SECRET_UUID, "C284DE32-F287-11DC-BBDA-C4A11E4B001C");
	amt_redact_learn(&r, AMT_SECRET_IPV4, "192.0.2.10");
	amt_redact_learn(&r, AMT_SECRET_SERIAL, "6cd038f70b4fc2d9");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(redacted(&r, cases[i].in), cases[i].out);
	amt_redactor_free(&r);
}

/* objectSid of S-1-5-21-1-2-3-1104, a description in UTF-16, a picture; a computer named as a word.
 */
static void bytes_in_facts(void **state)
{
	struct amt_redactor r = {0};
	json_t *facts = json_pack("{s:[{s:s}], s:{s:[s], s:[s], s:[s]}, s:[{s:s,s:s}], s:s}",
				  "clients", "name", "certificate", "attributes", "objectSid",
				  "base64:AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAUAQAAA==", "blob",
				  "base64:cABjADEALgBjAG8AcgBwAC4AYwBvAG0A", "other",
				  "base64:3q2+7w==", "facts", "what", "hotfix", "name", "KB942841",
				  "file", "certificate");

	(void)state;
	amt_redact_learn(&r, AMT_SECRET_DOMAIN, "corp.com");
	amt_redact_learn_facts(&r, facts);
	json_t *out = amt_redact_json(&r, facts);
	char *text = json_dumps(out, JSON_COMPACT);
	assert_string_equal(
		text, "{\"clients\":[{\"name\":\"host1\"}],\"attributes\":{\"objectSid\":["
		      "\"base64:AQUAAAAAAAUVAAAAAAAAAAAAAAABAAAAUAQAAA==\"],\"blob\":[\"base64:\"],"
		      "\"other\":[\"base64:3q2+7w==\"]},\"facts\":[{\"what\":\"hotfix\",\"name\":"
		      "\"KB942841\"}],\"file\":\"certificate\"}");
	free(text);
	json_decref(out);
	json_decref(facts);
	amt_redactor_free(&r);
}

static void the_map_goes_on(void **state)
{
	struct amt_redactor r = {0}, q = {0};
	char path[] = "/tmp/amtdiag-map-XXXXXX";

	(void)state;
	assert_true(mkdtemp(path) != NULL);
	char file[64];
	snprintf(file, sizeof(file), "%s/map", path);
	amt_redact_learn(&r, AMT_SECRET_HOST, "pc1.corp.example");
	assert_true(amt_redact_save(&r, file, NULL));
	assert_true(amt_redact_load(&q, file, NULL));
	assert_string_equal(redacted(&q, "pc1.corp.example"), "host1.domain-1.example");
	assert_string_equal(redacted(&q, "pc2.corp.example"), "host2.domain-1.example");
	assert_true(amt_file_write(file, "nonsense\n", 9, NULL));
	struct amt_error err;
	assert_false(amt_redact_load(&q, file, &err));
	assert_non_null(strstr(err.text, "line 1"));
	remove(file);
	remove(path);
	amt_redactor_free(&r);
	amt_redactor_free(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_any_surroundings),
		cmocka_unit_test(facts_say_what_they_are),
		cmocka_unit_test(one_secret_in_many_forms),
		cmocka_unit_test(bytes_in_facts),
		cmocka_unit_test(the_map_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
