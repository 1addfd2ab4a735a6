/*
 * A packet as the sampler will hear it, to be known again by its words: sync, bytes, EOP to words of sixteen symbols (core/listen_pio.h).
 * In: PID first, CRC included. Leaves alone: stretched or jittery ends, which have other words.
 */
#ifndef CORDON_CORE_PACKET_WORDS_H
#define CORDON_CORE_PACKET_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "core/usb_packet.h"

enum {
	PACKET_WORDS_BYTES = 67, /* at most: 64 of data */
	PACKET_WORDS = 42,       /* what they come to, with all their stuffing */
	PACKET_WORDS_TOKEN = 3,
};

/* Returns how many words. */
unsigned packet_words(uint32_t to[PACKET_WORDS], const uint8_t *bytes, size_t len,
                      enum usb_speed speed);

/* A token's three bytes. USB 2.0 §8.4.1 */
void packet_token(uint8_t to[3], enum usb_pid pid, unsigned address, unsigned endpoint);

#endif
