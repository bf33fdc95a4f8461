/* --hello: the root hashes of devices out of a capture. Documents of amt-hellocap are JSON, and the
 * pki room reads those by itself; where the two rooms meet is here. */
#include "certcheck.h"

#include "amtdiag/hello.h"

#include <string.h>
#include <unistd.h>

/* pcap in both byte orders and time scales, pcapng, gzip, zstd. */
static bool is_capture(const char *path)
{
	static const uint8_t magics[][4] = {
		{0xa1, 0xb2, 0xc3, 0xd4}, {0xd4, 0xc3, 0xb2, 0xa1}, {0xa1, 0xb2, 0x3c, 0x4d},
		{0x4d, 0x3c, 0xb2, 0xa1}, {0x0a, 0x0d, 0x0d, 0x0a}, {0x1f, 0x8b, 0x08, 0x00},
		{0x28, 0xb5, 0x2f, 0xfd},
	};
	uint8_t b[4] = {0};
	int fd = amt_file_open(path, NULL);
	ssize_t n = fd >= 0 ? read(fd, b, sizeof(b)) : 0;

	if (fd >= 0)
		close(fd);
	for (size_t i = 0; n == 4 && i < sizeof(magics) / sizeof(magics[0]); i++)
		if (!memcmp(b, magics[i], 3) && (b[3] == magics[i][3] || b[0] == 0x1f))
			return true;
	return false;
}

static struct pki_hash_list *list_of(struct pki_facts *f, const char *path, const char *uuid)
{
	for (size_t i = 0; i < f->lists.n; i++)
		if (f->lists.v[i].device && !strcmp(f->lists.v[i].device, uuid))
			return &f->lists.v[i];
	struct pki_hash_list *l = pki_add_list(f, path);
	l->device = amt_arena_strdup(&f->arena, uuid);
	return l;
}

static unsigned keep_lists(struct pki_facts *f, const char *path, const struct hello_facts *h)
{
	unsigned found = 0;
	char uuid[37];

	for (size_t i = 0; i < h->hellos.n; i++) {
		const struct hello_message *m = &h->hellos.v[i].m;
		if (!m->hashes.n)
			continue;
		struct pki_hash_list *l = list_of(f, path, hello_uuid_text(m->uuid, false, uuid));
		l->hashes.n = 0; /* the newest hello of a device counts */
		for (size_t k = 0; k < m->hashes.n; k++)
			pki_add_hash(f, l, m->hashes.v[k].bytes, m->hashes.v[k].length,
				     m->hashes.v[k].name);
		l->partial = m->hashes.n < m->declared_hashes;
		found++;
	}
	return found;
}

bool certcheck_hello(struct amt_cli *cli, const char *path)
{
	const struct hello_options opt = {.name_of_hash = pki_root_name_of_hash,
					  .progress = &cli->progress};
	struct amt_strlist paths = {0};
	struct hello_facts facts = {0};
	struct amt_error err = {0};

	if (!is_capture(path))
		return false;
	amt_vec_push(&paths, path);
	if (!hello_collect(&paths, &opt, &facts, &cli->run.notes, &err))
		amt_note_add(&cli->run.notes, path, "%s", err.text);
	else if (!keep_lists(&certcheck.facts, path, &facts))
		amt_note_add(&cli->run.notes, path,
			     "no hello message with root hashes is in this capture");
	amt_vec_free(&paths);
	hello_facts_free(&facts);
	return true;
}
