/*
 * Names of vendors and products, out of the text of usb.ids. http://www.linux-usb.org/usb-ids.html describes it:
 * a line "vvvv  Vendor", under it lines "<tab>pppp  Product".
 */
#ifndef CORDON_USB_NAMES_H
#define CORDON_USB_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * True where the vendor is known; `product` is empty where it alone is not. Both are NUL-terminated, cut between
 * characters where too long, and empty where nothing was found. A size may be 0. `ids` is borrowed for the call.
 */
bool usb_names_find(const char *ids, size_t len, uint16_t vid, uint16_t pid, char *vendor,
                    size_t vendor_size, char *product, size_t product_size);

#endif
