/* Private to common/hello: the user's BPF expression applied to packets out of files. */
#ifndef AMTDIAG_HELLO_BPF_H
#define AMTDIAG_HELLO_BPF_H

#include "hello/packet.h"

/* One compiled program per link type, made when the first such packet comes. */
struct hello_bpf;
/* NULL with err set when the expression is wrong for Ethernet. */
struct hello_bpf *hello_bpf_new(const char *expression, struct amt_error *err);
bool hello_bpf_match(struct hello_bpf *b, const struct hello_packet *p);
void hello_bpf_free(struct hello_bpf *b);

#endif
