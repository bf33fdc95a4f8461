/* What clients did, one line an event: time, device, port, peer, and what. */
#include "sim.h"

#include <errno.h>
#include <stdio.h>

static FILE *out;

bool sim_log_open(const char *path, struct amt_error *err)
{
	out = strcmp(path, "-") ? fopen(path, "ae") : stderr;
	if (!out)
		return amt_fail_errno(err, errno, "can't write the log %s", path);
	setvbuf(out, NULL, _IOLBF, 0);
	return true;
}

/* Text of clients goes through the filter for terminals: a log is read on one. */
void sim_log(const struct sim_device *d, uint16_t port, const char *peer, const char *fmt, ...)
{
	char when[AMT_TIME_TEXT], text[512];
	struct amt_buf safe;
	va_list ap;

	if (!out)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	amt_buf_init(&safe, 4 * AMT_KIB);
	amt_text_safe(&safe, text, strlen(text), false);
	fprintf(out, "%s %s %u %s %s\n", amt_time_format(amt_time_now(), when), d->name, port,
		*peer ? peer : "-", amt_buf_cstr(&safe));
	amt_buf_free(&safe);
}

void sim_log_close(void)
{
	if (out && out != stderr)
		fclose(out);
	out = NULL;
}
