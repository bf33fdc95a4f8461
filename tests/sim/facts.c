/* Facts: the chain device, section, profile, base; and templates over them. */
#include "sim.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <time.h>

static const struct profile_row {
	const char *profile, *key, *value;
} rows[] = {
#define F(profile, key, value) {profile, key, value},
#include "profiles.def"
#undef F
};
#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static struct amt_map profiles; /* name -> struct sim_facts * */

static void profiles_load(void)
{
	struct sim_facts *base = NULL;

	for (size_t i = 0; i < N_ROWS; i++) {
		bool is_new;
		union amt_map_value *v = amt_map_put_str(&profiles, rows[i].profile, &is_new);

		if (is_new) {
			struct sim_facts *f = amt_calloc(1, sizeof(*f));

			f->parent = base;
			v->p = f;
			if (!base)
				base = f;
		}
		amt_map_put_str(&((struct sim_facts *)v->p)->map, rows[i].key, NULL)->p =
			(void *)(uintptr_t)rows[i].value;
	}
}

const struct sim_facts *sim_profile(const char *name)
{
	union amt_map_value *v;

	if (!profiles.count)
		profiles_load();
	v = amt_map_get_str(&profiles, name);
	return v ? v->p : NULL;
}

void sim_profile_names(struct amt_buf *out)
{
	(void)sim_profile("");
	for (size_t i = 0; i < profiles.n_entries; i++)
		if (i) /* the first is base */
			amt_buf_printf(out, "%s%s", i > 1 ? " " : "", profiles.entries[i].key);
}

void sim_profiles_free(void)
{
	for (size_t i = 0; i < profiles.n_entries; i++) {
		struct sim_facts *f = profiles.entries[i].value.p;

		amt_map_free(&f->map);
		free(f);
	}
	amt_map_free(&profiles);
}

static const char *find(const struct sim_device *d, const char *key)
{
	for (const struct sim_facts *f = d->facts; f; f = f->parent) {
		union amt_map_value *v = amt_map_get_str(&f->map, key);

		if (v)
			return v->p;
	}
	return NULL;
}

const char *sim_fact(const struct sim_device *d, const char *key)
{
	const char *v = find(d, key);

	return v ? v : "";
}

const char *sim_text(const struct sim_device *d, const char *key, char *dst, size_t size)
{
	struct amt_buf b;

	amt_buf_init(&b, 4 * AMT_KIB);
	sim_expand(d, NULL, sim_fact(d, key), &b);
	amt_str_copy(dst, size, amt_buf_cstr(&b));
	amt_buf_free(&b);
	return dst;
}

bool sim_fact_on(const struct sim_device *d, const char *key)
{
	char v[16];

	sim_text(d, key, v, sizeof(v));
	return !strcmp(v, "true") || !strcmp(v, "yes") || !strcmp(v, "on") || !strcmp(v, "1");
}

int64_t sim_fact_num(const struct sim_device *d, const char *key, int64_t otherwise)
{
	char v[32];
	int64_t n;

	sim_text(d, key, v, sizeof(v));
	return amt_num_i64(v, INT64_MIN, INT64_MAX, &n, NULL) ? n : otherwise;
}

const char *sim_fact_item(const struct sim_device *d, const char *key, unsigned n)
{
	char name[80];

	snprintf(name, sizeof(name), "%s.%u", key, n);
	return find(d, name);
}

bool sim_list_has(const char *list, const char *word)
{
	char item[128];

	while (*list) {
		size_t n = strcspn(list, ", ");

		if (n && n < sizeof(item)) {
			amt_str_copy(item, n + 1, list);
			if (amt_glob(item, word))
				return true;
		}
		list += n + strspn(list + n, ", ");
	}
	return false;
}

unsigned sim_major(const struct sim_device *d)
{
	const char *v = sim_fact(d, "version");
	unsigned n = 0;

	while (*v >= '0' && *v <= '9' && n < 1000)
		n = n * 10 + (unsigned)(*v++ - '0');
	return n;
}

