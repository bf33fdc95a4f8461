/* What registry keys mean: programs, fixes, the system, the site, Internet Explorer, the CA. */
#include "exports.h"

#include <stdio.h>
#include <string.h>

struct registry {
	struct export_source *s;
	/* The program whose key is being read. */
	char key[256], name[256], version[64], publisher[128];
	uint64_t line;
	/* The system. */
	char product[128], current[16], build[16], pack[32];
	uint64_t system_line;
	char site_code[16], site_version[32];
	uint64_t site_at;
};

static const char *last(const char *key)
{
	const char *slash = strrchr(key, '\\');

	return slash ? slash + 1 : key;
}

static bool under(const char *key, const char *part)
{
	return amt_memcasestr(key, strlen(key), part) != NULL;
}

static void end_program(struct registry *r)
{
	struct export_source *s = r->s;
	uint64_t line = s->line;
	char kb[16];

	if (!*r->key)
		return;
	s->line = r->line;
	const char *title = *r->name ? r->name : last(r->key);
	if (export_kb(title, kb) || export_kb(last(r->key), kb))
		export_add(s, EXPORTS_HOTFIX, NULL, kb, title, "programs", EXPORTS_END);
	else if (*r->name)
		export_add(s, EXPORTS_PROGRAM, NULL, r->name, r->version, r->publisher,
			   EXPORTS_END);
	*r->key = *r->name = *r->version = *r->publisher = '\0';
	s->line = line;
}

/* Certificates of the computer: the last part of the key is the SHA-1 thumbprint. */
static void stored(struct registry *r, const char *key)
{
	bool root =
		under(key, "\\ROOT\\Certificates\\") || under(key, "\\AuthRoot\\Certificates\\");
	const char *name = last(key);

	if (!under(key, "SystemCertificates\\") && !under(key, "EnterpriseCertificates\\"))
		return;
	if (!root && !under(key, "\\CA\\Certificates\\"))
		return;
	if (strlen(name) == 40 && strspn(name, "0123456789abcdefABCDEF") == 40)
		export_add(r->s, EXPORTS_STORED, NULL, name, root ? "root" : "intermediate",
			   EXPORTS_END);
}

static void begin_key(struct registry *r, const char *key)
{
	end_program(r);
	stored(r, key);
	bool uninstall = under(key, "\\CurrentVersion\\Uninstall\\");
	bool update = under(key, "\\Microsoft\\Updates\\") || under(key, "\\Patches\\") ||
		      under(key, "\\CurrentVersion\\HotFix\\");
	if (uninstall || update) {
		amt_str_copy(r->key, sizeof(r->key), last(key));
		r->line = r->s->line;
	}
	/* That the list was exported at all counts, even when nothing stands in it. */
	if (amt_str_ends(key, "\\CurrentVersion\\Uninstall") ||
	    under(key, "\\Internet Explorer\\Main\\FeatureControl") ||
	    amt_str_ends(key, "\\CurrentVersion\\Internet Settings") ||
	    under(key, "\\Internet Settings\\ZoneMap\\Domains\\") ||
	    amt_str_ends(key, "\\NET Framework Setup\\NDP\\v2.0.50727"))
		export_add(r->s, EXPORTS_VALUE, NULL, key, "", "", EXPORTS_END);
}

static void system_value(struct registry *r, const char *name, const char *text)
{
	if (!amt_strcasecmp(name, "ProductName"))
		amt_str_copy(r->product, sizeof(r->product), text);
	else if (!amt_strcasecmp(name, "CurrentVersion"))
		amt_str_copy(r->current, sizeof(r->current), text);
	else if (!amt_strcasecmp(name, "CurrentBuildNumber") ||
		 !amt_strcasecmp(name, "CurrentBuild"))
		amt_str_copy(r->build, sizeof(r->build), text);
	else if (!amt_strcasecmp(name, "CSDVersion"))
		amt_str_copy(r->pack, sizeof(r->pack), text);
	else
		return;
	if (!r->system_line)
		r->system_line = r->s->line;
}

