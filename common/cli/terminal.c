/* The terminal, the environment, signals: asked here and nowhere else. */
#include "cli/confine.h"
#include "cli/private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

amt_time cli_clock(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	uint64_t s;

	if (epoch && amt_num_u64(epoch, 0, 253402300799u, &s, NULL))
		return (amt_time)s * AMT_SECOND;
	return amt_time_now();
}

static int columns(int fd)
{
	const char *set = getenv("COLUMNS");
	struct winsize ws;
	uint64_t n;

	if (set && amt_num_u64(set, 20, 1000, &n, NULL))
		return (int)n;
	return !ioctl(fd, TIOCGWINSZ, &ws) && ws.ws_col ? ws.ws_col : 0;
}

void cli_style(struct amt_cli *cli)
{
	bool tty = !cli->output && isatty(STDOUT_FILENO);
	const char *no = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE"),
		   *term = getenv("TERM");

	cli->style.color = tty && !(no && *no) && term && strcmp(term, "dumb") != 0;
	if (force && *force && strcmp(force, "0") != 0 && !(no && *no))
		cli->style.color = true;
	if (cli->color && strcmp(cli->color, "auto") != 0)
		cli->style.color = !strcmp(cli->color, "always");
	int width = columns(STDOUT_FILENO);
	cli->style.width = width ? width : tty ? 80 : 100;
	cli->style.verbose = cli->quiet ? -1 : cli->verbose;
}

#ifdef AMT_COVERAGE
void __gcov_dump(void); /* what has run is written by nothing else before _exit() */
#define SAVE_COUNTERS() __gcov_dump()
#else
#define SAVE_COUNTERS() (void)0
#endif

static _Noreturn void leave(int code)
{
	SAVE_COUNTERS();
	_exit(code);
}

static volatile sig_atomic_t stop_second; /* of the monotonic clock, when the first signal came */

static void on_stop(int sig)
{
	struct timespec now;

	(void)sig;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!amt_stopped()) {
		stop_second = (sig_atomic_t)now.tv_sec;
		amt_stop();
		return;
	}
	/* A second one means now, and nothing half-written is left behind. One that comes at once
	 * is the same key press, sent to the process and to its group. */
	if ((sig_atomic_t)now.tv_sec - stop_second >= 2) {
		amt_out_abort_all();
		leave(AMT_EXIT_INTERRUPTED);
	}
}

static int ended = -1; /* the exit code, once everything is written */

int cli_end(int code)
{
	ended = code;
	if (AMT_SANITIZED)
		return code;
	fflush(NULL);
	leave(code);
}

static void dead_end(const char *why)
{
	static const char before[] = "amtdiag: ", after[] = "; no report was written\n";
	const struct iovec line[] = {{(char *)(uintptr_t)before, sizeof(before) - 1},
				     {(char *)(uintptr_t)why, strlen(why)},
				     {(char *)(uintptr_t)after, sizeof(after) - 1}};

	if (ended >= 0) /* a library's clean-up; nobody misses it */
		_exit(ended);
	amt_out_abort_all();
	ssize_t ignored = writev(STDERR_FILENO, line, 3);
	(void)ignored;
	_exit(AMT_EXIT_INTERNAL);
}

/* A closed one would be the number of the next file that is opened: the report would go into an
 * output, and libuv ends by assert(). Standard output still can't be written to. */
void cli_descriptors(void)
{
	static const int modes[] = {O_RDONLY, O_RDONLY, O_WRONLY};

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", modes[fd]) < 0)
			return; /* without /dev/null it is as it was */
}

void cli_signals(void)
{
	struct sigaction stop = {.sa_handler = on_stop}, ignore = {.sa_handler = SIG_IGN};

	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGPIPE, &ignore, NULL); /* a closed pipe is an error of write() */
	amt_on_dead_end(dead_end);
	json_set_alloc_funcs(amt_malloc, free);
}

