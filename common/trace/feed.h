/*
 * Lines in, devices and sessions out: the state behind trace_collect(). Memory
 * grows with devices and kept sessions, never with lines.
 */
#ifndef TRACE_FEED_H
#define TRACE_FEED_H

#include "amtdiag/trace.h"

#define FEED_MILESTONES_MAX 96     /* of one session; more are only counted */
#define FEED_DEVICES_MAX    500000 /* more share one row */
#define FEED_OPEN_MAX       65536  /* sessions open at once */
#define FEED_TEXT_MAX       240    /* bytes kept of a line that is a cause */

/* One line that may matter. text is in the file's encoding. */
struct feed_line {
	uint32_t file, group, scope;
	uint64_t line;
	amt_time at;
	bool placed, has_thread;
	uint32_t thread;
	enum trace_severity severity;
	const char *text;
	size_t text_len;
	const char *codepage; /* of text; NULL: UTF-8 */
	struct trace_match m;
	uint8_t signs[TRACE_SIGNS_MAX];
	uint8_t n_signs;
};

#define FEED_NO_THREAD (UINT64_C(1) << 63)

struct feed_cause { /* a struct trace_cause whose text is its own */
	struct trace_cause c;
	char *text;
};

struct feed_open {
	uint64_t key; /* group and thread; FEED_NO_THREAD and group: text without threads */
	bool used, ended, pool_ok, pool_bad, done, terminal;
	uint32_t scope;
	uint32_t device;  /* of the last task too: its host is */
	const char *host; /* NULL: not known yet */
	size_t host_len;
	char version[16]; /* told last */
	size_t version_len;
	struct AMT_VEC(struct trace_milestone) milestones;
	struct trace_session s;
	struct feed_cause hard, soft, summary;
};

/* The key stands beside the number, so that looking up touches nothing else. */
struct feed_slot {
	uint64_t key;
	uint64_t number; /* of open, + 1; 0: free */
};

struct feed {
	struct trace_facts *facts;
	size_t max_sessions;
	struct amt_map hosts, uuids, machines;   /* to device numbers + 1 */
	struct AMT_VEC(uint32_t) alias;          /* device that a device turned out to be */
	struct AMT_VEC(struct feed_open *) open; /* each its own block: growing moves nothing */
	struct feed_slot *slots;
	size_t n_slots;
	size_t day_at;
	struct trace_sign_facts signs[128];
	struct AMT_VEC(char *) texts; /* per session: the text of its cause */
	struct feed_open carry; /* text without threads: the task that the file before left open */
};

void feed_init(struct feed *f, struct trace_facts *facts, size_t max_sessions);
void feed_line(struct feed *f, const struct feed_line *l);
struct feed_open *feed_find(struct feed *f, uint64_t key); /* NULL: none */
void feed_count(struct feed *f, amt_time at, uint64_t records, uint64_t errors);
void feed_file_end(struct feed *f, uint32_t group);
void feed_finish(struct feed *f); /* closes what is open, sorts, frees the state */

/* devices.c */
uint32_t feed_device(struct feed *f, const struct feed_line *l);
uint32_t feed_root(const struct feed *f, uint32_t device);
void feed_devices_settle(struct feed *f);

/* causes.c */
void feed_causes(struct feed *f, struct feed_open *o, const struct feed_line *l);
void feed_cause_clear(struct feed_cause *c);

/* finish.c: files a closed session away */
void feed_close(struct feed *f, struct feed_open *o, bool at_end);
/* carry.c: a task without threads may go on in the next file that was given. */
bool feed_carry_on(struct feed *f, struct feed_open *o);
struct trace_day *feed_day(struct feed *f, amt_time at);

#endif
