/*
 * Symptoms into findings of the catalogue, and what was measured as it should be.
 * Pure. Silence counts only where nothing was lost; see hello.md 5.3 and 6.
 */
#include "hello/judge.h"

const char *hello_judge_source(const struct hello_facts *f, uint32_t capture)
{
	return capture < f->captures.n ? f->captures.v[capture].name : "facts";
}

void hello_judge_evidence(const struct hello_facts *f, struct amt_findings *fs,
			  struct amt_finding *x, struct hello_spot at, const char *text)
{
	char locator[40], when[AMT_TIME_TEXT];
	struct amt_buf b;

	if (!at.frame)
		return;
	amt_buf_init(&b, sizeof(locator) - 1);
	amt_buf_printf(&b, "frame %llu", (unsigned long long)at.frame);
	amt_str_copy(locator, sizeof(locator), amt_buf_cstr(&b));
	amt_buf_free(&b);
	bool timed = at.time != AMT_TIME_NONE;
	amt_finding_evidence(fs, x, hello_judge_source(f, at.capture), locator, "%s%s%s",
			     timed ? amt_time_format(at.time, when) : "", timed && *text ? " " : "",
			     text);
}

static void symptom(const struct hello_facts *f, const struct hello_symptom *s, const char *subject,
		    const struct amt_context *ctx, struct amt_findings *fs)
{
	const struct hello_row *row = hello_row_find(s->row);
	enum amt_verdict v = row->verdict;

	if (s->doubtful)
		v = AMT_UNKNOWN;
	/* A hello without a call back is normal where agents do the provisioning (hello.md 3.3). */
	if (s->row == 21 && ctx->trait[AMT_TRAIT_IN_BAND] == AMT_YES &&
	    ctx->trait[AMT_TRAIT_OUT_OF_BAND] != AMT_YES)
		v = AMT_NA;
	/* Newer consoles match any algorithm: only ConfigMgr 2007 looks for SHA-1. */
	struct amt_finding *x =
		amt_finding_add(fs, row->item, v, subject, "%s: %s", s->text, row->meaning);
	for (size_t i = 0; i < s->spots.n; i++)
		hello_judge_evidence(f, fs, x, s->spots.v[i], i ? "" : s->text);
	if (!s->spots.n)
		amt_finding_evidence(fs, x, hello_judge_source(f, 0), NULL, "%s", s->text);
	if (!row->documented)
		amt_finding_evidence(fs, x, "handbook", "hello.md 6",
				     "row %u; inferred, not documented by a maker", row->row);
	else
		amt_finding_evidence(fs, x, "handbook", "hello.md 6", "row %u", row->row);
	if (v == AMT_PASS || v == AMT_NA)
		return;
	amt_finding_action(fs, x, "%s", row->action);
	if (row->others)
		amt_finding_action(fs, x, "It could also be: %s", row->others);
	if (row->separate)
		amt_finding_action(fs, x, "What would tell: %s%s%s", row->separate,
				   s->row == 21 ? ": " : "", s->row == 21 ? subject : "");
}

/* The catalogue id must stand literally in the call: a test greps for it. */
static void hellos_leave(const struct hello_facts *f, const struct hello_device *d,
			 struct amt_findings *fs)
{
	const struct hello_seen *last = &f->hellos.v[d->hellos.v[d->hellos.n - 1]];
	char when[AMT_TIME_TEXT];
	bool timed = last->at.time != AMT_TIME_NONE;
	struct amt_finding *x = amt_finding_add(
		fs, "S2.C12", AMT_PASS, d->id, "%zu hello messages seen%s%s", d->hellos.n,
		timed ? ", the last at " : "", timed ? amt_time_format(last->at.time, when) : "");

	hello_judge_evidence(f, fs, x, last->at, "hello");
}

static void exact(const struct hello_facts *f, const struct hello_device *d,
		  struct amt_findings *fs)
{
	size_t whole = 0;
	const struct hello_seen *odd = NULL, *noted = NULL;

