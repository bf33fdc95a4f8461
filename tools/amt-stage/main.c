/* amt-stage: the walk through stages 1 to 7 over all the evidence of a site. */
#include "merge.h"
#include "stage.h"

#include <string.h>
#include <sys/stat.h>

struct stage stage;

static bool setup_merge(struct amt_cli *cli, struct amt_error *err)
{
	const struct stage_options *o = &stage.opt;

	stage.merge = true;
	if (cli->args.n < 2)
		return amt_fail(err, "merge needs runs: folders of --run, or JSON reports");
	if (cli->site || cli->replay || o->run || o->resume || o->open || o->shard || o->waive ||
	    o->clients.n || o->stages.n || o->interactive)
		return amt_fail(err, "merge takes runs as they are: no profile, no choice of "
				     "clients or stages, no waivers");
	return true;
}

static bool setup(struct amt_cli *cli, struct amt_error *err)
{
	stage.cli = cli;
	if (cli->args.n && !strcmp(cli->args.v[0], "merge"))
		return setup_merge(cli, err);
	if (cli->args.n)
		return amt_fail(
			err,
			"'%s' is not an option; evidence is named in the site profile (--site)",
			cli->args.v[0]);
	if (stage.opt.open)
		cli->replay = stage.opt.open;
	/* Before confinement, which allows no new temporary file. */
	stage.scratch = stage.opt.open ? tmpfile() : NULL;
	stage.redacted = stage.opt.redact && stage.opt.bundle ? tmpfile() : NULL;
	if (!cli->site && !cli->replay && !stage.opt.init)
		return amt_fail(err,
				"no site profile: --site FILE names one, --init writes a new one");
	return stage_parse_stages(&stage, err) &&
	       (!stage.opt.shard || stage_parse_shard(&stage, stage.opt.shard, err)) &&
	       stage_journal_open(&stage, err) && stage_load(&stage, err);
}

/* Lists come out of spreadsheets: they are read when the process is confined. */
static bool confine(struct amt_cli *cli, struct amt_error *err)
{
	(void)cli;
	if (!stage_confine(&stage, err))
		return false;
	stage_load_lists(&stage);
	return true;
}

static bool unpack(struct amt_cli *cli, struct amt_error *err)
{
	(void)cli;
	return !stage.opt.open || stage_open(&stage, err);
}

static int special(struct amt_cli *cli)
{
	struct amt_buf out;
	struct amt_error err;

	struct stat there;

	if (!stage.opt.init && !stage.opt.what_to_collect)
		return -1;
	if (stage.opt.init && cli->output && !stat(cli->output, &there) && S_ISREG(there.st_mode) &&
	    there.st_size) {
		amt_cli_say(cli,
			    "%s is there already: --init writes a new profile and replaces none",
			    cli->output);
		return AMT_EXIT_USAGE;
	}
	if (stage.opt.what_to_collect && !confine(cli, &err)) {
		amt_cli_say(cli, "%s", err.text);
		return AMT_EXIT_INTERNAL;
	}
	amt_buf_init(&out, AMT_CAP_INI);
	if (stage.opt.init)
		site_profile_sample(&out);
	else
		stage_what_to_collect(&stage, &out);
	bool good = amt_file_write(cli->output, amt_buf_cstr(&out), out.len, &err);
	amt_buf_free(&out);
	if (!good)
		amt_cli_say(cli, "%s", err.text);
	return good ? AMT_EXIT_PASS : AMT_EXIT_IO;
}

static bool collect(struct amt_cli *cli, struct amt_error *err)
{
	stage_journal_scratch(&stage);
	if (!confine(cli, err))
		return false;
	stage_check_profile(&stage);
	for (size_t i = 1; stage.merge && i < cli->args.n; i++)
		stage_merge_add(&stage, cli->args.v[i]);
	if (!stage.merge)
		stage_collect(&stage);
	return true;
}

