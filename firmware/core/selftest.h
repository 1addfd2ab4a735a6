/*
 * The tap looks at itself, one step after the other: levels of the sensors that are known without a cable; and the listener, to
 * which a keyboard's enumeration is played at low speed through probe outputs, bus switch and tap. In: bands, the state of the
 * lines, packets that were heard, the time. Out: what to set or to drive next, in the end which checks ran and which failed.
 * Leaves alone: pins and settings, whether this is the moment for it, what is no sensor (expander, flash: the caller's).
 *
 * The lines are only driven where, with the pull-downs on, nothing else drives them and VBUS reads as off; what does not follow
 * at once is let go at once.
 */
#ifndef CORDON_CORE_SELFTEST_H
#define CORDON_CORE_SELFTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/packet_rx.h"
#include "core/sample_keyboard.h"
#include "core/wire.h"

/* Why a check failed: bits of wire_selftest's `detail`. */
enum selftest_detail {
	SELFTEST_DP = 1u << 0,       /* D+ does not follow */
	SELFTEST_DM = 1u << 1,       /* D- */
	SELFTEST_PACKETS = 1u << 2,  /* of the enumeration, not all were read as they were sent */
	SELFTEST_KEYBOARD = 1u << 3, /* it was not known for a keyboard */
	SELFTEST_RANGE_MA = 1u << 4, /* zero of the current */
	SELFTEST_RANGE_UA = 1u << 5,
	SELFTEST_MUX_VBUS = 1u << 6,  /* VBUS is off and reads as neither that nor a supply */
	SELFTEST_MUX_RADIO = 1u << 7, /* the far detector's idle level */
	SELFTEST_IN_USE =
		1u << 8, /* no failure: lines or VBUS are somebody's, and were left alone */
	SELFTEST_READ_SHIFT = 16, /* packets read, 8 bits; packets sent, 8 bits */
	SELFTEST_SENT_SHIFT = 24,
};

enum selftest_what {
	SELFTEST_WAIT,    /* nothing: ask again */
	SELFTEST_SET,     /* `setting` to `value` */
	SELFTEST_DRIVE,   /* the probe outputs to `value`, enum wire_lines */
	SELFTEST_SEND,    /* `packet` */
	SELFTEST_RELEASE, /* the probe outputs */
	SELFTEST_DONE,    /* once: `result` stands */
};

struct selftest_action {
	enum selftest_what what;
	enum wire_setting setting;
	uint8_t value;
};

struct selftest_seen {
	uint64_t now; /* ticks */
	enum wire_lines lines;
	bool gated;     /* they are not known */
	uint64_t since; /* of the lines */
};

struct selftest {
	bool running;
	bool entered;  /* the step: its action was asked for */
	bool keyboard; /* the packets were known for one: the caller's to tell */
	uint8_t step, end, packet_len;
	uint8_t before[3]; /* range, multiplexer, pull-downs: as they were */
	uint8_t fresh;     /* channels of which a band came in this step */
	uint8_t sent, read;
	bool waits;     /* for what was sent */
	uint64_t begun; /* the step */
	uint16_t raw
		[3]; /* means of the last bands, before the calibration's curve; counts times 16 */
	uint8_t input[3], packet[SAMPLE_KEYBOARD_PACKET];
	struct wire_selftest result;
};

/* What it finds before it moves them, to be set again. */
struct selftest_before {
	uint8_t range, mux, pull_downs;
};

/* `ran`, `failed`: checks of the caller's own. `lines`: the listener too. */
void selftest_start(struct selftest *s, const struct selftest_before *before, bool lines,
                    uint16_t ran, uint16_t failed, uint64_t now);

/* While it runs, each turn of the main loop. */
struct selftest_action selftest_step(struct selftest *s, const struct selftest_seen *seen);

/* What could not be set: the step has failed. */
void selftest_refused(struct selftest *s);

void selftest_band(struct selftest *s, const struct wire_band *b, uint16_t raw);
void selftest_packet(struct selftest *s, const struct rx_packet *p);

#endif
