/*
 * `cordon live`: the dashboard. Here are its arguments, the real clock and the one poll; the rest is host/tui.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/clock.h"
#include "cli/command.h"
#include "cli/duration_option.h"
#include "cli/live_input.h"
#include "cli/say.h"
#include "cli/screen_loop.h"

struct live {
	const char *replay, *sim, *layout_name;
	double speed;
	int64_t plan_ns;
	bool no_text, masked, ascii, speed_said;
	struct record_option record;
	struct tap_option tap;
	struct scenario_option scenario;
	struct layout *layout;
	struct live_input input[LIVE_INPUTS];
	unsigned inputs;
	/* Of tests that are over: told when the screen is gone. */
	struct judged_output out;
	FILE *verdicts;
	char *verdicts_text;
	size_t verdicts_len;
	bool judged;
	int code;
	int screen; /* the terminal; -1 none */
};

#define FINISH_NS INT64_C(1000000000)

enum {
	OPTION_REPLAY = 256,
	OPTION_SPEED,
	OPTION_NO_TEXT,
	OPTION_MASK,
	OPTION_ASCII,
	OPTION_TAP,
	OPTION_CONNECT,
	OPTION_SIM,
	OPTION_PLAN,
};

static const struct option long_options[] = {
	RECORD_LONG_OPTIONS,
	SCENARIO_OPTIONS,
	{"sim", required_argument, NULL, OPTION_SIM},
	{"replay", required_argument, NULL, OPTION_REPLAY},
	{"tap", required_argument, NULL, OPTION_TAP},
	{"connect", required_argument, NULL, OPTION_CONNECT},
	{"speed", required_argument, NULL, OPTION_SPEED},
	{"layout", required_argument, NULL, 'l'},
	{"no-text", no_argument, NULL, OPTION_NO_TEXT},
	{"mask", no_argument, NULL, OPTION_MASK},
	{"ascii", no_argument, NULL, OPTION_ASCII},
	{"plan", required_argument, NULL, OPTION_PLAN},
	{"json", no_argument, NULL, 'j'},
	{NULL, 0, NULL, 0},
};

static int take_speed(struct live *l, const char *text)
{
	char *end;

	l->speed_said = true;
	if (strcmp(text, "max") == 0) {
		l->speed = LINK_SPEED_MAX;
		return 0;
	}
	l->speed = strtod(text, &end);
	if (end == text || *end || !(l->speed >= 0.001 && l->speed <= 1e6))
		return command_misused(&command_live, "'%s' is no speed: 0.001 to 1000000, or max",
		                       text);
	return 0;
}

static int take(struct live *l, int c, int argc, char **argv)
{
	int code;

	if (record_option_take(&l->record, &command_live, c, argc, argv, &code))
		return code;
	switch (c) {
	case OPTION_TAP:
		return tap_option_add(&l->tap, &command_live, optarg);
	case OPTION_CONNECT:
		return tap_option_connect(&l->tap, &command_live, optarg);
	case OPTION_SIM:
		l->sim = optarg;
		return 0;
	case OPTION_REPLAY:
		l->replay = optarg;
		return 0;
	case OPTION_SPEED:
		return take_speed(l, optarg);
	case 'l':
		l->layout_name = l->record.layout = optarg;
		return 0;
	case OPTION_NO_TEXT:
		l->no_text = l->out.report.no_text = true;
		return 0;
	case OPTION_MASK:
		l->masked = true;
		return 0;
	case 'j':
		l->out.json = true;
		return 0;
	case OPTION_PLAN:
		return duration_option(&command_live, optarg, &l->plan_ns);
	case OPTION_ASCII:
		l->ascii = true;
		return 0;
	default:
		if (c >= OPTION_SCENARIOS && c < OPTION_SCENARIO_LAST)
			return scenario_option_take(&l->scenario, &command_live, c, optarg);
		return command_bad_option(&command_live, c, argv);
	}
}

