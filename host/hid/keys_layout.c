/*
 * Which reports are as nearly all keyboards' are (HID 1.11 appendix B.1), wherever they put the two fields. In: a
 * descriptor, a report id. Out: where its keys stand. Leaves reading them to keys.c.
 */
#include "hid/keys_layout.h"

enum {
	KEYS = 256, /* usages 00 to FF of page 07 */
};

static bool is_modifiers(const struct hid_descriptor *d, const struct hid_field *f)
{
	const struct hid_usage_range *r = &d->usage[f->usage_at];

	return f->flags & HID_VARIABLE && f->size == 1 && f->count == 8 && f->bit % 8 == 0 &&
	       f->usage_ranges == 1 && !r->at &&
	       r->first == (HID_PAGE_KEYBOARD << 16 | KEY_MODIFIER_FIRST) &&
	       r->last == (HID_PAGE_KEYBOARD << 16 | KEY_MODIFIER_LAST);
}

static bool is_plain_array(const struct hid_descriptor *d, const struct hid_field *f)
{
	const struct hid_usage_range *r = &d->usage[f->usage_at];

	return !(f->flags & HID_VARIABLE) && f->size == 8 && f->count <= KEYS_CHANGES_MAX &&
	       f->bit % 8 == 0 && f->usage_ranges == 1 && !r->at && !f->logical_min &&
	       f->logical_max >= 0 && r->first == HID_PAGE_KEYBOARD << 16;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

void keys_layout_init(struct keys_layout *l, const struct hid_descriptor *d, uint8_t id)
{
	unsigned modifiers = 0, arrays = 0, others = 0, end = 0;

	*l = (struct keys_layout){
		.known = true, .id = id, .whole = (uint16_t)hid_report_bytes(d, HID_INPUT, id)};
	for (uint16_t i = 0; i < d->fields; i++) {
		const struct hid_field *f = &d->field[i];

		if (!(f->flags & HID_KEYS) || f->report_id != id)
			continue;
		if (f->bit / 8 + f->count > UINT8_MAX) {
			others++;
		} else if (is_modifiers(d, f)) {
			modifiers++;
			l->modifiers_at = (uint8_t)(f->bit / 8);
			end = f->bit / 8 + 1 > end ? f->bit / 8 + 1 : end;
		} else if (is_plain_array(d, f)) {
			const struct hid_usage_range *r = &d->usage[f->usage_at];

			arrays++;
			l->array_at = (uint8_t)(f->bit / 8);
			l->array_count = (uint8_t)f->count;
			l->most = (uint8_t)least(
				least((unsigned)f->logical_max, r->last - r->first), KEYS - 1);
			end = f->bit / 8 + f->count > end ? f->bit / 8 + f->count : end;
		} else {
			others++;
		}
	}
	l->bytes = (uint16_t)end;
	l->simple = modifiers == 1 && arrays == 1 && !others;
}
