/* Usage and version. man.c and complete.c show the option table in other ways. */
#include "cli/private.h"

#include "amtdiag/version.h"

#include <string.h>

const char *const cli_exit_words[] = {
	"0",   "nothing worse than a pass",
	"1",   "a warning",
	"2",   "a failure",
	"3",   "something that mattered is unknown",
	"64",  "wrong usage",
	"70",  "internal error",
	"74",  "the output could not be written",
	"130", "interrupted; what was done is reported",
	NULL,
};

static void option_words(const struct amt_opt *o, struct amt_buf *out)
{
	if (o->letter)
		amt_buf_printf(out, "-%c, ", o->letter);
	amt_buf_printf(out, "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
}

static void usage_options(const struct amt_opt *o, struct amt_buf *out)
{
	for (; o && o->name; o++) {
		struct amt_buf words;
		amt_buf_init(&words, AMT_KIB);
		option_words(o, &words);
		amt_buf_printf(out, "  %-26s %s%s", amt_buf_cstr(&words),
			       words.len > 26 ? "\n                             " : "", o->help);
		if (o->choices)
			amt_buf_printf(out, " (%s)", o->choices);
		amt_buf_byte(out, '\n');
		amt_buf_free(&words);
	}
}

static void indent_lines(const char *text, const char *with, struct amt_buf *out)
{
	for (const char *p = text; p && *p;) {
		size_t n = strcspn(p, "\n");
		amt_buf_str(out, with);
		amt_buf_add(out, p, n);
		amt_buf_byte(out, '\n');
		p += n + (p[n] != '\0');
	}
}

void cli_usage(const struct amt_cli *cli, struct amt_buf *out)
{
	const struct amt_tool *t = cli->tool;

	amt_buf_printf(out, "%s - %s\n\n", t->name, t->purpose);
	for (const char *p = t->synopsis; *p;) {
		size_t n = strcspn(p, "\n");
		amt_buf_printf(out, "usage: %s %.*s\n", t->name, (int)n, p);
		p += n + (p[n] != '\0');
	}
	amt_buf_byte(out, '\n');
	usage_options(t->options, out);
	amt_buf_str(out, "\nCommon to all tools of amtdiag:\n");
	usage_options(cli_common_options((struct amt_cli *)(uintptr_t)cli), out);
	if (t->examples) {
		amt_buf_str(out, "\nExamples:\n");
		indent_lines(t->examples, "  ", out);
	}
	amt_buf_str(out, "\nExit: ");
	for (size_t i = 0; cli_exit_words[i]; i += 2)
		amt_buf_printf(out, "%s%s %s", i ? ", " : "", cli_exit_words[i],
			       cli_exit_words[i + 1]);
	amt_buf_str(out, ".\n");
}

void amt_cli_version(const struct amt_cli *cli, struct amt_buf *out)
{
	amt_buf_printf(out, "%s %s (amtdiag, Apache-2.0)\n", cli->tool->name, AMT_VERSION);
	amt_buf_printf(out, "jansson %s\n", jansson_version_str());
	if (cli->tool->libraries)
		cli->tool->libraries(out);
}
