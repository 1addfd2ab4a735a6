#include "tui/keyboard_watch.h"

#include <linux/input-event-codes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libudev.h>

struct keyboard_watch {
	struct udev *udev;
	struct udev_monitor *monitor;
};

/* A long is the kernel's word, and the program's. */
enum { WORD_BITS = 8 * sizeof(long) };

bool keyboard_watch_types(const char *bitmap)
{
	unsigned long long words[(KEY_DELETE / WORD_BITS) + 1] = {0};
	const char *at = bitmap;

	/* The last words are the lowest bits: each new one pushes the others up. */
	for (char *end;; at = end) {
		unsigned long long v = strtoull(at, &end, 16);

		if (end == at)
			break;
		memmove(words + 1, words, sizeof(words) - sizeof(words[0]));
		words[0] = v;
	}
	for (unsigned key = KEY_ESC; key <= KEY_DELETE; key++)
		if (words[key / WORD_BITS] >> (key % WORD_BITS) & 1)
			return true;
	return false;
}

struct keyboard_watch *keyboard_watch_open(void)
{
	struct keyboard_watch *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->udev = udev_new();
	/* The kernel's own news: udev's come later, and not at all where no daemon runs. */
	w->monitor = w->udev ? udev_monitor_new_from_netlink(w->udev, "kernel") : NULL;
	if (!w->monitor ||
	    udev_monitor_filter_add_match_subsystem_devtype(w->monitor, "input", NULL) < 0 ||
	    udev_monitor_enable_receiving(w->monitor) < 0) {
		keyboard_watch_close(w);
		return NULL;
	}
	return w;
}

void keyboard_watch_close(struct keyboard_watch *w)
{
	if (!w)
		return;
	udev_monitor_unref(w->monitor);
	udev_unref(w->udev);
	free(w);
}

int keyboard_watch_fd(const struct keyboard_watch *w)
{
	return udev_monitor_get_fd(w->monitor);
}

static bool is_new_keyboard(struct udev_device *d, char *name, size_t size)
{
	const char *action = udev_device_get_action(d);
	const char *key = udev_device_get_property_value(d, "KEY");
	const char *given = udev_device_get_property_value(d, "NAME");
	size_t len;

	/* Of input12 and its event nodes only the former has keys and name. */
	if (!action || strcmp(action, "add") != 0 || !key || !keyboard_watch_types(key))
		return false;
	given = given ? given : "";
	given += *given == '"';
	snprintf(name, size, "%s", given);
	len = strlen(name);
	if (len && name[len - 1] == '"')
		name[len - 1] = '\0';
	return true;
}

bool keyboard_watch_next(struct keyboard_watch *w, char *name, size_t size)
{
	struct udev_device *d;

	while ((d = udev_monitor_receive_device(w->monitor))) {
		bool found = is_new_keyboard(d, name, size);

		udev_device_unref(d);
		if (found)
			return true;
	}
	return false;
}
