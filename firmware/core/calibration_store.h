/*
 * The calibration in two sectors of the flash in turn. In: what is to be kept; the sectors. Out: the newest record that is whole.
 * Leaves alone: the record (core/calibration.h), how a flash is written (core/flash_dev.h).
 *
 * The sector that does not hold the newest record is the one that is erased and written, so that a cut at any moment leaves
 * the old one or the new. A cut in the middle of programming may leave bits that read either way: before the other sector is
 * erased, the newest record is programmed once more as it was read, which settles them.
 */
#ifndef CORDON_CORE_CALIBRATION_STORE_H
#define CORDON_CORE_CALIBRATION_STORE_H

#include "core/calibration.h"

enum { CALIBRATION_SECTORS = 2 };

enum calibration_kept {
	CALIBRATION_NONE, /* both sectors are blank, as far as a record goes */
	CALIBRATION_GOOD,
	CALIBRATION_LOST, /* there was something, and nothing of it is whole */
};

enum calibration_phase {
	CALIBRATION_IDLE,
	CALIBRATION_SETTLES, /* the newest record is programmed once more */
	CALIBRATION_ERASES,
	CALIBRATION_PROGRAMS,
	CALIBRATION_DONE,
	CALIBRATION_FAILED,
};

struct calibration_store {
	struct calibration newest;
	uint8_t sector; /* of the newest */
	enum calibration_phase phase;
	uint64_t begun;          /* the phase, ticks */
	struct calibration next; /* what is being written */
	uint8_t bytes[CALIBRATION_BYTES];
};

/* Where the two sectors are. */
extern const uint32_t calibration_sector[CALIBRATION_SECTORS];

enum calibration_kept calibration_load(struct calibration_store *s);

/* `next`: curves; its sequence and id are given here. */
void calibration_write(struct calibration_store *s, const struct calibration *next, uint64_t now);

/* While it is neither done nor failed: each turn of the main loop. `newest` is what is known to be in flash, at any time. */
enum calibration_phase calibration_step(struct calibration_store *s, uint64_t now);

#endif
