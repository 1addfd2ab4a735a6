/*
 * The pseudo-headers of usbmon and USBPcap, given to the links in exactly sized memory, whole and cut at each length.
 * What a link rejects comes out of the reader as one lost packet.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "capture/reader.h"
#include "capture_image.h"

static struct collection c;
static const uint8_t get_device[8] = {0x80, 6, 0, 1, 0, 0, 18, 0};

struct usbmon {
	char phase;
	uint8_t type, endpoint, address;
	char setup, data;
	int32_t status;
	uint32_t len_urb, len_cap, descriptors;
};

static void usbmon(struct image *i, const struct usbmon *u, bool mmapped)
{
	image_64(i, 0xffff8880aabbccdd);
	image_8(i, (uint8_t)u->phase);
	image_8(i, u->type);
	image_8(i, u->endpoint);
	image_8(i, u->address);
	image_16(i, 258); /* bus */
	image_8(i, (uint8_t)u->setup);
	image_8(i, (uint8_t)u->data);
	image_64(i, 1700000000);
	image_32(i, 7);
	image_32(i, (uint32_t)u->status);
	image_32(i, u->len_urb);
	image_32(i, u->len_cap);
	image_bytes(i, get_device, 8);
	if (!mmapped)
		return;
	image_32(i, 8);
	image_32(i, 0);
	image_32(i, 0x200);
	image_32(i, u->descriptors);
}

/* The image as one packet, in memory of just its size. */
static bool link_packet(enum link_kind kind, const struct image *i, size_t len, struct record *r)
{
	static struct capture capture;
	const struct iface f = {.kind = kind};
	struct raw_packet p = {.len = (uint32_t)len, .len_true = (uint32_t)len};
	uint8_t *exact = malloc(len);
	bool good;

	memcpy(exact, i->data, len);
	p.data = exact;
	*r = (struct record){.kind = RECORD_URB};
	capture.big = i->big;
	good = kind == LINK_USBPCAP ? link_usbpcap(&capture, &p, r)
	                            : link_usbmon(&capture, &f, p.data, p.len, r);
	if (good && r->urb.data) {
		assert_ptr_equal(r->urb.data + r->urb.len, exact + len);
		memcpy(c.seen[0].bytes, r->urb.data, r->urb.len);
	}
	free(exact);
	return good;
}

static void usbmon_fields(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++)
		for (int mmapped = 0; mmapped < 2; mmapped++) {
			enum link_kind kind = mmapped ? LINK_USBMON2 : LINK_USBMON;
			struct image *i = image_new(big);
			struct record r;

			usbmon(i, &(struct usbmon){'S', 2, 0x80, 5, 0, '<', -115, 18, 0, 0},
			       mmapped);
			assert_true(link_packet(kind, i, i->len, &r));
			assert_int_equal(r.bus, 258);
			assert_int_equal(r.urb.id, 0xffff8880aabbccdd);
			assert_int_equal(r.urb.phase, URB_SUBMIT);
			assert_int_equal(r.urb.type, USB_TYPE_CONTROL);
			assert_int_equal(r.urb.address, 5);
			assert_int_equal(r.urb.endpoint, 0x80);
			assert_int_equal(r.urb.status, URB_STATUS_PENDING);
			assert_true(r.urb.has_setup);
			assert_memory_equal(r.urb.setup, get_device, 8);
			assert_null(r.urb.data);
			assert_int_equal(r.urb.len_true, 18);
			assert_int_equal(r.urb.interval, 0);

			/* Cut by a snapshot length: what is there counts, not what len_cap says. */
			i = image_new(big);
			usbmon(i, &(struct usbmon){'C', 1, 0x81, 127, '-', 0, 0, 8, 8, 0}, mmapped);
			image_bytes(i, "\1\2\3\4\5", 5);
			assert_true(link_packet(kind, i, i->len, &r));
			assert_int_equal(r.urb.phase, URB_COMPLETE);
			assert_int_equal(r.urb.type, USB_TYPE_INTERRUPT);
			assert_false(r.urb.has_setup);
			assert_int_equal(r.urb.interval, mmapped ? 8 : 0);
			assert_int_equal(r.urb.len, 5);
			assert_int_equal(r.urb.len_true, 8);
			assert_memory_equal(c.seen[0].bytes, "\1\2\3\4\5", 5);
			assert_int_equal(r.urb.status, URB_STATUS_OK);
		}
}