	for (size_t i = 0; i < d->hellos.n; i++) {
		const struct hello_seen *h = &f->hellos.v[d->hellos.v[i]];

		if (h->m.verdict == HELLO_EXACT)
			whole++;
		else
			odd = h;
		if (h->m.note)
			noted = h;
	}
	if (!odd && noted) { /* hello.md 1.6 C3 and 1.7: worth a warning, never a reason to stop */
		struct amt_finding *x = amt_finding_add(fs, "X.HC4", AMT_WARN, d->id,
							"%zu of %zu hellos are whole, but: %s",
							whole, d->hellos.n, noted->m.note);
		hello_judge_evidence(f, fs, x, noted->at, "hello");
		return;
	}
	if (!odd) {
		amt_finding_add(fs, "X.HC4", AMT_PASS, d->id,
				whole == 1 ? "the hello is exact" : "all %zu hellos are exact",
				whole);
		return;
	}
	if (hello_has_row(d, 15))
		return;
	struct amt_finding *x = amt_finding_add(
		fs, "X.HC4", AMT_WARN, d->id, "%zu of %zu hellos are exact; one is not: %s", whole,
		d->hellos.n, odd->m.note ? odd->m.note : "odd");
	hello_judge_evidence(f, fs, x, odd->at, "hello");
}

static void kind_of_hello(const struct hello_facts *f, const struct hello_device *d,
			  const struct amt_context *ctx, struct amt_findings *fs)
{
	const struct hello_seen *h = NULL;

	for (size_t i = 0; i < d->hellos.n; i++)
		if (f->hellos.v[d->hellos.v[i]].m.verdict == HELLO_EXACT)
			h = &f->hellos.v[d->hellos.v[i]];
	if (!h || hello_has_row(d, 18))
		return;
	bool pki = h->m.mode == HELLO_MODE_PKI;
	enum amt_trait other = pki ? AMT_TRAIT_PSK : AMT_TRAIT_PKI;
	enum amt_trait this = pki ? AMT_TRAIT_PKI : AMT_TRAIT_PSK;
	bool surprise = ctx->trait[other] == AMT_YES && ctx->trait[this] == AMT_NO;
	struct amt_finding *x;
	if (pki)
		x = amt_finding_add(fs, "S2.C11b", surprise ? AMT_WARN : AMT_PASS, d->id,
				    "PKI hello with %u root hashes%s", h->m.declared_hashes,
				    surprise ? ", but the site provisions by PSK" : "");
	else
		x = amt_finding_add(fs, "S2.C11b", surprise ? AMT_WARN : AMT_PASS, d->id,
				    "PSK hello with PID %.4s-%.4s%s", h->m.pid, h->m.pid + 4,
				    surprise ? ", but the site provisions by PKI" : "");
	hello_judge_evidence(f, fs, x, h->at, "hello");
	for (size_t i = 0; f->root_given && i < h->m.hashes.n; i++) {
		const struct hello_hash *y = &h->m.hashes.v[i];

		if (y->matches_root != AMT_YES)
			continue;
		x = amt_finding_add(
			fs, "S3.C10b", AMT_PASS, d->id,
			"hash %zu (%s) is the root's; whether it is active only MEBx shows", i + 1,
			y->algorithm);
		hello_judge_evidence(f, fs, x, h->at, "hello");
	}
}

/* It went silent for longer than any phase allows, and no session of the server's explains that.
 * Where a phase began is not always known, so the next one's gap counts. */
static bool stopped(const struct hello_facts *f, const struct hello_device *d, amt_time silent)
{
	amt_time longest = d->phase == HELLO_PHASE_MINUTE ? 360 * AMT_SECOND : HELLO_ABSENCE;

	for (size_t i = 0; i < d->conns.n; i++) {
		const struct hello_conn *c = &f->conns.v[d->conns.v[i]];

		if (!hello_conn_to_server(f, c) && (c->accepted || c->established))
			return false;
	}
	return hello_capture_complete(f) && silent > longest;
}

static bool silence_after(const struct hello_facts *f, const struct hello_device *d,
			  struct amt_findings *fs)
{
	const struct hello_seen *last = &f->hellos.v[d->hellos.v[d->hellos.n - 1]];
	amt_time silent = hello_rest(f, last->at.capture, last->at.time);
	char when[AMT_TIME_TEXT];

