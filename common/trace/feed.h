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
#define FEED_BEGUN          64     /* tasks that a restart closes without looking at all states */
#define FEED_HOST_MAX       40     /* bytes of a host name that are kept beside the state */
#define FEED_VERSION_MAX    12     /* the same of a version */
#define FEED_TEXT_MAX       240    /* bytes kept of a line that is a cause */

/* One line that may matter. text is in the file's encoding. */
struct feed_line {
	uint32_t file, group, scope;
	uint64_t line;
	amt_time at;
	bool placed, has_thread, ours; /* ours: of a component of AMT's */
	uint32_t thread;
	enum trace_severity severity;
	const char *text;
	size_t text_len;
	const char *codepage; /* of text that is not UTF-8 */
	const struct trace_match *m;
	uint64_t hash, host_hash; /* of the thread, of the host; 0: not reckoned yet */
	uint64_t name;            /* trace_index_name() of the host; 0: none */
	const uint8_t *signs;
	uint8_t n_signs;
	uint8_t touches;        /* enum feed_touch */
	struct feed_open *hint; /* the thread's state, looked up ahead: ahead.h; or NULL */
};

#define FEED_NO_THREAD (UINT64_C(1) << 63)

/*
 * A milestone of a task at hand, packed: four to a cache line, and half a busy log is
 * milestones. One that does not fit (beyond line 2^32 of a file, or file 255 of one task)
 * is left out.
 */
struct feed_mark {
	amt_time at;
	uint32_t line;
	uint16_t repeats;
	uint8_t event, file; /* file: from the task's first one on */
};

/* The text of a cause, shared by all that are the same: texts.c. */
struct feed_text {
	const char *kept; /* its copy in the facts, once there is one */
	uint32_t refs, len;
	bool has_code, firmware; /* the first status code in it */
	uint32_t code;
	char text[];
};
#define FEED_TEXTS_RECENT 32 /* looked for when a line is a cause */
struct feed_cause {
	struct trace_cause c; /* but for the text */
	struct feed_text *text;
};

/* Pieces of memory in whole cache lines: store.c. */
#define FEED_LINE        64 /* bytes of a cache line */
#define FEED_STORE_LINES 24 /* of the largest piece */
struct feed_store {
	void *free[FEED_STORE_LINES + 1]; /* by their lines */
	char *at;
	size_t left; /* lines of the block at hand */
	struct AMT_VEC(char *) blocks;
};
void *feed_store_get(struct feed_store *s, size_t bytes);
void feed_store_put(struct feed_store *s, void *piece, size_t bytes); /* NULL: nothing */
void feed_store_free(struct feed_store *s);
_Static_assert(FEED_MILESTONES_MAX * sizeof(struct feed_mark) <= FEED_STORE_LINES * FEED_LINE &&
		       sizeof(struct feed_text) + FEED_TEXT_MAX * 4 < FEED_STORE_LINES * FEED_LINE,
	       "what is kept fits into a piece");

/* A call of a task that did not answer 0: its first one. */
struct feed_call {
	struct trace_bad_call *bad; /* of those that are asked for by name */
	uint32_t status;
	char name[];
};

/* The pool's word on how a task ended. */
enum feed_pool { FEED_POOL_SILENT, FEED_POOL_OK, FEED_POOL_BAD };

/*
 * The state of a thread in three cache lines: what every line of a task touches, its first
 * milestones, and what is needed when a task begins, fails or ends. Thousands of threads
 * are busy at once, so its size decides how fast a busy log is read.
 */
#define FEED_MARKS_HERE (FEED_LINE / sizeof(struct feed_mark))
struct feed_open {
	uint64_t key;  /* group and thread; FEED_NO_THREAD and group: text without threads */
	uint64_t host; /* trace_index_name() of device's; 0: not known yet, or too long to keep */
	amt_time end;
	uint64_t last_line;
	uint32_t last_file, retries;
	uint32_t device;  /* of the last task too: host and version are its */
	uint32_t machine; /* the MachineId that the device had here */
	uint8_t n_milestones, cap_milestones, reached, kind;
	uint8_t version; /* told last, of device; 0: not known */
	uint8_t calls;   /* that ended well: enum trace_call */
	bool used, ended, done, terminal, implicit;
	bool of_device;    /* the task: it named one */
	bool has_machine;  /* the task: it told it */
	bool has_numbered; /* the device has it */
	bool named;        /* the device has a host name */
	bool has_cause;

