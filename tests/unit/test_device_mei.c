/* PTHI against a fake ME behind a socket pair, well-behaved and not. */
#include "device/mei.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum trouble { NONE, SILENT, CLOSES, WRONG_COMMAND, CUT, NO_HASHES, MANY, LONG_TEXT };

struct fake {
	int fd;
	enum trouble trouble;
	unsigned asked, others; /* questions, and those that no reader may send */
};

static void le(struct amt_buf *b, uint64_t v, int n)
{
	for (; n-- > 0; v >>= 8)
		amt_buf_byte(b, (char)v);
}

static void text20(struct amt_buf *b, const char *s, size_t length)
{
	char room[20] = "";

	memcpy(room, s, strlen(s));
	le(b, length, 2);
	amt_buf_add(b, room, sizeof(room));
}

static void put_versions(struct fake *f, struct amt_buf *b)
{
	static const char *const rows[][2] = {{"AMT", "11.8.50"}, {"Build Number", "3425"}};
	size_t start = b->len;

	for (int i = 0; i < 65; i++)
		amt_buf_byte(b, 'B');
	le(b, f->trouble == MANY ? 0xffffffff : 2, 4);
	for (int i = 0; i < 2; i++)
		for (int k = 0; k < 2; k++)
			text20(b, rows[i][k],
			       f->trouble == LONG_TEXT ? 0xffff : strlen(rows[i][k]));
	while (b->len - start < 65 + 4 + 50 * 44)
		amt_buf_byte(b, 0);
}

static void put_hash(struct amt_buf *b, uint32_t handle)
{
	le(b, handle == 7, 4); /* default */
	le(b, handle == 7, 4); /* active */
	for (int i = 0; i < 64; i++)
		amt_buf_byte(b, (char)(i < 32 ? 0xc0 + handle : 0));
	amt_buf_byte(b, 2); /* SHA-256 */
	le(b, 6, 2);
	amt_buf_add(b, "A root and room behind it", 25);
}

static void put_data(struct fake *f, struct amt_buf *b, uint32_t command, uint32_t handle)
{
	static const uint8_t uuid[16] = {0x13, 0xae, 0xe3, 0x55, 0xd2, 0xbf, 0xbb, 0x61,
					 0x17, 0xa0, 0x88, 0xae, 0xdd, 0x70, 0x37, 0xea};

	switch (command) {
	case 0x0400001a:
		put_versions(f, b);
		break;
	case 0x04000011:
	case 0x0400006b:
		le(b, 2, 4);
		break;
	case 0x04000008:
		le(b, 1, 4);
		le(b, 0, 4);
		break;
	case 0x04000036:
		le(b, 12, 2);
		amt_buf_add(b, "example.test\0\0\0\0", 16);
		break;
	case 0x0400005c:
		amt_buf_add(b, uuid, 16);
		break;
	case 0x0400002c:
		le(b, f->trouble == MANY ? 1000000 : 2, 4);
		le(b, 7, 4);
		le(b, 9, 4);
		break;
	case 0x0400002d:
		put_hash(b, handle);
		break;
	default:
		f->others++;
	}
}

static void *the_me(void *arg)
{
	struct fake *f = arg;
	uint8_t q[64];
	ssize_t n;

	while ((n = read(f->fd, q, sizeof(q))) > 0) {
		struct amt_rd r = amt_rd_init(q, (size_t)n);
		struct amt_buf data, b;
		f->asked++;
		f->others += n < 12 || q[0] != 1 || q[1] != 1;
		amt_rd_skip(&r, 4);
		uint32_t command = amt_rd_le32(&r), length = amt_rd_le32(&r);
		f->others += length != amt_rd_left(&r);
		uint32_t handle = amt_rd_le32(&r);
		bool refuse = f->trouble == NO_HASHES && command == 0x0400002c;
		if (f->trouble == SILENT)
			continue;
		if (f->trouble == CLOSES)
			break;
		amt_buf_init(&data, 8192);
		amt_buf_init(&b, 8192);
		le(&data, refuse ? 0x10 : 0, 4);
		if (!refuse)
			put_data(f, &data, command, handle);
		le(&b, 0x0101, 4);
		le(&b, command | (f->trouble == WRONG_COMMAND ? 0 : 0x00800000), 4);
		le(&b, data.len, 4);
		amt_buf_add(&b, data.data, f->trouble == CUT ? data.len / 2 : data.len);
		assert_true(write(f->fd, b.data, b.len) > 0);
		amt_buf_free(&data);
		amt_buf_free(&b);
	}
	close(f->fd);
	return NULL;
}