/* --- computed facts --- */

/* 16 bytes that stay the same for a device from run to run. */
static void identity(const struct sim_device *d, const char *what, uint8_t out[16])
{
	char seed[128];
	unsigned n = 16;

	snprintf(seed, sizeof(seed), "amtsim %s %08x %u %s", what, d->ip, d->index, d->name);
	EVP_Digest(seed, strlen(seed), out, &n, EVP_md5(), NULL);
}

/* In SMBIOS order, as it travels (1.1): the first three fields little-endian. */
static void uuid_bytes(const struct sim_device *d, uint8_t out[16])
{
	static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	const char *given = sim_fact(d, "uuid");
	uint8_t straight[16];

	if (amt_hex_decode(given, straight, 16) != 16) {
		identity(d, "uuid", straight);
		straight[6] = (uint8_t)((straight[6] & 0x0f) | 0x40);
		straight[8] = (uint8_t)((straight[8] & 0x3f) | 0x80);
	}
	for (int i = 0; i < 16; i++)
		out[i] = straight[order[i]];
}

static void put_uuid(const struct sim_device *d, struct amt_buf *out)
{
	uint8_t u[16];

	uuid_bytes(d, u);
	amt_buf_printf(out, "%02x%02x%02x%02x-%02x%02x-%02x%02x-", u[3], u[2], u[1], u[0], u[5],
		       u[4], u[7], u[6]);
	amt_buf_printf(out, "%02x%02x-%02x%02x%02x%02x%02x%02x", u[8], u[9], u[10], u[11], u[12],
		       u[13], u[14], u[15]);
}

static void put_base64(const void *p, size_t n, struct amt_buf *out)
{
	if (amt_buf_reserve(out, amt_base64_len(n) + 1)) {
		amt_base64_encode(p, n, out->data + out->len);
		out->len += amt_base64_len(n);
	}
}

static void put_cert(X509 *x, struct amt_buf *out)
{
	unsigned char *der = NULL;
	int n = x ? i2d_X509(x, &der) : 0;

	if (n > 0)
		put_base64(der, (size_t)n, out);
	OPENSSL_free(der);
}

static void put_name(const X509_NAME *name, struct amt_buf *out)
{
	char text[256] = "";
	BIO *b = BIO_new(BIO_s_mem());

	if (b && X509_NAME_print_ex(b, name, 0, XN_FLAG_SEP_COMMA_PLUS) > 0) {
		int n = BIO_read(b, text, sizeof(text) - 1);

		text[n > 0 ? n : 0] = 0;
	}
	BIO_free(b);
	amt_buf_str(out, text);
}

const char *sim_realm(const struct sim_device *d, char out[80])
{
	uint8_t id[16];

	sim_text(d, "realm", out, 80);
	if (!*out) {
		int n = snprintf(out, 80, "Digest:");

		identity(d, "realm", id);
		for (int i = 0; i < 16; i++)
			n += snprintf(out + n, 80 - (size_t)n, "%02X", id[i]);
	}
	return out;
}

/* CIM power state -> the S state that EOI answers with. */
static char s_state(int cim)
{
	static const char states[] =
		"000135545"; /* 2 on, 3 light, 4 deep, 6 off, 7 hibernate, 8 off soft */

	return cim >= 0 && cim <= 8 ? states[cim] : '5';
}

static void put_count(const struct sim_device *d, const char *key, struct amt_buf *out)
{
	unsigned n = 1;

	while (sim_fact_item(d, key, n))
		n++;
	amt_buf_printf(out, "%u", n - 1);
}

