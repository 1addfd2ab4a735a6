/*
 * `cordon sim`: a recording of a scenario, as a tap would have made it: into a file, to standard output, or live on a
 * socket.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "capture/capture.h"
#include "capture/pcapng_write.h"
#include "capture/tap_write.h"
#include "cli/command.h"
#include "cli/say.h"
#include "cli/scenario_option.h"
#include "cli/sim_listen.h"
#include "cli/sim_waveform.h"
#include "cli/told_plan.h"
#include "sim/keyed.h"
#include "sim/recording.h"
#include "sim/scenario_rehearsal.h"
#include "sim/truth.h"

enum {
	OPTION_TRUTH = OPTION_SCENARIO_LAST,
	OPTION_CHECK,
	OPTION_LISTEN,
	OPTION_SPEED,
	OPTION_WAVEFORM,
	OPTION_SECONDS,
	OPTION_KEYED,
	OPTION_FAR,
};

struct sim {
	struct scenario_option scenario;
	const char *output, *far, *truth, *check, *listen, *waveform;
	double speed;   /* 0: as fast as it can be made */
	double seconds; /* of the scenario; 0: all of it */
	bool keyed;
};

/* 2026-01-01, 0 o'clock: a simulation happened at no time, and must always give the same bytes. */
#define START_NS (UINT64_C(1767225600) * 1000000000)

static const struct option long_options[] = {
	SCENARIO_OPTIONS,
	{"output", required_argument, NULL, 'o'},
	{"truth", required_argument, NULL, OPTION_TRUTH},
	{"check", required_argument, NULL, OPTION_CHECK},
	{"listen", required_argument, NULL, OPTION_LISTEN},
	{"speed", required_argument, NULL, OPTION_SPEED},
	{"waveform", required_argument, NULL, OPTION_WAVEFORM},
	{"seconds", required_argument, NULL, OPTION_SECONDS},
	{"keyed", no_argument, NULL, OPTION_KEYED},
	{"far", required_argument, NULL, OPTION_FAR},
	{"layout", required_argument, NULL, 'l'},
	{NULL, 0, NULL, 0},
};

static bool ends_in(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n >= m && strcmp(path + n - m, end) == 0;
}

static int take_speed(struct sim *s, const char *argument)
{
	char *end;

	if (strcmp(argument, "max") == 0) {
		s->speed = 0;
		return 0;
	}
	s->speed = strtod(argument, &end);
	if (end == argument || *end || !(s->speed >= 0.001 && s->speed <= 1e6))
		return command_misused(&command_sim, "'%s' is no speed: 0.001 to 1000000, or max",
		                       argument);
	return 0;
}

static int take_seconds(struct sim *s, const char *argument)
{
	char *end;

	s->seconds = strtod(argument, &end);
	if (end == argument || *end || !(s->seconds >= 0.001 && s->seconds <= 1e6))
		return command_misused(&command_sim, "'%s' is no time: 0.001 to 1000000 seconds",
		                       argument);
	return 0;
}

static int take(struct sim *s, int c, char **argv)
{
	switch (c) {
	case 'o':
		s->output = optarg;
		return 0;
	case 'l':
		s->scenario.layout = optarg;
		return told_layout(optarg, "");
	case OPTION_TRUTH:
		s->truth = optarg;
		return 0;
	case OPTION_CHECK:
		s->check = optarg;
		return 0;
	case OPTION_LISTEN:
		s->listen = optarg;
		return 0;
	case OPTION_SPEED:
		return take_speed(s, optarg);
	case OPTION_WAVEFORM:
		s->waveform = optarg;
		return 0;
	case OPTION_SECONDS:
		return take_seconds(s, optarg);
	case OPTION_KEYED:
		s->keyed = true;
		return 0;
	case OPTION_FAR:
		s->far = optarg;
		return 0;
	case ':':
	case '?':
		return command_bad_option(&command_sim, c, argv);
	default:
		return scenario_option_take(&s->scenario, &command_sim, c, optarg);
	}
}

static int check_name(const char *path)
{
	if (!path || !strcmp(path, "-") || ends_in(path, ".pcapng") || ends_in(path, ".tap"))
		return 0;
	return command_misused(&command_sim, "'%s' is neither a .pcapng nor a .tap", path);
}

