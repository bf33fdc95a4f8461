/*
 * The one way through a tool: options, collect, judge, report, exit code.
 * A tool's main.c fills a struct amt_tool and calls amt_cli_main().
 */
#ifndef AMTDIAG_CLI_H
#define AMTDIAG_CLI_H

#include "amtdiag/core.h"
#include "amtdiag/report.h"

enum amt_exit {
	AMT_EXIT_PASS = 0,
	AMT_EXIT_WARN = 1,
	AMT_EXIT_FAIL = 2,
	AMT_EXIT_UNKNOWN = 3,
	AMT_EXIT_USAGE = 64,
	AMT_EXIT_INTERNAL = 70,
	AMT_EXIT_IO = 74,
	AMT_EXIT_INTERRUPTED = 130,
};

enum amt_opt_type {
	AMT_OPT_FLAG,   /* bool *, set to true; --no-NAME sets it to false when negatable */
	AMT_OPT_COUNT,  /* int *, counts */
	AMT_OPT_STRING, /* const char ** */
	AMT_OPT_FILE,   /* const char **, completed with file names */
	AMT_OPT_LIST,   /* struct amt_strlist *, may be repeated */
	AMT_OPT_FILES,  /* struct amt_strlist *, file names */
	AMT_OPT_UINT,   /* unsigned *, min..max */
	AMT_OPT_REAL,   /* double *, min..max */
	AMT_OPT_TIME,   /* amt_time *, RFC 3339 or +30d (from now) */
	AMT_OPT_CHOICE, /* const char **, one of choices, "a|b|c" */
};

/* The source of parsing, usage, man page and completion. */
struct amt_opt {
	char letter;      /* 0: none */
	const char *name; /* without the dashes */
	enum amt_opt_type type;
	void *dest;
	const char *arg;     /* "FILE"; NULL for flags */
	const char *help;    /* one sentence, no full stop, for usage */
	const char *man;     /* more for the man page; may be NULL */
	const char *choices; /* for CHOICE */
	double min, max;     /* for UINT and REAL */
};
#define AMT_OPT_END                                                                                \
	{                                                                                          \
		0                                                                                  \
	}

struct amt_cli {
	const struct amt_tool *tool;
	struct amt_strlist args; /* what is left after the options */
	enum amt_format format;
	const char *output, *site, *replay, *replay_name, *explain;
	struct AMT_VEC(struct amt_fw) firmware;
	amt_time now; /* --now, or the time of the start */
	bool now_given;
	double timeout; /* seconds per peer, default 5 */
	unsigned jobs;
	const char *color;
	bool quiet, no_progress, json, list_checks, help, version, no_sandbox;
	int verbose;
	const char *sandbox; /* "default" or "strict" */
	struct amt_style style;
	struct amt_context context; /* now and firmware; the tool adds traits */
	struct amt_progress progress;
	struct amt_run run;     /* findings, notes, sections, facts */
	const json_t *replayed; /* while replay() runs: the findings of the document */
	bool io_failed; /* the report is written, but something else could not be: ends with 74 */
	struct amt_strlist firmware_text;
};

struct amt_tool {
	const char *name;        /* "amt-logview" */
	unsigned id;             /* AMT_TOOL_... */
	const char *purpose;     /* one line for man and usage */
	const char *synopsis;    /* after the name; several lines allowed */
	const char *description; /* paragraphs for the man page, blank line between */
	const char *examples;    /* lines "command\n    what it does\n" */
	const struct amt_opt *options;

	/* One line a library, "libpcap 1.10.3", for --version; may be NULL. */
	void (*libraries)(struct amt_buf *out);
	/* Before anything is collected: check options that belong together. Bad usage: false. */
	bool (*setup)(struct amt_cli *cli, struct amt_error *err);
	/*
	 * A mode that is not collect-judge-report (a stream, a viewer, a merge).
	 * Returns -1 to go the usual way, else the exit code. May be NULL.
	 */
	int (*special)(struct amt_cli *cli);
	/* Evidence into facts. False only for our own failure; bad input is a note or a finding. */
	bool (*collect)(struct amt_cli *cli, struct amt_error *err);
	/* What --replay still opens and writes beside the document and the report: confines, as
	 * collect does. NULL: nothing. */
	bool (*confine)(struct amt_cli *cli, struct amt_error *err);
	/* Confined by now: finds the document to replay in what was given. False ends with 64. */
	bool (*unpack)(struct amt_cli *cli, struct amt_error *err);
	/* Facts from an earlier document instead. */
	bool (*replay)(struct amt_cli *cli, const json_t *facts, struct amt_error *err);
	/* Facts as JSON: a new reference, an object. */
	json_t *(*facts)(struct amt_cli *cli);
	/* Pure: facts and context to findings. */
	void (*judge)(struct amt_cli *cli);
	/* Tables and headline for people. */
	void (*sections)(struct amt_cli *cli);
	/* The run is complete and about to be written; false ends with 74. May be NULL. */
	bool (*finish)(struct amt_cli *cli, struct amt_error *err);
	void (*cleanup)(struct amt_cli *cli);
};

/* All of it. The return value of main(). */
int amt_cli_main(const struct amt_tool *tool, int argc, char **argv);

/* One line on standard error, "amt-logview: ...", safe for a terminal. */
/* What --version says: of the tool, and of its libraries as they are here. */
void amt_cli_version(const struct amt_cli *cli, struct amt_buf *out);
void amt_cli_say(const struct amt_cli *cli, const char *fmt, ...) AMT_PRINTF(2, 3);
/* A password: from a file that others can't read, or asked for on the terminal without echo.
 * Freed with amt_wipe and free. NULL with err set when it can't be had. */
char *amt_cli_password(const char *file, const char *prompt, struct amt_error *err);
/*
 * Where small things are kept between runs: $XDG_STATE_HOME/amtdiag, else
 * ~/.local/state/amtdiag, made when it is not there. NULL when there is no such place.
 */
const char *amt_cli_state_folder(struct amt_arena *a);
const char *amt_cli_terminal(void); /* $TERM; NULL when it is not set or empty */
/*
 * Confines the process before the first foreign byte is parsed: capabilities,
 * no-new-privs, Landlock, seccomp, limits. net: the tool talks to the network.
 * Paths that will still be opened later are given; what was applied goes to the
 * notes under -v. False only when --sandbox=strict can't be met.
 */
struct amt_confine {
	bool net;
	struct amt_strlist read, write; /* files or folders */
	struct amt_strlist change;      /* files that are changed in place */
};
/* A file or folder that is still to be read; also where the links in a folder lead. */
void amt_confine_read(struct amt_cli *cli, struct amt_confine *c, const char *path);
/* A Kerberos ticket cache, as of klist -c: new tickets are added to it. */
void amt_confine_cache(struct amt_confine *c, const char *cache);
/* c is used up. What --output names can be written in any case. */
bool amt_cli_confine(struct amt_cli *cli, struct amt_confine *c, struct amt_error *err);

#endif
