/*
 * The seam between what is kept in flash and the chip that keeps it: the real one (rp2040/flash.c), or a model in the tests.
 * Erase and program only begin: nothing but flash_dev_busy may follow until that says no. Power that goes away in between
 * leaves any bits at all in what is written, and nothing else touched. Offsets count from the chip's start.
 */
#ifndef CORDON_CORE_FLASH_DEV_H
#define CORDON_CORE_FLASH_DEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FLASH_DEV_SECTOR = 4096, /* what is erased at a time, to all ones */
	FLASH_DEV_PAGE = 256,    /* the most that is programmed at a time; only zeros are written */
};

bool flash_dev_busy(void);
void flash_dev_read(uint32_t at, uint8_t *to, size_t n);
void flash_dev_erase(uint32_t sector);
void flash_dev_program(uint32_t at, const uint8_t *from, size_t n);

#endif
