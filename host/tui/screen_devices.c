/* Devices: what each claims beside what its descriptors say, as of the cursor. */
#include <stdio.h>
#include <string.h>

#include "tui/screen.h"

static void title(const struct scene *s, char *out, size_t size)
{
	snprintf(out, size, s->devices ? "%u" : "none", s->devices);
}

static void kinds_text(uint32_t kinds, bool shout, char *out, size_t size)
{
	size_t at = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < REPORT_KINDS && at + 1 < size; i++) {
		uint32_t bit;
		const char *name = report_kind(i, &bit);

		if (!(kinds & bit) || (bit == HID_KIND_LED && kinds != HID_KIND_LED))
			continue;
		if (shout && bit == HID_KIND_KEYBOARD)
			name = "KEYBOARD";
		at += (size_t)snprintf(out + at, size - at, "%s%s", at ? " + " : "", name);
	}
}

static const char *class_text(uint8_t class_code)
{
	switch (class_code) {
	case USB_CLASS_AUDIO:
		return "audio";
	case USB_CLASS_CDC:
	case USB_CLASS_CDC_DATA:
		return "serial or network";
	case USB_CLASS_HID:
		return "input device";
	case USB_CLASS_STORAGE:
		return "storage";
	case USB_CLASS_HUB:
		return "hub";
	case USB_CLASS_VIDEO:
		return "video";
	case USB_CLASS_PRINTER:
		return "printer";
	case USB_CLASS_SMART_CARD:
		return "smart card";
	case USB_CLASS_WIRELESS:
		return "wireless";
	case USB_CLASS_VENDOR:
		return "vendor's own";
	default:
		return "other";
	}
}

static void draw_interface(struct grid *g, int y, struct rect r, const struct history_interface *i,
                           bool last, bool flagged)
{
	char kinds[96];
	int x;

	kinds_text(i->kinds, true, kinds, sizeof(kinds));
	grid_put(g, y, r.x + 2, STYLE_DIM, last ? 0x2514 : 0x251c);
	if (i->number == 0xff)
		x = grid_text(g, y, r.x + 4, r.w - 5, STYLE_NORMAL, "? ");
	else
		x = grid_format(g, y, r.x + 4, r.w - 5, STYLE_NORMAL, "%u ", i->number);
	x = grid_text(g, y, x, r.x + r.w - x - 1,
	              !(i->kinds & HID_KIND_KEYBOARD) ? STYLE_NORMAL
	              : flagged                       ? STYLE_DECISIVE
	                                              : STYLE_STRONG,
	              kinds[0] ? kinds : class_text(i->class_code));
	if (i->class_code == USB_CLASS_HID && i->subclass == 1)
		x = grid_text(g, y, x, r.x + r.w - x - 1, STYLE_DIM, "  boot");
	if (i->inferred)
		x = grid_text(g, y, x, r.x + r.w - x - 1, STYLE_DIM, "  inferred");
	if (i->endpoint)
		x = grid_format(g, y, x, r.x + r.w - x - 1, STYLE_DIM, "  EP%u %s",
		                i->endpoint & 15, i->endpoint & 0x80 ? "IN" : "OUT");
	if (i->packet_max && r.w >= 44)
		grid_format(g, y, x, r.x + r.w - x - 1, STYLE_DIM, "  %u B", i->packet_max);
}

/* Nothing where the string is empty. */
static int draw_quoted(struct grid *g, int y, int x, int w, const char *what, const char *wire)
{
	int end = x + w;

	if (!wire[0])
		return x;
	x = grid_format(g, y, x, end - x, STYLE_DIM, "%s \"", what);
	x = grid_text(g, y, x, end - x - 2, STYLE_NORMAL, wire);
	return grid_text(g, y, x, end - x, STYLE_DIM, "\" ");
}

