/*
 * `cordon live`: the dashboard. Here are its arguments, the real clock and the one poll; the rest is host/tui.
 */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/clock.h"
#include "cli/command.h"
#include "cli/judged.h"
#include "cli/record_option.h"
#include "cli/say.h"
#include "cli/screen_loop.h"
#include "cli/scenario_option.h"
#include "cli/sim_link.h"
#include "cli/tap_option.h"

struct live {
	const char *replay, *sim, *layout_name;
	double speed;
	bool no_text, masked, ascii;
	struct record_option record;
	struct tap_option tap;
	struct scenario_option scenario;
	struct layout *layout;
	char name[LINK_NAME_MAX + LINK_MESSAGE_MAX]; /* of the input, on screen */
};

#define FINISH_NS INT64_C(1000000000)

enum { SERIAL_SHOWN = 4 };

enum {
	OPTION_REPLAY = 256,
	OPTION_SPEED,
	OPTION_NO_TEXT,
	OPTION_MASK,
	OPTION_ASCII,
	OPTION_TAP,
	OPTION_CONNECT,
	OPTION_SIM,
};

static const struct option long_options[] = {
	RECORD_LONG_OPTIONS,
	SCENARIO_OPTIONS,
	{"sim",     required_argument, NULL, OPTION_SIM    },
	{"replay",  required_argument, NULL, OPTION_REPLAY },
	{"tap",     required_argument, NULL, OPTION_TAP    },
	{"connect", required_argument, NULL, OPTION_CONNECT},
	{"speed",   required_argument, NULL, OPTION_SPEED  },
	{"layout",  required_argument, NULL, 'l'           },
	{"no-text", no_argument,       NULL, OPTION_NO_TEXT},
	{"mask",    no_argument,       NULL, OPTION_MASK   },
	{"ascii",   no_argument,       NULL, OPTION_ASCII  },
	{NULL,      0,                 NULL, 0             },
};

static int take_speed(struct live *l, const char *text)
{
	char *end;

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
		l->tap.connect = optarg;
		return 0;
	case OPTION_SIM:
		l->sim = optarg;
		return 0;
	case OPTION_REPLAY:
		l->replay = optarg;
		return 0;
	case OPTION_SPEED:
		return take_speed(l, optarg);
	case 'l':
		l->layout_name = optarg;
		return 0;
	case OPTION_NO_TEXT:
		l->no_text = true;
		return 0;
	case OPTION_MASK:
		l->masked = true;
		return 0;
	case OPTION_ASCII:
		l->ascii = true;
		return 0;
	case ':':
		return command_misused(&command_live, "'%s' needs a value", argv[optind - 1]);
	default:
		if (c >= OPTION_SCENARIOS && c < OPTION_SCENARIO_LAST)
			return scenario_option_take(&l->scenario, &command_live, c, optarg);
		return command_misused(&command_live, "unknown option '%s'", argv[optind - 1]);
	}
}

static int parse(struct live *l, int argc, char **argv)
{
	int bad = 0;

	opterr = 0;
	for (int c; !bad && (c = getopt_long(argc, argv, ":o:p:l:", long_options, NULL)) != -1;)
		bad = take(l, c, argc, argv);
	if (bad)
		return bad;
	if (optind < argc)
		return command_misused(&command_live, "unexpected argument '%s'", argv[optind]);
	if ((l->replay != NULL) + (l->sim != NULL) + (l->tap.connect != NULL) + (l->tap.taps > 0) >
	    1)
		return command_misused(&command_live,
		                       "--replay, --sim, --connect and --tap exclude each other");
	if ((l->replay || l->sim) && l->record.path)
		return command_misused(&command_live,
		                       "-o records taps; 'cordon sim -o' writes a simulation");
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
	return l->replay && strcmp(l->replay, "-") == 0 ? STDOUT_FILENO : STDIN_FILENO;
}

/* What the tap still has goes into the recording; that takes half a second at most. */
static void finish(struct dashboard *d, struct link *link)
{
	int64_t end = clock_now_ns() + FINISH_NS;

	link_finish(link, clock_now_ns());
	while (!dashboard_over(d) && clock_now_ns() < end) {
		struct pollfd wait = {.fd = link_fd(link), .events = POLLIN};

		dashboard_read(d, clock_now_ns());
		if (!dashboard_over(d))
			poll(&wait, 1, 10);
	}
}

/* After the screen is gone. */
static bool complain(const struct live *l, const struct link *link, enum err err)
{
	const struct link_status *s = link_status(link);

	if (err && s && s->message[0])
		say_error("%s", s->message);
	else if (err)
		say_error("'%s': %s", l->name, err_text(err));
	if (s && s->trouble[0])
		say_error("%s", s->trouble);
	return err || (s && s->failed);
}

static bool turn(void *context, int64_t now_ns)
{
	return dashboard_turn(context, now_ns);
}

