/*
 * ConfigMgr logs: framing, records, what a line means, sessions of devices,
 * signatures and status codes.
 *
 *	bytes --trace_reader--> records --trace_classify, trace_sign--> meaning
 *	      --trace_collect (a list of paths)--> struct trace_facts
 *	      --trace_judge--> findings                        (pure)
 *	trace_to_json(), trace_from_json()                     (exact round trip)
 *
 * Formats, encodings, time rules and wording: handbook "Logs" (logs.md) sections
 * 1 to 4; the tables are templates.tsv, signatures.tsv, codes.tsv and zones.tsv of
 * common/trace. Every fact carries file and line.
 */
#ifndef AMTDIAG_TRACE_H
#define AMTDIAG_TRACE_H

#include "amtdiag/core.h"
#include "amtdiag/guide.h"
#include "amtdiag/report.h"

/* ---- records ----------------------------------------------------------- */

enum trace_framing {
	TRACE_PLAIN,  /* a line of text with nothing around it */
	TRACE_SERVER, /* text  $$<component><time><thread=...> */
	TRACE_CCM,    /* <![LOG[text]LOG]!><time=...> */
	TRACE_PASTED, /* columns copied from Trace32 or CMTrace */
	TRACE_FRAMINGS
};
const char *trace_framing_name(enum trace_framing f); /* "server" */

enum trace_severity { TRACE_NO_SEVERITY, TRACE_INFO, TRACE_WARNING, TRACE_ERROR };
const char *trace_severity_name(enum trace_severity s); /* "info" */
bool trace_severity_parse(const char *name, enum trace_severity *out);

/* What is wrong with a record. Bits. */
enum trace_damage {
	TRACE_CUT = 1 << 0,      /* its end is missing */
	TRACE_HEADLESS = 1 << 1, /* its beginning is missing */
	TRACE_MARKS = 1 << 2,    /* framing characters wrong or missing: $<, >> */
	TRACE_WRAPPED = 1 << 3,  /* framing broken over lines */
	TRACE_SHARED = 1 << 4,   /* not alone on its line */
	TRACE_BAD_TIME = 1 << 5, /* a time or bias that can't be right */
	TRACE_UNFRAMED = 1 << 6, /* lines without framing in a framed file */
	TRACE_DAMAGES = 7        /* how many bits */
};
const char *trace_damage_name(unsigned bit); /* bit number: "cut" */

/* Where the offset of a time comes from. */
enum trace_offset {
	TRACE_OFFSET_UNKNOWN, /* local time, can't be placed */
	TRACE_OFFSET_BIAS,    /* a bias stands in the record */
	TRACE_OFFSET_ZONE,    /* the zone's name and its daylight saving rule */
	TRACE_OFFSET_GMTDATE, /* measured at a status message of the same file */
	TRACE_OFFSET_OPTION,  /* told by the user */
	TRACE_OFFSETS
};
const char *trace_offset_name(enum trace_offset o);

struct trace_zone; /* a row of zones.tsv */

struct trace_when {
	amt_time local; /* as written; AMT_TIME_NONE: no time in the record */
	int bias;       /* minutes, UTC = local + bias; when offset says so */
	enum trace_offset offset;
	const struct trace_zone *zone; /* named in the record; NULL: none or not in the table */
	bool daylight;                 /* the zone's name says daylight time */
};
/* UTC, or the local time as it stands when the offset is unknown; NONE stays NONE. */
amt_time trace_utc(const struct trace_when *w);
/* RFC 3339 with offset; without one when it is not known; "-" for none. */
char *trace_when_format(const struct trace_when *w, char out[AMT_TIME_TEXT]);

/* A record as it stands in the (decoded) stream. Strings are not terminated. */
struct trace_record {
	uint64_t offset, line; /* where it begins; lines count from 1 */
	uint32_t lines;        /* physical lines it takes */
	enum trace_framing framing;
	unsigned damage;  /* enum trace_damage */
	const char *text; /* in the file's encoding, line ends as they stand */
	size_t text_len;
	const char *component; /* may be NULL */
	size_t component_len;
	const char *source_file; /* CCM file="..."; may be NULL */
	size_t source_file_len;
	bool has_thread;
	uint32_t thread;
	int type; /* CCM type 0 to 3; -1: not given */
	struct trace_when when;
};

enum trace_encoding { TRACE_UTF8, TRACE_UTF16LE, TRACE_UTF16BE, TRACE_ANSI, TRACE_ENCODINGS };

