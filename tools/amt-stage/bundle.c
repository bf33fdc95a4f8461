/*
 * --bundle: everything a support case needs, in one archive that is the same bytes
 * for the same run: reports in every format, the evidence, a manifest with digests.
 * Private keys, passwords and files that may hold them never go in. With --redact
 * only the redacted reports do: raw evidence can't be redacted.
 */
#include "bundle.h"

#include "amtdiag/redact.h"
#include "amtdiag/version.h"
#include "late_archive.h"

#include <dirent.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMBER_MAX                                                                                 \
	(256 * AMT_MIB) /* a larger evidence file stays out, and the manifest says so              \
			 */

struct bundle {
	struct stage *st;
	struct archive *a;
	struct amt_buf manifest, left_out;
	bool failed;
};

static void header(struct bundle *b, const char *name, la_int64_t n)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, amt_arena_printf(&b->st->arena, "amtdiag/%s", name));
	archive_entry_set_size(e, n);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_mtime(e, (time_t)(b->st->cli->run.started / AMT_SECOND), 0);
	b->failed |= archive_write_header(b->a, e) != ARCHIVE_OK;
	archive_entry_free(e);
}

static void listed(struct bundle *b, const unsigned char digest[32], size_t n, const char *name)
{
	char hex[65];

	amt_hex_encode(digest, 32, hex);
	amt_buf_printf(&b->manifest, "%s  %zu  %s\n", hex, n, name);
}

static void add(struct bundle *b, const char *name, const char *data, size_t n)
{
	unsigned char digest[32];
	unsigned len = sizeof(digest);

	header(b, name, (la_int64_t)n);
	b->failed |= archive_write_data(b->a, data, n) < (la_ssize_t)n;
	EVP_Digest(data, n, digest, &len, EVP_sha256(), NULL);
	listed(b, digest, n, name);
}

/* What devices of a fleet told, piece by piece. */
static bool add_devices(struct bundle *b)
{
	unsigned char digest[32];
	unsigned len = sizeof(digest);
	char part[64 * 1024];
	off_t size = 0, at = 0;
	int fd = stage_bundle_devices(b->st, &size);
	EVP_MD_CTX *sum = fd < 0 ? NULL : EVP_MD_CTX_new();

	if (!sum)
		return false;
	EVP_DigestInit_ex(sum, EVP_sha256(), NULL);
	header(b, "devices.ndjson", size);
	while (at < size && !b->failed) {
		size_t want = size - at < (off_t)sizeof(part) ? (size_t)(size - at) : sizeof(part);
		ssize_t n = pread(fd, part, want, at);
		b->failed |= n <= 0 || archive_write_data(b->a, part, (size_t)n) < n;
		if (n > 0)
			EVP_DigestUpdate(sum, part, (size_t)n);
		at += n > 0 ? n : 0;
	}
	EVP_DigestFinal_ex(sum, digest, &len);
	EVP_MD_CTX_free(sum);
	listed(b, digest, (size_t)size, "devices.ndjson");
	return true;
}

static void add_reports(struct bundle *b)
{
	static const char *const names[AMT_FORMATS] = {"report.txt", "report.json", "report.ndjson",
						       "report.xml", "report.html", "report.csv",
						       "status.txt", "metrics.prom"};
	struct amt_style style = {.width = 100, .verbose = 1};

	for (int f = 0; f < AMT_FORMATS; f++) {
		struct amt_buf out;
		amt_buf_init(&out, AMT_CAP_REPORT);
		if (amt_report_write(&b->st->cli->run, (enum amt_format)f, &style, &out, NULL))
			add(b, names[f], amt_buf_cstr(&out), out.len);
		amt_buf_free(&out);
	}
}

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Evidence that people read, in contrast to captures and certificates, which stay as they are. */
static bool is_text(const char *name)
{
	static const char *const kinds[] = {"site",    "logs",      "dhcp",   "devices",
					    "tickets", "documents", "exports"};
	const char *kind = strncmp(name, "evidence/", 9) ? "" : name + 9;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(kind, kinds[i], strlen(kinds[i])) && kind[strlen(kinds[i])] == '/')
			return true;
	return false;
}

/* "01-Amtopmgr.log.gz" without ".gz". */
static const char *unpacked_name(struct bundle *b, const char *name)
{
	const char *dot = strrchr(base(name), '.');
	bool known = dot && (!amt_strcasecmp(dot, ".gz") || !amt_strcasecmp(dot, ".zst"));

	return known ? amt_arena_strndup(&b->st->arena, name, (size_t)(dot - name))
		     : amt_arena_printf(&b->st->arena, "%s.txt", name);
}

static void say_masked(struct bundle *b, const char *path, size_t masked, const char *more)
{
	amt_buf_printf(&b->left_out, "%s: %zu values that look like passwords: %sstars instead\n",
		       base(path), masked, more);
}

