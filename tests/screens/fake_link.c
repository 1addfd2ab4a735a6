/* The fed link: URBs as usbmon has them, for that is the least that makes a device. */
#include "tests/screens/fake_link.h"

#include <stdlib.h>
#include <string.h>

#include "usb/descriptor.h"
#include "usb/transfer.h"

enum { QUEUE = 65536, BYTES = 512 };

struct entry {
	struct record record;
	uint8_t bytes[BYTES];
};

struct fake_link {
	struct link link;
	struct capture_info info;
	struct entry *entry;
	size_t first, count;
	uint64_t taken, id;
};

static struct fake_link *fake_of(struct link *l)
{
	return (struct fake_link *)l;
}

static enum err pump(struct link *l, int64_t now_ns, const struct record_sink *sink,
                     enum link_state *state)
{
	struct fake_link *f = fake_of(l);

	(void)now_ns;
	for (; f->first < f->count; f->first++, f->taken++) {
		struct entry *e = &f->entry[f->first];

		if (e->record.kind == RECORD_URB && e->record.urb.len)
			e->record.urb.data = e->bytes;
		f->info.packets = f->info.packets_used = f->taken + 1;
		f->info.duration_ns = e->record.t_ns;
		sink->record(sink->context, &e->record);
	}
	f->first = f->count = 0;
	*state = LINK_WAIT;
	return ERR_NONE;
}

static int fd(const struct link *l)
{
	(void)l;
	return -1;
}

static int64_t due(const struct link *l)
{
	(void)l;
	return INT64_MAX;
}

static int64_t clock_of(const struct link *l, int64_t now_ns)
{
	(void)now_ns;
	return ((const struct fake_link *)l)->info.duration_ns;
}

static const struct capture_info *info(const struct link *l)
{
	return &((const struct fake_link *)l)->info;
}

static void release(struct link *l)
{
	free(fake_of(l)->entry);
	free(l);
}

static const struct link_ops ops = {
	.pump = pump,
	.fd = fd,
	.due = due,
	.clock = clock_of,
	.info = info,
	.free = release,
};

struct link *fake_link_new(void)
{
	struct fake_link *f = calloc(1, sizeof(*f));

	if (f)
		f->entry = calloc(QUEUE, sizeof(*f->entry));
	if (!f || !f->entry)
		abort();
	f->link.ops = &ops;
	f->link.source = LINK_SOURCE_TAP;
	f->link.speed = 1;
	return &f->link;
}

uint64_t fake_link_taken(const struct link *l)
{
	return ((const struct fake_link *)l)->taken;
}

void fake_link_push(struct link *l, const struct record *r)
{
	struct fake_link *f = fake_of(l);
	struct entry *e = &f->entry[f->count];

	if (f->count == QUEUE)
		abort();
	f->count++;
	e->record = *r;
	e->record.packet = f->taken + f->count;
	if (r->kind == RECORD_URB && r->urb.data && r->urb.len <= BYTES)
		memcpy(e->bytes, r->urb.data, r->urb.len);
}

static void control(struct link *l, int64_t t_ns, uint8_t address, const uint8_t setup[8],
                    const uint8_t *data, uint32_t len)
{
	struct record r = {.kind = RECORD_URB, .bus = 1, .t_ns = t_ns, .step_ns = 1000};

	r.urb.id = ++fake_of(l)->id;
	r.urb.phase = URB_SUBMIT;
	r.urb.type = USB_TYPE_CONTROL;
	r.urb.address = address;
	r.urb.endpoint = setup[0] & 0x80;
	r.urb.has_setup = true;
	memcpy(r.urb.setup, setup, 8);
	r.urb.status = URB_STATUS_PENDING;
	r.urb.len_true = (uint32_t)(setup[6] | setup[7] << 8);
	fake_link_push(l, &r);
	r.urb.phase = URB_COMPLETE;
	r.urb.has_setup = false;
	r.urb.status = URB_STATUS_OK;
	r.urb.data = len ? data : NULL;
	r.urb.len = r.urb.len_true = len;
	fake_link_push(l, &r);
}

/* Each byte of `text` is one UTF-16 unit, so that control characters can be had. */
static void string(struct link *l, int64_t t_ns, uint8_t address, uint8_t index, const char *text)
{
	const uint8_t setup[8] = {0x80, USB_GET_DESCRIPTOR, index, USB_DT_STRING, 9, 4, 255, 0};
	uint8_t data[256] = {0, USB_DT_STRING};
	size_t len = strlen(text);

	if (len > 126)
		len = 126;
	for (size_t i = 0; i < len; i++)
		data[2 + 2 * i] = (uint8_t)text[i];
	data[0] = (uint8_t)(2 + 2 * len);
	control(l, t_ns, address, setup, data, data[0]);
}

void fake_link_keyboard(struct link *l, int64_t t_ns, uint8_t address, const char *manufacturer,
                        const char *product, const char *serial)
{
	static const uint8_t get_device[8] = {0x80, USB_GET_DESCRIPTOR, 0, USB_DT_DEVICE, 0, 0, 18,
	                                      0};
	static const uint8_t device[18] = {18,   1,    0,    2, 0, 0, 0, 8, 0x34,
	                                   0x12, 0x78, 0x56, 0, 1, 1, 2, 3, 1};
	static const uint8_t get_config[8] = {
		0x80, USB_GET_DESCRIPTOR, 0, USB_DT_CONFIGURATION, 0, 0, 34, 0};
	static const uint8_t config[34] = {9,    2,  34, 0, 1, 1,    0, 0xa0, 50,   9, 4, 0,
	                                   0,    1,  3,  1, 1, 0,    9, 0x21, 0x11, 1, 0, 1,
	                                   0x22, 63, 0,  7, 5, 0x81, 3, 8,    0,    1};
	static const uint8_t configure[8] = {0, USB_SET_CONFIGURATION, 1, 0, 0, 0, 0, 0};
	static const uint8_t boot[8] = {0x21, HID_SET_PROTOCOL, 0, 0, 0, 0, 0, 0};

	control(l, t_ns, address, get_device, device, sizeof(device));
	control(l, t_ns, address, get_config, config, sizeof(config));
	string(l, t_ns, address, 1, manufacturer);
	string(l, t_ns, address, 2, product);
	string(l, t_ns, address, 3, serial);
	control(l, t_ns, address, configure, NULL, 0);
	control(l, t_ns, address, boot, NULL, 0);
}

void fake_link_report(struct link *l, int64_t t_ns, uint8_t address, uint8_t modifiers,
                      uint8_t usage)
{
	const uint8_t report[8] = {modifiers, 0, usage};
	struct record r = {.kind = RECORD_URB, .bus = 1, .t_ns = t_ns, .step_ns = 1000};

	r.urb.id = ++fake_of(l)->id;
	r.urb.phase = URB_COMPLETE;
	r.urb.type = USB_TYPE_INTERRUPT;
	r.urb.address = address;
	r.urb.endpoint = 0x81;
	r.urb.status = URB_STATUS_OK;
	r.urb.data = report;
	r.urb.len = r.urb.len_true = sizeof(report);
	fake_link_push(l, &r);
}
