/*
 * Reports into strokes; see stroke.h. In: what each report changed. Out: holds and intervals that can be relied on, and
 * nothing where time steps back, reports were stamped late, or a key's end was taken over by the next key.
 */
#include "detect/typing/stroke.h"

static const double NS_PER_MS = 1e6;
static const double BOUNCE_MS = 40; /* no finger strikes one key twice within this */

/* Contacts bounce for some milliseconds, a worn one a few times; what goes on is neither a switch nor a finger. A held key
 * is one report: it repeats in the host alone. */
enum { BOUNCES_MAX = 8 };

static void forget_times(struct stroke_reader *s)
{
	s->last_known = false;
	for (unsigned i = 0; i < s->downs; i++)
		s->down[i].known = false;
	for (unsigned i = 0; i < STROKE_MODIFIERS; i++)
		s->modifier[i].known = false;
}

static bool is_down(const struct stroke_reader *s, uint16_t usage)
{
	for (unsigned i = 0; i < s->downs; i++)
		if (s->down[i].usage == usage)
			return true;
	return false;
}

static void lift(struct stroke_reader *s, uint16_t usage, bool known, struct stroke *out)
{
	for (unsigned i = 0; i < s->downs; i++) {
		struct stroke_key k;
		double ms;

		if (s->down[i].usage != usage)
			continue;
		k = s->down[i];
		s->down[i] = s->down[--s->downs];
		if (!known || !k.known || out->has_hold)
			return;
		ms = (double)typing_clock_between(k.t_ns, out->t_ns) / NS_PER_MS;
		/* Both ends stamped at once: within a tick, or a late host's doing. How long is not known. */
		if (ms < out->step_ms / 2) {
			out->hold_in_tick = out->coarse;
		} else {
			out->has_hold = true;
			out->hold_ms = ms;
			out->hold_usage = usage;
			out->hold_same_key = k.tapped;
		}
		return;
	}
}

static bool released(const struct key_report *r, uint16_t usage)
{
	for (unsigned i = 0; i < r->releases; i++)
		if (r->release[i] == usage)
			return true;
	return false;
}

/* Modifiers that this key is the first to be struck under. */
static void read_lead(struct stroke_reader *s, const struct key_report *r, bool known,
                      struct stroke *out)
{
	for (unsigned left = s->fresh & r->modifiers; left; left &= left - 1) {
		unsigned i = (unsigned)__builtin_ctz(left);
		double ms = (double)typing_clock_between(s->modifier[i].t_ns, r->t_ns) / NS_PER_MS;
		enum stroke_lead lead;

		if (!(r->modifiers_before >> i & 1))
			lead = LEAD_SAME;
		else if (!known || !s->modifier[i].known || (ms < out->step_ms / 2))
			continue;
		else
			lead = ms <= 1.5 * out->step_ms ? LEAD_POLL : LEAD_EARLY;
		if (lead >= out->lead) {
			out->lead = lead;
			out->lead_ms = lead == LEAD_SAME ? 0 : ms;
		}
	}
	s->fresh &= (uint8_t)~r->modifiers;
}

static void read_modifiers(struct stroke_reader *s, const struct key_report *r, bool known)
{
	uint8_t came = r->modifiers & (uint8_t)~r->modifiers_before;

	s->fresh = (s->fresh | came) & r->modifiers;
	for (unsigned left = came; left; left &= left - 1) {
		unsigned i = (unsigned)__builtin_ctz(left);

		s->modifier[i].known = known;
		s->modifier[i].t_ns = r->t_ns;
	}
}

