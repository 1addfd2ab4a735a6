#include "tests/link/umock_describe.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/usb_desc.h"

void umock_name(struct umock_names *t, unsigned index, unsigned serial)
{
	t->index = index;
	t->serial = serial;
	snprintf(t->usb_node, sizeof(t->usb_node), "/dev/bus/usb/001/%03u", index + 2);
	snprintf(t->hid_node, sizeof(t->hid_node), "/dev/hidraw%u", index);
	snprintf(t->usb_path, sizeof(t->usb_path), "/devices/pci0000:00/usb1/1-%u", index + 1);
	snprintf(t->hid_path, sizeof(t->hid_path), "%s/1-%u:1.1/0003:1209:0001.%04u", t->usb_path,
	         index + 1, index + 1);
}

static void add_hex(GString *to, const char *name, const uint8_t *bytes, size_t len)
{
	g_string_append_printf(to, "H: %s=", name);
	for (size_t i = 0; i < len; i++)
		g_string_append_printf(to, "%02X", bytes[i]);
	g_string_append(to, "\n");
}

GString *umock_describe_usb(const struct umock_names *t)
{
	GString *s = g_string_new(NULL);
	uint8_t descriptors[256];
	size_t device, config;
	const uint8_t *at = usb_desc(1, 0, &device);

	memcpy(descriptors, at, device);
	at = usb_desc(2, 0, &config);
	memcpy(descriptors + device, at, config);
	g_string_append_printf(
		s,
		"P: %s\nN: bus/usb/001/%03u=00\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\n"
		"E: DEVNAME=%s\nE: BUSNUM=001\nE: DEVNUM=%03u\nE: PRODUCT=1209/1/10\nE: MAJOR=189\n"
		"E: MINOR=%u\nA: idVendor=1209\\n\nA: idProduct=0001\\n\nA: busnum=1\\n\n"
		"A: devnum=%u\\n\nA: speed=12\\n\nA: bConfigurationValue=1\\n\n"
		"A: bNumConfigurations=1\\n\nA: bcdDevice=0010\\n\nA: product=Cordon tap\\n\n"
		"A: manufacturer=Cordon\\n\nA: serial=%016X\\n\n",
		t->usb_path, t->index + 2, t->usb_node, t->index + 2, t->index + 1, t->index + 2,
		t->serial);
	add_hex(s, "descriptors", descriptors, device + config);
	g_string_append(s, "\n");
	return s;
}

void umock_describe_hid(const struct umock_names *t, GString *s)
{
	size_t len;
	const uint8_t *descriptor = usb_desc_hid(0x22, &len);

	g_string_append_printf(s,
	                       "P: %s/1-%u:1.1\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_interface\n"
	                       "E: INTERFACE=3/0/0\nA: bInterfaceNumber=01\\n\n"
	                       "A: bInterfaceClass=03\\n\n\n"
	                       "P: %s\nE: SUBSYSTEM=hid\nE: HID_ID=0003:00001209:00000001\n"
	                       "E: HID_NAME=Cordon tap\nE: HID_UNIQ=%016X\n"
	                       "E: HID_PHYS=usb-1/input1\n",
	                       t->usb_path, t->index + 1, t->hid_path, t->serial);
	add_hex(s, "report_descriptor", descriptor, len);
	g_string_append_printf(s,
	                       "\nP: %s/hidraw/hidraw%u\nN: hidraw%u\nE: SUBSYSTEM=hidraw\n"
	                       "E: DEVNAME=%s\nE: MAJOR=243\nE: MINOR=%u\n"
	                       "L: device=../../../0003:1209:0001.%04u\n\n",
	                       t->hid_path, t->index, t->index, t->hid_node, t->index,
	                       t->index + 1);
}
