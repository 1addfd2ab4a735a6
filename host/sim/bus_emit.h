/*
 * Private to the simulated bus: what bus.c (time, frames, polls) and bus_transfer.c (transactions) share.
 */
#ifndef CORDON_SIM_BUS_EMIT_H
#define CORDON_SIM_BUS_EMIT_H

#include "sim/bus.h"
#include "sim/wire.h"

/* Both of 7.5 bit times at most between packets of a transaction (USB 2.0 §7.1.18.1); 3 is what devices do. */
enum { BUS_TURNAROUND_BITS = 3 };

/* So often a transaction is tried before it is given up. USB 2.0 §10.2.6 */
enum { BUS_TRIES = 3 };

/*
 * One packet to or from a device, now; time moves to its end and turnaround. Hosts put PRE before theirs. False: it
 * arrived damaged.
 */
bool bus_packet(struct bus *b, const struct bus_device *d, const struct sim_packet *p,
                bool from_host);
bool bus_token(struct bus *b, const struct bus_device *d, enum usb_pid pid, uint8_t endpoint);
bool bus_handshake(struct bus *b, const struct bus_device *d, enum usb_pid pid, bool from_host);

/* Nobody answered: 18 bit times later that is known. USB 2.0 §7.1.19 */
void bus_timeout(struct bus *b, const struct bus_device *d);

/* Whether a disturbance is due in this packet. */
bool bus_loss_due(struct bus *b, const struct sim_packet *p);

/* Edges that are lost of `p` where a disturbance is due; false: none. bus_loss.c */
bool bus_lose(struct bus *b, struct sim_packet *p);

/* Begins the next frame where a transaction of this payload would run past the end of this one. */
void bus_fit(struct bus *b, const struct bus_device *d, size_t payload);

/* A URB record, now. `data` may be NULL. */
void bus_urb(struct bus *b, const struct record_urb *urb);

#endif
