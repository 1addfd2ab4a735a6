/*
 * What must be done at the very end of a packet, however far behind the decoder is. In: the sampler's flag at SE0, as an interrupt above
 * all others. Out: a call at once behind a token that was waited for (whoever answers has 16 bit times: USB 2.0 §7.1.18), and, in
 * an interrupt beside the others, the packets of control transfers for guard mode. Each is off until it is asked for.
 */
#ifndef CORDON_RP2040_LISTEN_END_H
#define CORDON_RP2040_LISTEN_END_H

#include <stdbool.h>
#include <stdint.h>

#include "core/packet_rx.h"

enum { LISTEN_ANSWER_WORDS = 4 };

/* `then` is called behind each packet of just these words (core/packet_words.h), above all interrupts; NULL ends it. */
void listen_answer(const uint32_t *words, unsigned count, void (*then)(void));

/* Who follows packets: wanted by their PIDs, in order, as soon as each has ended. */
struct listen_follower {
	bool (*wants)(unsigned pid);
	void (*packet)(const struct rx_packet *p);
	bool (*idle)(void); /* nothing but a SETUP is wanted */
};

/* NULL ends it. */
void listen_follow(const struct listen_follower *f);

/* For listen.c: the ring of words, once; the speed of the bus. */
void listen_end_ring(const volatile uint32_t *words);
void listen_end_speed(enum usb_speed speed);

#endif
