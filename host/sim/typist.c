/*
 * How a typist types. In: parameters, keystrokes. Out: edges of keys in time. Leaves alone: reports and polls
 * (keyboard.c) and what the parameters are (typists.c).
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "sim/typist.h"

static const int64_t MS = 1000000;

struct run {
	const struct typist *t;
	struct random *r;
	struct key_edge *out;
	size_t count, max;
	uint32_t group;
	double tempo;
	size_t replayed;
	/* The key before: still down until the next one is placed. */
	struct keystroke last;
	bool pending;
	int64_t press_ns, busy_ns; /* busy: nothing new may go down before */
	uint8_t held;              /* modifiers that are down */
	int64_t held_until_ns;     /* when the last ones went up */
	int64_t up_ns[256];        /* when each key went up last */
};

static void edge(struct run *u, int64_t t_ns, uint8_t usage, bool down)
{
	if (u->count < u->max)
		u->out[u->count++] = (struct key_edge){
			.t_ns = t_ns, .group = u->group, .usage = usage, .down = down};
}

static void modifier_edges(struct run *u, int64_t t_ns, uint8_t bits, bool down)
{
	for (unsigned i = 0; i < 8; i++)
		if (bits & 1u << i)
			edge(u, t_ns, (uint8_t)(KEY_MODIFIER + i), down);
}

static int64_t draw(struct run *u, const struct spread *s)
{
	double v = spread_draw(s, u->r);

	return v > 3.6e12 ? (int64_t)3.6e12 : v < 0 ? 0 : (int64_t)llround(v);
}

static bool drawn(const struct spread *s)
{
	return s->kind != SPREAD_FIXED || s->a > 0;
}

/* How hands and fingers shape an interval: one hand's fingers wait for each other, two hands work ahead. */
static double context_factor(uint8_t before, uint8_t usage)
{
	unsigned hand[2], finger[2];

	us_finger(before, &hand[0], &finger[0]);
	us_finger(usage, &hand[1], &finger[1]);
	if (before == usage)
		return 0.95;
	if (hand[0] != hand[1])
		return 0.82;
	if (finger[0] == finger[1])
		return 1.35;
	return finger[0] > finger[1] ? 0.98 : 1.12;
}

/* Same hand and finger, same hand, other hand, same key: the classes within which a mimic draws. */
static unsigned digraph_class(uint8_t before, uint8_t usage)
{
	unsigned hand[2], finger[2];

	us_finger(before, &hand[0], &finger[0]);
	us_finger(usage, &hand[1], &finger[1]);
	return before == usage ? 3 : hand[0] != hand[1] ? 2 : finger[0] != finger[1] ? 1 : 0;
}

/* The recorded keystroke that paces this one: the next in order, or a mimic's pick of the same class. */
static const struct typist_timing *recorded_for(struct run *u, uint8_t usage)
{
	const struct typist *t = u->t;
	size_t at;

	if (!t->mimic)
		return &t->recorded[u->replayed++ % t->recorded_count];
	at = random_below(u->r, (uint32_t)t->recorded_count);
	for (size_t i = 0; i < t->recorded_count; i++) {
		const struct typist_timing *k = &t->recorded[(at + i) % t->recorded_count];

		if (k->interval_ns &&
		    digraph_class(k->before, k->usage) == digraph_class(u->last.usage, usage))
			return k;
	}
	return &t->recorded[at];
}

static int64_t interval(struct run *u, uint8_t usage, const struct typist_timing *recorded)
{
	const struct typist *t = u->t;
	double ns = recorded ? (double)recorded->interval_ns : spread_draw(&t->interval_ns, u->r);

	if (t->tempo_sd > 0) {
		double fresh = sqrt(1 - t->tempo_memory * t->tempo_memory) * t->tempo_sd;

		u->tempo = t->tempo_memory * u->tempo + fresh * random_normal(u->r);
		ns *= exp(u->tempo);
	}
	if (t->context > 0 && u->last.usage)
		ns *= 1 + t->context * (context_factor(u->last.usage, usage) - 1);
	if (t->mimic)
		ns *= exp(0.05 * random_normal(u->r));
	if (u->last.usage == KEY_SPACE && t->space_pause > 0 && random_chance(u->r, t->space_pause))
		ns += (double)draw(u, &t->space_pause_ns);
	if (u->last.usage == KEY_ENTER && drawn(&t->enter_pause_ns))
		ns += (double)draw(u, &t->enter_pause_ns);
	return ns > 3.6e12 ? (int64_t)3.6e12 : ns < (double)t->step_ns ? t->step_ns : llround(ns);
}

