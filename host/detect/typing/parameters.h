/*
 * What people and machines do on a keyboard, in figures: the table that all typing features are judged by.
 * Times are milliseconds, ratios natural logarithms. Sources stand beside each figure in parameters.c.
 */
#ifndef CORDON_DETECT_TYPING_PARAMETERS_H
#define CORDON_DETECT_TYPING_PARAMETERS_H

#include <stdint.h>

/* One entry for each cause that can speak for a machine; F1 to F14 of the threat model. */
enum typing_feature {
	TYPING_HOLD_SHORT,  /* F1: held for hardly a poll */
	TYPING_HOLD_STEADY, /* F1: holds repeat each other */
	TYPING_PACE,        /* F2: faster than hands, the key before already up */
	TYPING_RHYTHM,      /* F2: intervals repeat each other, or keep within a narrow band */
	TYPING_REPLACED,    /* F3: one report takes a key away and puts the next in its place */
	TYPING_OVERLAP,     /* F4, F5: no rollover where hands at this speed roll over */
	TYPING_MODIFIER,    /* F6: shift in the key's report, or one poll ahead */
	TYPING_FORM,        /* F7: reports that tools make */
	TYPING_ROUND,       /* F8: pauses of whole tenths of a second */
	TYPING_START,       /* F9: the first key comes at once after the configuration */
	TYPING_GRAMMAR,     /* F10: opens a run box or a terminal, then types on without a slip */
	TYPING_ALT_CODES,   /* F11: characters as numbers on the keypad */
	TYPING_SLIPS,       /* F12: backspace, or its absence */
	TYPING_SILENCE,     /* F13: what a pointing device does meanwhile */
	TYPING_LAYOUT,      /* F14: keys that hardly any keyboard has */
	TYPING_HOLD_EQUAL,  /* F1: more equal holds in a row than anybody's */
	TYPING_FEATURES,
};

/* How far a feature may go. Nothing but these bounds makes one feature unable to decide alone. */
struct typing_bounds {
	const char *name;         /* for `--why` and evidence */
	float cap;                /* most that it may say for a machine */
	float floor;              /* most that it may say for a person; negative */
	float key_cap, key_floor; /* in one key */
	float share; /* of a key's ratio that counts: keys of one hand are not independent */
};
extern const struct typing_bounds typing_bounds[TYPING_FEATURES];

/* The same by column, for loops over all features, which a compiler then makes vectors of. Lanes beyond them are 0. */
enum { TYPING_STRIKES = 48 };
enum { TYPING_LANES = 16, TYPING_VECTOR = 16 }; /* bytes: what begins there is loaded as a whole */
struct typing_columns {
	_Alignas(TYPING_VECTOR) float cap[TYPING_LANES], floor[TYPING_LANES];
	float key_cap[TYPING_LANES], key_floor[TYPING_LANES], share[TYPING_LANES];
	/* Of what a feature says for a machine, the share that the next key leaves standing. A run of short holds is a state,
	 * which ends by itself: it does not fade, and what it said may be taken back whole. The others are memories. */
	float fade[TYPING_LANES];
};
extern const struct typing_columns typing_columns;

enum {
	TYPING_MEDIANS = 10,
	TYPING_SPREADS = 5,
	TYPING_PACES = 9,
	TYPING_HANDS = 3,
	TYPING_BANDS = 2,
	TYPING_RUN_POINTS = 7,
	TYPING_RATES = 4,
};

/* Durations of people: log-normal, the person a point of a grid, with a wide second component for what does not fit. */
struct typing_people {
	float median_ms[TYPING_MEDIANS], median_weight[TYPING_MEDIANS];
	float spread[TYPING_SPREADS], spread_weight[TYPING_SPREADS];
	float stray_median_ms, stray_spread, stray_share;
};
extern const struct typing_people typing_intervals, typing_holds;

/* Machines' durations: shares of the ways to make them; they sum to one. */
enum typing_way {
	TYPING_AS_PEOPLE,
	TYPING_COPY, /* repeats one of its last values */
	TYPING_BAND, /* keeps within a band of band_ms; and those after it */
	TYPING_WAYS = TYPING_BAND + TYPING_BANDS,
};
struct typing_ways {
	float share[TYPING_WAYS];
};
extern const struct typing_ways typing_interval_ways, typing_hold_ways;

struct typing_point {
	float at, value;
};

struct typing_parameters {
	float first_threshold, second_threshold; /* logarithm of 1 / error claimed */
	float first_others,
		second_others; /* what must speak for a machine beside the strongest feature */
	uint32_t first_keys, second_keys; /* at least so many since the ratio stood at zero */
	float second_from; /* and for the second, since it stood below this, where people stand too */
	/* A burst amid a person's keys, which need be no attack: so many that the person, so soon after, so long. */
	uint32_t amid_keys, amid_first_keys;
	float amid_ms;

	float forget;  /* share of a person's grid that returns to the prior with each duration */
	float waver;   /* the same for a machine's ways and for kinds of hands */
	float telling; /* a key that adds less speaks for nobody */

	float band_ms[TYPING_BANDS];
	float copy_same, copy_beside; /* a copy falls on the same step, on one of its neighbours */
	float stray_share;            /* breaks off: a pause that the script asks for */

	float short_ms; /* a hold up to this is short, or one step */
	struct typing_point short_run[TYPING_RUN_POINTS]; /* run of short holds -> ratio */
	float short_unlike; /* what a short hold counts that is unlike the one before */

	float equal_ms;     /* holds are equal within this */
	unsigned equal_run; /* so many in a row say nothing: people have them too */
	float equal_key;    /* what each further one says */

	unsigned fingers; /* quick keys in a row among keys that are down, as many as say nothing */
	float strike_ms;  /* strikes are at least so far apart */
	float strikes_ms; /* TYPING_STRIKES of them within this */
	float strikes_say; /* what each key says meanwhile */

	float bounce_pace; /* what pace has said where the same key again is no bounce any more */
	float pace_ms[TYPING_PACES]; /* upper ends; the last is open */
	float pace_people[TYPING_PACES], pace_machine[TYPING_PACES]; /* with the key before up */
	/* Kinds of hands: chance that the key before is still down, by pace. */
	float hands_share[TYPING_HANDS];
	float hands_overlap[TYPING_HANDS][TYPING_PACES];
	float machine_overlap;

	float replaced_rate[TYPING_RATES], replaced_people[TYPING_RATES],
		replaced_machine[TYPING_RATES];
	float slips_rate[TYPING_RATES], slips_people[TYPING_RATES], slips_machine[TYPING_RATES];

	/* Shift and key: same report, at most a poll and a half ahead, sooner. */
	float lead_people[3], lead_people_per_ms, lead_machine[3];

	float round_ms, round_from_ms, round_hit, round_share;
	float scan_ms;     /* evenness of less than this may be the keyboard's own */
	float step_max_ms; /* no clock and no poll of interest is coarser */
};
extern const struct typing_parameters typing_parameters;

/* The run-of-short-holds curve, linear between its points. */
float typing_short_run(float run);

#endif
