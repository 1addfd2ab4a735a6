/* The millisecond, the watchdog, and what survives it. */
#ifndef CORDON_RP2040_TICK_H
#define CORDON_RP2040_TICK_H

#include <stdint.h>

/* A timer interrupt each 250 us wakes the main loop; the watchdog bites after 200 ms without tick_watchdog. */
void tick_start(void);
uint32_t tick_ms(void);
void tick_watchdog(void);

/* Until the next alarm, each 250 us; at once where one has come since the last call. */
void tick_sleep(void);

/* The share of time that the core was awake, of 65535: between the last two calls of tick_cpu_next, 0 before there were two. */
void tick_cpu_next(void);
uint16_t tick_cpu(void);

/* Drawn at power-on, counts the starts since; an enum wire_cause of this one. */
uint32_t tick_boot_id(void);
uint8_t tick_start_cause(void);

/* Does not return: the ROM's USB boot loader takes over. */
void tick_reboot_to_loader(void);

#endif
