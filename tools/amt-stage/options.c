#include "stage.h"

#include <string.h>

const struct amt_opt stage_options[] = {
	{0, "stage", AMT_OPT_LIST, &stage.opt.stages, "N|N-M",
	 "walk only these stages; may be repeated"},
	{0, "client", AMT_OPT_LIST, &stage.opt.clients, "NAME",
	 "only this client; may be repeated"},
	{0, "shard", AMT_OPT_STRING, &stage.opt.shard, "I/N",
	 "only the I-th of N parts of the clients",
	 .man = "Which part a client is in follows from its name alone, so that N machines walk "
		"all clients once between them. 'amt-stage merge' joins their reports."},
	{0, "inventory", AMT_OPT_FILE, &stage.opt.inventory, "FILE.csv",
	 "the clients, in place of the profile's list"},
	{0, "answers", AMT_OPT_FILE, &stage.opt.answers, "FILE",
	 "answers, in place of the profile's"},
	{0, "run", AMT_OPT_STRING, &stage.opt.run, "DIR",
	 "keep the evidence of each room in DIR as soon as it is there"},
	{0, "resume", AMT_OPT_STRING, &stage.opt.resume, "DIR",
	 "go on with the run in DIR: what is there is not collected again"},
	{0, "baseline", AMT_OPT_FILE, &stage.opt.baseline, "FILE.json",
	 "show what changed since an earlier report or run folder"},
	{0, "to-sqlite", AMT_OPT_FILE, &stage.opt.to_sqlite, "FILE.db",
	 "write clients and findings as an SQLite database too",
	 .man = "For questions that no report foresees; docs/fleet.md describes the tables. A file "
		"of that name is replaced."},
	{0, "waive", AMT_OPT_FILE, &stage.opt.waive, "FILE",
	 "demote known failures to warnings: owner, reason and expiry are in FILE",
	 .man = "FILE has a section a failure, [ID] or [ID subject], with the keys owner, reason "
		"and expires. "
		"All three are needed. A waiver that has expired counts no more."},
	{0, "bundle", AMT_OPT_FILE, &stage.opt.bundle, "OUT.tar.gz",
	 "write a support bundle: reports, evidence, manifest; never secrets"},
	{0, "open", AMT_OPT_FILE, &stage.opt.open, "BUNDLE", "judge the facts in a bundle again"},
	{0, "redact", AMT_OPT_FLAG, &stage.opt.redact,
	 .help = "replace names and addresses by pseudonyms in all that is written",
	 .man = "The same value gets the same pseudonym everywhere. What stands for what is "
		"written to the map, "
		"which stays with you. A redacted bundle holds no raw evidence."},
	{0, "redact-map", AMT_OPT_FILE, &stage.opt.redact_map, "FILE",
	 "the private map of pseudonyms, read and written (amtdiag-redaction.map)"},
	{0, "interactive", AMT_OPT_FLAG, &stage.opt.interactive,
	 .help = "ask what only a person can settle; answers are saved at once"},
	{0, "probe-5689", AMT_OPT_FLAG, &stage.opt.probe_5689,
	 .help = "try the empty log-in of CVE-2017-5689 on the devices that the profile asks",
	 .man = "This is the first step of an exploit, though it changes nothing: it asks for a "
		"page with an empty password, and a device may log it as an attack. Only where "
		"you may. Without it the firmware version alone is judged."},
	{0, "init", AMT_OPT_FLAG, &stage.opt.init,
	 .help = "write a commented site profile and end"},
	{0, "what-to-collect", AMT_OPT_FLAG, &stage.opt.what_to_collect,
	 .help = "list the evidence that is missing, who can export it and how"},
	AMT_OPT_END,
};

static bool one(const char *s, unsigned *bits)
{
	bool single = s[0] >= '1' && s[0] <= '7' && !s[1];
	bool range =
		s[0] >= '1' && s[0] <= '7' && s[1] == '-' && s[2] >= s[0] && s[2] <= '7' && !s[3];

	if (!single && !range)
		return false;
	for (int n = s[0] - '0'; n <= (single ? s[0] : s[2]) - '0'; n++)
		*bits |= AMT_STAGE_BIT(n);
	return true;
}

bool stage_parse_stages(struct stage *st, struct amt_error *err)
{
	for (size_t i = 0; i < st->opt.stages.n; i++)
		if (!one(st->opt.stages.v[i], &st->stages))
			return amt_fail(
				err, "--stage '%s' is not a stage from 1 to 7 or a range like 2-4",
				st->opt.stages.v[i]);
	return true;
}
