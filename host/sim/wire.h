/*
 * USB packets onto a wire: bytes with their checksums, and the time that they take. USB 2.0 §7.1, §8.3, §8.4.
 */
#ifndef CORDON_SIM_WIRE_H
#define CORDON_SIM_WIRE_H

#include <stddef.h>

#include "core/usb_packet.h"

enum {
	WIRE_PAYLOAD_MAX = 64, /* of a transaction that is acknowledged */
	WIRE_ISOCHRONOUS_MAX = 1023,
};

struct sim_packet {
	uint16_t len;
	uint8_t bytes[1 + WIRE_ISOCHRONOUS_MAX + 2];
};

void wire_token(struct sim_packet *p, enum usb_pid pid, uint8_t address, uint8_t endpoint);
void wire_sof(struct sim_packet *p, uint16_t frame);
void wire_data(struct sim_packet *p, bool data1, const uint8_t *payload, size_t len);
void wire_handshake(struct sim_packet *p, enum usb_pid pid); /* PRE too */

/* From the first bit of sync to the end of EOP; stuffed bits are counted, as receivers see them. */
int64_t wire_duration_ns(const struct sim_packet *p, enum usb_speed speed);

/* One bit at this speed, in picoseconds. */
static inline int64_t wire_bit_ps(enum usb_speed speed)
{
	return speed == USB_SPEED_LOW ? 666667 : 83333;
}

#endif
