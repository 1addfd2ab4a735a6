/* `--tap SERIAL`, `--connect PATH`: which taps a command listens to, as links. */
#ifndef CORDON_CLI_TAP_OPTION_H
#define CORDON_CLI_TAP_OPTION_H

#include "capture/link_usb.h"
#include "cli/command.h"

struct tap_option {
	const char *tap[LINK_USB_AT_ONCE]; /* serial numbers, or their ends; "all" */
	unsigned taps;
	const char *connect[LINK_USB_AT_ONCE]; /* paths of sockets; taps or sockets, not both */
	unsigned connects;
};

struct tap_choice {
	unsigned count;
	struct usb_tap tap[LINK_USB_AT_ONCE]; /* none with sockets */
};

/* One more `--tap`, `--connect`. 0, or an exit code with the message said. */
int tap_option_add(struct tap_option *o, const struct command *command, const char *serial);
int tap_option_connect(struct tap_option *o, const struct command *command, const char *path);

/*
 * Which ones are meant, of those that are there; with none named, the only one. 0, or an exit code with the message said.
 * With --connect, the simulated ones alone.
 */
int tap_option_choose(const struct tap_option *o, struct tap_choice *choice);

/* The `i`-th of them, told to capture. NULL with the message said. */
struct link *tap_option_open(const struct tap_option *o, const struct tap_choice *choice,
                             unsigned i);

/* For messages and files: the serial number, or the last part of the socket's path. */
const char *tap_option_name(const struct tap_option *o, const struct tap_choice *choice,
                            unsigned i);

#endif
