/* Devices, cadence and absence from facts made by hand: what is concluded, and what is not. */
#include "amtdiag/hello.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#define T0 ((amt_time)1232630400 * AMT_SECOND)

static struct hello_ip ip(const char *s)
{
	struct hello_ip x = {0};

	assert_true(hello_ip_parse(s, &x));
	return x;
}

static void add_capture(struct hello_facts *f, amt_time length)
{
	struct hello_capture *c = amt_vec_add(&f->captures);

	c->name = "a.pcap";
	c->format = "pcap";
	c->first = T0;
	c->last = T0 + length;
	c->packets = 1000;
	amt_vec_push(&f->ports, (uint16_t)HELLO_PORT);
}

static struct hello_seen *add_hello(struct hello_facts *f, amt_time at, uint32_t retry)
{
	struct hello_seen *h = amt_vec_add(&f->hellos);

	h->at = (struct hello_spot){T0 + at, 0, f->hellos.n};
	h->source = ip("10.0.0.1");
	h->destination = ip("10.0.0.9");
	h->m = (struct hello_message){.version = 2,
				      .retry = retry,
				      .mode = HELLO_MODE_PSK,
				      .verdict = HELLO_EXACT,
				      .pid = "ABCD1234",
				      .length = 32};
	for (int i = 0; i < 16; i++)
		h->m.uuid[i] = (uint8_t)i;
	return h;
}

static void phases_by_the_last_gap(void **state)
{
	static const struct {
		int gap;
		enum hello_phase phase;
	} rows[] = {{44, HELLO_PHASE_IRREGULAR},  {45, HELLO_PHASE_MINUTE},
		    {90, HELLO_PHASE_MINUTE},     {91, HELLO_PHASE_IRREGULAR},
		    {240, HELLO_PHASE_FIVE},      {360, HELLO_PHASE_FIVE},
		    {361, HELLO_PHASE_IRREGULAR}, {3300, HELLO_PHASE_HOUR},
		    {3900, HELLO_PHASE_HOUR},     {3901, HELLO_PHASE_IRREGULAR}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hello_facts f = {0};

		add_capture(&f, 7200 * AMT_SECOND);
		add_hello(&f, 0, 0);
		add_hello(&f, rows[i].gap * AMT_SECOND, 1);
		hello_relate(&f, false);
		assert_int_equal(f.devices.n, 1);
		assert_int_equal(f.devices.v[0].phase, rows[i].phase);
		if (rows[i].phase == HELLO_PHASE_IRREGULAR)
			assert_true(f.devices.v[0].next_expected == AMT_TIME_NONE);
		assert_true(f.devices.v[0].begun_certain);
		assert_true(f.devices.v[0].window_first == T0 + AMT_DAY);
		hello_facts_free(&f);
	}
}

/* Captured at the client's switch and at the server: a minute apart by their clocks. */
static void one_hello_in_two_captures(void **state)
{
	static const struct {
		int second_begins, second_hello; /* seconds after the first capture */
		uint8_t mac;
		uint32_t capture;
		size_t hellos;
	} rows[] = {{61, 61, 2, 1, 1},   {61, 400, 2, 1, 2}, /* not so far apart */
		    {601, 601, 2, 1, 2},                     /* one capture after the other */
		    {0, 4, 2, 0, 1},                         /* merged into one file */
		    {0, 4, 1, 0, 2},     {0, 6, 2, 0, 2}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hello_facts f = {0};

		add_capture(&f, 600 * AMT_SECOND);
		add_capture(&f, 1200 * AMT_SECOND);
		f.captures.v[1].first = T0 + rows[i].second_begins * AMT_SECOND;
		for (int k = 0; k < 2; k++) {
			struct hello_seen *h =
				add_hello(&f, k * rows[i].second_hello * AMT_SECOND, 0);

			h->at.capture = k ? rows[i].capture : 0;
			h->mac.known = true;
			h->mac.bytes[5] = k ? rows[i].mac : 1;
		}
		hello_relate(&f, false);
		assert_int_equal(f.devices.n, 1);
		assert_int_equal(f.devices.v[0].hellos.n, rows[i].hellos);
		hello_facts_free(&f);
	}
}

