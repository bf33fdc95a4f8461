/* The walk every tool takes: options, collect, judge, report, exit code. */
#include "cli/private.h"

#include "amtdiag/version.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int put(struct amt_cli *cli, const struct amt_buf *out)
{
	struct amt_error err = {0};

	if (amt_file_write(cli->output, amt_buf_cstr(out), out->len, &err))
		return AMT_EXIT_PASS;
	amt_cli_say(cli, "%s", err.text);
	return AMT_EXIT_IO;
}

/* Things that need no evidence: help, version, the catalogue. -1: go on. */
static int answer_at_once(struct amt_cli *cli, const char *man, const char *completion)
{
	struct amt_buf out;
	int rc = -1;

	amt_buf_init(&out, AMT_CAP_REPORT);
	if (cli->help)
		cli_usage(cli, &out);
	else if (cli->version)
		amt_cli_version(cli, &out);
	else if (man)
		cli_man(cli, &out);
	else if (completion && !cli_completion(cli, completion, &out))
		rc = AMT_EXIT_USAGE;
	else if (cli->list_checks)
		amt_report_checks(cli->tool->id, cli->format, &cli->style, &out);
	if (cli->explain) {
		const struct amt_item *item = amt_guide_find(cli->explain);
		if (!item) {
			amt_cli_say(cli, "there is no check %s; --list-checks shows them",
				    cli->explain);
			amt_buf_free(&out);
			return AMT_EXIT_USAGE;
		}
		amt_report_explain(item, cli->format, &cli->style, &out);
	}
	if (out.len)
		rc = put(cli, &out);
	amt_buf_free(&out);
	return rc;
}

static void say_note(void *arg, const struct amt_note *note)
{
	struct amt_cli *cli = arg;

	amt_cli_say(cli, "%s: %s", note->source, note->text);
}

static void begin(struct amt_cli *cli)
{
	struct amt_run *r = &cli->run;

	r->tool = cli->tool->name;
	r->version = AMT_VERSION;
	r->started = cli_clock() / 1000 * 1000; /* milliseconds are enough for a report */
	r->notes.sink = say_note;
	r->notes.sink_arg = cli;
	if (!cli->now_given)
		cli->now = r->started / AMT_SECOND * AMT_SECOND;
	if (!cli->quiet && !cli->no_progress && isatty(STDERR_FILENO))
		cli->progress = (struct amt_progress){cli_progress, cli};
}

/* After options and replay are known: what judges see. */
static void set_context(struct amt_cli *cli)
{
	struct amt_run *r = &cli->run;

	r->now = cli->now;
	cli->context.now = cli->now;
	cli->context.firmware = cli->firmware.v;
	cli->context.n_firmware = cli->firmware.n;
	if (!cli->firmware.n)
		return;
	r->firmware = json_array();
	for (size_t i = 0; i < cli->firmware.n; i++) {
		char text[48];
		json_array_append_new(r->firmware,
				      json_string(amt_fw_format(&cli->firmware.v[i], text)));
	}
}

/* Firmware and time of the earlier run count unless other ones are given now. */
static void inherit(struct amt_cli *cli, const json_t *doc)
{
	const json_t *list = json_object_get(doc, "firmware");
	amt_time now = amt_json_get_time(doc, "now");

	if (!cli->now_given && now != AMT_TIME_NONE)
		cli->now = now;
	for (size_t i = 0; !cli->firmware_text.n && i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));
		struct amt_fw fw;
		if (s && amt_fw_parse(s, &fw, NULL))
			amt_vec_push(&cli->firmware, fw);
	}
}

static bool replay(struct amt_cli *cli, struct amt_error *err)
{
	struct amt_buf b;
	json_t *doc = NULL;

	amt_buf_init(&b, AMT_CAP_JSON_IN);
	bool good = amt_file_read(cli->replay, &b, err) &&
		    amt_report_parse(amt_buf_cstr(&b), b.len, cli->replay_name, &doc, err);
	amt_buf_free(&b);
	if (!good)
		return false;
	const char *tool = amt_json_get_str(doc, "tool");
	if (!tool || strcmp(tool, cli->tool->name) != 0)
		good = amt_fail(err, "%s was written by %s, not by %s", cli->replay,
				tool ? tool : "nobody", cli->tool->name);
	if (good)
		inherit(cli, doc);
	cli->replayed = json_object_get(doc, "findings");
	good = good && cli->tool->replay(cli, json_object_get(doc, "facts"), err);
	cli->replayed = NULL;
	json_decref(doc);
	return good;
}

