/*
 * `cordon live`: the dashboard. Here are its arguments, the real clock and the one poll; the rest is host/tui.
 */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/profile_option.h"
#include "tui/dashboard.h"
#include "tui/keyboard_watch.h"

struct live {
	const char *replay, *layout_name;
	double speed;
	bool has_profile, no_text, masked, ascii;
	struct profile profile;
	struct layout *layout;
};

static volatile sig_atomic_t stopped;

static void on_stop(int signal_number)
{
	(void)signal_number;
	stopped = 1;
}

/* Its coming ends the poll; the size is looked up in the turn. */
static void on_resize(int signal_number)
{
	(void)signal_number;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

enum { OPTION_REPLAY = 256, OPTION_SPEED, OPTION_NO_TEXT, OPTION_MASK, OPTION_ASCII };

static const struct option long_options[] = {
	{"replay",  required_argument, NULL, OPTION_REPLAY },
	{"speed",   required_argument, NULL, OPTION_SPEED  },
	{"profile", required_argument, NULL, 'p'           },
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
	switch (c) {
	case OPTION_REPLAY:
		l->replay = optarg;
		return 0;
	case OPTION_SPEED:
		return take_speed(l, optarg);
	case 'p':
		l->has_profile = true;
		return profile_option(&command_live, argc, argv, &l->profile, NULL);
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
		return command_misused(&command_live, "unknown option '%s'", argv[optind - 1]);
	}
}

static int parse(struct live *l, int argc, char **argv)
{
	int bad = 0;

	opterr = 0;
	for (int c; !bad && (c = getopt_long(argc, argv, ":p:l:", long_options, NULL)) != -1;)
		bad = take(l, c, argc, argv);
	if (bad)
		return bad;
	if (optind < argc)
		return command_misused(&command_live, "unexpected argument '%s'", argv[optind]);
	if (!l->replay)
		return command_misused(&command_live, "nothing to show: give --replay FILE");
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

static void news(struct dashboard *d, struct keyboard_watch *w)
{
	char name[64];

	while (keyboard_watch_next(w, name, sizeof(name)))
		dashboard_new_keyboard(d, name, now_ns());
}

static void loop(struct dashboard *d, struct keyboard_watch *w)
{
	struct sigaction stop = {.sa_handler = on_stop}, resize = {.sa_handler = on_resize};

	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGWINCH, &resize, NULL);
	while (!stopped && dashboard_turn(d, now_ns())) {
		struct pollfd fds[DASHBOARD_FDS + 1];
		int64_t wait;
		unsigned n = dashboard_poll(d, now_ns(), fds, &wait);
		struct timespec t = {wait / 1000000000, wait % 1000000000};

		if (w)
			fds[n++] = (struct pollfd){.fd = keyboard_watch_fd(w), .events = POLLIN};
		if (ppoll(fds, n, &t, NULL) > 0 && fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
			break;
		if (w)
			news(d, w);
	}
}

/* Keys come from the terminal also where standard input is the capture. */
static int keyboard(const struct live *l)
{
	return strcmp(l->replay, "-") == 0 ? STDOUT_FILENO : STDIN_FILENO;
}

static int show(struct live *l, struct link *link)
{
	const char *no_color = getenv("NO_COLOR");
	const struct profile host = {.kind = PROFILE_HOST};
	struct keyboard_watch *w;
	struct dashboard *d = NULL;
	enum verdict verdict;
	enum err err;

	err = dashboard_new(&d,
	                    &(struct dashboard_options){
				    .link = link,
				    .profile = l->has_profile ? &l->profile : &host,
				    .layout = l->no_text ? NULL : l->layout,
				    .name = strcmp(l->replay, "-") ? l->replay : "standard input",
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
	/* On a replay too: the cable on the table may be in this machine. */
	w = keyboard_watch_open();
	loop(d, w);
	keyboard_watch_close(w);
	verdict = dashboard_verdict(d, &err);
	dashboard_free(d);
	if (err) {
		fprintf(stderr, "cordon: '%s': %s\n", l->replay, err_text(err));
		return EXIT_FAULT;
	}
	return verdict_exit_code(verdict);
}

static int run(int argc, char **argv)
{
	struct live l = {.layout_name = "us", .speed = 1};
	struct link *link = NULL;
	int code = parse(&l, argc, argv);
	enum err err;

	if (code)
		goto cleanup;
	setlocale(LC_CTYPE, "");
	if (!isatty(STDOUT_FILENO) || !isatty(keyboard(&l))) {
		fputs("cordon: 'live' needs a terminal; 'cordon analyze' judges without one\n",
		      stderr);
		code = EXIT_FAULT;
		goto cleanup;
	}
	err = link_file_open(&link, l.replay, l.speed);
	if (err == ERR_OPEN)
		fprintf(stderr, "cordon: cannot open '%s': %s\n", l.replay, strerror(errno));
	else if (err)
		fprintf(stderr, "cordon: '%s': %s\n", l.replay, err_text(err));
	code = err ? EXIT_FAULT : show(&l, link);
cleanup:
	link_free(link);
	layout_free(l.layout);
	return code;
}

const struct command command_live = {
	.name = "live",
	.arguments = "--replay FILE [OPTION...]",
	.summary = "the dashboard: watch a capture as it was recorded, or a stream as it comes",
	.help = "      --replay FILE  a pcap or pcapng capture at its own pace; '-' follows one on "
		"standard input\n"
		"      --speed X      times as fast, 0.001 to 1000000, or max\n"
		"  -p, --profile P    what is expected: bare, keyboard, device FILE or host (the "
		"default)\n"
		"  -l, --layout L     keyboard layout of the text: us (the default), de, fr, ...\n"
		"      --no-text      do not keep what was typed\n"
		"      --mask         mask what was typed until 'x' is pressed\n"
		"      --ascii        draw with ASCII alone\n"
		"\nKeys: '?' lists them, 'Q' quits.\n"
		"exit code: that of the verdict, as for 'cordon analyze'\n",
	.run = run,
};