/* Lets go of the key before, at `t_ns`; a machine's modifiers go with it. */
static void release(struct run *u, int64_t t_ns)
{
	if (!u->pending)
		return;
	if (u->t->shift != SHIFT_LEAD && u->held) {
		modifier_edges(u, t_ns, u->held, false);
		u->held = 0;
	}
	if (u->last.usage)
		edge(u, t_ns, u->last.usage, false);
	if (u->t->press == PRESS_OVERLAP)
		u->up_ns[u->last.usage] = t_ns;
	u->pending = false;
}

/* A person's shift: down ahead of the key, kept for a run of capitals, up when the finger gets to it. */
static int64_t lead_modifiers(struct run *u, uint8_t wanted, int64_t press_ns)
{
	const struct typist *t = u->t;

	if (u->held & ~wanted) {
		int64_t up = u->press_ns + draw(u, &t->shift_lag_ns);

		/* It must be up before the next key, or that would be a capital too. */
		if (up > press_ns - 8 * MS)
			up = press_ns - 8 * MS;
		if (up <= u->press_ns) {
			up = u->press_ns + 12 * MS;
			press_ns = up + 12 * MS;
		}
		u->group++;
		modifier_edges(u, up, u->held & (uint8_t)~wanted, false);
		u->held &= wanted;
		u->held_until_ns = up;
	}
	if (wanted & ~u->held) {
		int64_t down = press_ns - draw(u, &t->shift_lead_ns);
		int64_t earliest = u->press_ns + 5 * MS;

		if (earliest < u->held_until_ns + 4 * MS)
			earliest = u->held_until_ns + 4 * MS;
		if (down < earliest) {
			press_ns += earliest - down;
			down = earliest;
		}
		u->group++;
		modifier_edges(u, down, wanted & (uint8_t)~u->held, true);
		u->held = wanted;
	}
	return press_ns;
}

/* When a person lets go of the key before, now that it is known when the next one goes down. */
static int64_t person_release(struct run *u, int64_t next_ns, int64_t dwell, bool same_key)
{
	const struct typist *t = u->t;
	int64_t gap = next_ns - u->press_ns, at = u->press_ns + dwell, room = gap / 3;
	double share = t->overlap_share < 0 ? 0 : random_unit(u->r);

	/* Over a pause nobody keeps a finger down. */
	if (gap > 2 * dwell)
		share = 1;

	if (room > 12 * MS)
		room = 12 * MS;
	if (same_key)
		return at < next_ns - room ? at : next_ns - room;
	if (t->overlap_share < 0)
		return at;
	if (share < t->overlap_share) {
		int64_t over = draw(u, &t->overlap_ns);

		return next_ns + (over > dwell ? dwell : over);
	}
	if (share < t->overlap_share + t->replace_share)
		return next_ns + (int64_t)llround(random_uniform(u->r, -3e6, 3e6));
	if (at <= next_ns - room)
		return at;
	/* A quick successor shortens the hold, by no fixed amount. */
	return next_ns - room - (int64_t)llround(random_unit(u->r) * (double)room);
}

static uint8_t modifiers_of(const struct typist *t, const struct keystroke *k)
{
	uint8_t m = k->modifiers;

	if (t->right_shift && (m & MOD_SHIFT) && !(m & ~MOD_SHIFT))
		m = MOD_RIGHT_SHIFT;
	return m;
}

