/* Control transfers of eight bytes a packet; see sample_keyboard.h. */
#include "core/sample_keyboard.h"
#include "core/bytes.h"
#include "core/crc.h"
#include "core/usb_packet.h"

enum { MAX_PACKET = 8 };

struct out {
	void (*packet)(void *context, const uint8_t *bytes, size_t len);
	void *context;
	uint8_t address;
};

static const uint8_t device[18] = {18, 1,    0x10, 1,    0,    0, 0, MAX_PACKET, 0x34,
                                   12, 0x78, 0x56, 0x01, 0x01, 0, 0, 0,          1};

static const uint8_t report[] = {0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19,
                                 0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01,
                                 0x95, 0x08, 0x81, 0x02, 0x95, 0x06, 0x75, 0x08, 0x26,
                                 0xff, 0x00, 0x19, 0x00, 0x29, 0xff, 0x81, 0x00, 0xc0};

static const uint8_t configuration[34] = {
	9,  2,    34,   0, 1, 1, 0,    0xa0,
	50, /* configuration */
	9,  4,    0,    0, 1, 3, 1,    1,
	0, /* interface: HID, boot, keyboard */
	9,  0x21, 0x11, 1, 0, 1, 0x22, sizeof(report),
	0,                           /* HID */
	7,  5,    0x81, 3, 8, 0, 10, /* endpoint */
};

static uint8_t pid_byte(enum usb_pid pid)
{
	return (uint8_t)(pid | (~pid & 0xf) << 4);
}

static void token(struct out *o, enum usb_pid pid)
{
	uint8_t p[3] = {pid_byte(pid), o->address, 0};

	p[2] = (uint8_t)(crc5(o->address, 11) << 3);
	o->packet(o->context, p, 3);
}

static void data(struct out *o, enum usb_pid pid, const uint8_t *from, size_t len)
{
	uint8_t p[SAMPLE_KEYBOARD_PACKET] = {pid_byte(pid)};

	for (size_t i = 0; i < len; i++)
		p[1 + i] = from[i];
	store_le16(p + 1 + len, crc16(p + 1, len));
	o->packet(o->context, p, len + 3);
}

static void acknowledge(struct out *o)
{
	uint8_t p = pid_byte(USB_PID_ACK);

	o->packet(o->context, &p, 1);
}

static void setup(struct out *o, const uint8_t *request)
{
	token(o, USB_PID_SETUP);
	data(o, USB_PID_DATA0, request, 8);
	acknowledge(o);
}

static void read(struct out *o, const uint8_t *request, const uint8_t *from, size_t len)
{
	enum usb_pid pid = USB_PID_DATA1;

	setup(o, request);
	for (size_t at = 0; at < len; at += MAX_PACKET) {
		token(o, USB_PID_IN);
		data(o, pid, from + at, len - at < MAX_PACKET ? len - at : MAX_PACKET);
		acknowledge(o);
		pid = pid == USB_PID_DATA1 ? USB_PID_DATA0 : USB_PID_DATA1;
	}
	token(o, USB_PID_OUT);
	data(o, USB_PID_DATA1, NULL, 0);
	acknowledge(o);
}

static void command(struct out *o, const uint8_t *request)
{
	setup(o, request);
	token(o, USB_PID_IN);
	data(o, USB_PID_DATA1, NULL, 0);
	acknowledge(o);
}

void sample_keyboard(bool hidden, void (*packet)(void *context, const uint8_t *bytes, size_t len),
                     void *context)
{
	static const uint8_t get_device[8] = {0x80, 6, 0, 1, 0, 0, sizeof(device), 0};
	static const uint8_t set_address[8] = {0, 5, SAMPLE_KEYBOARD_ADDRESS, 0, 0, 0, 0, 0};
	static const uint8_t get_configuration[8] = {0x80, 6, 0, 2, 0, 0, sizeof(configuration), 0};
	static const uint8_t set_configuration[8] = {0, 9, 1, 0, 0, 0, 0, 0};
	static const uint8_t get_report[8] = {0x81, 6, 0, 0x22, 0, 0, sizeof(report), 0};
	uint8_t shown[sizeof(configuration)];
	struct out o = {.packet = packet, .context = context};

	bytes_copy(shown, configuration, sizeof(shown));
	if (hidden)
		shown[15] = shown[16] = 0;
	read(&o, get_device, device, sizeof(device));
	command(&o, set_address);
	o.address = SAMPLE_KEYBOARD_ADDRESS;
	read(&o, get_configuration, shown, sizeof(shown));
	command(&o, set_configuration);
	read(&o, get_report, report, sizeof(report));
}
