/* Lines that are compared with a row at once say what classify.c says of them. */
#include "trace/quick.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

/* What may stand in a place, good and bad. */
static const char *const values[][12] = {
	['h' - 'a'] = {"pc1.lab", "a", "PC_1-2.Corp.Example.COM", "x.", "x..", "-", ".", "",
		       "pc01234.a-name-that-is-longer-than-two-times-32-bytes.corp.example.com",
		       "pc1.lab 5", "h\xc3\xb6st.lab", "0x80090326"},
	['n' - 'a'] = {"0", "48", "007", "4294967295", "4294967296", "9999999999", "12345678901",
		       "", "-1", "4 8", "0x10", "123456789012345678901234567890123456789"},
	['v' - 'a'] = {"5.2.10", "3.2.1", "10", "4", "2", ".", "", "5.2.10.", "1..2",
		       "11.8.55.3510", "v5", "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16"},
	['x' - 'a'] = {"0x80090326", "C4", "", "0x", "0123456789ABCDEF0123456789ABCDEF01234567",
		       "g", "0X1f", "ffffffff", "1", "0x0", "80020009", "x"},
};

/* A line of this pattern with the turn-th value in each place. */
static void write_line(struct amt_buf *b, const char *pattern, size_t turn, bool ours)
{
	static const char *const others[] = {"x", "some words", "10.1.2.3",
					     "4C4C4544-0034-5A10-8052-B7C04F4E3153"};

	for (const char *p = pattern; *p; p++) {
		if (*p != '%' || !p[1]) {
			amt_buf_byte(b, *p);
			continue;
		}
		size_t of = (size_t)(unsigned char)*++p - 'a';
		const char *v = of < sizeof(values) / sizeof(values[0]) && values[of][0]
					? values[of][turn % 12]
					: others[turn % 4];
		amt_buf_add(b, v, strlen(v));
	}
	static const char *const ends[] = {"", "", "~", " and more"};
	amt_buf_add(b, ends[turn % 4], strlen(ends[turn % 4]));
	amt_buf_printf(b,
		       "  $$<%s><Wed Jan 14 13:43:12.123 2009 GMT Standard Time><thread=%zu "
		       "(0x%zX)>\r\n",
		       ours ? "SMS_AMT_OPERATION_MANAGER" : "SMS_EXECUTIVE", turn, turn);
}

static void same_words(const char *a, size_t na, const char *b, size_t nb)
{
	assert_int_equal(a != NULL, b != NULL);
	if (!a)
		return;
	assert_int_equal(na, nb);
	assert_ptr_equal(a, b);
}

static void same_meaning(const struct trace_meaning *a, const struct trace_meaning *b)
{
	assert_ptr_equal(a->m.row, b->m.row);
	assert_int_equal(a->m.event, b->m.event);
	assert_int_equal(a->m.loose, b->m.loose);
	assert_int_equal(a->m.whole, b->m.whole);
	assert_int_equal(a->severity, b->severity);
	assert_int_equal(a->host_hash, b->host_hash);
	assert_int_equal(a->n_signs, b->n_signs);
	assert_memory_equal(a->signs, b->signs, a->n_signs);
	same_words(a->m.host, a->m.host_len, b->m.host, b->m.host_len);
	same_words(a->m.uuid, a->m.uuid_len, b->m.uuid, b->m.uuid_len);
	same_words(a->m.version, a->m.version_len, b->m.version, b->m.version_len);
	same_words(a->m.word, a->m.word_len, b->m.word, b->m.word_len);
	same_words(a->m.address, a->m.address_len, b->m.address, b->m.address_len);
	same_words(a->m.method, a->m.method_len, b->m.method, b->m.method_len);
	assert_int_equal(a->m.has_number, b->m.has_number);
	assert_true(!a->m.has_number || a->m.number == b->m.number);
	assert_int_equal(a->m.has_machine, b->m.has_machine);
	assert_true(!a->m.has_machine || a->m.machine == b->m.machine);
	assert_int_equal(a->m.has_status, b->m.has_status);
	assert_true(!a->m.has_status || a->m.status == b->m.status);
}