static int64_t dwell_of(struct run *u, const struct keystroke *k, const struct typist_timing *rec)
{
	const struct typist *t = u->t;
	bool chord = k->modifiers & ~MOD_SHIFT;

	if (rec)
		return rec->dwell_ns;
	return draw(u, chord && drawn(&t->chord_hold_ns) ? &t->chord_hold_ns : &t->dwell_ns);
}

/* Places one keystroke; the one before is let go on the way. `dwell` is in and out: the hold of the pending key. */
static void strike(struct run *u, const struct keystroke *k, int64_t *dwell)
{
	const struct typist *t = u->t;
	const struct typist_timing *rec = t->recorded_count ? recorded_for(u, k->usage) : NULL;
	bool same = u->pending && u->last.usage == k->usage;
	bool waited = !u->pending && (u->count == 0 || u->busy_ns > u->press_ns);
	int64_t next = waited ? u->busy_ns : u->press_ns + interval(u, k->usage, rec);
	uint8_t wanted = modifiers_of(t, k);

	if (next < u->busy_ns)
		next = u->busy_ns;
	/* Rollover over three keys: a key cannot go down again before it is up. */
	if (k->usage && next < u->up_ns[k->usage] + 8 * MS && u->up_ns[k->usage])
		next = u->up_ns[k->usage] + 8 * MS;
	if (t->press == PRESS_OVERLAP || t->shift == SHIFT_LEAD) {
		if (t->shift == SHIFT_LEAD)
			next = lead_modifiers(u, wanted, next);
		if (u->pending) {
			int64_t up = t->press == PRESS_OVERLAP
			                     ? person_release(u, next, *dwell, same)
			                     : u->press_ns + *dwell;

			if (t->press != PRESS_OVERLAP && up >= next)
				next = up + t->step_ns;
			u->group++;
			release(u, up);
		}
	} else if (u->pending && t->press == PRESS_REPLACE && !same) {
		u->group++;
		release(u, next);
		u->group--; /* the press below belongs to the same report */
	} else if (u->pending) {
		int64_t up = t->press == PRESS_REPLACE ? next : u->press_ns + *dwell;

		u->group++;
		release(u, up);
		if (t->press == PRESS_REPLACE)
			next += interval(u, k->usage, rec);
		else if (next < up + t->step_ns)
			next = up + t->step_ns;
	}
	u->group++;
	if (t->shift != SHIFT_LEAD && wanted) {
		modifier_edges(u, next, wanted, true);
		u->held = wanted;
		if (t->shift == SHIFT_REPORT_BEFORE && k->usage) {
			next += t->step_ns;
			u->group++;
		}
	}
	if (k->usage)
		edge(u, next, k->usage, true);
	*dwell = dwell_of(u, k, rec);
	if (*dwell < t->step_ns)
		*dwell = t->step_ns;
	u->press_ns = next;
	u->busy_ns = 0;
	u->last = *k;
	u->pending = true;
}

/* Everything up: at the end, and before a wait. */
static int64_t lift(struct run *u, int64_t dwell)
{
	int64_t up = u->press_ns + dwell;

	if (!u->pending)
		return u->press_ns;
	u->group++;
	release(u, up);
	if (u->held) {
		int64_t lag = u->press_ns + draw(u, &u->t->shift_lag_ns);

		u->group++;
		modifier_edges(u, lag > up ? lag : up + MS, u->held, false);
		u->held = 0;
		up = lag > up ? lag : up + MS;
	}
	return up;
}

/* Alt down, the character's number on the keypad, Alt up. */
static void alt_keypad(struct run *u, uint8_t ascii)
{
	const struct typist *t = u->t;
	const uint8_t digit[4] = {0, ascii / 100, ascii / 10 % 10, ascii % 10};
	int64_t at = u->busy_ns;

	u->group++;
	modifier_edges(u, at, MOD_ALT, true);
	for (unsigned i = 0; i < 4; i++) {
		uint8_t key = digit[i] ? (uint8_t)(KEY_PAD_1 + digit[i] - 1) : KEY_PAD_0;

		at += t->step_ns;
		u->group++;
		edge(u, at, key, true);
		at += draw(u, &t->dwell_ns);
		u->group++;
		edge(u, at, key, false);
	}
	at += t->step_ns;
	u->group++;
	modifier_edges(u, at, MOD_ALT, false);
	u->busy_ns = at + draw(u, &t->chord_settle_ns);
	u->press_ns = at;
}

