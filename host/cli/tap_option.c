/* See tap_option.h. */
#include "cli/tap_option.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "cli/say.h"

int tap_option_add(struct tap_option *o, const struct command *command, const char *serial)
{
	if (o->taps == LINK_USB_AT_ONCE)
		return command_misused(command, "%d taps at most", LINK_USB_AT_ONCE);
	if (!*serial)
		return command_misused(command, "a serial number is missing");
	o->tap[o->taps++] = serial;
	return 0;
}

int tap_option_connect(struct tap_option *o, const struct command *command, const char *path)
{
	if (o->connects == LINK_USB_AT_ONCE)
		return command_misused(command, "%d taps at most", LINK_USB_AT_ONCE);
	o->connect[o->connects++] = path;
	return 0;
}

/* Serial numbers are long: the last digits do, where they are of one tap alone. */
static bool ends_with(const char *serial, const char *end)
{
	size_t n = strlen(serial), m = strlen(end);

	return m <= n && strcasecmp(serial + n - m, end) == 0;
}

static int none(void)
{
	say_error("no tap found: plug one in; 'cordon devices' lists them");
	return EXIT_FAULT;
}

static int choose_one(const struct usb_tap *taps, unsigned count, const char *wanted,
                      struct tap_choice *choice)
{
	const struct usb_tap *found = NULL;

	for (unsigned i = 0; i < count; i++) {
		if (!ends_with(taps[i].serial, wanted))
			continue;
		if (found) {
			say_error("'%s' may be tap '%s' or '%s': give more digits", wanted,
			          found->serial, taps[i].serial);
			return EXIT_FAULT;
		}
		found = &taps[i];
	}
	if (!found) {
		say_error("there is no tap '%s'; 'cordon devices' lists those that are there",
		          wanted);
		return EXIT_FAULT;
	}
	for (unsigned i = 0; i < choice->count; i++)
		if (strcmp(choice->tap[i].serial, found->serial) == 0)
			return 0;
	choice->tap[choice->count++] = *found;
	return 0;
}

int tap_option_choose(const struct tap_option *o, struct tap_choice *choice)
{
	struct usb_tap taps[USB_TAPS_MAX];
	unsigned count;
	bool all = o->taps == 1 && strcmp(o->tap[0], "all") == 0;
	enum err err;
	int code = 0;

	*choice = (struct tap_choice){.count = o->connects};
	if (o->connects)
		return 0;
	err = usb_taps_list(taps, USB_TAPS_MAX, &count);
	if (err) {
		say_error("cannot look for taps: %s", err_text(err));
		return EXIT_FAULT;
	}
	if (!count)
		return none();
	if (!o->taps && count > 1) {
		say_error(
			"there are %u taps: choose with --tap SERIAL; 'cordon devices' lists them",
			count);
		return EXIT_FAULT;
	}
	for (unsigned i = 0; i < o->taps && !code && !all; i++)
		code = choose_one(taps, count, o->tap[i], choice);
	for (unsigned i = 0; i < count && (all || !o->taps); i++) {
		if (choice->count == LINK_USB_AT_ONCE) {
			say_error("there are %u taps, and %d at most can be listened to at once: "
			          "choose with --tap SERIAL",
			          count, LINK_USB_AT_ONCE);
			return EXIT_FAULT;
		}
		choice->tap[choice->count++] = taps[i];
	}
	return code;
}

struct link *tap_option_open(const struct tap_option *o, const struct tap_choice *choice,
                             unsigned i)
{
	char message[LINK_MESSAGE_MAX];
	struct link *l;
	enum err err;

	if (o->connects) {
		err = link_socket_open(&l, o->connect[i]);
		if (err == ERR_OPEN)
			say_error("cannot connect to '%s': %s", o->connect[i], strerror(errno));
		else if (err)
			say_error("'%s': %s", o->connect[i], err_text(err));
		return l;
	}
	if (link_usb_open(&l, choice->tap[i].serial, true, message))
		say_error("%s", message);
	return l;
}

const char *tap_option_name(const struct tap_option *o, const struct tap_choice *choice, unsigned i)
{
	const char *slash;

	if (!o->connects)
		return choice->tap[i].serial;
	slash = strrchr(o->connect[i], '/');
	return slash ? slash + 1 : o->connect[i];
}
