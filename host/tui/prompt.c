/* The line at the bottom that takes words: search, filter, commands by name, marks, and the question before quitting. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/keys.h"
#include "tui/packets.h"

struct prompt_command {
	const char *name, *help;
	void (*act)(struct view *v, const struct scene *s, const char *argument);
};

static void say(struct view *v, const char *text)
{
	snprintf(v->message, sizeof(v->message), "%s", text);
}

static bool number(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && !*end && *out == *out;
}

static void speed(struct view *v, const struct scene *s, const char *argument)
{
	double x = 0;

	if (!link_can_pace(s->link))
		say(v, "what is live has its own speed");
	else if (strcmp(argument, "max") == 0)
		v->set_speed = LINK_SPEED_MAX;
	else if (!number(argument, &x) || x < 0.001 || x > 1e6)
		say(v, "speed 0.001 to 1000000, or max");
	else
		v->set_speed = x;
}

static void go_to(struct view *v, const struct scene *s, const char *argument)
{
	double t;

	if (!number(argument, &t) || t < -1e9 || t > 1e9)
		say(v, "goto SECONDS");
	else
		view_go(v, s, (int64_t)(t * 1e9));
}

static void follow(struct view *v, const struct scene *s, const char *argument)
{
	(void)s, (void)argument;
	v->following = true;
	v->frozen = v->row_chosen = false;
}

static void filter(struct view *v, const struct scene *s, const char *argument)
{
	const char *wrong = filter_parse(&v->filter, argument);

	(void)s;
	if (wrong)
		say(v, wrong);
	v->focus = PANE_PACKETS;
}

static void pause_replay(struct view *v, const struct scene *s, const char *argument)
{
	(void)argument;
	if (link_can_pace(s->link))
		v->toggle_pause = true;
	else
		say(v, "only a replay can be paused; Space freezes the view");
}

static void wish(struct view *v, enum wish w, const char *argument)
{
	v->wish = w;
	snprintf(v->wish_word, sizeof(v->wish_word), "%.*s", VIEW_INPUT_MAX, argument);
}

/* What only a tap can do, and what to do instead; said at once, and not after questions. */
static bool tap_here(struct view *v, const struct scene *s)
{
	if (link_takes_commands(s->link))
		return true;
	say(v, s->link->source == LINK_SOURCE_SIMULATOR
	               ? "no tap here; 'cordon sim --listen' makes one that obeys"
	               : "no tap here: what was recorded cannot be switched");
	return false;
}

static bool new_test(struct view *v, const struct scene *s)
{
	if (link_takes_notes(s->link))
		return true;
	say(v, "only a tap begins a new test; --profile judges this anew");
	return false;
}

static void test(struct view *v, const struct scene *s, const char *argument)
{
	if (new_test(v, s))
		wish(v, WISH_TEST, argument);
}

static void profile(struct view *v, const struct scene *s, const char *argument)
{
	if (!new_test(v, s))
		return;
	if (*argument)
		wish(v, WISH_PROFILE, argument);
	else
		prompt_open(v, PROMPT_PROFILE);
}

static void layout(struct view *v, const struct scene *s, const char *argument)
{
	(void)s;
	wish(v, WISH_LAYOUT, argument);
}

static void set(struct view *v, const struct scene *s, const char *what, const char *value)
{
	const struct tap_setting *setting = tap_setting_find(what, value);
	char values[80];

	if (!tap_here(v, s))
		return;
	v->setting = setting;
	if (!setting)
		snprintf(v->message, sizeof(v->message), ":%s %s", what,
		         tap_setting_values(what, values, sizeof(values)));
	else if (setting->harms)
		prompt_open(v, PROMPT_SETTING);
	else
		v->wish = WISH_SETTING;
}

static void vbus(struct view *v, const struct scene *s, const char *argument)
{
	set(v, s, "vbus", *argument ? argument : s->report->model->vbus_on ? "off" : "on");
}

