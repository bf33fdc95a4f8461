/* The private map of pseudonyms: written and read back. */
#include "report/redact_forms.h"

#include <string.h>
#include <sys/stat.h>

bool amt_redact_save(const struct amt_redactor *r, const char *path, struct amt_error *err)
{
	struct amt_buf b;

	amt_buf_init(&b, AMT_CAP_JSON_IN);
	amt_buf_str(&b, "# Private: what the pseudonyms of a redacted report stand for. Do not "
			"send it along.\n");
	for (int k = 0; k < AMT_SECRETS; k++)
		amt_buf_printf(&b, "next\t%s\t%zu\n", redact_kind_names[k], r->next[k]);
	for (size_t i = 0; i < r->domains.n; i++)
		amt_buf_printf(&b, "domain\t%s\t\n", r->domains.v[i]);
	const struct amt_map *const maps[] = {&r->by_value, &r->by_field};
	for (size_t m = 0; m < 2; m++)
		for (size_t i = 0; i < maps[m]->n_entries; i++)
			amt_buf_printf(&b, "value\t%s\t%s\n", maps[m]->entries[i].key,
				       (const char *)maps[m]->entries[i].value.p);
	mode_t mask = umask(077);
	bool good = !b.over && amt_file_write(path, amt_buf_cstr(&b), b.len, err);
	umask(mask);
	amt_buf_free(&b);
	return good;
}

static bool load_line(struct amt_redactor *r, char *line)
{
	char *what = strsep(&line, "\t"), *a = strsep(&line, "\t"), *b = strsep(&line, "\t");
	uint64_t n;

	if (!what || !*what || *what == '#')
		return true;
	if (!a || !b)
		return false;
	if (!strcmp(what, "value"))
		redact_remember(r, a, strlen(a), amt_arena_strdup(&r->arena, b));
	if (!strcmp(what, "domain"))
		amt_vec_push(&r->domains, amt_arena_strdup(&r->arena, a));
	for (int k = 0; !strcmp(what, "next") && k < AMT_SECRETS; k++)
		if (!strcmp(redact_kind_names[k], a) && amt_num_u64(b, 0, 1u << 30, &n, NULL))
			r->next[k] = (size_t)n;
	return true;
}

bool amt_redact_load(struct amt_redactor *r, const char *path, struct amt_error *err)
{
	struct amt_lines l;
	char *text;
	size_t n;

	if (!amt_lines_open(&l, path, AMT_CAP_LINE, err))
		return false;
	bool good = true;
	while (good && amt_lines_next(&l, &text, &n, err))
		if (!load_line(r, text))
			good = amt_fail(err, "%s: line %llu is not one of a redaction map", path,
					(unsigned long long)l.line);
	good = good && !l.failed;
	amt_lines_close(&l);
	return good;
}
