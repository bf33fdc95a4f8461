/* Inside of the device room: PTHI, the ME's own interface to the machine it sits in. */
#ifndef DEVICE_MEI_H
#define DEVICE_MEI_H

#include "device/table.h"

#define DEV_MEI_REQUEST 16
#define DEV_MEI_REPLY   4096 /* the largest is the one of versions, 2285 bytes */
#define DEV_MEI_HANDLES 33   /* root hashes that firmware has room for */

enum dev_mei_command {
	DEV_MEI_VERSIONS,
	DEV_MEI_STATE,
	DEV_MEI_CONTROL,
	DEV_MEI_MODE,
	DEV_MEI_SUFFIX,
	DEV_MEI_UUID,
	DEV_MEI_HASHES, /* gives handles */
	DEV_MEI_HASH,   /* of one handle */
	DEV_MEI_COMMANDS
};
struct dev_mei_handles {
	uint32_t v[DEV_MEI_HANDLES];
	size_t n;
};
/* A request; its length. */
size_t dev_mei_request(uint8_t out[DEV_MEI_REQUEST], enum dev_mei_command c, uint32_t handle);
/* One reply into d. False: not the one asked for, cut off, or a status other than success. */
bool dev_mei_reply(struct amt_device *d, enum dev_mei_command c, const uint8_t *p, size_t n,
		   struct dev_mei_handles *handles, struct amt_error *err);
/* The whole conversation on a connected descriptor that keeps messages apart. */
bool dev_mei_read(struct amt_device *d, int fd, const char *where, unsigned timeout_ms,
		  struct amt_error *err);

#endif
