/*
 * `cordon devices`: the taps that are plugged in, and what each says of itself. One that is in use, or may not be opened,
 * is listed all the same, with what the kernel knows of it.
 */
#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "capture/link_usb.h"
#include "cli/clock.h"
#include "cli/command.h"
#include "cli/say.h"
#include "report/escape.h"

#define ANSWER_NS INT64_C(1000000000)

/* What came of asking it. */
struct answer {
	enum err err;
	bool known;
	struct wire_hello hello;
	char message[LINK_MESSAGE_MAX];
};

static void ignore(void *context, const struct record *r)
{
	(void)context;
	(void)r;
}

/* It is not told to capture: one that measures for somebody else would be disturbed. */
static void ask(const struct usb_tap *t, struct answer *a)
{
	const struct record_sink nowhere = {.record = ignore};
	enum link_state state = LINK_WAIT;
	int64_t end = clock_now_ns() + ANSWER_NS;
	struct link *l;

	*a = (struct answer){0};
	a->err = link_usb_open(&l, t->serial, false, a->message);
	if (a->err)
		return;
	while (!a->err && state != LINK_OVER && !a->known && clock_now_ns() < end) {
		struct pollfd wait = {.fd = link_fd(l), .events = POLLIN};
		int64_t due;

		a->err = link_pump(l, clock_now_ns(), &nowhere, &state);
		a->known = link_status(l)->hello.tick_hz != 0;
		if (a->err || a->known || state != LINK_WAIT)
			continue;
		due = link_due(l) < end ? link_due(l) : end;
		due -= clock_now_ns();
		poll(&wait, 1, due > 0 ? (int)(due / 1000000) + 1 : 0);
	}
	a->hello = link_status(l)->hello;
	snprintf(a->message, sizeof(a->message), "%s", link_status(l)->message);
	if (!a->known && !a->err)
		a->err = ERR_SILENT;
	link_free(l);
}

static const char *state_of(const struct answer *a)
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

static bool print_json(const struct usb_tap *t, const struct answer *a)
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
	line = o ? json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
	if (line)
		puts(line);
	free(line);
	json_decref(o);
	return line != NULL;
}

static void print_text(const struct usb_tap *t, const struct answer *a)
{
	char serial[4 * USB_TAP_SERIAL_MAX];

	escape_terminal(serial, sizeof(serial), t->serial);
	printf("%s  at %s  firmware %x.%02x", serial, t->place, t->release >> 8, t->release & 0xff);
	if (a->known)
		printf(" (image %08x)  board %u  protocol %u  %s", a->hello.firmware,
		       a->hello.board, a->hello.version,
		       a->hello.calibration ? "calibrated" : "not calibrated");
	printf("  %s\n", state_of(a));
	if (a->err && a->message[0])
		say_error("%s", a->message);
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"json", no_argument, NULL, 'j'},
		{NULL,   0,           NULL, 0  },
	};
	struct usb_tap taps[USB_TAPS_MAX];
	unsigned count;
	bool json = false;
	enum err err;

	opterr = 0;
	for (int c; (c = getopt_long(argc, argv, "j", long_options, NULL)) != -1;) {
		if (c != 'j')
			return command_misused(&command_devices, "unknown option '%s'",
			                       argv[optind - 1]);
		json = true;
	}
	if (optind < argc)
		return command_misused(&command_devices, "unexpected argument '%s'", argv[optind]);
	err = usb_taps_list(taps, USB_TAPS_MAX, &count);
	if (err) {
		say_error("cannot look for taps: %s", err_text(err));
		return EXIT_FAULT;
	}
	for (unsigned i = 0; i < count; i++) {
		struct answer a;

		ask(&taps[i], &a);
		if (!json)
			print_text(&taps[i], &a);
		else if (!print_json(&taps[i], &a))
			say_error("%s", err_text(ERR_MEMORY));
	}
	if (!count && !json)
		puts("no tap found");
	return 0;
}

const struct command command_devices = {
	.name = "devices",
	.arguments = "[--json]",
	.summary = "list the taps that are plugged in, with versions and serial numbers",
	.help = "  -j, --json         one JSON object a tap\n"
		"\nA tap that cannot be opened is listed with the reason.\n"
		"exit code: 0, also where there is none; 1 input/output error, 2 usage\n",
	.run = run,
};