struct trace_options {
	const char *codepage;        /* for text that is not UTF-8; NULL: found out, else CP1252 */
	bool day_first, month_first; /* --date-order; neither: found out */
	bool has_tz;                 /* --tz: these offsets rule */
	int tz_bias;                 /* minutes, when tz_zone is NULL */
	const struct trace_zone *tz_zone;
	bool no_signatures;  /* sessions only */
	unsigned threads;    /* 0: two, if that pays; what is found is the same for any number */
	size_t window;       /* bytes read at once; 0: what is best. For tests */
	size_t max_sessions; /* kept in detail; 0: TRACE_SESSIONS_DEFAULT */
	const char *source;  /* name of this place in partial results; NULL: "" */
	const struct amt_progress *progress;
	/* A descriptor to read instead of the path, -1 for none; NULL: always the path. */
	int (*open)(void *arg, const char *path);
	void *open_arg;
};
#define TRACE_SESSIONS_DEFAULT 10000
/* +02:00, -330 (a bias), UTC, or a zone's name out of the table. */
bool trace_tz_parse(const char *s, struct trace_options *o, struct amt_error *err);

/*
 * Reads the records of one file ("-": standard input), gzip and zstd unpacked,
 * UTF-16 decoded. The window is 256 KiB and grows to hold a record of 1 MiB at
 * most; longer ones come in pieces, marked as cut.
 */
struct trace_reader;
struct trace_reader *trace_reader_open(const char *path, const struct trace_options *o,
				       struct amt_error *err);
/* The same over bytes in memory, which stay the caller's. */
struct trace_reader *trace_reader_memory(const void *p, size_t n, const char *name,
					 const struct trace_options *o);
void trace_reader_close(struct trace_reader *r);
enum trace_step {
	TRACE_RECORD,
	TRACE_AGAIN, /* followed or spooled: nothing complete yet, ask later */
	TRACE_END,   /* or an error: trace_reader_error() */
};
/* The record is valid until the next call. */
enum trace_step trace_reader_next(struct trace_reader *r, struct trace_record *rec);
const char *trace_reader_error(const struct trace_reader *r); /* NULL: none */
/* Do not take the end of the file for the end of the log: TRACE_AGAIN there. */
void trace_reader_follow(struct trace_reader *r, bool on);
/*
 * For viewers: an index is the offset and line of each record of a first pass.
 * Then one record at a place, without reading what is before it. False for inputs
 * that can't seek (packed, piped, UTF-16): after trace_reader_spool(), before the first
 * record, what is decoded goes into an unnamed file on the way, and they can. A pipe
 * is not waited for then: TRACE_AGAIN, and trace_reader_waits(), when it has nothing.
 */
bool trace_reader_at(struct trace_reader *r, uint64_t offset, uint64_t line,
		     struct trace_record *rec);
bool trace_reader_can_seek(const struct trace_reader *r);
bool trace_reader_spool(struct trace_reader *r, struct amt_error *err);
bool trace_reader_waits(const struct trace_reader *r);
uint64_t trace_reader_taken(const struct trace_reader *r); /* bytes of the file read so far */
int trace_reader_copy(const struct trace_reader *r); /* that file, the reader's own; -1: none */
/*
 * Like reading to the end, but only the records that may match, faster: patterns are
 * PCRE2, matched without regard to case, and all must match. NULL when no word must stand
 * in every match: then there is no faster way. Not for a log that is followed.
 */
struct trace_search;
struct trace_search *trace_search_new(const char *const *patterns, size_t n);
void trace_search_free(struct trace_search *s);
void trace_search_begin(struct trace_search *s); /* before the first record of each reader */
enum trace_step trace_search_next(struct trace_search *s, struct trace_reader *r,
				  struct trace_record *rec);
/* Of the record that came last: is it known that all patterns match its text? text is what
 * trace_text_in_place() gave. False: see for yourself. */
bool trace_search_knows(struct trace_search *s, const struct trace_reader *r, const char *text,
			size_t n);
/* What was found out about the file so far. */
struct trace_file_facts;
void trace_reader_facts(const struct trace_reader *r, struct trace_file_facts *out);
/* Calibrates by status messages and decides the offset of the record's time. */
void trace_reader_clock(struct trace_reader *r, struct trace_record *rec);
/* The text in UTF-8, '~' marks and carriage returns turned into line ends or dropped. */
void trace_reader_text(struct trace_reader *r, const struct trace_record *rec, struct amt_buf *out);
/* The bytes of the file that are the text, without the marks and blanks at their end. They are
 * the text in UTF-8 if they are ASCII without '~', carriage return and NUL. */
