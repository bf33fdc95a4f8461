/*
 * Unit tests of the simulator's own readings: digest against RFC 2617's example, request lines,
 * SOAP headers, presence pings. The simulator's files are included; what they call and is not
 * under test stands here as a stub.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../sim/digest.c"
#include "../sim/login.c"
#include "../sim/request.c"
#include "../sim/soap.c"

struct sim sim;

const char *sim_fact(const struct sim_device *d, const char *key)
{
	(void)d;
	return strcmp(key, "lock.after") ? "" : "2";
}
const char *sim_text(const struct sim_device *d, const char *key, char *dst, size_t size)
{
	static const struct {
		const char *key, *value;
	} facts[] = {{"admin", "Mufasa"}, {"password", "Circle Of Life"}, {"digest.qop", "auth"}};

	(void)d;
	*dst = 0;
	for (size_t i = 0; i < 3; i++)
		if (!strcmp(key, facts[i].key))
			amt_str_copy(dst, size, facts[i].value);
	return dst;
}
bool sim_fact_on(const struct sim_device *d, const char *key)
{
	(void)d;
	(void)key;
	return false;
}
int64_t sim_fact_num(const struct sim_device *d, const char *key, int64_t otherwise)
{
	(void)d;
	return strcmp(key, "lock.after") ? otherwise : 2;
}
const char *sim_fact_item(const struct sim_device *d, const char *key, unsigned n)
{
	static const char *const acl[] = {"simba|2|2,14|true|hakuna", "nala|2|13|false|matata"};

	(void)d;
	return !strcmp(key, "acl") && n >= 1 && n <= 2 ? acl[n - 1] : NULL;
}
bool sim_list_has(const char *list, const char *word)
{
	return strstr(list, word) != NULL;
}
const char *sim_realm(const struct sim_device *d, char out[80])
{
	(void)d;
	amt_str_copy(out, 80, "testrealm@host.com");
	return out;
}

/* RFC 2617 section 3.5 */
#define RFC_NONCE "dcd98b7102dd2f0e8b11d0f600bfb0c093"
static const char rfc_line[] =
	"Digest username=\"Mufasa\", realm=\"testrealm@host.com\", nonce=\"" RFC_NONCE "\", "
	"uri=\"/dir/index.html\", qop=auth, nc=00000001, cnonce=\"0a4f113b\", "
	"response=\"6629fae49393a05397450978507c4ef1\", "
	"opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";

static void rfc_example(void **state)
{
	struct sim_auth a;
	char out[33];

	(void)state;
	assert_true(sim_digest_parse(rfc_line, &a));
	assert_string_equal(a.user, "Mufasa");
	assert_string_equal(a.uri, "/dir/index.html");
	assert_string_equal(a.qop, "auth");
	assert_string_equal(a.nc, "00000001");
	assert_true(a.has_response);
	sim_digest_response(&a, "Circle Of Life", "GET", "", 0, out);
	assert_string_equal(out, "6629fae49393a05397450978507c4ef1");
	assert_string_equal(out, a.response);
	sim_digest_response(&a, "Circle Of Life", "POST", "", 0, out);
	assert_string_not_equal(out, a.response);
}

/* The body counts with auth-int and only then; without qop the nonce stands alone (RFC 2069). */
static void qops(void **state)
{
	struct sim_auth a;
	char one[33], two[33];

	(void)state;
	assert_true(sim_digest_parse(rfc_line, &a));
	amt_str_copy(a.qop, sizeof(a.qop), "auth-int");
	sim_digest_response(&a, "x", "POST", "a", 1, one);
	sim_digest_response(&a, "x", "POST", "b", 1, two);
	assert_string_not_equal(one, two);
	a.qop[0] = 0;
	sim_digest_response(&a, "Circle Of Life", "GET", "", 0, one);
	assert_string_equal(one, "670fd8c2df070c60b045671b8b24ff02");
}

