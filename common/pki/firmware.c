/* Firmware generations that differ in what they accept: common/pki/firmware.tsv. */
#include "amtdiag/pki.h"

static const struct pki_generation generations[] = {
#include "pki_firmware.inc"
};
#define COUNT (sizeof(generations) / sizeof(generations[0]))

size_t pki_generation_count(void)
{
	return COUNT;
}

const struct pki_generation *pki_generation_at(size_t i)
{
	return i < COUNT ? &generations[i] : NULL;
}

/*
 * 15.0 without a letter gets the row of 15.0-H: the judge then says "on H
 * platforms" instead of failing, because which one it is isn't known.
 */
const struct pki_generation *pki_generation_of(const struct amt_fw *fw)
{
	const struct pki_generation *g = &generations[0];

	for (size_t i = 0; i < COUNT; i++)
		if (amt_fw_compare(&generations[i].from, fw) <= 0)
			g = &generations[i];
	return g;
}
