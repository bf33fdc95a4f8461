/* Exports of Windows servers: every row they answer, good and bad. */
#include "exports_scene.h"

static void fixes_of_configmgr(void **state)
{
	struct scene *s = *state;
	struct amt_fw fw[] = {{4, 0, 1, -1}, {5, 2, -1, -1}};

	s->ctx.firmware = fw;
	s->ctx.n_firmware = 2;
	give(s, "sites.csv",
	     "SiteCode,ServerName,Version,ReportingSiteCode\nISW,SCCM01,4.00.6221.1000,\n");
	/* A QFE list does not prove that a ConfigMgr fix is missing. */
	give(s, "qfe.csv", qfe);
	assert_int_equal(judged(s, "HF.KB957469", "SCCM01"), AMT_UNKNOWN);
	assert_int_equal(judged(s, "S1.V04", "SCCM01"), AMT_UNKNOWN);
	give(s, "SCCM01.programs.csv", "DisplayName,DisplayVersion,Publisher\nSomething,1,Me\n");
	assert_int_equal(judged(s, "HF.KB957469", "SCCM01"), AMT_FAIL);
	assert_int_equal(judged(s, "HF.KB960804", "SCCM01"), AMT_FAIL);
	assert_int_equal(judged(s, "S1.V04", "SCCM01"), AMT_FAIL);
	/* AMT 2 is not here, nor other AMT software: those fixes are not asked for. */
	assert_int_equal(judged(s, "HF.KB956337", NULL), AMT_VERDICTS);
	assert_int_equal(judged(s, "HF.KB955126", NULL), AMT_VERDICTS);
	give(s, "SCCM01.more.csv",
	     "DisplayName,DisplayVersion,Publisher\nIntel(R) AMT SCS Console,5,Intel\n");
	assert_int_equal(judged(s, "HF.KB955126", "SCCM01"), AMT_FAIL);
	/* The roll-up brings all of them. */
	give(s, "SCCM01.again.csv",
	     "DisplayName,DisplayVersion,Publisher\nHotfix (KB960804),1,MS\n");
	assert_int_equal(judged(s, "HF.KB957469", "SCCM01"), AMT_PASS);
	assert_int_equal(judged(s, "HF.KB955126", "SCCM01"), AMT_PASS);
	/* A child of the first release calls for KB955114; SP2 for none of them. */
	give(s, "child.csv",
	     "SiteCode;ServerName;Version;ReportingSiteCode\nCHI;S2;4.00.5931.0;ISW\n");
	assert_int_equal(judged(s, "S1.V02a", "S2"), AMT_FAIL);
	s->f.facts.n = 0;
	give(s, "sp2.csv", "SiteCode,ServerName,Version\nISW,SCCM01,4.00.6487.2000\n");
	give(s, "SCCM01.programs.csv", "DisplayName,DisplayVersion,Publisher\nSomething,1,Me\n");
	assert_int_equal(judged(s, "S1.V02a", NULL), AMT_PASS);
	assert_int_equal(judged(s, "HF.KB957469", NULL), AMT_VERDICTS);
}

/* Every row of the table: missing fails, there passes, for a system that needs it. */
static void every_hotfix(void **state)
{
	struct scene *s = *state;
	static const struct {
		const char *row, *kb, *computer, *system, *by;
	} rows[] = {
#define SERVER  "SCCM01"
#define CONSOLE "CON01"
#define BOTH    "SCCM01"
#define EXPORT_HOTFIX(row, kb, where, list, needed, otherwise, by, rare, source, conf)             \
	{row, kb, where, needed, by},
#include "site/export_hotfixes.def"
#undef EXPORT_HOTFIX
	};
	struct amt_fw fw[] = {{2, 1, -1, -1}, {2, 2, -1, -1}, {4, 0, -1, -1}};

	s->ctx.firmware = fw;
	s->ctx.n_firmware = 3;
	for (size_t t = 0; t < AMT_TRAIT_COUNT; t++)
		s->ctx.trait[t] = AMT_YES;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[512], version[8] = "5.2";
		if (*rows[i].system)
			amt_str_copy(version, 4, rows[i].system);
		for (int there = 0; there < 3; there++) {
			s->f.facts.n = s->f.files.n = 0;
			snprintf(text, sizeof(text),
				 "\nHost: %s\nName: Windows\nVersion: %s.3790 Service Pack 1 Build "
				 "1\n"
				 "Fixes: 1\n    [01]: %s\n",
				 rows[i].computer, version,
				 there == 1                  ? rows[i].kb
				 : there == 2 && *rows[i].by ? rows[i].by
							     : "KB111111");
			give(s, "system.txt", text);
			snprintf(text, sizeof(text), "Node,Name,Vendor\n%s,Nothing,Me\n",
				 rows[i].computer);
			give(s, "programs.csv", text);
			enum amt_verdict want =
				there == 1 || (there == 2 && *rows[i].by) ? AMT_PASS : AMT_FAIL;
			if (judged(s, rows[i].row, rows[i].computer) != want)
				fail_msg("%s with case %d", rows[i].row, there);
		}
	}
}

