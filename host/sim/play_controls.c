/*
 * Reports that are no keys: a pointer's motion, and controls such as volume up. In: an interface's descriptor, what shall be
 * said. Out: a report in that descriptor's form, the pipe that carries it.
 */
#include "sim/play_state.h"

#include <string.h>

enum {
	USAGE_X = HID_PAGE_DESKTOP << 16 | 0x30,
	USAGE_Y = HID_PAGE_DESKTOP << 16 | 0x31,
	USAGE_WHEEL = HID_PAGE_DESKTOP << 16 | 0x38,
};

static void put_bits(uint8_t *report, uint32_t bit, unsigned size, int32_t value)
{
	for (unsigned i = 0; i < size; i++, bit++)
		if (value >> i & 1)
			report[bit / 8] |= (uint8_t)(1u << bit % 8);
}

static void put(const struct hid_field *f, unsigned n, int32_t value, struct keyboard_report *out)
{
	put_bits(out->bytes + (f->report_id != 0), f->bit + n * f->size, f->size, value);
}

/* All fields must be of one report, that of the first that counts. */
static bool begin_report(const struct hid_descriptor *hid, const struct hid_field *f,
                         struct keyboard_report *out, int *id)
{
	uint32_t len = hid_report_bytes(hid, HID_INPUT, f->report_id);

	if (*id >= 0)
		return *id == f->report_id;
	if (len > KEYBOARD_REPORT_MAX)
		return false;
	*id = f->report_id;
	memset(out->bytes, 0, sizeof(out->bytes));
	out->len = (uint8_t)len;
	out->bytes[0] = f->report_id;
	return true;
}

bool play_motion(const struct hid_descriptor *hid, const struct play_motion *m,
                 struct keyboard_report *out)
{
	bool found = false;
	int begun = -1;

	for (unsigned i = 0; i < hid->fields; i++) {
		const struct hid_field *f = &hid->field[i];

		if (f->type != HID_INPUT || !(f->flags & HID_VARIABLE) || f->flags & HID_CONSTANT)
			continue;
		for (unsigned n = 0; n < f->count && n < 8; n++) {
			uint32_t usage = hid_field_usage(hid, f, n);
			bool button = usage >> 16 == HID_PAGE_BUTTON && f->size == 1;

			if ((!button && usage != USAGE_X && usage != USAGE_Y &&
			     usage != USAGE_WHEEL) ||
			    !begin_report(hid, f, out, &begun))
				continue;
			found = found || usage == USAGE_X || usage == USAGE_Y;
			put(f, n,
			    button             ? (int32_t)(m->buttons >> ((usage & 0xff) - 1) & 1)
			    : usage == USAGE_X ? m->x
			    : usage == USAGE_Y ? m->y
			                       : m->wheel,
			    out);
		}
	}
	return found;
}

/* The value by which an array says a usage; below logical_min where it cannot. */
static int64_t array_value(const struct hid_descriptor *hid, const struct hid_field *f,
                           uint32_t usage)
{
	for (int64_t v = f->logical_min; v <= f->logical_max && v <= UINT16_MAX; v++)
		if (v >= 0 && hid_field_usage(hid, f, (uint32_t)v) == usage)
			return v;
	return (int64_t)f->logical_min - 1;
}

bool play_consumer(const struct hid_descriptor *hid, uint16_t control, bool down,
                   struct keyboard_report *out)
{
	const uint32_t usage = HID_PAGE_CONSUMER << 16 | control;
	int begun = -1;

	for (unsigned i = 0; i < hid->fields; i++) {
		const struct hid_field *f = &hid->field[i];
		int64_t value;
		unsigned n = 0;

		if (f->type != HID_INPUT || f->flags & HID_CONSTANT)
			continue;
		if (f->flags & HID_VARIABLE) {
			while (n < f->count && hid_field_usage(hid, f, n) != usage)
				n++;
			if (n == f->count || !begin_report(hid, f, out, &begun))
				continue;
			value = 1;
		} else {
			value = array_value(hid, f, usage);
			if (value < f->logical_min || !begin_report(hid, f, out, &begun))
				continue;
		}
		if (down)
			put(f, n, (int32_t)value, out);
		return true;
	}
	return false;
}

/* The pipe of the first interface that has this control, or, for 0, a pointer. */
static struct bus_pipe *pipe_of(struct play *p, struct bus_device *d, struct hid_descriptor *hid,
                                uint16_t control)
{
	const struct play_motion still = {.x = 0};
	const struct sim_device *m = d->model;
	struct keyboard_report any;

	for (unsigned i = 0; i < m->interfaces; i++) {
		const struct sim_endpoint *e = sim_device_endpoint(m, m->interface[i].number, 0x80);

		if (!m->interface[i].report.len || !e)
			continue;
		hid_parse(hid, sim_device_bytes(m, m->interface[i].report),
		          m->interface[i].report.len);
		if (control ? play_consumer(hid, control, false, &any)
		            : play_motion(hid, &still, &any))
			return bus_pipe(&p->bus, d, e->address);
	}
	return NULL;
}

struct bus_pipe *play_mouse_pipe(struct play *p, struct bus_device *d, struct hid_descriptor *hid)
{
	return pipe_of(p, d, hid, 0);
}

struct bus_pipe *play_consumer_pipe(struct play *p, struct bus_device *d, uint16_t control,
                                    struct hid_descriptor *hid)
{
	return pipe_of(p, d, hid, control);
}
