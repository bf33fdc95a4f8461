/*
 * The finding, how verdicts fold, and what a run hands to the writers.
 * Only the writers of this room print to standard output.
 */
#ifndef AMTDIAG_REPORT_H
#define AMTDIAG_REPORT_H

#include "amtdiag/core.h"
#include "amtdiag/guide.h"

#include <jansson.h>

enum amt_verdict {
	AMT_PASS,
	AMT_WARN,
	AMT_FAIL,
	AMT_UNKNOWN, /* the input is missing or could not be read */
	AMT_PENDING, /* time must pass */
	AMT_NA,      /* does not apply here */
	AMT_SKIPPED, /* an earlier stage failed and this can't hold yet */
	AMT_VERDICTS
};
const char *amt_verdict_name(enum amt_verdict v);
bool amt_verdict_parse(const char *name, enum amt_verdict *out);
/*
 * The one folding rule: the worse of the two by
 *	na < pass < pending < warn < skipped < unknown < fail
 * so that nothing unmeasured ever hides behind a pass. Commutative and associative.
 */
enum amt_verdict amt_verdict_fold(enum amt_verdict a, enum amt_verdict b);
/* 0 na pass · 1 pending warn · 3 skipped unknown · 2 fail */
int amt_verdict_exit(enum amt_verdict v);

struct amt_evidence {
	const char *source;  /* file, server, DN, interface */
	const char *locator; /* "line 12", "frame 4", "certificate 2"; may be NULL */
	const char *text;    /* what stood there; may be NULL */
};

/* One of the subjects of a folded finding. */
struct amt_subject {
	const char *name;
	const char *summary; /* NULL: what the finding says holds for it too, but for its name and
				numbers */
};

/* Everything in a finding belongs to the findings' arena. */
struct amt_finding {
	const struct amt_item *item;
	enum amt_verdict verdict;
	const char *subject; /* host, certificate, user, file; "" when it is the site */
	const char *summary; /* one line, says what was measured */
	struct amt_evidences AMT_VEC(struct amt_evidence) evidence;
	/* Made specific for this finding; the catalogue's own steps follow by themselves. */
	struct amt_strlist actions;
	/* Folded: all subjects, two or more, the first is subject. Else empty. */
	struct amt_subjects AMT_VEC(struct amt_subject) subjects;
	size_t places; /* seen in so many places, when not all of them are kept in evidence; else 0
			*/
	/* The finding (its row and subject) that this one is a consequence of; NULL: none is known
	 */
	const char *because_id, *because_subject;
};

struct amt_findings {
	struct amt_arena arena;
	struct AMT_VEC(struct amt_finding *) list;
};
void amt_findings_free(struct amt_findings *fs);
/* Takes out those from number from on that are gone. */
void amt_findings_drop(struct amt_findings *fs, size_t from,
		       bool (*gone)(void *arg, const struct amt_finding *f), void *arg);
/*
 * Appends a finding. id must stand in the catalogue (a test greps for it; an
 * unknown one aborts). Strings are copied. The result is for the calls below.
 */
struct amt_finding *amt_finding_add(struct amt_findings *fs, const char *id, enum amt_verdict v,
				    const char *subject, const char *fmt, ...) AMT_PRINTF(5, 6);
void amt_finding_evidence(struct amt_findings *fs, struct amt_finding *f, const char *source,
			  const char *locator, const char *fmt, ...) AMT_PRINTF(5, 6);
void amt_finding_action(struct amt_findings *fs, struct amt_finding *f, const char *fmt, ...)
	AMT_PRINTF(3, 4);
/* Steps to show: the specific ones, then the catalogue's when the verdict asks for them.
 * NULL-terminated, from the arena. */
const char *const *amt_finding_steps(struct amt_findings *fs, const struct amt_finding *f);
/* A copy at the end of out, with another verdict and summary. */
struct amt_finding *amt_finding_copy(struct amt_findings *out, const struct amt_finding *f,
				     enum amt_verdict v, const char *summary);

