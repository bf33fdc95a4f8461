/* The redirection ports (2.5): start, authentication, and enough of SOL, IDER and KVM. */
#include "sim.h"

#include <stdio.h>

enum state { NEW, STARTED, LOGGED_IN, RUNNING };
enum kind { SOL, IDER, KVM };

static const char uri[] = "/RedirectionService";

static void put(struct sim_conn *c, const void *p, size_t n)
{
	if (c->fault == FAULT_HALF) {
		sim_conn_send(c, p, n / 2);
		sim_conn_end(c);
		return;
	}
	sim_conn_send(c, p, n);
}

/* Whether the method number is offered: listed, or 2 because Kerberos is on. */
static bool offered(const struct sim_device *d, unsigned method)
{
	char text[12];

	snprintf(text, sizeof(text), "%u", method);
	return sim_list_has(sim_fact(d, "redir.offers"), text) ||
	       (method == 2 && sim_fact_on(d, "kerberos"));
}

static bool enabled(const struct sim_device *d, enum kind k)
{
	int64_t state = sim_fact_num(d, "redir.state", 32771) & 3;

	if (k == KVM)
		return sim_fact_on(d, "redir.kvm") && sim_fact_on(d, "kvm.mebx");
	if (k == SOL)
		return (state & 2) && sim_fact_on(d, "redir.sol");
	return (state & 1) && sim_fact_on(d, "redir.ider");
}

/* --- start --- */

static size_t start(struct sim_conn *c, const uint8_t *p, size_t n)
{
	static const char *const names[] = {"sol", "ider", "kvm"};
	static const char *const tags[] = {"SOL ", "IDER", "KVMR"};
	uint8_t reply[13 + 64] = {0x11, 0, 0, 0, 1, 0, 1, 1};
	char oem[64], busy[32];
	int kind = -1;

	if (n < 8)
		return 0;
	for (int i = 0; i < 3; i++)
		if (!memcmp(p + 4, tags[i], 4))
			kind = i;
	sim_text(c->dev, "oem", oem, sizeof(oem));
	sim_text(c->dev, "redir.busy", busy, sizeof(busy));
	if (kind < 0 || !enabled(c->dev, (enum kind)kind))
		reply[1] = 3;
	else if (sim_list_has(busy, names[kind]) || c->dev->sessions[kind])
		reply[1] = 2;
	sim_log(c->dev, c->port, c->peer, "redirection start %.4s status %d", (const char *)p + 4,
		reply[1]);
	reply[12] = (uint8_t)strlen(oem);
	memcpy(reply + 13, oem, strlen(oem));
	if (c->fault == FAULT_LENGTH)
		reply[12] = 0xff;
	put(c, reply, 13 + strlen(oem));
	if (reply[1]) {
		sim_conn_end(c);
	} else {
		c->redir_state = STARTED;
		c->redir_kind = kind;
	}
	return 8;
}

/* --- authentication --- */

/* 14 status 00 00 type length data */
static void auth_reply(struct sim_conn *c, uint8_t status, uint8_t type, const void *p, size_t n)
{
	uint8_t out[9 + 256] = {0x14, status, 0, 0, type, (uint8_t)n, (uint8_t)(n >> 8)};

	memcpy(out + 9, p, n);
	put(c, out, 9 + n);
}

/* The next length-prefixed field, cut to fit; false when the data ends before it does. */
static bool field(struct amt_rd *r, char *dst, size_t size)
{
	size_t n = amt_rd_u8(r);
	const uint8_t *p = amt_rd_bytes(r, n);

	if (!p || r->short_)
		return false;
	if (n >= size)
		n = size - 1;
	memcpy(dst, p, n);
	dst[n] = 0;
	return true;
}

/* realm, nonce and (type 4) qop, each with its length before it. */
static void challenge(struct sim_conn *c, uint8_t type)
{
	char realm[80], nonce[SIM_NONCE_LEN + 1];
	const char *parts[3];
	uint8_t out[256];
	size_t n = 0;

	amt_str_copy(nonce, sizeof(nonce), sim_nonce_new(c->dev));
	memcpy(c->redir_nonce, nonce, sizeof(nonce));
	parts[0] = sim_realm(c->dev, realm);
	parts[1] = nonce;
	parts[2] = "auth";
	for (int i = 0; i < (type == 4 ? 3 : 2); i++) {
		size_t len = strlen(parts[i]);

		out[n++] = (uint8_t)len;
		memcpy(out + n, parts[i], len);
		n += len;
	}
	auth_reply(c, 1, type, out, n);
}

