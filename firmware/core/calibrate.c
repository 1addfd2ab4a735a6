/* Steps in a table: what is set, how long it settles, whether a mean is taken then; see calibrate.h. */
#include "core/calibrate.h"

enum {
	MS = WIRE_TICK_HZ / 1000,
	SETTLES_MS = 500, /* VBUS rises, and what charges is charged */
	BANDS_WITHIN_MS = 2 * CALIBRATE_BANDS,
	/* Between two milliseconds: 2 mA in range mA, 40 uA in range uA. */
	STEADY = 65536 * 10 / 3300,
	/* A known current is far from zero and from the range's end: 10 to 560 mA, 0.2 to 10 mA. */
	LEAST = 65536 * 50 / 3300,
	MOST_MA = 65536 * 2800 / 3300,
	MOST_UA = 65536 * 2500 / 3300,
};

static const struct step {
	enum wire_setting setting;
	uint8_t value;
	bool back; /* `value` is what was before */
	uint16_t wait_ms;
	bool measures; /* in the range that it has set */
} steps[] = {
	{WIRE_SET_PULL_DOWNS, WIRE_DP | WIRE_DM, false, 5, false},
	{WIRE_SET_VBUS, 1, false, SETTLES_MS, false},
	{WIRE_SET_RANGE, WIRE_RANGE_MA, false, 20, true},
	{WIRE_SET_RANGE, WIRE_RANGE_UA, false, 50, true},
	/* From here on it is put back, also where something went wrong. */
	{WIRE_SET_RANGE, WIRE_RANGE_MA, false, 0, false},
	{WIRE_SET_VBUS, 0, false, 0, false},
	{WIRE_SET_PULL_DOWNS, 0, true, 0, false},
};
enum { BACK = 4, STEPS = sizeof(steps) / sizeof(steps[0]) };

/* Counts times 16 on the nominal curve: 5 V/A, 250 V/A. */
static uint32_t nominal(uint32_t na, enum wire_range range)
{
	uint64_t counts = (uint64_t)na * (range == WIRE_RANGE_UA ? 250 : 5) * 65536 / 3300000000u;

	return counts > UINT16_MAX ? UINT16_MAX : (uint32_t)counts;
}

enum wire_error calibrate_start(struct calibrate *c, const struct wire_calibrate *command,
                                const struct calibration *newest, uint8_t pull_downs, uint64_t now)
{
	uint32_t counts = nominal(command->current_na, (enum wire_range)command->range);
	bool slope = command->what == WIRE_CALIBRATE_SLOPE;

	if ((!slope && command->what != WIRE_CALIBRATE_ZERO) ||
	    command->range >= CALIBRATION_RANGES)
		return WIRE_E_VALUE;
	if (slope &&
	    (counts < LEAST || counts > (command->range == WIRE_RANGE_UA ? MOST_UA : MOST_MA)))
		return WIRE_E_VALUE;
	if (slope && !newest->id)
		return WIRE_E_STATE;
	*c = (struct calibrate){
		.running = true,
		.what = (enum wire_calibrate_what)command->what,
		.ranges = slope ? (uint8_t)(1u << command->range) : (1u << CALIBRATION_RANGES) - 1,
		.pull_downs = pull_downs,
		.current_na = command->current_na,
		.begun = now,
		.next = *newest,
	};
	for (unsigned i = 0; i < CALIBRATION_RANGES && !newest->id; i++)
		c->next.curve[i] = (struct adc_curve){ADC_CURVE_ZERO, ADC_CURVE_ONE};
	return WIRE_OK;
}

static void next(struct calibrate *c, unsigned step)
{
	c->step = (uint8_t)step;
	c->entered = false;
}

static void give_up(struct calibrate *c, enum wire_calibrate_reason reason)
{
	if (!c->reason)
		c->reason = reason;
	next(c, c->step < BACK ? BACK : c->step + 1u);
}

static void take_mean(struct calibrate *c, enum wire_range range)
{
	uint32_t mean = (c->sum + c->bands / 2) / c->bands, counts, over;
	struct adc_curve *curve = &c->next.curve[range];

	c->measured[range] = (uint16_t)mean;
	if (c->most - c->least > STEADY) {
		give_up(c, WIRE_CALIBRATE_UNSTEADY);
		return;
	}
	if (c->what == WIRE_CALIBRATE_ZERO) {
		curve->zero = (uint16_t)mean;
	} else {
		counts = nominal(c->current_na, range);
		over = mean > curve->zero ? mean - curve->zero : 1;
		counts = (counts * ADC_CURVE_ONE + over / 2) / over;
		curve->slope = counts > UINT16_MAX ? UINT16_MAX : (uint16_t)counts;
	}
	if (!calibration_is_possible(&c->next))
		give_up(c, WIRE_CALIBRATE_IMPOSSIBLE);
	else
		next(c, c->step + 1u);
}

static void measure(struct calibrate *c, const struct calibrate_seen *seen)
{
	if (!seen->vbus || seen->range != steps[c->step].value)
		give_up(c, WIRE_CALIBRATE_TRIPPED);
	else if (!seen->lines_free)
		give_up(c, WIRE_CALIBRATE_IN_USE);
	else if (c->bands >= CALIBRATE_BANDS)
		take_mean(c, seen->range);
	else if (seen->now - c->begun > (uint64_t)BANDS_WITHIN_MS * MS)
		give_up(c, WIRE_CALIBRATE_UNSTEADY);
}

static bool is_skipped(const struct calibrate *c)
{
	const struct step *s = &steps[c->step];

	return s->measures && !(c->ranges >> s->value & 1);
}

struct calibrate_action calibrate_step(struct calibrate *c, const struct calibrate_seen *seen)
{
	const struct calibrate_action nothing = {CALIBRATE_WAIT, 0, 0};
	const struct step *s;

	while (c->step < STEPS && is_skipped(c))
		c->step++;
	if (c->step >= STEPS) {
		c->running = false;
		return (struct calibrate_action){CALIBRATE_DONE, 0, 0};
	}
	s = &steps[c->step];
	if (!c->entered) {
		c->entered = true;
		c->begun = seen->now;
		c->bands = c->sum = 0;
		c->least = UINT16_MAX;
		c->most = 0;
		return (struct calibrate_action){CALIBRATE_SET, s->setting,
		                                 s->back ? c->pull_downs : s->value};
	}
	if (seen->now - c->begun < (uint64_t)s->wait_ms * MS) {
		c->bands = c->sum = 0;
		return nothing;
	}
	if (s->measures)
		measure(c, seen);
	else
		next(c, c->step + 1u);
	return nothing;
}

void calibrate_refused(struct calibrate *c)
{
	give_up(c, WIRE_CALIBRATE_TRIPPED);
}

void calibrate_band(struct calibrate *c, const struct wire_band *b, uint16_t raw)
{
	if (b->channel != WIRE_CURRENT || c->bands >= CALIBRATE_BANDS)
		return;
	if (!c->bands) {
		c->least = UINT16_MAX;
		c->most = 0;
	}
	c->bands++;
	c->sum += raw;
	if (raw < c->least)
		c->least = raw;
	if (raw > c->most)
		c->most = raw;
}
