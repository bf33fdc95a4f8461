/* The options of amt-certcheck and what they must have together. */
#include "certcheck.h"

#include <string.h>

struct certcheck certcheck;
#define O certcheck

const struct amt_opt certcheck_options[] = {
	{0, "suffix", AMT_OPT_LIST, &O.suffixes, "NAME",
	 "DNS suffix that the clients trust: DHCP option 15, or the MEBx one; may be repeated"},
	{0, "profile", AMT_OPT_CHOICE, &O.profile, "KIND",
	 "what the certificate is for (default provisioning)",
	 .choices = "provisioning|webserver|ca|client|console",
	 .man = "provisioning: the certificate that sets AMT up. webserver: the certificate of an "
		"AMT device. ca: the issuing chain of the enterprise CA. client: the 802.1X "
		"certificate of a device. console: mutual TLS of a console or local agent."},
	{0, "hashes", AMT_OPT_FILES, &O.hashes, "FILE",
	 "root hashes that a device holds; wins over the built-in table",
	 .man = "One hex hash a line with its name behind it, rpc-go amtinfo text or JSON, or "
		"MeshCmd "
		"output. May be repeated; the root must then be in every list."},
	{0, "hello", AMT_OPT_FILE, &O.hello, "FILE",
	 "the same out of a hello message: a capture, or a document of amt-hellocap"},
	{0, "server", AMT_OPT_STRING, &O.server, "FQDN",
	 "the ConfigMgr service point, whose domain the common name must have"},
	{0, "host", AMT_OPT_STRING, &O.host, "FQDN",
	 "the device that the certificate is for (profiles webserver and client)"},
	{0, "name", AMT_OPT_STRING, &O.name, "IDENT",
	 "what would a certificate for IDENT do, before it is bought (with --suffix)"},
	{0, "connect", AMT_OPT_STRING, &O.connect, "HOST:PORT",
	 "take the chain that a TLS server sends; port 16993 if none is given"},
	{0, "key", AMT_OPT_FILE, &O.key, "FILE", "the private key; it is compared and never shown"},
	{0, "password-file", AMT_OPT_FILE, &O.password_file, "FILE",
	 "password of a PFX or key, first line of FILE; otherwise it is asked for"},
	{0, "crl", AMT_OPT_FLAG, &O.crl,
	 .help = "fetch CRLs, issuers and OCSP answers and judge them"},
	{0, "crl-file", AMT_OPT_FILES, &O.crl_files, "FILE", "a CRL at hand; may be repeated"},
	{0, "ldap-server", AMT_OPT_STRING, &O.ldap_server, "HOST",
	 "where to ask for ldap:/// addresses, which name no server: a domain controller"},
	{0, "each", AMT_OPT_FLAG, &O.each,
	 .help = "judge every file by itself, one line each (with --json: one object each)",
	 .man = "For many chains: memory stays bounded, all processors work (--jobs), the order is "
		"that of the input. Exit code and verdicts are as for single files, but OpenSSL's "
		"second opinion is asked only where a CA has name constraints."},
	{0, "warn-days", AMT_OPT_UINT, &O.warn_days, "N",
	 "warn of what expires within N days (60; 90 for CAs)", .min = 1, .max = 36500},
	AMT_OPT_END,
};

static char *ask(void *arg, const char *file, struct amt_error *err)
{
	char prompt[512];

	(void)arg;
	amt_str_copy(prompt, sizeof(prompt), "Password of ");
	amt_str_copy(prompt + strlen(prompt), sizeof(prompt) - strlen(prompt) - 2, file);
	amt_str_copy(prompt + strlen(prompt), sizeof(prompt) - strlen(prompt), ": ");
	return amt_cli_password(NULL, prompt, err);
}

/* "15.0-H": the letter is lost in struct amt_fw. */
static bool h_platform(const struct amt_strlist *given)
{
	for (size_t i = 0; i < given->n; i++)
		if (amt_str_ends(given->v[i], "h"))
			return true;
	return false;
}

bool certcheck_setup(struct amt_cli *cli, struct amt_error *err)
{
	struct pki_asked *a = &O.opt.asked;
	char normal[PKI_NAME_MAX];

	pki_profile_parse(O.profile ? O.profile : "provisioning", &a->profile);
	if (O.name && !O.suffixes.n)
		return amt_fail(err, "--name asks about a suffix: give it with --suffix");
	if (O.name && !pki_name_normal(O.name, normal))
		return amt_fail(err, "--name '%.80s' is not a host name", O.name);
	if (O.name && !cli->replay && (cli->args.n || O.connect))
		return amt_fail(err,
				"--name is for before a certificate is bought: give it without "
				"files");
	if (!cli->replay && !cli->args.n && !O.connect && !O.name)
		return amt_fail(err, "no certificates given: name files or folders, or use "
				     "--connect HOST:PORT or --name");
	if (O.each && (!cli->args.n || O.connect || O.crl || O.hello || cli->replay))
		return amt_fail(
			err,
			"--each wants files or folders, and goes with neither --connect, --hello, "
			"--crl nor --replay");
	if (O.password_file) {
		O.password = amt_cli_password(O.password_file, NULL, err);
		if (!O.password)
			return false;
	}
	/* The lists are copied one by one: who frees what stays simple. */
	for (size_t i = 0; i < O.suffixes.n; i++)
		amt_vec_push(&a->suffixes, O.suffixes.v[i]);
	for (size_t i = 0; i < O.hashes.n; i++)
		amt_vec_push(&O.opt.hash_files, O.hashes.v[i]);
	for (size_t i = 0; i < O.crl_files.n; i++)
		amt_vec_push(&O.opt.crl_files, O.crl_files.v[i]);
	a->identifier = O.name;
	a->server = O.server;
	a->host = O.host;
	a->warn_days = O.warn_days;
	a->peer = O.connect;
	a->crl = O.crl || O.crl_files.n;
	a->h_platform = h_platform(&cli->firmware_text);
	O.opt.key_file = O.key;
	O.opt.password = O.password;
	O.opt.ask = ask;
	O.opt.timeout = cli->timeout;
	O.opt.progress = &cli->progress;
	return true;
}