/*
 * Folding: what a row says of many subjects in the same words (names of the subject
 * and numbers aside) is one finding with many subjects. Findings without a subject
 * stay alone, and a subject that has two of a kind has them in two findings.
 * Of a group the first AMT_FOLD_PLACES places are kept, the others are counted;
 * a member's own words are kept where they say more: of every failure and warning, and
 * of the first AMT_FOLD_WORDS others. What is kept does not depend on how findings were
 * portioned, only on their order.
 */
#define AMT_FOLD_PLACES 64
#define AMT_FOLD_WORDS  200
struct amt_folder {
	struct amt_findings *out;
	struct amt_map groups, names;
	uint64_t *members; /* a set of hashes: group and subject */
	size_t n_members, n_slots;
};
/* Takes over copies of all findings of fs. out is where they go, always the same one. */
void amt_fold_add(struct amt_folder *fold, const struct amt_findings *fs);
void amt_folder_free(struct amt_folder *fold);                     /* out stays */
enum amt_verdict amt_findings_fold(const struct amt_findings *fs); /* empty: AMT_UNKNOWN */
void amt_findings_count(const struct amt_findings *fs, size_t counts[AMT_VERDICTS]);
/* Findings as JSON and back, exactly (the round trip is tested). */
json_t *amt_findings_to_json(struct amt_findings *fs);
bool amt_findings_from_json(const json_t *array, struct amt_findings *fs, struct amt_error *err);

/*
 * Small helpers over jansson, so that rooms write facts without caring for bad
 * UTF-8 (each bad byte becomes U+FFFD) or for missing keys.
 */
json_t *amt_json_str(const char *s); /* NULL gives null */
json_t *amt_json_strn(const char *s, size_t n);
json_t *amt_json_time(amt_time t);                                /* NONE gives null */
const char *amt_json_get_str(const json_t *obj, const char *key); /* NULL if not a string */
int64_t amt_json_get_int(const json_t *obj, const char *key, int64_t otherwise);
bool amt_json_get_bool(const json_t *obj, const char *key, bool otherwise);
amt_time amt_json_get_time(const json_t *obj, const char *key); /* NONE if missing or bad */
/* Copied into the arena; NULL if not a string. */
char *amt_json_dup(struct amt_arena *a, const json_t *obj, const char *key);

/* Trouble with an input, met on the way: told at once, and kept in the document. */
struct amt_note {
	const char *source; /* file or peer */
	const char *text;   /* names the place; one line */
};
struct amt_notes {
	struct amt_arena arena;
	struct AMT_VEC(struct amt_note) list;
	size_t dropped; /* beyond AMT_NOTES_MAX only counted */
	void (*sink)(void *arg, const struct amt_note *note); /* cli prints here; may be NULL */
	void *sink_arg;
};
#define AMT_NOTES_MAX 1000
void amt_note_add(struct amt_notes *n, const char *source, const char *fmt, ...) AMT_PRINTF(3, 4);
void amt_notes_free(struct amt_notes *n);

/*
 * JSON that is written while it is made, or gathered as a tree. Lists in it may be of any length:
 * one element is in memory at a time. Keys must stay until the level is closed.
 */
#define AMT_JSON_DEPTH 8
struct amt_json_level {
	const char *key;
	bool list, any;
	json_t *tree; /* borrowed */
};
struct amt_json_out {
	struct amt_buf *out; /* NULL: into tree */
	size_t flags;        /* of jansson */
	bool lines;          /* NDJSON of facts: the outermost members are records */
	json_t *tree;
	unsigned depth;
	struct amt_json_level level[AMT_JSON_DEPTH];
};
/* A member of the object that is open, or (key NULL) an element of the list. Takes value over. */
void amt_json_out_value(struct amt_json_out *o, const char *key, json_t *value);
void amt_json_out_open(struct amt_json_out *o, const char *key, bool list);
void amt_json_out_close(struct amt_json_out *o);

/*
 * What a tool shows beside findings. Made once, rendered by text and HTML
 * (and CSV, when a tool names its main table). Strings are copied.
 */
