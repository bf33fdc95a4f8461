/* One struct a room; room_NAME.c holds it. */
#ifndef STAGE_ROOMS_H
#define STAGE_ROOMS_H

#include "stage.h"

extern const struct stage_room stage_room_logs, stage_room_captures, stage_room_chain,
	stage_room_issuing_ca, stage_room_names, stage_room_devices, stage_room_directory,
	stage_room_exports, stage_room_documents, stage_room_client_certificates;

/* What the directory room was told, or NULL. */
struct directory_facts;
const struct directory_facts *stage_directory(const struct stage *st);
/* Whether the credentials of the profile open the directory: signs in once. */
bool stage_directory_try(struct stage *st, struct amt_error *err);

#endif
