/*
 * I2C0 to the expander, PWM to the buzzer, GPIO from the button. A message is three bytes, written into the FIFO and left to
 * itself; the next one goes when the bus is idle. RP2040 datasheet §4.3 (I2C), §4.5 (PWM).
 */
#include "rp2040/person.h"
#include "rp2040/clock64.h"
#include "rp2040/clocks.h"
#include "rp2040/regs.h"
#include "rp2040/tick.h"
#include "core/expander.h"
#include "core/wire.h"
#include "board.h"

enum {
	CON_MASTER_FAST = 1u << 0 | 2u << 1 | 1u << 5 | 1u << 6 | 1u << 8,
	CMD_READ = 1u << 8,
	CMD_STOP = 1u << 9,
	CMD_RESTART = 1u << 10,
	STATUS_ACTIVITY = 1u << 0,
	RAW_TX_ABORT = 1u << 6,
	/* 400 kHz of 120 MHz: 1.5 us low, 1.0 high; spikes under 50 ns, data held for 330. §4.3.14 */
	LOW_CYCLES = 180,
	HIGH_CYCLES = 120,
	SPIKE_CYCLES = 6,
	HOLD_CYCLES = 40,
	ANSWER_US = 1000,
	SLICE = BOARD_PIN_BUZZER / 2 % 8,
	BUZZ_DIVIDER = 16,
	BUZZ_CLOCK = WIRE_TICK_HZ / BUZZ_DIVIDER,
	PRESS_MS = 20,
};

static uint16_t levels = EXPANDER_SAFE_LEVELS, sent = EXPANDER_SAFE_LEVELS;
static uint32_t silent_at, held_ms;
static bool told;
static uint16_t tone; /* Hz; 0 none */

static void put(uint8_t reg, uint16_t value)
{
	I2C0->data_cmd = reg;
	I2C0->data_cmd = value & 0xff;
	I2C0->data_cmd = value >> 8 | CMD_STOP;
}

static bool is_idle(void)
{
	return !(I2C0->status & STATUS_ACTIVITY) && !I2C0->txflr;
}

static bool wait(void)
{
	uint64_t from = clock64_us();

	while (!is_idle())
		if (clock64_us() - from > ANSWER_US)
			return false;
	return !(I2C0->raw_intr_stat & RAW_TX_ABORT);
}

static void take(unsigned pin)
{
	PADS_BANK0->gpio[pin] = PAD_INPUT_ENABLE | PAD_SCHMITT | PAD_PULL_UP | PAD_DRIVE_4MA;
	IO_BANK0->gpio[pin].ctrl = GPIO_FUNC_I2C;
}

static void take_all(void)
{
	while (I2C0->rxflr)
		(void)I2C0->data_cmd;
}

/* The directions are read back: an address that answers need not be the part. */
bool person_answers(void)
{
	uint32_t low, high;

	if (!wait())
		(void)I2C0->clr_tx_abrt;
	take_all();
	I2C0->data_cmd = EXPANDER_REG_INPUTS;
	I2C0->data_cmd = CMD_READ | CMD_RESTART;
	I2C0->data_cmd = CMD_READ | CMD_STOP;
	if (!wait() || I2C0->rxflr != 2)
		return false;
	low = I2C0->data_cmd & 0xff;
	high = I2C0->data_cmd & 0xff;
	return (low | high << 8) == EXPANDER_LET_GO;
}

void person_start(void)
{
	unreset(RESETS_I2C0 | RESETS_PWM);
	take(BOARD_PIN_I2C0_SDA);
	take(BOARD_PIN_I2C0_SCL);
	I2C0->enable = 0;
	I2C0->con = CON_MASTER_FAST;
	I2C0->tar = EXPANDER_ADDRESS;
	I2C0->fs_scl_hcnt = HIGH_CYCLES;
	I2C0->fs_scl_lcnt = LOW_CYCLES;
	I2C0->fs_spklen = SPIKE_CYCLES;
	I2C0->sda_hold = HOLD_CYCLES;
	I2C0->intr_mask = 0;
	I2C0->enable = 1;
	IO_BANK0->gpio[BOARD_PIN_BUZZER].ctrl = GPIO_FUNC_PWM;
	/* Levels before directions: none passes through a state that was not meant. */
	put(EXPANDER_REG_OUTPUT, levels);
	wait();
	(void)I2C0->clr_tx_abrt;
	put(EXPANDER_REG_INPUTS, EXPANDER_LET_GO);
}

void person_leds(uint8_t on)
{
	levels = (uint16_t)((levels & ~EXPANDER_LEDS) | (~on & EXPANDER_LEDS));
}

uint8_t person_leds_now(void)
{
	return (uint8_t)(~levels & EXPANDER_LEDS);
}

void person_buzz(uint16_t hz, uint16_t ms)
{
	struct pwm_slice_regs *s = &PWM->slice[SLICE];

	tone = ms ? hz : 0;
	s->csr = 0;
	s->cc = 0;
	if (!tone)
		return;
	s->div = BUZZ_DIVIDER << 4;
	s->top = BUZZ_CLOCK / hz - 1;
	s->cc = BUZZ_CLOCK / hz / 2 << 16; /* GP19 is the slice's B */
	s->csr = 1;
	silent_at = tick_ms() + ms;
}

uint16_t person_run(uint32_t now_ms)
{
	uint16_t ended = 0;
	bool down = !(SIO->gpio_in >> BOARD_PIN_BUTTON_N & 1);

	if (tone && (int32_t)(now_ms - silent_at) >= 0) {
		ended = tone;
		person_buzz(0, 0);
	}
	held_ms = down ? held_ms + 1 : 0;
	if (!down)
		told = false;
	if (levels == sent || !is_idle())
		return ended;
	/* One that was not acknowledged is not repeated for ever: the next change tries again. */
	(void)I2C0->clr_tx_abrt;
	put(EXPANDER_REG_OUTPUT, levels);
	sent = levels;
	return ended;
}

bool person_pressed(void)
{
	if (held_ms < PRESS_MS || told)
		return false;
	told = true;
	return true;
}
