/* Pulses in bands. See pulse.h. */
#include "detect/comb/pulse.h"

#include <math.h>

#define MS INT64_C(1000000)

enum {
	SETTLE = 128, /* bands */
	FOLLOW = 64,
	GAP_MS = 10,
	LONGEST = 50, /* bands: what lasts longer is a new base */
};

/* Six deviations of a normal distribution, whose mean absolute one is 0.8 of it; and what the ADC's steps may do. */
#define ON_SPREADS 7.5
#define ON_MIN_MA  0.3
#define MOST       3.0

static void restart(struct pulse_finder *f, double ma)
{
	*f = (struct pulse_finder){.known = true, .base = ma, .spread = 1};
}

static void follow(struct pulse_finder *f, double ma)
{
	/* Fast at first, then by a 64th. */
	double share = 1.0 / (f->seen < FOLLOW ? f->seen + 1 : FOLLOW);
	double most = MOST * f->spread + 0.01, off = ma - f->base;

	if (f->seen < SETTLE / 2)
		most = INFINITY;
	f->base += share * fmax(-most, fmin(most, off));
	f->spread += share * (fmin(fabs(off), most) - f->spread);
}

bool pulse_band(struct pulse_finder *f, double ma, int64_t t_ns, unsigned join_ms,
                struct pulse *ended)
{
	double rise;
	bool done = false;

	if (!f->known || t_ns <= f->last_ns || t_ns - f->last_ns > GAP_MS * MS)
		restart(f, ma);
	f->last_ns = t_ns;
	rise = ma - f->base;
	if (f->seen >= SETTLE && rise > fmax(ON_SPREADS * f->spread, ON_MIN_MA)) {
		if (!f->open)
			f->now = (struct pulse){.t_ns = t_ns};
		f->open = true;
		f->now.bands = (unsigned)((t_ns - f->now.t_ns) / MS) + 1;
		f->now.charge += rise;
		if (f->now.bands > LONGEST) {
			restart(f, ma);
			return false;
		}
	} else if (f->open && t_ns - f->now.t_ns >= (f->now.bands + join_ms) * MS) {
		f->open = false;
		*ended = f->now;
		done = true;
	}
	follow(f, ma);
	f->seen++;
	return done;
}
