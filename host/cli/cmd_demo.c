/*
 * `cordon demo`: a show for a class, in the dashboard's projector view; without a terminal as text. The course of it is
 * tui/presenter.h's; here are its arguments, the clock and the one poll.
 */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/clock.h"
#include "cli/command.h"
#include "cli/demo_chapter.h"
#include "cli/demo_text.h"
#include "cli/say.h"
#include "cli/scenario_option.h"
#include "cli/screen_loop.h"
#include "cli/shared_file.h"
#include "tui/presenter.h"

struct demo {
	struct scenario_option scenario;
	const char *file;
	char path[SHARED_PATH_MAX]; /* of the show */
	bool check, text, automatic, rehearse, ascii;
	unsigned first; /* chapter, from 1 */
	double pace;
	struct show show;
	unsigned warned; /* lines on what will not be as it was written */

	/* While it plays. */
	struct presenter presenter;
	struct dashboard *dashboard;
	struct link *link;
	struct layout *layout;
	bool over, failed;
};

enum {
	OPTION_SHOW = OPTION_SCENARIO_LAST,
	OPTION_CHECK,
	OPTION_CHAPTER,
	OPTION_TEXT,
	OPTION_AUTO,
	OPTION_REHEARSE,
	OPTION_ASCII,
	OPTION_PACE,
};

static const struct option long_options[] = {
	{"show", required_argument, NULL, OPTION_SHOW},
	{"scenarios", required_argument, NULL, OPTION_SCENARIOS},
	{"check", no_argument, NULL, OPTION_CHECK},
	{"chapter", required_argument, NULL, OPTION_CHAPTER},
	{"text", no_argument, NULL, OPTION_TEXT},
	{"auto", no_argument, NULL, OPTION_AUTO},
	{"rehearse", no_argument, NULL, OPTION_REHEARSE},
	{"pace", required_argument, NULL, OPTION_PACE},
	{"ascii", no_argument, NULL, OPTION_ASCII},
	{NULL, 0, NULL, 0},
};

static int take_number(const char *text, double low, double high, double *to)
{
	char *end;

	*to = strtod(text, &end);
	if (end == text || *end || !(*to >= low && *to <= high))
		return command_misused(&command_demo, "'%s' is no number from %g to %g", text, low,
		                       high);
	return 0;
}

static int take(struct demo *d, int c, char **argv)
{
	double number;
	int code;

	switch (c) {
	case OPTION_SHOW:
		d->file = optarg;
		return 0;
	case OPTION_SCENARIOS:
		d->scenario.file = optarg;
		return 0;
	case OPTION_CHECK:
		d->check = true;
		return 0;
	case OPTION_CHAPTER:
		code = take_number(optarg, 1, SHOW_CHAPTERS_MAX, &number);
		d->first = (unsigned)number;
		return code;
	case OPTION_TEXT:
		d->text = true;
		return 0;
	case OPTION_AUTO:
		d->automatic = true;
		return 0;
	case OPTION_REHEARSE:
		d->rehearse = true;
		return 0;
	case OPTION_PACE:
		return take_number(optarg, 0.1, 100, &d->pace);
	case OPTION_ASCII:
		d->ascii = true;
		return 0;
	default:
		return command_bad_option(&command_demo, c, argv);
	}
}

static int read_show(struct demo *d)
{
	char message[SCENARIO_MESSAGE_MAX];
	const char *file = d->file ? d->file : shared_file("show.json", d->path);
	int code = scenario_option_read(&d->scenario);
	enum err err;

	if (code)
		return code;
	d->file = file;
	err = show_read(&d->show, file, &d->scenario.set, message);
	if (err == ERR_SCENARIO)
		say_error("%s", message);
	else if (err == ERR_OPEN || err == ERR_READ)
		say_error("%s '%s': %s", err_text(err), file, strerror(errno));
	else if (err)
		say_error("%s", err_text(err));
	if (!err && d->first > d->show.chapters) {
		say_error("there is no chapter %u; the show has %zu", d->first, d->show.chapters);
		return EXIT_USAGE;
	}
	code = err ? EXIT_FAULT : 0;
	for (size_t i = 0; !code && i < d->show.chapters; i++)
		code = demo_chapter_check(&d->show.chapter[i], d->file, &d->scenario.set,
		                          &d->warned);
	return code;
}

/* The presenter's chapter, up to its present moment. */
static bool begin_chapter(struct demo *d)
{
	const struct show_chapter *c = &d->show.chapter[d->presenter.chapter];
	struct link *link = demo_chapter_open(c, d->file, &d->scenario.set, d->pace);
	const char *layout_name = c->layout ? c->layout : "us";
	struct layout *layout = layout_new(layout_name);
	struct input_options o = {
		.link = link, .layout = layout, .name = c->title, .layout_name = layout_name};

	if (!link || !layout || !layout_load(layout) || dashboard_play(d->dashboard, &o)) {
		if (link)
			say_error("chapter '%s': its layout '%s' or memory is missing", c->title,
			          layout_name);
		link_free(link);
		layout_free(layout);
		return false;
	}
	link_free(d->link);
	layout_free(d->layout);
	d->link = link;
	d->layout = layout;
	link_jump(link, clock_now_ns(), presenter_clock_ns(&d->presenter));
	return true;
}

