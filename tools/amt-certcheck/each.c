/*
 * --each: every file judged by itself, one line each, in the order of the input.
 * Workers take blocks of files; each has a cache of issuers of its own, so that no
 * OpenSSL object is shared, and what it found does not depend on how many there are.
 * Memory is bounded: a worker waits when it is WINDOW blocks ahead of the output.
 */
#include "certcheck.h"

#include <dirent.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK  64
#define WINDOW 64
#define DEPTH  8

struct block {
	struct amt_buf out;
	enum amt_verdict verdict;
	bool ready;
	bool cut; /* stopped within it: what follows is not whole */
};
struct each {
	struct amt_cli *cli;
	struct amt_arena arena;
	struct amt_strlist files;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	struct block blocks[WINDOW];
	size_t n_blocks, next, written;
	bool json;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void expand(struct each *e, const char *path, int depth)
{
	struct amt_strlist names = {0};
	struct stat st;
	DIR *d = NULL;

	if (depth < DEPTH && !stat(path, &st) && S_ISDIR(st.st_mode))
		d = opendir(path);
	if (!d) {
		amt_vec_push(&e->files, path);
		return;
	}
	for (struct dirent *f; (f = readdir(d));)
		if (f->d_name[0] != '.')
			amt_vec_push(&names, amt_arena_printf(&e->arena, "%s/%s", path, f->d_name));
	closedir(d);
	if (names.n)
		qsort(names.v, names.n, sizeof(names.v[0]), by_name);
	for (size_t i = 0; i < names.n; i++)
		expand(e, names.v[i], depth + 1);
	amt_vec_free(&names);
}

static const struct amt_finding *worst(const struct amt_findings *fs, enum amt_verdict v)
{
	for (size_t i = 0; i < fs->list.n; i++)
		if (fs->list.v[i]->verdict == v)
			return fs->list.v[i];
	return NULL;
}

static void json_line(struct amt_buf *out, const char *path, enum amt_verdict v,
		      const struct pki_cert *leaf, const struct amt_findings *fs)
{
	char t[AMT_TIME_TEXT];
	bool first = true;

	amt_buf_str(out, "{\"kind\":\"chain\",\"source\":");
	amt_buf_json(out, path, strlen(path));
	amt_buf_printf(out, ",\"verdict\":\"%s\"", amt_verdict_name(v));
	if (leaf) {
		amt_buf_str(out, ",\"subject\":");
		amt_buf_json(out, leaf->subject, strlen(leaf->subject));
		amt_buf_printf(out, ",\"sha256\":\"%s\",\"not_after\":\"%s\"", leaf->sha256,
			       amt_time_format(leaf->not_after, t));
	}
	amt_buf_str(out, ",\"findings\":[");
	for (size_t i = 0; i < fs->list.n; i++) {
		const struct amt_finding *f = fs->list.v[i];
		if (f->verdict == AMT_PASS || f->verdict == AMT_NA)
			continue;
		amt_buf_printf(out,
			       "%s{\"id\":\"%s\",\"verdict\":\"%s\",\"summary\":", first ? "" : ",",
			       f->item->id, amt_verdict_name(f->verdict));
		amt_buf_json(out, f->summary, strlen(f->summary));
		amt_buf_byte(out, '}');
		first = false;
	}
	amt_buf_str(out, "]}\n");
}

static void text_line(struct amt_buf *out, const char *path, enum amt_verdict v,
		      const struct pki_cert *leaf, const struct amt_findings *fs)
{
	const struct amt_finding *f = v == AMT_PASS ? NULL : worst(fs, v);
	char day[AMT_TIME_TEXT];

	amt_buf_printf(out, "%-8s", amt_verdict_name(v));
	amt_text_safe(out, path, strlen(path), false);
	if (leaf) {
		amt_buf_str(out, "  ");
		const char *name = leaf->cns.n ? leaf->cns.v[0] : leaf->subject;
		amt_text_safe(out, name, strlen(name), false);
		amt_buf_printf(out, "  until %s", amt_time_date(leaf->not_after, day));
	}
	if (f) {
		amt_buf_printf(out, "  %s ", f->item->id);
		amt_text_safe(out, f->summary, strlen(f->summary), false);
	}
	amt_buf_byte(out, '\n');
}

static enum amt_verdict one(struct each *e, struct pki_options *opt, const char *path,
			    struct amt_buf *out)
{
	struct pki_facts facts = {0};
	struct amt_notes notes = {0};
	struct amt_findings fs = {0};
	struct amt_strlist paths = {0};

