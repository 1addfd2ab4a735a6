/*
 * `cordon capture`: records what taps hear, without a screen, and judges it as it comes. Here are the arguments, and the one
 * loop over all taps, the keyboard and the clock; a tap's own part is in capture_session.c.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/clock.h"
#include "cli/capture_session.h"
#include "cli/command.h"
#include "cli/duration_option.h"
#include "cli/say.h"
#include "cli/tap_option.h"

struct settings {
	struct record_option record;
	struct tap_option taps;
	int64_t duration_ns; /* 0: until told */
	const char *layout_name;
	struct layout *layout;
	struct judged_output out;
};

static volatile sig_atomic_t stop_signal, stops;

static void on_stop(int signal_number)
{
	stop_signal = signal_number;
	stops++;
}

enum { OPTION_TAP = 256, OPTION_CONNECT, OPTION_DURATION, OPTION_NO_TEXT };

static const struct option long_options[] = {
	RECORD_LONG_OPTIONS,
	{"tap", required_argument, NULL, OPTION_TAP},
	{"connect", required_argument, NULL, OPTION_CONNECT},
	{"duration", required_argument, NULL, OPTION_DURATION},
	{"layout", required_argument, NULL, 'l'},
	{"json", no_argument, NULL, 'j'},
	{"quiet", no_argument, NULL, 'q'},
	{"no-text", no_argument, NULL, OPTION_NO_TEXT},
	{NULL, 0, NULL, 0},
};

static int take(struct settings *s, int c, int argc, char **argv)
{
	int code;

	if (record_option_take(&s->record, &command_capture, c, argc, argv, &code))
		return code;
	switch (c) {
	case OPTION_TAP:
		return tap_option_add(&s->taps, &command_capture, optarg);
	case OPTION_CONNECT:
		return tap_option_connect(&s->taps, &command_capture, optarg);
	case OPTION_DURATION:
		return duration_option(&command_capture, optarg, &s->duration_ns);
	case 'l':
		s->layout_name = s->record.layout = optarg;
		return 0;
	case 'j':
		s->out.json = true;
		return 0;
	case 'q':
		s->out.report.quiet = true;
		return 0;
	case OPTION_NO_TEXT:
		s->out.report.no_text = true;
		return 0;
	default:
		return command_bad_option(&command_capture, c, argv);
	}
}

static int parse(struct settings *s, int argc, char **argv)
{
	int bad = 0;

	opterr = 0;
	for (int c; !bad && (c = getopt_long(argc, argv, ":o:p:l:jq", long_options, NULL)) != -1;)
		bad = take(s, c, argc, argv);
	if (bad)
		return bad;
	if (optind < argc)
		return command_misused(&command_capture, "unexpected argument '%s'", argv[optind]);
	if (!s->record.path)
		return command_misused(&command_capture, "no file to record to: give -o FILE");
	if (s->taps.connects && s->taps.taps)
		return command_misused(&command_capture, "--tap and --connect exclude each other");
	s->layout = layout_new(s->layout_name);
	if (!s->layout) {
		say_error("%s", err_text(ERR_MEMORY));
		return EXIT_FAULT;
	}
	/* Now, not at the first key: that would hold the capture up. */
	if (!layout_load(s->layout))
		return command_misused(&command_capture, "unknown keyboard layout '%s' (%s)",
		                       s->layout_name, layout_hint());
	return 0;
}

static void catch_signals(void)
{
	struct sigaction stop = {.sa_handler = on_stop}, ignore = {.sa_handler = SIG_IGN};

	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	/* A reader of the report who left must not cost the file its end. */
	sigaction(SIGPIPE, &ignore, NULL);
}

