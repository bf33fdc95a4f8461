/* A text against one template: captures typed values on the way. */
#include "classify.h"

#include "bytes.h"

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}
static bool hexdigit(char c)
{
	return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Which characters a typed place takes, as bits of one table. */
enum {
	IS_NUMBER = 1,
	IS_HOST = 2,
	IS_UUID = 4,
	IS_ADDRESS = 8,
	IS_HEX = 16,
	IS_VERSION = 32,
	IS_WORD = 64
};

#define DIGIT (IS_NUMBER | IS_HOST | IS_UUID | IS_ADDRESS | IS_HEX | IS_VERSION | IS_WORD)
#define AF    (IS_HOST | IS_UUID | IS_ADDRESS | IS_HEX | IS_WORD)
#define GZ    (IS_HOST | IS_WORD)

static const uint8_t class_of[256] = {
	['0'] = DIGIT,
	['1'] = DIGIT,
	['2'] = DIGIT,
	['3'] = DIGIT,
	['4'] = DIGIT,
	['5'] = DIGIT,
	['6'] = DIGIT,
	['7'] = DIGIT,
	['8'] = DIGIT,
	['9'] = DIGIT,
	['a'] = AF,
	['b'] = AF,
	['c'] = AF,
	['d'] = AF,
	['e'] = AF,
	['f'] = AF,
	['A'] = AF,
	['B'] = AF,
	['C'] = AF,
	['D'] = AF,
	['E'] = AF,
	['F'] = AF,
	['g'] = GZ,
	['h'] = GZ,
	['i'] = GZ,
	['j'] = GZ,
	['k'] = GZ,
	['l'] = GZ,
	['m'] = GZ,
	['n'] = GZ,
	['o'] = GZ,
	['p'] = GZ,
	['q'] = GZ,
	['r'] = GZ,
	['s'] = GZ,
	['t'] = GZ,
	['u'] = GZ,
	['v'] = GZ,
	['w'] = GZ,
	['x'] = GZ | IS_HEX,
	['y'] = GZ,
	['z'] = GZ,
	['G'] = GZ,
	['H'] = GZ,
	['I'] = GZ,
	['J'] = GZ,
	['K'] = GZ,
	['L'] = GZ,
	['M'] = GZ,
	['N'] = GZ,
	['O'] = GZ,
	['P'] = GZ,
	['Q'] = GZ,
	['R'] = GZ,
	['S'] = GZ,
	['T'] = GZ,
	['U'] = GZ,
	['V'] = GZ,
	['W'] = GZ,
	['X'] = GZ | IS_HEX,
	['Y'] = GZ,
	['Z'] = GZ,
	['.'] = IS_HOST | IS_ADDRESS | IS_VERSION,
	['-'] = IS_HOST | IS_UUID,
	['_'] = IS_HOST | IS_WORD,
	[':'] = IS_ADDRESS,
};

uint8_t trace_class_of(char type)
{
	switch (type) {
	case 'n':
	case 'm':
		return IS_NUMBER;
	case 'h':
		return IS_HOST;
	case 'u':
		return IS_UUID;
	case 'i':
		return IS_ADDRESS;
	case 'x':
		return IS_HEX;
	case 'v':
		return IS_VERSION;
	case 'w':
		return IS_WORD;
	default:
		return 0;
	}
}

static bool is(uint8_t class, char c)
{
	return class_of[(unsigned char)c] & class;
}

static uint32_t number(const char *p, const char *e)
{
	uint64_t v = 0;

	for (; p < e && digit(*p) && v <= UINT32_MAX; p++)
		v = v * 10 + (uint64_t)(*p - '0');
	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static uint32_t hexnumber(const char *p, const char *e)
{
	uint32_t v = 0;

	if (e - p > 2 && p[0] == '0' && (p[1] | 0x20) == 'x')
		p += 2;
	if (e - p > 8)
		return 0; /* a hash, no number */
	for (; p < e && hexdigit(*p); p++)
		v = v << 4 | (uint32_t)(digit(*p) ? *p - '0' : (*p | 0x20) - 'a' + 10);
	return v;
}

static inline bool keep(struct trace_match *m, char type, const char *p, const char *e)
{
	size_t n = (size_t)(e - p);

	if (!n)
		return false;
	switch (type) {
	case 'm':
		if (!m->has_machine) {
			m->machine = number(p, e);
			m->has_machine = true;
		}
		break;
	case 'n':
		if (!m->has_number) {
			m->number = number(p, e);
			m->has_number = true;
		}
		break;
	case 'h':
		m->host = p;
		m->host_len = n;
		break;
	case 'u':
		if (n != 36)
			return false;
		m->uuid = p;
		m->uuid_len = n;
		break;
	case 'i':
		m->address = p;
		m->address_len = n;
		break;
	case 'x':
		m->hex = hexnumber(p, e);
		m->has_hex = true;
		m->word = p;
		m->word_len = n;
		break;
	case 'v':
		m->version = p;
		m->version_len = n;
		break;
	default:
		m->word = p;
		m->word_len = n;
		break;
	}
	return true;
}

static inline __attribute__((always_inline)) bool literal_at(const struct trace_segment *s,
							     const char *p, const char *end)
{
	return (size_t)(end - p) >= s->len && bytes_same(p, s->p, s->len);
}

#ifdef __SSE2__
/* A bit for each of 16 characters that is none of a host's. */
static inline unsigned no_host(const char *p)
{
	__m128i v = bytes_16(p), low = _mm_or_si128(v, _mm_set1_epi8(0x20));
	__m128i a = _mm_sub_epi8(low, _mm_set1_epi8('a'));
	__m128i d = _mm_sub_epi8(v, _mm_set1_epi8('0'));
	__m128i m = _mm_sub_epi8(v, _mm_set1_epi8('-')); /* and '.' */
	__m128i ok = _mm_cmpeq_epi8(_mm_min_epu8(a, _mm_set1_epi8(25)), a);

	ok = _mm_or_si128(ok, _mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(9)), d));
	ok = _mm_or_si128(ok, _mm_cmpeq_epi8(_mm_min_epu8(m, _mm_set1_epi8(1)), m));
	ok = _mm_or_si128(ok, _mm_cmpeq_epi8(v, _mm_set1_epi8('_')));
	return ~(unsigned)_mm_movemask_epi8(ok) & 0xffff;
}
#endif

