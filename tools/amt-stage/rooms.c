/* The rooms in the order in which they collect. */
#include "rooms.h"

const struct stage_room *const stage_rooms[] = {
	&stage_room_exports, /* first: it tells the others what the site is */
	&stage_room_logs,
	&stage_room_captures,
	&stage_room_chain,
	&stage_room_issuing_ca,
	&stage_room_client_certificates,
	&stage_room_names,
	&stage_room_directory,
	&stage_room_devices,
	&stage_room_documents,
	NULL,
};
