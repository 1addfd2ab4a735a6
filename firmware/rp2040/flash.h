/*
 * The flash chip, once execute in place is over: its unique number; what is kept in it is written and read through
 * core/flash_dev.h. Everything runs from RAM, so that nothing else reads it.
 */
#ifndef CORDON_RP2040_FLASH_H
#define CORDON_RP2040_FLASH_H

#include <stdint.h>

/* Ends execute in place, and waits for what the chip has not finished: before anything else here, and before the watchdog. */
void flash_start(void);

/* 64 bits, the first byte on top. */
uint64_t flash_unique_id(void);

#endif
