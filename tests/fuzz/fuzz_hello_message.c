/* One message: what is used never exceeds what was given, and more bytes never undo a complete one.
 */
#include "amtdiag/hello.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct amt_arena arena;
	struct hello_message m;
	size_t waiting = hello_decode(data, size, true, &arena, &m);

	hello_message_free(&m);
	size_t used = hello_decode(data, size, false, &arena, &m);
	if (used > size || (waiting && waiting != used) || m.length > size ||
	    m.hashes.n > m.declared_hashes)
		abort();
	hello_message_free(&m);
	amt_arena_reset(&arena);
	return 0;
}
