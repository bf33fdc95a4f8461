/* Inputs from JSON and back, limits from a file, and the judges. */
#include "kerberos/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char text[] =
	"{\"domain\":{\"dns\":\"corp.example.com\",\"netbios\":\"CORP\",\"sid\":\"S-1-5-21-1-2-3\","
	"\"dc\":\"DC1\",\"layout\":\"2008\"},"
	"\"service\":{\"spn\":\"HTTP/"
	"pc1.corp.example.com:16993\",\"supported_etypes\":4,\"kvno\":2},"
	"\"groups\":[{\"rid\":1000,\"name\":\"A\",\"scope\":\"global\",\"member_of\":[\"B\"]},"
	"{\"rid\":1001,\"name\":\"B\",\"scope\":\"domain-local\",\"member_of\":[\"A\"],\"history\":"
	"[\"S-1-5-21-9-9-9-1\"]},"
	"{\"rid\":1002,\"name\":\"D\",\"scope\":\"global\",\"security\":false},{\"sid\":\"bad\"}],"
	"\"users\":[{\"name\":\"jane\",\"primary\":513,\"member_of\":[\"A\",1002,\"nobody\"],"
	"\"count\":{\"global\":3,\"foreign_universal\":1},"
	"\"claims\":[{\"id\":\"x\",\"values\":[\"y\"]}],\"history\":[\"S-1-5-21-9-9-9-2\"]},{"
	"\"sid\":\"S-1-1-0\"}]}";

static void read_text(const char *s, struct krb_input *in, struct amt_notes *notes)
{
	json_t *doc = json_loads(s, 0, NULL);
	struct amt_error err = {0};
	assert_non_null(doc);
	assert_true(krb_input_parse(doc, "test", in, notes, &err));
	json_decref(doc);
}

static void round_trip(void **state)
{
	(void)state;
	struct krb_input in = {0}, again = {0};
	struct amt_notes notes = {0};
	read_text(text, &in, &notes);
	assert_int_equal(notes.list.n, 3); /* bad SID, "nobody", a user without a name */
	assert_int_equal(in.users.n, 1);
	json_t *a = krb_input_to_json(&in);
	char *once = json_dumps(a, JSON_SORT_KEYS);
	read_text(once, &again, NULL);
	json_t *b = krb_input_to_json(&again);
	assert_true(json_equal(a, b));
	struct krb_terms t = {.layout = AMT_LAYOUT_COUNT};
	struct krb_walk w = {0};
	struct krb_sizes s, z;
	krb_size(&in, &in.users.v[0], &t, NULL, &w, &s);
	krb_size(&again, &again.users.v[0], &t, NULL, &w, &z);
	assert_memory_equal(&s, &z, sizeof(s));
	/* primary, A, three counted; one universal elsewhere; B; two of history; D does not count.
	 */
	assert_int_equal(s.tally.ids, 5);
	assert_int_equal(s.tally.extra, 4);
	assert_int_equal(s.tally.dropped, 1);
	json_decref(a);
	json_decref(b);
	free(once);
	krb_walk_free(&w);
	krb_input_free(&in);
	krb_input_free(&again);
	amt_notes_free(&notes);
}

static void refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"[]", "{}", "{\"domain\":{},\"users\":{}}",
		"{\"domain\":{\"sid\":\"S-1-5-21-1-2-3-500\"},\"users\":[]}",
		"{\"domain\":{\"layout\":\"nt4\"},\"users\":[]}"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct krb_input in = {0};
		struct amt_error err = {0};
		json_t *doc = json_loads(bad[i], 0, NULL);
		assert_false(krb_input_parse(doc, "bad.json", &in, NULL, &err));
		assert_true(err.text[0]);
		json_decref(doc);
		krb_input_free(&in);
	}
}

