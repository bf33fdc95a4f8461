/*
 * System calls. The usual filter refuses what no tool of the suite has a use for
 * (and, for tools that work on files alone, sockets); the strict one refuses
 * everything that is not on a list. Refused calls fail with EPERM, so that a
 * library which tries something new degrades instead of dying: an allow-list
 * is a promise to test again on every libc.
 */
#include "confine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifdef HAVE_LIBSECCOMP
#include <sched.h>
#include <seccomp.h>

/* Names, not numbers: a call that this architecture or library lacks is left out. */
static const char *const never[] = {"execve",
				    "execveat",
				    "fork",
				    "vfork",
				    "ptrace",
				    "process_vm_readv",
				    "process_vm_writev",
				    "process_madvise",
				    "pidfd_getfd",
				    "kcmp",
				    "mount",
				    "umount2",
				    "pivot_root",
				    "chroot",
				    "mount_setattr",
				    "move_mount",
				    "open_tree",
				    "fsopen",
				    "fsconfig",
				    "fsmount",
				    "bpf",
				    "perf_event_open",
				    "userfaultfd",
				    "io_uring_setup",
				    "io_uring_enter",
				    "io_uring_register",
				    "init_module",
				    "finit_module",
				    "delete_module",
				    "kexec_load",
				    "kexec_file_load",
				    "reboot",
				    "swapon",
				    "swapoff",
				    "settimeofday",
				    "clock_settime",
				    "clock_adjtime",
				    "adjtimex",
				    "sethostname",
				    "setdomainname",
				    "acct",
				    "quotactl",
				    "unshare",
				    "setns",
				    "personality",
				    "open_by_handle_at",
				    "iopl",
				    "ioperm",
				    "modify_ldt",
				    "lookup_dcookie",
				    "vhangup",
				    "syslog",
				    "add_key",
				    "request_key",
				    NULL};

static const char *const no_net[] = {"socket", "socketpair", "connect", "bind", "listen",
				     "accept", "accept4",    "keyctl",  NULL};

static const char *const files[] = {
	"read",       "readv",        "pread64",   "preadv",      "write",      "writev",
	"pwrite64",   "lseek",        "close",     "close_range", "open",       "openat",
	"openat2",    "stat",         "fstat",     "lstat",       "newfstatat", "statx",
	"statfs",     "fstatfs",      "access",    "faccessat",   "faccessat2", "readlink",
	"readlinkat", "getcwd",       "getdents",  "getdents64",  "fsync",      "fdatasync",
	"ftruncate",  "rename",       "renameat",  "renameat2",   "unlink",     "unlinkat",
	"mkdir",      "mkdirat",      "chmod",     "fchmod",      "fchmodat",   "umask",
	"utimensat",  "fadvise64",    "fallocate", "flock",       "fcntl",      "ioctl",
	"dup",        "dup2",         "dup3",      "pipe",        "pipe2",      "link",
	"linkat",     "memfd_create", NULL};

static const char *const process[] = {"mmap",
				      "munmap",
				      "mprotect",
				      "mremap",
				      "madvise",
				      "brk",
				      "msync",
				      "mincore",
				      "futex",
				      "futex_waitv",
				      "set_robust_list",
				      "get_robust_list",
				      "rseq",
				      "set_tid_address",
				      "exit",
				      "exit_group",
				      "rt_sigaction",
				      "rt_sigprocmask",
				      "rt_sigreturn",
				      "rt_sigtimedwait",
				      "rt_sigpending",
				      "rt_sigsuspend",
				      "sigaltstack",
				      "restart_syscall",
				      "tgkill",
				      "kill",
				      "getpid",
				      "gettid",
				      "getppid",
				      "getuid",
				      "geteuid",
				      "getgid",
				      "getegid",
				      "getresuid",
				      "getresgid",
				      "getgroups",
				      "getpgrp",
				      "getpgid",
				      "getsid",
				      "uname",
				      "sysinfo",
				      "getrusage",
				      "times",
				      "getrlimit",
				      "prlimit64",
				      "prctl",
				      "arch_prctl",
				      "getrandom",
				      "getcpu",
				      "sched_yield",
				      "sched_getaffinity",
				      "sched_getparam",
				      "sched_getscheduler",
				      "clock_gettime",
				      "clock_getres",
				      "clock_nanosleep",
				      "nanosleep",
				      "gettimeofday",
				      "time",
				      "alarm",
				      "setitimer",
				      "getitimer",
				      "timer_create",
				      "timer_settime",
				      "timer_delete",
				      "timerfd_create",
				      "timerfd_settime",
				      "timerfd_gettime",
				      "eventfd",
				      "eventfd2",
				      "signalfd",
				      "signalfd4",
				      "poll",
				      "ppoll",
				      "select",
				      "pselect6",
				      "epoll_create",
				      "epoll_create1",
				      "epoll_ctl",
				      "epoll_wait",
				      "epoll_pwait",
				      "epoll_pwait2",
				      "membarrier",
				      "inotify_init",
				      "inotify_init1",
				      "inotify_add_watch",
				      "inotify_rm_watch",
				      "capget",
				      NULL};