static bool has_row(const struct hello_device *d, unsigned row)
{
	for (size_t i = 0; i < d->symptoms.n; i++)
		if (d->symptoms.v[i].row == row)
			return true;
	return false;
}

/* DHCP and DNS may show other addresses of the computer that says hello. */
static void one_voice_with_two_addresses(void **state)
{
	struct hello_facts f = {0};

	(void)state;
	add_capture(&f, 600 * AMT_SECOND);
	add_hello(&f, 0, 0)->mac.known = true;
	add_hello(&f, 60 * AMT_SECOND, 1)->mac.known = true;
	struct hello_query *q = amt_vec_add(&f.queries);
	q->client = ip("2001:db8::1");
	q->name = "provisionserver.example";
	q->mac.known = true;
	hello_relate(&f, false);
	assert_int_equal(f.devices.n, 1);
	assert_int_equal(f.devices.v[0].addresses.n, 2);
	assert_false(has_row(&f.devices.v[0], 37));
	f.hellos.v[1].source = ip("10.0.0.2");
	hello_relate(&f, false);
	assert_true(has_row(&f.devices.v[0], 37));
	hello_facts_free(&f);
}

/* A UUID that was never written: ten times as many computers take ten times as long, not a hundred.
 */
static void one_uuid_of_very_many(void **state)
{
	clock_t took[2];

	(void)state;
	for (int k = 0; k < 2; k++) {
		struct hello_facts f = {0};
		uint32_t n = k ? 40000 : 4000;

		add_capture(&f, 600 * AMT_SECOND);
		for (uint32_t i = 0; i < n; i++) {
			struct hello_seen *h = add_hello(&f, 0, 0);

			memcpy(h->source.bytes, &i, sizeof(i));
			memcpy(h->mac.bytes, &i, sizeof(i));
			h->mac.known = true;
		}
		clock_t begin = clock();
		hello_relate(&f, false);
		took[k] = clock() - begin;
		assert_int_equal(f.devices.n, 1);
		assert_int_equal(f.devices.v[0].addresses.n, n);
		hello_facts_free(&f);
	}
	assert_true(took[1] < 40 * took[0] + CLOCKS_PER_SEC / 20);
}

static void counter_tells_restart_and_loss(void **state)
{
	struct hello_facts f = {0};

	(void)state;
	add_capture(&f, 600 * AMT_SECOND);
	add_hello(&f, 0, 3);
	add_hello(&f, 60 * AMT_SECOND, 6);  /* two are missing */
	add_hello(&f, 120 * AMT_SECOND, 0); /* begun again */
	add_hello(&f, 180 * AMT_SECOND, 1);
	hello_relate(&f, false);
	const struct hello_device *d = &f.devices.v[0];
	assert_int_equal(d->lost, 2);
	assert_int_equal(d->restarts, 1);
	assert_true(d->begun == T0 + 120 * AMT_SECOND && d->begun_certain);
	assert_int_equal(d->phase, HELLO_PHASE_MINUTE);
	assert_true(d->next_expected == T0 + 240 * AMT_SECOND);
	hello_relate(&f, false); /* again gives the same */
	assert_int_equal(f.devices.n, 1);
	assert_int_equal(f.devices.v[0].lost, 2);
	hello_facts_free(&f);
}

/* Microsoft's cadence: a phase ends after a known time, if its beginning was seen. */
static void the_next_phase_is_foreseen(void **state)
{
	static const struct {
		uint32_t first; /* retry counter */
		int hellos, gap, next;
	} rows[] = {{0, 5, 60, 60},
		    {0, 6, 60, 300},
		    {1, 6, 60, 60},
		    {0, 13, 300, 300},
		    {0, 14, 300, 3600}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hello_facts f = {0};
		int last = (rows[i].hellos - 1) * rows[i].gap;

		add_capture(&f, 7200 * AMT_SECOND);
		for (int k = 0; k < rows[i].hellos; k++)
			add_hello(&f, k * rows[i].gap * AMT_SECOND, rows[i].first + (uint32_t)k);
		hello_relate(&f, false);
		assert_true(f.devices.v[0].next_expected ==
			    T0 + (last + rows[i].next) * AMT_SECOND);
		hello_facts_free(&f);
	}
}

