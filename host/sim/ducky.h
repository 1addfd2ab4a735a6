/*
 * DuckyScript 1 and 3, O.MG's and Flipper's dialects of it, as a stream of actions for the simulator. Nothing here types on a
 * machine: an action is data, and what becomes of it is the caller's.
 *
 * A script is read whole by ducky_new, which refuses what it does not know; ducky_next then runs it from one action to
 * the next. Memory is bounded by the limits below, running by ducky_settings.steps_max. Same text, settings and calls: same
 * actions. Sources: Hak5's DuckyScript quick reference, Flipper's BadUsbScriptFormat, O.MG's payload collection.
 */
#ifndef CORDON_SIM_DUCKY_H
#define CORDON_SIM_DUCKY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/us_keys.h"

enum {
	DUCKY_SCRIPT_MAX = 1 << 20,     /* bytes of a script */
	DUCKY_POOL_MAX = 1 << 22,       /* bytes of its lines, constants put in */
	DUCKY_LINE_MAX = 1 << 16,       /* bytes of a line into which constants were put */
	DUCKY_STATEMENTS_MAX = 1 << 15, /* lines that do something */
	DUCKY_DEFINES_MAX = 512,        /* constants */
	DUCKY_VARIABLES_MAX = 128,      /* the script's own */
	DUCKY_FUNCTIONS_MAX = 128,
	DUCKY_BLOCKS_MAX = 32,          /* IF, WHILE, FUNCTION within each other */
	DUCKY_CALLS_MAX = 32,           /* functions within each other */
	DUCKY_KEYS_MAX = 6,             /* in a chord, and held */
	DUCKY_STROKES_MAX = 4,          /* of one character: dead keys first */
	DUCKY_STEPS_DEFAULT = 10000000, /* some hours of script */
	DUCKY_IDLE_STEPS = 1000,        /* without an action, after which a millisecond passes */
	DUCKY_MESSAGE_MAX = 256,
};

enum ducky_os {
	DUCKY_OS_UNKNOWN,
	DUCKY_OS_WINDOWS,
	DUCKY_OS_MACOS,
	DUCKY_OS_LINUX,
	DUCKY_OS_CHROMEOS,
	DUCKY_OS_ANDROID,
	DUCKY_OS_IOS,
};

/* As in the LED report: HID 1.11 appendix B.1 */
enum ducky_led {
	DUCKY_NUM = 1u << 0,
	DUCKY_CAPS = 1u << 1,
	DUCKY_SCROLL = 1u << 2,
};

/*
 * A keyboard layout by which text becomes keys. `known` and `select` are of DUCKY_LANG's name, and false where there is no
 * such layout; select of NULL returns to the one that a script begins with.
 */
struct ducky_layout {
	void *ctx;
	bool (*known)(void *ctx, const char *name);
	bool (*select)(void *ctx, const char *name);
	/* Keys of a Unicode character, in order; 0 where the layout has none. At most `max`. */
	size_t (*strokes)(void *ctx, uint32_t character, struct keystroke *out, size_t max);
};

/* All zero is a script that meets no machine's answer and types on a US keyboard. */
struct ducky_settings {
	const char *name;                  /* of the script, for messages; borrowed */
	const struct ducky_layout *layout; /* borrowed; NULL: US */
	enum ducky_os os;                  /* which machine it is */
	uint8_t leds;                      /* enum ducky_led, when the script begins */
	bool leds_follow; /* lock keys change the LEDs at once; else only ducky_leds does */
	unsigned
		requests; /* for configuration descriptors, that this host makes of a device: $_HOST_... */
	bool present; /* the networks that IF_PRESENT asks for are there */
	uint64_t seed;
	uint64_t steps_max; /* 0: DUCKY_STEPS_DEFAULT */
};

