/*
 * The chip's USB device controller under core/usb_dcd.h: single-buffered endpoints, one packet at a time.
 * In: its interrupt. Out: calls of usb_dev_on_...; packets. Leaves alone: what they mean. RP2040 datasheet §4.1.
 * Errata: E2 (no abort of an endpoint: buffers are overwritten, never aborted); E5 (a reset on a busy bus is not left:
 * chips before B2; its remedy takes GPIO15 for itself, which here holds a pull-down: chips from B2 on are needed); E15 (an
 * error in an IN at the end of a frame hangs the controller: bulk IN is not armed in the last fifth of a frame).
 */
#include "rp2040/usb_dcd.h"
#include "rp2040/clocks.h"
#include "rp2040/regs.h"
#include "rp2040/startup.h"
#include "core/bytes.h"
#include "core/usb_dcd.h"

enum {
	ENDPOINTS = 16,
	BUFFERS = 0x180,
	BUFFER_EP0 = 0x100,
	MAIN_ENABLE = 1u << 0,
	MUX_TO_PHY = 1u << 0,
	MUX_SOFTCON = 1u << 3,
	PWR_VBUS_DETECT = 1u << 2,
	PWR_VBUS_OVERRIDE = 1u << 3,
	SIE_PULLUP = 1u << 16,
	SIE_EP0_INT = 1u << 29,
	STATUS_SETUP = 1u << 17,
	STATUS_RESET = 1u << 19,
	STATUS_SUSPENDED = 1u << 4,
	STATUS_RESUME = 1u << 11,
	INT_BUFFER = 1u << 4,
	INT_RESET = 1u << 12,
	INT_SUSPEND = 1u << 14,
	INT_RESUME = 1u << 15,
	INT_SETUP = 1u << 16,
	INT_SOF = 1u << 17,
	EP_ENABLE = 1u << 31,
	EP_INT = 1u << 29,
	EP_TYPE_SHIFT = 26,
	BUF_AVAILABLE = 1u << 10,
	BUF_STALL = 1u << 11,
	BUF_DATA1 = 1u << 13,
	BUF_FULL = 1u << 15,
	BUF_LEN = 0x3ff,
	/* The first 800 of each frame's 1000 us are safe. Erratum E15 */
	SAFE_US = 800,
	FRAME_US = 1000,
};

struct dpram { /* §4.1.3.2 */
	reg32 setup[2];
	struct {
		reg32 in, out;
	} control[ENDPOINTS - 1], buffer[ENDPOINTS];
};
#define DPRAM ((struct dpram *)USB_DPRAM)

static struct usb_dev *device;
static uint8_t data_pid[ENDPOINTS][2];
static uint32_t deferred; /* bulk IN's buffer control, armed at the next SOF; 0: none */
static uint32_t frame_us; /* when the last SOF came */

static unsigned is_in(uint8_t endpoint)
{
	return endpoint >> 7;
}

static reg32 *buffer_control(uint8_t endpoint)
{
	return is_in(endpoint) ? &DPRAM->buffer[endpoint & 15].in
	                       : &DPRAM->buffer[endpoint & 15].out;
}

static reg32 *endpoint_control(uint8_t endpoint)
{
	return is_in(endpoint) ? &DPRAM->control[(endpoint & 15) - 1].in
	                       : &DPRAM->control[(endpoint & 15) - 1].out;
}

static uint32_t buffer_at(uint8_t endpoint)
{
	if (!(endpoint & 15))
		return BUFFER_EP0;
	return BUFFERS + USB_DCD_PACKET * (2 * ((endpoint & 15u) - 1) + !is_in(endpoint));
}

static volatile uint8_t *buffer(uint8_t endpoint)
{
	return (volatile uint8_t *)(USB_DPRAM + buffer_at(endpoint));
}

/* AVAILABLE last: the controller's clock is slower, and must see the rest of the word first. §4.1.2.7.1 */
static void arm(uint8_t endpoint, uint32_t word)
{
	reg32 *control = buffer_control(endpoint);

	*control = word & ~(uint32_t)BUF_AVAILABLE;
	__asm__ volatile("b 1f\n1:\tb 1f\n1:\tb 1f\n1:\tb 1f\n1:\tb 1f\n1:\tb 1f\n1:" ::: "memory");
	*control = word;
}

static bool in_safe_part_of_frame(void)
{
	uint32_t since = TIMER->timerawl - frame_us;

	/* Without SOFs there is no frame to end. */
	return since < SAFE_US || since > 4 * FRAME_US;
}

void usb_dcd_address(uint8_t address)
{
	USB->addr_endp = address;
}

void usb_dcd_open(uint8_t endpoint, uint8_t type)
{
	*buffer_control(endpoint) = 0;
	data_pid[endpoint & 15][is_in(endpoint)] = 0;
	if (endpoint == USB_DEV_BULK_IN)
		deferred = 0;
	*endpoint_control(endpoint) =
		EP_ENABLE | EP_INT | (uint32_t)type << EP_TYPE_SHIFT | buffer_at(endpoint);
}

