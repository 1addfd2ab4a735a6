/* See live_input.h. */
#include "cli/live_input.h"

#include <errno.h>
#include <string.h>

#include "cli/say.h"
#include "cli/sim_link.h"

enum { SERIAL_SHOWN = 4 };

int live_input_replay(struct live_input *in, const char *path, double speed)
{
	enum err err = link_file_open(&in->link, path, speed);

	snprintf(in->name, sizeof(in->name), "%s", strcmp(path, "-") ? path : "standard input");
	if (err == ERR_OPEN)
		say_error("cannot open '%s': %s", path, strerror(errno));
	else if (err)
		say_error("'%s': %s", path, err_text(err));
	return err ? EXIT_FAULT : 0;
}

int live_input_sim(struct live_input *in, struct scenario_option *o, const char *wanted,
                   double speed)
{
	struct scenario_plan *plan;
	enum err err;
	int code = scenario_option_find(o, wanted);

	if (!code)
		code = scenario_option_plan(o, &plan);
	if (code)
		return code;
	scenario_plan_free(plan);
	snprintf(in->name, sizeof(in->name), "%s %.100s", o->scenario->id, o->scenario->name);
	err = sim_link_open(&in->link, o->scenario, &o->settings, speed);
	if (err == ERR_OPEN || err == ERR_WRITE)
		say_error("%s for the simulation: %s", err_text(err), strerror(errno));
	else if (err)
		say_error("%s", err_text(err));
	return err ? EXIT_FAULT : 0;
}

static bool open_tap(struct live_input *in, const struct tap_option *o,
                     const struct tap_choice *choice, unsigned i,
                     const struct record_option *record)
{
	const char *name = tap_option_name(o, choice, i);
	size_t len = strlen(name);

	if (record->path && !record_option_path(in->path, sizeof(in->path), record->path,
	                                        choice->count > 1 ? name : NULL, 1)) {
		say_error("the name of the file is too long");
		return false;
	}
	in->link = tap_option_open(o, choice, i);
	if (in->link)
		in->link = record_option_link(record, in->link, record->path ? in->path : NULL);
	if (!in->link)
		return false;
	/* Of a serial number the end is enough to tell taps apart. */
	if (!o->connects && len > SERIAL_SHOWN)
		name += len - SERIAL_SHOWN;
	snprintf(in->name, sizeof(in->name), "%s%s%s", name, in->path[0] ? " → " : "", in->path);
	return true;
}

int live_input_taps(struct live_input in[LIVE_INPUTS], unsigned *count, const struct tap_option *o,
                    const struct record_option *record)
{
	struct tap_choice choice;
	int code = tap_option_choose(o, &choice);

	for (*count = 0; !code && *count < choice.count; ++*count)
		if (!open_tap(&in[*count], o, &choice, *count, record))
			code = EXIT_FAULT;
	return code;
}

void live_input_complain(const struct live_input *in)
{
	const struct link_status *s = link_status(in->link);

	if (in->err && s && s->message[0])
		say_error("%s", s->message);
	else if (in->err)
		say_error("'%s': %s", in->name, err_text(in->err));
	if (s && s->trouble[0])
		say_error("%s", s->trouble);
}

int live_input_judged(struct live_input *in, struct input *judged, struct judged_output *out,
                      FILE *to)
{
	const struct link_status *s = link_status(in->link);
	bool fault = judged->err || (s && s->failed);

	in->err = judged->err;
	if (!judged_print(to, out, judged->analysis, in->path[0] ? in->path : in->name, NULL))
		fault = true;
	return judged_code(analysis_report(judged->analysis).verdict, fault);
}

void live_input_release(struct live_input *in)
{
	link_free(in->link);
	*in = (struct live_input){0};
}
