/* From a user, a service and a layout to the sizes of all layers. */
#include "kerberos/model.h"

#include <string.h>

static const struct layout {
	const char *name;
	int pac;
	bool upn_ext, asserted, claims_sid, claims, ticket_sum, full_sum, compress, all_ids;
	size_t kdc_sum;
	bool times;
	const char *meaning;
} layouts[] = {
#define AMT_LAYOUT(id, ...) {__VA_ARGS__},
#include "amtdiag/krb_layouts.def"
#undef AMT_LAYOUT
};

static const char *const clients[KRB_CLIENTS] = {"mit", "win7", "win10"};

bool krb_client_parse(const char *name, enum krb_client *out)
{
	for (size_t i = 0; i < KRB_CLIENTS; i++)
		if (!amt_strcasecmp(name, clients[i])) {
			*out = (enum krb_client)i;
			return true;
		}
	return false;
}
const char *krb_client_name(enum krb_client c)
{
	return clients[c];
}

bool krb_layout_parse(const char *name, enum krb_layout *out)
{
	for (size_t i = 0; i < AMT_LAYOUT_COUNT; i++)
		if (!amt_strcasecmp(name, layouts[i].name)) {
			*out = (enum krb_layout)i;
			return true;
		}
	return false;
}
const char *krb_layout_name(enum krb_layout l)
{
	return l < AMT_LAYOUT_COUNT ? layouts[l].name : "auto";
}
const char *krb_layout_meaning(enum krb_layout l)
{
	return l < AMT_LAYOUT_COUNT ? layouts[l].meaning : "";
}

static const struct {
	int etype;
	const char *name;
} etype_names[] = {
	{23, "rc4"}, {17, "aes128"}, {18, "aes256"}, {19, "aes128-sha2"}, {20, "aes256-sha2"}};

bool amt_etype_parse(const char *name, int *out)
{
	uint64_t n = 0;
	bool number = amt_num_u64(name, 1, 99, &n, NULL);
	for (size_t i = 0; i < sizeof(etype_names) / sizeof(etype_names[0]); i++)
		if (!amt_strcasecmp(name, etype_names[i].name) ||
		    (number && (int)n == etype_names[i].etype)) {
			*out = etype_names[i].etype;
			return true;
		}
	return false;
}
const char *amt_etype_name(int etype)
{
	for (size_t i = 0; i < sizeof(etype_names) / sizeof(etype_names[0]); i++)
		if (etype_names[i].etype == etype)
			return etype_names[i].name;
	return "other";
}

void krb_etypes(const struct krb_service *s, int *ticket, int *session)
{
	uint32_t bits = s->etypes & (AMT_ENC_RC4 | AMT_ENC_AES128 | AMT_ENC_AES256);

	if (!s->etypes_set || !bits) {
		/* After CVE-2022-37966: RC4 ticket, AES session key (measured on two KDCs). */
		*ticket = AMT_ETYPE_RC4;
		*session = AMT_ETYPE_AES256;
		return;
	}
	*ticket = bits & AMT_ENC_AES256   ? AMT_ETYPE_AES256
		  : bits & AMT_ENC_AES128 ? AMT_ETYPE_AES128
					  : AMT_ETYPE_RC4;
	*session = s->etypes & AMT_ENC_AES_SK ? AMT_ETYPE_AES256 : *ticket;
}

static const struct layout *layout_of(const struct krb_input *in, const struct krb_terms *t)
{
	enum krb_layout l = t->layout < AMT_LAYOUT_COUNT ? t->layout : in->layout;
	return &layouts[l < AMT_LAYOUT_COUNT ? l : AMT_LAYOUT_2012];
}

static bool compressed(const struct krb_input *in, const struct krb_terms *t,
		       const struct layout *l)
{
	if (t->compress != AMT_MAYBE)
		return t->compress == AMT_YES;
	return l->compress && !(in->service.etypes & AMT_ENC_NO_COMPRESS);
}

/* S-1-5-21-a-b-c-rid: does it belong to the domain? */
static bool in_domain(const char *sid, const char *domain)
{
	size_t n = domain ? strlen(domain) : 0;
	return n && !strncmp(sid, domain, n) && sid[n] == '-' && !strchr(sid + n + 1, '-');
}

enum place { NONE, ID, EXTRA, RESOURCE };

/* Handbook 3.2: which SID goes where. */
static enum place place(const struct krb_input *in, const struct krb_terms *t, size_t gi)
{
	const struct krb_group *g = &in->groups.v[gi];
	const struct layout *l = layout_of(in, t);
	bool own = in_domain(g->sid, in->domain.sid);

	if (!g->security || g->scope == AMT_SCOPE_BUILTIN || strncmp(g->sid, "S-1-5-21-", 9) != 0)
		return NONE;
	if (t->as_global)
		for (size_t i = 0; i < t->as_global->n; i++)
			if (t->as_global->v[i] == gi && own)
				return ID;
	if (g->scope != AMT_SCOPE_LOCAL)
		return own ? ID : EXTRA;
	if (!in_domain(g->sid, in->service.domain_sid ? in->service.domain_sid : in->domain.sid))
		return NONE; /* another domain's: not in tickets for this service */
	if (l->all_ids && own)
		return ID;
	return compressed(in, t, l) ? RESOURCE : EXTRA;
}

