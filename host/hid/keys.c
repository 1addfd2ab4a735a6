/*
 * Key reports to changes, per keyboard: what is down before and after, and what came and went in between.
 * Input: reports of one interface and its parsed descriptor. Times, text and judgement are left to others.
 */
#include "hid/keys.h"

#include <string.h>

#include "core/bytes.h"

enum {
	KEYS = 256, /* usages 00 to FF of page 07 */
	MODIFIER_BYTE = KEY_MODIFIER_FIRST / 8,
	HELD_FLAGS = KEYS_ALL_UP | KEYS_ROLLOVER | KEYS_SLOT_GAP | KEYS_SHORT,
};

/* One report while it is read. */
struct reading {
	const struct hid_descriptor *d;
	const uint8_t *report; /* without its id */
	size_t len;
	uint8_t *state; /* keys down, modifiers among them; becomes what holds after the report */
	uint8_t named[32];  /* by its arrays */
	uint8_t slot[KEYS]; /* keys that arrays name, in slot order, each once */
	unsigned slots;
	bool has_array;
	uint32_t flags;
};

void keys_init(struct keys *k)
{
	memset(k, 0, sizeof(*k));
}

static bool bit_get(const uint8_t *bits, unsigned i)
{
	return bits[i / 8] >> (i % 8) & 1;
}

static void bit_put(uint8_t *bits, unsigned i, bool on)
{
	uint8_t mask = (uint8_t)(1u << (i % 8));

	bits[i / 8] = (uint8_t)(on ? bits[i / 8] | mask : bits[i / 8] & ~mask);
}

static unsigned bits_set(const uint8_t bits[32])
{
	unsigned n = 0;
	uint64_t v;

	for (unsigned i = 0; i < 32; i += 8) {
		/* Hands hold few keys: a loop over them beats counting all bits. */
		for (v = load_le64(bits + i); v; v &= v - 1)
			n++;
	}
	return n;
}

/* `n` bits of `src` from `from` on into `dst` at `to`; bits of `src` past `len` bytes are 0. */
static void bits_copy(uint8_t *dst, unsigned to, const uint8_t *src, size_t len, uint32_t from,
                      unsigned n)
{
	while (n) {
		unsigned shift = to % 8, take = 8 - shift < n ? 8 - shift : n;
		size_t at = from / 8;
		unsigned v = (at < len ? src[at] : 0) | (at + 1 < len ? src[at + 1] : 0u) << 8;
		uint8_t mask = (uint8_t)(((1u << take) - 1) << shift);

		v = v >> (from % 8) << shift;
		dst[to / 8] = (uint8_t)((dst[to / 8] & ~mask) | (v & mask));
		to += take;
		from += take;
		n -= take;
	}
}

/* The part of a range of usages that are keys: ids `*id` .. `*id + *n - 1`, from element `*i` on. */
static bool range_keys(const struct hid_usage_range *r, uint32_t *i, unsigned *id, unsigned *n)
{
	uint32_t first = HID_PAGE_KEYBOARD << 16 | KEY_FIRST, last = HID_PAGE_KEYBOARD << 16 | 0xff;

	if (r->first > last || r->last < first)
		return false;
	first = first > r->first ? first : r->first;
	last = last < r->last ? last : r->last;
	*i = r->at + (first - r->first);
	*id = first & 0xff;
	*n = last - first + 1;
	return true;
}

/* The elements that the report has room for; what a short one lacks is empty. */
static uint16_t elements(const struct reading *g, const struct hid_field *f)
{
	uint64_t end = 8 * (uint64_t)g->len;
	uint64_t n = end > f->bit ? (end - f->bit) / f->size : 0;

	return n < f->count ? (uint16_t)n : f->count;
}

/* Elements beyond the field's usages stand for the last of them. */
static void read_surplus(struct reading *g, const struct hid_field *f)
{
	const struct hid_usage_range *last = &g->d->usage[f->usage_at + f->usage_ranges - 1];
	uint64_t i = (uint64_t)last->at + (last->last - last->first) + 1;
	uint16_t n = elements(g, f);

	if (last->last >> 16 != HID_PAGE_KEYBOARD || (last->last & 0xffff) >= KEYS)
		return;
	for (; i < n; i++)
		if (hid_element(f, g->report, g->len, (uint16_t)i))
			bit_put(g->state, last->last & 0xff, true);
}

