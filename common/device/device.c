/* The facts of one device: making, adding, and what several sources tell together. */
#include "device/table.h"

#include <stdlib.h>
#include <string.h>

void amt_device_init(struct amt_device *d, const char *host)
{
	memset(d, 0, sizeof(*d));
	d->host = amt_arena_strdup(&d->arena, host ? host : "");
	d->when = AMT_TIME_NONE;
	for (int c = 0; c < AMT_DEV_CLASS_COUNT; c++)
		d->source[c].asked = d->source[c].answered = AMT_TIME_NONE;
}

void amt_device_free(struct amt_device *d)
{
	if (!d)
		return;
	for (int c = 0; c < AMT_DEV_CLASS_COUNT; c++)
		free(dev_list(d, (enum amt_dev_class)c)->v);
	amt_vec_free(&d->notes);
	amt_arena_free(&d->arena);
	memset(d, 0, sizeof(*d));
}

void *amt_device_add(struct amt_device *d, enum amt_dev_class c)
{
	const struct dev_class *dc = &dev_classes[c];
	struct dev_list *l = dev_list(d, c);

	if (l->n >= AMT_CAP_DEVICE_RECORDS) {
		amt_device_note(d, "more than %zu records of %s; the rest is left out", l->n,
				dc->id);
		return NULL;
	}
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 1;
		l->v = amt_reallocarray(l->v, l->cap, dc->size);
	}
	char *record = l->v + l->n++ * dc->size;
	dev_clear(dc, record);
	return record;
}

void amt_device_note(struct amt_device *d, const char *fmt, ...)
{
	va_list ap;

	if (d->notes.n >= AMT_CAP_DEVICE_NOTES)
		return;
	va_start(ap, fmt);
	const char *text = amt_arena_vprintf(&d->arena, fmt, ap);
	va_end(ap);
	/* What is wrong a thousand times in a row is told once. */
	if (d->notes.n && strcmp(d->notes.v[d->notes.n - 1], text) == 0)
		return;
	amt_vec_push(&d->notes, text);
}

const char *amt_dev_class_name(enum amt_dev_class c)
{
	return (unsigned)c < AMT_DEV_CLASS_COUNT ? dev_classes[c].name : "";
}

void dev_source(struct amt_device *d, enum amt_dev_class c, enum amt_dev_state state,
		const char *where, const char *error)
{
	d->source[c].state = state;
	d->source[c].where = amt_arena_strdup(&d->arena, where);
	d->source[c].error = amt_arena_strdup(&d->arena, error);
}

static const char *const tls_names[AMT_TLS_CLASSES] = {
	[AMT_TLSC_NOT_TRIED] = "not-tried",
	[AMT_TLSC_OK] = "ok",
	[AMT_TLSC_NO_RFC5746] = "no-rfc5746",
	[AMT_TLSC_OLD_VERSION] = "old-version",
	[AMT_TLSC_NO_CIPHER] = "no-common-cipher",
	[AMT_TLSC_RC4_ONLY] = "rc4-only",
	[AMT_TLSC_WEAK_DH] = "weak-dh",
	[AMT_TLSC_WEAK_SIGNATURE] = "weak-signature",
	[AMT_TLSC_WEAK_KEY] = "weak-key",
	[AMT_TLSC_BAD_MAC] = "bad-record-mac",
	[AMT_TLSC_CLIENT_CERTIFICATE] = "client-certificate",
	[AMT_TLSC_ALERT] = "alert",
	[AMT_TLSC_NOT_TLS] = "not-tls",
	[AMT_TLSC_RESET] = "reset",
	[AMT_TLSC_TIMEOUT] = "timeout",
	[AMT_TLSC_CONNECT] = "no-connection",
	[AMT_TLSC_OTHER] = "other",
};