/* An earlier document is foreign too: the exit code when it is not to be read, else -1. */
static int before_replay(struct amt_cli *cli)
{
	const struct amt_tool *t = cli->tool;
	struct amt_confine c = {0};
	struct amt_error err = {0};
	int rc = -1;

	amt_vec_push(&c.read, cli->replay);
	cli->replay_name = cli->replay; /* what was asked for, whatever it is unpacked to */
	if (t->confine ? !t->confine(cli, &err) : !amt_cli_confine(cli, &c, &err))
		rc = AMT_EXIT_INTERNAL;
	else if (t->unpack && !t->unpack(cli, &err))
		rc = AMT_EXIT_USAGE;
	amt_vec_free(&c.read);
	if (rc >= 0)
		amt_cli_say(cli, "%s", err.text);
	return rc;
}

static bool fill_report(void *arg, struct amt_buf *out, struct amt_error *err)
{
	struct amt_cli *cli = arg;

	return amt_report_write(&cli->run, cli->format, &cli->style, out, err);
}

/* Piece by piece: a fleet's report is longer than all else that is in memory. */
static int write_report(struct amt_cli *cli)
{
	struct amt_error err = {0};
	enum amt_filled how = amt_out_fill(cli->output, AMT_CAP_REPORT, fill_report, cli, &err);

	if (how == AMT_FILLED)
		return AMT_EXIT_PASS;
	amt_cli_say(cli, "%s", err.text);
	return how == AMT_FILL_REFUSED ? AMT_EXIT_INTERNAL : AMT_EXIT_IO;
}

static int report(struct amt_cli *cli)
{
	struct amt_run *r = &cli->run;
	struct amt_error err = {0};

	r->ended = cli_clock() / 1000 * 1000;
	if (r->ended < r->started) /* the clock was set back */
		r->ended = r->started;
	r->interrupted = amt_stopped();
	cli_progress_clear();
	if (cli->tool->finish && !cli->tool->finish(cli, &err)) {
		amt_cli_say(cli, "%s", err.text);
		return AMT_EXIT_IO;
	}
	int rc = write_report(cli);
	if (rc)
		return rc;
	return r->interrupted   ? AMT_EXIT_INTERRUPTED
	       : cli->io_failed ? AMT_EXIT_IO
				: amt_verdict_exit(amt_run_verdict(r));
}

static int work(struct amt_cli *cli)
{
	const struct amt_tool *t = cli->tool;
	struct amt_error err = {0};

	begin(cli);
	if (cli->replay && !t->replay) {
		amt_cli_say(cli, "--replay has nothing to read in this tool yet");
		return AMT_EXIT_USAGE;
	}
	if (t->setup && !t->setup(cli, &err)) {
		amt_cli_say(cli, "%s", err.text);
		amt_cli_say(cli, "see '%s --help'", t->name);
		return AMT_EXIT_USAGE;
	}
	int rc = t->special && !cli->replay ? t->special(cli) : -1;
	if (rc < 0 && cli->replay)
		rc = before_replay(cli);
	if (rc >= 0)
		return rc;
	if (cli->replay ? !replay(cli, &err) : t->collect && !t->collect(cli, &err)) {
		amt_cli_say(cli, "%s", err.text);
		return cli->replay ? AMT_EXIT_UNKNOWN : AMT_EXIT_INTERNAL;
	}
	set_context(cli);
	if (t->judge)
		t->judge(cli);
	if (t->facts)
		cli->run.facts = t->facts(cli);
	if (t->sections)
		t->sections(cli);
	return report(cli);
}

/* Two hidden options that make the documentation: --man and --completion SHELL. */
static bool hidden(int argc, char **argv, const char *name)
{
	return argc >= 2 && !strcmp(argv[1], name);
}

int amt_cli_main(const struct amt_tool *tool, int argc, char **argv)
{
	struct amt_cli cli = {.tool = tool, .timeout = 5, .jobs = 0};
	struct amt_error err = {0};
	bool man = hidden(argc, argv, "--man"), completion = hidden(argc, argv, "--completion");
	int rc;

	cli_descriptors();
	setlocale(LC_CTYPE, "");
	cli_signals();
	cli_memory();
	if (!man && !completion && !cli_parse(&cli, argc, argv, &err)) {
		amt_cli_say(&cli, "%s", err.text);
		amt_cli_say(&cli, "see '%s --help'", tool->name);
		rc = AMT_EXIT_USAGE;
	} else {
		cli_style(&cli);
		rc = answer_at_once(&cli, man ? "man" : NULL,
				    completion ? (argc > 2 ? argv[2] : "bash") : NULL);
		if (rc < 0)
			rc = work(&cli);
	}
	if (tool->cleanup)
		tool->cleanup(&cli);
	amt_run_free(&cli.run);
	amt_vec_free(&cli.args);
	amt_vec_free(&cli.firmware);
	amt_vec_free(&cli.firmware_text);
	return cli_end(rc);
}
