/*
 * The catalogue: every check, prerequisite, corrective action and hot fix of
 * the Troubleshooting Guide and its companions, as data; and the context that
 * decides which of them apply. Looks up, never judges. No I/O.
 */
#ifndef AMTDIAG_GUIDE_H
#define AMTDIAG_GUIDE_H

#include "amtdiag/core.h"

/* A firmware version. Parts that were not given are -1; letters as in 15.0-H are dropped. */
struct amt_fw {
	int major, minor, rev, build;
};
bool amt_fw_parse(const char *s, struct amt_fw *out, struct amt_error *err);
/* <0, 0, >0 over the parts that both sides have: 11.8 equals 11.8.50. */
int amt_fw_compare(const struct amt_fw *a, const struct amt_fw *b);
char *amt_fw_format(const struct amt_fw *fw, char out[48]);

enum amt_tri { AMT_MAYBE, AMT_YES, AMT_NO };
/* Whether it is older than the limit; MAYBE when that hangs on parts that were not told: 3.2 may be
 * 3.2.0, and 3.2.1 as well. */
enum amt_tri amt_fw_below(const struct amt_fw *fw, const struct amt_fw *limit);

/* What a deployment can have or not have: the words of applies-when. */
enum amt_trait {
#define AMT_TRAIT(id, name, meaning) AMT_TRAIT_##id,
#include "amtdiag/traits.def"
#undef AMT_TRAIT
	AMT_TRAIT_COUNT
};
const char *amt_trait_name(enum amt_trait t);    /* "out-of-band" */
const char *amt_trait_meaning(enum amt_trait t); /* a phrase for reports and docs */
bool amt_trait_parse(const char *name, enum amt_trait *out);

/* What judges are told beside the facts. A zeroed one knows nothing; now must be set. */
struct amt_context {
	amt_time now; /* judge dates as of this time */
	const struct amt_fw *firmware;
	size_t n_firmware; /* 0: judge every generation where it matters */
	/* Each version is that of some clients only: what is wrong for one of several is no failure
	 * of the site. */
	bool firmware_of_some;
	enum amt_tri trait[AMT_TRAIT_COUNT];
};

enum amt_component {
	AMT_COMP_CLIENT,
	AMT_COMP_NETWORK,
	AMT_COMP_CONFIGMGR,
	AMT_COMP_AD,
	AMT_COMP_CA,
	AMT_COMP_CONSOLE,
	AMT_COMP_BROWSER,
	AMT_COMP_OTHER,
	AMT_COMP_COUNT
};
const char *amt_component_name(enum amt_component c);  /* "configmgr" */
const char *amt_component_title(enum amt_component c); /* "Configuration Manager servers" */

enum amt_kind { AMT_KIND_PREREQ, AMT_KIND_VERIFY, AMT_KIND_CORRECTIVE, AMT_KIND_HOTFIX };
const char *amt_kind_name(enum amt_kind k);

/* How a row gets its answer. */
enum amt_mode { AMT_MODE_AUTO, AMT_MODE_FILE, AMT_MODE_ASK };
const char *amt_mode_name(enum amt_mode m);

enum amt_tool_id {
	AMT_TOOL_HELLOCAP = 1 << 0,
	AMT_TOOL_DNSCHECK = 1 << 1,
	AMT_TOOL_CERTCHECK = 1 << 2,
	AMT_TOOL_KRBSIZE = 1 << 3,
	AMT_TOOL_LOGVIEW = 1 << 4,
	AMT_TOOL_STAGE = 1 << 5,
};

/* Stage bits: bit 0 is P (before stage 1), bit n is stage n. */
#define AMT_STAGE_BIT(n) (1u << (n))
#define AMT_STAGE_LAST   7
const char *amt_stage_title(int stage); /* 0..7 */

/* What a corrective step costs. */
enum amt_cost {
	AMT_COST_LOOK,   /* something is read, or waited for */
	AMT_COST_CHANGE, /* a setting of a server or console changes */
	AMT_COST_VISIT,  /* somebody goes to the PC: MEBx, BIOS, USB key */
	AMT_COST_ERASE,  /* it un-provisions: what was entered in MEBx may be gone after it */
	AMT_COSTS
};
const char *amt_cost_name(enum amt_cost c); /* "look" */

/* A row that must hold before another can. */
struct amt_need {
	const char *id;     /* comes earlier in the walk: so there are no rings */
	bool confirmed;     /* the guide or its maker says so; else it is an inference */
	const char *source; /* with its tag: "[G] guide, stage 3, verification check 2" */
};

struct amt_item {
	const char *id; /* "S3.C14" */
	unsigned stages;
	enum amt_component component;
	enum amt_kind kind;
	enum amt_mode mode;
	unsigned tools; /* amt_tool_id bits that judge it; amt-stage has all of them */
	const char *title;
	const char *why;            /* why it matters */
	const char *how;            /* how it is checked */
	const char *rule[5];        /* when it is pass, warn, fail, unknown, pending; NULL: never */
	const char *inputs;         /* what answers it */
	const char *applies;        /* the predicate as written, "always" */
	const char *const *actions; /* corrective steps, cheapest first, NULL at the end */
	const unsigned char *costs; /* enum amt_cost of each of them */
	const char *who;            /* who can do them */
	const char *const *sources; /* NULL at the end */
	const struct amt_need *needs; /* nearest first */
	size_t n_needs;
};

size_t amt_guide_count(void);
const struct amt_item *amt_guide_at(size_t i);         /* in the order of the walk */
const struct amt_item *amt_guide_find(const char *id); /* case ignored; NULL if none */
/* The next row at or after *i that matches; NULL at the end. Negative or 0 = any.
 * for (size_t i = 0; (item = amt_guide_next(&i, 3, -1, 0));) */
const struct amt_item *amt_guide_next(size_t *i, int stage, int component, unsigned tools);

/*
 * Does the row apply? MAYBE when the context does not know enough. why (may be
 * NULL) gets the reason: which word of the predicate said no or was not known.
 */
enum amt_tri amt_item_applies(const struct amt_item *item, const struct amt_context *ctx, char *why,
			      size_t why_size);
/* item->applies in words: "the out of band console is used; and ...". False when out is full. */
bool amt_item_when(const struct amt_item *item, struct amt_buf *out);

#endif
