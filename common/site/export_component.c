/* The settings of the out of band component, as copied from its dialogs. */
#include "exports.h"

#include <string.h>

static const char *const keys[] = {
#define EXPORT_SETTING(key, sample, what) key,
#include "export_component.def"
#undef EXPORT_SETTING
};

static bool known(const char *key)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(keys[i], key))
			return true;
	return false;
}

void export_read_component(struct export_source *s)
{
	char *at = s->text, *line;

	while ((line = export_line(s, &at))) {
		char *p = amt_str_trim(line);
		if (!*p || *p == '#' || *p == ';' || *p == '[')
			continue;
		char *eq = strchr(p, '=');
		if (!eq) {
			amt_note_add(s->notes, s->path, "line %llu: not 'key = value'",
				     (unsigned long long)s->line);
			continue;
		}
		*eq = '\0';
		char *key = amt_str_trim(p), *text = amt_str_trim(eq + 1);
		if (!known(key)) {
			amt_note_add(s->notes, s->path,
				     "line %llu: the setting '%.40s' is not known",
				     (unsigned long long)s->line, key);
			continue;
		}
		/* Only whether there is a password matters; one written here by mistake goes no
		 * further. */
		if (!strcmp(key, "mebx-password") && *text && amt_strcasecmp(text, "empty")) {
			amt_wipe(text, strlen(text));
			export_add(s, EXPORTS_SETTING, NULL, key, "set", EXPORTS_END);
			continue;
		}
		export_add(s, EXPORTS_SETTING, NULL, key, amt_strcasecmp(text, "empty") ? text : "",
			   EXPORTS_END);
	}
}
