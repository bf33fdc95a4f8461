/* Judges of evidence that two rooms hold: cross.c, and those of certificates and the directory. */
#ifndef STAGE_CROSS_H
#define STAGE_CROSS_H

#include "room_device.h"
#include "rooms.h"

#include "amtdiag/directory.h"
#include "amtdiag/hello.h"
#include "amtdiag/names.h"
#include "amtdiag/trace.h"

/* What the rooms hold; NULL where one has nothing. */
struct cross {
	const struct stage *st;
	const struct trace_facts *logs;
	const struct hello_facts *captures;
	const struct amt_names_facts *names;
	const struct directory_facts *ad;
	struct amt_findings *fs;
};

const char *cross_line(const struct cross *x, const struct trace_spot *at); /* "line 7" */
/* The client of the inventory that has this address, or NULL. */
const struct site_client *cross_client_at(const struct cross *x, const char *address);
/* What the device sends on 16993 now, or NULL. */
const struct amt_dev_chain *cross_leaf_of(const struct amt_device *d);
/* S3.C02a: the record of the inventory against the UUID that source has. by_address: found by the
 * address, which may have changed hands. */
void cross_uuid(const struct cross *x, const struct site_client *c, const char *uuid,
		const char *source, const char *where, bool by_address);
/* What the logs say of a computer, by its FQDN; NULL: nothing. */
const struct trace_device *cross_logged(const struct stage *st, const char *host);
/* The same UUID, with the bytes of its first three parts the other way round. */
bool cross_swapped(const char *a, const char *b);
/* One device against all the other evidence: the room hands each over, so that a fleet need not be
 * in memory. */
void cross_device(const struct stage *st, const struct amt_device *d, struct amt_findings *fs);
/* cross_directory.c: S3.C02a and S3.V03b; S5.C03a of a device */
void cross_directory(const struct cross *x);
void cross_clock(const struct cross *x, const struct amt_device *d);
/* cross_imports.c: S3.C02a, who says hello against the import files */
void cross_imports(const struct cross *x);
/* cross_clients.c: rows that the evidence of all rooms answers for a client */
void cross_clients(const struct cross *x);
/* cross_rows.c: rows that follow from other rows, from exports and answers */
void cross_rows(const struct cross *x);
/* cross_tasks.c: what the tasks in the logs say of each client */
void cross_tasks(const struct cross *x);
/* cross_pki.c: S3.C10b, the root that is sent against the list that the device told */
void cross_roots(const struct cross *x);
/* Whether any device told which roots it trusts. */
bool cross_lists_told(const struct stage *st);
/* cross_suffix.c: the firmware of the clients that are walked, by version; false: not known of each
 */
struct cross_versions AMT_VEC(struct amt_fw);
bool cross_listed_firmware(const struct stage *st, struct cross_versions *out);
/* The firmware that counts for clients whose own is not known: what --firmware says, else that of
 * the clients; none: every generation. Freed with amt_vec_free(). */
struct cross_versions cross_firmware(const struct stage *st);
/* Whether the provisioning certificate covers a domain on the client's firmware (c NULL, or not
 * known: on all of these): PASS, FAIL, WARN: on some of it; UNKNOWN: there is no certificate. */
enum amt_verdict cross_suffix(const struct stage *st, const struct cross_versions *all,
			      const struct site_client *c, const char *suffix);
/* S3.C11, the domain that a device was given in a capture */
void cross_suffixes(const struct cross *x);
/* The log's task that provisioned a computer, any name of it, if that is how it ended; or NULL. */
const struct trace_session *cross_provisioned(const struct stage *st, const char *name);
/* It was un-provisioned: by the log's last task of it, or by the profile. */
bool cross_removed(const struct stage *st, const struct walk_client *c);
/* S5.C07: the chain of the issuing CA against the stores of the consoles */
void cross_stores(const struct cross *x);
/* S7.V02: certificates of clients that were un-provisioned, in lists that are newer */
void cross_revoked(const struct cross *x);

#endif
