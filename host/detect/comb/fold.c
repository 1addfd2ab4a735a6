/* Rows, ranks and columns. See fold.h. */
#include "detect/comb/fold.h"

#include <math.h>
#include <string.h>

#include "detect/chance.h"

enum {
	PLANES = 9,
	WIDTHS = 2
}; /* counts to 256; one cell, or three that a jittering beat shares */

static const unsigned widths[WIDTHS] = {1, 3};

void fold_clear(struct fold *f)
{
	memset(f, 0, sizeof(*f));
}

void fold_push(struct fold *f, uint64_t sharp, uint64_t broad, bool valid)
{
	unsigned at = f->rows++ % FOLD_ROWS;
	uint64_t bit = UINT64_C(1) << at % 64;

	f->mask[FOLD_MASK_SHARP][at] = valid ? sharp : 0;
	f->mask[FOLD_MASK_BROAD][at] = valid ? broad : 0;
	f->valid[at / 64] = (f->valid[at / 64] & ~bit) | (valid ? bit : 0);
}

void fold_rank(const float cell[FOLD_CELLS], uint64_t *seed, uint64_t *sharp, uint64_t *broad)
{
	uint8_t best[FOLD_BROAD], start = (uint8_t)(chance_next(seed) % FOLD_CELLS);
	uint8_t step = (uint8_t)(chance_next(seed) % FOLD_CELLS | 1); /* odd: visits each once */
	unsigned n = 0;

	for (unsigned k = 0; k < FOLD_CELLS; k++) {
		uint8_t i = (uint8_t)((start + k * step) % FOLD_CELLS);
		unsigned at;

		if (n == FOLD_BROAD && cell[i] <= cell[best[n - 1]])
			continue;
		n += n < FOLD_BROAD;
		at = n - 1;
		while (at > 0 && cell[i] > cell[best[at - 1]]) {
			best[at] = best[at - 1];
			at--;
		}
		best[at] = i;
	}
	*sharp = *broad = 0;
	for (unsigned k = 0; k < FOLD_BROAD; k++) {
		*broad |= UINT64_C(1) << best[k];
		if (k < FOLD_SHARP)
			*sharp |= UINT64_C(1) << best[k];
	}
}

static uint64_t rotate(uint64_t v, unsigned by)
{
	by %= 64;
	return by ? v >> by | v << (64 - by) : v;
}

static unsigned place(const struct fold *f, unsigned back)
{
	return (f->rows - 1 - back) % FOLD_ROWS;
}

bool fold_valid(const struct fold *f, unsigned back)
{
	unsigned at = place(f, back);

	return f->valid[at / 64] >> at % 64 & 1;
}

/* By how many cells a row of `back` rows ago stands to the left of the newest. */
static int drift(double slant, unsigned back)
{
	return (int)lround(slant * back);
}

static uint64_t row_at(const struct fold *f, enum fold_mask mask, double slant, unsigned back)
{
	int by = -drift(slant, back);

	return rotate(f->mask[mask][place(f, back)], (unsigned)(by + 64 * 1024));
}

/* Bit c: any of the cells c to c + width - 1. */
static uint64_t widen(uint64_t row, unsigned width)
{
	uint64_t v = row;

	for (unsigned i = 1; i < width; i++)
		v |= rotate(row, i);
	return v;
}

/* How many rows stand out in each column: bit-sliced counters, 64 at a time. */
static void count_columns(const struct fold *f, enum fold_mask mask, double slant, unsigned width,
                          unsigned rows, uint16_t count[FOLD_CELLS])
{
	uint64_t plane[PLANES] = {0};

	for (unsigned back = 0; back < rows; back++) {
		uint64_t carry = widen(row_at(f, mask, slant, back), width);

		for (unsigned p = 0; carry && p < PLANES; p++) {
			uint64_t both = plane[p] & carry;

			plane[p] ^= carry;
			carry = both;
		}
	}
	for (unsigned c = 0; c < FOLD_CELLS; c++) {
		count[c] = 0;
		for (unsigned p = 0; p < PLANES; p++)
			count[c] |= (uint16_t)((plane[p] >> c & 1) << p);
	}
}

