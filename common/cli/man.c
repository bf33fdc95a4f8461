/* The manual page of a tool, mdoc, from its option table. */
#include "cli/private.h"

#include "amtdiag/version.h"

#include <string.h>

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
	for (size_t i = 0; cli_exit_words[i]; i += 2)
		amt_buf_printf(out, ".It %s\n%s\n", cli_exit_words[i], cli_exit_words[i + 1]);
	amt_buf_str(out, ".El\n");
	if (t->examples) {
		amt_buf_str(out, ".Sh EXAMPLES\n.Bd -literal\n");
		roff(out, t->examples);
		amt_buf_str(out, ".Ed\n");
	}
	amt_buf_str(out, ".Sh SEE ALSO\n");
	static const char *const tools[] = {"amt-certcheck", "amt-dnscheck", "amt-hellocap",
					    "amt-krbsize",   "amt-logview",  "amt-stage"};
	for (size_t i = 0; i < 6; i++)
		if (strcmp(tools[i], t->name) != 0)
			amt_buf_printf(out, ".Xr %s 1 ,\n", tools[i]);
	amt_buf_str(out, ".Xr amtdiag\\-evidence 5 ,\n.Xr amtdiag\\-site 5 ,\n.Xr amtdiag 7\n");
}
