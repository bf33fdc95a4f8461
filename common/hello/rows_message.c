/* Rows 13 to 20 and 34 to 37: what is sent to the hello port, and by whom. */
#include "hello/relate.h"

/* It sent something, and the capture has not what it began with. */
static bool unread(const struct hello_conn *c)
{
	return !c->hellos && (c->cut || c->gap) &&
	       (c->content == HELLO_CONTENT_NONE || c->content == HELLO_CONTENT_HELLO);
}

/* It began to say hello and never got to the end of the header: no message came of it. */
static bool cut_short(const struct hello_conn *c)
{
	return c->content == HELLO_CONTENT_HELLO && !c->hellos && c->client_bytes &&
	       (c->closed_by || c->reset_by);
}

static void contents(struct hello_facts *f, struct hello_device *d)
{
	const struct hello_conn *mute = NULL, *other = NULL;
	unsigned n_mute = 0, n_other = 0;

	for (size_t i = 0; i < d->conns.n; i++) {
		const struct hello_conn *c = &f->conns.v[d->conns.v[i]];

		if (!hello_conn_to_server(f, c))
			continue;
		if (unread(c)) {
			struct hello_symptom *s = hello_symptom_add(
				f, d, 15, "what it sent to port %u can't be read: %s",
				c->server_port,
				c->cut ? "the capture's snap length cut it"
				       : "a segment is missing from the capture");
			hello_symptom_spot(s, c->first);
		} else if (cut_short(c)) {
			struct hello_symptom *s = hello_symptom_add(
				f, d, 15,
				"the hello is incomplete: truncated at byte %llu of its header",
				(unsigned long long)c->client_bytes);
			hello_symptom_spot(s, c->first);
			hello_symptom_frame(s, c, c->frame_close ? c->frame_close : c->frame_reset);
		} else if (c->content == HELLO_CONTENT_NONE && c->established && !c->client_bytes &&
			   (c->closed_by || c->reset_by)) {
			mute = c;
			n_mute++;
		} else if (c->content == HELLO_CONTENT_HTTP || c->content == HELLO_CONTENT_TLS ||
			   (c->content == HELLO_CONTENT_OTHER && c->client_bytes)) {
			other = c;
			n_other++;
		}
	}
	if (mute) {
		struct hello_symptom *s = hello_symptom_add(
			f, d, 13, "connected to port %u and closed without a byte (%u times)",
			mute->server_port, n_mute);
		hello_symptom_spot(s, mute->first);
		hello_symptom_frame(s, mute,
				    mute->frame_close ? mute->frame_close : mute->frame_reset);
	}
	if (other) {
		struct hello_symptom *s = hello_symptom_add(
			f, d, 14, "%s on port %u (%u times)",
			other->content == HELLO_CONTENT_HTTP  ? "HTTP"
			: other->content == HELLO_CONTENT_TLS ? "TLS"
							      : "bytes that are no hello",
			other->server_port, n_other);
		hello_symptom_spot(s, other->first);
	}
}

/* The newest message of the device that could be read whole; else the newest. */
static const struct hello_seen *best(const struct hello_facts *f, const struct hello_device *d)
{
	const struct hello_seen *b = NULL;

	for (size_t i = 0; i < d->hellos.n; i++) {
		const struct hello_seen *h = &f->hellos.v[d->hellos.v[i]];

		if (!b || h->m.verdict >= b->m.verdict)
			b = h;
	}
	return b;
}

static void hash_list(struct hello_facts *f, struct hello_device *d, const struct hello_seen *h)
{
	unsigned sha1 = 0, newer = 0, matches = 0;
	struct hello_symptom *s;

	for (size_t i = 0; i < h->m.hashes.n; i++) {
		const struct hello_hash *x = &h->m.hashes.v[i];

		sha1 += x->length == 20;
		newer += x->length > 20;
		matches += x->matches_root == AMT_YES;
	}
	if (h->m.verdict != HELLO_EXACT) /* a list that is cut proves nothing */
		return;
	if (h->m.declared_hashes == 0) {
		s = hello_symptom_add(f, d, 18, "the hello lists no hash");
		hello_symptom_spot(s, h->at);
		return;
	}
	if (f->root_given && !matches) {
		s = hello_symptom_add(f, d, 19, "none of the %zu hashes is the root's",
				      h->m.hashes.n);
		hello_symptom_spot(s, h->at);
	}
	if (!matches && (sha1 == 0 || (newer == 0 && f->root_given))) {
		s = hello_symptom_add(f, d, 20,
				      sha1 ? "the list has SHA-1 hashes only"
					   : "the list has no SHA-1 hash");
		hello_symptom_spot(s, h->at);
	}
}

