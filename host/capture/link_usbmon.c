/*
 * Linux usbmon's binary records, link types 189 (48-byte header) and 220 (64 bytes, then isochronous descriptors), in
 * the byte order of the file. Linux, Documentation/usb/usbmon.rst, "Raw binary format and mmap API".
 *
 * The letter of flag_data is not believed: QEMU writes '=' before data that is there, and counts the header in len_cap.
 */
#include "capture/reader.h"

enum {
	HEADER = 48,
	HEADER_MMAPPED = 64,
	ISO_DESCRIPTOR = 16,
};

static inline bool read_record(const uint8_t *h, uint32_t len, bool mmapped, bool big,
                               struct record *r)
{
	uint32_t header = mmapped ? HEADER_MMAPPED : HEADER, room = len - header;
	struct record_urb *u = &r->urb;
	int32_t status;

	if (len < header || h[11] > 127 || h[9] > 3)
		return false;
	switch (h[8]) {
	case 'S':
		u->phase = URB_SUBMIT;
		break;
	case 'C':
		u->phase = URB_COMPLETE;
		break;
	case 'E':
		u->phase = URB_ERROR;
		break;
	default:
		return false;
	}
	u->id = load64(h, big);
	u->type = (enum usb_transfer_type)h[9]; /* the same order in usbmon and in USBPcap */
	u->endpoint = h[10] & 0x8f;
	u->address = h[11];
	u->interval = 0;
	if (mmapped && u->type == USB_TYPE_INTERRUPT)
		u->interval = load32(h + 48, big);
	u->synthetic = false;
	r->bus = load16(h + 12, big);
	status = (int32_t)load32(h + 28, big);
	u->status = status > 0 ? URB_STATUS_UNKNOWN : status;
	u->len_true = load32(h + 32, big);
	u->len = load32(h + 36, big);
	u->has_setup = u->type == USB_TYPE_CONTROL && u->phase == URB_SUBMIT && h[14] == 0;
	if (u->has_setup)
		memcpy(u->setup, h + 40, sizeof(u->setup));
	else
		memset(u->setup, 0, sizeof(u->setup));
	h += header;
	/* len_cap counts the descriptors, and the data stand behind them. */
	if (mmapped && u->type == USB_TYPE_ISOCHRONOUS) {
		uint32_t n = load32(h - 4, big), descriptors;

		if (n > room / ISO_DESCRIPTOR)
			return false;
		descriptors = n * ISO_DESCRIPTOR;
		u->len = u->len > descriptors ? u->len - descriptors : 0;
		h += descriptors;
		room -= descriptors;
	}
	if (u->len > room)
		u->len = room;
	u->data = u->len ? h : NULL;
	if (u->len_true < u->len)
		u->len_true = u->len;
	return true;
}

bool link_usbmon(const struct capture *c, const struct iface *f, const uint8_t *h, uint32_t len,
                 struct record *r)
{
	/* What nearly every capture is: the compiler makes a reader of its own for it. */
	if (f->kind == LINK_USBMON2 && !c->big)
		return read_record(h, len, true, false, r);
	return read_record(h, len, f->kind == LINK_USBMON2, c->big, r);
}