	union {
		struct feed_mark here[FEED_MARKS_HERE];
		struct feed_mark *more; /* when cap_milestones is not 0 */
	};

	amt_time begin, seen; /* seen: the latest that device need not be told */
	uint64_t first_line;
	struct feed_call *failed_call;
	struct feed_cause *cause, *summary; /* cause: a hard one, or else a soft one */
	uint32_t first_file, errors;
	uint32_t changes;             /* feed_known.changes when machine was so */
	bool placed, hard, confirmed; /* confirmed: a hard error in sure words */
	uint8_t pool;                 /* enum feed_pool */
};

/* A host name or UUID, or a MachineId of a folder, and the device it names. */
struct feed_name {
	const char *name;
	uint32_t len, device;
};
struct feed_machine {
	uint32_t scope, machine, device;
};

/* What lines and ends of sessions ask of a device again and again, apart from the rest of it. */
struct feed_known {
	amt_time seen_first, seen_last;
	uint32_t root;    /* the device that it turned out to be */
	uint32_t changes; /* counts when its names or its firmware change */
	uint32_t outcomes[TRACE_OUTCOMES];
	bool provisioned, unprovisioned;
};
/* A session that is over, packed: kept.c. */
struct feed_done {
	amt_time begin, end;
	uint64_t first_line, last_line;
	struct feed_call *failed_call;
	struct feed_text *text; /* of its cause; NULL: none, and nothing else of it is set */
	uint64_t cause_line;
	amt_time cause_when;
	uint32_t cause_file, cause_code;
	uint32_t first_file, last_file;
	uint32_t device, machine, thread, errors, retries;
	int16_t signature;
	uint8_t cause_event, reached, kind, outcome, n_milestones;
	/* Not bits: setting one would wait for the memory to come first. */
	bool unconfirmed, has_code, firmware; /* of the cause */
	bool has_machine, has_thread, implicit, placed, confirmed;
	uint8_t calls;
	struct feed_mark milestones[];
};
/* What dropping sessions asks of one that is kept. */
struct feed_brief {
	uint32_t device;
	uint16_t words; /* of feed.kept */
	bool complete;
};
#define FEED_VERSIONS 255 /* of firmware: more are looked at each time */
struct feed_version {
	char text[15];
	uint8_t len;
};

struct feed {
	struct trace_facts *facts;
	size_t max_sessions;
	struct trace_index host_index, uuid_index, machine_index, open_index;
	struct AMT_VEC(struct feed_name) names; /* hosts and UUIDs */
	struct AMT_VEC(struct feed_machine) machines;
	struct AMT_VEC(struct feed_known) known;  /* one for each of facts.devices */
	struct AMT_VEC(uint64_t) kept;            /* sessions: kept.c */
	struct AMT_VEC(struct feed_brief) briefs; /* one for each of them */
	struct feed_store store;                  /* milestones and causes of tasks at hand */
	struct feed_store texts;                  /* of causes, and calls: those of sessions too */
	struct feed_text *recent[FEED_TEXTS_RECENT];
	const char *version; /* of firmware, told last */
	struct feed_version versions[FEED_VERSIONS];
	uint8_t n_versions;
	void *open_block; /* for FEED_OPEN_MAX; a page of it takes memory when it is written */
	struct feed_open *open; /* in it */
	size_t n_open;
	uint32_t begun[FEED_BEGUN]; /* states whose task began since the last restart */
	size_t n_begun;             /* more than fit: any */
	size_t day_at;
	amt_time day_begin, day_end; /* of it; the same: not known */
	struct trace_sign_facts signs[128];
	struct feed_open
		nobody;         /* in place of the state of a thread that has none; never written */
	struct feed_open carry; /* text without threads: the task that the file before left open */
};

