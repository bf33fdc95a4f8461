/* The provisioning chain, and the chain of the CA that issues the web server certificates. */
#include "cross.h"
#include "rooms.h"

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

static void collect_chain(struct stage *st, void *state)
{
	collect(st, &st->profile.chain, PKI_PROVISIONING, state);
}

static void collect_issuing(struct stage *st, void *state)
{
	collect(st, &st->profile.issuing_ca, PKI_CA, state);
}

static bool clients_wanted(const struct stage *st)
{
	return st->profile.client_certificates.n > 0 || st->opt.baseline;
}

/* An earlier report holds what each device showed then. */
static void add_baseline(struct stage *st, struct pki_facts *f, const struct pki_options *opt)
{
	json_t *doc = stage_baseline_document(st), *d, *r;
	size_t i, k;

	const json_t *devices = json_object_get(
		json_object_get(json_object_get(json_object_get(doc, "facts"), "evidence"),
				"devices"),
		"devices");
	json_array_foreach((json_t *)devices, i, d)
	{
		const json_t *chain = json_object_get(json_object_get(d, "classes"), "chain");
		const char *host = amt_json_get_str(d, "host");
		json_array_foreach(json_object_get(chain, "records"), k, r)
		{
			const char *pem = amt_json_get_str(r, "pem");
			if (!pem || amt_json_get_int(r, "index", 0) != 0)
				continue;
			const char *source = amt_arena_printf(&f->arena, "%s: TLS of %s",
							      st->opt.baseline, host ? host : "?");
			pki_load_bytes(f, source, pem, strlen(pem), opt, &st->cli->run.notes);
		}
	}
	json_decref(doc);
}

static void add_file(struct stage *st, struct pki_facts *f, const char *path,
		     const struct pki_options *opt)
{
	struct amt_buf b;
	struct amt_error err;

	amt_buf_init(&b, AMT_CAP_PKI_FILE);
	if (amt_file_read(path, &b, &err))
		pki_load_bytes(f, path, amt_buf_cstr(&b), b.len, opt, &st->cli->run.notes);
	else
		amt_note_add(&st->cli->run.notes, path, "%s", err.text);
	amt_buf_free(&b);
}

/* Their own CA above them, and the lists that it says where to find. */
static void collect_clients(struct stage *st, void *state)
{
	const struct site_profile *p = &st->profile;
	struct pki_facts *f = state;
	const struct pki_options opt = {.asked = {.profile = PKI_WEBSERVER, .crl = true},
					.no_opinion = true};

	f->asked.profile = PKI_WEBSERVER;
	f->asked.crl = true;
	if (st->opt.baseline)
		add_baseline(st, f, &opt);
	for (size_t i = 0; i < p->client_certificates.n; i++)
		add_file(st, f, p->client_certificates.v[i], &opt);
	if (!f->certs.n)
		return;
	for (size_t i = 0; i < p->issuing_ca.n; i++)
		add_file(st, f, p->issuing_ca.v[i], &opt);
	for (size_t i = 0; i < p->crls.n; i++)
		add_file(st, f, p->crls.v[i], &opt);
	pki_build(f, &opt, &st->cli->run.notes);
	if (p->pki_fetch == AMT_YES)
		fetch(st, f);
}

/* cross_pki.c judges them, against what the log says of the clients. */
static void no_judge(const struct stage *st, const void *state, struct amt_findings *fs)
{
	(void)st, (void)state, (void)fs;
}

/* Where nobody named versions, those in the list of clients count. */
static void judge(const struct stage *st, const void *state, struct amt_findings *fs)
{
	struct amt_context ctx = st->cli->context;
	struct cross_versions listed = {0};

	if (!ctx.n_firmware && cross_listed_firmware(st, &listed)) {
		ctx.firmware = listed.v;
		ctx.n_firmware = listed.n;
		ctx.firmware_of_some = true;
	}
	pki_judge(state, &ctx, fs);
	amt_vec_free(&listed);
}

static bool root_unknown(void *arg, const struct amt_finding *f)
{
	(void)arg;
	return !strcmp(f->item->id, "S3.C10b") && f->verdict == AMT_UNKNOWN;
}

/* Whether the root is in the devices is theirs to say, where one of them told its list. */
static void judge_chain(const struct stage *st, const void *state, struct amt_findings *fs)
{
	size_t from = fs->list.n;

	judge(st, state, fs);
	if (cross_lists_told(st))
		amt_findings_drop(fs, from, root_unknown, NULL);
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
	NULL,      judge_chain,  to_json,
	from_json, release,      sizeof(struct pki_facts),
};
const struct stage_room stage_room_issuing_ca = {
	"issuing-ca", issuing_wanted, collect_issuing,          NULL, judge, to_json,
	from_json,    release,        sizeof(struct pki_facts),
};
const struct stage_room stage_room_client_certificates = {
	"client-certificates",
	clients_wanted,
	collect_clients,
	NULL,
	no_judge,
	to_json,
	from_json,
	release,
	sizeof(struct pki_facts),
};
