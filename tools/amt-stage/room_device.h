/* What the files of the device room share. */
#ifndef STAGE_ROOM_DEVICE_H
#define STAGE_ROOM_DEVICE_H

#include "spool.h"
#include "stage.h"

#include "amtdiag/device.h"

/* A file with CAs that issue the devices' certificates, as read. */
struct device_ca {
	const char *name;
	const uint8_t *bytes;
	size_t n;
};
struct devices {
	struct amt_arena arena;
	struct AMT_VEC(struct amt_device) list;
	struct AMT_VEC(struct device_ca) cas;
	struct stage_spool spool; /* those that were asked, when they are more than DEVICES_HELD */
	struct stage_fleet *asking;
	char *password;
};
#define DEVICES_HELD 500
/* A device of the spool, as facts again: to be freed. */
bool device_spooled(const struct devices *all, size_t client, struct amt_device *d);

/* room_webserver.c: the chain that a device sent, by the pki room's rules for web servers. */
void device_cas_read(struct stage *st, struct devices *all);
json_t *device_cas_to_json(const struct devices *all);
void device_cas_from_json(const json_t *list, struct devices *all);
void device_chain_judge(const struct stage *st, const struct devices *all,
			const struct amt_device *d, const char *fqdn, struct amt_findings *fs);

/* room_expect.c: what is the same for every device, then what one client's record and its object in
 * the directory add. Strings belong to the rooms and the arena. */
void device_expect_site(const struct stage *st, struct amt_arena *a, struct amt_device_expect *e);
void device_expect_client(const struct stage *st, const struct site_client *c, struct amt_arena *a,
			  struct amt_device_expect *e);
void device_expect_free(struct amt_device_expect *e);

#endif
