/*
 * The rings beside the model. What a device was is kept as versions, one whenever something of it changes; the rest are
 * plain rows. Nothing is allocated after history_new.
 */
#include "tui/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/rule_injected_typing.h"
#include "tui/history_sums.h"
#include "tui/history_tap.h"

#define COLUMN_NS_FIRST INT64_C(1000000)

struct history *history_new(struct layout *l)
{
	struct {
		struct history history;
		struct history_sums sums;
	} *all = calloc(1, sizeof(*all));
	struct history *h = &all->history;

	if (!all)
		return NULL;
	h->sums = &all->sums;
	h->layout = l;
	h->column_ns = COLUMN_NS_FIRST;
	for (unsigned i = 0; i < HISTORY_SENSES; i++)
		h->sensed_ns[i] = HISTORY_NEVER;
	h->dc_path_ns = h->far_ns = HISTORY_NEVER;
	return h;
}

void history_free(struct history *h)
{
	free(h);
}

static void copy_text(char *out, size_t size, const char *s)
{
	size_t len = strlen(s);

	if (len >= size)
		len = size - 1;
	/* Not in the middle of a character. */
	while (len && len < strlen(s) && ((unsigned char)s[len] & 0xc0) == 0x80)
		len--;
	memcpy(out, s, len);
	out[len] = '\0';
}

void history_sensed_add(struct history_sensed *to, const struct history_sensed *from)
{
	if (!from->bands)
		return;
	if (!to->bands || from->maximum > to->maximum)
		to->maximum = from->maximum;
	to->sum += from->sum;
	to->bands += from->bands;
}

void history_column_add(struct history_column *to, const struct history_column *from)
{
	to->transfers += from->transfers;
	to->bytes += from->bytes;
	to->keys += from->keys;
	to->lost += from->lost;
	to->events += from->events;
	to->bursts += from->bursts;
	to->steps += from->steps;
	to->marks += from->marks;
	for (unsigned i = 0; i < HISTORY_SENSES; i++)
		history_sensed_add(&to->sensed[i], &from->sensed[i]);
}

static void columns_halve(struct history *h)
{
	for (size_t i = 0; i < HISTORY_COLUMNS; i++) {
		struct history_column sum = {0};

		for (size_t k = 2 * i; k < 2 * i + 2 && k < HISTORY_COLUMNS; k++)
			history_column_add(&sum, &h->column[k]);
		h->column[i] = sum;
	}
	h->column_ns *= 2;
}

struct history_column *history_column_now(struct history *h)
{
	while ((h->now_ns - h->begin_ns) / h->column_ns >= HISTORY_COLUMNS)
		columns_halve(h);
	return &h->column[(h->now_ns - h->begin_ns) / h->column_ns];
}

static void note_interfaces(struct history_device *v, const struct model_device *d,
                            const struct model *m)
{
	for (unsigned i = 0; d->has_config && i < d->config.interfaces; i++) {
		const struct usb_interface_descriptor *in = &d->config.interface[i];
		struct history_interface *out = &v->interface[v->interfaces];

		if (in->bAlternateSetting)
			continue;
		if (v->interfaces == HISTORY_INTERFACES) {
			v->interfaces_more++;
			continue;
		}
		v->interfaces++;
		out->number = in->bInterfaceNumber;
		out->class_code = in->bInterfaceClass;
		out->subclass = in->bInterfaceSubClass;
		out->protocol = in->bInterfaceProtocol;
		out->reports_len = in->report_descriptor_len;
		if (in->endpoints) {
			const struct usb_endpoint_descriptor *ep =
				&d->config.endpoint[in->endpoint_at];

			out->endpoint = ep->bEndpointAddress;
			out->packet_max = ep->wMaxPacketSize;
			out->interval = ep->bInterval;
		}
	}
	for (unsigned i = 0; i < m->hids; i++) {
		const struct model_hid *hid = &m->hid[i];
		struct history_interface *out = NULL;

		if (hid->device == MODEL_NONE || &m->device[hid->device] != d)
			continue;
		for (unsigned k = 0; k < v->interfaces; k++)
			if (v->interface[k].number == hid->interface)
				out = &v->interface[k];
		if (!out && v->interfaces < HISTORY_INTERFACES) {
			out = &v->interface[v->interfaces++];
			out->number = hid->interface;
			out->class_code = USB_CLASS_HID;
			out->endpoint = hid->endpoint;
		}
		if (!out)
			continue;
		out->kinds = hid->kinds;
		out->boot = hid->boot_protocol;
		out->described = hid->described;
		out->inferred = hid->inferred;
	}
}

