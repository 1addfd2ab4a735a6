/*
 * The report descriptor parser: bytes to a table of fields, in one pass. HID 1.11 §5, §6.2.2.
 *
 * Hosts read doubtful descriptors differently; of two readings this one keeps the one with more keys, because a hidden
 * keyboard is what it is there to find: an alternative usage on page 07 wins over the others of its delimiter set,
 * and so does page 07 over the page declared after the usage.
 * Each usage item costs one range and each range is completed once, so that work is linear in the descriptor's length,
 * whatever counts it claims. What reports mean is left to report.c.
 */
#include "hid/report.h"

#include <string.h>

#include "core/bytes.h"

enum {
	ITEM_MAIN = 0,
	ITEM_GLOBAL = 1,
	ITEM_LOCAL = 2,
	ITEM_LONG = 0xfe,

	MAIN_INPUT = 8,
	MAIN_OUTPUT = 9,
	MAIN_COLLECTION = 10,
	MAIN_FEATURE = 11,
	MAIN_END = 12,

	GLOBAL_USAGE_PAGE = 0,
	GLOBAL_LOGICAL_MIN = 1,
	GLOBAL_LOGICAL_MAX = 2,
	GLOBAL_UNIT = 6,
	GLOBAL_REPORT_SIZE = 7,
	GLOBAL_REPORT_ID = 8,
	GLOBAL_REPORT_COUNT = 9,
	GLOBAL_PUSH = 10,
	GLOBAL_POP = 11,

	LOCAL_USAGE = 0,
	LOCAL_USAGE_MIN = 1,
	LOCAL_USAGE_MAX = 2,
	LOCAL_STRING_MAX = 9,
	LOCAL_RESERVED = 6,
	LOCAL_DELIMITER = 10,

	COLLECTION_APPLICATION = 1,

	STACK_MAX = 8,
	USAGES_FOR_KEYS =
		64, /* of the table's end, kept for page 07: no flood may push a keyboard out */
	PADDING_MAX =
		HID_FIELDS_MAX - 32, /* constants leave the rest to fields that say something */
	BITS_MAX = 8 * HID_REPORT_BYTES_MAX,
	BITS_SATURATED = 1u << 30,
	ELEMENT_BITS_MAX = 32,
};

struct globals {
	uint32_t page;
	int32_t logical_min;
	int32_t logical_max;           /* read as signed */
	uint32_t logical_max_unsigned; /* and as unsigned: the minimum's sign decides */
	uint32_t size, count;
	uint8_t id;
};

struct parser {
	struct hid_descriptor *d;
	struct globals now, stack[STACK_MAX];
	uint32_t pushed; /* those too deep to be kept too */

	uint16_t usages_at; /* the local usages are d->usage[usages_at .. d->usages) */
	uint8_t short_usage[HID_USAGES_MAX]; /* its page may still change until the main item */
	uint32_t min, max;
	bool has_min, has_max, min_short, max_short;
	bool in_set, set_filled;    /* between delimiters; the set has its usage */
	bool no_room, no_room_keys; /* a usage of this main item is left out; one that is a key */

	uint32_t collections, application_at; /* depth; that of the outermost application, 0 none */
	uint32_t application;
	uint16_t spare; /* where the table is full: fields below it may still give way to keys */
	uint32_t bits[HID_REPORT_TYPES][256];
	bool used[HID_REPORT_TYPES][256], keys[256];
};

static uint32_t page_of(uint32_t usage)
{
	return usage >> 16;
}

static bool range_has_keys(const struct hid_usage_range *r)
{
	return r->first <= (HID_PAGE_KEYBOARD << 16 | 0xff) &&
	       r->last >= (HID_PAGE_KEYBOARD << 16 | 0x04);
}