static int parse(struct live *l, int argc, char **argv)
{
	int bad = 0;

	opterr = 0;
	for (int c; !bad && (c = getopt_long(argc, argv, ":o:p:l:j", long_options, NULL)) != -1;)
		bad = take(l, c, argc, argv);
	if (bad)
		return bad;
	if (optind < argc)
		return command_misused(&command_live,
		                       "unexpected argument '%s'; --replay plays a capture",
		                       argv[optind]);
	if ((l->replay != NULL) + (l->sim != NULL) + (l->tap.connects > 0) + (l->tap.taps > 0) > 1)
		return command_misused(&command_live,
		                       "--replay, --sim, --connect and --tap exclude each other");
	if ((l->replay || l->sim) && l->record.path)
		return command_misused(&command_live,
		                       "-o records taps; 'cordon sim -o' writes a simulation");
	if ((l->replay || l->sim) && l->record.settings.count)
		return command_misused(
			&command_live,
			"--vbus, --switch and --range are for taps, also a simulated "
			"one that listens (--connect)");
	if ((l->replay || l->sim) && record_option_describes(&l->record))
		return command_misused(&command_live,
		                       "--case, --exhibit, --end, --flip, --note, --claim and "
		                       "--ring are for what is recorded of taps");
	if (l->record.ring && !l->record.path)
		return command_misused(&command_live, "--ring goes with --output");
	if (l->speed_said && !l->replay && !l->sim)
		return command_misused(&command_live, "--speed goes with --replay or --sim");
	if (!l->sim && (l->scenario.file || l->scenario.payload_file))
		return command_misused(&command_live,
		                       "--scenarios and --payload go with --sim SCENARIO");
	l->layout = layout_new(l->layout_name);
	if (!l->layout) {
		fprintf(stderr, "cordon: %s\n", err_text(ERR_MEMORY));
		return EXIT_FAULT;
	}
	/* Now, not at the first key: that would stall the screen. */
	if (!layout_load(l->layout))
		return command_misused(&command_live, "unknown keyboard layout '%s' (%s)",
		                       l->layout_name, layout_hint());
	return 0;
}

/* Keys come from the terminal also where standard input is the capture. */
static int keyboard(const struct live *l)
{
	return l->replay && strcmp(l->replay, "-") == 0 ? l->screen : STDIN_FILENO;
}

/* Verdicts may go elsewhere: the screen is the terminal all the same. */
static bool find_screen(struct live *l)
{
	l->screen = isatty(STDOUT_FILENO) ? STDOUT_FILENO
	                                  : open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	return l->screen >= 0 && isatty(keyboard(l));
}

/* What the taps still have goes into the recordings; that takes half a second at most. */
static void finish(struct live *l, struct dashboard *d)
{
	int64_t end = clock_now_ns() + FINISH_NS;

	for (unsigned i = 0; i < l->inputs; i++)
		link_finish(l->input[i].link, clock_now_ns());
	while (!dashboard_over(d) && clock_now_ns() < end) {
		struct pollfd wait[LIVE_INPUTS];

		for (unsigned i = 0; i < l->inputs; i++)
			wait[i] =
				(struct pollfd){.fd = link_fd(l->input[i].link), .events = POLLIN};
		dashboard_read(d, clock_now_ns());
		if (!dashboard_over(d))
			poll(wait, l->inputs, 10);
	}
}

/* What is no capture shows nothing: it ends as it does from a file, which is looked at before there is a screen. */
static bool turn(void *context, int64_t now_ns)
{
	return dashboard_turn(context, now_ns) && !dashboard_unreadable(context);
}

static void on_judged(void *context, unsigned index, struct input *judged)
{
	struct live *l = context;
	int code = live_input_judged(&l->input[index], judged, &l->out, l->verdicts);

	l->code = l->judged ? judged_worse(l->code, code) : code;
	l->judged = true;
}

static bool again(void *context, unsigned index, const struct new_test *want,
                  struct input_options *next, char *message, size_t size)
{
	struct live *l = context;

	return live_input_again(&l->input[index], want, next, message, size);
}

static struct input_options input_options(const struct live *l, unsigned i)
{
	return (struct input_options){
		.link = l->input[i].link,
		/* A tap's stands at the head of the stream, as it does in the recording. */
		.profile =
			l->record.has_profile && (l->replay || l->sim) ? &l->record.expected : NULL,
		.layout = l->no_text ? NULL : l->layout,
		.name = l->input[i].name,
		.layout_name = l->layout_name,
		.plan_ns = l->plan_ns,
	};
}

