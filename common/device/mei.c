/*
 * Asking the ME from the machine it sits in: PTHI over /dev/mei0 (handbook device 3.1). No password
 * is needed, but root is. Only commands that read are known here, so nothing else can be sent.
 *
 * A request is version 1.1, two zero bytes, the command and the length of what follows, all
 * little-endian; the reply repeats it with bit 23 of the command set, and a status comes first.
 * The numbers of the commands are the handbook's. The layouts of the replies, and the command that
 * tells the control mode, are as their authors publish them elsewhere and not in the handbook; no
 * reply of hardware was seen, so a reply that does not fit its layout is told and not guessed at.
 */
#include "device/mei.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mei.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define HEAD     12
#define REPLY    0x00800000u
#define VERSIONS 50 /* at most, and the room that the reply has for them */
#define BIOS     65
#define TEXT     20

/* ---- replies ---- */

static const char *text_of(struct amt_device *d, const uint8_t *p, size_t n)
{
	char *s = p ? amt_arena_strndup(&d->arena, (const char *)p, strnlen((const char *)p, n))
		    : NULL;

	return s && *amt_str_trim(s) ? amt_str_trim(s) : NULL;
}

/* A length, and room for TEXT characters whatever the length is. */
static const char *fixed_text(struct amt_device *d, struct amt_rd *r)
{
	size_t n = amt_rd_le16(r);
	const uint8_t *p = amt_rd_bytes(r, TEXT);

	return text_of(d, p, n < TEXT ? n : TEXT);
}

static const char *counted_text(struct amt_device *d, struct amt_rd *r)
{
	size_t n = amt_rd_le16(r);

	n = n < amt_rd_left(r) ? n : amt_rd_left(r);
	return text_of(d, amt_rd_bytes(r, n), n);
}

static struct amt_dev_setup *setup_of(struct amt_device *d)
{
	return d->setup.n ? &d->setup.v[0] : amt_device_add(d, AMT_DEVC_setup);
}

static bool on_versions(struct amt_device *d, struct amt_rd *r)
{
	amt_rd_skip(r, BIOS);
	uint32_t n = amt_rd_le32(r);

	if (r->short_ || n > VERSIONS)
		return false;
	for (uint32_t i = 0; i < n && amt_rd_left(r); i++) {
		const char *id = fixed_text(d, r), *version = fixed_text(d, r);
		struct amt_dev_software *s =
			id && version ? amt_device_add(d, AMT_DEVC_software) : NULL;
		if (s) {
			s->id = id;
			s->version = version;
		}
	}
	return !r->short_;
}

static bool on_state(struct amt_device *d, struct amt_rd *r)
{
	uint32_t v = amt_rd_le32(r);

	if (r->short_ || v > 2)
		return false;
	setup_of(d)->provisioning_state = v;
	return true;
}

/* 1 enterprise, 2 small business, 3 remote connectivity: as ProvisioningMode has them. */
static bool on_mode(struct amt_device *d, struct amt_rd *r)
{
	uint32_t v = amt_rd_le32(r);

	if (r->short_ || v > 3)
		return false;
	if (v && setup_of(d)->provisioning_mode == AMT_DEV_NONE)
		setup_of(d)->provisioning_mode = v;
	return true;
}

/* 0 none, 1 client control, 2 admin control. */
static bool on_control(struct amt_device *d, struct amt_rd *r)
{
	uint32_t v = amt_rd_le32(r);

	if (r->short_ || v > 2)
		return false;
	if (v)
		setup_of(d)->provisioning_mode = v == 2 ? 1 : 4;
	return true;
}

static bool on_suffix(struct amt_device *d, struct amt_rd *r)
{
	const char *s = counted_text(d, r);

	if (r->short_)
		return false;
	if (s)
		setup_of(d)->trusted_suffix = s;
	return true;
}

static bool on_uuid(struct amt_device *d, struct amt_rd *r)
{
	const uint8_t *p = amt_rd_bytes(r, 16);
	struct amt_dev_uuid *u = p ? amt_device_add(d, AMT_DEVC_uuid) : NULL;
	char hex[33];

	if (!u)
		return false;
	amt_hex_encode(p, 16, hex);
	return dev_set(d, u, dev_field_of(&dev_classes[AMT_DEVC_uuid], "UUID"), hex);
}

