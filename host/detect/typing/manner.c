/*
 * Features F6 to F14: what goes with the keys. Shift, the form of reports, pauses, the beginning, what is typed. In:
 * strokes and the reports that they came from. Out: logarithms of likelihood ratios, not yet bounded.
 */
#include <math.h>

#include "detect/typing/numbers.h"
#include "detect/typing/typing.h"

enum modifiers {
	ANY_CTRL = 0x11,
	ANY_ALT = 0x44,
	ANY_GUI = 0x88,
	RIGHT_SHIFT_ALONE = 0x20,
};

/* HID Usage Tables 1.4 §10, page 07 */
enum usage {
	USAGE_R = 0x15,
	USAGE_T = 0x17,
	USAGE_X = 0x1b,
	USAGE_0 = 0x27,
	USAGE_ENTER = 0x28,
	USAGE_BACKSPACE = 0x2a,
	USAGE_TAB = 0x2b,
	USAGE_SPACE = 0x2c,
	USAGE_SLASH = 0x38,
	USAGE_F2 = 0x3b,
	USAGE_DELETE = 0x4c,
	USAGE_PAD_1 = 0x59,
	USAGE_PAD_0 = 0x62,
	USAGE_F13 = 0x68,
	USAGE_INTERNATIONAL_FIRST = 0x87,
	USAGE_INTERNATIONAL_LAST = 0x98,
	USAGE_MUTE = 0x7f,
	USAGE_VOLUME_DOWN = 0x81,
};

static const int64_t SECOND_NS = 1000000000;
static const double ALT_DIGIT_MS = 60; /* nobody's keypad digits follow so close */

static const struct {
	uint8_t all_of; /* modifier groups, each present on either side */
	uint8_t usage;
} openers[] = {
	{ANY_GUI, USAGE_R},            /* Windows: run box */
	{ANY_GUI, USAGE_X},            /* Windows: power menu */
	{ANY_GUI, USAGE_SPACE},        /* macOS: Spotlight */
	{ANY_CTRL | ANY_ALT, USAGE_T}, /* Linux: terminal */
	{ANY_ALT, USAGE_F2},           /* Linux: run box */
};

static bool opens(uint8_t modifiers, uint16_t usage)
{
	static const uint8_t group[] = {ANY_CTRL, ANY_ALT, ANY_GUI};

	if (!(modifiers & (ANY_CTRL | ANY_ALT | ANY_GUI)))
		return false;
	for (unsigned i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
		bool fits = openers[i].usage == usage;

		for (unsigned g = 0; g < sizeof(group); g++)
			fits = fits && !(openers[i].all_of & group[g]) == !(modifiers & group[g]);
		if (fits)
			return true;
	}
	return false;
}

static bool prints(uint8_t modifiers, uint16_t usage)
{
	if (modifiers & (ANY_CTRL | ANY_ALT | ANY_GUI))
		return false;
	return (usage >= KEY_FIRST && usage <= USAGE_0) ||
	       (usage >= USAGE_TAB && usage <= USAGE_SLASH);
}

static void judge_lead(struct typing *t, const struct stroke *s)
{
	const struct typing_parameters *k = &typing_parameters;
	unsigned i = (unsigned)s->lead - LEAD_SAME;
	double people;

	if (s->lead == LEAD_NONE)
		return;
	people = k->lead_people[i] +
	         (s->lead != LEAD_EARLY ? k->lead_people_per_ms * s->step_ms : 0);
	typing_say(t, TYPING_MODIFIER, logf((float)(k->lead_machine[i] / people)));
}

static void judge_form(struct typing *t, const struct stroke *s, const struct key_report *r)
{
	if (r->flags & KEYS_SLOT_GAP && s->presses)
		typing_say(t, TYPING_FORM, 0.6f);
	if (r->length == 2)
		typing_say(t, TYPING_FORM, 0.3f);
	if (s->presses && s->lead == LEAD_SAME && s->modifiers == RIGHT_SHIFT_ALONE)
		typing_say(t, TYPING_FORM, 0.3f);
	if (!t->had_report && r->flags & KEYS_ALL_UP && !r->releases)
		typing_say(t, TYPING_FORM, 0.3f);
}

