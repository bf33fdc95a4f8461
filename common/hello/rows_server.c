/*
 * Rows 21 to 33, 38 and 39: what the server does once it has a hello. Sizes and pauses that
 * tell a login from a provisioning session are inferences (hello.md 6, column C).
 */
#include "hello/relate.h"

#define LONG_BYTES 8192              /* of application data: more than a login and a question */
#define LONG_TIME  (15 * AMT_SECOND) /* a first stage takes longer */
#define STAGE_GAP  (60 * AMT_SECOND) /* "about 5 s" between the stages; the guide, figure 3 */

enum {
	ALERT_HANDSHAKE = 40,
	ALERT_DECRYPT = 51,
	ALERT_VERSION = 70,
	ALERT_PSK = 115,
	ALERT_MAC = 20
};

struct view {
	amt_time first_hello, last_hello;
	unsigned http, tls, accepted, sessions, long_sessions, short_sessions;
	const struct hello_conn *last_session, *last_long, *first_long, *silent, *refused,
		*redirect_reset;
	amt_time last_begin; /* of a connection to 16993 */
};

static bool psk(const struct hello_tls *t)
{
	return t->psk_identity != NULL;
}

static bool session(const struct hello_conn *c)
{
	return c->tls.client_ccs && c->tls.server_ccs;
}

static bool is_long(const struct hello_conn *c)
{
	return c->tls.client_bytes + c->tls.server_bytes >= LONG_BYTES ||
	       (hello_since(c->first.time, c->last) >= LONG_TIME && c->tls.server_bytes);
}

static void look_at(const struct hello_facts *f, const struct hello_conn *c, struct view *v)
{
	if (c->server_port == 16992) {
		v->http++;
		return;
	}
	if (c->server_port != 16993) {
		if (c->server_port == 16995 && c->reset_by == 2)
			v->redirect_reset = c;
		return;
	}
	v->tls++;
	v->last_begin = c->first.time;
	if (c->accepted || c->established)
		v->accepted++;
	else if (c->reset_by == 2)
		v->refused = c;
	else if (c->syns > 1 ||
		 (c->begun && hello_rest(f, c->first.capture, c->last) >= HELLO_PATIENCE))
		v->silent = c;
	if (!session(c))
		return;
	v->sessions++;
	v->last_session = c;
	if (is_long(c)) {
		v->long_sessions++;
		v->last_long = c;
		if (!v->first_long)
			v->first_long = c;
	} else if ((c->closed_by || c->reset_by) && !hello_tls_hidden(&c->tls)) {
		v->short_sessions++;
	}
}

static struct view view(const struct hello_facts *f, const struct hello_device *d)
{
	struct view v = {.first_hello = AMT_TIME_NONE,
			 .last_hello = AMT_TIME_NONE,
			 .last_begin = AMT_TIME_NONE};

	for (size_t i = 0; i < d->hellos.n; i++) {
		amt_time t = f->hellos.v[d->hellos.v[i]].at.time;

		if (v.first_hello == AMT_TIME_NONE || t < v.first_hello)
			v.first_hello = t;
		if (v.last_hello == AMT_TIME_NONE || t > v.last_hello)
			v.last_hello = t;
	}
	for (size_t i = 0; i < d->conns.n; i++)
		if (!hello_conn_to_server(f, &f->conns.v[d->conns.v[i]]))
			look_at(f, &f->conns.v[d->conns.v[i]], &v);
	return v;
}

static void no_call_back(struct hello_facts *f, struct hello_device *d, const struct view *v)
{
	struct hello_symptom *s;

	if (d->hellos.n < 2 || v->tls || v->http || !hello_capture_complete(f) ||
	    hello_since(v->first_hello, v->last_hello) < 45 * AMT_SECOND)
		return;
	s = hello_symptom_add(
		f, d, 21, "%zu hellos in %lld minutes and no call back to 16992 or 16993",
		d->hellos.n,
		(long long)((hello_since(v->first_hello, v->last_hello)) / (60 * AMT_SECOND)));
	hello_symptom_spot(s, f->hellos.v[d->hellos.v[0]].at);
	hello_symptom_spot(s, f->hellos.v[d->hellos.v[d->hellos.n - 1]].at);
}

