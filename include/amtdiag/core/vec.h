/*
 * A growing array of any type:
 *
 *	struct amt_hosts AMT_VEC(struct amt_host);
 *	amt_vec_push(&hosts, host);
 *	for (size_t i = 0; i < hosts.n; i++) use(&hosts.v[i]);
 *	amt_vec_free(&hosts);
 *
 * Elements move when it grows: keep indices, not pointers, across a push.
 */
#ifndef AMTDIAG_CORE_VEC_H
#define AMTDIAG_CORE_VEC_H

#include <stdbool.h>
#include <stddef.h>

#define AMT_VEC(type)                                                                              \
	{                                                                                          \
		type *v; /* NOLINT(bugprone-macro-parentheses): a type */                          \
		size_t n, cap;                                                                     \
	}

#define amt_vec_push(vec, ...)                                                                     \
	do {                                                                                       \
		(vec)->v = amt_vec_grow_((vec)->v, (vec)->n, &(vec)->cap, sizeof(*(vec)->v));      \
		(vec)->v[(vec)->n++] = (__VA_ARGS__);                                              \
	} while (0)

/* One zeroed element at the end; its address. */
#ifdef __cppcheck__ /* which can't parse the real one */
#define amt_vec_add(vec) (&(vec)->v[(vec)->n++])
#else
#define amt_vec_add(vec)                                                                           \
	((vec)->v = amt_vec_grow_((vec)->v, (vec)->n, &(vec)->cap, sizeof(*(vec)->v)), (vec)->n++, \
	 (__typeof__((vec)->v))amt_vec_zero_(&(vec)->v[(vec)->n - 1], sizeof(*(vec)->v)))
#endif

#define amt_vec_free(vec) (amt_vec_free_((vec)->v), (vec)->v = NULL, (vec)->n = (vec)->cap = 0)

void *amt_vec_grow_(void *v, size_t n, size_t *cap, size_t size);
void *amt_vec_zero_(void *p, size_t size);
void amt_vec_free_(void *v);

/* The commonest one: strings that belong to somebody else (argv, an arena). */
struct amt_strlist AMT_VEC(const char *);
bool amt_strlist_has(const struct amt_strlist *l, const char *s); /* ASCII case ignored */

#endif
