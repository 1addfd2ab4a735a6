/*
 * From boot stage 2 to main: copies the image to RAM, clears the rest, points the core at the vectors there.
 * In: the symbols of the linker script. Out: main runs on the crystal-less ring oscillator, with interrupts off.
 * Leaves alone: clocks, pins. A fault ends in the watchdog: the reset it causes is reported in the stream.
 */
#include "rp2040/regs.h"
#include "rp2040/startup.h"

uint32_t image_hash;

extern uint32_t ram_start[], ram_end[], ram_load[], bss_start[], bss_end[], stack_top[];

int main(void);

static void __attribute__((section(".start.code"), noreturn, used)) start(void)
{
	const volatile uint32_t *from = ram_load;

	for (volatile uint32_t *to = ram_start; to < ram_end;)
		*to++ = *from++;
	for (volatile uint32_t *to = bss_start; to < bss_end;)
		*to++ = 0;
	image_hash = image_head.hash;
	/* A far jump: main lies in RAM. */
	int (*volatile enter)(void) = main;
	enter();
	for (;;)
		;
}

/* What boot stage 2 loads: stack, entry. The third word is filled in by tool/image.c. */
const struct image_head image_head __attribute__((section(".start"), used)) = {
	.stack = stack_top,
	.entry = start,
};

static void fault(void)
{
	for (;;)
		;
}

void __attribute__((weak, alias("fault"))) on_timer_0(void);
void __attribute__((weak, alias("fault"))) on_timer_1(void);
void __attribute__((weak, alias("fault"))) on_usbctrl(void);
void __attribute__((weak, alias("fault"))) on_pio0_0(void);
void __attribute__((weak, alias("fault"))) on_dma_0(void);
void __attribute__((weak, alias("fault"))) on_io_bank0(void);
void __attribute__((weak, alias("fault"))) on_software(void);

static const vector vectors[48] __attribute__((section(".vectors"), used, aligned(256))) = {
	[0] = (vector)stack_top,
	[1] = start,
	[2] = fault,
	[3] = fault,
	[11] = fault,
	[14] = fault,
	[15] = fault,
	[16 + IRQ_TIMER_0] = on_timer_0,
	[16 + IRQ_TIMER_1] = on_timer_1,
	[16 + IRQ_USBCTRL] = on_usbctrl,
	[16 + IRQ_PIO0_0] = on_pio0_0,
	[16 + IRQ_DMA_0] = on_dma_0,
	[16 + IRQ_IO_BANK0] = on_io_bank0,
	[16 + IRQ_SOFTWARE] = on_software,
};

void vectors_use(void)
{
	SCB_VTOR = (uint32_t)(uintptr_t)vectors;
	for (unsigned i = 0; i < IRQ_COUNT; i += 4)
		NVIC->ipr[i / 4] = 0x40404040;
	NVIC->ipr[IRQ_PIO0_0 / 4] &= ~(0xffu << 8 * (IRQ_PIO0_0 % 4));
	NVIC->ipr[IRQ_DMA_0 / 4] |= 0x80u << 8 * (IRQ_DMA_0 % 4);
}
