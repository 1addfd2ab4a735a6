/* A table of steps, each with what it sets and what must then be seen within its time; see selftest.h. */
#include "core/selftest.h"
#include "core/adc_curve.h"
#include "core/bytes.h"
#include "core/sensor.h"

enum {
	US = WIRE_TICK_HZ / 1000000,
	MS = WIRE_TICK_HZ / 1000,
	VOLT = 65536 * 10 / 33, /* counts times 16 */
	/* What amplifiers, their reference and the ADC may be off: 12 mA in range mA, 240 uA in range uA. */
	ZERO_OFF = VOLT * 6 / 100,
	/* An AD8313 gives 0.49 V without a signal and 1.8 V with the strongest. */
	RADIO_LEAST = VOLT / 5,
	RADIO_MOST = 2 * VOLT,
	VBUS_MOST = VOLT / 4,    /* halved: 0.5 V is off */
	SUPPLY_LEAST = 2 * VOLT, /* 4 to 5.5 V are somebody's supply */
	SUPPLY_MOST = VOLT * 11 / 4,
	LEVEL_WITHIN = 50 * MS,
	VBUS_FALLS = 500 * MS, /* behind a reset that took it away */
	HEARD_WITHIN = 1 * MS,
};

enum expects {
	EXPECTS_NOTHING,
	EXPECTS_LEVEL,   /* a band's mean of `channel` between `low` and `high` */
	EXPECTS_OFF,     /* the same; a supply there is somebody's, and no fault */
	EXPECTS_FREE,    /* SE0 for `hold`; else the lines are somebody's */
	EXPECTS_LINES,   /* what is driven, for `hold` */
	EXPECTS_PACKETS, /* each that is sent */
};

struct step {
	enum selftest_what what;
	enum wire_setting setting;
	uint8_t value;
	bool back; /* `value` is the place in `before` */
	enum expects expects;
	uint8_t channel;
	uint16_t low, high;
	uint32_t hold, within; /* ticks */
	uint16_t check, detail;
};

enum step_name {
	VBUS_OFF,
	FAR_RADIO,
	MUX_BACK,
	ZERO_UA,
	ZERO_MA,
	RANGE_BACK,
	RADIO,
	FREE,
	LOW,
	CLOSE,
	RISE_DP,
	FALL_DP,
	RISE_DM,
	RESET,
	RESET_ENDS,
	ENUMERATE,
	LOW_AGAIN,
	RELEASE,
	OPEN,
	PULL_DOWNS_BACK,
	STEPS
};

#define ZERO(range, bit)                                                                           \
	{                                                                                          \
		.what = SELFTEST_SET, .setting = WIRE_SET_RANGE, .value = (range),                 \
		.expects = EXPECTS_LEVEL, .channel = WIRE_CURRENT,                                 \
		.low = ADC_CURVE_ZERO - ZERO_OFF, .high = ADC_CURVE_ZERO + ZERO_OFF,               \
		.within = LEVEL_WITHIN, .check = WIRE_CHECK_CURRENT, .detail = (bit)               \
	}
#define DRIVEN(lines, us)                                                                          \
	{                                                                                          \
		.what = SELFTEST_DRIVE, .value = (lines), .expects = EXPECTS_LINES,                \
		.hold = (us)*US, .within = (us)*US + MS, .check = WIRE_CHECK_LISTEN                \
	}
#define BACK(what_, place)                                                                         \
	{                                                                                          \
		.what = SELFTEST_SET, .setting = (what_), .back = true, .value = (place)           \
	}