/* On sockets that are open already (a capture, a terminal multiplexer's pipe). */
static const char *const open_sockets[] = {"getsockopt", "setsockopt",  "recvfrom", "recvmsg",
					   "recvmmsg",   "getsockname", "shutdown", NULL};

static const char *const sockets[] = {"socket",      "socketpair", "connect", "bind",    "listen",
				      "accept",      "accept4",    "sendto",  "sendmsg", "sendmmsg",
				      "getpeername", "keyctl",     NULL};

static bool rules(scmp_filter_ctx f, uint32_t action, const char *const *names)
{
	for (size_t i = 0; names[i]; i++) {
		int nr = seccomp_syscall_resolve_name(names[i]);

		if (nr == __NR_SCMP_ERROR)
			continue;
		int rc = seccomp_rule_add(f, action, nr, 0);
		if (rc != 0 && rc != -EDOM && rc != -EACCES)
			return false;
	}
	return true;
}

/* Threads yes, processes no. glibc tries clone3 first and takes ENOSYS for "use clone". */
static bool threads_only(scmp_filter_ctx f, bool strict)
{
	int clone3 = seccomp_syscall_resolve_name("clone3");

	if (clone3 != __NR_SCMP_ERROR &&
	    seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), clone3, 0) != 0)
		return false;
	if (strict)
		return seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
					SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)) ==
		       0;
	return seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
				SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)) == 0;
}

static bool fill(scmp_filter_ctx f, bool net, bool strict)
{
	if (!threads_only(f, strict))
		return false;
	if (!strict)
		return rules(f, SCMP_ACT_ERRNO(EPERM), never) &&
		       (net || rules(f, SCMP_ACT_ERRNO(EPERM), no_net));
	return rules(f, SCMP_ACT_ALLOW, files) && rules(f, SCMP_ACT_ALLOW, process) &&
	       rules(f, SCMP_ACT_ALLOW, open_sockets) &&
	       (!net || rules(f, SCMP_ACT_ALLOW, sockets));
}

bool amt_confine_seccomp(bool net, bool strict, struct amt_layer *said)
{
	if (AMT_SANITIZED) {
		snprintf(said->text, sizeof(said->text), "seccomp: left out in a sanitizer build");
		return true;
	}
	scmp_filter_ctx f = seccomp_init(strict ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_ALLOW);
	if (!f) {
		snprintf(said->text, sizeof(said->text), "seccomp: no filter can be made");
		return false;
	}
	bool ok = fill(f, net, strict);
	/* All threads, also those that a library may have started by now. */
	ok = ok && seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1) == 0;
	int rc = ok ? seccomp_load(f) : -EINVAL;
	seccomp_release(f);
	if (rc != 0) {
		snprintf(said->text, sizeof(said->text), "seccomp: %s", strerror(-rc));
		return false;
	}
	snprintf(said->text, sizeof(said->text), "seccomp: %s%s",
		 strict ? "only the listed calls" : "no programs, no tracing, no mounts",
		 net ? "" : ", no sockets");
	return true;
}
#else
bool amt_confine_seccomp(bool net, bool strict, struct amt_layer *said)
{
	(void)net;
	(void)strict;
	snprintf(said->text, sizeof(said->text), "seccomp: this build has no libseccomp");
	return false;
}
#endif
