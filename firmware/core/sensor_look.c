/*
 * Glances at a chunk, two samples at a time: most chunks hold nothing else, and this loop goes over every sample. See sensor_look.h.
 * In: samples of three channels in turn. Out: number, sum and extremes of each.
 */
#include "core/sensor_look.h"

enum {
	WORDS = SENSOR_CHUNK / 2,
	GROUP = 4,                       /* words that are compared at once */
	STRIDE = SENSOR_CHANNELS,        /* every third word: both lanes stay with their channels */
	GROUPS = WORDS / STRIDE / GROUP, /* of each third of the words; one word may be left */
	FIT = 16 / GROUP,                /* groups whose sum of twelve bits fits a lane */
};
/* Two samples in a word. Above each is a bit that tells a difference's sign, and is set in a sample that failed. */
static const uint32_t SIGNS = 0x80008000;
static const uint8_t next_channel[SENSOR_CHANNELS] = {1, 2, 0};

/* Little-endian, as on the chip and on the PC. */
typedef uint32_t __attribute__((may_alias)) pair;

struct lanes {
	uint32_t minimum, maximum;
};

/* Something in this group is beyond what was seen: seldom, once the first have been. */
static __attribute__((noinline)) void widen(struct lanes *l, const pair *at, unsigned n)
{
	for (; n; n--, at += STRIDE) {
		uint32_t low = *at & 0xffff, high = *at >> 16;

		if (low > (l->maximum & 0xffff))
			l->maximum = (l->maximum & 0xffff0000) | low;
		if (high > l->maximum >> 16)
			l->maximum = (l->maximum & 0xffff) | high << 16;
		if (low < (l->minimum & 0xffff))
			l->minimum = (l->minimum & 0xffff0000) | low;
		if (high < l->minimum >> 16)
			l->minimum = (l->minimum & 0xffff) | high << 16;
	}
}

/*
 * As a statement, so that all stays in registers. A sample that failed has its bit gone from the one or the other, whatever its value, and
 * what that takes from the lane above does not matter then.
 */
#define TAKE(n)                                                                                    \
	do {                                                                                       \
		uint32_t w = at[(n)*STRIDE];                                                       \
                                                                                                   \
		sum += w;                                                                          \
		within &= limit - w;                                                               \
		within &= w + above;                                                               \
	} while (0)

static __attribute__((noinline)) uint32_t take_groups(struct lanes *l, const pair *at,
                                                      const pair *end)
{
	const uint32_t signs = SIGNS;
	uint32_t above = signs - l->minimum, limit = l->maximum | signs, sum = 0;

	do {
		uint32_t within = signs;

		TAKE(0);
		TAKE(1);
		TAKE(2);
		TAKE(3);
		if (within != signs) {
			widen(l, at, GROUP);
			above = signs - l->minimum;
			limit = l->maximum | signs;
		}
		at += GROUP * STRIDE;
	} while (at < end);
	return sum;
}

static void extend(struct sensor_glance *g, uint32_t v)
{
	if (v < g->minimum)
		g->minimum = v;
	if (v > g->maximum)
		g->maximum = v;
}

static void add(struct sensor_glance *g, uint32_t v)
{
	g->n++;
	g->sum += v;
	extend(g, v);
}

/* A conversion has failed: sample by sample, as they are. */
static void look_closely(const uint16_t *samples, unsigned channel,
                         struct sensor_glance glance[SENSOR_CHANNELS])
{
	for (unsigned i = 0; i < SENSOR_CHANNELS; i++)
		glance[i] = (struct sensor_glance){.minimum = UINT16_MAX};
	for (unsigned i = 0; i < SENSOR_CHUNK; i++, channel = next_channel[channel])
		add(&glance[channel], samples[i]);
}

/* Words of two samples, the first of `channel`. */
static void look_at_words(const pair *at, unsigned channel,
                          struct sensor_glance glance[SENSOR_CHANNELS])
{
	for (unsigned k = 0; k < STRIDE; k++, at++) {
		const pair *half = at + FIT * GROUP * STRIDE, *end = at + GROUPS * GROUP * STRIDE;
		struct sensor_glance *low = &glance[channel],
				     *high = &glance[next_channel[channel]];
		uint32_t a, b, n = GROUPS * GROUP;
		struct lanes l;

		extend(low, *at & 0xffff);
		extend(high, *at >> 16);
		l.minimum = low->minimum | high->minimum << 16;
		l.maximum = low->maximum | high->maximum << 16;
		a = take_groups(&l, at, half);
		b = take_groups(&l, half, end);
		if (k + GROUPS * GROUP * STRIDE < WORDS) {
			widen(&l, end, 1);
			b += *end;
			n++;
		}
		low->n += n;
		high->n += n;
		low->sum += (a & 0xffff) + (b & 0xffff);
		high->sum += (a >> 16) + (b >> 16);
		low->minimum = l.minimum & 0xffff;
		high->minimum = l.minimum >> 16;
		low->maximum = l.maximum & 0xffff;
		high->maximum = l.maximum >> 16;
		channel = next_channel[next_channel[channel]];
	}
}

void sensor_look(const uint16_t *samples, unsigned channel,
                 struct sensor_glance glance[SENSOR_CHANNELS])
{
	_Static_assert(SENSOR_CHUNK == 2 * WORDS + 1 && SENSOR_CHUNK % SENSOR_CHANNELS == 2 &&
	                       GROUPS > FIT && GROUPS <= 2 * FIT &&
	                       WORDS - GROUPS * GROUP * STRIDE <= STRIDE,
	               "what the loops below take for granted");
	/* The one that does not share a word is the first or the last. */
	bool odd = (uintptr_t)samples & 2;

	add(&glance[odd ? channel : next_channel[channel]], samples[odd ? 0 : SENSOR_CHUNK - 1]);
	look_at_words((const pair *)(const void *)(samples + odd),
	              odd ? next_channel[channel] : channel, glance);
	for (unsigned i = 0; i < SENSOR_CHANNELS; i++)
		if (glance[i].maximum >= SENSOR_BAD) {
			look_closely(samples, channel, glance);
			return;
		}
}
