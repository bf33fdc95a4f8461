/* Who may come in (1.4, 2.1): the firmware's realm and nonces, its users, its lock after bad
 * logins. */
#include "sim.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <strings.h>

/* --- nonces --- */

const char *sim_nonce_new(struct sim_device *d)
{
	uint8_t raw[24];

	RAND_bytes(raw, sizeof(raw));
	memmove(d->nonces[1], d->nonces[0], sizeof(d->nonces) - sizeof(d->nonces[0]));
	amt_base64_encode(raw, sizeof(raw), d->nonces[0]);
	d->nonce_uses = 0;
	return d->nonces[0];
}

static bool nonce_known(struct sim_device *d, const char *nonce)
{
	int64_t most = sim_fact_num(d, "digest.nonce_uses", 0);

	for (int i = 0; i < SIM_NONCES; i++) {
		if (!*nonce || strcmp(d->nonces[i], nonce))
			continue;
		if (most > 0 && ++d->nonce_uses > (unsigned)most) {
			memset(d->nonces, 0, sizeof(d->nonces));
			return false;
		}
		return true;
	}
	return false;
}

/*
 * Separators mixed ", " and "," and stale="false" always, as recorded [F S15]. Negotiate comes
 * first [I]: MeshCentral keeps only the last challenge line, wants digest there, and works with
 * devices that have Kerberos on.
 */
void sim_challenge(struct sim_device *d, struct amt_buf *out)
{
	char realm[80], qop[32], stale[8];

	if (sim_fact_on(d, "negotiate"))
		amt_buf_str(out, "WWW-Authenticate: Negotiate\r\n");
	amt_buf_printf(out,
		       "WWW-Authenticate: Digest realm=\"%s\", nonce=\"%s\",stale=\"%s\",qop=\"%s\""
		       "\r\n",
		       sim_realm(d, realm), sim_nonce_new(d),
		       sim_text(d, "digest.stale", stale, sizeof(stale)),
		       sim_text(d, "digest.qop", qop, sizeof(qop)));
}

/* --- the lock --- */

bool sim_locked(const struct sim_device *d)
{
	return uv_now(sim.loop) < d->locked_until;
}

/* After ten failures in a row: 5 s, doubled by every further one up to 80 s; an hour heals. */
static enum sim_login failed(struct sim_device *d)
{
	uint64_t now = uv_now(sim.loop);
	unsigned after = (unsigned)sim_fact_num(d, "lock.after", 10);

	if (d->last_bad && now - d->last_bad > 3600000)
		d->bad_logins = d->lock_seconds = 0;
	d->last_bad = now;
	if (after && ++d->bad_logins >= after) {
		unsigned most = (unsigned)sim_fact_num(d, "lock.most_s", 80);

		d->lock_seconds = d->lock_seconds ? d->lock_seconds * 2
						  : (unsigned)sim_fact_num(d, "lock.first_s", 5);
		if (d->lock_seconds > most)
			d->lock_seconds = most;
		d->locked_until = now + 1000 * (uint64_t)d->lock_seconds;
	}
	return LOGIN_BAD;
}

static enum sim_login succeeded(struct sim_device *d)
{
	d->bad_logins = d->lock_seconds = 0;
	return LOGIN_OK;
}

/* --- users --- */

/* The ACL item of a digest user, "name|access|realms|enabled|password"; NULL when none. */
static const char *acl_of(const struct sim_device *d, const char *user)
{
	const char *item;
	size_t n = strlen(user);

	for (unsigned i = 1; (item = sim_fact_item(d, "acl", i)); i++)
		if (n && !strncmp(item, user, n) && item[n] == '|')
			return item;
	return NULL;
}

static bool password_of(const struct sim_device *d, const char *user, char out[128])
{
	char admin[64];
	const char *item;

	if (!strcmp(user, sim_text(d, "admin", admin, sizeof(admin)))) {
		sim_text(d, "password", out, 128);
		return true;
	}
	item = acl_of(d, user);
	if (!item || strstr(item, "|false|"))
		return false;
	item = strrchr(item, '|');
	amt_str_copy(out, 128, item + 1);
	return *out != 0;
}

bool sim_user_has_realm(const struct sim_device *d, const char *user, unsigned realm)
{
	char admin[64], want[12], realms[128] = "";
	const char *item = acl_of(d, user);

	if (!strcmp(user, sim_text(d, "admin", admin, sizeof(admin))) || *user == '@')
		return true;
	for (int n = 0; item && n < 2; n++)
		item += strcspn(item, "|") + (strchr(item, '|') != NULL);
	if (item)
		amt_str_copy(realms, strcspn(item, "|") + 1, item);
	snprintf(want, sizeof(want), "%u", realm);
	return sim_list_has(realms, want) || sim_list_has(realms, "3");
}

/* --- logging in --- */

static enum sim_login check(struct sim_device *d, const struct sim_auth *a, const char *method,
			    const void *body, size_t n)
{
	char password[128], mine[33], realm[80];
	bool same;

	if (sim_locked(d))
		return LOGIN_LOCKED;
	if (!password_of(d, a->user, password) || strcmp(a->realm, sim_realm(d, realm)))
		return failed(d);
	sim_digest_response(a, password, method, body, n, mine);
	amt_wipe(password, sizeof(password));
	same = !strcasecmp(mine, a->response);
	return same ? succeeded(d) : failed(d);
}

/* INTEL-SA-00075: an empty response compared over its own length equals anything. */
static bool hole(const struct sim_device *d, const struct sim_auth *a)
{
	return sim_fact_on(d, "cve_2017_5689") && a->has_response && !*a->response;
}

enum sim_login sim_login_http(struct sim_device *d, const struct sim_http *r, char user[64])
{
	struct sim_auth a;
	char offered[32];
	enum sim_login rc;

	if (!r->authorization || !sim_digest_parse(r->authorization, &a))
		return LOGIN_NONE;
	amt_str_copy(user, 64, a.user);
	if (hole(d, &a))
		return LOGIN_OK;
	if (!nonce_known(d, a.nonce))
		return LOGIN_STALE;
	sim_text(d, "digest.qop", offered, sizeof(offered));
	if (!sim_list_has(offered, *a.qop ? a.qop : "auth"))
		return failed(d);
	rc = check(d, &a, r->method, r->body, r->body_len);
	if (rc != LOGIN_OK)
		*user = 0;
	return rc;
}

enum sim_login sim_login_redir(struct sim_device *d, const struct sim_auth *a, const char *nonce)
{
	if (strcmp(a->nonce, nonce) || !*nonce)
		return LOGIN_STALE;
	return check(d, a, "POST", "", 0);
}

enum sim_login sim_login_plain(struct sim_device *d, const char *user, const char *password)
{
	char mine[128];

	if (sim_locked(d))
		return LOGIN_LOCKED;
	if (!password_of(d, user, mine) || strcmp(mine, password))
		return failed(d);
	return succeeded(d);
}
