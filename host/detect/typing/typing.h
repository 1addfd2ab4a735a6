/*
 * Does a person type on this keyboard, or a machine? A sequential likelihood ratio, one keyboard at a time.
 *
 * Every report adds, for each feature of parameters.h, the logarithm of how much likelier it is under machines than
 * under people. The sum is held at zero from below (Page's CUSUM, 1954: Wald's sequential test restarted at each
 * possible beginning of an attack), so that no stretch of human-looking typing buys credit for what follows, and each
 * feature's part is bounded both ways. Both hypotheses are mixtures whose weights are learned on the way (Robbins 1970),
 * because neither the person nor the tool is known; a mixture that contains "types as people do" can lose
 * only the logarithm of that component's share. A likelihood ratio so made exceeds 1/e with chance below e under
 * people (Ville 1939) if the people are as modelled and their keys independent given the person. They are not quite,
 * so that the ratio is tempered and capped (parameters.c), and the error claimed is checked against everybody at hand
 * (bench-typing).
 *
 * Fixed size, nothing allocated; zeroed state, then typing_init.
 */
#ifndef CORDON_DETECT_TYPING_TYPING_H
#define CORDON_DETECT_TYPING_TYPING_H

#include "detect/typing/durations.h"
#include "detect/typing/stroke.h"

enum {
	TYPING_RECENT = 48,
	TYPING_UNTIMED = 9, /* intervals of ten keys */
};

/* What is known of the keyboard from elsewhere. */
struct typing_context {
	uint32_t poll_ns, clock_step_ns; /* 0 unknown */
	int64_t configured_ns, led_ns;   /* -1 not seen */
	bool has_leds;                   /* it would be told its LEDs by a host that is ready */
};

/* One report that brought news, for `--why`. */
struct typing_step {
	uint64_t packet;
	int64_t t_ns;
	uint32_t key;          /* keys typed by now */
	uint16_t usage;        /* the key that went down in it, 0 none */
	float gap_ms, hold_ms; /* negative where unknown or not in it */
	float step_ms;         /* what the clock or poll resolves */
	bool replaced, overlap;
	_Alignas(TYPING_VECTOR) float added[TYPING_LANES]; /* by this report */
	float sum[TYPING_LANES];                           /* since the ratio last stood at zero */
	float ratio;
	uint32_t keys_since_zero;
};

enum { TYPING_MISSES = 32 };

/* Mixtures of rates under both hypotheses, and what the last hit or miss said: the logarithm of their ratio. */
struct typing_rates {
	uint32_t
		misses; /* so many and nothing else were learned; TYPING_MISSES: or more, or a hit */
	/* Without a miss yet they are the parameters', and not written here. */
	float people[TYPING_RATES], machine[TYPING_RATES];
	float ratio;
};

/* The same for kinds of hands, of which people are a mixture. */
struct typing_hands {
	bool any;
	float share[TYPING_HANDS];
	float ratio;
};

/*
 * What a run's beginning leaves of each: most runs of people are one key long, and few keys are slips or take another's
 * place. Rates by misses, of which nothing else has come yet; hands by the first key alone.
 */
struct typing_firsts {
	struct typing_rates replaced[TYPING_MISSES + 1], slips[TYPING_MISSES + 1];
	struct typing_hands overlap[2][TYPING_PACES];
};

/* All that is forgotten when the ratio falls to zero. */
struct typing_run {
	_Alignas(TYPING_VECTOR) float sum[TYPING_LANES];
	float ratio; /* of the sums */
	uint32_t keys, replaced;
	uint32_t telling,
		telling_holds; /* keys that spoke for a machine as they came, and by how long they were held */
	uint32_t high; /* keys since the ratio stood below second_from */
	bool amid;     /* it began among a person's keys */
	bool opens;    /* a run box or a terminal was asked for in it */
	float short_run, short_run_before, short_ms; /* short_ms: the last short hold */
	struct typing_hands overlap;
	struct typing_rates replacing, slips;
	uint32_t gaps_seen, holds_seen;
	/* From here on, kept: rings for the finding's words, read as far as something was seen. */
	float gap_ms[TYPING_RECENT], hold_ms[TYPING_RECENT];
};

enum typing_decision {
	TYPING_UNDECIDED,
	TYPING_FIRST, /* past the first threshold */
	TYPING_SECOND,
};

struct typing {
	struct duration_rows *rows; /* shared by all keyboards; NULL: each row is made anew */
	uint32_t without;           /* bit n: feature n is left out, for ablation */
	struct stroke_reader reader;
	struct person_times person_gaps,
		person_holds;             /* the person, if it is one; outlives the run */
	struct machine_times gaps, holds; /* values outlive the run, weights do not */
	struct typing_run run;
	float pace[TYPING_PACES]; /* what each pace says: logarithms are made once */
	struct typing_firsts first;
	float last_gap_ms;
	uint32_t equal_run; /* equal holds in a row, and within what they lie */
	float equal_low, equal_high;
	uint32_t quick; /* keys in a row, each within FAST_MS of the one before */
	int64_t strike_ns[TYPING_STRIKES]; /* ring of their times */
	uint32_t strikes;
	uint32_t
		untimed; /* keys without a known interval, less those with one; once at TYPING_UNTIMED it stays */
	uint32_t hands;     /* keys since the last long pause that left the ratio at zero */
	bool opened;        /* a run box or a terminal was asked for */
	uint32_t printable; /* keys since then, or since a slip */
	bool pointer_seen;
	int64_t pointer_ns; /* last report of a pointing device */
	bool had_report;
	uint32_t told; /* bit n: this report says something on feature n */
	struct typing_step step;
	float highest; /* the ratio's highest so far */
};

void typing_init(struct typing *t);

/* True where the report brought news: `step` is new then. */
bool typing_report(struct typing *t, const struct key_report *r, const struct typing_context *c);

/* The keyboard was off the bus and is back: what is known of it stands, but its next key is no interval from the last. */
void typing_away(struct typing *t);

/*
 * Another keyboard stands where this one was, so soon that it may be the same in disguise: what spoke for a machine goes
 * on. What was known of a person's hands does not, for they may have gone with their keyboard.
 */
void typing_succeed(struct typing *t);

/* A pointing device that is not part of this keyboard moved. */
void typing_pointer(struct typing *t, int64_t t_ns);

enum typing_decision typing_decide(const struct typing *t);

const char *typing_feature_name(enum typing_feature f);

/* Medians over the run, at most its last TYPING_RECENT; negative where there are none. */
double typing_median_gap_ms(const struct typing_run *run);
double typing_median_hold_ms(const struct typing_run *run);

/* Parts of typing_report: what a stroke adds, by cause. */
void typing_judge_times(struct typing *t, const struct stroke *s);
void typing_judge_manner(struct typing *t, const struct stroke *s, const struct key_report *r,
                         const struct typing_context *c);

/* One cause's logarithm of a likelihood ratio, not yet bounded. */
static inline void typing_say(struct typing *t, enum typing_feature f, float ratio)
{
	t->step.added[f] += ratio;
	t->told |= 1u << f;
}

/* What a hit or miss says, which is then learned; `first` as in typing_firsts. */
float typing_rates_next(struct typing_rates *r, const struct typing_rates first[TYPING_MISSES + 1],
                        const float rate[TYPING_RATES], bool hit);
float typing_hands_next(struct typing_hands *h, struct typing_hands first[2][TYPING_PACES],
                        unsigned pace, bool overlap);

/* Both, at typing_init. */
void typing_firsts_init(struct typing_firsts *f);

#endif
