/*
 * The language of applies: in the catalogue.
 *
 *	all  := any { ";" any }         every one must hold
 *	any  := one { "|" one }         one is enough; binds closer than ";"
 *	one  := "!" one | "(" all ")" | "always" | firmware | trait
 *	firmware := "fw" ( ">=" | "<=" | ">" | "<" | "=" ) version | "fw" version ".." version
 *
 * Three-valued: a trait that nobody told, or a firmware that is not known, is
 * AMT_MAYBE. A version is compared as far as the predicate writes it: fw=3.2 holds
 * for 3.2.1, and 3.2.9 is not above 3.2. With several firmware versions in the
 * context the predicate holds when it holds for one of them.
 */
#ifndef GUIDE_PREDICATE_H
#define GUIDE_PREDICATE_H

#include "amtdiag/guide.h"

/* Text that does not parse is AMT_MAYBE, with the reason in why; tests allow none. */
enum amt_tri amt_predicate(const char *text, const struct amt_context *ctx, char *why,
			   size_t why_size);
bool amt_predicate_check(const char *text, struct amt_error *err);

#endif
