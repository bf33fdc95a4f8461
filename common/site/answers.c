#include "site/private.h"

#include <string.h>

struct load {
	struct site_answers *a;
	struct amt_notes *notes;
	const char *path;
	struct ini_source src;
};

static void mistake(struct load *l, const char *what, const char *word)
{
	l->a->mistakes++;
	amt_note_add(l->notes, l->path, "line %d: %s '%s'", l->src.line, what, word);
}

static struct site_answer *find(struct site_answers *a, const char *id, const char *subject)
{
	for (size_t i = 0; i < a->list.n; i++)
		if (!amt_strcasecmp(a->list.v[i].id, id) &&
		    !amt_strcasecmp(a->list.v[i].subject, subject))
			return &a->list.v[i];
	return NULL;
}

static struct site_answer *find_or_add(struct site_answers *a, const char *id, const char *subject)
{
	struct site_answer *s = find(a, id, subject);

	if (s)
		return s;
	amt_vec_push(&a->list, (struct site_answer){.id = amt_arena_strdup(&a->arena, id),
						    .subject = amt_arena_strdup(&a->arena, subject),
						    .note = "",
						    .by = "",
						    .date = ""});
	return &a->list.v[a->list.n - 1];
}

static int on_key(void *arg, const char *section, const char *name, const char *value)
{
	struct load *l = arg;
	size_t n = strcspn(section, " ");
	const char *id = amt_arena_strndup(&l->a->arena, section, n);
	const char *subject = section + n + strspn(section + n, " ");

	if (!amt_guide_find(id)) {
		mistake(l, "there is no check", id);
		return 1;
	}
	struct site_answer *s = find_or_add(l->a, id, subject);
	s->line = l->src.line;
	const char *copy = amt_arena_strdup(&l->a->arena, value);
	if (!amt_strcasecmp(name, "note"))
		s->note = copy;
	else if (!amt_strcasecmp(name, "by"))
		s->by = copy;
	else if (!amt_strcasecmp(name, "date"))
		s->date = copy;
	else if (amt_strcasecmp(name, "answer"))
		mistake(l, "unknown key", name);
	else if (!amt_strcasecmp(value, "yes") || !amt_strcasecmp(value, "no"))
		s->answer = amt_strcasecmp(value, "yes") ? AMT_NO : AMT_YES;
	else if (amt_strcasecmp(value, "unknown"))
		mistake(l, "not yes, no or unknown:", value);
	return 1;
}

bool site_answers_load(struct site_answers *a, const char *path, struct amt_notes *notes,
		       struct amt_error *err)
{
	struct load l = {.a = a, .notes = notes, .path = path};

	*a = (struct site_answers){0};
	return ini_source_parse(&l.src, path, on_key, &l, notes, &a->mistakes, err);
}

void site_answers_free(struct site_answers *a)
{
	amt_vec_free(&a->list);
	amt_arena_free(&a->arena);
}

const struct site_answer *site_answer_find(const struct site_answers *a, const char *id,
					   const char *subject)
{
	struct site_answers *list = (struct site_answers *)(uintptr_t)a;
	const struct site_answer *own = subject && *subject ? find(list, id, subject) : NULL;

	return own ? own : find(list, id, "");
}

void site_answer_set(struct site_answers *a, const char *id, const char *subject,
		     enum amt_tri answer, const char *note)
{
	struct site_answer *s = find_or_add(a, id, subject ? subject : "");

	s->answer = answer;
	if (note)
		s->note = amt_arena_strdup(&a->arena, note);
}

/* A value on one line, whatever was typed. */
static void line(struct amt_buf *out, const char *key, const char *value)
{
	if (!*value)
		return;
	amt_buf_printf(out, "%s = ", key);
	for (; *value; value++)
		amt_buf_byte(out, *value == '\n' || *value == '\r' ? ' ' : *value);
	amt_buf_byte(out, '\n');
}

bool site_answers_save(const struct site_answers *a, const char *path, struct amt_error *err)
{
	static const char *const words[] = {"unknown", "yes", "no"};
	struct amt_buf out;

	amt_buf_init(&out, AMT_CAP_INI);
	amt_buf_str(&out, "# Answers to checks that only a person can settle (amt-stage).\n");
	for (size_t i = 0; i < a->list.n; i++) {
		const struct site_answer *s = &a->list.v[i];
		amt_buf_printf(&out, "\n[%s%s%s]\nanswer = %s\n", s->id, *s->subject ? " " : "",
			       s->subject, words[s->answer]);
		line(&out, "note", s->note);
		line(&out, "by", s->by);
		line(&out, "date", s->date);
	}
	bool good = !out.over && amt_file_write(path, amt_buf_cstr(&out), out.len, err);
	amt_buf_free(&out);
	return good;
}
