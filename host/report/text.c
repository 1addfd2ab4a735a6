/*
 * The verdict for people: short, findings first, 80 columns, readable aloud. What came off the wire is escaped; what was
 * not covered is always said, because silence reads as "clean".
 */
#include "report/text_parts.h"

#include <stdlib.h>
#include <string.h>

#include "report/escape.h"

enum {
	TYPED_SHOWN = 400, /* characters of typed text; all of them are in the JSON */
	DEVICES_SHOWN = 16,
	KEYBOARDS_SHOWN = 24,
};

static void device(FILE *out, const struct report_input *in, const struct model_device *d)
{
	struct text_line l = {""};
	const char *speed = report_speed(d->speed);
	char ids[16], vendor[REPORT_NAME_MAX] = "", product[REPORT_NAME_MAX] = "";
	bool first = true;

	text_add_address(&l, d->bus, d->address);
	if (d->has_device) {
		snprintf(ids, sizeof(ids), " %04x:%04x", d->device.idVendor, d->device.idProduct);
		text_add(&l, ids);
		if (in->names)
			in->names(in->names_context, d->device.idVendor, d->device.idProduct,
			          vendor, sizeof(vendor), product, sizeof(product));
	}
	if (vendor[0]) {
		text_add(&l, " (");
		text_add_wire(&l, vendor);
		text_add(&l, product[0] ? ", " : "");
		text_add_wire(&l, product);
		text_add(&l, ")");
	}
	if (d->manufacturer[0] || d->product[0]) {
		text_add(&l, " calls itself \"");
		text_add_wire(&l, d->manufacturer);
		text_add(&l, d->manufacturer[0] && d->product[0] ? " " : "");
		text_add_wire(&l, d->product);
		text_add(&l, "\"");
	}
	if (speed) {
		text_add(&l, ", ");
		text_add(&l, speed);
		text_add(&l, " speed");
	}
	for (unsigned i = 0; i < REPORT_KINDS; i++) {
		uint32_t bit;
		const char *name = report_kind(i, &bit);

		if (!(d->kinds & bit))
			continue;
		text_add(&l, first ? ": " : ", ");
		text_add(&l, name);
		first = false;
	}
	if (d->is_hub)
		text_add(&l, first ? ": hub" : ", hub");
	for (unsigned i = 0; i < in->model->hids; i++)
		if (in->model->hid[i].inferred &&
		    in->model->hid[i].device == (size_t)(d - in->model->device)) {
			text_add(&l, " (inferred from its reports)");
			break;
		}
	text_wrap(out, "  ", "      ", &l);
}

/* Where not all are shown, those that findings rest on come first, then keyboards. */
static unsigned device_rank(const struct model_device *d)
{
	return (d->reached ? 0 : 2) + (d->kinds & HID_KIND_KEYBOARD ? 0 : 1);
}

static int by_rank(const void *a, const void *b)
{
	const struct model_device *x = *(const struct model_device *const *)a;
	const struct model_device *y = *(const struct model_device *const *)b;

	if (device_rank(x) != device_rank(y))
		return device_rank(x) < device_rank(y) ? -1 : 1;
	/* What came before an attack says less than the attack. */
	return (x->id < y->id) - (x->id > y->id);
}

static int by_coming(const void *a, const void *b)
{
	const struct model_device *x = *(const struct model_device *const *)a;
	const struct model_device *y = *(const struct model_device *const *)b;

	return (x->id > y->id) - (x->id < y->id);
}

static void devices(FILE *out, const struct report_input *in)
{
	const struct model_device *d[MODEL_DEVICES_MAX];
	size_t n = 0;

	for (unsigned i = 0; i < in->model->devices; i++)
		if (in->model->device[i].used)
			d[n++] = &in->model->device[i];
	if (n > DEVICES_SHOWN) {
		qsort(d, n, sizeof(d[0]), by_rank);
		n = DEVICES_SHOWN;
	}
	qsort(d, n, sizeof(d[0]), by_coming);
	for (size_t i = 0; i < n; i++)
		device(out, in, d[i]);
	if (in->model->devices_seen > n) {
		struct text_line l = {"and "};

		text_add_plural(&l, in->model->devices_seen - n, "more device");
		text_wrap(out, "  ", "    ", &l);
	}
}

