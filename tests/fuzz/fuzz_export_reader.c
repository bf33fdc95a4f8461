/* The reader of one kind of export, which the first byte chooses; fuzz_exports recognises and
 * judges. */
#include "site/exports.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct exports_facts f;
	struct amt_notes notes = {0};
	char *text = size ? amt_strndup((const char *)data + 1, size - 1) : NULL;
	struct export_source s = {
		.facts = &f, .notes = &notes, .path = "x", .computer = "pc1", .text = text};

	if (!text)
		return 0;
	s.len = strlen(text);
	export_read((enum exports_kind)(data[0] % EXPORTS_KINDS), &s);
	f.facts.n = 0;
	amt_arena_reset(&f.arena);
	amt_notes_free(&notes);
	free(text);
	return 0;
}
