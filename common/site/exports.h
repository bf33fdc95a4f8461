/* What the readers of exports share. Each reader gets a whole text and adds facts. */
#ifndef SITE_EXPORTS_H
#define SITE_EXPORTS_H

#include "amtdiag/exports.h"
#include "amtdiag/site.h"

/* A file on its way to facts. text is UTF-8, NUL-terminated, lines end in '\n'; readers may
 * change it. */
struct export_source {
	struct exports_facts *facts;
	struct amt_notes *notes;
	const char *path;
	char *text;
	size_t len;
	uint32_t file;        /* index in facts->files */
	const char *computer; /* of the file; "" when not told */
	uint64_t line;        /* that is being read */
};

/* export_text.c */
/* Bytes as Windows writes them to UTF-8 with '\n'; *charset names what they were. */
bool export_text(const char *bytes, size_t len, struct amt_buf *out, const char **charset,
		 struct amt_error *err);
/* The next line, NUL-terminated in place, or NULL at the end. *at starts at the text. */
char *export_line(struct export_source *s, char **at);

/* export_facts.c */
/* Adds a fact at the current line. fields are given in the order of exports_facts.def up to
 * EXPORTS_END; NULL counts as "". computer NULL: that of the file. NULL when over the cap. */
#define EXPORTS_END ((const char *)-1)
struct exports_fact *export_add(struct export_source *s, enum exports_what what,
				const char *computer, const char *name, ...);
/* The digits of "KB957469", "Q147222" or "... (KB942841)" as "KB957469"; false when there are none.
 */
bool export_kb(const char *text, char out[16]);
/* The name up to its first dot equals that of the other, case ignored. */
bool export_same_computer(const char *a, const char *b);
bool export_in_list(const struct amt_strlist *l, const char *computer);

/* export_kinds.c: EXPORTS_KINDS when it is none of them. Looks at the beginning only. */
enum exports_kind export_recognise(const char *text, size_t len);

/* export_table.c: records of a CSV by their headings. */
#define EXPORT_COLUMNS 96
struct export_table {
	struct export_source *source;
	struct site_csv csv;
	char *heading[EXPORT_COLUMNS], *cell[EXPORT_COLUMNS];
	size_t n_headings, n;
};
/* False when there is no heading. Passes over "#TYPE" and blank lines. */
bool export_table_open(struct export_table *t, struct export_source *s);
bool export_table_next(struct export_table *t);
/* The cell under one of the headings ("A|B"), trimmed; "" when there is none. */
const char *export_cell(const struct export_table *t, const char *headings);
bool export_has_heading(const struct export_table *t, const char *headings);
/* Does the line hold all the headings? For recognition. */
bool export_headings_in(const char *line, size_t len, const char *const *headings);

/* export_reg.c: both forms of registry texts, value by value. data is as in "dword:00000001" of
 * a .reg file: type is "dword", "sz", "hex"; text the number, the string or the hex digits.
 * name NULL: the key itself begins. */
typedef void export_value_fn(void *arg, const char *key, const char *name, const char *type,
			     const char *text);
void export_reg_each(struct export_source *s, export_value_fn *each, void *arg);

/* export_collect.c: the reader of its kind. */
void export_read(enum exports_kind kind, struct export_source *s);
/* The readers, one a kind. */
void export_read_registry(struct export_source *s);
void export_read_systeminfo(struct export_source *s);
void export_read_services(struct export_source *s);
void export_read_features(struct export_source *s);
void export_read_drivers(struct export_source *s);
void export_read_prerequisites(struct export_source *s);
void export_read_hotfixes(struct export_source *s);
void export_read_programs(struct export_source *s);
void export_read_clients(struct export_source *s);
void export_read_certificates(struct export_source *s);
void export_read_sites(struct export_source *s);
void export_read_collections(struct export_source *s);
void export_read_import(struct export_source *s);
void export_read_ca_security(struct export_source *s);
void export_read_component(struct export_source *s);
/* export_sd.c: a security descriptor of a CA in hex digits. */
void export_read_descriptor(struct export_source *s, const char *hex);
/* "running", "stopped" or "" from the word of many languages or the number of sc query. */
const char *export_state(const char *word);

#endif