static int by_time(const void *a, const void *b)
{
	const struct key_edge *x = a, *y = b;

	if (x->t_ns != y->t_ns)
		return x->t_ns < y->t_ns ? -1 : 1;
	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	/* Within a report: up before down, a modifier around its key, so that the order never depends on the sort. */
	if (x->down != y->down)
		return x->down - y->down;
	return x->down ? y->usage - x->usage : x->usage - y->usage;
}

size_t typist_type(const struct typist *t, struct random *r, const struct keystroke *keys,
                   size_t count, int64_t start_ns, struct key_edge *out, size_t max)
{
	struct run u = {
		.t = t, .r = r, .out = out, .max = max, .press_ns = start_ns, .busy_ns = start_ns};
	int64_t dwell = 0;

	/* Reports that carry both cannot be told apart once holds overlap. */
	assert(t->press != PRESS_OVERLAP || t->shift == SHIFT_LEAD);
	for (size_t i = 0; i < count; i++) {
		const struct keystroke *k = &keys[i];
		uint8_t slip = us_neighbour(k->usage, random_below(r, 2));

		if (k->wait_ms) {
			u.press_ns = lift(&u, dwell);
			u.busy_ns = u.press_ns + k->wait_ms * MS;
		}
		if (t->coding == CODING_ALT_KEYPAD && k->ascii) {
			u.busy_ns = u.busy_ns ? u.busy_ns : lift(&u, dwell) + t->step_ns;
			alt_keypad(&u, k->ascii);
			continue;
		}
		if (!k->usage && !k->modifiers)
			continue;
		if (slip != k->usage && !(k->modifiers & ~MOD_SHIFT) &&
		    random_chance(r, t->errors_per_key)) {
			struct keystroke wrong = {.usage = slip, .modifiers = k->modifiers};
			struct keystroke back = {.usage = KEY_BACKSPACE};

			strike(&u, &wrong, &dwell);
			u.busy_ns = u.press_ns + draw(&u, &t->error_ns);
			strike(&u, &back, &dwell);
		}
		strike(&u, k, &dwell);
		if ((k->modifiers & ~MOD_SHIFT) && drawn(&t->chord_settle_ns)) {
			u.press_ns = lift(&u, dwell);
			u.busy_ns = u.press_ns + draw(&u, &t->chord_settle_ns);
		}
	}
	lift(&u, dwell);
	qsort(out, u.count, sizeof(*out), by_time);
	return u.count;
}

size_t typist_record(const struct key_edge *edges, size_t count, struct typist_timing *out,
                     size_t max)
{
	size_t n = 0, down_at[256];
	int64_t last_ns = 0;
	uint8_t last = 0;

	for (size_t i = 0; i < 256; i++)
		down_at[i] = SIZE_MAX;
	for (size_t i = 0; i < count; i++) {
		const struct key_edge *e = &edges[i];

		if (e->usage >= KEY_MODIFIER)
			continue;
		if (!e->down && down_at[e->usage] != SIZE_MAX) {
			struct typist_timing *k = &out[down_at[e->usage]];

			k->dwell_ns = e->t_ns - k->dwell_ns;
			down_at[e->usage] = SIZE_MAX;
		} else if (e->down && down_at[e->usage] == SIZE_MAX && n < max) {
			/* Until its release comes, dwell_ns keeps the time of the press. */
			out[n] = (struct typist_timing){.interval_ns = n ? e->t_ns - last_ns : 0,
			                                .dwell_ns = e->t_ns,
			                                .usage = e->usage,
			                                .before = last};
			down_at[e->usage] = n++;
			last_ns = e->t_ns;
			last = e->usage;
		}
	}
	for (size_t i = 0; i < 256; i++)
		if (down_at[i] != SIZE_MAX)
			out[down_at[i]].dwell_ns = 100 * MS;
	return n;
}
