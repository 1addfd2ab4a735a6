/* One tap of `cordon capture`: its recording link, its analysis, what is said of it meanwhile and at the end. */
#ifndef CORDON_CLI_CAPTURE_SESSION_H
#define CORDON_CLI_CAPTURE_SESSION_H

#include "cli/judged.h"
#include "cli/record_option.h"

#define PROGRESS_NS INT64_C(200000000)

struct capture_session {
	struct link *link;
	const struct capture_info *info; /* of the link */
	struct analysis *analysis;
	char path[LINK_MESSAGE_MAX]; /* of the file, as it was asked for */
	size_t findings;             /* told so far */
	unsigned refusals, alerts;   /* of the tap, told so far */
	bool finishing, over;
	enum err err;
	enum link_presence presence;
	int64_t drawn_ns; /* of the first session: the progress line */
	bool shown;       /* stderr is a terminal */
};

/* `inner` passes to the session also where this fails, with the message said. `name`: goes into the file's name; NULL. */
bool capture_session_begin(struct capture_session *s, const struct record_option *o,
                           struct link *inner, const char *name, struct layout *layout);

/* What is due. True where there is more at once. */
bool capture_session_turn(struct capture_session *s, int64_t now_ns);
void capture_session_finish(struct capture_session *s, int64_t now_ns);

/* What the operator has typed, to all taps: "vbus off", "range ua". What is wrong with it is said. */
void capture_session_set(struct capture_session *s, unsigned count, const char *words);

/* One line for all of them, five times a second; and why it ends, once. */
void capture_session_progress(struct capture_session *s, unsigned count, int64_t now_ns);
void capture_session_say(const struct capture_session *s, unsigned count, int signal_number);

/* Of one that has not begun to record; it is still to be released. */
void capture_session_undo(struct capture_session *s);
/* Closes the file, judges, prints. The exit code. */
int capture_session_end(struct capture_session *s, struct judged_output *out);
void capture_session_release(struct capture_session *s);

#endif
