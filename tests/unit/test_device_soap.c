/* WS-MAN replies: recorded ones, what the standards allow beside them, and hostile ones. */
#include "device/soap.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER "captures/wsman/"

static bool read_text(struct amt_device *d, enum amt_dev_class c, const char *xml,
		      struct dev_reply *r, struct amt_error *err)
{
	return dev_soap_read(d, c, xml, strlen(xml), r, err);
}

static void read_file(struct amt_device *d, const char *name, enum amt_dev_class c,
		      struct dev_reply *r)
{
	struct amt_buf b;
	struct amt_error err = {0};
	char path[256];

	amt_buf_init(&b, AMT_MIB);
	snprintf(path, sizeof(path), FOLDER "%s", name);
	if (!amt_file_read(path, &b, &err) ||
	    !dev_soap_read(d, c, amt_buf_cstr(&b), b.len, r, &err))
		fail_msg("%s: %s", name, err.text);
	amt_buf_free(&b);
}

/* Every file there is gives what its name says, and nothing is complained about. */
static void test_every_recording(void **state)
{
	static const struct {
		const char *name;
		enum amt_dev_class c;
		size_t records;
	} want[] = {
		{"amt-auditlog-get.xml", AMT_DEVC_audit, 1},
		{"amt-authorization-enumerateuseraclentries.xml", AMT_DEV_CLASS_COUNT, 0},
		{"amt-authorization-getadminaclentrystatus.xml", AMT_DEVC_admin, 1},
		{"amt-authorization-getuseraclentryex.xml", AMT_DEVC_acl, 1},
		{"amt-ethernetport-pull.xml", AMT_DEVC_ethernet, 2},
		{"amt-general-get.xml", AMT_DEVC_general, 1},
		{"amt-general-pull.xml", AMT_DEVC_general, 1},
		{"amt-kerberos-get.xml", AMT_DEVC_kerberos, 1},
		{"amt-publickey-certificate-get.xml", AMT_DEVC_certificate, 1},
		{"amt-redirectionservice-get.xml", AMT_DEVC_redirection, 1},
		{"amt-redirectionservice-pull.xml", AMT_DEVC_redirection, 1},
		{"amt-setupandconfiguration-get.xml", AMT_DEVC_setup, 1},
		{"amt-setupandconfiguration-getuuid.xml", AMT_DEVC_uuid, 1},
		{"amt-systempowerscheme-pull.xml", AMT_DEVC_scheme, 2},
		{"amt-timesynchronization-getlowaccuracytimesynch.xml", AMT_DEVC_time, 1},
		{"amt-tls-settingdata-get.xml", AMT_DEVC_tls_setting, 1},
		{"amt-tls-settingdata-pull.xml", AMT_DEVC_tls_setting, 2},
		{"cim-associatedpower-managementservice-enumerate.xml", AMT_DEV_CLASS_COUNT, 0},
		{"cim-associatedpower-managementservice-get.xml", AMT_DEVC_power, 1},
		{"cim-concrete-dependency-pull.xml", AMT_DEV_CLASS_COUNT, 0},
		{"cim-kvm-get.xml", AMT_DEVC_kvm, 1},
		{"cim-software-identity-pull.xml", AMT_DEVC_software, 11},
		{"ips-optin-get.xml", AMT_DEVC_consent, 1},
	};
	size_t n = sizeof(want) / sizeof(want[0]), files = 0;
	struct dirent *e;
	DIR *dir = opendir(FOLDER);

	(void)state;
	assert_non_null(dir);
	while ((e = readdir(dir)))
		files += amt_str_ends(e->d_name, ".xml");
	closedir(dir);
	assert_int_equal(files, n);
	for (size_t i = 0; i < n; i++) {
		struct amt_device d;
		struct dev_reply r;
		amt_device_init(&d, "pc1");
		/* Once as a stored reply, once as the answer to a question. */
		read_file(&d, want[i].name, AMT_DEV_CLASS_COUNT, &r);
		if (r.fault || r.records != want[i].records || d.notes.n)
			fail_msg("%s: %zu records, %zu notes", want[i].name, r.records, d.notes.n);
		if (want[i].c != AMT_DEV_CLASS_COUNT) {
			assert_int_equal(dev_list(&d, want[i].c)->n, want[i].records);
			read_file(&d, want[i].name, want[i].c, &r);
			assert_int_equal(dev_list(&d, want[i].c)->n, 2 * want[i].records);
		}
		amt_device_free(&d);
	}
}

