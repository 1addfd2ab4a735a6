/*
 * Tells a keyboard while it enumerates: guard mode must open the bus before the first key, and cannot wait for the PC.
 * In: packets as the listener heard them. Out: whether this one shows a keyboard, and at which address. A boot keyboard's
 * interface (class 3, 1, 1) or an item of usage page 07 in a report descriptor, wherever it stands: keyboards hide as 3/0/0.
 * What comes off the cable is followed byte by byte and never kept. HID 1.11 §4.2, §6.2.2; USB 2.0 §8.5.3, §9.6.5.
 */
#ifndef CORDON_CORE_KEYBOARD_WATCH_H
#define CORDON_CORE_KEYBOARD_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/packet_rx.h"

enum keyboard_reads {
	KEYBOARD_READS_NOTHING,
	KEYBOARD_READS_CONFIGURATION,
	KEYBOARD_READS_REPORT, /* a HID report descriptor */
};

struct keyboard_watch {
	enum keyboard_reads reads;
	uint16_t token;   /* address and endpoint 0 of the transfer that is followed */
	uint8_t expects;  /* data that belong to it come next: 1 of a SETUP, 2 of an IN */
	uint8_t last_pid; /* a repeated packet is not new data */
	uint8_t at, len;  /* place in a descriptor or an item, its length */
	uint8_t head;     /* type of the descriptor, prefix of the item */
	uint8_t seen[3];  /* class so far; the item's data */
	bool told;        /* in this transfer */
};

/* Between control transfers that tell something about a keyboard. */
static inline bool keyboard_watch_idle(const struct keyboard_watch *w)
{
	return !w->reads && !w->expects;
}

/* Most packets need not be looked at: none between control transfers, but a SETUP. */
static inline bool keyboard_watch_cares(const struct keyboard_watch *w, const struct rx_packet *p)
{
	return !keyboard_watch_idle(w) || (p->bytes[0] & 0xf) == USB_PID_SETUP;
}

/*
 * The same by the PID alone, before a packet is decoded: one that is not wanted has been taken note of, and keyboard_watch_packet need not
 * see it.
 */
bool keyboard_watch_wants(struct keyboard_watch *w, unsigned pid);

/* True once a transfer, with the packet that shows it; damaged packets show nothing. */
bool keyboard_watch_packet(struct keyboard_watch *w, const struct rx_packet *p, uint8_t *address);

#endif