void usb_dcd_close(uint8_t endpoint)
{
	*endpoint_control(endpoint) = 0;
	*buffer_control(endpoint) = 0;
	if (endpoint == USB_DEV_BULK_IN)
		deferred = 0;
}

void usb_dcd_stall(uint8_t endpoint)
{
	if (!(endpoint & 15))
		reg_set(&USB->ep_stall_arm, is_in(endpoint) ? 1 : 2);
	if (endpoint == USB_DEV_BULK_IN)
		deferred = 0;
	*buffer_control(endpoint) = BUF_STALL;
}

static uint32_t next_pid(uint8_t endpoint)
{
	uint8_t *pid = &data_pid[endpoint & 15][is_in(endpoint)];
	uint32_t word = *pid ? BUF_DATA1 : 0;

	*pid ^= 1;
	return word;
}

void usb_dcd_send(uint8_t endpoint, const uint8_t *data, size_t len)
{
	volatile uint8_t *to = buffer(endpoint);
	uint32_t word = (uint32_t)len | BUF_FULL | BUF_AVAILABLE | next_pid(endpoint);

	/* Where the bytes lie on words' borders, with a few more behind them: whole words. */
	bytes_copy((uint32_t *)(uintptr_t)to, data,
	           (uintptr_t)data & 3 ? len : (len + 3) & ~(size_t)3);
	if (endpoint == USB_DEV_BULK_IN && !in_safe_part_of_frame())
		deferred = word;
	else
		arm(endpoint, word);
}

void usb_dcd_receive(uint8_t endpoint)
{
	/* The status stage of a read is always DATA1, whatever the data stage came to. §8.5.3 */
	arm(endpoint,
	    USB_DCD_PACKET | BUF_AVAILABLE | ((endpoint & 15) ? next_pid(endpoint) : BUF_DATA1));
}

static void on_setup(void)
{
	uint8_t setup[8];

	for (int i = 0; i < 2; i++) {
		uint32_t word = DPRAM->setup[i];

		for (int k = 0; k < 4; k++)
			setup[4 * i + k] = (uint8_t)(word >> 8 * k);
	}
	USB->sie_status = STATUS_SETUP;
	/* Of the transfer before, whose buffers may still be armed. */
	DPRAM->buffer[0].in = 0;
	DPRAM->buffer[0].out = 0;
	USB->buff_status = 3;
	data_pid[0][1] = 1;
	usb_dev_on_setup(device, setup);
}

static void on_buffers(void)
{
	uint32_t status = USB->buff_status;

	for (unsigned i = 0; status; i++, status >>= 1) {
		uint8_t endpoint = (uint8_t)(i >> 1 | (i & 1 ? 0 : 0x80));

		if (!(status & 1))
			continue;
		USB->buff_status = 1u << i;
		if (!(i & 1)) {
			usb_dev_on_sent(device, endpoint);
		} else {
			uint32_t aligned[USB_DCD_PACKET / 4];
			size_t len = *buffer_control(endpoint) & BUF_LEN;
			const reg32 *from = (const reg32 *)(uintptr_t)buffer(endpoint);

			if (len > USB_DCD_PACKET)
				len = USB_DCD_PACKET;
			for (size_t k = 0; k < (len + 3) / 4; k++)
				aligned[k] = from[k];
			usb_dev_on_received(device, endpoint, (const uint8_t *)aligned, len);
		}
	}
}

void on_usbctrl(void)
{
	uint32_t status = USB->ints;

	if (status & INT_SOF) {
		(void)USB->sof_rd; /* reading it ends the interrupt */
		frame_us = TIMER->timerawl;
		if (deferred) {
			arm(USB_DEV_BULK_IN, deferred);
			deferred = 0;
		}
	}
	if (status & INT_RESET) {
		USB->sie_status = STATUS_RESET;
		usb_dev_on_reset(device);
	}
	if (status & INT_SUSPEND) {
		USB->sie_status = STATUS_SUSPENDED;
		usb_dev_on_suspend(device, true);
	}
	if (status & INT_RESUME) {
		USB->sie_status = STATUS_RESUME;
		usb_dev_on_suspend(device, false);
	}
	/* Completions before the SETUP: they belong to what went before it. */
	if (status & INT_BUFFER)
		on_buffers();
	if (status & INT_SETUP)
		on_setup();
}

void usb_dcd_start(struct usb_dev *dev)
{
	device = dev;
	reset(RESETS_USBCTRL);
	unreset(RESETS_USBCTRL);
	for (unsigned i = 0; i < 4096 / 4; i++)
		((reg32 *)USB_DPRAM)[i] = 0;
	USB->muxing = MUX_TO_PHY | MUX_SOFTCON;
	USB->pwr = PWR_VBUS_DETECT | PWR_VBUS_OVERRIDE;
	USB->main_ctrl = MAIN_ENABLE;
	USB->sie_ctrl = SIE_EP0_INT;
	USB->inte = INT_BUFFER | INT_RESET | INT_SETUP | INT_SUSPEND | INT_RESUME | INT_SOF;
	NVIC->iser = 1u << IRQ_USBCTRL;
	reg_set(&USB->sie_ctrl, SIE_PULLUP);
}
