/* Private to common/hello: the judge, in two files. */
#ifndef AMTDIAG_HELLO_JUDGE_H
#define AMTDIAG_HELLO_JUDGE_H

#include "hello/relate.h"

const char *hello_judge_source(const struct hello_facts *f, uint32_t capture);
/* Adds frame and time, unless the fact was not seen in a packet. */
void hello_judge_evidence(const struct hello_facts *f, struct amt_findings *fs,
			  struct amt_finding *x, struct hello_spot at, const char *text);

/* judge_ports.c */
void hello_judge_destination(const struct hello_facts *f, const struct hello_device *d,
			     struct amt_findings *fs);
void hello_judge_addresses(const struct hello_facts *f, struct amt_findings *fs);
void hello_judge_service_port(const struct hello_facts *f, const struct hello_device *d,
			      struct amt_findings *fs);
void hello_judge_handshake(const struct hello_facts *f, const struct hello_device *d,
			   struct amt_findings *fs);
void hello_judge_provisioning_port(const struct hello_facts *f, struct amt_findings *fs);

#endif
