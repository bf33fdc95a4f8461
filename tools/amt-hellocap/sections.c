/* What people see beside the findings: devices, their timelines, hash lists. */
#include "hellocap.h"

#include <stdlib.h>

#define DETAILED 8 /* devices up to which every timeline is shown */

static void ips(struct amt_buf *b, const struct hello_ip *v, size_t n)
{
	char t[HELLO_IP_TEXT];

	for (size_t i = 0; i < n && i < 3; i++)
		amt_buf_printf(b, "%s%s", i ? " " : "", hello_ip_text(&v[i], t));
	if (n > 3)
		amt_buf_printf(b, " +%zu", n - 3);
}

static const char *mode(const struct hello_facts *f, const struct hello_device *d, char out[32])
{
	const struct hello_message *m;

	if (!d->hellos.n)
		return "-";
	m = &f->hellos.v[d->hellos.v[d->hellos.n - 1]].m;
	struct amt_buf b;
	amt_buf_init(&b, 31);
	if (m->mode == HELLO_MODE_PKI)
		amt_buf_printf(&b, "PKI %u", m->declared_hashes);
	else if (m->mode == HELLO_MODE_PSK)
		amt_buf_printf(&b, "PSK %.4s-%.4s", m->pid, m->pid[0] ? m->pid + 4 : "");
	else
		amt_buf_printf(&b, "version %u", m->version);
	amt_str_copy(out, 32, amt_buf_cstr(&b));
	amt_buf_free(&b);
	return out;
}

static void devices(struct amt_run *r, const struct hello_facts *f)
{
	static const struct amt_column columns[] = {
		{"device"}, {"address"},       {"mode"},   {"hellos", .right = true},
		{"phase"},  {"next expected"}, {"server"}, {"what stands out"}};
	struct amt_section *s =
		amt_section_table(r, "Devices", columns, sizeof(columns) / sizeof(columns[0]));

	s->main = true;
	for (size_t i = 0; i < f->devices.n; i++) {
		const struct hello_device *d = &f->devices.v[i];
		struct amt_buf a, b;
		char m[32], next[AMT_TIME_TEXT];

		amt_buf_init(&a, 256);
		amt_buf_init(&b, 256);
		ips(&a, d->addresses.v, d->addresses.n);
		ips(&b, d->servers.v, d->servers.n);
		amt_section_cell(r, s, "%s", d->id);
		amt_section_cell(r, s, "%s", amt_buf_cstr(&a));
		amt_section_cell(r, s, "%s", mode(f, d, m));
		amt_section_cell(r, s, "%zu", d->hellos.n);
		amt_section_cell(r, s, "%s", d->hellos.n ? hello_phase_name(d->phase) : "-");
		amt_section_cell(r, s, "%s", amt_time_format(d->next_expected, next));
		amt_section_cell(r, s, "%s", amt_buf_cstr(&b));
		amt_section_cell(r, s, "%s", d->symptoms.n ? d->symptoms.v[0].text : "-");
		amt_buf_free(&a);
		amt_buf_free(&b);
	}
}

static void timeline(struct amt_run *r, const struct hello_facts *f, const struct hello_device *d)
{
	static const struct amt_column columns[] = {
		{"time"}, {"frame", .right = true}, {"event"}, {"detail"}, {""}};
	const char *title = amt_arena_printf(&r->arena, "Timeline of %s", d->id);
	struct amt_section *s =
		amt_section_table(r, title, columns, sizeof(columns) / sizeof(columns[0]));

	for (size_t i = 0; i < d->timeline.n; i++) {
		const struct hello_event *e = &d->timeline.v[i];
		char t[AMT_TIME_TEXT];

		amt_section_cell(r, s, "%s", amt_time_format(e->at.time, t));
		if (f->captures.n > 1)
			amt_section_cell(r, s, "%u:%llu", e->at.capture + 1,
					 (unsigned long long)e->at.frame);
		else
			amt_section_cell(r, s, "%llu", (unsigned long long)e->at.frame);
		amt_section_cell(r, s, "%s", e->event);
		amt_section_cell(r, s, "%s", e->detail);
		amt_section_cell(r, s, "%s", e->failing ? "<- stops here" : "");
	}
}

