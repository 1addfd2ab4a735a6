/* Writes usbmon's header; Linux, Documentation/usb/usbmon.rst. Isochronous descriptors are left out. */
#include "capture/urb_bytes.h"

#include <string.h>

#include "core/bytes.h"

enum {
	URB_DIR_IN = 0x200, /* linux/usb.h */
};

static void store16(uint8_t *p, uint16_t v, bool big)
{
	store_le16(p, big ? __builtin_bswap16(v) : v);
}

static void store32(uint8_t *p, uint32_t v, bool big)
{
	store_le32(p, big ? __builtin_bswap32(v) : v);
}

static void store64(uint8_t *p, uint64_t v, bool big)
{
	store_le64(p, big ? __builtin_bswap64(v) : v);
}

void urb_bytes(uint8_t out[URB_BYTES], const struct record_urb *u, uint16_t bus, uint64_t time_ns,
               bool big)
{
	static const char phase[] = {[URB_SUBMIT] = 'S', [URB_COMPLETE] = 'C', [URB_ERROR] = 'E'};
	bool in = u->endpoint & 0x80;

	memset(out, 0, URB_BYTES);
	store64(out, u->id, big);
	out[8] = (uint8_t)phase[u->phase];
	out[9] = u->type == USB_TYPE_UNKNOWN ? USB_TYPE_BULK : (uint8_t)u->type;
	out[10] = u->endpoint;
	out[11] = u->address;
	store16(out + 12, bus, big);
	out[14] = u->has_setup ? 0 : '-';
	/* Data go with an IN's completion and an OUT's submission; else a letter says which way they went. */
	out[15] = u->data ? 0 : in ? '<' : '>';
	store64(out + 16, time_ns / 1000000000u, big);
	store32(out + 24, (uint32_t)(time_ns % 1000000000u / 1000), big);
	store32(out + 28, (uint32_t)u->status, big);
	store32(out + 32, u->len_true, big);
	store32(out + 36, u->len, big);
	if (u->has_setup)
		memcpy(out + 40, u->setup, sizeof(u->setup));
	store32(out + 56, in ? URB_DIR_IN : 0, big);
}
