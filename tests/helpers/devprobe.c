/*
 * Asks devices and prints their facts, or their findings, as JSON: for labs and
 * benchmarks of the device room, which has no tool of its own (amt-stage uses it).
 *
 *	devprobe [-a ports,rmcp,tls,http,redirection,wsman,cve] [-u USER -p PASSWORD_FILE | -k [-K
 *CCACHE]]
 *		 [-t CONNECT_MS] [-r REPLY_MS] [-j DEVICES] [-o PORT_OFFSET] [-c CLASS,...]
 *		 [-f] [-s] [-i EXPORT] HOST[=ADDRESS]...
 *	-f findings instead of facts; -s only a summary line; -i read an export, ask nobody;
 *	a HOST of @FILE names a file with one host a line
 */
#include "amtdiag/device.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static struct amt_device_options opts;
static unsigned offset;
static bool findings, summary;
static struct AMT_VEC(struct amt_device_target) targets;

static const struct {
	const char *name;
	unsigned bit;
} asks[] = {
	{"ports", AMT_ASK_PORTS},
	{"rmcp", AMT_ASK_RMCP},
	{"tls", AMT_ASK_TLS},
	{"http", AMT_ASK_HTTP},
	{"redirection", AMT_ASK_REDIRECTION},
	{"wsman", AMT_ASK_WSMAN},
	{"cve", AMT_ASK_CVE_5689},
};

static bool next_word(const char **p, char *word, size_t size)
{
	size_t n = strcspn(*p, ",");

	if (!**p)
		return false;
	amt_str_copy(word, n + 1 < size ? n + 1 : size, *p);
	*p += n + ((*p)[n] == ',');
	return true;
}

static void read_asks(const char *s)
{
	char word[64];

	while (next_word(&s, word, sizeof(word)))
		for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
			if (strcmp(word, asks[i].name) == 0)
				opts.ask |= asks[i].bit;
}

static void read_classes(const char *s)
{
	char word[64];

	while (next_word(&s, word, sizeof(word)))
		for (unsigned c = 0; c < AMT_DEV_CLASS_COUNT; c++)
			if (strcmp(word, amt_dev_class_name((enum amt_dev_class)c)) == 0)
				opts.classes |= UINT64_C(1) << c;
}

static unsigned number(const char *s)
{
	uint64_t v = 0;

	if (!amt_num_u64(s, 0, 1000000, &v, NULL)) {
		fprintf(stderr, "devprobe: '%s' is not a number\n", s);
		exit(64);
	}
	return (unsigned)v;
}

static void add_target(const char *spec)
{
	const char *eq = strchr(spec, '=');
	struct amt_device_target t = {
		.host = eq ? amt_strndup(spec, (size_t)(eq - spec)) : amt_strdup(spec),
		.connect_to = eq ? amt_strdup(eq + 1) : NULL,
		.port_offset = offset,
		.device = amt_calloc(1, sizeof(struct amt_device)),
	};
	amt_vec_push(&targets, t);
}

static void add_targets(const char *spec)
{
	struct amt_lines l;
	char *text;
	size_t n;

	if (*spec != '@') {
		add_target(spec);
		return;
	}
	if (!amt_lines_open(&l, spec + 1, 64 * AMT_KIB, NULL))
		exit(64);
	while (amt_lines_next(&l, &text, &n, NULL))
		add_target(text);
	amt_lines_close(&l);
}

