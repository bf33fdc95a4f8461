/* Usage, man page and completion: three views of the option table. */
#include "cli/private.h"

#include "amtdiag/version.h"

#include <string.h>

static const char *const exit_words[] = {
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
	for (size_t i = 0; exit_words[i]; i += 2)
		amt_buf_printf(out, "%s%s %s", i ? ", " : "", exit_words[i], exit_words[i + 1]);
	amt_buf_str(out, ".\n");
}

void cli_version(const struct amt_cli *cli, struct amt_buf *out)
{
	amt_buf_printf(out, "%s %s (amtdiag, Apache-2.0)\n", cli->tool->name, AMT_VERSION);
	amt_buf_printf(out, "jansson %s\n", jansson_version_str());
	if (cli->tool->libraries)
		cli->tool->libraries(out);
}

/* mdoc would read these as macros or escapes. */
static void roff(struct amt_buf *out, const char *s)
{
	char before = '\n';

	for (; *s; before = *s++) {
		if (before == '\n' && (*s == '.' || *s == '\''))
			amt_buf_str(out, "\\&");
		if (*s == '\\')
			amt_buf_str(out, "\\e");
		else if (*s == '-')
			amt_buf_str(out, "\\-");
		else if (*s == ' ' && before == '.' && s[1] >= 'A' && s[1] <= 'Z')
			amt_buf_byte(out, '\n'); /* mdoc wants each sentence on a line of its own */
		else
			amt_buf_byte(out, *s);
	}
}

static void man_options(const struct amt_opt *o, struct amt_buf *out)
{
	for (; o && o->name; o++) {
		amt_buf_str(out, ".It ");
		if (o->letter)
			amt_buf_printf(out, "Fl %c , ", o->letter);
		amt_buf_str(out, "Fl \\-");
		roff(out, o->name);
		if (o->arg) {
			amt_buf_str(out, " Ar ");
			roff(out, o->arg);
		}
		amt_buf_byte(out, '\n');
		roff(out, o->help);
		if (o->choices) {
			amt_buf_str(out, " (");
			roff(out, o->choices);
			amt_buf_byte(out, ')');
		}
		amt_buf_str(out, ".\n");
		if (o->man) {
			roff(out, o->man);
			amt_buf_byte(out, '\n');
		}
	}
}

static void man_paragraphs(const char *text, struct amt_buf *out)
{
	for (const char *p = text; p && *p;) {
		size_t n = strcspn(p, "\n");
		struct amt_buf line;
		amt_buf_init(&line, AMT_MIB);
		amt_buf_add(&line, p, n);
		if (n)
			roff(out, amt_buf_cstr(&line));
		else
			amt_buf_str(out, ".Pp");
		amt_buf_byte(out, '\n');
		amt_buf_free(&line);
		p += n + (p[n] != '\0');
	}
}

static void man_synopsis(const struct amt_tool *t, struct amt_buf *out)
{
	for (const char *p = t->synopsis; *p;) {
		size_t n = strcspn(p, "\n");
		struct amt_buf line;
		amt_buf_init(&line, AMT_MIB);
		amt_buf_add(&line, p, n);
		amt_buf_str(out, ".Nm\n");
		if (n) {
			roff(out, amt_buf_cstr(&line));
			amt_buf_byte(out, '\n');
		}
		amt_buf_free(&line);
		p += n + (p[n] != '\0');
	}
}

static void upper(const char *s, struct amt_buf *out)
{
	for (; *s; s++)
		amt_buf_byte(out, (char)(*s >= 'a' && *s <= 'z' ? *s - 32 : *s));
}

