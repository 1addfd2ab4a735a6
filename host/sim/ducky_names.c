/*
 * Variables: the script's own and those that the device has. Input: names. Output: 16-bit values. Random ones and the lock keys
 * are made when they are read.
 */
#include <string.h>

#include "sim/ducky_state.h"

enum {
	SPECIAL = 0x80, /* not kept: */
	SPECIAL_RANDOM_INT = SPECIAL,
	SPECIAL_LED, /* which in n */
	SPECIAL_SAVED_LED,
	SPECIAL_KEYCODE,
	SPECIAL_VID,
	SPECIAL_PID,
	SPECIAL_MODE,
	SPECIAL_BUTTON_DEFINED,
};

enum { MODE_OFF, MODE_STORAGE, MODE_HID, MODE_BOTH };

/* clang-format off */
static const struct {
	const char *name;
	uint8_t slot, n;
	uint16_t initial;
} internals[] = {
	{"$_OS", INTERNAL_OS, 0, 0},
	{"$_JITTER_ENABLED", INTERNAL_JITTER_ENABLED, 0, 0},
	{"$_JITTER_MAX", INTERNAL_JITTER_MAX, 0, 20},
	{"$_RANDOM_MIN", INTERNAL_RANDOM_MIN, 0, 0}, {"$_RANDOM_MAX", INTERNAL_RANDOM_MAX, 0, 9},
	{"$_RANDOM_SEED", INTERNAL_RANDOM_SEED, 0, 0},
	{"$_BUTTON_ENABLED", INTERNAL_BUTTON_ENABLED, 0, 1},
	{"$_BUTTON_PUSH_RECEIVED", INTERNAL_BUTTON_PUSHED, 0, 0},
	{"$_RECEIVED_HOST_LOCK_LED_REPLY", INTERNAL_HOST_REPLY, 0, 0},
	{"$_HOST_CONFIGURATION_REQUEST_COUNT", INTERNAL_HOST_REQUESTS, 0, 0},
	{"$_STORAGE_ACTIVE", INTERNAL_STORAGE_ACTIVE, 0, 0},

	{"$_RANDOM_INT", SPECIAL_RANDOM_INT, 0, 0},
	{"$_NUMLOCK_ON", SPECIAL_LED, DUCKY_NUM, 0}, {"$_CAPSLOCK_ON", SPECIAL_LED, DUCKY_CAPS, 0},
	{"$_SCROLLLOCK_ON", SPECIAL_LED, DUCKY_SCROLL, 0},
	{"$_SAVED_NUMLOCK_ON", SPECIAL_SAVED_LED, DUCKY_NUM, 0},
	{"$_SAVED_CAPSLOCK_ON", SPECIAL_SAVED_LED, DUCKY_CAPS, 0},
	{"$_SAVED_SCROLLLOCK_ON", SPECIAL_SAVED_LED, DUCKY_SCROLL, 0},
	{"$_RANDOM_LOWER_LETTER_KEYCODE", SPECIAL_KEYCODE, 0, 0},
	{"$_RANDOM_UPPER_LETTER_KEYCODE", SPECIAL_KEYCODE, 1, 0},
	{"$_RANDOM_LETTER_KEYCODE", SPECIAL_KEYCODE, 2, 0},
	{"$_RANDOM_NUMBER_KEYCODE", SPECIAL_KEYCODE, 3, 0},
	{"$_RANDOM_SPECIAL_KEYCODE", SPECIAL_KEYCODE, 4, 0},
	{"$_RANDOM_CHAR_KEYCODE", SPECIAL_KEYCODE, 5, 0},
	{"$_CURRENT_VID", SPECIAL_VID, 0, 0}, {"$_CURRENT_PID", SPECIAL_PID, 0, 0},
	{"$_CURRENT_ATTACKMODE", SPECIAL_MODE, 0, 0},
	{"$_BUTTON_USER_DEFINED", SPECIAL_BUTTON_DEFINED, 0, 0},

	{"$_BUTTON_TIMEOUT", INTERNAL_SETTINGS, 0, 1000},
	{"$_STORAGE_ACTIVITY_TIMEOUT", INTERNAL_SETTINGS + 1, 0, 1000},
	{"$_EXFIL_MODE_ENABLED", INTERNAL_SETTINGS + 2, 0, 0},
	{"$_EXFIL_LEDS_ENABLED", INTERNAL_SETTINGS + 3, 0, 0},
	{"$_SYSTEM_LEDS_ENABLED", INTERNAL_SETTINGS + 4, 0, 1},
	{"$_STORAGE_LEDS_ENABLED", INTERNAL_SETTINGS + 5, 0, 1},
	{"$_LED_CONTINUOUS_SHOW_STORAGE_ACTIVITY", INTERNAL_SETTINGS + 6, 0, 1},
	{"$_INJECTING_LEDS_ENABLED", INTERNAL_SETTINGS + 7, 0, 1},
	{"$_LED_SHOW_CAPS", INTERNAL_SETTINGS + 8, 0, 0},
	{"$_LED_SHOW_NUM", INTERNAL_SETTINGS + 9, 0, 0},
	{"$_LED_SHOW_SCROLL", INTERNAL_SETTINGS + 10, 0, 0},
	{"$_PAYLOAD_LEDS_ENABLED", INTERNAL_SETTINGS + 11, 0, 1},
	{"$_EXFIL_MODE_TIMEOUT", INTERNAL_SETTINGS + 12, 0, 0},
	{"$_KEYSTROKE_DELAY", INTERNAL_SETTINGS + 13, 0, 0},
	{"$_LOCK_LED_TIMEOUT", INTERNAL_SETTINGS + 14, 0, 0},
	{"$_HOST_LOCK_LED_TIMEOUT", INTERNAL_SETTINGS + 15, 0, 0},
	{"$_PAYLOAD_PARSE_SPEED", INTERNAL_SETTINGS + 16, 0, 0},
};

