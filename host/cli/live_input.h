/*
 * What `cordon live` watches, one input each: a link, its name on screen, its recording; what is said of it when it is over.
 */
#ifndef CORDON_CLI_LIVE_INPUT_H
#define CORDON_CLI_LIVE_INPUT_H

#include "cli/judged.h"
#include "cli/record_option.h"
#include "cli/scenario_option.h"
#include "cli/tap_option.h"
#include "tui/actions.h"

enum { LIVE_INPUTS = LINK_USB_AT_ONCE };

struct live_input {
	struct link *link;
	char name[LINK_NAME_MAX + LINK_MESSAGE_MAX + 8]; /* on screen */
	char path[LINK_MESSAGE_MAX];                     /* of the recording; "" none */
	enum err err;                                    /* that it ended with */
	bool failed;                                     /* a new test could not begin */

	/* Of a tap: what its tests have in common, and the one that comes when this one is judged. */
	char tap[LINK_NAME_MAX]; /* in names of files */
	char screen_name[LINK_NAME_MAX];
	bool alone; /* the only tap: its name is in no file's name */
	unsigned tests;
	struct record_option record;
	struct link *next;
	char next_path[LINK_MESSAGE_MAX];
};

/* Each returns 0, or an exit code with the message said. */
int live_input_replay(struct live_input *in, const char *path, double speed);
int live_input_sim(struct live_input *in, struct scenario_option *o, const char *wanted,
                   double speed);

/* All taps that are meant, `*count` of them; those that are open are in `in` also where this fails. */
int live_input_taps(struct live_input in[LIVE_INPUTS], unsigned *count, const struct tap_option *o,
                    const struct record_option *record);

/* A new test on a tap; see dashboard_options.again. The old one is released by live_input_judged. */
bool live_input_again(struct live_input *in, const struct new_test *want,
                      struct input_options *next, char *message, size_t size);

/* The judged test into `to`, for people or scripts. The exit code. */
int live_input_judged(struct live_input *in, struct input *judged, struct judged_output *out,
                      FILE *to);

/* What befell it, said on stderr. */
void live_input_complain(const struct live_input *in);

void live_input_release(struct live_input *in);

#endif