void cli_man(const struct amt_cli *cli, struct amt_buf *out)
{
	const struct amt_tool *t = cli->tool;

	amt_buf_str(out, ".\\\" Made from the option table by --man.\n.Dd November 21, 2026\n.Dt ");
	upper(t->name, out);
	amt_buf_printf(out, " 1\n.Os amtdiag %s\n.Sh NAME\n.Nm %s\n.Nd %s\n.Sh SYNOPSIS\n",
		       AMT_VERSION, t->name, t->purpose);
	man_synopsis(t, out);
	amt_buf_str(out, ".Sh DESCRIPTION\n");
	man_paragraphs(t->description, out);
	amt_buf_str(out, ".Pp\nOptions of this tool:\n.Bl -tag -width Ds\n");
	man_options(t->options, out);
	amt_buf_str(out, ".El\n.Pp\nOptions that all tools of amtdiag have:\n.Bl -tag -width Ds\n");
	man_options(cli_common_options((struct amt_cli *)(uintptr_t)cli), out);
	amt_buf_str(out, ".El\n.Sh EXIT STATUS\n.Bl -tag -width Ds -compact\n");
	for (size_t i = 0; exit_words[i]; i += 2)
		amt_buf_printf(out, ".It %s\n%s\n", exit_words[i], exit_words[i + 1]);
	amt_buf_str(out, ".El\n");
	if (t->examples) {
		amt_buf_str(out, ".Sh EXAMPLES\n.Bd -literal\n");
		roff(out, t->examples);
		amt_buf_str(out, ".Ed\n");
	}
	amt_buf_str(out, ".Sh SEE ALSO\n");
	static const char *const tools[] = {"amt-certcheck", "amt-dnscheck", "amt-hellocap",
					    "amt-krbsize",   "amt-logview",  "amt-stage"};
	size_t said = 0;
	for (size_t i = 0; i < 6; i++)
		if (strcmp(tools[i], t->name) != 0)
			amt_buf_printf(out, ".Xr %s 1%s\n", tools[i], ++said < 5 ? " ," : "");
}

/* One alternative of a completion: words, files or nothing. */
static void bash_case(const struct amt_opt *o, struct amt_buf *out)
{
	for (; o && o->name; o++) {
		if (!o->arg)
			continue;
		amt_buf_printf(out, "\t--%s", o->name);
		if (o->letter)
			amt_buf_printf(out, "|-%c", o->letter);
		amt_buf_str(out, ") ");
		if (o->choices) {
			amt_buf_str(out, "COMPREPLY=($(compgen -W '");
			for (const char *c = o->choices; *c; c++)
				amt_buf_byte(out, *c == '|' ? ' ' : *c);
			amt_buf_str(out, "' -- \"$cur\"));");
		} else if (o->type == AMT_OPT_FILE || o->type == AMT_OPT_FILES) {
			amt_buf_str(out, "COMPREPLY=($(compgen -f -- \"$cur\"));");
		}
		amt_buf_str(out, " return ;;\n");
	}
}

static void bash_words(const struct amt_opt *o, struct amt_buf *out)
{
	for (; o && o->name; o++)
		amt_buf_printf(out, "--%s ", o->name);
}

void cli_completion(const struct amt_cli *cli, const char *shell, struct amt_buf *out)
{
	const struct amt_opt *common = cli_common_options((struct amt_cli *)(uintptr_t)cli);
	const char *name = cli->tool->name;
	const char *tag = name + (amt_str_begins(name, "amt-") ? 4 : 0);

	(void)shell;
	amt_buf_printf(out,
		       "# bash completion for %s, made from the option table by --completion\n",
		       name);
	amt_buf_printf(out,
		       "_amt_%s() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} "
		       "prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		       "\tCOMPREPLY=()\n\tcase $prev in\n",
		       tag);
	bash_case(cli->tool->options, out);
	bash_case(common, out);
	amt_buf_str(out, "\tesac\n\tcase $cur in\n\t-*) COMPREPLY=($(compgen -W '");
	bash_words(cli->tool->options, out);
	bash_words(common, out);
	amt_buf_printf(
		out,
		"' -- \"$cur\")) ;;\n\t*) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n\tesac\n}\n"
		"complete -o filenames -F _amt_%s %s\n",
		tag, name);
}
