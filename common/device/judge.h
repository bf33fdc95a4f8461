/* Inside of the device room: what the parts of the judge share. All of it is pure. */
#ifndef DEVICE_JUDGE_H
#define DEVICE_JUDGE_H

#include "device/table.h"

struct dev_judge {
	const struct amt_device *d;
	const struct amt_device_expect *e;
	const struct amt_context *ctx;
	struct amt_findings *fs;
	struct amt_fw fw;
	bool fw_known;
	const char *fw_where;
	bool provisioned; /* by the best fact there is; false also when nothing tells */
};

/* Facts may come from a file: nothing is taken to be there. */
#define OR(s) ((s) ? (s) : "?")

/* A finding with the class it rests on as evidence. c AMT_DEV_CLASS_COUNT: none. */
struct amt_finding *dev_say(struct dev_judge *j, const char *id, enum amt_verdict v,
			    enum amt_dev_class c, const char *fmt, ...) AMT_PRINTF(5, 6);
/*
 * Whether a class was read. When it was asked for in vain, an unknown finding with
 * the reason is made for the row; when nobody asked, nothing is said.
 */
bool dev_have(struct dev_judge *j, const char *id, enum amt_dev_class c);
/* Whether the firmware is known and older than that major version: what came later is not in it. */
bool dev_older(const struct dev_judge *j, int major);
/* Whether the device says that it is not provisioned yet; false also when nothing tells. */
bool dev_unfinished(const struct dev_judge *j);
bool dev_has_int(const struct amt_dev_ints *l, int64_t v);
bool dev_has_str(const struct amt_dev_strs *l, const char *s); /* case ignored */
/* Whether it takes connections with TLS only, by its firmware or its settings. */
bool dev_tls_only(const struct dev_judge *j);
const struct amt_dev_port *dev_port(const struct amt_device *d, unsigned port);
const struct amt_dev_tls *dev_tls(const struct amt_device *d, unsigned port);
const struct amt_dev_chain *dev_leaf(const struct amt_device *d, unsigned port);
/* The name the device should have: the expected one, or the one it was asked by; NULL: an address.
 */
const char *dev_fqdn(const struct dev_judge *j);
bool dev_is_address(const char *host);

void dev_judge_reach(struct dev_judge *j);       /* ports, RMCP, log-in */
void dev_judge_tls(struct dev_judge *j);         /* handshake and certificate */
void dev_judge_setup(struct dev_judge *j);       /* stage 3: provisioning, names, identity */
void dev_judge_power(struct dev_judge *j);       /* stage 4 */
void dev_judge_access(struct dev_judge *j);      /* stage 5: Kerberos, clock, access list */
void dev_judge_redirection(struct dev_judge *j); /* stage 5: SOL, IDER, KVM, consent */
void dev_judge_rest(struct dev_judge *j);        /* stages 6 and 7, 802.1X, environment */
void dev_judge_security(struct dev_judge *j);    /* versions with holes, plain text, passwords */

#endif
