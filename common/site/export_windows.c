/* Lists that Windows itself makes: system, hot fixes, programs. */
#include "exports.h"

#include <stdio.h>
#include <string.h>

/* After the colon, without blanks and the no-break space that French writes before it. */
static char *after_colon(char *line)
{
	char *colon = strchr(line, ':');

	if (!colon)
		return NULL;
	for (colon++; *colon == ' ' || *colon == '\t' || *colon == '\xc2' || *colon == '\xa0';)
		colon++;
	return amt_str_trim(colon);
}

/* "5.2.3790 Service Pack 2 Build 3790": the words are translated, the numbers stay. */
static bool system_version(const char *v, char version[32], char pack[16])
{
	size_t n = strspn(v, "0123456789."), dots = 0;

	for (size_t i = 0; i < n; i++)
		dots += v[i] == '.';
	if (dots != 2 || n < 6 || n > 31 || v[n] != ' ')
		return false;
	memcpy(version, v, n);
	version[n] = '\0';
	amt_str_copy(pack, 16, "0");
	const char *p = strstr(v, "Service Pack ");
	if (p)
		snprintf(pack, 16, "%.*s", (int)strspn(p + 13, "0123456789"), p + 13);
	return true;
}

void export_read_systeminfo(struct export_source *s)
{
	char *at = s->text, *line, version[32], pack[16], kb[16];
	const char *first = "", *second = "";
	size_t n = 0;

	while ((line = export_line(s, &at))) {
		char *v = after_colon(line);
		if (!v)
			continue;
		n++;
		if (n == 1) {
			first = v;
			if (!*s->computer)
				s->computer = s->facts->files.v[s->file].computer =
					amt_arena_strdup(&s->facts->arena, first);
		} else if (n == 2) {
			second = v;
		} else if (n < 5 && system_version(v, version, pack)) {
			export_add(s, EXPORTS_OS, NULL, second, version, pack, EXPORTS_END);
		}
		/* "[01]: KB942841", below the heading of the list whatever its name is here. */
		char *entry = amt_str_trim(line);
		char *bracket = strchr(entry, '[');
		if (bracket && bracket[1] >= '0' && bracket[1] <= '9') {
			char *value = after_colon(bracket);
			if (value && export_kb(value, kb))
				export_add(s, EXPORTS_HOTFIX, NULL, kb, value, "qfe", EXPORTS_END);
		}
	}
}

/* "Name=value" lines of "wmic qfe list full" without /format:csv. */
static void hotfix_list(struct export_source *s)
{
	char *at = s->text, *line, kb[16], computer[64] = "";

	while ((line = export_line(s, &at))) {
		if (amt_str_begins(line, "CSName="))
			amt_str_copy(computer, sizeof(computer), amt_str_trim(line + 7));
		else if ((amt_str_begins(line, "HotFixID=") ||
			  amt_str_begins(line, "ServicePackInEffect=")) &&
			 export_kb(strchr(line, '=') + 1, kb))
			export_add(s, EXPORTS_HOTFIX, *computer ? computer : NULL, kb, "", "qfe",
				   EXPORTS_END);
	}
}

/* The table that Get-HotFix and wmic write to a screen: any KB number on a line counts. */
static void hotfix_screen(struct export_source *s)
{
	char *at = s->text, *line, kb[16];

	while ((line = export_line(s, &at)))
		if (export_kb(line, kb))
			export_add(s, EXPORTS_HOTFIX, NULL, kb, "", "qfe", EXPORTS_END);
}

void export_read_hotfixes(struct export_source *s)
{
	struct export_table t;
	char kb[16];

	if (amt_memcasestr(s->text, s->len, "HotFixID=")) {
		hotfix_list(s);
		return;
	}
	if (!export_table_open(&t, s))
		return;
	if (!export_has_heading(&t, "HotFixID")) {
		hotfix_screen(s);
		return;
	}
	while (export_table_next(&t)) {
		const char *computer =
			export_cell(&t, "CSName|Node|PSComputerName|Source|__SERVER");
		/* Windows Server 2003 writes "File 1" for fixes of a service pack to come. */
		if (export_kb(export_cell(&t, "HotFixID"), kb) ||
		    export_kb(export_cell(&t, "ServicePackInEffect"), kb))
			export_add(s, EXPORTS_HOTFIX, *computer ? computer : NULL, kb,
				   export_cell(&t, "Description"), "qfe", EXPORTS_END);
	}
}

void export_read_programs(struct export_source *s)
{
	struct export_table t;
	char kb[16];

	if (!export_table_open(&t, s))
		return;
	while (export_table_next(&t)) {
		const char *computer = export_cell(&t, "Node|PSComputerName|__SERVER");
		const char *name = export_cell(&t, "DisplayName|Name");
		const char *key = export_cell(&t, "PSChildName");
		if (export_kb(name, kb) || export_kb(key, kb))
			export_add(s, EXPORTS_HOTFIX, *computer ? computer : NULL, kb, name,
				   "programs", EXPORTS_END);
		else if (*name)
			export_add(s, EXPORTS_PROGRAM, *computer ? computer : NULL, name,
				   export_cell(&t, "DisplayVersion|Version"),
				   export_cell(&t, "Publisher|Vendor"), EXPORTS_END);
	}
}
