/* Tables of identities. See identity.h. */
#include "detect/identity.h"

#include <stddef.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct identity identities[] = {
	{0xd3c0, 0xd34d, 0xd34d, IDENTITY_NEEDS_NOTHING, IDENTITY_SEEN, "O.MG cable or plug",
         "captures of spiceywasabi/O.MG-2026-Workshop"},
	{0x16c0, 0x27db, 0x27db, IDENTITY_NEEDS_NOTHING, IDENTITY_SEEN,
         "USBNinja, Digispark and other V-USB keyboards",
         "USBNinjaRRG/USBNinja usbconfig.h; DigiKeyboard usbconfig.h"},
	{0x16d0, 0x0753, 0x0753, IDENTITY_NEEDS_NOTHING, IDENTITY_SEEN,
         "micronucleus boot loader of ATtiny cables",
         "usb.ids; JamesIlling/Forensics BadUsbCable Summary.md"},
	{0x16d0, 0x11a4, 0x11a4, IDENTITY_NEEDS_NOTHING, IDENTITY_SEEN, "USB Nova",
         "capture of BtSCTF-2025; JamesIlling/Forensics UsbNova"},
	{0x1b4f, 0x9207, 0x9208, IDENTITY_NEEDS_NOTHING, IDENTITY_SEEN, "WHID Cactus (LilyPad)",
         "whid-injector/WHID README"},
	{0x1d6b, 0x0104, 0x0104, IDENTITY_NEEDS_INPUT_OR_NETWORK, IDENTITY_SEEN,
         "Linux gadget as PoisonTap uses it", "samyk/poisontap"},
	{0x1d6b, 0x0137, 0x0137, IDENTITY_NEEDS_INPUT_OR_NETWORK, IDENTITY_SEEN, "P4wnP1",
         "mame82/P4wnP1"},
	{0x1d6b, 0x0237, 0x0237, IDENTITY_NEEDS_INPUT_OR_NETWORK, IDENTITY_SEEN, "P4wnP1",
         "mame82/P4wnP1"},
	{0x1d6b, 0x1337, 0x1337, IDENTITY_NEEDS_INPUT_OR_NETWORK, IDENTITY_SEEN, "P4wnP1",
         "mame82/P4wnP1"},
	{0x1d6b, 0x1347, 0x1347, IDENTITY_NEEDS_INPUT_OR_NETWORK, IDENTITY_SEEN, "P4wnP1 A.L.O.A.",
         "mame82/P4wnP1_aloa"},
	{0x1915, 0x520c, 0x520c, IDENTITY_NEEDS_NOTHING, IDENTITY_LISTED,
         "LOGITacker on a Nordic dongle", "mthcht/awesome-lists suspicious_usb_ids_list.csv"},
	{0xf000, 0x1234, 0x1234, IDENTITY_NEEDS_NOTHING, IDENTITY_SEEN, "Bash Bunny",
         "hak5/bashbunny-payloads"},
	{0xf000, 0xff00, 0xffff, IDENTITY_NEEDS_NOTHING, IDENTITY_SEEN, "Bash Bunny",
         "hak5/bashbunny-payloads"},
};