static void odd_lines(void **state)
{
	struct sim_auth a;

	(void)state;
	assert_false(sim_digest_parse("Basic YTpi", &a));
	assert_false(sim_digest_parse("", &a));
	assert_true(sim_digest_parse("Digest username=\"a\\\"b\",response=\"\"", &a));
	assert_string_equal(a.user, "a\"b");
	assert_true(a.has_response);
	assert_string_equal(a.response, "");
	assert_true(sim_digest_parse("Digest username=\"no end", &a));
	assert_false(a.has_response);
	assert_true(sim_digest_parse("digest USERNAME=plain , nc = 1", &a));
	assert_string_equal(a.user, "plain");
}

static enum sim_login try_login(struct sim_device *d, const char *user, const char *password,
				char who[64])
{
	struct sim_auth a = {.uri = "/wsman", .qop = "auth", .nc = "00000001", .cnonce = "c"};
	char line[1024], response[33];
	struct sim_http r = {.method = "POST"};

	amt_str_copy(a.user, sizeof(a.user), user);
	sim_realm(d, a.realm);
	amt_str_copy(a.nonce, sizeof(a.nonce), sim_nonce_new(d));
	sim_digest_response(&a, password, "POST", "", 0, response);
	snprintf(line, sizeof(line),
		 "Digest username=\"%s\",realm=\"%s\",nonce=\"%s\",uri=\"%s\",qop=%s,nc=%s,"
		 "cnonce=\"%s\",response=\"%s\"",
		 a.user, a.realm, a.nonce, a.uri, a.qop, a.nc, a.cnonce, response);
	r.authorization = line;
	return sim_login_http(d, &r, who);
}

static void logins(void **state)
{
	struct sim_device d = {0};
	char who[64] = "";

	(void)state;
	sim.loop = uv_default_loop();
	assert_int_equal(try_login(&d, "Mufasa", "Circle Of Life", who), LOGIN_OK);
	assert_string_equal(who, "Mufasa");
	assert_int_equal(try_login(&d, "simba", "hakuna", who), LOGIN_OK);
	assert_true(sim_user_has_realm(&d, "simba", 14));
	assert_false(sim_user_has_realm(&d, "simba", 20));
	assert_false(sim_user_has_realm(&d, "nobody", 14));
	assert_int_equal(try_login(&d, "nala", "matata", who), LOGIN_BAD); /* a disabled entry */
	assert_string_equal(who, "");
	assert_int_equal(try_login(&d, "simba", "hakuna", who), LOGIN_OK); /* forgets the failure */
	assert_int_equal(try_login(&d, "simba", "no", who), LOGIN_BAD);
	assert_int_equal(try_login(&d, "simba", "no", who), LOGIN_BAD);
	assert_true(sim_locked(&d));
	assert_int_equal(d.lock_seconds, 5);
	assert_int_equal(try_login(&d, "Mufasa", "Circle Of Life", who), LOGIN_LOCKED);
}

static void nonces(void **state)
{
	struct sim_device d = {0};
	char first[SIM_NONCE_LEN + 1];

	(void)state;
	amt_str_copy(first, sizeof(first), sim_nonce_new(&d));
	assert_int_equal(strlen(first), 32);
	assert_true(nonce_known(&d, first));
	assert_false(nonce_known(&d, ""));
	assert_false(nonce_known(&d, "AAAA"));
	for (int i = 0; i < SIM_NONCES; i++)
		sim_nonce_new(&d);
	assert_false(nonce_known(&d, first)); /* only the last few are remembered */
}

/* Any prefix, any order; selectors and parameters as they come. */
static void soap(void **state)
{
	static const char text[] =
		"<q:Envelope xmlns:q='http://www.w3.org/2003/05/soap-envelope' "
		"xmlns:z='http://schemas.xmlsoap.org/ws/2004/08/addressing' "
		"xmlns:y='http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd'><q:Header>"
		"<y:SelectorSet><y:Selector Name='InstanceID'> Intel(r) AMT </y:Selector>"
		"<y:Selector Name='B'><![CDATA[<b>]]></y:Selector></y:SelectorSet>"
		"<z:MessageID>12</z:MessageID><y:ResourceURI>r</y:ResourceURI><z:Action>a</"
		"z:Action>"
		"<y:MaxEnvelopeSize>153600</y:MaxEnvelopeSize></q:Header><q:Body>"
		"<M_INPUT xmlns='r'><One>1</One><Two/></M_INPUT></q:Body></q:Envelope>";
	struct sim_soap s;

	(void)state;
	assert_true(sim_soap_parse(text, strlen(text), &s, NULL));
	assert_string_equal(s.action, "a");
	assert_string_equal(s.resource, "r");
	assert_string_equal(s.message_id, "12");
	assert_int_equal(s.max_envelope, 153600);
	assert_int_equal(s.n_selectors, 2);
	assert_string_equal(s.selectors[0].value, "Intel(r) AMT");
	assert_string_equal(s.selectors[1].value, "<b>");
	assert_string_equal(s.body, "M_INPUT");
	assert_string_equal(sim_soap_param(&s, "One"), "1");
	assert_string_equal(sim_soap_param(&s, "Two"), "");
	assert_null(sim_soap_param(&s, "Three"));
}

