/* Why a measured ticket differs: tries what is known to change the size, and says what fits. */
#include "kerberos/model.h"

enum { KRB_TIME = 19 }; /* bytes of a KerberosTime with its tag */

static size_t with(const struct krb_input *in, const struct krb_user *u, const struct krb_terms *t)
{
	struct krb_walk w = {0};
	struct krb_sizes s;
	krb_size(in, u, t, NULL, &w, &s);
	krb_walk_free(&w);
	return s.ticket;
}

/* The buffer, with a word between two guesses. */
static struct amt_buf *also(struct amt_buf *out, size_t known)
{
	if (out->len > known)
		amt_buf_str(out, "; or ");
	return out;
}

/* Start and end of renewal: AD always writes the first, MIT each only when it says something. */
static bool times(const struct krb_measured *m, long diff, struct amt_buf *out)
{
	if (diff > 0 && diff == KRB_TIME * (m->started + m->renewable))
		amt_buf_printf(out, "%s%s%s, which MIT's KDC puts in only when needed",
			       m->started ? "a start time of its own" : "",
			       m->started && m->renewable ? " and " : "",
			       m->renewable ? "the end of its renewal" : "");
	else if (diff == -KRB_TIME && !m->renewable)
		amt_buf_str(out, "the ticket can't be renewed, as those of AD usually can");
	else
		return false;
	return true;
}

void krb_explain(const struct krb_input *in, const struct krb_user *u, const struct krb_terms *t,
		 const struct krb_sizes *computed, const struct krb_measured *m,
		 struct amt_buf *out)
{
	if (!m->done || m->ticket == computed->ticket)
		return;
	/* What the ticket itself shows is no guess; the guesses begin behind it. */
	struct krb_terms real = *t;
	long diff = (long)m->ticket - (long)computed->ticket;
	if (m->etype && (m->etype != computed->etype || m->skey != computed->skey)) {
		real.etype = m->etype;
		real.skey = m->skey;
		amt_buf_printf(out, "the KDC chose %s with a session key of %s",
			       amt_etype_name(m->etype), amt_etype_name(m->skey));
		diff = (long)m->ticket - (long)with(in, u, &real);
		if (!diff)
			return;
		amt_buf_str(out, "; and ");
	}
	size_t known = out->len;
	if (times(m, diff, out))
		return;
	for (size_t l = 0; l < AMT_LAYOUT_COUNT; l++) {
		struct krb_terms e = real;
		e.layout = (enum krb_layout)l;
		if (with(in, u, &e) == m->ticket)
			amt_buf_printf(also(out, known), "the KDC lays tickets out as %s (%s)",
				       krb_layout_name(e.layout), krb_layout_meaning(e.layout));
	}
	if (out->len > known)
		return;
	struct krb_terms e = real;
	e.no_history = true;
	if (computed->tally.history && with(in, u, &e) == m->ticket) {
		amt_buf_str(also(out, known), "the KDC leaves sIDHistory out");
		return;
	}
	if (diff % 40 == 0)
		amt_buf_printf(out,
			       "%+ld SIDs of 40 bytes: sIDHistory, universal groups of other "
			       "domains, claims SIDs",
			       diff / 40);
	else if (diff > 32 && (diff - 32) % 8 == 0)
		amt_buf_printf(out,
			       "%+ld bytes: a block of resource groups (32 + 8 a group), or "
			       "strings of the profile",
			       diff);
	else if (diff % 8 == 0)
		amt_buf_printf(out,
			       "%+ld groups of 8 bytes: the ticket may be older than a change of "
			       "membership, or the directory shows less than the KDC sees",
			       diff / 8);
	else
		amt_buf_printf(out,
			       "%+ld bytes that no known cause explains: claims, or strings of the "
			       "profile",
			       diff);
}
