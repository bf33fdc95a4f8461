/*
 * The profile itself, before the walk: files are there and can be read, names lead somewhere,
 * credentials work, and no key is set that this tool does not read. Everything that is wrong
 * is a note, and the walk goes on without it.
 */
#include "rooms.h"

#include "amtdiag/device.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct check {
	struct stage *st;
	size_t looked_at, wrong;
};

static void wrong(struct check *c, const char *key, const char *value, const char *what)
{
	c->wrong++;
	amt_note_add(&c->st->cli->run.notes, c->st->profile.path, "%s: %s: %s", key, value, what);
}

static void look_at(struct check *c, const char *key, const char *path, bool folders)
{
	struct stat s;

	if (!path || !strcmp(path, "-"))
		return;
	c->looked_at++;
	if (stat(path, &s) || access(path, R_OK))
		wrong(c, key, path, strerror(errno));
	else if (S_ISDIR(s.st_mode) && !folders)
		wrong(c, key, path, "is a folder; name its files, as in folder/*");
	else if (S_ISREG(s.st_mode) && s.st_size == 0)
		wrong(c, key, path, "is empty");
}

static void file(struct check *c, const char *key, const char *path)
{
	look_at(c, key, path, false);
}

/* Rooms that read a folder themselves. */
static void folders(struct check *c, const char *key, const struct amt_strlist *l)
{
	for (size_t i = 0; i < l->n; i++)
		look_at(c, key, l->v[i], true);
}

static void files(struct check *c, const char *key, const struct amt_strlist *l)
{
	for (size_t i = 0; i < l->n; i++)
		file(c, key, l->v[i]);
}

/* A password for all to read is refused later; here it is said with all the rest. */
static void password(struct check *c, const char *key, const char *path)
{
	struct stat s;

	file(c, key, path);
	if (path && strcmp(path, "-") != 0 && !stat(path, &s) && (s.st_mode & 077))
		wrong(c, key, path, "can be read by others: chmod 600");
}

static void all_files(struct check *c)
{
	const struct site_profile *p = &c->st->profile;

	file(c, "[evidence] inventory", p->inventory);
	folders(c, "[evidence] logs", &p->logs);
	files(c, "[evidence] captures", &p->captures);
	folders(c, "[evidence] chain", &p->chain);
	folders(c, "[evidence] issuing-ca", &p->issuing_ca);
	files(c, "[evidence] client-certificates", &p->client_certificates);
	files(c, "[evidence] root-hashes", &p->root_hashes);
	files(c, "[evidence] crls", &p->crls);
	files(c, "[evidence] dhcp", &p->dhcp_exports);
	files(c, "[evidence] devices", &p->device_exports);
	files(c, "[evidence] documents", &p->documents);
	files(c, "[evidence] exports", &p->exports);
	file(c, "[directory] ca-file", p->directory_ca_file);
	file(c, "[devices] ca-file", p->devices_ca_file);
	password(c, "[directory] password-file", p->directory_password_file);
	password(c, "[devices] password-file", p->devices_password_file);
	password(c, "[pki] password-file", p->pki_password_file);
}

static bool is_address(const char *s)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST}, *r = NULL;
	bool is = !getaddrinfo(s, NULL, &hints, &r);

	if (r)
		freeaddrinfo(r);
	return is;
}

/* False when the resolver itself does not answer: then the next name would not be answered either.
 */
static bool name(struct check *c, const char *key, const char *host)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *r = NULL;

	if (is_address(host))
		return true;
	c->looked_at++;
	int code = getaddrinfo(host, NULL, &hints, &r);
	if (r)
		freeaddrinfo(r);
	if (code)
		wrong(c, key, host, gai_strerror(code));
	return code != EAI_AGAIN;
}

/* The host of "ldaps://dc1.contoso.com:636". */
static const char *host_of(struct stage *st, const char *url)
{
	const char *p = strstr(url, "://");

	p = p ? p + 3 : url;
	return amt_arena_strndup(&st->arena, p, strcspn(p, ":/ "));
}

/* Names are looked up only where this run talks to the network anyway. */
static void all_names(struct check *c)
{
	const struct site_profile *p = &c->st->profile;

	if (p->directory_server && *p->directory_server &&
	    !name(c, "[directory] server", host_of(c->st, p->directory_server)))
		return;
	if (p->devices_probe != AMT_YES && !p->directory_server)
		return;
	for (size_t i = 0; i < p->service_point.n; i++)
		if (!name(c, "[site] service-point", p->service_point.v[i]))
			return;
}

static void combinations(struct check *c)
{
	const struct site_profile *p = &c->st->profile;

	if (p->directory_bind && !p->directory_password_file)
		wrong(c, "[directory] bind", p->directory_bind,
		      "needs password-file; without bind the Kerberos ticket is used");
	if (p->devices_kerberos == AMT_YES && p->devices_user)
		wrong(c, "[devices] user", p->devices_user,
		      "is not used: kerberos = yes logs in with the ticket");
	if (p->devices_ccache && !strncmp(p->devices_ccache, "FILE:", 5))
		file(c, "[devices] ccache", p->devices_ccache + 5);
	if (p->devices_probe == AMT_YES && !p->inventory)
		wrong(c, "[devices] probe", "yes", "needs an inventory: it says whom to ask");
	if (p->tickets.n)
		wrong(c, "[evidence] tickets", p->tickets.v[0],
		      "is not read here: run 'amt-krbsize --from FILE --json -o runs/tickets.json' "
		      "and name the result under documents");
	if (p->dhcp_interface)
		wrong(c, "[dhcp] interface", p->dhcp_interface,
		      "is not used here: run 'amt-dnscheck --json -o runs/dhcp.json' with its DHCP "
		      "option there and name the result under documents");
}

/* A wrong password is counted by the directory: so one try, and none after it when it fails. AMT
 * counts them too, and each device has its own: the walk tries it once a device, not this. */
static void credentials(struct check *c)
{
	const struct site_profile *p = &c->st->profile;
	struct amt_error err = {0};

	if (p->devices_probe == AMT_YES && p->devices_kerberos == AMT_YES) {
		c->looked_at++;
		if (!amt_device_ticket(p->devices_ccache, &err))
			wrong(c, "[devices] kerberos", "yes", err.text);
	}
	if (!p->directory_server || !*p->directory_server || c->st->opt.resume ||
	    (p->directory_bind &&
	     (!p->directory_password_file || !strcmp(p->directory_password_file, "-"))))
		return;
	amt_cli_say(c->st->cli, "signing in to %s once, as %s: to see that it works",
		    p->directory_server,
		    p->directory_bind ? p->directory_bind : "the Kerberos ticket says");
	c->looked_at++;
	if (stage_directory_try(c->st, &err))
		return;
	c->st->no_directory = true;
	wrong(c, "[directory] server", p->directory_server,
	      amt_arena_printf(&c->st->arena, "%s; it is not tried again, and not asked",
			       err.text));
}

void stage_check_profile(struct stage *st)
{
	struct check c = {.st = st};

	if (!st->has_profile)
		return;
	all_files(&c);
	all_names(&c);
	combinations(&c);
	credentials(&c);
	if (c.wrong || st->cli->verbose)
		amt_cli_say(st->cli,
			    "site profile: %zu files, names and credentials looked at, %zu thing%s "
			    "wrong%s",
			    c.looked_at, c.wrong, c.wrong == 1 ? "" : "s",
			    c.wrong ? "; the walk goes on without" : "");
}