/* Behind a host name; begin is that of the text. */
static inline const char *past_host(const char *begin, const char *p, const char *end)
{
#ifdef __SSE2__
	for (; end - p >= 16; p += 16) {
		unsigned miss = no_host(p);
		if (miss)
			return p + __builtin_ctz(miss);
	}
	/* The last ones together with some before them. */
	if (end - begin >= 16) {
		unsigned miss = no_host(end - 16) >> (16 - (end - p));
		return miss ? p + __builtin_ctz(miss) : end;
	}
#else
	(void)begin;
#endif
	while (p < end && is(IS_HOST, *p))
		p++;
	return p;
}

static inline void keep_number(struct trace_match *m, char type, uint64_t v)
{
	uint32_t n = v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;

	if (type == 'm' && !m->has_machine) {
		m->machine = n;
		m->has_machine = true;
	} else if (type == 'n' && !m->has_number) {
		m->number = n;
		m->has_number = true;
	}
}

/* A host or a short number whose run ends where the next literal begins: nearly all. Behind
 * that literal, or NULL. */
static inline const char *typed_at_once(const struct trace_segment *s,
					const struct trace_segment *next, const char *begin,
					const char *p, const char *end, struct trace_match *m)
{
	const char *e = p;
	uint64_t v = 0;

	if (!next || next->type != 'l')
		return NULL;
	if (s->type == 'h') {
		e = past_host(begin, p, end);
		if (e == p || e[-1] == '.' || !literal_at(next, e, end))
			return NULL;
		m->host = p;
		m->host_len = (size_t)(e - p);
		return e + next->len;
	}
	if (s->class != IS_NUMBER)
		return NULL;
	for (; e < end && digit(*e) && e - p < 10; e++)
		v = v * 10 + (uint64_t)(*e - '0');
	if (e == p || (e < end && digit(*e)) || !literal_at(next, e, end))
		return NULL;
	keep_number(m, s->type, v);
	return e + next->len;
}

/* A run of the type's characters, cut back until the literal behind it fits. */
static const char *typed(const struct trace_segment *s, const struct trace_segment *next,
			 const char *p, const char *end, struct trace_match *m)
{
	const char *e = p;

	while (e < end && is(s->class, *e))
		e++;
	if (next && next->type == 'l') {
		while (e > p && !literal_at(next, e, end))
			e--;
		/* "host.. (SOAP)": dots belong to the literal. */
		while (s->type == 'h' && e > p && e[-1] == '.' && literal_at(next, e - 1, end))
			e--;
	} else if (s->type == 'h' || s->type == 'v') {
		while (e > p && e[-1] == '.')
			e--;
	}
	return keep(m, s->type, p, e) ? e : NULL;
}

static void machine_of_path(struct trace_match *m, const char *p, const char *e)
{
	if (e - p < 6 || e[-4] != '.')
		return;
	const char *d = e - 4;
	while (d > p && digit(d[-1]))
		d--;
	if (d < e - 4)
		keep(m, 'm', d, e - 4);
}

int trace_match_row(const struct trace_compiled *c, const char *p, const char *end,
		    struct trace_match *m)
{
	const char *begin = p;

