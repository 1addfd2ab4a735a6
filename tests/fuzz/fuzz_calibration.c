/* Two sectors of any bytes: what is taken for a calibration is one that a board can have, and has its own bytes' id. */
#include <stdlib.h>
#include <string.h>
#include "core/calibration_store.h"
#include "core/flash_dev.h"

static uint8_t sectors[CALIBRATION_SECTORS][CALIBRATION_BYTES];

void flash_dev_read(uint32_t at, uint8_t *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = sectors[at == calibration_sector[1]][i];
}

void flash_dev_erase(uint32_t sector)
{
	memset(sectors[sector == calibration_sector[1]], 0xff, CALIBRATION_BYTES);
}

void flash_dev_program(uint32_t at, const uint8_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sectors[at == calibration_sector[1]][i] &= from[i];
}

bool flash_dev_busy(void)
{
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct calibration_store s;
	uint8_t bytes[CALIBRATION_BYTES];
	struct calibration c;

	calibration_get(&c, data, size);
	memset(sectors, 0xff, sizeof(sectors));
	memcpy(sectors, data, size < sizeof(sectors) ? size : sizeof(sectors));
	/* A checksum is not found by chance: every second input is given one. */
	if (size >= 16 && data[0] & 1) {
		memcpy(&c.curve, data + 8, sizeof(c.curve));
		calibration_put(sectors[size & 1], &c);
	}
	if (calibration_load(&s) == CALIBRATION_GOOD &&
	    (!calibration_is_possible(&s.newest) || !s.newest.id ||
	     calibration_put(bytes, &s.newest) != CALIBRATION_BYTES ||
	     memcmp(bytes, sectors[s.sector], sizeof(bytes)) != 0))
		abort();
	calibration_write(&s, &c, 0);
	while (calibration_step(&s, 0) < CALIBRATION_DONE)
		;
	if ((s.phase == CALIBRATION_DONE) != calibration_is_possible(&c))
		abort();
	return 0;
}
