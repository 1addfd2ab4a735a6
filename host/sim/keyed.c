/*
 * Plays of one scenario, one after the other, as a code switches the supply. In: a plan with a code. Out: what stands on the
 * lines, settings. Leaves alone: current and radio (sensors_figures.c), the code itself.
 */
#include "sim/keyed.h"

#include <stdlib.h>

#include "sim/play_state.h"

struct keyed {
	const struct scenario_plan *plan;
	struct scenario_plan phase; /* of the play at hand: its time, its chances */
	struct record_sink wires;
	struct play_watch watch;
	struct play *play;      /* NULL: VBUS is off */
	unsigned chip;          /* the next one */
	int64_t now_ns, off_ns; /* off: when VBUS goes off next */
	bool failed;
};

int64_t keyed_chip_ns(const struct scenario_plan *plan, unsigned chip)
{
	return plan->vbus_on_ns + (int64_t)chip * plan->key.chip_ms * PLAY_MS(1);
}

/* The command's answer: with the code, at the first chip. */
static void answer(struct keyed *k)
{
	uint8_t code[VBUS_CODE_BYTES];
	const struct record r = {.kind = RECORD_REPLY,
	                         .t_ns = k->plan->vbus_on_ns,
	                         .step_ns = 1,
	                         .reply = {.head = {.opcode = WIRE_OP_VBUS_CODE,
	                                            .request = KEYED_REQUEST,
	                                            .done = (uint64_t)k->plan->vbus_on_ns * 3 / 25},
	                                   .data = {.bytes = code, .len = sizeof(code)}}};

	vbus_code_put(code, &k->plan->key);
	k->wires.record(k->wires.context, &r);
}

struct keyed *keyed_new(const struct scenario_plan *plan, const struct record_sink *wires,
                        const struct play_watch *watch)
{
	struct keyed *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->plan = plan;
	k->wires = *wires;
	if (watch)
		k->watch = *watch;
	k->watch.item = NULL;
	return k;
}

void keyed_free(struct keyed *k)
{
	if (k)
		play_free(k->play);
	free(k);
}

int64_t keyed_now(const struct keyed *k)
{
	return k->now_ns;
}

/* Chips from this one on that are as it is. */
static unsigned run_of(const struct vbus_code *c, unsigned chip)
{
	unsigned n = 1;

	while (chip + n < c->chips && vbus_code_on(c, chip + n) == vbus_code_on(c, chip))
		n++;
	return n;
}

static void switch_on(struct keyed *k, unsigned chips)
{
	k->phase = *k->plan;
	k->phase.key = (struct vbus_code){0};
	k->phase.vbus_on_ns = k->now_ns;
	k->off_ns = keyed_chip_ns(k->plan, k->chip + chips);
	/* A frame that has begun goes on to its end. */
	k->phase.end_ns = k->off_ns - BUS_FRAME_NS;
	k->phase.random = random_fork(&k->plan->random, SCENARIO_STREAM_KEY + k->chip);
	k->play = play_again(&k->phase, k->now_ns, &k->wires, &k->watch);
	k->failed = !k->play;
}

static void switch_off(struct keyed *k)
{
	play_unpower(k->play, k->off_ns);
	play_free(k->play);
	k->play = NULL;
}

bool keyed_step(struct keyed *k)
{
	const struct vbus_code *c = &k->plan->key;
	unsigned n;

	if (k->play && play_step(k->play)) {
		k->now_ns = play_now(k->play);
		return true;
	}
	if (k->play) {
		k->now_ns = k->off_ns;
		switch_off(k);
		return true;
	}
	if (k->chip == c->chips || k->failed) {
		k->now_ns = k->plan->end_ns;
		return false;
	}
	k->now_ns = keyed_chip_ns(k->plan, k->chip);
	if (!k->chip)
		answer(k);
	n = run_of(c, k->chip);
	if (vbus_code_on(c, k->chip))
		switch_on(k, n);
	k->chip += n;
	return true;
}
