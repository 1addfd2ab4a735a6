/* A row of the packet list in words: USB 2.0 table 9-4 and 9-5, HID 1.11 §7 by name, all else by kind and length. */
#include <stdio.h>
#include <string.h>

#include "tui/filter.h"
#include "tui/history_tap.h"

static const char *const lines[] = {
	[LINE_CAPTURE_START] = "capture starts",
	[LINE_CAPTURE_STOP] = "capture stops",
	[LINE_SE1] = "both lines high",
	[LINE_ATTACH] = "attach",
	[LINE_DETACH] = "detach",
	[LINE_RESET] = "reset",
	[LINE_SUSPEND] = "suspend",
	[LINE_RESUME] = "resume",
	[LINE_CHIRP_DEVICE] = "chirp of the device",
	[LINE_CHIRP_HOST] = "chirp of the host",
	[LINE_SPEED] = "analyzer changes speed",
	[LINE_BLIND] = "high speed, unseen from here",
	[LINE_SIGHTED] = "seen again",
	[LINE_VBUS_ON] = "VBUS on",
	[LINE_VBUS_OFF] = "VBUS off",
};

static const char *const standard[] = {
	[USB_GET_STATUS] = "get status",
	[USB_CLEAR_FEATURE] = "clear feature",
	[USB_SET_FEATURE] = "set feature",
	[USB_SET_ADDRESS] = "set address",
	[USB_GET_DESCRIPTOR] = "get descriptor",
	[USB_SET_DESCRIPTOR] = "set descriptor",
	[USB_GET_CONFIGURATION] = "get configuration",
	[USB_SET_CONFIGURATION] = "set configuration",
	[USB_GET_INTERFACE] = "get interface",
	[USB_SET_INTERFACE] = "set interface",
	[USB_SYNCH_FRAME] = "synch frame",
};

static const char *const hid_class[] = {
	[HID_GET_REPORT] = "get report",     [HID_GET_IDLE] = "get idle",
	[HID_GET_PROTOCOL] = "get protocol", [HID_SET_REPORT] = "set report",
	[HID_SET_IDLE] = "set idle",         [HID_SET_PROTOCOL] = "set protocol",
};

/* USB 2.0 table 9-5, and the classes'. */
const char *row_descriptor_name(uint8_t type)
{
	static const char *const names[] = {
		[USB_DT_DEVICE] = "device",
		[USB_DT_CONFIGURATION] = "configuration",
		[USB_DT_STRING] = "string",
		[USB_DT_INTERFACE] = "interface",
		[USB_DT_ENDPOINT] = "endpoint",
		[USB_DT_DEVICE_QUALIFIER] = "qualifier",
		[USB_DT_OTHER_SPEED] = "other speed",
		[USB_DT_IAD] = "association",
		[USB_DT_BOS] = "BOS",
		[USB_DT_CAPABILITY] = "capability",
		[USB_DT_HID] = "HID",
		[USB_DT_REPORT] = "report",
		[USB_DT_HUB] = "hub",
	};

	return type < sizeof(names) / sizeof(names[0]) ? names[type] : NULL;
}

static const char *const types[] = {
	[USB_TYPE_ISOCHRONOUS] = "isochronous",
	[USB_TYPE_INTERRUPT] = "report",
	[USB_TYPE_CONTROL] = "control",
	[USB_TYPE_BULK] = "bulk",
	[USB_TYPE_UNKNOWN] = "data",
};

static const char *const statuses[] = {
	[USB_TRANSFER_OK] = "",
	[USB_TRANSFER_STALL] = ", refused",
	[USB_TRANSFER_FAILED] = ", failed",
	[USB_TRANSFER_INCOMPLETE] = ", not finished",
};

#define NAME(table, i) ((i) < sizeof(table) / sizeof((table)[0]) ? (table)[i] : NULL)