static void typed(FILE *out, const struct report_keystrokes *k, const struct report_options *o)
{
	struct text_line l = {""};

	text_add(&l, "device ");
	text_add_address(&l, k->bus, k->address);
	text_add(&l, " typed ");
	text_add_plural(&l, k->count, "key");
	text_add(&l, " from ");
	text_add_seconds(&l, k->first_ns, 2);
	text_add(&l, " to ");
	text_add_seconds(&l, k->last_ns, 2);
	if (k->text && k->text[0] && !o->no_text) {
		char shown[4 * TYPED_SHOWN + 1];
		size_t at = 0;

		for (unsigned n = 0; k->text[at] && n < TYPED_SHOWN; n++) {
			int32_t c;

			at += escape_next(k->text + at, &c);
		}
		memcpy(shown, k->text, at);
		shown[at] = '\0';
		text_add(&l, ": ");
		text_add_wire(&l, shown);
		if (k->text[at] || k->text_truncated)
			text_add(&l, " ...");
	}
	text_wrap(out, "  ", "      ", &l);
}

static size_t typed_more(const struct report_input *in, size_t than)
{
	const struct report_keystrokes *k = in->keystrokes;
	size_t n = 0;

	for (size_t i = 0; i < in->keyboards; i++)
		n += k[i].count > k[than].count || (k[i].count == k[than].count && i > than);
	return n;
}

static void seen(FILE *out, const struct report_input *in, const struct report_options *o)
{
	struct text_line l = {""};
	uint64_t more = in->keyboards_forgotten;

	text_add_plural(&l, in->packets, "packet");
	text_add(&l, " in ");
	text_add_seconds(&l, in->duration_ns, 2);
	text_add(&l, ", ");
	text_add_plural(&l, in->model->devices_seen, "device");
	if (in->bad_packets) {
		text_add(&l, ", ");
		text_add_count(&l, in->bad_packets);
		text_add(&l, " bad");
	}
	if (in->lost_packets) {
		text_add(&l, ", ");
		text_add_count(&l, in->lost_packets);
		text_add(&l, " lost");
	}
	if (in->skipped_packets) {
		text_add(&l, ", ");
		text_add_count(&l, in->skipped_packets);
		text_add(&l, " of other link types skipped");
	}
	text_add(&l,
	         in->truncated ? "; the file is cut or damaged, and was judged up to there." : ".");
	text_wrap(out, "Seen: ", "      ", &l);
	devices(out, in);
	for (size_t i = 0; i < in->keyboards; i++) {
		if (typed_more(in, i) >= KEYBOARDS_SHOWN) {
			more++;
			continue;
		}
		typed(out, &in->keystrokes[i], o);
	}
	if (more) {
		l = (struct text_line){"and "};
		text_add_plural(&l, more, "more keyboard");
		text_add(&l, more == 1 ? " that typed less" : " that typed less each");
		text_wrap(out, "  ", "    ", &l);
	}
}

static void marked(FILE *out, const struct report_input *in)
{
	for (size_t i = 0; i < in->marks; i++) {
		struct text_line l = {""};
		char t[32];

		snprintf(t, sizeof(t), "%.3f s: ", (double)in->mark[i].t_ns / 1e9);
		text_add(&l, t);
		text_add_wire(&l, in->mark[i].text);
		text_wrap(out, i ? "        " : "Marked: ", "        ", &l);
	}
}

bool report_text(FILE *out, const struct report_input *in, const struct report_options *o)
{
	text_head(out, in, o);
	if (!o->quiet) {
		text_findings(out, in);
		text_why(out, in);
		seen(out, in, o);
		text_not_seen(out, in);
		marked(out, in);
	}
	return !ferror(out);
}
