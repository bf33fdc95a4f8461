/* The options of amt-krbsize, and what they amount to. */
#include "krbsize.h"

#include <string.h>

struct krbsize krbsize = {.verify = 3};

const struct amt_opt krbsize_options[] = {
	{'u', "user", AMT_OPT_LIST, &krbsize.users, "USER",
	 "account to size, by logon name, UPN or DN; may be repeated"},
	{0, "ou", AMT_OPT_STRING, &krbsize.ou, "DN", "every enabled user below this container"},
	{0, "members-of", AMT_OPT_LIST, &krbsize.groups, "GROUP",
	 "every member of this group, nested ones too"},
	{0, "spn", AMT_OPT_STRING, &krbsize.spn, "SPN",
	 "service, as HTTP/pc1.example.com:16993; its port tells which limit comes first"},
	{0, "from", AMT_OPT_FILE, &krbsize.from, "FILE",
	 "compute from a JSON file of SIDs and strings, with no directory at all",
	 .man = "docs/krbsize-from.md gives the format. The facts of a document (facts.input) have "
		"it too."},
	{0, "measure", AMT_OPT_FLAG, &krbsize.measure,
	 .help = "get a real ticket and token, and compare with what was computed"},
	{0, "ccache", AMT_OPT_STRING, &krbsize.ccache, "CACHE",
	 "credential cache to use, as of klist -c"},
	{0, "keytab", AMT_OPT_FILE, &krbsize.keytab, "FILE",
	 "keytab of --principal, for a fresh sign-in"},
	{0, "principal", AMT_OPT_STRING, &krbsize.principal, "NAME",
	 "who signs in for --measure; the password is asked for, or read from --password-file"},
	{0, "password-file", AMT_OPT_FILE, &krbsize.password_file, "FILE",
	 "first line is the password; others must not be able to read the file"},
	{0, "fresh", AMT_OPT_FLAG, &krbsize.fresh,
	 .help = "a private cache: the service ticket is new, whatever the cache holds"},
	{0, "client", AMT_OPT_CHOICE, &krbsize.client, "WHO", "whose token is computed",
	 .choices = "mit|win7|win10",
	 .man = "win7 stands for Vista, 2008 and 7; win10 for 8, 2012 and later (not "
		"byte-checked). "
		"mit unless given, since that is what --measure makes."},
	{0, "layout", AMT_OPT_CHOICE, &krbsize.layout, "DC",
	 "how the domain controller lays tickets out",
	 .choices = "auto|2008|2008-aes|2012|2012-claims|samba-4.17|mit|none"},
	{0, "etype", AMT_OPT_STRING, &krbsize.etype, "NAME",
	 "encryption of the ticket: rc4, aes128, aes256"},
	{0, "session-etype", AMT_OPT_STRING, &krbsize.session, "NAME",
	 "encryption of the session key"},
	{0, "compress", AMT_OPT_CHOICE, &krbsize.compress, "WHEN", "resource SID compression",
	 .choices = "auto|on|off"},
	{0, "delegate", AMT_OPT_FLAG, &krbsize.delegate,
	 .help = "the client hands over its TGT as well"},
	{0, "no-sidhistory", AMT_OPT_FLAG, &krbsize.no_sidhistory,
	 .help = "as if nobody had a sIDHistory"},
	{0, "with", AMT_OPT_LIST, &krbsize.with, "GROUP", "as if the users were in GROUP too"},
	{0, "without", AMT_OPT_LIST, &krbsize.without, "GROUP", "as if GROUP did not exist"},
	{0, "as-global", AMT_OPT_LIST, &krbsize.as_global, "GROUP",
	 "as if domain-local GROUP were global"},
	{0, "advise", AMT_OPT_FLAG, &krbsize.advise,
	 .help = "the fewest direct memberships to leave so that the token fits"},
	{0, "keep", AMT_OPT_LIST, &krbsize.keep, "GROUP",
	 "a group in AMT's own list of users: never advise to lose it"},
	{0, "reserve", AMT_OPT_UINT, &krbsize.reserve, "N",
	 "characters to keep free below the limit", .max = 4096},
	{0, "limit-http", AMT_OPT_UINT, &krbsize.limit_http, "N",
	 "base64 characters that AMT takes on 16992 and 16993", .min = 1, .max = 1e6},
	{0, "limit-redir", AMT_OPT_UINT, &krbsize.limit_redir, "N",
	 "the same for SOL and IDE redirection", .min = 1, .max = 1e6},
	{0, "limits", AMT_OPT_FILE, &krbsize.limits_file, "FILE",
	 "limits of firmware that you know better: from, to, path, characters, source; "
	 "tab-separated"},
	{0, "top", AMT_OPT_UINT, &krbsize.top, "N", "rows shown of a long list (20)", .min = 1,
	 .max = 1e6},
	{'s', "server", AMT_OPT_STRING, &krbsize.server, "URI",
	 "domain controller: dc1.example.com, ldap://... or ldaps://..."},
	{'d', "domain", AMT_OPT_STRING, &krbsize.domain, "NAME",
	 "domain whose controllers are found by DNS; else that of the SPN"},
	{0, "bind-dn", AMT_OPT_STRING, &krbsize.bind_dn, "DN",
	 "sign in to the directory by name and password, over TLS only; else with the Kerberos "
	 "ticket"},
	{0, "bind-password-file", AMT_OPT_FILE, &krbsize.bind_password_file, "FILE",
	 "first line is the password of --bind-dn; without it, it is asked for"},
	{0, "ca-file", AMT_OPT_FILE, &krbsize.ca_file, "FILE",
	 "CA certificates that LDAP over TLS is checked with"},
	{0, "starttls", AMT_OPT_FLAG, &krbsize.starttls, .help = "TLS on the ordinary LDAP port"},
	{0, "qps", AMT_OPT_UINT, &krbsize.qps, "N", "at most so many searches a second", .min = 1,
	 .max = 1e6},
	{0, "verify", AMT_OPT_UINT, &krbsize.verify, "N",
	 "compare so many users' groups with what the DC itself says (3)", .max = 1e6},
	AMT_OPT_END};

