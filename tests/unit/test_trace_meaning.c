/* Templates, signatures and codes: the tables against themselves and against lines. */
#include "trace/chunk.h"
#include "trace/signature_db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* A line as a template describes it. */
static void example(const struct trace_template *t, struct amt_buf *b)
{
	amt_buf_clear(b);
	for (const char *p = t->pattern; *p; p++) {
		if (*p != '%') {
			amt_buf_byte(b, *p);
			continue;
		}
		switch (*++p) {
		case 'h':
			amt_buf_str(b, "pc-1.example.com");
			break;
		case 'n':
			amt_buf_str(b, "48");
			break;
		case 'u':
			amt_buf_str(b, "C284DE32-F287-11DC-BBDA-C4A11E4B001C");
			break;
		case 'i':
			amt_buf_str(b, "10.0.0.7");
			break;
		case 'x':
			amt_buf_str(b, "0x0");
			break;
		case 'v':
			amt_buf_str(b, "5.2.10");
			break;
		case 'q':
			amt_buf_byte(b, '\'');
			break;
		case 'p':
			amt_buf_str(b, "D:\\inboxes\\amtopmgr.box\\prov\\48.OTP");
			break;
		default:
			amt_buf_str(b, "Word");
		}
	}
}

static void every_template(void **state)
{
	struct amt_buf b;

	(void)state;
	assert_true(trace_templates_count >= 220);
	amt_buf_init(&b, 4096);
	for (size_t i = 0; i < trace_templates_count; i++) {
		const struct trace_template *t = &trace_templates[i];
		struct trace_match m;
		example(t, &b);
		if (!trace_classify(amt_buf_cstr(&b), b.len, false, &m) || m.row != t)
			fail_msg("%s: '%s' is taken for %s", t->id, amt_buf_cstr(&b),
				 m.row ? m.row->id : "nothing");
		if (strstr(t->pattern, "%h") &&
		    (!m.host || m.host_len != 16 || memcmp(m.host, "pc-1.example.com", 16) != 0))
			fail_msg("%s: host not found", t->id);
		if (strstr(t->pattern, "MachineId = %n"))
			assert_int_equal(m.machine, 48);
	}
	amt_buf_free(&b);
}

/* Wordings that no source confirms are matched through small differences. */
static void loose(void **state)
{
	static const char *const rows[][2] = {
		{"ERROR: can not establish connection with target device (MachineId = 7)", "T114"},
		{"Failed OTP check on AMT device pc-1.example.com! (MachineId = 7)", "T124"},
		{"Finished 2nd stage provision on AMT device pc-1.example.com successfully",
		 "T164"},
	};
	struct trace_match m;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_false(trace_classify(rows[i][0], strlen(rows[i][0]), false, &m) && m.whole);
		assert_true(trace_classify(rows[i][0], strlen(rows[i][0]), true, &m));
		assert_true(m.loose || !m.whole);
		assert_string_equal(m.row->id, rows[i][1]);
	}
	assert_true(trace_classify(rows[0][0], strlen(rows[0][0]), true, &m));
	assert_int_equal(m.machine, 7);
}

static void calls(void **state)
{
	static const char line[] =
		"SecurityAdministration.ClearTLS Credentials finished with HResult = "
		"0x0, status = 0x17, clientError = -3.";
	struct trace_match m;
	struct trace_record rec = {.text = line, .text_len = sizeof(line) - 1, .type = -1};

	(void)state;
	assert_true(trace_classify(line, sizeof(line) - 1, false, &m));
	assert_int_equal(m.event, TRACE_EV_CALL);
	assert_int_equal(m.status, 0x17);
	assert_int_equal(m.client, -3);
	assert_int_equal(trace_severity_of(&rec, &m), TRACE_ERROR);
	/* Lost its end, as in the guide's figures. */
	assert_true(trace_classify("New.Call finished with HResult = 0x0, status = 0x0.", 51, false,
				   &m));
	assert_false(m.has_client);
	assert_int_equal(trace_severity_of(&rec, &m), TRACE_INFO);
}

static size_t sign(struct trace_signer *s, const char *text, char *out, size_t size)
{
	uint8_t hits[TRACE_SIGNS_MAX];
	size_t n = trace_sign(s, text, strlen(text), hits);

	*out = '\0';
	for (size_t i = 0; i < n; i++)
		snprintf(out + strlen(out), size - strlen(out), "%s%s", i ? " " : "",
			 trace_signatures[hits[i]].id);
	return n;
}

