/* One table of options, and the parser that walks it. */
#include "cli/private.h"

#include <math.h>
#include <string.h>

#define COMMON_OPTIONS 24

static const char *formats = "text|json|ndjson|junit|html|csv|status|openmetrics";

static const char *format_text; /* as given; parsed after all options are read */

const struct amt_opt *cli_common_options(struct amt_cli *c)
{
	static struct amt_opt table[COMMON_OPTIONS];
	const struct amt_opt options[] = {
		{'h', "help", AMT_OPT_FLAG, &c->help, .help = "show this help"},
		{'V', "version", AMT_OPT_FLAG, &c->version,
		 .help = "show the version, also of the libraries"},
		{0, "format", AMT_OPT_CHOICE, &format_text, "FORMAT", "how to write the report",
		 .choices = formats},
		{0, "json", AMT_OPT_FLAG, &c->json, .help = "short for --format json"},
		{'o', "output", AMT_OPT_FILE, &c->output, "FILE",
		 "write the report to FILE, whole or not at all"},
		{0, "site", AMT_OPT_FILE, &c->site, "FILE",
		 "the site profile (INI); options override it"},
		{0, "firmware", AMT_OPT_LIST, &c->firmware_text, "VERSION",
		 "AMT firmware to judge for, as 3.2.1 or 11.8; may be repeated",
		 .man = "Without it every firmware generation is judged where it matters."},
		{0, "now", AMT_OPT_TIME, &c->now, "TIME",
		 "judge as of TIME: RFC 3339, or +30d from now"},
		{0, "timeout", AMT_OPT_REAL, &c->timeout, "SECONDS",
		 "how long to wait for one peer", .min = 0.1, .max = 3600},
		{0, "jobs", AMT_OPT_UINT, &c->jobs, "N", "how much to do at once", .min = 1,
		 .max = 4096},
		{0, "color", AMT_OPT_CHOICE, &c->color, "WHEN", "colour the text report",
		 .choices = "auto|always|never",
		 .man = "With auto, colour is used on a terminal unless NO_COLOR is set."},
		{'q', "quiet", AMT_OPT_FLAG, &c->quiet,
		 .help = "show only what is not a pass; no progress"},
		{'v', "verbose", AMT_OPT_COUNT, &c->verbose,
		 .help = "show all evidence, and what is being done"},
		{0, "no-progress", AMT_OPT_FLAG, &c->no_progress,
		 .help = "no progress line on standard error"},
		{0, "replay", AMT_OPT_FILE, &c->replay, "FILE",
		 "judge the facts of an earlier JSON document again",
		 .man = "Nothing is collected. Firmware, time and site may be other ones than "
			"then."},
		{0, "list-checks", AMT_OPT_FLAG, &c->list_checks,
		 .help = "list the checks that this tool judges"},
		{0, "explain", AMT_OPT_STRING, &c->explain, "ID",
		 "show one check whole: what, why, how, what to do"},
		{0, "sandbox", AMT_OPT_CHOICE, &c->sandbox, "KIND",
		 "how tightly to confine the parsers", .choices = "default|strict",
		 .man = "strict allows only listed system calls, and ends the run when a layer of "
			"the "
			"confinement can't be had. The environment variable AMTDIAG_SANDBOX gives "
			"the "
			"kind for runs that name none."},
		{0, "no-sandbox", AMT_OPT_FLAG, &c->no_sandbox,
		 .help = "do not confine; the report says so"},
		AMT_OPT_END,
	};

	_Static_assert(sizeof(options) / sizeof(options[0]) <= COMMON_OPTIONS, "table too small");
	memcpy(table, options, sizeof(options));
	return table;
}

static bool is_flag(const struct amt_opt *o)
{
	return o->type == AMT_OPT_FLAG || o->type == AMT_OPT_COUNT;
}

static const struct amt_opt *find_letter(const struct amt_opt *table, char letter)
{
	for (; table && table->name; table++)
		if (table->letter && table->letter == letter)
			return table;
	return NULL;
}

/* An exact name, or the only one that begins so. */
static const struct amt_opt *find_name(const struct amt_opt *table, const char *name, size_t n,
				       size_t *matches)
{
	const struct amt_opt *found = NULL;

	for (; table && table->name; table++) {
		if (strncmp(table->name, name, n) != 0)
			continue;
		if (!table->name[n]) {
			*matches = 1;
			return table;
		}
		(*matches)++;
		found = table;
	}
	return found;
}

static bool in_choices(const char *choices, const char *value)
{
	size_t n = strlen(value);

	for (const char *c = choices; n; c++) {
		size_t len = strcspn(c, "|");
		if (len == n && !strncmp(c, value, n))
			return true;
		c += len;
		if (!*c)
			break;
	}
	return false;
}

static bool store(struct amt_cli *cli, const struct amt_opt *o, const char *value,
		  struct amt_error *err)
{
	uint64_t n = 0;