/* False: it is not packed, or nothing in it has to be hidden. */
static bool add_unpacked(struct bundle *b, const char *name, const char *path,
			 const struct amt_buf *data)
{
	struct amt_buf text;
	const char *why = NULL;
	bool done = true;

	amt_buf_init(&text, MEMBER_MAX);
	enum bundle_packed how = stage_bundle_unpack(data, &text);
	const char *plain = unpacked_name(b, name);
	if (how == BUNDLE_CLOSED)
		why = "packed, and can't be looked into for passwords (twice, otherwise than by "
		      "gzip or zstd, damaged, or over 256 MiB)";
	else if (how != BUNDLE_PLAIN)
		why = stage_bundle_secret(plain, &text);
	size_t masked = how != BUNDLE_PLAIN && !why ? site_mask(text.data, text.len) : 0;
	if (why)
		amt_buf_printf(&b->left_out, "%s: %s\n", base(path), why);
	else if (how == BUNDLE_CUT)
		amt_buf_printf(&b->left_out, "%s: damaged; in it is what could be unpacked\n",
			       base(path));
	if (masked)
		say_masked(b, path, masked, "unpacked, ");
	if (!why && (masked || how == BUNDLE_CUT))
		add(b, plain, amt_buf_cstr(&text), text.len);
	else if (!why)
		done = false;
	amt_wipe(text.data, text.cap);
	amt_buf_free(&text);
	return done;
}

static void add_path(struct bundle *b, const char *name, const char *path)
{
	struct amt_error err;
	struct amt_buf data;
	const char *why;

	amt_buf_init(&data, MEMBER_MAX);
	if (!amt_file_read(path, &data, &err)) {
		amt_buf_printf(&b->left_out, "%s: %s\n", base(path), err.text);
	} else if ((why = stage_bundle_secret(path, &data))) {
		amt_buf_printf(&b->left_out, "%s: %s\n", base(path), why);
	} else if (!is_text(name) || !add_unpacked(b, name, path, &data)) {
		size_t masked = site_mask(data.data, data.len);
		if (masked)
			say_masked(b, path, masked, "");
		add(b, name, amt_buf_cstr(&data), data.len);
	}
	amt_wipe(data.data, data.cap);
	amt_buf_free(&data);
}

static void add_file(struct bundle *b, const char *kind, size_t n, const char *path)
{
	if (path) /* the number keeps two files of one name apart */
		add_path(b,
			 amt_arena_printf(&b->st->arena, "evidence/%s/%02zu-%s", kind, n,
					  base(path)),
			 path);
}

static void add_files(struct bundle *b, const char *kind, const struct amt_strlist *paths)
{
	for (size_t i = 0; i < paths->n; i++)
		add_file(b, kind, i + 1, paths->v[i]);
}

static void add_evidence(struct bundle *b)
{
	const struct site_profile *p = &b->st->profile;
	const char *inventory = b->st->opt.inventory ? b->st->opt.inventory : p->inventory;

	add_file(b, "site", 1, b->st->cli->site);
	if (b->st->inventory.import_format)
		amt_buf_printf(&b->left_out, "%s: an import file of ConfigMgr holds passwords\n",
			       base(inventory));
	else
		add_file(b, "site", 2, inventory);
	add_file(b, "site", 3, b->st->answers_path);
	add_files(b, "logs", &p->logs);
	add_files(b, "captures", &p->captures);
	add_files(b, "chain", &p->chain);
	add_files(b, "issuing-ca", &p->issuing_ca);
	add_files(b, "root-hashes", &p->root_hashes);
	add_files(b, "crls", &p->crls);
	add_files(b, "dhcp", &p->dhcp_exports);
	add_files(b, "devices", &p->device_exports);
	add_files(b, "tickets", &p->tickets);
	add_files(b, "documents", &p->documents);
	add_files(b, "exports", &p->exports);
}

static void add_versions(struct bundle *b)
{
	char started[AMT_TIME_TEXT], now[AMT_TIME_TEXT];
	const struct amt_run *r = &b->st->cli->run;
	struct amt_buf text;

	amt_buf_init(&text, AMT_MIB);
	amt_cli_version(b->st->cli, &text);
	amt_buf_printf(&text, "documents amtdiag/1\nstarted %s\njudged as of %s\n",
		       amt_time_format(r->started, started), amt_time_format(r->now, now));
	add(b, "VERSIONS.txt", amt_buf_cstr(&text), text.len);
	amt_buf_free(&text);
}

static int journal_file(const struct dirent *e)
{
	return (amt_str_ends(e->d_name, ".json") && strcmp(e->d_name, "report.json") != 0) ||
	       !strcmp(e->d_name, "devices.ndjson");
}

/* What --run kept, room by room. Devices of a fleet are there already. */
static void add_journal(struct bundle *b, bool devices)
{
	const char *dir = b->st->run_dir;
	struct dirent **v = NULL;
	int n = dir ? scandir(dir, &v, journal_file, alphasort) : 0;

	if (!dir)
		amt_buf_str(&b->left_out, "journal: the walk kept none (--run DIR does)\n");
	else if (n < 0)
		amt_buf_printf(&b->left_out, "journal: %s can't be read\n", dir);
	for (int i = 0; i < n; i++) {
		const char *name = v[i]->d_name;
		if (!devices || strcmp(name, "devices.ndjson") != 0)
			add_path(b, amt_arena_printf(&b->st->arena, "journal/%s", name),
				 amt_arena_printf(&b->st->arena, "%s/%s", dir, name));
		free(v[i]);
	}
	free(v);
}