static void add_usages(struct parser *p, uint32_t first, uint32_t last, bool is_short)
{
	struct hid_descriptor *d = p->d;
	struct hid_usage_range r = {.first = first, .last = last};
	bool keys = range_has_keys(&r);

	if (p->in_set && p->set_filled) {
		if (keys && d->usages > p->usages_at) {
			d->usage[d->usages - 1] = r;
			p->short_usage[d->usages - 1] = is_short;
		}
		return;
	}
	p->set_filled = p->in_set;
	if (d->usages >= HID_USAGES_MAX - (keys ? 0 : USAGES_FOR_KEYS)) {
		d->problems |= HID_PROBLEM_LIMIT;
		p->no_room = true;
		p->no_room_keys |= keys;
		return;
	}
	d->usage[d->usages] = r;
	p->short_usage[d->usages++] = is_short;
}

static void add_usage_range(struct parser *p)
{
	uint32_t first = p->min, last = p->max;

	if (!p->has_min || !p->has_max)
		return;
	/* One of the two with a page gives it to the other. */
	if (p->min_short && !p->max_short)
		first = (first & 0xffff) | (last & 0xffff0000);
	else if (!p->min_short && p->max_short)
		last = (last & 0xffff) | (first & 0xffff0000);
	if (first > last) {
		p->d->problems |= HID_PROBLEM_RANGE;
		last = first | 0xffff; /* as hosts do whose count wraps */
	}
	add_usages(p, first, last, p->min_short && p->max_short);
	p->has_min = p->has_max = false;
}

static void local_item(struct parser *p, unsigned tag, uint32_t v, unsigned bytes)
{
	bool is_short = bytes < 4;
	uint32_t usage = is_short ? p->now.page << 16 | v : v;

	switch (tag) {
	case LOCAL_USAGE:
		add_usages(p, usage, usage, is_short);
		break;
	case LOCAL_USAGE_MIN:
		p->min = usage;
		p->min_short = is_short;
		p->has_min = true;
		add_usage_range(p);
		break;
	case LOCAL_USAGE_MAX:
		p->max = usage;
		p->max_short = is_short;
		p->has_max = true;
		add_usage_range(p);
		break;
	case LOCAL_DELIMITER:
		p->in_set = v == 1;
		p->set_filled = false;
		break;
	default:
		if (tag > LOCAL_STRING_MAX || tag == LOCAL_RESERVED)
			p->d->problems |= HID_PROBLEM_RESERVED;
	}
}

static void report_id(struct parser *p, uint32_t v)
{
	if (v == 0 || v > 0xff)
		p->d->problems |= HID_PROBLEM_RESERVED;
	p->now.id = (uint8_t)v;
	p->d->uses_ids |= p->now.id != 0;
}

/* Pushes too deep are counted, so that their pops do not take what an outer push saved. */
static void push(struct parser *p)
{
	if (p->pushed < STACK_MAX)
		p->stack[p->pushed] = p->now;
	else
		p->d->problems |= HID_PROBLEM_STACK;
	p->pushed++;
}

static void pop(struct parser *p)
{
	if (!p->pushed) {
		p->d->problems |= HID_PROBLEM_STACK;
		return;
	}
	p->pushed--;
	if (p->pushed < STACK_MAX)
		p->now = p->stack[p->pushed];
}

static void global_item(struct parser *p, unsigned tag, uint32_t v, int32_t v_signed)
{
	switch (tag) {
	case GLOBAL_USAGE_PAGE:
		p->now.page = v & 0xffff;
		break;
	case GLOBAL_LOGICAL_MIN:
		p->now.logical_min = v_signed;
		break;
	case GLOBAL_LOGICAL_MAX:
		p->now.logical_max = v_signed;
		p->now.logical_max_unsigned = v;
		break;
	case GLOBAL_REPORT_SIZE:
		p->now.size = v;
		break;
	case GLOBAL_REPORT_ID:
		report_id(p, v);
		break;
	case GLOBAL_REPORT_COUNT:
		p->now.count = v;
		break;
	case GLOBAL_PUSH:
		push(p);
		break;
	case GLOBAL_POP:
		pop(p);
		break;
	default:
		if (tag > GLOBAL_POP)
			p->d->problems |= HID_PROBLEM_RESERVED;
	}
}