static void message(struct hello_facts *f, struct hello_device *d, const struct hello_seen *h)
{
	struct hello_symptom *s;

	if (h->m.verdict != HELLO_EXACT && h->m.expected > h->m.length) {
		s = hello_symptom_add(f, d, 15, "the hello is incomplete: %s",
				      h->m.note ? h->m.note : "cut");
		hello_symptom_spot(s, h->at);
	}
	if (h->m.mode == HELLO_MODE_PSK) {
		s = h->m.pid[0] ? hello_symptom_add(f, d, 16, "PSK hello with PID %.4s-%s",
						    h->m.pid, h->m.pid + 4)
				: hello_symptom_add(f, d, 16, "PSK hello, its PID is cut off");
		hello_symptom_spot(s, h->at);
	} else if (h->m.mode == HELLO_MODE_PKI) {
		hash_list(f, d, h);
	}
}

/* Where its hellos come from: DHCP and DNS may show more addresses of one computer, and a capture
 * on the far side of a router another MAC. */
struct voices {
	size_t addresses, macs;
};

static struct voices voices(const struct hello_facts *f, const struct hello_device *d)
{
	struct amt_map ips = {0}, macs = {0};
	struct voices v = {0};
	bool fresh;

	for (size_t i = 0; i < d->hellos.n; i++) {
		const struct hello_seen *h = &f->hellos.v[d->hellos.v[i]];
		amt_map_put(&macs, h->mac.bytes, sizeof(h->mac.bytes), NULL);
		if (!h->source.family)
			continue;
		amt_map_put(&ips, &h->source, sizeof(h->source), &fresh);
		v.addresses += fresh;
	}
	/* Of the device's, as a router's is none of them. */
	for (size_t i = 0; i < d->macs.n && v.addresses == 1; i++)
		v.macs +=
			amt_map_get(&macs, d->macs.v[i].bytes, sizeof(d->macs.v[i].bytes)) != NULL;
	amt_map_free(&ips);
	amt_map_free(&macs);
	return v;
}

static void sender(struct hello_facts *f, struct hello_device *d, const struct hello_seen *h)
{
	char a[HELLO_IP_TEXT], b[HELLO_IP_TEXT];
	struct hello_symptom *s;

	if (d->phase == HELLO_PHASE_HOUR) {
		s = hello_symptom_add(f, d, 34, "hellos come once an hour");
		hello_symptom_spot(s, h->at);
	}
	if (d->servers.n > 1) {
		s = hello_symptom_add(
			f, d, 35, "hellos go to %s and %s%s", hello_ip_text(&d->servers.v[0], a),
			hello_ip_text(&d->servers.v[1], b), d->servers.n > 2 ? " and others" : "");
		for (size_t i = 0; i < d->hellos.n && i < 4; i++)
			hello_symptom_spot(s, f->hellos.v[d->hellos.v[i]].at);
	}
	for (size_t i = 0; i < d->hellos.n; i++)
		if (f->hellos.v[d->hellos.v[i]].source.family == 6) {
			s = hello_symptom_add(f, d, 36, "the hello comes over IPv6");
			hello_symptom_spot(s, f->hellos.v[d->hellos.v[i]].at);
			break;
		}
	struct voices v = voices(f, d);
	if (d->has_uuid && (v.addresses > 1 || v.macs > 1 || d->blank_uuid)) {
		s = hello_symptom_add(f, d, 37,
				      d->blank_uuid     ? "the UUID is blank (%zu addresses)"
				      : v.addresses > 1 ? "one UUID from %zu addresses"
							: "one UUID from %zu MACs",
				      d->blank_uuid || v.addresses > 1 ? v.addresses : v.macs);
		for (size_t i = 0; i < d->hellos.n && i < 4; i++)
			hello_symptom_spot(s, f->hellos.v[d->hellos.v[i]].at);
	}
}

void hello_rows_message(struct hello_facts *f, struct hello_device *d)
{
	const struct hello_seen *h = best(f, d);

	contents(f, d);
	if (!h)
		return;
	message(f, d, h);
	sender(f, d, h);
}

/* Row 17: of all devices together. */
void hello_rows_capture(struct hello_facts *f)
{
	const struct hello_seen *one = NULL;

	for (size_t i = 0; i < f->hellos.n; i++) {
		const struct hello_seen *h = &f->hellos.v[i];

		if (h->m.mode != HELLO_MODE_PSK || h->m.verdict != HELLO_EXACT)
			continue;
		if (!one) {
			one = h;
		} else if (strcmp(one->m.pid, h->m.pid) != 0) {
			struct hello_symptom *s = hello_symptom_add(
				f, NULL, 17, "PIDs %.4s-%.4s and %.4s-%.4s", one->m.pid,
				one->m.pid + 4, h->m.pid, h->m.pid + 4);
			hello_symptom_spot(s, one->at);
			hello_symptom_spot(s, h->at);
			return;
		}
	}
}