static void test_values(void **state)
{
	struct amt_device d;
	struct dev_reply r;

	(void)state;
	amt_device_init(&d, "pc1");
	read_file(&d, "amt-ethernetport-pull.xml", AMT_DEVC_ethernet, &r);
	assert_true(r.end);
	assert_int_equal(d.ethernet.v[0].link_policy.n, 2);
	assert_int_equal(d.ethernet.v[0].link_policy.v[1], 14);
	assert_int_equal(d.ethernet.v[0].dhcp, AMT_YES);
	assert_null(d.ethernet.v[0].address); /* left out when the link is down */
	assert_int_equal(d.ethernet.v[1].connection, 3);
	assert_int_equal(d.ethernet.v[1].shared_mac, AMT_YES);
	read_file(&d, "amt-setupandconfiguration-getuuid.xml", AMT_DEVC_uuid, &r);
	assert_string_equal(d.uuid.v[0].uuid, "55e3ae13-bfd2-61bb-17a0-88aedd7037ea");
	read_file(&d, "amt-systempowerscheme-pull.xml", AMT_DEVC_scheme, &r);
	assert_string_equal(d.scheme.v[1].guid, "30800dee09c07843af287868a2dbbe3a");
	read_file(&d, "cim-software-identity-pull.xml", AMT_DEVC_software, &r);
	struct amt_fw fw;
	const char *where;
	assert_true(amt_device_firmware(&d, &fw, &where));
	assert_int_equal(fw.major, 12);
	assert_int_equal(fw.build, 1579);
	assert_string_equal(where, "CIM_SoftwareIdentity");
	read_file(&d, "amt-authorization-enumerateuseraclentries.xml", AMT_DEVC_acl, &r);
	assert_int_equal(r.n_handles, 2);
	assert_int_equal(r.total, 2);
	assert_int_equal(d.acl.n, 0);
	read_file(&d, "cim-associatedpower-managementservice-enumerate.xml", AMT_DEVC_power, &r);
	assert_true(r.enumerate);
	assert_true(r.context[0] && !r.end);
	read_file(&d, "ips-optin-get.xml", AMT_DEVC_consent, &r);
	assert_true(d.consent.v[0].required >= 0);
	read_file(&d, "amt-auditlog-get.xml", AMT_DEVC_audit, &r);
	assert_int_equal(d.audit.v[0].state, 16);
	assert_int_equal(d.audit.v[0].free_percent, 92);
	amt_device_free(&d);
}

#define ENVELOPE                                                                                   \
	"<x:Envelope xmlns:x='http://www.w3.org/2003/05/soap-envelope' "                           \
	"xmlns:n='http://schemas.xmlsoap.org/ws/2004/09/enumeration' "                             \
	"xmlns:w='http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd' "                                \
	"xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><x:Body>"
#define END "</x:Body></x:Envelope>"

