/*
 * Edges to reports. In: edges, the form of the reports, the grid of polls. Out: report bytes with the poll's time.
 * Leaves alone: the bus that carries them.
 */
#include <string.h>

#include "sim/keyboard.h"

enum { HELD_MAX = 16, PHANTOM = 0x01 /* ErrorRollOver. HID Usage Tables 1.4 §10 */ };

/* Keys that are down, in the order in which they went down. */
struct held {
	uint8_t modifiers;
	uint8_t key[HELD_MAX];
	unsigned count;
};

static void apply(struct held *h, const struct key_edge *e)
{
	unsigned i;

	if (e->usage >= KEY_MODIFIER) {
		uint8_t bit = (uint8_t)(1u << (e->usage & 7));

		h->modifiers = e->down ? h->modifiers | bit : h->modifiers & (uint8_t)~bit;
		return;
	}
	for (i = 0; i < h->count && h->key[i] != e->usage; i++)
		;
	if (e->down && i == h->count && h->count < HELD_MAX) {
		h->key[h->count++] = e->usage;
	} else if (!e->down && i < h->count) {
		memmove(&h->key[i], &h->key[i + 1], h->count - i - 1);
		h->count--;
	}
}

static void render(const struct keyboard *k, const struct held *h, struct keyboard_report *out)
{
	uint8_t *b = out->bytes;
	unsigned slot = k->form == FORM_BOOT_SLOT1;

	memset(b, 0, sizeof(out->bytes));
	if (k->form == FORM_REPORT_ID || k->form == FORM_NKRO_ID)
		*b++ = k->report_id;
	b[0] = h->modifiers;
	switch (k->form) {
	case FORM_TWO_BYTES:
		b[1] = h->count ? h->key[h->count - 1] : 0;
		b += 2;
		break;
	case FORM_NKRO:
	case FORM_NKRO_ID:
		for (unsigned i = 0; i < h->count; i++) {
			unsigned bit = (unsigned)h->key[i] - k->bitmap_first;

			if (h->key[i] >= k->bitmap_first && bit / 8 < k->bitmap_bytes)
				b[1 + bit / 8] |= (uint8_t)(1u << bit % 8);
		}
		b += 1 + k->bitmap_bytes;
		break;
	default:
		for (unsigned i = 0; i < 6 - slot; i++)
			b[2 + slot + i] = h->count > 6 - slot ? PHANTOM
			                  : i < h->count      ? h->key[i]
			                                      : 0;
		b += 8;
		break;
	}
	out->len = (uint8_t)(b - out->bytes);
}

void keyboard_now(const struct keyboard *k, uint8_t usage, struct keyboard_report *out)
{
	const struct held held = {.key = {usage}, .count = usage != 0};

	render(k, &held, out);
}

size_t keyboard_reports(const struct keyboard *k, const struct key_edge *edges, size_t count,
                        int64_t poll_ns, int64_t phase_ns, struct keyboard_report *out, size_t max)
{
	struct held held = {0};
	size_t n = 0, i = 0;
	int64_t poll = phase_ns;

	if (count && edges[0].t_ns > poll)
		poll += (edges[0].t_ns - poll + poll_ns - 1) / poll_ns * poll_ns;
	if (k->null_first && count && n < max) {
		out[n].t_ns = poll;
		render(k, &held, &out[n++]);
		poll += poll_ns;
	}
	while (i < count && n < max) {
		uint32_t group = edges[i].group;

		if (edges[i].t_ns > poll)
			poll += (edges[i].t_ns - poll + poll_ns - 1) / poll_ns * poll_ns;
		while (i < count && edges[i].t_ns <= poll && (k->scans || edges[i].group == group))
			apply(&held, &edges[i++]);
		out[n].t_ns = poll;
		render(k, &held, &out[n]);
		/* Down and up again between two scans leaves nothing to report. */
		if (!n || out[n].len != out[n - 1].len ||
		    memcmp(out[n].bytes, out[n - 1].bytes, out[n].len))
			n++;
		poll += poll_ns;
	}
	return n;
}
