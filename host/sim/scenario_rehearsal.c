#include "sim/scenario_rehearsal.h"

#include <stdio.h>

#include "sim/scenario_plan.h"

enum { SEEDS = 3 };

/* Else it goes on until the recording ends, or wakes a cable hours after that. */
static bool has_an_end(const struct scenario *s, int item)
{
	size_t i = (size_t)item;

	if (i < s->usb_count)
		return true;
	i -= s->usb_count;
	if (i < s->rf_count)
		return s->rf[i].timing.kind == SCENARIO_ONCE || s->rf[i].timing.has_duration;
	return i - s->rf_count >= s->power.periodic_count;
}

static void place(const struct scenario *s, int item, char out[64])
{
	size_t i = (size_t)item;

	if (i < s->usb_count) {
		snprintf(out, 64, "usb[%zu] (%s)", i, scenario_ev_name(s->usb[i].ev));
		return;
	}
	i -= s->usb_count;
	if (i < s->rf_count) {
		snprintf(out, 64, "rf[%zu]", i);
		return;
	}
	i -= s->rf_count;
	if (i < s->power.periodic_count)
		snprintf(out, 64, "power.periodic[%zu]", i);
	else
		snprintf(out, 64, "power.events[%zu]", i - s->power.periodic_count);
}

static bool in_time(const struct scenario_plan *p, int item)
{
	const struct scenario_span *span = &p->item[item];

	return span->end_ns < p->end_ns || !has_an_end(p->scenario, item);
}

static enum err look(const struct scenario_plan *p, const char *name,
                     char message[SCENARIO_MESSAGE_MAX])
{
	const struct scenario *s = p->scenario;
	char where[64], found[64];

	for (int i = 0; i < scenario_items(s); i++) {
		const struct scenario_span *span = &p->item[i];

		if (in_time(p, i))
			continue;
		place(s, i, where);
		if (span->start_ns == SCENARIO_NEVER)
			snprintf(found, sizeof(found), "that it never begins");
		else
			snprintf(found, sizeof(found), "a beginning at %.3f s, and no end in time",
			         (double)(span->start_ns - p->vbus_on_ns) / 1e9);
		snprintf(message, SCENARIO_MESSAGE_MAX,
		         "%.120s: scenarios.%s.%s: expected an end before duration_s, %g s; found "
		         "%s (seed %llu)",
		         name, s->id, where, s->duration_s, found, (unsigned long long)p->seed);
		return ERR_SCENARIO;
	}
	return ERR_NONE;
}

enum err scenario_rehearse(const struct scenario *s, const char *name,
                           char message[SCENARIO_MESSAGE_MAX])
{
	enum err err = ERR_NONE;

	message[0] = '\0';
	for (uint64_t seed = 1; !err && seed <= SEEDS; seed++) {
		const struct scenario_settings set = {.seed = seed, .host = -1};
		struct scenario_plan *p;

		err = scenario_plan_new(&p, s, &set);
		if (!err)
			err = look(p, name, message);
		scenario_plan_free(p);
	}
	return err;
}
