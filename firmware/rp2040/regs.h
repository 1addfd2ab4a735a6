/*
 * The registers of the RP2040 that this firmware uses, as structures. RP2040 datasheet, section of each block.
 * In: nothing. Out: one pointer a block. Leaves alone: what to write there. Bits stand beside the code that uses them,
 * where more than one file needs them they stand here.
 */
#ifndef CORDON_RP2040_REGS_H
#define CORDON_RP2040_REGS_H

#include <stdint.h>

typedef volatile uint32_t reg32;

/* Each peripheral register has three aliases that change single bits in one bus access. §2.1.2 */
static inline void reg_set(reg32 *reg, uint32_t bits)
{
	*(reg32 *)((uintptr_t)reg + 0x2000) = bits;
}

static inline void reg_clear(reg32 *reg, uint32_t bits)
{
	*(reg32 *)((uintptr_t)reg + 0x3000) = bits;
}

struct resets_regs { /* §2.14 */
	reg32 reset, wdsel, reset_done;
};

enum resets_bit {
	RESETS_ADC = 1u << 0,
	RESETS_DMA = 1u << 2,
	RESETS_I2C0 = 1u << 3,
	RESETS_IO_BANK0 = 1u << 5,
	RESETS_PADS_BANK0 = 1u << 8,
	RESETS_PIO0 = 1u << 10,
	RESETS_PIO1 = 1u << 11,
	RESETS_PLL_SYS = 1u << 12,
	RESETS_PLL_USB = 1u << 13,
	RESETS_PWM = 1u << 14,
	RESETS_TIMER = 1u << 21,
	RESETS_USBCTRL = 1u << 24,
};

struct clock_regs {
	reg32 ctrl, div, selected;
};

struct clocks_regs { /* §2.15.7 */
	struct clock_regs gpout[4], ref, sys, peri, usb, adc, rtc;
	reg32 sys_resus_ctrl, sys_resus_status;
};

struct xosc_regs { /* §2.16.7 */
	reg32 ctrl, status, dormant, startup;
};

struct rosc_regs { /* §2.17.8 */
	reg32 ctrl, freqa, freqb, dormant, div, phase, status, randombit, count;
};

struct pll_regs { /* §2.18.4 */
	reg32 cs, pwr, fbdiv_int, prim;
};

struct watchdog_regs { /* §4.7.6 */
	reg32 ctrl, load, reason, scratch[8], tick;
};

struct timer_regs { /* §4.6.5 */
	reg32 timehw, timelw, timehr, timelr, alarm[4], armed, timerawh, timerawl, dbgpause, pause;
	reg32 intr, inte, intf, ints;
};

struct io_bank0_regs { /* §2.19.6.1 */
	struct {
		reg32 status, ctrl;
	} gpio[30];
	reg32 intr[4], proc0_inte[4], proc0_intf[4], proc0_ints[4];
};

enum gpio_function { /* §2.19.2 */
	             GPIO_FUNC_I2C = 3,
	             GPIO_FUNC_PWM = 4,
	             GPIO_FUNC_SIO = 5,
	             GPIO_FUNC_PIO0 = 6,
	             GPIO_FUNC_PIO1 = 7,
	             GPIO_FUNC_NULL = 31,
};

struct pads_bank0_regs { /* §2.19.6.3 */
	reg32 voltage, gpio[30];
};

enum pad_bit {
	PAD_SCHMITT = 1u << 1,
	PAD_PULL_DOWN = 1u << 2,
	PAD_PULL_UP = 1u << 3,
	PAD_DRIVE_4MA = 1u << 4,
	PAD_INPUT_ENABLE = 1u << 6,
	PAD_OUTPUT_DISABLE = 1u << 7,
};

struct sio_regs { /* §2.3.1.7 */
	reg32 cpuid, gpio_in, gpio_hi_in, reserved, gpio_out, gpio_out_set, gpio_out_clr,
		gpio_out_xor;
	reg32 gpio_oe, gpio_oe_set, gpio_oe_clr, gpio_oe_xor;
};

struct pio_sm_regs {
	reg32 clkdiv, execctrl, shiftctrl, addr, instr, pinctrl;
};

struct pio_regs { /* §3.7 */
	reg32 ctrl, fstat, fdebug, flevel, txf[4], rxf[4], irq, irq_force, input_sync_bypass;
	reg32 dbg_padout, dbg_padoe, dbg_cfginfo, instr_mem[32];
	struct pio_sm_regs sm[4];
	reg32 intr, irq0_inte, irq0_intf, irq0_ints, irq1_inte, irq1_intf, irq1_ints;
};