/* Algorithm numbers differ by interface (3.3), but here the room is one for all lengths: 0 MD5,
 * 1 SHA-1, 2 SHA-256, 3 SHA-384. */
static bool on_hash(struct amt_device *d, struct amt_rd *r)
{
	static const uint8_t lengths[] = {16, 20, 32, 48};
	uint32_t is_default = amt_rd_le32(r), active = amt_rd_le32(r);
	const uint8_t *hash = amt_rd_bytes(r, 64);
	uint8_t type = amt_rd_u8(r);

	if (r->short_ || type >= sizeof(lengths))
		return false;
	struct amt_dev_hash *h = amt_device_add(d, AMT_DEVC_hash);
	if (!h)
		return true;
	char *hex = amt_arena_alloc(&d->arena, (size_t)lengths[type] * 2 + 1);
	amt_hex_encode(hash, lengths[type], hex);
	h->data = hex;
	h->type = type;
	h->enabled = active ? AMT_YES : AMT_NO;
	h->is_default = is_default ? AMT_YES : AMT_NO;
	h->description = counted_text(d, r);
	return !r->short_;
}

static const struct {
	uint32_t command;
	enum amt_dev_class c;
	bool (*read)(struct amt_device *d, struct amt_rd *r);
	const char *what;
} commands[] = {
	[DEV_MEI_VERSIONS] = {0x0400001a, AMT_DEVC_software, on_versions, "versions"},
	[DEV_MEI_STATE] = {0x04000011, AMT_DEVC_setup, on_state, "the provisioning state"},
	[DEV_MEI_CONTROL] = {0x0400006b, AMT_DEVC_setup, on_control, "the control mode"},
	[DEV_MEI_MODE] = {0x04000008, AMT_DEVC_setup, on_mode, "the provisioning mode"},
	[DEV_MEI_SUFFIX] = {0x04000036, AMT_DEVC_setup, on_suffix, "the PKI DNS suffix"},
	[DEV_MEI_UUID] = {0x0400005c, AMT_DEVC_uuid, on_uuid, "the UUID"},
	[DEV_MEI_HASHES] = {0x0400002c, AMT_DEVC_hash, NULL, "the root hashes"},
	[DEV_MEI_HASH] = {0x0400002d, AMT_DEVC_hash, on_hash, "a root hash"},
};

size_t dev_mei_request(uint8_t out[DEV_MEI_REQUEST], enum dev_mei_command c, uint32_t handle)
{
	size_t n = c == DEV_MEI_HASH ? 4 : 0;
	const uint32_t command = commands[c].command;
	const uint8_t b[DEV_MEI_REQUEST] = {1,
					    1,
					    0,
					    0,
					    (uint8_t)command,
					    (uint8_t)(command >> 8),
					    (uint8_t)(command >> 16),
					    (uint8_t)(command >> 24),
					    (uint8_t)n,
					    0,
					    0,
					    0,
					    (uint8_t)handle,
					    (uint8_t)(handle >> 8),
					    (uint8_t)(handle >> 16),
					    (uint8_t)(handle >> 24)};

	memcpy(out, b, sizeof(b));
	return HEAD + n;
}

bool dev_mei_reply(struct amt_device *d, enum dev_mei_command c, const uint8_t *p, size_t n,
		   struct dev_mei_handles *handles, struct amt_error *err)
{
	struct amt_rd r = amt_rd_init(p, n);
	bool ok;

	amt_rd_skip(&r, 4);
	uint32_t command = amt_rd_le32(&r);
	uint32_t length = amt_rd_le32(&r);
	if (r.short_ || command != (commands[c].command | REPLY))
		return amt_fail(err, "the ME's reply is not one to the question for %s",
				commands[c].what);
	/* What follows may be padded, but not be less than it says. */
	r = amt_rd_sub(&r, length);
	uint32_t status = amt_rd_le32(&r);
	if (r.short_)
		return amt_fail(err, "the ME's reply about %s is cut off", commands[c].what);
	if (status)
		return amt_fail(err, "the ME does not tell %s (status 0x%x)", commands[c].what,
				status);
	if (c == DEV_MEI_HASHES) {
		uint32_t count = amt_rd_le32(&r);
		handles->n = 0;
		while (handles->n < count && handles->n < DEV_MEI_HANDLES && amt_rd_left(&r) >= 4)
			handles->v[handles->n++] = amt_rd_le32(&r);
		ok = !r.short_;
	} else {
		ok = commands[c].read(d, &r);
	}
	return ok || amt_fail(err, "the ME's reply about %s can't be read", commands[c].what);
}