static void usbmon_variants(void **state)
{
	struct image *i = image_new(false);
	struct record r;

	(void)state;
	/* A completion shows no setup, though the bytes stand there; a failed submission is an error. */
	usbmon(i, &(struct usbmon){'C', 2, 0x80, 5, 0, '<', -32, 0, 0, 0}, true);
	assert_true(link_packet(LINK_USBMON2, i, i->len, &r));
	assert_false(r.urb.has_setup);
	assert_int_equal(r.urb.status, URB_STATUS_STALL);
	i = image_new(false);
	usbmon(i, &(struct usbmon){'E', 3, 0x02, 5, '-', 'E', -28, 0, 0, 0}, true);
	assert_true(link_packet(LINK_USBMON2, i, i->len, &r));
	assert_int_equal(r.urb.phase, URB_ERROR);
	assert_int_equal(r.urb.status, -28);
	/* QEMU: a letter before data that is there, and a length with the header in it. */
	i = image_new(false);
	usbmon(i, &(struct usbmon){'C', 2, 0x80, 0, '-', '=', 0, 4, 64 + 4, 0}, true);
	image_bytes(i, "abcd", 4);
	assert_true(link_packet(LINK_USBMON2, i, i->len, &r));
	assert_int_equal(r.urb.len, 4);
	assert_memory_equal(c.seen[0].bytes, "abcd", 4);
	/* No errno is positive. */
	i = image_new(false);
	usbmon(i, &(struct usbmon){'C', 3, 0x81, 0, '-', 0, 77, 0, 0, 0}, true);
	assert_true(link_packet(LINK_USBMON2, i, i->len, &r));
	assert_int_equal(r.urb.status, URB_STATUS_UNKNOWN);
}

static void usbmon_isochronous(void **state)
{
	struct image *i = image_new(false);
	struct record r;
	size_t head;

	(void)state;
	usbmon(i, &(struct usbmon){'C', 0, 0x83, 9, '-', 0, 0, 6, 38, 2}, true);
	image_zeros(i, 32);
	head = i->len;
	image_bytes(i, "sample", 6);
	assert_true(link_packet(LINK_USBMON2, i, i->len, &r));
	assert_int_equal(r.urb.type, USB_TYPE_ISOCHRONOUS);
	assert_int_equal(r.urb.len, 6);
	assert_memory_equal(c.seen[0].bytes, "sample", 6);
	assert_true(link_packet(LINK_USBMON2, i, head, &r));
	assert_int_equal(r.urb.len, 0);
	/* Descriptors that are not all there. */
	assert_false(link_packet(LINK_USBMON2, i, head - 1, &r));
	store_le32(i->data + 60, 0x10000002);
	assert_false(link_packet(LINK_USBMON2, i, i->len, &r));
}

static void usbmon_rejects(void **state)
{
	static const struct usbmon bad[] = {
		{'X', 1, 0x81, 5, '-', 0, 0, 0, 0, 0},
		{'C', 4, 0x81, 5, '-', 0, 0, 0, 0, 0},
		{'C', 1, 0x81, 128, '-', 0, 0, 0, 0, 0},
	};
	struct record r;

	(void)state;
	for (size_t n = 0; n < 3; n++) {
		struct image *i = image_new(false);

		usbmon(i, &bad[n], true);
		assert_false(link_packet(LINK_USBMON2, i, i->len, &r));
	}
	for (size_t len = 0; len < 64; len++) {
		struct image *i = image_new(false);

		usbmon(i, &(struct usbmon){'S', 2, 0x80, 5, 0, '<', -115, 18, 0, 0}, true);
		assert_false(link_packet(LINK_USBMON2, i, len, &r));
		assert_int_equal(link_packet(LINK_USBMON, i, len, &r), len >= 48);
	}
}

