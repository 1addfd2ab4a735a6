/* What the parts of bench-typing share: the crowd of recorded people, and runs of generators. */
#ifndef CORDON_TESTS_TYPING_BENCH_H
#define CORDON_TESTS_TYPING_BENCH_H

#include "../unit/typing_feed.h"
#include "../unit/typing_people.h"

struct crowd {
	size_t count;
	struct person *person;
	struct key_report *report; /* scratch */
	size_t reports_max;
};

bool crowd_load(struct crowd *c);
void crowd_free(struct crowd *c);

/* Person `i` into c->report; the phase follows from who it is and the poll. Sets f->seed. */
size_t crowd_render(const struct crowd *c, size_t i, struct feed *f);

enum { ATTACK_KEYS_MAX = 700, ATTACK_REPORTS_MAX = ATTACK_KEYS_MAX * 4 };

/* A run of a rung's generator on one of the texts; returns the reports. Deterministic in its arguments. */
size_t attack_render(unsigned rung, unsigned seed, struct feed *f, struct key_report *out);

void bench_ladder(unsigned seeds);
void bench_calibration(const struct crowd *c);
void bench_roc(const struct crowd *c, unsigned seeds);
void bench_ablation(const struct crowd *c, unsigned seeds);

#endif