static unsigned kept(const struct fold *f, unsigned rows)
{
	unsigned most = f->rows < FOLD_ROWS ? f->rows : FOLD_ROWS;

	return rows < most ? rows : most;
}

/* Share of cells that stand out in the rows that were seen; `seen` counts those. */
static double density(const struct fold *f, enum fold_mask mask, unsigned rows, unsigned *seen)
{
	uint64_t bits = 0;

	*seen = 0;
	for (unsigned back = 0; back < rows; back++) {
		bits += (unsigned)__builtin_popcountll(f->mask[mask][place(f, back)]);
		*seen += fold_valid(f, back);
	}
	return *seen ? (double)bits / FOLD_CELLS / *seen : 0;
}

/* The columns of one mask and width, over all slants. */
struct sweep {
	const struct fold *f;
	enum fold_mask mask;
	unsigned width, rows, slants;
	double slant_max;
};

static double trial(const struct sweep *w, unsigned i)
{
	return w->slants ? ((double)i / w->slants - 1) * w->slant_max : 0;
}

/* Rows in the best column at this slant. */
static unsigned best_column(const struct sweep *w, unsigned slant, unsigned *column)
{
	uint16_t count[FOLD_CELLS];
	unsigned best = 0;

	count_columns(w->f, w->mask, trial(w, slant), w->width, w->rows, count);
	for (unsigned c = 1; c < FOLD_CELLS; c++)
		if (count[c] > count[best])
			best = c;
	*column = best;
	return count[best];
}

/* A short beat fits into its column at several slants: the middle of them is the best guess at its period. */
static unsigned best_slant(const struct sweep *w, double *slant, unsigned *column)
{
	unsigned best = 0, first = 0, last = 0, at, c;

	for (unsigned i = 0; i <= 2 * w->slants; i++) {
		unsigned hits = best_column(w, i, &c);

		if (hits > best) {
			best = hits;
			first = i;
		}
		if (hits == best)
			last = i;
	}
	at = (first + last) / 2;
	if (best_column(w, at, column) < best) {
		at = first;
		best_column(w, at, column);
	}
	*slant = trial(w, at);
	return best;
}

void fold_search(const struct fold *f, unsigned rows, double slant_max, unsigned masks,
                 struct fold_peak *peak)
{
	struct sweep w = {.f = f, .rows = kept(f, rows), .slant_max = slant_max};
	unsigned tried = 0;

	*peak = (struct fold_peak){0};
	/* Half a cell over all rows between two trials. */
	w.slants = (unsigned)ceil(slant_max * w.rows * 2);
	for (w.mask = 0; w.mask < FOLD_MASKS; w.mask++) {
		unsigned seen;
		double share = density(f, w.mask, w.rows, &seen);

		if (!(masks >> w.mask & 1) || !seen)
			continue;
		for (unsigned i = 0; i < WIDTHS; i++) {
			double slant, chance, tail;
			unsigned column, hits;

			w.width = widths[i];
			chance = fmin(1, share * w.width);
			hits = best_slant(&w, &slant, &column);
			tail = chance_tail_log10(seen, hits, chance);
			tried += FOLD_CELLS * (2 * w.slants + 1);
			if (tail >= peak->log10_p)
				continue;
			*peak = (struct fold_peak){.log10_p = tail,
			                           .slant = slant,
			                           .column = column,
			                           .width = w.width,
			                           .mask = w.mask,
			                           .rows = w.rows,
			                           .hits = hits,
			                           .chance = chance};
		}
	}
	if (tried)
		peak->log10_p = fmin(0, peak->log10_p + log10(tried));
}

unsigned fold_column(const struct fold_peak *peak, unsigned back)
{
	return (unsigned)((int)peak->column - drift(peak->slant, back) + 64 * 1024) % FOLD_CELLS;
}

bool fold_hit(const struct fold *f, const struct fold_peak *peak, unsigned back)
{
	return widen(row_at(f, peak->mask, peak->slant, back), peak->width) >> peak->column & 1;
}