size_t trace_text_len(const struct trace_record *rec);
/* The same without a copy, *len bytes long, where that is so: nearly always. Else NULL. */
const char *trace_text_in_place(const struct trace_record *rec, size_t *len);
/* Any other string of a record in UTF-8, as it stands. */
void trace_reader_utf8(struct trace_reader *r, const char *s, size_t n, struct amt_buf *out);

/* ---- what a line means ------------------------------------------------- */

enum trace_event {
#define TRACE_EVENT(id, name, label, milestone) TRACE_EV_##id,
#include "amtdiag/trace_events.def"
#undef TRACE_EVENT
	TRACE_EVENTS
};
const char *trace_event_name(enum trace_event e);
const char *trace_event_label(enum trace_event e);
unsigned trace_event_milestone(enum trace_event e); /* 0: none */

/* A row of templates.tsv. */
struct trace_template {
	const char *id, *phase;
	enum trace_severity severity; /* TRACE_NO_SEVERITY: by the values in the line */
	char tag;                     /* S, E, U */
	enum trace_event event;
	const char *pattern, *source;
};
extern const struct trace_template trace_templates[];
extern const size_t trace_templates_count;

/* What was recognised in a text. Strings point into it. */
struct trace_match {
	const struct trace_template *row; /* NULL: not known */
	enum trace_event event;
	bool loose; /* wording differs from the table */
	bool whole; /* from the first to the last character */
	const char *host, *uuid, *version, *word, *address;
	size_t host_len, uuid_len, version_len, word_len, address_len;
	bool has_number, has_machine, has_hex;
	uint32_t number, machine; /* the first number; MachineId or target id */
	uint32_t hex;
	/* of calls to the firmware */
	bool has_hresult, has_status, has_client;
	uint32_t hresult, status;
	int32_t client;
	const char *method; /* SecurityAdministration.CommitChanges */
	size_t method_len;
};
/* One line of text, without framing. ours: the component is one of AMT's, so try loosely too. */
bool trace_classify(const char *text, size_t n, bool ours, struct trace_match *m);
/* A text that was broken over lines at a fixed width: when it is a known wording without the
 * line ends, it is put together in out, and the record's text is that then. */
#define TRACE_UNWRAP_MAX 1024
bool trace_unwrap(struct trace_record *rec, bool ours, char out[TRACE_UNWRAP_MAX]);
enum trace_severity trace_severity_of(const struct trace_record *rec, const struct trace_match *m);
bool trace_component_is_ours(const char *component, size_t n);

/* A row of signatures.tsv. */
enum trace_class {
	TRACE_CLASS_ERROR,
	TRACE_CLASS_SOFT,
	TRACE_CLASS_SUMMARY,
	TRACE_CLASS_WARN,
	TRACE_CLASS_INFO,
	TRACE_CLASS_NOISE,
	TRACE_CLASS_CONDITION,
};
struct trace_signature {
	const char *id;
	enum trace_class class;
	const char *stage;
	char tag;
	const char *pattern, *meaning, *causes, *action, *source; /* "-": nothing to say */
};
extern const struct trace_signature trace_signatures[];
extern const size_t trace_signatures_count;
const struct trace_signature *trace_signature_find(const char *id);
/* Matches every signature in one pass; not shared between threads. */
struct trace_signer;
struct trace_signer *trace_signer_new(bool plain_engine, struct amt_error *err);
/* The same for another thread, to be freed before the first; NULL: no memory for it. */
struct trace_signer *trace_signer_clone(const struct trace_signer *s);
void trace_signer_free(struct trace_signer *s);
#define TRACE_SIGNS_MAX 16
/* Row numbers of what matches, in table order; noise and its like already taken off. */
size_t trace_sign(struct trace_signer *s, const char *text, size_t n, uint8_t out[TRACE_SIGNS_MAX]);

/* A row of codes.tsv. */
struct trace_code {
	uint32_t code;
	bool firmware; /* PT_STATUS or PTSDK; else HRESULT and its family */
	char tag;
	const char *symbol, *meaning, *source;
};
extern const struct trace_code trace_codes[];
extern const size_t trace_codes_count;
const struct trace_code *trace_code_find(uint32_t code, bool firmware);
/* The codes in a text, in place: 0x80090326, 80041001, 2147942405, -2147024891, status = 0x10. */
struct trace_code_hit {
	size_t at, len;
	uint32_t code;
	bool firmware;
	const struct trace_code *row; /* NULL: not in the table */
};
size_t trace_codes_in(const char *text, size_t n, struct trace_code_hit *out, size_t max);
/* "--lookup": a number in any notation, or part of a symbol. Lines of text into out; false: none.
 */