/* The list of one message, or its bytes when nobody knows what they mean. */
static void message(struct amt_run *r, const struct hello_device *d, const struct hello_message *m)
{
	static const struct amt_column columns[] = {
		{"#", .right = true}, {"type", .right = true}, {"algorithm"}, {"hash"}, {"root"},
		{"matches --root"}};

	if (m->mode == HELLO_MODE_PKI) {
		const char *title = amt_arena_printf(&r->arena, "Root hashes of %s", d->id);
		struct amt_section *s =
			amt_section_table(r, title, columns, sizeof(columns) / sizeof(columns[0]));

		for (size_t i = 0; i < m->hashes.n; i++) {
			const struct hello_hash *h = &m->hashes.v[i];
			char hex[2 * 255 + 1];

			amt_hex_encode(h->bytes, h->length, hex);
			amt_section_cell(r, s, "%zu", i + 1);
			amt_section_cell(r, s, "%u", h->type);
			amt_section_cell(r, s, "%s", h->algorithm);
			amt_section_cell(r, s, "%s", hex);
			amt_section_cell(r, s, "%s", h->name ? h->name : "not in the table");
			amt_section_cell(r, s, "%s",
					 h->matches_root == AMT_YES  ? "yes"
					 : h->matches_root == AMT_NO ? "no"
								     : "-");
		}
		return;
	}
	if (!m->body_length)
		return;
	struct amt_section *s = amt_section_text(
		r, amt_arena_printf(&r->arena, "Bytes after the header of %s", d->id));
	for (size_t i = 0; i < m->body_length; i++)
		amt_buf_printf(&s->text, "%02x%s", m->body[i], i % 16 == 15 ? "\n" : " ");
}

static void header(struct amt_run *r, const struct hello_facts *f)
{
	const struct hello_message *m = &f->hellos.v[0].m;
	struct amt_section *s = amt_section_text(r, "Message");
	char a[37], b[37];

	amt_buf_printf(&s->text,
		       "interface version      %u (%s)\nadmin credentials set  %u\nretry count     "
		       "       %u\n"
		       "UUID                   %s\nother byte order       %s\nlength               "
		       "  %zu of %zu\n"
		       "verdict                %s\n",
		       m->version, hello_mode_name(m->mode), m->credentials, m->retry,
		       hello_uuid_text(m->uuid, false, a), hello_uuid_text(m->uuid, true, b),
		       m->length, m->expected ? m->expected : m->length,
		       hello_verdict_name(m->verdict));
	if (m->pid[0])
		amt_buf_printf(&s->text, "PID                    %.4s-%.4s\n", m->pid, m->pid + 4);
	if (m->note)
		amt_buf_printf(&s->text, "note                   %s\n", m->note);
}

static int telling(const void *a, const void *b)
{
	const struct hello_device *x = *(const struct hello_device *const *)a;
	const struct hello_device *y = *(const struct hello_device *const *)b;

	if (x->symptoms.n != y->symptoms.n)
		return x->symptoms.n > y->symptoms.n ? -1 : 1;
	return x < y ? -1 : x > y;
}

void hellocap_sections(struct amt_cli *cli)
{
	const struct hello_facts *f = &hellocap.facts;
	struct amt_run *r = &cli->run;
	bool payload = f->captures.n && strcmp(f->captures.v[0].format, "payload") == 0;
	size_t with = 0, show = cli->style.verbose > 0 ? f->devices.n : DETAILED;

	for (size_t i = 0; i < f->devices.n; i++)
		with += f->devices.v[i].hellos.n > 0;
	r->headline =
		amt_arena_printf(&r->arena, "%zu hello message%s of %zu device%s", f->hellos.n,
				 f->hellos.n == 1 ? "" : "s", with, with == 1 ? "" : "s");
	r->perfdata = amt_arena_printf(&r->arena, "hellos=%zu devices=%zu", f->hellos.n, with);
	if (payload && f->hellos.n)
		header(r, f);
	else if (f->devices.n)
		devices(r, f);
	const struct hello_device **list =
		amt_calloc(f->devices.n + 1, sizeof(const struct hello_device *));
	for (size_t i = 0; i < f->devices.n; i++)
		list[i] = &f->devices.v[i];
	if (f->devices.n)
		qsort(list, f->devices.n, sizeof(struct hello_device *), telling);
	for (size_t i = 0; i < f->devices.n && i < show; i++) {
		const struct hello_device *d = list[i];

		if (!payload && d->timeline.n)
			timeline(r, f, d);
		if (d->hellos.n && (payload || cli->style.verbose > 0 || f->devices.n == 1))
			message(r, d, &f->hellos.v[d->hellos.v[d->hellos.n - 1]].m);
	}
	free(list);
}
