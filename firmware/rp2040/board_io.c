/* The board's slow pins; see board_io.h. In: settings. Out: levels. Leaves alone: who asked, and telling the PC. */
#include "rp2040/board_io.h"
#include "rp2040/clocks.h"
#include "rp2040/regs.h"
#include "rp2040/startup.h"
#include "board.h"

#define BIT(pin) (1u << (pin))

enum { PAD_PLAIN = PAD_INPUT_ENABLE | PAD_SCHMITT | PAD_DRIVE_4MA };

/* Which pins a setting has, and their levels for each of its values. */
struct output {
	uint8_t setting, values;
	uint32_t pins;
	uint32_t level[8];
	bool released; /* a pin is driven low or let go, never high: its level 1 is letting go */
};

#define MUX(v)                                                                                     \
	(((v)&1 ? BIT(BOARD_PIN_MUX_A) : 0) | ((v)&2 ? BIT(BOARD_PIN_MUX_B) : 0) |                 \
	 ((v)&4 ? BIT(BOARD_PIN_MUX_C) : 0))

static const struct output outputs[] = {
	{.setting = WIRE_SET_SWITCH,
         .values = 3,
         .pins = BIT(BOARD_PIN_BUS_OE_N) | BIT(BOARD_PIN_BUS_SEL),
         .level = {[WIRE_SWITCH_OPEN] = BIT(BOARD_PIN_BUS_OE_N),
                   [WIRE_SWITCH_HOST] = 0,
                   [WIRE_SWITCH_PROBE] = BIT(BOARD_PIN_BUS_SEL)}},
	{.setting = WIRE_SET_VBUS,
         .values = 2,
         .pins = BIT(BOARD_PIN_VBUS_EN),
         .level = {0, BIT(BOARD_PIN_VBUS_EN)}},
	{.setting = WIRE_SET_RANGE,
         .values = 2,
         .pins = BIT(BOARD_PIN_RANGE_BYPASS),
         .level = {[WIRE_RANGE_MA] = BIT(BOARD_PIN_RANGE_BYPASS), [WIRE_RANGE_UA] = 0}},
	/* The 15 k hang on the pins themselves: low pulls the line down, high would pull it up. */
	{.setting = WIRE_SET_PULL_DOWNS,
         .values = 4,
         .pins = BIT(BOARD_PIN_PD_DP) | BIT(BOARD_PIN_PD_DM),
         .level = {BIT(BOARD_PIN_PD_DP) | BIT(BOARD_PIN_PD_DM), BIT(BOARD_PIN_PD_DM),
                   BIT(BOARD_PIN_PD_DP), 0},
         .released = true},
	{.setting = WIRE_SET_MUX,
         .values = 8,
         .pins = MUX(7),
         .level = {MUX(0), MUX(1), MUX(2), MUX(3), MUX(4), MUX(5), MUX(6), MUX(7)}},
};
enum { OUTPUTS = sizeof(outputs) / sizeof(outputs[0]) };

static const struct {
	uint8_t pin;
	uint32_t pull;
} inputs[] = {
	{BOARD_PIN_VBUS_FAULT_N, PAD_PULL_UP},   {BOARD_PIN_OV_TRIP_N, PAD_PULL_UP},
	{BOARD_PIN_RANGE_TRIP, PAD_PULL_DOWN},   {BOARD_PIN_BUTTON_N, PAD_PULL_UP},
	{BOARD_PIN_EXPANDER_INT_N, PAD_PULL_UP},
};

/* Driven low from the start and by nothing else yet. */
static const uint32_t low =
	BIT(BOARD_PIN_OV_RESET) | BIT(BOARD_PIN_DC_PATH_EN) | BIT(BOARD_PIN_BUZZER);

static uint8_t now[OUTPUTS];

static void take_pin(unsigned pin, uint32_t pull)
{
	PADS_BANK0->gpio[pin] = PAD_PLAIN | pull;
	IO_BANK0->gpio[pin].ctrl = GPIO_FUNC_SIO;
}