bool trace_lookup(const char *what, struct amt_buf *out);

/* ---- facts ------------------------------------------------------------- */

struct trace_file_facts {
	const char *name;
	const char *format;      /* "server", "ccm", "pasted", "plain", "mixed", "empty", "binary",
				    "unreadable" */
	const char *encoding;    /* "utf-8", "utf-16le", "CP932" ... */
	const char *packed;      /* "gzip", "zstd", "" */
	const char *site_server; /* SYS= of a status message; "" */
	uint64_t bytes, lines, records, damaged;
	uint64_t damage[TRACE_DAMAGES];
	uint64_t by_framing[TRACE_FRAMINGS];
	uint64_t by_severity[4];
	uint64_t unknown_lines; /* of AMT components, in no template */
	uint64_t furniture;     /* lines of a screen dump, skipped */
	uint64_t steps_back;    /* times that go back by a minute or more */
	amt_time first, last;   /* UTC or local, see offset */
	enum trace_offset offset;
	bool rolled; /* ends with the rollover marker */
};

struct trace_spot {
	uint32_t file; /* index of facts.files */
	uint64_t line;
};

enum trace_kind {
	TRACE_PROVISION,
	TRACE_UNPROVISION,
	TRACE_PARTIAL_UNPROVISION,
	TRACE_DISCOVERY,
	TRACE_POWER,
	TRACE_MAINTENANCE,
	TRACE_KINDS
};
const char *trace_kind_name(enum trace_kind k);
enum trace_outcome { TRACE_COMPLETE, TRACE_FAILED, TRACE_RUNNING, TRACE_UNKNOWN, TRACE_OUTCOMES };
const char *trace_outcome_name(enum trace_outcome o);

struct trace_milestone {
	uint8_t event;
	uint16_t repeats; /* more of the same right after it */
	uint32_t file;
	uint64_t line;
	amt_time at; /* UTC or local; NONE */
};

/* What went wrong first. */
struct trace_cause {
	bool set;
	bool unconfirmed; /* wording of the line is not confirmed */
	uint8_t event;
	int16_t signature; /* row; -1: none */
	bool has_code, firmware;
	uint32_t code;
	struct trace_spot at;
	amt_time when;
	const char *text; /* the line, UTF-8, cut */
};

/*
 * Calls to the firmware that rows of the catalogue ask for by name (logs.md 2, templates T146 to
 * T149, T177, T197 and T198). One that answered 0 is a bit of trace_session.calls; of one that did
 * not, its last failure is told.
 */
enum trace_call {
	TRACE_CALL_HOST_NAME,
	TRACE_CALL_DOMAIN_NAME,
	TRACE_CALL_TIME_GET,
	TRACE_CALL_TIME_SET,
	TRACE_CALL_REDIRECTION,
	TRACE_CALL_FULL, /* removal */
	TRACE_CALL_PARTIAL,
	TRACE_CALLS
};
const char *trace_call_name(enum trace_call c); /* "NetworkAdmin.SetHostName" */
struct trace_bad_call {
	struct trace_bad_call *next;
	struct trace_spot at;
	uint32_t status;  /* what it answered; 0: it did not get through */
	uint8_t call;     /* enum trace_call */
	bool unconfirmed; /* wording of the line is not confirmed */
};

struct trace_session {
	uint32_t device; /* index of facts.devices */
	enum trace_kind kind;
	enum trace_outcome outcome;
	bool has_machine, has_thread, implicit; /* implicit: its beginning was not seen */
	bool placed;                            /* times are UTC */
	uint32_t machine, thread, n_milestones;
	amt_time begin, end;
	struct trace_spot first, last;
	uint32_t errors;  /* hard errors, folded ones included */
	uint32_t retries; /* RETRY(n) for the certificate: the largest n */
	uint8_t reached;  /* the furthest milestone */
	bool confirmed;   /* the outcome rests on a wording that is confirmed (tag S or E) */
	uint8_t calls;    /* that ended well: bits, by enum trace_call */
	uint32_t failed_status;
	const char *failed_call;                /* a firmware call that did not answer 0; NULL */
	const struct trace_bad_call *bad_calls; /* those of enum trace_call; one in calls, too,
						   succeeded since */
	struct trace_cause cause;
	struct trace_milestone *milestones;
};