/* Files may be named in any order. */
static void captures_are_put_in_order(void **state)
{
	struct hello_facts f = {0};

	(void)state;
	add_capture(&f, 600 * AMT_SECOND);
	amt_vec_push(&f.captures, f.captures.v[0]);
	for (int k = 0; k < 4; k++)
		add_hello(&f, (k + 2) % 4 * 60 * AMT_SECOND, (uint32_t)(k + 2) % 4)->at.capture =
			(uint32_t)k / 2;
	hello_relate(&f, false);
	assert_int_equal(f.devices.v[0].restarts, 0);
	assert_int_equal(f.devices.v[0].phase, HELLO_PHASE_MINUTE);
	assert_true(f.devices.v[0].next_expected == T0 + 240 * AMT_SECOND);
	hello_facts_free(&f);
}

/* Two clients whose questions come through one router are two devices. */
static void a_router_is_nobody(void **state)
{
	struct hello_facts f = {0};

	(void)state;
	add_capture(&f, 600 * AMT_SECOND);
	for (int k = 0; k < 2; k++) {
		struct hello_query *q = amt_vec_add(&f.queries);

		q->client = ip(k ? "10.0.0.1" : "10.0.0.2");
		q->server = ip("10.0.0.9");
		q->name = "provisionserver.corp.example.com";
		q->mac = (struct hello_mac){.known = true, .bytes = {2, 0, 0, 0, 0, 1}};
	}
	hello_relate(&f, false);
	assert_int_equal(f.devices.n, 2);
	hello_facts_free(&f);
}

static bool has(const struct amt_findings *fs, const char *id, enum amt_verdict v)
{
	for (size_t i = 0; i < fs->list.n; i++)
		if (!strcmp(fs->list.v[i]->item->id, id) && fs->list.v[i]->verdict == v)
			return true;
	return false;
}

static void judge(struct hello_facts *f, struct amt_findings *fs)
{
	struct amt_context ctx = {.now = T0};

	*fs = (struct amt_findings){0};
	hello_relate(f, false);
	hello_judge(f, &ctx, fs);
}

/* Silence fails only when the host was seen, long enough, in a capture that lost nothing. */
static void silence_is_proved_or_unknown(void **state)
{
	static const struct {
		int minutes;
		uint64_t frames, dropped;
		bool filtered;
		enum amt_verdict verdict;
	} rows[] = {{70, 10, 0, false, AMT_FAIL},
		    {64, 10, 0, false, AMT_UNKNOWN},
		    {70, 0, 0, false, AMT_UNKNOWN},
		    {70, 10, 1, false, AMT_UNKNOWN},
		    {70, 10, 0, true, AMT_UNKNOWN}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hello_facts f = {.filtered = rows[i].filtered};
		struct amt_findings fs;

		add_capture(&f, rows[i].minutes * 60 * AMT_SECOND);
		f.captures.v[0].dropped = rows[i].dropped;
		amt_vec_push(&f.expected,
			     (struct hello_expected){"02:00:00:00:00:10", rows[i].frames});
		judge(&f, &fs);
		assert_true(has(&fs, "S2.C12", rows[i].verdict));
		assert_false(
			has(&fs, "S2.C12", rows[i].verdict == AMT_FAIL ? AMT_UNKNOWN : AMT_FAIL));
		amt_findings_free(&fs);
		hello_facts_free(&f);
	}
}

/* A hello without a call back is normal where agents provision; drops forbid to conclude it at all.
 */
