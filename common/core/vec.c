#include "amtdiag/core/vec.h"

#include "amtdiag/core/alloc.h"
#include "amtdiag/core/text.h"

#include <stdlib.h>
#include <string.h>

void *amt_vec_grow_(void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	size_t more = *cap ? *cap * 2 : 8;
	v = amt_reallocarray(v, more, size);
	*cap = more;
	return v;
}

void *amt_vec_zero_(void *p, size_t size)
{
	return memset(p, 0, size);
}

void amt_vec_free_(void *v)
{
	free(v);
}

bool amt_strlist_has(const struct amt_strlist *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (!amt_strcasecmp(l->v[i], s))
			return true;
	return false;
}
