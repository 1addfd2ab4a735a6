/*
 * The alarm is set some microseconds early, because its ticks are microseconds; the rest is waited out on the cycle counter.
 * In: a code and its first tick. Out: VBUS_EN, and when it changed. RP2040 datasheet §4.6.
 */
#include "rp2040/vbus_pin.h"
#include "rp2040/board_io.h"
#include "rp2040/clock64.h"
#include "rp2040/regs.h"
#include "rp2040/startup.h"

enum { EARLY_US = 6, TICKS_PER_US = WIRE_TICK_HZ / 1000000, ALARM = 1, KEPT = 4 };

static struct vbus_keyer *keyer;
static struct vbus_pin_change change[KEPT];
static volatile uint8_t changes_made, changes_told; /* both wrap */

static void set_alarm(void)
{
	uint64_t us, now = clock64_us();

	if (!keyer->running)
		return;
	us = vbus_keyer_next(keyer) / TICKS_PER_US - EARLY_US;
	/* One that lies in the past would fire after 71 minutes. */
	TIMER->alarm[ALARM] = (uint32_t)(us > now + 1 ? us : now + 2);
}

void on_timer_1(void)
{
	uint64_t due;
	bool on;

	TIMER->intr = 1u << ALARM;
	if (!keyer->running)
		return;
	due = vbus_keyer_next(keyer);
	/* An alarm of a code before this one, or of 71 minutes ago. */
	if (clock64_us() + 2 * EARLY_US < due / TICKS_PER_US) {
		set_alarm();
		return;
	}
	while (clock64_now() < due)
		;
	if (vbus_keyer_due(keyer, due, &on) && board_io_get(WIRE_SET_VBUS) != on) {
		board_io_set(WIRE_SET_VBUS, on);
		change[changes_made++ % KEPT] = (struct vbus_pin_change){clock64_now(), on};
	}
	set_alarm();
}

void vbus_pin_play(struct vbus_keyer *k, const struct vbus_code *c, uint64_t start,
                   uint16_t request)
{
	uint32_t held = interrupts_hold();

	keyer = k;
	vbus_keyer_start(k, c, start, request);
	reg_set(&TIMER->inte, 1u << ALARM);
	NVIC->iser = 1u << IRQ_TIMER_1;
	set_alarm();
	interrupts_release(held);
}

void vbus_pin_stop(struct vbus_keyer *k)
{
	uint32_t held = interrupts_hold();

	k->running = false;
	interrupts_release(held);
}

bool vbus_pin_made(struct vbus_pin_change *to)
{
	if (changes_told == changes_made)
		return false;
	*to = change[changes_told++ % KEPT];
	return true;
}
