/* Exports of Windows servers: recognition, encodings, what they tell, JSON there and back. */
#include "exports_scene.h"

static void hotfix_lists(void **state)
{
	struct scene *s = *state;

	give(s, "qfe.csv", qfe);
	const struct exports_fact *f = fact(s, EXPORTS_HOTFIX, "KB932303");
	assert_non_null(f);
	assert_string_equal(f->computer, "SCCM01");
	assert_int_equal(f->line, 3);
	assert_non_null(fact(s, EXPORTS_HOTFIX, "KB936059"));
	assert_non_null(fact(s, EXPORTS_HOTFIX, "KB147222"));
	assert_int_equal(s->f.files.v[0].kind, EXPORTS_HOTFIXES_FILE);
	/* PowerShell with another locale's separator. */
	give(s, "b.csv",
	     "#TYPE System.Management.ManagementObject\r\n\"PSComputerName\";\"HotFixID\"\r\n"
	     "\"SRV2\";\"KB942841\"\r\n");
	f = fact(s, EXPORTS_HOTFIX, "KB942841");
	assert_string_equal(f->computer, "SRV2");
	assert_int_equal(f->line, 3);
	/* The list form of wmic. */
	give(s, "c.txt", "\r\nCaption=\r\nCSName=SRV3\r\nHotFixID=KB899900\r\n");
	assert_string_equal(fact(s, EXPORTS_HOTFIX, "KB899900")->computer, "SRV3");
}

static void utf16_registry(void **state)
{
	struct scene *s = *state;
	static const char text[] =
		"Windows Registry Editor Version 5.00\r\n\r\n"
		"[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall]"
		"\r\n\r\n"
		"[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{A1}"
		"]\r\n"
		"\"DisplayName\"=\"Intel(R) WS-Management \\\"Translator\\\"\"\r\n"
		"\"DisplayVersion\"=\"1.1\"\r\n\r\n"
		"[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{B2}"
		"]\r\n"
		"\"DisplayName\"=hex(2):48,00,6f,00,74,00,20,00,\\\r\n"
		"  4b,00,42,00,39,00,35,00,37,00,34,00,36,00,39,00,00,00\r\n";
	char wide[4096];
	size_t n = 0;

	wide[n++] = '\xff';
	wide[n++] = '\xfe';
	for (size_t i = 0; text[i]; i++) {
		wide[n++] = text[i];
		wide[n++] = '\0';
	}
	give_bytes(s, "x/SCCM01.uninstall.reg", wide, n, true);
	assert_string_equal(s->f.files.v[0].charset, "UTF-16LE");
	assert_string_equal(s->f.files.v[0].computer, "SCCM01");
	const struct exports_fact *f =
		fact(s, EXPORTS_PROGRAM, "Intel(R) WS-Management \"Translator\"");
	assert_non_null(f);
	assert_string_equal(f->field[EXPORTS_PROGRAM_VERSION], "1.1");
	f = fact(s, EXPORTS_HOTFIX, "KB957469");
	assert_non_null(f);
	assert_string_equal(f->field[EXPORTS_HOTFIX_TITLE], "Hot KB957469");
	assert_string_equal(f->field[EXPORTS_HOTFIX_LIST], "programs");
	assert_int_equal(f->line, 9);
}

static void reg_query(void **state)
{
	struct scene *s = *state;

	give(s, "SCCM01.uninstall.txt",
	     "\r\nHKEY_LOCAL_"
	     "MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\KB960804\r\n"
	     "    DisplayName    REG_SZ    Update for Configuration Manager\r\n\r\n"
	     "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\SMS\\Setup\r\n"
	     "    Full Version    REG_SZ    4.00.6221.1000\r\n");
	assert_non_null(fact(s, EXPORTS_HOTFIX, "KB960804"));
	assert_int_equal(judged(s, "S1.V02a", NULL), AMT_WARN);
	assert_int_equal(judged(s, "HF.KB960804", NULL), AMT_PASS);
}

static void systems(void **state)
{
	struct scene *s = *state;

	assert_int_equal(alone(s, "a.txt", SYSTEM("5.2.3790 Service Pack 1 Build 3790"), "P.26"),
			 AMT_FAIL);
	assert_int_equal(judged(s, "HF.KB899900", NULL), AMT_FAIL);
	assert_int_equal(judged(s, "HF.KB942841", NULL), AMT_PASS);
	assert_int_equal(alone(s, "a.txt", SYSTEM("5.2.3790 Service Pack 2 Build 3790"), "P.26"),
			 AMT_PASS);
	assert_int_equal(judged(s, "HF.KB899900", NULL), AMT_PASS);
	assert_int_equal(judged(s, "P.24", NULL), AMT_FAIL);
	assert_int_equal(alone(s, "a.txt", SYSTEM("6.1.7601 Service Pack 1 Build 7601"), "P.24"),
			 AMT_PASS);
	/* German, code page 1252. */
	assert_int_equal(
		alone(s, "d.txt",
		      "\r\nHostname:                      SCCM01\r\nBetriebssystemname:            "
		      "Microsoft Windows Server 2003\r\nBetriebssystemversion:         5.2.3790 "
		      "Service Pack 1 Build 3790\r\nHersteller f\xfcr System: x\r\n",
		      "P.26"),
		AMT_FAIL);
	assert_string_equal(s->f.files.v[0].charset, "windows-1252");
	/* From the registry. */
	assert_int_equal(alone(s, "SCCM01.windows.reg",
			       "REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows "
			       "NT\\CurrentVersion]\r\n\"ProductName\"=\"Microsoft Windows Server "
			       "2003\"\r\n\"CurrentVersion\"=\"5.2\"\r\n\"CSDVersion\"=\"Service "
			       "Pack 2\"\r\n",
			       "P.26"),
			 AMT_PASS);
}

