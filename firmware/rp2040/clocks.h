/* The clock tree and the reset lines of the blocks. */
#ifndef CORDON_RP2040_CLOCKS_H
#define CORDON_RP2040_CLOCKS_H

#include <stdint.h>

/* Starts crystal, both PLLs and the microsecond tick; the core runs at BOARD_SYS_HZ afterwards. */
void clocks_start(void);

/* Takes blocks (enum resets_bit) out of reset and waits until they are; or holds them in it. */
void unreset(uint32_t blocks);
void reset(uint32_t blocks);

#endif
