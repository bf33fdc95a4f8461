/* Sizes against limits, and the AMT object's Kerberos settings against the firmware. Pure. */
#include "kerberos/model.h"

#include <stdlib.h>
#include <string.h>

enum {
	NEGOTIATE = 10,
	NEAR = 90,
	MANY_GROUPS = 100,
	FEW_MORE = 10,
	GROUP_BYTES = 8,
	DES_ALONE = 3
};

enum amt_verdict krb_judge_size(size_t base64, const struct krb_limit *l)
{
	if (!l)
		return AMT_UNKNOWN;
	if (!l->chars) {
		/* Not published. What fits the smallest published one is no risk anywhere. */
		const struct krb_limit *old = krb_limit_find(5, l->path);
		return old && base64 + NEGOTIATE <= old->chars ? AMT_PASS : AMT_WARN;
	}
	if (base64 > l->chars)
		return AMT_FAIL;
	if (base64 + NEGOTIATE > l->chars || base64 * 100 > l->chars * NEAR)
		return AMT_WARN;
	return AMT_PASS;
}

static void judge_path(const struct krb_verdict_in *in, enum krb_path p, int major, const char *fw,
		       struct amt_findings *fs)
{
	const struct krb_sizes *s = in->sizes;
	bool real = in->measured && in->measured->done && in->measured->base64;
	size_t n = real ? in->measured->base64 : s->base64;
	const struct krb_limit *l = krb_limit_for(in->limits, major, p);
	enum amt_verdict v = krb_judge_size(n, l);
	const struct krb_limit *web = krb_limit_for(in->limits, major, AMT_PATH_HTTP);
	const char *how = real ? "measured" : "computed", *name = in->user->name;
	struct amt_finding *f;

	/* Over the redirection limit only: the console opens, SOL and IDE-R do not. */
	if (v == AMT_FAIL && p == AMT_PATH_REDIR && krb_judge_size(n, web) != AMT_FAIL)
		v = AMT_WARN;
	if (in->unread && !real && v != AMT_FAIL)
		f = amt_finding_add(fs, "S5.C10a", AMT_UNKNOWN, name,
				    "The token has at least %zu base64 characters: groups could "
				    "not be read (%s).",
				    n, in->unread);
	else if (!l)
		f = amt_finding_add(fs, "S5.C10a", AMT_UNKNOWN, name,
				    "The %s token has %zu base64 characters; no %s limit of AMT "
				    "%s is known.",
				    how, n, krb_path_name(p), fw);
	else if (!l->chars && v != AMT_PASS)
		f = amt_finding_add(fs, "S5.C10a", v, name,
				    "The %s token has %zu base64 characters, %s AMT 2.x to 5.x "
				    "take; the %s limit of AMT %s is not published.",
				    how, n,
				    n > krb_limit_find(5, p)->chars ? "more than" : "as many as",
				    krb_path_name(p), fw);
	else if (!l->chars)
		f = amt_finding_add(
			fs, "S5.C10a", v, name,
			"The %s token has %zu base64 characters and fits even the %s limit "
			"published for AMT 2.x to 5.x; that of AMT %s is not published.",
			how, n, krb_path_name(p), fw);
	else if (n > l->chars)
		f = amt_finding_add(fs, "S5.C10a", v, name,
				    "The %s token has %zu base64 characters, %zu over the %s limit "
				    "of %zu for AMT %s.",
				    how, n, n - l->chars, krb_path_name(p), l->chars, fw);
	else
		f = amt_finding_add(fs, "S5.C10a", v, name,
				    "The %s token has %zu base64 characters, %zu below the %s "
				    "limit of %zu for AMT %s%s.",
				    how, n, l->chars - n, krb_path_name(p), l->chars, fw,
				    n + NEGOTIATE > l->chars ? ", but the header value passes it"
				    : n + 27 > l->chars      ? "; the whole header line passes it"
				    : v == AMT_WARN          ? ", which is close"
							     : "");
	amt_finding_evidence(
		fs, f, in->where ? in->where : "model", in->spn,
		"ticket %zu, token %zu bytes, header line %zu characters; KB327825 says %zu",
		real ? in->measured->ticket : s->ticket, real ? in->measured->spnego : s->spnego,
		25 + n + 2, s->kb);
	if (l)
		amt_finding_evidence(fs, f, "limit", l->confidence, "%s", l->source);
}

/* About how many more global groups go into the token before the web port refuses it, by the
 * tightest limit that is published; SIZE_MAX: none is. */
static size_t room(const struct krb_verdict_in *in, const struct amt_context *ctx)
{
	bool real = in->measured && in->measured->done && in->measured->base64;
	size_t n = real ? in->measured->base64 : in->sizes->base64, least = SIZE_MAX;

	for (size_t i = 0; i < ctx->n_firmware || !i; i++) {
		const struct krb_limit *l = krb_limit_for(
			in->limits, ctx->n_firmware ? ctx->firmware[i].major : 5, AMT_PATH_HTTP);
		size_t more = l && l->chars > n ? (l->chars - n) / 4 * 3 / GROUP_BYTES : 0;
		if (l && l->chars && more < least)
			least = more;
	}
	return least;
}

