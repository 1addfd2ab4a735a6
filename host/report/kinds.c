/* Words for what a device can do and how fast it runs, shared by all forms of report. */
#include "report/report.h"

const char *report_kind(unsigned i, uint32_t *bit)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} kinds[REPORT_KINDS] = {
		{HID_KIND_KEYBOARD, "keyboard"},
		{HID_KIND_MOUSE, "mouse"},
		{HID_KIND_CONSUMER, "consumer"},
		{HID_KIND_SYSTEM, "system"},
		{HID_KIND_DIGITIZER, "digitizer"},
		{HID_KIND_GAMEPAD, "gamepad"},
		{HID_KIND_FIDO, "fido"},
		{HID_KIND_VENDOR_IN, "vendor-in"},
		{HID_KIND_VENDOR_OUT, "vendor-out"},
		{HID_KIND_LED, "led"},
		{HID_KIND_TELEPHONY, "telephony"},
	};

	if (i >= REPORT_KINDS)
		return NULL;
	*bit = kinds[i].bit;
	return kinds[i].name;
}

const char *report_speed(enum usb_speed s)
{
	switch (s) {
	case USB_SPEED_LOW:
		return "low";
	case USB_SPEED_FULL:
		return "full";
	case USB_SPEED_HIGH:
		return "high";
	case USB_SPEED_SUPER:
		return "super";
	default:
		return NULL;
	}
}
