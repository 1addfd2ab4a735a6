/*
 * Folding: is there a beat of a known period in a sensor's stream, buried in noise, with beats missing and others added?
 *
 * The stream is cut into rows of one period and each row into 64 cells. Of a row nothing is kept but which of its cells
 * stand out: a mask of the highest four and one of the highest sixteen (or, of a stream of bursts, where one began). A beat
 * of that period stands in one column, a beat of a period that is slightly off in a slanting one: each slant is a trial
 * period. The statistic is the number of rows that stand out in a column, as in epoch folding (Leahy et al. 1983, ApJ 266,
 * 160) but by ranks: without a beat a column is among the highest four of 64 in one row of sixteen, whatever the noise looks
 * like, so that the binomial tail is exact where a Rayleigh, Z^2 or H test (de Jager, Raubenheimer, Swanepoel 1989, A&A 221,
 * 180) has only an asymptotic one, and one huge burst counts as one row and no more. Rows of bursts hold different numbers:
 * their mean density bounds the tail (Hoeffding 1956, Ann. Math. Stat. 27, 713). The tail is multiplied by the number of
 * columns, slants and widths that were tried.
 *
 * Memory is constant; a row costs one mask, a search some additions a row and slant (64 columns at a time, in bit planes).
 */
#ifndef CORDON_DETECT_COMB_FOLD_H
#define CORDON_DETECT_COMB_FOLD_H

#include <stdbool.h>
#include <stdint.h>

enum {
	FOLD_CELLS = 64,
	FOLD_ROWS = 256,
	FOLD_SHARP = 4,  /* highest cells of a row: a beat shorter than a sixteenth */
	FOLD_BROAD = 16, /* for beats among many others */
	FOLD_MULTIPLE_MAX = 10,
};

enum fold_mask { FOLD_MASK_SHARP, FOLD_MASK_BROAD, FOLD_MASKS };

struct fold {
	uint32_t rows; /* ever; the last FOLD_ROWS are kept */
	uint64_t mask[FOLD_MASKS][FOLD_ROWS];
	uint64_t valid[FOLD_ROWS / 64];
};

/* What a search found: the column that stands out most. */
struct fold_peak {
	double log10_p;         /* of the whole search; 0: nothing */
	double slant;           /* cells a row; positive: the true period is longer */
	unsigned column, width; /* cells column to column + width - 1, in the newest row's frame */
	enum fold_mask mask;
	unsigned rows, hits; /* rows looked at, rows that stand out there */
	double chance;       /* of a row to stand out there by accident */
};

/* Where the rows stand out: one row in `multiple` does, and which; 0 where that cannot be told yet. */
struct fold_multiple {
	unsigned multiple, residue;
	unsigned rows, hits; /* of those that should */
};

void fold_clear(struct fold *f);
/* A row that could not be seen counts for nothing but its place: `valid` false. */
void fold_push(struct fold *f, uint64_t sharp, uint64_t broad, bool valid);
/* The masks of a row by ranks; equal cells in an order drawn from `*seed`, so that silence has no favourite column. */
void fold_rank(const float cell[FOLD_CELLS], uint64_t *seed, uint64_t *sharp, uint64_t *broad);

/* The last `rows` rows (at most FOLD_ROWS), slants from -slant_max to slant_max. `masks`: bit n for enum fold_mask n. */
void fold_search(const struct fold *f, unsigned rows, double slant_max, unsigned masks,
                 struct fold_peak *peak);

/* Whether a row, counted back from the newest (0), stands out at the peak. */
bool fold_hit(const struct fold *f, const struct fold_peak *peak, unsigned back);
bool fold_valid(const struct fold *f, unsigned back);
/* First cell of the peak in that row. */
unsigned fold_column(const struct fold_peak *peak, unsigned back);

/*
 * True where the peak is one of several at equal distances: then the beat is a fraction of the period, as of a display
 * that is multiplexed in a twelfth of it.
 */
bool fold_is_overtone(const struct fold *f, const struct fold_peak *peak);

/* Whether the beat stands in each row or in one of 2 to FOLD_MULTIPLE_MAX. */
void fold_find_multiple(const struct fold *f, const struct fold_peak *peak,
                        struct fold_multiple *m);

#endif