/* What no recording shows but DSP0226 and CIM-XML allow. */
static void test_allowed_shapes(void **state)
{
	struct amt_device d;
	struct dev_reply r;
	struct amt_error err = {0};

	(void)state;
	amt_device_init(&d, "pc1");
	/* wsman:Item with object and reference, unknown elements, one realm only, nil. */
	assert_true(read_text(
		&d, AMT_DEVC_general,
		ENVELOPE "<n:PullResponse><n:Items><w:Item><q:AMT_GeneralSettings xmlns:q='urn:q'>"
			 "<q:New>1</q:New><q:PrivacyLevel> 2 </q:PrivacyLevel>"
			 "<q:PingResponseEnabled>TRUE</q:PingResponseEnabled>"
			 "<q:IdleWakeTimeout i:nil='true'/><q:HostName></q:HostName>"
			 "</q:AMT_GeneralSettings><w:EndpointReference/></w:Item></n:Items>"
			 "<n:EnumerationContext>c1</n:EnumerationContext></n:PullResponse>" END,
		&r, &err));
	assert_int_equal(d.general.n, 1);
	assert_int_equal(d.general.v[0].privacy, 2);
	assert_int_equal(d.general.v[0].ping, AMT_YES);
	assert_int_equal(d.general.v[0].idle_wake_minutes, AMT_DEV_NONE);
	assert_null(d.general.v[0].host_name);
	assert_string_equal(r.context, "c1");
	assert_false(r.end);
	/* The reference of CIM_ElementSettingData: its selectors in any order. */
	assert_true(read_text(
		&d, AMT_DEVC_current,
		ENVELOPE "<n:PullResponse><n:Items><C xmlns='urn:c'><IsCurrent>1</IsCurrent>"
			 "<SettingData><A>x</A><P><w:SelectorSet>"
			 "<w:Selector Name='SchemeGUID'>coarrJa0SOKbnpt9+Rx/1A==</w:Selector>"
			 "<w:Selector Name='InstanceID'>SCHEME 1</w:Selector></w:SelectorSet></P>"
			 "</SettingData></C></n:Items><n:EndOfSequence/></n:PullResponse>" END,
		&r, &err));
	assert_string_equal(d.current.v[0].instance, "SCHEME 1");
	assert_string_equal(d.current.v[0].guid, "7286abac96b448e29b9e9b7df91c7fd4");
	/* A SID: S-1-5-21-1-2-3-1105 */
	assert_true(read_text(&d, AMT_DEVC_acl,
			      ENVELOPE "<g:GetUserAclEntryEx_OUTPUT xmlns:g='urn:g'>"
				       "<g:KerberosUserSid>AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAUQQAAA=="
				       "</g:KerberosUserSid><g:Realms>2</g:Realms>"
				       "<g:ReturnValue>0</g:ReturnValue>"
				       "</g:GetUserAclEntryEx_OUTPUT>" END,
			      &r, &err));
	assert_string_equal(d.acl.v[0].sid, "S-1-5-21-1-2-3-1105");
	assert_int_equal(d.acl.v[0].realms.n, 1);
	/* Disabled entries. */
	assert_true(read_text(&d, AMT_DEVC_acl,
			      ENVELOPE "<g:GetAclEnabledState_OUTPUT xmlns:g='urn:g'>"
				       "<g:Enabled>false</g:Enabled>"
				       "</g:GetAclEnabledState_OUTPUT>" END,
			      &r, &err));
	assert_int_equal(r.enabled, AMT_NO);
	amt_device_free(&d);
}

static void test_wrong_values(void **state)
{
	struct amt_device d;
	struct dev_reply r;

	(void)state;
	amt_device_init(&d, "pc1");
	assert_true(read_text(&d, AMT_DEVC_general,
			      ENVELOPE "<g:AMT_GeneralSettings xmlns:g='urn:g'>"
				       "<g:PrivacyLevel>many</g:PrivacyLevel>"
				       "<g:PingResponseEnabled>perhaps</g:PingResponseEnabled>"
				       "<g:HostName>pc1</g:HostName></g:AMT_GeneralSettings>" END,
			      &r, NULL));
	/* The rest is read, the wrong ones are told. */
	assert_string_equal(d.general.v[0].host_name, "pc1");
	assert_int_equal(d.general.v[0].privacy, AMT_DEV_NONE);
	assert_int_equal(d.notes.n, 2);
	assert_non_null(strstr(d.notes.v[0], "PrivacyLevel is 'many'"));
	amt_device_free(&d);
}

static void test_faults(void **state)
{
	struct amt_device d;
	struct dev_reply r;

	(void)state;
	amt_device_init(&d, "pc1");
	assert_true(read_text(&d, AMT_DEVC_general,
			      ENVELOPE
			      "<x:Fault><x:Code><x:Value>x:Sender</x:Value><x:Subcode>"
			      "<x:Value>b:DestinationUnreachable</x:Value></x:Subcode></x:Code>"
			      "<x:Reason><x:Text>No route can be determined</x:Text></x:Reason>"
			      "</x:Fault>" END,
			      &r, NULL));
	assert_true(r.fault);
	assert_string_equal(r.fault_code, "b:DestinationUnreachable");
	assert_false(r.of_receiver);
	assert_string_equal(r.fault_text, "No route can be determined");
	assert_true(read_text(&d, AMT_DEVC_general,
			      "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'>"
			      "<s:Body><s:Fault><faultcode>s:Client</faultcode>"
			      "<faultstring>no</faultstring></s:Fault></s:Body></s:Envelope>",
			      &r, NULL));
	assert_false(r.of_receiver);
	assert_string_equal(r.fault_code, "s:Client");
	assert_int_equal(d.general.n, 0);
	amt_device_free(&d);
}

