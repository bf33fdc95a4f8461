/*
 * Lines in, devices and sessions out: the state behind trace_collect(). Memory
 * grows with devices and kept sessions, never with lines.
 */
#ifndef TRACE_FEED_H
#define TRACE_FEED_H

#include "index.h"

#include "amtdiag/trace.h"

#define FEED_MILESTONES_MAX 96     /* of one session; more are only counted */
#define FEED_DEVICES_MAX    500000 /* more share one row */
#define FEED_OPEN_MAX       65536  /* sessions open at once */
#define FEED_HOST_MAX       40     /* bytes of a host name that are kept beside the state */
#define FEED_POOL           64     /* states that are made together */
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
	const char *codepage; /* of text that is not UTF-8 */
	const struct trace_match *m;
	uint64_t hash, host_hash; /* of the thread, of the host; 0: not reckoned yet */
	const uint8_t *signs;
	uint8_t n_signs;
};

#define FEED_NO_THREAD (UINT64_C(1) << 63)

struct feed_cause { /* a struct trace_cause and its text in one block */
	struct trace_cause c;
	char text[];
};

/*
 * The state of a thread, the most used parts first. Thousands of threads are busy at
 * once: what a line touches should be few cache lines, known ahead (feed_expect).
 */
struct feed_open {
	uint64_t key; /* group and thread; FEED_NO_THREAD and group: text without threads */
	bool used, ended, pool_ok, pool_bad, done, terminal;
	uint8_t version_len;
	uint8_t host_len; /* 0: not known yet, or too long to keep */
	bool named;       /* the device has a host name */
	uint32_t scope;
	uint32_t device; /* of the last task too: its host is */
	struct AMT_VEC(struct trace_milestone) milestones;
	char host[FEED_HOST_MAX], version[16]; /* told last */
	struct feed_cause *hard, *soft, *summary;
	struct trace_session s;
};

/* A host name or UUID, or a MachineId of a folder, and the device it names. */
struct feed_name {
	const char *name;
	uint32_t len, device;
};
struct feed_machine {
	uint32_t scope, machine, device;
};

struct feed {
	struct trace_facts *facts;
	size_t max_sessions;
	struct trace_index host_index, uuid_index, machine_index, open_index;
	struct AMT_VEC(struct feed_name) names; /* hosts and UUIDs */
	struct AMT_VEC(struct feed_machine) machines;
	struct AMT_VEC(uint32_t) alias;          /* device that a device turned out to be */
	struct AMT_VEC(struct feed_open *) pool; /* blocks of FEED_POOL, filled in turn */
	size_t n_open;
	size_t day_at;
	struct trace_sign_facts signs[128];
	struct feed_open carry; /* text without threads: the task that the file before left open */
};

void feed_init(struct feed *f, struct trace_facts *facts, size_t max_sessions);
void feed_line(struct feed *f, const struct feed_line *l);
struct feed_open *feed_find(struct feed *f, uint64_t key); /* NULL: none */
void feed_count(struct feed *f, amt_time at, uint64_t records, uint64_t errors);
void feed_file_end(struct feed *f, uint32_t group);
void feed_finish(struct feed *f); /* closes what is open, sorts, frees the state */

/* The n-th state, n < n_open. */
static inline struct feed_open *feed_nth(const struct feed *f, size_t n)
{
	return &f->pool.v[n / FEED_POOL][n % FEED_POOL];
}

/*
 * A line of this thread, or about this host, comes soon: brings its state nearer. Three
 * steps, each of which needs what the one before fetched.
 */
enum feed_step { FEED_SLOT, FEED_STATE, FEED_TASK };
void feed_expect(const struct feed *f, uint64_t hash, enum feed_step step);
void feed_expect_host(const struct feed *f, uint64_t hash, enum feed_step step);
uint64_t feed_key(uint32_t group, uint32_t thread);
/* Is it a line of a task? Else it may be one about a device. */
bool feed_is_task(enum trace_event e);

/* devices.c */
/* The hash of a host name, in whatever case. */
uint64_t feed_host_hash(const char *p, size_t n);
uint32_t feed_device(struct feed *f, const struct feed_line *l);
uint32_t feed_root(const struct feed *f, uint32_t device);
void feed_devices_settle(struct feed *f);

/* causes.c */
void feed_causes(struct feed *f, struct feed_open *o, const struct feed_line *l);
void feed_cause_clear(struct feed_cause **c);

/* finish.c: files a closed session away */
void feed_close(struct feed *f, struct feed_open *o, bool at_end);
void feed_close_all(struct feed *f); /* and frees the states */
/* carry.c: a task without threads may go on in the next file that was given. */
bool feed_carry_on(struct feed *f, struct feed_open *o);
struct trace_day *feed_day(struct feed *f, amt_time at);

#endif