void krb_judge_user(const struct krb_verdict_in *in, const struct amt_context *ctx,
		    struct amt_findings *fs)
{
	for (enum krb_path p = 0; p < KRB_PATHS; p++) {
		for (size_t i = 0; i < ctx->n_firmware; i++) {
			char fw[48];
			amt_fw_format(&ctx->firmware[i], fw);
			judge_path(in, p, ctx->firmware[i].major, fw, fs);
		}
		if (!ctx->n_firmware)
			judge_path(in, p, 5, "2.x to 5.x", fs);
	}
	const struct krb_tally *y = &in->sizes->tally;
	size_t groups = y->global + y->universal + y->foreign + y->local, more = room(in, ctx);
	char left[64] = "";
	if (!more)
		amt_str_copy(left, sizeof(left), "; there is no room for more");
	else if (more != SIZE_MAX)
		snprintf(left, sizeof(left), "; there is room for about %zu more global ones",
			 more);
	struct amt_finding *f = amt_finding_add(
		fs, "S5.C10b",
		groups > MANY_GROUPS || more < FEW_MORE ? AMT_WARN
		: in->unread                            ? AMT_UNKNOWN
							: AMT_PASS,
		in->user->name, "%s%zu group%s for the ticket%s%s.", in->unread ? "At least " : "",
		groups, groups == 1 ? " counts" : "s count", left,
		groups > MANY_GROUPS ? "; an account for AMT alone needs a handful" : "");
	amt_finding_evidence(
		fs, f, in->where ? in->where : "model", in->user->dn,
		"%zu global, %zu universal, %zu universal of other domains, %zu domain-local, "
		"%zu SIDs of history, %zu that never reach a ticket",
		y->global, y->universal, y->foreign, y->local, y->history, y->dropped);
}

static void etypes(const struct krb_service *s, const struct krb_measured *m, const char *where,
		   const char *fw, int major, struct amt_findings *fs)
{
	bool old = major > 0 && major < 8, real = m && m->done && m->etype;
	int ticket, session;
	struct amt_finding *f;

	krb_etypes(s, &ticket, &session);
	if (real)
		ticket = m->etype, session = m->skey;
	bool rc4 = ticket == AMT_ETYPE_RC4 && session == AMT_ETYPE_RC4;
	if (!real && !s->found) {
		amt_finding_add(fs, "X.K1", AMT_UNKNOWN, s->spn,
				"Neither the AMT object nor a ticket could be read.");
		return;
	}
	if (real && old && !rc4)
		f = amt_finding_add(
			fs, "X.K1", AMT_FAIL, s->spn,
			"The ticket is %s with a session key of %s; AMT %s knows RC4 only.",
			amt_etype_name(ticket), amt_etype_name(session), fw);
	else if (s->found && !s->etypes_set)
		f = amt_finding_add(fs, "X.K1", AMT_WARN, s->spn,
				    "msDS-SupportedEncryptionTypes is not set: an updated domain "
				    "controller uses AES "
				    "session keys now and AES tickets from 2026 on%s.",
				    old ? ", which this firmware can't open"
					: "; firmware before 8.0 can't open them");
	else if (s->found && !real && !(s->etypes & ~(uint32_t)DES_ALONE))
		f = amt_finding_add(
			fs, "X.K1", AMT_WARN, s->spn,
			"msDS-SupportedEncryptionTypes allows DES alone, for which domain "
			"controllers since Windows Server 2008 R2 issue no ticket.");
	else if (!rc4 && (old || !major))
		f = amt_finding_add(fs, "X.K1", AMT_WARN, s->spn,
				    "Tickets are %s with a session key of %s; firmware before 8.0 "
				    "knows RC4 only.",
				    amt_etype_name(ticket), amt_etype_name(session));
	else if (!rc4)
		f = amt_finding_add(
			fs, "X.K1", AMT_WARN, s->spn,
			"Tickets are %s with a session key of %s; AMT %s opens them only if AES is "
			"in "
			"its ConfiguredEncryptionAlgorithms, which this tool does not see.",
			amt_etype_name(ticket), amt_etype_name(session), fw);
	else
		f = amt_finding_add(
			fs, "X.K1", AMT_PASS, s->spn,
			"Tickets and session keys are RC4, which every firmware knows.");
	if (s->etypes_set)
		amt_finding_evidence(fs, f, where, "msDS-SupportedEncryptionTypes", "0x%x",
				     s->etypes);
	else
		amt_finding_evidence(fs, f, where, "msDS-SupportedEncryptionTypes", "%s",
				     s->found ? "not set" : "not read");
	if (real)
		amt_finding_evidence(fs, f, "ticket", m->spn, "%s, session key %s",
				     amt_etype_name(m->etype), amt_etype_name(m->skey));
}

void krb_judge_service(const struct krb_service *s, const struct krb_measured *m, const char *where,
		       const struct amt_context *ctx, struct amt_findings *fs)
{
	for (size_t i = 0; i < ctx->n_firmware; i++) {
		char fw[48];
		amt_fw_format(&ctx->firmware[i], fw);
		etypes(s, m, where, fw, ctx->firmware[i].major, fs);
	}
	if (!ctx->n_firmware)
		etypes(s, m, where, "of unknown version", 0, fs);
	bool flag = m && m->done && m->ok_as_delegate;
	if (!s->found && !flag)
		return;
	bool bad = flag || (s->uac & AMT_UAC_TRUSTED_DELEG);
	struct amt_finding *f =
		amt_finding_add(fs, "X.K2", bad ? AMT_FAIL : AMT_PASS, s->spn, "%s",
				bad ? "The AMT object is trusted for delegation: clients send "
				      "their TGT along, which more than doubles the token."
				    : "The AMT object is not trusted for delegation.");
	amt_finding_evidence(fs, f, where, "userAccountControl", "0x%x%s", s->uac,
			     flag ? ", and the ticket is marked ok-as-delegate" : "");
}