static void bus_switch(struct view *v, const struct scene *s, const char *argument)
{
	set(v, s, "switch", argument);
}

static void range(struct view *v, const struct scene *s, const char *argument)
{
	set(v, s, "range", argument);
}

static void next(struct view *v, const struct scene *s, const char *argument)
{
	(void)argument;
	v->next_input = s->inputs > 1;
}

static void copy(struct view *v, const struct scene *s, const char *argument)
{
	(void)s;
	wish(v, WISH_COPY, argument);
}

static void report(struct view *v, const struct scene *s, const char *argument)
{
	(void)s;
	wish(v, WISH_REPORT, argument);
}

static void quit(struct view *v, const struct scene *s, const char *argument)
{
	(void)argument;
	prompt_quit(v, s);
}

static const struct prompt_command commands[] = {
	{"speed", ":speed X, :speed max  a replay's speed", speed},
	{"goto", ":goto SECONDS  the cursor to a moment", go_to},
	{"filter", ":filter WORD...  keys reports control errors in out dev N ep N byte N V ...",
         filter},
	{"follow", ":follow  the newest moment", follow},
	{"pause", ":pause  a replay, and on", pause_replay},
	{"test", ":test [A1]  a new test, of that end and flip; as T", test},
	{"profile", ":profile NAME, :profile device FILE  a new test under it; as P", profile},
	{"layout", ":layout NAME  of the text from here on; as L", layout},
	{"vbus", ":vbus [on|off]  of the tap; as V", vbus},
	{"switch", ":switch open, host, probe  the tap's data lines", bus_switch},
	{"range", ":range ma, ua  of the current that the tap measures", range},
	{"next", ":next  tap; as ]", next},
	{"copy", ":copy  as y", copy},
	{"report", ":report  as i", report},
	{"quit", ":quit", quit},
};

const char *prompt_command_help(unsigned i)
{
	return i < sizeof(commands) / sizeof(commands[0]) ? commands[i].help : NULL;
}

static void command(struct view *v, const struct scene *s)
{
	size_t len = strcspn(v->input, " ");
	const char *argument = v->input + len;

	while (*argument == ' ')
		argument++;
	if (!len)
		return;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strncmp(commands[i].name, v->input, len) == 0) {
			commands[i].act(v, s, argument);
			return;
		}
	say(v, "no such command; ? lists them");
}

static void search(struct view *v, const struct scene *s)
{
	uint64_t from = packets_selected(s), at;

	if (v->input[0])
		memcpy(v->search, v->input, sizeof(v->search));
	if (!v->search[0] || from == PACKETS_NONE)
		return;
	at = packets_search(s, from, true, v->search);
	if (at == PACKETS_NONE)
		at = packets_search(s, from, false, v->search);
	if (at == PACKETS_NONE) {
		say(v, "not found");
		return;
	}
	view_go(v, s, history_row(s->history, at)->seen_ns);
	v->row = at;
	v->row_chosen = true;
	v->focus = PANE_PACKETS;
}

static const char *quit_label(const struct scene *s)
{
	const struct link_status *status = link_status(s->link);

	if (!status || !status->recording)
		return "nothing of this is recorded; quit? y/n ";
	return s->inputs > 1 ? "end all recordings and quit? y/n "
	                     : "end the recording and quit? y/n ";
}

const char *prompt_label(enum prompt p, const struct scene *s)
{
	static const char *const labels[] = {
		[PROMPT_NONE] = "",
		[PROMPT_SEARCH] = "find: ",
		[PROMPT_FILTER] = "filter: ",
		[PROMPT_COMMAND] = ":",
		[PROMPT_JUMP] = "mark: ",
		[PROMPT_TEST] = "new test; which end and flip (A1 A2 B1 B2; Enter: the same) ",
		[PROMPT_PROFILE] = "new test; which profile (bare, keyboard, host, device FILE) ",
		[PROMPT_LAYOUT] = "layout of the text from here on (us de fr ...) ",
	};

	if (p == PROMPT_QUIT)
		return quit_label(s);
	return p == PROMPT_SETTING ? s->view->setting->question : labels[p];
}

