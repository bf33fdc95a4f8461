/*
 * The packets that mattered as pcapng, with what was found as comments on the frames it
 * rests on: for support cases. Findings come last but comments stand with
 * their packets, so packets wait in a nameless file beside the result.
 */
#include "hello/packet.h"
#include "hello/relate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define COMMENT_MAX 2000 /* of one frame */

struct spooled {
	int64_t ns;
	uint64_t frame;
	uint32_t capture, iface, caplen, len;
	uint16_t link;
};

struct interface {
	uint32_t capture, iface;
	uint16_t link;
};

struct hello_writer {
	struct amt_out out;
	FILE *spool;
	bool open, failed;
	struct AMT_VEC(struct interface) interfaces;
	uint64_t packets;
};

struct hello_writer *hello_writer_open(const char *path, struct amt_error *err)
{
	struct hello_writer *w = amt_calloc(1, sizeof(*w));
	struct amt_buf name;

	amt_buf_init(&name, 8192);
	amt_buf_printf(&name, "%s.%ld.spool", path, (long)getpid());
	int fd = open(amt_buf_cstr(&name), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		unlink(amt_buf_cstr(&name));
	w->spool = fd >= 0 ? fdopen(fd, "w+b") : NULL;
	if (!w->spool)
		amt_fail_errno(err, errno, "making %s", amt_buf_cstr(&name));
	amt_buf_free(&name);
	w->open = w->spool && amt_out_open(&w->out, path, err);
	if (w->open)
		return w;
	hello_writer_free(w);
	return NULL;
}

void hello_writer_packet(void *arg, uint32_t capture, const struct hello_packet *p)
{
	struct hello_writer *w = arg;
	struct spooled s;

	memset(&s, 0, sizeof(s)); /* padding goes to disk too */
	s.ns = p->ns;
	s.frame = p->frame;
	s.capture = capture;
	s.iface = p->iface;
	s.caplen = p->caplen;
	s.len = p->len;
	s.link = p->link;
	if (fwrite(&s, sizeof(s), 1, w->spool) != 1 ||
	    (p->caplen && fwrite(p->data, p->caplen, 1, w->spool) != 1))
		w->failed = true;
	w->packets++;
}

static void u16(struct amt_buf *b, unsigned v)
{
	uint8_t x[2] = {(uint8_t)v, (uint8_t)(v >> 8)};

	amt_buf_add(b, x, 2);
}

static void u32(struct amt_buf *b, uint32_t v)
{
	u16(b, v & 0xffff);
	u16(b, v >> 16);
}

static void option(struct amt_buf *b, unsigned code, const char *p, size_t n)
{
	static const char zero[4];

	u16(b, code);
	u16(b, (unsigned)n);
	amt_buf_add(b, p, n);
	amt_buf_add(b, zero, (4 - n % 4) % 4);
}

static void block(struct hello_writer *w, uint32_t type, const struct amt_buf *body)
{
	struct amt_buf head;
	uint32_t length = (uint32_t)body->len + 12;

	amt_buf_init(&head, 16);
	u32(&head, type);
	u32(&head, length);
	bool ok = fwrite(head.data, 8, 1, w->out.f) == 1 &&
		  fwrite(body->data, body->len, 1, w->out.f) == 1 &&
		  fwrite(head.data + 4, 4, 1, w->out.f) == 1;
	w->failed = w->failed || !ok || body->over;
	amt_buf_free(&head);
}

/* Capture name and locator of an evidence -> text of its findings. */
static void comments(struct amt_map *m, struct amt_arena *a, const struct amt_findings *fs)
{
	for (size_t i = 0; i < fs->list.n; i++) {
		const struct amt_finding *x = fs->list.v[i];

		for (size_t k = 0; k < x->evidence.n; k++) {
			const struct amt_evidence *e = &x->evidence.v[k];
			bool fresh;

			if (!e->locator || strncmp(e->locator, "frame ", 6) != 0)
				continue;
			char *key = amt_arena_printf(a, "%s %s", e->source, e->locator);
			union amt_map_value *v = amt_map_put_str(m, key, &fresh);
			if (!fresh && strlen(v->p) > COMMENT_MAX)
				continue;
			v->p = amt_arena_printf(a, "%s%s%s %s: %s", fresh ? "" : (char *)v->p,
						fresh ? "" : "\n", x->item->id,
						amt_verdict_name(x->verdict), x->summary);
		}
	}
}

static void section(struct hello_writer *w, const struct amt_findings *fs)
{
	struct amt_buf b, text;

	amt_buf_init(&b, AMT_MIB);
	amt_buf_init(&text, 60000); /* an option's length has 16 bits */
	amt_buf_printf(&text, "amt-hellocap: %llu packets that mattered",
		       (unsigned long long)w->packets);
	for (size_t i = 0; i < fs->list.n; i++) {
		const struct amt_finding *x = fs->list.v[i];

		if (x->verdict == AMT_PASS || x->verdict == AMT_NA || text.len > 50000)
			continue;
		amt_buf_printf(&text, "\n%s %s%s%s: %s", x->item->id, amt_verdict_name(x->verdict),
			       *x->subject ? " " : "", x->subject, x->summary);
	}
	u32(&b, 0x1a2b3c4d);
	u16(&b, 1);
	u16(&b, 0);
	u32(&b, UINT32_MAX); /* length of the section: not said */
	u32(&b, UINT32_MAX);
	option(&b, 1, amt_buf_cstr(&text), text.len);
	option(&b, 4, "amt-hellocap", 12);
	u32(&b, 0);
	block(w, 0x0a0d0d0a, &b);
	amt_buf_free(&b);
	amt_buf_free(&text);
}

static uint32_t interface(struct hello_writer *w, const struct spooled *s,
			  const struct hello_facts *f)
{
	struct amt_buf b;

	for (size_t i = 0; i < w->interfaces.n; i++)
		if (w->interfaces.v[i].capture == s->capture &&
		    w->interfaces.v[i].iface == s->iface && w->interfaces.v[i].link == s->link)
			return (uint32_t)i;
	const char *name = s->capture < f->captures.n ? f->captures.v[s->capture].name : "";
	size_t n = strlen(name) < 1000 ? strlen(name) : 1000;
	amt_buf_init(&b, 4096);
	u16(&b, s->link);
	u16(&b, 0);
	u32(&b, HELLO_SNAPLEN_MAX);
	option(&b, 2, name, n);
	option(&b, 9, "\x09", 1); /* nanoseconds */
	u32(&b, 0);
	block(w, 1, &b);
	amt_buf_free(&b);
	amt_vec_push(&w->interfaces, (struct interface){s->capture, s->iface, s->link});
	return (uint32_t)w->interfaces.n - 1;
}

static void packet(struct hello_writer *w, const struct spooled *s, const uint8_t *data,
		   const struct hello_facts *f, const struct amt_map *m)
{
	static const char zero[4];
	uint32_t n = interface(w, s, f);
	struct amt_buf b, key;

	amt_buf_init(&key, 8192);
	amt_buf_printf(&key, "%s frame %llu",
		       s->capture < f->captures.n ? f->captures.v[s->capture].name : "",
		       (unsigned long long)s->frame);
	union amt_map_value *v = amt_map_get_str(m, amt_buf_cstr(&key));
	amt_buf_init(&b, HELLO_SNAPLEN_MAX + 64 * AMT_KIB);
	u32(&b, n);
	u32(&b, (uint32_t)((uint64_t)s->ns >> 32));
	u32(&b, (uint32_t)(uint64_t)s->ns);
	u32(&b, s->caplen);
	u32(&b, s->len);
	amt_buf_add(&b, data, s->caplen);
	amt_buf_add(&b, zero, (4 - s->caplen % 4) % 4);
	if (v) {
		option(&b, 1, v->p, strlen(v->p));
		u32(&b, 0);
	}
	block(w, 6, &b);
	amt_buf_free(&b);
	amt_buf_free(&key);
}

bool hello_writer_finish(struct hello_writer *w, const struct hello_facts *f,
			 const struct amt_findings *fs, struct amt_error *err)
{
	struct amt_arena a = {0};
	struct amt_map m = {0};
	uint8_t *data = amt_malloc(HELLO_SNAPLEN_MAX);
	struct spooled s;

	comments(&m, &a, fs);
	section(w, fs);
	if (fflush(w->spool) != 0 || fseek(w->spool, 0, SEEK_SET) != 0)
		w->failed = true;
	while (!w->failed && fread(&s, sizeof(s), 1, w->spool) == 1) {
		if (s.caplen > HELLO_SNAPLEN_MAX ||
		    (s.caplen && fread(data, s.caplen, 1, w->spool) != 1)) {
			w->failed = true;
			break;
		}
		packet(w, &s, data, f, &m);
	}
	free(data);
	amt_map_free(&m);
	amt_arena_free(&a);
	if (w->failed)
		return amt_fail(err, "writing %s failed: is the disk full?", w->out.path);
	w->open = false;
	return amt_out_commit(&w->out, err);
}

void hello_writer_free(struct hello_writer *w)
{
	if (!w)
		return;
	if (w->spool)
		fclose(w->spool);
	if (w->open)
		amt_out_abort(&w->out);
	amt_vec_free(&w->interfaces);
	free(w);
}