static void read_bitmap(struct reading *g, const struct hid_field *f)
{
	for (uint16_t r = 0; r < f->usage_ranges; r++) {
		uint32_t i;
		unsigned id, n;

		if (!range_keys(&g->d->usage[f->usage_at + r], &i, &id, &n) || i >= f->count)
			continue;
		n = n < f->count - i ? n : f->count - i;
		if (f->size == 1) {
			bits_copy(g->state, id, g->report, g->len, f->bit + i, n);
			continue;
		}
		for (unsigned k = 0; k < n; k++)
			bit_put(g->state, id + k,
			        hid_element(f, g->report, g->len, (uint16_t)(i + k)) != 0);
	}
	read_surplus(g, f);
}

/* The id on page 07 that element `i` names; 0 for an empty slot and for what is no key. */
static unsigned slot_key(const struct reading *g, const struct hid_field *f, uint16_t i)
{
	int32_t v = hid_element(f, g->report, g->len, i);
	uint32_t usage = hid_field_usage(g->d, f, (uint32_t)v);

	return usage >> 16 == HID_PAGE_KEYBOARD && (usage & 0xffff) < KEYS ? usage & 0xff : 0;
}

static void read_array(struct reading *g, const struct hid_field *f)
{
	uint16_t n = elements(g, f);
	bool empty = false;

	g->has_array = true;
	for (uint16_t i = 0; i < n; i++) {
		unsigned id = slot_key(g, f, i);

		if (id == KEY_ROLLOVER) {
			/* All its slots say so, and nothing that arrays name counts then. HID 1.11 appendix C */
			g->flags |= KEYS_ROLLOVER;
			return;
		}
		empty |= id == 0;
		if (id < KEY_FIRST || bit_get(g->named, id))
			continue;
		if (empty)
			g->flags |= KEYS_SLOT_GAP;
		bit_put(g->named, id, true);
		g->slot[g->slots++] = (uint8_t)id;
	}
}

static uint8_t *last_named(struct keys *k, uint8_t id)
{
	unsigned i = 0;

	while (i < k->arrays && k->array[i].id != id)
		i++;
	if (i == k->arrays && k->arrays < KEYS_ARRAYS_MAX)
		k->array[k->arrays++].id = id;
	return k->array[i < KEYS_ARRAYS_MAX ? i : KEYS_ARRAYS_MAX - 1].keys;
}

/* Arrays into the state: what they no longer name is up, what they newly name is down. */
static void apply_arrays(struct reading *g, uint8_t *last)
{
	for (unsigned i = 0; i < 32; i++) {
		uint8_t gone = last[i] & (uint8_t)~g->named[i];
		uint8_t came = g->named[i] & (uint8_t)~last[i];

		g->state[i] = (uint8_t)((g->state[i] & ~gone) | came);
		last[i] = g->named[i];
	}
}

static void note(uint16_t *list, uint8_t *count, unsigned id, uint32_t *flags)
{
	if (*count == KEYS_CHANGES_MAX)
		*flags |= KEYS_OVERFLOW;
	else
		list[(*count)++] = (uint16_t)id;
}

static void changes(const struct reading *g, const uint8_t before[32], struct key_report *out)
{
	uint8_t came[32], gone[32];

	for (unsigned i = 0; i < 32; i++) {
		came[i] = g->state[i] & (uint8_t)~before[i];
		gone[i] = before[i] & (uint8_t)~g->state[i];
	}
	came[MODIFIER_BYTE] = gone[MODIFIER_BYTE] = 0;
	for (unsigned i = 0; i < g->slots; i++) {
		if (bit_get(came, g->slot[i]))
			note(out->press, &out->presses, g->slot[i], &out->flags);
		bit_put(came, g->slot[i], false);
	}
	for (unsigned i = 0; i < 32; i += 8) {
		for (uint64_t v = load_le64(came + i); v; v &= v - 1)
			note(out->press, &out->presses, 8 * i + (unsigned)__builtin_ctzll(v),
			     &out->flags);
		for (uint64_t v = load_le64(gone + i); v; v &= v - 1)
			note(out->release, &out->releases, 8 * i + (unsigned)__builtin_ctzll(v),
			     &out->flags);
	}
	if (out->presses && out->releases)
		out->flags |= KEYS_REPLACED;
}

/* Nearly all keyboards have one layout all their life. */
static const struct keys_layout *layout_of(struct keys *k, const struct hid_descriptor *d,
                                           uint8_t id)
{
	if (!k->layout.known || k->layout.id != id)
		keys_layout_init(&k->layout, d, id);
	return &k->layout;
}

