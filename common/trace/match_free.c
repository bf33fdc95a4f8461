/* Texts without a template of their own: answers of AMT to calls, and values by how they look. */
#include "match.h"

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

static bool host_char(char c)
{
	return digit(c) || letter(c) || c == '-' || c == '.' || c == '_';
}

static bool word_before(const char *p, const char *at, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(at - p) >= n && !amt_strncasecmp(at - n, word, n);
}

/* "3.x" */
static bool is_version(const char *s, const char *e)
{
	while (s < e && (digit(*s) || *s == '.'))
		s++;
	return e - s <= 1 && (s == e || *s == 'x' || *s == 'X');
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
	else if (!m->host && dots && !digit(e[-1]) && letter(e[-1]) && n < 256 &&
		 !(digit(*s) && is_version(s, e)))
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
		while (e < end && host_char(*e))
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