/* What can't be a number of groups or a RID is told, and counts as nothing. */
static void odd_numbers(void **state)
{
	static const struct {
		const char *user, *says;
		size_t groups;
	} rows[] = {{"\"count\":{\"global\":3}", NULL, 3},
		    {"\"count\":{\"global\":-5}", "0 is taken", 0},
		    {"\"count\":{\"universal\":1e3}", "count of universal", 0},
		    {"\"count\":{\"domain_local\":\"7\"}", "count of domain_local", 0},
		    {"\"count\":{\"global\":100001}", "100000 is taken", 100000},
		    {"\"primary\":-1", "neither a SID", 0},
		    {"\"member_of\":[4294967296]", "neither a SID", 0},
		    {"\"member_of\":[4294967295]", NULL, 1}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct krb_input in = {0};
		struct amt_notes notes = {0};
		struct amt_error err = {0};
		char doc[256];
		snprintf(
			doc, sizeof(doc),
			"{\"domain\":{\"sid\":\"S-1-5-21-1-2-3\"},\"users\":[{\"name\":\"x\",%s}]}",
			rows[i].user);
		json_t *j = json_loads(doc, 0, NULL);
		assert_true(krb_input_parse(j, "x.json", &in, &notes, &err));
		assert_int_equal(in.groups.n, rows[i].groups);
		assert_int_equal(notes.list.n, rows[i].says != NULL);
		if (rows[i].says)
			assert_non_null(strstr(notes.list.v[0].text, rows[i].says));
		json_decref(j);
		amt_notes_free(&notes);
		krb_input_free(&in);
	}
}

static void limits_file(void **state)
{
	(void)state;
	char name[] = "/tmp/limitsXXXXXX";
	int fd = mkstemp(name);
	static const char good[] =
		"# mine\n6\t8\thttp\t6000\tour lab\tmeasured\n9\t9\tredirection\t-\tnobody knows\n";
	assert_int_equal(write(fd, good, sizeof(good) - 1), sizeof(good) - 1);
	struct krb_limits l = {0};
	struct amt_error err = {0};
	assert_true(krb_limits_read(name, &l, &err));
	assert_int_equal(krb_limit_for(&l, 7, AMT_PATH_HTTP)->chars, 6000);
	assert_int_equal(krb_limit_for(&l, 9, AMT_PATH_REDIR)->chars, 0);
	assert_int_equal(krb_limit_for(&l, 3, AMT_PATH_REDIR)->chars, 3072);
	krb_limits_free(&l);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, "6\t8\thttps\t6000\tx\n", 17, 0), 17);
	l = (struct krb_limits){0};
	assert_false(krb_limits_read(name, &l, &err));
	assert_non_null(strstr(err.text, "line 1"));
	krb_limits_free(&l);
	close(fd);
	unlink(name);
}

static enum amt_verdict verdict(const struct amt_findings *fs, const char *id, size_t nth)
{
	for (size_t i = 0; i < fs->list.n; i++)
		if (!strcmp(fs->list.v[i]->item->id, id) && !nth--)
			return fs->list.v[i]->verdict;
	return AMT_VERDICTS;
}

static void sizes_against_limits(void **state)
{
	(void)state;
	static const struct {
		size_t base64;
		int major;
		enum amt_verdict http, redir;
	} rows[] = {
		{2000, 5, AMT_PASS, AMT_PASS},
		{2764, 5, AMT_PASS, AMT_PASS},
		{2768, 5, AMT_PASS, AMT_WARN},
		{3076, 5, AMT_PASS, AMT_WARN},
		{4096, 5, AMT_WARN, AMT_WARN},
		{4100, 5, AMT_FAIL, AMT_FAIL},
		{2000, 11, AMT_PASS, AMT_PASS},
		{9000, 11, AMT_WARN, AMT_WARN},
		/* nine tenths of the limit, and ten characters of "Negotiate " before the token */
		{3686, 5, AMT_PASS, AMT_WARN},
		{3687, 5, AMT_WARN, AMT_WARN},
		{3062, 11, AMT_PASS, AMT_PASS},
		{3063, 11, AMT_PASS, AMT_WARN},
		{4086, 11, AMT_PASS, AMT_WARN},
		{4087, 11, AMT_WARN, AMT_WARN}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct krb_user u = {.name = "jane"};
		struct krb_sizes s = {.base64 = rows[i].base64};
		struct amt_fw fw = {rows[i].major, 0, -1, -1};
		struct amt_context ctx = {.firmware = &fw, .n_firmware = 1};
		struct amt_findings fs = {0};
		struct krb_verdict_in in = {.user = &u, .sizes = &s, .spn = "HTTP/x:16993"};
		krb_judge_user(&in, &ctx, &fs);
		assert_int_equal(verdict(&fs, "S5.C10a", 0), rows[i].http);
		assert_int_equal(verdict(&fs, "S5.C10a", 1), rows[i].redir);
		amt_findings_free(&fs);
	}
}

