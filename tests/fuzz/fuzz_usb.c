/* The device stack under a host that does anything in any order; a fake controller checks what it is asked for. */
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "tests/fuzz/fake_dcd.h"

static size_t wanted(void *context, const uint8_t **from)
{
	static const uint8_t packet[64] = {1};

	return (void)context, *from = packet, 64;
}

static void take(void *context, const uint8_t *data, size_t len, bool by_hid)
{
	(void)context, (void)by_hid;
	assert(len <= 64 && (!len || data[len - 1] <= 255));
}

static void report(void *context, uint8_t *to)
{
	(void)context, to[63] = 2;
}

static void active(void *context, bool now)
{
	(void)context, (void)now;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct usb_dev_client client = {
		.bulk_wanted = wanted, .command = take, .report = report, .active = active};
	struct bytes b = bytes_of(data, len);
	struct usb_dev dev;

	usb_dev_init(&dev, &client, 7);
	usb_dev_on_reset(&dev);
	armed[0][0] = armed[0][1] = false;
	while (bytes_left(&b)) {
		uint8_t what = bytes_u8(&b), ep = what % 3, n = what >> 2 & 63;
		const uint8_t *p = bytes_take(&b, what & 0x80 ? 8 : n);

		if (what & 0x80 && p) {
			/* A SETUP takes endpoint 0's buffers back. */
			armed[0][0] = armed[0][1] = false;
			usb_dev_on_setup(&dev, p);
		} else if (what & 0x40 && armed[ep][1]) {
			armed[ep][1] = false;
			usb_dev_on_sent(&dev, ep | 0x80);
		} else if (armed[ep][0] && p) {
			armed[ep][0] = false;
			usb_dev_on_received(&dev, ep, p, n);
		} else if (what & 1) {
			usb_dev_on_suspend(&dev, what & 2);
		}
	}
	return 0;
}
