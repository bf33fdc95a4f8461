/* Single values of a text; in a header, for every line passes through. */
#ifndef TRACE_MATCH_H
#define TRACE_MATCH_H

#include "classify.h"

static inline bool digit(char c)
{
	return c >= '0' && c <= '9';
}
static inline bool hexdigit(char c)
{
	return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
static inline bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline uint32_t number(const char *p, const char *e)
{
	uint64_t v = 0;

	for (; p < e && digit(*p) && v <= UINT32_MAX; p++)
		v = v * 10 + (uint64_t)(*p - '0');
	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static inline uint32_t hexnumber(const char *p, const char *e)
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

/* The value from p to e, as a place of this type has it. */
static inline bool keep(struct trace_match *m, char type, const char *p, const char *e)
{
	size_t n = (size_t)(e - p);

	if (!n)
		return false;
	switch (type) {
	case 'm':
	case 'n':
		keep_number(m, type, number(p, e));
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

#endif