/* What is said where the token fits and its header does not. */
static void words_near_the_limit(void **state)
{
	(void)state;
	static const struct {
		size_t base64;
		const char *words;
	} rows[] = {{4069, "which is close"},
		    {4070, "the whole header line passes it"},
		    {4086, "the whole header line passes it"},
		    {4087, "but the header value passes it"},
		    {4097, "1 over the"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct krb_user u = {.name = "jane"};
		struct krb_sizes s = {.base64 = rows[i].base64};
		struct amt_context ctx = {.n_firmware = 0};
		struct amt_findings fs = {0};
		struct krb_verdict_in in = {.user = &u, .sizes = &s, .spn = "HTTP/x:16993"};
		krb_judge_user(&in, &ctx, &fs);
		assert_non_null(strstr(fs.list.v[0]->summary, rows[i].words));
		amt_findings_free(&fs);
	}
}

static void many_groups(void **state)
{
	(void)state;
	for (size_t local = 0; local < 2; local++) {
		struct krb_user u = {.name = "jane"};
		struct krb_sizes s = {
			.base64 = 1,
			.tally = {.global = 90, .universal = 6, .foreign = 4, .local = local}};
		struct amt_context ctx = {.n_firmware = 0};
		struct amt_findings fs = {0};
		struct krb_verdict_in in = {.user = &u, .sizes = &s, .spn = "HTTP/x:16993"};
		krb_judge_user(&in, &ctx, &fs);
		assert_int_equal(verdict(&fs, "S5.C10b", 0), local ? AMT_WARN : AMT_PASS);
		const char *said = fs.list.v[fs.list.n - 1]->summary;
		assert_int_equal(strstr(said, "needs a handful") != NULL, local);
		amt_findings_free(&fs);
	}
}

/* Few groups, but long names and profiles: the next one may be too many. Firmware without a
 * published limit says nothing. */
static void room_for_more(void **state)
{
	(void)state;
	static const struct {
		size_t base64;
		int major;
		enum amt_verdict want;
		const char *says;
	} rows[] = {{4096 - 108, 5, AMT_PASS, "room for about 10 more"},
		    {4096 - 104, 5, AMT_WARN, "room for about 9 more"},
		    {5000, 5, AMT_WARN, "no room for more"},
		    {5000, 11, AMT_PASS, "3 groups count for the ticket."}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct krb_user u = {.name = "jane"};
		struct krb_sizes s = {.base64 = rows[i].base64, .tally = {.global = 3}};
		struct amt_fw fw = {.major = rows[i].major};
		struct amt_context ctx = {.n_firmware = 1, .firmware = &fw};
		struct amt_findings fs = {0};
		struct krb_verdict_in in = {.user = &u, .sizes = &s, .spn = "HTTP/x:16993"};
		krb_judge_user(&in, &ctx, &fs);
		assert_int_equal(verdict(&fs, "S5.C10b", 0), rows[i].want);
		assert_non_null(strstr(fs.list.v[fs.list.n - 1]->summary, rows[i].says));
		amt_findings_free(&fs);
	}
}

static void encryption_against_firmware(void **state)
{
	(void)state;
	static const struct {
		bool set, measured;
		uint32_t bits;
		int etype, skey, major;
		enum amt_verdict want;
	} rows[] = {
		{true, false, 4, 0, 0, 5, AMT_PASS},    {false, false, 0, 0, 0, 5, AMT_WARN},
		{true, false, 0x24, 0, 0, 5, AMT_WARN}, {true, false, 16, 0, 0, 11, AMT_WARN},
		{false, true, 0, 23, 18, 5, AMT_FAIL},  {true, true, 4, 23, 23, 5, AMT_PASS},
		{true, true, 4, 18, 18, 7, AMT_FAIL},   {true, false, 4, 0, 0, 0, AMT_PASS},
		{false, false, 0, 0, 0, 0, AMT_WARN},   {true, true, 4, 18, 18, 0, AMT_WARN},
		{true, true, 4, 18, 18, 8, AMT_WARN},   {true, true, 4, 18, 18, 11, AMT_WARN},
		{true, true, 4, 18, 23, 5, AMT_FAIL},   {true, true, 4, 0, 18, 5, AMT_PASS},
		{true, false, 3, 0, 0, 5, AMT_WARN},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct krb_service s = {.spn = "HTTP/x:16993",
					.found = true,
					.etypes_set = rows[i].set,
					.etypes = rows[i].bits};
		struct krb_measured m = {
			.done = rows[i].measured, .etype = rows[i].etype, .skey = rows[i].skey};
		struct amt_fw fw = {rows[i].major, 0, -1, -1};
		struct amt_context ctx = {.firmware = &fw, .n_firmware = rows[i].major > 0};
		struct amt_findings fs = {0};
		krb_judge_service(&s, &m, "test", &ctx, &fs);
		assert_int_equal(verdict(&fs, "X.K1", 0), rows[i].want);
		if (rows[i].want == AMT_WARN && s.etypes_set && !m.done)
			assert_non_null(strstr(fs.list.v[0]->summary,
					       rows[i].bits == 3 ? "allows DES alone"
					       : rows[i].major < 8
						       ? "knows RC4 only"
						       : "ConfiguredEncryptionAlgorithms"));
		assert_int_equal(verdict(&fs, "X.K2", 0), AMT_PASS);
		amt_findings_free(&fs);
	}
}

/* Every cause that explain() names is found again when it is the cause. */
static void differences_explained(void **state)
{
	(void)state;
	struct krb_input in = {0};
	read_text(text, &in, NULL);
	in.users.v[0].claims.n = 0;
	struct krb_terms t = {.layout = AMT_LAYOUT_COUNT};
	struct krb_walk w = {0};
	struct krb_sizes s;
	krb_size(&in, &in.users.v[0], &t, NULL, &w, &s);
	static const struct {
		enum krb_layout layout;
		int etype, skey;
		long more;
		const char *says;
		bool renewable;
	} rows[] = {{AMT_LAYOUT_2012, 23, 23, 0, "as 2012 ("},
		    {AMT_LAYOUT_2008, 23, 18, 0, "session key of aes256"},
		    {AMT_LAYOUT_2008, 23, 23, 200, "SIDs of 40"},
		    {AMT_LAYOUT_2008, 23, 23, 19, "the end of its renewal", true},
		    {AMT_LAYOUT_2008, 18, 18, 19, "of aes256; and the end of its renewal", true},
		    {AMT_LAYOUT_2008, 18, 18, 80, "of aes256; and +2 SIDs of 40"},
		    {AMT_LAYOUT_2012, 17, 17, 0, "of aes128; and the KDC lays tickets out as 2012"},
		    {AMT_LAYOUT_2008, 23, 23, 0, ""}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct krb_terms real = {
			.layout = rows[i].layout, .etype = rows[i].etype, .skey = rows[i].skey};
		struct krb_sizes z;
		krb_size(&in, &in.users.v[0], &real, NULL, &w, &z);
		struct krb_measured m = {.done = true,
					 .ticket = (size_t)((long)z.ticket + rows[i].more),
					 .etype = z.etype,
					 .skey = z.skey,
					 .renewable = rows[i].renewable};
		struct amt_buf b;
		amt_buf_init(&b, 4096);
		krb_explain(&in, &in.users.v[0], &t, &s, &m, &b);
		if (*rows[i].says)
			assert_non_null(strstr(amt_buf_cstr(&b), rows[i].says));
		else
			assert_int_equal(b.len, 0);
		amt_buf_free(&b);
	}
	krb_walk_free(&w);
	in.users.v[0].claims.n = 1;
	krb_input_free(&in);
}

/* A directory that stopped in the middle: what was read is the least it can be. */
static void unread_groups(void **state)
{
	static const char broken[] =
		"{\"domain\":{\"dns\":\"x.test\",\"netbios\":\"X\",\"sid\":\"S-1-5-21-1-2-3\","
		"\"dc\":\"D\"},"
		"\"service\":{\"spn\":\"HTTP/a.x.test:16993\"},\"groups_unread\":\"Can't contact\","
		"\"users\":[{\"name\":\"u\"}]}";
	struct krb_input in = {0};
	struct amt_notes notes = {0};
	struct amt_error err;
	struct krb_sizes small = {.base64 = 1000}, large = {.base64 = 9000};
	struct amt_findings fs = {0};
	struct amt_context ctx = {0};
	json_t *doc = json_loads(broken, 0, NULL);

	(void)state;
	assert_true(krb_input_parse(doc, "t", &in, &notes, &err));
	assert_string_equal(in.unread, "Can't contact");
	json_t *again = krb_input_to_json(&in);
	assert_string_equal(json_string_value(json_object_get(again, "groups_unread")),
			    "Can't contact");
	struct krb_verdict_in v = {
		.user = &in.users.v[0], .sizes = &small, .spn = "s", .unread = in.unread};
	krb_judge_user(&v, &ctx, &fs);
	v.sizes = &large;
	krb_judge_user(&v, &ctx, &fs);
	assert_int_equal(fs.list.n, 6);
	for (size_t i = 0; i < fs.list.n; i++)
		assert_int_equal(fs.list.v[i]->verdict, i == 3 || i == 4 ? AMT_FAIL
							: i == 5         ? AMT_WARN
									 : AMT_UNKNOWN);
	json_decref(doc);
	json_decref(again);
	amt_findings_free(&fs);
	amt_notes_free(&notes);
	krb_input_free(&in);
}

/* Groups that tokenGroups alone shows count, are kept, and are never advised to be left. */
static void unseen_groups(void **state)
{
	static const char told[] =
		"{\"domain\":{\"dns\":\"x.test\",\"netbios\":\"X\",\"sid\":\"S-1-5-21-1-2-3\","
		"\"dc\":\"D\"},\"service\":{\"spn\":\"HTTP/a.x.test:16993\"},"
		"\"groups\":[{\"rid\":1000,\"scope\":\"domain-local\"},{\"rid\":1001}],"
		"\"absent\":[{\"who\":\"tom\",\"why\":\"gone\"}],\"users\":[{\"name\":\"u\","
		"\"member_of\":[1001],\"unseen\":[1000],\"groups_unread\":\"some hidden\"}]}";
	struct krb_input in = {0}, again = {0};
	const struct krb_terms t = {.layout = AMT_LAYOUT_2008};
	struct krb_sizes with, without;
	struct krb_advice advice;
	struct krb_walk w = {0};
	struct amt_error err;
	json_t *doc = json_loads(told, 0, NULL), *back;

	(void)state;
	assert_true(krb_input_parse(doc, "t", &in, NULL, &err));
	back = krb_input_to_json(&in);
	assert_true(krb_input_parse(back, "t", &again, NULL, &err));
	assert_string_equal(again.users.v[0].unread, "some hidden");
	assert_string_equal(again.absent.v[0].who, "tom");
	assert_string_equal(again.absent.v[0].why, "gone");
	krb_size(&again, &again.users.v[0], &t, NULL, &w, &with);
	again.users.v[0].unseen.n = 0;
	krb_size(&again, &again.users.v[0], &t, NULL, &w, &without);
	assert_int_equal(with.kvi - without.kvi, 48); /* 40, the count, padding to 8 */
	krb_advise(&in, &in.users.v[0], &t, without.base64 - 8, NULL, &advice);
	assert_false(advice.possible);
	assert_int_equal(advice.dropped, 1);
	amt_vec_free(&advice.leave);
	krb_walk_free(&w);
	json_decref(doc);
	json_decref(back);
	krb_input_free(&in);
	krb_input_free(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(refused),
		cmocka_unit_test(odd_numbers),
		cmocka_unit_test(limits_file),
		cmocka_unit_test(sizes_against_limits),
		cmocka_unit_test(words_near_the_limit),
		cmocka_unit_test(many_groups),
		cmocka_unit_test(room_for_more),
		cmocka_unit_test(encryption_against_firmware),
		cmocka_unit_test(differences_explained),
		cmocka_unit_test(unread_groups),
		cmocka_unit_test(unseen_groups),
	};
	return cmocka_run_group_tests_name("krb_from", tests, NULL, NULL);
}
