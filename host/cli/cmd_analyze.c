/*
 * `cordon analyze`: judges captures, one after the other, and exits by the worst of their verdicts.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "cli/command.h"
#include "cli/judged.h"
#include "cli/profile_option.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/why.h"

/* Blocks between two looks at whether the user wants to stop. */
enum { BATCH = 65536 };

struct settings {
	struct profile profile;
	bool has_profile, hash, why;
	struct layout *layout;
	struct judged_output out;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

struct input {
	struct progress progress;
	crypto_hash_sha256_state sha;
	bool hash;
};

static void on_bytes(void *context, const uint8_t *data, size_t len)
{
	struct input *in = context;

	if (in->hash)
		crypto_hash_sha256_update(&in->sha, data, len);
	progress_add(&in->progress, len);
}

static const char *finish_hash(struct input *in, char hex[2 * crypto_hash_sha256_BYTES + 1])
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256_final(&in->sha, hash);
	sodium_bin2hex(hex, 2 * sizeof(hash) + 1, hash, sizeof(hash));
	return hex;
}

static enum err read_all(struct capture *c, const struct record_sink *sink)
{
	enum capture_state state = CAPTURE_MORE;
	enum err err = ERR_NONE;

	while (!err && state != CAPTURE_END && !interrupted) {
		struct pollfd wait = {.fd = capture_descriptor(c), .events = POLLIN};

		if (state == CAPTURE_WAITING)
			poll(&wait, 1, -1);
		err = capture_steps(c, sink, BATCH, &state);
	}
	return err;
}

static void complain_of_links(const char *path, const struct capture_info *info)
{
	char types[CAPTURE_SKIP_KINDS * 12] = "";
	size_t at = 0;

	for (uint32_t i = 0; i < info->skipped_kinds; i++)
		at += (size_t)snprintf(types + at, sizeof(types) - at, "%s%u", i ? ", " : "",
		                       info->skipped[i].link_type);
	say_error("'%s': %s, only of type %s", path, err_text(ERR_LINK_TYPE), types);
}

/* Whatever is wrong with the input, what was read of it is judged; a line on stderr tells the rest. */
static void complain(const char *path, enum err err, const struct capture_info *info)
{
	if (err == ERR_LINK_TYPE && info->skipped_kinds)
		complain_of_links(path, info);
	else if (err == ERR_READ)
		say_error("cannot read '%s': %s", path, strerror(info->error));
	else if (err)
		say_error("'%s': %s", path, err_text(err));
	else if (info->truncated)
		say_error("'%s': %s at byte %llu; judged up to there", path, info->reason,
		          (unsigned long long)info->truncated_at);
	if (interrupted)
		say_error("'%s': interrupted; judged up to packet %llu", path,
		          (unsigned long long)info->packets);
}

/* Exit code of one input. */
static int judge(struct settings *s, const char *path)
{
	struct analysis_options options = {.profile = s->has_profile ? &s->profile : NULL,
	                                   .layout = s->out.report.no_text ? NULL : s->layout};
	char hex[2 * crypto_hash_sha256_BYTES + 1];
	struct input in = {.hash = s->hash};
	struct why why = {.json = s->out.json, .no_text = s->out.report.no_text};
	struct capture *capture = NULL;
	struct analysis *analysis = NULL;
	struct capture_info info;
	struct record_sink sink;
	int code = EXIT_FAULT;
	bool whole;
	enum err err;

	if (s->why) {
		options.watch = why_event;
		options.watch_context = &why;
	}
	err = capture_open(&capture, path);
	if (err == ERR_OPEN) {
		say_error("cannot open '%s': %s", path, strerror(errno));
		goto cleanup;
	}
	if (!err)
		err = analysis_new(&analysis, &options);
	if (err) {
		say_error("'%s': %s", path, err_text(err));
		goto cleanup;
	}
	why.model = analysis_model(analysis);
	crypto_hash_sha256_init(&in.sha);
	progress_begin(&in.progress, path);
	if (in.hash || in.progress.shown)
		capture_tap(capture, on_bytes, &in);
	sink = analysis_sink(analysis);
	err = read_all(capture, &sink);
	progress_end(&in.progress);
	info = *capture_info(capture);
	complain(path, err, &info);
	info.truncated = info.truncated || interrupted || err == ERR_READ;
	if (err && !info.packets_used)
		goto cleanup;
	analysis_end(analysis, &info);
	/* The hash of a part would pass for the file's. */
	whole = in.hash && !err && !interrupted;
	if (!judged_print(stdout, &s->out, analysis, path, whole ? finish_hash(&in, hex) : NULL) &&
	    !ferror(stdout))
		say_error("'%s': %s", path, err_text(ERR_MEMORY));
	if (say_written(0))
		goto cleanup;
	code = judged_code(analysis_report(analysis).verdict, err || interrupted);
cleanup:
	analysis_free(analysis);
	capture_free(capture);
	return code;
}

