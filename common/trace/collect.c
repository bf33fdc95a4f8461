/* Files into facts: records, what they mean, and the feed that joins them. */
#include "chunk.h"

#include <stdlib.h>

void trace_facts_free(struct trace_facts *f)
{
	amt_vec_free(&f->files);
	amt_vec_free(&f->sessions);
	amt_vec_free(&f->devices);
	amt_vec_free(&f->signatures);
	amt_vec_free(&f->days);
	amt_vec_free(&f->agents);
	amt_arena_free(&f->arena);
	*f = (struct trace_facts){.amt = false};
}

bool trace_scan_ours(struct trace_scan *s, const struct trace_record *rec)
{
	if (!rec->component)
		return rec->framing == TRACE_PLAIN || rec->framing == TRACE_PASTED;
	if (rec->component_len == s->component_len &&
	    !memcmp(rec->component, s->component, s->component_len))
		return s->component_ours;
	s->component_ours = trace_component_is_ours(rec->component, rec->component_len);
	if (rec->component_len < sizeof(s->component)) {
		memcpy(s->component, rec->component, rec->component_len);
		s->component_len = rec->component_len;
	}
	return s->component_ours;
}

void trace_scan_statmsg(struct trace_scan *s, const char *text, size_t n_text)
{
	static const char mark[] = " SYS=";
	const char *p = memmem(text, n_text, mark, sizeof(mark) - 1);
	const char *end = text + n_text;

	if (!p || s->site_server[0])
		return;
	p += sizeof(mark) - 1;
	size_t n = 0;
	while (p + n < end && n < sizeof(s->site_server) - 1 && p[n] > ' ' && p[n] < 127)
		n++;
	memcpy(s->site_server, p, n);
	s->site_server[n] = '\0';
}

void trace_scan_record(struct trace_scan *s, const struct trace_record *rec,
		       const struct trace_meaning *m, bool ours)
{
	s->records++;
	s->by_framing[rec->framing]++;
	if (rec->damage) {
		s->damaged++;
		for (unsigned b = 0; b < TRACE_DAMAGES; b++)
			s->damage[b] += rec->damage >> b & 1;
	}
	s->by_severity[m->severity]++;
	s->rolled = m->m.event == TRACE_EV_ROLLOVER;
	if (m->m.event == TRACE_EV_STATMSG)
		trace_scan_statmsg(s, rec->text, rec->text_len);
	if (m->m.event == TRACE_EV_NONE && ours)
		s->unknown_lines++;
	/* Logs of the client and the console say nothing about tasks of the service point. */
	if (!s->amt && ours && m->m.row && m->m.event < TRACE_EV_CLIENT_FAILED)
		s->amt = true;
}

static const char *format_of(const struct trace_scan *s, const struct trace_file_facts *f)
{
	int kinds = 0, at = 0;

	if (!s->records)
		return f->bytes ? "unreadable" : "empty";
	for (int i = 1; i < TRACE_FRAMINGS; i++)
		if (s->by_framing[i]) {
			kinds++;
			at = i;
		}
	return kinds > 1 ? "mixed" : trace_framing_name((enum trace_framing)at);
}

static void file_facts(struct trace_reader *r, const struct trace_scan *s,
		       struct trace_file_facts *f, struct amt_arena *a)
{
	trace_reader_facts(r, f);
	f->encoding = amt_arena_strdup(a, f->encoding);
	f->records = s->records;
	f->damaged = s->damaged;
	memcpy(f->damage, s->damage, sizeof(f->damage));
	memcpy(f->by_framing, s->by_framing, sizeof(f->by_framing));
	memcpy(f->by_severity, s->by_severity, sizeof(f->by_severity));
	f->unknown_lines = s->unknown_lines;
	f->rolled = s->rolled;
	f->site_server = amt_arena_strdup(a, s->site_server);
	f->format = format_of(s, f);
}

