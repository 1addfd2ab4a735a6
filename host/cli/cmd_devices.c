/*
 * `cordon devices`: the taps that are plugged in, and what each says of itself. One that is in use, or may not be opened,
 * is listed all the same, with what the kernel knows of it.
 */
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/say.h"
#include "cli/tap_option.h"
#include "cli/tap_self.h"
#include "report/escape.h"

enum { OPTION_TAP = 256, OPTION_SELF_TEST, OPTION_CALIBRATE, OPTION_OHMS, OPTION_VOLTS };

struct settings {
	bool json, asks; /* it is also asked to do something */
	struct tap_option taps;
	const char *calibrate; /* NULL: not */
	double ohms, volts;    /* 0: not given */
	struct tap_question question;
};

static const char *state_of(const struct tap_answer *a)
{
	switch (a->err) {
	case ERR_NONE:
		return "ready";
	case ERR_ACCESS:
		return "no access";
	case ERR_BUSY:
		return "in use";
	case ERR_VERSION:
		return "other protocol";
	case ERR_SILENT:
		return "silent";
	default:
		return "fault";
	}
}

static bool print_json(const struct settings *s, const struct usb_tap *t,
                       const struct tap_answer *a)
{
	char firmware[16], calibration[16], release[8], serial[4 * USB_TAP_SERIAL_MAX];
	char *line;
	json_t *o;

	escape_utf8(serial, sizeof(serial), t->serial);
	snprintf(release, sizeof(release), "%x.%02x", t->release >> 8, t->release & 0xff);
	o = json_pack("{s:s s:s s:s s:s s:s s:b}", "schema", "cordon.device/1", "serial", serial,
	              "place", t->place, "node", t->node, "release", release, "access", t->access);
	json_object_set_new(o, "state", json_string(state_of(a)));
	if (a->known) {
		snprintf(firmware, sizeof(firmware), "%08x", a->hello.firmware);
		snprintf(calibration, sizeof(calibration), "%08x", a->hello.calibration);
		json_object_set_new(o, "protocol", json_integer(a->hello.version));
		json_object_set_new(o, "board", json_integer(a->hello.board));
		json_object_set_new(o, "firmware", json_string(firmware));
		json_object_set_new(o, "calibration", json_string(calibration));
		json_object_set_new(o, "failed_checks", json_integer(a->hello.failed_checks));
	}
	if (s->asks)
		tap_self_json(&s->question, a, o);
	line = o ? json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
	if (line)
		puts(line);
	free(line);
	json_decref(o);
	return line != NULL;
}

static void print_text(const struct settings *s, const struct usb_tap *t,
                       const struct tap_answer *a)
{
	char serial[4 * USB_TAP_SERIAL_MAX], failed[256];

	escape_terminal(serial, sizeof(serial), t->serial);
	printf("%s  at %s  firmware %x.%02x", serial, t->place, t->release >> 8, t->release & 0xff);
	if (a->known)
		printf(" (image %08x)  board %u  protocol %u  %s", a->hello.firmware,
		       a->hello.board, a->hello.version,
		       a->hello.calibration ? "calibrated" : "not calibrated");
	printf("  %s\n", state_of(a));
	if (a->known && a->hello.failed_checks && !s->asks) {
		tap_self_checks(a->hello.failed_checks, failed, sizeof(failed));
		printf("  failed in its self-test: %s\n", failed);
	}
	if (s->asks)
		tap_self_text(&s->question, a);
	if (a->err && a->message[0])
		say_error("%s", a->message);
}

static int take_number(const char *name, const char *text, double *to)
{
	char *end;

	*to = strtod(text, &end);
	if (*end || end == text || !isfinite(*to) || *to <= 0)
		return command_misused(&command_devices, "%s '%s' is not a positive number", name,
		                       text);
	return 0;
}

static int take_option(struct settings *s, int c, char **argv)
{
	switch (c) {
	case 'j':
		s->json = true;
		return 0;
	case OPTION_TAP:
		return tap_option_add(&s->taps, &command_devices, optarg);
	case OPTION_SELF_TEST:
		s->asks = true;
		tap_self_test(&s->question);
		return 0;
	case OPTION_CALIBRATE:
		s->calibrate = optarg;
		return 0;
	case OPTION_OHMS:
		return take_number("--ohms", optarg, &s->ohms);
	case OPTION_VOLTS:
		return take_number("--volts", optarg, &s->volts);
	default:
		return command_bad_option(&command_devices, c, argv);
	}
}

