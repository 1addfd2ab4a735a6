/*
 * The verdict as JSON: one object in one line, schema cordon.verdict/1 of product.md. Keys keep the order that they are set
 * in, and everything beyond ASCII is escaped, so that the line is harmless in a terminal too.
 */
#include "report/json_parts.h"

#include <stdlib.h>
#include <string.h>

#include "report/escape.h"

static json_t *hex(int digits, uint64_t v)
{
	char s[24];

	snprintf(s, sizeof(s), "%0*llx", digits, (unsigned long long)v);
	return json_string(s);
}

static json_t *kinds(struct json_writer *w, uint32_t bits)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < REPORT_KINDS; i++) {
		uint32_t bit;
		const char *name = report_kind(i, &bit);

		if (bits & bit)
			json_add(w, array, json_string(name));
	}
	return array;
}

static uint32_t interface_kinds(const struct model *m, unsigned slot, uint8_t number_)
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < m->hids; i++)
		if (m->hid[i].device == slot && m->hid[i].interface == number_)
			bits |= m->hid[i].kinds;
	return bits;
}

static json_t *interfaces(struct json_writer *w, const struct model *m, unsigned slot)
{
	const struct usb_configuration *c = &m->device[slot].config;
	json_t *array = json_array();

	for (unsigned i = 0; i < c->interfaces && i < USB_INTERFACES_MAX; i++) {
		const struct usb_interface_descriptor *x = &c->interface[i];
		json_t *o;

		if (x->bAlternateSetting)
			continue;
		o = json_object();
		json_put(w, o, "number", json_integer(x->bInterfaceNumber));
		json_put(w, o, "class", json_integer(x->bInterfaceClass));
		json_put(w, o, "subclass", json_integer(x->bInterfaceSubClass));
		json_put(w, o, "protocol", json_integer(x->bInterfaceProtocol));
		json_put(w, o, "kinds", kinds(w, interface_kinds(m, slot, x->bInterfaceNumber)));
		json_add(w, array, o);
	}
	return array;
}

static bool is_inferred(const struct model *m, unsigned slot)
{
	for (unsigned i = 0; i < m->hids; i++)
		if (m->hid[i].device == slot && m->hid[i].inferred)
			return true;
	return false;
}

static json_t *hex_of(const uint8_t *bytes, size_t len)
{
	char s[2 * 32 + 1] = "";

	for (size_t i = 0; i < len && 2 * i + 2 < sizeof(s); i++)
		snprintf(s + 2 * i, 3, "%02x", bytes[i]);
	return json_string(s);
}

static void descriptors(struct json_writer *w, json_t *o, const struct report_input *in,
                        const struct model_device *d)
{
	char vendor[REPORT_NAME_MAX] = "", product[REPORT_NAME_MAX] = "";

	if (d->has_device) {
		json_put(w, o, "vid", hex(4, d->device.idVendor));
		json_put(w, o, "pid", hex(4, d->device.idProduct));
		if (in->names)
			in->names(in->names_context, d->device.idVendor, d->device.idProduct,
			          vendor, sizeof(vendor), product, sizeof(product));
		if (vendor[0])
			json_put(w, o, "vendor_name", json_text(vendor));
		if (product[0])
			json_put(w, o, "product_name", json_text(product));
	}
	if (d->manufacturer[0])
		json_put(w, o, "manufacturer", json_text(d->manufacturer));
	if (d->product[0])
		json_put(w, o, "product", json_text(d->product));
	if (d->serial[0])
		json_put(w, o, "serial", json_text(d->serial));
	if (d->has_hash)
		json_put(w, o, "structure_sha256", hex_of(d->structure_sha256, 32));
}

static json_t *device(struct json_writer *w, const struct report_input *in, unsigned slot)
{
	const struct model_device *d = &in->model->device[slot];
	const char *speed = report_speed(d->speed);
	json_t *o = json_object();

	json_put(w, o, "address", json_integer(d->address));
	json_put(w, o, "bus", json_integer(d->bus));
	if (speed)
		json_put(w, o, "speed", json_string(speed));
	descriptors(w, o, in, d);
	json_put(w, o, "first_seen_s", json_seconds(d->first_seen_ns));
	if (d->gone && d->gone_ns >= 0)
		json_put(w, o, "gone_s", json_seconds(d->gone_ns));
	json_put(w, o, "kinds", kinds(w, d->kinds));
	json_put(w, o, "hub", json_boolean(d->is_hub));
	json_put(w, o, "inferred", json_boolean(is_inferred(in->model, slot)));
	json_put(w, o, "enumerated", json_boolean(d->enumerated));
	if (d->has_config)
		json_put(w, o, "interfaces", interfaces(w, in->model, slot));
	return o;
}

static int earlier(const void *a, const void *b)
{
	const struct model_device *x = *(const struct model_device *const *)a;
	const struct model_device *y = *(const struct model_device *const *)b;

	return (x->id > y->id) - (x->id < y->id);
}

static json_t *devices(struct json_writer *w, const struct report_input *in)
{
	const struct model_device *order[MODEL_DEVICES_MAX];
	json_t *array = json_array();
	size_t n = 0;

	/* Slots are re-used, so their order is not that of coming. */
	for (unsigned i = 0; i < in->model->devices; i++)
		if (in->model->device[i].used)
			order[n++] = &in->model->device[i];
	qsort(order, n, sizeof(order[0]), earlier);
	for (size_t i = 0; i < n; i++)
		json_add(w, array, device(w, in, (unsigned)(order[i] - in->model->device)));
	return array;
}

