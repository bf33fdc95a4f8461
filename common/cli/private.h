/* What the files of this room share. */
#ifndef CLI_PRIVATE_H
#define CLI_PRIVATE_H

#include "amtdiag/cli.h"

/* options.c */
extern const size_t cli_common_max;
/* The options every tool has, writing into cli; ends with AMT_OPT_END. */
const struct amt_opt *cli_common_options(struct amt_cli *cli);
/* Parses argv into the two tables; the rest goes to cli->args. */
bool cli_parse(struct amt_cli *cli, int argc, char **argv, struct amt_error *err);

/* help.c, man.c, complete.c: all made from the option table */
extern const char *const cli_exit_words[]; /* code, meaning; NULL at the end */
void cli_usage(const struct amt_cli *cli, struct amt_buf *out);
void cli_man(const struct amt_cli *cli, struct amt_buf *out);
/* shell: bash, zsh or fish; false for others */
bool cli_completion(const struct amt_cli *cli, const char *shell, struct amt_buf *out);

/* terminal.c: asks the environment and the terminal; of the other rooms' only confine.c and
 * confine_landlock.c ask the environment, for what concerns them */
void cli_style(struct amt_cli *cli);
void cli_signals(void);
void cli_descriptors(void); /* before the first file is opened */
/* All is written. Libraries' own clean-up may fail for want of memory, and the loader then ends
 * with a code of its own, so it is left out; not where leaks are looked for. */
int cli_end(int code);
void cli_memory(void); /* libraries end the run too when memory runs out */
int cli_interrupt_exit(void);
void cli_progress(void *arg, const char *what, uint64_t done, uint64_t total);
void cli_progress_clear(void);
amt_time cli_clock(void); /* now, or SOURCE_DATE_EPOCH */

#endif
