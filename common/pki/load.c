/* Files and folders into the pool: what a file is is decided by its content, never by its name. */
#include "pki/private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct pki_source *new_source(struct pki_facts *f, const char *name)
{
	struct pki_source *s = amt_vec_add(&f->sources);

	s->name = amt_arena_strdup(&f->arena, name);
	s->format = "";
	return s;
}

/* UTF-16 text, as PowerShell's > writes it, in UTF-8; false: it is something else. */
static bool from_utf16(const void *p, size_t n, struct amt_buf *text)
{
	const uint8_t *b = p;
	size_t bad;

	return n > 2 && ((b[0] == 0xff && b[1] == 0xfe) || (b[0] == 0xfe && b[1] == 0xff)) &&
	       amt_text_to_utf8("UTF-16", p, n, text, &bad, NULL);
}

static void load_one(struct pki_loading *l, const void *p, size_t n)
{
	struct pki_source *s = pki_source_of(l);

	s->opened = true;
	if (!n) {
		s->opened = false;
		amt_note_add(l->notes, s->name, "it is empty");
		return;
	}
	struct amt_buf text;
	amt_buf_init(&text, AMT_CAP_PKI_FILE);
	if (from_utf16(p, n, &text)) {
		p = amt_buf_cstr(&text);
		n = text.len;
	}
	bool good = pki_load_pem(l, p, n) || pki_load_sst(l, p, n) || pki_load_der(l, p, n) ||
		    pki_load_base64(l, p, n);
	if (!good) {
		s = pki_source_of(l);
		s->opened = false;
		amt_note_add(l->notes, s->name,
			     "it holds no PEM, DER, PKCS#7 or PFX certificates that can be read");
	}
	amt_buf_free(&text);
}

void pki_load_bytes(struct pki_facts *f, const char *source, const void *p, size_t n,
		    const struct pki_options *opt, struct amt_notes *notes)
{
	static const struct pki_options none;
	struct pki_loading l = {f, (uint32_t)f->sources.n, opt ? opt : &none, notes};

	pki_store_of(f);
	new_source(f, source);
	load_one(&l, p, n);
}

static bool load_file(struct pki_facts *f, const char *path, const struct pki_options *opt,
		      struct amt_notes *notes)
{
	struct amt_error err = {0};
	struct amt_buf b;

	amt_buf_init(&b, AMT_CAP_PKI_FILE);
	bool good = amt_file_read(path, &b, &err);
	if (good)
		pki_load_bytes(f, path, b.data, b.len, opt, notes);
	else {
		new_source(f, path);
		amt_note_add(notes, path, "%s", err.text);
	}
	/* It may have held a private key. */
	if (b.data)
		amt_wipe(b.data, b.cap);
	amt_buf_free(&b);
	return good && f->sources.v[f->sources.n - 1].opened;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

#define FOLDER_DEPTH 8
#define FOLDER_FILES 20000

static bool load_path(struct pki_facts *f, const char *path, const struct pki_options *opt,
		      struct amt_notes *notes, int depth);

static bool load_folder(struct pki_facts *f, const char *path, const struct pki_options *opt,
			struct amt_notes *notes, int depth)
{
	struct amt_strlist names = {0};
	DIR *d = opendir(path);
	bool any = false;

	if (!d) {
		amt_note_add(notes, path, "the folder can't be read: %s", strerror(errno));
		return false;
	}
	for (struct dirent *e; (e = readdir(d)) && names.n < FOLDER_FILES;)
		if (e->d_name[0] != '.')
			amt_vec_push(&names, amt_arena_printf(&f->arena, "%s/%s", path, e->d_name));
	closedir(d);
	if (names.n == FOLDER_FILES)
		amt_note_add(notes, path, "only the first %d entries were read", FOLDER_FILES);
	if (names.n)
		qsort(names.v, names.n, sizeof(names.v[0]), by_name);
	for (size_t i = 0; i < names.n && !amt_stopped(); i++) {
		any = load_path(f, names.v[i], opt, notes, depth + 1) || any;
		amt_progress_update(opt->progress, path, i + 1, names.n);
	}
	amt_vec_free(&names);
	return any;
}

static bool load_path(struct pki_facts *f, const char *path, const struct pki_options *opt,
		      struct amt_notes *notes, int depth)
{
	struct stat st;

