/* Two sectors in turn; see calibration_store.h. */
#include "core/calibration_store.h"
#include "core/flash_dev.h"
#include "board.h"

enum {
	WITHIN = WIRE_TICK_HZ, /* a second; W25Q16JV §9.6: a sector is erased in 0.4 s at most */
};

const uint32_t calibration_sector[CALIBRATION_SECTORS] = {
	BOARD_FLASH_CHIP_BYTES - 2 * FLASH_DEV_SECTOR, BOARD_FLASH_CHIP_BYTES - FLASH_DEV_SECTOR};
_Static_assert(BOARD_FLASH_CHIP_BYTES - 2 * FLASH_DEV_SECTOR >= BOARD_FLASH_BYTES,
               "the calibration lies behind the image");

static bool is_blank(const uint8_t *bytes)
{
	uint8_t all = 0xff;

	for (unsigned i = 0; i < CALIBRATION_BYTES; i++)
		all &= bytes[i];
	return all == 0xff;
}

enum calibration_kept calibration_load(struct calibration_store *s)
{
	bool blank = true;

	*s = (struct calibration_store){.sector = CALIBRATION_SECTORS - 1};
	for (unsigned i = 0; i < CALIBRATION_SECTORS; i++) {
		uint8_t bytes[CALIBRATION_BYTES];
		struct calibration c;

		flash_dev_read(calibration_sector[i], bytes, sizeof(bytes));
		blank &= is_blank(bytes);
		if (!calibration_get(&c, bytes, sizeof(bytes)))
			continue;
		/* The later one; sequences wrap. */
		if (s->newest.id && c.sequence - s->newest.sequence > INT32_MAX)
			continue;
		s->newest = c;
		s->sector = (uint8_t)i;
	}
	return s->newest.id ? CALIBRATION_GOOD : blank ? CALIBRATION_NONE : CALIBRATION_LOST;
}

static uint32_t other_sector(const struct calibration_store *s)
{
	return calibration_sector[(s->sector + 1) % CALIBRATION_SECTORS];
}

static void enter(struct calibration_store *s, enum calibration_phase phase, uint64_t now)
{
	s->phase = phase;
	s->begun = now;
}

void calibration_write(struct calibration_store *s, const struct calibration *next, uint64_t now)
{
	uint8_t again[CALIBRATION_BYTES];

	s->next = *next;
	s->next.sequence = s->newest.sequence + 1;
	calibration_put(s->bytes, &s->next);
	/* An id of 0 would be none. */
	if (!s->next.id) {
		s->next.sequence++;
		calibration_put(s->bytes, &s->next);
	}
	enter(s, CALIBRATION_SETTLES, now);
	if (!s->newest.id)
		return;
	calibration_put(again, &s->newest);
	flash_dev_program(calibration_sector[s->sector], again, sizeof(again));
}

/* What was written is what stands there; only then it is the newest. */
static void verify(struct calibration_store *s)
{
	uint8_t bytes[CALIBRATION_BYTES];
	struct calibration c;

	flash_dev_read(other_sector(s), bytes, sizeof(bytes));
	s->phase = CALIBRATION_FAILED;
	if (!calibration_get(&c, bytes, sizeof(bytes)) || c.id != s->next.id)
		return;
	s->newest = c;
	s->sector = (uint8_t)((s->sector + 1) % CALIBRATION_SECTORS);
	s->phase = CALIBRATION_DONE;
}

enum calibration_phase calibration_step(struct calibration_store *s, uint64_t now)
{
	if (s->phase == CALIBRATION_IDLE || s->phase >= CALIBRATION_DONE)
		return s->phase;
	if (flash_dev_busy()) {
		if (now - s->begun > WITHIN)
			s->phase = CALIBRATION_FAILED;
		return s->phase;
	}
	switch (s->phase) {
	case CALIBRATION_SETTLES:
		flash_dev_erase(other_sector(s));
		enter(s, CALIBRATION_ERASES, now);
		break;
	case CALIBRATION_ERASES:
		flash_dev_program(other_sector(s), s->bytes, sizeof(s->bytes));
		enter(s, CALIBRATION_PROGRAMS, now);
		break;
	default:
		verify(s);
		break;
	}
	return s->phase;
}