/* Gives short usages their page (§6.2.2.8: the last declared one) and counts. True where one is a key. */
static bool complete_usages(struct parser *p)
{
	struct hid_descriptor *d = p->d;
	uint64_t at = 0;
	bool keys = false;

	for (uint16_t i = p->usages_at; i < d->usages; i++) {
		struct hid_usage_range *r = &d->usage[i];

		if (p->short_usage[i] && page_of(r->first) != HID_PAGE_KEYBOARD) {
			r->first = (r->first & 0xffff) | p->now.page << 16;
			r->last = (r->last & 0xffff) | p->now.page << 16;
		}
		r->at = at > UINT32_MAX ? UINT32_MAX : (uint32_t)at;
		at += (uint64_t)r->last - r->first + 1;
		keys |= range_has_keys(r);
		d->steps++;
	}
	return keys;
}

/* Whether usages that were left out were keys, or would be by the page declared after them. */
static bool keys_left_out(const struct parser *p)
{
	return p->no_room_keys || (p->no_room && p->now.page == HID_PAGE_KEYBOARD);
}

/* Room for one more field; NULL where there is none. Where the table is full, keys take the place of something else. */
static struct hid_field *field_slot(struct parser *p, const struct hid_field *f)
{
	struct hid_descriptor *d = p->d;

	if (d->fields >= PADDING_MAX && (f->flags & HID_CONSTANT))
		return NULL;
	if (d->fields < HID_FIELDS_MAX)
		return &d->field[d->fields++];
	d->problems |= HID_PROBLEM_LIMIT;
	if (!(f->flags & HID_KEYS))
		return NULL;
	while (p->spare > 0)
		if (!(d->field[--p->spare].flags & HID_KEYS))
			return &d->field[p->spare];
	d->problems |= HID_PROBLEM_KEYS_CUT;
	return NULL;
}

static int32_t logical_max(const struct globals *g)
{
	if (g->logical_min < 0)
		return g->logical_max;
	return g->logical_max_unsigned > INT32_MAX ? INT32_MAX : (int32_t)g->logical_max_unsigned;
}

static void main_field(struct parser *p, enum hid_report_type type, uint32_t flags)
{
	struct hid_descriptor *d = p->d;
	const struct globals *g = &p->now;
	uint32_t *bits = &p->bits[type][g->id];
	uint64_t wide = (uint64_t)g->size * g->count;
	struct hid_field f = {
		.type = (uint8_t)type,
		.report_id = g->id,
		.flags = flags & HID_FLAGS_SENT,
		.bit = *bits,
		.size = g->size > UINT16_MAX ? UINT16_MAX : (uint16_t)g->size,
		.count = g->count > UINT16_MAX ? UINT16_MAX : (uint16_t)g->count,
		.logical_min = g->logical_min,
		.logical_max = logical_max(g),
		.usage_at = p->usages_at,
		.application = p->application,
	};
	struct hid_field *slot;

	if (!wide)
		return;
	p->used[type][g->id] = true;
	*bits = wide > BITS_SATURATED - *bits ? BITS_SATURATED : *bits + (uint32_t)wide;
	if (*bits > BITS_MAX || (g->size > ELEMENT_BITS_MAX && !(flags & HID_CONSTANT)))
		d->problems |= HID_PROBLEM_SIZE;
	if (f.logical_min > f.logical_max && !(flags & HID_CONSTANT))
		d->problems |= HID_PROBLEM_RANGE;
	if ((complete_usages(p) || keys_left_out(p)) && type == HID_INPUT &&
	    !(flags & HID_CONSTANT)) {
		f.flags |= HID_KEYS;
		p->keys[g->id] = true;
		if (keys_left_out(p))
			d->problems |= HID_PROBLEM_KEYS_CUT;
	}
	slot = field_slot(p, &f);
	if (!slot)
		return;
	f.usage_ranges = d->usages - p->usages_at;
	*slot = f;
	p->usages_at = d->usages;
}

static void collection(struct parser *p, uint32_t type)
{
	uint32_t usage = 0;

	complete_usages(p);
	if (p->d->usages > p->usages_at)
		usage = p->d->usage[p->usages_at].first;
	p->collections++;
	if (type == COLLECTION_APPLICATION && !p->application_at) {
		p->application_at = p->collections;
		p->application = usage;
	}
}