static const char *const tls_meanings[AMT_TLS_CLASSES] = {
	[AMT_TLSC_NOT_TRIED] = "it was not tried",
	[AMT_TLSC_OK] = "the handshake completes",
	[AMT_TLSC_NO_RFC5746] = ("the device does not send the renegotiation info of RFC 5746, so "
				 "OpenSSL 3 and what is built on it refuse it"),
	[AMT_TLSC_OLD_VERSION] = ("the device speaks only TLS versions that today's clients have "
				  "switched off"),
	[AMT_TLSC_NO_CIPHER] = "the device and the client have no cipher suite in common",
	[AMT_TLSC_RC4_ONLY] = "the device offers RC4 only, which no OpenSSL of today contains",
	[AMT_TLSC_WEAK_DH] = "the device's Diffie-Hellman group is too small for today's clients",
	[AMT_TLSC_WEAK_SIGNATURE] = ("the device signs its key exchange with SHA-1 or MD5, "
				     "which today's clients refuse"),
	[AMT_TLSC_WEAK_KEY] =
		"the key of the device's certificate is too small for today's clients",
	[AMT_TLSC_BAD_MAC] = "the device's records do not decrypt (bad record MAC)",
	[AMT_TLSC_CLIENT_CERTIFICATE] = "the device refuses clients without a certificate",
	[AMT_TLSC_ALERT] = "the device ended the handshake with an alert",
	[AMT_TLSC_NOT_TLS] = "what answers on that port does not speak TLS",
	[AMT_TLSC_RESET] = "the connection was closed in the middle of the handshake",
	[AMT_TLSC_TIMEOUT] = "the handshake did not end in time",
	[AMT_TLSC_CONNECT] = "no connection could be made",
	[AMT_TLSC_OTHER] = "the handshake failed",
};

const char *amt_tls_class_name(enum amt_tls_class c)
{
	return (unsigned)c < AMT_TLS_CLASSES ? tls_names[c] : "?";
}

const char *amt_tls_class_meaning(enum amt_tls_class c)
{
	return (unsigned)c < AMT_TLS_CLASSES ? tls_meanings[c] : "?";
}

bool amt_tls_class_parse(const char *name, enum amt_tls_class *out)
{
	for (unsigned i = 0; name && i < AMT_TLS_CLASSES; i++)
		if (strcmp(name, tls_names[i]) == 0) {
			*out = (enum amt_tls_class)i;
			return true;
		}
	return false;
}

static const char *software_version(const struct amt_device *d, const char *id)
{
	for (size_t i = 0; i < d->software.n; i++)
		if (d->software.v[i].id && d->software.v[i].version &&
		    strcmp(d->software.v[i].id, id) == 0)
			return d->software.v[i].version;
	return NULL;
}

bool amt_device_firmware(const struct amt_device *d, struct amt_fw *out, const char **where)
{
	/* "AMT" before the others: it is what every generation has. */
	static const char *const ids[] = {"AMT", "AMT FW Core Version", "AMTApps"};
	const struct amt_dev_rmcp *r = amt_dev_first(d, rmcp);
	const char *v, *dummy;
	int64_t build;

	if (!where)
		where = &dummy;
	for (size_t k = 0; k < sizeof(ids) / sizeof(ids[0]); k++) {
		v = software_version(d, ids[k]);
		if (!v || !amt_fw_parse(v, out, NULL))
			continue;
		v = software_version(d, "Build Number");
		if (out->build < 0 && v && amt_num_i64(v, 0, 99999, &build, NULL))
			out->build = (int)build;
		*where = "CIM_SoftwareIdentity";
		return true;
	}
	if (d->eoi.n && d->eoi.v[0].core_version &&
	    amt_fw_parse(d->eoi.v[0].core_version, out, NULL)) {
		*where = "EOI GetCoreVersion";
		return true;
	}
	for (size_t i = 0; i < d->http.n; i++)
		if (d->http.v[i].version && amt_fw_parse(d->http.v[i].version, out, NULL)) {
			*where = "the Server header";
			return true;
		}
	if (r && r->major > 0 && r->major < 1000 && r->minor >= 0 && r->minor < 1000) {
		*out = (struct amt_fw){(int)r->major, (int)r->minor, -1, -1};
		*where = "the RMCP pong";
		return true;
	}
	return false;
}