static bool obey(struct demo *d, enum presenter_wish wish)
{
	switch (wish) {
	case PRESENTER_NOTHING:
		return true;
	case PRESENTER_CHAPTER:
		return begin_chapter(d);
	case PRESENTER_JUMP:
		link_jump(d->link, clock_now_ns(), presenter_clock_ns(&d->presenter));
		return true;
	case PRESENTER_REPLAY:
		dashboard_replay(d->dashboard, clock_now_ns());
		return true;
	case PRESENTER_OVER:
		d->over = true;
		return true;
	}
	return true;
}

/* Outside the projector view the dashboard's own keys hold, so that a question can be looked into. */
static bool on_key(void *context, const struct view *v, int key)
{
	struct demo *d = context;
	enum presenter_wish wish;

	if (!v->projector || v->prompt != PROMPT_NONE || v->help ||
	    !presenter_key(&d->presenter, key, &wish))
		return false;
	d->failed |= !obey(d, wish);
	return true;
}

static bool turn(void *context, int64_t now_ns)
{
	struct demo *d = context;
	enum presenter_wish wish;
	bool paused = d->link->paused || dashboard_view(d->dashboard)->instant;

	if (!dashboard_turn(d->dashboard, now_ns) || d->failed)
		return false;
	wish = presenter_turn(&d->presenter, now_ns, link_clock(d->link, now_ns),
	                      dashboard_over(d->dashboard), paused);
	d->failed = !obey(d, wish);
	if (d->failed)
		return false;
	dashboard_show(d->dashboard, presenter_shown(&d->presenter));
	return !d->over;
}

static int play(struct demo *d)
{
	const char *no_color = getenv("NO_COLOR");
	const struct show_chapter *c;
	enum err err;

	presenter_init(&d->presenter, &d->show, d->automatic, d->rehearse);
	d->presenter.chapter = d->first ? d->first - 1 : 0;
	c = &d->show.chapter[d->presenter.chapter];
	d->link = demo_chapter_open(c, d->file, &d->scenario.set, d->pace);
	if (!d->link)
		return EXIT_FAULT;
	err = dashboard_new(
		&d->dashboard,
		&(struct dashboard_options){
			.input = {.link = d->link, .name = c->title, .layout_name = "us"},
			.key = on_key,
			.context = d,
			.tui = {.in_fd = STDIN_FILENO,
	                        .out_fd = STDOUT_FILENO,
	                        .ascii = d->ascii,
	                        .colourless = no_color && *no_color},
		});
	if (err)
		return say_no_screen(err);
	dashboard_view(d->dashboard)->projector = true;
	d->failed = !begin_chapter(d);
	if (!d->failed)
		screen_loop(d->dashboard, turn, d);
	dashboard_free(d->dashboard);
	return d->failed ? EXIT_FAULT : 0;
}

static int run(int argc, char **argv)
{
	struct demo d = {.pace = 1};
	int code = 0;

	scenario_option_init(&d.scenario);
	opterr = 0;
	for (int c; !code && (c = getopt_long(argc, argv, ":", long_options, NULL)) != -1;)
		code = take(&d, c, argv);
	if (!code && optind < argc)
		code = command_misused(&command_demo, "unexpected argument '%s'", argv[optind]);
	if (!code)
		code = read_show(&d);
	setlocale(LC_CTYPE, "");
	if (!code && d.check)
		printf("%zu chapter%s, %.0f s, %s\n", d.show.chapters,
		       d.show.chapters == 1 ? "" : "s", show_seconds(&d.show),
		       d.warned ? "can be played, but not all as it was written" : "nothing wrong");
	else if (!code)
		code = !d.text && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)
		               ? play(&d)
		               : demo_text(&d.show, d.file, &d.scenario.set,
		                           d.first ? d.first - 1 : 0);
	link_free(d.link);
	layout_free(d.layout);
	show_release(&d.show);
	scenario_option_release(&d.scenario);
	return code;
}

const struct command command_demo = {
	.name = "demo",
	.arguments = "[OPTION...]",
	.summary = "a guided show of what cables can hide, for a class; no hardware needed",
	.help = "      --show FILE    another show: own texts, languages, scenarios (JSON)\n"
		"      --scenarios F  a file of scenarios that the show names\n"
		"      --check        only say whether the show can be played\n"
		"      --chapter N    begin there\n"
		"      --auto         for a stand: chapter after chapter, over and over\n"
		"      --rehearse     show the time against the plan\n"
		"      --pace X       times as fast, 0.1 to 100\n"
		"      --text         sentences and verdicts as text; so it is without a terminal\n"
		"      --ascii        draw with ASCII alone\n"
		"\nKeys: Space pauses; right and left go by sentences, '.' and ',' (a presenter's "
		"keys) by\nchapters, 1 to 9 to a chapter; R shows the last keys again, slowly; b "
		"blanks; p leaves the\nprojector view for the whole dashboard, and returns; Q "
		"quits.\n",
	.run = run,
};
