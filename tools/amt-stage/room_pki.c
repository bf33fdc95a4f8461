/* The provisioning chain, and the chain of the CA that issues the web server certificates. */
#include "rooms.h"

#include "amtdiag/hello.h"
#include "amtdiag/net.h"
#include "amtdiag/pki.h"

#include <stdlib.h>
#include <string.h>

static bool chain_wanted(const struct stage *st)
{
	return st->profile.chain.n > 0;
}

static bool issuing_wanted(const struct stage *st)
{
	return st->profile.issuing_ca.n > 0;
}

/* The service point's name: an entry that is not an address. */
static const char *server_name(const struct stage *st)
{
	for (size_t i = 0; i < st->profile.service_point.n; i++)
		if (strspn(st->profile.service_point.v[i], "0123456789.:") !=
		    strlen(st->profile.service_point.v[i]))
			return st->profile.service_point.v[i];
	return NULL;
}

static void fetch(struct stage *st, struct pki_facts *f)
{
	struct amt_error err;
	struct amt_loop *loop = amt_loop_new(&err);

	if (!loop) {
		amt_note_add(&st->cli->run.notes, "CRLs", "%s", err.text);
		return;
	}
	const struct pki_fetch_options opt = {.timeout = st->cli->timeout,
					      .ldap_server = st->profile.directory_server,
					      .progress = &st->cli->progress};
	pki_fetch(f, loop, &opt);
	amt_loop_free(loop);
}

static void collect(struct stage *st, const struct amt_strlist *paths, enum pki_profile profile,
		    void *state)
{
	struct amt_notes *notes = &st->cli->run.notes;
	struct pki_options opt = {.asked = {.profile = profile, .server = server_name(st)},
				  .timeout = st->cli->timeout,
				  .progress = &st->cli->progress};
	struct amt_error err = {0};
	char *password = NULL;

	opt.asked.suffixes = st->profile.suffixes;
	opt.asked.warn_days = st->profile.warn_days;
	opt.asked.crl = st->profile.crls.n || st->profile.pki_fetch == AMT_YES;
	opt.crl_files = st->profile.crls;
	if (profile == PKI_PROVISIONING)
		opt.hash_files = st->profile.root_hashes;
	if (st->profile.pki_password_file) {
		password = amt_cli_password(st->profile.pki_password_file, "", &err);
		if (!password)
			amt_note_add(notes, st->profile.pki_password_file, "%s", err.text);
	}
	opt.password = password;
	if (!pki_collect(paths, &opt, state, notes, &err))
		amt_note_add(notes, paths->v[0], "%s", err.text);
	else if (st->profile.pki_fetch == AMT_YES)
		fetch(st, state);
	if (password)
		amt_wipe(password, strlen(password));
	free(password);
}

/* Where captures and chain meet: the root must stand in the list that each device sent. */
static void add_hello_lists(const struct stage *st, struct pki_facts *f)
{
	const struct hello_facts *h = stage_state(st, &stage_room_captures);

	for (size_t i = 0; h && i < h->devices.n; i++) {
		const struct hello_device *d = &h->devices.v[i];
		const struct hello_message *m =
			d->hellos.n ? &h->hellos.v[d->hellos.v[d->hellos.n - 1]].m : NULL;
		if (!m || m->mode != HELLO_MODE_PKI || m->verdict == HELLO_NO)
			continue;
		struct pki_hash_list *l =
			pki_add_list(f, amt_arena_printf(&f->arena, "hello of %s", d->id));
		l->device = amt_arena_strdup(&f->arena, d->id);
		l->partial = m->hashes.n < m->declared_hashes;
		for (size_t k = 0; k < m->hashes.n; k++)
			pki_add_hash(f, l, m->hashes.v[k].bytes, m->hashes.v[k].length,
				     m->hashes.v[k].name);
	}
}

static void collect_chain(struct stage *st, void *state)
{
	collect(st, &st->profile.chain, PKI_PROVISIONING, state);
	add_hello_lists(st, state);
}

static void collect_issuing(struct stage *st, void *state)
{
	collect(st, &st->profile.issuing_ca, PKI_CA, state);
}

static void judge(const struct stage *st, const void *state, struct amt_findings *fs)
{
	pki_judge(state, &st->cli->context, fs);
}

static json_t *to_json(const void *state)
{
	return pki_to_json(state);
}

static bool from_json(const json_t *j, void *state, struct amt_error *err)
{
	return pki_from_json(j, state, err);
}

static void release(void *state)
{
	pki_facts_free(state);
}

const struct stage_room stage_room_chain = {
	"chain",   chain_wanted, collect_chain,
	NULL,      judge,        to_json,
	from_json, release,      sizeof(struct pki_facts),
};
const struct stage_room stage_room_issuing_ca = {
	"issuing-ca", issuing_wanted, collect_issuing,          NULL, judge, to_json,
	from_json,    release,        sizeof(struct pki_facts),
};