/* A host that hellos go to calls an address that never said one. */
static void wrong_address(struct hello_facts *f, struct hello_device *d)
{
	char t[HELLO_IP_TEXT];

	if (d->hellos.n)
		return;
	for (size_t i = 0; i < d->conns.n; i++) {
		const struct hello_conn *c = &f->conns.v[d->conns.v[i]];

		if (c->server_port != 16993 || !c->begun)
			continue;
		for (size_t k = 0; k < f->hellos.n; k++) {
			const struct hello_seen *h = &f->hellos.v[k];

			if (!hello_ip_equal(&h->destination, &c->client) ||
			    h->at.time > c->first.time ||
			    hello_since(h->at.time, c->first.time) > 60 * AMT_SECOND)
				continue;
			struct hello_symptom *s = hello_symptom_add(
				f, d, 22, "called by the server %lld s after the hello of %s",
				(long long)((hello_since(h->at.time, c->first.time)) / AMT_SECOND),
				hello_ip_text(&h->source, t));
			hello_symptom_spot(s, h->at);
			hello_symptom_spot(s, c->first);
			return;
		}
	}
}

static void reach(struct hello_facts *f, struct hello_device *d, const struct view *v)
{
	struct hello_symptom *s;

	if (v->silent && !v->accepted) {
		s = hello_symptom_add(f, d, 23, "port 16993 does not answer (%u SYNs)",
				      v->silent->syns);
		hello_symptom_silence(f, s);
		hello_symptom_spot(s, v->silent->first);
		hello_symptom_frame(s, v->silent, v->silent->last_frame);
	}
	if (v->refused && !v->accepted) {
		s = hello_symptom_add(f, d, 24, "port 16993 is refused with a reset");
		hello_symptom_spot(s, v->refused->first);
		hello_symptom_frame(s, v->refused, v->refused->frame_reset);
	}
	if (v->http && !v->tls && !d->hellos.n) {
		s = hello_symptom_add(f, d, 25, "%u connections to 16992 and none to 16993",
				      v->http);
		for (size_t i = 0; i < d->conns.n && i < 2; i++)
			hello_symptom_spot(s, f->conns.v[d->conns.v[i]].first);
	}
	if (v->redirect_reset && v->accepted) {
		s = hello_symptom_add(f, d, 39, "16993 is accepted, 16995 is reset");
		hello_symptom_spot(s, v->redirect_reset->first);
		hello_symptom_frame(s, v->redirect_reset, v->redirect_reset->frame_reset);
	}
}

/* The side that ended it before the handshake was through: 1 server's client, 2 AMT. */
static unsigned broken_by(const struct hello_conn *c)
{
	if (session(c))
		return 0;
	if (c->tls.alert_level)
		return c->tls.alert_by;
	return c->reset_by ? c->reset_by : c->closed_by;
}

/* Why a PSK handshake failed; false when it is no PSK matter. */
static bool psk_failure(struct hello_facts *f, struct hello_device *d, const struct hello_conn *c)
{
	const struct hello_tls *t = &c->tls;
	const char *pid = NULL;
	struct hello_symptom *s;

	for (size_t i = 0; i < d->hellos.n; i++)
		if (f->hellos.v[d->hellos.v[i]].m.pid[0])
			pid = f->hellos.v[d->hellos.v[i]].m.pid;
	if (session(c)) /* whatever it is called, both sides have the same key */
		return psk(t);
	if (pid && psk(t) && strcmp(pid, t->psk_identity) != 0)
		s = hello_symptom_add(f, d, 30,
				      "the server uses PSK identity %s, the hello has PID %s",
				      t->psk_identity, pid);
	else if (t->alert == ALERT_PSK ||
		 (psk(t) && t->alert_level && (t->alert == ALERT_DECRYPT || t->alert == ALERT_MAC)))
		s = hello_symptom_add(f, d, 30, "TLS-PSK ends with alert %u", t->alert);
	else
		return psk(t);
	hello_symptom_spot(s, c->first);
	if (t->alert_at.frame)
		hello_symptom_spot(s, t->alert_at);
	else
		hello_symptom_frame(s, c, c->last_frame);
	return true;
}

/* The alerts about certificates and keys (RFC 5246, 7.2.2); others by number. */
static const char *alert_text(struct hello_facts *f, const struct hello_tls *t)
{
	static const struct {
		uint8_t alert;
		const char *name;
	} names[] = {{20, "bad record MAC"},      {40, "handshake failure"},
		     {42, "bad certificate"},     {43, "unsupported certificate"},
		     {44, "certificate revoked"}, {45, "certificate expired"},
		     {46, "certificate unknown"}, {48, "unknown CA"},
		     {49, "access denied"},       {51, "decrypt error"},
		     {80, "internal error"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].alert == t->alert)
			return amt_arena_printf(&f->derived, "sends TLS alert %u (%s)", t->alert,
						names[i].name);
	return amt_arena_printf(&f->derived, "sends TLS alert %u", t->alert);
}

