/* Services, drivers, features and the prerequisite check. */
#include "exports.h"

#include <string.h>

/* Words of Windows in its languages [K], and the numbers of "sc query" and Get-Service. */
static const struct {
	const char *word, *state;
} states[] = {
	{"running", "running"},
	{"4", "running"},
	{"wird ausgeführt", "running"},
	{"ausgeführt", "running"},
	{"en cours d’exécution", "running"},
	{"en cours d'exécution", "running"},
	{"en ejecución", "running"},
	{"in esecuzione", "running"},
	{"em execução", "running"},
	{"実行中", "running"},
	{"stopped", "stopped"},
	{"1", "stopped"},
	{"beendet", "stopped"},
	{"arrêté", "stopped"},
	{"detenido", "stopped"},
	{"arrestato", "stopped"},
	{"parado", "stopped"},
	{"停止", "stopped"},
};

const char *export_state(const char *word)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (!amt_strcasecmp(word, states[i].word))
			return states[i].state;
	return "";
}

/* "SERVICE_NAME: x", "DISPLAY_NAME: y", "STATE : 4  RUNNING"; the last is translated, its number
 * is not. */
static void sc_query(struct export_source *s)
{
	char *at = s->text, *line, number[2] = "";
	const char *name = "", *title = "";
	uint64_t from = 0;
	enum exports_what what = EXPORTS_SERVICE;
	int fields = 0;

	for (;;) {
		line = export_line(s, &at);
		if (!line || amt_str_begins(line, "SERVICE_NAME:")) {
			uint64_t here = s->line;
			s->line = from;
			if (*name)
				export_add(s, what, NULL, name, export_state(number), title,
					   EXPORTS_END);
			s->line = here;
			if (!line)
				return;
			name = amt_str_trim(line + 13);
			title = "";
			number[0] = '\0';
			from = here;
			fields = 0;
		} else if (amt_str_begins(line, "DISPLAY_NAME:")) {
			title = amt_str_trim(line + 13);
		} else if ((*line == ' ' || *line == '\t') && strchr(line, ':')) {
			/* The first field is the type, the second the state. */
			char *v = strchr(line, ':') + 1;
			v += strspn(v, " ");
			if (++fields == 1)
				what = *v == '1' && (v[1] == ' ' || !v[1]) ? EXPORTS_DRIVER
									   : EXPORTS_SERVICE;
			else if (fields == 2)
				number[0] = *v;
		}
	}
}

void export_read_services(struct export_source *s)
{
	struct export_table t;

	if (amt_memcasestr(s->text, s->len, "SERVICE_NAME:")) {
		sc_query(s);
		return;
	}
	if (!export_table_open(&t, s))
		return;
	while (export_table_next(&t)) {
		const char *computer =
			export_cell(&t, "Node|SystemName|PSComputerName|MachineName");
		const char *name = export_cell(&t, "Name|ServiceName");
		if (!strcmp(computer, "."))
			computer = "";
		if (*name)
			export_add(s, EXPORTS_SERVICE, *computer ? computer : NULL, name,
				   export_state(export_cell(&t, "State|Status")),
				   export_cell(&t, "DisplayName|Caption"), EXPORTS_END);
	}
}

/* driverquery translates its headings: the first column is the module, the second its title, and
 * the state is the cell that holds a state's word. */
void export_read_drivers(struct export_source *s)
{
	struct export_table t;

	if (!export_table_open(&t, s))
		return;
	bool wmi = export_has_heading(&t, "PathName");
	while (export_table_next(&t)) {
		const char *state = wmi ? export_state(export_cell(&t, "State")) : "";
		const char *computer = wmi ? export_cell(&t, "Node|SystemName|PSComputerName") : "";
		for (size_t i = 2; i < t.n && !*state && !wmi; i++)
			if (t.cell[i][0] > '9')
				state = export_state(t.cell[i]);
		const char *name = wmi ? export_cell(&t, "Name") : t.cell[0];
		if (*name && t.n > 1)
			export_add(s, EXPORTS_DRIVER, *computer ? computer : NULL, name, state,
				   wmi ? export_cell(&t, "DisplayName") : t.cell[1], EXPORTS_END);
	}
}

