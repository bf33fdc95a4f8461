/* What a line says by itself: its template, its severity, its signatures. */
#include "quick.h"

#include "classify.h"

/* Lines of a known wording without free parts can't hold an error: no need to look. */
static bool quiet(const struct trace_match *m)
{
	if (!m->row || !m->whole || m->row->severity != TRACE_INFO)
		return false;
	switch (m->event) {
	case TRACE_EV_CONNECTED:
		return trace_is_new(m); /* signature V02 is about older ones */
	case TRACE_EV_WORKER:
	case TRACE_EV_SENT:
	case TRACE_EV_POOL:
	case TRACE_EV_POOL_OK:
	case TRACE_EV_BEGIN:
	case TRACE_EV_END:
	case TRACE_EV_TARGET:
	case TRACE_EV_PROPERTY:
	case TRACE_EV_PROCESSING:
	case TRACE_EV_CERT_MATCHED:
	case TRACE_EV_HELPER:
	case TRACE_EV_CREDENTIAL:
	case TRACE_EV_TRY:
	case TRACE_EV_IN:
	case TRACE_EV_PRE:
	case TRACE_EV_POST:
	case TRACE_EV_OTP_OK:
	case TRACE_EV_AD_SENT:
	case TRACE_EV_AD_REMOVE_SENT:
	case TRACE_EV_CERT_REQUEST:
	case TRACE_EV_CERT_WAIT:
	case TRACE_EV_CERT_FOUND:
	case TRACE_EV_REVOKE:
	case TRACE_EV_STAGE1:
	case TRACE_EV_STAGE1_END:
	case TRACE_EV_STAGE2:
	case TRACE_EV_STAGE2_END:
	case TRACE_EV_UNPROVISIONED:
	case TRACE_EV_PARTLY:
	case TRACE_EV_HELLO_WAIT:
	case TRACE_EV_ZTC_FOUND:
	case TRACE_EV_CAPABLE:
	case TRACE_EV_QUEUED:
		return true;
	default:
		return false;
	}
}

bool trace_is_quiet(const struct trace_match *m)
{
	/* A call that answered 0 is as quiet. */
	return quiet(m) ||
	       (m->event == TRACE_EV_CALL && m->row && m->has_hresult && m->has_status &&
		!m->hresult && !m->status && (!m->has_client || !m->client));
}

bool trace_understand(struct trace_signer *signer, const struct trace_record *rec, bool ours,
		      struct trace_meaning *out)
{
	enum trace_event e;

	out->n_signs = 0;
	trace_classify(rec->text, rec->text_len, ours, &out->m);
	out->severity = trace_severity_of(rec, &out->m);
	if (signer && (ours ? !trace_is_quiet(&out->m) : out->severity != TRACE_INFO))
		out->n_signs = (uint8_t)trace_sign(signer, rec->text, rec->text_len, out->signs);
	e = out->m.event;
	out->host_hash =
		out->m.host && trace_is_about(e) ? feed_host_hash(out->m.host, out->m.host_len) : 0;
	return out->n_signs || trace_is_worth(e, out->severity);
}

uint8_t trace_sign_again(struct trace_memo *memo, struct trace_signer *signer, const char *text,
			 size_t n, uint8_t out[TRACE_SIGNS_MAX])
{
	uint64_t hash = trace_index_name(text, n), tag = hash & ~UINT64_C(0xff);
	uint64_t *set = memo->signs[hash >> 32 & (MEMO_SIGNS - 1)];

	for (int i = 0; i < 4; i++)
		if ((set[i] & ~UINT64_C(0xff)) == tag) {
			out[0] = (uint8_t)((set[i] & 0xff) - 1);
			return (set[i] & 0xff) != 0;
		}
	uint8_t found = (uint8_t)trace_sign(signer, text, n, out);
	if (found <= 1)
		set[memo->sign_turn++ % 4] = tag | (found ? out[0] + 1u : 0);
	return found;
}

