/*
 * Packed evidence in a bundle: passwords in a log do not hide behind gzip or zstd. What stays
 * packed holds none; what does goes in unpacked, with stars; what can't be looked into stays out.
 */
#include "bundle.h"
#include "late_archive.h"

#include <string.h>

static bool begins(const struct amt_buf *b, const char *magic, size_t n)
{
	return b->len >= n && !memcmp(b->data, magic, n);
}

static bool readable(const struct amt_buf *b)
{
	return begins(b, "\x1f\x8b", 2) || begins(b, "\x28\xb5\x2f\xfd", 4);
}

/* zip, xz, bzip2, 7z, cabinets, rar: no room reads them. */
static bool foreign(const struct amt_buf *b)
{
	return begins(b, "PK\3\4", 4) || begins(b, "\xfd\x37zXZ", 5) || begins(b, "BZh", 3) ||
	       begins(b, "7z\xbc\xaf", 4) || begins(b, "MSCF", 4) || begins(b, "Rar!", 4);
}

enum bundle_packed stage_bundle_unpack(const struct amt_buf *b, struct amt_buf *out)
{
	enum bundle_packed how = BUNDLE_UNPACKED;
	struct archive_entry *e;
	la_ssize_t n = 0;
	char part[64 * 1024];

	if (foreign(b))
		return BUNDLE_CLOSED;
	if (!readable(b))
		return BUNDLE_PLAIN;
	struct archive *a = archive_read_new();
	bool open = archive_read_support_filter_gzip(a) == ARCHIVE_OK &&
		    archive_read_support_filter_zstd(a) == ARCHIVE_OK &&
		    archive_read_support_format_raw(a) == ARCHIVE_OK &&
		    archive_read_open_memory(a, b->data, b->len) == ARCHIVE_OK &&
		    archive_read_next_header(a, &e) == ARCHIVE_OK;
	while (open && (n = archive_read_data(a, part, sizeof(part))) > 0)
		if (!amt_buf_add(out, part, (size_t)n))
			break;
	archive_read_free(a);
	/* Once more packed, or longer than a member may be: not all of it was looked into. */
	if (!open || !out->len || out->over || readable(out) || foreign(out))
		how = BUNDLE_CLOSED;
	else if (n < 0)
		how = BUNDLE_CUT;
	amt_wipe(part, sizeof(part));
	return how;
}