/*
 * The peak's hits come again at each q-th part of the row, with half of its excess or more. On the average: a mask holds fewer cells
 * than a fast beat has places in a row, so that one of many may fall short, and of several the peak is the luckiest.
 */
static bool comes_again(const uint16_t count[FOLD_CELLS], unsigned column, unsigned q, double hits,
                        double mean)
{
	double others = 0;

	for (unsigned j = 1; j < q; j++) {
		unsigned at = column + (unsigned)lround((double)j * FOLD_CELLS / q);
		double most = 0;

		/* The place may fall between two cells. */
		for (unsigned k = 0; k < 3; k++)
			most = fmax(most, count[(at + k + FOLD_CELLS - 1) % FOLD_CELLS]);
		others += most - mean;
	}
	return others / (q - 1) >= 0.5 * (hits - mean);
}

bool fold_is_overtone(const struct fold *f, const struct fold_peak *peak)
{
	/*
	 * With the peak's own width, and cell by cell and by twos: peaks closer than their width and a gap cannot be told
	 * apart, and one that falls between two cells stands out in neither.
	 */
	const unsigned width[] = {peak->width, 1, 2};

	for (unsigned i = 0; i < sizeof(width) / sizeof(width[0]); i++) {
		double mean = peak->chance / peak->width * width[i] * peak->rows;
		uint16_t count[FOLD_CELLS];
		unsigned column = peak->column;

		count_columns(f, peak->mask, peak->slant, width[i], peak->rows, count);
		/* The best place for this width near the peak's. */
		for (unsigned k = 0; k < peak->width + 1 && i; k++) {
			unsigned c = (peak->column + k + FOLD_CELLS - 1) % FOLD_CELLS;

			if (count[c] > count[column])
				column = c;
		}
		for (unsigned q = 2; q <= FOLD_CELLS / (width[i] + 1); q++)
			if (comes_again(count, column, q, count[column], mean))
				return true;
	}
	return false;
}

static double log_likelihood(double hits, double rows)
{
	if (hits <= 0 || hits >= rows)
		return 0;
	return hits * log(hits / rows) + (rows - hits) * log1p(-hits / rows);
}

void fold_find_multiple(const struct fold *f, const struct fold_peak *peak, struct fold_multiple *m)
{
	/*
	 * One residue's share and that of all others, against one share for all. The best of 54 such pairs gains 4 by
	 * accident in a fifth of searches, 12 in none of 10^4; in between, more rows will tell.
	 */
	const double gain_none = 4, gain_sure = 12;
	double one, best, all_rows = 0, all_hits = 0;
	unsigned rows[FOLD_MULTIPLE_MAX + 1][FOLD_MULTIPLE_MAX] = {{0}};
	unsigned hits[FOLD_MULTIPLE_MAX + 1][FOLD_MULTIPLE_MAX] = {{0}};

	for (unsigned back = 0; back < peak->rows; back++) {
		bool hit = fold_hit(f, peak, back);

		if (!fold_valid(f, back))
			continue;
		all_rows++;
		all_hits += hit;
		for (unsigned n = 2; n <= FOLD_MULTIPLE_MAX; n++) {
			rows[n][back % n]++;
			hits[n][back % n] += hit;
		}
	}
	*m = (struct fold_multiple){1, 0, (unsigned)all_rows, (unsigned)all_hits};
	best = one = log_likelihood(all_hits, all_rows);
	for (unsigned n = 2; n <= FOLD_MULTIPLE_MAX; n++)
		for (unsigned r = 0; r < n; r++) {
			double h = hits[n][r], k = rows[n][r];
			double likely =
				log_likelihood(h, k) + log_likelihood(all_hits - h, all_rows - k);

			if (likely <= best || h * (all_rows - k) <= (all_hits - h) * k)
				continue;
			best = likely;
			if (best - one >= gain_none)
				*m = (struct fold_multiple){n, r, rows[n][r], hits[n][r]};
		}
	if (best - one >= gain_none && best - one < gain_sure)
		m->multiple = 0;
}