/* A script's pause; a delay that only repeats the last one is rhythm. */
static void judge_round(struct typing *t, const struct stroke *s)
{
	const struct typing_parameters *k = &typing_parameters;
	double chance, off, machine;
	bool hit;

	if (!s->has_gap || s->gap_ms < k->round_from_ms)
		return;
	chance = smaller(1, 2 * s->step_ms / k->round_ms);
	if (chance > 0.25 || distance(s->gap_ms, t->last_gap_ms) <= 1.5 * s->step_ms)
		return;
	off = distance(s->gap_ms, k->round_ms * nearest(s->gap_ms / k->round_ms));
	hit = off <= s->step_ms;
	machine = k->round_share * (hit ? k->round_hit : 1 - k->round_hit) +
	          (1 - k->round_share) * (hit ? chance : 1 - chance);
	typing_say(t, TYPING_ROUND, logf((float)(machine / (hit ? chance : 1 - chance))));
}

static void judge_start(struct typing *t, const struct stroke *s, const struct typing_context *c)
{
	int64_t after = typing_clock_between(c->configured_ns, s->t_ns);

	if (t->reader.keys != s->presses || c->configured_ns < 0 || after < 0)
		return;
	if (after < SECOND_NS)
		typing_say(t, TYPING_START, 0.8f);
	else if (after < 3 * SECOND_NS)
		typing_say(t, TYPING_START, 0.3f);
	if (c->has_leds && (c->led_ns < 0 || c->led_ns > s->t_ns) && after < 3 * SECOND_NS)
		typing_say(t, TYPING_START, 0.5f);
}

static void judge_grammar(struct typing *t, const struct stroke *s)
{
	if (opens(s->modifiers, s->usage)) {
		t->opened = t->run.opens = true;
		t->printable = 0;
		typing_say(t, TYPING_GRAMMAR, 0.3f);
		return;
	}
	if (s->usage == USAGE_BACKSPACE || s->usage == USAGE_DELETE) {
		t->opened = false;
		t->printable = 0;
	} else if (s->usage == USAGE_ENTER && t->opened && t->printable >= 8 &&
	           t->printable <= 40) {
		typing_say(t, TYPING_GRAMMAR, 0.8f);
	} else if (prints(s->modifiers, s->usage)) {
		t->printable += s->presses;
		if (t->printable == 41)
			typing_say(t, TYPING_GRAMMAR, t->opened ? 1.0f : 0.3f);
	}
}

static void judge_slips(struct typing *t, const struct stroke *s)
{
	bool slip = s->usage == USAGE_BACKSPACE || s->usage == USAGE_DELETE;

	if (!slip && !prints(s->modifiers, s->usage))
		return;
	typing_say(t, TYPING_SLIPS,
	           typing_rates_next(&t->run.slips, t->first.slips, typing_parameters.slips_rate,
	                             slip));
}

static bool odd_usage(uint16_t usage)
{
	if (usage >= USAGE_INTERNATIONAL_FIRST && usage <= USAGE_INTERNATIONAL_LAST)
		return false;
	if (usage >= USAGE_MUTE && usage <= USAGE_VOLUME_DOWN)
		return false;
	return usage >= USAGE_F13 && usage < KEY_MODIFIER_FIRST;
}

void typing_judge_manner(struct typing *t, const struct stroke *s, const struct key_report *r,
                         const struct typing_context *c)
{
	judge_form(t, s, r);
	t->had_report = true;
	if (!s->presses || s->bounce)
		return;
	judge_lead(t, s);
	judge_round(t, s);
	judge_start(t, s, c);
	judge_grammar(t, s);
	judge_slips(t, s);
	if (s->modifiers & ANY_ALT && s->usage >= USAGE_PAD_1 && s->usage <= USAGE_PAD_0 &&
	    s->has_gap && s->gap_ms <= ALT_DIGIT_MS)
		typing_say(t, TYPING_ALT_CODES, 0.4f);
	if (odd_usage(s->usage))
		typing_say(t, TYPING_LAYOUT, 0.5f);
	if (t->pointer_seen && s->t_ns >= t->pointer_ns &&
	    typing_clock_between(t->pointer_ns, s->t_ns) < SECOND_NS)
		typing_say(t, TYPING_SILENCE, -0.3f);
	t->last_gap_ms = s->has_gap ? (float)s->gap_ms : -1e6f;
}