static void import_file(void **state)
{
	struct scene *s = *state;
	static const char secret[] = "UzNjcmV0UGFzc3dvcmQ=";

	s->ctx.trait[AMT_TRAIT_OUT_OF_BAND] = AMT_YES;
	give(s, "clients.csv", clients);
	give(s, "import.csv",
	     "PC01,pc01.contoso.com,C284DE32-F287-11DC-BBDA-C4A11E4B0001,00:1E:0B:00:00:01,"
	     "UzNjcmV0UGFzc3dvcmQ=,UzNjcmV0UGFzc3dvcmQ=\n"
	     "PC02,pc02.contoso.com,32DE84C2-87F2-DC11-BBDA-C4A11E4B0002,UzNjcmV0UGFzc3dvcmQ=\n"
	     "PC09,pc_09.contoso.com,not-a-uuid,,\n");
	assert_int_equal(judged(s, "S3.C02a", "PC01"), AMT_VERDICTS);
	assert_int_equal(judged(s, "S3.C02a", "PC02"), AMT_WARN);
	assert_int_equal(judged(s, "S3.C02a", "PC09"), AMT_FAIL);
	assert_int_equal(judged(s, "S3.C03", "PC09"), AMT_FAIL);
	json_t *j = exports_to_json(&s->f);
	char *dump = json_dumps(j, 0);
	assert_null(strstr(dump, secret));
	for (size_t i = 0; i < s->notes.list.n; i++)
		assert_null(strstr(s->notes.list.v[i].text, secret));
	free(dump);
	json_decref(j);
}

static void traits_from_exports(void **state)
{
	struct scene *s = *state;

	give(s, "sites.csv", "SiteCode,ServerName,BuildNumber\nISW,SCCM01,6221\n");
	give(s, "a.txt", SYSTEM("5.2.3790 Service Pack 1 Build 3790"));
	s->ctx.trait[AMT_TRAIT_XP] = AMT_NO;
	exports_traits(&s->f, &s->ctx);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_SP1], AMT_YES);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_SP2], AMT_NO);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_WS2003_SP1], AMT_YES);
	assert_int_equal(s->ctx.trait[AMT_TRAIT_XP], AMT_NO);       /* what the site says stays */
	assert_int_equal(s->ctx.trait[AMT_TRAIT_VISTA], AMT_MAYBE); /* absence proves nothing */
}

static void unknown_files(void **state)
{
	struct scene *s = *state;

	give_bytes(s, "x", "hello\n", 6, false);
	give_bytes(s, "empty", "", 0, false);
	give_bytes(s, "a.cer", "-----BEGIN CERTIFICATE-----\n", 28, false);
	give_bytes(s, "amt.log", "<![LOG[x]LOG]!>\n", 16, false);
	assert_int_equal(s->notes.list.n, 4);
	assert_non_null(strstr(s->notes.list.v[2].text, "chain"));
	assert_non_null(strstr(s->notes.list.v[3].text, "logs"));
	assert_int_equal(s->f.files.n, 0);
	struct amt_strlist paths = {0};
	amt_vec_push(&paths, "/nonexistent/file");
	exports_collect(&paths, &s->f, &s->notes);
	amt_vec_free(&paths);
	assert_int_equal(s->notes.list.n, 5);
}

static void json_there_and_back(void **state)
{
	struct scene *s = *state;
	struct exports_facts again = {0};
	struct amt_error err;

	give(s, "qfe.csv", qfe);
	give(s, "clients.csv", clients);
	give(s, "SCCM01.a.txt", SYSTEM("5.2.3790 Service Pack 1 Build 3790"));
	exports_role_add(&s->f, &s->f.roles.in_band, "PC02");
	json_t *one = exports_to_json(&s->f);
	assert_true(exports_from_json(one, &again, &err));
	json_t *two = exports_to_json(&again);
	assert_true(json_equal(one, two));
	/* The same facts give the same findings. */
	struct amt_findings fs = {0};
	exports_judge(&s->f, &s->ctx, &s->fs);
	exports_judge(&again, &s->ctx, &fs);
	json_t *a = amt_findings_to_json(&s->fs), *b = amt_findings_to_json(&fs);
	assert_true(json_array_size(a) > 10);
	assert_true(json_equal(a, b));
	json_decref(a);
	json_decref(b);
	amt_findings_free(&fs);
	exports_facts_free(&again);
	json_array_append_new(json_object_get(one, "facts"), json_object());
	again = (struct exports_facts){0};
	assert_false(exports_from_json(one, &again, &err));
	exports_facts_free(&again);
	json_decref(one);
	json_decref(two);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		T(hotfix_lists), T(utf16_registry),      T(reg_query),     T(systems),
		T(import_file),  T(traits_from_exports), T(unknown_files), T(json_there_and_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
