/*
 * --interactive: asks a person what only a person can settle. One question a row,
 * every answer saved at once, so that nothing is lost when the laptop is closed.
 */
#include "stage.h"

#include <stdio.h>
#include <string.h>

/* Rows that nobody and nothing has answered, and that may apply. */
static bool open_question(const struct stage *st, const struct amt_item *item)
{
	if (item->mode != AMT_MODE_ASK || site_answer_find(&st->answers, item->id, ""))
		return false;
	if (st->stages && !(st->stages & AMT_STAGE_BIT(walk_stage_of(item))))
		return false;
	for (size_t i = 0; i < st->seen.list.n; i++)
		if (st->seen.list.v[i]->item == item && st->seen.list.v[i]->verdict != AMT_UNKNOWN)
			return false;
	return amt_item_applies(item, &st->cli->context, NULL, 0) != AMT_NO;
}

static void show(const struct amt_item *item, size_t n, size_t total)
{
	fprintf(stderr, "\n[%zu of %zu] %s, stage %d, %s\n  %s\n", n, total, item->id,
		walk_stage_of(item), amt_component_title(item->component), item->title);
	if (item->why)
		fprintf(stderr, "  why: %s\n", item->why);
}

static void more(const struct amt_item *item)
{
	fprintf(stderr, "  how it is checked: %s\n", item->how);
	for (size_t i = 0; item->actions[i]; i++)
		fprintf(stderr, "  if not, %zu: %s\n", i + 1, item->actions[i]);
}

static bool read_line(char *line, size_t size)
{
	fflush(stderr);
	if (amt_stopped() || !fgets(line, (int)size, stdin))
		return false;
	line[strcspn(line, "\r\n")] = '\0';
	return true;
}

enum reply { REPLY_END, REPLY_YES, REPLY_NO, REPLY_UNKNOWN };

static enum reply ask(const struct amt_item *item)
{
	char line[256];

	for (;;) {
		fprintf(stderr, "  Is it so?  y yes, n no, u unknown, ? more, q enough: ");
		if (!read_line(line, sizeof(line)))
			return REPLY_END;
		const char *word = amt_str_trim(line);
		switch (word[0]) {
		case 'y':
		case 'Y':
			return REPLY_YES;
		case 'n':
		case 'N':
			return REPLY_NO;
		case 'u':
		case 'U':
			return REPLY_UNKNOWN;
		case 'q':
		case 'Q':
			return REPLY_END;
		case '?':
			more(item);
			break;
		default:
			fprintf(stderr, "  please answer y, n, u, ? or q\n");
		}
	}
}

bool stage_ask(struct stage *st, struct amt_error *err)
{
	size_t total = 0, n = 0;

	if (!st->answers_path)
		return amt_fail(err, "--interactive needs a place for the answers: --answers FILE, "
				     "or 'answers' in "
				     "the profile");
	for (size_t i = 0; i < amt_guide_count(); i++)
		total += open_question(st, amt_guide_at(i));
	fprintf(stderr, "%zu questions are open; answers go to %s\n", total, st->answers_path);
	for (size_t i = 0; i < amt_guide_count(); i++) {
		const struct amt_item *item = amt_guide_at(i);
		char note[512] = "";
		if (!open_question(st, item))
			continue;
		show(item, ++n, total);
		enum reply r = ask(item);
		if (r == REPLY_END)
			break;
		fprintf(stderr, "  Note (may be empty): ");
		if (!read_line(note, sizeof(note)))
			note[0] = '\0';
		site_answer_set(&st->answers, item->id, "",
				r == REPLY_YES  ? AMT_YES
				: r == REPLY_NO ? AMT_NO
						: AMT_MAYBE,
				note);
		if (!site_answers_save(&st->answers, st->answers_path, err))
			return false;
	}
	return true;
}
