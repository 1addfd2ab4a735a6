/* Hostile traffic, end to end. See hostile.h. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hostile.h"

const uint8_t hostile_boot_keyboard[] = {
	0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25,
	0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x75, 0x08, 0x95, 0x01, 0x81, 0x01, 0x19, 0x00,
	0x29, 0x65, 0x15, 0x00, 0x25, 0x65, 0x75, 0x08, 0x95, 0x06, 0x81, 0x00, 0xc0,
};
const size_t hostile_boot_keyboard_len = sizeof(hostile_boot_keyboard);

const uint8_t hostile_mouse[] = {
	0x05, 0x01, 0x09, 0x02, 0xa1, 0x01, 0x09, 0x01, 0xa1, 0x00, 0x05, 0x09,
	0x19, 0x01, 0x29, 0x08, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08,
	0x81, 0x02, 0x05, 0x01, 0x09, 0x30, 0x09, 0x31, 0x15, 0x81, 0x25, 0x7f,
	0x75, 0x08, 0x95, 0x02, 0x81, 0x06, 0x95, 0x05, 0x81, 0x03, 0xc0, 0xc0,
};
const size_t hostile_mouse_len = sizeof(hostile_mouse);

void hostile_begin(struct hostile *h, enum profile_kind profile)
{
	struct analysis_options options = {.profile = &h->profile};

	memset(h, 0, sizeof(*h));
	h->profile.kind = profile;
	h->layout = layout_new("us");
	assert_non_null(h->layout);
	options.layout = h->layout;
	assert_int_equal(analysis_new(&h->analysis, &options), ERR_NONE);
	h->sink = analysis_sink(h->analysis);
}

static bool stray(const char *s)
{
	for (; *s; s++)
		if (((unsigned char)*s < 0x20 && *s != '\n') || *s == 0x7f)
			return true;
	return false;
}

static char *render(bool (*form)(FILE *, const struct report_input *,
                                 const struct report_options *),
                    const struct report_input *in)
{
	struct report_options o = {0};
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	assert_true(form(f, in, &o));
	fclose(f);
	assert_int_equal(strlen(text), len);
	assert_false(stray(text));
	return text;
}

void hostile_end(struct hostile *h)
{
	struct report_input in;
	json_error_t error;
	char *line;

	h->info.packets = h->info.packets_used = h->packet;
	h->info.duration_ns = h->t_ns;
	analysis_end(h->analysis, &h->info);
	in = analysis_report(h->analysis);
	in.input = "hostile";
	h->verdict = in.verdict;
	line = render(report_json, &in);
	h->json = json_loads(line, JSON_REJECT_DUPLICATES, &error);
	assert_non_null(h->json);
	free(line);
	h->text = render(report_text, &in);
}

void hostile_release(struct hostile *h)
{
	json_decref(h->json);
	free(h->text);
	analysis_free(h->analysis);
	layout_free(h->layout);
}

void hostile_record(struct hostile *h, struct record *r)
{
	r->t_ns = h->t_ns;
	r->step_ns = 1000;
	if (r->kind == RECORD_PACKET || r->kind == RECORD_URB)
		h->packet++;
	r->packet = h->packet;
	h->sink.record(h->sink.context, r);
}

void hostile_line(struct hostile *h, enum line_event event, enum usb_speed speed)
{
	struct record r = {.kind = RECORD_LINE, .line = {.event = event, .speed = speed}};

	hostile_record(h, &r);
}

/* The data are copied to a block of their own size, so that a read past them is seen. */
static void urb(struct hostile *h, struct record_urb u)
{
	struct record r = {.kind = RECORD_URB, .urb = u};
	uint8_t *copy = u.len ? malloc(u.len) : NULL;

	if (copy)
		memcpy(copy, u.data, u.len);
	r.urb.data = copy;
	r.urb.id = h->urb;
	hostile_record(h, &r);
	free(copy);
}

void hostile_control(struct hostile *h, uint8_t address, uint8_t type, uint8_t request,
                     uint16_t value, uint16_t index, const void *data, size_t len)
{
	bool in = type & 0x80;
	uint32_t asked = in && len < 4096 ? 4096 : (uint32_t)len;
	struct record_urb u = {
		.phase = URB_SUBMIT,
		.type = USB_TYPE_CONTROL,
		.address = address,
		.endpoint = type & 0x80,
		.has_setup = true,
		.setup = {type, request, (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)index,
	                  (uint8_t)(index >> 8), (uint8_t)asked, (uint8_t)(asked >> 8)},
		.status = URB_STATUS_PENDING,
		.len_true = asked,
	};

	h->urb++;
	if (!in) {
		u.data = data;
		u.len = (uint32_t)len;
	}
	urb(h, u);
	h->t_ns += 100000;
	u = (struct record_urb){.phase = URB_COMPLETE,
	                        .type = USB_TYPE_CONTROL,
	                        .address = address,
	                        .endpoint = type & 0x80,
	                        .len_true = (uint32_t)len};
	if (in) {
		u.data = data;
		u.len = (uint32_t)len;
	}
	urb(h, u);
}

void hostile_get(struct hostile *h, uint8_t address, uint16_t value, uint16_t index,
                 const void *data, size_t len)
{
	hostile_control(h, address, 0x80, USB_GET_DESCRIPTOR, value, index, data, len);
}