static void drive(uint32_t pins, uint32_t levels)
{
	SIO->gpio_out_clr = pins & ~levels;
	SIO->gpio_out_set = levels;
	SIO->gpio_oe_set = pins;
}

static void put(const struct output *o, uint32_t levels)
{
	if (!o->released) {
		drive(o->pins, levels);
		return;
	}
	SIO->gpio_oe_clr = levels;
	drive(o->pins & ~levels, 0);
}

void board_io_start(void)
{
	uint32_t all = low;

	unreset(RESETS_IO_BANK0 | RESETS_PADS_BANK0);
	/* Levels first, then the drivers, then the pins: none passes through a state that was not meant. */
	drive(low, 0);
	for (unsigned i = 0; i < OUTPUTS; i++) {
		put(&outputs[i], outputs[i].level[0]);
		all |= outputs[i].pins;
	}
	for (unsigned pin = 0; pin < 30; pin++)
		if (all >> pin & 1)
			take_pin(pin, 0);
	for (unsigned i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
		take_pin(inputs[i].pin, inputs[i].pull);
}

bool board_io_set(enum wire_setting setting, uint32_t value)
{
	for (unsigned i = 0; i < OUTPUTS; i++) {
		if (outputs[i].setting != setting)
			continue;
		if (value >= outputs[i].values)
			return false;
		/* The bus opens before it goes to the other side. */
		if (setting == WIRE_SET_SWITCH)
			drive(outputs[i].pins, outputs[i].level[WIRE_SWITCH_OPEN]);
		/* What has tripped before counts no more: a rising edge clears it. */
		for (int n = 0; setting == WIRE_SET_RANGE && n < 4; n++)
			drive(outputs[i].pins, n / 2 ? outputs[i].pins : 0);
		put(&outputs[i], outputs[i].level[value]);
		now[i] = (uint8_t)value;
		return true;
	}
	return false;
}

uint32_t board_io_get(enum wire_setting setting)
{
	for (unsigned i = 0; i < OUTPUTS; i++)
		if (outputs[i].setting == setting)
			return now[i];
	return 0;
}

uint32_t board_io_trips(void)
{
	uint32_t in = SIO->gpio_in;

	return (in & BIT(BOARD_PIN_OV_TRIP_N) ? 0 : BOARD_IO_OVERVOLTAGE) |
	       (in & BIT(BOARD_PIN_VBUS_FAULT_N) ? 0 : BOARD_IO_VBUS_FAULT) |
	       (in & BIT(BOARD_PIN_RANGE_TRIP) ? BOARD_IO_RANGE_TRIP : 0);
}

void board_io_reset_latch(void)
{
	/* Some microseconds for the latch and for the comparators behind it. */
	drive(BIT(BOARD_PIN_OV_RESET), BIT(BOARD_PIN_OV_RESET));
	for (volatile int i = 0; i < 100; i++)
		;
	drive(BIT(BOARD_PIN_OV_RESET), 0);
	for (volatile int i = 0; i < 100; i++)
		;
}

/* Four bits a pin, eight pins a register: level low, level high, edge low, edge high. §2.19.6.1 */
enum { OV_REG = BOARD_PIN_OV_TRIP_N / 8, OV_EDGE_LOW = 1 << (BOARD_PIN_OV_TRIP_N % 8 * 4 + 2) };

static void (*on_overvoltage)(void);

void board_io_watch(void (*tripped)(void))
{
	on_overvoltage = tripped;
	IO_BANK0->intr[OV_REG] = OV_EDGE_LOW;
	reg_set(&IO_BANK0->proc0_inte[OV_REG], OV_EDGE_LOW);
	NVIC->iser = 1u << IRQ_IO_BANK0;
}

void on_io_bank0(void)
{
	IO_BANK0->intr[OV_REG] = OV_EDGE_LOW;
	on_overvoltage();
}
