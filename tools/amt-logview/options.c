/* The options of amt-logview, and what they amount to. */
#include "logview.h"

struct logview logview = {.since = AMT_TIME_NONE, .until = AMT_TIME_NONE};

const struct amt_opt logview_options[] = {
	{0, "records", AMT_OPT_FLAG, &logview.records,
	 .help = "print the records as JSON, one object a line, or with --format csv as a table",
	 .man = "Several logs are merged by time (UTC); records of the same time stay in the order "
		"of "
		"the files. Times without a known offset are printed without one."},
	{0, "follow", AMT_OPT_FLAG, &logview.follow,
	 .help = "go on reading as the log grows, through rollover and truncation"},
	{0, "tui", AMT_OPT_FLAG, &logview.tui,
	 .help = "look through the logs in the terminal; ? there lists the keys",
	 .man = "Opens at once, however large the log is, and reads on in the background. Several "
		"logs are merged by time. The options that choose records (--device, --grep and "
		"so on) and the filter typed with 'f' apply together; --follow starts at the end "
		"and stays there. The filter and the bookmarks are kept in "
		"$XDG_STATE_HOME/amtdiag/logview (~/.local/state/amtdiag/logview); lines are "
		"written into the current folder. Packed logs, UTF-16 and pipes are copied into "
		"a file without a name in /var/tmp as they are read."},
	{0, "raw", AMT_OPT_FLAG, &logview.raw,
	 .help = "with --records: as lines of text instead of JSON"},
	{0, "codes", AMT_OPT_FLAG, &logview.codes,
	 .help = "with --records: with what the status codes in each text mean",
	 .man = "Each record has a list \"codes\": where one stands in the text (in bytes), its "
		"value, and, where the table knows it, its symbol, its meaning, and how well that "
		"is sourced (S seen in a source, E inferred, U unconfirmed). With --raw it "
		"follows the text in brackets."},
	{0, "sessions", AMT_OPT_FLAG, &logview.sessions,
	 .help = "show every task of every device, not only the last"},
	{0, "errors", AMT_OPT_FLAG, &logview.errors,
	 .help = "show the error signatures that were met, with causes and what to do"},
	{0, "stats", AMT_OPT_FLAG, &logview.stats,
	 .help = "show counts: top signatures, failures per day, outcomes, and how long tasks "
		 "and their milestones took"},
	{0, "device", AMT_OPT_LIST, &logview.device, "HOST",
	 "only this device, with all its milestones: host name (* and ? allowed), UUID or "
	 "MachineId"},
	{0, "since", AMT_OPT_TIME, &logview.since, "TIME", "only from this time on"},
	{0, "until", AMT_OPT_TIME, &logview.until, "TIME", "only before this time"},
	{0, "grep", AMT_OPT_LIST, &logview.grep, "RE",
	 "only records whose text matches (PCRE, case ignored); all that are given must"},
	{0, "severity", AMT_OPT_LIST, &logview.severity_text, "S",
	 "only records of this severity: info, warning, error"},
	{0, "component", AMT_OPT_LIST, &logview.component, "NAME",
	 "only records of this component (* and ? allowed)"},
	{0, "thread", AMT_OPT_LIST, &logview.thread_text, "ID",
	 "only records of this thread, decimal or 0x hexadecimal"},
	{0, "lookup", AMT_OPT_STRING, &logview.lookup, "CODE",
	 "explain a status code (0x80090326, -2146893018, 2148074278) or part of a symbol"},
	{0, "utc", AMT_OPT_FLAG, &logview.utc,
	 .help = "show times in UTC where their offset is known, not as they were written"},
	{0, "tz", AMT_OPT_STRING, &logview.tz, "ZONE",
	 "what the logs' times are in: +HH:MM, a Windows bias such as -60, or a Windows zone name",
	 .man = "Rules over what the records say. +02:00 is east of UTC; a number without a colon "
		"is "
		"a Windows bias in minutes (UTC = local + bias)."},
	{0, "codepage", AMT_OPT_STRING, &logview.codepage, "CP",
	 "code page of text that is not UTF-8: CP1252, CP1251, CP932, CP949"},
	{0, "date-order", AMT_OPT_CHOICE, &logview.date_order, "ORDER",
	 "dates of pasted text, where the log does not settle it", .choices = "dmy|mdy"},
	{0, "no-signatures", AMT_OPT_FLAG, &logview.no_signatures,
	 .help = "do not look for error signatures: sessions only, faster"},
	{0, "max-sessions", AMT_OPT_UINT, &logview.max_sessions, "N",
	 "tasks kept in detail (10000); others are counted", .min = 16, .max = 10e6},
	{0, "partial", AMT_OPT_FLAG, &logview.partial,
	 .help = "print a summary that 'merge' can join with others (NDJSON)"},
	{0, "source", AMT_OPT_STRING, &logview.source, "NAME",
	 "name of this server in partial summaries; the host name unless given"},
	AMT_OPT_END};

static bool severities(struct amt_error *err)
{
	for (size_t i = 0; i < logview.severity_text.n; i++) {
		enum trace_severity s;
		if (!trace_severity_parse(logview.severity_text.v[i], &s) || s == TRACE_NO_SEVERITY)
			return amt_fail(err, "--severity %.40s: give info, warning or error",
					logview.severity_text.v[i]);
		logview.severities |= 1u << s;
	}
	for (size_t i = 0; i < logview.thread_text.n; i++) {
		const char *s = logview.thread_text.v[i];
		uint64_t v;
		bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
		if (!(hex ? amt_num_hex(s, &v, err) : amt_num_u64(s, 0, UINT32_MAX, &v, err)) ||
		    v > UINT32_MAX)
			return amt_fail_prefix(err, "--thread");
		amt_vec_push(&logview.threads, (uint32_t)v);
	}
	return true;
}

bool logview_setup(struct amt_cli *cli, struct amt_error *err)
{
	struct trace_options *o = &logview.options;
	size_t first = 0;

	if (cli->args.n && !strcmp(cli->args.v[0], "merge")) {
		logview.merge = true;
		first = 1;
	}
	for (size_t i = first; i < cli->args.n; i++)
		amt_vec_push(&logview.files, cli->args.v[i]);
	if (!logview.files.n && !logview.lookup && !cli->replay)
		return amt_fail(err, logview.merge ? "merge: no partial summary was named"
						   : "no log was named (a file, a folder, or - )");
	if ((logview.records || logview.follow) && cli->format > AMT_FORMAT_NDJSON &&
	    cli->format != AMT_FORMAT_CSV)
		return amt_fail(err,
				"--records and --follow write JSON, CSV (--format csv) or text "
				"(--raw)");
	o->codepage = logview.codepage;
	if (logview.codepage) {
		struct amt_buf b;
		amt_buf_init(&b, 16);
		bool known = amt_text_to_utf8(logview.codepage, "x", 1, &b, NULL, err);
		amt_buf_free(&b);
		if (!known)
			return amt_fail_prefix(err, "--codepage");
	}
	o->day_first = logview.date_order && !strcmp(logview.date_order, "dmy");
	o->month_first = logview.date_order && !strcmp(logview.date_order, "mdy");
	o->no_signatures = logview.no_signatures;
	o->max_sessions = logview.max_sessions;
	o->threads = cli->jobs;
	o->progress = &cli->progress;
	if (logview.tz && !trace_tz_parse(logview.tz, o, err))
		return amt_fail_prefix(err, "--tz");
	if (!severities(err))
		return false;
	logview.filter = logview_filter_new(err);
	return logview.filter != NULL;
}
