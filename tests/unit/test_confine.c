/* What a confined process can no longer do: each case in a child of its own. */
#include "cli/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/amt-confine-XXXXXX";
static char inside[64], outside[64], result[64];

static void put(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
}

static int setup(void **state)
{
	char sub[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(sub, sizeof(sub), "%s/out", dir);
	assert_int_equal(mkdir(sub, 0700), 0);
	snprintf(inside, sizeof(inside), "%s/in", dir);
	snprintf(outside, sizeof(outside), "%s/secret", dir);
	snprintf(result, sizeof(result), "%s/out/report", dir);
	put(inside);
	put(outside);
	return 0;
}

static int teardown(void **state)
{
	char sub[64];

	(void)state;
	snprintf(sub, sizeof(sub), "%s/out", dir);
	unlink(inside);
	unlink(outside);
	unlink(result);
	rmdir(sub);
	rmdir(dir);
	return 0;
}

#ifdef AMT_COVERAGE
void __gcov_dump(void);
#define LEAVE(code) (__gcov_dump(), _exit(code))
#else
#define LEAVE(code) _exit(code)
#endif

/* Runs body confined, in a child; its exit code. 99: the confinement was refused. */
static int confined(int (*body)(void), bool net, const char *mode, bool off)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct amt_cli cli = {.sandbox = mode, .no_sandbox = off, .verbose = 1};
		struct amt_confine c = {.net = net};
		struct amt_error err;

		amt_vec_push(&c.read, inside);
		amt_vec_push(&c.write, result);
		if (!amt_cli_confine(&cli, &c, &err)) {
			fprintf(stderr, "# %s\n", err.text);
			LEAVE(99);
		}
		for (size_t i = 0; i < cli.run.notes.list.n; i++)
			fprintf(stderr, "# %s\n", cli.run.notes.list.v[i].text);
		int code = body();
		LEAVE(code);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool opens(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool have_landlock(void)
{
	struct amt_layer said;
	struct amt_confine c = {0};
	pid_t pid = fork();
	int status = 1;

	if (pid == 0) {
		int code = amt_confine_landlock(&c, NULL, &said) ? 0 : 1;
		LEAVE(code);
	}
	waitpid(pid, &status, 0);
	return status == 0;
}

static int try_files(void)
{
	char other[80];

	snprintf(other, sizeof(other), "%s/new", dir);
	if (!opens(inside, O_RDONLY) || opens(inside, O_WRONLY))
		return 1;
	if (opens(outside, O_RDONLY))
		return 2;
	if (opens(other, O_WRONLY | O_CREAT))
		return 3;
	/* A result is made beside its place and renamed. */
	snprintf(other, sizeof(other), "%s.tmp", result);
	if (!opens(other, O_WRONLY | O_CREAT | O_TRUNC) || rename(other, result) != 0)
		return 4;
	return opens("/etc/passwd", O_RDONLY) ? 0 : 5;
}

static void *nothing(void *arg)
{
	return arg;
}

static int try_calls(void)
{
	char *argv[] = {(char *)"true", NULL};
	pthread_t t;

	execv("/bin/true", argv);
	if (errno != EPERM && errno != EACCES)
		return 1;
	if (fork() != -1)
		return 2;
	if (socket(AF_INET, SOCK_STREAM, 0) != -1)
		return 3;
	return pthread_create(&t, NULL, nothing, NULL) == 0 && pthread_join(t, NULL) == 0 ? 0 : 4;
}

static int try_network(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		return 1;
	close(fd);
	return fork() == -1 ? 0 : 2;
}

static int try_limits(void)
{
	struct rlimit r;
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	unsigned seen = 0;

	if (getrlimit(RLIMIT_CORE, &r) != 0 || r.rlim_cur != 0)
		return 1;
	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "NoNewPrivs:\t1", 13) == 0)
			seen |= 1;
		/* All gone, but for reading and writing files that belong to others (bit 1). */
		if (strncmp(line, "CapEff:", 7) == 0 && strtoull(line + 7, NULL, 16) <= 2)
			seen |= 2;
		if (strncmp(line, "Seccomp:\t2", 10) == 0)
			seen |= 4;
	}
	if (f)
		fclose(f);
	return seen == (AMT_SANITIZED ? 3 : 7) ? 0 : 10 + (int)seen;
}

static int try_nothing(void)
{
	return opens(outside, O_RDONLY) ? 0 : 1;
}

static void only_named_files(void **state)
{
	(void)state;
	if (!have_landlock())
		skip();
	assert_int_equal(confined(try_files, false, "default", false), 0);
}

static void no_programs_no_sockets(void **state)
{
	(void)state;
	if (AMT_SANITIZED)
		skip();
	assert_int_equal(confined(try_calls, false, "default", false), 0);
	assert_int_equal(confined(try_calls, false, "strict", false), 0);
	assert_int_equal(confined(try_calls, true, "default", false), 3);
	assert_int_equal(confined(try_network, true, "default", false), 0);
	assert_int_equal(confined(try_network, true, "strict", false), 0);
}

static void strict_still_works_on_files(void **state)
{
	(void)state;
	if (AMT_SANITIZED || !have_landlock())
		skip();
	assert_int_equal(confined(try_files, false, "strict", false), 0);
}

static void limits_and_capabilities(void **state)
{
	(void)state;
	assert_int_equal(confined(try_limits, false, "default", false), 0);
	assert_int_equal(confined(try_limits, true, "default", false), 0);
}

static void can_be_switched_off(void **state)
{
	(void)state;
	assert_int_equal(confined(try_nothing, false, "default", true), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_named_files),
		cmocka_unit_test(no_programs_no_sockets),
		cmocka_unit_test(strict_still_works_on_files),
		cmocka_unit_test(limits_and_capabilities),
		cmocka_unit_test(can_be_switched_off),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