static void program_value(struct registry *r, const char *name, const char *text)
{
	if (!amt_strcasecmp(name, "DisplayName"))
		amt_str_copy(r->name, sizeof(r->name), text);
	else if (!amt_strcasecmp(name, "DisplayVersion"))
		amt_str_copy(r->version, sizeof(r->version), text);
	else if (!amt_strcasecmp(name, "Publisher"))
		amt_str_copy(r->publisher, sizeof(r->publisher), text);
}

/* HKLM\SOFTWARE\Microsoft\SMS\Setup: "Full Version", and beside it the site code. */
static void site_value(struct registry *r, const char *name, const char *text)
{
	if (!amt_strcasecmp(name, "Full Version") ||
	    (!amt_strcasecmp(name, "Version") && !*r->site_version)) {
		amt_str_copy(r->site_version, sizeof(r->site_version), text);
		r->site_at = r->s->line;
	} else if (!amt_strcasecmp(name, "Site Code")) {
		amt_str_copy(r->site_code, sizeof(r->site_code), text);
	}
}

static void value(void *arg, const char *key, const char *name, const char *type, const char *text)
{
	struct registry *r = arg;

	if (!name)
		begin_key(r, key);
	else if (*r->key && !strcmp(type, "sz"))
		program_value(r, name, text);
	else if (under(key,
		       "\\Internet Explorer\\Main\\FeatureControl\\FEATURE_INCLUDE_PORT_IN_SPN") ||
		 under(key, "\\Internet Settings\\ZoneMap\\Domains\\") ||
		 (amt_str_ends(key, "\\CurrentVersion\\Internet Settings") &&
		  !amt_strcasecmp(name, "EnableNegotiate")))
		export_add(r->s, EXPORTS_VALUE, NULL, key, *name ? name : "(default)", text,
			   EXPORTS_END);
	else if (amt_str_ends(key, "\\Windows NT\\CurrentVersion") && !strcmp(type, "sz"))
		system_value(r, name, text);
	else if (amt_str_ends(key, "\\SMS\\Setup") || amt_str_ends(key, "\\SMS\\Identification"))
		site_value(r, name, text);
	else if (under(key, "\\CertSvc\\Configuration\\") && !amt_strcasecmp(name, "Security") &&
		 !strcmp(type, "hex"))
		export_read_descriptor(r->s, text);
	else if (under(key, "\\Services\\") && !under(last(key), "Services") &&
		 !amt_strcasecmp(name, "ImagePath") && amt_str_ends(text, ".sys"))
		export_add(r->s, EXPORTS_DRIVER, NULL, last(key), "", text, EXPORTS_END);
}

static void end_system(struct registry *r)
{
	char version[40], pack[16] = "0";

	if (!r->system_line || (!*r->product && !*r->current))
		return;
	r->s->line = r->system_line;
	snprintf(version, sizeof(version), "%s%s%s", r->current, *r->build ? "." : "", r->build);
	if (*r->pack)
		amt_str_copy(pack, sizeof(pack), r->pack + strcspn(r->pack, "0123456789"));
	export_add(r->s, EXPORTS_OS, NULL, r->product, version, pack, EXPORTS_END);
}

/* "ComputerName" stands in every export of the key of that name; files can come in any order, so
 * it is looked up before the values are read. */
static void find_computer(struct export_source *s)
{
	static const char want[] = "\\Control\\ComputerName\\";
	const char *key = amt_memcasestr(s->text, s->len, want);
	const char *v =
		key ? amt_memcasestr(key, s->len - (size_t)(key - s->text), "\"ComputerName\"=\"")
		    : NULL;

	if (!v || *s->computer)
		return;
	v += strlen("\"ComputerName\"=\"");
	s->computer = amt_arena_strndup(&s->facts->arena, v, strcspn(v, "\"\n"));
	s->facts->files.v[s->file].computer = s->computer;
}

void export_read_registry(struct export_source *s)
{
	struct registry r = {.s = s};

	find_computer(s);
	export_reg_each(s, value, &r);
	uint64_t lines = s->line;
	end_program(&r);
	end_system(&r);
	if (*r.site_version) {
		s->line = r.site_at;
		export_add(s, EXPORTS_SITE, NULL, r.site_code, r.site_version, s->computer, "",
			   EXPORTS_END);
	}
	s->line = lines;
}
