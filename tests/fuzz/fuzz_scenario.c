/*
 * Scenario files from anybody. Checked: bounds, that a file is read or refused with a message, that what was read keeps
 * what the header promises, and that a short one can be played to its end.
 */
#include <assert.h>

#include "sim/scenario_plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EVENTS_PLAYED = 8, SECONDS_PLAYED = 2 };

static void check(const struct scenario *s)
{
	assert(s->duration_s > 0 && s->usb_count <= SCENARIO_EVENTS_MAX);
	for (size_t i = 0; i < s->usb_count; i++) {
		const struct scenario_event *e = &s->usb[i];

		assert(e->ev < SCENARIO_EVS && e->t_ms.ms.low <= e->t_ms.ms.high);
		assert(e->t_ms.after.item < scenario_items(s));
		assert(!e->device.id == (e->device.item == SCENARIO_NONE));
		if (e->ev == SCENARIO_ENUMERATE)
			assert(e->descriptors);
	}
}

static void play(const struct scenario *s)
{
	const struct scenario_settings set = {.seed = 1, .host = -1};
	struct scenario_plan *plan;

	assert(scenario_plan_new(&plan, s, &set) == ERR_NONE);
	for (int i = 0; i < scenario_items(s); i++)
		assert(plan->item[i].start_ns <= plan->item[i].end_ns);
	scenario_plan_free(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char message[SCENARIO_MESSAGE_MAX];
	struct scenarios set;
	enum err err = scenarios_parse(&set, "f", (const char *)data, size, message);

	assert((err == ERR_SCENARIO) == (message[0] != '\0'));
#ifdef CORDON_PLANTED_BUG
	assert(err != ERR_NONE);
#endif
	for (size_t i = 0; i < set.count; i++) {
		check(&set.scenario[i]);
		if (set.scenario[i].usb_count <= EVENTS_PLAYED &&
		    set.scenario[i].duration_s <= SECONDS_PLAYED)
			play(&set.scenario[i]);
	}
	scenarios_release(&set);
	return 0;
}
