/* amt-krbsize: how big a Kerberos ticket is for AMT, to the byte, and why. */
#include "krbsize.h"

#include <stdlib.h>
#include <string.h>

/* Notepad and PowerShell write UTF-16, or a mark before UTF-8. */
static bool as_utf8(struct amt_buf *text, struct amt_error *err)
{
	struct amt_buf out;
	size_t bad, n = text->len;
	const char *p = amt_buf_cstr(text);
	bool wide = n > 2 && (!memcmp(p, "\xff\xfe", 2) || !memcmp(p, "\xfe\xff", 2)),
	     marked = n > 3 && !memcmp(p, "\xef\xbb\xbf", 3);

	if (!wide && !marked)
		return true;
	amt_buf_init(&out, AMT_CAP_JSON_IN);
	bool ok = wide ? amt_text_to_utf8("UTF-16", p, n, &out, &bad, err)
		       : amt_buf_add(&out, p + 3, n - 3);
	amt_buf_free(text);
	*text = out;
	return ok;
}

/* A file of docs/krbsize-from.md, or a document of an earlier run. */
static bool load(struct amt_cli *cli, const char *path, struct amt_error *err)
{
	struct amt_buf text;
	json_error_t where;
	json_t *doc = NULL;

	amt_buf_init(&text, AMT_CAP_JSON_IN);
	bool ok = amt_file_read(path, &text, err) && as_utf8(&text, err);
	if (ok) {
		doc = json_loadb(amt_buf_cstr(&text), text.len, JSON_REJECT_DUPLICATES, &where);
		if (!doc)
			ok = amt_fail(err, "line %d, column %d is not JSON: %s", where.line,
				      where.column, where.text);
	}
	if (ok) {
		const json_t *in = json_object_get(json_object_get(doc, "facts"), "input");
		ok = krb_input_parse(in ? in : doc, path, &krbsize.input, &cli->run.notes, err);
	}
	json_decref(doc);
	amt_buf_free(&text);
	return ok;
}

static void measure(struct amt_cli *cli)
{
	struct amt_error err = {0};
	struct krb_measure_options o = {.spn = krbsize.input.service.spn,
					.ccache = krbsize.ccache,
					.keytab = krbsize.keytab,
					.principal = krbsize.principal,
					.delegate = krbsize.delegate,
					.fresh = krbsize.fresh};
	char *password = NULL;

	if (krbsize.principal && !krbsize.keytab) {
		password = amt_cli_password(
			krbsize.password_file,
			amt_arena_printf(&cli->run.arena, "Password of %s: ", krbsize.principal),
			&err);
		if (!password) {
			amt_note_add(&cli->run.notes, krbsize.principal, "%s", err.text);
			amt_str_copy(krbsize.measured.error, sizeof(krbsize.measured.error),
				     err.text);
			return;
		}
		o.password = password;
	}
	if (!krb_measure(&o, &cli->run.arena, &krbsize.measured, &err))
		amt_note_add(&cli->run.notes, o.spn, "no ticket was measured: %s", err.text);
	if (password) {
		amt_wipe(password, strlen(password));
		free(password);
	}
}

/* The domain in HTTP/pc1.corp.example.com:16993. */
static const char *spn_domain(struct amt_cli *cli)
{
	const char *host = krbsize.spn ? strchr(krbsize.spn, '/') : NULL,
		   *dot = host ? strchr(host, '.') : NULL;
	return dot ? amt_arena_strndup(&cli->run.arena, dot + 1, strcspn(dot + 1, ":/")) : NULL;
}

static void ask_directory(struct amt_cli *cli)
{
	struct amt_error err = {0};
	struct directory_options o = {.server = krbsize.server,
				      .domain = krbsize.domain ? krbsize.domain : spn_domain(cli),
				      .bind_dn = krbsize.bind_dn,
				      .ca_file = krbsize.ca_file,
				      .starttls = krbsize.starttls,
				      .timeout = cli->timeout,
				      .qps = krbsize.qps,
				      .progress = &cli->progress,
				      .users = krbsize.users,
				      .members_of = krbsize.groups,
				      .users_below = krbsize.ou,
				      .spn = krbsize.spn,
				      .groups = true,
				      .sntp = true,
				      .verify = krbsize.verify};
	char *password = NULL;
	const char *host = krbsize.spn ? strchr(krbsize.spn, '/') : NULL;

	if (host)
		amt_vec_push(&o.clients,
			     amt_arena_strndup(&cli->run.arena, host + 1, strcspn(host + 1, ":/")));
	if (krbsize.bind_dn) {
		password = amt_cli_password(krbsize.bind_password_file,
					    "Password for the directory: ", &err);
		if (!password) {
			amt_note_add(&cli->run.notes, krbsize.bind_dn, "%s", err.text);
			return;
		}
		o.password = password;
	}
	if (directory_collect(&o, &krbsize.directory, &cli->run.notes, &err))
		krbsize_join(cli);
	else
		amt_note_add(&cli->run.notes,
			     o.server   ? o.server
			     : o.domain ? o.domain
					: "directory",
			     "%s", err.text);
	amt_vec_free(&o.clients);
	if (password) {
		amt_wipe(password, strlen(password));
		free(password);
	}
}