void feed_init(struct feed *f, struct trace_facts *facts, size_t max_sessions);
void feed_line(struct feed *f, const struct feed_line *l);
struct feed_open *feed_find(struct feed *f, uint64_t key); /* NULL: none */
void feed_count(struct feed *f, amt_time at, uint64_t records, uint64_t errors);
void feed_file_end(struct feed *f, uint32_t group);
void feed_finish(struct feed *f); /* closes what is open, sorts, frees the state */

_Static_assert(sizeof(struct feed_open) == 3 * FEED_LINE, "a state is three cache lines");
_Static_assert(offsetof(struct feed_open, here) == FEED_LINE &&
		       offsetof(struct feed_open, begin) == 2 * FEED_LINE,
	       "each in its line");

static inline struct feed_mark *feed_marks(const struct feed_open *o)
{
	return o->cap_milestones ? o->more : (struct feed_mark *)o->here;
}
static inline size_t feed_marks_room(const struct feed_open *o)
{
	return o->cap_milestones ? o->cap_milestones : FEED_MARKS_HERE;
}
/* Of the task; UINT32_MAX: not known yet. */
static inline uint32_t feed_task_device(const struct feed_open *o)
{
	return o->of_device ? o->device : UINT32_MAX;
}

/* The n-th state, n < n_open. */
static inline struct feed_open *feed_nth(const struct feed *f, size_t n)
{
	return f->open + n;
}

/* Milestones of a state, store.c: room for more, those that are there come along; no more. */
void feed_marks_grow(struct feed_store *s, struct feed_open *o);
void feed_marks_clear(struct feed_store *s, struct feed_open *o);

uint64_t feed_key(uint32_t group, uint32_t thread);

/* events.c: what an event means for tasks. Bits. */
enum feed_trait {
	FEED_OPENS = 1,     /* begins one */
	FEED_INSIDE = 2,    /* makes sense only inside one: that its beginning is missing shows */
	FEED_OUTSIDE = 4,   /* does not begin one that way */
	FEED_WORD = 8,      /* the pool's word on how it ended */
	FEED_TERMINAL = 16, /* ends it for good when nothing better follows */
	FEED_SUCCESS = 32,
	FEED_ENDS = 64,
	FEED_SITE = 128, /* says something of the site */
};
struct feed_event {
	uint8_t traits, rank, kind, touches; /* touches: enum feed_touch, whatever the line names */
};
extern const struct feed_event feed_events[TRACE_EVENTS];
/* Is it a line of a task? Else it may be one about a device. */
static inline bool feed_is_task(enum trace_event e)
{
	return feed_events[e].traits & (FEED_OPENS | FEED_INSIDE | FEED_WORD);
}

/* What a line says and touches of the state of its thread, known before its turn. Bits. */
enum feed_touch {
	FEED_NAMES = 1, /* it says who the thread works for */
	FEED_NEXT = 2,  /* it begins a task, so that the one before is filed away */
	FEED_MARK = 4,  /* a milestone */
	FEED_ODD = 8,   /* session.c, odd() */
	FEED_DEEP = 16, /* names other than a host or a MachineId */
	FEED_CALL = 32, /* times enum trace_call + 1: that call answered 0, or it is an error */
};
_Static_assert(FEED_CALL *(TRACE_CALLS + 1) <= UINT8_MAX + 1, "all of it is a byte");
enum trace_kind feed_kind_of_call(const struct trace_match *m); /* TRACE_PROVISION: any */
uint8_t feed_call_of(const struct trace_match *m, enum trace_severity severity); /* 0: none */
static inline uint8_t feed_touches(const struct trace_match *m, enum trace_severity severity)
{
	bool names = ((m->host != NULL) | (m->uuid != NULL) | m->has_machine);
	bool deep = ((m->version != NULL) | (m->uuid != NULL)) & names;

	return (uint8_t)(feed_events[m->event].touches | (names ? FEED_NAMES : 0) |
			 (deep ? FEED_DEEP : 0) | (severity == TRACE_ERROR ? FEED_MARK : 0) |
			 (m->event == TRACE_EV_CALL ? feed_call_of(m, severity) * FEED_CALL : 0));
}

