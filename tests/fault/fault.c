/*
 * Preloaded into a tool: fails one allocation, or one and all after it.
 *
 *   AMT_FAULT_COUNT=1   prints "allocations N" to descriptor 199 when the program ends
 *   AMT_FAULT_AT=N      the Nth allocation returns NULL
 *   AMT_FAULT_ON=1      and so does every later one
 *
 * Counted from the moment the library is set up, in all threads together. What libseccomp allocates
 * is left alone and not counted: 2.5.4 frees twice and spins when seccomp_load() runs out of
 * memory.
 */
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);

#define COUNT_FD 199

static atomic_ulong count;
static unsigned long at;
static int on, ready;

static char *spare_from, *spare_to;

static int find_spare(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	if (!info->dlpi_name || !strstr(info->dlpi_name, "libseccomp.so"))
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
			spare_from = (char *)info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
			spare_to = spare_from + info->dlpi_phdr[i].p_memsz;
		}
	return 1;
}

__attribute__((constructor)) static void start(void)
{
	const char *n = getenv("AMT_FAULT_AT"), *all = getenv("AMT_FAULT_ON");

	at = n ? strtoul(n, NULL, 10) : 0;
	on = all && *all == '1';
	dl_iterate_phdr(find_spare, NULL);
	ready = 1;
}

static void tell(void)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "allocations %lu\n", atomic_load(&count));

	if (getenv("AMT_FAULT_COUNT"))
		n = (int)write(COUNT_FD, line, (size_t)n);
}

static int exempt(void *caller)
{
	return (char *)caller >= spare_from && (char *)caller < spare_to;
}

/* The tools end so, and skip what is registered for exit(). */
void _exit(int code)
{
	tell();
	syscall(SYS_exit_group, code);
	__builtin_unreachable();
}

static int fails(void *caller)
{
	if (!ready || exempt(caller))
		return 0;
	unsigned long n = atomic_fetch_add(&count, 1) + 1;
	if (!at || n < at || (n > at && !on))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t n)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(p, n);
}

void *aligned_alloc(size_t align, size_t n)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_memalign(align, n);
}

int posix_memalign(void **p, size_t align, size_t n)
{
	*p = fails(__builtin_return_address(0)) ? NULL : __libc_memalign(align, n);
	return *p ? 0 : ENOMEM;
}
