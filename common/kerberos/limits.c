/* The limits of the firmware as data: a table, and a file that goes before it. */
#include "kerberos/model.h"

#include <string.h>

static const struct krb_limit table[] = {
#define LIMIT(from, to, path, chars, source, confidence)                                           \
	{from, to, AMT_PATH_##path, chars, source, confidence},
#include "kerberos/limits.def"
#undef LIMIT
};

const char *krb_path_name(enum krb_path p)
{
	return p == AMT_PATH_HTTP ? "http" : "redirection";
}

size_t krb_limit_count(void)
{
	return sizeof(table) / sizeof(table[0]);
}

const struct krb_limit *krb_limit_at(size_t i)
{
	return &table[i];
}

static const struct krb_limit *find(const struct krb_limit *l, size_t n, int major, enum krb_path p)
{
	for (size_t i = 0; i < n; i++)
		if (l[i].path == p && major >= l[i].from && major <= l[i].to)
			return &l[i];
	return NULL;
}

const struct krb_limit *krb_limit_find(int major, enum krb_path p)
{
	return find(table, krb_limit_count(), major, p);
}

const struct krb_limit *krb_limit_for(const struct krb_limits *own, int major, enum krb_path p)
{
	const struct krb_limit *l = own ? find(own->list.v, own->list.n, major, p) : NULL;
	return l ? l : krb_limit_find(major, p);
}

static bool limit_line(char *text, struct krb_limits *out, struct amt_error *err)
{
	char *field[6];
	size_t n = 0;

	for (char *p = text; n < 6; n++) {
		field[n] = p;
		p = strchr(p, '\t');
		if (!p) {
			n++;
			break;
		}
		*p++ = 0;
	}
	if (n < 5)
		return amt_fail(err, "%zu columns where 5 or 6 are wanted", n);
	uint64_t from, to, chars = 0;
	if (!amt_num_u64(field[0], 0, 999, &from, err) ||
	    !amt_num_u64(field[1], from, 999, &to, err))
		return false;
	if (strcmp(field[3], "-") != 0 && !amt_num_u64(field[3], 1, 1 << 20, &chars, err))
		return false;
	bool http = !amt_strcasecmp(field[2], "http");
	if (!http && amt_strcasecmp(field[2], "redirection") != 0)
		return amt_fail(err, "\"%s\" is neither http nor redirection", field[2]);
	amt_vec_push(&out->list,
		     (struct krb_limit){
			     (int)from, (int)to, http ? AMT_PATH_HTTP : AMT_PATH_REDIR,
			     (size_t)chars, amt_arena_strdup(&out->arena, field[4]),
			     amt_arena_strdup(&out->arena, n > 5 ? field[5] : "given in a file")});
	return true;
}

bool krb_limits_read(const char *path, struct krb_limits *out, struct amt_error *err)
{
	struct amt_lines l;
	char *text;
	size_t len;
	bool ok = true;

	if (!amt_lines_open(&l, path, 4096, err))
		return false;
	while (ok && amt_lines_next(&l, &text, &len, err)) {
		char line[4096];
		amt_str_copy(line, sizeof(line), text);
		line[len < sizeof(line) ? len : sizeof(line) - 1] = 0;
		if (*line && *line != '#' && !limit_line(line, out, err))
			ok = amt_fail_prefix(err, "%s, line %llu", path,
					     (unsigned long long)l.line);
	}
	ok = ok && !l.failed;
	amt_lines_close(&l);
	return ok;
}

void krb_limits_free(struct krb_limits *l)
{
	amt_vec_free(&l->list);
	amt_arena_free(&l->arena);
}