static const char *const random_sets[] = {
	"abcdefghijklmnopqrstuvwxyz",
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"0123456789",
	"!@#$%^&*()",
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!@#$%^&*()",
};
/* clang-format on */

void ducky_names_clear(struct ducky *d)
{
	for (unsigned i = 0; i < d->variables; i++)
		d->variable[i].value = 0;
	for (size_t i = 0; i < sizeof(internals) / sizeof(*internals); i++)
		if (internals[i].slot < SPECIAL)
			d->internal[internals[i].slot] = internals[i].initial;
	d->internal[INTERNAL_OS] = (uint16_t)d->set.os;
	/* Of the enumeration that was before the script. */
	d->internal[INTERNAL_HOST_REQUESTS] = (uint16_t)d->set.requests;
}

int ducky_find(const struct ducky *d, const struct ducky_name *names, unsigned count,
               const char *at, size_t len)
{
	for (unsigned i = 0; i < count; i++)
		if (names[i].name.len == len && memcmp(ducky_at(d, names[i].name), at, len) == 0)
			return (int)i;
	return -1;
}

static int find_internal(const char *at, size_t len)
{
	for (size_t i = 0; i < sizeof(internals) / sizeof(*internals); i++)
		if (ducky_is(at, len, internals[i].name))
			return (int)i;
	return -1;
}

/* Modifiers in the upper byte, the usage in the lower. */
uint16_t ducky_random_keycode(struct ducky *d, unsigned kind)
{
	const char *set = random_sets[kind];
	char c = set[random_below(&d->random, (uint32_t)strlen(set))];
	struct keystroke k[DUCKY_STROKES_MAX];

	if (ducky_strokes(d, (uint8_t)c, k) != 1)
		return 0;
	return (uint16_t)(k[0].modifiers << 8 | k[0].usage);
}

static uint16_t random_int(struct ducky *d)
{
	uint16_t low = d->internal[INTERNAL_RANDOM_MIN], high = d->internal[INTERNAL_RANDOM_MAX];

	if (high < low)
		return low;
	return (uint16_t)(low + random_below(&d->random, (uint32_t)(high - low) + 1));
}

enum ducky_lookup ducky_read_variable(struct ducky *d, const char *at, size_t len, uint16_t *out)
{
	int i = ducky_find(d, d->variable, d->variables, at, len);

	if (i >= 0) {
		*out = (uint16_t)d->variable[i].value;
		return LOOKUP_OK;
	}
	i = find_internal(at, len);
	if (i < 0)
		return LOOKUP_NONE;
	switch (internals[i].slot) {
	case SPECIAL_RANDOM_INT:
		*out = random_int(d);
		return LOOKUP_RANDOM;
	case SPECIAL_KEYCODE:
		*out = ducky_random_keycode(d, internals[i].n);
		return LOOKUP_RANDOM;
	case SPECIAL_LED:
		*out = (d->leds & internals[i].n) != 0;
		break;
	case SPECIAL_SAVED_LED:
		*out = (d->saved_leds & internals[i].n) != 0;
		break;
	case SPECIAL_VID:
		*out = d->mode.vid;
		break;
	case SPECIAL_PID:
		*out = d->mode.pid;
		break;
	case SPECIAL_MODE:
		*out = d->mode.hid ? (d->mode.storage ? MODE_BOTH : MODE_HID)
		                   : (d->mode.storage ? MODE_STORAGE : MODE_OFF);
		break;
	case SPECIAL_BUTTON_DEFINED:
		*out = d->handler != 0;
		break;
	default:
		*out = d->internal[internals[i].slot];
	}
	return LOOKUP_OK;
}

bool ducky_write_variable(struct ducky *d, const char *at, size_t len, uint16_t value)
{
	int i = ducky_find(d, d->variable, d->variables, at, len);

	if (i >= 0) {
		d->variable[i].value = value;
		return true;
	}
	i = find_internal(at, len);
	if (i < 0)
		return false;
	/* What the device itself says cannot be said to it. */
	if (internals[i].slot < SPECIAL)
		d->internal[internals[i].slot] = value;
	if (internals[i].slot == INTERNAL_RANDOM_SEED)
		random_init(&d->random, d->set.seed ^ value);
	return true;
}