static void refused(const char *xml, const char *why)
{
	struct amt_device d;
	struct dev_reply r;
	struct amt_error err = {0};

	amt_device_init(&d, "pc1");
	assert_false(read_text(&d, AMT_DEVC_general, xml, &r, &err));
	if (!strstr(err.text, why))
		fail_msg("'%s' does not say '%s'", err.text, why);
	amt_device_free(&d);
}

static void test_hostile(void **state)
{
	struct amt_buf deep, many;
	struct amt_device d;
	struct dev_reply r;

	(void)state;
	refused("", "empty");
	refused("garbage", "not XML");
	refused(" <?xml version='1.0'?><a/>", "not XML");
	refused("<html/>", "not a SOAP envelope");
	refused("<Envelope/>", "not a SOAP envelope");
	refused(ENVELOPE END, "no body");
	refused("<!DOCTYPE a [<!ENTITY b 'c'>]>" ENVELOPE "<a>&b;</a>" END, "document type");
	refused("<!DOCTYPE a SYSTEM 'file:///etc/passwd'>" ENVELOPE "<a/>" END, "document type");
	amt_buf_init(&deep, AMT_MIB);
	amt_buf_str(&deep, ENVELOPE);
	for (int i = 0; i < 100; i++)
		amt_buf_str(&deep, "<a>");
	for (int i = 0; i < 100; i++)
		amt_buf_str(&deep, "</a>");
	amt_buf_str(&deep, END);
	refused(amt_buf_cstr(&deep), "levels deep");
	amt_buf_free(&deep);
	/* Over libxml2's own limit, which it calls a lack of memory: no end of the run. */
	amt_buf_init(&deep, 16 * AMT_MIB);
	amt_buf_str(&deep, ENVELOPE "<a/>\n<!--");
	for (int i = 0; i < 14 * 1024; i++)
		amt_buf_printf(&deep, "%01024d", 0);
	amt_buf_str(&deep, "-->" END);
	struct amt_error err = {0};
	assert_null(dev_xml_read(amt_buf_cstr(&deep), deep.len, &err));
	assert_non_null(strstr(err.text, "huge"));
	amt_buf_free(&deep);
	/* More records than anybody has: the cap holds and says so. */
	amt_buf_init(&many, AMT_MIB);
	amt_buf_str(&many, ENVELOPE "<n:PullResponse><n:Items>");
	for (int i = 0; i < 1500; i++)
		amt_buf_str(&many, "<s/>");
	amt_buf_str(&many, "</n:Items></n:PullResponse>" END);
	amt_device_init(&d, "pc1");
	assert_true(read_text(&d, AMT_DEVC_software, amt_buf_cstr(&many), &r, NULL));
	assert_int_equal(d.software.n, AMT_CAP_DEVICE_RECORDS);
	assert_int_equal(d.notes.n, 1);
	amt_buf_free(&many);
	amt_device_free(&d);
}

/* What is asked is XML, names the class, and escapes what devices said. */
/* Something else than what was asked for is no record with nothing in it. */
static void test_other_answers(void **state)
{
	static const struct {
		enum amt_dev_class c;
		const char *xml;
	} rows[] = {
		{AMT_DEVC_general, ENVELOPE "<q:AMT_WebUIService xmlns:q='urn:q'/>" END},
		{AMT_DEVC_general, ENVELOPE "<q:GetUuid_OUTPUT xmlns:q='urn:q'/>" END},
		{AMT_DEVC_uuid,
		 ENVELOPE "<q:AMT_SetupAndConfigurationService xmlns:q='urn:q'/>" END},
		{AMT_DEVC_software, ENVELOPE "<q:html xmlns:q='urn:q'/>" END},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct amt_device d;
		struct dev_reply r;
		struct amt_error err = {0};
		amt_device_init(&d, "pc1");
		assert_false(read_text(&d, rows[i].c, rows[i].xml, &r, &err));
		assert_non_null(strstr(err.text, "the answer is '"));
		assert_int_equal(r.records, 0);
		amt_device_free(&d);
	}
}