static void servers(void **state)
{
	struct scene *s = *state;
	static const char sc[] =
		"\r\nSERVICE_NAME: WinRM\r\nDISPLAY_NAME: Windows Remote Management\r\n"
		"        TYPE               : 20  WIN32_SHARE_PROCESS \r\n"
		"        STATE              : 4  RUNNING \r\n\r\n"
		"SERVICE_NAME: wstrans\r\nDISPLAY_NAME: Intel(R) WS-MAN Translator\r\n"
		"        TYPE               : 10  WIN32_OWN_PROCESS \r\n"
		"        STATE              : %d  WHATEVER \r\n";
	char text[1024];

	s->ctx.trait[AMT_TRAIT_PSK] = AMT_YES;
	snprintf(text, sizeof(text), sc, 4);
	assert_int_equal(alone(s, "SCCM01.services.txt", text, "P.24"), AMT_PASS);
	assert_int_equal(judged(s, "S1.V19", "SCCM01"), AMT_PASS);
	assert_int_equal(fact(s, EXPORTS_SERVICE, "wstrans")->line, 7);
	snprintf(text, sizeof(text), sc, 1);
	assert_int_equal(alone(s, "SCCM01.services.txt", text, "S1.V19"), AMT_FAIL);
	/* A service list without WinRM; wmic's form. */
	assert_int_equal(alone(s, "s.csv",
			       "Node,DisplayName,Name,StartMode,State\nSCCM01,Spooler,Spooler,Auto,"
			       "Running\n",
			       "P.24"),
			 AMT_FAIL);
	assert_int_equal(judged(s, "S1.V19", "SCCM01"), AMT_FAIL);
	s->ctx.trait[AMT_TRAIT_PSK] = AMT_NO;
	assert_int_equal(judged(s, "S1.V19", "SCCM01"), AMT_VERDICTS);
}

static void consoles(void **state)
{
	struct scene *s = *state;

	s->ctx.trait[AMT_TRAIT_CONSOLE] = s->ctx.trait[AMT_TRAIT_SOL] =
		s->ctx.trait[AMT_TRAIT_WIN7] = s->ctx.trait[AMT_TRAIT_REMOTE_CONSOLE] = AMT_YES;
	assert_int_equal(alone(s, "CON01.features.txt", "FeatureName,State\nTelnetClient,Enabled\n",
			       "S5.C08"),
			 AMT_PASS);
	assert_int_equal(alone(s, "CON01.features.txt",
			       "FeatureName,State\nTelnetClient,Disabled\n", "S5.C08"),
			 AMT_FAIL);
	assert_int_equal(alone(s, "CON01.features.txt",
			       "----------\nFeature Name | State\n---------- | "
			       "------\nTelnetClient | Disabled\n",
			       "S5.C08"),
			 AMT_FAIL);
	assert_int_equal(alone(s, "CON01.dism.txt",
			       "x\n\nFeature Name : TelnetClient\nState : Enabled\n", "S5.C08"),
			 AMT_PASS);
	assert_int_equal(alone(s, "CON01.oclist.txt",
			       "Use the listed names\n|--- x\nNot "
			       "Installed:TelnetServer\nInstalled:TelnetClient\n",
			       "S5.C08"),
			 AMT_PASS);
	assert_int_equal(alone(s, "CON01.programs.csv",
			       "DisplayName,Publisher\nMSXML 6.0 Parser,MS\n", "P.28"),
			 AMT_PASS);
	assert_int_equal(
		alone(s, "CON01.programs.csv", "DisplayName,Publisher\nMSXML 4.0,MS\n", "P.28"),
		AMT_FAIL);
	assert_int_equal(alone(s, "ConfigMgrPrereq.log",
			       "<11-21-2009 10:00:00> ****** Prerequisite checking, Configuration "
			       "Manager ******\n"
			       "<11-21-2009 10:00:01> CON01;    MSXML 6.0;    Passed\n",
			       "P.28"),
			 AMT_PASS);
	assert_int_equal(alone(s, "ConfigMgrPrereq.log",
			       "<11-21-2009 10:00:00> ****** Prerequisite checking, Configuration "
			       "Manager ******\n"
			       "<11-21-2009 10:00:01> CON01;    MSXML 6.0;    Error:    missing\n",
			       "P.28"),
			 AMT_FAIL);
	assert_int_equal(
		alone(s, "s.csv", "Node,Name,StartMode,State\nCON01,WinRM,Auto,Stopped\n", "P.25"),
		AMT_PASS);
	assert_int_equal(alone(s, "s.csv",
			       "Node,Name,StartMode,State\nCON01,Spooler,Auto,Running\n", "P.25"),
			 AMT_FAIL);
}

