/*
 * The arguments by which commands choose a run of a scenario: which one, from which file, with which seed, host and load.
 */
#ifndef CORDON_CLI_SCENARIO_OPTION_H
#define CORDON_CLI_SCENARIO_OPTION_H

#include <getopt.h>

#include "cli/command.h"
#include "cli/payload_option.h"
#include "sim/scenario_plan.h"

enum {
	OPTION_SCENARIOS = 512,
	OPTION_SEED,
	OPTION_FAR_LOAD,
	OPTION_HOST,
	OPTION_PAYLOAD,
	OPTION_SCENARIO_LAST,
};

/* clang-format off: as a row of the commands' tables */
#define SCENARIO_OPTIONS                                                                           \
	{"scenarios", required_argument, NULL, OPTION_SCENARIOS},                                  \
		{"seed", required_argument, NULL, OPTION_SEED},                                    \
		{"far-load", required_argument, NULL, OPTION_FAR_LOAD},                            \
		{"payload", required_argument, NULL, OPTION_PAYLOAD},                              \
	{                                                                                          \
		"host", required_argument, NULL, OPTION_HOST                                       \
	}
/* clang-format on */

#define SCENARIO_HELP                                                                              \
	"      --scenarios F  a file of scenarios of your own instead of those that come along\n"  \
	"      --seed N       another run: host, times, payload, noise; 1 is the default\n"        \
	"      --payload F    DuckyScript that the cable types instead, on a keyboard of "         \
	"--layout\n"                                                                               \
	"      --far-load L   current of the far end: as-written (the default), none, or added\n"  \
	"      --host H       which PC: windows, linux, macos, android; by default the seed's\n"

struct scenario_option {
	const char *file;         /* NULL: those that come with the program */
	const char *payload_file; /* NULL: none */
	const char *layout;       /* of the payload's keyboard, libxkbcommon's name */
	struct payload_option *payload;
	struct scenario_settings settings;
	struct scenarios set;
	const struct scenario *scenario; /* of `set` */
};

void scenario_option_init(struct scenario_option *o);
void scenario_option_release(struct scenario_option *o);

/* One of SCENARIO_OPTIONS with its argument; 0, or the exit code of a message that was printed. */
int scenario_option_take(struct scenario_option *o, const struct command *c, int option,
                         const char *argument);

/* Reads the set; 0 or the exit code. */
int scenario_option_read(struct scenario_option *o);

/* The scenario of that id, or the only one of that file; after the options. 0 or the exit code. */
int scenario_option_find(struct scenario_option *o, const char *name);

/* Reads the payload where there is one, and makes a plan of the scenario; 0 or the exit code. */
int scenario_option_plan(struct scenario_option *o, struct scenario_plan **plan);

#endif