enum { OPTION_NO_TEXT = 256, OPTION_HASH, OPTION_WHY };

static const struct option long_options[] = {
	{"profile", required_argument, NULL, 'p'           },
	{"layout",  required_argument, NULL, 'l'           },
	{"json",    no_argument,       NULL, 'j'           },
	{"quiet",   no_argument,       NULL, 'q'           },
	{"no-text", no_argument,       NULL, OPTION_NO_TEXT},
	{"hash",    no_argument,       NULL, OPTION_HASH   },
	{"why",     no_argument,       NULL, OPTION_WHY    },
	{NULL,      0,                 NULL, 0             },
};

/* Of several short ones in a word, getopt tells which; of a long one it does not. */
static int unknown_option(char **argv)
{
	bool is_long = !optopt || optopt > UCHAR_MAX || strchr("pljq", optopt);

	return is_long ? command_misused(&command_analyze, "unknown option '%s'", argv[optind - 1])
	               : command_misused(&command_analyze, "unknown option '-%c'", optopt);
}

/* 0, or an exit code with the message said. */
static int parse(struct settings *s, int argc, char **argv)
{
	const char *layout = NULL;
	int bad;

	opterr = 0;
	for (int c; (c = getopt_long(argc, argv, ":p:l:jq", long_options, NULL)) != -1;) {
		switch (c) {
		case 'p':
			bad = profile_option(&command_analyze, argc, argv, &s->profile, NULL);
			if (bad)
				return bad;
			s->has_profile = true;
			break;
		case 'l':
			layout = optarg;
			break;
		case 'j':
			s->out.json = true;
			break;
		case 'q':
			s->out.report.quiet = true;
			break;
		case OPTION_NO_TEXT:
			s->out.report.no_text = true;
			break;
		case OPTION_HASH:
			s->hash = true;
			break;
		case OPTION_WHY:
			s->why = true;
			break;
		case ':':
			return command_misused(&command_analyze, "'%s' needs a value",
			                       argv[optind - 1]);
		default:
			return unknown_option(argv);
		}
	}
	if (optind == argc)
		return command_misused(&command_analyze, "no capture given");
	s->layout = layout_new(layout ? layout : "us");
	if (!s->layout) {
		say_error("%s", err_text(ERR_MEMORY));
		return EXIT_FAULT;
	}
	/* The default is compiled at the first key; one that was asked for has to be known to exist. */
	if (layout && !layout_load(s->layout))
		return command_misused(&command_analyze, "unknown keyboard layout '%s' (%s)",
		                       layout, layout_hint());
	return 0;
}

static int run(int argc, char **argv)
{
	/* The second Ctrl-C ends the program at once. */
	struct sigaction stop = {.sa_handler = on_interrupt, .sa_flags = SA_RESETHAND};
	const char *no_color = getenv("NO_COLOR");
	struct settings s = {0};
	int code = parse(&s, argc, argv);

	if (code)
		goto cleanup;
	s.out.report.colour = isatty(STDOUT_FILENO) && !(no_color && *no_color);
	sigaction(SIGINT, &stop, NULL);
	for (int i = optind; i < argc && !interrupted && !ferror(stdout); i++)
		code = judged_worse(code, judge(&s, argv[i]));
cleanup:
	usb_ids_release(&s.out.ids);
	layout_free(s.layout);
	return code;
}

const struct command command_analyze = {
	.name = "analyze",
	.arguments = "[OPTION...] FILE...",
	.summary = "judge captures of USB traffic: what is malicious in them, and on what evidence",
	.help = "FILE is a pcap or pcapng capture of usbmon, USBPcap or raw USB 2.0 packets, or "
		"what a tap "
		"recorded\n(pcapng, or its raw dump); '-' is standard input.\n\n"
		"  -p, --profile P    what is expected: bare, keyboard, device FILE or host; by "
		"default what "
		"a tap's\n"
		"                     file says, else host; 'cordon profiles' tells more\n"
		"  -l, --layout L     keyboard layout of the text, as libxkbcommon names it: us "
		"(the default), de, fr, ...\n"
		"  -j, --json         one JSON object a file\n"
		"  -q, --quiet        the verdict alone\n"
		"      --no-text      leave out what was typed\n"
		"      --hash         add the SHA-256 of the file\n"
		"      --why          how each verdict on typing came about, key by key\n"
		"\nexit code: 0 no finding, 10 suspect, 20 malicious, 30 not covered, 1 "
		"input/output error, 2 usage\n",
	.run = run,
};