struct usbpcap {
	uint16_t header;
	uint32_t status;
	uint8_t info;
	uint16_t device;
	uint8_t endpoint, transfer;
	uint32_t len;
	int stage; /* < 0: none */
};

static void usbpcap(struct image *i, const struct usbpcap *u)
{
	image_16(i, u->header);
	image_64(i, 0xffffe00012345678);
	image_32(i, u->status);
	image_16(i, 9);
	image_8(i, u->info);
	image_16(i, 2); /* bus */
	image_16(i, u->device);
	image_8(i, u->endpoint);
	image_8(i, u->transfer);
	image_32(i, u->len);
	if (u->stage >= 0)
		image_8(i, (uint8_t)u->stage);
}

static void usbpcap_interrupt(void **state)
{
	struct image *i = image_new(false);
	struct record r;

	(void)state;
	usbpcap(i, &(struct usbpcap){27, 0x4711, 0, 3, 0x81, 1, 0, -1});
	assert_true(link_packet(LINK_USBPCAP, i, i->len, &r));
	assert_int_equal(r.kind, RECORD_URB);
	assert_int_equal(r.bus, 2);
	assert_int_equal(r.urb.id, 0xffffe00012345678);
	assert_int_equal(r.urb.phase, URB_SUBMIT);
	assert_int_equal(r.urb.status, URB_STATUS_PENDING);
	assert_null(r.urb.data);
	i = image_new(false);
	usbpcap(i, &(struct usbpcap){27, 0, 1, 3, 0x81, 1, 8, -1});
	image_bytes(i, "keyboard", 8);
	for (size_t len = 0; len <= i->len; len++) {
		assert_int_equal(link_packet(LINK_USBPCAP, i, len, &r), len >= 27);
		if (len < 27)
			continue;
		assert_int_equal(r.urb.phase, URB_COMPLETE);
		assert_int_equal(r.urb.type, USB_TYPE_INTERRUPT);
		assert_int_equal(r.urb.len, len - 27);
		assert_int_equal(r.urb.len_true, 8);
		assert_memory_equal(c.seen[0].bytes, "keyboard", len - 27);
	}
	/* A header that says it is longer than what is known of it. */
	i = image_new(false);
	usbpcap(i, &(struct usbpcap){40, 0, 1, 3, 0x81, 1, 2, -1});
	image_zeros(i, 13);
	image_bytes(i, "ab", 2);
	assert_true(link_packet(LINK_USBPCAP, i, i->len, &r));
	assert_int_equal(r.urb.len, 2);
	assert_memory_equal(c.seen[0].bytes, "ab", 2);
	/* And one that says it is longer than the packet. */
	for (size_t len = 0; len < 40; len++)
		assert_false(link_packet(LINK_USBPCAP, i, len, &r));
	store_le16(i->data, 26);
	assert_false(link_packet(LINK_USBPCAP, i, i->len, &r));
}

static void usbpcap_statuses(void **state)
{
	static const struct {
		uint32_t usbd;
		int32_t status;
	} cases[] = {{0, URB_STATUS_OK},
	             {0xc0000004, URB_STATUS_STALL},
	             {0xc0000030, URB_STATUS_STALL},
	             {0xc0010000, -2},
	             {0xc0000011, -71},
	             {0x40000000, URB_STATUS_PENDING},
	             {0x12345678, URB_STATUS_OK},
	             {0x80000200, -5},
	             {0xffffffff, -5}};

	(void)state;
	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		struct image *i = image_new(false);
		struct record r;

		usbpcap(i, &(struct usbpcap){27, cases[n].usbd, 1, 3, 0x81, 1, 0, -1});
		assert_true(link_packet(LINK_USBPCAP, i, i->len, &r));
		assert_int_equal(r.urb.status, cases[n].status);
	}
}