/* Every line of the chunk against what trace_understand() says of it; how many were heard. */
static size_t compare(const struct chunk *c, struct trace_signer *signer)
{
	size_t at = 0;

	for (size_t k = 0; k < c->runs.n; k++) {
		const struct chunk_run *u = &c->runs.v[k];
		const char *p = c->buf + u->at, *end = p + u->len;
		uint32_t severities[4] = {0}, unknown = 0, records = 0;
		for (const char *nl; p < end; p = nl + 1, records++) {
			struct trace_record rec = {.framing = TRACE_SERVER, .type = -1, .text = p};
			struct trace_meaning m;
			nl = memchr(p, '\n', (size_t)(end - p));
			assert_non_null(nl);
			rec.text_len = (size_t)((const char *)memchr(p, '$', (size_t)(nl - p)) - p);
			while (rec.text_len && p[rec.text_len - 1] == ' ')
				rec.text_len--;
			bool ours = c->heads.v[u->head].ours;
			bool worth = trace_understand(signer, &rec, ours, &m);
			severities[m.severity]++;
			unknown += m.m.event == TRACE_EV_NONE && ours;
			if (!worth)
				continue;
			assert_true(at < c->lines.n);
			const struct chunk_line *v = &c->lines.v[at++];
			assert_int_equal(v->at, p - c->buf);
			assert_int_equal(v->text_len, rec.text_len);
			assert_int_equal(v->touches, feed_touches(&m.m, m.severity));
			assert_int_equal(v->about, m.host_hash != 0);
			struct trace_meaning said = c->meanings.v[v->meaning];
			/* Lines that are the same share the words of the first of them. */
			if (said.m.method || said.m.word)
				said.m.method = m.m.method, said.m.word = m.m.word;
			same_meaning(&m, &said);
		}
		assert_int_equal(u->records, records);
		assert_int_equal(u->unknown, unknown);
		assert_memory_equal(u->by_severity, severities, sizeof(severities));
	}
	assert_int_equal(at, c->lines.n);
	return at;
}

static void both(const struct amt_buf *b, struct trace_signer *signer)
{
	struct chunk c = {.buf = amt_calloc(1, b->len + CHUNK_SLACK), .len = b->len};
	struct chunk_bench *bench = amt_calloc(1, sizeof(*bench));

	memcpy(c.buf, b->data, b->len);
	bench->signer = signer;
	for (int i = 0; i < 4; i++) { /* the second time it knows the rows */
		if (i % 2 == 0)
			free(bench->memo), bench->memo = amt_calloc(1, sizeof(*bench->memo));
		if (i >= 2 && !chunk_can_wide())
			break;
		(i < 2 ? chunk_frame_any : chunk_frame_wide)(&c, bench);
		assert_true(compare(&c, signer) > 1000);
	}
	free(bench->memo);
	free(bench);
	chunk_free(&c);
}

static void every_row(void **state)
{
	struct trace_signer *signer = trace_signer_new(false, NULL);
	struct amt_buf b;

	(void)state;
	for (int ours = 0; ours < 2; ours++) {
		amt_buf_init(&b, 64 * AMT_MIB);
		for (size_t turn = 0; turn < 24; turn++)
			for (size_t i = 0; i < trace_templates_count; i++)
				/* Some rows two or three times, so that they are known and meet
				 * others that begin alike. */
				for (size_t k = 0; k <= (i + turn) % 3; k++)
					write_line(&b, trace_templates[i].pattern, turn + k, ours);
		both(&b, NULL);
		both(&b, signer);
		amt_buf_free(&b);
	}
	trace_signer_free(signer);
}

/* A good part of the rows is compared so; those with free places are not. */
static void which_rows(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < trace_templates_count; i++) {
		const struct trace_quick *q = trace_quick_of(&trace_templates[i]);
		if (!q)
			continue;
		n++;
		assert_ptr_equal(q->like.m.row, &trace_templates[i]);
		assert_null(strstr(trace_templates[i].pattern, "%*"));
		assert_null(strstr(trace_templates[i].pattern, "%s"));
	}
	assert_true(n > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row),
		cmocka_unit_test(which_rows),
	};

	return cmocka_run_group_tests_name("trace_quick", tests, NULL, NULL);
}
