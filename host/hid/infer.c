/*
 * Keyboards known by their reports. Input: reports of one endpoint, in order. Output: keyboard, not, or not yet.
 *
 * Each layout that the lengths allow is weighed by itself. What no keyboard sends rules a layout out for good:
 * a reserved byte that is not zero, a code that no key has, a code twice. What hands do speaks for it. Values that walk (a
 * pointer's motion, a counter, a sensor) look like one key replacing another by a neighbour: such do not count.
 */
#include "hid/infer.h"

#include <string.h>

enum {
	BOOT_BYTES = 8,
	CODES = 6,
	CODE_FIRST = 0x04, /* A */
	CODE_LAST =
		0xa4, /* ExSel: the last that keyboards have but for modifiers. HID Usage Tables §10 */
	CODE_MODIFIER_FIRST = 0xe0,
	CODE_MODIFIER_LAST = 0xe7,
	CODE_STATUS_FIRST =
		0x01, /* ErrorRollOver, POSTFail, ErrorUndefined: in all slots at once */
	CODE_STATUS_LAST = 0x03,

	NEIGHBOUR = 2,         /* codes at most so far apart may be a value that walks */
	GOOD_WITH_ZERO = 3,    /* good presses, where nothing-down was seen */
	GOOD_WITHOUT_ZERO = 4, /* and where not: injected typing has no such report until its end */
	GOOD_WITH_HELD = 8,    /* a key or a modifier held throughout: nothing-down never comes */
	SAME_KEY_PRESSES = 5,  /* of one and the same key */
	WIDE_MAX = 1,
	CHANGES_MAX = 2, /* of keys in one report that leaves several down */

	PATIENCE = 8,        /* reports without a layout left: no keyboard */
	PATIENCE_IDS = 4096, /* a mouse may be used before the keys of the same endpoint are */
};

void infer_init(struct infer *f)
{
	memset(f, 0, sizeof(*f));
}

const struct infer_report *infer_kept(const struct infer *f, unsigned i)
{
	uint32_t first = infer_lost(f);

	return i < f->kept - first ? &f->ring[(first + i) % INFER_KEPT_MAX] : NULL;
}

uint32_t infer_lost(const struct infer *f)
{
	return f->kept > INFER_KEPT_MAX ? f->kept - INFER_KEPT_MAX : 0;
}

void infer_descriptor(const struct infer *f, struct hid_descriptor *d)
{
	uint8_t id = f->layout[f->found].id;

	hid_boot_keyboard(d);
	if (!id)
		return;
	d->uses_ids = true;
	for (uint16_t i = 0; i < d->fields; i++)
		d->field[i].report_id = id;
	for (uint16_t i = 0; i < d->reports; i++)
		d->report[i].id = id;
}

static bool has(const uint8_t *codes, uint8_t code)
{
	for (unsigned i = 0; i < CODES; i++)
		if (codes[i] == code)
			return true;
	return false;
}

static bool is_status(const uint8_t *codes)
{
	if (codes[0] < CODE_STATUS_FIRST || codes[0] > CODE_STATUS_LAST)
		return false;
	for (unsigned i = 1; i < CODES; i++)
		if (codes[i] != codes[0])
			return false;
	return true;
}

static bool is_code(uint8_t code)
{
	return (code >= CODE_FIRST && code <= CODE_LAST) ||
	       (code >= CODE_MODIFIER_FIRST && code <= CODE_MODIFIER_LAST);
}

/* Every code a key's, none twice. */
static bool are_codes(const uint8_t *codes)
{
	for (unsigned i = 0; i < CODES; i++) {
		if (codes[i] && !is_code(codes[i]))
			return false;
		for (unsigned j = 0; codes[i] && j < i; j++)
			if (codes[j] == codes[i])
				return false;
	}
	return true;
}

/* `replaced`: another key went; `alone`: and this is the only one now. */
static void press(struct infer_layout *l, uint8_t code, bool replaced, bool alone)
{
	int step = (int)code - l->last_code;
	bool far = step > NEIGHBOUR || step < -NEIGHBOUR;

	l->presses++;
	if (!(l->codes[code / 8] >> (code % 8) & 1))
		l->distinct++;
	l->codes[code / 8] |= (uint8_t)(1u << (code % 8));
	if (!replaced || (far && alone))
		l->good++;
	if (replaced && far && alone) {
		l->up |= step > 0;
		l->down |= step < 0;
	}
	l->last_code = code;
}