	for (size_t i = 0; i < c->n; i++) {
		const struct trace_segment *s = &c->v[i], *next = i + 1 < c->n ? s + 1 : NULL;
		const char *e;

		if (s->class) {
			e = typed_at_once(s, next, begin, p, end, m);
			if (e) {
				p = e;
				i++;
				continue;
			}
			p = typed(s, next, p, end, m);
			if (!p)
				return 0;
			/* It ended where the literal fits. */
			if (next && next->type == 'l' && literal_at(next, p, end)) {
				p += next->len;
				i++;
			}
			continue;
		}
		switch (s->type) {
		case 'l':
			if (!literal_at(s, p, end)) {
				size_t left = (size_t)(end - p);
				return i && left < s->len && p - begin >= 24 &&
						       !memcmp(p, s->p, left)
					       ? 1
					       : 0;
			}
			p += s->len;
			break;
		case 'q':
			if (p < end && (*p == '"' || *p == '\''))
				p++;
			break;
		case '*':
		case 's':
		case 'p':
			e = next && next->type == 'l'
				    ? memmem(p, (size_t)(end - p), next->p, next->len)
				    : end;
			if (!e)
				return 0;
			if (s->type == 'p')
				machine_of_path(m, p, e);
			p = e;
			break;
		default:
			return 0;
		}
	}
	while (p < end && (*p == ' ' || *p == '~' || *p == '<' || *p == '\r' || *p == '\n'))
		p++;
	return p == end ? 2 : 0;
}

/* The hexadecimal or decimal number behind "name = ". */
static bool value_of(const char *p, const char *end, const char *name, bool *minus, uint32_t *out)
{
	const char *at = amt_memcasestr(p, (size_t)(end - p), name);

	if (!at)
		return false;
	at += strlen(name);
	while (at < end && (*at == ' ' || *at == '='))
		at++;
	*minus = at < end && *at == '-';
	at += *minus;
	const char *e = at;
	while (e < end && (hexdigit(*e) || *e == 'x'))
		e++;
	if (e == at)
		return false;
	*out = e - at > 2 && at[1] == 'x' ? hexnumber(at, e) : number(at, e);
	return true;
}

bool trace_match_call(const char *p, const char *end, struct trace_match *m)
{
	static const char mark[] = " finished with H";
	static const char good[] = " finished with HResult = 0x0, status = 0x0, clientError = 0.";
	size_t n = (size_t)(end - p) < 120 ? (size_t)(end - p) : 120;
	const char *at = memmem(p, n, mark, sizeof(mark) - 1);
	bool minus;
	uint32_t v;

	if (!at)
		return false;
	m->event = TRACE_EV_CALL;
	m->method = p;
	m->method_len = (size_t)(at - p);
	/* Nearly all calls answer so. */
	if (end - at == (long)sizeof(good) - 1 && !memcmp(at, good, sizeof(good) - 1)) {
		m->has_hresult = m->has_status = m->has_client = true;
		return true;
	}
	m->has_hresult = value_of(at, end, "result", &minus, &m->hresult);
	m->has_status = value_of(at, end, "status", &minus, &m->status);
	m->has_client = value_of(at, end, "clientError", &minus, &v);
	if (m->has_client)
		m->client = minus ? -(int32_t)(v & 0x7fffffff) : (int32_t)(v & 0x7fffffff);
	return m->has_hresult || m->has_status;
}

static bool word_before(const char *p, const char *at, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(at - p) >= n && !amt_strncasecmp(at - n, word, n);
}

static void token(const char *p, const char *s, const char *e, struct trace_match *m)
{
	size_t n = (size_t)(e - s), dashes = 0, dots = 0;

	for (const char *q = s; q < e; q++) {
		dashes += *q == '-';
		dots += *q == '.';
	}
	if (n == 36 && dashes == 4 && !m->uuid)
		keep(m, 'u', s, e);
	else if (!m->has_machine && digit(*s) && number(s, e) &&
		 (word_before(p, s, "MachineId = ") || word_before(p, s, "machine id = ")))
		keep(m, 'm', s, e);
	else if (!m->host && dots && !digit(e[-1]) && letter(e[-1]) && n < 256)
		keep(m, 'h', s, e);
	else if (!m->host && (word_before(p, s, "AMT device ") ||
			      word_before(p, s, "target machine ") || word_before(p, s, "host ")))
		keep(m, 'h', s, e);
	else if (!m->version && dots && digit(*s) && word_before(p, s, "version with "))
		keep(m, 'v', s, e);
	else if (!m->has_number && digit(*s) && !dots && !dashes)
		keep(m, 'n', s, e);
}

void trace_match_loose(const char *p, const char *end, struct trace_match *m)
{
	for (const char *s = p; s < end;) {
		const char *e = s;
		while (e < end && is(IS_HOST, *e))
			e++;
		const char *stop = e;
		while (e > s && e[-1] == '.')
			e--;
		/* Paths are no hosts. */
		if (e > s && !(stop < end && *stop == '\\') && !(s > p && s[-1] == '\\'))
			token(p, s, e, m);
		s = stop > s ? stop : s + 1;
	}
}

size_t trace_flatten(const char *p, const char *end, char *out, size_t max)
{
	size_t n = 0;

	for (; p < end && n < max; p++)
		if (digit(*p) || letter(*p))
			out[n++] = (char)(letter(*p) ? *p | 0x20 : *p);
	size_t drop = n >= 5 && !memcmp(out, "error", 5)     ? 5
		      : n >= 7 && !memcmp(out, "warning", 7) ? 7
							     : 0;
	memmove(out, out + drop, n - drop);
	return n - drop;
}