unsigned krb_group_bytes(const struct krb_input *in, const struct krb_user *u,
			 const struct krb_terms *t, size_t group)
{
	static const unsigned bytes[] = {0, 8, 40, 8};
	unsigned n = bytes[place(in, t, group)];

	(void)u;
	if (!t->no_history)
		n += 40 * (unsigned)in->groups.v[group].history.n;
	return n;
}

static size_t distinct(struct amt_map *m, const struct amt_strlist *l)
{
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++) {
		bool is_new;
		amt_map_put_str(m, l->v[i], &is_new);
		n += is_new;
	}
	return n;
}

static void tally(const struct krb_input *in, const struct krb_user *u, const struct krb_terms *t,
		  const struct krb_indices *groups, struct krb_tally *out)
{
	struct amt_map history = {0};

	*out = (struct krb_tally){0};
	if (u->primary == SIZE_MAX) {
		out->ids++;
		out->global++;
	}
	if (!t->no_history)
		out->history += distinct(&history, &u->history);
	for (size_t i = 0; i < groups->n; i++) {
		const struct krb_group *g = &in->groups.v[groups->v[i]];
		enum place p = place(in, t, groups->v[i]);

		out->ids += p == ID;
		out->extra += p == EXTRA;
		out->resource += p == RESOURCE;
		if (p == NONE)
			out->dropped++;
		else if (g->scope == AMT_SCOPE_LOCAL && !(t->as_global && p == ID))
			out->local++;
		else if (p == EXTRA)
			out->foreign++;
		else if (g->scope == AMT_SCOPE_UNIVERSAL)
			out->universal++;
		else
			out->global++;
		if (!t->no_history && p != NONE)
			out->history += distinct(&history, &g->history);
	}
	out->extra += out->history;
	amt_map_free(&history);
}

static size_t pac_of(const struct krb_input *in, const struct krb_user *u, const struct layout *l,
		     const struct krb_tally *y, int service_key, bool tgt, size_t *kvi)
{
	size_t b[12], n = 0;

	*kvi = 0;
	if (l->pac == 2) {
		struct krb_kvi k = {.strings = {krb_u16(u->name), krb_u16(u->display),
						krb_u16(u->script), krb_u16(u->profile),
						krb_u16(u->home), krb_u16(u->drive)},
				    .server = krb_u16(in->domain.dc),
				    .domain = krb_u16(in->domain.netbios),
				    .group_ids = y->ids,
				    .extra_domain = y->extra + l->claims_sid,
				    .extra_short = l->asserted,
				    .resource_ids = y->resource,
				    .resource_domain = y->resource > 0,
				    .less = y->less};
		char upn[1024];
		snprintf(upn, sizeof(upn), "%s@%s", u->name ? u->name : "",
			 in->domain.dns ? in->domain.dns : "");
		b[n++] = *kvi = krb_kvi_size(&k);
		b[n++] = krb_upn_dns(u->upn && *u->upn ? u->upn : upn, in->domain.dns,
				     l->upn_ext ? u->name : NULL);
		if (l->claims || u->claims.n)
			b[n++] = krb_claims_size(u->claims.v, u->claims.n);
	}
	b[n++] = krb_client_info(u->name);
	b[n++] = krb_checksum(tgt ? AMT_ETYPE_AES256 : service_key);
	b[n++] = l->kdc_sum;
	if (tgt) {
		b[n++] = 8;  /* PAC_ATTRIBUTES_INFO */
		b[n++] = 28; /* PAC_REQUESTOR */
	} else {
		if (l->ticket_sum)
			b[n++] = l->kdc_sum;
		if (l->full_sum)
			b[n++] = l->kdc_sum;
	}
	return krb_pac_size(b, n);
}

static size_t len(const char *s)
{
	return s ? strlen(s) : 0;
}

/* The TGT that a delegating client hands over: no domain-local groups in it. */
static size_t tgt_of(const struct krb_input *in, const struct krb_user *u, const struct layout *l,
		     const struct krb_tally *y)
{
	struct krb_tally z = *y;
	size_t kvi, realm = len(in->domain.realm), sname[2] = {6, realm};

	z.resource = 0;
	if (!l->all_ids)
		z.extra = y->foreign + y->history;
	struct krb_encpart e = {.skey = AMT_ETYPE_AES256,
				.crealm = realm,
				.cname = len(u->name),
				.pac = l->pac != 0,
				.starttime = l->times,
				.renew = l->times};
	if (e.pac)
		e.pac_size = pac_of(in, u, l, &z, AMT_ETYPE_AES256, true, &kvi);
	return krb_ticket_size(realm, sname, 2, AMT_ETYPE_AES256, 1, krb_encpart_size(&e));
}

