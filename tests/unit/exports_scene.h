/* What the tests of exports share: a scene with one server and one console, samples. */
#ifndef EXPORTS_SCENE_H
#define EXPORTS_SCENE_H

#include "amtdiag/exports.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct scene {
	struct exports_facts f;
	struct amt_notes notes;
	struct amt_context ctx;
	struct amt_findings fs;
};

static inline void give_bytes(struct scene *s, const char *path, const void *bytes, size_t len,
			      bool known)
{
	char *copy = amt_malloc(len ? len : 1);

	memcpy(copy, bytes, len);
	assert_int_equal(exports_parse(&s->f, copy, len, path, &s->notes), known);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(copy[i], 0); /* wiped: it may have held passwords */
	free(copy);
}

static inline void give(struct scene *s, const char *path, const char *text)
{
	give_bytes(s, path, text, strlen(text), true);
}

static inline int begin(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	s->ctx.now = 1260000000 * AMT_SECOND; /* December 2009 */
	exports_role_add(&s->f, &s->f.roles.servers, "sccm01.contoso.com");
	exports_role_add(&s->f, &s->f.roles.consoles, "CON01");
	exports_role_add(&s->f, &s->f.roles.suffixes, "contoso.com");
	*state = s;
	return 0;
}

static inline void clear(struct scene *s)
{
	exports_facts_free(&s->f);
	amt_findings_free(&s->fs);
	amt_notes_free(&s->notes);
	memset(s, 0, sizeof(*s));
}

static inline int end(void **state)
{
	clear(*state);
	free(*state);
	return 0;
}

static inline const struct exports_fact *fact(const struct scene *s, enum exports_what what,
					      const char *name)
{
	for (size_t i = 0; i < s->f.facts.n; i++)
		if (s->f.facts.v[i].what == what && !strcmp(s->f.facts.v[i].name, name))
			return &s->f.facts.v[i];
	return NULL;
}

static inline enum amt_verdict judged(struct scene *s, const char *id, const char *subject)
{
	enum amt_verdict v = AMT_VERDICTS;

	amt_findings_free(&s->fs);
	exports_judge(&s->f, &s->ctx, &s->fs);
	for (size_t i = 0; i < s->fs.list.n; i++) {
		const struct amt_finding *f = s->fs.list.v[i];
		if (strcmp(f->item->id, id) || (subject && strcmp(f->subject, subject)))
			continue;
		if (f->verdict != AMT_UNKNOWN)
			assert_true(f->evidence.n > 0);
		v = v == AMT_VERDICTS ? f->verdict : amt_verdict_fold(v, f->verdict);
	}
	return v;
}

/* One file judged alone for one row. */
static inline enum amt_verdict alone(struct scene *s, const char *path, const char *text,
				     const char *id)
{
	s->f.facts.n = s->f.files.n = 0;
	give(s, path, text);
	return judged(s, id, NULL);
}

__attribute__((unused)) static const char qfe[] =
	"\r\r\n"
	"Node,Caption,CSName,Description,FixComments,HotFixID,InstallDate,"
	"InstalledBy,InstalledOn,Name,ServicePackInEffect,Status\r\r\n"
	"SCCM01,,SCCM01,Update,,KB932303,,admin,1/14/2009,,SP3,\r\r\n"
	"SCCM01,,SCCM01,,,File 1,,,,,KB936059,\r\r\n"
	"SCCM01,,SCCM01,,,Q147222,,,,,,\r\r\n";

#define SYSTEM(version)                                                                            \
	"\r\nHost Name:                 SCCM01\r\nOS Name:                   Microsoft(R) "        \
	"Windows(R) Server 2003\r\nOS Version:                " version                            \
	"\r\nHotfix(s):                 2 Hotfix(s) Installed.\r\n                           "     \
	"[01]: File 1\r\n                           [02]: KB942841 - Update\r\n"

__attribute__((unused)) static const char clients[] =
	"\"Name\",\"ResourceID\",\"SMBIOSGUID\",\"Client\",\"ClientVersion\",\"SMSAssignedSites\","
	"\"AMTStatus\",\"AMTFullVersion\"\n"
	"PC01,101,C284DE32-F287-11DC-BBDA-C4A11E4B0001,1,4.00.6487.2000,ISW,3,5.2.10\n"
	"PC02,102,C284DE32-F287-11DC-BBDA-C4A11E4B0002,1,4.00.5931.0000,\"{\"\"ISW\"\"}\",2,3.2.1\n"
	"PC03,103,C284DE32-F287-11DC-BBDA-C4A11E4B0003,0,,,0,\n"
	"PC04,104,,1,4.00.6487.2000,System.String[],,\n"
	"PC_5,105,,1,4.00.6487.2000,ISW,1,\n";

#endif
