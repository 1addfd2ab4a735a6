/*
 * Typists as models: people, and the generators that tools and evaders use. A typist turns keystrokes into times at
 * which keys go down and up; keyboard.h makes reports of them. The detector never reads these parameters.
 *
 * Times are nanoseconds. Nothing is allocated; the same parameters, keystrokes and generator give the same edges.
 */
#ifndef CORDON_SIM_TYPIST_H
#define CORDON_SIM_TYPIST_H

#include "sim/random.h"
#include "sim/us_keys.h"

enum press_style {
	PRESS_RELEASE, /* each key is up before the next goes down */
	PRESS_REPLACE, /* the next key takes its place in one report; a release only between equal keys */
	PRESS_OVERLAP, /* holds may reach into the next key, as people's do */
};

enum shift_style {
	SHIFT_SAME_REPORT,   /* modifier and key in one report */
	SHIFT_REPORT_BEFORE, /* the modifier one report ahead */
	SHIFT_LEAD,          /* another finger, earlier and later by its own times */
};

enum key_coding {
	CODING_USAGE,
	CODING_ALT_KEYPAD, /* characters as Alt and three or four digits of the keypad */
};

/* One keystroke of a recorded person: for replay and mimicry. */
struct typist_timing {
	int64_t interval_ns; /* from the press before; 0 for the first */
	int64_t dwell_ns;
	uint8_t usage, before;
};

struct typist {
	const char *name;
	int rung;                  /* of the evasion ladder; TYPIST_PERSON, TYPIST_DEVICE */
	struct spread interval_ns; /* press to press */
	struct spread dwell_ns;
	enum press_style press;
	enum shift_style shift;
	enum key_coding coding;
	bool right_shift;
	int64_t step_ns; /* a machine's own step: the poll; nothing is shorter */
	/* PRESS_OVERLAP: shares of keys whose successor comes within two holds; negative: holds fall as drawn */
	double overlap_share, replace_share;
	struct spread overlap_ns;                     /* how far a hold reaches into the next key */
	struct spread shift_lead_ns, shift_lag_ns;    /* SHIFT_LEAD */
	struct spread chord_hold_ns, chord_settle_ns; /* of GUI, Ctrl, Alt chords; 0: as others */
	double errors_per_key; /* wrong letter, pause, backspace, right letter */
	struct spread error_ns;
	double context; /* 0 none to 1: how much hands and fingers shape the interval */
	double tempo_sd, tempo_memory; /* slow drift of the logarithm of the interval, AR(1) */
	double space_pause;            /* share of spaces with a pause after it */
	struct spread space_pause_ns, enter_pause_ns;
	const struct typist_timing *recorded; /* borrowed; NULL none */
	size_t recorded_count;
	bool mimic; /* `recorded` by kind of digraph instead of in order */
};

enum {
	TYPIST_PERSON = -1,
	TYPIST_DEVICE = -2, /* scanner, one-time password */
	TYPIST_RUNGS = 9,
	TYPIST_EDGES_PER_KEY = 32, /* at most, so that a caller can size its buffer */
};

/* A key goes down or up. Modifiers are usages E0 to E7. */
struct key_edge {
	int64_t t_ns;
	uint32_t group; /* edges of one group change in one report */
	uint8_t usage;
	bool down;
};

/*
 * Types `keys`, the first press at `start_ns` or, after a wait or a leading modifier, later. Edges come in order of
 * time, at most `max` of them (TYPIST_EDGES_PER_KEY for each key is always enough); returns how many.
 */
size_t typist_type(const struct typist *t, struct random *r, const struct keystroke *keys,
                   size_t count, int64_t start_ns, struct key_edge *out, size_t max);

/* The timing of keys that are not modifiers, from edges in order of time; returns how many, at most `max`. */
size_t typist_record(const struct key_edge *edges, size_t count, struct typist_timing *out,
                     size_t max);

/* A person drawn from the population: speed, holds, rollover, shift, slips. */
void typist_person(struct typist *t, struct random *r);

/* A person with this median interval and share of overlap, everything else drawn. */
void typist_person_of(struct typist *t, struct random *r, double median_ms, double overlap_share);

/*
 * A generator of this rung of the evasion ladder (0 to 8), its details drawn. Rungs 6 and 7 need `recorded`, which
 * may be NULL for the others; it is borrowed.
 */
void typist_rung(struct typist *t, unsigned rung, int64_t poll_ns,
                 const struct typist_timing *recorded, size_t recorded_count, struct random *r);

const char *typist_rung_name(unsigned rung);

/* Named machines: "omg", "ninja", "digispark", "ducky", "arduino", "altpad", "scanner", "otp". False where unknown. */
bool typist_machine(struct typist *t, const char *name, int64_t poll_ns);

#endif
