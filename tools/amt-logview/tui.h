/*
 * The viewer. One struct tui holds everything; each file of tui_*.c is one noun of it:
 *
 *	index    where the records are; built in slices between key presses
 *	filter   which of them are shown, and the bits that say so
 *	search   find, next error, jump to a time or a line
 *	state    filter and bookmarks kept between runs
 *	screen   curses: start, colours, text that is safe and fits
 *	list     the records; status line
 *	detail   one record explained;  session  tasks and their milestones, read by job
 *	saved    filters with a name, and which of them are switched on
 *	prompt   a line of input, the filter's form;  keys  the loop
 *
 * Memory a record: 1 byte of checkpoints, 2 bits of severity, 1 bit of the filter, and
 * 1 byte of order when several logs are merged.
 */
#ifndef TUI_H
#define TUI_H

#include "logview.h"

#define TUI_STRIDE 16u   /* records between two checkpoints */
#define TUI_BLOCK  4096u /* records between two counts of the merged order */
#define TUI_FILES  255u  /* a file's number is a byte of the order */

struct tui_point { /* where record number TUI_STRIDE * i begins */
	uint64_t offset, line;
};

struct tui_file {
	const char *path;
	uint32_t group; /* files of one log, oldest first */
	struct trace_reader *r;
	struct AMT_VEC(struct tui_point) points;
	uint32_t n, cursor;                /* records known; the one the reader stands at */
	uint64_t end_offset, end_line;     /* behind the last record known */
	uint64_t size, inode;              /* as last seen */
	bool done, failed, spooled, waits; /* waits: a pipe may bring more */
	/* the record read and not yet placed in the order */
	bool have;
	amt_time time; /* of it, or of the one before when it has none */
	uint8_t severity;
	bool fits;
	uint32_t fits_of; /* the filter it was asked of */
};

struct tui_filter_text { /* as typed; kept between runs */
	char text[128], severity[16], component[64], thread[32], device[64], from[40], to[40];
	bool regex;
};

struct tui_filter;
/* NULL with err set when a field can't be understood. */
struct tui_filter *tui_filter_new(const struct tui_filter_text *text, struct amt_error *err);
void tui_filter_free(struct tui_filter *f);
/* Not even one field is set. */
bool tui_filter_empty(const struct tui_filter_text *text);

struct tui_saved { /* a filter with a name */
	char name[40];
	struct tui_filter_text text;
	struct tui_filter *filter; /* NULL until it is switched on */
	bool on;
};
#define TUI_SAVED_MAX 50u

struct tui_mark {
	char *path;
	uint64_t offset, line;
};

/* A record on its way to the screen. */
struct tui_row {
	struct tui_file *file;
	struct trace_record rec; /* strings valid until the next fetch */
	enum trace_severity severity;
	struct amt_buf text, component; /* UTF-8 */
};

struct tui_session { /* a line of the session pane */
	uint32_t session;
	int milestone; /* -1: the session itself; n_milestones: its cause */
};

struct tui {
	struct amt_cli *cli;
	struct amt_arena arena;
	struct tui_file *files;
	unsigned n_files;
	/* index */
	uint32_t n; /* records placed */
	struct AMT_VEC(uint8_t) order;
	struct AMT_VEC(uint32_t) counts;    /* n_files of them every TUI_BLOCK records */
	struct AMT_VEC(uint8_t) severities; /* four a byte */
	bool indexed;
	bool piped;         /* one of them is a pipe: nobody knows its size */
	uint64_t bytes;     /* of all files, as they are packed */
	amt_time next_look; /* when the files are looked at for growth */
	/* filter */
	bool filtered, show_all; /* show_all: neither the form nor the saved ones are in force */
	struct tui_filter_text filter_text;
	struct tui_filter *filter;
	struct AMT_VEC(struct tui_saved) saved;
	bool saved_any;                 /* one of those switched on is enough; else all of them */
	uint32_t filter_of;             /* counts filters */
	uint32_t asked;                 /* records the filter has answered for */
	struct AMT_VEC(uint64_t) bits;  /* its answers */
	struct AMT_VEC(uint32_t) ranks; /* fitting records before every 512 */
	uint32_t fitting;
	/* view; positions count shown records */
	uint32_t top, current, anchor;
	bool anchored, stick, utc, help;
	int left;      /* columns scrolled to the side */
	int show_time; /* 0 no, 1 time of day, 2 with date */
	bool show_component, show_thread, show_detail;
	int detail_top;
	struct tui_row row;
	char message[256];
	amt_time mark_time; /* for the elapsed time */
	uint32_t mark_record;
	bool marked;
	/* search */
	char needle[128];
	bool needle_regex, highlight;
	struct tui_filter *finder;
	/* state */
	char *state_path;
	struct AMT_VEC(struct tui_mark) marks;
	struct trace_signer *signer;
	/* sessions */
	struct tui_job *job; /* reading them; NULL: nobody */
	struct trace_facts facts;
	bool have_facts;
	uint64_t facts_of; /* bytes of the logs when they were read */
	struct AMT_VEC(struct tui_session) tasks;
	uint32_t task_top, task_current;
	bool quit, wide; /* wide: the terminal speaks UTF-8 */
};