/* A line that the operator types is a mark, or a command behind a colon. In the background the terminal is somebody else's. */
static bool listens(void)
{
	return isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static void read_line(struct capture_session *s, unsigned n)
{
	char line[512];
	ssize_t len = listens() ? read(STDIN_FILENO, line, sizeof(line) - 1) : 0;

	while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
		len--;
	if (len <= 0)
		return;
	line[len] = '\0';
	for (unsigned i = 0; i < n; i++)
		if (line[0] != ':')
			link_note(s[i].link, RECORD_MARK, line, (size_t)len);
	if (line[0] == ':')
		capture_session_set(s, n, line + 1);
}

static void wait_for(struct capture_session *s, unsigned n, bool more)
{
	struct pollfd fds[LINK_USB_AT_ONCE + 1];
	unsigned count = 0;
	int64_t now = clock_now_ns(), due = now + PROGRESS_NS, wait;

	for (unsigned i = 0; i < n; i++) {
		if (s[i].over)
			continue;
		if (link_due(s[i].link) < due)
			due = link_due(s[i].link);
		if (link_fd(s[i].link) >= 0)
			fds[count++] = (struct pollfd){.fd = link_fd(s[i].link), .events = POLLIN};
	}
	fds[count] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	wait = more || due <= now ? 0 : due - now;
	if (poll(fds, count + listens(), (int)((wait + 999999) / 1000000)) > 0 &&
	    fds[count].revents & POLLIN)
		read_line(s, n);
}

static void loop(struct settings *set, struct capture_session *s, unsigned n)
{
	bool running = true;
	int said = 0;

	while (running && stops < 2) {
		bool more = false;
		int64_t now = clock_now_ns();

		running = false;
		for (unsigned i = 0; i < n; i++) {
			/* The tap's time, and ours while it is away. */
			if (stops ||
			    (set->duration_ns && link_clock(s[i].link, now) >= set->duration_ns))
				capture_session_finish(&s[i], now);
			more |= capture_session_turn(&s[i], now);
			running |= !s[i].over;
		}
		capture_session_progress(s, n, now);
		if (stops && !said++)
			capture_session_say(s, n, stop_signal);
		if (running)
			wait_for(s, n, more);
	}
}

static int run(int argc, char **argv)
{
	const char *no_color = getenv("NO_COLOR");
	struct settings set = {.layout_name = "us"};
	struct capture_session session[LINK_USB_AT_ONCE] = {0};
	struct tap_choice choice = {0};
	unsigned n = 0;
	bool ran;
	int code = parse(&set, argc, argv);

	if (!code)
		code = tap_option_choose(&set.taps, &choice);
	set.out.report.colour = isatty(STDOUT_FILENO) && !(no_color && *no_color);
	catch_signals();
	for (; !code && n < choice.count; n++) {
		struct link *l = tap_option_open(&set.taps, &choice, n);

		if (!l || !capture_session_begin(
				  &session[n], &set.record, l,
				  choice.count > 1 ? tap_option_name(&set.taps, &choice, n) : NULL,
				  set.out.report.no_text ? NULL : set.layout))
			code = EXIT_FAULT;
	}
	ran = !code;
	if (ran)
		loop(&set, session, n);
	for (unsigned i = 0; i < n; i++) {
		if (ran)
			code = judged_worse(code, capture_session_end(&session[i], &set.out));
		else /* all taps or none: what was begun would be in the way of the next try */
			capture_session_undo(&session[i]);
		capture_session_release(&session[i]);
	}
	usb_ids_release(&set.out.ids);
	layout_free(set.layout);
	return code;
}

const struct command command_capture = {
	.name = "capture",
	.arguments = "-o FILE [OPTION...]",
	.summary = "record from a tap without a screen, and judge it",
	.help = "  -o, --output FILE  the recording, pcapng; a file that is there is not written "
		"over\n"
		"      --tap SERIAL   which tap, by the end of its serial number; up to four, or "
		"'all': then\n"
		"                     each has its own file, FILE-SERIAL\n"
		"      --connect PATH a simulated tap that listens on this Unix socket; up to "
		"four\n"
		"      --duration T   stop after 30, 30s, 10m, 2h of the tap's time\n" RECORD_HELP
		"  -l, --layout L     keyboard layout of the text: us (the default), de, fr, ...\n"
		"  -j, --json         one JSON object a tap\n"
		"  -q, --quiet        the verdict alone\n"
		"      --no-text      leave out what was typed\n"
		"\nCtrl-C ends it. A line typed meanwhile is a mark in the recording; ':vbus off', "
		"':switch host',\n':range ua' tell the tap. The file is whole at any moment: "
		"'cordon "
		"analyze FILE' says the same of\nit as this command does.\n"
		"exit code: that of the verdict, as for 'cordon analyze'; 1 where the recording "
		"failed\nand nothing was flagged\n",
	.run = run,
};
