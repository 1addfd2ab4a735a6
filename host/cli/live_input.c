/* See live_input.h. */
#include "cli/live_input.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/say.h"
#include "cli/sim_link.h"

enum { SERIAL_SHOWN = 4 };

static void stop_at_once(void *context, const struct record *r)
{
	(void)r;
	((struct link *)context)->stop = true;
}

/* Whether the file is a capture at all: said before a screen is there, and not on it. What is no file is taken as it comes. */
static enum err check_file(const char *path)
{
	struct record_sink sink = {.record = stop_at_once};
	enum link_state state;
	struct stat st;
	struct link *l;
	enum err err;

	if (strcmp(path, "-") == 0 || stat(path, &st) < 0)
		return ERR_NONE;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return ERR_OPEN;
	}
	if (!S_ISREG(st.st_mode))
		return ERR_NONE;
	err = link_file_open(&l, path, LINK_SPEED_MAX);
	if (err)
		return err;
	sink.context = l;
	err = link_pump(l, 0, &sink, &state);
	link_free(l);
	return err;
}

int live_input_replay(struct live_input *in, const char *path, double speed)
{
	enum err err = check_file(path);

	if (!err)
		err = link_file_open(&in->link, path, speed);
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
	snprintf(in->name, sizeof(in->name), "%s %.100s", o->scenario->id, o->scenario->name);
	err = sim_link_open(&in->link, plan, speed);
	if (err == ERR_OPEN || err == ERR_WRITE)
		say_error("%s for the simulation: %s", err_text(err), strerror(errno));
	else if (err)
		say_error("%s", err_text(err));
	scenario_plan_free(plan);
	return err ? EXIT_FAULT : 0;
}

/* The file of the test at hand; "" where none is kept. */
static bool path_of(const struct live_input *in, char path[LINK_MESSAGE_MAX])
{
	path[0] = '\0';
	return !in->record.path || record_option_path(path, LINK_MESSAGE_MAX, in->record.path,
	                                              in->alone ? NULL : in->tap, in->tests);
}

static void name_on_screen(struct live_input *in)
{
	snprintf(in->name, sizeof(in->name), "%s%s%s", in->screen_name, in->path[0] ? " → " : "",
	         in->path);
}

static bool open_tap(struct live_input *in, const struct tap_option *o,
                     const struct tap_choice *choice, unsigned i,
                     const struct record_option *record)
{
	const char *name = tap_option_name(o, choice, i);
	size_t len = strlen(name);

	in->tests = 1;
	in->record = *record;
	in->alone = choice->count == 1;
	snprintf(in->tap, sizeof(in->tap), "%s", name);
	if (!path_of(in, in->path)) {
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
	snprintf(in->screen_name, sizeof(in->screen_name), "%s", name);
	name_on_screen(in);
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
	/* All or none: what was begun would be in the way of the next try. */
	for (unsigned i = 0; code && i < *count; i++) {
		record_option_undo(in[i].link);
		in[i].link = NULL;
	}
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

/* A file that is there, of an earlier program too, is passed over. */
static bool next_path(struct live_input *in)
{
	do {
		in->tests++;
		if (!path_of(in, in->next_path))
			return false;
	} while (in->next_path[0] && access(in->next_path, F_OK) == 0);
	return true;
}

bool live_input_again(struct live_input *in, const struct new_test *want,
                      struct input_options *next, char *message, size_t size)
{
	struct record_option record = in->record;
	enum err err;

	if (!in->tests || in->failed) {
		snprintf(message, size, "only a tap begins a new test");
		return false;
	}
	if (want->profile[0] && !record_option_profile(&record, want->profile, message, size))
		return false;
	if (want->end[0]) {
		capture_test_set(&record.test, "end", want->end);
		capture_test_set(&record.test, "flip", want->flip);
	}
	if (!next_path(in)) {
		snprintf(message, size, "the name of the next file is too long");
		return false;
	}
	err = record_option_again(&record, link_record_release(in->link),
	                          in->next_path[0] ? in->next_path : NULL, &in->next);
	if (err) {
		in->failed = true;
		snprintf(message, size, "cannot create the next file: %s",
		         err == ERR_OPEN ? strerror(errno) : err_text(err));
		return false;
	}
	in->record = record;
	next->link = in->next;
	return true;
}

int live_input_judged(struct live_input *in, struct input *judged, struct judged_output *out,
                      FILE *to)
{
	const struct link_status *s = link_status(in->link);
	bool fault = judged->err || (s && s->failed);
	int code;

	in->err = judged->err;
	fault |= in->failed;
	/* Of what is no capture there is nothing to say but that. */
	if ((!judged->err || link_info(in->link)->packets) &&
	    !judged_print(to, out, judged->analysis, in->path[0] ? in->path : in->name, NULL))
		fault = true;
	code = judged_code(analysis_report(judged->analysis).verdict, fault);
	if (!in->next)
		return code;
	link_free(in->link);
	in->link = in->next;
	in->next = NULL;
	memcpy(in->path, in->next_path, sizeof(in->path));
	name_on_screen(in);
	return code;
}

void live_input_release(struct live_input *in)
{
	link_free(in->link);
	link_free(in->next);
	*in = (struct live_input){0};
}