static bool replay(struct amt_cli *cli, const json_t *facts, struct amt_error *err)
{
	(void)cli;
	stage.merge = stage_merge_is(facts);
	if (stage.merge)
		stage_merge_add_facts(&stage, facts);
	stage.as_judged = !stage.merge && amt_json_get_bool(facts, "redacted", false);
	return stage.merge ||
	       (stage_from_json(&stage, facts, err) &&
		(!stage.as_judged || stage_restore(&stage, facts, cli->replayed, err)));
}

/* Before facts(): the walk's results are facts of this tool. */
static void walk_all(struct amt_cli *cli)
{
	if (stage.merge) {
		stage_merge_judge(&stage);
		return;
	}
	if (!stage.as_judged)
		stage_walk(&stage);
	cli->run.write_facts = stage_write_facts;
	cli->run.write_arg = &stage;
}

static json_t *facts(struct amt_cli *cli)
{
	(void)cli;
	return stage.merge ? stage_merge_facts(&stage) : NULL;
}

static bool finish(struct amt_cli *cli, struct amt_error *err)
{
	(void)cli;
	return stage_redact(&stage, err) && stage_to_sqlite(&stage, err) &&
	       stage_bundle(&stage, err);
}

static void sections(struct amt_cli *cli)
{
	(void)cli;
	stage_sections(&stage);
	if (stage.merge)
		stage_merge_sections(&stage);
	stage_baseline(&stage);
	stage_journal_close(&stage);
}

static void cleanup(struct amt_cli *cli)
{
	(void)cli;
	stage_merge_free(&stage);
	stage_free(&stage);
}

static const struct amt_tool tool = {
	.name = "amt-stage",
	.id = AMT_TOOL_STAGE,
	.libraries = stage_libraries,
	.purpose = "walk Intel vPro provisioning through its seven stages",
	.synopsis = "--site FILE [options]\n--replay FILE [options]\n--init -o site.ini\nmerge "
		    "[options] RUN...",
	.description = "Reads the site profile, collects the evidence it names, judges every check "
		       "of the catalogue and walks\n"
		       "the seven stages of Intel's Troubleshooting Guide in order. Prints each "
		       "stage's verdict, the first broken\n"
		       "thing with its corrective action, and what would answer the checks that "
		       "could not be judged.\n"
		       "\n"
		       "A failure ends the walk for the client it concerns, or for all when it "
		       "concerns the site: later checks are\n"
		       "skipped and say what they wait for. Nothing is changed on clients, servers "
		       "or directories.\n"
		       "\n"
		       "merge joins runs (folders of --run, or JSON reports) of several shards, "
		       "sites or days into one report: of\n"
		       "each client, and of each check of a site, the newest run counts. The order "
		       "does not matter, a merged\n"
		       "report can be merged again, and giving one twice changes nothing.",
	.examples = "amt-stage --init -o site.ini\n    write a commented profile to start with\n"
		    "amt-stage --site site.ini\n    walk all stages\n"
		    "amt-stage --site site.ini --stage 1-3 --client pc1.contoso.com\n    one "
		    "client, up to provisioning\n"
		    "amt-stage --site site.ini --format html -o report.html\n    a report to "
		    "attach to a case\n"
		    "amt-stage --site site.ini --inventory fleet.csv --run today\n    ten "
		    "thousand clients; --resume today goes on after a crash\n"
		    "amt-stage merge --to-sqlite fleet.db runs/*\n    the report of several "
		    "machines\n"
		    "amt-stage --explain S3.C14\n    one check whole\n",
	.options = stage_options,
	.setup = setup,
	.special = special,
	.collect = collect,
	.confine = confine,
	.unpack = unpack,
	.replay = replay,
	.judge = walk_all,
	.facts = facts,
	.sections = sections,
	.finish = finish,
	.cleanup = cleanup,
};

int main(int argc, char **argv)
{
	return amt_cli_main(&tool, argc, argv);
}