static void put_cert_fact(const struct sim_device *d, const char *name, struct amt_buf *out)
{
	struct sim_device *dd = sim_device_at(d->ip);
	X509 *x = NULL, *leaf = NULL;
	EVP_PKEY *key;

	if (!strncmp(name, "root", 4))
		x = sim_cert_root();
	else if (dd)
		x = leaf = sim_cert_leaf(dd, false, &key, NULL);
	if (!x)
		return;
	if (amt_str_ends(name, "_der"))
		put_cert(x, out);
	else if (amt_str_ends(name, "_subject"))
		put_name(X509_get_subject_name(x), out);
	else
		put_name(X509_get_issuer_name(x), out);
	X509_free(leaf);
}

static void computed(const struct sim_device *d, const char *name, struct amt_buf *out)
{
	uint8_t id[16];
	char text[80];
	time_t now = time(NULL) + (time_t)sim_fact_num(d, "clock.offset", 0);

	if (!strcmp(name, "index")) {
		amt_buf_printf(out, "%05u", d->index);
	} else if (!strcmp(name, "name")) {
		amt_buf_str(out, d->name);
	} else if (!strcmp(name, "ip")) {
		amt_buf_str(out, sim_ip_text(d->ip, text));
	} else if (!strcmp(name, "ip_number")) {
		amt_buf_printf(out, "%u", d->ip);
	} else if (!strcmp(name, "fqdn")) {
		sim_expand(d, NULL, "{hostname}.{domain}", out);
	} else if (!strcmp(name, "uuid")) {
		put_uuid(d, out);
	} else if (!strcmp(name, "uuid_base64")) {
		uuid_bytes(d, id);
		put_base64(id, 16, out);
	} else if (!strcmp(name, "uuid_hex")) {
		uuid_bytes(d, id);
		for (int i = 0; i < 16; i++)
			amt_buf_printf(out, "%02X", id[i]);
	} else if (!strcmp(name, "mac")) {
		identity(d, "mac", id);
		amt_buf_printf(out, "00-1e-37-%02x-%02x-%02x", id[0], id[1], id[2]);
	} else if (!strcmp(name, "realm")) {
		amt_buf_str(out, sim_realm(d, text));
	} else if (!strcmp(name, "now")) {
		amt_buf_printf(out, "%lld", (long long)now);
	} else if (!strcmp(name, "core_version")) {
		const char *v = sim_fact(d, "version"); /* at most three numbers */
		size_t n = strcspn(v, ".");

		for (int dots = 0; dots < 2 && v[n]; dots++)
			n += 1 + strcspn(v + n + 1, ".");
		amt_buf_add(out, v, n);
	} else if (!strcmp(name, "s_state")) {
		amt_buf_byte(out, s_state((int)sim_fact_num(d, "power.state", 2)));
	} else if (!strncmp(name, "count_", 6)) {
		put_count(d, name + 6, out);
	} else if (!strncmp(name, "root_", 5) || !strncmp(name, "leaf_", 5)) {
		put_cert_fact(d, name, out);
	}
}

/* --- templates --- */

static void put_field(const char *item, unsigned n, struct amt_buf *out)
{
	if (!item)
		return;
	for (; n && *item; n--) {
		item += strcspn(item, "|");
		item += *item == '|';
	}
	amt_buf_add(out, item, strcspn(item, "|"));
}

static void expand(const struct sim_device *d, const char *item, const char *text,
		   struct amt_buf *out, int depth)
{
	char name[64];

	while (*text && !out->over) {
		size_t n = strcspn(text, "{");
		size_t m;

		amt_buf_add(out, text, n);
		text += n;
		if (!*text)
			break;
		m = strcspn(text, "}");
		if (!text[m] || m > sizeof(name)) {
			amt_buf_str(out, text);
			break;
		}
		amt_str_copy(name, m, text + 1);
		text += m + 1;
		if (name[0] == '@')
			computed(d, name + 1, out);
		else if (name[0] == '.')
			put_field(item, (unsigned)(name[1] - '0'), out);
		else if (depth < 4)
			expand(d, NULL, sim_fact(d, name), out, depth + 1);
	}
}

void sim_expand(const struct sim_device *d, const char *item, const char *text, struct amt_buf *out)
{
	expand(d, item, text, out, 0);
}