static void weigh(struct infer_layout *l, const uint8_t boot[BOOT_BYTES])
{
	static const uint8_t zero[BOOT_BYTES];
	const uint8_t *now = boot + 2, *before = l->last + 2;
	unsigned came = 0, gone = 0, held = 0;
	bool wide;

	if (boot[1] != 0) {
		l->dead = true;
		return;
	}
	if (is_status(now))
		return;
	if (!are_codes(now)) {
		l->dead = true;
		return;
	}
	for (unsigned i = 0; i < CODES; i++) {
		came += now[i] && !has(before, now[i]);
		gone += before[i] && !has(now, before[i]);
		held += now[i] != 0;
	}
	wide = held > 1 && came + gone > CHANGES_MAX;
	l->wide += wide;
	l->dead = l->wide > WIDE_MAX;
	for (unsigned i = 0; i < CODES && !wide; i++)
		if (now[i] && !has(before, now[i]))
			press(l, now[i], gone > 0, held == 1);
	l->all_zero |= memcmp(boot, zero, BOOT_BYTES) == 0;
	l->seen = true;
	memcpy(l->last, boot, BOOT_BYTES);
}

static bool is_keyboard(const struct infer_layout *l)
{
	if (l->dead)
		return false;
	if (l->all_zero)
		return l->good >= GOOD_WITH_ZERO &&
		       (l->distinct > 1 || l->presses >= SAME_KEY_PRESSES);
	if (l->distinct < 3)
		return false;
	return l->good >= GOOD_WITH_HELD || (l->good >= GOOD_WITHOUT_ZERO && l->up && l->down);
}

/* The layout that a report is read in, NULL where none fits. Ids 1 to 255 stand in front. */
static struct infer_layout *layout_of(struct infer *f, const uint8_t *report, size_t len)
{
	uint8_t id = len == BOOT_BYTES ? 0 : report[0];

	if (len != BOOT_BYTES && (len != BOOT_BYTES + 1 || !id))
		return NULL;
	for (unsigned i = 0; i < f->layouts; i++)
		if (f->layout[i].id == id)
			return &f->layout[i];
	if (f->layouts == 1 + INFER_IDS_MAX)
		return NULL;
	f->layout[f->layouts].id = id;
	return &f->layout[f->layouts++];
}

static bool any_alive(const struct infer *f)
{
	for (unsigned i = 0; i < f->layouts; i++)
		if (!f->layout[i].dead)
			return true;
	return false;
}

static bool out_of_patience(const struct infer *f)
{
	bool ids = f->mixed || f->id;

	return !any_alive(f) && f->reports >= (ids ? PATIENCE_IDS : PATIENCE);
}

static void keep(struct infer *f, const uint8_t *report, size_t len, int64_t t_ns, uint64_t packet)
{
	struct infer_report *r = &f->ring[f->kept++ % INFER_KEPT_MAX];

	r->t_ns = t_ns;
	r->packet = packet;
	r->len = (uint8_t)len;
	memcpy(r->bytes, report, len);
}

enum infer_answer infer_report(struct infer *f, const uint8_t *report, size_t len, int64_t t_ns,
                               uint64_t packet)
{
	struct infer_layout *l;

	if (f->answer != INFER_UNDECIDED || !len)
		return f->answer;
	f->id = f->reports++ && f->id != report[0] ? 0 : report[0];
	f->mixed |= f->len && f->len != len;
	f->len = len > 255 ? 255 : (uint8_t)len;
	l = layout_of(f, report, len);
	if (l && !l->dead) {
		const uint8_t *boot = report + (len - BOOT_BYTES);

		if (l->seen && !memcmp(l->last, boot, BOOT_BYTES))
			return f->answer;
		weigh(l, boot);
		if (!l->dead)
			keep(f, report, len, t_ns, packet);
		if (is_keyboard(l)) {
			f->found = (uint8_t)(l - f->layout);
			f->answer = INFER_KEYBOARD;
			return f->answer;
		}
	}
	if (out_of_patience(f))
		f->answer = INFER_NOT;
	return f->answer;
}
