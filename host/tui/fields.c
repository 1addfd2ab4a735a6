/* See fields.h. Here: setup packets, the transfer itself, and who says what its bytes mean. */
#include "tui/fields.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct field *fields_add(struct fields *f, enum field_place place, unsigned bit, unsigned bits,
                         const char *format, ...)
{
	struct field *out;
	va_list args;

	if (f->count == FIELDS_MAX)
		return NULL;
	out = &f->field[f->count++];
	*out = (struct field){.place = place, .bit = (uint16_t)bit, .bits = (uint16_t)bits};
	va_start(args, format);
	vsnprintf(out->text, sizeof(out->text), format, args);
	va_end(args);
	return out;
}

static void filter_by(struct field *f, const char *word, unsigned value)
{
	if (f)
		snprintf(f->filter, sizeof(f->filter), "%s 0x%x", word, value);
}

/* USB 2.0 table 9-2 */
static void add_setup(struct fields *f, const struct usb_setup *s)
{
	static const char *const types[] = {"standard", "class", "vendor", "reserved"};
	static const char *const to[] = {"device", "interface", "endpoint", "other"};
	unsigned recipient = s->bmRequestType & USB_REQUEST_RECIPIENT;

	fields_add(f, FIELD_SETUP, 0, 8, "bmRequestType %02x: %s, %s, to %s", s->bmRequestType,
	           s->bmRequestType & USB_REQUEST_IN ? "in" : "out",
	           types[(s->bmRequestType & USB_REQUEST_TYPE) >> 5],
	           recipient < 4 ? to[recipient] : "a reserved recipient");
	filter_by(fields_add(f, FIELD_SETUP, 8, 8, "bRequest %u", s->bRequest), "request",
	          s->bRequest);
	filter_by(fields_add(f, FIELD_SETUP, 16, 16, "wValue %04x", s->wValue), "value", s->wValue);
	filter_by(fields_add(f, FIELD_SETUP, 32, 16, "wIndex %04x", s->wIndex), "index", s->wIndex);
	fields_add(f, FIELD_SETUP, 48, 16, "wLength %u", s->wLength);
}

static void add_row(struct fields *f, const struct history_row *r)
{
	static const struct {
		const char *name, *filter;
	} types[] = {
		[USB_TYPE_ISOCHRONOUS] = {"isochronous", "type iso"},
		[USB_TYPE_INTERRUPT] = {"interrupt", "type interrupt"},
		[USB_TYPE_CONTROL] = {"control", "type control"},
		[USB_TYPE_BULK] = {"bulk", "type bulk"},
		[USB_TYPE_UNKNOWN] = {"not known", "type unknown"},
	};
	struct field *one;
	bool in = r->endpoint & 0x80;

	if (r->type < sizeof(types) / sizeof(types[0])) {
		one = fields_add(f, FIELD_ROW, 0, 0, "transfer type: %s", types[r->type].name);
		if (one)
			snprintf(one->filter, sizeof(one->filter), "%s", types[r->type].filter);
	}
	filter_by(fields_add(f, FIELD_ROW, 0, 0, "device %u", r->address), "dev", r->address);
	one = fields_add(f, FIELD_ROW, 0, 0, "endpoint %u %s", r->endpoint & 15, in ? "IN" : "OUT");
	if (one)
		snprintf(one->filter, sizeof(one->filter), "ep %u & %s", r->endpoint & 15,
		         in ? "in" : "out");
	filter_by(fields_add(f, FIELD_ROW, 0, 0, "%u bytes", r->len_true), "len", r->len_true);
}

/* Who had the address then. The model holds those that are gone, as long as there is room. */
static const struct model_device *device_of(const struct model *m, const struct history_row *r)
{
	const struct model_device *best = NULL;

	for (unsigned i = 0; i < MODEL_DEVICES_MAX; i++) {
		const struct model_device *d = &m->device[i];

		if (!d->used || d->bus != r->bus || d->address != r->address ||
		    d->first_seen_ns > r->t_ns || (d->gone && d->gone_ns < r->t_ns))
			continue;
		if (!best || d->first_seen_ns > best->first_seen_ns)
			best = d;
	}
	return best;
}

/* The interface that a report is of: by its endpoint, or as a request names it. */
static const struct model_hid *hid_of(const struct model *m, const struct history_row *r)
{
	const struct model_device *d = device_of(m, r);

	for (unsigned i = 0; d && i < m->hids; i++) {
		const struct model_hid *h = &m->hid[i];

		if (h->device == MODEL_NONE || &m->device[h->device] != d)
			continue;
		if (r->has_setup ? h->interface == (r->setup.wIndex & 0xff)
		                 : h->endpoint == r->endpoint)
			return h;
	}
	return NULL;
}

/* HID 1.11 §7.2: the type stands in the high byte of wValue, from 1. */
static bool report_type(const struct history_row *r, enum hid_report_type *type)
{
	unsigned said = r->setup.wValue >> 8;

	*type = HID_INPUT;
	if (!r->has_setup)
		return r->endpoint & 0x80 && r->type != USB_TYPE_BULK;
	if ((r->setup.bmRequestType & USB_REQUEST_TYPE) != USB_REQUEST_CLASS ||
	    (r->setup.bRequest != HID_GET_REPORT && r->setup.bRequest != HID_SET_REPORT) || !said ||
	    said > HID_REPORT_TYPES)
		return false;
	*type = (enum hid_report_type)(said - 1);
	return true;
}

static void add_report(struct fields *f, const struct scene *s, const struct history_row *r,
                       enum hid_report_type type)
{
	const struct model_hid *h = hid_of(s->report->model, r);
	const struct hid_descriptor *d = h ? &h->descriptor : NULL;
	struct hid_descriptor boot;

	if (!h || !(h->described || h->inferred || h->boot_protocol))
		return;
	/* What a boot keyboard sends, or one that was never asked, is known from HID 1.11 appendix B. */
	if (!h->descriptor_len || h->boot_protocol) {
		if (!(h->kinds & HID_KIND_KEYBOARD))
			return;
		hid_boot_keyboard(&boot);
		d = &boot;
	}
	fields_report(f, d, type, s->history->layout, r->data, r->len);
}

static void add_data_filters(struct fields *f, const struct history_row *r)
{
	for (unsigned i = 0; i < f->count; i++) {
		struct field *one = &f->field[i];
		unsigned at = one->bit / 8;

		if (one->place == FIELD_DATA && at < r->len)
			snprintf(one->filter, sizeof(one->filter),
			         "dev %u & ep %u & byte %u 0x%02x", r->address, r->endpoint & 15,
			         at, r->data[at]);
	}
}

void fields_read(struct fields *f, const struct scene *s, const struct history_row *r, bool masked)
{
	enum hid_report_type type;

	f->count = 0;
	if (r->kind != HISTORY_TRANSFER)
		return;
	if (r->has_setup)
		add_setup(f, &r->setup);
	if (masked && r->keys)
		;
	else if (r->has_setup && r->setup.bRequest == USB_GET_DESCRIPTOR &&
	         (r->setup.bmRequestType & (USB_REQUEST_IN | USB_REQUEST_TYPE)) == USB_REQUEST_IN)
		fields_descriptor(f, (uint8_t)(r->setup.wValue >> 8), r->data, r->len);
	else if (report_type(r, &type))
		add_report(f, s, r, type);
	add_data_filters(f, r);
	add_row(f, r);
}
