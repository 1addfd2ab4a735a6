/* The flash chip beside execute-in-place: its unique number. Everything runs from RAM, so that nothing else reads it. */
#ifndef CORDON_RP2040_FLASH_H
#define CORDON_RP2040_FLASH_H

#include <stdint.h>

/* 64 bits, the first byte on top; with interrupts off. */
uint64_t flash_unique_id(void);

#endif
