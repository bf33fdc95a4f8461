/* What judges of exports look at: the facts computer by computer, and what applies here. */
#ifndef SITE_EXPORT_VIEW_H
#define SITE_EXPORT_VIEW_H

#include "exports.h"

struct export_windows {
	int major, minor, pack;        /* pack -1: not known; major 0: nothing known */
	const char *name;              /* "" when not told */
	const struct exports_fact *at; /* NULL when not known */
};

struct export_computer {
	const char *name; /* as first seen; "" collects what names no computer */
	struct export_windows windows;
	bool server, console; /* by the profile or by what is installed there */
	/* Lists that were exported, by any fact out of them; NULL: not given. */
	const struct exports_fact *qfe, *programs, *services, *drivers, *features, *ie_key,
		*internet_key;
	bool is_64bit;
	struct AMT_VEC(const struct exports_fact *) facts;
};

struct export_view {
	const struct exports_facts *f;
	struct amt_context ctx; /* the given one with what exports prove */
	struct AMT_VEC(struct amt_fw) firmware;
	struct AMT_VEC(struct export_computer) computers;
	struct amt_map by_name, clients, in_band, out_of_band, removed;
	struct amt_findings *fs;
	size_t from; /* findings before it are not this judge's, or are done with */
	void (*part)(struct amt_findings *fs);
};

/* Hands on what was judged so far, when there is much of it. */
void export_part(struct export_view *v);

void export_view_make(struct export_view *v, const struct exports_facts *f,
		      const struct amt_context *ctx, struct amt_findings *fs);
void export_view_removed(struct export_view *v, const struct amt_strlist *names);
void export_view_free(struct export_view *v);
/* Does the row apply? why says what is not known when it is MAYBE. */
enum amt_tri export_applies(const struct export_view *v, const char *id, char *why, size_t size);
/* It is certain that the row does not apply. */
bool export_silent(const struct export_view *v, const char *id);
/* The first fact of that sort whose name the glob matches. */
const struct exports_fact *export_find(const struct export_computer *c, enum exports_what what,
				       const char *glob);
/* The setting of the component, NULL when the export does not tell it. */
const struct exports_fact *export_setting(const struct export_view *v, const char *key);
/* Where the fact stood becomes evidence. Does nothing for NULL. */
void export_cite(struct export_view *v, struct amt_finding *f, const struct exports_fact *fact);
/* "the computer" when it has no name. */
const char *export_called(const struct export_computer *c);
/* "4.00.6487" to 6487, 5.00.x to 100000 + x; 0 when it is no ConfigMgr version. */
long export_cm_build(const char *version);
/* YES: in-band, NO: out-of-band. */
enum amt_tri export_in_band(const struct export_view *v, const char *client);

/* It was un-provisioned since. */
bool export_removed(const struct export_view *v, const char *client);

/* Is it one of the clients that the site lists? Everybody is when it lists none. */
bool export_listed(const struct export_view *v, const char *client);

enum { EXPORT_CM_SP1 = 6221, EXPORT_CM_SP2 = 6487 }; /* catalogue S1.V02a */

void export_judge_hotfixes(struct export_view *v);
void export_judge_computers(struct export_view *v);
void export_judge_browsers(struct export_view *v);
void export_judge_clients(struct export_view *v);
void export_judge_lists(struct export_view *v);
void export_judge_component(struct export_view *v);

#endif
