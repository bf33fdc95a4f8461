/* The state of reading a dhcpd.conf: statements, levels of blocks. Private to its readers. */
#ifndef AMTDIAG_NAMES_EXPORT_ISC_H
#define AMTDIAG_NAMES_EXPORT_ISC_H

#include "names/export.h"

#define ISC_DEPTH_MAX 16
#define ISC_WORDS_MAX 80

enum isc_block {
	ISC_OTHER,
	ISC_GROUP,
	ISC_SUBNET,
	ISC_SUBNET6,
	ISC_POOL,
	ISC_HOST,
	ISC_CLASS,
	ISC_CONDITION
};

struct isc_range {
	uint32_t first;
	bool apart; /* of a pool that is a scope of its own */
};

struct isc_level {
	enum isc_block block;
	struct amt_dhcp_reply r;
	const char *const *dns6, *const *search6;
	const char *name; /* of a host, class or group's first host */
	const char *range;
	bool own_dns, own_domain;            /* set at this very level */
	bool maybe_dns, maybe_domain;        /* a condition at this level may set it */
	bool style, style_none, updates_off; /* registering of names */
	size_t first_range, hosts;
};

struct isc {
	struct export_reading *x;
	const char *p, *end;
	uint64_t line;
	struct amt_arena words; /* of one statement */
	const char *v[ISC_WORDS_MAX];
	size_t n;
	bool quoted; /* the last word was in quotes */
	struct isc_level level[ISC_DEPTH_MAX];
	size_t depth, deeper;
	/* First pass: what counts wherever it stands. Globals, ranges, classes and includes. */
	bool globals;
	struct AMT_VEC(struct isc_range) ranges;
	struct isc_starts AMT_VEC(uint32_t) all, plain; /* where ranges begin, sorted */
	const char *class_dns, *class_domain, *includes;
};

/* Is the word at that place of the statement this one, in whatever case? */
static inline bool isc_is(const struct isc *k, size_t at, const char *word)
{
	return at < k->n && !amt_strcasecmp(k->v[at], word);
}
/* An "option" statement of at least three words, at its level. */
void isc_option(struct isc *k, struct isc_level *l);

#endif