bool prompt_idle(const struct scene *s, int key)
{
	return ((key == 'T' || key == 'P') && !link_takes_notes(s->link)) ||
	       (key == 'V' && !link_takes_commands(s->link));
}

void prompt_key(struct view *v, const struct scene *s, int key)
{
	static const struct {
		int key;
		enum prompt prompt;
	} prompts[] = {
		{'/', PROMPT_SEARCH}, {'&', PROMPT_FILTER}, {':', PROMPT_COMMAND},
		{'\'', PROMPT_JUMP},  {'T', PROMPT_TEST},   {'P', PROMPT_PROFILE},
		{'L', PROMPT_LAYOUT},
	};

	if (key == 'V') {
		vbus(v, s, "");
		return;
	}
	if ((key == 'T' || key == 'P') && !new_test(v, s))
		return;
	for (size_t i = 0; i < sizeof(prompts) / sizeof(prompts[0]); i++)
		if (prompts[i].key == key)
			prompt_open(v, prompts[i].prompt);
}

void prompt_open(struct view *v, enum prompt p)
{
	v->prompt = p;
	v->input[0] = '\0';
	if (p == PROMPT_FILTER)
		snprintf(v->input, sizeof(v->input), "%.*s", VIEW_INPUT_MAX, v->filter.text);
}

static void done(struct view *v, const struct scene *s)
{
	enum prompt p = v->prompt;

	v->prompt = PROMPT_NONE;
	if (p == PROMPT_SEARCH)
		search(v, s);
	else if (p == PROMPT_FILTER)
		filter(v, s, v->input);
	else if (p == PROMPT_COMMAND)
		command(v, s);
	else if (p == PROMPT_TEST)
		wish(v, WISH_TEST, v->input);
	else if (v->input[0])
		wish(v, p == PROMPT_PROFILE ? WISH_PROFILE : WISH_LAYOUT, v->input);
}

void prompt_quit(struct view *v, const struct scene *s)
{
	/* What can be played again is not lost. */
	if (link_can_pace(s->link) || s->over)
		v->quit = true;
	else
		prompt_open(v, PROMPT_QUIT);
}

/* A byte of UTF-8 that does not begin a character. */
static bool goes_on(char byte)
{
	return (byte & 0xc0) == 0x80;
}

static void erase(char *input, size_t len)
{
	while (len && goes_on(input[len - 1]))
		len--;
	input[len ? len - 1 : 0] = '\0';
}

void prompt_press(struct view *v, const struct scene *s, int key)
{
	size_t len = strlen(v->input);

	if (key == KEY_CODE_ESCAPE || key == 0x03) {
		v->prompt = PROMPT_NONE;
	} else if (v->prompt == PROMPT_QUIT) {
		v->quit = key == 'y';
		v->prompt = PROMPT_NONE;
	} else if (v->prompt == PROMPT_SETTING) {
		v->wish = key == 'y' ? WISH_SETTING : WISH_NONE;
		v->prompt = PROMPT_NONE;
	} else if (v->prompt == PROMPT_JUMP) {
		v->prompt = PROMPT_NONE;
		if (key >= '1' && key < '1' + (int)v->marks)
			view_go(v, s, v->mark_ns[key - '1']);
		else
			say(v, "no such mark");
	} else if (key == KEY_CODE_ENTER || key == '\r') {
		done(v, s);
	} else if (key == KEY_CODE_ERASE || key == 0x08) {
		erase(v->input, len);
	} else if (key >= 0x20 && key != KEY_CODE_ERASE && key <= 0xff && len < VIEW_INPUT_MAX) {
		v->input[len] = (char)key;
		v->input[len + 1] = '\0';
	}
}
