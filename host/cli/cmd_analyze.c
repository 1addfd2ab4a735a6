/*
 * `cordon analyze`: judges captures, one after the other, and exits by the worst of their verdicts.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/analyze_pair.h"
#include "cli/command.h"
#include "cli/profile_option.h"
#include "cli/say.h"

struct settings {
	struct analyze_settings analyze;
	bool pair;
};

enum { OPTION_NO_TEXT = 256, OPTION_HASH, OPTION_WHY, OPTION_PAIR };

static const struct option long_options[] = {
	{"profile", required_argument, NULL, 'p'},
	{"layout", required_argument, NULL, 'l'},
	{"json", no_argument, NULL, 'j'},
	{"quiet", no_argument, NULL, 'q'},
	{"no-text", no_argument, NULL, OPTION_NO_TEXT},
	{"hash", no_argument, NULL, OPTION_HASH},
	{"why", no_argument, NULL, OPTION_WHY},
	{"pair", no_argument, NULL, OPTION_PAIR},
	{NULL, 0, NULL, 0},
};

/* 0, or an exit code with the message said. */
static int parse(struct settings *s, int argc, char **argv)
{
	const char *layout = NULL;
	int bad;

	opterr = 0;
	for (int c; (c = getopt_long(argc, argv, ":p:l:jq", long_options, NULL)) != -1;) {
		switch (c) {
		case 'p':
			bad = profile_option(&command_analyze, argc, argv, &s->analyze.profile,
			                     NULL);
			if (bad)
				return bad;
			s->analyze.has_profile = true;
			break;
		case 'l':
			layout = optarg;
			break;
		case 'j':
			s->analyze.out.json = true;
			break;
		case 'q':
			s->analyze.out.report.quiet = true;
			break;
		case OPTION_NO_TEXT:
			s->analyze.out.report.no_text = true;
			break;
		case OPTION_HASH:
			s->analyze.hash = true;
			break;
		case OPTION_WHY:
			s->analyze.why = true;
			break;
		case OPTION_PAIR:
			s->pair = true;
			break;
		default:
			return command_bad_option(&command_analyze, c, argv);
		}
	}
	if (optind == argc)
		return command_misused(&command_analyze, "no capture given");
	if (s->pair && argc - optind != 2)
		return command_misused(
			&command_analyze,
			"--pair needs two captures: of the near end and of the far one");
	if (s->pair && !strcmp(argv[optind], argv[optind + 1]))
		return command_misused(&command_analyze,
		                       "--pair needs two captures, not '%s' twice", argv[optind]);
	s->analyze.layout = layout_new(layout ? layout : "us");
	s->analyze.layout_holds = layout != NULL;
	if (!s->analyze.layout) {
		say_error("%s", err_text(ERR_MEMORY));
		return EXIT_FAULT;
	}
	/* The default is compiled at the first key; one that was asked for has to be known to exist. */
	if (layout && !layout_load(s->analyze.layout))
		return command_misused(&command_analyze, "unknown keyboard layout '%s' (%s)",
		                       layout, layout_hint());
	return 0;
}

static int run(int argc, char **argv)
{
	const char *no_color = getenv("NO_COLOR");
	struct settings s = {0};
	int code = parse(&s, argc, argv);

	if (code)
		goto cleanup;
	s.analyze.out.report.colour = isatty(STDOUT_FILENO) && !(no_color && *no_color);
	analyze_watch_interrupts();
	if (s.pair)
		code = analyze_pair(&s.analyze, argv[optind], argv[optind + 1]);
	for (int i = optind; !s.pair && i < argc && !analyze_interrupted() && !ferror(stdout); i++)
		code = judged_worse(code, analyze_input(&s.analyze, argv[i], NULL));
cleanup:
	usb_ids_release(&s.analyze.out.ids);
	layout_free(s.analyze.layout);
	return code;
}

const struct command command_analyze = {
	.name = "analyze",
	.arguments = "[OPTION...] FILE... | --pair NEAR FAR",
	.summary = "judge captures of USB traffic: what is malicious in them, and on what evidence",
	.help = "FILE is a pcap or pcapng capture of usbmon, USBPcap or raw USB 2.0 packets, or "
		"what a tap "
		"recorded\n(pcapng, or its raw dump); '-' is standard input.\n\n"
		"  -p, --profile P    what is expected: bare, keyboard, device FILE or host; by "
		"default what "
		"a tap's\n"
		"                     file says, else host; 'cordon profiles' tells more\n"
		"  -l, --layout L     keyboard layout of the text, as libxkbcommon names it: de, "
		"fr, ...; by default\n"
		"                     what a tap's file says, else us\n"
		"  -j, --json         one JSON object a file\n"
		"  -q, --quiet        the verdict alone\n"
		"      --no-text      leave out what was typed\n"
		"      --hash         add the SHA-256 of the file\n"
		"      --why          how each verdict on typing came about, key by key\n"
		"      --pair         two captures, of both ends of one cable at once: each is "
		"judged, and then\n"
		"                     what differs between them\n"
		"\nexit code: 0 no finding, 10 suspect, 20 malicious, 30 not covered, 1 "
		"input/output error, 2 usage\n",
	.run = run,
};