static enum sim_login login_digest(struct sim_conn *c, struct amt_rd *r, uint8_t type)
{
	struct sim_auth a = {0};
	bool ok = field(r, a.user, sizeof(a.user)) && field(r, a.realm, sizeof(a.realm)) &&
		  field(r, a.nonce, sizeof(a.nonce)) && field(r, a.uri, sizeof(a.uri));

	if (ok && type == 4)
		ok = field(r, a.cnonce, sizeof(a.cnonce)) && field(r, a.nc, sizeof(a.nc));
	ok = ok && field(r, a.response, sizeof(a.response));
	if (ok && type == 4)
		ok = field(r, a.qop, sizeof(a.qop));
	if (!ok)
		return LOGIN_BAD;
	if (!*a.realm && !*a.nonce)
		return LOGIN_NONE; /* the first leg: user and uri only */
	if (strcmp(a.uri, uri))
		return LOGIN_BAD;
	return sim_login_redir(c->dev, &a, c->redir_nonce);
}

static enum sim_login login_plain(struct sim_conn *c, struct amt_rd *r)
{
	char user[64], password[128];
	enum sim_login rc;

	if (!field(r, user, sizeof(user)) || !field(r, password, sizeof(password)))
		return LOGIN_BAD;
	rc = sim_login_plain(c->dev, user, password);
	amt_wipe(password, sizeof(password));
	return rc;
}

static void auth_query(struct sim_conn *c)
{
	uint8_t list[4];
	size_t n = 0;

	for (uint8_t m = 1; m <= 4; m++)
		if (offered(c->dev, m))
			list[n++] = m;
	auth_reply(c, 0, 0, list, n);
}

static size_t authenticate(struct sim_conn *c, const uint8_t *p, size_t n)
{
	struct amt_rd r;
	size_t len;
	enum sim_login rc = LOGIN_BAD;
	uint8_t type;

	if (n < 9)
		return 0;
	len = (size_t)p[5] | (size_t)p[6] << 8 | (size_t)p[7] << 16 | (size_t)p[8] << 24;
	if (len > 16 * AMT_KIB) { /* a Kerberos ticket is the largest */
		sim_conn_reset(c);
		return n;
	}
	if (n - 9 < len)
		return 0;
	type = p[4];
	r = amt_rd_init(p + 9, len);
	if (type == 0) {
		sim_log(c->dev, c->port, c->peer, "redirection authentication query");
		auth_query(c);
		return 9 + len;
	}
	if (!offered(c->dev, type)) {
		auth_reply(c, 2, type, "", 0);
		return 9 + len;
	}
	if (type == 1)
		rc = login_plain(c, &r);
	else if (type == 2)
		rc = sim_login_kerberos(c->dev, p + 9, len, c->user);
	else if (type == 3 || type == 4)
		rc = login_digest(c, &r, type);
	sim_log(c->dev, c->port, c->peer, "redirection authentication type %u result %d", type, rc);
	if (rc == LOGIN_NONE || rc == LOGIN_STALE) {
		challenge(c, type);
	} else if (rc == LOGIN_OK) {
		c->redir_state = LOGGED_IN;
		auth_reply(c, 0, type, "", 0);
	} else {
		auth_reply(c, 1, type, "", 0);
		sim_conn_end(c);
	}
	return 9 + len;
}

/* --- sessions --- */

static void sol_say(struct sim_conn *c, const char *text)
{
	uint8_t out[10 + 128] = {0x2a};
	size_t n = strlen(text);

	out[8] = (uint8_t)n;
	memcpy(out + 10, text, n);
	put(c, out, 10 + n);
}

/* One message at a time: amtterm throws away what comes in one read with 0x21 or 0x29. */
static void sol_greet(struct sim_conn *c)
{
	char greeting[100];

	snprintf(greeting, sizeof(greeting), "serial over LAN of %.40s\r\n", c->dev->name);
	sol_say(c, greeting);
}

/* Control lines (RTS and DTR), then status: 4 while the system has power. */
static void sol_lines(struct sim_conn *c)
{
	uint8_t lines[10] = {0x29, 0, 0, 0, 0, 0, 0, 0, 3, 0};

	if (sim_fact_num(c->dev, "power.state", 2) == 2)
		lines[9] = 4;
	put(c, lines, sizeof(lines));
	sim_conn_later(c, 50, sol_greet);
}

