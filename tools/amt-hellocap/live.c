/*
 * A live capture: a table that refreshes in place on a terminal, one line a hello elsewhere.
 * SIGUSR1 prints statistics. The devices are opened before rights are given up,
 * rights are given up before the first packet is looked at.
 */
#include "hellocap.h"

#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define REFRESH (1 * AMT_SECOND)

static volatile sig_atomic_t asked;

static void on_usr1(int sig)
{
	(void)sig;
	asked = 1;
}

static void statistics(const struct amt_cli *cli, struct hello_live *l)
{
	const struct hello_facts *f = &hellocap.facts;

	hello_live_statistics(l);
	for (size_t i = 0; i < f->captures.n; i++) {
		const struct hello_capture *c = &f->captures.v[i];

		amt_cli_say(cli,
			    "%s: %llu packets, %llu dropped by the kernel, %llu by the interface; "
			    "%zu hellos, %zu "
			    "connections, %llu flows given up, %llu mirror copies",
			    c->name, (unsigned long long)c->packets, (unsigned long long)c->dropped,
			    (unsigned long long)c->if_dropped, f->hellos.n, f->conns.n,
			    (unsigned long long)f->evicted, (unsigned long long)f->duplicates);
	}
}

static void safe(struct amt_buf *b, const char *s, size_t width)
{
	size_t before = b->len, n = strlen(s);

	amt_text_safe(b, s, n < width ? n : width, false);
	for (size_t used = b->len - before; used < width; used++)
		amt_buf_byte(b, ' ');
}

/* The line that began there ends at the edge of the screen: none is wrapped. */
static void clip(struct amt_buf *b, size_t begin, size_t width)
{
	if (b->len - begin > width) {
		b->len = begin + width;
		b->data[b->len] = '\0';
	}
	amt_buf_str(b, "\r\n");
}

static void mode_of(const struct hello_message *m, char out[16])
{
	if (m->mode == HELLO_MODE_PKI)
		snprintf(out, 16, "PKI %u", m->declared_hashes);
	else if (m->mode == HELLO_MODE_PSK)
		snprintf(out, 16, "%.4s-%.4s", m->pid, m->pid[0] ? m->pid + 4 : "");
	else
		snprintf(out, 16, "v%u", m->version);
}

static void row(struct amt_buf *b, const struct hello_device *d, size_t width)
{
	const struct hello_facts *f = &hellocap.facts;
	char ip[HELLO_IP_TEXT] = "", server[HELLO_IP_TEXT] = "", mode[16] = "-", count[16],
	     next[AMT_TIME_TEXT];
	const struct hello_seen *h =
		d->hellos.n ? &f->hellos.v[d->hellos.v[d->hellos.n - 1]] : NULL;
	size_t begin = b->len;

	if (d->addresses.n)
		hello_ip_text(&d->addresses.v[0], ip);
	if (d->servers.n)
		hello_ip_text(&d->servers.v[0], server);
	if (h)
		mode_of(&h->m, mode);
	snprintf(count, sizeof(count), "%zu", d->hellos.n);
	amt_time_format(d->next_expected, next);
	safe(b, ip, 16);
	safe(b, d->has_uuid ? d->id : "-", 37);
	safe(b, mode, 10);
	safe(b, count, 5);
	safe(b, h ? hello_phase_name(d->phase) : "-", 16);
	safe(b, d->next_expected == AMT_TIME_NONE ? "-" : next + 11, 10);
	safe(b, server, 16);
	safe(b, d->conclusion ? d->conclusion : "", 60);
	if (d->next_step) {
		amt_buf_str(b, " -> ");
		amt_text_safe(b, d->next_step, strlen(d->next_step), false);
	}
	clip(b, begin, width);
}

static void screen(struct hello_live *l, amt_time since)
{
	const struct hello_facts *f = &hellocap.facts;
	struct winsize ws = {.ws_row = 24, .ws_col = 80};
	unsigned long long packets = 0, dropped = 0;
	struct amt_buf b;

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws);
	hello_live_statistics(l);
	hello_relate(&hellocap.facts, hellocap.uuid_order);
	for (size_t i = 0; i < f->captures.n; i++) {
		packets += f->captures.v[i].packets;
		dropped += f->captures.v[i].dropped + f->captures.v[i].if_dropped;
	}
	amt_buf_init(&b, AMT_MIB);
	amt_buf_str(&b, "\033[H\033[J");
	size_t begin = b.len;
	amt_buf_printf(&b,
		       "%zu hellos, %zu devices, %llu packets, %llu dropped, %lld s   "
		       "(Ctrl-C ends and reports)",
		       f->hellos.n, f->devices.n, packets, dropped,
		       (long long)(since / AMT_SECOND));
	clip(&b, begin, ws.ws_col);
	amt_buf_str(&b, "\r\n");
	begin = b.len;
	amt_buf_printf(&b, "%-16s%-37s%-10s%-5s%-16s%-10s%-16s%s", "address", "UUID", "mode", "n",
		       "phase", "next", "server", "conclusion -> next step");
	clip(&b, begin, ws.ws_col);
	for (size_t i = 0; i < f->devices.n && i + 5 < ws.ws_row; i++)
		row(&b, &f->devices.v[i], ws.ws_col);
	fwrite(b.data, 1, b.len, stdout);
	fflush(stdout);
	amt_buf_free(&b);
}

