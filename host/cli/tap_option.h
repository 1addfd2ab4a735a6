/* `--tap SERIAL`, `--connect PATH`: which taps a command listens to, as links. */
#ifndef CORDON_CLI_TAP_OPTION_H
#define CORDON_CLI_TAP_OPTION_H

#include "capture/link_usb.h"
#include "cli/command.h"

struct tap_option {
	const char *tap[LINK_USB_AT_ONCE]; /* serial numbers, or their ends; "all" */
	unsigned taps;
	const char *connect; /* NULL: none */
};

struct tap_choice {
	unsigned count;
	struct usb_tap tap[LINK_USB_AT_ONCE]; /* none with `connect` */
};

/* One more `--tap`. 0, or an exit code with the message said. */
int tap_option_add(struct tap_option *o, const struct command *command, const char *serial);

/*
 * Which ones are meant, of those that are there; with none named, the only one. At most `max`. 0, or an exit code with the
 * message said. With --connect there is one, the simulated.
 */
int tap_option_choose(const struct tap_option *o, unsigned max, struct tap_choice *choice);

/* The `i`-th of them, told to capture. NULL with the message said. */
struct link *tap_option_open(const struct tap_option *o, const struct tap_choice *choice,
                             unsigned i);

/* For messages and files: the serial number, or the socket's path. */
const char *tap_option_name(const struct tap_option *o, const struct tap_choice *choice,
                            unsigned i);

#endif
