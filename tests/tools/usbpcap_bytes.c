/*
 * URBs in USBPcap's form. In: a record. Out: bytes. Leaves alone: the file around them. The control stages are those
 * of USBPcap 1.3 and later: SETUP with what goes out, COMPLETE with what came in.
 */
#include <string.h>

#include "core/bytes.h"
#include "tests/tools/usbpcap_bytes.h"

enum { HEADER = 27, STAGE_SETUP = 0, STAGE_COMPLETE = 3, DATA_MAX = 4096 };

/* URB functions of the Windows Driver Kit, and USBD_STATUS. */
enum { FUNCTION_CONTROL = 0x0008, FUNCTION_INTERRUPT_OR_BULK = 0x0009 };

static uint32_t usbd_status(const struct record_urb *u)
{
	if (u->phase == URB_SUBMIT || u->status == URB_STATUS_OK)
		return 0;
	return u->status == URB_STATUS_STALL ? 0xc0000004u : 0xc0010000u;
}

size_t usbpcap_bytes(uint8_t out[USBPCAP_BYTES_MAX], const struct record_urb *u, uint16_t bus)
{
	static const uint8_t transfer[] = {[USB_TYPE_ISOCHRONOUS] = 0,
	                                   [USB_TYPE_INTERRUPT] = 1,
	                                   [USB_TYPE_CONTROL] = 2,
	                                   [USB_TYPE_BULK] = 3,
	                                   [USB_TYPE_UNKNOWN] = 0xff};
	bool control = u->type == USB_TYPE_CONTROL, submit = u->phase == URB_SUBMIT;
	size_t header = HEADER + control, len = u->len < DATA_MAX ? u->len : DATA_MAX, at = header;

	memset(out, 0, header);
	store_le16(out, (uint16_t)header);
	store_le64(out + 2, u->id);
	store_le32(out + 10, usbd_status(u));
	store_le16(out + 14, control ? FUNCTION_CONTROL : FUNCTION_INTERRUPT_OR_BULK);
	out[16] = !submit;
	store_le16(out + 17, bus);
	store_le16(out + 19, u->address);
	out[21] = u->endpoint;
	out[22] = transfer[u->type];
	if (control)
		out[HEADER] = submit ? STAGE_SETUP : STAGE_COMPLETE;
	if (control && submit) {
		memcpy(out + at, u->setup, 8);
		at += 8;
	}
	if (len && u->data) {
		memcpy(out + at, u->data, len);
		at += len;
	}
	store_le32(out + 23, (uint32_t)(at - header));
	return at;
}