/* At most REPORT_TEXT_MAX characters; `*cut` where it was longer. */
static json_t *typed(const char *s, bool *cut)
{
	size_t at = 0;
	char *copy;
	json_t *v;

	for (unsigned n = 0; s[at] && n < REPORT_TEXT_MAX; n++) {
		int32_t c;

		at += escape_next(s + at, &c);
	}
	if (s[at])
		*cut = true;
	copy = strndup(s, at);
	v = copy ? json_text(copy) : NULL;
	free(copy);
	return v;
}

static json_t *keystrokes(struct json_writer *w, const struct report_input *in,
                          const struct report_options *opt)
{
	json_t *array = json_array();

	for (size_t i = 0; i < in->keyboards; i++) {
		const struct report_keystrokes *k = &in->keystrokes[i];
		json_t *o = json_object();
		bool cut = k->text_truncated;

		json_put(w, o, "device", json_integer(k->address));
		json_put(w, o, "bus", json_integer(k->bus));
		if (k->interface != 0xff)
			json_put(w, o, "interface", json_integer(k->interface));
		json_put(w, o, "count", json_count(k->count));
		if (k->text && !opt->no_text) {
			json_put(w, o, "text", typed(k->text, &cut));
			json_put(w, o, "text_truncated", json_boolean(cut));
		}
		json_put(w, o, "first_s", json_seconds(k->first_ns));
		json_put(w, o, "last_s", json_seconds(k->last_ns));
		json_add(w, array, o);
	}
	return array;
}

static json_t *labels(struct json_writer *w, const struct report_input *in)
{
	json_t *o = json_object();

	for (size_t i = 0; i < in->label_count; i++)
		json_put(w, o, in->labels[i].name, json_text(in->labels[i].text));
	return o;
}

static json_t *marks(struct json_writer *w, const struct report_input *in)
{
	json_t *array = json_array();

	for (size_t i = 0; i < in->marks; i++) {
		json_t *o = json_object();

		json_put(w, o, "t_s", json_seconds(in->mark[i].t_ns));
		json_put(w, o, "text", json_text(in->mark[i].text));
		json_add(w, array, o);
	}
	return array;
}

static json_t *tap(struct json_writer *w, const struct wire_hello *h)
{
	json_t *o = json_object();

	json_put(w, o, "serial", hex(16, h->serial));
	json_put(w, o, "board", json_integer(h->board));
	json_put(w, o, "firmware", hex(8, h->firmware));
	json_put(w, o, "calibration", hex(8, h->calibration));
	json_put(w, o, "protocol", json_integer(h->version));
	return o;
}

bool report_json(FILE *out, const struct report_input *in, const struct report_options *o)
{
	struct json_writer w = {false};
	json_t *root = json_object();

	json_put(&w, root, "schema", json_string("cordon.verdict/1"));
	json_put(&w, root, "input", json_text(in->input));
	json_put(&w, root, "profile", json_string(profile_name(in->profile->kind)));
	json_put(&w, root, "verdict", json_string(verdict_name(in->verdict)));
	json_put(&w, root, "versions", json_versions(&w, in->version));
	if (in->label_count)
		json_put(&w, root, "test", labels(&w, in));
	if (in->model->tap.known)
		json_put(&w, root, "tap", tap(&w, &in->model->tap.hello));
	if (in->sha256)
		json_put(&w, root, "sha256", json_text(in->sha256));
	json_put(&w, root, "duration_s", json_seconds(in->duration_ns));
	json_put(&w, root, "packets", json_count(in->packets));
	json_put(&w, root, "bad_packets", json_count(in->bad_packets));
	json_put(&w, root, "lost_packets", json_count(in->lost_packets));
	json_put(&w, root, "skipped_packets", json_count(in->skipped_packets));
	json_put(&w, root, "truncated", json_boolean(in->truncated));
	json_put(&w, root, "devices", devices(&w, in));
	json_put(&w, root, "devices_seen", json_count(in->model->devices_seen));
	json_put(&w, root, "devices_truncated", json_boolean(in->model->devices_forgotten > 0));
	json_put(&w, root, "keystrokes", keystrokes(&w, in, o));
	json_put(&w, root, "keys_seen", json_count(in->keys));
	json_put(&w, root, "keystrokes_truncated", json_boolean(in->keyboards_forgotten > 0));
	json_put(&w, root, "findings", json_findings(&w, in->finding, in->findings));
	json_put(&w, root, "findings_count", json_count(in->findings + in->findings_dropped));
	json_put(&w, root, "findings_truncated", json_boolean(in->findings_dropped > 0));
	if (in->marks)
		json_put(&w, root, "marks", marks(&w, in));
	if (in->marks_seen > in->marks)
		json_put(&w, root, "marks_truncated", json_true());
	if (in->layout)
		json_put(&w, root, "layout", json_text(in->layout));
	json_put(&w, root, "coverage", json_coverage(&w, in->coverage));
	return json_line(out, &w, root);
}
