#include "amtdiag/report.h"

#include <stdlib.h>
#include <string.h>

static void release(struct amt_finding *f)
{
	amt_vec_free(&f->evidence);
	amt_vec_free(&f->actions);
	amt_vec_free(&f->subjects);
}

void amt_findings_drop(struct amt_findings *fs, size_t from,
		       bool (*gone)(void *arg, const struct amt_finding *f), void *arg)
{
	size_t kept = from;

	for (size_t i = from; i < fs->list.n; i++) {
		struct amt_finding *f = fs->list.v[i];
		if (gone(arg, f))
			release(f);
		else
			fs->list.v[kept++] = f;
	}
	fs->list.n = kept;
}

void amt_findings_free(struct amt_findings *fs)
{
	for (size_t i = 0; i < fs->list.n; i++)
		release(fs->list.v[i]);
	amt_vec_free(&fs->list);
	amt_arena_free(&fs->arena);
}

struct amt_finding *amt_finding_add(struct amt_findings *fs, const char *id, enum amt_verdict v,
				    const char *subject, const char *fmt, ...)
{
	struct amt_finding *f = amt_arena_new(&fs->arena, struct amt_finding);
	va_list ap;

	f->item = amt_guide_find(id);
	if (!f->item)
		abort(); /* our own mistake: tests/unit/guide_coverage.sh finds it before a user
			    does */
	f->verdict = v;
	f->subject = amt_arena_strdup(&fs->arena, subject ? subject : "");
	va_start(ap, fmt);
	f->summary = amt_arena_vprintf(&fs->arena, fmt, ap);
	va_end(ap);
	amt_vec_push(&fs->list, f);
	return f;
}

void amt_finding_evidence(struct amt_findings *fs, struct amt_finding *f, const char *source,
			  const char *locator, const char *fmt, ...)
{
	struct amt_evidence e = {.source = amt_arena_strdup(&fs->arena, source ? source : ""),
				 .locator = amt_arena_strdup(&fs->arena, locator)};
	va_list ap;

	if (fmt) {
		va_start(ap, fmt);
		e.text = amt_arena_vprintf(&fs->arena, fmt, ap);
		va_end(ap);
	}
	amt_vec_push(&f->evidence, e);
}

void amt_finding_action(struct amt_findings *fs, struct amt_finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	amt_vec_push(&f->actions, amt_arena_vprintf(&fs->arena, fmt, ap));
	va_end(ap);
}

struct amt_finding *amt_finding_copy(struct amt_findings *out, const struct amt_finding *f,
				     enum amt_verdict v, const char *summary)
{
	struct amt_finding *n = amt_finding_add(out, f->item->id, v, f->subject, "%s", summary);

	for (size_t i = 0; i < f->evidence.n; i++) {
		const struct amt_evidence *e = &f->evidence.v[i];
		amt_finding_evidence(out, n, e->source, e->locator, e->text ? "%s" : NULL, e->text);
	}
	for (size_t i = 0; i < f->actions.n; i++)
		amt_finding_action(out, n, "%s", f->actions.v[i]);
	n->places = f->places;
	n->because_id = amt_arena_strdup(&out->arena, f->because_id);
	n->because_subject = amt_arena_strdup(&out->arena, f->because_subject);
	return n;
}

/* Corrective steps only where something is to be corrected. */
static bool wants_steps(enum amt_verdict v)
{
	return v == AMT_FAIL || v == AMT_WARN;
}

const char *const *amt_finding_steps(struct amt_findings *fs, const struct amt_finding *f)
{
	size_t own = 0, n = 0;

	while (wants_steps(f->verdict) && f->item->actions && f->item->actions[own])
		own++;
	bool ask = f->verdict == AMT_UNKNOWN && !f->actions.n && f->item->inputs;
	const char **steps =
		amt_arena_array(&fs->arena, f->actions.n + own + ask + 1, sizeof(*steps));
	for (size_t i = 0; i < f->actions.n; i++)
		steps[n++] = f->actions.v[i];
	for (size_t i = 0; i < own; i++)
		steps[n++] = f->item->actions[i];
	if (ask)
		steps[n++] =
			amt_arena_printf(&fs->arena, "To answer this, give: %s", f->item->inputs);
	return steps;
}

enum amt_verdict amt_findings_fold(const struct amt_findings *fs)
{
	enum amt_verdict all = fs->list.n ? fs->list.v[0]->verdict : AMT_UNKNOWN;

	for (size_t i = 1; i < fs->list.n; i++)
		all = amt_verdict_fold(all, fs->list.v[i]->verdict);
	return all;
}

void amt_findings_count(const struct amt_findings *fs, size_t counts[AMT_VERDICTS])
{
	memset(counts, 0, AMT_VERDICTS * sizeof(*counts));
	for (size_t i = 0; i < fs->list.n; i++)
		counts[fs->list.v[i]->verdict]++;
}

void amt_note_add(struct amt_notes *n, const char *source, const char *fmt, ...)
{
	struct amt_note note = {0};
	va_list ap;

	if (n->list.n == AMT_NOTES_MAX) {
		n->dropped++;
		return;
	}
	note.source = amt_arena_strdup(&n->arena, source ? source : "");
	va_start(ap, fmt);
	const char *text = amt_arena_vprintf(&n->arena, fmt, ap);
	va_end(ap);
	/* Errors of files begin with the file, which is the note's source already. */
	size_t len = strlen(note.source);
	bool twice = len && !strncmp(text, note.source, len) && !strncmp(text + len, ": ", 2);
	note.text = twice ? text + len + 2 : text;
	amt_vec_push(&n->list, note);
	if (n->sink)
		n->sink(n->sink_arg, &note);
}

void amt_notes_free(struct amt_notes *n)
{
	amt_vec_free(&n->list);
	amt_arena_free(&n->arena);
}
