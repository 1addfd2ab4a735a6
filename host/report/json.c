/*
 * The verdict as JSON: one object in one line, schema cordon.verdict/1 of product.md. Keys keep the order that they are set
 * in, and everything beyond ASCII is escaped, so that the line is harmless in a terminal too.
 */
#include "report/report.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect/rule.h"
#include "report/escape.h"

/* 15 digits: nanoseconds stay exact for eleven days, and 2.31 stays 2.31. */
#define WRITE_FLAGS (JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15))

/* Each set reports failure through this, so that one check at the end does. */
struct writer {
	bool failed;
};

static void set(struct writer *w, json_t *object, const char *key, json_t *value)
{
	if (!object || !value || json_object_set_new(object, key, value))
		w->failed = true;
}

static void append(struct writer *w, json_t *array, json_t *value)
{
	if (!array || !value || json_array_append_new(array, value))
		w->failed = true;
}

static json_t *text(const char *s)
{
	size_t size = escape_utf8(NULL, 0, s) + 1;
	char *clean = malloc(size);
	json_t *v = NULL;

	if (clean) {
		escape_utf8(clean, size, s);
		v = json_string(clean);
	}
	free(clean);
	return v;
}

/* JSON has no word for what is no number. */
static json_t *number(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

static json_t *seconds(int64_t ns)
{
	return json_real((double)ns / 1e9);
}

static json_t *count(uint64_t v)
{
	return json_integer(v > INT64_MAX ? INT64_MAX : (json_int_t)v);
}

static json_t *hex(int digits, uint64_t v)
{
	char s[24];

	snprintf(s, sizeof(s), "%0*llx", digits, (unsigned long long)v);
	return json_string(s);
}

static json_t *kinds(struct writer *w, uint32_t bits)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < REPORT_KINDS; i++) {
		uint32_t bit;
		const char *name = report_kind(i, &bit);

		if (bits & bit)
			append(w, array, json_string(name));
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

static json_t *interfaces(struct writer *w, const struct model *m, unsigned slot)
{
	const struct usb_configuration *c = &m->device[slot].config;
	json_t *array = json_array();

	for (unsigned i = 0; i < c->interfaces && i < USB_INTERFACES_MAX; i++) {
		const struct usb_interface_descriptor *x = &c->interface[i];
		json_t *o;

		if (x->bAlternateSetting)
			continue;
		o = json_object();
		set(w, o, "number", json_integer(x->bInterfaceNumber));
		set(w, o, "class", json_integer(x->bInterfaceClass));
		set(w, o, "subclass", json_integer(x->bInterfaceSubClass));
		set(w, o, "protocol", json_integer(x->bInterfaceProtocol));
		set(w, o, "kinds", kinds(w, interface_kinds(m, slot, x->bInterfaceNumber)));
		append(w, array, o);
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

static void descriptors(struct writer *w, json_t *o, const struct report_input *in,
                        const struct model_device *d)
{
	char vendor[REPORT_NAME_MAX] = "", product[REPORT_NAME_MAX] = "";

	if (d->has_device) {
		set(w, o, "vid", hex(4, d->device.idVendor));
		set(w, o, "pid", hex(4, d->device.idProduct));
		if (in->names)
			in->names(in->names_context, d->device.idVendor, d->device.idProduct,
			          vendor, sizeof(vendor), product, sizeof(product));
		if (vendor[0])
			set(w, o, "vendor_name", text(vendor));
		if (product[0])
			set(w, o, "product_name", text(product));
	}
	if (d->manufacturer[0])
		set(w, o, "manufacturer", text(d->manufacturer));
	if (d->product[0])
		set(w, o, "product", text(d->product));
	if (d->serial[0])
		set(w, o, "serial", text(d->serial));
	if (d->has_hash)
		set(w, o, "structure_sha256", hex_of(d->structure_sha256, 32));
}

static json_t *device(struct writer *w, const struct report_input *in, unsigned slot)
{
	const struct model_device *d = &in->model->device[slot];
	const char *speed = report_speed(d->speed);
	json_t *o = json_object();

	set(w, o, "address", json_integer(d->address));
	set(w, o, "bus", json_integer(d->bus));
	if (speed)
		set(w, o, "speed", json_string(speed));
	descriptors(w, o, in, d);
	set(w, o, "first_seen_s", seconds(d->first_seen_ns));
	if (d->gone && d->gone_ns >= 0)
		set(w, o, "gone_s", seconds(d->gone_ns));
	set(w, o, "kinds", kinds(w, d->kinds));
	set(w, o, "hub", json_boolean(d->is_hub));
	set(w, o, "inferred", json_boolean(is_inferred(in->model, slot)));
	set(w, o, "enumerated", json_boolean(d->enumerated));
	if (d->has_config)
		set(w, o, "interfaces", interfaces(w, in->model, slot));
	return o;
}

static int earlier(const void *a, const void *b)
{
	const struct model_device *x = *(const struct model_device *const *)a;
	const struct model_device *y = *(const struct model_device *const *)b;

	return (x->id > y->id) - (x->id < y->id);
}

static json_t *devices(struct writer *w, const struct report_input *in)
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
		append(w, array, device(w, in, (unsigned)(order[i] - in->model->device)));
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
	v = copy ? text(copy) : NULL;
	free(copy);
	return v;
}

static json_t *keystrokes(struct writer *w, const struct report_input *in,
                          const struct report_options *opt)
{
	json_t *array = json_array();

	for (size_t i = 0; i < in->keyboards; i++) {
		const struct report_keystrokes *k = &in->keystrokes[i];
		json_t *o = json_object();
		bool cut = k->text_truncated;

		set(w, o, "device", json_integer(k->address));
		set(w, o, "bus", json_integer(k->bus));
		if (k->interface != 0xff)
			set(w, o, "interface", json_integer(k->interface));
		set(w, o, "count", count(k->count));
		if (k->text && !opt->no_text) {
			set(w, o, "text", typed(k->text, &cut));
			set(w, o, "text_truncated", json_boolean(cut));
		}
		set(w, o, "first_s", seconds(k->first_ns));
		set(w, o, "last_s", seconds(k->last_ns));
		append(w, array, o);
	}
	return array;
}

static json_t *evidence(struct writer *w, const struct finding *f)
{
	json_t *o = json_object();

	for (unsigned i = 0; i < f->evidences && i < EVIDENCE_MAX; i++) {
		const struct evidence *e = &f->evidence[i];
		double scale = pow(10, e->decimals);

		switch (e->kind) {
		case EVIDENCE_INTEGER:
			set(w, o, e->name, json_integer(e->integer));
			break;
		case EVIDENCE_NUMBER:
			/* Far beyond 2^53 rounding would change nothing, or overflow. */
			set(w, o, e->name,
			    number(fabs(e->number) < 1e15 ? round(e->number * scale) / scale
			                                  : e->number));
			break;
		case EVIDENCE_TEXT:
			set(w, o, e->name, text(e->text));
			break;
		}
	}
	return o;
}

static json_t *findings(struct writer *w, const struct report_input *in)
{
	json_t *array = json_array();

	for (size_t i = 0; i < in->findings; i++) {
		const struct finding *f = &in->finding[i];
		json_t *o = json_object();

		set(w, o, "rule", json_string(f->rule));
		set(w, o, "name", json_string(f->name));
		set(w, o, "group", json_string(group_name(f->group)));
		set(w, o, "weight", json_string(weight_name(f->weight)));
		set(w, o, "t_s", seconds(f->t_ns));
		if (f->packet) /* a line event may come before the first */
			set(w, o, "packet", count(f->packet));
		if (f->keystroke)
			set(w, o, "keystroke", json_integer(f->keystroke));
		if (f->has_device) {
			set(w, o, "device", json_integer(f->device_address));
			set(w, o, "bus", json_integer(f->device_bus));
		}
		if (f->waived_by[0])
			set(w, o, "waived_by", text(f->waived_by));
		set(w, o, "text", text(f->text));
		set(w, o, "evidence", evidence(w, f));
		append(w, array, o);
	}
	return array;
}

static json_t *coverage(struct writer *w, const struct coverage *c)
{
	json_t *o = json_object(), *missing = json_array();

	for (unsigned i = 0; i < c->missing && i < COVERAGE_MISSING_MAX; i++)
		append(w, missing, text(c->text[i]));
	set(w, o, "seconds", seconds(c->seconds_ns));
	set(w, o, "blind_s", seconds(c->blind_ns));
	set(w, o, "missing", missing);
	return o;
}

static json_t *labels(struct writer *w, const struct report_input *in)
{
	json_t *o = json_object();

	for (size_t i = 0; i < in->label_count; i++)
		set(w, o, in->labels[i].name, text(in->labels[i].text));
	return o;
}

static json_t *tap(struct writer *w, const struct wire_hello *h)
{
	json_t *o = json_object();

	set(w, o, "serial", hex(16, h->serial));
	set(w, o, "board", json_integer(h->board));
	set(w, o, "firmware", hex(8, h->firmware));
	set(w, o, "calibration", hex(8, h->calibration));
	set(w, o, "protocol", json_integer(h->version));
	return o;
}

static json_t *versions(struct writer *w, const struct report_input *in)
{
	json_t *o = json_object();

	set(w, o, "cordon", text(in->version));
	set(w, o, "rules", json_string(RULES_VERSION));
	return o;
}

bool report_json(FILE *out, const struct report_input *in, const struct report_options *o)
{
	struct writer w = {false};
	json_t *root = json_object();
	char *line = NULL;
	bool good;

	set(&w, root, "schema", json_string("cordon.verdict/1"));
	set(&w, root, "input", text(in->input));
	set(&w, root, "profile", json_string(profile_name(in->profile->kind)));
	set(&w, root, "verdict", json_string(verdict_name(in->verdict)));
	set(&w, root, "versions", versions(&w, in));
	if (in->label_count)
		set(&w, root, "test", labels(&w, in));
	if (in->model->tap.known)
		set(&w, root, "tap", tap(&w, &in->model->tap.hello));
	if (in->sha256)
		set(&w, root, "sha256", text(in->sha256));
	set(&w, root, "duration_s", seconds(in->duration_ns));
	set(&w, root, "packets", count(in->packets));
	set(&w, root, "bad_packets", count(in->bad_packets));
	set(&w, root, "lost_packets", count(in->lost_packets));
	set(&w, root, "skipped_packets", count(in->skipped_packets));
	set(&w, root, "truncated", json_boolean(in->truncated));
	set(&w, root, "devices", devices(&w, in));
	set(&w, root, "devices_seen", count(in->model->devices_seen));
	set(&w, root, "devices_truncated", json_boolean(in->model->devices_forgotten > 0));
	set(&w, root, "keystrokes", keystrokes(&w, in, o));
	set(&w, root, "keys_seen", count(in->keys));
	set(&w, root, "keystrokes_truncated", json_boolean(in->keyboards_forgotten > 0));
	set(&w, root, "findings", findings(&w, in));
	set(&w, root, "findings_count", count(in->findings + in->findings_dropped));
	set(&w, root, "findings_truncated", json_boolean(in->findings_dropped > 0));
	set(&w, root, "coverage", coverage(&w, in->coverage));
	if (!w.failed)
		line = json_dumps(root, WRITE_FLAGS);
	good = line && fputs(line, out) >= 0 && fputc('\n', out) != EOF;
	free(line);
	json_decref(root);
	return good;
}