static void note_device(struct history *h, const struct event *e, const struct model *m)
{
	const struct model_device *d = e->device;
	struct history_device v, *last = NULL;

	memset(&v, 0, sizeof(v));
	v.id = d->id;
	v.bus = d->bus;
	v.address = d->address;
	v.speed = (uint8_t)d->speed;
	v.vid = d->device.idVendor;
	v.pid = d->device.idProduct;
	v.has_device = d->has_device;
	v.has_hash = d->has_hash;
	v.gone = d->gone;
	v.enumerated = d->enumerated;
	v.is_hub = d->is_hub;
	v.attached_ns = d->attached_ns;
	v.configured_ns = d->configured_ns;
	v.gone_ns = d->gone_ns;
	v.kinds = d->kinds;
	v.problems = d->problems | d->hid_problems << 16;
	v.max_power_ma = d->has_config ? (uint16_t)(2 * d->config.bMaxPower) : 0;
	memcpy(v.hash, d->structure_sha256, sizeof(v.hash));
	copy_text(v.manufacturer, sizeof(v.manufacturer), d->manufacturer);
	copy_text(v.product, sizeof(v.product), d->product);
	copy_text(v.serial, sizeof(v.serial), d->serial);
	note_interfaces(&v, d, m);
	for (uint64_t i = h->devices; i-- > 0 && h->devices - i <= HISTORY_DEVICES;)
		if (h->device[i % HISTORY_DEVICES].id == v.id) {
			last = &h->device[i % HISTORY_DEVICES];
			break;
		}
	if (last) {
		v.seen_ns = last->seen_ns;
		if (memcmp(&v, last, sizeof(v)) == 0)
			return;
	}
	v.seen_ns = h->now_ns;
	if (last && last->seen_ns == v.seen_ns) {
		*last = v;
		return;
	}
	h->device[h->devices++ % HISTORY_DEVICES] = v;
}

unsigned history_devices_at(const struct history *h, int64_t t_ns,
                            const struct history_device **out, unsigned max)
{
	uint64_t first = h->devices > HISTORY_DEVICES ? h->devices - HISTORY_DEVICES : 0;
	unsigned n = 0;

	for (uint64_t i = first; i < h->devices; i++) {
		const struct history_device *d = &h->device[i % HISTORY_DEVICES];
		unsigned at = 0;

		if (d->seen_ns > t_ns)
			continue;
		while (at < n && out[at]->id != d->id)
			at++;
		if (at == max)
			continue;
		out[at] = d;
		n += at == n;
	}
	return n;
}

static void note_keys(struct history *h, const struct engine *engine, const struct event *e,
                      unsigned slot)
{
	const void *state = engine_rule_state(engine, "R9");
	const struct typing_step *t = state ? injected_typing_last(state, slot) : NULL;
	struct history_step *s;
	char text[LAYOUT_TEXT_MAX];

	if (!e->keys->presses && !e->keys->releases)
		return;
	s = &h->step[h->steps++ % HISTORY_STEPS];
	*s = (struct history_step){
		.seen_ns = h->now_ns,
		.t_ns = e->keys->t_ns,
		.packet = e->keys->packet,
		.hid = e->hid->id,
		.device = e->device ? e->device->id : 0,
		.key = e->hid->keys_pressed,
		.presses = e->keys->presses,
		.replaced = e->keys->flags & KEYS_REPLACED,
		.gap_ms = -1,
		.hold_ms = -1,
	};
	if (t && t->packet == e->keys->packet) {
		s->gap_ms = t->gap_ms;
		s->hold_ms = t->hold_ms;
		s->ratio = t->ratio;
		s->overlap = t->overlap;
		memcpy(s->sum, t->sum, sizeof(s->sum));
	}
	if (h->locks_of[slot] != e->hid->id) {
		h->locks_of[slot] = e->hid->id;
		h->locks[slot] = LAYOUT_NUM;
	}
	for (unsigned i = 0; h->layout && i < e->keys->presses; i++) {
		size_t len = layout_text(h->layout, e->keys->press[i], e->keys->modifiers,
		                         h->locks[slot], text);

		if (strcmp(text, "\n") == 0)
			len = (size_t)snprintf(text, sizeof(text), "<ENTER>");
		else if (strcmp(text, "\t") == 0)
			len = (size_t)snprintf(text, sizeof(text), "<TAB>");
		if (strlen(s->text) + len < sizeof(s->text))
			memcpy(s->text + strlen(s->text), text, len + 1);
	}
	history_column_now(h)->keys += e->keys->presses;
	h->keys_pending = true;
	memcpy(h->text_pending, s->text, sizeof(s->text));
}

static void note_locks(struct history *h, const struct event *e, unsigned slot)
{
	h->locks[slot] = e->hid->leds;
	h->locks_of[slot] = e->hid->id;
}

struct history_row *history_row_new(struct history *h, const struct event *e,
                                    enum history_row_kind kind)
{
	struct history_row *r = &h->row[h->rows++ % HISTORY_ROWS];

	*r = (struct history_row){
		.seen_ns = h->now_ns, .t_ns = e->t_ns, .packet = e->packet, .kind = (uint8_t)kind};
	if (h->rows_found < h->findings && h->rows_found < UINT8_MAX)
		r->finding = (uint8_t)(h->rows_found + 1);
	h->rows_found = h->findings;
	return r;
}