static void add_manifest(struct bundle *b)
{
	struct amt_buf text;

	amt_buf_init(&text, AMT_MIB * 16);
	amt_buf_printf(&text,
		       "Support bundle of amt-stage %s.\nreport.html is for people, report.json "
		       "for 'amt-stage --open'.\n"
		       "%s\nSHA-256, bytes, name:\n%s",
		       AMT_VERSION,
		       b->st->opt.redact
			       ? "Redacted: names and addresses are pseudonyms; raw evidence and "
				 "the journal are not in it.\n"
			       : "Not redacted: names, addresses and raw evidence are in it.\n",
		       amt_buf_cstr(&b->manifest));
	if (b->left_out.len)
		amt_buf_printf(&text, "\nLeft out:\n%s", amt_buf_cstr(&b->left_out));
	add(b, "MANIFEST.txt", amt_buf_cstr(&text), text.len);
	amt_buf_free(&text);
}

static la_ssize_t to_file(struct archive *a, void *sink, const void *p, size_t n)
{
	(void)a;
	return amt_out_hand_on(sink, p, n) ? (la_ssize_t)n : -1;
}

bool stage_bundle(struct stage *st, struct amt_error *err)
{
	struct bundle b = {.st = st};
	struct amt_out out;

	if (!st->opt.bundle)
		return true;
	if (!amt_out_open(&out, st->opt.bundle, err))
		return false;
	struct amt_out_sink sink = {.f = out.f};
	amt_buf_init(&b.manifest, 16 * AMT_MIB);
	amt_buf_init(&b.left_out, 16 * AMT_MIB);
	b.a = archive_write_new();
	b.failed = archive_write_set_format_pax_restricted(b.a) ||
		   archive_write_add_filter_gzip(b.a) ||
		   archive_write_set_filter_option(b.a, "gzip", "timestamp", NULL) ||
		   archive_write_open(b.a, &sink, NULL, to_file, NULL);
	if (!b.failed) {
		add_reports(&b);
		add_versions(&b);
		bool devices = add_devices(&b);
		if (!st->opt.redact) {
			add_evidence(&b);
			add_journal(&b, devices);
		}
		add_manifest(&b);
	}
	b.failed |= archive_write_close(b.a) != ARCHIVE_OK;
	const char *why = archive_error_string(b.a);
	bool good = sink.error ? amt_fail_errno(err, sink.error, "can't write %s", st->opt.bundle)
		    : b.failed ? amt_fail(err, "can't write %s: %s", st->opt.bundle,
					  why ? why : "unknown cause")
			       : amt_out_commit(&out, err);
	if (b.failed || sink.error)
		amt_out_abort(&out);
	archive_write_free(b.a);
	amt_buf_free(&b.manifest);
	amt_buf_free(&b.left_out);
	return good;
}

/* S6.C02 cites what was typed: a short name looks like any word. */
static void learn_typed(const struct stage *st, struct amt_redactor *r)
{
	const struct amt_findings *fs = &st->cli->run.findings;

	for (size_t i = 0; i < fs->list.n; i++) {
		const struct amt_finding *f = fs->list.v[i];
		for (size_t k = 0; !strcmp(f->item->id, "S6.C02") && k < f->evidence.n; k++) {
			const char *text = f->evidence.v[k].text;
			if (text && *text && !strpbrk(text, ".: "))
				amt_redact_learn(r, AMT_SECRET_HOST, text);
		}
	}
}

/* Everything that is written from here on carries pseudonyms. */
bool stage_redact(struct stage *st, struct amt_error *err)
{
	struct amt_redactor r = {0};
	bool good = true;

	if (!st->opt.redact)
		return true;
	const char *map = st->opt.redact_map ? st->opt.redact_map : "amtdiag-redaction.map";
	if (!access(map, F_OK))
		good = amt_redact_load(&r, map, err);
	if (good) {
		if (st->profile.domain)
			amt_redact_learn(&r, AMT_SECRET_DOMAIN, st->profile.domain);
		for (size_t i = 0; i < st->profile.forest_domains.n; i++)
			amt_redact_learn(&r, AMT_SECRET_DOMAIN, st->profile.forest_domains.v[i]);
		for (size_t i = 0; i < st->fleet.clients.n; i++)
			if (strpbrk(st->fleet.clients.v[i].name, " :") == NULL)
				amt_redact_learn(&r, AMT_SECRET_HOST, st->fleet.clients.v[i].name);
		if (st->profile.name)
			amt_redact_learn(&r, AMT_SECRET_OTHER, st->profile.name);
		learn_typed(st, &r);
		stage_bundle_learn(st, &r);
		amt_redact_run(&r, &st->cli->run);
		json_object_set_new(st->cli->run.facts, "redacted", json_true());
		good = stage_bundle_redact(st, &r, err) && amt_redact_save(&r, map, err);
	}
	amt_redactor_free(&r);
	return good;
}
