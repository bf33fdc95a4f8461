/* Sends one hello message as a device would (hello chapter 1): header, then PSK or hash records. */
#include "sim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_HASHES 33 /* limit of the host interface (1.3) */

struct hello {
	struct sockaddr_in to, from;
	uint64_t version, retry, set;
	uint8_t uuid[16]; /* as written */
	char pid[9];
	uint8_t hash[MAX_HASHES][64];
	size_t hash_len[MAX_HASHES], n;
};

static bool take(struct hello *h, const char *name, const char *value)
{
	if (!strcmp(name, "--version"))
		return amt_num_u64(value, 0, 65535, &h->version, NULL);
	if (!strcmp(name, "--retry"))
		return amt_num_u64(value, 0, UINT32_MAX, &h->retry, NULL);
	if (!strcmp(name, "--set"))
		return amt_num_u64(value, 0, 65535, &h->set, NULL);
	if (!strcmp(name, "--uuid"))
		return amt_hex_decode(value, h->uuid, 16) == 16;
	if (!strcmp(name, "--from"))
		return inet_pton(AF_INET, value, &h->from.sin_addr) == 1;
	if (!strcmp(name, "--pid") && strlen(value) == 8) {
		amt_str_copy(h->pid, sizeof(h->pid), value);
		return true;
	}
	if (!strcmp(name, "--hash") && h->n < MAX_HASHES) {
		long n = amt_hex_decode(value, h->hash[h->n], 64);

		if (n < 16)
			return false;
		h->hash_len[h->n++] = (size_t)n;
		return true;
	}
	if (!strcmp(name, "--hello")) {
		const char *colon = strrchr(value, ':');
		char host[64];
		uint64_t port = 0;

		if (!colon || (size_t)(colon - value) >= sizeof(host) ||
		    !amt_num_u64(colon + 1, 1, 65535, &port, NULL))
			return false;
		amt_str_copy(host, (size_t)(colon - value) + 1, value);
		h->to.sin_port = htons((uint16_t)port);
		return inet_pton(AF_INET, host, &h->to.sin_addr) == 1;
	}
	return false;
}

/* Type 1 SHA-1, 2 SHA-256, 3 longer: 1.3. */
static uint8_t hash_type(size_t n)
{
	return n == 16 ? 0 : n == 20 ? 1 : n == 32 ? 2 : 3;
}

static void put_le(struct amt_buf *b, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		amt_buf_byte(b, (char)(v >> (8 * i)));
}

static void message(const struct hello *h, struct amt_buf *b)
{
	static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

	put_le(b, h->set, 2);
	put_le(b, h->version, 2);
	put_le(b, h->retry, 4);
	for (int i = 0; i < 16; i++)
		amt_buf_byte(b, (char)h->uuid[order[i]]);
	if (h->version == 2)
		amt_buf_add(b, h->pid, 8);
	if (h->version != 3)
		return;
	amt_buf_byte(b, (char)h->n);
	for (size_t i = 0; i < h->n; i++) {
		amt_buf_byte(b, (char)hash_type(h->hash_len[i]));
		amt_buf_byte(b, (char)h->hash_len[i]);
		amt_buf_add(b, h->hash[i], h->hash_len[i]);
	}
}

static bool deliver(struct hello *h, const struct amt_buf *b)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0;

	h->to.sin_family = h->from.sin_family = AF_INET;
	if (ok && h->from.sin_addr.s_addr)
		ok = !bind(fd, (struct sockaddr *)&h->from, sizeof(h->from));
	ok = ok && !connect(fd, (struct sockaddr *)&h->to, sizeof(h->to)) &&
	     write(fd, b->data, b->len) == (ssize_t)b->len;
	if (!ok)
		fprintf(stderr, "amtsim: can't send the hello: %s\n", strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

int sim_hello_main(int argc, char **argv)
{
	struct hello h = {.version = 3, .pid = "ABCD1234"};
	struct amt_buf b;
	bool ok;

	for (int i = 1; i < argc; i += 2) {
		if (i + 1 >= argc || !take(&h, argv[i], argv[i + 1])) {
			fprintf(stderr, "amtsim: %s: see amtsim --help\n", argv[i]);
			return 64;
		}
	}
	amt_buf_init(&b, 8 * AMT_KIB);
	message(&h, &b);
	ok = deliver(&h, &b);
	amt_buf_free(&b);
	return ok ? 0 : 1;
}