static const char *const lines[][2] = {
	{"Error 0x80090308 returned by InitializeSecurityContext during follow up TLS handshaking",
	 "C06"},
	{"Error 0x6f1a970 returned by ApplyControlToken", "N02"},
	{"SecurityAdministration.SetMEBxPassword finished with HResult = 0x0, status = 0x10, "
	 "clientError = 0.",
	 "P22"},
	{"SecurityAdministration.CommitChanges finished with HResult = 0x0, status = 0x10, "
	 "clientError = 0.",
	 "P23"},
	{"SecurityAdministration.CommitChanges finished with HResult = 0x0, status = 0x80f, "
	 "clientError = 0.",
	 "P14"},
	{"status = 0x1, x", "P01"},
	{"status = 0x17, x", "P04"},
	{"could not read files (#2147942405)", "D02"},
	{"failed with -2147024891", "D02"},
	/* The code is one word of a longer pattern. */
	{"Error -2146893018 returned by InitializeSecurityContext during follow up", "C04"},
	{"Error 2148074240 returned by InitializeSecurityContext during follow up", ""},
	{"Error 80090308 returned by InitializeSecurityContext during initial", "C06"},
	{"GetAMTPowerState fail with result:-2147012887", "N08"},
	{"Failed to create SSPI credential with error=-2146893043 by AcquireCredentialsHandle.",
	 "C08"},
	{"Failed to call CheckCertificate provider method, 80041001", "O01"},
	{"ERROR: Invoke(get) failed: 80072EE2argNum = 0", "N07"},
	{"ERROR: Invoke(get) failed: 80020009argNum = 0", "N12"},
	{"{80070005-1111-4222-8333-000000000001}", ""},
	{"nothing to see", ""},
	{"Fail to connect and get core version of machine a using provisioned account (random "
	 "generated "
	 "password).",
	 "A03"},
};

static void signatures(void **state)
{
	/* As made when amtdiag was built, compiled here, and without hyperscan. */
	struct trace_signer *s = trace_signer_new(false, NULL), *p = trace_signer_new(true, NULL);
	struct trace_signer *c = trace_signer_compiled();
	char a[200], b[200];

	(void)state;
	assert_int_equal(trace_signatures_count, 94);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		sign(s, lines[i][0], a, sizeof(a));
		sign(p, lines[i][0], b, sizeof(b));
		assert_string_equal(a, lines[i][1]);
		assert_string_equal(b, lines[i][1]);
	}
	/* Both engines on every template. */
	struct amt_buf line;
	amt_buf_init(&line, 4096);
	for (size_t i = 0; i < trace_templates_count; i++) {
		example(&trace_templates[i], &line);
		sign(s, amt_buf_cstr(&line), a, sizeof(a));
		sign(p, amt_buf_cstr(&line), b, sizeof(b));
		assert_string_equal(a, b);
		if (!c)
			continue;
		sign(c, amt_buf_cstr(&line), b, sizeof(b));
		assert_string_equal(a, b);
	}
	amt_buf_free(&line);
	trace_signer_free(s);
	trace_signer_free(p);
	trace_signer_free(c);
}

/* Lines that are not looked at for signatures hold none. */
static void connected(void **state)
{
	static const char *const versions[] = {"0.9.1", "1.0",  "2.2.20", "3.0.1",  "3.1", "3.2.0",
					       "3.2.1", "3.3",  "4.0.0",  "5.2.10", "9.1", "10.0.1",
					       "11.8",  "20.1", "30.1",   "4",      "3",   "2"};
	struct trace_signer *signer = trace_signer_new(false, NULL);
	unsigned old = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		char text[160];
		uint8_t out[TRACE_SIGNS_MAX];
		struct trace_meaning m;
		struct trace_record rec = {.framing = TRACE_SERVER, .type = -1, .text = text};
		rec.text_len =
			(size_t)snprintf(text, sizeof(text),
					 "Succeed to connect target machine pc1.lab and core "
					 "version with %s using provisioning account #0.",
					 versions[i]);
		trace_understand(signer, &rec, true, &m);
		assert_int_equal(m.m.event, TRACE_EV_CONNECTED);
		assert_int_equal(m.n_signs, trace_sign(signer, text, rec.text_len, out));
		old += m.n_signs;
	}
	assert_int_equal(old, 6);
	trace_signer_free(signer);
}

static void codes(void **state)
{
	struct trace_code_hit h[4];
	static const char text[] = "status = 0x22 (Error: 00000021; x) 0x80090325 2147942405 12345";

	(void)state;
	assert_int_equal(trace_codes_count, 210);
	for (size_t i = 0; i < trace_codes_count; i++)
		for (size_t k = i + 1; k < trace_codes_count; k++)
			if (trace_codes[i].code == trace_codes[k].code &&
			    trace_codes[i].firmware == trace_codes[k].firmware)
				fail_msg("0x%X twice", trace_codes[i].code);
	assert_int_equal(trace_codes_in(text, sizeof(text) - 1, h, 4), 4);
	assert_int_equal(h[0].code, 0x22);
	assert_true(h[0].firmware && h[0].row);
	assert_int_equal(h[1].code, 0x80070021);
	assert_int_equal(h[2].code, 0x80090325);
	assert_memory_equal(text + h[3].at, "2147942405", 10);
	assert_int_equal(h[3].code, 0x80070005);
	assert_int_equal(trace_codes_in("Error 0x80090308 returned by ApplyControlToken", 46, h, 4),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_template), cmocka_unit_test(loose),
		cmocka_unit_test(calls),          cmocka_unit_test(signatures),
		cmocka_unit_test(connected),      cmocka_unit_test(codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
