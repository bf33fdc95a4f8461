/*
 * amtsim [options] FILE...      AMT devices on loopback addresses, until SIGTERM
 * amtsim --hello HOST:PORT ...  sends one hello message instead (hello.c)
 */
#include "sim.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

struct sim sim;

static const char usage[] =
	"usage: amtsim [options] FILE...\n"
	"  --state DIR      keep the test CA in DIR (ca.pem, intermediate.pem and their keys)\n"
	"  --log FILE       one line an event; - is standard error\n"
	"  --ready-fd N     write a line to descriptor N when listening (else to standard output)\n"
	"  --check          read the files, say how many devices, and end\n"
	"  --list           print name, address and open ports of every device, and end\n"
	"  --profiles       print the names of the profiles, and end\n"
	"       amtsim --hello HOST:PORT [--version 2|3] [--uuid UUID] [--pid PID] [--retry N]\n"
	"              [--hash HEX]... [--from ADDRESS]\n"
	"The files are described in tests/sim/README.md.\n";

static struct {
	const char *log;
	int ready;
	bool check, list;
} opt = {.ready = 1};

static int complain(const struct amt_error *err)
{
	fprintf(stderr, "amtsim: %s\n", err->text);
	return 1;
}

static void list_devices(void)
{
	static const uint16_t ports[] = {16992, 16993, 16994, 16995, 623, 664, 5900};
	char ip[16];

	for (size_t i = 0; i < sim.devices.n; i++) {
		struct sim_device *d = sim.devices.v[i];

		printf("%s\t%s\t", d->name, sim_ip_text(d->ip, ip));
		for (size_t k = 0; k < 7; k++)
			if (sim_device_listens(d, ports[k]))
				printf(" %u", ports[k]);
		putchar('\n');
	}
}

static void stop(uv_signal_t *s, int number)
{
	(void)number;
	uv_stop(s->loop);
}

static bool say_ready(struct amt_error *err)
{
	char line[80];
	int n = snprintf(line, sizeof(line), "amtsim: %zu devices listening\n", sim.devices.n);

	if (write(opt.ready, line, (size_t)n) != n)
		return amt_fail(err, "can't write to descriptor %d", opt.ready);
	return true;
}

static bool run(struct amt_error *err)
{
	uv_signal_t term, intr;
	bool ok;

	signal(SIGPIPE, SIG_IGN);
	uv_signal_init(sim.loop, &term);
	uv_signal_init(sim.loop, &intr);
	uv_signal_start(&term, stop, SIGTERM);
	uv_signal_start(&intr, stop, SIGINT);
	ok = sim_certs_init(sim.state_dir, err) && sim_listen_all(err) && say_ready(err);
	if (ok)
		uv_run(sim.loop, UV_RUN_DEFAULT);
	sim_listen_close();
	sim_conns_close();
	for (size_t i = 0; i < sim.devices.n; i++)
		sim_sleep_free(sim.devices.v[i]);
	uv_close((uv_handle_t *)&term, NULL);
	uv_close((uv_handle_t *)&intr, NULL);
	uv_run(sim.loop, UV_RUN_DEFAULT);
	return ok;
}

static void print_profiles(void)
{
	struct amt_buf b;

	amt_buf_init(&b, 4 * AMT_KIB);
	sim_profile_names(&b);
	puts(amt_buf_cstr(&b));
	amt_buf_free(&b);
}

/* Index of the first file; -1: usage; -2: done. */
static int options(int argc, char **argv)
{
	int i = 1;

	for (; i < argc && !strncmp(argv[i], "--", 2); i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;
		uint64_t n;

		if (!strcmp(argv[i], "--help")) {
			fputs(usage, stdout);
			return -2;
		} else if (!strcmp(argv[i], "--check")) {
			opt.check = true;
		} else if (!strcmp(argv[i], "--list")) {
			opt.list = true;
		} else if (!strcmp(argv[i], "--profiles")) {
			print_profiles();
			return -2;
		} else if (!strcmp(argv[i], "--state") && value) {
			sim.state_dir = argv[++i];
		} else if (!strcmp(argv[i], "--log") && value) {
			opt.log = argv[++i];
		} else if (!strcmp(argv[i], "--ready-fd") && value &&
			   amt_num_u64(value, 0, 1024, &n, NULL)) {
			opt.ready = (int)n;
			i++;
		} else {
			return -1;
		}
	}
	return i < argc ? i : -1;
}

static void release(void)
{
	sim_config_free();
	sim_certs_free();
	sim_tls_free();
	sim_profiles_free();
	sim_log_close();
}

int main(int argc, char **argv)
{
	struct amt_error err = {0};
	bool ok = true;
	int i;

	if (argc > 1 && !strcmp(argv[1], "--hello"))
		return sim_hello_main(argc, argv);
	sim.loop = uv_default_loop();
	i = options(argc, argv);
	if (i == -1) {
		fputs(usage, stderr);
		return 64;
	}
	for (; i > 0 && i < argc && ok; i++)
		ok = sim_config_read(argv[i], &err);
	if (ok && opt.log)
		ok = sim_log_open(opt.log, &err);
	if (ok && opt.list)
		list_devices();
	if (ok && opt.check)
		printf("%zu devices\n", sim.devices.n);
	if (ok && !opt.check && !opt.list && i > 0)
		ok = run(&err);
	release();
	uv_loop_close(sim.loop);
	return ok ? 0 : complain(&err);
}
