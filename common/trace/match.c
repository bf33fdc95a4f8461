/* A text against one template: captures typed values on the way. */
#include "match.h"

#include "bytes.h"

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

static inline __attribute__((always_inline)) bool literal_at(const struct trace_segment *s,
							     const char *p, const char *end)
{
	return (size_t)(end - p) >= s->len && bytes_same(p, s->p, s->len);
}

#define STEP (long)sizeof(bytes_v)

/* A bit for each of STEP characters that is none of a host's. */
static inline uint32_t no_host(const char *p)
{
	return ~bytes_bits(bytes_host(bytes_get(p), bytes_all(0x20))) & (UINT32_MAX >> (32 - STEP));
}

/* Behind a host name; begin is that of the text. */
static inline const char *past_host(const char *begin, const char *p, const char *end)
{
	for (; end - p >= STEP; p += STEP) {
		uint32_t miss = no_host(p);
		if (miss)
			return p + __builtin_ctz(miss);
	}
	/* The last ones together with some before them. */
	if (p < end && end - begin >= STEP) {
		uint32_t miss = no_host(end - STEP) >> (STEP - (end - p));
		return miss ? p + __builtin_ctz(miss) : end;
	}
	while (p < end && is(IS_HOST, *p))
		p++;
	return p;
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