static bool etypes(struct amt_error *err)
{
	struct krb_terms *t = &krbsize.terms;

	if (krbsize.etype && !amt_etype_parse(krbsize.etype, &t->etype))
		return amt_fail(
			err,
			"--etype %s: rc4, aes128, aes256, aes128-sha2 or aes256-sha2 is wanted",
			krbsize.etype);
	if (krbsize.session && !amt_etype_parse(krbsize.session, &t->skey))
		return amt_fail(err, "--session-etype %s: rc4, aes128 or aes256 is wanted",
				krbsize.session);
	return true;
}

static bool limits(struct amt_error *err)
{
	const unsigned given[KRB_PATHS] = {krbsize.limit_http, krbsize.limit_redir};

	for (enum krb_path p = 0; p < KRB_PATHS; p++)
		if (given[p])
			amt_vec_push(
				&krbsize.limits.list,
				(struct krb_limit){0, 999, p, given[p], "command line", "given"});
	return !krbsize.limits_file || krb_limits_read(krbsize.limits_file, &krbsize.limits, err);
}

bool krbsize_setup(struct amt_cli *cli, struct amt_error *err)
{
	struct krb_terms *t = &krbsize.terms;

	t->layout = AMT_LAYOUT_COUNT;
	if (krbsize.layout && strcmp(krbsize.layout, "auto") != 0)
		krb_layout_parse(krbsize.layout, &t->layout);
	if (krbsize.client)
		krb_client_parse(krbsize.client, &t->client);
	if (krbsize.compress && strcmp(krbsize.compress, "auto") != 0)
		t->compress = strcmp(krbsize.compress, "on") == 0 ? AMT_YES : AMT_NO;
	t->delegate = krbsize.delegate;
	t->no_history = krbsize.no_sidhistory;
	if (!krbsize.top)
		krbsize.top = 20;
	for (size_t i = 0; i < cli->args.n; i++)
		amt_vec_push(&krbsize.users, cli->args.v[i]);
	if (!krbsize.from && !cli->replay && !krbsize.users.n && !krbsize.ou && !krbsize.groups.n)
		return amt_fail(err,
				"whose ticket? --user, --ou, --members-of or --from is wanted");
	const char *host = krbsize.spn ? strchr(krbsize.spn, '/') : NULL;
	if (krbsize.spn && (!host || !host[1] || strchr(host + 1, '/')))
		return amt_fail(
			err,
			"--spn %s: the name of a service is wanted, as HTTP/pc1.example.com:16993",
			krbsize.spn);
	if (krbsize.keytab && !krbsize.principal)
		return amt_fail(err, "--keytab wants --principal NAME too");
	if (krbsize.password_file && !krbsize.principal)
		return amt_fail(err, "--password-file wants --principal NAME too");
	if (krbsize.measure && t->client != KRB_MIT)
		return amt_fail(err,
				"--measure makes tokens of MIT Kerberos: --client %s can't be "
				"compared with them",
				krbsize.client);
	krbsize.major = cli->firmware.n ? cli->firmware.v[0].major : 5;
	return etypes(err) && limits(err);
}
