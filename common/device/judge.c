/* Facts of one device against the catalogue: what the parts share, and their order. */
#include "device/judge.h"

#include <string.h>

struct amt_finding *dev_say(struct dev_judge *j, const char *id, enum amt_verdict v,
			    enum amt_dev_class c, const char *fmt, ...)
{
	struct amt_buf text;
	va_list ap;

	amt_buf_init(&text, 4 * AMT_KIB);
	va_start(ap, fmt);
	amt_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	struct amt_finding *f =
		amt_finding_add(j->fs, id, v, j->d->host, "%s", amt_buf_cstr(&text));
	amt_buf_free(&text);
	if (c != AMT_DEV_CLASS_COUNT) {
		const char *where = j->d->source[c].where;
		amt_finding_evidence(j->fs, f, where ? where : "facts", dev_classes[c].id, "%s",
				     dev_classes[c].name[0] ? dev_classes[c].name
							    : "seen from outside");
	}
	return f;
}

bool dev_have(struct dev_judge *j, const char *id, enum amt_dev_class c)
{
	const struct amt_dev_source *s = &j->d->source[c];
	const char *name = dev_classes[c].name;

	switch (s->state) {
	case AMT_DEV_READ:
		if (dev_list(j->d, c)->n)
			return true;
		dev_say(j, id, AMT_UNKNOWN, c, "%s told nothing", name);
		return false;
	case AMT_DEV_ABSENT:
		/* The IPS schema came with 6.0 (1.5): before it there is nothing to know. */
		dev_say(j, id,
			dev_classes[c].ns == DEV_NS_IPS && dev_older(j, 6) ? AMT_NA : AMT_UNKNOWN,
			c, "this firmware does not have %s (%s)", name,
			s->error ? s->error : "no reason given");
		return false;
	case AMT_DEV_DENIED:
		dev_say(j, id, AMT_UNKNOWN, c, "the account may not read %s (%s)", name,
			s->error ? s->error : "no reason given");
		return false;
	case AMT_DEV_FAILED:
		dev_say(j, id, AMT_UNKNOWN, c, "%s could not be read: %s", name,
			s->error ? s->error : "no reason given");
		return false;
	default:
		return false;
	}
}

bool dev_older(const struct dev_judge *j, int major)
{
	return j->fw_known && j->fw.major < major;
}

bool dev_has_int(const struct amt_dev_ints *l, int64_t v)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i] == v)
			return true;
	return false;
}

bool dev_has_str(const struct amt_dev_strs *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (amt_strcasecmp(l->v[i], s) == 0)
			return true;
	return false;
}

const struct amt_dev_port *dev_port(const struct amt_device *d, unsigned port)
{
	for (size_t i = 0; i < d->port.n; i++)
		if (d->port.v[i].port == (int64_t)port)
			return &d->port.v[i];
	return NULL;
}

const struct amt_dev_tls *dev_tls(const struct amt_device *d, unsigned port)
{
	for (size_t i = 0; i < d->tls.n; i++)
		if (d->tls.v[i].port == (int64_t)port)
			return &d->tls.v[i];
	return NULL;
}

const struct amt_dev_chain *dev_leaf(const struct amt_device *d, unsigned port)
{
	for (size_t i = 0; i < d->chain.n; i++)
		if (d->chain.v[i].port == (int64_t)port && d->chain.v[i].index == 0)
			return &d->chain.v[i];
	return NULL;
}

bool dev_is_address(const char *host)
{
	struct amt_addr a;

	return amt_addr_parse(host, 0, &a, NULL);
}

const char *dev_fqdn(const struct dev_judge *j)
{
	if (j->e->fqdn)
		return j->e->fqdn;
	return dev_is_address(j->d->host) || !strchr(j->d->host, '.') ? NULL : j->d->host;
}

/* 0 pre, 1 in, 2 post; AMT_DEV_NONE: nothing tells. */
static int64_t provisioning(const struct amt_device *d)
{
	const struct amt_dev_setup *s = amt_dev_first(d, setup);
	const struct amt_dev_rmcp *r = amt_dev_first(d, rmcp);

	if (s && s->provisioning_state != AMT_DEV_NONE)
		return s->provisioning_state;
	return r ? r->provisioning : AMT_DEV_NONE;
}

bool dev_unfinished(const struct dev_judge *j)
{
	int64_t state = provisioning(j->d);

	return state == 0 || state == 1;
}

void amt_device_judge(const struct amt_device *d, const struct amt_device_expect *expect,
		      const struct amt_context *ctx, struct amt_findings *fs)
{
	static const struct amt_device_expect nothing;
	struct dev_judge j = {.d = d, .e = expect ? expect : &nothing, .ctx = ctx, .fs = fs};

	j.fw_known = amt_device_firmware(d, &j.fw, &j.fw_where);
	j.provisioned = provisioning(d) == 2;
	dev_judge_reach(&j);
	dev_judge_tls(&j);
	dev_judge_setup(&j);
	dev_judge_power(&j);
	dev_judge_access(&j);
	dev_judge_redirection(&j);
	dev_judge_rest(&j);
	dev_judge_security(&j);
}