static const char *on_off(const char *word)
{
	static const char *const on[] = {"enabled",   "installed", "true",       "1",
					 "aktiviert", "activé",    "habilitado", "有効"};
	static const char *const off[] = {"disabled",    "available", "removed",       "false", "0",
					  "deaktiviert", "désactivé", "deshabilitado", "無効"};

	for (size_t i = 0; i < sizeof(on) / sizeof(on[0]); i++)
		if (!amt_strcasecmp(word, on[i]))
			return "on";
	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		if (!amt_strcasecmp(word, off[i]))
			return "off";
	return "";
}

/* oclist: "Installed:TelnetClient"; servermanagercmd -query: "[X] Telnet Client  [Telnet-Client]";
 * dism /format:table: "TelnetClient | Enabled"; dism: "Feature Name : x" and "State : Enabled". */
static void feature_lines(struct export_source *s)
{
	char *at = s->text, *line, name[96] = "";

	while ((line = export_line(s, &at))) {
		char *p = amt_str_trim(line), *mark = NULL, *bar = strchr(p, '|');
		if (amt_str_begins(p, "Installed:") || amt_str_begins(p, "Not Installed:") ||
		    amt_str_begins(p, "Uninstalled:")) {
			export_add(s, EXPORTS_FEATURE, NULL, amt_str_trim(strchr(p, ':') + 1),
				   amt_str_begins(p, "Installed:") ? "on" : "off", EXPORTS_END);
		} else if (*p == '[' && p[1] && p[2] == ']' && (mark = strrchr(p, '[')) != p) {
			mark[1 + strcspn(mark + 1, "]")] = '\0';
			export_add(s, EXPORTS_FEATURE, NULL, mark + 1, p[1] == 'X' ? "on" : "off",
				   EXPORTS_END);
		} else if (bar) {
			*bar = '\0';
			const char *state = on_off(amt_str_trim(bar + 1));
			if (*state)
				export_add(s, EXPORTS_FEATURE, NULL, amt_str_trim(p), state,
					   EXPORTS_END);
		} else if (strchr(p, ':') && amt_str_begins(p, "Feature Name")) {
			amt_str_copy(name, sizeof(name), amt_str_trim(strchr(p, ':') + 1));
		} else if (*name && strchr(p, ':')) {
			export_add(s, EXPORTS_FEATURE, NULL, name,
				   on_off(amt_str_trim(strchr(p, ':') + 1)), EXPORTS_END);
			*name = '\0';
		}
	}
}

void export_read_features(struct export_source *s)
{
	struct export_table t;

	/* Only tables have a heading line with commas and one of these words. */
	const char *nl = memchr(s->text, '\n', s->len);
	size_t first = nl ? (size_t)(nl - s->text) : s->len;
	bool table = amt_memcasestr(s->text, first, "FeatureName") ||
		     amt_memcasestr(s->text, first, "Install") || *s->text == '#';
	if (!table || memchr(s->text, '|', first) || amt_memcasestr(s->text, first, "nstalled:")) {
		feature_lines(s);
		return;
	}
	if (!export_table_open(&t, s))
		return;
	while (export_table_next(&t)) {
		const char *computer = export_cell(&t, "PSComputerName");
		const char *name = export_cell(&t, "FeatureName|Name");
		if (*name)
			export_add(s, EXPORTS_FEATURE, *computer ? computer : NULL, name,
				   on_off(export_cell(&t, "InstallState|Installed|State")),
				   EXPORTS_END);
	}
}

/* "<date> <time>    SCCM01;    MSXML 6.0;    Passed", also in ConfigMgr's own log format. */
void export_read_prerequisites(struct export_source *s)
{
	static const char *const results[] = {"Passed", "Warning", "Error", "Failed"};
	char *at = s->text, *line;

	while ((line = export_line(s, &at))) {
		char *v[3], *p = line;
		size_t n = 0;
		if (amt_str_begins(p, "<![LOG["))
			p += 7;
		else if (*p == '<' && strchr(p, '>'))
			p = strchr(p, '>') + 1;
		for (; n < 3; n++) {
			v[n] = p;
			p += strcspn(p, ";");
			if (!*p)
				break;
			*p++ = '\0';
		}
		if (n != 2)
			continue;
		const char *word = amt_str_trim(v[2]);
		for (size_t i = 0; i < 4; i++)
			if (amt_str_begins(word, results[i]))
				export_add(s, EXPORTS_PREREQUISITE, amt_str_trim(v[0]),
					   amt_str_trim(v[1]), results[i], EXPORTS_END);
	}
}
