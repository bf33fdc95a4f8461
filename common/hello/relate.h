/* Private to common/hello: from facts to devices, timelines and symptom rows. All pure. */
#ifndef AMTDIAG_HELLO_RELATE_H
#define AMTDIAG_HELLO_RELATE_H

#include "amtdiag/hello.h"

/* cadence.c: phase, next hello, window, restarts. Hellos of d are in order of time. */
void hello_cadence(const struct hello_facts *f, struct hello_device *d);
/* Seconds to the next hello of a phase, and how far off it may be; 0 if unknown. */
unsigned hello_phase_gap(enum hello_phase p, unsigned *tolerance);

/* holder.c */
/* Which hellos another capture has, too, that was taken at the same time elsewhere on the way; one
 * for each, to be freed. */
bool *hello_copies(const struct hello_facts *f);
void hello_order(const struct hello_facts *f, struct hello_device *d);
/* Devices that said hello from an address, in order of address and time */
struct hello_holder {
	const struct hello_ip *ip;
	amt_time time;
	uint32_t nth, device; /* indices of the hello and of who said it */
};
struct hello_holders AMT_VEC(struct hello_holder);
void hello_holders_make(const struct hello_facts *f, struct hello_holders *out);
/* Who said the last one up to then; the first one, if none was before. NULL: nobody. */
const struct hello_holder *hello_holder_at(const struct hello_holders *t, const struct hello_ip *ip,
					   amt_time time);

/* timeline.c: the device's main conclusion, then its events with the failing step marked */
void hello_conclude(struct hello_facts *f, struct hello_device *d);
const char *hello_rcode_name(unsigned rcode); /* RFC 1035, 4.1.1, in words */
void hello_timeline(struct hello_facts *f, struct hello_device *d);

/* rows_*.c: each adds the rows of its part of the table that fit */
void hello_rows_reach(struct hello_facts *f, struct hello_device *d);   /* 1-12 */
void hello_rows_message(struct hello_facts *f, struct hello_device *d); /* 13-20, 34-37 */
void hello_rows_server(struct hello_facts *f, struct hello_device *d);  /* 21-33, 38, 39 */
void hello_rows_capture(struct hello_facts *f);                         /* 1, 17 */

struct hello_symptom *hello_symptom_add(struct hello_facts *f, struct hello_device *d, unsigned row,
					const char *fmt, ...) AMT_PRINTF(4, 5);
void hello_symptom_spot(struct hello_symptom *s, struct hello_spot at);
void hello_symptom_frame(struct hello_symptom *s, const struct hello_conn *c, uint64_t frame);
/* It rests on what was not seen: worth little where packets were lost, or not even asked for. */
void hello_symptom_silence(struct hello_facts *f, struct hello_symptom *s);
bool hello_has_row(const struct hello_device *d, unsigned row);

/* What every row of the table means: symptoms.def. */
struct hello_row {
	unsigned row;
	const char *item; /* of the catalogue */
	enum amt_verdict verdict;
	bool documented; /* false: inferred (column C of the table) */
	const char *meaning;
	const char *others;   /* what else it could be; NULL */
	const char *separate; /* what would tell them apart; NULL */
	const char *action;
};
const struct hello_row *hello_row_find(unsigned row); /* NULL if there is none */

/* Nothing was lost and nothing was filtered: silence may mean silence. */
bool hello_capture_complete(const struct hello_facts *f);
amt_time hello_capture_end(const struct hello_facts *f, uint32_t capture);
/* b - a; 0 when either is not known (facts of others may lack times). */
static inline amt_time hello_since(amt_time a, amt_time b)
{
	return a == AMT_TIME_NONE || b == AMT_TIME_NONE ? 0 : b - a;
}
/* How long the capture went on after a moment in it. */
static inline amt_time hello_rest(const struct hello_facts *f, uint32_t capture, amt_time from)
{
	return hello_since(from, hello_capture_end(f, capture));
}
/* MAYBE: no service point was given, or none with an address of this family. */
/* TLS 1.3 encrypts certificates and alerts, and its ChangeCipherSpec says nothing (RFC 8446, D.4).
 */
static inline bool hello_tls_hidden(const struct hello_tls *t)
{
	return t->server_version >= 0x0304;
}
/* It says no hello and calls more hosts than any AMT does (hello.md 3.1: one, or one a suffix). */
#define HELLO_SERVERS_OF_ONE 8
static inline bool hello_scanner(const struct hello_device *d)
{
	return !d->hellos.n && d->servers.n > HELLO_SERVERS_OF_ONE;
}
enum amt_tri hello_is_server(const struct hello_facts *f, const struct hello_ip *ip);
bool hello_is_hello_port(const struct hello_facts *f, uint16_t port);
bool hello_conn_to_server(const struct hello_facts *f, const struct hello_conn *c);

#define HELLO_ABSENCE  (65 * 60 * AMT_SECOND) /* an hourly hello must have come by then */
#define HELLO_PATIENCE (3 * AMT_SECOND)       /* a SYN without answer for so long is unanswered */

#endif