	if (strcmp(path, "-") != 0 && !stat(path, &st) && S_ISDIR(st.st_mode)) {
		if (depth < FOLDER_DEPTH)
			return load_folder(f, path, opt, notes, depth);
		amt_note_add(notes, path, "folders this deep are not read");
		return false;
	}
	return load_file(f, path, opt, notes);
}

static bool load_lists(struct pki_facts *f, const struct pki_options *opt, struct amt_notes *notes)
{
	bool any = false;

	for (size_t i = 0; i < opt->hash_files.n; i++) {
		const char *path = opt->hash_files.v[i];
		struct amt_error err = {0};
		struct amt_buf b, text;
		amt_buf_init(&b, AMT_CAP_PKI_FILE);
		amt_buf_init(&text, AMT_CAP_PKI_FILE);
		if (!amt_file_read(path, &b, &err)) {
			amt_note_add(notes, path, "%s", err.text);
		} else {
			struct amt_buf *s = from_utf16(b.data, b.len, &text) ? &text : &b;
			any = pki_load_hashes(f, path, amt_buf_cstr(s), s->len, notes) || any;
		}
		amt_buf_free(&b);
		amt_buf_free(&text);
	}
	return any;
}

static void keep_asked(struct pki_facts *f, const struct pki_asked *a)
{
	amt_vec_free(&f->asked.suffixes);
	f->asked = *a;
	f->asked.suffixes = (struct amt_strlist){0};
	for (size_t i = 0; i < a->suffixes.n; i++)
		amt_vec_push(&f->asked.suffixes, amt_arena_strdup(&f->arena, a->suffixes.v[i]));
	f->asked.identifier = amt_arena_strdup(&f->arena, a->identifier);
	f->asked.server = amt_arena_strdup(&f->arena, a->server);
	f->asked.host = amt_arena_strdup(&f->arena, a->host);
	f->asked.peer = amt_arena_strdup(&f->arena, a->peer);
}

bool pki_collect(const struct amt_strlist *paths, const struct pki_options *opt,
		 struct pki_facts *f, struct amt_notes *notes, struct amt_error *err)
{
	bool any = false;

	keep_asked(f, &opt->asked);
	pki_store_of(f)->cache = opt->cache;
	for (size_t i = 0; i < paths->n && !amt_stopped(); i++)
		any = load_path(f, paths->v[i], opt, notes, 0) || any;
	for (size_t i = 0; i < opt->crl_files.n; i++)
		any = load_file(f, opt->crl_files.v[i], opt, notes) || any;
	if (opt->key_file)
		load_file(f, opt->key_file, opt, notes);
	any = load_lists(f, opt, notes) || any;
	pki_build(f, opt, notes);
	return any || !paths->n || amt_fail(err, "none of the inputs could be read");
}

void pki_build(struct pki_facts *f, const struct pki_options *opt, struct amt_notes *notes)
{
	static const struct pki_options none;

	pki_store_of(f);
	pki_find_chains(f, opt ? opt : &none, notes);
	pki_crl_files(f, notes);
}

void pki_facts_free(struct pki_facts *f)
{
	for (size_t i = 0; i < f->certs.n; i++)
		pki_cert_free(&f->certs.v[i]);
	for (size_t i = 0; i < f->chains.n; i++) {
		struct pki_chain *c = &f->chains.v[i];
		for (size_t k = 0; k < c->paths.n; k++) {
			amt_vec_free(&c->paths.v[k].certs);
			amt_vec_free(&c->paths.v[k].links);
			amt_vec_free(&c->paths.v[k].trouble);
			amt_vec_free(&c->paths.v[k].openssl);
		}
		amt_vec_free(&c->paths);
	}
	for (size_t i = 0; i < f->lists.n; i++)
		amt_vec_free(&f->lists.v[i].hashes);
	amt_vec_free(&f->asked.suffixes);
	amt_vec_free(&f->sources);
	amt_vec_free(&f->certs);
	amt_vec_free(&f->chains);
	amt_vec_free(&f->others);
	amt_vec_free(&f->lists);
	amt_vec_free(&f->fetches);
	pki_store_free(f->store);
	amt_arena_free(&f->arena);
	*f = (struct pki_facts){0};
}