/* [MS-KILE] 3.2.5.8 and what MIT adds: handbook 3.6. */
static size_t authdata(enum krb_client c, int skey, size_t target)
{
	size_t sum = 0, list = 0;

	if (c == KRB_MIT) {
		list = skey == AMT_ETYPE_RC4 ? 6 : skey == AMT_ETYPE_AES128 ? 2 : 0;
		if (!list)
			return 0;
	} else {
		sum = krb_authdata(141, 53);
		list = skey == AMT_ETYPE_RC4 ? 3 : 0;
		if (c == KRB_WIN10)
			sum += krb_authdata(142, 16) + krb_authdata(143, 4) +
			       krb_authdata(144, target);
	}
	if (list)
		sum += krb_authdata(129, krb_tl(3 * list));
	return krb_tl(krb_authdata(1, krb_tl(sum)));
}

void krb_size_tally(const struct krb_input *in, const struct krb_user *u, const struct krb_terms *t,
		    struct krb_sizes *o)
{
	static const size_t oids[] = {9, 9, 10, 10}, n_oids[KRB_CLIENTS] = {1, 3, 4};
	const struct layout *l = layout_of(in, t);
	const struct krb_tally *y = &o->tally;
	const struct krb_service *s = &in->service;
	const char *spn = s->spn ? s->spn : "HTTP/", *slash = strchr(spn, '/');
	size_t crealm = len(in->domain.realm), srealm = s->realm ? len(s->realm) : crealm;
	size_t sname[2] = {slash ? (size_t)(slash - spn) : len(spn), slash ? len(slash + 1) : 0};

	krb_etypes(s, &o->etype, &o->skey);
	if (t->etype) {
		o->etype = t->etype;
		o->skey = t->etype;
	}
	if (t->skey)
		o->skey = t->skey;
	struct krb_encpart e = {.skey = o->skey,
				.crealm = crealm,
				.cname = len(u->name),
				.pac = l->pac && !(s->uac & AMT_UAC_NO_AUTH_DATA),
				.starttime = l->times,
				.renew = l->times};
	o->kvi = o->pac = 0;
	if (e.pac)
		o->pac = e.pac_size = pac_of(in, u, l, y, o->etype, false, &o->kvi);
	o->encpart = krb_encpart_size(&e);
	o->ticket = krb_ticket_size(srealm, sname, slash ? 2 : 1, o->etype,
				    s->kvno > 0 ? s->kvno : 2, o->encpart);
	struct krb_auth a = {.crealm = crealm,
			     .cname = len(u->name),
			     .checksum = 24,
			     .cusec = t->client == KRB_MIT ? 1 << 17 : 1,
			     .seq = 1 << 29,
			     .subkey = o->skey,
			     .authdata = authdata(t->client, o->skey, 2 * (len(spn) + 1 + srealm))};
	if (t->delegate && !(u->uac & AMT_UAC_NOT_DELEGATED))
		a.checksum = 28 + krb_cred(tgt_of(in, u, l, y), o->skey, crealm, len(u->name));
	o->authenticator = krb_authenticator(&a);
	o->ap_req = krb_ap_req(o->ticket, o->skey, o->authenticator);
	o->gss = krb_gss(o->ap_req);
	o->spnego = krb_spnego(oids, n_oids[t->client], o->gss);
	o->base64 = amt_base64_len(o->spnego);
	o->header = 25 + o->base64 + 2; /* "Authorization: Negotiate " and CR LF */

	/* KB327825: 1200 + 40 d + 8 s, doubled when the TGT travels too. */
	size_t d = y->foreign + y->history, g = y->global + y->universal;
	size_t twice = t->delegate ? 2 : 1;
	o->kb2008 = twice * (1200 + 40 * (d + y->local) + 8 * g);
	o->kb2012 = twice * (1200 + 40 * d + 8 * (g + y->local));
	o->kb = compressed(in, t, l) ? o->kb2012 : o->kb2008;
}

void krb_size(const struct krb_input *in, const struct krb_user *u, const struct krb_terms *t,
	      const bool *skip, struct krb_walk *w, struct krb_sizes *out)
{
	struct krb_indices groups = {0};

	*out = (struct krb_sizes){0};
	krb_closure(in, u, t, skip, w, &groups);
	tally(in, u, t, &groups, &out->tally);
	amt_vec_free(&groups);
	out->tally.ids += t->more_global;
	out->tally.global += t->more_global;
	out->tally.local += t->more_local;
	if (compressed(in, t, layout_of(in, t)))
		out->tally.resource += t->more_local;
	else
		out->tally.extra += t->more_local;
	krb_size_tally(in, u, t, out);
}

size_t krb_room(const struct krb_input *in, const struct krb_user *u, const struct krb_terms *t,
		const struct krb_tally *y, size_t limit, bool local)
{
	size_t low = 0, high = 10000;
	bool compress = compressed(in, t, layout_of(in, t));

	while (low < high) { /* the largest count that still fits */
		size_t mid = (low + high + 1) / 2;
		struct krb_sizes s = {.tally = *y};
		if (!local)
			s.tally.ids += mid;
		else if (compress)
			s.tally.resource += mid;
		else
			s.tally.extra += mid;
		krb_size_tally(in, u, t, &s);
		if (s.base64 <= limit)
			low = mid;
		else
			high = mid - 1;
	}
	return low;
}