void amt_cli_say(const struct amt_cli *cli, const char *fmt, ...)
{
	struct amt_buf raw, safe;
	va_list ap;

	amt_buf_init(&raw, 64 * AMT_KIB);
	amt_buf_init(&safe, 256 * AMT_KIB);
	va_start(ap, fmt);
	amt_buf_vprintf(&raw, fmt, ap);
	va_end(ap);
	amt_text_safe(&safe, amt_buf_cstr(&raw), raw.len, false);
	cli_progress_clear();
	fprintf(stderr, "%s: %s\n", cli->tool->name, amt_buf_cstr(&safe));
	amt_buf_free(&raw);
	amt_buf_free(&safe);
}

/* The first line of a file that nobody else may read. */
static char *password_from_file(const char *file, struct amt_error *err)
{
	struct stat st;
	struct amt_buf b;
	char *word = NULL;

	if (strcmp(file, "-") != 0 && !stat(file, &st) && S_ISREG(st.st_mode) &&
	    (st.st_mode & 077)) {
		amt_fail(err, "%s can be read by others; 'chmod 600 %s' first", file, file);
		return NULL;
	}
	amt_buf_init(&b, 4 * AMT_KIB);
	if (amt_buf_reserve(&b, 4 * AMT_KIB) && amt_file_read(file, &b, err)) {
		/* Notepad's byte order mark is no part of it. */
		const char *s = amt_str_begins(b.data, "\xef\xbb\xbf") ? b.data + 3 : b.data;
		word = amt_strndup(s, strcspn(s, "\r\n"));
	}
	amt_wipe(b.data, b.cap);
	amt_buf_free(&b);
	return word;
}

static char *password_from_terminal(const char *prompt, struct amt_error *err)
{
	struct termios old, quiet;
	char line[1024];
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 || tcgetattr(fd, &old)) {
		if (fd >= 0)
			close(fd);
		amt_fail(err, "no terminal to ask for the password on; give it in a file");
		return NULL;
	}
	quiet = old;
	quiet.c_lflag &= (tcflag_t)~ECHO;
	tcsetattr(fd, TCSAFLUSH, &quiet);
	dprintf(fd, "%s: ", prompt);
	ssize_t n = read(fd, line, sizeof(line) - 1);
	tcsetattr(fd, TCSAFLUSH, &old);
	dprintf(fd, "\n");
	close(fd);
	char *word = n > 0 ? amt_strndup(line, (size_t)n) : NULL;
	amt_wipe(line, sizeof(line));
	if (word)
		word[strcspn(word, "\r\n")] = '\0';
	else
		amt_fail(err, "no password was given");
	return word;
}

/*
 * A process that knows a password leaves no core file, and what libraries copy of it (LDAP's and
 * TLS's buffers) is overwritten as soon as it is freed.
 */
static void keep_secret(void)
{
	const struct rlimit none = {0, 0};

	if (AMT_SANITIZED) /* the leak checker must be able to look at us; it has its own heap */
		return;
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	mallopt(M_PERTURB, 0xa5);
}

char *amt_cli_password(const char *file, const char *prompt, struct amt_error *err)
{
	keep_secret();
	return file ? password_from_file(file, err) : password_from_terminal(prompt, err);
}

const char *amt_cli_state_folder(struct amt_arena *a)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char *path;

	/* The specification wants relative paths ignored. */
	if (state && state[0] == '/')
		path = amt_arena_printf(a, "%s/amtdiag", state);
	else if (home && home[0] == '/')
		path = amt_arena_printf(a, "%s/.local/state/amtdiag", home);
	else
		return NULL;
	for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		(void)mkdir(path, 0700); /* what matters is whether the last one works */
		*p = '/';
	}
	return mkdir(path, 0700) && errno != EEXIST ? NULL : path;
}

const char *amt_cli_terminal(void)
{
	const char *term = getenv("TERM");

	return term && *term ? term : NULL;
}