static void end_collection(struct parser *p)
{
	if (!p->collections) {
		p->d->problems |= HID_PROBLEM_COLLECTION;
		return;
	}
	if (p->application_at == p->collections) {
		p->application_at = 0;
		p->application = 0;
	}
	p->collections--;
}

static void main_item(struct parser *p, unsigned tag, uint32_t v)
{
	switch (tag) {
	case MAIN_INPUT:
		main_field(p, HID_INPUT, v);
		break;
	case MAIN_OUTPUT:
		main_field(p, HID_OUTPUT, v);
		break;
	case MAIN_FEATURE:
		main_field(p, HID_FEATURE, v);
		break;
	case MAIN_COLLECTION:
		collection(p, v);
		break;
	case MAIN_END:
		end_collection(p);
		break;
	default:
		p->d->problems |= HID_PROBLEM_RESERVED;
	}
	/* A main item ends the local ones; usages that no field took go with them. */
	p->d->usages = p->usages_at;
	p->has_min = p->has_max = false;
	p->in_set = p->set_filled = false;
	p->no_room = p->no_room_keys = false;
}

static void short_item(struct parser *p, uint8_t prefix, const uint8_t *data, unsigned bytes)
{
	uint32_t v = 0;
	int32_t v_signed = 0;

	switch (bytes) {
	case 1:
		v = data[0];
		v_signed = (int8_t)data[0];
		break;
	case 2:
		v = load_le16(data);
		v_signed = (int16_t)v;
		break;
	case 4:
		v = load_le32(data);
		v_signed = (int32_t)v;
		break;
	}
	switch (prefix >> 2 & 3) {
	case ITEM_MAIN:
		main_item(p, prefix >> 4, v);
		break;
	case ITEM_GLOBAL:
		global_item(p, prefix >> 4, v, v_signed);
		break;
	case ITEM_LOCAL:
		local_item(p, prefix >> 4, v, bytes);
		break;
	default:
		p->d->problems |= HID_PROBLEM_RESERVED;
	}
}

/* The list of reports, those with keys first: they are never the ones that find no room, and are found first. */
static void list_reports(struct parser *p)
{
	struct hid_descriptor *d = p->d;

	for (unsigned pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < HID_REPORT_TYPES * 256; i++) {
			unsigned type = i / 256, id = i % 256;
			bool keys = type == HID_INPUT && p->keys[id];
			uint32_t bits = p->bits[type][id];

			if (!p->used[type][id] || keys != (pass == 0))
				continue;
			if (d->reports == HID_REPORTS_MAX) {
				d->problems |=
					HID_PROBLEM_LIMIT | (keys ? HID_PROBLEM_KEYS_CUT : 0);
				return;
			}
			d->report[d->reports++] = (struct hid_report){
				.type = (uint8_t)type,
				.id = (uint8_t)id,
				.bits = bits > BITS_MAX ? BITS_MAX : bits,
			};
		}
	}
}

void hid_parse(struct hid_descriptor *d, const uint8_t *bytes, size_t len)
{
	static const uint8_t data_bytes[] = {0, 1, 2, 4};
	struct parser p = {.d = d, .spare = HID_FIELDS_MAX};
	struct bytes b = bytes_of(bytes, len);

	d->problems = d->steps = 0;
	d->uses_ids = false;
	d->fields = d->reports = d->usages = 0;
	while (bytes_left(&b)) {
		uint8_t prefix = bytes_u8(&b);
		unsigned n = data_bytes[prefix & 3];
		const uint8_t *data;

		d->steps++;
		if (prefix == ITEM_LONG) {
			/* No long item is defined (§6.2.2.3): its size, its tag, and past its data. */
			n = bytes_u8(&b);
			bytes_u8(&b);
			d->problems |= HID_PROBLEM_RESERVED;
		}
		data = bytes_take(&b, n);
		if (b.short_read) {
			d->problems |= HID_PROBLEM_TRUNCATED;
			break;
		}
		if (prefix != ITEM_LONG)
			short_item(&p, prefix, data, n);
	}
	d->usages = p.usages_at;
	if (p.collections)
		d->problems |= HID_PROBLEM_COLLECTION;
	list_reports(&p);
}