static const struct step steps[STEPS] = {
	[VBUS_OFF] = {.what = SELFTEST_SET,
                      .setting = WIRE_SET_MUX,
                      .value = 0,
                      .expects = EXPECTS_OFF,
                      .channel = WIRE_MUX,
                      .high = VBUS_MOST,
                      .within = VBUS_FALLS,
                      .check = WIRE_CHECK_MUX,
                      .detail = SELFTEST_MUX_VBUS},
	[FAR_RADIO] = {.what = SELFTEST_SET,
                       .setting = WIRE_SET_MUX,
                       .value = SENSOR_FAR_RADIO,
                       .expects = EXPECTS_LEVEL,
                       .channel = WIRE_MUX,
                       .low = RADIO_LEAST,
                       .high = RADIO_MOST,
                       .within = LEVEL_WITHIN,
                       .check = WIRE_CHECK_MUX,
                       .detail = SELFTEST_MUX_RADIO},
	[MUX_BACK] = BACK(WIRE_SET_MUX, 1),
	[ZERO_UA] = ZERO(WIRE_RANGE_UA, SELFTEST_RANGE_UA),
	[ZERO_MA] = ZERO(WIRE_RANGE_MA, SELFTEST_RANGE_MA),
	[RANGE_BACK] = BACK(WIRE_SET_RANGE, 0),
	[RADIO] = {.expects = EXPECTS_LEVEL,
                   .channel = WIRE_RADIO,
                   .low = RADIO_LEAST,
                   .high = RADIO_MOST,
                   .within = LEVEL_WITHIN,
                   .check = WIRE_CHECK_RADIO},
	[FREE] = {.what = SELFTEST_SET,
                  .setting = WIRE_SET_PULL_DOWNS,
                  .value = WIRE_DP | WIRE_DM,
                  .expects = EXPECTS_FREE,
                  .hold = 5 * MS,
                  .within = 15 * MS},
	[LOW] = {.what = SELFTEST_DRIVE, .value = WIRE_SE0},
	[CLOSE] = {.what = SELFTEST_SET,
                   .setting = WIRE_SET_SWITCH,
                   .value = WIRE_SWITCH_PROBE,
                   .expects = EXPECTS_LINES,
                   .hold = 1 * MS,
                   .within = 2 * MS,
                   .check = WIRE_CHECK_LISTEN},
	[RISE_DP] = DRIVEN(WIRE_DP, 100),
	[FALL_DP] = DRIVEN(WIRE_SE0, 3000),
	[RISE_DM] = DRIVEN(WIRE_DM, 3000),
	[RESET] = DRIVEN(WIRE_SE0, 11000),
	[RESET_ENDS] = DRIVEN(WIRE_DM, 1000),
	[ENUMERATE] = {.expects = EXPECTS_PACKETS, .check = WIRE_CHECK_LISTEN},
	[LOW_AGAIN] = DRIVEN(WIRE_SE0, 3000),
	[RELEASE] = {.what = SELFTEST_RELEASE},
	[OPEN] = {.what = SELFTEST_SET, .setting = WIRE_SET_SWITCH, .value = WIRE_SWITCH_OPEN},
	[PULL_DOWNS_BACK] = BACK(WIRE_SET_PULL_DOWNS, 2),
};

enum { SENSOR_STEPS = FREE };

void selftest_start(struct selftest *s, const struct selftest_before *before, bool lines,
                    uint16_t ran, uint16_t failed, uint64_t now)
{
	*s = (struct selftest){.running = true, .begun = now};
	s->end = lines ? STEPS : SENSOR_STEPS;
	s->before[0] = before->range;
	s->before[1] = before->mux;
	s->before[2] = before->pull_downs;
	s->result.ran = (uint16_t)(ran | WIRE_CHECK_CURRENT | WIRE_CHECK_RADIO | WIRE_CHECK_MUX);
	if (lines)
		s->result.ran |= WIRE_CHECK_LISTEN;
	s->result.failed = failed;
}

/* Entered: its action is to be done, and then it waits. */
static struct selftest_action enter(struct selftest *s, uint64_t now)
{
	const struct step *p = &steps[s->step];

	s->begun = now;
	s->fresh = 0;
	s->entered = true;
	return (struct selftest_action){.what = p->what,
	                                .setting = p->setting,
	                                .value = p->back ? s->before[p->value] : p->value};
}

static void next(struct selftest *s, unsigned step)
{
	s->step = (uint8_t)step;
	s->entered = false;
}

static void fail(struct selftest *s, uint32_t detail)
{
	s->result.failed |= steps[s->step].check;
	s->result.detail |= detail;
	/* What does not follow is driven no longer. */
	next(s, s->step > FREE && s->step < RELEASE ? RELEASE : s->step + 1u);
}

static void leave_lines_alone(struct selftest *s)
{
	s->result.ran &= (uint16_t)~WIRE_CHECK_LISTEN;
	s->result.detail |= SELFTEST_IN_USE;
	next(s, PULL_DOWNS_BACK);
}

/* What the step drives, or what the one before it went on driving. */
static enum wire_lines driven(const struct selftest *s)
{
	return s->step == CLOSE ? WIRE_SE0 : (enum wire_lines)steps[s->step].value;
}

static bool held(const struct selftest *s, const struct selftest_seen *seen, uint64_t from)
{
	uint64_t since = seen->since > from ? seen->since : from;

	return !seen->gated && seen->lines == driven(s) && seen->now >= since + steps[s->step].hold;
}

static bool level_is_good(const struct selftest *s)
{
	const struct step *p = &steps[s->step];
	uint16_t v = s->raw[p->channel];
	uint8_t value = s->input[p->channel];

	return s->fresh >> p->channel & 1 && v >= p->low && v <= p->high &&
	       (p->what != SELFTEST_SET || value == p->value);
}