static void handshake(struct hello_facts *f, struct hello_device *d, const struct hello_conn *c)
{
	const struct hello_tls *t = &c->tls;
	struct hello_symptom *s = NULL;
	unsigned by = broken_by(c);

	if (!t->client_hello || psk_failure(f, d, c))
		return;
	uint64_t frame = t->alert_at.frame ? t->alert_at.frame
			 : c->frame_reset  ? c->frame_reset
					   : c->frame_close;
	if (t->client_cert_empty && !session(c)) {
		s = hello_symptom_add(
			f, d, 28,
			"the server answers AMT's request with an empty certificate list");
		frame = t->client_cert_at.frame;
	} else if (t->alert_level && (t->alert == ALERT_VERSION ||
				      (t->alert == ALERT_HANDSHAKE && !t->client_cert))) {
		s = hello_symptom_add(f, d, 29, "TLS alert %u (%s) by %s; offered %u.%u", t->alert,
				      t->alert == ALERT_VERSION ? "protocol version"
								: "handshake failure",
				      t->alert_by == 2 ? "AMT" : "the server",
				      t->client_version >> 8, t->client_version & 255u);
	} else if (by == 2 && t->client_cert) {
		s = hello_symptom_add(f, d, 27, "AMT %s after the server's certificate",
				      t->alert_level && t->alert_by == 2 ? alert_text(f, t)
				      : c->reset_by == 2                 ? "resets"
									 : "closes");
		hello_symptom_spot(s, t->client_cert_at);
	} else if (by == 1 && t->server_cert && !t->client_key) {
		s = hello_symptom_add(f, d, 26, "the server %s after AMT's certificate",
				      t->alert_level     ? alert_text(f, t)
				      : c->reset_by == 1 ? "resets"
							 : "closes");
		hello_symptom_spot(s, t->server_cert_at);
	}
	if (s) {
		hello_symptom_frame(s, c, frame);
		hello_symptom_spot(s, c->first);
	}
}

static void stages(struct hello_facts *f, struct hello_device *d, const struct view *v)
{
	const struct hello_conn *l = v->last_session;
	struct hello_symptom *s = NULL;

	if (!l)
		return;
	bool resumed = v->last_hello != AMT_TIME_NONE && v->last_hello > l->last;
	amt_time due = d->next_expected == AMT_TIME_NONE
			       ? 90 * AMT_SECOND
			       : hello_since(v->last_hello, d->next_expected) + d->tolerance;
	/* Long enough after the last session for a hello that would have come. */
	bool quiet = !resumed && d->hellos.n && hello_capture_complete(f) &&
		     hello_rest(f, l->first.capture, l->last) > due;
	if (v->first_long && v->sessions >= 2 && v->last_session != v->first_long && quiet &&
	    hello_since(v->first_long->last, v->last_session->first.time) < STAGE_GAP) {
		s = hello_symptom_add(
			f, d, 32,
			"a long TLS session, a pause of %lld s, another one; then no more hellos",
			(long long)((hello_since(v->first_long->last,
						 v->last_session->first.time)) /
				    AMT_SECOND));
		hello_symptom_spot(s, v->first_long->first);
	} else if (v->long_sessions == 1 && v->sessions == 1 && resumed) {
		s = hello_symptom_add(f, d, 33, "one long TLS session, then hellos again");
	} else if (v->short_sessions >= 2 && !v->long_sessions) {
		s = hello_symptom_add(f, d, 31,
				      "%u TLS sessions, each of a short exchange and closed",
				      v->short_sessions);
	}
	if (s)
		hello_symptom_spot(s, l->first);
}

static void pong(struct hello_facts *f, struct hello_device *d, const struct view *v)
{
	for (size_t i = 0; i < d->rmcps.n; i++) {
		const struct hello_rmcp *m = &f->rmcps.v[d->rmcps.v[i]];

		/* A pong without version is of firmware before 6.0, which tells no state (4.1). */
		if (!m->pong || m->enterprise != 343 || !(m->major || m->minor || m->port) ||
		    !v->last_session || m->at.time < v->last_session->last ||
		    (m->port && m->state >= 2))
			continue;
		struct hello_symptom *s = hello_symptom_add(
			f, d, 38, "after the TLS sessions the pong says port %u, state %u", m->port,
			m->state);
		hello_symptom_spot(s, m->at);
	}
}

void hello_rows_server(struct hello_facts *f, struct hello_device *d)
{
	struct view v = view(f, d);
	bool told = false;

	no_call_back(f, d, &v);
	wrong_address(f, d);
	reach(f, d, &v);
	/* The newest handshake that failed; older ones say the same. */
	for (size_t i = d->conns.n; i-- > 0 && !told;) {
		const struct hello_conn *c = &f->conns.v[d->conns.v[i]];
		size_t before = d->symptoms.n;

		if (c->server_port == 16993)
			handshake(f, d, c);
		told = d->symptoms.n > before;
	}
	stages(f, d, &v);
	pong(f, d, &v);
}
