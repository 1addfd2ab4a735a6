/*
 * Which endpoints are so busy that they may be cut when the way up is full: those with two or more acknowledged data packets in a
 * frame, and isochronous ones; never endpoint 0, never a slower one. In: good packets, in order, and the frames' beginnings.
 * Out: the endpoint whose transaction it is, and its counts. Leaves alone: when to cut, and how (core/reporter.c).
 */
#ifndef CORDON_CORE_LOAD_H
#define CORDON_CORE_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/packet_rx.h"
#include "core/wire.h"

enum {
	LOAD_ENDPOINTS = 8, /* more than a frame can keep busy; who finds no place is slow */
	LOAD_BUSY = 2,
};

struct load_endpoint {
	uint16_t name;         /* address, endpoint << 7, IN << 11; LOAD_NONE where there is none */
	uint8_t acked, before; /* data packets in this frame, and in the one before */
	uint8_t unanswered;    /* in a row: two are isochronous. USB 2.0 §8.5.5 */
	uint8_t quiet;         /* frames without data */
	struct wire_count count; /* what was counted instead of sent */
	uint64_t first, last;    /* ticks of it */
};

struct load {
	struct load_endpoint *now; /* of the transaction; NULL: of one that is never cut */
	uint16_t name;             /* of the last token */
	bool waits;                /* its data are there, a handshake may come */
	uint64_t frame;            /* when the frame began */
	struct load_endpoint endpoint[LOAD_ENDPOINTS];
};

enum { LOAD_NONE = 0xffff };

void load_init(struct load *l);

/* A good packet. Before it is sent, held or counted. */
void load_packet(struct load *l, const struct rx_packet *p);

/* A token, good data and an ACK: what load_packet would make of the three. False: ask that. */
bool load_transaction(struct load *l, const struct rx_packet *const packet[3]);

/* Something was not heard, or not well enough to be known: the data that come next may be of any endpoint, and are never cut. */
void load_gap(struct load *l);

/* A frame begins: SOF, or a keep-alive at low speed. */
void load_frame(struct load *l, uint64_t tick);

static inline bool load_isochronous(const struct load_endpoint *e)
{
	return e->unanswered >= 2;
}

/* Whether the data of the transaction that goes on may be cut. */
static inline bool load_may_cut(const struct load *l)
{
	return l->now && (l->now->acked >= LOAD_BUSY || l->now->before >= LOAD_BUSY ||
	                  load_isochronous(l->now));
}

#endif