struct nth {
	struct selftest *s;
	unsigned at;
	bool found;
};

static void take_nth(void *context, const uint8_t *bytes, size_t len)
{
	struct nth *n = context;

	if (n->at++ != n->s->sent || len > SAMPLE_KEYBOARD_PACKET)
		return;
	bytes_copy(n->s->packet, bytes, len);
	n->s->packet_len = (uint8_t)len;
	n->found = true;
}

/* The packets come in one go, and the main loop has other work between them: each time, the next one is picked. */
static struct selftest_action enumerate(struct selftest *s, uint64_t now)
{
	struct nth n = {.s = s};
	uint32_t detail = 0;

	if (s->waits && now - s->begun <= HEARD_WITHIN)
		return (struct selftest_action){SELFTEST_WAIT, 0, 0};
	sample_keyboard(false, take_nth, &n);
	if (n.found) {
		s->sent++;
		s->waits = true;
		s->begun = now;
		return (struct selftest_action){SELFTEST_SEND, 0, 0};
	}
	s->waits = false;
	s->result.detail |=
		(uint32_t)s->read << SELFTEST_READ_SHIFT | (uint32_t)s->sent << SELFTEST_SENT_SHIFT;
	if (s->read != s->sent)
		detail |= SELFTEST_PACKETS;
	if (!s->keyboard)
		detail |= SELFTEST_KEYBOARD;
	if (detail)
		fail(s, detail);
	else
		next(s, s->step + 1u);
	return (struct selftest_action){SELFTEST_WAIT, 0, 0};
}

static void look(struct selftest *s, const struct selftest_seen *seen)
{
	const struct step *p = &steps[s->step];
	bool over = seen->now - s->begun > p->within;

	switch (p->expects) {
	case EXPECTS_LEVEL:
		if (level_is_good(s))
			next(s, s->step + 1u);
		else if (over)
			fail(s, p->detail);
		break;
	case EXPECTS_OFF:
		if (level_is_good(s)) {
			next(s, s->step + 1u);
		} else if (over && s->raw[WIRE_MUX] >= SUPPLY_LEAST &&
		           s->raw[WIRE_MUX] <= SUPPLY_MOST) {
			/* Whose current that is nobody knows: there is no zero to look at. */
			s->result.ran &= (uint16_t)~WIRE_CHECK_CURRENT;
			s->result.detail |= SELFTEST_IN_USE;
			next(s, s->step + 1u);
		} else if (over) {
			fail(s, p->detail);
		}
		break;
	case EXPECTS_FREE:
		if (s->result.detail & (SELFTEST_MUX_VBUS | SELFTEST_IN_USE))
			leave_lines_alone(s);
		else if (!seen->gated && seen->lines == WIRE_SE0 &&
		         seen->now >= s->begun + p->hold && seen->now - seen->since >= p->hold)
			next(s, s->step + 1u);
		else if (over)
			leave_lines_alone(s);
		break;
	case EXPECTS_LINES:
		if (held(s, seen, s->begun))
			next(s, s->step + 1u);
		else if (over)
			fail(s, (uint32_t)(seen->lines ^ driven(s)));
		break;
	default:
		next(s, s->step + 1u);
		break;
	}
}

struct selftest_action selftest_step(struct selftest *s, const struct selftest_seen *seen)
{
	struct selftest_action nothing = {SELFTEST_WAIT, 0, 0};

	if (s->step >= s->end) {
		s->running = false;
		return (struct selftest_action){SELFTEST_DONE, 0, 0};
	}
	if (s->step == ZERO_UA && !(s->result.ran & WIRE_CHECK_CURRENT))
		next(s, RADIO);
	if (!s->entered)
		return enter(s, seen->now);
	if (steps[s->step].expects == EXPECTS_PACKETS)
		return enumerate(s, seen->now);
	look(s, seen);
	return nothing;
}

void selftest_refused(struct selftest *s)
{
	fail(s, steps[s->step].detail);
}

void selftest_band(struct selftest *s, const struct wire_band *b, uint16_t raw)
{
	s->raw[b->channel] = raw;
	s->input[b->channel] = b->channel == WIRE_CURRENT ? b->range : b->input;
	s->fresh |= (uint8_t)(1u << b->channel);
}

void selftest_packet(struct selftest *s, const struct rx_packet *p)
{
	bool same = s->waits && !p->flags && p->len == s->packet_len;

	for (unsigned i = 0; same && i < p->len; i++)
		same = p->bytes[i] == s->packet[i];
	s->read = (uint8_t)(s->read + same);
	s->waits = false;
}
