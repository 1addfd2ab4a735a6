/*
 * Keyed supply: VBUS is switched by a code that nobody outside knows, so that what follows the code is in the cable and
 * what does not is the room. Chips come in pairs, one of them on and one off; a hash of the seed says which is first. So
 * half of the time VBUS is on, never for more than two chips in a row, and each pair is a comparison of its own.
 * In: the command's arguments, the time. Out: when VBUS goes on or off. One code for firmware, PC and simulator.
 */
#ifndef CORDON_CORE_VBUS_CODE_H
#define CORDON_CORE_VBUS_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	VBUS_CODE_BYTES =
		8, /* as arguments, and as data of the reply: seed, chips, chip_ms, little-endian */
	VBUS_CODE_CHIPS_MAX = 4096,
	VBUS_CODE_MS_MIN = 100, /* VBUS needs 20 ms to fall */
	VBUS_CODE_MS_MAX = 60000,
};

struct vbus_code {
	uint32_t seed;
	uint16_t chips; /* even; 0: none */
	uint16_t chip_ms;
};

void vbus_code_put(uint8_t to[VBUS_CODE_BYTES], const struct vbus_code *c);

/* False where it is none: an odd number, too many, too short or too long. No chips at all is one. */
bool vbus_code_get(struct vbus_code *c, const uint8_t *from, size_t len);

/* The chip's state; chips beyond the last are off. */
bool vbus_code_on(const struct vbus_code *c, unsigned chip);

/* The code as it runs. */
struct vbus_keyer {
	struct vbus_code code;
	uint64_t start; /* tick of the first chip */
	uint16_t chip;  /* the next one */
	uint16_t request;
	bool running;
};

void vbus_keyer_start(struct vbus_keyer *k, const struct vbus_code *c, uint64_t now,
                      uint16_t request);

/* Tick of the next chip, or of the end. */
uint64_t vbus_keyer_next(const struct vbus_keyer *k);

/* Whether VBUS is to be set to *on now; at the end it is off. Called often: a chip begins when this is called after its tick. */
bool vbus_keyer_due(struct vbus_keyer *k, uint64_t now, bool *on);

#endif
