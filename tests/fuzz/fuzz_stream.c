/* Any records in any order, most packets with their checksums set right: no crash, no transfer with more than it has. */
#include <assert.h>
#include "usb/packet.h"
#include "usb/stream.h"
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void on_transfer(void *context, const struct usb_transfer *t)
{
	*(uint16_t *)context ^= crc16(t->data, t->len);
	assert(t->len <= t->len_true && !(t->endpoint & 0x70));
#ifdef CORDON_PLANTED_BUG /* wLength believed: a device may send more */
	assert(!t->has_setup || t->len <= t->setup.wLength);
#endif
}

static void on_bus(void *context, const struct usb_bus_event *e)
{
	*(uint16_t *)context ^= (uint16_t)e->kind;
}

static void set_right(uint8_t *p, uint32_t n)
{
	unsigned bits = n == 4 ? 19 : 11;

	p[0] = (uint8_t)((p[0] & 0xf) | (~p[0] & 0xfu) << 4);
	if (n == 3 || n == 4)
		p[n - 1] = (p[n - 1] & 7) | crc5(load_le32(p) >> 8 & ((1u << bits) - 1), bits) << 3;
	if (usb_packet_kind[p[0] & 0xf] == USB_PACKET_KIND_DATA && n >= 3)
		store_le16(p + n - 2, crc16(p + 1, n - 3));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint16_t sum = 0;
	struct usb_stream *s = usb_stream_new(&(struct usb_sink){&sum, on_transfer, on_bus});
	struct bytes b = bytes_of(data, len);
	struct record r = {.step_ns = 1};

	for (uint8_t p[256]; bytes_left(&b); usb_stream_record(s, &r)) {
		uint8_t what = bytes_u8(&b), n = what & 0x20 ? bytes_u8(&b) : what & 0x10 ? 3 : 1;

		for (unsigned i = 0; i < sizeof(p); i++)
			p[i] = i < n ? bytes_u8(&b) : 0;
		if (what & 8)
			set_right(p, n);
		r.t_ns += n == 255 ? -100000 : 1000;
		r.kind = what % 8 < 5 ? RECORD_PACKET : (enum record_kind)(what % 8 - 4);
		if (r.kind == RECORD_PACKET)
			r.packet_data = (struct record_packet){p, n, n, n % 4, 0};
		else if (r.kind == RECORD_LINE)
			r.line.event = p[0] % (LINE_VBUS_OFF + 1);
		else if (r.kind == RECORD_URB)
			r.urb = (struct record_urb){p[0] % 4,    p[1] % 3,    p[2] % 4, 5,
			                            p[3] & 0x8f, p[3] & 0x40, {p[4]},   0,
			                            p,           n,           300,      0};
	}
	usb_stream_end(s);
	usb_stream_free(s);
	return 0;
}