/* Returns the lines used, at most `h`. */
static int draw_device(struct grid *g, struct rect r, const struct scene *s,
                       const struct history_device *d, bool selected, bool whole)
{
	static const char *const speeds[] = {"", "  low speed", "  full speed", "  high speed",
	                                     "  super speed"};
	const char *name = d->product[0] ? d->product : d->manufacturer;
	char line[256];
	int y = r.y, end = r.y + r.h;

	snprintf(line, sizeof(line), "%u.%u", d->bus, d->address);
	grid_put(g, y, r.x, selected ? STYLE_SELECTED : STYLE_NORMAL, selected ? 0x203a : ' ');
	grid_put(g, y, r.x + 1, STYLE_NORMAL, whole ? 0x25be : 0x25b8);
	int x = grid_text(g, y, r.x + 2, r.w - 3, STYLE_STRONG, line);
	x = grid_text(g, y, x, r.x + r.w - x, STYLE_NORMAL, speeds[d->speed]);
	if (d->has_device)
		x = grid_format(g, y, x, r.x + r.w - x, STYLE_NORMAL, "  %04x:%04x", d->vid,
		                d->pid);
	if (name[0]) {
		x = grid_text(g, y, x, r.x + r.w - x, STYLE_DIM, "  \"");
		x = grid_text(g, y, x, r.x + r.w - x - 2, STYLE_STRONG, name);
		grid_text(g, y, x, r.x + r.w - x, STYLE_DIM, "\"");
	}
	if (d->is_hub)
		grid_text(g, y, x, r.x + r.w - x, STYLE_NORMAL, "  hub");
	if (++y >= end || !whole)
		return y - r.y;
	if (d->gone)
		grid_format(g, y, r.x + 4, r.w - 5, STYLE_SERIOUS, "lived %.2f s, gone at %.2f s",
		            (double)(d->gone_ns - d->attached_ns) / 1e9, (double)d->gone_ns / 1e9);
	else
		grid_format(g, y, r.x + 4, r.w - 5, STYLE_NORMAL, "since %.2f s, %s%s",
		            (double)d->attached_ns / 1e9,
		            d->configured_ns >= 0 ? "configured" : "not configured yet",
		            d->enumerated ? "" : ", start not seen");
	if (++y >= end)
		return y - r.y;
	for (unsigned i = 0; i < d->interfaces && y < end; i++)
		draw_interface(g, y++, r, &d->interface[i],
		               i + 1 == d->interfaces && !d->interfaces_more, scene_flagged(s));
	if (d->interfaces_more && y < end)
		grid_format(g, y++, r.x + 4, r.w - 5, STYLE_DIM, "and %u more interfaces",
		            d->interfaces_more);
	if (d->has_hash && y < end)
		grid_format(g, y++, r.x + 4, r.w - 5, STYLE_DIM, "structure %02x%02x%02x%02x%02x..",
		            d->hash[0], d->hash[1], d->hash[2], d->hash[3], d->hash[4]);
	if ((d->manufacturer[0] || d->serial[0]) && y < end) {
		x = draw_quoted(g, y, r.x + 4, d->serial[0] ? (r.w - 6) / 2 : r.w - 5, "by",
		                d->manufacturer);
		draw_quoted(g, y++, x, r.x + r.w - x - 1, "serial", d->serial);
	}
	if (d->max_power_ma && y < end)
		grid_format(g, y++, r.x + 4, r.w - 5, STYLE_DIM, "asks for %u mA%s",
		            d->max_power_ma, d->problems ? ", descriptors are damaged" : "");
	return y - r.y;
}

static void draw(struct grid *g, struct rect r, const struct scene *s)
{
	int selected = s->view->device;
	unsigned first = 0;
	int y = r.y;

	if (!s->devices) {
		grid_text(g, y, r.x + 2, r.w - 3, STYLE_DIM, "no device so far");
		return;
	}
	if (selected < 0 || (unsigned)selected >= s->devices)
		selected = (int)s->devices - 1;
	/* The selected one is shown whole, with one line each for as many before it as leave it room. */
	if (selected > r.h / 3)
		first = (unsigned)(selected - r.h / 3);
	for (unsigned i = first; i < s->devices && y < r.y + r.h; i++)
		y += draw_device(g, (struct rect){y, r.x, r.y + r.h - y, r.w}, s, s->device[i],
		                 s->view->focus == PANE_DEVICES && (int)i == selected,
		                 (int)i == selected);
}

const struct screen screen_devices = {
	.pane = PANE_DEVICES,
	.name = "Devices",
	.title = title,
	.draw = draw,
};