/* aside.c: lines that belong to a device or the site, not to a task. */
void feed_site_line(struct feed *f, const struct feed_line *l);
void feed_device_line(struct feed *f, const struct feed_line *l);

/* devices.c */
/* The hash of a host name, in whatever case. */
uint64_t feed_host_hash(const char *p, size_t n);
uint32_t feed_device(struct feed *f, const struct feed_line *l);
uint32_t feed_root(const struct feed *f, uint32_t device);
/* A device that a text names somewhere, by a host or a MachineId known already. */
bool feed_named(struct feed *f, const struct feed_line *l, struct trace_match *m);
/* What the tables would say of the line's names is o->device, and nothing in them changes. */
bool feed_as_before(const struct feed *f, const struct feed_open *o, const struct feed_line *l);
/* Whom a line of a task is about: it says something new. */
void feed_about(struct feed *f, struct feed_open *o, const struct feed_line *l);
/* The line says of a device what the state of a task knows of its own, or nothing. */
bool feed_deep_known(const struct feed *f, const struct feed_open *o, const struct feed_line *l);
static inline bool feed_nothing_new(const struct feed *f, const struct feed_open *o,
				    const struct feed_line *l)
{
	const struct trace_match *m = l->m;
	bool host = ((l->name == o->host) & (l->name != 0)) | ((l->name == 0) & o->named),
	     other = m->has_machine & ((o->machine != m->machine) | !o->has_machine);

	if (l->touches & FEED_DEEP)
		return o->of_device && !other && feed_deep_known(f, o, l);
	/* Not && and ||: which it is changes from line to line. */
	return ((l->touches & FEED_NAMES) == 0) | (o->of_device & host & !other);
}
void feed_seen(struct feed *f, struct feed_open *o); /* tells o->device of o->seen */
void feed_devices_settle(struct feed *f);

/* join.c: what other components say of a task, told on threads of their own */
void feed_join(struct feed *f);
/* causes.c */
/* Was the line seen in a public source, as it stands? Loose matches and tag U were not. */
bool trace_wording_sure(const struct trace_match *m);
void feed_causes(struct feed *f, struct feed_open *o, const struct feed_line *l);
void feed_cause_clear(struct feed *f, struct feed_cause **c);
void feed_connected(struct feed *f,
		    struct feed_open *o); /* what went wrong before was not that bad */

/* texts.c: the text of a line that is a cause; one more counts. */
struct feed_text *feed_text_get(struct feed *f, const struct feed_line *l);
void feed_text_put(struct feed *f, struct feed_text *t);         /* NULL: nothing */
const char *feed_text_keep(struct feed *f, struct feed_text *t); /* in the facts */

/* kept.c */
void feed_keep(struct feed *f, const struct feed_open *o, enum trace_outcome outcome,
	       bool confirmed, const struct feed_cause *cause);
void feed_make_room(struct feed *f); /* there are as many as the cap allows */
void feed_unpack(struct feed *f);    /* into the facts */

/* calls.c: the results of calls that are asked for by name */
void feed_call_failed(struct feed *f, struct feed_open *o, const struct feed_line *l);
/* What came later counts. */
void feed_calls_on(struct feed *f, struct feed_open *to, struct feed_open *from);
void feed_call_put(struct feed *f, struct feed_call *c); /* NULL: nothing */
/* In the facts. */
void feed_call_keep(struct feed *f, const struct feed_call *c, struct trace_session *s);

/* finish.c: files a closed session away */
void feed_close(struct feed *f, struct feed_open *o, bool at_end);
void feed_close_all(struct feed *f); /* and frees the states */
/* The component that writes these files started anew: threads of before are gone. */
void feed_restart(struct feed *f, uint32_t group);
/* carry.c: a task without threads may go on in the next file that was given. */
bool feed_carry_on(struct feed *f, struct feed_open *o);
struct trace_day *feed_day(struct feed *f, amt_time at);

#endif
