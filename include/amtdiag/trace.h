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
#include "amtdiag/trace_record.h"

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
	/* MachineIds, of the facts' arena: trace_machines(). A fleet's have one each. */
	union {
		uint32_t one;
		uint32_t *more; /* when there are several */
	} machines;
	uint32_t n_machines;               /* at most TRACE_MACHINES_MAX */
	uint32_t outcomes[TRACE_OUTCOMES]; /* of its sessions, dropped ones too */
	uint32_t hellos, rejected_client, rejected_unknown, rejected_blocked, requests;
	struct trace_spot rejected_at, requested_at;
	struct trace_spot client_at, unknown_at; /* rejected for that reason last */
	amt_time seen_first, seen_last;
	uint32_t last_session;           /* index of facts.sessions, or UINT32_MAX */
	bool provisioned, unprovisioned; /* what the last ending says */
};
#define TRACE_MACHINES_MAX 64
/* One more; beyond the most it is dropped. */
void trace_add_machine(struct amt_arena *a, struct trace_device *d, uint32_t machine);
static inline const uint32_t *trace_machines(const struct trace_device *d)
{
	return d->n_machines > 1 ? d->machines.more : &d->machines.one;
}

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
