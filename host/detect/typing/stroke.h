/*
 * What a report says about the hands behind it: holds that ended, a key that went down, how it stands to the one
 * before. Reports in, one struct stroke each out; judging is left to others.
 */
#ifndef CORDON_DETECT_TYPING_STROKE_H
#define CORDON_DETECT_TYPING_STROKE_H

#include "detect/typing/clock.h"
#include "hid/keys.h"

enum {
	STROKE_DOWN_MAX = 16, /* keys down at once that are followed */
	STROKE_MODIFIERS = 8,
};

/* How the modifiers of a key came. */
enum stroke_lead {
	LEAD_NONE, /* no modifier, or one that was down for an earlier key, or times unknown */
	LEAD_SAME, /* in the key's own report */
	LEAD_POLL, /* at most a step and a half ahead */
	LEAD_EARLY,
};

struct stroke {
	int64_t t_ns;
	double step_ms;
	bool coarse;    /* the clock is coarser than the poll */
	bool same_tick; /* it bears the time of the report before */

	/* A key that went up; where several did in one report, the first whose hold is known. */
	bool has_hold;
	bool hold_in_tick; /* in its stead: one began and ended within a tick of a coarse clock */
	bool hold_same_key; /* it is one of the two keys struck last before it: a tapped key, a rhythm game */
	double hold_ms;
	uint16_t hold_usage;

	/* Keys that went down. */
	uint8_t presses;
	uint16_t usage;  /* the first */
	uint16_t before; /* the key struck before it, 0 none */
	bool has_gap;
	double gap_ms;     /* from that one */
	bool untimed;      /* there is one before it, and how long ago is not known */
	bool same_key;     /* struck again, or struck in turn with one other */
	bool bounce;       /* again so soon that it is the switch, not the finger */
	bool replaced;     /* the key before went up in this report */
	bool overlap;      /* the key before is still down */
	uint8_t modifiers; /* down with it */
	enum stroke_lead lead;
	double lead_ms;
};

struct stroke_key {
	uint16_t usage;
	bool known; /* its time can be used */
	bool tapped;
	int64_t t_ns;
};

struct stroke_reader {
	struct typing_clock clock;
	/* What the clock makes of these, kept until they change. */
	struct {
		uint32_t poll_ns, claimed_ns;
		float grid_ms, seen_poll_ms;
		bool coarse;
		double step_ms; /* 0: nothing yet */
	} scale;
	struct stroke_key down[STROKE_DOWN_MAX];
	uint8_t downs;
	uint32_t keys; /* typed so far, modifiers not counted */
	uint16_t last, before_last;
	bool last_known;
	int64_t last_ns;
	uint8_t bounces; /* in a row */
	uint8_t fresh;   /* bit n: no key was struck under modifier n yet */
	struct {
		bool known;
		int64_t t_ns;
	} modifier[STROKE_MODIFIERS];
};

/* False, and nothing said in `out`, where the report brings no news: repeated, or one that the keyboard gave up on. Zeroed state is a fresh one. */
bool stroke_read(struct stroke_reader *s, const struct key_report *r, uint32_t poll_ns,
                 uint32_t claimed_ns, struct stroke *out);

/* The keyboard was off the bus: nothing is down, and no time reaches across. */
void stroke_away(struct stroke_reader *s);

#endif