static int what_to_calibrate(struct settings *s)
{
	bool known = s->ohms > 0 && s->volts > 0;

	if (!s->calibrate && (s->ohms > 0 || s->volts > 0))
		return command_misused(&command_devices,
		                       "--ohms and --volts belong to --calibrate ma or ua");
	if (!s->calibrate)
		return 0;
	if (s->asks)
		return command_misused(&command_devices,
		                       "--self-test and --calibrate: one at a time");
	s->asks = true;
	if (strcmp(s->calibrate, "zero") == 0) {
		if (s->ohms > 0 || s->volts > 0)
			return command_misused(&command_devices,
			                       "zero is measured with nothing at NEAR");
		tap_self_calibrate_zero(&s->question);
		return 0;
	}
	if (strcmp(s->calibrate, "ma") != 0 && strcmp(s->calibrate, "ua") != 0)
		return command_misused(&command_devices, "'%s' is not zero, ma or ua",
		                       s->calibrate);
	if (!known)
		return command_misused(&command_devices, "--calibrate %s needs --ohms and --volts",
		                       s->calibrate);
	tap_self_calibrate_slope(&s->question,
	                         s->calibrate[0] == 'u' ? WIRE_RANGE_UA : WIRE_RANGE_MA, s->ohms,
	                         s->volts);
	return 0;
}

static int list(const struct settings *s, const struct usb_tap *taps, unsigned count)
{
	int code = 0;

	for (unsigned i = 0; i < count; i++) {
		struct tap_answer a;

		tap_ask(&taps[i], s->asks ? &s->question : NULL, &a);
		if (!s->json)
			print_text(s, &taps[i], &a);
		else if (!print_json(s, &taps[i], &a))
			say_error("%s", err_text(ERR_MEMORY));
		if (s->asks && (a.err || !tap_self_good(&s->question, &a)))
			code = EXIT_FAULT;
	}
	return code;
}

/* The taps that are named; all, where none is, but a calibration is of one. */
static int list_chosen(struct settings *s)
{
	struct tap_choice choice;
	int code;

	if (!s->taps.taps && !s->calibrate)
		s->taps.tap[s->taps.taps++] = "all";
	code = tap_option_choose(&s->taps, &choice);
	if (!code && s->calibrate && choice.count != 1)
		return command_misused(&command_devices, "one tap is calibrated at a time");
	return code ? code : list(s, choice.tap, choice.count);
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"json", no_argument, NULL, 'j'},
		{"tap", required_argument, NULL, OPTION_TAP},
		{"self-test", no_argument, NULL, OPTION_SELF_TEST},
		{"calibrate", required_argument, NULL, OPTION_CALIBRATE},
		{"ohms", required_argument, NULL, OPTION_OHMS},
		{"volts", required_argument, NULL, OPTION_VOLTS},
		{NULL, 0, NULL, 0},
	};
	struct usb_tap taps[USB_TAPS_MAX];
	struct settings s = {0};
	unsigned count;
	enum err err;
	int code = 0;

	opterr = 0;
	for (int c; !code && (c = getopt_long(argc, argv, ":j", long_options, NULL)) != -1;)
		code = take_option(&s, c, argv);
	if (!code && optind < argc)
		code = command_misused(&command_devices, "unexpected argument '%s'", argv[optind]);
	if (!code)
		code = what_to_calibrate(&s);
	if (code)
		return code;
	if (s.asks || s.taps.taps)
		return list_chosen(&s);
	err = usb_taps_list(taps, USB_TAPS_MAX, &count);
	if (err) {
		say_error("cannot look for taps: %s", err_text(err));
		return EXIT_FAULT;
	}
	if (!count && !s.json)
		puts("no tap found");
	return list(&s, taps, count);
}

const struct command command_devices = {
	.name = "devices",
	.arguments = "[--json] [--tap SERIAL]... [--self-test | --calibrate WHAT]",
	.summary = "list the taps that are plugged in, with versions and serial numbers; test "
		   "and calibrate them",
	.help = "  -j, --json           one JSON object a tap\n"
		"      --tap SERIAL     this one; the last digits do\n"
		"      --self-test      let each test itself, with nothing at NEAR: sensors, and a "
		"keyboard played to its own listener\n"
		"      --calibrate zero keep what current reads as none, with nothing at NEAR\n"
		"      --calibrate ma --ohms R --volts V\n"
		"      --calibrate ua --ohms R --volts V\n"
		"                       keep the slope of that range, with a resistor of R ohm "
		"from "
		"VBUS of NEAR to ground and V volts across it\n"
		"\nA tap that cannot be opened is listed with the reason.\n"
		"exit code: 0, also where there is none; 1 input/output error, or a test or "
		"calibration that did not succeed; 2 usage\n",
	.run = run,
};