static bool confine(struct amt_cli *cli, struct amt_error *err)
{
	const char *const files[] = {krbsize.from, krbsize.password_file,
				     krbsize.bind_password_file, krbsize.ca_file, krbsize.keytab};
	struct amt_confine c = {.net = !krbsize.from || krbsize.measure};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (files[i])
			amt_vec_push(&c.read,
				     files[i] + (amt_str_begins(files[i], "FILE:") ? 5 : 0));
	if (krbsize.ccache)
		amt_confine_cache(&c, krbsize.ccache);
	return amt_cli_confine(cli, &c, err);
}

static bool collect(struct amt_cli *cli, struct amt_error *err)
{
	struct amt_error why = {0};

	if (!confine(cli, err))
		return false;
	krbsize.where = krbsize.from ? krbsize.from : "directory";
	if (!krbsize.from)
		ask_directory(cli);
	else if (!load(cli, krbsize.from, &why))
		amt_note_add(&cli->run.notes, krbsize.from, "%s", why.text);
	krbsize_terms(cli);
	if (krbsize.measure)
		measure(cli);
	krbsize_compute(cli);
	return true;
}

/* Users and groups stand in the inputs already; only the small searches are kept. */
static json_t *small_searches(void)
{
	static const char *const large[] = {"users", "groups", "universal", "local-groups",
					    "token"};
	struct directory_facts few = krbsize.directory;
	memset(&few.searches, 0, sizeof(few.searches));
	for (size_t i = 0; i < krbsize.directory.searches.n; i++) {
		struct directory_search *s = krbsize.directory.searches.v[i];
		bool small = true;
		for (size_t k = 0; k < sizeof(large) / sizeof(large[0]); k++)
			small = small && strcmp(s->purpose, large[k]) != 0;
		if (small)
			amt_vec_push(&few.searches, s);
	}
	json_t *j = directory_to_json(&few);
	amt_vec_free(&few.searches);
	return j;
}

static bool replay(struct amt_cli *cli, const json_t *facts, struct amt_error *err)
{
	const json_t *m = json_object_get(facts, "measured"),
		     *d = json_object_get(facts, "directory");

	krbsize.where = cli->replay;
	if (d && !directory_from_json(d, &krbsize.directory, err))
		return false;
	if (!krb_input_parse(json_object_get(facts, "input"), cli->replay, &krbsize.input,
			     &cli->run.notes, err))
		return false;
	if (m && !krb_measured_from_json(m, &cli->run.arena, &krbsize.measured))
		return amt_fail(err, "%s: what it says was measured is not of amt-krbsize",
				cli->replay);
	krbsize.measure = krbsize.measure || m;
	krbsize_terms(cli);
	krbsize_compute(cli);
	return true;
}

static json_t *facts(struct amt_cli *cli)
{
	json_t *o = json_object(), *users = json_array();

	(void)cli;
	if (krbsize.directory.searches.n)
		json_object_set_new(o, "directory", small_searches());
	json_object_set_new(o, "input", krb_input_to_json(&krbsize.input));
	if (krbsize.measure)
		json_object_set_new(o, "measured", krb_measured_to_json(&krbsize.measured));
	for (size_t i = 0; i < krbsize.results.n; i++)
		json_array_append_new(users, krbsize_user_facts(&krbsize.results.v[i]));
	json_object_set_new(o, "users", users);
	return o;
}

static void judge_measured(struct amt_cli *cli, const struct krbsize_result *r)
{
	const struct krb_user *u = &krbsize.input.users.v[r->user];
	struct amt_buf why;

	amt_buf_init(&why, 16 * AMT_KIB);
	krb_explain(&krbsize.input, u, &krbsize.terms, &r->sizes, &krbsize.measured, &why);
	size_t c = r->sizes.ticket, m = krbsize.measured.ticket;
	if (c == m)
		amt_finding_add(&cli->run.findings, "X.K4", AMT_PASS, u->name,
				"Computed %zu bytes of ticket, measured %zu.", c, m);
	else
		amt_finding_add(&cli->run.findings, "X.K4", AMT_WARN, u->name,
				"Computed %zu bytes of ticket, measured %zu: %s.", c, m,
				amt_buf_cstr(&why));
	amt_buf_free(&why);
}

/* The other causes of the same symptom: names, marks, clock. */
static void krbsize_judge_service(struct amt_cli *cli)
{
	const char *spn = krbsize.input.service.spn, *host = spn ? strchr(spn, '/') : NULL;
	struct directory_options o = {0};

	if (host)
		amt_vec_push(&o.clients,
			     amt_arena_strndup(&cli->run.arena, host + 1, strcspn(host + 1, ":/")));
	directory_judge(&krbsize.directory, &o, &cli->context, &cli->run.findings);
	amt_vec_free(&o.clients);
}

