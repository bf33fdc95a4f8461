/* From files to facts. */
#include "exports.h"

#include <string.h>

static void (*const readers[EXPORTS_KINDS])(struct export_source *) = {
	[EXPORTS_COMPONENT_FILE] = export_read_component,
	[EXPORTS_REGISTRY_FILE] = export_read_registry,
	[EXPORTS_CA_SECURITY_FILE] = export_read_ca_security,
	[EXPORTS_SYSTEMINFO_FILE] = export_read_systeminfo,
	[EXPORTS_SERVICES_FILE] = export_read_services,
	[EXPORTS_FEATURES_FILE] = export_read_features,
	[EXPORTS_PREREQUISITES_FILE] = export_read_prerequisites,
	[EXPORTS_HOTFIXES_FILE] = export_read_hotfixes,
	[EXPORTS_CLIENTS_FILE] = export_read_clients,
	[EXPORTS_CERTIFICATES_FILE] = export_read_certificates,
	[EXPORTS_SITES_FILE] = export_read_sites,
	[EXPORTS_COLLECTIONS_FILE] = export_read_collections,
	[EXPORTS_DRIVERS_FILE] = export_read_drivers,
	[EXPORTS_PROGRAMS_FILE] = export_read_programs,
	[EXPORTS_IMPORT_FILE] = export_read_import,
};

void export_read(enum exports_kind kind, struct export_source *s)
{
	readers[kind](s);
}

/* What is not for this room, but was clearly meant for another key of the profile. */
static const char *other_key(const char *text, size_t len)
{
	size_t n = len < 4096 ? len : 4096;

	if (amt_memcasestr(text, n, "-----BEGIN "))
		return "chain, issuing-ca or crls";
	if (amt_memcasestr(text, n, "<![LOG[") || amt_memcasestr(text, n, "$$<"))
		return "logs";
	if (amt_memcasestr(text, n, "Dhcp Server ") && amt_memcasestr(text, n, "scope"))
		return "dhcp";
	return NULL;
}

/* "SCCM01.qfe.csv": the first of three or more parts. */
static const char *computer_of(struct amt_arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	const char *dot = strchr(name, '.');

	return dot && dot > name && strchr(dot + 1, '.')
		       ? amt_arena_strndup(a, name, (size_t)(dot - name))
		       : "";
}

bool exports_parse(struct exports_facts *f, char *bytes, size_t len, const char *path,
		   struct amt_notes *notes)
{
	struct amt_buf text;
	const char *charset;
	struct amt_error err;

	amt_buf_init(&text, AMT_CAP_EXPORTS_FILE);
	bool good = export_text(bytes, len, &text, &charset, &err);
	amt_wipe(bytes, len);
	amt_buf_reserve(&text, 1);
	if (!good) {
		amt_note_add(notes, path, "%s", err.text);
	} else if (!text.len) {
		amt_note_add(notes, path, "the file is empty");
		good = false;
	} else {
		enum exports_kind kind = export_recognise(text.data, text.len);
		const char *key = other_key(text.data, text.len);
		good = kind < EXPORTS_KINDS;
		if (!good && key)
			amt_note_add(notes, path,
				     "not an export that is read here; it looks like a file for "
				     "the key %s of [evidence]",
				     key);
		else if (!good)
			amt_note_add(notes, path,
				     "not an export that is known (docs/evidence.md lists them)");
		if (good) {
			struct export_source s = {
				.facts = f, .notes = notes, .text = text.data, .len = text.len};
			s.path = amt_arena_strdup(&f->arena, path);
			s.computer = computer_of(&f->arena, path);
			s.file = (uint32_t)f->files.n;
			amt_vec_push(&f->files,
				     (struct exports_file){s.path, s.computer, charset, kind, 0});
			export_read(kind, &s);
			f->files.v[s.file].lines = s.line;
		}
	}
	if (text.data)
		amt_wipe(text.data, text.cap); /* an import file holds passwords */
	amt_buf_free(&text);
	return good;
}

void exports_collect(const struct amt_strlist *paths, struct exports_facts *f,
		     struct amt_notes *notes)
{
	for (size_t i = 0; i < paths->n && !amt_stopped(); i++) {
		struct amt_buf b;
		struct amt_error err;
		amt_buf_init(&b, AMT_CAP_EXPORTS_FILE);
		if (amt_file_read(paths->v[i], &b, &err))
			exports_parse(f, b.data, b.len, paths->v[i], notes);
		else
			amt_note_add(notes, paths->v[i], "%s", err.text);
		if (b.data)
			amt_wipe(b.data, b.cap);
		amt_buf_free(&b);
	}
	if (f->dropped)
		amt_note_add(notes, "exports", "%llu facts are over the limit and were not kept",
			     (unsigned long long)f->dropped);
}
