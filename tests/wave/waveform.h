/*
 * Waveforms on D+ and D- in picoseconds, from packets and line states. In: bytes, bit times, and how bad the sender is:
 * its clock, its jitter (USB 2.0 §7.1.15), the skew between the wires. Out: edges of each wire, in order of time.
 * Leaves alone: who listens. The memory belongs to the waveform: wave_init and wave_release pair.
 */
#ifndef CORDON_TESTS_WAVEFORM_H
#define CORDON_TESTS_WAVEFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/usb_packet.h"

enum { WAVE_SE0 = 0, WAVE_DP = 1, WAVE_DM = 2, WAVE_SE1 = 3 };

struct wave_edge {
	int64_t ps;
	bool high;
};

struct wave_wire {
	struct wave_edge *edge;
	size_t count, room;
};

struct wave {
	struct wave_wire wire[2]; /* D+, D- */
	enum usb_speed speed;
	double now; /* ps; the ideal grid of the sender's clock */
	double ppm;
	double jitter_next,
		jitter_pair; /* ps: edge to next edge, to the next but one; the limits */
	double skew;         /* ps by which D- is late */
	uint32_t seed;
	/* inner */
	int lines;
	unsigned parity;
	double alternate, spread;
};

void wave_init(struct wave *w, enum usb_speed speed, uint32_t seed);
void wave_release(struct wave *w);

uint32_t wave_random(struct wave *w);

/* The lines go to a state now; time passes; one bit time at the sender's clock and the wave's speed. */
void wave_lines(struct wave *w, int lines);
void wave_wait(struct wave *w, double ps);
double wave_bit(const struct wave *w);

/* J or K of the wave's speed. */
int wave_j(const struct wave *w);
int wave_k(const struct wave *w);

/* Sync, bytes, EOP (2 bits of SE0, then J and `idle_bits` of it). Returns the time of the first edge. */
int64_t wave_packet(struct wave *w, const uint8_t *bytes, size_t len, double idle_bits);
/* The same at low speed on a full-speed bus, with the polarity of full speed. */
int64_t wave_packet_slow(struct wave *w, const uint8_t *bytes, size_t len, double idle_bits);
/* PRE: sync and PID, no EOP. */
int64_t wave_pre(struct wave *w, double idle_bits);
/* 8N1 on one wire (0 D+, 1 D-), the other stays as it is. */
void wave_uart(struct wave *w, unsigned wire, double baud, const char *text);

/* Builders: to[] takes 3 bytes, or len + 3. Return the packet's length. */
size_t wave_token(uint8_t *to, enum usb_pid pid, unsigned address, unsigned endpoint);
size_t wave_sof(uint8_t *to, unsigned frame);
size_t wave_data(uint8_t *to, enum usb_pid pid, const uint8_t *payload, size_t len);
size_t wave_handshake(uint8_t *to, enum usb_pid pid);

#endif
