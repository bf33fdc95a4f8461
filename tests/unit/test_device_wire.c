/* The device room's own protocol readers: RMCP, challenges, banners, redirection, hellos. */
#include "device/table.h"
#include "device/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t pong_11_8[28] = {0x06, 0,    0xff, 6, 0, 0,    0x11, 0xbe, 0x40, 0,
				      0,    16,   0,    0, 1, 0x57, 0x42, 0x61, 0xb8, 2,
				      0,    0x20, 0,    0, 0, 0,    0,    0};

static bool pong(const uint8_t *p, size_t n, struct amt_dev_rmcp *r)
{
	static struct amt_device d;
	uint8_t tag;

	amt_device_free(&d);
	amt_device_init(&d, "pc1");
	dev_clear(&dev_classes[AMT_DEVC_rmcp], r);
	return dev_rmcp_pong(&d, p, n, r, &tag);
}

static void test_rmcp(void **state)
{
	struct amt_dev_rmcp r;
	uint8_t b[28], ping[DEV_RMCP_PING];
	static const uint8_t want[DEV_RMCP_PING] = {6, 0, 0, 6, 0, 0, 0x11, 0xbe, 0x80, 7, 0, 0};

	(void)state;
	dev_rmcp_ping(ping, 7);
	assert_memory_equal(ping, want, sizeof(want));
	assert_true(pong(pong_11_8, 28, &r));
	assert_int_equal(r.enterprise, 343);
	assert_int_equal(r.open_port, 16993);
	assert_int_equal(r.major, 11);
	assert_int_equal(r.minor, 8);
	assert_int_equal(r.provisioning, 2);
	assert_int_equal(r.dash, AMT_YES);
	/* 16.1: no nibbles fit, bytes 11 and 12 tell. */
	memcpy(b, pong_11_8, 28);
	b[18] = 0;
	b[22] = 16;
	b[23] = 1;
	b[19] = 4;
	assert_true(pong(b, 28, &r));
	assert_int_equal(r.major, 16);
	assert_int_equal(r.minor, 1);
	assert_int_equal(r.provisioning, 0);
	assert_int_equal(r.both_ports, AMT_YES);
	/* Before 6.0 port, version and state stay zero, also on a device that is provisioned. */
	memset(b + 16, 0, 4);
	b[22] = b[23] = 0;
	b[21] = 0x20;
	assert_true(pong(b, 28, &r));
	assert_true(r.provisioning == AMT_DEV_NONE && r.open_port == AMT_DEV_NONE);
	assert_true(r.both_ports == AMT_MAYBE && r.dash == AMT_YES);
	/* 6.1 and later without set-up: port and state are zero, the version is there. */
	b[18] = 0x61;
	assert_true(pong(b, 28, &r));
	assert_true(r.provisioning == 0 && r.open_port == 0);
	/* Somebody else's controller: its bytes are not read as ours. */
	b[15] = 0x00;
	assert_true(pong(b, 28, &r));
	assert_true(r.major == AMT_DEV_NONE);
	for (size_t n = 0; n < 28; n++)
		assert_false(pong(pong_11_8, n, &r));
	b[8] = 0x80; /* a ping, not a pong */
	assert_false(pong(b, 28, &r));
}

static void test_challenge(void **state)
{
	struct dev_challenge c = {0};

	(void)state;
	/* As recorded: mixed separators, no algorithm (handbook device 1.4). */
	dev_challenge_read(
		"Digest realm=\"Digest:F3EB5547\", nonce=\"abc\",stale=\"false\",qop=\"auth\"", &c);
	assert_true(c.digest && !c.negotiate && c.auth && !c.auth_int && !c.stale);
	assert_string_equal(c.realm, "Digest:F3EB5547");
	assert_string_equal(c.nonce, "abc");
	dev_challenge_read("Negotiate", &c);
	assert_true(c.digest && c.negotiate);
	memset(&c, 0, sizeof(c));
	dev_challenge_read("Negotiate, Basic realm=\"b\", Digest qop=\"auth-int , auth\", "
			   "realm = \"a\\\"b\"",
			   &c);
	assert_true(c.digest && c.negotiate && c.basic && c.auth && c.auth_int);
	assert_string_equal(c.realm, "a\"b");
	memset(&c, 0, sizeof(c));
	dev_challenge_read("Digest realm=\"never closed, qop=auth", &c);
	assert_string_equal(c.realm, "never closed, qop=auth");
	/* Of several digests the one that can be answered, whole, wherever it stands. */
	static const char *const several[] = {
		"Digest algorithm=SHA-256, nonce=\"s\", qop=\"auth-int\"", "Digest nonce=\"m\"",
		"Digest algorithm=SHA-512-256, nonce=\"t\"", "Negotiate"};
	for (size_t first = 0; first < 4; first++) {
		memset(&c, 0, sizeof(c));
		for (size_t i = 0; i < 4; i++)
			dev_challenge_read(several[(first + i) % 4], &c);
		assert_string_equal(c.nonce, "m");
		assert_true(c.digest && c.negotiate && !c.algorithm[0] && !c.auth_int);
	}
	memset(&c, 0, sizeof(c));
	dev_challenge_read("Digest algorithm=SHA-256, nonce=\"s\", Digest nonce=\"m\", "
			   "algorithm=md5, Digest algorithm=MD5, nonce=\"n\"",
			   &c);
	assert_string_equal(c.nonce, "m");
	memset(&c, 0, sizeof(c));
	dev_challenge_read("Digest algorithm=SHA-256, nonce=\"s\"", &c);
	assert_string_equal(c.algorithm, "SHA-256");
	dev_challenge_read("=,=\"\\", &c);
	dev_challenge_read("", &c);
}

