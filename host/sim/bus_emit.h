/*
 * Private to the simulated bus: what bus.c (time, frames, polls) and bus_transfer.c (transactions) share.
 */
#ifndef CORDON_SIM_BUS_EMIT_H
#define CORDON_SIM_BUS_EMIT_H

#include "sim/bus.h"
#include "sim/wire.h"

/* Both of 7.5 bit times at most between packets of a transaction (USB 2.0 §7.1.18.1); 3 is what devices do. */
enum { BUS_TURNAROUND_BITS = 3 };

/* One packet to or from a device, now; time moves to its end and turnaround. Hosts put PRE before theirs. */
void bus_packet(struct bus *b, const struct bus_device *d, const struct sim_packet *p,
                bool from_host);
void bus_token(struct bus *b, const struct bus_device *d, enum usb_pid pid, uint8_t endpoint);
void bus_handshake(struct bus *b, const struct bus_device *d, enum usb_pid pid, bool from_host);

/* Begins the next frame where a transaction of this payload would run past the end of this one. */
void bus_fit(struct bus *b, const struct bus_device *d, size_t payload);

/* A URB record, now. `data` may be NULL. */
void bus_urb(struct bus *b, const struct record_urb *urb);

#endif