const struct structure structures[] = {
	{
		.family = "espusb",
		.source = "cnlohr/espusb user/usb_config.h; capture of an O.MG Plug Elite",
		.decisive = true,
		.sha256 = {0x01, 0x34, 0x65, 0x7d, 0xe8, 0x0e, 0xa8, 0xe4, 0xc1, 0x2e, 0xfe,
                           0x15, 0x11, 0x02, 0xb4, 0x5a, 0x84, 0x8f, 0x54, 0x96, 0xc9, 0x1a,
                           0x1f, 0x43, 0x28, 0x1b, 0x83, 0x03, 0x34, 0x60, 0xb7, 0x8b},
		.report =
			{
				{52,
                                 {0x8a, 0xab, 0x9e, 0xdd, 0x82, 0x76, 0xe0, 0xaa, 0xc9, 0x74, 0x70,
                                  0x8b, 0xba, 0x0c, 0xa0, 0x2b, 0x3b, 0xcf, 0x5f, 0x28, 0x9a, 0x1e,
                                  0x52, 0x16, 0x67, 0xce, 0x21, 0xeb, 0xce, 0x03, 0x76, 0x5c}},
				{63,
                                 {0xcd, 0x41, 0x82, 0xa2, 0xa9, 0x1b, 0x7a, 0x81, 0xd7, 0xe8, 0xd3,
                                  0x08, 0xc9, 0x23, 0xcd, 0x9e, 0x46, 0xab, 0xf1, 0xad, 0x51, 0x51,
                                  0x7d, 0x8b, 0xb7, 0x96, 0x35, 0xd5, 0x64, 0x2b, 0x9a, 0x17}},
			},
	},
	{
		.family = "espusb with a raw channel",
		.source = "capture of an O.MG Plug Elite with HIDX",
		.decisive = true,
		.sha256 = {0xaa, 0x57, 0x73, 0x08, 0x7a, 0x6f, 0x1e, 0xe7, 0x9e, 0x4f, 0xaf,
                           0x54, 0x7c, 0xd1, 0x24, 0x91, 0xb0, 0xbc, 0x71, 0xca, 0xd7, 0x54,
                           0xc0, 0x3b, 0xba, 0x61, 0x9b, 0x3f, 0x13, 0x42, 0xcc, 0xe0},
	},
	{
		.family = "USBNinja",
		.source = "USBNinjaRRG/USBNinja NinjaKeyboard usbconfig.h",
		.decisive = false,
		.sha256 = {0x8d, 0x99, 0xa9, 0x6e, 0x6d, 0x08, 0xcf, 0xf0, 0x70, 0xda, 0x32,
                           0x56, 0x99, 0x95, 0x78, 0xb8, 0x86, 0x31, 0x0e, 0x0a, 0x3c, 0xcd,
                           0x31, 0xde, 0x76, 0x42, 0x5e, 0x7d, 0x32, 0xb4, 0x63, 0x1f},
		.report =
			{
				{35,
                                 {0x85, 0xda, 0xfe, 0x9a, 0x63, 0x56, 0xa4, 0xfc, 0x17, 0x5f, 0x4d,
                                  0xb8, 0xe7, 0x4d, 0x4f, 0xec, 0x5f, 0x23, 0x95, 0x35, 0x13, 0x3c,
                                  0xf6, 0xf5, 0xd9, 0x69, 0xbb, 0xd0, 0x25, 0x44, 0xfc, 0x58}},
			},
	},
	{
		.family = "DigiKeyboard",
		.source = "digistump/DigistumpArduino DigiKeyboard.h, usbconfig.h",
		.decisive = false,
		.sha256 = {0x14, 0x31, 0xf1, 0xfc, 0xab, 0xa6, 0x36, 0xaa, 0x69, 0xd5, 0xf6,
                           0x8b, 0xb6, 0x11, 0xe0, 0x61, 0x33, 0x23, 0x3b, 0x95, 0x78, 0xec,
                           0x8d, 0xe4, 0x7b, 0xca, 0x3c, 0xb9, 0x76, 0x5d, 0x01, 0xc5},
	},
	{
		.family = "micronucleus",
		.source = "micronucleus usbconfig.h",
		.decisive = false,
		.sha256 = {0xcd, 0xb9, 0xd1, 0x15, 0x15, 0x7d, 0x70, 0xfc, 0xb9, 0xa9, 0xbd,
                           0xd2, 0x0e, 0x04, 0x4b, 0x60, 0xab, 0xfb, 0x8f, 0x64, 0x88, 0x1d,
                           0x1e, 0xbd, 0xa0, 0xac, 0xf5, 0x4c, 0x7d, 0x5c, 0xda, 0x77},
	},
};

const unsigned structures_count = COUNT(structures);

/* Names as in usb.ids. That no keyboard of a maker has a serial port is said only where its line is keyboards and mice
   of one well-known firmware; makers whose firmware users replace (QMK boards) are left out. */
static const struct claimed_vendor vendors[] = {
	{0x03f0, true, "HP"},       {0x045e, true, "Microsoft"}, {0x046a, false, "Cherry"},
	{0x046d, true, "Logitech"}, {0x04b3, false, "IBM"},      {0x04e8, false, "Samsung"},
	{0x04f2, false, "Chicony"}, {0x05ac, true, "Apple"},     {0x0b05, false, "ASUS"},
	{0x1050, false, "Yubico"},  {0x1532, false, "Razer"},    {0x17ef, true, "Lenovo"},
	{0x18d1, false, "Google"},  {0x1b1c, false, "Corsair"},  {0x413c, true, "Dell"},
};

/* usb.ids */
static const struct {
	uint16_t vid, pid;
	const char *name;
} receivers[] = {
	{0x045e, 0x071f, "Microsoft 2.4 GHz transceiver"},
	{0x045e, 0x0745, "Microsoft Nano Transceiver"},
	{0x045e, 0x07a5, "Microsoft Wireless Receiver 1461C"},
	{0x045e, 0x07b2, "Microsoft 2.4 GHz transceiver"},
	{0x045e, 0x07fd, "Microsoft Nano Transceiver"},
	{0x046d, 0xc526, "Logitech Nano receiver"},
	{0x046d, 0xc52b, "Logitech Unifying receiver"},
	{0x046d, 0xc52e, "Logitech combo receiver"},
	{0x046d, 0xc52f, "Logitech Nano receiver"},
	{0x046d, 0xc531, "Logitech Unifying receiver"},
	{0x046d, 0xc532, "Logitech Unifying receiver"},
	{0x046d, 0xc534, "Logitech Nano receiver"},
	{0x046d, 0xc539, "Logitech Lightspeed receiver"},
	{0x046d, 0xc548, "Logitech Bolt receiver"},
};

const struct identity *identity_find(uint16_t vid, uint16_t pid)
{
	for (size_t i = 0; i < COUNT(identities); i++) {
		const struct identity *x = &identities[i];

		if (x->vid == vid && pid >= x->pid_first && pid <= x->pid_last)
			return x;
	}
	return NULL;
}

const struct structure *structure_find(const uint8_t sha256[32])
{
	for (size_t i = 0; i < COUNT(structures); i++)
		if (!memcmp(structures[i].sha256, sha256, 32))
			return &structures[i];
	return NULL;
}

const struct claimed_vendor *claimed_vendor_find(uint16_t vid)
{
	for (size_t i = 0; i < COUNT(vendors); i++)
		if (vendors[i].vid == vid)
			return &vendors[i];
	return NULL;
}

const char *receiver_find(uint16_t vid, uint16_t pid)
{
	for (size_t i = 0; i < COUNT(receivers); i++)
		if (receivers[i].vid == vid && receivers[i].pid == pid)
			return receivers[i].name;
	return NULL;
}
