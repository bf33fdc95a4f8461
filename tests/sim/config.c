/*
 * Devices from INI files. A file with keys before any section is one device, named after the
 * file; [device NAME] is one device; [fleet NAME] is many; [variant NAME] is a set of facts that a
 * fleet's "mix" deals out; [amtsim] is about the program.
 */
#include "sim.h"

#include <arpa/inet.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

struct section {
	char kind[16], name[64];
	struct sim_facts *facts;
};

static struct {
	struct AMT_VEC(struct section) sections;
	const char *path;
	struct amt_error *err;
	bool failed;
	uint32_t next_ip; /* for devices without an address */
} reading;

/* Facts of all sections live until the end; the vector holds pointers so that parents stay. */
static struct AMT_VEC(struct sim_facts *) all_facts;

const char *sim_ip_text(uint32_t ip, char dst[16])
{
	snprintf(dst, 16, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
	return dst;
}

bool sim_ip_parse(const char *s, uint32_t *ip)
{
	struct in_addr a;

	if (inet_pton(AF_INET, s, &a) != 1)
		return false;
	*ip = ntohl(a.s_addr);
	return true;
}

static struct sim_facts *facts_new(const struct sim_facts *parent)
{
	struct sim_facts *f = amt_calloc(1, sizeof(*f));

	f->parent = parent;
	amt_vec_push(&all_facts, f);
	return f;
}

static const char *own(const struct sim_facts *f, const char *key)
{
	union amt_map_value *v = f ? amt_map_get_str(&f->map, key) : NULL;

	return v ? v->p : "";
}

/* --- reading --- */

static bool bad(const char *what, const char *why)
{
	reading.failed = true;
	return amt_fail(reading.err, "%s: \"%s\" %s", reading.path, what, why);
}

static struct section *section_for(const char *text)
{
	struct section *s;
	const char *space = strchr(text, ' ');
	size_t n = space ? (size_t)(space - text) : strlen(text);

	s = reading.sections.n ? &reading.sections.v[reading.sections.n - 1] : NULL;
	if (!*text) { /* before any section: the file is one device */
		const char *base = strrchr(reading.path, '/');

		base = base ? base + 1 : reading.path;
		if (s)
			return s;
		s = amt_vec_add(&reading.sections);
		amt_str_copy(s->kind, sizeof(s->kind), "device");
		amt_str_copy(s->name, sizeof(s->name), base);
		if (amt_str_ends(s->name, ".ini"))
			s->name[strlen(s->name) - 4] = 0;
		s->facts = facts_new(NULL);
		return s;
	}
	if (s && strlen(s->kind) == n && !strncmp(s->kind, text, n) &&
	    !strcmp(s->name, space ? space + 1 : ""))
		return s;
	s = amt_vec_add(&reading.sections);
	amt_str_copy(s->kind, n + 1 < sizeof(s->kind) ? n + 1 : sizeof(s->kind), text);
	amt_str_copy(s->name, sizeof(s->name), space ? space + 1 : "");
	s->facts = facts_new(NULL);
	return s;
}

static int entry(void *user, const char *section, const char *key, const char *value)
{
	struct section *s = section_for(section);

	(void)user;
	if (!key)
		return 1;
	amt_map_put_str(&s->facts->map, key, NULL)->p = amt_arena_strdup(&sim.arena, value);
	return 1;
}

/* --- making devices --- */

static const struct sim_facts *profile_for(const char *name)
{
	const struct sim_facts *f = sim_profile(*name ? name : "11.8");
	struct amt_buf names;

	if (f && strcmp(name, "base"))
		return f;
	amt_buf_init(&names, 4 * AMT_KIB);
	sim_profile_names(&names);
	amt_buf_str(&names, " are the profiles, not this");
	bad(name, amt_buf_cstr(&names));
	amt_buf_free(&names);
	return NULL;
}

static bool device_new(const struct sim_facts *facts, const char *name, uint32_t ip, uint32_t index)
{
	struct sim_device *d;
	uint8_t key[4] = {(uint8_t)(ip >> 24), (uint8_t)(ip >> 16), (uint8_t)(ip >> 8),
			  (uint8_t)ip};
	bool is_new;
	char text[16];

	if (sim.devices.n >= SIM_MAX_DEVICES)
		return bad(name, "is one device too many");
	union amt_map_value *v = amt_map_put(&sim.by_ip, key, 4, &is_new);
	if (!is_new)
		return bad(sim_ip_text(ip, text), "is the address of two devices");
	d = amt_calloc(1, sizeof(*d));
	d->facts = facts;
	d->name = amt_strdup(name);
	d->ip = ip;
	d->index = index;
	d->contexts_made = 0x1a5d;
	v->p = d;
	amt_vec_push(&sim.devices, d);
	return true;
}

struct sim_device *sim_device_at(uint32_t ip)
{
	uint8_t key[4] = {(uint8_t)(ip >> 24), (uint8_t)(ip >> 16), (uint8_t)(ip >> 8),
			  (uint8_t)ip};
	union amt_map_value *v = amt_map_get(&sim.by_ip, key, 4);

	return v ? v->p : NULL;
}

static bool add_device(struct section *s)
{
	uint32_t ip = reading.next_ip++;
	const char *address = own(s->facts, "address");

	s->facts->parent = profile_for(own(s->facts, "profile"));
	if (*address && !sim_ip_parse(address, &ip))
		return bad(address, "is no IPv4 address");
	return s->facts->parent && device_new(s->facts, s->name, ip, (uint32_t)sim.devices.n);
}

/* --- fleets --- */

#define MAX_SHARES 32
struct share {
	const struct sim_facts *facts;
	unsigned percent;
};

/* A variant of this name: a section [variant NAME], or the fault of that name. */
static const struct sim_facts *variant(const struct section *fleet, const char *name)
{
	struct sim_facts *f = facts_new(fleet->facts);
	const struct section *found = NULL;

	for (size_t i = 0; i < reading.sections.n; i++)
		if (!strcmp(reading.sections.v[i].kind, "variant") &&
		    !strcmp(reading.sections.v[i].name, name))
			found = &reading.sections.v[i];
	if (!found) {
		const char *key = strcmp(name, "filtered") ? "fault" : "ports.filtered";
		const char *value =
			strcmp(name, "filtered") ? name : "16992,16993,16994,16995,623,664";

		amt_map_put_str(&f->map, key, NULL)->p = amt_arena_strdup(&sim.arena, value);
		return f;
	}
	for (size_t i = 0; i < found->facts->map.n_entries; i++)
		amt_map_put_str(&f->map, found->facts->map.entries[i].key, NULL)->p =
			found->facts->map.entries[i].value.p;
	if (*own(f, "profile")) {
		/* another profile: the fleet's own facts still stand before it */
		struct sim_facts *copy = facts_new(profile_for(own(f, "profile")));

		for (size_t i = 0; i < fleet->facts->map.n_entries; i++)
			amt_map_put_str(&copy->map, fleet->facts->map.entries[i].key, NULL)->p =
				fleet->facts->map.entries[i].value.p;
		f->parent = copy;
	}
	return f;
}

/* mix = hang:10, filtered:5, old:20 : percent of the fleet that are of a variant */
static size_t shares_of(const struct section *fleet, struct share out[MAX_SHARES])
{
	const char *p = own(fleet->facts, "mix");
	size_t n = 0;

	while (*p && n < MAX_SHARES) {
		size_t len = strcspn(p, ", ");
		char item[80], *colon;
		uint64_t percent = 0;

		amt_str_copy(item, len + 1 < sizeof(item) ? len + 1 : sizeof(item), p);
		colon = strchr(item, ':');
		if (!colon || !amt_num_u64(colon + 1, 0, 100, &percent, NULL)) {
			bad(item, "in mix is not NAME:PERCENT");
			return 0;
		}
		*colon = 0;
		out[n].facts = variant(fleet, item);
		out[n++].percent = (unsigned)percent;
		p += len;
		p += strspn(p, ", ");
	}
	return n;
}

static const struct sim_facts *dealt(const struct section *fleet, const struct share *s, size_t n,
				     uint32_t index)
{
	unsigned ticket = (index * 61 + 7) % 100, sum = 0; /* 61 has no factor with 100 */

	for (size_t i = 0; i < n; i++) {
		sum += s[i].percent;
		if (ticket < sum)
			return s[i].facts;
	}
	return fleet->facts;
}

static bool add_fleet(struct section *s)
{
	struct share shares[MAX_SHARES];
	uint64_t count = 0;
	uint32_t ip = 0;
	size_t n;
	char name[80];

	s->facts->parent = profile_for(own(s->facts, "profile"));
	if (!s->facts->parent)
		return false;
	if (!sim_ip_parse(own(s->facts, "base"), &ip) ||
	    !amt_num_u64(own(s->facts, "count"), 1, SIM_MAX_DEVICES, &count, NULL))
		return bad(s->name, "needs base = ADDRESS and count = NUMBER");
	n = shares_of(s, shares);
	for (uint32_t i = 0; i < count && !reading.failed; i++) {
		while ((ip & 255) == 0 || (ip & 255) == 255) /* no .0 and no .255 */
			ip++;
		snprintf(name, sizeof(name), "%.60s-%05u", *s->name ? s->name : "fleet", i);
		device_new(dealt(s, shares, n, i), name, ip++, i);
	}
	return !reading.failed;
}

static bool settings(const struct section *s)
{
	const char *v = own(s->facts, "listen");

	if (!strcmp(v, "shared"))
		sim.shared = true;
	else if (*v && strcmp(v, "each"))
		return bad(v, "is no way to listen: each or shared");
	return true;
}

bool sim_config_read(const char *path, struct amt_error *err)
{
	int rc;

	reading.path = path;
	reading.err = err;
	reading.failed = false;
	reading.sections.n = 0;
	if (!reading.next_ip)
		reading.next_ip = 0x7f000a01; /* 127.0.10.1 */
	rc = ini_parse(path, entry, NULL);
	if (rc < 0)
		return amt_fail(err, "can't read %s", path);
	if (rc > 0)
		return amt_fail(err, "%s line %d is neither a section nor KEY = VALUE", path, rc);
	for (size_t i = 0; i < reading.sections.n && !reading.failed; i++) {
		struct section *s = &reading.sections.v[i];

		if (!strcmp(s->kind, "device"))
			add_device(s);
		else if (!strcmp(s->kind, "fleet"))
			add_fleet(s);
		else if (!strcmp(s->kind, "amtsim"))
			settings(s);
		else if (strcmp(s->kind, "variant"))
			bad(s->kind, "is no kind of section: device, fleet, variant or amtsim");
	}
	return !reading.failed;
}

void sim_config_free(void)
{
	for (size_t i = 0; i < all_facts.n; i++) {
		amt_map_free(&all_facts.v[i]->map);
		free(all_facts.v[i]);
	}
	amt_vec_free(&all_facts);
	amt_vec_free(&reading.sections);
	for (size_t i = 0; i < sim.devices.n; i++) {
		struct sim_device *d = sim.devices.v[i];

		OPENSSL_free(d->leaf[0].der);
		OPENSSL_free(d->leaf[1].der);
		EVP_PKEY_free(d->given_key);
		free(d->name);
		free(d);
	}
	amt_vec_free(&sim.devices);
	amt_map_free(&sim.by_ip);
	amt_arena_free(&sim.arena);
}
