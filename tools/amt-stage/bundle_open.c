/*
 * --open: the report of a bundle is judged again, and every member is held against the manifest.
 * The digests show damage and careless changes; who means to forge can write a manifest too.
 */
#include "late_archive.h"
#include "stage.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEVICES_MAX  (4LL << 30)     /* bytes on disk; a device is some 10 KiB */
#define MEMBER_MAX   (256 * AMT_MIB) /* what is packed is no larger */
#define MANIFEST_MAX (16 * AMT_MIB)
#define MEMBERS_MAX  100000       /* their names are kept */
#define TOTAL_MAX    (16LL << 30) /* bytes of all, unpacked: an archive of zeros has no end */
#define PREFIX       "amtdiag/"

struct opened {
	struct stage *st;
	struct archive *a;
	int report;           /* -1: not yet */
	long long total;      /* bytes read of all members */
	struct amt_map found; /* name -> digest in hex, the stage's; NULL once it was held against
				 the manifest */
	struct amt_buf manifest;
};

static char *digest_of(struct stage *st, EVP_MD_CTX *sum)
{
	unsigned char digest[32];
	unsigned len = sizeof(digest);
	char hex[65];

	EVP_DigestFinal_ex(sum, digest, &len);
	amt_hex_encode(digest, 32, hex);
	return amt_arena_strdup(&st->arena, hex);
}

/* Reads the member: into a file, or (-1) only its digest. */
static bool read_member(struct opened *o, int fd, const char *name, long long most, char **digest,
			struct amt_error *err)
{
	const void *p;
	size_t n;
	long long total = 0;
	la_int64_t at;
	EVP_MD_CTX *sum = EVP_MD_CTX_new();
	int rc;

	EVP_DigestInit_ex(sum, EVP_sha256(), NULL);
	while ((rc = archive_read_data_block(o->a, &p, &n, &at)) == ARCHIVE_OK) {
		if ((long long)n > most - total || at != total ||
		    (fd >= 0 && pwrite(fd, p, n, at) != (ssize_t)n))
			break;
		EVP_DigestUpdate(sum, p, n);
		if (!strcmp(name, "MANIFEST.txt"))
			amt_buf_add(&o->manifest, p, n);
		total += (long long)n;
		o->total += (long long)n;
		if (o->total > TOTAL_MAX)
			break;
	}
	*digest = digest_of(o->st, sum);
	EVP_MD_CTX_free(sum);
	return rc == ARCHIVE_EOF ||
	       amt_fail(err, "%s: %s can't be read: %s", o->st->opt.open, name,
			rc == ARCHIVE_OK ? "it is too large, or there is no room for it"
					 : archive_error_string(o->a));
}

/* The report into an unnamed file in memory, devices of a fleet into one on disk. */
static bool member(struct opened *o, const char *path, struct amt_error *err)
{
	const size_t n = sizeof(PREFIX) - 1;
	const char *name = path && !strncmp(path, PREFIX, n) ? path + n : NULL;
	long long most = MEMBER_MAX;
	char *digest;
	bool new;
	int fd = -1;

	if (!name || !*name || amt_str_ends(name, "/")) /* a folder */
		return true;
	if (o->found.count >= MEMBERS_MAX)
		return amt_fail(err, "%s holds more than %d files: it is no bundle of amt-stage",
				o->st->opt.open, MEMBERS_MAX);
	union amt_map_value *v = amt_map_put_str(&o->found, name, &new);
	if (!new) /* the first counts */
		return true;
	if (!strcmp(name, "report.json")) {
		fd = o->report = memfd_create("report.json", MFD_CLOEXEC);
		most = AMT_CAP_JSON_IN;
		if (fd < 0)
			return amt_fail(err, "no memory for the report of %s", o->st->opt.open);
	} else if (!strcmp(name, "devices.ndjson")) {
		fd = o->st->scratch ? fileno(o->st->scratch) : -1;
		most = DEVICES_MAX;
	} else if (!strcmp(name, "MANIFEST.txt")) {
		most = MANIFEST_MAX - 1;
	}
	if (!read_member(o, fd, name, most, &digest, err))
		return false;
	v->p = digest;
	return true;
}

