/* Descriptors and names from any bytes: no crash, and everything kept within its bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "usb/descriptor.h"
#include "usb/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct usb_configuration c;
	struct usb_device_descriptor d;
	struct usb_hub_descriptor h;
	struct usb_bos b;
	char text[USB_STRING_MAX], vendor[16], product[16];
	bool whole;

	usb_device_descriptor_read(&d, data, len, &whole);
	usb_hub_descriptor_read(&h, data, len);
	usb_bos_read(&b, data, len);
	if (usb_string_read(text, data, len) != strlen(text))
		abort();
	if (usb_configuration_read(&c, data, len)) {
		const struct usb_endpoint_descriptor *e;

		for (unsigned ep = 0; ep < 256; ep++) {
			usb_interface_find(&c, (uint8_t)ep);
			if (usb_endpoint_owner(&c, (uint8_t)ep, &e) && e->bEndpointAddress != ep)
				abort();
		}
	}
#ifdef CORDON_PLANTED_BUG /* an interface's endpoints by what it promises, not by what was kept */
	for (unsigned i = 0; i < c.interfaces && len > 9; i++)
		if (c.interface[i].endpoint_at + c.interface[i].bNumEndpoints > USB_ENDPOINTS_MAX)
			__builtin_trap();
#endif
	usb_names_find((const char *)data, len, 0x1234, 0x5678, vendor, sizeof(vendor), product,
	               sizeof(product));
	return 0;
}