static void lines(size_t *told)
{
	const struct hello_facts *f = &hellocap.facts;

	for (; *told < f->hellos.n; ++*told) {
		const struct hello_seen *h = &f->hellos.v[*told];
		char t[AMT_TIME_TEXT], a[HELLO_IP_TEXT], s[HELLO_IP_TEXT], uuid[37], mode[16];
		struct amt_buf b;

		mode_of(&h->m, mode);
		amt_buf_init(&b, 4096);
		amt_buf_printf(&b, "%s %s -> %s:%u %s %s retry %u %s",
			       amt_time_format(h->at.time, t), hello_ip_text(&h->source, a),
			       hello_ip_text(&h->destination, s), h->destination_port,
			       hello_uuid_text(h->m.uuid, hellocap.uuid_order, uuid), mode,
			       h->m.retry, hello_verdict_name(h->m.verdict));
		if (h->m.note) {
			amt_buf_str(&b, ": ");
			amt_text_safe(&b, h->m.note, strlen(h->m.note), false);
		}
		amt_buf_byte(&b, '\n');
		fwrite(b.data, 1, b.len, stdout);
		fflush(stdout);
		amt_buf_free(&b);
	}
}

static void run(struct amt_cli *cli, struct hello_live *l)
{
	bool text = cli->format == AMT_FORMAT_TEXT && !cli->output;
	bool tty = text && isatty(STDOUT_FILENO) && !cli->no_progress;
	amt_time begun = amt_time_steady(), drawn = 0, end = 0;
	struct amt_error err = {0};
	size_t told = 0;
	bool more = true;

	if (hellocap.duration > 0)
		end = begun + (amt_time)(hellocap.duration * (double)AMT_SECOND);
	while (more && !amt_stopped() && (!end || amt_time_steady() < end)) {
		more = hello_live_poll(l, 200, &err);
		if (asked) {
			asked = 0;
			statistics(cli, l);
		}
		if (tty && amt_time_steady() - drawn >= REFRESH) {
			drawn = amt_time_steady();
			screen(l, drawn - begun);
			/* Relating grows with the facts: never more than a tenth of the time. */
			drawn += 9 * (amt_time_steady() - drawn);
		} else if (text && !tty) {
			lines(&told);
		}
	}
	if (err.text[0])
		amt_note_add(&cli->run.notes, hellocap.interfaces.v[0], "%s", err.text);
	if (tty)
		fputs("\033[H\033[J", stdout);
}

bool hellocap_live(struct amt_cli *cli, struct amt_error *err)
{
	const struct hello_live_options o = {.interfaces = &hellocap.interfaces,
					     .filter = hellocap.options.filter,
					     .buffer_mib = hellocap.buffer,
					     .promiscuous = hellocap.promiscuous};
	struct sigaction usr1 = {.sa_handler = on_usr1};
	struct amt_error why = {0};
	struct hello_live *l =
		hello_live_open(&o, &hellocap.options, &hellocap.facts, &cli->run.notes, &why);

	if (!l) {
		amt_note_add(&cli->run.notes, hellocap.interfaces.v[0], "%s", why.text);
		return true; /* nothing measured: the verdict is unknown */
	}
	sigaction(SIGUSR1, &usr1, NULL);
	bool ok = hellocap_confine(cli, err);
	if (ok) {
		hellocap_load_roots(cli);
		run(cli, l);
		hello_live_finish(l);
	}
	hello_live_free(l);
	return ok;
}

int hellocap_interfaces(struct amt_cli *cli)
{
	struct amt_error err = {0};
	struct amt_buf b;
	int rc = AMT_EXIT_PASS;

	amt_buf_init(&b, AMT_MIB);
	if (!hello_live_interfaces(&b, &err) ||
	    !amt_file_write(cli->output, amt_buf_cstr(&b), b.len, &err)) {
		amt_cli_say(cli, "%s", err.text);
		rc = AMT_EXIT_IO;
	}
	amt_buf_free(&b);
	return rc;
}