static void judge(struct amt_cli *cli)
{
	struct amt_findings *fs = &cli->run.findings;
	const struct krb_measured *m = krbsize.measure ? &krbsize.measured : NULL;

	for (size_t i = 0; i < krbsize.results.n; i++) {
		const struct krbsize_result *r = &krbsize.results.v[i];
		struct krb_verdict_in in = {
			.user = &krbsize.input.users.v[r->user],
			.sizes = &r->sizes,
			.measured = r->measured ? &krbsize.measured : NULL,
			.limits = &krbsize.limits,
			.spn = krbsize.input.service.spn,
			.where = krbsize.where,
			.unread = krbsize.input.unread ? krbsize.input.unread
						       : krbsize.input.users.v[r->user].unread};
		krb_judge_user(&in, &cli->context, fs);
		if (r->measured)
			judge_measured(cli, r);
	}
	for (size_t i = 0; i < krbsize.input.absent.n; i++)
		amt_finding_add(fs, "S5.C10a", AMT_UNKNOWN, krbsize.input.absent.v[i].who,
				"Not sized: %s.", krbsize.input.absent.v[i].why);
	if (!krbsize.results.n && !krbsize.input.absent.n)
		amt_finding_add(fs, "S5.C10a", AMT_UNKNOWN, "", "No user could be sized.");
	bool matched = false;
	for (size_t i = 0; i < krbsize.results.n; i++)
		matched = matched || krbsize.results.v[i].measured;
	if (m && m->done && !matched)
		amt_finding_add(fs, "X.K4", AMT_UNKNOWN, m->client,
				"The ticket that was measured is of %s, who is none of the "
				"accounts that were "
				"sized.",
				m->client);
	if (krbsize.measure && !krbsize.measured.done)
		amt_finding_add(fs, "X.K4", AMT_UNKNOWN, krbsize.input.service.spn,
				"No ticket could be measured: %s", krbsize.measured.error);
	if (krbsize.directory.searches.n)
		krbsize_judge_service(cli);
	krb_judge_service(&krbsize.input.service, m, krbsize.where, &cli->context, fs);
}

static void cleanup(struct amt_cli *cli)
{
	struct krb_indices *const at[] = {&krbsize.with_at, &krbsize.without_at,
					  &krbsize.as_global_at, &krbsize.keep_at};
	struct amt_strlist *const lists[] = {&krbsize.users,   &krbsize.groups,    &krbsize.with,
					     &krbsize.without, &krbsize.as_global, &krbsize.keep};

	(void)cli;
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		amt_vec_free(at[i]);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		amt_vec_free(lists[i]);
	for (size_t i = 0; i < krbsize.results.n; i++)
		for (enum krb_path p = 0; p < KRB_PATHS; p++)
			amt_vec_free(&krbsize.results.v[i].advice[p].leave);
	amt_vec_free(&krbsize.results);
	krb_limits_free(&krbsize.limits);
	directory_facts_free(&krbsize.directory);
	krb_input_free(&krbsize.input);
}

static const struct amt_tool tool = {
	.name = "amt-krbsize",
	.id = AMT_TOOL_KRBSIZE,
	.purpose = "Kerberos ticket sizes for AMT, to the byte, and why",
	.synopsis =
		"[--user U]... [--ou DN] [--members-of GROUP] [--spn SPN] [--measure] [--advise]\n"
		"--from FILE [--advise] [--with G]... [--without G]...",
	.description = "Computes the service ticket that a domain controller would issue to a user "
		       "for AMT, and every layer "
		       "around it up to the header line, from what the directory shows; holds it "
		       "against the limits of the "
		       "firmware for web and for redirection; says which groups cost how much and "
		       "which memberships to leave.\n\n"
		       "With --measure a real ticket and a real token are made and compared.\n\n"
		       "Limits are data with a source. None is published for AMT 6.0 and later, "
		       "and none is made up.",
	.examples = "amt-krbsize --user jane --spn HTTP/pc1.corp.example.com:16993\n"
		    "    the six sizes of jane's ticket for pc1, against the limits\n"
		    "amt-krbsize --members-of 'AMT operators' --spn "
		    "HTTP/pc1.corp.example.com:16993 --format csv\n"
		    "    everybody who may use AMT, as a table\n"
		    "amt-krbsize --from jane.json --advise --keep 'AMT operators' --reserve 200\n"
		    "    what jane should leave, with no directory at hand\n"
		    "amt-krbsize --user jane --measure --principal jane@CORP.EXAMPLE.COM --spn "
		    "HTTP/pc1.corp.example.com:16993\n"
		    "    computed beside measured; asks for jane's password\n",
	.options = krbsize_options,
	.setup = krbsize_setup,
	.collect = collect,
	.replay = replay,
	.facts = facts,
	.judge = judge,
	.sections = krbsize_sections,
	.cleanup = cleanup,
};

int main(int argc, char **argv)
{
	return amt_cli_main(&tool, argc, argv);
}
