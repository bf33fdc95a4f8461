/* The roots that firmware is known to hold: common/pki/firmware-roots.tsv. */
#include "pki/private.h"

static const struct pki_root roots[] = {
#include "pki_roots.inc"
};
#define COUNT (sizeof(roots) / sizeof(roots[0]))

size_t pki_root_count(void)
{
	return COUNT;
}

const struct pki_root *pki_root_at(size_t i)
{
	return i < COUNT ? &roots[i] : NULL;
}

const struct pki_root *pki_root_by_hash(const uint8_t *hash, size_t length)
{
	char hex[2 * 48 + 1];

	if (length != 20 && length != 32 && length != 48)
		return NULL;
	amt_hex_encode(hash, length, hex);
	for (size_t i = 0; i < COUNT; i++) {
		const char *own = length == 20   ? roots[i].sha1
				  : length == 32 ? roots[i].sha256
						 : roots[i].sha384;
		if (!strcmp(own, hex))
			return &roots[i];
	}
	return NULL;
}

const char *pki_root_name_of_hash(void *arg, const uint8_t *hash, size_t length)
{
	const struct pki_root *r = pki_root_by_hash(hash, length);

	(void)arg;
	return r ? r->name : NULL;
}

static const struct amt_fw v7 = {7, -1, -1, -1}, v11 = {11, -1, -1, -1}, v13 = {13, -1, -1, -1};

/* certificates.md 3: which list is known for which firmware, and how well. */
static enum pki_presence begins(const struct pki_root *r, const struct amt_fw *fw)
{
	bool before = amt_fw_compare(fw, &r->first) < 0;

	switch (r->first_bound) {
	case PKI_BOUND_STATED:
		return before ? PKI_ABSENT : PKI_PRESENT;
	case PKI_BOUND_UPDATES:
		return before ? PKI_UNSURE : PKI_PRESENT;
	case PKI_BOUND_SEEN:
		break;
	case PKI_BOUND_NONE:
	case PKI_BOUND_BUILD:
		return PKI_UNSURE;
	}
	/* The lists up to 6.x and from 7.0 to 10.x are stated by Intel; a root first seen later
	 * is not in them. Between the last list without it and the first with it nobody knows. */
	if (amt_fw_compare(&r->first, &v11) < 0)
		return amt_fw_compare(fw, &v7) < 0 ? PKI_ABSENT : before ? PKI_UNSURE : PKI_PRESENT;
	if (amt_fw_compare(fw, &v11) < 0)
		return PKI_ABSENT;
	/* The 2021 list: a 12.0.6 device lacked roots that an 11.8.86 device had. */
	if (strstr(r->first_fw, "2021") && amt_fw_compare(fw, &v13) < 0)
		return PKI_UNSURE;
	return before ? PKI_UNSURE : PKI_PRESENT;
}

enum pki_presence pki_root_presence(const struct pki_root *r, const struct amt_fw *fw)
{
	enum pki_presence p = begins(r, fw);

	if (p != PKI_PRESENT)
		return p;
	if (r->last_bound == PKI_BOUND_SEEN)
		return amt_fw_compare(fw, &r->last) <= 0 ? PKI_PRESENT : PKI_UNSURE;
	if (r->last_bound != PKI_BOUND_BUILD)
		return PKI_PRESENT;
	/* Removed at a build of 11.8 and one of 12.0: last_fw is "<A;<B". */
	if (fw->major < 11)
		return PKI_PRESENT;
	if (fw->major > 12)
		return PKI_ABSENT;
	const char *second = strchr(r->last_fw, ';');
	struct amt_fw limit = r->last;
	if (fw->major == 12 && (!second || !amt_fw_parse(second + 2, &limit, NULL)))
		return PKI_UNSURE;
	/* Equal as far as it was given: only the build would tell. */
	int order = amt_fw_compare(fw, &limit);
	if (!order && fw->build < 0)
		return PKI_UNSURE;
	return order < 0 ? PKI_PRESENT : PKI_ABSENT;
}