static void test_banner(void **state)
{
	static const struct {
		const char *server, *product, *version;
	} rows[] = {
		{"Intel(R) Active Management Technology 11.8.50.3425", "AMT", "11.8.50.3425"},
		{"Intel(R) Standard Manageability 9.1.2", "ISM", "9.1.2"},
		{"Intel(R) Active Management Technology", "AMT", NULL},
		{"intel(r) active management technology 3.2.1.", "AMT", "3.2.1"},
		{"AMT", "AMT", NULL},
		{"Apache/2.4", NULL, NULL},
		{"", NULL, NULL},
	};
	struct amt_device d;

	(void)state;
	amt_device_init(&d, "pc1");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *p, *v;
		dev_banner_read(&d, rows[i].server, &p, &v);
		assert_true(!p == !rows[i].product && (!p || strcmp(p, rows[i].product) == 0));
		assert_true(!v == !rows[i].version && (!v || strcmp(v, rows[i].version) == 0));
	}
	amt_device_free(&d);
}

static void test_redirection(void **state)
{
	static const uint8_t ok[15] = {0x11, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 9, 9},
			     busy[2] = {0x11, 2},
			     methods[12] = {0x14, 0, 0, 0, 0, 3, 0, 0, 0, 1, 2, 4},
			     liar[9] = {0x14, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f};
	struct dev_redir_reply r;
	uint8_t b[16];

	(void)state;
	dev_redir_start(b, "SOL");
	assert_memory_equal(b, "\x10\0\0\0SOL ", 8);
	dev_redir_start(b, "IDER");
	assert_memory_equal(b, "\x10\0\0\0IDER", 8);
	dev_redir_start(b, "KVM");
	assert_memory_equal(b, "\x10\1\0\0KVMR", 8);
	assert_int_equal(dev_redir_read(ok, 15, &r), 15);
	assert_int_equal(r.status, 0);
	for (size_t n = 0; n < 15; n++)
		assert_int_equal(dev_redir_read(ok, n, &r), 0);
	assert_int_equal(dev_redir_read(busy, 2, &r), 2);
	assert_int_equal(r.status, 2);
	assert_int_equal(dev_redir_read(methods, 12, &r), 12);
	assert_int_equal(r.n_methods, 3);
	assert_int_equal(r.methods[1], 2);
	assert_int_equal(dev_redir_read(methods, 11, &r), 0);
	assert_int_equal(dev_redir_read(liar, 9, &r), -1);
	assert_int_equal(dev_redir_read((const uint8_t *)"HTTP/1.1", 8, &r), -1);
}

static void test_hello_written(void **state)
{
	static const enum dev_hello_offer offers[] = {DEV_OFFER_ALL, DEV_OFFER_NO_RC4,
						      DEV_OFFER_RC4};
	static const char *const names[] = {"pc1.example.com", "192.0.2.1", ""};
	uint8_t b[DEV_HELLO_MAX], random[64] = {1};

	(void)state;
	for (uint16_t v = 0x0301; v <= 0x0304; v++)
		for (size_t o = 0; o < 3; o++)
			for (size_t k = 0; k < 3; k++) {
				size_t n = dev_hello_write(b, v, offers[o], names[k], random);
				assert_true(n > 60 && n < DEV_HELLO_MAX);
				assert_int_equal(b[3] << 8 | b[4], n - 5);
				assert_int_equal(b[7] << 8 | b[8], n - 9);
			}
}

