#include "amtdiag/walk.h"

#include <stdlib.h>
#include <string.h>

const char *orders_state_name(enum orders_state s)
{
	static const char *const names[] = {"fine", "explained", "open", "exhausted"};

	return names[s];
}

static const struct {
	const char *name, *title;
} part_words[ORDERS_PARTS] = {
	[ORDERS_CLIENT] = {"client", "Client"},
	[ORDERS_NETWORK] = {"network", "Network"},
	[ORDERS_CONFIGMGR] = {"configmgr", "ConfigMgr servers"},
	[ORDERS_AD] = {"ad", "Active Directory"},
	[ORDERS_CA] = {"ca", "Certification authority"},
	[ORDERS_OTHER] = {"other", "Other"},
};

const char *orders_part_name(enum orders_part p)
{
	return part_words[p].name;
}

const char *orders_part_title(enum orders_part p)
{
	return part_words[p].title;
}

enum orders_part orders_part_of(enum amt_component c)
{
	static const enum orders_part parts[AMT_COMP_COUNT] = {
		[AMT_COMP_CLIENT] = ORDERS_CLIENT,
		[AMT_COMP_NETWORK] = ORDERS_NETWORK,
		[AMT_COMP_CONFIGMGR] = ORDERS_CONFIGMGR,
		[AMT_COMP_CONSOLE] = ORDERS_CONFIGMGR,
		[AMT_COMP_AD] = ORDERS_AD,
		[AMT_COMP_CA] = ORDERS_CA,
		[AMT_COMP_BROWSER] = ORDERS_OTHER,
		[AMT_COMP_OTHER] = ORDERS_OTHER,
	};

	return parts[c];
}

/* "un-provisioned" is a state, "un-provision" and "un-provisioning" are deeds. */
static bool unprovisions(const char *step)
{
	static const char deed[] = "un-provision";

	for (const char *p = step; (p = strcasestr(p, deed)); p++)
		if (strncmp(p + sizeof(deed) - 1, "ed", 2) != 0)
			return true;
	return false;
}

enum amt_cost orders_cost_of(const char *step)
{
	static const char *const visits[] = {"MEBx", "BIOS", "USB key", "jumper"},
				 *const looks[] = {"Look ",    "Check ",  "Compare ",    "See ",
						   "Read ",    "Find ",   "Write down ", "Test ",
						   "Capture ", "Resolve "};

	if (!strncmp(step, "Ask ", 4))
		return AMT_COST_LOOK; /* also about what is in MEBx */
	if (strcasestr(step, "un-provision partially"))
		return AMT_COST_VISIT; /* keeps keys and hashes (S2.C10a) */
	if (strcasestr(step, "erase") || unprovisions(step))
		return AMT_COST_ERASE;
	for (size_t i = 0; i < sizeof(visits) / sizeof(visits[0]); i++)
		if (strstr(step, visits[i]))
			return AMT_COST_VISIT;
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (!strncmp(step, looks[i], strlen(looks[i])))
			return AMT_COST_LOOK;
	return AMT_COST_CHANGE;
}

/* The catalogue's own steps say it themselves. */
static enum amt_cost step_cost(const struct amt_item *item, const char *step)
{
	for (size_t i = 0; item->actions[i]; i++)
		if (!strcmp(item->actions[i], step))
			return (enum amt_cost)item->costs[i];
	return orders_cost_of(step);
}

static void add_steps(struct orders_steps *out, struct amt_map *known, struct amt_findings *fs,
		      const struct amt_finding *f)
{
	const char *const *steps = amt_finding_steps(fs, f);
	enum amt_cost cost = AMT_COST_LOOK;
	struct amt_buf key;

	amt_buf_init(&key, AMT_CAP_REPORT);
	for (size_t i = 0; steps[i]; i++) {
		enum amt_cost own = step_cost(f->item, steps[i]);
		cost = own > cost ? own : cost;
		amt_buf_clear(&key);
		amt_buf_printf(&key, "%s %s", f->item->id, steps[i]);
		union amt_map_value *v = amt_map_put(known, amt_buf_cstr(&key), key.len, NULL);
		if (v->n)
			continue;
		v->n = 1;
		const struct orders_step s = {.text = steps[i],
					      .item = f->item,
					      .stage = walk_stage_of(f->item),
					      .part = orders_part_of(f->item->component),
					      .cost = cost,
					      .erases = own == AMT_COST_ERASE};
		amt_vec_push(out, s);
	}
	amt_buf_free(&key);
}