static void bad_soap(void **state)
{
	static const char *const texts[] = {
		"",
		"x",
		"<a/>",
		"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
		"<Envelope xmlns='http://www.w3.org/2003/05/soap-envelope'><Header/></Envelope>",
		"<Envelope xmlns='http://www.w3.org/2003/05/soap-envelope'><Body>"};
	struct sim_soap s;
	struct amt_buf deep;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(sim_soap_parse(texts[i], strlen(texts[i]), &s, NULL));
	amt_buf_init(&deep, SIM_CAP_REQUEST);
	amt_buf_str(&deep, "<Envelope xmlns='http://www.w3.org/2003/05/soap-envelope'><Body>");
	for (int i = 0; i < 40; i++)
		amt_buf_str(&deep, "<a>");
	for (int i = 0; i < 40; i++)
		amt_buf_str(&deep, "</a>");
	amt_buf_str(&deep, "</Body></Envelope>");
	assert_false(sim_soap_parse(deep.data, deep.len, &s, NULL));
	amt_buf_free(&deep);
}

static long parse(const char *text, struct sim_http *r)
{
	static char room[40000];

	amt_str_copy(room, sizeof(room), text);
	return sim_http_parse(room, strlen(room), r);
}

static void requests(void **state)
{
	static const char full[] = "POST /wsman HTTP/1.1\r\nHost: a\r\nAUTHORIZATION:  Digest x\r\n"
				   "content-length: 3\r\nConnection: Close\r\n\r\nabcGET";
	struct sim_http r;
	char cut[sizeof(full)];

	(void)state;
	assert_int_equal(parse(full, &r), sizeof(full) - 4); /* the next request stays */
	assert_string_equal(r.method, "POST");
	assert_string_equal(r.uri, "/wsman");
	assert_string_equal(r.authorization, "Digest x");
	assert_int_equal(r.body_len, 3);
	assert_memory_equal(r.body, "abc", 3);
	assert_true(r.close);
	for (size_t n = 0; n < sizeof(full) - 4; n++) { /* never complete before it is */
		memcpy(cut, full, n);
		cut[n] = 0;
		assert_int_equal(sim_http_length(cut, n), 0);
	}
}

static void bad_requests(void **state)
{
	static const char *const texts[] = {
		"HELO\r\n\r\n",
		"GET /\r\n\r\n",
		"GET / SPDY/1\r\n\r\n",
		" / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nno colon\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\nab",
		"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	};
	struct sim_http r;
	char *big = amt_malloc(SIM_CAP_HEAD + 2);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(parse(texts[i], &r), -1);
	memset(big, 'a', SIM_CAP_HEAD + 1);
	assert_int_equal(sim_http_length(big, SIM_CAP_HEAD + 1), -1);
	assert_int_equal(sim_http_length(big, SIM_CAP_HEAD), 0);
	assert_int_equal(sim_http_length("GET / HTTP/1.1\r\nA: \0\r\n\r\n", 25), -1);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_example),  cmocka_unit_test(qops),
		cmocka_unit_test(odd_lines),    cmocka_unit_test(logins),
		cmocka_unit_test(nonces),       cmocka_unit_test(soap),
		cmocka_unit_test(bad_soap),     cmocka_unit_test(requests),
		cmocka_unit_test(bad_requests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
