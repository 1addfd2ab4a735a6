/* `cordon sim --waveform`. In: a plan. Out: a file, made by playing the plan for it alone. */
#include <errno.h>
#include <string.h>

#include "cli/command.h"
#include "cli/say.h"
#include "cli/sim_waveform.h"
#include "sim/keyed.h"
#include "sim/waveform.h"

static void on_record(void *context, const struct record *r)
{
	waveform_file_record(context, r);
}

static bool make(const struct scenario_plan *plan, FILE *f)
{
	struct waveform_file w;
	const struct record_sink sink = {.context = &w, .record = on_record};
	struct play *play = NULL;
	struct keyed *keyed = NULL;
	bool good = waveform_file_init(&w, f, plan, plan->end_ns);

	if (good && plan->key.chips)
		keyed = keyed_new(plan, &sink, NULL);
	else if (good)
		play = play_new(plan, &sink, NULL);
	while ((keyed && keyed_step(keyed)) || (play && play_step(play)))
		;
	good = keyed || play;
	if (w.levels)
		waveform_file_end(&w);
	keyed_free(keyed);
	play_free(play);
	return good;
}

int sim_waveform(const struct scenario_plan *plan, const char *path)
{
	FILE *f = fopen(path, "w");
	bool made;

	if (!f) {
		say_error("cannot open '%s': %s", path, strerror(errno));
		return EXIT_FAULT;
	}
	made = make(plan, f);
	if (!made)
		say_error("%s", err_text(ERR_MEMORY));
	if (fclose(f) != 0 && made) {
		say_error("cannot write '%s': %s", path, strerror(errno));
		made = false;
	}
	return made ? 0 : EXIT_FAULT;
}