/* ---- the conversation ---- */

static bool ask(struct amt_device *d, int fd, unsigned timeout_ms, enum dev_mei_command c,
		uint32_t handle, struct dev_mei_handles *handles, struct amt_error *err)
{
	uint8_t out[DEV_MEI_REQUEST], in[DEV_MEI_REPLY];
	size_t n = dev_mei_request(out, c, handle);
	struct pollfd p = {.fd = fd, .events = POLLIN};

	if (write(fd, out, n) != (ssize_t)n)
		return amt_fail(err, "asking the ME for %s: %s", commands[c].what, strerror(errno));
	int ready = poll(&p, 1, (int)timeout_ms);
	if (ready <= 0)
		return amt_fail(err, "asking the ME for %s: %s", commands[c].what,
				ready ? strerror(errno) : "no answer in time");
	ssize_t got = read(fd, in, sizeof(in)); /* the driver hands over whole messages */
	if (got <= 0)
		return amt_fail(err, "asking the ME for %s: %s", commands[c].what,
				got ? strerror(errno) : "closed");
	return dev_mei_reply(d, c, in, (size_t)got, handles, err);
}

static void source(struct amt_device *d, enum dev_mei_command c, const char *where, bool ok,
		   const char *error)
{
	enum amt_dev_class class = commands[c].c;

	if (ok)
		dev_source(d, class, AMT_DEV_READ, where, NULL);
	else if (d->source[class].state == AMT_DEV_NOT_ASKED)
		dev_source(d, class, AMT_DEV_FAILED, where, error);
}

bool dev_mei_read(struct amt_device *d, int fd, const char *where, unsigned timeout_ms,
		  struct amt_error *err)
{
	static const enum dev_mei_command order[] = {
		DEV_MEI_VERSIONS, DEV_MEI_STATE, DEV_MEI_CONTROL, DEV_MEI_MODE,
		DEV_MEI_SUFFIX,   DEV_MEI_UUID,  DEV_MEI_HASHES};
	struct dev_mei_handles handles = {.n = 0};
	size_t told = 0;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		bool ok = ask(d, fd, timeout_ms, order[i], 0, &handles, err);
		source(d, order[i], where, ok, err->text);
		told += ok;
		if (!ok)
			amt_device_note(d, "%s: %s", where, err->text);
		/* Who does not answer the first question is not asked six more. */
		if (!told)
			return false;
	}
	for (size_t i = 0; i < handles.n; i++)
		if (!ask(d, fd, timeout_ms, DEV_MEI_HASH, handles.v[i], &handles, err))
			amt_device_note(d, "%s: %s", where, err->text);
	return true;
}

bool amt_device_mei(struct amt_device *d, const char *path, unsigned timeout_ms,
		    struct amt_error *err)
{
	/* AMTHI, 12F80028-B4B7-4B2D-ACA8-46E0FF65814C */
	static const uint8_t amthi[16] = {0x28, 0x00, 0xf8, 0x12, 0xb7, 0xb4, 0x2d, 0x4b,
					  0xac, 0xa8, 0x46, 0xe0, 0xff, 0x65, 0x81, 0x4c};
	struct mei_connect_client_data client = {0};
	struct amt_error dummy = {0};
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);

	err = err ? err : &dummy;
	if (fd < 0)
		return amt_fail(err, "%s: %s%s", path, strerror(errno),
				errno == EACCES || errno == EPERM ? " (root may)" : "");
	memcpy(&client.in_client_uuid, amthi, sizeof(amthi));
	bool ok = ioctl(fd, IOCTL_MEI_CONNECT_CLIENT, &client) == 0;
	if (!ok)
		amt_fail(err, "%s: the ME has no AMT to talk to: %s", path, strerror(errno));
	ok = ok && dev_mei_read(d, fd, path, timeout_ms, err);
	close(fd);
	return ok;
}