	if (!stopped(f, d, silent))
		return false;
	bool over = last->at.time + silent > d->window_first;
	struct amt_finding *x = amt_finding_add(
		fs, "S2.C13a", over ? AMT_FAIL : AMT_WARN, d->id,
		"the last hello came at %s and none in the %lld minutes after it: %s",
		amt_time_format(last->at.time, when), (long long)(silent / (60 * AMT_SECOND)),
		over ? "even a window of 24 h is over"
		     : "it is off or asleep, has left this network, was provisioned elsewhere, or "
		       "its "
		       "window was a short one");
	hello_judge_evidence(f, fs, x, last->at, "the last hello");
	return true;
}

static void cadence(const struct hello_facts *f, const struct hello_device *d,
		    const struct amt_context *ctx, struct amt_findings *fs)
{
	char next[AMT_TIME_TEXT], w24[AMT_TIME_TEXT], w6[AMT_TIME_TEXT];
	const struct hello_spot *last = &f->hellos.v[d->hellos.v[d->hellos.n - 1]].at;
	struct amt_finding *x;

	if (last->time == AMT_TIME_NONE && last->frame && d->hellos.n > 1) {
		x = amt_finding_add(fs, "S2.C13a", AMT_UNKNOWN, d->id,
				    "when its hellos came is not known: the capture has no time "
				    "stamps");
		hello_judge_evidence(f, fs, x, *last, "the last hello");
		return;
	}
	if (silence_after(f, d, fs) || d->phase == HELLO_PHASE_UNKNOWN || hello_has_row(d, 34))
		return;
	if (d->phase == HELLO_PHASE_IRREGULAR) {
		x = amt_finding_add(fs, "S2.C13a", AMT_UNKNOWN, d->id,
				    "the gap between the last hellos fits none of 1 minute, 5 "
				    "minutes, 1 hour%s",
				    d->lost ? " (hellos are missing)" : "");
	} else {
		x = amt_finding_add(
			fs, "S2.C13a", AMT_PASS, d->id,
			"hellos come %s; the next is expected about %s +/- %lld s; if the factory "
			"window applies it ends at %s (24 h) or %s (6 h)%s",
			hello_phase_name(d->phase), amt_time_format(d->next_expected, next),
			(long long)(d->tolerance / AMT_SECOND),
			amt_time_format(d->window_first, w24), amt_time_format(d->window_later, w6),
			d->begun_certain ? "" : ", or earlier: its beginning was not seen");
	}
	(void)ctx;
	for (size_t i = 0; i < d->hellos.n && i < 4; i++)
		hello_judge_evidence(f, fs, x, f->hellos.v[d->hellos.v[d->hellos.n - 1 - i]].at,
				     "hello");
}

/* It asks for an address and gets none. The OFFER came by here, so the ACK would have, too. */
static void no_address(const struct hello_facts *f, const struct hello_device *d,
		       const struct hello_lease *l, struct amt_findings *fs)
{
	struct amt_finding *x;

	if (l->naks)
		x = amt_finding_add(
			fs, "S1.V12", AMT_WARN, d->id,
			"its requests for an address were refused (%u NAK) and none was "
			"granted",
			l->naks);
	else if (l->offers && l->requests > 1 && hello_capture_complete(f))
		x = amt_finding_add(fs, "S1.V12", AMT_WARN, d->id,
				    "%u OFFERs, %u REQUESTs and no ACK: the DHCP server offers an "
				    "address and does not grant it",
				    l->offers, l->requests);
	else
		return;
	hello_judge_evidence(f, fs, x, l->naks ? l->nak : l->offer, l->naks ? "NAK" : "OFFER");
	amt_finding_action(fs, x,
			   "Look into the DHCP server's log for this MAC: another server's lease, "
			   "a reservation or a filter, a scope without free addresses");
}

static void network(const struct hello_facts *f, const struct hello_device *d,
		    struct amt_findings *fs)
{
	char t[HELLO_IP_TEXT];