static void read_press(struct stroke_reader *s, const struct key_report *r, bool known,
                       struct stroke *out)
{
	out->presses = r->presses;
	out->usage = r->press[0];
	out->before = s->last;
	out->modifiers = r->modifiers;
	if (s->keys) {
		out->gap_ms = (double)typing_clock_between(s->last_ns, r->t_ns) / NS_PER_MS;
		out->has_gap = known && s->last_known && (!out->same_tick || out->coarse);
		out->untimed = !out->has_gap;
		out->same_key = out->usage == s->last || out->usage == s->before_last;
		if (out->usage != s->last || !out->has_gap || out->gap_ms >= BOUNCE_MS)
			s->bounces = 0;
		else if (s->bounces < BOUNCES_MAX)
			out->bounce = ++s->bounces < BOUNCES_MAX;
		out->replaced = released(r, s->last);
		out->overlap = is_down(s, s->last);
	}
	read_lead(s, r, known, out);
	for (unsigned i = 0; i < r->presses && i < KEYS_CHANGES_MAX; i++) {
		struct stroke_key k = {.usage = r->press[i],
		                       .known = known,
		                       .tapped = r->press[i] == s->last ||
		                                 r->press[i] == s->before_last,
		                       .t_ns = r->t_ns};

		if (s->downs < STROKE_DOWN_MAX && !is_down(s, k.usage))
			s->down[s->downs++] = k;
		s->before_last = s->last;
		s->last = k.usage;
	}
	s->last_ns = r->t_ns;
	s->last_known = known;
	s->keys += r->presses;
}

void stroke_away(struct stroke_reader *s)
{
	forget_times(s);
	s->downs = 0;
	s->fresh = 0;
	s->last = s->before_last = 0;
}

static void read_scale(struct stroke_reader *s, uint32_t poll_ns, uint32_t claimed_ns,
                       struct stroke *out)
{
	if (s->scale.step_ms == 0 || s->scale.grid_ms != s->clock.grid_ms ||
	    s->scale.seen_poll_ms != s->clock.seen_poll_ms || s->scale.poll_ns != poll_ns ||
	    s->scale.claimed_ns != claimed_ns) {
		s->scale.poll_ns = poll_ns;
		s->scale.claimed_ns = claimed_ns;
		s->scale.grid_ms = s->clock.grid_ms;
		s->scale.seen_poll_ms = s->clock.seen_poll_ms;
		s->scale.step_ms = typing_clock_step(&s->clock, poll_ns, claimed_ns);
		s->scale.coarse = typing_clock_coarse(&s->clock, poll_ns, claimed_ns);
	}
	out->step_ms = s->scale.step_ms;
	out->coarse = s->scale.coarse;
}

/* Nothing known yet; what a flag does not vouch for is not written. */
static void stroke_init(struct stroke *out, int64_t t_ns)
{
	out->t_ns = t_ns;
	out->has_hold = out->hold_in_tick = out->hold_same_key = false;
	out->presses = 0;
	out->usage = out->before = 0;
	out->has_gap = out->untimed = out->same_key = out->bounce = out->replaced = out->overlap =
		false;
	out->modifiers = 0;
	out->lead = LEAD_NONE;
	out->gap_ms = out->hold_ms = 0;
}

bool stroke_read(struct stroke_reader *s, const struct key_report *r, uint32_t poll_ns,
                 uint32_t claimed_ns, struct stroke *out)
{
	enum clock_sense sense;
	bool known, blind;

	if (r->flags & KEYS_ROLLOVER) {
		forget_times(s);
		return false;
	}
	if (r->flags & KEYS_REPEATED)
		return false;
	stroke_init(out, r->t_ns);
	sense = typing_clock_report(&s->clock, r->t_ns, poll_ns);
	blind = typing_clock_blind(&s->clock, claimed_ns);
	/* Bunched: the report before was late as well, so that its time is no better. */
	if (sense == CLOCK_BACK || sense == CLOCK_BUNCHED || blind)
		forget_times(s);
	known = sense != CLOCK_BUNCHED && !blind;
	read_scale(s, poll_ns, claimed_ns, out);
	out->same_tick = sense == CLOCK_SAME;
	read_modifiers(s, r, known);
	for (unsigned i = 0; i < r->releases && i < KEYS_CHANGES_MAX; i++)
		/* A key that gave way to another in one report was held as long as the next key took. */
		lift(s, r->release[i], known && !(r->flags & KEYS_REPLACED), out);
	/* All keys up: whatever else was believed to be down was lost on the way. */
	if (!r->down && !r->presses)
		s->downs = 0;
	if (r->presses)
		read_press(s, r, known, out);
	return true;
}