enum amt_section_kind { AMT_SECTION_TABLE, AMT_SECTION_TEXT, AMT_SECTION_HTML };
struct amt_column {
	const char *title;
	bool right;   /* numbers */
	bool verdict; /* cells hold verdict names: coloured */
};
struct amt_section {
	enum amt_section_kind kind;
	const char *title;
	const struct amt_column *columns; /* must outlive the run: a static table */
	size_t n_columns;
	struct AMT_VEC(const char *) cells; /* row after row */
	struct amt_buf text; /* TEXT: kept as laid out. HTML: trusted markup made by us (escape with
				amt_html_escape), HTML report only */
	bool text_only;      /* HTML shows the same in another way */
	bool main;           /* the table that --format csv writes */
};

struct amt_run {
	const char *tool, *version;
	amt_time started, ended, now;
	struct amt_findings findings;
	struct amt_notes notes;
	json_t *facts; /* object; owned */
	/* Instead of facts: makes them, member by member, whenever they are written. */
	void (*write_facts)(void *arg, struct amt_json_out *o);
	void *write_arg;
	struct AMT_VEC(struct amt_section *) sections;
	struct amt_arena arena;
	const char *headline; /* one sentence above all else in text and HTML; may be NULL */
	json_t *firmware;     /* array of the versions judged for, as given; may be NULL */
	const char *perfdata; /* for --format status, beside the counts; may be NULL */
	bool interrupted;
	bool not_built; /* the tool only lists what it will judge */
};
void amt_run_free(struct amt_run *r);
/* For who must see all facts at once: they are a tree from now on. */
void amt_run_hold_facts(struct amt_run *r);
enum amt_verdict amt_run_verdict(const struct amt_run *r);

struct amt_section *amt_section_table(struct amt_run *r, const char *title,
				      const struct amt_column *columns, size_t n_columns);
/* A row of CSV (RFC 4180); what a spreadsheet would run as a formula stays text. */
void amt_csv_row(struct amt_buf *out, const char *const *cells, size_t n);
void amt_section_cell(struct amt_run *r, struct amt_section *s, const char *fmt, ...)
	AMT_PRINTF(3, 4);
struct amt_section *amt_section_text(struct amt_run *r, const char *title);
struct amt_section *amt_section_html(struct amt_run *r, const char *title);
/* For the sections of HTML: nothing from outside gets there but through these. Styles stand in
 * common/report/page.css: the page's policy allows no style= attribute. */
void amt_html_escape(struct amt_buf *out, const char *s, size_t n);
/* open and close as they stand, text escaped. */
void amt_html_element(struct amt_buf *out, const char *open, const char *text, const char *close);
void amt_html_verdict(struct amt_buf *out, enum amt_verdict v);
/* Opens a box that scrolls by itself, also by keyboard, when it is wider than the page. */
void amt_html_scroll(struct amt_buf *out, const char *label);

enum amt_format {
	AMT_FORMAT_TEXT,
	AMT_FORMAT_JSON,
	AMT_FORMAT_NDJSON,
	AMT_FORMAT_JUNIT,
	AMT_FORMAT_HTML,
	AMT_FORMAT_CSV,
	AMT_FORMAT_STATUS,
	AMT_FORMAT_OPENMETRICS,
	AMT_FORMATS
};
bool amt_format_parse(const char *name, enum amt_format *out);
const char *amt_format_name(enum amt_format f);

struct amt_style {
	bool color;
	int width;   /* columns; 0 = do not wrap */
	int verbose; /* text: -1 only what is wrong, 0 the usual, 1 passes and evidence too */
};

/* The whole report into out. False when it went over the buffer's cap. */
bool amt_report_write(struct amt_run *r, enum amt_format format, const struct amt_style *style,
		      struct amt_buf *out, struct amt_error *err);
/* The JSON document, laid out by jansson's flags, and one read back: findings and facts, for
 * --replay and merging. */
void amt_report_document(struct amt_run *r, size_t flags, struct amt_buf *out);
bool amt_report_parse(const char *text, size_t len, const char *name, json_t **doc,
		      struct amt_error *err);
/* --explain and --list-checks */
bool amt_report_explain(const struct amt_item *item, enum amt_format format,
			const struct amt_style *style, struct amt_buf *out);
bool amt_report_checks(unsigned tools, enum amt_format format, const struct amt_style *style,
		       struct amt_buf *out);

#endif
