/* Capture files and single messages into facts. */
#include "hello/ahead.h"
#include "hello/bpf.h"
#include "hello/relate.h"
#include "hello/skim.h"
#include "hello/tables.h"

#include <stdlib.h>

#define PROGRESS_EVERY 65536
#define SMALL          16 /* DHCP clients up to which all are kept */

/* DHCP clients that never took a step towards provisioning are only counted. */
void hello_prune(struct hello_facts *f)
{
	size_t n = 0;
	bool *used;

	if (f->leases.n <= SMALL)
		return;
	used = amt_calloc(f->leases.n, sizeof(*used));
	for (size_t i = 0; i < f->devices.n; i++)
		for (size_t k = 0; k < f->devices.v[i].leases.n; k++)
			used[f->devices.v[i].leases.v[k]] = true;
	for (size_t i = 0; i < f->leases.n; i++) {
		if (used[i])
			f->leases.v[n++] = f->leases.v[i];
		else
			amt_vec_free(&f->leases.v[i].dns);
	}
	f->other_hosts += f->leases.n - n;
	f->leases.n = n;
	free(used);
}

static void name_links(struct hello_facts *f, const struct hello_reader *r, struct hello_capture *c)
{
	for (size_t i = 0; i < r->ifaces.n; i++) {
		const struct hello_iface *x = &r->ifaces.v[i];
		const char *name = hello_link_name(x->link);

		if (!name)
			name = amt_arena_printf(&f->arena, "link type %u", x->link);
		if (!c->link)
			c->link = name;
		else if (!strstr(c->link, name))
			c->link = amt_arena_printf(&f->arena, "%s, %s", c->link, name);
		if (x->snaplen && (!c->snaplen || x->snaplen < c->snaplen))
			c->snaplen = x->snaplen;
		c->dropped += x->dropped;
		c->if_dropped += x->if_dropped;
		c->filtered = c->filtered || x->filtered;
	}
}

static void read_file(struct hello_engine *e, struct hello_reader *r, struct hello_bpf *bpf,
		      const char *path, struct amt_notes *notes)
{
	struct hello_packet p;

	hello_engine_flush(e); /* connections end with their file */
	uint32_t at = hello_engine_capture(e, strcmp(path, "-") ? path : "standard input",
					   r->ng ? "pcapng" : "pcap");
	uint64_t told = 0;

	if (!bpf)
		hello_ahead_start(r, e, &(struct hello_ahead_options){.threads = e->opt->threads});
	for (;;) {
		if (!bpf)
			hello_skim(e, r);
		if (hello_engine_full(e) || !hello_reader_next(r, &p))
			break;
		if (!bpf || hello_bpf_match(bpf, &p))
			hello_engine_packet(e, &p);
		if (r->frame - told >= PROGRESS_EVERY) {
			told = r->frame;
			amt_progress_update(e->opt->progress, path, r->bytes.offset, 0);
			if (amt_stopped())
				break;
		}
		if (hello_engine_full(e))
			break;
	}
	struct hello_capture *c = &e->facts->captures.v[at];
	name_links(e->facts, r, c);
	if (r->damaged) {
		c->damaged = true;
		amt_note_add(notes, path, "%s; what was read before it counts", r->err.text);
	}
	if (r->timeless)
		amt_note_add(notes, path,
			     "%llu packets have no time stamp (simple packet blocks): when hellos "
			     "come, and what came too late, cannot be told from them; save the "
			     "capture with times (tcpdump, dumpcap and Wireshark do)",
			     (unsigned long long)r->timeless);
	if (c->unsupported)
		amt_note_add(notes, path,
			     "%llu packets of a link type that is not read (%s): capture on the "
			     "Ethernet side",
			     (unsigned long long)c->unsupported, c->link ? c->link : "unknown");
}

bool hello_collect(const struct amt_strlist *paths, const struct hello_options *opt,
		   struct hello_facts *facts, struct amt_notes *notes, struct amt_error *err)
{
	struct hello_engine *e = amt_malloc(sizeof(*e));
	struct hello_bpf *bpf = NULL;
	size_t opened = 0;
	bool timeless = false;

