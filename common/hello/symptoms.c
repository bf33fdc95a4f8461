/* The symptom table as data, and what the row files share. */
#include "hello/relate.h"

static const struct hello_row rows[] = {
#define D true
#define I false
#define ROW(n, item, verdict, documented, meaning, others, separate, action)                       \
	{n, item, verdict, documented, meaning, others, separate, action},
#include "hello/symptoms.def"
#undef ROW
#undef D
#undef I
};

const struct hello_row *hello_row_find(unsigned row)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].row == row)
			return &rows[i];
	return NULL;
}

struct hello_symptom *hello_symptom_add(struct hello_facts *f, struct hello_device *d, unsigned row,
					const char *fmt, ...)
{
	struct hello_symptom *s = d ? amt_vec_add(&d->symptoms) : amt_vec_add(&f->symptoms);
	va_list ap;

	va_start(ap, fmt);
	s->text = amt_arena_vprintf(&f->derived, fmt, ap);
	va_end(ap);
	s->row = (uint8_t)row;
	return s;
}

void hello_symptom_spot(struct hello_symptom *s, struct hello_spot at)
{
	if (at.frame && s->spots.n < 16)
		amt_vec_push(&s->spots, at);
}

void hello_symptom_frame(struct hello_symptom *s, const struct hello_conn *c, uint64_t frame)
{
	hello_symptom_spot(s, (struct hello_spot){c->last, c->first.capture, frame});
}

bool hello_has_row(const struct hello_device *d, unsigned row)
{
	for (size_t i = 0; i < d->symptoms.n; i++)
		if (d->symptoms.v[i].row == row)
			return true;
	return false;
}

/* Nothing was lost of what was read, and nothing left out on purpose. */
static bool all_seen(const struct hello_facts *f)
{
	for (size_t i = 0; i < f->captures.n; i++) {
		const struct hello_capture *c = &f->captures.v[i];

		if (c->dropped || c->if_dropped || c->unsupported || c->fragments_relevant ||
		    c->filtered)
			return false;
	}
	return !f->filtered && !f->evicted && !f->forgotten;
}

bool hello_capture_complete(const struct hello_facts *f)
{
	for (size_t i = 0; i < f->captures.n; i++)
		if (f->captures.v[i].damaged || f->captures.v[i].clock_back)
			return false;
	return all_seen(f);
}

static bool filtered(const struct hello_facts *f)
{
	bool any = f->filtered;

	for (size_t i = 0; i < f->captures.n; i++)
		any = any || f->captures.v[i].filtered;
	return any;
}

void hello_symptom_silence(struct hello_facts *f, struct hello_symptom *s)
{
	if (all_seen(f))
		return;
	s->doubtful = true;
	s->text =
		amt_arena_printf(&f->derived, "%s (or it is not in this capture, where %s)",
				 s->text, filtered(f) ? "a filter was set" : "packets are missing");
}

amt_time hello_capture_end(const struct hello_facts *f, uint32_t capture)
{
	return capture < f->captures.n ? f->captures.v[capture].last : AMT_TIME_NONE;
}

bool hello_is_hello_port(const struct hello_facts *f, uint16_t port)
{
	for (size_t i = 0; i < f->ports.n; i++)
		if (f->ports.v[i] == port)
			return true;
	return false;
}

enum amt_tri hello_is_server(const struct hello_facts *f, const struct hello_ip *ip)
{
	enum amt_tri is = AMT_MAYBE;

	for (size_t i = 0; i < f->servers.n; i++) {
		if (hello_ip_equal(&f->servers.v[i], ip))
			return AMT_YES;
		if (f->servers.v[i].family == ip->family)
			is = AMT_NO;
	}
	return is;
}

bool hello_conn_to_server(const struct hello_facts *f, const struct hello_conn *c)
{
	return c->hellos || hello_is_hello_port(f, c->server_port);
}