	switch (o->type) {
	case AMT_OPT_FLAG:
		*(bool *)o->dest = true;
		return true;
	case AMT_OPT_COUNT:
		++*(int *)o->dest;
		return true;
	case AMT_OPT_STRING:
	case AMT_OPT_FILE:
		*(const char **)o->dest = value;
		return true;
	case AMT_OPT_LIST:
	case AMT_OPT_FILES:
		amt_vec_push((struct amt_strlist *)o->dest, value);
		return true;
	case AMT_OPT_UINT:
		if (!amt_num_u64(value, (uint64_t)o->min, (uint64_t)o->max, &n, err))
			break;
		*(unsigned *)o->dest = (unsigned)n;
		return true;
	case AMT_OPT_REAL:
		if (!amt_num_double(value, o->min, o->max, o->dest, err))
			break;
		return true;
	case AMT_OPT_TIME:
		if (!amt_time_parse_when(value, cli_clock(), o->dest, err))
			break;
		cli->now_given = cli->now_given || o->dest == &cli->now;
		return true;
	case AMT_OPT_CHOICE:
		if (!in_choices(o->choices, value)) {
			amt_fail(err, "'%.60s' is not one of %s", value, o->choices);
			break;
		}
		*(const char **)o->dest = value;
		return true;
	}
	return amt_fail_prefix(err, "--%s", o->name);
}

static const struct amt_opt *look_up(const struct amt_opt *common, const struct amt_opt *own,
				     const char *name, size_t n, struct amt_error *err)
{
	size_t in_own = 0, in_common = 0;
	const struct amt_opt *a = find_name(own, name, n, &in_own);
	const struct amt_opt *b = find_name(common, name, n, &in_common);

	if (a && !a->name[n])
		return a;
	if (b && !b->name[n])
		return b;
	if (in_own + in_common == 1)
		return a ? a : b;
	if (a || b)
		amt_fail(err, "--%.*s could be more than one option, --%s among them", (int)n, name,
			 a ? a->name : b->name);
	else
		amt_fail(err, "there is no option --%.*s", (int)n, name);
	return NULL;
}

/* --name, --name=value, --name value. Takes one or two arguments. */
static bool parse_long(struct amt_cli *cli, const struct amt_opt *common, char **argv, int argc,
		       int *i, struct amt_error *err)
{
	const char *name = argv[*i] + 2, *value = strchr(name, '=');
	size_t n = value ? (size_t)(value - name) : strlen(name);
	const struct amt_opt *o = look_up(common, cli->tool->options, name, n, err);

	if (!o)
		return false;
	if (is_flag(o) && value)
		return amt_fail(err, "--%s takes no value", o->name);
	if (!is_flag(o) && !value) {
		if (*i + 1 >= argc)
			return amt_fail(err, "--%s needs a value (%s)", o->name, o->arg);
		value = argv[++*i];
	} else if (value) {
		value++;
	}
	return store(cli, o, value, err);
}

/* -qv, -oFILE, -o FILE */
static bool parse_letters(struct amt_cli *cli, const struct amt_opt *common, char **argv, int argc,
			  int *i, struct amt_error *err)
{
	for (const char *p = argv[*i] + 1; *p; p++) {
		const struct amt_opt *o = find_letter(cli->tool->options, *p);
		if (!o)
			o = find_letter(common, *p);
		if (!o)
			return amt_fail(err, "there is no option -%c", *p);
		if (is_flag(o)) {
			if (!store(cli, o, NULL, err))
				return false;
			continue;
		}
		const char *value = p + 1;
		if (!*value && *i + 1 >= argc)
			return amt_fail(err, "-%c needs a value (%s)", *p, o->arg);
		return store(cli, o, *value ? value : argv[++*i], err);
	}
	return true;
}

static bool after(struct amt_cli *cli, struct amt_error *err)
{
	for (size_t i = 0; i < cli->firmware_text.n; i++) {
		struct amt_fw fw;
		if (!amt_fw_parse(cli->firmware_text.v[i], &fw, err))
			return amt_fail_prefix(err, "--firmware");
		amt_vec_push(&cli->firmware, fw);
	}
	cli->format = AMT_FORMAT_TEXT;
	if (format_text)
		amt_format_parse(format_text, &cli->format);
	if (cli->json && format_text && cli->format != AMT_FORMAT_JSON)
		return amt_fail(err, "--json and --format %s contradict each other", format_text);
	if (cli->json)
		cli->format = AMT_FORMAT_JSON;
	return true;
}

bool cli_parse(struct amt_cli *cli, int argc, char **argv, struct amt_error *err)
{
	const struct amt_opt *common = cli_common_options(cli);
	bool only_args = false;

	for (int i = 1; i < argc; i++) {
		const char *a = argv[i];
		bool good = true;
		if (only_args || a[0] != '-' || !a[1])
			amt_vec_push(&cli->args, a);
		else if (!strcmp(a, "--"))
			only_args = true;
		else if (a[1] == '-')
			good = parse_long(cli, common, argv, argc, &i, err);
		else
			good = parse_letters(cli, common, argv, argc, &i, err);
		if (!good)
			return false;
	}
	return after(cli, err);
}