void hostile_input(struct hostile *h, uint8_t address, uint8_t endpoint, const void *bytes,
                   size_t len)
{
	struct record_urb u = {.phase = URB_SUBMIT,
	                       .type = USB_TYPE_INTERRUPT,
	                       .address = address,
	                       .endpoint = endpoint,
	                       .status = URB_STATUS_PENDING,
	                       .len_true = 64};

	h->urb++;
	urb(h, u);
	h->t_ns += 4000000;
	u.phase = URB_COMPLETE;
	u.status = URB_STATUS_OK;
	u.data = bytes;
	u.len = u.len_true = (uint32_t)len;
	urb(h, u);
}

void hostile_type(struct hostile *h, uint8_t address, uint8_t endpoint, unsigned keys,
                  const uint8_t *head, size_t prefix)
{
	for (unsigned i = 0; i < keys; i++) {
		uint8_t report[16] = {0};

		if (prefix)
			memcpy(report, head, prefix);
		report[prefix + 2] = (uint8_t)(0x04 + i * 7 % 26);
		hostile_input(h, address, endpoint, report, prefix + 8);
		report[prefix + 2] = 0;
		hostile_input(h, address, endpoint, report, prefix + 8);
	}
}

void hostile_device(struct hostile *h, uint8_t address, uint16_t vid, uint8_t class)
{
	uint8_t d[18] = {18, 1, 0, 2, class, 0, 0, 64, (uint8_t)vid, (uint8_t)(vid >> 8),
	                 1,  0, 0, 1, 0,     2, 0, 1};

	hostile_get(h, 0, 0x0100, 0, d, 8);
	hostile_control(h, 0, 0x00, USB_SET_ADDRESS, address, 0, NULL, 0);
	hostile_get(h, address, 0x0100, 0, d, sizeof(d));
}

void hostile_config(struct hostile_config *c, uint8_t value)
{
	*c = (struct hostile_config){.bytes = {9, 2, 0, 0, 0, value, 0, 0x80, 50}, .len = 9};
}

void hostile_interface(struct hostile_config *c, uint8_t number, uint8_t alternate, uint8_t class,
                       uint8_t subclass, uint8_t protocol, uint8_t endpoint, uint16_t report_len)
{
	uint8_t hid[] = {
		9, 0x21, 0x11, 1, 0, 1, 0x22, (uint8_t)report_len, (uint8_t)(report_len >> 8)};
	uint8_t *at = c->bytes + c->len;
	size_t n = 0;

	memcpy(at,
	       (uint8_t[]){9, 4, number, alternate, endpoint != 0, class, subclass, protocol, 0},
	       9);
	n += 9;
	if (class == 3) {
		memcpy(at + n, hid, sizeof(hid));
		n += sizeof(hid);
	}
	if (endpoint) {
		memcpy(at + n, (uint8_t[]){7, 5, endpoint, 3, 64, 0, 4}, 7);
		n += 7;
	}
	c->len += n;
	assert_true(c->len <= sizeof(c->bytes));
	c->bytes[4] = (uint8_t)(c->bytes[4] + !alternate);
}

void hostile_give_config(struct hostile *h, uint8_t address, uint8_t index,
                         struct hostile_config *c)
{
	c->bytes[2] = (uint8_t)c->len;
	c->bytes[3] = (uint8_t)(c->len >> 8);
	hostile_get(h, address, (uint16_t)(0x0200 | index), 0, c->bytes, c->len);
}

void hostile_configure(struct hostile *h, uint8_t address, uint8_t value)
{
	hostile_control(h, address, 0x00, USB_SET_CONFIGURATION, value, 0, NULL, 0);
}

void hostile_give_report(struct hostile *h, uint8_t address, uint8_t interface,
                         const uint8_t *bytes, size_t len)
{
	hostile_control(h, address, 0x81, USB_GET_DESCRIPTOR, 0x2200, interface, bytes, len);
}

void hostile_keyboard(struct hostile *h, uint8_t address, uint16_t vid)
{
	struct hostile_config c;

	hostile_device(h, address, vid, 0);
	hostile_config(&c, 1);
	hostile_interface(&c, 0, 0, 3, 1, 1, 0x81, (uint16_t)hostile_boot_keyboard_len);
	hostile_give_config(h, address, 0, &c);
	hostile_configure(h, address, 1);
	hostile_give_report(h, address, 0, hostile_boot_keyboard, hostile_boot_keyboard_len);
}

unsigned hostile_findings(const struct hostile *h, const char *rule, const char *weight)
{
	unsigned n = 0;
	size_t i;
	json_t *f;

	json_array_foreach(json_object_get(h->json, "findings"), i, f) n +=
		!strcmp(json_string_value(json_object_get(f, "rule")), rule) &&
		(!weight || !strcmp(json_string_value(json_object_get(f, "weight")), weight));
	return n;
}

unsigned hostile_keys_of(const struct hostile *h, uint8_t address)
{
	unsigned n = 0;
	size_t i;
	json_t *k;

	json_array_foreach(json_object_get(h->json, "keystrokes"), i,
	                   k) if (json_integer_value(json_object_get(k, "device")) == address) n +=
		(unsigned)json_integer_value(json_object_get(k, "count"));
	return n;
}
