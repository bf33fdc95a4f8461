/*
 * Gives up what the rest of the run does not need, before the first foreign
 * byte is parsed: limits, capabilities, no-new-privs, Landlock, system calls.
 * Without --sandbox=strict a layer that this machine lacks is told, not fatal.
 */
#include "confine.h"

#include "amtdiag/core/late.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_LIBCAP_NG
#include <cap-ng.h>
#endif

#define MEMORY_LIMIT ((rlim_t)16 << 30) /* address space; a run is planned for far less */

static bool limit(__rlimit_resource_t which, rlim_t most)
{
	struct rlimit r;

	if (getrlimit(which, &r) != 0)
		return false;
	if (r.rlim_cur == RLIM_INFINITY || r.rlim_cur > most)
		r.rlim_cur = most;
	if (r.rlim_max == RLIM_INFINITY || r.rlim_max > most)
		r.rlim_max = most;
	return setrlimit(which, &r) == 0;
}

static bool confine_limits(struct amt_layer *said)
{
	/* A core file would hold passwords and keys. */
	bool ok = limit(RLIMIT_CORE, 0);

	if (!AMT_SANITIZED) /* shadow memory is terabytes of address space */
		ok = limit(RLIMIT_AS, MEMORY_LIMIT) && ok;
	snprintf(said->text, sizeof(said->text), "limits: %s",
		 ok ? "no core file, 16 GiB of address space" : strerror(errno));
	return ok;
}

static bool confine_no_new_privs(struct amt_layer *said)
{
	bool ok = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;

	snprintf(said->text, sizeof(said->text), "no new privileges: %s",
		 ok ? "set" : strerror(errno));
	return ok;
}

#ifdef HAVE_LIBCAP_NG
bool amt_confine_capabilities(const struct amt_confine *c, struct amt_layer *said)
{
	/* Root that has still to write into somebody else's folder needs this one; where, Landlock
	 * decides. */
	bool files = geteuid() == 0 && c->read.n + c->write.n + c->change.n > 0;

	if (capng_get_caps_process() != 0) {
		snprintf(said->text, sizeof(said->text), "capabilities: cannot be read");
		return false;
	}
	bool bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) != 0;
	capng_clear(bounds ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS);
	if (files &&
	    capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_DAC_OVERRIDE) != 0) {
		snprintf(said->text, sizeof(said->text), "capabilities: the set cannot be made");
		return false;
	}
	if (capng_apply(bounds ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS) != 0) {
		snprintf(said->text, sizeof(said->text), "capabilities: cannot be dropped");
		return false;
	}
	snprintf(said->text, sizeof(said->text), "capabilities: %s",
		 files ? "all dropped but CAP_DAC_OVERRIDE" : "all dropped");
	return true;
}
#else
bool amt_confine_capabilities(const struct amt_confine *c, struct amt_layer *said)
{
	(void)c;
	snprintf(said->text, sizeof(said->text), "capabilities: this build has no libcap-ng");
	return false;
}
#endif

#define LINKS_MAX 4096

void amt_confine_read(struct amt_cli *cli, struct amt_confine *c, const char *path)
{
	amt_vec_push(&c->read, path);
	/* A symbolic link in a folder leads outside of it: where to must be readable too. */
	DIR *d = opendir(path);
	struct stat st;

	for (struct dirent *e; d && c->read.n < LINKS_MAX && (e = readdir(d));) {
		char *name = amt_arena_printf(&cli->run.arena, "%s/%s", path, e->d_name);
		if (!lstat(name, &st) && S_ISLNK(st.st_mode) && !access(name, R_OK))
			amt_vec_push(&c->read, name);
	}
	if (d)
		closedir(d);
}

void amt_confine_cache(struct amt_confine *c, const char *cache)
{
	const char *slash = strchr(cache, '/');

	/* FILE:/tmp/cc, DIR:/run/user/1000/cc; what the kernel or a daemon keeps is no file. */
	amt_vec_push(&c->change, amt_str_begins(cache, "FILE:") ? cache + 5
				 : slash                        ? slash
								: cache);
}

static bool confine(struct amt_cli *cli, const struct amt_confine *c, struct amt_error *err)
{
	enum { LAYERS = 5 };
	struct amt_layer said[LAYERS];
	/* A machine may ask for it for every run; whoever names a kind is heard first. */
	const char *kind = cli->sandbox ? cli->sandbox : getenv("AMTDIAG_SANDBOX");
	bool strict = kind && strcmp(kind, "strict") == 0;
	bool done[LAYERS];

	amt_late_all();
	if (cli->no_sandbox) {
		amt_note_add(&cli->run.notes, "sandbox",
			     "switched off with --no-sandbox: inputs are parsed "
			     "with all the rights of this process");
		return true;
	}
	/* no-new-privs after capabilities, which it does not hinder, and before the filters, which
	 * need it. Landlock before seccomp, whose strict list has no call for it. */
	done[0] = confine_limits(&said[0]);
	done[1] = amt_confine_capabilities(c, &said[1]);
	done[2] = confine_no_new_privs(&said[2]);
	done[3] = amt_confine_landlock(c, cli->output, &said[3]);
	done[4] = amt_confine_seccomp(c->net, strict, &said[4]);
	for (int i = 0; i < LAYERS; i++) {
		if (strict && !done[i])
			return amt_fail(err, "--sandbox=strict cannot be met on this machine: %s",
					said[i].text);
		if (cli->verbose > 0)
			amt_note_add(&cli->run.notes, "sandbox", "%s", said[i].text);
	}
	return true;
}

bool amt_cli_confine(struct amt_cli *cli, struct amt_confine *c, struct amt_error *err)
{
	bool ok = confine(cli, c, err);

	amt_vec_free(&c->read);
	amt_vec_free(&c->write);
	amt_vec_free(&c->change);
	return ok;
}