/* Both styles of control transfers, through the reader, for the second keeps state. */
static void usbpcap_control(void **state)
{
	static const struct {
		struct usbpcap u;
		const char *data;
	} packets[] = {
		{{28, 0, 0, 5, 0x00, 2, 8, 0}, "\x80\6\0\1\0\0\22\0"}, /* GET, endpoint wrong */
		{{28, 0, 1, 5, 0x80, 2, 4, 3}, "\22\1\0\2"},
		{{28, 0, 0, 5, 0x00, 2, 9, 0}, "\x21\x9\0\2\0\0\1\0\7"}, /* OUT with its data */
		{{28, 0, 1, 5, 0x00, 2, 0, 3}, ""},
		{{28, 0, 0, 5, 0x80, 2, 8, 0}, "\x80\6\0\1\0\0\22\0"}, /* the early style */
		{{28, 0, 1, 5, 0x80, 2, 4, 1}, "\22\1\0\2"},
		{{28, 0, 1, 5, 0x80, 2, 0, 2}, ""},
		{{28, 0, 0, 5, 0x80, 2, 8, 0}, "\0\x9\1\0\0\0\0\0"}, /* without data */
		{{28, 0xc0000004, 1, 5, 0x80, 2, 0, 2}, ""},
		{{28, 0, 0, 5, 0x80, 2, 7, 0}, "\0\x9\1\0\0\0\0"}, /* a short setup */
		{{28, 0, 1, 5, 0x80, 2, 0, 9}, ""},                /* no such stage */
		{{27, 0, 1, 5, 0x80, 0xfe, 0, -1}, ""},            /* moves nothing */
		{{27, 0, 1, 128, 0x80, 1, 0, -1}, ""},
	};
	struct image *i = image_new(false);
	const struct seen *s = c.seen;

	(void)state;
	image_pcap(i, 0xa1b2c3d4, 249);
	for (size_t n = 0; n < sizeof(packets) / sizeof(packets[0]); n++) {
		image_pcap_packet(i, 1, 0, NULL, 0);
		store_le32(i->data + i->len - 8, packets[n].u.header + packets[n].u.len);
		usbpcap(i, &packets[n].u);
		image_bytes(i, packets[n].data, packets[n].u.len);
	}
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, 13);
	assert_int_equal(s[0].r.urb.endpoint, 0x80);
	assert_int_equal(s[0].r.urb.len_true, 18);
	assert_null(s[0].r.urb.data);
	assert_memory_equal(s[0].r.urb.setup, get_device, 8);
	assert_int_equal(s[1].r.urb.phase, URB_COMPLETE);
	assert_int_equal(s[1].r.urb.len, 4);
	assert_false(s[1].r.urb.synthetic);
	assert_int_equal(s[2].r.urb.endpoint, 0x00);
	assert_int_equal(s[2].r.urb.len, 1);
	assert_int_equal(s[2].bytes[0], 7);
	assert_int_equal(s[4].r.urb.phase, URB_SUBMIT);
	assert_int_equal(s[5].r.urb.phase, URB_COMPLETE);
	assert_true(s[5].r.urb.synthetic);
	assert_int_equal(s[5].r.urb.len, 4);
	assert_int_equal(s[6].r.kind, RECORD_TICK);
	assert_int_equal(s[8].r.kind, RECORD_URB);
	assert_int_equal(s[8].r.urb.status, URB_STATUS_STALL);
	assert_int_equal(s[9].r.kind, RECORD_LOST);
	assert_int_equal(s[9].r.packet, 10);
	assert_int_equal(s[9].r.lost.packets, 1);
	assert_int_equal(s[10].r.kind, RECORD_LOST);
	assert_int_equal(s[11].r.kind, RECORD_TICK);
	assert_int_equal(s[12].r.kind, RECORD_LOST);
	assert_int_equal(c.info.packets_unreadable, 3);
	assert_int_equal(c.info.packets_used, 13);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usbmon_fields),      cmocka_unit_test(usbmon_variants),
		cmocka_unit_test(usbmon_isochronous), cmocka_unit_test(usbmon_rejects),
		cmocka_unit_test(usbpcap_interrupt),  cmocka_unit_test(usbpcap_statuses),
		cmocka_unit_test(usbpcap_control),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
