/* Partial summaries: written where the logs are, joined where the people are. */
#include "logview.h"

#include "amtdiag/trace_partial.h"

#include <unistd.h>

static bool read_lines(struct amt_cli *cli, struct trace_partial *p)
{
	struct amt_error err = {0};
	bool any = false;

	for (size_t i = 0; i < logview.files.n; i++) {
		const char *path = logview.files.v[i];
		struct amt_buf b;
		size_t line = 0;
		amt_buf_init(&b, AMT_CAP_JSON_IN);
		if (!amt_file_read(path, &b, &err)) {
			amt_note_add(&cli->run.notes, path, "%s", err.text);
			amt_buf_free(&b);
			continue;
		}
		const char *s = amt_buf_cstr(&b), *end = s + b.len;
		while (s < end) {
			const char *nl = memchr(s, '\n', (size_t)(end - s));
			const char *stop = nl ? nl : end;
			line++;
			if (stop > s && !trace_partial_add_line(p, s, (size_t)(stop - s), &err))
				amt_note_add(&cli->run.notes, path, "line %zu: %s", line, err.text);
			else if (stop > s)
				any = true;
			s = nl ? nl + 1 : end;
		}
		amt_buf_free(&b);
	}
	trace_partial_settle(p);
	return any;
}

bool logview_merge(struct amt_cli *cli, struct amt_error *err)
{
	struct trace_partial p = {NULL, 0, 0};
	bool ok = read_lines(cli, &p) ? trace_partial_facts(&p, &logview.facts, err)
				      : amt_fail(err, "no partial summary could be read");

	trace_partial_free(&p);
	return ok;
}

int logview_partial(struct amt_cli *cli)
{
	struct trace_partial p = {NULL, 0, 0};
	struct amt_error err = {0};
	struct amt_buf out;
	char host[256] = "";
	bool ok;

	if (!logview.source && gethostname(host, sizeof(host) - 1))
		host[0] = '\0';
	if (logview.merge)
		ok = read_lines(cli, &p);
	else
		ok = trace_collect(&logview.files, &logview.options, &logview.facts,
				   &cli->run.notes, &err) &&
		     trace_partial_add_facts(&p, &logview.facts,
					     logview.source ? logview.source : host, &err);
	if (!ok)
		amt_cli_say(cli, "%s", err.text[0] ? err.text : "nothing could be read");
	amt_buf_init(&out, AMT_CAP_REPORT);
	for (size_t i = 0; i < p.n; i++) {
		amt_buf_str(&out, p.v[i]);
		amt_buf_byte(&out, '\n');
	}
	bool full = out.over;
	bool wrote = !full && amt_file_write(cli->output, amt_buf_cstr(&out), out.len, &err);
	if (!wrote)
		amt_cli_say(cli, "%s", full ? "the summary is larger than 512 MiB" : err.text);
	amt_buf_free(&out);
	trace_partial_free(&p);
	return !wrote ? AMT_EXIT_IO : ok ? AMT_EXIT_PASS : AMT_EXIT_UNKNOWN;
}