static void describe_setup(const struct history_row *r, char *out, size_t size)
{
	const struct usb_setup *s = &r->setup;
	unsigned type = s->bmRequestType & USB_REQUEST_TYPE;
	const char *name = type == USB_REQUEST_STANDARD ? NAME(standard, s->bRequest)
	                   : type == USB_REQUEST_CLASS  ? NAME(hid_class, s->bRequest)
	                                                : NULL;
	const char *what = row_descriptor_name(s->wValue >> 8);

	if (type == USB_REQUEST_STANDARD && name && s->bRequest == USB_GET_DESCRIPTOR && what)
		snprintf(out, size, "get %s descriptor %u", what, s->wValue & 0xff);
	else if (name)
		snprintf(out, size, "%s %u", name, s->wValue);
	else
		snprintf(out, size, "%s request %02x, value %04x",
		         type == USB_REQUEST_VENDOR ? "vendor" : "class", s->bRequest, s->wValue);
}

static bool all_zero(const struct history_row *r)
{
	for (unsigned i = 0; i < r->len; i++)
		if (r->data[i])
			return false;
	return r->len;
}

/* "12 radio bursts in 0.93 s, up to 30 dB"; "current steps from 15 to 67 mA". */
static void describe_sensed(const struct history_row *r, char *out, size_t size)
{
	bool radio = r->address == WIRE_RADIO;
	const char *what = radio ? "radio" : r->address == WIRE_CURRENT ? "current" : "voltage";
	double unit = radio ? (double)HISTORY_NV_DB : 1e6;
	const char *name = radio ? "dB" : r->address == WIRE_CURRENT ? "mA" : "mV";

	if (r->kind == HISTORY_STEP && r->count > 1)
		snprintf(out, size, "%u %s steps in %.2f s, between %.1f and %.1f %s", r->count,
		         what, (double)r->span_ns / 1e9, (double)r->before_nano / unit,
		         (double)r->value_nano / unit, name);
	else if (r->kind == HISTORY_STEP && radio)
		snprintf(out, size, "radio level changes by %+.0f dB",
		         (double)(r->value_nano - r->before_nano) / unit);
	else if (r->kind == HISTORY_STEP)
		snprintf(out, size, "%s steps from %.1f to %.1f %s", what,
		         (double)r->before_nano / unit, (double)r->value_nano / unit, name);
	else if (r->count == 1)
		snprintf(out, size, "%s burst, %.1f %s above the floor, %.2f ms", what,
		         (double)r->value_nano / unit, name, (double)r->span_ns / 1e6);
	else
		snprintf(out, size, "%u %s bursts in %.2f s, up to %.1f %s", r->count, what,
		         (double)r->span_ns / 1e9, (double)r->value_nano / unit, name);
}

void row_describe(const struct history_row *r, char *out, size_t size)
{
	const char *name;
	int n;

	if (r->kind == HISTORY_LOST) {
		if (r->lost)
			snprintf(out, size, "%llu packets lost", (unsigned long long)r->lost);
		else
			snprintf(out, size, "packets lost, nobody knows how many");
		return;
	}
	if (r->kind == HISTORY_TAP) {
		snprintf(out, size, "%s", r->words);
		return;
	}
	if (r->kind == HISTORY_BURST || r->kind == HISTORY_STEP) {
		describe_sensed(r, out, size);
		return;
	}
	if (r->kind == HISTORY_LINE) {
		name = NAME(lines, r->line);
		snprintf(out, size, "%s", name ? name : "line event");
		return;
	}
	if (r->has_setup) {
		describe_setup(r, out, size);
	} else if (r->keys && r->text[0]) {
		snprintf(out, size, "key %s", strcmp(r->text, " ") == 0 ? "<SPACE>" : r->text);
	} else if (r->keys) {
		snprintf(out, size, all_zero(r) ? "all keys up" : "keys change");
	} else {
		name = NAME(types, r->type);
		n = snprintf(out, size, "%s", name ? name : "data");
		for (unsigned i = 0; i < r->len && i < 8 && n > 0 && (size_t)n + 4 < size; i++)
			n += snprintf(out + n, size - (size_t)n, " %02x", r->data[i]);
	}
	n = (int)strlen(out);
	name = NAME(statuses, r->status);
	snprintf(out + n, size - (size_t)n, "%s", name ? name : "");
}