/* What is judged must be what was packed; the rest is for people, who are told. */
static bool differs(struct opened *o, const char *name, const char *how, struct amt_error *err)
{
	if (!strcmp(name, "report.json") || !strcmp(name, "devices.ndjson"))
		return amt_fail(err, "%s: %s %s: nothing of it is judged", o->st->opt.open, name,
				how);
	amt_note_add(&o->st->cli->run.notes, o->st->opt.open, "%s %s", name, how);
	return true;
}

/* "digest  bytes  name" a line. */
static bool check_line(struct opened *o, const char *line, struct amt_error *err)
{
	const char *name = line + strspn(line, "0123456789abcdef");

	if (name != line + 64 || strncmp(name, "  ", 2) != 0)
		return true;
	name += 2 + strspn(name + 2, "0123456789");
	if (strncmp(name, "  ", 2) != 0)
		return true;
	union amt_map_value *v = amt_map_get_str(&o->found, name + 2);
	if (!v || !v->p)
		return differs(o, name + 2, "is named by MANIFEST.txt and is not there", err);
	bool same = !strncmp(line, v->p, 64);
	v->p = NULL;
	return same || differs(o, name + 2,
			       "is not what MANIFEST.txt says: it was changed or damaged since the "
			       "bundle was made",
			       err);
}

static bool check_manifest(struct opened *o, struct amt_error *err)
{
	bool good = true;

	if (!o->manifest.len) {
		amt_note_add(&o->st->cli->run.notes, o->st->opt.open,
			     "no MANIFEST.txt is in it: nothing was held against its digests");
		return true;
	}
	amt_buf_byte(&o->manifest, '\0'); /* was under its cap */
	for (char *rest = o->manifest.data, *line; good && (line = strsep(&rest, "\n"));)
		good = check_line(o, line, err);
	for (size_t i = 0; good && i < o->found.n_entries; i++) {
		const struct amt_map_entry *e = &o->found.entries[i];
		if (e->value.p && strcmp(e->key, "MANIFEST.txt") != 0)
			good = differs(o, e->key, "is not in MANIFEST.txt: it was put in later",
				       err);
	}
	return good;
}

bool stage_open(struct stage *st, struct amt_error *err)
{
	struct opened o = {.st = st, .a = archive_read_new(), .report = -1};
	struct archive_entry *e;
	int rc = ARCHIVE_OK;

	archive_read_support_filter_gzip(o.a);
	archive_read_support_format_tar(o.a);
	if (archive_read_open_filename(o.a, st->opt.open, 64 * AMT_KIB) != ARCHIVE_OK) {
		amt_fail(err, "can't open %s: %s", st->opt.open, archive_error_string(o.a));
		archive_read_free(o.a);
		return false;
	}
	bool good = true;
	amt_buf_init(&o.manifest, MANIFEST_MAX);
	while (good && (rc = archive_read_next_header(o.a, &e)) == ARCHIVE_OK)
		good = member(&o, archive_entry_pathname(e), err);
	if (good && (rc != ARCHIVE_EOF || o.report < 0))
		good = amt_fail(err, "%s is not a bundle of amt-stage (%s)", st->opt.open,
				rc == ARCHIVE_EOF ? "there is no amtdiag/report.json in it"
						  : archive_error_string(o.a));
	good = good && check_manifest(&o, err);
	archive_read_free(o.a);
	amt_buf_free(&o.manifest);
	amt_map_free(&o.found);
	st->cli->replay = good ? amt_arena_printf(&st->arena, "/proc/self/fd/%d", o.report) : NULL;
	if (!good && o.report >= 0)
		close(o.report);
	return good;
}