#define IE(branch)                                                                                 \
	"[HKEY_LOCAL_MACHINE\\SOFTWARE\\" branch "Microsoft\\Internet "                            \
	"Explorer\\Main\\FeatureControl\\FEATURE_INCLUDE_PORT_IN_SPN_KB908209]\n\"iexplore.exe\"=" \
	"dword:0000000"
#define REG "Windows Registry Editor Version 5.00\n\n"
#define INTERNET                                                                                   \
	"[HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet "              \
	"Settings]\n\"EnableNegotiate\"=dword:0000000"
#define ZONE                                                                                       \
	"[HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet "              \
	"Settings\\ZoneMap\\Domains\\contoso.com]\n\"http\"=dword:0000000"

static void browsers(void **state)
{
	struct scene *s = *state;

	s->ctx.trait[AMT_TRAIT_WEBUI] = s->ctx.trait[AMT_TRAIT_IE] = AMT_YES;
	assert_int_equal(alone(s, "CON01.ie.reg", REG IE("") "1\n", "S6.C04b"), AMT_PASS);
	assert_int_equal(alone(s, "CON01.ie.reg", REG IE("") "0\n", "S6.C04b"), AMT_FAIL);
	assert_int_equal(alone(s, "CON01.ie.reg", REG IE("Wow6432Node\\") "1\n", "S6.C04b"),
			 AMT_WARN);
	assert_int_equal(
		alone(s, "CON01.ie.reg", REG IE("Wow6432Node\\") "1\n" IE("") "1\n", "S6.C04b"),
		AMT_PASS);
	assert_int_equal(alone(s, "CON01.ie.reg",
			       REG "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Internet "
				   "Explorer\\Main\\FeatureControl]\n",
			       "S6.C04b"),
			 AMT_FAIL);
	assert_int_equal(alone(s, "CON01.zones.reg", REG INTERNET "1\n" ZONE "1\n", "S6.C03"),
			 AMT_PASS);
	assert_int_equal(alone(s, "CON01.zones.reg", REG INTERNET "1\n" ZONE "2\n", "S6.C03"),
			 AMT_WARN);
	assert_int_equal(alone(s, "CON01.zones.reg", REG INTERNET "0\n" ZONE "1\n", "S6.C03"),
			 AMT_FAIL);
	assert_int_equal(judged(s, "S6.C04b", NULL), AMT_VERDICTS); /* not exported: not judged */
}

/* Not provisioned is what an un-provisioned client should be. */
static void removed_client(const struct scene *s)
{
	struct amt_strlist gone = {0};
	struct amt_findings fs = {0};
	size_t seen = 0;

	amt_vec_push(&gone, "pc02.contoso.com");
	exports_judge_parts(&s->f, &s->ctx, &gone, &fs, NULL);
	for (size_t i = 0; i < fs.list.n; i++) {
		const struct amt_finding *f = fs.list.v[i];
		if (strcmp(f->item->id, "CK.13") != 0 || strcmp(f->subject, "PC02") != 0)
			continue;
		assert_int_equal(f->verdict, AMT_NA);
		assert_non_null(strstr(f->summary, "un-provisioned"));
		seen++;
	}
	assert_int_equal(seen, 1);
	amt_findings_free(&fs);
	amt_vec_free(&gone);
}

