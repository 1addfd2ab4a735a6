/*
 * A packet's bytes to the states of the two lines, one a bit time: sync, NRZI, stuffed bits, SE0 and J. In: PID first, CRC
 * included. Out: enum wire_lines. Leaves alone: when each is put on the wire. USB 2.0 §7.1.8 to §7.1.10, §7.1.13.2.
 */
#ifndef CORDON_CORE_PACKET_TX_H
#define CORDON_CORE_PACKET_TX_H

#include <stddef.h>
#include <stdint.h>

#include "core/usb_packet.h"
#include "core/wire.h"

/* 8 of sync, 7 a byte and a half for the worst stuffing, 3 of EOP. */
#define PACKET_TX_STATES(bytes) (8 + (bytes)*8 * 7 / 6 + 1 + 3)

/* How many states; `to` must have room for PACKET_TX_STATES(len). */
size_t packet_tx(uint8_t *to, const uint8_t *bytes, size_t len, enum usb_speed speed);

#endif
