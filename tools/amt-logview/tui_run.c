/* From the command line to the loop; and lines written to a file. */
#include "tui.h"

#include <stdlib.h>
#include <unistd.h>

void tui_copy(struct tui *t, const char *path)
{
	uint32_t a = t->anchored && t->anchor < t->current ? t->anchor : t->current;
	uint32_t b = t->anchored && t->anchor > t->current ? t->anchor : t->current;
	uint32_t n = 0;
	struct amt_error err = {0};
	struct amt_buf out;
	char when[AMT_TIME_TEXT];

	if (!tui_view_count(t)) {
		amt_str_copy(t->message, sizeof(t->message), "there is no line to write");
		return;
	}
	if (!access(path, F_OK)) {
		snprintf(t->message, sizeof(t->message), "%.200s is there already", path);
		return;
	}
	amt_buf_init(&out, 64 * AMT_MIB);
	for (uint32_t v = a; v <= b && !out.over; v++) {
		if (!tui_index_fetch(t, tui_view_record(t, v), &t->row))
			continue;
		const struct trace_record *rec = &t->row.rec;
		amt_buf_printf(&out, "%s  %-7s  ", trace_when_format(&rec->when, when),
			       trace_severity_name(t->row.severity));
		amt_text_safe(&out, amt_buf_cstr(&t->row.component), t->row.component.len, false);
		if (rec->has_thread)
			amt_buf_printf(&out, "  %u (0x%X)", rec->thread, rec->thread);
		amt_buf_str(&out, "  ");
		amt_text_safe(&out, amt_buf_cstr(&t->row.text), t->row.text.len, true);
		amt_buf_byte(&out, '\n');
		n++;
	}
	if (out.over)
		amt_fail(&err,
			 "more than 64 MiB are selected; --records writes as much as is wanted");
	else if (amt_file_write(path, amt_buf_cstr(&out), out.len, &err))
		snprintf(t->message, sizeof(t->message), "%u lines written to %.180s", n, path);
	if (err.text[0])
		snprintf(t->message, sizeof(t->message), "%.200s", err.text);
	amt_buf_free(&out);
}

/* Logs may roll over and be opened again; lines are written into the folder we stand in. */
static bool confine(struct tui *t, struct amt_error *err)
{
	struct amt_confine c = {0};

	for (unsigned i = 0; i < t->n_files; i++) {
		const char *path = t->files[i].path, *slash = strrchr(path, '/');
		if (!strcmp(path, "-"))
			continue;
		amt_vec_push(&c.read,
			     slash ? amt_arena_strndup(&t->arena, path, (size_t)(slash - path) + 1)
				   : ".");
	}
	for (size_t i = 0; i < logview.files.n; i++)
		if (strcmp(logview.files.v[i], "-") != 0)
			amt_vec_push(&c.read, logview.files.v[i]);
	amt_vec_push(&c.write, "./amt-logview.txt");
	amt_vec_push(&c.write, "/var/tmp"); /* packed logs are spooled there, without a name */
	if (t->state_path)
		amt_vec_push(&c.write, t->state_path);
	return amt_cli_confine(t->cli, &c, err);
}

int tui_key(struct tui *t, int wait)
{
	amt_time end = amt_time_steady() + wait * (AMT_SECOND / 1000);

	for (;;) {
		bool more = tui_index_work(t, 15000);
		amt_time left = (end - amt_time_steady()) / (AMT_SECOND / 1000);
		int key = tui_screen_key(more ? 0 : left > 0 ? (int)left : 0);
		if (key != TUI_NONE || left <= 0)
			return key;
	}
}

static void loop(struct tui *t)
{
	amt_time drawn = 0, looked = 0;
	bool busy = true, fresh = true;

	while (!t->quit && !amt_stopped()) {
		amt_time now = amt_time_steady();
		/* While there is work the picture follows it ten times a second. */
		if (fresh || (busy && now - drawn > AMT_SECOND / 10)) {
			tui_list_draw(t);
			drawn = now;
			fresh = false;
		}
		int key = tui_screen_key(busy ? 0 : 500);
		if (key != TUI_NONE) {
			tui_keys_press(t, key);
			fresh = true;
			continue;
		}
		if (!busy && now - looked > AMT_SECOND / 3) {
			uint32_t before = t->n;
			tui_index_look(t);
			looked = now;
			busy = tui_index_work(t, 10000);
			fresh = fresh || busy || t->n != before;
			continue;
		}
		bool before = busy;
		busy = tui_index_work(t, 15000);
		fresh = fresh || (before && !busy);
	}
}

static void begin(struct tui *t)
{
	amt_buf_init(&t->row.text, 8 * AMT_MIB);
	amt_buf_init(&t->row.component, 64 * AMT_KIB);
	t->show_time = tui_screen_columns() >= 110 ? 2 : 1;
	t->show_component = tui_screen_columns() >= 100;
	t->show_thread = true;
	t->utc = logview.utc;
	t->stick = logview.follow;
	t->show_all = true; /* what was hidden in the last run is not missed in this one */
	t->filtered = logview_filter_any(logview.filter);
	/* The first screen; the rest comes between the keys. */
	(void)tui_index_work(t, 10000);
}

static void end(struct tui *t)
{
	tui_job_stop(t);
	tui_index_free(t);
	tui_state_free(t);
	tui_saved_free(t);
	tui_filter_free(t->filter);
	tui_filter_free(t->finder);
	trace_signer_free(t->signer);
	trace_facts_free(&t->facts);
	amt_vec_free(&t->tasks);
	amt_buf_free(&t->row.text);
	amt_buf_free(&t->row.component);
	amt_arena_free(&t->arena);
}

static bool keys_are_log(const struct tui *t)
{
	for (unsigned i = 0; i < t->n_files; i++)
		if (!strcmp(t->files[i].path, "-"))
			return isatty(STDIN_FILENO);
	return false;
}

int tui_run(struct amt_cli *cli)
{
	struct tui t = {.cli = cli};
	struct amt_error err = {0};
	int code = AMT_EXIT_PASS;

	tui_state_load(&t);
	if (!tui_index_list(&t, &err)) {
		code = AMT_EXIT_IO;
	} else if (keys_are_log(&t)) {
		amt_fail(&err, "--tui: standard input is the keyboard, and no log");
		code = AMT_EXIT_USAGE;
	} else if (!tui_screen_start(&t, &err)) {
		code = AMT_EXIT_USAGE;
	} else {
		/* The terminal's description is read by now. */
		if (!confine(&t, &err)) {
			code = AMT_EXIT_INTERNAL;
		} else if (!tui_index_open(&t, &err)) {
			code = AMT_EXIT_IO;
		} else {
			begin(&t);
			loop(&t);
		}
		tui_screen_stop();
	}
	if (err.text[0])
		amt_cli_say(cli, "%s", err.text);
	end(&t);
	return code;
}
