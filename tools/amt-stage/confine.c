/*
 * The walk reads the evidence that the profile names and writes where the options say; it
 * talks to nobody unless the profile names somebody to ask.
 */
#include "stage.h"

static void add(struct stage *st, struct amt_confine *c, const char *path)
{
	if (path && *path)
		amt_confine_read(st->cli, c, path);
}

static void add_result(struct amt_strlist *write, const char *path)
{
	if (path)
		amt_vec_push(write, path);
}

static bool asks_somebody(const struct site_profile *p)
{
	return p->dns_servers.n || p->devices_probe == AMT_YES || p->pki_fetch == AMT_YES ||
	       (p->directory_server && *p->directory_server);
}

bool stage_confine(struct stage *st, struct amt_error *err)
{
	const struct stage_options *o = &st->opt;
	/* What was collected already needs nobody. */
	struct amt_confine c = {.net = !st->cli->replay && !st->merge &&
				       asks_somebody(&st->profile)};
	struct amt_strlist files = {0};

	site_profile_files(&st->profile, &files);
	for (size_t i = 0; i < files.n; i++)
		add(st, &c, files.v[i]);
	add(st, &c, st->cli->site);
	add(st, &c, o->inventory);
	add(st, &c, o->baseline);
	add(st, &c, st->cli->replay);
	add(st, &c, st->answers_path);
	for (size_t i = 1; st->merge && i < st->cli->args.n; i++)
		add(st, &c, st->cli->args.v[i]);
	add_result(&c.write, st->answers_path);
	add_result(&c.write, st->run_dir);
	add_result(&c.write, o->bundle);
	add_result(&c.write, o->to_sqlite);
	add_result(&c.write, st->profile.devices_mei);
	if (st->profile.devices_ccache)
		amt_confine_cache(&c, st->profile.devices_ccache);
	if (o->redact)
		add_result(&c.write, o->redact_map ? o->redact_map : "amtdiag-redaction.map");
	amt_vec_free(&files);
	return amt_cli_confine(st->cli, &c, err);
}