	for (size_t i = 0; i < d->leases.n; i++) {
		const struct hello_lease *l = &f->leases.v[d->leases.v[i]];

		if (!l->acks) {
			no_address(f, d, l, fs);
			continue;
		}
		struct amt_finding *x =
			amt_finding_add(fs, "S1.V12", AMT_PASS, d->id, "a lease for %s by DHCP",
					hello_ip_text(&l->address, t));
		hello_judge_evidence(f, fs, x, l->ack, "DHCP ACK");
		bool odd = l->has_suffix && l->suffix && strpbrk(l->suffix, " \t\r\n");
		if (l->has_suffix)
			hello_judge_evidence(
				f, fs,
				amt_finding_add(fs, "S1.V15", odd ? AMT_WARN : AMT_PASS, d->id,
						"DHCP gives the domain %s%s",
						l->suffix ? l->suffix : "",
						odd ? ", with blanks in option 15: it is compared "
						      "with the certificate's as it stands"
						    : ""),
				l->ack, "DHCP ACK");
		if (l->has_dns && l->dns.n)
			hello_judge_evidence(f, fs,
					     amt_finding_add(fs, "P.15", AMT_PASS, d->id,
							     "DHCP gives DNS server %s",
							     hello_ip_text(&l->dns.v[0], t)),
					     l->ack, "DHCP ACK");
	}
	for (size_t i = 0; i < d->queries.n && !hello_has_row(d, 8); i++) {
		const struct hello_query *q = &f->queries.v[d->queries.v[i]];

		if (q->bare || !q->addresses.n)
			continue;
		hello_judge_evidence(f, fs,
				     amt_finding_add(fs, "S2.C14a", AMT_PASS, d->id,
						     "%s resolves to %s%s", q->name,
						     hello_ip_text(&q->addresses.v[0], t),
						     f->servers.n ? ", a service point" : ""),
				     q->answer, "DNS answer");
	}
}

static void device(const struct hello_facts *f, const struct hello_device *d,
		   const struct amt_context *ctx, struct amt_findings *fs)
{
	for (size_t i = 0; i < d->symptoms.n; i++)
		symptom(f, &d->symptoms.v[i], d->id, ctx, fs);
	if (d->hellos.n) {
		if (f->hellos.v[d->hellos.v[0]].at.frame) /* not a bare payload */
			hellos_leave(f, d, fs);
		exact(f, d, fs);
		kind_of_hello(f, d, ctx, fs);
		cadence(f, d, ctx, fs);
	}
	network(f, d, fs);
	hello_judge_destination(f, d, fs);
	hello_judge_service_port(f, d, fs);
	hello_judge_handshake(f, d, fs);
	if (d->expected && !d->hellos.n && !d->symptoms.n)
		amt_finding_add(fs, "S2.C12", AMT_UNKNOWN, d->id,
				"no hello of it, and nothing that would tell why: absence needs at "
				"least 65 minutes of a "
				"complete capture in which the computer itself is seen");
}

