/* The image's head in flash and the interrupt vectors in RAM. A handler named on_... here takes the place of the fault. */
#ifndef CORDON_RP2040_STARTUP_H
#define CORDON_RP2040_STARTUP_H

#include <stdint.h>

#include "rp2040/regs.h"

typedef void (*vector)(void);

struct image_head {
	const uint32_t *stack;
	vector entry;
	uint32_t hash; /* CRC32 over the image with this word 0 */
};

/* Lies in the flash, which only the start stub can read: execute in place ends with flash_start. */
extern const struct image_head image_head;

/* Its hash. */
extern uint32_t image_hash;

/* Points the core at the vectors in RAM; the end of a packet is above all others, the helper (rp2040/unstuff.h) below. ARMv6-M B3.4.7 */
void vectors_use(void);

void on_timer_0(void);
void on_timer_1(void);
void on_usbctrl(void);
void on_pio0_0(void);
void on_dma_0(void);
void on_io_bank0(void);
void on_software(void);

static inline void interrupts_on(void)
{
	__asm__ volatile("cpsie i" ::: "memory");
}

static inline void interrupts_off(void)
{
	__asm__ volatile("cpsid i" ::: "memory");
}

/*
 * All but the end of a packet, which must be answered within 1.3 us: its handler touches nothing that is guarded so. Returns which
 * were on.
 */
static inline uint32_t interrupts_hold(void)
{
	uint32_t on = NVIC->iser & ~(1u << IRQ_PIO0_0);

	NVIC->icer = on;
	__asm__ volatile("dsb\n\tisb" ::: "memory");
	return on;
}

static inline void interrupts_release(uint32_t on)
{
	__asm__ volatile("" ::: "memory");
	NVIC->iser = on;
}

static inline void wait_for_interrupt(void)
{
	__asm__ volatile("dsb\n\twfi" ::: "memory");
}

#endif
