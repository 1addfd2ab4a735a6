/* A tap as umockdev's testbed is told of it: the nodes and attributes that a kernel would show. */
#ifndef CORDON_TESTS_LINK_UMOCK_DESCRIBE_H
#define CORDON_TESTS_LINK_UMOCK_DESCRIBE_H

#include <glib.h>

struct umock_names {
	unsigned index; /* of the port, from 0 */
	unsigned serial;
	char usb_node[32], hid_node[32], usb_path[64], hid_path[128];
};

void umock_name(struct umock_names *t, unsigned index, unsigned serial);

/* The device, to be freed; to it its HID interface. */
GString *umock_describe_usb(const struct umock_names *t);
void umock_describe_hid(const struct umock_names *t, GString *s);

#endif