/* The strings of a match, moved along with the text they stand in. */
static void move_to(struct trace_match *m, const char *from, const char *to)
{
	const char **const strings[] = {&m->host, &m->uuid,    &m->version,
					&m->word, &m->address, &m->method};

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		if (*strings[i])
			*strings[i] = to + (*strings[i] - from);
}

static size_t memo_slot(const char *p, size_t n)
{
	uint64_t h = (bytes_8(p) + n) ^ bytes_8(p + n - 8) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(h * UINT64_C(0xff51afd7ed558ccd) >> 32) % MEMO_SLOTS;
}

struct trace_say trace_say_of(const struct trace_meaning *m, bool ours)
{
	enum trace_event e = m->m.event;

	return (struct trace_say){.severity = (uint8_t)m->severity,
				  .unknown = e == TRACE_EV_NONE && ours,
				  .rollover = e == TRACE_EV_ROLLOVER,
				  .amt = ours && m->m.row && e < TRACE_EV_CLIENT_FAILED,
				  .touches = feed_touches(&m->m, m->severity)};
}

static struct trace_say anew(struct chunk *c, struct trace_memo *memo, struct trace_signer *signer,
			     const struct trace_record *rec, bool ours)
{
	struct trace_meaning *m = chunk_room(c);
	bool worth = trace_understand(signer, rec, ours, m);
	struct trace_say s = trace_say_of(m, ours);

	c->meanings.n += worth;
	s.meaning = worth ? (uint32_t)c->meanings.n : 0;
	const struct trace_quick *q = m->m.row && m->m.whole ? trace_quick_of(m->m.row) : NULL;
	if (q && rec->text_len >= 8)
		memo->quick[trace_kind_of(rec->text, rec->text_len)] = q;
	return s;
}

static void remember(struct trace_memo *memo, struct trace_memo_line *e,
		     const struct trace_meaning *m, struct trace_say say,
		     const struct trace_record *rec, bool ours)
{
	if (m->m.host || m->m.uuid || m->m.version || m->m.has_machine || m->m.address)
		return;
	memcpy(e->text, rec->text, rec->text_len);
	e->meaning = *m;
	move_to(&e->meaning.m, rec->text, e->text);
	e->len = (uint16_t)rec->text_len;
	e->ours = ours;
	e->say = say;
	e->chunk = memo->chunk;
	memo->line[trace_kind_of(rec->text, rec->text_len)] = e;
}

static inline bool is_of(const struct trace_memo_line *e, const char *p, size_t n, bool ours)
{
	return e->len == n && e->ours == ours && bytes_same(e->text, p, n);
}

struct trace_say trace_understand_in(struct chunk *c, struct trace_memo *memo,
				     struct trace_signer *signer, const struct trace_record *rec,
				     bool ours)
{
	const char *p = rec->text;
	size_t n = rec->text_len;

	if (n < 8 || n > MEMO_TEXT)
		return anew(c, memo, signer, rec, ours);
	struct trace_memo_line *e = memo->lines[memo_slot(p, n)];
	if (!is_of(e, p, n, ours) && !is_of(++e, p, n, ours)) {
		struct trace_say s = anew(c, memo, signer, rec, ours);
		/* It stands in c->meanings until the next line, worth a place or not. */
		remember(memo, e - (memo->turn++ & 1),
			 s.meaning ? &c->meanings.v[s.meaning - 1] : chunk_room(c), s, rec, ours);
		return s;
	}
	memo->line[trace_kind_of(p, n)] = e;
	if (e->say.meaning && e->chunk != memo->chunk) {
		struct trace_meaning *m = chunk_room(c);
		*m = e->meaning;
		move_to(&m->m, e->text, p);
		e->say.meaning = (uint32_t)++c->meanings.n;
		e->chunk = memo->chunk;
	}
	return e->say;
}
