/*
 * The table behind parameters.h. Marks: [P] measured on the people at hand (the odd-numbered half of the Aalto
 * transcription sample, Dhakal et al. 2018: 48 people, 30,595 intervals of unlike keys); [T] stated in the project's
 * threat model or performance anchors; [J] judgement, with its reason. None comes from the simulator.
 */
#include "detect/typing/parameters.h"

/* The formatter's alignment of arrays tears these tables apart. */
/* clang-format off */

/*
 * The caps are [J]: the strongest stays below the first threshold, so that two causes at least must agree. `share` is
 * the power to which a key's likelihood is raised (coarsened likelihood, Miller and Dunson 2019): the keys of one
 * person and one keyboard are not independent draws, so that n keys count as share * n.
 */
/*  feature      name            cap    floor  a key's cap and floor  share */
#define BOUNDS(ROW) \
	ROW(HOLD_SHORT,  "hold-short",   13.7f, -1.2f, 13.7f, -0.6f, 1.0f) \
	ROW(HOLD_STEADY, "hold-steady",  7.0f,  -0.8f, 1.6f,  -0.4f, 0.6f) \
	ROW(PACE,        "pace",         10.0f, -0.2f, 3.0f,  -0.7f, 0.6f) \
	ROW(RHYTHM,      "rhythm",       9.5f,  -0.2f, 2.2f,  -0.4f, 0.8f) \
	ROW(REPLACED,    "replaced",     4.0f,  -0.4f, 1.2f,  -0.3f, 0.7f) \
	ROW(OVERLAP,     "no-overlap",   4.0f,  -3.0f, 1.0f,  -1.0f, 0.8f) \
	ROW(MODIFIER,    "modifier",     4.0f,  -1.5f, 2.4f,  -0.7f, 0.8f) \
	ROW(FORM,        "report-form",  1.0f,  0.0f,  1.0f,  0.0f,  1.0f) \
	ROW(ROUND,       "round-pauses", 2.0f,  -0.5f, 0.8f,  -0.2f, 0.6f) \
	ROW(START,       "start",        1.2f,  0.0f,  1.2f,  0.0f,  1.0f) \
	ROW(GRAMMAR,     "grammar",      3.0f,  0.0f,  1.2f,  0.0f,  1.0f) \
	ROW(ALT_CODES,   "alt-codes",    2.5f,  0.0f,  1.0f,  0.0f,  1.0f) \
	ROW(SLIPS,       "no-slips",     1.4f,  -1.5f, 0.5f,  -1.0f, 0.8f) \
	ROW(SILENCE,     "pointer",      0.0f,  -1.0f, 0.0f,  -0.3f, 1.0f) \
	ROW(LAYOUT,      "odd-keys",     1.0f,  0.0f,  0.5f,  0.0f,  1.0f) \
	ROW(HOLD_EQUAL,  "hold-equal",  13.0f,  0.0f,  0.7f,  0.0f,  1.0f)

