#include "stage.h"

#include <string.h>

const struct amt_opt stage_options[] = {
	{0, "stage", AMT_OPT_LIST, &stage.opt.stages, "N|N-M",
	 "walk only these stages; may be repeated"},
	{0, "client", AMT_OPT_LIST, &stage.opt.clients, "NAME",
	 "only this client; may be repeated"},
	{0, "inventory", AMT_OPT_FILE, &stage.opt.inventory, "FILE.csv",
	 "the clients, in place of the profile's list"},
	{0, "answers", AMT_OPT_FILE, &stage.opt.answers, "FILE",
	 "answers, in place of the profile's"},
	{0, "interactive", AMT_OPT_FLAG, &stage.opt.interactive,
	 .help = "ask what only a person can settle; answers are saved at once"},
	{0, "init", AMT_OPT_FLAG, &stage.opt.init,
	 .help = "write a commented site profile and end"},
	AMT_OPT_END,
};

static bool one(const char *s, unsigned *bits)
{
	bool single = s[0] >= '1' && s[0] <= '7' && !s[1];
	bool range =
		s[0] >= '1' && s[0] <= '7' && s[1] == '-' && s[2] >= s[0] && s[2] <= '7' && !s[3];

	if (!single && !range)
		return false;
	for (char c = s[0]; c <= (single ? s[0] : s[2]); c++)
		*bits |= AMT_STAGE_BIT(c - '0');
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
