/*
 * Symbols of the bus to packets with error bits: NRZI, bit stuffing, sync, PID, CRC, EOP. USB 2.0 §7.1.7 to §7.1.9, §8.3.
 * In: words of sixteen samples, as core/listen_pio.h makes them, one after the other; each is decoded when it comes, so
 * that at the last one only that one is left to do. Out: packets, through the sink. Leaves alone: what is no packet
 * (core/line.h). Low-speed packets on a full-speed bus (after PRE, and the answers) are found by their eight-fold bits.
 */
#ifndef CORDON_CORE_PACKET_RX_H
#define CORDON_CORE_PACKET_RX_H

#include <stdbool.h>
#include <stdint.h>

#include "core/crc.h"
#include "core/usb_packet.h"

enum {
	PACKET_RX_MAX = 1 + 1023 + 2, /* full speed, isochronous. USB 2.0 §5.6.3 */
	PACKET_RX_TICKS_PER_BIT = 10, /* at full speed */
	RX_PAIRS = 20,                /* of words, decoded in one go: a bulk packet */
};

struct rx_packet {
	uint64_t start; /* tick of the first edge */
	enum usb_speed speed;
	uint8_t flags;        /* enum wire_packet_flag */
	uint16_t len;         /* at `bytes`, at most PACKET_RX_MAX of them */
	uint16_t len_true;    /* on the wire */
	const uint8_t *bytes; /* PID first; borrowed until the call returns */
};

struct rx_sink {
	void *context;
	void (*packet)(void *context, const struct rx_packet *packet);
};

enum rx_phase {
	RX_CLOSED,
	RX_FIRST, /* nothing seen yet */
	RX_PLAIN, /* one symbol a bit */
	RX_GAP,   /* between PRE and what follows it */
	RX_SLOW,  /* eight symbols a bit */
};

enum { RX_SHORT = 32 };

/* A token or a handshake that was heard of late, by its words: the same come again and again. */
struct rx_short {
	uint32_t words[3];
	uint32_t count; /* of the words; 0: nothing here yet */
	struct rx_packet packet;
	uint8_t bytes[3];
};

/* Three packets of which all is there, as the bus carries them most: a token, data and an ACK. */
struct rx_three {
	uint64_t k;        /* tick of the first */
	uint32_t after[2]; /* how much later the others began */
	const uint32_t *words[3];
	unsigned count[3];
	/* What core/unstuff.h has made of the data packet, and how many bits behind its PID; or NULL. */
	const uint32_t *unstuffed;
	unsigned bits;
};

struct rx {
	enum usb_speed speed; /* of the bus */
	enum rx_phase phase;
	bool in_sync;
	uint8_t turn; /* which of a pair of `known` goes next */
	uint8_t zeros, ones, flags, level, held_bits;
	uint16_t len;
	uint16_t summed; /* bytes behind the PID that are in `crc` */
	const struct rx_sink *sink;
	struct rx_short *last[2]; /* of `known`: token and handshake of the last transaction */
	struct rx_packet data;    /* of it */
	uint32_t held;
	uint32_t recent; /* levels of the last 32 symbols, the newest on top */
	uint32_t before; /* the last 32 bits behind NRZI, likewise */
	struct crc16_words crc;
	uint64_t origin, start; /* of the sampling, of the packet */
	uint32_t symbols;       /* sampled since the origin */
	uint32_t run, run_at;   /* RX_SLOW: symbols of one level, and which was the first */
	/* By pairs, so that two of the same place keep each other company, and not out (packet_place). */
	struct rx_short known[RX_SHORT];
	/* The bytes begin at the last of the first word: those behind the PID lie on words' borders. */
	uint32_t store[(3 + PACKET_RX_MAX) / 4 + 3 + RX_PAIRS];
};

/* PID first. */
static inline uint8_t *rx_bytes(struct rx *rx)
{
	return (uint8_t *)rx->store + 3;
}

/* Builds the tables that all receivers share. Once, before anything else. */
void rx_tables(void);

void rx_init(struct rx *rx, const struct rx_sink *sink);

/* A K at `tick`: a packet may begin. One that is open is closed as it is, unless it continues (see rx_open). */
void rx_begin(struct rx *rx, uint64_t tick, enum usb_speed speed);

/* The next words, up to the last of the packet at most. Returns how many were taken; none where no packet is open. */
unsigned rx_words(struct rx *rx, const uint32_t *words, unsigned count);

/* Before the two below: where the packet begins, and the speed of the bus. */
static inline void rx_at(struct rx *rx, uint64_t tick, enum usb_speed speed)
{
	rx->start = tick;
	rx->speed = speed;
}

/*
 * A packet that is there from its first word to its last, on an idle bus. False where it is not of the simple kind (whole sync, no
 * PRE, no low speed at full): then nothing was taken. Does what rx_begin and rx_words do, in fewer steps.
 */
bool rx_whole(struct rx *rx, const uint32_t *words, unsigned count);

/* The same for a short one that was heard before, to the bit: 2 or 3 words. False where it was not. */
bool rx_again(struct rx *rx, const uint32_t *words, unsigned count);

/*
 * An IN or OUT that was heard before, good data of 64 bytes at most, an ACK: in `packet`, and not to the sink. False where they are
 * anything else, and nothing was taken. `packet` and what it points to are borrowed until the next call, or until the unstuffed words go.
 */
bool rx_transaction(struct rx *rx, const struct rx_three *t, const struct rx_packet *packet[3]);

/* SE0 at `tick`, which the sampler did not see as an end because it had stopped in a long J. */
void rx_end(struct rx *rx, uint64_t tick);

/* Closes an open packet as broken: there will be no more of it. */
void rx_close(struct rx *rx);

/* Up to when the last packet, or what looked like one, has been sampled. */
static inline uint64_t rx_until(const struct rx *rx)
{
	return rx->origin + (uint64_t)rx->symbols * PACKET_RX_TICKS_PER_BIT *
	                            (rx->speed == USB_SPEED_LOW ? 8 : 1);
}

/* Whether a packet waits for the rest: between its first and last word, or a low-speed one in a long run of J. */
static inline bool rx_open(const struct rx *rx)
{
	return rx->phase != RX_CLOSED;
}

#endif
