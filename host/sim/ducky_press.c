/*
 * Keys pressed. Input: chords, characters, codes. Output: strokes and holds in the queue; what is held, and what the lock keys
 * did, is noted here. Which keys make a character is ducky_keys.c's.
 */
#include <assert.h>
#include <string.h>

#include "sim/ducky_state.h"

enum {
	KEY_SCROLL_LOCK = 0x47,
	KEY_NUM_LOCK = 0x53,
};

static const struct {
	uint8_t usage, led;
} locks[] = {
	{KEY_NUM_LOCK, DUCKY_NUM},
	{KEY_CAPS_LOCK, DUCKY_CAPS},
	{KEY_SCROLL_LOCK, DUCKY_SCROLL},
};

static void follow(struct ducky *d, const struct ducky_action *a)
{
	for (size_t i = 0; i < 3; i++)
		if (d->set.leds_follow && locks[i].usage == a->stroke.usage) {
			d->leds ^= locks[i].led;
			d->internal[INTERNAL_HOST_REPLY] = 1;
		}
}

static void hold(struct ducky *d, const struct keystroke *k)
{
	unsigned i = 0;

	d->held |= k->modifiers;
	while (i < DUCKY_KEYS_MAX && d->held_key[i] && d->held_key[i] != k->usage)
		i++;
	if (k->usage && i < DUCKY_KEYS_MAX)
		d->held_key[i] = k->usage;
}

static void let_go(struct ducky *d, const struct keystroke *k)
{
	unsigned left = 0;

	d->held &= (uint8_t)~k->modifiers;
	for (unsigned i = 0; i < DUCKY_KEYS_MAX; i++)
		if (d->held_key[i] && d->held_key[i] != k->usage)
			d->held_key[left++] = d->held_key[i];
	while (left < DUCKY_KEYS_MAX)
		d->held_key[left++] = 0;
}

/* Keys of a device that is no keyboard at the time go nowhere. */
bool ducky_push(struct ducky *d, const struct ducky_action *a)
{
	bool keys = a->act == DUCKY_STROKE || a->act == DUCKY_DOWN || a->act == DUCKY_UP;
	struct ducky_action *to;

	if (!d->mode.hid && (keys || a->act == DUCKY_MOUSE || a->act == DUCKY_MEDIA))
		return true;
	assert(d->queue_used < DUCKY_QUEUE_MAX);
	to = &d->queue[(d->queue_at + d->queue_used++) % DUCKY_QUEUE_MAX];
	*to = *a;
	to->held = d->held;
	if (a->act == DUCKY_STROKE || a->act == DUCKY_DOWN)
		follow(d, a);
	if (a->act == DUCKY_DOWN)
		hold(d, &a->stroke);
	else if (a->act == DUCKY_UP)
		let_go(d, &a->stroke);
	return true;
}

void ducky_keys(struct ducky *d, uint32_t line, enum ducky_act act, struct keystroke k)
{
	ducky_push(d, &(struct ducky_action){.act = act, .line = line, .stroke = k});
}

void ducky_stroke(struct ducky *d, uint32_t line, uint8_t usage, uint8_t modifiers)
{
	ducky_keys(d, line, DUCKY_STROKE,
	           (struct keystroke){.usage = usage, .modifiers = modifiers});
}

/* Modifiers first down and last up. */
void ducky_press(struct ducky *d, uint32_t line, const struct ducky_chord *c)
{
	if (c->count <= 1) {
		ducky_stroke(d, line, c->count ? c->usage[0] : KEY_NONE, c->modifiers);
		return;
	}
	if (c->modifiers)
		ducky_keys(d, line, DUCKY_DOWN, (struct keystroke){.modifiers = c->modifiers});
	for (unsigned i = 0; i < c->count; i++)
		ducky_keys(d, line, DUCKY_DOWN, (struct keystroke){.usage = c->usage[i]});
	for (unsigned i = c->count; i-- > 0;)
		ducky_keys(d, line, DUCKY_UP, (struct keystroke){.usage = c->usage[i]});
	if (c->modifiers)
		ducky_keys(d, line, DUCKY_UP, (struct keystroke){.modifiers = c->modifiers});
}

/* Down in the order in which it is written; up in the same: the script says when. */
void ducky_hold(struct ducky *d, uint32_t line, enum ducky_act act, const struct ducky_chord *c)
{
	if (c->modifiers)
		ducky_keys(d, line, act, (struct keystroke){.modifiers = c->modifiers});
	for (unsigned i = 0; i < c->count; i++)
		ducky_keys(d, line, act, (struct keystroke){.usage = c->usage[i]});
}

void ducky_release_all(struct ducky *d, uint32_t line)
{
	uint8_t held[DUCKY_KEYS_MAX];

	memcpy(held, d->held_key, sizeof(held));
	for (unsigned i = 0; i < DUCKY_KEYS_MAX && held[i]; i++)
		ducky_keys(d, line, DUCKY_UP, (struct keystroke){.usage = held[i]});
	if (d->held)
		ducky_keys(d, line, DUCKY_UP, (struct keystroke){.modifiers = d->held});
}

void ducky_alt_code(struct ducky *d, uint32_t line, uint32_t code)
{
	uint32_t scale = 1;

	while (code / scale >= 10)
		scale *= 10;
	ducky_keys(d, line, DUCKY_DOWN, (struct keystroke){.modifiers = MOD_ALT});
	for (; scale; scale /= 10) {
		uint32_t digit = code / scale % 10;

		ducky_stroke(d, line, digit ? (uint8_t)(KEY_PAD_1 + digit - 1) : KEY_PAD_0, 0);
	}
	ducky_keys(d, line, DUCKY_UP, (struct keystroke){.modifiers = MOD_ALT});
}

static uint16_t key_delay(struct ducky *d)
{
	uint32_t ms = d->text_delay_set ? d->string_delay : d->char_delay;

	if (d->internal[INTERNAL_JITTER_ENABLED] && d->internal[INTERNAL_JITTER_MAX])
		ms += random_below(&d->random, (uint32_t)d->internal[INTERNAL_JITTER_MAX] + 1);
	return (uint16_t)(ms > UINT16_MAX ? UINT16_MAX : ms);
}

bool ducky_type(struct ducky *d)
{
	struct keystroke k[DUCKY_STROKES_MAX];
	uint32_t character;
	size_t n;

	if (d->text.len) {
		character = ducky_character(d, &d->text);
	} else if (d->text_enter) {
		d->text_enter = false;
		character = '\n';
	} else {
		d->text_delay_set = false;
		return false;
	}
	if (d->text_alt && character != '\n') {
		ducky_alt_code(d, d->text_line, character);
		return true;
	}
	n = ducky_strokes(d, character, k);
	if (!n)
		d->left_out++;
	else
		k[0].wait_ms = key_delay(d);
	for (size_t i = 0; i < n; i++)
		ducky_keys(d, d->text_line, DUCKY_STROKE, k[i]);
	return true;
}

void ducky_restore_locks(struct ducky *d, uint32_t line)
{
	uint8_t differ = d->leds ^ d->saved_leds;

	for (size_t i = 0; i < 3; i++)
		if (differ & locks[i].led)
			ducky_stroke(d, line, locks[i].usage, 0);
}
