/* Random events over a random model, within decoding's bounds, through all rules of a profile; then both reports. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "detect/engine.h"
#include "report/report.h"

static void fill(struct bytes *b, void *what, size_t size)
{
	for (uint8_t *p = what; size && bytes_left(b); size--)
		*p++ = bytes_u8(b);
}

static void change(struct bytes *b, struct model *m, struct model_device *d, struct model_hid *h)
{
	uint8_t bits = bytes_u8(b);
	d->used = bits & 1, d->gone = bits & 2, d->enumerated = bits & 4, d->is_hub = bits & 8;
	d->has_device = bits & 16, d->has_hash = bits & 32, m->vbus_known = bits & 64;
	d->id = bytes_u8(b) % 8, d->speed = (enum usb_speed)(d->id % 5), d->reports = bits;
	fill(b, &d->device, sizeof(d->device)), fill(b, d->product, 16), fill(b, d->serial, 16);
	fill(b, d->structure_sha256, 32), d->config.interfaces = d->has_config = bits >> 7;
	fill(b, &d->attached_ns, 7), fill(b, &d->config, 9), fill(b, d->config.interface, 7);
	h->device = bits % 4, h->described = bits & 4, h->inferred = bits & 8, h->id = d->id;
	fill(b, &h->kinds, 2), fill(b, &h->descriptor.problems, 1), d->kinds |= h->kinds;
	h->descriptor_len = bytes_u8(b), h->interface = h->descriptor_len % 3;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct report_options o;
	static struct model m;
	struct bytes b = bytes_of(data, size);
	struct profile p = {.kind = (enum profile_kind)(bytes_u8(&b) % 4), .has_hash = true};
	struct engine *e = engine_new(&m, &p);
	struct report_input in = {"x", &p, "1", .model = &m, .coverage = &(struct coverage){0}};
	char *text = NULL;
	FILE *f = open_memstream(&text, &size);
	memset(&m, 0, sizeof(m)), m.devices = m.hids = 4;
	while (bytes_left(&b)) {
		struct model_device *d = &m.device[bytes_u8(&b) % 4];
		struct usb_transfer t = {.has_setup = true};
		struct key_report k = {0};
		struct usb_bus_event bus = {.kind = (enum record_kind)(bytes_u8(&b) % 3 + 2)};
		struct event ev = {bytes_u8(&b) % EVENT_KINDS, .device = d, .keys = &k};
		ev.transfer = &t, ev.hid = &m.hid[d->id % 4], change(&b, &m, d, &m.hid[d->id % 4]);
		fill(&b, &ev.t_ns, 7), fill(&b, &t.setup, 8), fill(&b, &k.press, 8);
		bus.t_ns = ev.t_ns, bus.line.event = k.press[0] % 20, k.presses = k.press[1] % 5;
		struct uart_text run = {1 + (ev.t_ns & 1), .len = k.press[2] % UART_TEXT_MAX};
		ev.record = &(struct record){.kind = (enum record_kind)(k.press[3] % 20)};
		ev.uart = &run, fill(&b, run.text, 8);
		ev.bus = ev.kind >= EVENT_LINE && ev.kind <= EVENT_TICK ? &bus : NULL;
		engine_event(e, &ev);
	}
	in.finding = engine_findings(e, &in.findings);
	assert(report_json(f, &in, &o) && report_text(f, &in, &o) && !fclose(f));
	return free(text), engine_free(e), 0;
}
