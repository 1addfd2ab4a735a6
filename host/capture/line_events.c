/*
 * Line events in pcapng custom blocks, as Packetry writes them for Great Scott Gadgets' analyzers (Cynthion): PEN
 * 62392; a word with the format's name 0x3343, its version 0 and the event's code; the interface; two words of time
 * stamp like a packet's. All in the section's byte order.
 *
 * Source of format and codes: Packetry 0.5, src/file.rs and src/event.rs, as of commit 1e6e797. A table of an earlier
 * stage of that file, with other codes from 12 on, never got into a capture file. Of "J" and "K" Packetry tells chirps
 * (high-speed amplitude) from low and full speed, which is our `speed`.
 */
#include "capture/line_events.h"

#include "capture/reader.h"

static const struct {
	enum line_event event;
	enum usb_speed speed;
} events[] = {
	[1] = {LINE_CAPTURE_STOP, USB_SPEED_UNKNOWN}, /* as asked */
	[2] = {LINE_CAPTURE_STOP, USB_SPEED_UNKNOWN}, /* its buffer was full */
	[3] = {LINE_CAPTURE_STOP, USB_SPEED_UNKNOWN}, /* an error */
	[4] = {LINE_CAPTURE_START, USB_SPEED_HIGH},
	[5] = {LINE_CAPTURE_START, USB_SPEED_FULL},
	[6] = {LINE_CAPTURE_START, USB_SPEED_LOW},
	[7] = {LINE_CAPTURE_START, USB_SPEED_UNKNOWN}, /* it finds out */
	[8] = {LINE_SPEED, USB_SPEED_HIGH},
	[9] = {LINE_SPEED, USB_SPEED_FULL},
	[10] = {LINE_SPEED, USB_SPEED_LOW},
	[11] = {LINE_SPEED, USB_SPEED_UNKNOWN},
	[12] = {LINE_SE0, USB_SPEED_UNKNOWN},
	[13] = {LINE_J, USB_SPEED_HIGH},   /* chirp J */
	[14] = {LINE_K, USB_SPEED_HIGH},   /* chirp K */
	[15] = {LINE_SE1, USB_SPEED_HIGH}, /* both lines at chirp level */
	[16] = {LINE_J, USB_SPEED_LOW},
	[17] = {LINE_K, USB_SPEED_LOW},
	[18] = {LINE_J, USB_SPEED_FULL},
	[19] = {LINE_K, USB_SPEED_FULL},
	[20] = {LINE_SE1, USB_SPEED_UNKNOWN},
	[21] = {LINE_VBUS_OFF, USB_SPEED_UNKNOWN},
	[22] = {LINE_VBUS_ON, USB_SPEED_UNKNOWN},
	[23] = {LINE_ATTACH, USB_SPEED_LOW},
	[24] = {LINE_ATTACH, USB_SPEED_FULL},
	[25] = {LINE_RESET, USB_SPEED_UNKNOWN},
	[26] = {LINE_CHIRP_DEVICE, USB_SPEED_HIGH},
	[27] = {LINE_CHIRP_HOST, USB_SPEED_HIGH},
	[28] = {LINE_SUSPEND, USB_SPEED_UNKNOWN},
	[29] = {LINE_RESUME, USB_SPEED_UNKNOWN},
	[30] = {LINE_KEEPALIVE, USB_SPEED_LOW},
};

enum {
	CODES = sizeof(events) / sizeof(events[0]),
};

struct record_line line_event_of(uint8_t code)
{
	struct record_line line = {.event = LINE_UNKNOWN, .code = code};

	if (code < CODES) {
		line.event = events[code].event;
		line.speed = events[code].speed;
	}
	return line;
}

uint8_t line_event_code(const struct record_line *line)
{
	uint8_t speedless = 0;

	if (line->event == LINE_UNKNOWN)
		return 0;
	if (line->code < CODES && events[line->code].event == line->event &&
	    events[line->code].speed == line->speed)
		return (uint8_t)line->code;
	for (uint8_t code = 1; code < CODES; code++) {
		if (events[code].event != line->event)
			continue;
		if (events[code].speed == line->speed)
			return code;
		if (events[code].speed == USB_SPEED_UNKNOWN && !speedless)
			speedless = code;
	}
	return speedless;
}

void line_custom_block(struct capture *c, const uint8_t *body, size_t len)
{
	struct record_line line;
	uint32_t word, id;
	const struct iface *f;

	if (len < LINE_EVENT_LEN || load32(body, c->big) != PEN_GREAT_SCOTT_GADGETS)
		return;
	word = load32(body + 4, c->big);
	id = load32(body + 8, c->big);
	if (word >> 8 != LINE_EVENT_FORMAT || id >= c->iface_known ||
	    c->ifaces[id].kind == LINK_SKIP)
		return;
	f = &c->ifaces[id];
	line = line_event_of((uint8_t)word);
	deliver_line(c, f, f->offset_ns + timescale_ns(&f->scale, load_time(body + 12, c->big)),
	             &line);
}