static void test_requests(void **state)
{
	struct amt_buf b;

	(void)state;
	amt_buf_init(&b, 64 * AMT_KIB);
	dev_soap_get(&b, AMT_DEVC_general, 7);
	assert_non_null(strstr(b.data, "/transfer/Get</a:Action>"));
	assert_non_null(strstr(b.data, "amt-schema/1/AMT_GeneralSettings</w:ResourceURI>"));
	assert_non_null(strstr(b.data, "<w:Selector Name=\"InstanceID\">Intel(r) AMT: General "
				       "Settings</w:Selector>"));
	assert_non_null(strstr(b.data, "<a:MessageID>7</a:MessageID>"));
	amt_buf_clear(&b);
	dev_soap_pull(&b, AMT_DEVC_software, 1, "<&\">");
	assert_non_null(strstr(b.data, "<EnumerationContext>&lt;&amp;&quot;&gt;</"));
	assert_non_null(strstr(b.data, "cim-schema/2/CIM_SoftwareIdentity"));
	amt_buf_clear(&b);
	dev_soap_method(&b, AMT_DEVC_acl, 1, "GetUserAclEntryEx", "Handle", 3);
	assert_non_null(strstr(b.data, "AMT_AuthorizationService/GetUserAclEntryEx</a:Action>"));
	assert_non_null(strstr(b.data, "<r:Handle>3</r:Handle></r:GetUserAclEntryEx_INPUT>"));
	amt_buf_free(&b);
}

/* Facts of everything recorded survive JSON and back, byte for byte. */
static void test_json(void **state)
{
	struct amt_device d, e;
	struct dev_reply r;
	struct amt_error err = {0};
	struct dirent *f;
	DIR *dir = opendir(FOLDER);

	(void)state;
	amt_device_init(&d, "pc1");
	d.address = "192.0.2.1";
	d.when = 1234567890 * AMT_SECOND;
	amt_device_note(&d, "a note with a bad byte \xff");
	while ((f = readdir(dir)))
		if (amt_str_ends(f->d_name, ".xml"))
			read_file(&d, f->d_name, AMT_DEV_CLASS_COUNT, &r);
	closedir(dir);
	dev_source(&d, AMT_DEVC_general, AMT_DEV_READ, "WS-MAN of pc1 port 16993", NULL);
	d.source[AMT_DEVC_general].asked = 1234567890 * AMT_SECOND + 5;
	dev_source(&d, AMT_DEVC_webui, AMT_DEV_ABSENT, "WS-MAN of pc1 port 16993", "HTTP 400");
	struct amt_dev_port *p = amt_device_add(&d, AMT_DEVC_port);
	p->port = 16993;
	p->state = AMT_PORT_FILTERED;
	p->ms = 1.5;
	struct amt_dev_tls *t = amt_device_add(&d, AMT_DEVC_tls);
	t->modern = AMT_TLSC_NO_RFC5746;
	struct amt_dev_http *h = amt_device_add(&d, AMT_DEVC_http);
	h->how = AMT_NET_RESET;
	h->date = 99 * AMT_SECOND;
	json_t *one = amt_device_to_json(&d);
	if (!amt_device_from_json(one, &e, &err))
		fail_msg("%s", err.text);
	json_t *two = amt_device_to_json(&e);
	assert_true(json_equal(one, two));
	assert_int_equal(e.port.v[0].state, AMT_PORT_FILTERED);
	assert_int_equal(e.http.v[0].how, AMT_NET_RESET);
	assert_int_equal(e.software.n, 11);
	assert_int_equal(e.source[AMT_DEVC_webui].state, AMT_DEV_ABSENT);
	amt_device_free(&e);
	/* What is not facts is refused, with a reason. */
	json_object_set_new(json_object_get(json_object_get(two, "classes"), "general"), "records",
			    json_pack("[{s:s}]", "privacy", "two"));
	assert_false(amt_device_from_json(two, &e, &err));
	assert_non_null(strstr(err.text, "'privacy' has the wrong type"));
	assert_false(amt_device_from_json(json_object_get(two, "notes"), &e, &err));
	json_decref(one);
	json_decref(two);
	amt_device_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_recording),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_allowed_shapes),
		cmocka_unit_test(test_wrong_values),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_other_answers),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_json),
	};
	return cmocka_run_group_tests_name("device_soap", tests, NULL, NULL);
}