static size_t open_sol(struct sim_conn *c, const uint8_t *p, size_t n)
{
	/* 23 bytes: sequence, then the buffer and timeouts the client asked for */
	uint8_t reply[23] = {0x21};

	if (n < 24)
		return 0;
	memcpy(reply + 4, p + 4, 4);
	memcpy(reply + 8, p + 8, 12);
	put(c, reply, sizeof(reply));
	c->redir_state = RUNNING;
	c->dev->sessions[SOL]++;
	sim_log(c->dev, c->port, c->peer, "SOL session opened");
	sim_conn_later(c, 50, sol_lines);
	return 24;
}

static size_t open_drive(struct sim_conn *c, size_t n)
{
	uint8_t reply[30] = {0x41};
	size_t need = c->redir_kind == KVM ? 8 : 18;
	char rfb[32];

	if (n < need)
		return 0;
	put(c, reply, c->redir_kind == KVM ? 8 : 30);
	c->redir_state = RUNNING;
	c->dev->sessions[c->redir_kind]++;
	sim_log(c->dev, c->port, c->peer, "%s session opened",
		c->redir_kind == KVM ? "KVM" : "IDER");
	if (c->redir_kind == KVM) {
		sim_text(c->dev, "rfb", rfb, sizeof(rfb) - 1);
		put(c, rfb, strlen(rfb));
		put(c, "\n", 1);
	}
	return need;
}

/* Data of a session: echoed for SOL, thrown away for the others. */
static size_t session_data(struct sim_conn *c, const uint8_t *p, size_t n)
{
	char text[100];
	size_t len;

	if (c->redir_kind != SOL)
		return n;
	if (p[0] == 0x28) { /* from the console: 28 000000 seq length data */
		if (n < 10)
			return 0;
		len = (size_t)p[8] | (size_t)p[9] << 8;
		if (n < 10 + len)
			return 0;
		amt_str_copy(text, len + 1 < sizeof(text) ? len + 1 : sizeof(text),
			     (const char *)p + 10);
		sol_say(c, text);
		return 10 + len;
	}
	if (p[0] == 0x22) { /* end of SOL */
		static const uint8_t bye[8] = {0x23};

		put(c, bye, 8);
		return n < 8 ? n : 8;
	}
	len = p[0] == 0x27 ? 14 : 8; /* control lines of the console; heartbeats, keep-alives */
	return n < len ? 0 : len;
}

static size_t step(struct sim_conn *c, const uint8_t *p, size_t n)
{
	switch (p[0]) {
	case 0x10:
		return start(c, p, n);
	case 0x12: /* end of the session */
		sim_conn_end(c);
		return n;
	case 0x13:
		if (c->redir_state == STARTED)
			return authenticate(c, p, n);
		break;
	case 0x20:
		if (c->redir_state == LOGGED_IN && c->redir_kind == SOL)
			return open_sol(c, p, n);
		break;
	case 0x40:
		if (c->redir_state == LOGGED_IN && c->redir_kind != SOL)
			return open_drive(c, n);
		break;
	default:
		if (c->redir_state == RUNNING)
			return session_data(c, p, n);
	}
	sim_conn_reset(c); /* out of order */
	return n;
}

static void redir_data(struct sim_conn *c)
{
	static const char junk[] = "\xee\xee\xee\xee no redirection";

	if (c->fault == FAULT_GARBAGE) {
		sim_conn_send(c, junk, sizeof(junk) - 1);
		sim_conn_end(c);
		return;
	}
	while (c->in.len && !c->closing && !c->ending) {
		size_t used = step(c, (const uint8_t *)c->in.data, c->in.len);

		if (!used)
			return;
		amt_buf_consume(&c->in, used);
	}
}

static void redir_closed(struct sim_conn *c)
{
	if (c->redir_state == RUNNING)
		c->dev->sessions[c->redir_kind]--;
}

const struct sim_protocol sim_redir_protocol = {redir_data, redir_closed, NULL};

/* Port 5900: the VNC server of older firmware, no further than its version line. */
static void rfb_opened(struct sim_conn *c)
{
	sim_conn_send(c, "RFB 003.008\n", 12);
}

static void rfb_data(struct sim_conn *c)
{
	amt_buf_clear(&c->in);
}

const struct sim_protocol sim_rfb_protocol = {rfb_data, NULL, rfb_opened};
