/* Stage 4: does AMT stay on when the computer does not (handbook device 1.1, 1.2). */
#include "device/judge.h"

#include <string.h>

/* The current package is the IsCurrent=1 row whose setting is a power scheme, not the schemes'
 * own list (1.1); rows of other settings are current as well. */
static const struct amt_dev_current *current_scheme(const struct amt_device *d)
{
	for (size_t i = 0; i < d->current.n; i++)
		if (d->current.v[i].is_current == 1 && d->current.v[i].guid)
			return &d->current.v[i];
	return NULL;
}

static const char *description(const struct amt_device *d, const char *guid)
{
	for (size_t i = 0; i < d->scheme.n; i++)
		if (d->scheme.v[i].guid && strcmp(d->scheme.v[i].guid, guid) == 0)
			return d->scheme.v[i].description;
	return NULL;
}

static void judge_package(struct dev_judge *j)
{
	const struct amt_dev_current *c;
	const struct amt_power_package *p;

	if (!dev_have(j, "S4.C01", AMT_DEVC_current))
		return;
	c = current_scheme(j->d);
	if (!c) {
		dev_say(j, "S4.C01", AMT_UNKNOWN, AMT_DEVC_current,
			"no power package is marked as the current one");
		return;
	}
	p = amt_power_package_find(c->guid);
	if (!p) {
		const char *text = description(j->d, c->guid);
		dev_say(j, "S4.C01", AMT_UNKNOWN, AMT_DEVC_current,
			"the current power package %s ('%s') is not in the table", c->guid,
			OR(text));
	} else if (p->meets == AMT_NO) {
		dev_say(j, "S4.C01", AMT_FAIL, AMT_DEVC_current,
			"the current power package is '%s': AMT is off when the computer is",
			p->name);
	} else {
		dev_say(j, "S4.C01", p->meets == AMT_YES ? AMT_PASS : AMT_WARN, AMT_DEVC_current,
			"the current power package is '%s'%s%s", p->name,
			p->reservation ? ": " : "", p->reservation ? p->reservation : "");
	}
}

static void judge_link(struct dev_judge *j)
{
	for (size_t i = 0; i < j->d->ethernet.n; i++) {
		const struct amt_dev_ethernet *e = &j->d->ethernet.v[i];
		if (e->connection == 3 || !e->link_policy.n)
			continue;
		if (dev_has_int(&e->link_policy, 14))
			dev_say(j, "X.D03", AMT_PASS, AMT_DEVC_ethernet,
				"the wired link is kept in Sx on mains power (LinkPolicy 14)");
		else
			dev_say(j, "X.D03", AMT_FAIL, AMT_DEVC_ethernet,
				"the wired link goes down in Sx (LinkPolicy has no 14): whatever "
				"the "
				"power package, AMT can't be reached when the computer is off");
		return;
	}
}

static void judge_state(struct dev_judge *j)
{
	static const char *const words[] = {[2] = "on",
					    [3] = "light sleep",
					    [4] = "deep sleep",
					    [6] = "off (hard)",
					    [7] = "hibernated",
					    [8] = "off (soft)",
					    [13] = "off (hard, graceful)"};
	const struct amt_dev_power *p = amt_dev_first(j->d, power);
	const struct amt_dev_os_power *o = amt_dev_first(j->d, os_power);
	const struct amt_dev_general *g = amt_dev_first(j->d, general);
	const char *word = NULL, *missing = NULL;

	if (g && g->idle_wake_minutes != AMT_DEV_NONE &&
	    (g->idle_wake_minutes < 1 || g->idle_wake_minutes > 65535))
		dev_say(j, "X.D21", AMT_WARN, AMT_DEVC_general,
			"the ME's idle timer is %lld; 1 to 65535 minutes are possible",
			(long long)g->idle_wake_minutes);
	if (g && g->power_source == 1)
		dev_say(j, "X.D21", AMT_WARN, AMT_DEVC_general,
			"the machine runs on battery, where AMT is never active in Sx");
	if (!p || p->state == AMT_DEV_NONE)
		return;
	if (p->state >= 0 && p->state < (int64_t)(sizeof(words) / sizeof(words[0])))
		word = words[p->state];
	if (p->available.n && p->state == 2 && !dev_has_int(&p->available, 8))
		missing = "power off (soft) is not offered";
	else if (p->available.n && p->state == 8 && !dev_has_int(&p->available, 2))
		missing = "power on is not offered";
	if (p->state == 2 && o && o->saving_state == 3)
		dev_say(j, "X.D21", AMT_WARN, AMT_DEVC_os_power,
			"AMT says on, but the system is in connected standby: asleep for its user");
	else
		dev_say(j, "X.D21", missing ? AMT_WARN : AMT_PASS, AMT_DEVC_power,
			"power state %lld%s%s%s%s%s", (long long)p->state, word ? " (" : "",
			word ? word : "", word ? ")" : "", missing ? "; " : "",
			missing ? missing : "");
}

void dev_judge_power(struct dev_judge *j)
{
	judge_package(j);
	judge_link(j);
	judge_state(j);
}
