/* Private to common/cli: the layers that amt_cli_confine() puts on, one file each. */
#ifndef AMTDIAG_CLI_CONFINE_H
#define AMTDIAG_CLI_CONFINE_H

#include "amtdiag/cli.h"

/* Sanitizer runtimes fork, trace and map what they like at exit: no system call filter there. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define AMT_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define AMT_SANITIZED 1
#endif
#endif
#ifndef AMT_SANITIZED
#define AMT_SANITIZED 0
#endif

/*
 * Each layer says in words what it did (true) or why it could not (false);
 * the caller decides whether that matters.
 */
struct amt_layer {
	char text[200];
};

bool amt_confine_capabilities(const struct amt_confine *c, struct amt_layer *said);
bool amt_confine_landlock(const struct amt_confine *c, const char *output, struct amt_layer *said);
bool amt_confine_seccomp(bool net, bool strict, struct amt_layer *said);

#endif