static void capture(const struct hello_facts *f, const struct hello_capture *c,
		    struct amt_findings *fs)
{
	if (strcmp(c->format, "payload") == 0)
		return;
	if (c->live)
		amt_finding_add(fs, "T.04", c->packets ? AMT_PASS : AMT_UNKNOWN, c->name,
				c->packets ? "it can be captured on: %llu packets of interest"
					   : "it can be captured on, but %llu packets of interest "
					     "came: is this the "
					     "right place?",
				(unsigned long long)c->packets);
	if (!c->dropped && !c->if_dropped && !c->cut && !c->damaged && !c->unsupported &&
	    !c->clock_back && !c->fragments_relevant && !f->evicted && !f->forgotten &&
	    !f->filtered && !c->filtered) {
		amt_finding_add(fs, "X.HC1", AMT_PASS, c->name, "%llu packets, none lost, none cut",
				(unsigned long long)c->packets);
		return;
	}
	struct amt_finding *x = amt_finding_add(
		fs, "X.HC1", AMT_WARN, c->name,
		"%llu packets: %llu dropped by the kernel, %llu by the interface, %llu cut, %llu "
		"not readable%s%s%s%s%s%s; "
		"nothing is concluded from silence",
		(unsigned long long)c->packets, (unsigned long long)c->dropped,
		(unsigned long long)c->if_dropped, (unsigned long long)c->cut,
		(unsigned long long)c->unsupported,
		!c->damaged ? ""
		: c->live   ? ", it ended before its time"
			    : ", the file is damaged",
		c->clock_back ? ", the clock was set back meanwhile" : "",
		c->fragments_relevant ? ", packets in fragments never became whole" : "",
		f->evicted ? ", connections were given up under --max-flows" : "",
		f->forgotten ? ", facts were not kept under --max-memory" : "",
		f->filtered   ? ", a filter was set"
		: c->filtered ? ", it was captured through a filter that leaves out calls back, "
				"DHCP or DNS"
			      : "");
	amt_finding_evidence(fs, x, c->name, NULL, "snap length %u", c->snaplen);
	if (c->fragments)
		amt_finding_evidence(
			fs, x, c->name, NULL,
			"%llu IP packets whose fragments are not all here; %llu of them go to a "
			"port that matters, or their first fragment is missing",
			(unsigned long long)c->fragments,
			(unsigned long long)c->fragments_relevant);
	if (f->evicted || f->forgotten)
		amt_finding_evidence(
			fs, x, c->name, NULL,
			"%llu connections given up before they ended, %llu facts not kept",
			(unsigned long long)f->evicted, (unsigned long long)f->forgotten);
}

static void silence(const struct hello_facts *f, struct amt_findings *fs)
{
	amt_time longest = 0;

	for (size_t i = 0; i < f->captures.n; i++)
		if (hello_since(f->captures.v[i].first, f->captures.v[i].last) > longest)
			longest = hello_since(f->captures.v[i].first, f->captures.v[i].last);
	if (longest < HELLO_ABSENCE)
		amt_finding_add(fs, "S2.C12", AMT_UNKNOWN, "",
				"no hello in %lld minutes: that proves nothing, a device may say "
				"it once an hour (at "
				"least 65 minutes are needed)",
				(long long)(longest / (60 * AMT_SECOND)));
	else
		amt_finding_add(fs, "S2.C12", AMT_UNKNOWN, "",
				"no hello in %lld minutes, but nothing shows that one would have "
				"been seen here: name "
				"the computers with --expect",
				(long long)(longest / (60 * AMT_SECOND)));
}

void hello_judge(const struct hello_facts *f, const struct amt_context *ctx,
		 struct amt_findings *fs)
{
	bool payload = f->captures.n && strcmp(f->captures.v[0].format, "payload") == 0;
	bool anything = f->hellos.n > 0;

	for (size_t i = 0; i < f->captures.n; i++)
		capture(f, &f->captures.v[i], fs);
	if (!payload && f->captures.n)
		amt_finding_add(
			fs, "X.HC2", f->vantage == HELLO_VANTAGE_UNKNOWN ? AMT_UNKNOWN : AMT_PASS,
			"", "%s",
			f->vantage == HELLO_VANTAGE_CLIENT ? "DHCP or DNS of the devices is seen: "
							     "a mirror of the client's port"
			: f->vantage == HELLO_VANTAGE_SERVER
				? "hellos and calls back without DHCP and DNS: taken at the server"
			: f->vantage == HELLO_VANTAGE_BETWEEN
				? "hellos only, neither DHCP nor calls back: taken at the server "
				  "or in between"
				: "nothing tells where this capture was taken");
	hello_judge_provisioning_port(f, fs);
	hello_judge_addresses(f, fs);
	for (size_t i = 0; i < f->symptoms.n; i++)
		symptom(f, &f->symptoms.v[i], "", ctx, fs);
	for (size_t i = 0; i < f->devices.n; i++) {
		device(f, &f->devices.v[i], ctx, fs);
		anything = anything || f->devices.v[i].symptoms.n || f->devices.v[i].expected;
	}
	if (payload && !f->hellos.n)
		amt_finding_add(fs, "X.HC4", AMT_FAIL, f->captures.v[0].name,
				"this is no hello message");
	else if (!anything && f->captures.n)
		silence(f, fs);
}