struct trace_device {
	const char *id;       /* host, else UUID, else "MachineId 48" */
	const char *host;     /* lower case; "" */
	const char *uuid;     /* ""; upper case */
	const char *firmware; /* core version; "" */
	struct AMT_VEC(uint32_t) machines;
	uint32_t outcomes[TRACE_OUTCOMES]; /* of its sessions, dropped ones too */
	uint32_t hellos, rejected_client, rejected_unknown, rejected_blocked, requests;
	struct trace_spot rejected_at, requested_at;
	struct trace_spot client_at, unknown_at; /* rejected for that reason last */
	amt_time seen_first, seen_last;
	uint32_t last_session;           /* index of facts.sessions, or UINT32_MAX */
	bool provisioned, unprovisioned; /* what the last ending says */
};

struct trace_sign_facts {
	uint8_t row;
	uint64_t count;
	amt_time first, last;
	struct trace_spot first_at, last_at;
};

struct trace_day {
	int32_t day; /* days since 1970-01-01 */
	uint32_t outcomes[TRACE_OUTCOMES];
	uint64_t records, errors;
};

/* Things seen that belong to no device. */
struct trace_site_facts {
	uint64_t hello_waits, hellos_bad, cert_bad, cert_matched, fqdn_missing, bad_files;
	uint64_t no_mutual, mebx_kept;
	struct trace_spot hello_wait_at, cert_bad_at, cert_matched_at, no_mutual_at, mebx_at;
	struct trace_spot cert_expiring_at, console_failed_at;
	struct trace_spot client_failed_at, client_policy_at, client_no_policy_at;
	bool hello_wait, cert_expiring;
	uint32_t cert_expiring_days, console_code; /* console_failed's last; 0: none */
	uint64_t console_failed, console_seen, client_failed, client_policy, client_seen,
		client_no_policy;    /* the agent asked for its policies and got none */
	uint64_t client_failed_sure; /* of client_failed: in a wording that is confirmed */
	const char *cert_hash;       /* chosen last; "" */
};

/* What the ConfigMgr agent of one client told of AMT, by its Oobmgmt.log; places are the last. */
struct trace_agent {
	uint32_t group; /* files of one log */
	uint64_t failed, failed_sure, policy, no_policy;
	struct trace_spot failed_at, policy_at, no_policy_at;
};

struct trace_facts {
	struct amt_arena arena;
	struct AMT_VEC(struct trace_file_facts) files;
	struct AMT_VEC(struct trace_session) sessions; /* by time, then file and line */
	struct AMT_VEC(struct trace_device) devices;   /* by id */
	struct AMT_VEC(struct trace_sign_facts) signatures;
	struct AMT_VEC(struct trace_day) days;
	struct AMT_VEC(struct trace_agent) agents;
	struct trace_site_facts site;
	uint64_t sessions_dropped; /* beyond the cap: only counted */
	uint64_t outcomes[TRACE_KINDS][TRACE_OUTCOMES];
	bool amt; /* a line of an AMT component was seen */
};
void trace_facts_free(struct trace_facts *f);

/*
 * Reads logs into facts. Paths are files, folders (their logs) or "-". Rolled-over
 * files of one log are joined oldest first. A damaged or unreadable file is a note
 * and a row of files; the others are read. False only when nothing could be opened.
 */
bool trace_collect(const struct amt_strlist *paths, const struct trace_options *o,
		   struct trace_facts *facts, struct amt_notes *notes, struct amt_error *err);
/* The files behind the paths in reading order; group numbers files of one log alike. */
struct trace_path {
	const char *path; /* from the arena */
	uint32_t group;   /* files of one log */
	uint32_t scope;   /* files of one folder: its MachineIds mean the same */
};
struct trace_paths AMT_VEC(struct trace_path);
bool trace_expand(const struct amt_strlist *paths, struct amt_arena *a, struct trace_paths *out,
		  struct amt_notes *notes);

/* A task that has shown that it provisions: its first lines are those of a removal, too. */
bool trace_provisions(const struct trace_session *s);
void trace_judge(const struct trace_facts *f, const struct amt_context *ctx,
		 struct amt_findings *fs);
/* The same, every device named; trace_judge() sums up those beyond the first 40 of a row. */
void trace_judge_each(const struct trace_facts *f, const struct amt_context *ctx,
		      struct amt_findings *fs);
json_t *trace_to_json(const struct trace_facts *f);
bool trace_from_json(const json_t *j, struct trace_facts *f, struct amt_error *err);
#endif
