/* Completions for bash, zsh and fish from a tool's option table. */
#include "cli/private.h"

#include <string.h>

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

static void bash(const struct amt_cli *cli, struct amt_buf *out)
{
	const struct amt_opt *common = cli_common_options((struct amt_cli *)(uintptr_t)cli);
	const char *name = cli->tool->name;
	const char *tag = name + (amt_str_begins(name, "amt-") ? 4 : 0);

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

static bool repeats(const struct amt_opt *o)
{
	return o->type == AMT_OPT_LIST || o->type == AMT_OPT_FILES || o->type == AMT_OPT_COUNT;
}

static bool takes_file(const struct amt_opt *o)
{
	return o->type == AMT_OPT_FILE || o->type == AMT_OPT_FILES;
}

/* s inside single quotes of a shell: each of the characters in escape gets a backslash, and the
 * quote itself is written as quote says. */
static void quoted(struct amt_buf *out, const char *s, const char *escape, const char *quote)
{
	for (; *s; s++) {
		if (*s == '\'') {
			amt_buf_str(out, quote);
			continue;
		}
		if (strchr(escape, *s))
			amt_buf_byte(out, '\\');
		amt_buf_byte(out, *s);
	}
}

static void words(struct amt_buf *out, const char *choices)
{
	for (const char *c = choices; *c; c++)
		amt_buf_byte(out, *c == '|' ? ' ' : *c);
}

#define ZSH_ESCAPE "[]:\\"

/* One specification of _arguments: (excludes)*--name=[help]:ARG:action. */
static void zsh_spec(const struct amt_opt *o, const char *spelling, struct amt_buf *out)
{
	amt_buf_str(out, " \\\n\t'");
	if (repeats(o))
		amt_buf_byte(out, '*');
	else if (o->letter)
		amt_buf_printf(out, "(-%c --%s)", o->letter, o->name);
	amt_buf_str(out, spelling);
	if (o->arg)
		amt_buf_byte(out, spelling[1] == '-' ? '=' : '+');
	amt_buf_byte(out, '[');
	quoted(out, o->help, ZSH_ESCAPE, "'\\''");
	amt_buf_byte(out, ']');
	if (o->arg) {
		amt_buf_byte(out, ':');
		quoted(out, o->arg, ZSH_ESCAPE, "'\\''");
		amt_buf_byte(out, ':');
	}
	if (o->arg && o->choices) {
		amt_buf_byte(out, '(');
		words(out, o->choices);
		amt_buf_byte(out, ')');
	} else if (o->arg) {
		amt_buf_str(out, takes_file(o) ? "_files" : " ");
	}
	amt_buf_byte(out, '\'');
}

static void zsh_options(const struct amt_opt *o, struct amt_buf *out)
{
	for (; o && o->name; o++) {
		struct amt_buf name;
		amt_buf_init(&name, AMT_KIB);
		amt_buf_printf(&name, "--%s", o->name);
		zsh_spec(o, amt_buf_cstr(&name), out);
		amt_buf_free(&name);
		if (o->letter)
			zsh_spec(o, (const char[]){'-', o->letter, '\0'}, out);
	}
}

static void zsh(const struct amt_cli *cli, struct amt_buf *out)
{
	amt_buf_printf(out,
		       "#compdef %s\n# made from the option table by --completion\n"
		       "_arguments -s -S",
		       cli->tool->name);
	zsh_options(cli->tool->options, out);
	zsh_options(cli_common_options((struct amt_cli *)(uintptr_t)cli), out);
	amt_buf_str(out, " \\\n\t'*:file:_files'\n");
}

static void fish_options(const char *tool, const struct amt_opt *o, struct amt_buf *out)
{
	for (; o && o->name; o++) {
		amt_buf_printf(out, "complete -c %s -l %s", tool, o->name);
		if (o->letter)
			amt_buf_printf(out, " -s %c", o->letter);
		if (o->arg && o->choices) {
			amt_buf_str(out, " -x -a '");
			words(out, o->choices);
			amt_buf_byte(out, '\'');
		} else if (o->arg) {
			amt_buf_str(out, takes_file(o) ? " -r -F" : " -x");
		}
		amt_buf_str(out, " -d '");
		quoted(out, o->help, "\\", "\\'");
		amt_buf_str(out, "'\n");
	}
}

static void fish(const struct amt_cli *cli, struct amt_buf *out)
{
	const char *name = cli->tool->name;

	amt_buf_printf(out,
		       "# fish completion for %s, made from the option table by --completion\n",
		       name);
	fish_options(name, cli->tool->options, out);
	fish_options(name, cli_common_options((struct amt_cli *)(uintptr_t)cli), out);
}

bool cli_completion(const struct amt_cli *cli, const char *shell, struct amt_buf *out)
{
	static const struct {
		const char *name;
		void (*write)(const struct amt_cli *cli, struct amt_buf *out);
	} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (!strcmp(shell, shells[i].name)) {
			shells[i].write(cli, out);
			return true;
		}
	}
	return false;
}