static bool talk(struct amt_device *d, enum trouble trouble, struct fake *f, struct amt_error *err)
{
	int pair[2];
	pthread_t t;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	*f = (struct fake){.fd = pair[1], .trouble = trouble};
	assert_int_equal(pthread_create(&t, NULL, the_me, f), 0);
	amt_device_init(d, "here");
	bool ok = dev_mei_read(d, pair[0], "/dev/mei0", trouble == SILENT ? 50 : 5000, err);
	close(pair[0]);
	pthread_join(t, NULL);
	assert_int_equal(f->others, 0);
	return ok;
}

static void test_good(void **state)
{
	struct amt_device d;
	struct fake f;
	struct amt_error err = {0};
	struct amt_fw fw;
	char text[48];

	(void)state;
	assert_true(talk(&d, NONE, &f, &err));
	assert_int_equal(d.notes.n, 0);
	assert_int_equal(f.asked, 9);
	assert_true(amt_device_firmware(&d, &fw, NULL));
	assert_string_equal(amt_fw_format(&fw, text), "11.8.50.3425");
	assert_int_equal(d.setup.n, 1);
	assert_int_equal(d.setup.v[0].provisioning_state, 2);
	assert_int_equal(d.setup.v[0].provisioning_mode, 1);
	assert_string_equal(d.setup.v[0].trusted_suffix, "example.test");
	assert_string_equal(d.uuid.v[0].uuid, "55e3ae13-bfd2-61bb-17a0-88aedd7037ea");
	assert_int_equal(d.hash.n, 2);
	assert_int_equal(strlen(d.hash.v[0].data), 64);
	assert_memory_equal(d.hash.v[0].data, "c7c7", 4);
	assert_int_equal(d.hash.v[0].enabled, AMT_YES);
	assert_int_equal(d.hash.v[1].enabled, AMT_NO);
	assert_string_equal(d.hash.v[1].description, "A root");
	assert_string_equal(d.source[AMT_DEVC_hash].where, "/dev/mei0");
	amt_device_free(&d);
}

static void test_trouble(void **state)
{
	static const struct {
		enum trouble trouble;
		bool ok;
		const char *says;
	} rows[] = {{SILENT, false, "no answer in time"},
		    {CLOSES, false, ""},
		    {WRONG_COMMAND, false, "not one to the question for versions"},
		    {CUT, false, "cut off"},
		    {MANY, false, "about versions can't be read"},
		    {NO_HASHES, true, "does not tell the root hashes (status 0x10)"},
		    {LONG_TEXT, true, ""}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct amt_device d;
		struct fake f;
		struct amt_error err = {0};
		assert_int_equal(talk(&d, rows[i].trouble, &f, &err), rows[i].ok);
		if (!strstr(err.text, rows[i].says))
			fail_msg("%d: '%s' does not say '%s'", rows[i].trouble, err.text,
				 rows[i].says);
		/* What does not answer is asked once. */
		assert_true(rows[i].ok || f.asked == 1);
		amt_device_free(&d);
	}
}

static void test_no_driver(void **state)
{
	struct amt_device d;
	struct amt_error err = {0};

	(void)state;
	amt_device_init(&d, "here");
	assert_false(amt_device_mei(&d, "/dev/null", 100, &err));
	assert_non_null(strstr(err.text, "/dev/null: the ME has no AMT"));
	assert_false(amt_device_mei(&d, "/dev/no-such-mei", 100, &err));
	assert_non_null(strstr(err.text, "No such file"));
	amt_device_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_trouble),
		cmocka_unit_test(test_no_driver),
	};
	return cmocka_run_group_tests_name("device_mei", tests, NULL, NULL);
}
