#include "cli/told_plan.h"

#include <inttypes.h>

#include "cli/command.h"
#include "cli/say.h"
#include "report/layout.h"

int told_plan_new(struct scenario_plan **plan, const struct scenario *s,
                  const struct scenario_settings *set, const char *where)
{
	enum err err = scenario_plan_new(plan, s, set);

	if (err == ERR_SCENARIO)
		say_error("%sscenario %s has no keyboard in the cable that could type '%s'", where,
		          s->id, set->payload->name);
	else if (err)
		say_error("%s%s", where, err_text(err));
	if (err)
		return err == ERR_SCENARIO ? EXIT_USAGE : EXIT_FAULT;
	return 0;
}

unsigned told_plan_say(const struct scenario_plan *plan, const char *where)
{
	static const struct {
		const char *what, *why;
	} said[PLAY_LEFT_OUTS] = {
		[PLAY_LEFT_OUT_MOUSE] = {"pointer action", "the device has no pointer"},
		[PLAY_LEFT_OUT_CONTROL] = {"media key", "not on the device"},
		[PLAY_LEFT_OUT_CHARACTER] = {"character", "not on the layout"},
	};
	unsigned lines = 0;

	for (unsigned i = 0; plan->payload && i < PLAY_LEFT_OUTS; i++) {
		uint64_t n = plan->payload_left_out[i];

		if (!n)
			continue;
		say_error("%s%s: %" PRIu64 " %s%s left out: %s", where, plan->payload->name, n,
		          said[i].what, n == 1 ? "" : "s", said[i].why);
		lines++;
	}
	/* A device stops there too, and what it typed until then was typed. */
	if (plan->payload_message[0]) {
		say_error("%s%s", where, plan->payload_message);
		lines++;
	}
	return lines;
}

int told_layout(const char *name, const char *where)
{
	struct layout *l = layout_new(name);
	bool known = l && layout_load(l);

	if (!l)
		say_error("%s", err_text(ERR_MEMORY));
	else if (!known)
		say_error("%sunknown keyboard layout '%s' (%s)", where, name, layout_hint());
	layout_free(l);
	return known ? 0 : l ? EXIT_USAGE : EXIT_FAULT;
}
