/* Control transfers, followed as far as a keyboard's marks in them; see keyboard_watch.h. */
#include "core/keyboard_watch.h"
#include "core/bytes.h"

enum {
	EXPECTS_SETUP = 1,
	EXPECTS_IN = 2,
	GET_DESCRIPTOR = 6,
	FROM_DEVICE = 0x80,
	FROM_INTERFACE = 0x81,
	DESCRIPTOR_CONFIGURATION = 2,
	DESCRIPTOR_INTERFACE = 4,
	DESCRIPTOR_REPORT = 0x22,
	ITEM_LONG = 0xfe,
	ITEM_USAGE_PAGE = 0x04, /* without the size in its lowest bits */
	ITEM_USAGE = 0x08,
	ITEM_USAGE_MINIMUM = 0x18,
	PAGE_KEYBOARD = 7,
};

/* bLength, bDescriptorType, ..., of an interface its class, subclass and protocol at 5, 6 and 7. USB 2.0 §9.6.5 */
static bool configuration_byte(struct keyboard_watch *w, uint8_t byte)
{
	bool found = false;

	switch (w->at) {
	case 0:
		w->len = byte < 2 ? 2 : byte;
		break;
	case 1:
		w->head = byte;
		break;
	case 5:
	case 6:
		w->seen[w->at - 5] = byte;
		break;
	case 7:
		found = w->head == DESCRIPTOR_INTERFACE && w->seen[0] == 3 && w->seen[1] == 1 &&
		        byte == 1;
		break;
	}
	if (++w->at >= w->len)
		w->at = 0;
	return found;
}

/* A short item is a prefix and 0, 1, 2 or 4 bytes; a long one says how many. HID 1.11 §6.2.2.2, §6.2.2.3 */
static bool report_byte(struct keyboard_watch *w, uint8_t byte)
{
	uint8_t kind;

	if (!w->at) {
		static const uint8_t sizes[] = {0, 1, 2, 4};

		w->head = byte;
		w->len = byte == ITEM_LONG ? 2 : sizes[byte & 3];
		w->at = w->len ? 1 : 0;
		return false;
	}
	if (w->head == ITEM_LONG) {
		/* The first byte is the length of what follows its tag. */
		if (w->at == 1 && byte < 0xfe)
			w->len = byte + 2;
	} else if (w->at <= 3) {
		w->seen[w->at - 1] = byte;
	}
	if (w->at++ < w->len)
		return false;
	w->at = 0;
	kind = w->head & 0xfc;
	if (w->head == ITEM_LONG)
		return false;
	if (kind == ITEM_USAGE_PAGE)
		return w->seen[0] == PAGE_KEYBOARD && (w->len == 1 || w->seen[1] == 0);
	/* A usage of four bytes has its own page in the upper two. §6.2.2.8 */
	return (kind == ITEM_USAGE || kind == ITEM_USAGE_MINIMUM) && w->len == 4 &&
	       w->seen[2] == PAGE_KEYBOARD && byte == 0;
}

static void begin(struct keyboard_watch *w, const uint8_t *request)
{
	w->reads = KEYBOARD_READS_NOTHING;
	w->at = w->last_pid = 0;
	w->told = false;
	if (request[1] != GET_DESCRIPTOR)
		return;
	if (request[0] == FROM_DEVICE && request[3] == DESCRIPTOR_CONFIGURATION)
		w->reads = KEYBOARD_READS_CONFIGURATION;
	else if (request[0] == FROM_INTERFACE && request[3] == DESCRIPTOR_REPORT)
		w->reads = KEYBOARD_READS_REPORT;
}

static bool feed(struct keyboard_watch *w, const uint8_t *data, size_t len)
{
	bool found = false;

	for (size_t i = 0; i < len; i++)
		found |= w->reads == KEYBOARD_READS_REPORT ? report_byte(w, data[i])
		                                           : configuration_byte(w, data[i]);
	if (!found || w->told)
		return false;
	w->told = true;
	return true;
}

bool keyboard_watch_wants(struct keyboard_watch *w, unsigned pid)
{
	bool is_data = pid == USB_PID_DATA0 || pid == USB_PID_DATA1;

	if (pid == USB_PID_SETUP || (pid == USB_PID_IN && w->reads) || (is_data && w->expects))
		return true;
	w->expects = 0;
	return false;
}

bool keyboard_watch_packet(struct keyboard_watch *w, const struct rx_packet *p, uint8_t *address)
{
	unsigned pid = p->bytes[0] & 0xf;
	uint8_t expects = w->expects;

	w->expects = 0;
	if (p->flags || p->len < 3)
		return false;
	if (pid == USB_PID_SETUP || pid == USB_PID_IN) {
		uint16_t token = load_le16(p->bytes + 1) & 0x7ff;

		if (pid == USB_PID_SETUP && !(token & 0x780)) {
			w->token = token;
			w->expects = EXPECTS_SETUP;
		} else if (pid == USB_PID_IN && token == w->token && w->reads) {
			w->expects = EXPECTS_IN;
		}
		return false;
	}
	if (pid != USB_PID_DATA0 && pid != USB_PID_DATA1)
		return false;
	if (expects == EXPECTS_SETUP && p->len == 11)
		begin(w, p->bytes + 1);
	if (expects != EXPECTS_IN || pid == w->last_pid)
		return false;
	w->last_pid = (uint8_t)pid;
	*address = w->token & 0x7f;
	return feed(w, p->bytes + 1, p->len - 3u);
}