static void clients_list(void **state)
{
	struct scene *s = *state;

	give(s, "clients.csv", clients);
	exports_role_add(&s->f, &s->f.roles.in_band, "PC02");
	exports_role_add(&s->f, &s->f.roles.in_band, "pc03.contoso.com");
	exports_role_add(&s->f, &s->f.roles.out_of_band, "PC01");
	assert_int_equal(judged(s, "P.06", "PC01"), AMT_PASS);
	assert_int_equal(judged(s, "P.06", "PC03"), AMT_WARN);
	assert_int_equal(judged(s, "P.06", "PC04"), AMT_UNKNOWN);
	assert_int_equal(judged(s, "CK.13", "PC01"), AMT_PASS);
	assert_int_equal(judged(s, "CK.13", "PC02"), AMT_FAIL);
	assert_int_equal(judged(s, "CK.13", "PC03"),
			 AMT_VERDICTS); /* perhaps no AMT client at all */
	assert_int_equal(judged(s, "S1.V02b", "PC02"), AMT_FAIL);
	assert_int_equal(judged(s, "S1.V02b", "PC04"), AMT_PASS);
	assert_int_equal(judged(s, "S1.V02b", "PC01"), AMT_VERDICTS); /* out-of-band */
	assert_int_equal(judged(s, "S2.C03", "PC02"), AMT_PASS);
	assert_int_equal(judged(s, "S2.C03", "PC03"), AMT_FAIL);
	assert_int_equal(judged(s, "S3.C01", "PC01"), AMT_FAIL);
	assert_int_equal(judged(s, "S3.C03", "PC_5"), AMT_FAIL);
	assert_int_equal(judged(s, "S3.C03", ""), AMT_PASS);
	exports_role_add(&s->f, &s->f.roles.out_of_band, "PC03");
	removed_client(s);
	/* Listed clients only, once the site lists some. */
	exports_role_add(&s->f, &s->f.roles.clients, "PC03");
	assert_int_equal(judged(s, "CK.13", "PC03"), AMT_FAIL);
	assert_int_equal(judged(s, "CK.13", "PC01"), AMT_VERDICTS);
}

static void drivers(void **state)
{
	struct scene *s = *state;
	static const char *const words[] = {"Running", "Wird ausgef\xc3\xbchrt", "Stopped"};
	char text[1024];

	exports_role_add(&s->f, &s->f.roles.in_band, "PC01");
	for (size_t i = 0; i < 3; i++) {
		snprintf(text, sizeof(text),
			 "\"Modulname\",\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\","
			 "\"j\",\"k\",\"l\",\"m\",\"n\"\r\n"
			 "\"HECI\",\"Intel(R) Management Engine Interface\",\"\",\"Kernel "
			 "\",\"Manual\",\"%s\",\"OK\",\"TRUE\",\"FALSE\",\"4.096\",\"1\",\"0\","
			 "\"date\",\"C:\\Windows\\system32\\drivers\\HECI.sys\",\"4\"\r\n",
			 words[i]);
		assert_int_equal(alone(s, "PC01.drivers.csv", text, "S1.V03"),
				 i < 2 ? AMT_PASS : AMT_FAIL);
	}
	assert_int_equal(alone(s, "PC01.drivers.csv",
			       "Node,Name,PathName,ServiceType,State\nPC01,Beep,c:\\beep.sys,"
			       "Kernel Driver,Running\n",
			       "S1.V03"),
			 AMT_FAIL);
}

