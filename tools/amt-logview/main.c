/* amt-logview: the logs of provisioning, read and understood. */
#include "tui.h"

#include <malloc.h>

/* Reads stay possible in the folders named: a followed log is opened again after rollover. */
static bool confine(struct amt_cli *cli, struct amt_error *err)
{
	struct amt_confine c = {0};

	for (size_t i = 0; i < logview.files.n; i++)
		if (strcmp(logview.files.v[i], "-") != 0)
			amt_vec_push(&c.read, logview.files.v[i]);
	if (logview.follow)
		for (size_t i = 0; i < logview.files.n; i++) {
			const char *slash = strrchr(logview.files.v[i], '/');
			amt_vec_push(
				&c.read,
				slash ? amt_arena_strndup(&cli->run.arena, logview.files.v[i],
							  (size_t)(slash - logview.files.v[i]) + 1)
				      : ".");
		}
	return amt_cli_confine(cli, &c, err);
}

static int lookup(struct amt_cli *cli)
{
	struct amt_buf out;
	struct amt_error err = {0};

	amt_buf_init(&out, AMT_MIB);
	if (!trace_lookup(logview.lookup, &out)) {
		amt_cli_say(cli, "%s is no code or symbol that is known here", logview.lookup);
		amt_buf_free(&out);
		return AMT_EXIT_UNKNOWN;
	}
	bool ok = amt_file_write(cli->output, amt_buf_cstr(&out), out.len, &err);
	amt_buf_free(&out);
	if (!ok)
		amt_cli_say(cli, "%s", err.text);
	return ok ? AMT_EXIT_PASS : AMT_EXIT_IO;
}

static int special(struct amt_cli *cli)
{
	struct amt_error err = {0};

	if (logview.lookup)
		return lookup(cli);
	if (logview.tui)
		return tui_run(cli);
	if (!logview.records && !logview.follow && !logview.raw && !logview.partial)
		return -1;
	if (!confine(cli, &err)) {
		amt_cli_say(cli, "%s", err.text);
		return AMT_EXIT_INTERNAL;
	}
	return logview.partial ? logview_partial(cli) : logview_records(cli);
}

static bool collect(struct amt_cli *cli, struct amt_error *err)
{
	struct amt_error why = {0};

	if (!confine(cli, err))
		return false;
	if (logview.merge) {
		if (!logview_merge(cli, &why))
			amt_note_add(&cli->run.notes, logview.files.v[0], "%s", why.text);
	} else if (!trace_collect(&logview.files, &logview.options, &logview.facts, &cli->run.notes,
				  &why)) {
		/* Bad input, not our failure: the verdict will be unknown. */
		amt_note_add(&cli->run.notes, logview.files.v[0], "%s", why.text);
	}
	return true;
}

static bool replay(struct amt_cli *cli, const json_t *facts, struct amt_error *err)
{
	(void)cli;
	return trace_from_json(facts, &logview.facts, err);
}

static json_t *facts(struct amt_cli *cli)
{
	/* Of ten thousand tasks they are a hundred megabytes: only for those who asked. */
	if (cli->format != AMT_FORMAT_JSON && cli->format != AMT_FORMAT_NDJSON)
		return json_object();
	return trace_to_json(&logview.facts);
}

static void judge(struct amt_cli *cli)
{
	trace_judge(&logview.facts, &cli->context, &cli->run.findings);
}

static void cleanup(struct amt_cli *cli)
{
	(void)cli;
	trace_facts_free(&logview.facts);
	logview_filter_free(logview.filter);
	amt_vec_free(&logview.files);
	amt_vec_free(&logview.device);
	amt_vec_free(&logview.component);
	amt_vec_free(&logview.severity_text);
	amt_vec_free(&logview.thread_text);
	amt_vec_free(&logview.grep);
	amt_vec_free(&logview.threads);
}

int main(int argc, char **argv)
{
	const struct amt_tool tool = {
		.name = "amt-logview",
		.id = AMT_TOOL_LOGVIEW,
		.purpose = "read ConfigMgr logs and explain what happened to each AMT device",
		.synopsis = "[options] FILE|DIR...\n--tui [options] FILE|DIR...\n--records "
			    "[options] FILE|DIR...\n--lookup "
			    "CODE\nmerge [--partial] FILE...",
		.description =
			"Reads the logs of Configuration Manager's out of band management "
			"(Amtopmgr.log, Amtproxymgr.log, Oobmgmt.log, Oobconsole.log) in every "
			"format "
			"they come in: server and client framing, text pasted out of Trace32 or "
			"CMTrace, quoted in a mail, found by grep or findstr, saved as CSV or "
			"HTML, "
			"packed with gzip or zstd, in UTF-8, UTF-16 or a Windows code page. "
			"Rolled-over files are joined, oldest first.\n\n"
			"Without an option it shows each device, how its tasks ended, and for "
			"those "
			"that failed the first error with its meaning and what to do. Damaged "
			"files "
			"are read as far as they can be; what is damaged is counted.\n\n"
			"Of many wordings no public sample exists. They are matched loosely, and "
			"what rests on them alone is labelled as unconfirmed and warns at most.",
		.examples =
			"amt-logview Amtopmgr.log\n    the devices, and what is wrong with each\n"
			"amt-logview --sessions --device pc17.corp.example logs/\n    every task "
			"of "
			"one computer, from a folder of logs\n"
			"amt-logview --records --severity error logs/ | jq .text\n    error "
			"records, for other tools\n"
			"amt-logview --format html -o report.html logs/\n    a report with a "
			"timeline per device\n"
			"amt-logview --lookup 0x80090326\n    what a code means\n",
		.options = logview_options,
		.setup = logview_setup,
		.special = special,
		.collect = collect,
		.replay = replay,
		.facts = facts,
		.judge = judge,
		.sections = logview_sections,
		.cleanup = cleanup,
	};

	/* Arrays that grow are better moved by the kernel than left behind as holes. */
	mallopt(M_MMAP_THRESHOLD, 64 * AMT_KIB);
	mallopt(M_TRIM_THRESHOLD, 256 * AMT_KIB);
	return amt_cli_main(&tool, argc, argv);
}
