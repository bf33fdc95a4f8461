/* A device with nothing wrong: every fact of table 1.1 of the handbook's device chapter, as
 * literals. */
#ifndef DEVICE_GOOD_H
#define DEVICE_GOOD_H

#include "device/judge.h"

#define NOW        (INT64_C(1767225600) * AMT_SECOND) /* 2026-01-01 */
#define ADD(d, id) ((struct amt_dev_##id *)amt_device_add((d), AMT_DEVC_##id))

static int64_t two[] = {2}, fourteen[] = {1, 14}, realms[] = {2, 5, 13}, aes[] = {2},
	       lengths[] = {1024, 2048}, offered[] = {8, 10};
static const char *spns[] = {"HTTP/pc1.example.com:16992", "HTTP/pc1.example.com:16993",
			     "HTTP/pc1.example.com:16994", "HTTP/pc1.example.com:16995",
			     "HTTP/pc1.example.com:623",   "HTTP/pc1.example.com:664"};
static const char *ekus[] = {"1.3.6.1.5.5.7.3.1"}, *tls12[] = {"TLS 1.2"},
		  *suites[] = {"AES128-GCM-SHA256"}, *home[] = {"example.com"};

static void read_all(struct amt_device *d)
{
	for (int c = 0; c < AMT_DEV_CLASS_COUNT; c++)
		dev_source(d, (enum amt_dev_class)c, AMT_DEV_READ, "WS-MAN of pc1 port 16993",
			   NULL);
	d->source[AMT_DEVC_time].asked = NOW - AMT_SECOND;
	d->source[AMT_DEVC_time].answered = NOW + AMT_SECOND;
}

static void good_outside(struct amt_device *d)
{
	static const unsigned ports[] = {16992, 16993, 16994, 16995};

	for (size_t i = 0; i < 4; i++) {
		struct amt_dev_port *p = ADD(d, port);
		p->port = ports[i];
		p->state = ports[i] % 2 ? AMT_PORT_OPEN : AMT_PORT_REFUSED;
	}
	struct amt_dev_rmcp *r = ADD(d, rmcp);
	r->answered = AMT_YES;
	r->enterprise = 343;
	r->major = 11;
	r->minor = 8;
	r->provisioning = 2;
	for (unsigned port = 16993; port <= 16995; port += 2) {
		struct amt_dev_tls *t = ADD(d, tls);
		t->port = port;
		t->modern = AMT_TLSC_OK;
		t->version = "TLSv1.2";
		t->cipher = "AES128-GCM-SHA256";
		t->client_certificate = AMT_NO;
		t->versions = (struct amt_dev_strs){tls12, 1};
		t->ciphers = (struct amt_dev_strs){suites, 1};
		t->sent = 2;
		struct amt_dev_chain *c = ADD(d, chain);
		c->port = port;
		c->index = 0;
		c->subject = "CN=pc1.example.com";
		c->issuer = "CN=Issuing CA";
		c->cn = "pc1.example.com";
		c->ekus = (struct amt_dev_strs){ekus, 1};
		c->not_before = NOW - 30 * AMT_DAY;
		c->not_after = NOW + 300 * AMT_DAY;
		c->key_bits = 2048;
		c->signature = "sha256WithRSAEncryption";
		c->self_signed = AMT_NO;
		c->sha256 = "aa";
	}
	struct amt_dev_http *h = ADD(d, http);
	h->port = 16993;
	h->how = AMT_NET_OK;
	h->server = "Intel(R) Active Management Technology 11.8.50.3425";
	h->product = "AMT";
	h->version = "11.8.50.3425";
	h->root_status = 303;
	h->wsman_status = 401;
	h->negotiate = AMT_YES;
	struct amt_dev_redirection_probe *x = ADD(d, redirection_probe);
	x->port = 16995;
	x->service = "SOL";
	x->how = AMT_NET_OK;
	x->status = 0;
	x->methods = (struct amt_dev_ints){two, 1};
	struct amt_dev_login *l = ADD(d, login);
	l->user = "admin";
	l->method = "digest";
	l->accepted = AMT_YES;
	l->port = 16993;
	l->failed = l->woken = 0;
}

