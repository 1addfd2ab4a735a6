/*
 * Plays a code on VBUS_EN by the timer's second alarm, each chip on its tick however busy the main loop is.
 */
#ifndef CORDON_RP2040_VBUS_PIN_H
#define CORDON_RP2040_VBUS_PIN_H

#include "core/vbus_code.h"

struct vbus_pin_change {
	uint64_t at; /* when it was made, tick */
	bool on;
};

/* From here on the keyer belongs to the interrupt, until it has run out or is stopped. A code of no chips stops it. */
void vbus_pin_play(struct vbus_keyer *k, const struct vbus_code *c, uint64_t start,
                   uint16_t request);

/* No further change happens after this. */
void vbus_pin_stop(struct vbus_keyer *k);

/* A change that was made and not asked for yet; the main loop asks more often than they can come. */
bool vbus_pin_made(struct vbus_pin_change *change);

#endif