/*
 * A report of a simple layout, as read_fields and changes would have it. False, and nothing changed, where it is more than
 * they need not be asked for: it is short, gives up, or has modifiers in the array.
 */
static bool read_simple(struct keys *k, const struct keys_layout *l, const uint8_t *report,
                        size_t len, struct key_report *out)
{
	uint8_t slot[KEYS_CHANGES_MAX], *last;
	uint64_t named[KEYS / 64] = {0}, came[KEYS / 64] = {0};
	unsigned slots = 0, taken = 0;
	bool empty = false, gap = false;

	if (!l->simple || len < l->bytes)
		return false;
	for (unsigned i = 0; i < l->array_count; i++) {
		uint8_t id = report[l->array_at + i];

		taken += id != 0;
		if (!id || id > l->most) {
			empty = true;
			continue;
		}
		if (id == KEY_ROLLOVER || id >= KEY_MODIFIER_FIRST)
			return false;
		if (id < KEY_FIRST || named[id / 64] >> id % 64 & 1)
			continue;
		gap |= empty;
		named[id / 64] |= UINT64_C(1) << id % 64;
		slot[slots++] = id;
	}
	last = last_named(k, l->id);
	if (last[MODIFIER_BYTE])
		return false;
	out->flags = gap ? KEYS_SLOT_GAP : 0;
	k->modifiers = out->modifiers = report[l->modifiers_at];
	for (unsigned i = 0; i < KEYS / 64; i++) {
		uint64_t was = load_le64(last + 8 * i), down, gone;

		if (was == named[i])
			continue;
		down = load_le64(k->down + 8 * i);
		gone = was & ~named[i] & down;
		came[i] = named[i] & ~was & ~down;
		store_le64(last + 8 * i, named[i]);
		store_le64(k->down + 8 * i, (down & ~gone) | came[i]);
		for (; gone; gone &= gone - 1)
			note(out->release, &out->releases, 64 * i + (unsigned)__builtin_ctzll(gone),
			     &out->flags);
	}
	for (unsigned i = 0; i < slots; i++)
		if (came[slot[i] / 64] >> slot[i] % 64 & 1)
			note(out->press, &out->presses, slot[i], &out->flags);
	if (out->presses && out->releases)
		out->flags |= KEYS_REPLACED;
	k->downs = out->flags & KEYS_OVERFLOW ? (uint8_t)bits_set(k->down)
	                                      : (uint8_t)(k->downs + out->presses - out->releases);
	k->plain = taken == slots && !gap && k->arrays == 1 &&
	           memcmp(k->down, last, sizeof(k->down)) == 0;
	return true;
}

/*
 * A report that differs from a plain one by one key: it stands in the next slot, in another's place, or is gone, and those
 * behind it have moved up. Does what read_simple would; false, and nothing changed, where it is more than that.
 */
static bool read_one(struct keys *k, const struct keys_layout *l, const uint8_t *report, size_t len,
                     struct key_report *out)
{
	const uint64_t low = UINT64_C(0x0101010101010101);
	uint64_t slots, last, changed, same, all = UINT64_MAX;
	unsigned at, was, is;

	if (!k->plain || len != sizeof(slots) || k->last_len != len || !l->array_count)
		return false;
	if (l->array_count < sizeof(slots))
		all = (UINT64_C(1) << 8 * l->array_count) - 1;
	slots = load_le64(report) >> 8 * l->array_at & all;
	last = load_le64(k->last) >> 8 * l->array_at & all;
	changed = slots ^ last;
	if (!changed)
		return false;
	at = (unsigned)__builtin_ctzll(changed) / 8;
	was = last >> 8 * at & 0xff;
	is = slots >> 8 * at & 0xff;
	if (slots >> 8 * at == last >> 8 * at >> 8) {
		is = 0;
	} else if (!is || changed >> 8 * at > 0xff || (!was && at != k->downs)) {
		return false;
	} else {
		/* Its own byte aside, is there another like it? */
		same = (slots ^ is * low) | UINT64_C(0xff) << 8 * at;
		if (is < KEY_FIRST || is >= KEY_MODIFIER_FIRST || is > l->most ||
		    ((same - low) & ~same & low << 7))
			return false;
		out->press[out->presses++] = (uint16_t)is;
		bit_put(k->down, is, true);
		bit_put(k->array[0].keys, is, true);
	}
	if (was) {
		out->release[out->releases++] = (uint16_t)was;
		bit_put(k->down, was, false);
		bit_put(k->array[0].keys, was, false);
	}
	out->flags = was && is ? KEYS_REPLACED : 0;
	k->modifiers = out->modifiers = report[l->modifiers_at];
	k->downs = (uint8_t)(k->downs + out->presses - out->releases);
	return true;
}