/* The steps of one group: the cheap ones first, else in the order of the walk. */
static void take(const struct orders_steps *from, int stage, int part, struct orders_steps *out)
{
	for (int cost = 0; cost < AMT_COSTS; cost++)
		for (size_t i = 0; i < from->n; i++)
			if ((int)from->v[i].cost == cost &&
			    (from->v[i].stage == stage || (int)from->v[i].part == part))
				amt_vec_push(out, from->v[i]);
}

/* A check that may explain why the stage fails. Rows of several stages count in each. */
static bool corrects(const struct amt_item *item, int stage)
{
	return item->kind != AMT_KIND_VERIFY &&
	       (walk_stage_of(item) == stage || (item->stages & AMT_STAGE_BIT(stage)));
}

static enum orders_state state_of(const struct amt_findings *fs, int stage, size_t *open)
{
	bool fails = false, explained = false;

	*open = 0;
	for (size_t i = 0; i < fs->list.n; i++) {
		const struct amt_finding *f = fs->list.v[i];
		if (f->verdict == AMT_FAIL && walk_stage_of(f->item) == stage)
			fails = true;
		if (!corrects(f->item, stage))
			continue;
		explained |= f->verdict == AMT_FAIL || f->verdict == AMT_WARN;
		*open += f->verdict == AMT_UNKNOWN || f->verdict == AMT_PENDING ||
			 f->verdict == AMT_SKIPPED;
	}
	return !fails      ? ORDERS_FINE
	       : explained ? ORDERS_EXPLAINED
	       : *open     ? ORDERS_OPEN
			   : ORDERS_EXHAUSTED;
}

void orders_make(struct amt_findings *findings, struct orders *out)
{
	struct amt_map known = {0};
	struct orders_steps steps = {0};

	*out = (struct orders){0};
	for (size_t i = 0; i < findings->list.n; i++) {
		const struct amt_finding *f = findings->list.v[i];
		if (f->verdict == AMT_FAIL && !f->because_id)
			add_steps(&steps, &known, findings, f);
	}
	amt_map_free(&known);
	for (int p = 0; p < ORDERS_PARTS; p++)
		take(&steps, -1, p, &out->by_part);
	for (int s = 1; s <= AMT_STAGE_LAST; s++) {
		take(&steps, s, -1, &out->by_stage);
		out->state[s] = state_of(findings, s, &out->open[s]);
	}
	amt_vec_free(&steps);
}

void orders_free(struct orders *o)
{
	amt_vec_free(&o->by_stage);
	amt_vec_free(&o->by_part);
}

static char *costs_text(struct amt_findings *fs, const struct orders *o)
{
	size_t count[AMT_COSTS] = {0};

	for (size_t i = 0; i < o->by_stage.n; i++)
		count[o->by_stage.v[i].cost]++;
	return amt_arena_printf(&fs->arena,
				"%zu steps to try, in this order: %zu only look, %zu change a "
				"setting, %zu are visits, %zu erase",
				o->by_stage.n, count[AMT_COST_LOOK], count[AMT_COST_CHANGE],
				count[AMT_COST_VISIT], count[AMT_COST_ERASE]);
}

struct amt_finding *orders_judge(struct amt_findings *findings)
{
	struct orders o;
	int at[ORDERS_EXHAUSTED + 1] = {0};
	struct amt_finding *f;

	orders_make(findings, &o);
	for (int s = AMT_STAGE_LAST; s >= 1; s--)
		at[o.state[s]] = s;
	const char *costs = costs_text(findings, &o);
	if (at[ORDERS_EXHAUSTED])
		f = amt_finding_add(
			findings, "G.02", AMT_WARN, "",
			"every corrective check of stage %d holds or does not apply, yet "
			"it fails: look at all stages; %s",
			at[ORDERS_EXHAUSTED], costs);
	else if (at[ORDERS_OPEN])
		f = amt_finding_add(
			findings, "G.02", AMT_UNKNOWN, "",
			"%zu corrective checks of stage %d, which fails, have no answer "
			"yet; %s",
			o.open[at[ORDERS_OPEN]], at[ORDERS_OPEN], costs);
	else if (at[ORDERS_EXPLAINED])
		f = amt_finding_add(findings, "G.02", AMT_PASS, "",
				    "a corrective check explains what fails (stage %d); %s",
				    at[ORDERS_EXPLAINED], costs);
	else
		f = amt_finding_add(
			findings, "G.02", AMT_NA, "",
			"does not apply: no stage fails, so there is nothing to correct");
	orders_free(&o);
	return f;
}