/* index */
/* Names first; what is in them is looked at when the process is confined. */
bool tui_index_list(struct tui *t, struct amt_error *err);
bool tui_index_open(struct tui *t, struct amt_error *err);
void tui_index_free(struct tui *t);
/* Works for about that long (microseconds); true while there is more to do. */
bool tui_index_work(struct tui *t, amt_time slice);
void tui_index_look(struct tui *t); /* have the files grown? */
void tui_index_again(struct tui *t);
/* Record number p: the file it is in and its number there. */
uint32_t tui_index_place(const struct tui *t, uint32_t p, unsigned *file);
/* The other way round; UINT32_MAX: not placed yet. */
uint32_t tui_index_find(struct tui *t, unsigned file, uint64_t line);
bool tui_index_fetch(struct tui *t, uint32_t p, struct tui_row *row);
/* The record alone, its text not made. */
bool tui_index_record(struct tui *t, uint32_t p, struct tui_row *row);
enum trace_severity tui_index_severity(const struct tui *t, uint32_t p);
uint64_t tui_index_done(const struct tui *t); /* bytes read */

/* filter */
bool tui_filter_fits(struct tui *t, struct tui_row *row);
bool tui_filter_asks(struct tui_filter *f, const struct trace_record *rec, enum trace_severity sev,
		     const struct trace_match *m, const char *text, size_t n);
/* Where the filter's text is in s; false: nowhere. */
bool tui_filter_where(struct tui_filter *f, const char *s, size_t n, size_t *at, size_t *len);
/* Of the filter's fields alone. text: the record's, in UTF-8. */
bool tui_saved_fits(const struct tui *t, const struct trace_record *rec, enum trace_severity sev,
		    const struct trace_match *m, const char *text, size_t n);
bool tui_saved_any_on(const struct tui *t);
/* Adds it, or replaces one of that name; err: too many, or it can't be understood. */
bool tui_saved_add(struct tui *t, const char *name, const struct tui_filter_text *text, bool on,
		   struct amt_error *err);
void tui_saved_run(struct tui *t);
void tui_saved_free(struct tui *t);
void tui_filter_set(struct tui *t, const struct tui_filter_text *text, struct amt_error *err);
void tui_filter_answer(struct tui *t, uint32_t p, bool fits);
uint32_t tui_view_count(const struct tui *t);
uint32_t tui_view_record(const struct tui *t, uint32_t v); /* v-th shown record */
uint32_t tui_view_of(const struct tui *t, uint32_t p);     /* the first shown one from p on */

/* search */
void tui_search_set(struct tui *t, const char *needle, bool regex);
void tui_search_next(struct tui *t, int step);
void tui_search_error(struct tui *t, int step);
void tui_search_time(struct tui *t, const char *when);
void tui_search_line(struct tui *t, const char *line);
void tui_goto(struct tui *t, uint32_t v);
void tui_goto_record(struct tui *t, uint32_t p);

/* state */
void tui_state_load(struct tui *t);
void tui_state_save(struct tui *t);
void tui_state_free(struct tui *t);
bool tui_state_marked(const struct tui *t, const struct tui_row *row);
void tui_state_toggle(struct tui *t, const struct tui_row *row);
void tui_state_next(struct tui *t, int step);

/* screen */
enum tui_ink {
	TUI_PLAIN,
	TUI_BAR,
	TUI_ERROR,
	TUI_WARNING,
	TUI_DIM,
	TUI_FOUND,
	TUI_TITLE,
	TUI_INKS
};
struct tui_pen { /* writes from column x up to end, leaving out the first skip columns */
	int y, x, end, skip;
};
bool tui_screen_start(struct tui *t, struct amt_error *err);
void tui_screen_stop(void);
int tui_screen_rows(void);
int tui_screen_columns(void);
void tui_pen_put(struct tui *t, struct tui_pen *pen, const char *s, size_t n, enum tui_ink ink,
		 bool reverse);
void tui_pen_format(struct tui *t, struct tui_pen *pen, enum tui_ink ink, const char *fmt, ...)
	AMT_PRINTF(4, 5);
void tui_pen_rest(struct tui *t, struct tui_pen *pen, enum tui_ink ink, bool reverse);
/* A character or a key; -1: none within the milliseconds. */
int tui_screen_key(int wait);
/* The same, reading on in the logs while nothing is pressed. */
int tui_key(struct tui *t, int wait);
void tui_screen_again(void); /* everything anew: something else wrote on the terminal */
enum tui_key {
	TUI_NONE = -1,
	TUI_UP = 0x200000,
	TUI_DOWN,
	TUI_LEFT,
	TUI_RIGHT,
	TUI_PAGE_UP,
	TUI_PAGE_DOWN,
	TUI_HOME,
	TUI_END,
	TUI_ENTER,
	TUI_ESCAPE,
	TUI_BACKSPACE,
	TUI_RESIZE,
	TUI_OTHER
};
void tui_screen_clear(void);
void tui_screen_flush(void);
void tui_screen_cursor(int y, int x);

/* panes */
void tui_list_draw(struct tui *t);
int tui_list_rows(const struct tui *t); /* rows of the list proper */
void tui_list_status(struct tui *t);
void tui_detail_draw(struct tui *t, int y, int rows);
void tui_session_run(struct tui *t);
/* The tasks are read by a thread: start, and take what it found. False: not yet. */
void tui_job_start(struct tui *t);
bool tui_job_take(struct tui *t);
void tui_job_stop(struct tui *t);
void tui_help_run(struct tui *t);

/* prompt */
bool tui_prompt(struct tui *t, const char *question, char *line, size_t size);
bool tui_prompt_filter(struct tui *t, struct tui_filter_text *f);

/* copy: the selected lines into a file */
void tui_copy(struct tui *t, const char *path);

/* keys */
void tui_keys_press(struct tui *t, int key);
int tui_run(struct amt_cli *cli);

#endif
