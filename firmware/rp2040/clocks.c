/*
 * The clock tree and the resets: crystal, 120 MHz for the core, 48 MHz for USB and ADC, one tick a microsecond.
 * In: the chip as boot stage 2 leaves it, or as a watchdog left it. Out: all blocks in use out of reset.
 * Leaves alone: pins. RP2040 datasheet §2.14 to §2.18, §4.7.2.
 */
#include "rp2040/clocks.h"
#include "rp2040/regs.h"
#include "board.h"

enum {
	XOSC_ENABLE_1_15MHZ = 0xfabaa0,
	XOSC_STABLE = 1u << 31,
	XOSC_STARTUP_1MS = 47, /* in units of 256 crystal cycles */
	CLOCK_ENABLE = 1u << 11,
	REF_FROM_XOSC = 2,
	SYS_FROM_AUX = 1,
	PLL_PD = 1u << 0,
	PLL_POSTDIVPD = 1u << 3,
	PLL_VCOPD = 1u << 5,
	PLL_LOCK = 1u << 31,
	TICK_ENABLE = 1u << 9,
};

void unreset(uint32_t blocks)
{
	reg_clear(&RESETS->reset, blocks);
	while (~RESETS->reset_done & blocks)
		;
}

void reset(uint32_t blocks)
{
	reg_set(&RESETS->reset, blocks);
}

/* The VCO must stay between 750 and 1600 MHz. §2.18.2 */
static void pll_start(struct pll_regs *pll, uint32_t feedback, uint32_t div1, uint32_t div2)
{
	pll->cs = 1;
	pll->fbdiv_int = feedback;
	reg_clear(&pll->pwr, PLL_PD | PLL_VCOPD);
	while (!(pll->cs & PLL_LOCK))
		;
	pll->prim = div1 << 16 | div2 << 12;
	reg_clear(&pll->pwr, PLL_POSTDIVPD);
}

void clocks_start(void)
{
	_Static_assert(BOARD_XOSC_HZ / 1000000 * 120 / 6 / 2 == BOARD_SYS_HZ / 1000000, "PLL_SYS");
	_Static_assert(BOARD_XOSC_HZ / 1000000 * 100 / 5 / 5 == BOARD_USB_HZ / 1000000, "PLL_USB");

	XOSC->startup = XOSC_STARTUP_1MS;
	XOSC->ctrl = XOSC_ENABLE_1_15MHZ;
	while (!(XOSC->status & XOSC_STABLE))
		;
	/* After a watchdog's bite the core may still run from a PLL that is about to be reset: leave it first. */
	reg_clear(&CLOCKS->sys.ctrl, SYS_FROM_AUX);
	while (CLOCKS->sys.selected != 1)
		;
	CLOCKS->ref.ctrl = REF_FROM_XOSC;
	while (CLOCKS->ref.selected != 1u << REF_FROM_XOSC)
		;
	reset(RESETS_PLL_SYS | RESETS_PLL_USB);
	unreset(RESETS_PLL_SYS | RESETS_PLL_USB);
	pll_start(PLL_SYS, 120, 6, 2);
	pll_start(PLL_USB, 100, 5, 5);

	CLOCKS->sys.div = 1u << 8;
	CLOCKS->sys.ctrl = 0; /* auxiliary source: PLL_SYS; then the glitchless switch */
	CLOCKS->sys.ctrl = SYS_FROM_AUX;
	while (CLOCKS->sys.selected != 1u << SYS_FROM_AUX)
		;
	CLOCKS->peri.ctrl = CLOCK_ENABLE;
	CLOCKS->usb.ctrl = CLOCK_ENABLE;
	CLOCKS->adc.ctrl = CLOCK_ENABLE;
	WATCHDOG->tick = TICK_ENABLE | BOARD_XOSC_HZ / 1000000;
}