static void good_inside(struct amt_device *d)
{
	struct amt_dev_setup *s = ADD(d, setup);
	s->provisioning_state = 2;
	s->provisioning_mode = 1;
	s->zero_touch = AMT_YES;
	s->dhcp_suffix = "example.com";
	ADD(d, uuid)->uuid = "55e3ae13-bfd2-61bb-17a0-88aedd7037ea";
	ADD(d, blockers)->return_value = 0;
	struct amt_dev_hash *h = ADD(d, hash);
	h->data = "c0ffee";
	h->enabled = AMT_YES;
	struct amt_dev_record *r = ADD(d, record);
	r->type = "IPS_TLSProvisioningRecord";
	r->hash = "c0ffee";
	ADD(d, key_limits)->lengths = (struct amt_dev_ints){lengths, 2};
	struct amt_dev_general *g = ADD(d, general);
	g->host_name = "pc1";
	g->domain_name = "example.com";
	g->os_fqdn = "pc1.example.com";
	g->power_source = 0;
	g->privacy = 0;
	g->wsman_only = AMT_NO;
	g->network = AMT_YES;
	struct amt_dev_ethernet *e = ADD(d, ethernet);
	e->dhcp = AMT_YES;
	e->link_up = AMT_YES;
	e->connection = 0;
	e->link_policy = (struct amt_dev_ints){fourteen, 2};
	struct amt_dev_current *c = ADD(d, current);
	c->is_current = 1;
	c->guid = "7286abac96b448e29b9e9b7df91c7fd4";
	struct amt_dev_power *p = ADD(d, power);
	p->state = 2;
	p->available = (struct amt_dev_ints){offered, 2};
	ADD(d, os_power)->saving_state = 2;
	struct amt_dev_kerberos *k = ADD(d, kerberos);
	k->enabled = AMT_YES;
	k->realm = "EXAMPLE.COM";
	k->spns = (struct amt_dev_strs){spns, 6};
	k->key_version = 3;
	k->algorithm = 2;
	k->configured = (struct amt_dev_ints){aes, 1};
	k->tolerance_minutes = 5;
	ADD(d, clock)->source = 1;
	ADD(d, time)->ta0 = NOW / AMT_SECOND;
	struct amt_dev_acl *a = ADD(d, acl);
	a->sid = "S-1-5-21-1-2-3-1105";
	a->access = 2;
	a->enabled = AMT_YES;
	a->realms = (struct amt_dev_ints){realms, 3};
	ADD(d, admin)->is_default = AMT_NO;
	ADD(d, net_admin)->is_default = AMT_NO;
	struct amt_dev_redirection *x = ADD(d, redirection);
	x->enabled_state = 32771;
	x->listener = AMT_YES;
	struct amt_dev_boot *b = ADD(d, boot);
	b->sol = b->ider = AMT_YES;
	ADD(d, consent)->required = 0;
	ADD(d, kvm)->enabled_state = 6;
	struct amt_dev_kvm_settings *ks = ADD(d, kvm_settings);
	ks->enabled_by_mebx = AMT_YES;
	ks->port_5900 = AMT_NO;
	struct amt_dev_tls_setting *t = ADD(d, tls_setting);
	t->id = "Intel(r) AMT 802.3 TLS Settings";
	t->enabled = AMT_YES;
	t->mutual = t->accept_plain = AMT_NO;
	ADD(d, webui)->enabled_state = 2;
	struct amt_dev_audit *au = ADD(d, audit);
	au->state = 0;
	au->free_percent = 90;
	ADD(d, dot1x)->enabled = 3;
	ADD(d, environment)->suffixes = (struct amt_dev_strs){home, 1};
}

static void good(struct amt_device *d)
{
	amt_device_init(d, "pc1.example.com");
	read_all(d);
	good_outside(d);
	good_inside(d);
}

#endif