static int show(struct live *l)
{
	const char *no_color = getenv("NO_COLOR");
	struct dashboard *d = NULL;
	enum err err;

	l->verdicts = open_memstream(&l->verdicts_text, &l->verdicts_len);
	if (!l->verdicts)
		return say_no_screen(ERR_MEMORY);
	err = dashboard_new(&d, &(struct dashboard_options){
					.input = input_options(l, 0),
					.judged = on_judged,
					.again = again,
					.context = l,
					.masked = l->masked,
					.tui = {.in_fd = keyboard(l),
	                                        .out_fd = l->screen,
	                                        .ascii = l->ascii,
	                                        .colourless = no_color && *no_color},
				});
	for (unsigned i = 1; i < l->inputs && !err; i++) {
		struct input_options o = input_options(l, i);

		err = dashboard_add(d, &o);
	}
	if (err) {
		dashboard_free(d);
		return say_no_screen(err);
	}
	screen_loop(d, turn, d);
	if (!l->replay && !l->sim)
		finish(l, d);
	dashboard_finish(d);
	dashboard_free(d);
	return l->code;
}

/* After the screen is gone: one verdict a test, and what went wrong. */
static void tell(struct live *l)
{
	if (!l->verdicts)
		return;
	fclose(l->verdicts);
	if (l->judged)
		fwrite(l->verdicts_text, 1, l->verdicts_len, stdout);
	free(l->verdicts_text);
	for (unsigned i = 0; i < l->inputs; i++)
		if (l->input[i].link)
			live_input_complain(&l->input[i]);
}

static int run(int argc, char **argv)
{
	struct live l = {.layout_name = "us", .speed = 1, .screen = -1, .out.report.quiet = true};
	int code;

	scenario_option_init(&l.scenario);
	code = parse(&l, argc, argv);
	if (code)
		goto cleanup;
	setlocale(LC_CTYPE, "");
	if (!find_screen(&l)) {
		fputs("cordon: 'live' needs a terminal; 'cordon analyze' judges without one\n",
		      stderr);
		code = EXIT_FAULT;
		goto cleanup;
	}
	l.inputs = 1;
	l.scenario.layout = l.layout_name;
	if (l.replay)
		code = live_input_replay(&l.input[0], l.replay, l.speed);
	else if (l.sim)
		code = live_input_sim(&l.input[0], &l.scenario, l.sim, l.speed);
	else
		code = live_input_taps(l.input, &l.inputs, &l.tap, &l.record);
	if (!code)
		code = show(&l);
	tell(&l);
cleanup:
	for (unsigned i = 0; i < LIVE_INPUTS; i++)
		live_input_release(&l.input[i]);
	usb_ids_release(&l.out.ids);
	layout_free(l.layout);
	scenario_option_release(&l.scenario);
	if (l.screen > STDERR_FILENO)
		close(l.screen);
	return code;
}

const struct command command_live = {
	.name = "live",
	.arguments = "[OPTION...]",
	.summary = "the dashboard: on a tap, on a capture as it was recorded, or on a stream",
	.help = "Without --connect, --replay or --sim: on the tap that is plugged in.\n\n"
		"      --tap SERIAL   which tap, by the end of its serial number; up to four, or "
		"'all'\n"
		"      --connect PATH a simulated tap that listens on this Unix socket; up to "
		"four\n"
		"      --replay FILE  a pcap or pcapng capture at its own pace; '-' follows one on "
		"standard input\n"
		"      --sim SCENARIO a simulated cable, as 'cordon sim' plays it\n" SCENARIO_HELP
		"      --speed X      of a replay or simulation: times as fast, 0.001 to 1000000, "
		"or max\n"
		"  -o, --output FILE  record meanwhile; a file that is there is not written over; "
		"of "
		"several taps\n"
		"                     each has its own, FILE-SERIAL\n" RECORD_HELP
		"  -l, --layout L     keyboard layout of the text: us (the default), de, fr, ...\n"
		"      --no-text      do not keep what was typed\n"
		"      --mask         mask what was typed until 'x' is pressed\n"
		"      --plan T       how long a test shall last (30, 30s, 10m, 2h): shown, and "
		"ends nothing\n"
		"      --ascii        draw with ASCII alone\n"
		"  -j, --json         at the end, one JSON object a test; else one line a test: on "
		"standard\n"
		"                     output, which may be a file\n"
		"\nKeys: '?' lists them, ']' goes to the next tap, 'Q' quits.\n"
		"exit code: that of the verdict, as for 'cordon analyze'; 1 where the recording "
		"failed and "
		"nothing\nwas flagged\n",
	.run = run,
};
