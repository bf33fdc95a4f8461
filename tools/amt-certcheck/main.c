/* amt-certcheck: the rules that certificates of AMT must meet, per firmware. */
#include "certcheck.h"

#include <openssl/crypto.h>
#include <openssl/opensslv.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void libraries(struct amt_buf *out)
{
	amt_buf_printf(out, "%s\njansson %s\n", OpenSSL_version(OPENSSL_VERSION), JANSSON_VERSION);
}

static bool confine(struct amt_cli *cli, struct amt_error *err);

static bool collect(struct amt_cli *cli, struct amt_error *err)
{
	struct certcheck *o = &certcheck;

	struct amt_error trouble = {0};

	if (!confine(cli, err))
		return false;

	if (o->hello && !certcheck_hello(cli, o->hello))
		amt_vec_push(&o->opt.hash_files, o->hello);
	if (o->connect &&
	    !pki_connect(&o->facts, o->connect, cli->timeout, &cli->run.notes, &trouble))
		amt_note_add(&cli->run.notes, o->connect, "%s", trouble.text);
	/* That nothing could be read is told by the notes and judged as unknown. */
	(void)pki_collect(&cli->args, &o->opt, &o->facts, &cli->run.notes, &trouble);
	if (!o->crl || amt_stopped())
		return true;
	struct pki_fetch_options fetch = {cli->timeout, o->ldap_server, &cli->progress};
	struct amt_loop *loop = amt_loop_new(err);
	if (!loop)
		return false;
	pki_fetch(&o->facts, loop, &fetch);
	amt_loop_free(loop);
	return true;
}

static bool replay(struct amt_cli *cli, const json_t *facts, struct amt_error *err)
{
	struct pki_facts *f = &certcheck.facts;
	struct pki_asked *a = &f->asked, *given = &certcheck.opt.asked;

	(void)cli;
	if (!pki_from_json(facts, f, err))
		return false;
	/* What is said now counts over what was said then. */
	if (given->suffixes.n) {
		amt_vec_free(&a->suffixes);
		a->suffixes = given->suffixes;
		memset(&given->suffixes, 0, sizeof(given->suffixes));
	}
	if (certcheck.profile)
		a->profile = given->profile;
	a->server = given->server ? given->server : a->server;
	a->host = given->host ? given->host : a->host;
	a->warn_days = given->warn_days ? given->warn_days : a->warn_days;
	a->h_platform = cli->firmware_text.n ? given->h_platform : a->h_platform;
	return true;
}

const struct pki_tables *certcheck_tables(struct amt_cli *cli)
{
	struct certcheck *o = &certcheck;

	if (!o->evaluated)
		pki_evaluate(&o->facts, &cli->context, &o->tables);
	o->evaluated = true;
	return &o->tables;
}

/*
 * Before the first foreign byte: only the inputs can be read. The legacy provider of old
 * PFX files is loaded late, from the system's folders, which stay readable.
 */
static bool confine(struct amt_cli *cli, struct amt_error *err)
{
	struct certcheck *o = &certcheck;
	struct amt_confine c = {.net = o->connect || o->crl};

	for (size_t i = 0; i < cli->args.n; i++)
		if (strcmp(cli->args.v[i], "-") != 0)
			amt_confine_read(cli, &c, cli->args.v[i]);
	for (size_t i = 0; i < o->opt.hash_files.n; i++)
		amt_vec_push(&c.read, o->opt.hash_files.v[i]);
	for (size_t i = 0; i < o->crl_files.n; i++)
		amt_vec_push(&c.read, o->crl_files.v[i]);
	if (o->hello)
		amt_vec_push(&c.read, o->hello);
	if (o->key)
		amt_vec_push(&c.read, o->key);
	return amt_cli_confine(cli, &c, err);
}

static int special(struct amt_cli *cli)
{
	struct amt_error err = {0};

	if (!certcheck.each)
		return -1;
	if (confine(cli, &err))
		return certcheck_each(cli);
	amt_cli_say(cli, "%s", err.text);
	return AMT_EXIT_INTERNAL;
}

static json_t *facts(struct amt_cli *cli)
{
	const struct pki_tables *t = certcheck_tables(cli);
	json_t *j = pki_to_json(&certcheck.facts);

	json_object_set_new(j, "suffix", pki_tables_suffix(t));
	json_object_set_new(j, "firmware", pki_tables_firmware(t));
	return j;
}

static void judge(struct amt_cli *cli)
{
	pki_judge(&certcheck.facts, &cli->context, &cli->run.findings);
}

static void cleanup(struct amt_cli *cli)
{
	struct certcheck *o = &certcheck;

	(void)cli;
	if (o->password)
		amt_wipe(o->password, strlen(o->password));
	free(o->password);
	pki_tables_free(&o->tables);
	pki_facts_free(&o->facts);
	amt_vec_free(&o->suffixes);
	amt_vec_free(&o->hashes);
	amt_vec_free(&o->crl_files);
	amt_vec_free(&o->opt.asked.suffixes);
	amt_vec_free(&o->opt.hash_files);
	amt_vec_free(&o->opt.crl_files);
}

static const struct amt_tool tool = {
	.name = "amt-certcheck",
	.id = AMT_TOOL_CERTCHECK,
	.purpose = "check certificates for Intel AMT, firmware by firmware",
	.synopsis = "[--suffix NAME]... [--hashes FILE | --hello FILE] [--firmware VERSION]... "
		    "[FILE|FOLDER]...\n"
		    "--profile webserver|ca|client|console [--host FQDN] [FILE]...\n"
		    "--connect HOST:PORT [--profile KIND]\n"
		    "--each [--jobs N] [FILE|FOLDER]...\n"
		    "--name IDENT --suffix NAME...",
	.description =
		"Reads certificates in PEM, DER, PKCS#7, PFX and Windows store exports, finds the "
		"leaf by its content, builds every path up from it and judges each against what "
		"AMT "
		"firmware is known to ask for: purpose, OID or OU, key sizes, signatures (the "
		"root's "
		"own included), dates, the root's hash in the device, and the domain rule.\n\n"
		"Without --firmware all generations are judged and shown in one table. The list of "
		"default roots depends on the firmware build; a list read from the device "
		"(--hashes, "
		"--hello) always wins over the built-in one.\n\n"
		"Nothing of the operating system's trust store is used.",
	.examples = "amt-certcheck chain.pem --suffix contoso.com\n"
		    "    judge a chain for clients whose DHCP option 15 is contoso.com\n"
		    "amt-certcheck server.pfx --password-file pw --firmware 16.1\n"
		    "    will it do for AMT 16, and does its private key match\n"
		    "amt-certcheck --name '*.contoso.com' --suffix lab.contoso.com\n"
		    "    before buying: would that name cover the suffix\n"
		    "amt-certcheck chain.pem --hashes amtinfo.txt --now +90d\n"
		    "    against a real device's root list; what breaks within 90 days\n",
	.options = certcheck_options,
	.libraries = libraries,
	.setup = certcheck_setup,
	.special = special,
	.collect = collect,
	.replay = replay,
	.facts = facts,
	.judge = judge,
	.sections = certcheck_sections,
	.cleanup = cleanup,
};

int main(int argc, char **argv)
{
	return amt_cli_main(&tool, argc, argv);
}