	if (opt->filter && !(bpf = hello_bpf_new(opt->filter, err))) {
		free(e);
		return false;
	}
	facts->filtered = bpf != NULL;
	hello_engine_init(e, facts, opt);
	for (size_t i = 0; i < paths->n && !amt_stopped() && !hello_engine_full(e); i++) {
		struct hello_reader r;
		struct amt_error why;

		if (!hello_reader_open(&r, paths->v[i], &why)) {
			if (paths->n > 1)
				amt_note_add(notes, paths->v[i], "%s", why.text);
			else if (err)
				*err = why;
			continue;
		}
		opened++;
		read_file(e, &r, bpf, paths->v[i], notes);
		timeless = timeless || r.timeless;
		hello_reader_close(&r);
	}
	hello_engine_free(e);
	hello_bpf_free(bpf);
	free(e);
	if (timeless)
		hello_no_times(facts);
	hello_relate(facts, opt->uuid_swapped);
	if (facts->leases.n > SMALL) {
		hello_prune(facts);
		hello_relate(facts, opt->uuid_swapped);
	}
	if (!opened && paths->n > 1)
		amt_fail(err, "none of the %zu captures could be read", paths->n);
	return opened > 0;
}

/* Hex text (with blanks, colons, line ends) becomes bytes in place. A digit too few is told,
 * and what stands before it is read. */
static void unhex(struct amt_buf *b, const char *path, struct amt_notes *notes)
{
	char *copy = amt_strndup(amt_buf_cstr(b), b->len);
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		if (copy[i] != '\n' && copy[i] != '\r' && copy[i] != '\t' && copy[i] != ' ')
			copy[n++] = copy[i];
	copy[n] = '\0';
	const char *hex = copy;
	if (n > 3 && !memcmp(hex, "\xef\xbb\xbf", 3)) /* a byte order mark */
		hex += 3;
	if (hex[0] == '0' && (hex[1] == 'x' || hex[1] == 'X'))
		hex += 2;
	uint8_t *out = amt_malloc(n / 2 + 1);
	bool text = n >= 2 && strlen(copy) == n;
	long got = text ? amt_hex_decode(hex, out, n / 2 + 1) : -1;
	if (got < 0 && text && strchr("0123456789abcdefABCDEF", copy[n - 1])) {
		copy[n - 1] = '\0';
		got = amt_hex_decode(hex, out, n / 2 + 1);
		if (got > 0)
			amt_note_add(notes, path,
				     "hex with an odd number of digits: the last byte is half, a "
				     "digit is missing");
	}
	if (got > 0) {
		amt_buf_clear(b);
		amt_buf_add(b, out, (size_t)got);
	}
	free(out);
	free(copy);
}

bool hello_collect_payload(const char *path, const struct hello_options *opt,
			   struct hello_facts *facts, struct amt_notes *notes,
			   struct amt_error *err)
{
	struct hello_engine *e;
	struct amt_buf b;

	amt_buf_init(&b, 4 * AMT_CAP_HELLO_STREAM);
	if (!amt_file_read(path, &b, err)) {
		amt_buf_free(&b);
		return false;
	}
	if (!hello_looks_like((const uint8_t *)amt_buf_cstr(&b), b.len))
		unhex(&b, path, notes);
	e = amt_malloc(sizeof(*e));
	hello_engine_init(e, facts, opt);
	hello_engine_capture(e, strcmp(path, "-") ? path : "standard input", "payload");
	hello_engine_payload(e, (const uint8_t *)amt_buf_cstr(&b), b.len);
	hello_engine_free(e);
	free(e);
	if (!facts->hellos.n)
		amt_note_add(notes, path, "no hello: %zu bytes that do not begin with its header",
			     b.len);
	amt_buf_free(&b);
	hello_relate(facts, opt->uuid_swapped);
	return true;
}