/* What a run of keys in a row says goes with the run, at once, and not before. */
#define OF_A_RUN(f) (TYPING_##f == TYPING_HOLD_SHORT || TYPING_##f == TYPING_HOLD_EQUAL)
#define WHOLE(f, name, cap, floor, key_cap, key_floor, share) \
	[TYPING_##f] = {name, cap, floor, key_cap, key_floor, share},
#define CAP(f, name, cap, floor, key_cap, key_floor, share) [TYPING_##f] = (cap),
#define FLOOR(f, name, cap, floor, key_cap, key_floor, share) [TYPING_##f] = (floor),
#define KEY_CAP(f, name, cap, floor, key_cap, key_floor, share) [TYPING_##f] = (key_cap),
#define KEY_FLOOR(f, name, cap, floor, key_cap, key_floor, share) \
	[TYPING_##f] = OF_A_RUN(f) ? -(cap) : (key_floor),
#define SHARE(f, name, cap, floor, key_cap, key_floor, share) [TYPING_##f] = (share),
#define KEPT(f, name, cap, floor, key_cap, key_floor, share) \
	[TYPING_##f] = OF_A_RUN(f) ? 1.0f : FADE,

/* [P] without it and `waver` chance gains stay: a person stood at a ratio of e^5 for 190 keys, because a mixture that has
 * settled on "as people do" no longer says anything against it. A gain now halves in 17 keys. */
#define FADE 0.96f

const struct typing_bounds typing_bounds[TYPING_FEATURES] = {BOUNDS(WHOLE)};
const struct typing_columns typing_columns = {
	.cap = {BOUNDS(CAP)},
	.floor = {BOUNDS(FLOOR)},
	.key_cap = {BOUNDS(KEY_CAP)},
	.key_floor = {BOUNDS(KEY_FLOOR)},
	.share = {BOUNDS(SHARE)},
	.fade = {BOUNDS(KEPT)},
};

/*
 * Press to press. [P] medians of people 81 to 296 ms, SD of the logarithm (16 to 84 %) 0.36 to 0.90, median 0.45;
 * widened at both ends, and with a small share for a drummer's evenness, 0.18 [J].
 */
const struct typing_people typing_intervals = {
	.median_ms     = {60, 80, 105, 135, 170, 215, 280, 380, 560, 900},
	.median_weight = {0.04f, 0.10f, 0.15f, 0.18f, 0.18f, 0.14f, 0.10f, 0.05f, 0.03f, 0.03f},
	.spread        = {0.18f, 0.30f, 0.42f, 0.58f, 0.85f},
	.spread_weight = {0.04f, 0.16f, 0.38f, 0.30f, 0.12f},
	.stray_median_ms = 500,
	.stray_spread = 1.4f,
	.stray_share = 0.15f,
};

/* Press to release. [P] medians 64 to 138 ms, SD of the logarithm 0.13 to 0.41, median 0.25; widened. */
const struct typing_people typing_holds = {
	.median_ms     = {45, 55, 65, 75, 85, 97, 110, 127, 150, 200},
	.median_weight = {0.03f, 0.05f, 0.10f, 0.15f, 0.18f, 0.17f, 0.14f, 0.10f, 0.06f, 0.02f},
	.spread        = {0.09f, 0.14f, 0.20f, 0.28f, 0.42f},
	.spread_weight = {0.05f, 0.15f, 0.32f, 0.34f, 0.14f},
	.stray_median_ms = 90,
	.stray_spread = 0.9f,
	.stray_share = 0.08f,
};

/* [T] ladder: fixed delays, then uniform jitter, 20 ms at most for the Ducky; holds are not jittered below rung 4. */
#define WAYS(copy, narrow, wide) {.share = {1 - (copy) - (narrow) - (wide), copy, narrow, wide}}
const struct typing_ways typing_interval_ways = WAYS(0.40f, 0.10f, 0.15f);
const struct typing_ways typing_hold_ways = WAYS(0.40f, 0.05f, 0.0f);

const struct typing_parameters typing_parameters = {
	/*
	 * Errors claimed: 1e-6 for the first, 1e-9 for the second (product.md). What the people at hand bear out is less: the
	 * share of them whose ratio reaches e^x in 700 keys falls by a factor of about 0.55 with each x, to 10.4 at
	 * most but for two bursts that no finger made (below). Drawn on to the first threshold, that is one person's
	 * session in a thousand, or about 2e-6 a key; nobody has shown it.
	 */
	.first_threshold = 13.8f,
	.second_threshold = 20.7f,
	/* [J] what must be there beside the strongest cause, which alone never suffices: see the caps. */
	.first_others = 0.5f,
	.second_others = 6.9f,
	.first_keys = 4, /* a knob or a macro key sends two or three at once */
	.second_keys = 40,
	/*
	 * [P] one person in seven reaches e^5 within 700 keys, one in two e^3: from a ratio like that nobody can say whether
	 * the machine has begun. Counted from zero, a person's last keys made a macro of 30 keys one of 40.
	 */
	.second_from = 5,
	/*
	 * What a stalled host or a completion held back comes out at once: of the 100 people, both halves, one shows 10
	 * keys 20 ms apart after a stall, one a completed word of 6 keys. So amid a person's keys a burst must be longer,
	 * unless it opens a run box or a terminal itself: nobody's completion does.
	 */
	.amid_keys = 4,
	.amid_ms = 20000,
	.amid_first_keys = 16,

	.forget = 0.01f, /* [J] a person's tempo drifts over a hundred keys */
	.waver = 0.02f, /* see FADE */
	.telling = 0.1f,

	.band_ms = {10, 20}, /* [P] within 45 ms people keep too, for 20 keys and more */
	.copy_same = 0.76f,
	.copy_beside = 0.11f, /* [J] a machine's step against the host's poll: one beside at times */
	.stray_share = 0.10f,

	/*
	 * [T] 260 people: holds up to 17 ms are 0.12 to 0.15 % of keys and come in runs; all but two people stay under 5 in
	 * a row, those two reach 10 and 13. So a run counts as one event, at first little more than log(260 / 2); beyond
	 * 13 nobody was seen, and each further key adds to what must then be explained away [J].
	 */
	.short_ms = 17,
	.short_run = {{0, 0}, {1, 1.8f}, {2, 3.2f}, {5, 5.2f}, {13, 8.0f}, {16, 11.0f}, {20, 13.7f}},
	.short_unlike = 0.5f, /* [J] */

	/*
	 * [P] holds of keys in a row that differ by 8 ms at most: bench-typing prints the longest run, 10 keys in the half at
	 * hand and 14, once, in the other. [J] each key beyond 13 counts as if runs got rarer by half; a hold that a
	 * device makes, at rung 3 of the ladder too, goes on for ever.
	 */
	.equal_ms = 8.5f, /* and half a millisecond for the clock */
	.equal_run = 13,
	.equal_key = 0.7f,

	/*
	 * Of keys that go down while others are down, quick ones say nothing: fingers that fall together are as even as that.
	 * Ten fingers are ten keys; from the eleventh in a row on, one of them had to rise first [J].
	 */
	.fingers = 10,
	/* [J] 48 strikes in 0.8 s: each of ten fingers six times a second. */
	.strike_ms = 6, /* strikes that stand closer are of one fall of a hand */
	.strikes_ms = 800,
	.strikes_say = 5,

	/*
	 * Press to press with the key before up, of all intervals. [P] none up to 13 ms, 1 up to 30, 17 up to 50, 491 up to
	 * 80; but one person reaches 0.7 % and 13 % in the last two, and it is the person that must be allowed for.
	 * [T] section 2: for tools no delay at all is usual.
	 */
	.bounce_pace = 2.5f, /* [J] one quick pair of unlike keys */
	.pace_ms      = {13, 20, 30, 50, 80, 110, 150, 200, 1e9f},
	.pace_people  = {3e-5f, 1e-4f, 2e-4f, 3e-3f, 0.06f, 0.10f, 0.17f, 0.20f, 0.40f},
	.pace_machine = {0.30f, 0.08f, 0.08f, 0.10f, 0.08f, 0.07f, 0.09f, 0.08f, 0.12f},

	/*
	 * The key before is still down, by the same paces. [P] all: 1, 0.9, 1, 0.98, 0.86, 0.56, 0.23, 0.04, 0.003; people
	 * differ, those who hardly roll over [T: 29 of 100 show 40 keys without] even when fast: 0.31 to 1 up to 80 ms,
	 * 0 to 0.96 up to 110.
	 */
	.hands_share = {0.25f, 0.45f, 0.30f},
	.hands_overlap = {
		{0.80f, 0.80f, 0.80f, 0.80f, 0.35f, 0.08f, 0.02f, 0.01f, 0.002f},
		{0.97f, 0.97f, 0.97f, 0.95f, 0.82f, 0.45f, 0.12f, 0.01f, 0.003f},
		{0.99f, 0.99f, 0.99f, 0.98f, 0.94f, 0.78f, 0.40f, 0.08f, 0.006f},
	},
	.machine_overlap = 0.02f,

	/*
	 * Replacement of the key before. [P] 0 to 0.22 of a person's keys, more at coarse polls, and up to five in a row;
	 * [T] a person 4 of 21 at 8 ms, the O.MG 19 of 21.
	 */
	.replaced_rate    = {0.01f, 0.08f, 0.22f, 0.93f},
	.replaced_people  = {0.40f, 0.35f, 0.245f, 0.005f},
	.replaced_machine = {0.60f, 0.05f, 0.05f, 0.30f},

	/* Backspace a key. [P] 2 to 8 % in transcription; some never (short texts, careful people). */
	.slips_rate    = {0.002f, 0.02f, 0.05f, 0.10f},
	.slips_people  = {0.25f, 0.25f, 0.30f, 0.20f},
	.slips_machine = {0.97f, 0.01f, 0.01f, 0.01f},

	/*
	 * Modifier to key. [T] within one report in 0.03 % of shifted keys at 8 ms polls; [P] under 31 ms in 1 % of 1,076.
	 * Ten times that is allowed for, because a driver that does it does it always [J].
	 */
	.lead_people = {0.004f, 0.008f, 0.98f},
	.lead_people_per_ms = 0.0015f,
	.lead_machine = {0.50f, 0.35f, 0.15f},

	/* [T] 77 to 86 % of the delays of published payloads are whole tenths of a second. */
	.round_ms = 100,
	.round_from_ms = 180,
	.round_hit = 0.8f,
	.round_share = 0.4f,

	.scan_ms = 8, /* [P] stamped to 1 ms, a third of people's times lie on a grid of 8 or so all the same */
	.step_max_ms = 16.7f, /* [T] USBPcap's 15.6 ms is the coarsest clock at hand */
};
/* clang-format on */

float typing_short_run(float run)
{
	const struct typing_point *p = typing_parameters.short_run;
	unsigned i = 1;

	if (run <= 0)
		return p[0].value; /* most of the time */
	while (i < TYPING_RUN_POINTS - 1 && run > p[i].at)
		i++;
	if (run >= p[i].at)
		return p[i].value;
	return p[i - 1].value +
	       (run - p[i - 1].at) * (p[i].value - p[i - 1].value) / (p[i].at - p[i - 1].at);
}