	amt_vec_push(&paths, path);
	(void)pki_collect(&paths, opt, &facts, &notes, NULL);
	pki_judge(&facts, &e->cli->context, &fs);
	enum amt_verdict v = amt_findings_fold(&fs);
	const struct pki_cert *leaf =
		facts.chains.n ? &facts.certs.v[facts.chains.v[0].leaf] : NULL;
	if (e->json)
		json_line(out, path, v, leaf, &fs);
	else if (e->cli->style.verbose >= 0 || v != AMT_PASS)
		text_line(out, path, v, leaf, &fs);
	amt_vec_free(&paths);
	amt_findings_free(&fs);
	amt_notes_free(&notes);
	pki_facts_free(&facts);
	return v;
}

/* What was under way when the run was stopped was read in part: no line is better than a wrong one.
 */
static void one_block(struct each *e, struct pki_options *opt, size_t k, struct block *b)
{
	enum amt_verdict v = AMT_NA;
	bool cut = false;

	amt_buf_clear(&b->out);
	for (size_t i = k * BLOCK; !cut && i < (k + 1) * BLOCK && i < e->files.n; i++) {
		size_t before = b->out.len;
		enum amt_verdict one_v = one(e, opt, e->files.v[i], &b->out);
		cut = amt_stopped();
		if (cut)
			b->out.len = before;
		else
			v = amt_verdict_fold(v, one_v);
	}
	pthread_mutex_lock(&e->lock);
	b->verdict = v;
	b->cut = cut;
	b->ready = true;
	pthread_cond_broadcast(&e->moved);
	pthread_mutex_unlock(&e->lock);
}

static bool claim(struct each *e, size_t *block)
{
	pthread_mutex_lock(&e->lock);
	while (e->next < e->n_blocks && e->next >= e->written + WINDOW && !amt_stopped())
		pthread_cond_wait(&e->moved, &e->lock);
	bool good = e->next < e->n_blocks && !amt_stopped();
	if (good)
		*block = e->next++;
	pthread_mutex_unlock(&e->lock);
	return good;
}

static void *work(void *arg)
{
	struct each *e = arg;
	struct pki_options opt = certcheck.opt;
	size_t k;

	opt.cache = pki_cache_new();
	opt.no_opinion = true;
	opt.ask = NULL; /* thousands of questions help nobody */
	opt.progress = NULL;
	while (claim(e, &k))
		one_block(e, &opt, k, &e->blocks[k % WINDOW]);
	pki_cache_free(opt.cache);
	pthread_mutex_lock(&e->lock);
	pthread_cond_broadcast(&e->moved);
	pthread_mutex_unlock(&e->lock);
	return NULL;
}

/* Writes blocks in order as they come. */
static enum amt_verdict drain(struct each *e, struct amt_out *out)
{
	enum amt_verdict v = AMT_NA;

	while (e->written < e->n_blocks) {
		struct block *b = &e->blocks[e->written % WINDOW];
		pthread_mutex_lock(&e->lock);
		while (!b->ready && !(amt_stopped() && e->next <= e->written))
			pthread_cond_wait(&e->moved, &e->lock);
		bool ready = b->ready, cut = b->cut;
		pthread_mutex_unlock(&e->lock);
		if (!ready)
			break;
		fwrite(amt_buf_cstr(&b->out), 1, b->out.len, out->f);
		v = amt_verdict_fold(v, b->verdict);
		if (cut)
			break;
		pthread_mutex_lock(&e->lock);
		b->ready = false;
		e->written++;
		pthread_cond_broadcast(&e->moved);
		pthread_mutex_unlock(&e->lock);
		size_t done = e->written * BLOCK;
		amt_progress_update(&e->cli->progress, "chains",
				    done < e->files.n ? done : e->files.n, e->files.n);
	}
	return v;
}

static enum amt_verdict run(struct each *e, struct amt_out *out)
{
	pthread_t threads[64] = {0};
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned jobs = e->cli->jobs ? e->cli->jobs : cpus > 0 ? (unsigned)cpus : 1, n = 0;

	jobs = jobs > 64 ? 64 : jobs;
	for (int i = 0; i < WINDOW; i++)
		amt_buf_init(&e->blocks[i].out, 64 * AMT_MIB);
	while (n < jobs && !pthread_create(&threads[n], NULL, work, e))
		n++;
	enum amt_verdict v = n ? drain(e, out) : AMT_UNKNOWN;
	for (unsigned i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < WINDOW; i++)
		amt_buf_free(&e->blocks[i].out);
	return v;
}

int certcheck_each(struct amt_cli *cli)
{
	struct each e = {.cli = cli,
			 .lock = PTHREAD_MUTEX_INITIALIZER,
			 .moved = PTHREAD_COND_INITIALIZER,
			 .json = cli->format == AMT_FORMAT_NDJSON ||
				 cli->format == AMT_FORMAT_JSON};
	struct amt_error err = {0};
	struct amt_out out;

	cli->context.now = cli->now;
	cli->context.firmware = cli->firmware.v;
	cli->context.n_firmware = cli->firmware.n;
	for (size_t i = 0; i < cli->args.n; i++)
		expand(&e, cli->args.v[i], 0);
	e.n_blocks = (e.files.n + BLOCK - 1) / BLOCK;
	if (!amt_out_open(&out, cli->output, &err)) {
		amt_cli_say(cli, "%s", err.text);
		return AMT_EXIT_IO;
	}
	enum amt_verdict v = run(&e, &out);
	bool good = amt_out_commit(&out, &err);
	if (!good)
		amt_cli_say(cli, "%s", err.text);
	amt_vec_free(&e.files);
	amt_arena_free(&e.arena);
	return !good ? AMT_EXIT_IO : amt_stopped() ? AMT_EXIT_INTERRUPTED : amt_verdict_exit(v);
}
