#include "amtdiag/core/error.h"

#include "amtdiag/core/text.h"

#include <stdio.h>
#include <string.h>

static void AMT_PRINTF(3, 0) set(struct amt_error *err, int code, const char *fmt, va_list ap)
{
	char text[sizeof(err->text)];

	vsnprintf(text, sizeof(text), fmt, ap);
	for (char *p = text; *p; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	amt_str_copy(err->text, sizeof(err->text), text);
	err->code = code;
}

bool amt_fail(struct amt_error *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return false;
	va_start(ap, fmt);
	set(err, 0, fmt, ap);
	va_end(ap);
	return false;
}

bool amt_fail_errno(struct amt_error *err, int code, const char *fmt, ...)
{
	va_list ap;
	char why[128];

	if (!err)
		return false;
	va_start(ap, fmt);
	set(err, code, fmt, ap);
	va_end(ap);
	/* GNU strerror_r may return a constant instead of filling the buffer. */
	const char *s = strerror_r(code, why, sizeof(why));
	size_t len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s", s);
	return false;
}

bool amt_fail_prefix(struct amt_error *err, const char *fmt, ...)
{
	char old[sizeof(err->text)], both[2 * sizeof(err->text) + 2];
	va_list ap;

	if (!err)
		return false;
	memcpy(old, err->text, sizeof(old));
	va_start(ap, fmt);
	set(err, err->code, fmt, ap);
	va_end(ap);
	snprintf(both, sizeof(both), "%s: %s", err->text, old);
	amt_str_copy(err->text, sizeof(err->text), both);
	return false;
}
