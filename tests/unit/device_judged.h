/* A device with one thing changed, judged: the row that has to notice it, and a word of what it has
 * to say. */
#ifndef DEVICE_JUDGED_H
#define DEVICE_JUDGED_H

#include "device_good.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct amt_strlist sids, roots, names;
/* Some changes are of what is known beside the device. */
static struct amt_device_expect expect;
static struct amt_context ctx;

#define BAD(name, change)                                                                          \
	static void name(struct amt_device *d)                                                     \
	{                                                                                          \
		change;                                                                            \
	}

struct device_row {
	void (*change)(struct amt_device *);
	const char *id;
	enum amt_verdict v;
	const char *says;
};

/* The worst verdict of a row; AMT_VERDICTS when it was not judged. */
static enum amt_verdict worst(const struct amt_findings *fs, const char *id)
{
	enum amt_verdict v = AMT_VERDICTS;

	for (size_t i = 0; i < fs->list.n; i++)
		if (strcmp(fs->list.v[i]->item->id, id) == 0)
			v = v == AMT_VERDICTS ? fs->list.v[i]->verdict
					      : amt_verdict_fold(v, fs->list.v[i]->verdict);
	return v;
}

static const char *summary(const struct amt_findings *fs, const char *id, enum amt_verdict v)
{
	for (size_t i = 0; i < fs->list.n; i++)
		if (strcmp(fs->list.v[i]->item->id, id) == 0 && fs->list.v[i]->verdict == v)
			return fs->list.v[i]->summary;
	return "";
}

static void expect_usual(void)
{
	amt_vec_push(&sids, "S-1-5-21-1-2-3-513");
	amt_vec_push(&sids, "S-1-5-21-1-2-3-1105");
	amt_vec_push(&roots, "beefbeef");
	amt_vec_push(&roots, "c0ffee");
	amt_vec_push(&names, "S-1-5-21-1-2-3-1105");
	amt_vec_push(&names, "Helpdesk");
	ctx.now = NOW;
	expect = (struct amt_device_expect){
		.uuid = "55e3ae13-bfd2-61bb-17a0-88aedd7037ea",
		.suffix = "example.com",
		.root_hashes = roots,
		.sid_names = names,
		.realm = "EXAMPLE.COM",
		.key_version = 3,
		.redirection = true,
		.webui = true,
		.sids = sids,
	};
}

static void expect_free(void)
{
	amt_vec_free(&sids);
	amt_vec_free(&roots);
	amt_vec_free(&names);
}

static void check_rows(const struct device_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct device_row *r = &rows[i];
		const struct amt_device_expect usual = expect;
		struct amt_findings fs = {0};
		struct amt_device d;
		good(&d);
		ctx.trait[AMT_TRAIT_WIRED_8021X] = ctx.trait[AMT_TRAIT_AUDITING] = AMT_MAYBE;
		r->change(&d);
		amt_device_judge(&d, &expect, &ctx, &fs);
		if (worst(&fs, r->id) != r->v)
			fail_msg("row %zu, %s: %d instead of %d", i, r->id, worst(&fs, r->id),
				 r->v);
		if (!strstr(summary(&fs, r->id, r->v), r->says))
			fail_msg("row %zu, %s: '%s' does not say '%s'", i, r->id,
				 summary(&fs, r->id, r->v), r->says);
		expect = usual;
		amt_findings_free(&fs);
		amt_device_free(&d);
	}
}

#endif
