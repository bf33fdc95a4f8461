/* What the files of amt-certcheck share. */
#ifndef CERTCHECK_H
#define CERTCHECK_H

#include "amtdiag/cli.h"
#include "amtdiag/pki.h"

struct certcheck {
	const char *profile, *name, *server, *host, *hello, *key, *password_file, *connect,
		*ldap_server;
	struct amt_strlist suffixes, hashes, crl_files;
	unsigned warn_days;
	bool crl, each;
	char *password;
	struct pki_options opt;
	struct pki_facts facts;
	struct pki_tables tables;
	bool evaluated;
};
extern struct certcheck certcheck;
extern const struct amt_opt certcheck_options[];

bool certcheck_setup(struct amt_cli *cli, struct amt_error *err);
const struct pki_tables *certcheck_tables(struct amt_cli *cli);
/* False: it is no capture, and nothing was done. */
bool certcheck_hello(struct amt_cli *cli, const char *path);
int certcheck_each(struct amt_cli *cli);
void certcheck_sections(struct amt_cli *cli);

#endif