static void note_transfer(struct history *h, const struct event *e)
{
	const struct usb_transfer *t = e->transfer;
	struct history_column *c = history_column_now(h);
	struct history_row *r = history_row_new(h, e, HISTORY_TRANSFER);

	c->transfers++;
	c->bytes += t->len_true;
	r->bus = t->bus;
	r->address = t->address;
	r->endpoint = t->endpoint;
	r->type = (uint8_t)t->type;
	r->status = (uint8_t)t->status;
	r->speed = (uint8_t)t->speed;
	r->has_setup = t->has_setup;
	r->setup = t->setup;
	r->len_true = t->len_true;
	r->naks = t->naks;
	r->len = t->data ? (uint8_t)(t->len < HISTORY_DATA ? t->len : HISTORY_DATA) : 0;
	if (r->len)
		memcpy(r->data, t->data, r->len);
	r->keys = h->keys_pending;
	if (r->keys)
		memcpy(r->text, h->text_pending, sizeof(r->text));
	h->keys_pending = false;
}

static void note_bus(struct history *h, const struct event *e)
{
	struct history_row *r;

	if (e->kind == EVENT_LOST) {
		/* A sensor's gap, as when its range changes, is no lost packet. */
		if (e->bus && !record_lost_packets(&e->bus->lost))
			return;
		history_column_now(h)->lost++;
		r = history_row_new(h, e, HISTORY_LOST);
		r->lost = e->bus ? e->bus->lost.packets : 0;
		return;
	}
	switch (e->bus->line.event) {
	case LINE_UNKNOWN:
	case LINE_SE0:
	case LINE_J:
	case LINE_K:
	case LINE_KEEPALIVE:
		return; /* too many to be told one by one */
	default:
		break;
	}
	history_column_now(h)->events++;
	r = history_row_new(h, e, HISTORY_LINE);
	r->bus = e->bus->bus;
	r->line = (uint8_t)e->bus->line.event;
	r->speed = (uint8_t)e->bus->line.speed;
}

static void note_findings(struct history *h, const struct engine *engine)
{
	size_t count;
	const struct finding *f = engine_findings(engine, &count);
	struct history_row *last = h->rows ? &h->row[(h->rows - 1) % HISTORY_ROWS] : NULL;

	for (; h->findings < count; h->findings++) {
		h->finding_seen_ns[h->findings] = h->now_ns;
		/* Some come after the row that they rest on, others before. */
		if (!last || last->packet != f[h->findings].packet || h->rows_found != h->findings)
			continue;
		if (!last->finding && h->findings < UINT8_MAX)
			last->finding = (uint8_t)(h->findings + 1);
		h->rows_found++;
	}
}

void history_event(void *context, const struct engine *engine, const struct event *e)
{
	struct history *h = context;
	const struct model *m = engine_model(engine);

	if (!h->any) {
		h->any = true;
		h->begin_ns = h->now_ns = e->t_ns;
	}
	if (e->t_ns > h->now_ns)
		h->now_ns = e->t_ns;
	note_findings(h, engine);
	if (e->device && e->kind != EVENT_KEYS && e->kind != EVENT_INPUT &&
	    e->kind != EVENT_REQUEST && e->kind != EVENT_TRANSFER)
		note_device(h, e, m);
	if (e->kind == EVENT_KEYS)
		note_keys(h, engine, e, (unsigned)(e->hid - m->hid));
	else if (e->kind == EVENT_LED)
		note_locks(h, e, (unsigned)(e->hid - m->hid));
	else if (e->kind == EVENT_TRANSFER && e->transfer)
		note_transfer(h, e);
	else if (e->kind == EVENT_LOST || (e->kind == EVENT_LINE && e->bus))
		note_bus(h, e);
	else if (e->kind == EVENT_UART ||
	         ((e->kind == EVENT_SENSOR || e->kind == EVENT_TAP) && e->record))
		history_record(h, e);
}

uint64_t history_rows_first(const struct history *h)
{
	return h->rows > HISTORY_ROWS ? h->rows - HISTORY_ROWS : 0;
}

uint64_t history_steps_first(const struct history *h)
{
	return h->steps > HISTORY_STEPS ? h->steps - HISTORY_STEPS : 0;
}

uint64_t history_rows_at(const struct history *h, int64_t t_ns)
{
	uint64_t low = history_rows_first(h), high = h->rows;

	while (low < high) {
		uint64_t mid = low + (high - low) / 2;

		if (history_row(h, mid)->seen_ns <= t_ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

uint64_t history_steps_at(const struct history *h, int64_t t_ns)
{
	uint64_t low = history_steps_first(h), high = h->steps;

	while (low < high) {
		uint64_t mid = low + (high - low) / 2;

		if (history_step(h, mid)->seen_ns <= t_ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

size_t history_findings_at(const struct history *h, int64_t t_ns)
{
	size_t n = 0;

	while (n < h->findings && h->finding_seen_ns[n] <= t_ns)
		n++;
	return n;
}
