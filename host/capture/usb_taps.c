/* See usb_taps.h. Strings come from sysfs, where they can be read without the right to open the device. */
#include "capture/usb_taps.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include <hidapi/hidapi.h>
#include <libusb-1.0/libusb.h>

enum { PORTS_MAX = 7 };

static bool place_of(libusb_device *d, char *to, size_t size)
{
	uint8_t port[PORTS_MAX];
	int n = libusb_get_port_numbers(d, port, PORTS_MAX);
	size_t used;

	if (n <= 0)
		return false; /* a root hub */
	used = (size_t)snprintf(to, size, "%u", libusb_get_bus_number(d));
	for (int i = 0; i < n && used < size; i++)
		used += (size_t)snprintf(to + used, size - used, "%c%u", i ? '.' : '-', port[i]);
	return used < size;
}

static bool attribute(const char *place, const char *name, char *to, size_t size)
{
	char path[128];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/usb/devices/%s/%s", place, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, to, size - 1);
	close(fd);
	if (n < 0)
		return false;
	to[n] = '\0';
	to[strcspn(to, "\n")] = '\0';
	return true;
}

bool usb_tap_is(libusb_device *d, struct usb_tap *t)
{
	struct libusb_device_descriptor descriptor;
	char product[64];

	*t = (struct usb_tap){0};
	if (libusb_get_device_descriptor(d, &descriptor) < 0 ||
	    descriptor.idVendor != USB_TAP_VENDOR || descriptor.idProduct != USB_TAP_PRODUCT ||
	    !place_of(d, t->place, sizeof(t->place)))
		return false;
	/* The number is everybody's for tests: the name tells. */
	if (!attribute(t->place, "product", product, sizeof(product)) ||
	    strcmp(product, "Cordon tap") != 0)
		return false;
	attribute(t->place, "serial", t->serial, sizeof(t->serial));
	snprintf(t->node, sizeof(t->node), "/dev/bus/usb/%03u/%03u", libusb_get_bus_number(d),
	         libusb_get_device_address(d));
	t->release = descriptor.bcdDevice;
	t->access = access(t->node, R_OK | W_OK) == 0;
	return true;
}

enum err usb_taps_list(struct usb_tap *taps, unsigned max, unsigned *count)
{
	libusb_context *context;
	libusb_device **list;
	ssize_t n;

	*count = 0;
	if (libusb_init(&context) < 0)
		return ERR_USB;
	n = libusb_get_device_list(context, &list);
	for (ssize_t i = 0; i < n && *count < max; i++)
		*count += usb_tap_is(list[i], &taps[*count]);
	if (n >= 0)
		libusb_free_device_list(list, 1);
	libusb_exit(context);
	return n < 0 ? ERR_USB : ERR_NONE;
}

static bool same(const wchar_t *wide, const char *narrow)
{
	/* Serial numbers of taps are hex digits. */
	while (*narrow && *wide == (wchar_t)(unsigned char)*narrow) {
		wide++;
		narrow++;
	}
	return !*narrow && !*wide;
}

bool usb_tap_hidraw(const char *serial, char *path, unsigned size)
{
	struct hid_device_info *list = hid_enumerate(USB_TAP_VENDOR, USB_TAP_PRODUCT);
	bool found = false;

	for (struct hid_device_info *d = list; d && !found; d = d->next)
		if (d->interface_number == USB_TAP_HID && d->serial_number &&
		    same(d->serial_number, serial))
			found = (unsigned)snprintf(path, size, "%s", d->path) < size;
	hid_free_enumeration(list);
	hid_exit();
	return found;
}
