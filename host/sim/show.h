/*
 * A show: chapters for a class, each a run of a scenario with sentences to be read out, read from JSON (show.json is the
 * one that comes with the program; others bring their own texts, languages and payloads). Reading is as strict as that
 * of scenarios, and messages have the same form.
 *
 * Times of a chapter are seconds of the show at its normal pace. Texts are borrowed from the show and live as long.
 */
#ifndef CORDON_SIM_SHOW_H
#define CORDON_SIM_SHOW_H

#include "sim/scenario.h"

enum { SHOW_CHAPTERS_MAX = 64, SHOW_CUES_MAX = 32 };

/* What is said from a moment on, until the next one. */
struct show_cue {
	double at_s;
	const char *say;
	bool replay; /* the last burst of keys again, slowly, while it is said */
};

struct show_chapter {
	const char *title;
	const char *scenario; /* its id */
	const char *
		payload; /* a DuckyScript file instead of the scenario's; NULL none. From the show's own folder */
	const char *layout; /* keyboard layout; NULL: us */
	unsigned seed;
	double seconds; /* on the screen */
	double skip_s;  /* of the recording, passed over before the chapter begins */
	double speed;   /* of the recording; 1 where not given */
	struct show_cue *cue;
	size_t cues;
};

struct show {
	const char *title, *language;
	struct show_chapter *chapter;
	size_t chapters;
	struct scenario_store *store; /* what everything above is borrowed from */
};

/*
 * From memory; `name` is what messages call it. `scenarios` has to have all that are named. On ERR_SCENARIO `message` says
 * where and what was expected, not escaped. On failure the show is empty.
 */
enum err show_parse(struct show *show, const char *name, const char *bytes, size_t len,
                    const struct scenarios *scenarios, char message[SCENARIO_MESSAGE_MAX]);

/* From a file; errno is kept with ERR_OPEN and ERR_READ. */
enum err show_read(struct show *show, const char *path, const struct scenarios *scenarios,
                   char message[SCENARIO_MESSAGE_MAX]);
void show_release(struct show *show);

/* At its normal pace. */
double show_seconds(const struct show *show);

#endif
