/* One server of the asker, and its two c-ares channels. Private to asker.c, question.c and
 * channel.c. */
#ifndef AMTDIAG_NAMES_PEER_H
#define AMTDIAG_NAMES_PEER_H

#include "names/asker.h"

#include <ares.h>

#define DATAGRAM_MAX 4097 /* c-ares reads no more of one */

struct dns_peer;
struct dns_batch; /* datagrams read and not yet looked at, questions not yet sent */

/* A c-ares channel that knows one server and one transport. */
struct dns_channel {
	struct dns_peer *peer;
	struct amt_loop *loop;
	ares_channel ares; /* NULL: not opened */
	bool tcp;
	uint64_t datagrams, accepted;
	/* c-ares cuts a UDP answer at 512 bytes unless its own EDNS is on, which one SERVFAIL would
	 * turn off for good: so the datagram read last is kept whole beside it. */
	uint8_t *last;
	size_t last_len;
	struct dns_batch *batch; /* UDP only */
	struct dns_fd {
		struct dns_channel *channel;
		struct amt_watch *watch;
		int fd;
		unsigned events;
	} fds[4];
	int error; /* errno of the last failed call */
};

bool dns_channel_open(struct dns_channel *c, struct amt_loop *loop, const struct amt_addr *to,
		      unsigned timeout_ms);
void dns_channel_close(struct dns_channel *c);
void dns_channel_tick(struct dns_channel *c); /* lets time-outs come about */
/* Sends what c-ares was told is sent. To be called when nobody of c-ares is on the stack. */
void dns_channel_flush(struct dns_channel *c);
/* Asleep, the sockets are kept but not watched, so that the loop can end. */
void dns_channel_awake(struct dns_channel *c, bool awake);
/* The whole answer behind what c-ares handed to a callback. */
void dns_channel_answer(struct dns_channel *c, unsigned char **p, int *n);
/* The question section of the open UDP question with this id (as it stands in the packet); 0: none.
 */
size_t dns_peer_question(const struct dns_peer *p, uint16_t id, uint8_t *out, size_t cap);
/* Called after a channel had something to read. Asker's. */
void dns_peer_ready(struct dns_peer *p);

#endif