static void test_hello_read(void **state)
{
	/* A ServerHello of TLS 1.0 with RC4-SHA, no extensions, cut over two records; then done. */
	static const uint8_t flight[] = {
		22, 3, 1, 0, 10, 2, 0, 0, 38, 3, 1, 0,    0,    0, 0,  22, 3, 1, 0,
		36, 0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0,    0,    0, 0,  0,  0, 0, 0,
		0,  0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0x00, 0x05, 0, 14, 0,  0, 0,
	};
	static const uint8_t alert[] = {21, 3, 1, 0, 2, 2, 40};
	uint8_t scratch[256];
	struct dev_hello_reply r;
	char text[16];

	(void)state;
	assert_true(dev_hello_read(flight, sizeof(flight), scratch, &r));
	assert_true(r.hello && !r.renegotiation_info && r.alert == -1);
	assert_int_equal(r.version, 0x0301);
	assert_true(dev_tls_cipher_rc4(r.cipher));
	assert_string_equal(dev_tls_cipher_name(r.cipher, text), "RC4-SHA");
	assert_string_equal(dev_tls_cipher_name(0xbeef, text), "0xbeef");
	assert_string_equal(dev_tls_version_name(0x0303), "TLS 1.2");
	for (size_t n = 0; n < sizeof(flight) - 1; n++)
		dev_hello_read(flight, n, scratch, &r);
	assert_true(dev_hello_read(alert, sizeof(alert), scratch, &r));
	assert_int_equal(r.alert, 40);
	assert_true(dev_hello_read((const uint8_t *)"HTTP/1.1 400", 12, scratch, &r));
	assert_true(r.not_tls);
}

/* RFC 2617 3.5 for auth; the others by hashlib from the same parts. */
static void test_digest(void **state)
{
	struct dev_challenge c = {.digest = true,
				  .auth = true,
				  .realm = "testrealm@host.com",
				  .nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093"};
	struct dev_digest_use u = {.challenge = &c,
				   .user = "Mufasa",
				   .password = "Circle Of Life",
				   .method = "GET",
				   .uri = "/dir/index.html",
				   .cnonce = "0a4f113b",
				   .nc = 1};
	char response[DEV_DIGEST_RESPONSE];
	struct amt_error err = {0};
	struct amt_buf b;

	(void)state;
	assert_true(dev_digest_response(&u, response));
	assert_string_equal(response, "6629fae49393a05397450978507c4ef1");
	c.auth = false;
	assert_true(dev_digest_response(&u, response));
	assert_string_equal(response, "670fd8c2df070c60b045671b8b24ff02");
	c.auth_int = true;
	u.method = "POST";
	u.uri = "/wsman";
	u.nc = 10;
	u.body = "<Envelope/>";
	u.body_len = 11;
	assert_true(dev_digest_response(&u, response));
	assert_string_equal(response, "4debde9dda3e5f7cf4e7e3c7c259c362");
	/* The line: what the device said is quoted, and can't begin a line of its own. */
	amt_buf_init(&b, 4096);
	amt_str_copy(c.realm, sizeof(c.realm), "a\"b\\c\r\nX: y");
	assert_true(dev_digest_header(&u, &b, &err));
	assert_non_null(strstr(b.data, "realm=\"a\\\"b\\\\cX: y\", "));
	assert_non_null(strstr(b.data, "qop=auth-int, nc=0000000a, cnonce=\"0a4f113b\""));
	assert_null(strstr(b.data, "Circle"));
	assert_ptr_equal(strchr(b.data, '\n'), b.data + b.len - 1);
	/* What AMT never asks for is refused with its name. */
	amt_str_copy(c.algorithm, sizeof(c.algorithm), "SHA-256");
	assert_false(dev_digest_header(&u, &b, &err));
	assert_non_null(strstr(err.text, "SHA-256"));
	c = (struct dev_challenge){.qop = "auth-conf"};
	assert_false(dev_digest_header(&u, &b, &err));
	assert_non_null(strstr(err.text, "auth-conf"));
	amt_buf_free(&b);
}

static void test_tables(void **state)
{
	(void)state;
	assert_int_equal(amt_power_package_find("30800DEE09C07843AF287868A2DBBE3A")->meets,
			 AMT_YES);
	assert_null(amt_power_package_find("x"));
	assert_null(amt_power_package_find(NULL));
	assert_string_equal(amt_realm_name(5), "Remote Control");
	assert_string_equal(amt_realm_name(22), "?");
	assert_string_equal(amt_realm_name(-1), "?");
	for (unsigned i = 0; i < AMT_TLS_CLASSES; i++) {
		enum amt_tls_class c = AMT_TLS_CLASSES;
		assert_true(amt_tls_class_parse(amt_tls_class_name((enum amt_tls_class)i), &c));
		assert_int_equal(c, i);
		assert_non_null(amt_tls_class_meaning(c));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rmcp),          cmocka_unit_test(test_challenge),
		cmocka_unit_test(test_banner),        cmocka_unit_test(test_redirection),
		cmocka_unit_test(test_hello_written), cmocka_unit_test(test_hello_read),
		cmocka_unit_test(test_digest),        cmocka_unit_test(test_tables),
	};
	return cmocka_run_group_tests_name("device_wire", tests, NULL, NULL);
}
