/* What the two files behind --records share: the records, and how they are written. */
#ifndef LOGVIEW_RECORDS_H
#define LOGVIEW_RECORDS_H

#include "logview.h"

struct stream { /* the files of one log, one after the other */
	const struct trace_path *paths;
	size_t n, at;
	struct trace_reader *r;
	struct trace_record rec;
	bool have, over;
	ino_t inode;
	off_t size;
};

/* What records have in common with the one before is written once. */
struct last_time {
	bool set;
	amt_time hour;
	int bias;
	enum trace_offset offset;
	char head[16], tail[8]; /* "2009-01-14T13:" and "Z" */
	size_t tail_len;
};
struct last_line {
	uint64_t begin; /* of a hundred lines; 0: of none */
	char head[32];  /* their number but for the last two digits */
	size_t len;
};
struct last_component {
	bool set, ours;
	char raw[104];
	size_t raw_len;
	struct amt_buf json; /* ,"component":"...","thread": */
};

struct writer {
	struct amt_cli *cli;
	struct amt_buf out, copy, other;
	const char *text; /* of the record, UTF-8: in the window, or in copy; NULL: not looked at */
	size_t text_len;
	struct amt_out file;
	bool failed, choosy;         /* choosy: a filter was given */
	struct trace_search *search; /* NULL: every record is framed */
	int why;                     /* errno of the failure */
	uint64_t written;
	struct last_time time;
	struct last_line line;
	struct last_component component;
	struct amt_buf name; /* {"file":"...","line": */
	const char *name_of;
	char severity[4][48]; /* ,"severity":"...","text": */
	size_t severity_len[4];
};

/* put.c */
void put_begin(struct writer *w);
/* w->text. True: it stands in the window, and is ASCII. */
bool put_find_text(struct writer *w, struct stream *s);
void put_record(struct writer *w, struct stream *s, const char *name, enum trace_severity sev);
/* The same as a row of CSV; what its columns are. */
void put_csv(struct writer *w, struct stream *s, const char *name, enum trace_severity sev);
void put_csv_head(struct writer *w);
void put_line(struct writer *w, struct stream *s, enum trace_severity sev);
/* The component of the record: whether it is one of ours; keeps its text. */
bool put_component_of(struct writer *w, struct stream *s);

#endif
