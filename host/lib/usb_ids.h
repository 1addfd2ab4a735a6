/*
 * Vendor and product names out of hwdata's usb.ids, mapped at the first look-up.
 */
#ifndef CORDON_LIB_USB_IDS_H
#define CORDON_LIB_USB_IDS_H

#include "report/report.h"

struct usb_ids {
	bool tried;
	const char *text; /* NULL: not installed */
	size_t len;
};

/* A report_names; `context` is a struct usb_ids, zeroed before the first call. */
void usb_ids_names(void *context, uint16_t vid, uint16_t pid, char *vendor, size_t vendor_size,
                   char *product, size_t product_size);
void usb_ids_release(struct usb_ids *ids);

#endif