enum ducky_act {
	DUCKY_STROKE,  /* `stroke` is pressed and let go; without a usage: the modifiers alone */
	DUCKY_DOWN,    /* `stroke` goes down, and stays */
	DUCKY_UP,      /* and comes up */
	DUCKY_DELAY,   /* `ms` */
	DUCKY_WAIT,    /* until `wait` is so; the next call says that it came */
	DUCKY_MODE,    /* the device becomes `mode` */
	DUCKY_LED,     /* the device's own light: `text` is R, G, OFF or what follows LED */
	DUCKY_MOUSE,   /* `mouse` */
	DUCKY_MEDIA,   /* a consumer key by its name, `text`; `value`: its usage on that page */
	DUCKY_EXFIL,   /* `value` is stored on the device */
	DUCKY_STORAGE, /* the payload's file is hidden (`value` 0) or shown again (1) */
	DUCKY_ACTS,
};

enum ducky_wait {
	DUCKY_WAIT_BUTTON,
	DUCKY_WAIT_LEDS_ON, /* `leds`; all of these three */
	DUCKY_WAIT_LEDS_OFF,
	DUCKY_WAIT_LEDS_CHANGE,
	DUCKY_WAIT_STORAGE_ACTIVE,
	DUCKY_WAIT_STORAGE_IDLE,
	DUCKY_WAIT_PRESENT, /* the network of `text` */
	DUCKY_WAIT_NOT_PRESENT,
};

/* A part of the script's text, not NUL-terminated. */
struct ducky_text {
	const char *at;
	size_t len;
};

struct ducky_mode {
	bool hid, storage; /* neither: off the bus */
	bool named;        /* vid and pid were given */
	uint16_t vid, pid;
	struct ducky_text manufacturer, product, serial; /* borrowed until the next mode */
};

enum ducky_mouse_act {
	DUCKY_MOUSE_MOVE,   /* by x and y */
	DUCKY_MOUSE_CLICK,  /* `button`, 1 left, 2 right, 3 middle */
	DUCKY_MOUSE_SCROLL, /* by y */
	DUCKY_MOUSE_JIGGLE, /* `button` 1: small movements begin, 0: end */
};

struct ducky_mouse {
	enum ducky_mouse_act act;
	int32_t x, y;
	uint8_t button;
};

struct ducky_action {
	enum ducky_act act;
	uint32_t line; /* of the script, from 1 */
	/*
	 * Its modifiers are those of this key; `held` are those that DUCKY_DOWN holds: a typist's edges of these are to be
	 * left out. wait_ms is the delay before it.
	 */
	struct keystroke stroke;
	uint8_t held;
	uint32_t ms;
	enum ducky_wait wait;
	uint8_t leds;
	uint16_t value;
	struct ducky_mode mode;
	struct ducky_mouse mouse;
	struct ducky_text text; /* borrowed until ducky_free */
};

enum ducky_result {
	DUCKY_OK,
	DUCKY_DONE,
	DUCKY_LIMIT, /* steps_max is used up: scripts may run for ever */
	DUCKY_ERROR,
};

struct ducky;

/*
 * Reads a script; `text` is not needed afterwards. NULL where it is no script or memory is out, and `message` then says
 * where and what was expected.
 */
struct ducky *ducky_new(const char *text, size_t len, const struct ducky_settings *set,
                        char message[DUCKY_MESSAGE_MAX]);
void ducky_free(struct ducky *d);

/* The next action. What is not DUCKY_OK stays so. */
enum ducky_result ducky_next(struct ducky *d, struct ducky_action *out);

/* What went wrong, after DUCKY_LIMIT and DUCKY_ERROR: "name:line: ...". Borrowed. */
const char *ducky_message(const struct ducky *d);

/* Characters that the layout has no keys for; they were left out, as devices do. */
uint64_t ducky_left_out(const struct ducky *d);

/*
 * Lines that were left out, as devices do: prose that is no command, a DELAY without its number; of the first its line and
 * what is wrong with it, borrowed. A script with more prose than commands is refused.
 */
uint32_t ducky_skipped(const struct ducky *d, uint32_t *line, const char **message);

/* The world's answers, given between two calls of ducky_next. */
void ducky_leds(struct ducky *d, uint8_t leds); /* the host's LED report */
void ducky_button(struct ducky *d);             /* the button on the device is pressed */
void ducky_storage(struct ducky *d, bool active);

#endif
