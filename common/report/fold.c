/* Many findings of one wording become one with many subjects. */
#include "amtdiag/report.h"

#include <stdlib.h>
#include <string.h>

#define KEY_MAX (64 * AMT_KIB)

static bool word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Length of the subject, or of its first label, where it stands at s as a whole word. */
static size_t names_subject(const char *s, const char *subject)
{
	size_t whole = strlen(subject), label = strcspn(subject, ".");

	if (!strncmp(s, subject, whole) && !word_byte(s[whole]))
		return whole;
	return label < whole && label && !strncmp(s, subject, label) && !word_byte(s[label]) ? label
											     : 0;
}

/* The wording of a text: without its subject's name and without numbers, in any base. */
static void add_wording(struct amt_buf *key, const char *s, const char *subject)
{
	bool inside = false; /* a word */

	while (*s) {
		size_t n = inside ? 0 : names_subject(s, subject), hex = 0;
		if (n) {
			amt_buf_byte(key, '\1');
			s += n;
			continue;
		}
		n = strspn(s, "0123456789abcdefABCDEF");
		hex = strcspn(s, "0123456789");
		if (!inside && n && hex < n) { /* letters of it count only beside a digit */
			amt_buf_byte(key, '\2');
			s += n;
			inside = true;
			continue;
		}
		n = strspn(s, "0123456789");
		if (n) {
			amt_buf_byte(key, '\2');
			s += n;
			continue;
		}
		inside = word_byte(*s);
		amt_buf_byte(key, *s++);
	}
	amt_buf_byte(key, '\n');
}

/* False when this group has this subject already: remembers it if not. */
static bool member_is_new(struct amt_folder *fold, uint64_t h)
{
	if (2 * (fold->n_members + 1) > fold->n_slots) {
		size_t old = fold->n_slots;
		uint64_t *v = fold->members;
		fold->n_slots = old ? 2 * old : 1024;
		fold->members = amt_calloc(fold->n_slots, sizeof(*v));
		fold->n_members = 0;
		for (size_t i = 0; i < old; i++)
			if (v[i])
				member_is_new(fold, v[i]);
		free(v);
	}
	h = h ? h : 1;
	size_t at = (size_t)h & (fold->n_slots - 1);
	for (; fold->members[at]; at = (at + 1) & (fold->n_slots - 1))
		if (fold->members[at] == h)
			return false;
	fold->members[at] = h;
	fold->n_members++;
	return true;
}

static const char *keep_name(struct amt_folder *fold, const char *name)
{
	bool is_new;
	union amt_map_value *v = amt_map_put_str(&fold->names, name, &is_new);

	if (is_new)
		v->p = amt_arena_strdup(&fold->out->arena, name);
	return v->p;
}

static void join(struct amt_folder *fold, struct amt_finding *g, const struct amt_finding *f)
{
	struct amt_arena *a = &fold->out->arena;
	bool words =
		f->verdict == AMT_FAIL || f->verdict == AMT_WARN || g->subjects.n < AMT_FOLD_WORDS;
	struct amt_subject m = {.name = keep_name(fold, f->subject)};

	if (!g->subjects.n)
		amt_vec_push(&g->subjects, (struct amt_subject){.name = g->subject});
	if (words && strcmp(f->summary, g->summary) != 0)
		m.summary = amt_arena_strdup(a, f->summary);
	amt_vec_push(&g->subjects, m);
	for (size_t i = 0; i < f->evidence.n; i++) {
		const struct amt_evidence *e = &f->evidence.v[i];
		if (g->evidence.n < AMT_FOLD_PLACES)
			amt_finding_evidence(fold->out, g, e->source, e->locator,
					     e->text ? "%s" : NULL, e->text);
		else
			g->places = (g->places ? g->places : AMT_FOLD_PLACES) + 1;
	}
}

static void add_one(struct amt_folder *fold, const struct amt_finding *f)
{
	struct amt_buf key;
	uint64_t h;

	if (!*f->subject || f->subjects.n) {
		amt_finding_copy(fold->out, f, f->verdict, f->summary);
		return;
	}
	amt_buf_init(&key, KEY_MAX);
	amt_buf_printf(&key, "%s\n%d\n%s\n", f->item->id, (int)f->verdict,
		       f->because_id ? f->because_id : "");
	add_wording(&key, f->summary, f->subject);
	for (size_t i = 0; i < f->actions.n; i++)
		add_wording(&key, f->actions.v[i], f->subject);
	do {
		h = amt_hash(f->subject, strlen(f->subject), amt_hash(key.data, key.len, 1));
		if (member_is_new(fold, h))
			break;
	} while (amt_buf_byte(&key, '+'));
	union amt_map_value *v = amt_map_put(&fold->groups, key.data, key.len, NULL);
	if (v->p)
		join(fold, v->p, f);
	else
		v->p = amt_finding_copy(fold->out, f, f->verdict, f->summary);
	amt_buf_free(&key);
}

void amt_fold_add(struct amt_folder *fold, const struct amt_findings *fs)
{
	for (size_t i = 0; i < fs->list.n; i++)
		add_one(fold, fs->list.v[i]);
}

void amt_folder_free(struct amt_folder *fold)
{
	amt_map_free(&fold->groups);
	amt_map_free(&fold->names);
	free(fold->members);
	*fold = (struct amt_folder){0};
}