static int parse(struct sim *s, int argc, char **argv)
{
	int code = 0;

	opterr = 0;
	for (int c; !code && (c = getopt_long(argc, argv, ":o:l:", long_options, NULL)) != -1;)
		code = take(s, c, argv);
	if (code || s->check)
		return code;
	if (optind >= argc)
		return command_misused(&command_sim, "which scenario?");
	if (optind + 1 < argc)
		return command_misused(&command_sim, "unexpected argument '%s'", argv[optind + 1]);
	if (!s->output == !s->listen && !(s->waveform && !s->output))
		return command_misused(&command_sim, "give either --output FILE or --listen PATH");
	if (s->far && (!s->output || s->keyed))
		return command_misused(&command_sim, "--far needs --output, and no --keyed");
	if (s->far && strcmp(s->far, s->output) == 0)
		return command_misused(&command_sim, "--far and --output name the same file, '%s'",
		                       s->far);
	code = check_name(s->output);
	if (!code)
		code = check_name(s->far);
	if (code)
		return code;
	return scenario_option_find(&s->scenario, argv[optind]);
}

/* Where records go: a pcapng file, or the stream of a tap. */
struct output {
	struct pcapng_writer *pcapng;
	struct tap_writer *tap;
	struct record_sink sink;
};

static enum err open_output(struct output *o, const struct sim *s, const char *path)
{
	static const struct pcapng_interface interfaces[] = {
		{.link_type = 294, .name = "full speed"},
		{.link_type = 293, .name = "low speed"},
		{.link_type = 147, .name = CAPTURE_TAP_NAME},
	};
	const struct pcapng_head head = {
		.hardware = "simulated tap",
		.application = "cordon " CORDON_VERSION,
		.comment = s->scenario.scenario->name,
		.start_ns = START_NS,
		.interfaces = interfaces,
		.interface_count = sizeof(interfaces) / sizeof(interfaces[0]),
	};
	enum err err;

	if (ends_in(path, ".tap")) {
		err = tap_writer_create(&o->tap, path);
		o->sink = (struct record_sink){.context = o->tap, .record = tap_writer_record};
	} else {
		err = pcapng_create(&o->pcapng, path, &head);
		o->sink = (struct record_sink){.context = o->pcapng, .record = pcapng_record};
	}
	return err;
}

static enum err close_output(struct output *o)
{
	return o->tap ? tap_writer_close(o->tap) : pcapng_close(o->pcapng);
}

/* One end: the far one where `far` is, else the near one. */
static int make(const struct sim *s, const char *path, const struct scenario_plan *plan,
                const struct play_watch *watch, struct far_end *far)
{
	struct output o = {0};
	struct recording *r = NULL;
	enum err err = open_output(&o, s, path);

	if (err) {
		say_error(err == ERR_OPEN ? "cannot open '%s': %s" : "'%s': %s", path,
		          err == ERR_OPEN ? strerror(errno) : err_text(err));
		return EXIT_FAULT;
	}
	r = far ? recording_new_far(far, &o.sink) : recording_new(plan, &o.sink, watch);
	if (!r)
		err = ERR_MEMORY;
	while (r && recording_step(r))
		;
	recording_free(r);
	if (!err)
		err = close_output(&o);
	else
		close_output(&o);
	if (err == ERR_WRITE)
		say_error("cannot write '%s': %s", path, strerror(errno));
	else if (err)
		say_error("%s", err_text(err));
	return err ? EXIT_FAULT : 0;
}

static int make_far(const struct sim *s, const struct scenario_plan *plan)
{
	struct far_end *far;
	int code;

	if (far_end_new(&far, plan, &s->scenario.settings)) {
		say_error("%s", err_text(ERR_MEMORY));
		return EXIT_FAULT;
	}
	code = make(s, s->far, plan, NULL, far);
	far_end_free(far);
	return code;
}

static int write_truth(struct truth *t, const char *path)
{
	FILE *f = fopen(path, "w");
	bool good = f && truth_write(t, f);

	if (f && fclose(f) != 0)
		good = false;
	if (!good)
		say_error("cannot write '%s': %s", path, strerror(errno));
	return good ? 0 : EXIT_FAULT;
}