struct dma_channel_regs { /* §2.5.7 */
	reg32 read_addr, write_addr, trans_count, ctrl_trig;
	reg32 al1_ctrl, al1_read_addr, al1_write_addr, al1_trans_count_trig;
	reg32 al2_ctrl, al2_trans_count, al2_read_addr, al2_write_addr_trig;
	reg32 al3_ctrl, al3_write_addr, al3_trans_count, al3_read_addr_trig;
};

struct dma_regs {
	struct dma_channel_regs channel[12];
	reg32 reserved[64];
	reg32 intr, inte0, intf0, ints0, reserved2, inte1, intf1, ints1;
	reg32 timer[4], multi_chan_trigger, sniff_ctrl, sniff_data, reserved3, fifo_levels,
		chan_abort;
};

struct pwm_slice_regs {
	reg32 csr, div, ctr, cc, top;
};

struct pwm_regs { /* §4.5.3 */
	struct pwm_slice_regs slice[8];
	reg32 en, intr, inte, intf, ints;
};

struct usb_regs { /* §4.1.4 */
	reg32 addr_endp, int_ep_addr[15], main_ctrl, sof_wr, sof_rd, sie_ctrl, sie_status,
		int_ep_ctrl;
	reg32 buff_status, buff_cpu_should_handle, ep_abort, ep_abort_done, ep_stall_arm, nak_poll;
	reg32 ep_status_stall_nak, muxing, pwr, phy_direct, phy_direct_override, phy_trim, reserved;
	reg32 intr, inte, intf, ints;
};

struct adc_regs { /* §4.9.6 */
	reg32 cs, result, fcs, fifo, div, intr, inte, intf, ints;
};

struct i2c_regs { /* §4.3.17 */
	reg32 con, tar, sar, reserved0, data_cmd, ss_scl_hcnt, ss_scl_lcnt, fs_scl_hcnt,
		fs_scl_lcnt;
	reg32 reserved1[2], intr_stat, intr_mask, raw_intr_stat, rx_tl, tx_tl, clr_intr,
		clr_rx_under;
	reg32 clr_rx_over, clr_tx_over, clr_rd_req, clr_tx_abrt, clr_rx_done, clr_activity;
	reg32 clr_stop_det, clr_start_det, clr_gen_call, enable, status, txflr, rxflr, sda_hold;
	reg32 tx_abrt_source, slv_data_nack_only, dma_cr, dma_tdlr, dma_rdlr, sda_setup;
	reg32 ack_general_call, enable_status, fs_spklen;
};
_Static_assert(__builtin_offsetof(struct i2c_regs, enable) == 0x6c &&
                       __builtin_offsetof(struct i2c_regs, fs_spklen) == 0xa0,
               "gaps in the I2C registers");

struct nvic_regs { /* ARMv6-M ARM B3.4 */
	reg32 iser, reserved0[31], icer, reserved1[31], ispr, reserved2[31], icpr, reserved3[95],
		ipr[8];
};

enum irq_number { /* §2.3.2 */
	          IRQ_TIMER_0 = 0,
	          IRQ_TIMER_1 = 1,
	          IRQ_USBCTRL = 5,
	          IRQ_PIO0_0 = 7,
	          IRQ_DMA_0 = 11,
	          IRQ_IO_BANK0 = 13,
	          IRQ_SOFTWARE = 26, /* no block raises it */
	          IRQ_COUNT = 27,
};

#define RESETS     ((struct resets_regs *)0x4000c000u)
#define CLOCKS     ((struct clocks_regs *)0x40008000u)
#define XOSC       ((struct xosc_regs *)0x40024000u)
#define PLL_SYS    ((struct pll_regs *)0x40028000u)
#define PLL_USB    ((struct pll_regs *)0x4002c000u)
#define ROSC       ((struct rosc_regs *)0x40060000u)
#define WATCHDOG   ((struct watchdog_regs *)0x40058000u)
#define TIMER      ((struct timer_regs *)0x40054000u)
#define IO_BANK0   ((struct io_bank0_regs *)0x40014000u)
#define PADS_BANK0 ((struct pads_bank0_regs *)0x4001c000u)
#define SIO        ((struct sio_regs *)0xd0000000u)
#define PIO0       ((struct pio_regs *)0x50200000u)
#define PIO1       ((struct pio_regs *)0x50300000u)
#define DMA        ((struct dma_regs *)0x50000000u)
#define PWM        ((struct pwm_regs *)0x40050000u)
#define USB        ((struct usb_regs *)0x50110000u)
#define USB_DPRAM  0x50100000u
#define ADC        ((struct adc_regs *)0x4004c000u)
#define I2C0       ((struct i2c_regs *)0x40044000u)
#define NVIC       ((struct nvic_regs *)0xe000e100u)
#define SCB_VTOR   (*(reg32 *)0xe000ed08u)

#endif