/* Archives, of which there is no reading a log as if it were one; "": none. */
static const char *archive(const char *p, size_t n)
{
	static const struct {
		size_t at;
		const char *magic, *name;
	} known[] = {{0, "PK\3\4", "zip"},    {0, "\xfd\x37zXZ", "xz"}, {0, "BZh", "bzip2"},
		     {0, "7z\xbc\xaf", "7z"}, {0, "MSCF", "cabinet"},   {0, "Rar!", "rar"},
		     {257, "ustar", "tar"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t len = strlen(known[i].magic);
		if (n >= known[i].at + len && !memcmp(p + known[i].at, known[i].magic, len))
			return known[i].name;
	}
	return "";
}

/* Binary rubbish has control characters everywhere; a log has next to none. */
static bool is_binary(const char *path, const struct trace_options *o, const char **packed)
{
	struct trace_input *in = trace_input_open(path, o, NULL);
	char *p;
	size_t bad = 0, nul = 0;

	if (!in || !trace_input_can_seek(in)) {
		trace_input_close(in);
		return false;
	}
	p = amt_malloc(8192);
	long n = trace_input_read(in, p, 8192, NULL);
	for (long i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		nul += !c;
		bad += (c < 32 && c && !strchr("\t\r\n\f\x1b", c)) || c == 127;
	}
	/* NUL padding is allowed; but a window of nothing else is no text. */
	bool binary = n > 64 && (bad > (size_t)n / 16 ||
				 (nul > (size_t)n / 8 && memchr(p, 0, 512 < n ? 512 : (size_t)n)));
	*packed = binary ? archive(p, (size_t)n) : "";
	free(p);
	trace_input_rewind(in); /* standard input is opened only once */
	trace_input_close(in);
	return binary;
}

static void tell(const struct trace_file_facts *f, struct trace_reader *r, struct amt_notes *notes)
{
	if (trace_reader_error(r))
		amt_note_add(notes, f->name, "%s; %llu records were read before that",
			     trace_reader_error(r), (unsigned long long)f->records);
	if (trace_input_dress(r->in))
		amt_note_add(notes, f->name, "is no log as it was written: read without %s",
			     trace_input_dress(r->in));
	if (r->ambiguous)
		amt_note_add(notes, f->name,
			     "no date tells day from month: they are taken for %s first; "
			     "--date-order decides",
			     r->frame.day_first ? "day" : "month");
	if (f->damaged) {
		struct amt_buf b;
		amt_buf_init(&b, 512);
		for (unsigned i = 0; i < TRACE_DAMAGES; i++)
			if (f->damage[i])
				amt_buf_printf(&b, "%s%llu %s", b.len ? ", " : "",
					       (unsigned long long)f->damage[i],
					       trace_damage_name(i));
		amt_note_add(notes, f->name, "%llu of %llu records are damaged (%s); all were read",
			     (unsigned long long)f->damaged, (unsigned long long)f->records,
			     amt_buf_cstr(&b));
		amt_buf_free(&b);
	}
}

static bool one_file(struct trace_run *run, const struct trace_path *path)
{
	struct amt_error err;
	struct trace_file_facts *f = amt_vec_add(&run->facts->files);
	uint32_t index = (uint32_t)(run->facts->files.n - 1);
	struct trace_scan s = {.records = 0};
	struct trace_reader *r = NULL;

	*f = (struct trace_file_facts){.name = path->path,
				       .format = "unreadable",
				       .encoding = "",
				       .packed = "",
				       .site_server = "",
				       .first = AMT_TIME_NONE,
				       .last = AMT_TIME_NONE};
	if (is_binary(path->path, run->options, &f->packed)) {
		if (*f->packed)
			amt_note_add(run->notes, path->path,
				     "is packed (%s): unpack it, its logs were not read",
				     f->packed);
		else
			amt_note_add(run->notes, path->path, "is not text: not read as a log");
		f->format = "binary";
		return false;
	}
	r = trace_reader_open(path->path, run->options, &err);
	if (!r) {
		amt_note_add(run->notes, path->path, "%s", err.text);
		return false;
	}
	trace_scan_file(run, r, &s, path, index);
	f = &run->facts->files.v[index];
	file_facts(r, &s, f, &run->facts->arena);
	run->facts->amt = run->facts->amt || s.amt;
	tell(f, r, run->notes);
	trace_reader_close(r);
	return true;
}

bool trace_collect(const struct amt_strlist *paths, const struct trace_options *o,
		   struct trace_facts *facts, struct amt_notes *notes, struct amt_error *err)
{
	static const struct trace_options none;
	struct trace_paths list = {.n = 0};
	struct feed feed;
	struct trace_run run = {
		.options = o ? o : &none, .facts = facts, .notes = notes, .feed = &feed};
	bool any = false;

	trace_expand(paths, &facts->arena, &list, notes);
	if (!run.options->no_signatures) {
		run.signer = trace_signer_new(false, err);
		if (!run.signer)
			return false;
	}
	feed_init(&feed, facts, run.options->max_sessions);
	for (size_t i = 0; i < list.n && !amt_stopped(); i++)
		any = one_file(&run, &list.v[i]) || any;
	feed_finish(&feed);
	trace_signer_free(run.signer);
	amt_vec_free(&list);
	return any || amt_fail(err, "none of the logs could be read");
}