/* A code of this seed's own, so that no other's can be taken for it. */
static void key(struct sim *s)
{
	struct random r;

	random_init(&r, s->scenario.settings.seed ^ UINT64_C(0x6b657965645f7573));
	s->scenario.settings.key = (struct vbus_code){
		.seed = (uint32_t)random_u64(&r), .chips = KEYED_CHIPS, .chip_ms = KEYED_CHIP_MS};
}

static void shorten(const struct sim *s, struct scenario_plan *plan)
{
	double ns = s->seconds * 1e9;

	if (s->seconds > 0 && (double)(plan->end_ns - plan->vbus_on_ns) > ns)
		plan->end_ns = plan->vbus_on_ns + (int64_t)ns;
}

static int play(struct sim *s)
{
	struct scenario_plan *plan;
	struct truth *truth = NULL;
	struct play_watch watch = {0};
	int code;

	if (s->keyed)
		key(s);
	code = scenario_option_plan(&s->scenario, &plan);
	if (code)
		return code;
	shorten(s, plan);
	if (s->truth) {
		truth = truth_new(plan);
		if (truth)
			watch = truth_watch(truth);
		else
			code = EXIT_FAULT;
	}
	if (!code && s->waveform)
		code = sim_waveform(plan, s->waveform);
	if (!code && (s->output || s->listen))
		code = s->listen ? sim_listen(plan, &watch, s->listen, s->speed > 0 ? s->speed : 1)
		                 : make(s, s->output, plan, &watch, NULL);
	if (!code && s->far)
		code = make_far(s, plan);
	if (!code && truth)
		code = write_truth(truth, s->truth);
	truth_free(truth);
	scenario_plan_free(plan);
	return code;
}

static int check(struct sim *s)
{
	char message[SCENARIO_MESSAGE_MAX];
	int code;

	s->scenario.file = s->check;
	code = scenario_option_read(&s->scenario);
	for (size_t i = 0; !code && i < s->scenario.set.count; i++) {
		enum err err = scenario_rehearse(&s->scenario.set.scenario[i], s->check, message);

		if (err)
			say_error("%s", err == ERR_SCENARIO ? message : err_text(err));
		code = err ? EXIT_FAULT : 0;
	}
	if (!code)
		printf("%zu scenario%s, nothing wrong\n", s->scenario.set.count,
		       s->scenario.set.count == 1 ? "" : "s");
	return code;
}

static int run(int argc, char **argv)
{
	struct sim s = {0};
	int code;

	scenario_option_init(&s.scenario);
	code = parse(&s, argc, argv);
	if (!code)
		code = s.check ? check(&s) : play(&s);
	scenario_option_release(&s.scenario);
	return code;
}

const struct command command_sim = {
	.name = "sim",
	.arguments = "SCENARIO -o FILE [OPTION...]",
	.summary = "play a cable without hardware: what a tap would have recorded of it",
	.help = "SCENARIO is the id of one that 'cordon scenarios' lists, or a JSON file with "
		"one.\n\n"
		"  -o, --output FILE  .pcapng or .tap, by its name; '-' is pcapng to standard "
		"output\n"
		"      --listen PATH  instead: a live tap on a Unix socket, at its own pace\n"
		"      --speed X      of --listen: times as fast, 0.001 to 1000000\n"
		"      --waveform F   what stood at the tap's pins: data lines, current, radio, "
		"VBUS\n"
		"      --seconds X    only so long, counted from VBUS on\n"
		"      --far FILE     and what a second tap at the far end has recorded meanwhile; "
		"see analyze --pair\n"
		"      --keyed        VBUS is switched by a code, and the cable lives anew each "
		"time\n"
		"      --truth FILE   what was really played: keys, times, devices, expected "
		"verdict\n" SCENARIO_HELP
		"  -l, --layout L     the payload's keyboard: us (the default), de, fr, ...\n"
		"      --check FILE   only say whether the scenarios of a file can be played\n"
		"\nSame scenario, options and seed: same bytes.\n",
	.run = run,
};