static void certificates(void **state)
{
	struct scene *s = *state;

	give(s, "certs.csv",
	     "FQDN,Thumbprint,ValidTo,Status,TemplateName\n"
	     "pc01.contoso.com,AA,20101114134312.000000+060,Issued,Web Server\n"
	     "PC01.contoso.com,BB,2010-11-14T00:00:00Z,Issued,Web Server\n"
	     "pc02.contoso.com,CC,2010-11-14T00:00:00Z,Issued,Web Server\n"
	     "pc02.contoso.com,DD,2010-11-14T00:00:00Z,Revoked,Web Server\n"
	     "pc02.contoso.com,EE,2009-01-14T00:00:00Z,Issued,Web Server\n"
	     "pc02.contoso.com,FF,2010-01-14T00:00:00Z,Issued,802.1X client\n");
	assert_int_equal(judged(s, "PV.01", "pc01.contoso.com"), AMT_FAIL);
	assert_int_equal(judged(s, "PV.01", "pc02.contoso.com"), AMT_PASS);
	assert_string_equal(
		fact(s, EXPORTS_CERTIFICATE, "pc01.contoso.com")->field[EXPORTS_CERT_ENDS],
		"2010-11-14T12:43:12Z");
}

static void ca_security(void **state)
{
	struct scene *s = *state;

	assert_int_equal(alone(s, "ca.txt",
			       "HKEY_LOCAL_"
			       "MACHINE\\SYSTEM\\CurrentControlSet\\Services\\CertSvc\\Configuratio"
			       "n\\CA:\n\n"
			       "Values:\n  Security    REG_BINARY =\n"
			       "    Allow  Certificate Manager  CONTOSO\\SCCM01$\nCertUtil: ok\n",
			       "S1.V06"),
			 AMT_PASS);
	assert_int_equal(
		alone(s, "ca.txt",
		      "HKEY_LOCAL_"
		      "MACHINE\\SYSTEM\\CurrentControlSet\\Services\\CertSvc\\Configuration\\CA:"
		      "\n\n"
		      "Values:\n  Security    REG_BINARY =\n"
		      "    Allow  CA Administrator  Certificate Manager  BUILTIN\\Administrators\n"
		      "    Allow  Enroll  CONTOSO\\SCCM01$\nCertUtil: ok\n",
		      "S1.V06"),
		AMT_WARN);
	/* The descriptor itself: administrators 0x3, a machine group S-1-5-21-1-2-3-1104 0x2. */
	static const char sd[] = REG
		"[HKEY_LOCAL_"
		"MACHINE\\SYSTEM\\CurrentControlSet\\Services\\CertSvc\\Configuration\\CA]\n"
		"\"Security\"=hex:01,00,04,80,00,00,00,00,00,00,00,00,00,00,00,00,14,00,00,00,\\\n"
		"  02,00,44,00,02,00,00,00,\\\n"
		"  00,00,18,00,03,00,00,00,01,02,00,00,00,00,00,05,20,00,00,00,20,02,00,00,\\\n"
		"  "
		"00,00,24,00,02,00,00,00,01,05,00,00,00,00,00,05,15,00,00,00,01,00,00,00,02,00,00,"
		"00,03,00,00,00,50,04,00,00\n";
	assert_int_equal(alone(s, "ca.reg", sd, "S1.V06"), AMT_UNKNOWN);
	const struct exports_fact *f = fact(s, EXPORTS_RIGHT, "S-1-5-21-1-2-3-1104");
	assert_non_null(f);
	assert_string_equal(f->field[EXPORTS_RIGHT_RIGHTS], "manage-certificates");
	f = fact(s, EXPORTS_RIGHT, "BUILTIN\\Administrators");
	assert_string_equal(f->field[EXPORTS_RIGHT_RIGHTS], "manage-ca,manage-certificates");
}

static enum amt_verdict component(struct scene *s, const char *settings, const char *id)
{
	char text[2048];

	snprintf(text, sizeof(text), "# copied\n[out of band component]\n%s", settings);
	return alone(s, "component.ini", text, id);
}

#define FILLED                                                                                     \
	"container = OU=x\nmebx-password = S3cret!pass\nport = 9971\ncertificate = "               \
	"ab\nissuing-ca = ca\n"

