/*
 * R3e: the supply current of a mobile phone's transmitter. GSM sends in one of eight slots of a frame of 60/13 = 4.615 ms,
 * while it registers for seconds on end (3GPP TS 45.002 §4.3). Rises of current, as the tap's steps and bursts tell them,
 * are folded with that (comb/fold.h): they stand in most frames, at one place of each. A display that is multiplexed with
 * 4.615 ms to a few microseconds would look the same; one with a fraction or a multiple is told apart.
 *
 * Claimed error: 1e-9 a search, of which there are three a second while current rises at all.
 */
#include "detect/comb/fold.h"
#include "detect/rules.h"

#include <math.h>

enum {
	FRAME_NS = 4615385,
	LENGTH_MIN_US = 150, /* of a burst: a slot has 577 */
	RISE_MIN_MA = 5,
	SEARCH_EACH = 64, /* frames */
	HOLE_FRAMES = 64, /* so long without a rise ends it */
	FRAMES_MIN = 64,
};

#define TOLERANCE_NS 2000.0
#define SHARE_MIN    0.6 /* of the frames */
#define LOG10_P      -9.0

struct frames_state {
	bool said, running;
	int64_t frame_ns, last_ns;
	uint64_t now;
	struct fold fold;
};

static void search(const struct rule_input *in, struct frames_state *s)
{
	struct fold_multiple m;
	struct fold_peak p;
	struct finding *f;

	fold_search(&s->fold, FOLD_ROWS, TOLERANCE_NS * FOLD_CELLS / FRAME_NS,
	            1u << FOLD_MASK_SHARP, &p);
	if (p.log10_p > LOG10_P || p.hits < SHARE_MIN * p.rows || fold_is_overtone(&s->fold, &p))
		return;
	fold_find_multiple(&s->fold, &p, &m);
	if (m.multiple != 1)
		return;
	s->said = true;
	f = rule_emit(in, NULL);
	finding_say(f, "the cable's current rises each 4.615 ms, in ");
	finding_say_integer(f, p.hits);
	finding_say(f, " frames of ");
	finding_say_integer(f, p.rows);
	finding_say(f, ": so sends a mobile phone, and there is one in the cable");
	finding_number(f, "period_ms", FRAME_NS / 1e6 * (1 + p.slant / FOLD_CELLS), 5);
	finding_integer(f, "frames", p.rows);
	finding_integer(f, "frames_hit", p.hits);
	finding_number(f, "log10_p", p.log10_p, 1);
}

static void rise(const struct rule_input *in, struct frames_state *s)
{
	int64_t t = in->event->t_ns;

	if (!s->running || t < s->frame_ns || t - s->last_ns > HOLE_FRAMES * (int64_t)FRAME_NS) {
		/* What began before is told when it has ended: a little late is no new beginning. */
		if (s->running && t < s->frame_ns && s->frame_ns - t < 2 * (int64_t)FRAME_NS)
			return;
		fold_clear(&s->fold);
		s->running = true;
		s->frame_ns = t;
		s->now = 0;
	}
	s->last_ns = t;
	while (t - s->frame_ns >= FRAME_NS) {
		fold_push(&s->fold, s->now, 0, true);
		s->now = 0;
		s->frame_ns += FRAME_NS;
		if (s->fold.rows >= FRAMES_MIN && s->fold.rows % SEARCH_EACH == 0 && !s->said)
			search(in, s);
	}
	s->now |= UINT64_C(1) << (t - s->frame_ns) * FOLD_CELLS / FRAME_NS;
}

static void match(const struct rule_input *in)
{
	struct frames_state *s = in->state;
	const struct record *r = in->event->record;

	if (s->said)
		return;
	if (r->kind == RECORD_STEP) {
		if (r->step.sensor.channel == WIRE_CURRENT &&
		    r->step.after_nano - r->step.before_nano >= RISE_MIN_MA * INT64_C(1000000))
			rise(in, s);
	} else if (r->kind == RECORD_BURST && r->burst.sensor.channel == WIRE_CURRENT &&
	           r->burst.length_ns >= LENGTH_MIN_US * 1000u) {
		rise(in, s);
	}
}

const struct rule rule_gsm_frames = {
	.id = "R3e",
	.name = "gsm-frames",
	.summary = "current that rises each 4.615 ms: the frames of a mobile phone's transmitter",
	.group = GROUP_POWER,
	.weight = WEIGHT_STRONG,
	.events = EVENT_BIT(EVENT_SENSOR),
	.profiles = PROFILE_BIT(PROFILE_BARE) | PROFILE_BIT(PROFILE_KEYBOARD) |
                    PROFILE_BIT(PROFILE_DEVICE),
	.state_size = sizeof(struct frames_state),
	.match = match,
};
