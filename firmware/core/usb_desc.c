/* The tap's descriptors. In: a request's type and index. Out: bytes. Each table names the section it follows. */
#include "core/usb_desc.h"

#define LE16(v) (uint8_t)((v)&0xff), (uint8_t)((v) >> 8)
#define LE32(v) LE16((v)&0xffff), LE16((v) >> 16)

enum {
	VENDOR_ID =
		0x1209, /* pid.codes' number for tests; a number of its own comes with the first board */
	PRODUCT_ID = 0x0001,
	CONFIGURATION_LEN = 9 + 9 + 7 + 7 + 9 + 9 + 7 + 7,
	MS_OS_20_LEN = 10 + 8 + 8 + 20 + 132,
	HID_REPORT_LEN = 27,
};

/* USB 2.0 table 9-8. 2.01: there is a BOS descriptor. */
static const uint8_t device[] = {
	18, 1, LE16(0x0201), 0, 0, 0, 64, LE16(VENDOR_ID), LE16(PRODUCT_ID), LE16(0x0010), 1, 2,
	3,  1,
};

/* HID 1.11 §6.2.2: 64 bytes in, 64 bytes out, no report ids. */
static const uint8_t hid_report[HID_REPORT_LEN] = {
	0x06, 0x00, 0xff, /* usage page FF00 */
	0x09, 0x01,       /* usage 1 */
	0xa1, 0x01,       /* collection, application */
	0x15, 0x00,       /* logical minimum 0 */
	0x26, 0xff, 0x00, /* logical maximum 255 */
	0x75, 0x08,       /* report size 8 */
	0x95, 0x40,       /* report count 64 */
	0x09, 0x02,       /* usage 2 */
	0x81, 0x02,       /* input, variable */
	0x95, 0x40,       /* report count 64 */
	0x09, 0x03,       /* usage 3 */
	0x91, 0x02,       /* output, variable */
	0xc0,             /* end of collection */
};

/* clang-format off: one descriptor a line */

/* USB 2.0 tables 9-10, 9-12, 9-13; HID 1.11 §6.2.1. */
static const uint8_t configuration[CONFIGURATION_LEN] = {
	9,
	2,
	LE16(CONFIGURATION_LEN),
	2,
	1,
	0,
	0x80,
	250, /* bus-powered, 500 mA: the tap feeds what it tests */
	9,
	4,
	USB_DESC_INTERFACE_STREAM,
	0,
	2,
	0xff,
	0,
	0,
	4,
	7,
	5,
	0x81,
	2,
	LE16(64),
	0,
	7,
	5,
	0x01,
	2,
	LE16(64),
	0,
	9,
	4,
	USB_DESC_INTERFACE_HID,
	0,
	2,
	3,
	0,
	0,
	5,
	9,
	0x21,
	LE16(0x0111),
	0,
	1,
	0x22,
	LE16(HID_REPORT_LEN),
	7,
	5,
	0x82,
	3,
	LE16(64),
	1,
	7,
	5,
	0x02,
	3,
	LE16(64),
	1,
};

/* USB 3.2 §9.6.2, with the platform capability by which Windows finds the set below. */
static const uint8_t bos[] = {
	5,
	0x0f,
	LE16(5 + 28),
	1,
	28,
	0x10,
	5,
	0,
	0xdf,
	0x60,
	0xdd,
	0xd8,
	0x89,
	0x45,
	0xc7,
	0x4c,
	0x9c,
	0xd2,
	0x65,
	0x9d,
	0x9e,
	0x64,
	0x8a,
	0x9f,
	LE32(0x06030000),
	LE16(MS_OS_20_LEN),
	USB_DESC_VENDOR_CODE,
	0,
};

/* Microsoft OS 2.0 descriptors: WinUSB for the stream's interface; HID has its driver in Windows already. */
static const uint8_t ms_os_20[MS_OS_20_LEN] = {
	LE16(10),
	LE16(0),
	LE32(0x06030000),
	LE16(MS_OS_20_LEN),
	LE16(8),
	LE16(1),
	0,
	0,
	LE16(MS_OS_20_LEN - 10),
	LE16(8),
	LE16(2),
	USB_DESC_INTERFACE_STREAM,
	0,
	LE16(MS_OS_20_LEN - 18),
	LE16(20),
	LE16(3),
	'W',
	'I',
	'N',
	'U',
	'S',
	'B',
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	LE16(132),
	LE16(4),
	LE16(7),
	LE16(42),
	'D',
	0,
	'e',
	0,
	'v',
	0,
	'i',
	0,
	'c',
	0,
	'e',
	0,
	'I',
	0,
	'n',
	0,
	't',
	0,
	'e',
	0,
	'r',
	0,
	'f',
	0,
	'a',
	0,
	'c',
	0,
	'e',
	0,
	'G',
	0,
	'U',
	0,
	'I',
	0,
	'D',
	0,
	's',
	0,
	0,
	0,
	LE16(80),
	'{',
	0,
	'6',
	0,
	'b',
	0,
	'1',
	0,
	'd',
	0,
	'7',
	0,
	'3',
	0,
	'0',
	0,
	'c',
	0,
	'-',
	0,
	'c',
	0,
	'0',
	0,
	'4',
	0,
	'd',
	0,
	'-',
	0,
	'4',
	0,
	'5',
	0,
	'e',
	0,
	'2',
	0,
	'-',
	0,
	'9',
	0,
	'a',
	0,
	'5',
	0,
	'1',
	0,
	'-',
	0,
	'1',
	0,
	'f',
	0,
	'8',
	0,
	'8',
	0,
	'2',
	0,
	'7',
	0,
	'e',
	0,
	'4',
	0,
	'd',
	0,
	'a',
	0,
	'0',
	0,
	'6',
	0,
	'}',
	0,
	0,
	0,
	0,
	0,
};

/* clang-format on */

static const char *const strings[] = {[1] = "Cordon",
                                      [2] = "Cordon tap",
                                      [3] = NULL,
                                      [4] = "Cordon stream",
                                      [5] = "Cordon control"};

const uint8_t *usb_desc(uint8_t type, uint8_t index, size_t *len)
{
	static const struct {
		uint8_t type;
		uint16_t len;
		const uint8_t *at;
	} table[] = {
		{1, sizeof(device), device},
		{2, sizeof(configuration), configuration},
		{0x0f, sizeof(bos), bos},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].type == type && !index) {
			*len = table[i].len;
			return table[i].at;
		}
	return NULL;
}

const uint8_t *usb_desc_hid(uint8_t type, size_t *len)
{
	if (type == 0x22) {
		*len = sizeof(hid_report);
		return hid_report;
	}
	if (type == 0x21) {
		*len = 9;
		return configuration + 9 + 9 + 7 + 7 + 9;
	}
	return NULL;
}

const uint8_t *usb_desc_ms_os_20(size_t *len)
{
	*len = sizeof(ms_os_20);
	return ms_os_20;
}

size_t usb_desc_string(uint8_t *to, uint8_t index, uint64_t serial)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = 2;

	if (index >= sizeof(strings) / sizeof(strings[0]))
		return 0;
	if (index == 0) {
		to[n++] = 0x09; /* English, United States */
		to[n++] = 0x04;
	} else if (!strings[index]) {
		for (int i = 60; i >= 0; i -= 4) {
			to[n++] = (uint8_t)digits[serial >> i & 15];
			to[n++] = 0;
		}
	} else {
		for (const char *s = strings[index]; *s; s++) {
			to[n++] = (uint8_t)*s;
			to[n++] = 0;
		}
	}
	to[0] = (uint8_t)n;
	to[1] = 3;
	return n;
}
