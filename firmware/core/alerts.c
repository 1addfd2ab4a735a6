/* Alerts on their two ways; see alerts.h. In: events. Out: HID reports (kind, zero, body) and ALERT records, in order. */
#include "core/alerts.h"
#include "core/usb_dev.h"

void alerts_raise(struct alerts *a, enum wire_alert_what what, uint8_t address, uint64_t at)
{
	struct alerts_entry *e = &a->entry[a->count];

	a->sequence++;
	if (a->count == ALERTS_WAITING)
		return;
	a->count++;
	e->alert = (struct wire_alert){
		.sequence = a->sequence, .what = (uint8_t)what, .address = address, .at = at};
	e->by_hid = e->in_stream = true;
}

static bool to_stream(const struct wire_alert *alert, struct upstream *up)
{
	uint8_t *to = upstream_put(up, WIRE_ALERT, 0, alert->at, 12);

	if (!to)
		return false;
	wire_alert_put(to, alert);
	upstream_flush(up);
	return true;
}

void alerts_run(struct alerts *a, struct upstream *up, bool listening,
                bool (*hid)(void *context, const uint8_t *report), void *context)
{
	uint8_t left = 0;

	for (uint8_t i = 0; i < a->count; i++) {
		struct alerts_entry e = a->entry[i];
		uint8_t report[USB_DEV_REPORT] __attribute__((aligned(4))) = {WIRE_ALERT};

		/* A full stream counts each record that it refuses: it is asked again only when it has room. */
		if (e.in_stream && upstream_level(up) < 256)
			e.in_stream = !to_stream(&e.alert, up);
		wire_alert_put(report + 2, &e.alert);
		if (e.by_hid && (!listening || hid(context, report)))
			e.by_hid = false;
		if (e.by_hid || e.in_stream)
			a->entry[left++] = e;
	}
	a->count = left;
}