static void no_call_back(void **state)
{
	struct hello_facts f = {0};
	struct amt_findings fs = {0};
	struct amt_context ctx = {.now = T0};

	(void)state;
	add_capture(&f, 600 * AMT_SECOND);
	for (int i = 0; i < 3; i++)
		add_hello(&f, i * 60 * AMT_SECOND, (uint32_t)i);
	judge(&f, &fs);
	assert_true(has(&fs, "S3.C02a", AMT_WARN));
	amt_findings_free(&fs);
	ctx.trait[AMT_TRAIT_IN_BAND] = AMT_YES;
	fs = (struct amt_findings){0};
	hello_judge(&f, &ctx, &fs);
	assert_true(has(&fs, "S3.C02a", AMT_NA));
	amt_findings_free(&fs);
	f.captures.v[0].dropped = 1;
	judge(&f, &fs);
	assert_false(has(&fs, "S3.C02a", AMT_WARN));
	assert_true(has(&fs, "X.HC1", AMT_WARN));
	amt_findings_free(&fs);
	hello_facts_free(&f);
}

/* A site that provisions in one way only is surprised by hellos of the other. */
static void the_other_kind_of_hello(void **state)
{
	static const struct {
		enum amt_tri psk, pki;
		enum amt_verdict verdict;
	} rows[] = {{AMT_YES, AMT_NO, AMT_WARN},
		    {AMT_YES, AMT_YES, AMT_PASS},
		    {AMT_NO, AMT_YES, AMT_PASS},
		    {AMT_MAYBE, AMT_NO, AMT_PASS}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int pki = 0; pki < 2; pki++) {
			struct hello_facts f = {0};
			struct amt_findings fs = {0};
			struct amt_context ctx = {.now = T0};

			ctx.trait[AMT_TRAIT_PSK] = pki ? rows[i].psk : rows[i].pki;
			ctx.trait[AMT_TRAIT_PKI] = pki ? rows[i].pki : rows[i].psk;
			add_capture(&f, 600 * AMT_SECOND);
			add_hello(&f, 0, 0);
			if (pki) {
				static const uint8_t bytes[20];
				struct hello_hash h = {1, 20, bytes, "SHA-1"};
				f.hellos.v[0].m.mode = HELLO_MODE_PKI;
				f.hellos.v[0].m.declared_hashes = 1;
				amt_vec_push(&f.hellos.v[0].m.hashes, h);
			}
			hello_relate(&f, false);
			hello_judge(&f, &ctx, &fs);
			assert_true(has(&fs, "S2.C11b", rows[i].verdict));
			/* That each connection brought one says nobody who saw no connection. */
			assert_false(has(&fs, "X.HC3", AMT_PASS));
			amt_findings_free(&fs);
			hello_facts_free(&f);
		}
	}
}

static void bad_facts_are_refused(void **state)
{
	static const char *const bad[] = {
		"{}",
		"[]",
		"{\"hellos\": [{}]}",
		"{\"hellos\": [{\"uuid\": \"zz\"}]}",
		"{\"hellos\": [], \"connections\": [{\"content\": \"nonsense\"}]}",
		"{\"hellos\": [], \"connections\": [{\"content\": \"tls\", \"tls\": "
		"{\"client_chain\": [7]}}]}",
		"{\"hellos\": [], \"captures\": [{\"packets\": -1}]}",
		"{\"hellos\": [], \"certificates\": [{\"der\": \"***\"}]}",
		"{\"hellos\": [], \"dns\": [{\"type\": 70000}]}",
		NULL};

	(void)state;
	for (size_t i = 0; bad[i]; i++) {
		struct hello_facts f = {0};
		struct amt_error err = {0};
		json_t *j = json_loads(bad[i], 0, NULL);

		assert_non_null(j);
		assert_false(hello_from_json(j, &f, &err));
		assert_true(err.text[0] != '\0');
		json_decref(j);
		hello_facts_free(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phases_by_the_last_gap),
		cmocka_unit_test(one_hello_in_two_captures),
		cmocka_unit_test(one_voice_with_two_addresses),
		cmocka_unit_test(one_uuid_of_very_many),
		cmocka_unit_test(counter_tells_restart_and_loss),
		cmocka_unit_test(the_next_phase_is_foreseen),
		cmocka_unit_test(captures_are_put_in_order),
		cmocka_unit_test(a_router_is_nobody),
		cmocka_unit_test(silence_is_proved_or_unknown),
		cmocka_unit_test(no_call_back),
		cmocka_unit_test(the_other_kind_of_hello),
		cmocka_unit_test(bad_facts_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
