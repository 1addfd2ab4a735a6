/*
 * The alarm that wakes the main loop, the watchdog, and what survives its bite: the boot id, drawn at power-on. RP2040
 * datasheet §4.6, §4.7, §2.8.3, §2.17.5 (random bits of the ring oscillator, which runs on beside the crystal).
 * Errata: E1 (the watchdog counts down twice a tick).
 */
#include "rp2040/tick.h"
#include "rp2040/clock64.h"
#include "rp2040/regs.h"
#include "rp2040/startup.h"
#include "core/cpu_share.h"
#include "core/wire.h"

enum {
	WAKE_US = 250,
	WATCHDOG_US = 200000,
	WATCHDOG_ENABLE = 1u << 30,
	REASON_TIMER = 1u << 0,
	REASON_FORCED = 1u << 1,
	SCRATCH_BOOTS = 0,
	SCRATCH_MARK = 1,
	RANDOM_READS = 1024, /* 90 us: some 500 turns of the oscillator */
	MARK = 0x7a9b007,    /* the scratch registers hold nothing at power-on */
};

static uint8_t start_cause;

static volatile bool came;
static struct cpu_share cpu;

void on_timer_0(void)
{
	TIMER->intr = 1;
	came = true;
	TIMER->alarm[0] = TIMER->timerawl + WAKE_US;
}

/*
 * The bit leans to one side, and is read more often than the oscillator turns: folded into a CRC32, each bit of the result
 * hangs on hundreds of reads. Good for a name that differs, not for a secret.
 */
static uint32_t random_id(void)
{
	uint32_t id = 0xffffffff;

	for (unsigned i = 0; i < RANDOM_READS; i++) {
		id ^= ROSC->randombit & 1;
		id = id >> 1 ^ (id & 1 ? 0xedb88320 : 0);
	}
	return id;
}

/* After a power cut the scratch registers have nothing to count on from. 0 stands for none. */
static uint32_t next_boot_id(void)
{
	uint32_t id = WATCHDOG->scratch[SCRATCH_MARK] == MARK ? WATCHDOG->scratch[SCRATCH_BOOTS] + 1
	                                                      : random_id();

	return id ? id : 1;
}

void tick_start(void)
{
	uint32_t reason = WATCHDOG->reason;

	WATCHDOG->scratch[SCRATCH_BOOTS] = next_boot_id();
	WATCHDOG->scratch[SCRATCH_MARK] = MARK;
	start_cause = reason & REASON_TIMER    ? WIRE_BY_WATCHDOG
	              : reason & REASON_FORCED ? WIRE_BY_REBOOT
	                                       : WIRE_BY_POWER;

	reg_set(&TIMER->inte, 1);
	NVIC->iser = 1u << IRQ_TIMER_0;
	TIMER->alarm[0] = TIMER->timerawl + WAKE_US;
	tick_watchdog();
	WATCHDOG->ctrl = WATCHDOG_ENABLE;
	cpu_share_init(&cpu, (uint32_t)clock64_now());
}

void tick_sleep(void)
{
	/* With interrupts off: what comes between the question and the sleep wakes at once. */
	interrupts_off();
	while (!came) {
		uint16_t from = clock64_cycles(), to;

		wait_for_interrupt();
		to = clock64_cycles();
		interrupts_on();
		cpu_share_slept(&cpu, from, to);
		interrupts_off();
	}
	came = false;
	interrupts_on();
}

void tick_cpu_next(void)
{
	cpu_share_next(&cpu, (uint32_t)clock64_now());
}

uint16_t tick_cpu(void)
{
	return cpu.share;
}

void tick_watchdog(void)
{
	WATCHDOG->load = 2 * WATCHDOG_US;
}

/* Called each turn of the main loop: a division each time would be 1 % of the core. */
uint32_t tick_ms(void)
{
	static uint32_t ms, us;
	uint32_t since = (uint32_t)clock64_us() - us;

	if (since >= 1000) {
		ms += since / 1000;
		us += since / 1000 * 1000;
	}
	return ms;
}

uint32_t tick_boot_id(void)
{
	return WATCHDOG->scratch[SCRATCH_BOOTS];
}

uint8_t tick_start_cause(void)
{
	return start_cause;
}

/* The ROM's table of functions: its address, and the routine that searches it, at fixed places. §2.8.3 */
void tick_reboot_to_loader(void)
{
	typedef void *lookup(uint16_t * table, uint32_t code);
	typedef void to_loader(uint32_t led_mask, uint32_t interfaces_off);
	/* Volatile, or the compiler takes what lies so low for a mistake. */
	volatile uintptr_t at = 0x14;
	const volatile uint16_t *rom = (const volatile uint16_t *)at;
	uint16_t *table = (uint16_t *)(uintptr_t)rom[0];
	lookup *find = (lookup *)(uintptr_t)rom[2];
	to_loader *enter = (to_loader *)find(table, 'U' | 'B' << 8);

	enter(0, 0);
}