static void print_json(json_t *j)
{
	json_dumpf(j, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(j);
}

static void show(const struct amt_device *d)
{
	struct amt_findings fs = {0};
	struct amt_context ctx = {.now = d->when == AMT_TIME_NONE ? amt_time_now() : d->when};

	if (findings) {
		amt_device_judge(d, NULL, &ctx, &fs);
		print_json(amt_findings_to_json(&fs));
		amt_findings_free(&fs);
	} else if (!summary) {
		print_json(amt_device_to_json(d));
	}
}

static void show_summary(double seconds)
{
	size_t open_ports = 0, classes = 0, logins = 0, tls = 0;
	struct rusage ru;

	for (size_t i = 0; i < targets.n; i++) {
		const struct amt_device *d = targets.v[i].device;
		for (size_t k = 0; k < d->port.n; k++)
			open_ports += d->port.v[k].state == AMT_PORT_OPEN;
		for (int c = 0; c < AMT_DEV_CLASS_COUNT; c++)
			classes += amt_dev_class_name((enum amt_dev_class)c)[0] &&
				   d->source[c].state == AMT_DEV_READ;
		logins += d->login.n && d->login.v[0].accepted == AMT_YES;
		tls += d->tls.n > 0;
	}
	getrusage(RUSAGE_SELF, &ru);
	printf("devices %zu seconds %.3f open_ports %zu classes_read %zu logins %zu tls %zu "
	       "rss_kib %ld cpu %.3f\n",
	       targets.n, seconds, open_ports, classes, logins, tls, ru.ru_maxrss,
	       (double)ru.ru_utime.tv_sec + (double)ru.ru_utime.tv_usec / 1e6 +
		       (double)ru.ru_stime.tv_sec + (double)ru.ru_stime.tv_usec / 1e6);
}

static int import(const char *path)
{
	struct amt_buf b;
	struct amt_error err = {0};
	struct amt_device d;
	int rc = 0;

	amt_buf_init(&b, AMT_CAP_DEVICE_EXPORT);
	amt_device_init(&d, path);
	if (!amt_file_read(path, &b, &err) ||
	    !amt_device_import(&d, path, amt_buf_cstr(&b), b.len, &err)) {
		fprintf(stderr, "devprobe: %s\n", err.text);
		rc = 1;
	} else {
		show(&d);
	}
	amt_device_free(&d);
	amt_buf_free(&b);
	return rc;
}

static char *read_password(const char *path)
{
	struct amt_buf b;
	struct amt_error err = {0};

	amt_buf_init(&b, 4096);
	if (!amt_file_read(path, &b, &err)) {
		fprintf(stderr, "devprobe: %s\n", err.text);
		exit(64);
	}
	char *s = amt_strndup(amt_buf_cstr(&b), strcspn(amt_buf_cstr(&b), "\r\n"));
	amt_buf_free(&b);
	return s;
}

static const char *exported;

static void read_options(int argc, char **argv)
{
	for (int c; (c = getopt(argc, argv, "a:u:p:kK:t:r:j:o:c:fsi:w:")) != -1;)
		switch (c) {
		case 'a':
			read_asks(optarg);
			break;
		case 'u':
			opts.user = optarg;
			break;
		case 'p':
			opts.password = read_password(optarg);
			break;
		case 'k':
			opts.kerberos = true;
			break;
		case 'K':
			opts.kerberos = true;
			opts.ccache = optarg;
			break;
		case 't':
			opts.timeout_ms = number(optarg);
			break;
		case 'r':
			opts.reply_ms = number(optarg);
			break;
		case 'j':
			opts.at_once = number(optarg);
			break;
		case 'o':
			offset = number(optarg);
			break;
		case 'w':
			opts.wake_tries = number(optarg);
			break;
		case 'c':
			read_classes(optarg);
			break;
		case 'f':
			findings = true;
			break;
		case 's':
			summary = true;
			break;
		case 'i':
			exported = optarg;
			break;
		default:
			exit(64);
		}
}

static void on_signal(int sig)
{
	(void)sig;
	amt_stop();
}

int main(int argc, char **argv)
{
	struct amt_error err = {0};

	signal(SIGINT, on_signal);
	read_options(argc, argv);
	if (exported)
		return import(exported);
	for (int i = optind; i < argc; i++)
		add_targets(argv[i]);
	struct amt_loop *loop = amt_loop_new(&err);
	if (!loop) {
		fprintf(stderr, "devprobe: %s\n", err.text);
		return 70;
	}
	double start = amt_loop_ms(loop);
	bool whole = amt_device_collect(loop, targets.v, targets.n, &opts);
	double seconds = (amt_loop_ms(loop) - start) / 1000;
	for (size_t i = 0; i < targets.n; i++)
		show(targets.v[i].device);
	if (summary)
		show_summary(seconds);
	for (size_t i = 0; i < targets.n; i++) {
		amt_device_free(targets.v[i].device);
		free(targets.v[i].device);
		free((char *)(uintptr_t)targets.v[i].host);
		free((char *)(uintptr_t)targets.v[i].connect_to);
	}
	amt_vec_free(&targets);
	amt_loop_free(loop);
	free((char *)(uintptr_t)opts.password);
	return whole ? 0 : 130;
}