static int show(struct live *l, struct link *link)
{
	const char *no_color = getenv("NO_COLOR");
	struct dashboard *d = NULL;
	enum verdict verdict;
	enum err err;

	err = dashboard_new(&d,
	                    &(struct dashboard_options){
				    .link = link,
				    .profile = l->record.has_profile ? &l->record.expected : NULL,
				    .layout = l->no_text ? NULL : l->layout,
				    .name = l->name,
				    .layout_name = l->layout_name,
				    .masked = l->masked,
				    .tui = {.in_fd = keyboard(l),
	                                    .out_fd = STDOUT_FILENO,
	                                    .ascii = l->ascii,
	                                    .colourless = no_color && *no_color},
        });
	if (err == ERR_OPEN) {
		const char *term = getenv("TERM");

		fprintf(stderr, "cordon: cannot use the terminal (TERM is '%s')\n",
		        term ? term : "");
		return EXIT_FAULT;
	}
	if (err) {
		fprintf(stderr, "cordon: %s\n", err_text(err));
		return EXIT_FAULT;
	}
	screen_loop(d, turn, d);
	if (!l->replay && !l->sim)
		finish(d, link);
	verdict = dashboard_verdict(d, &err);
	dashboard_free(d);
	return complain(l, link, err) ? judged_code(verdict, true) : verdict_exit_code(verdict);
}

static int open_replay(struct live *l, struct link **link)
{
	enum err err = link_file_open(link, l->replay, l->speed);

	snprintf(l->name, sizeof(l->name), "%s",
	         strcmp(l->replay, "-") ? l->replay : "standard input");
	if (err == ERR_OPEN)
		say_error("cannot open '%s': %s", l->replay, strerror(errno));
	else if (err)
		say_error("'%s': %s", l->replay, err_text(err));
	return err ? EXIT_FAULT : 0;
}

static int open_sim(struct live *l, struct link **link)
{
	struct scenario_plan *plan;
	enum err err;
	int code;

	l->scenario.layout = l->layout_name;
	code = scenario_option_find(&l->scenario, l->sim);
	if (!code)
		code = scenario_option_plan(&l->scenario, &plan);
	if (code)
		return code;
	scenario_plan_free(plan);
	snprintf(l->name, sizeof(l->name), "%s %.100s", l->scenario.scenario->id,
	         l->scenario.scenario->name);
	err = sim_link_open(link, l->scenario.scenario, &l->scenario.settings, l->speed);
	if (err == ERR_OPEN || err == ERR_WRITE)
		say_error("%s for the simulation: %s", err_text(err), strerror(errno));
	else if (err)
		say_error("%s", err_text(err));
	return err ? EXIT_FAULT : 0;
}

static int open_tap(struct live *l, struct link **link)
{
	struct tap_choice choice;
	const char *name;
	size_t len;
	int code = tap_option_choose(&l->tap, 1, &choice);

	if (code)
		return code;
	*link = tap_option_open(&l->tap, &choice, 0);
	if (*link)
		*link = record_option_link(&l->record, *link, l->record.path);
	if (!*link)
		return EXIT_FAULT;
	name = tap_option_name(&l->tap, &choice, 0);
	len = strlen(name);
	/* Of a serial number the end is enough to tell taps apart. */
	if (!l->tap.connect && len > SERIAL_SHOWN)
		name += len - SERIAL_SHOWN;
	snprintf(l->name, sizeof(l->name), "%s%s%s", name, l->record.path ? " → " : "",
	         l->record.path ? l->record.path : "");
	return 0;
}

static int run(int argc, char **argv)
{
	struct live l = {.layout_name = "us", .speed = 1};
	struct link *link = NULL;
	int code;

	scenario_option_init(&l.scenario);
	code = parse(&l, argc, argv);
	if (code)
		goto cleanup;
	setlocale(LC_CTYPE, "");
	if (!isatty(STDOUT_FILENO) || !isatty(keyboard(&l))) {
		fputs("cordon: 'live' needs a terminal; 'cordon analyze' judges without one\n",
		      stderr);
		code = EXIT_FAULT;
		goto cleanup;
	}
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is told as one */
	code = l.replay ? open_replay(&l, &link)
	       : l.sim  ? open_sim(&l, &link)
	                : open_tap(&l, &link);
	if (!code)
		code = show(&l, link);
cleanup:
	link_free(link);
	layout_free(l.layout);
	scenario_option_release(&l.scenario);
	return code;
}

const struct command command_live = {
	.name = "live",
	.arguments = "[OPTION...]",
	.summary = "the dashboard: on a tap, on a capture as it was recorded, or on a stream",
	.help = "Without --connect, --replay or --sim: on the tap that is plugged in.\n\n"
		"      --tap SERIAL   which tap, by the end of its serial number\n"
		"      --connect PATH a simulated tap that listens on this Unix socket\n"
		"      --replay FILE  a pcap or pcapng capture at its own pace; '-' follows one on "
		"standard input\n"
		"      --sim SCENARIO a simulated cable, as 'cordon sim' plays it\n" SCENARIO_HELP
		"      --speed X      of a replay or simulation: times as fast, 0.001 to 1000000, "
		"or max\n"
		"  -o, --output FILE  record the tap meanwhile; a file that is there is not "
		"written "
		"over\n" RECORD_HELP
		"  -l, --layout L     keyboard layout of the text: us (the default), de, fr, ...\n"
		"      --no-text      do not keep what was typed\n"
		"      --mask         mask what was typed until 'x' is pressed\n"
		"      --ascii        draw with ASCII alone\n"
		"\nKeys: '?' lists them, 'Q' quits.\n"
		"exit code: that of the verdict, as for 'cordon analyze'\n",
	.run = run,
};