static void component_settings(void **state)
{
	struct scene *s = *state;

	for (size_t t = 0; t < AMT_TRAIT_COUNT; t++)
		s->ctx.trait[t] = AMT_YES;
	assert_int_equal(component(s, FILLED "template = t\nallow-out-of-band = yes\n", "CK.06"),
			 AMT_PASS);
	assert_string_equal(fact(s, EXPORTS_SETTING, "mebx-password")->field[0], "set");
	assert_int_equal(component(s, FILLED "template =\n", "CK.06"), AMT_FAIL);
	assert_int_equal(component(s, FILLED, "CK.06"), AMT_WARN);
	assert_int_equal(component(s, FILLED "template = t\nallow-out-of-band = no\n", "CK.06"),
			 AMT_FAIL);
	assert_int_equal(component(s, "users = A\\b, A\\c\n", "CK.07"), AMT_PASS);
	assert_int_equal(component(s, "users = 1,2,3,4,5,6,7,8,9\n", "CK.07"), AMT_WARN);
	assert_int_equal(component(s, "users =\n", "CK.07"), AMT_FAIL);
	assert_int_equal(component(s, "audit-events = Security Admin\n", "CK.08a"), AMT_PASS);
	assert_int_equal(component(s, "audit-events = empty\n", "CK.08a"), AMT_WARN);
	assert_int_equal(component(s, "eap-method = PEAP\nradius-root = r\n", "CK.08b"), AMT_PASS);
	assert_int_equal(component(s, "eap-method = LEAP\nradius-root = r\n", "CK.08b"), AMT_FAIL);
	assert_int_equal(component(s, "eap-method = EAP-TLS\nradius-root = r\nclient-template =\n",
				   "CK.08b"),
			 AMT_FAIL);
	assert_int_equal(component(s, "eap-method = EAP-TLS\n", "CK.08b"), AMT_UNKNOWN);
	assert_int_equal(component(s, "retries = 3\npause = 2\n", "CK.05b"), AMT_PASS);
	assert_int_equal(component(s, "retries = 0\n", "CK.05b"), AMT_WARN);
	assert_int_equal(component(s, "retries = 6\n", "CK.05b"), AMT_FAIL);
	assert_int_equal(component(s, "wake-on-lan = both\n", "CK.12"), AMT_PASS);
	assert_int_equal(component(s, "wake-on-lan = packets\n", "CK.12"), AMT_FAIL);
	assert_int_equal(component(s, "realms = all\n", "S5.C04"), AMT_PASS);
	assert_int_equal(component(s, "realms = Remote Control, General Info\n", "S5.C04"),
			 AMT_FAIL);
	assert_int_equal(component(s, "redirection = yes\n", "S5.C06c"), AMT_PASS);
	assert_int_equal(component(s, "redirection = no\n", "S5.C06c"), AMT_FAIL);
	exports_role_add(&s->f, &s->f.roles.suffixes, "emea.contoso.com");
	assert_int_equal(component(s, "register-provisionserver = yes\n", "P.23"), AMT_WARN);
	/* KB957183 is for names of more than 20 characters: they decide whether it is needed. */
	s->ctx.trait[AMT_TRAIT_LONG_GROUP_NAME] = AMT_MAYBE;
	component(s, "users = CONTOSO\\A group with a long name\n", "CK.07");
	give(s, "SCCM01.programs.csv", "DisplayName,Publisher\nNothing,Me\n");
	assert_int_equal(judged(s, "HF.KB957183", NULL), AMT_FAIL);
	component(s, "users = CONTOSO\\Short\n", "CK.07");
	give(s, "SCCM01.programs.csv", "DisplayName,Publisher\nNothing,Me\n");
	assert_int_equal(judged(s, "HF.KB957183", NULL), AMT_VERDICTS);
	size_t notes = s->notes.list.n;
	component(s, "nonsense = 1\nno equals sign\n", "CK.07");
	assert_int_equal(s->notes.list.n, notes + 2);
}

static void collections(void **state)
{
	struct scene *s = *state;

	s->ctx.trait[AMT_TRAIT_IN_BAND] = AMT_YES;
	assert_int_equal(alone(s, "c.csv",
			       "CollectionID,Name,AMTAutoProvisionEnabled\nISW1,All,False\n",
			       "CK.11"),
			 AMT_FAIL);
	assert_int_equal(alone(s, "c.csv", "CollectionID,AMTAutoProvisionEnabled\nISW1,0\nISW2,1\n",
			       "CK.11"),
			 AMT_VERDICTS);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		T(fixes_of_configmgr), T(every_hotfix),       T(servers),     T(consoles),
		T(browsers),           T(clients_list),       T(drivers),     T(certificates),
		T(ca_security),        T(component_settings), T(collections),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
