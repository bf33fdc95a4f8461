/* The words for what the catalogue counts: traits, components, kinds, modes, stages. */
#include "amtdiag/guide.h"

static const struct {
	const char *name, *meaning;
} traits[AMT_TRAIT_COUNT] = {
#define AMT_TRAIT(id, name, meaning) [AMT_TRAIT_##id] = {name, meaning},
#include "amtdiag/traits.def"
#undef AMT_TRAIT
};

const char *amt_trait_name(enum amt_trait t)
{
	return traits[t].name;
}

const char *amt_trait_meaning(enum amt_trait t)
{
	return traits[t].meaning;
}

bool amt_trait_parse(const char *name, enum amt_trait *out)
{
	for (unsigned i = 0; i < AMT_TRAIT_COUNT; i++) {
		if (amt_strcasecmp(traits[i].name, name) == 0) {
			*out = (enum amt_trait)i;
			return true;
		}
	}
	return false;
}

static const struct {
	const char *name, *title;
} components[AMT_COMP_COUNT] = {
	[AMT_COMP_CLIENT] = {"client", "Client"},
	[AMT_COMP_NETWORK] = {"network", "Network"},
	[AMT_COMP_CONFIGMGR] = {"configmgr", "Configuration Manager servers"},
	[AMT_COMP_AD] = {"ad", "Active Directory"},
	[AMT_COMP_CA] = {"ca", "Certification authority"},
	[AMT_COMP_CONSOLE] = {"console", "Out of band console"},
	[AMT_COMP_BROWSER] = {"browser", "Browser"},
	[AMT_COMP_OTHER] = {"other", "Other"},
};

const char *amt_component_name(enum amt_component c)
{
	return components[c].name;
}

const char *amt_component_title(enum amt_component c)
{
	return components[c].title;
}

const char *amt_kind_name(enum amt_kind k)
{
	static const char *const names[] = {"prereq", "verify", "corrective", "hotfix"};
	return names[k];
}

const char *amt_mode_name(enum amt_mode m)
{
	static const char *const names[] = {"auto", "file", "ask"};
	return names[m];
}

const char *amt_stage_title(int stage)
{
	/* The guide's headings in short; 0 is the planning before its stage 1. */
	static const char *const titles[AMT_STAGE_LAST + 1] = {
		"Before you start",
		"Prerequisites met",
		"Provisioning requests reach the server",
		"Provisioning starts and completes",
		"Power control from collections",
		"Out of band console",
		"Web interface",
		"Un-provisioning",
	};
	return stage >= 0 && stage <= AMT_STAGE_LAST ? titles[stage] : "";
}

const char *amt_cost_name(enum amt_cost c)
{
	static const char *const names[AMT_COSTS] = {"look", "change", "visit", "erase"};

	return names[c];
}