/* False where the report has no field with keys. */
static bool read_fields(struct reading *g, uint8_t id)
{
	bool any = false;

	for (uint16_t i = 0; i < g->d->fields; i++) {
		const struct hid_field *f = &g->d->field[i];

		if (!(f->flags & HID_KEYS) || f->report_id != id)
			continue;
		any = true;
		if (f->flags & HID_VARIABLE)
			read_bitmap(g, f);
		else
			read_array(g, f);
	}
	return any;
}

static void start(struct key_report *out, const struct keys *k, size_t len, int64_t t_ns,
                  uint64_t packet)
{
	out->t_ns = t_ns;
	out->packet = packet;
	out->ordinal = k->reports;
	out->flags = 0;
	out->modifiers_before = out->modifiers = k->modifiers;
	out->presses = out->releases = 0;
	out->length = len > 255 ? 255 : (uint8_t)len;
}

/* Nearly all reports have eight bytes: these are one number. */
static bool same_as_last(const struct keys *k, const uint8_t *report, size_t len)
{
	if (!len || len != k->last_len || len > sizeof(k->last))
		return false;
	if (len == 8)
		return load_le64(k->last) == load_le64(report);
	return memcmp(k->last, report, len) == 0;
}

static void keep_last(struct keys *k, const uint8_t *report, size_t len)
{
	k->last_len = len > UINT16_MAX ? UINT16_MAX : (uint16_t)len;
	if (len == 8)
		store_le64(k->last, load_le64(report));
	else
		memcpy(k->last, report, len < sizeof(k->last) ? len : sizeof(k->last));
}

/* The long way: any fields. False where the report has none with keys. */
static bool read_any(struct keys *k, const struct hid_descriptor *d, uint8_t id,
                     const uint8_t *report, size_t len, struct key_report *out)
{
	struct reading g = {.d = d, .report = report, .len = len, .state = k->down};
	uint8_t before[32];

	k->plain = false;
	k->down[MODIFIER_BYTE] = k->modifiers;
	memcpy(before, k->down, sizeof(before));
	if (!read_fields(&g, id)) {
		k->down[MODIFIER_BYTE] = 0;
		return false;
	}
	if (g.has_array && !(g.flags & KEYS_ROLLOVER))
		apply_arrays(&g, last_named(k, id));
	out->flags = g.flags;
	changes(&g, before, out);
	k->modifiers = out->modifiers = k->down[MODIFIER_BYTE];
	k->down[MODIFIER_BYTE] = 0;
	k->downs = (uint8_t)bits_set(k->down);
	return true;
}

bool keys_report(struct keys *k, const struct hid_descriptor *d, const uint8_t *report, size_t len,
                 int64_t t_ns, uint64_t packet, struct key_report *out)
{
	uint8_t id = d->uses_ids && len ? report[0] : 0;
	const struct keys_layout *l;

	if (same_as_last(k, report, len)) {
		k->reports++;
		start(out, k, len, t_ns, packet);
		out->flags = k->last_flags | KEYS_REPEATED;
		out->down = k->downs;
		return true;
	}
	if (!len)
		return false;
	start(out, k, len, t_ns, packet);
	l = layout_of(k, d, id);
	/* Without ids: else another report may have come between. */
	if (!(!d->uses_ids && read_one(k, l, report, len, out)) &&
	    !read_simple(k, l, report + d->uses_ids, len - d->uses_ids, out) &&
	    !read_any(k, d, id, report + d->uses_ids, len - d->uses_ids, out))
		return false;
	out->ordinal = ++k->reports;
	out->down = k->downs;
	if (len < l->whole)
		out->flags |= KEYS_SHORT;
	if (!out->down && !k->modifiers)
		out->flags |= KEYS_ALL_UP;
	if (out->modifiers != out->modifiers_before)
		out->flags |= KEYS_MODIFIERS;
	k->last_flags = out->flags & HELD_FLAGS;
	keep_last(k, report, len);
	return true;
}
