/*
 * The short ways of polls and data against the way of all packets: two buses hear the same, one of them by the table of
 * steps alone, and each difference in what they know is a fault of one of the two.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "usb/bus.h"

enum { PACKETS = 300000, KINDS = 16 };

static uint32_t x = 4711;

static uint32_t any(uint32_t below)
{
	x = x * 1103515245u + 12345u;
	return (x >> 16) % below;
}

static uint64_t heard[2];

static void transfer(void *context, const struct usb_transfer *t)
{
	uint64_t *sum = context;

	*sum = *sum * 31 + t->packet + t->naks + t->poll_ns + (uint64_t)t->status +
	       (uint64_t)t->t_ns;
}

static void event(void *context, const struct usb_bus_event *e)
{
	(void)context;
	(void)e;
}

static uint32_t packet(uint8_t bytes[16])
{
	/* Frames and polls most of all, but every PID between them. */
	static const uint8_t often[] = {USB_PID_IN,  USB_PID_IN,    USB_PID_IN,    USB_PID_NAK,
	                                USB_PID_NAK, USB_PID_NAK,   USB_PID_SOF,   USB_PID_SOF,
	                                USB_PID_ACK, USB_PID_DATA0, USB_PID_DATA1, USB_PID_OUT};
	uint8_t pid = any(4) ? often[any(sizeof(often))] : (uint8_t)any(KINDS);
	uint32_t field, len;

	bytes[0] = (uint8_t)(pid | (~pid & 0xfu) << 4);
	switch (usb_packet_kind[pid]) {
	case USB_PACKET_KIND_TOKEN:
		field = pid == USB_PID_SOF ? any(2048) : any(4) | (any(3) << 7);
		store_le16(bytes + 1, (uint16_t)(field | (uint32_t)crc5(field, 11) << 11));
		return 3;
	case USB_PACKET_KIND_DATA:
		len = any(9);
		for (uint32_t i = 0; i < len; i++)
			bytes[1 + i] = (uint8_t)any(256);
		store_le16(bytes + 1 + len, crc16(bytes + 1, len));
		return 3 + len;
	case USB_PACKET_KIND_SPLIT:
		field = any(1u << 15) | any(16) << 15;
		store_le16(bytes + 1, (uint16_t)field);
		bytes[3] = (uint8_t)(field >> 16 | (uint32_t)crc5(field, 19) << 3);
		return 4;
	default:
		return 1;
	}
}

static void both_ways_know_the_same(void **state)
{
	static struct usb_counts counts[2];
	const size_t from = offsetof(struct usb_bus, state), to = sizeof(struct usb_bus) - from;
	struct usb_sink sink[2];
	struct usb_bus *bus[2];
	unsigned polls = 0;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		sink[i] = (struct usb_sink){&heard[i], transfer, event};
		bus[i] = usb_bus_new(0, &sink[i], &counts[i]);
		assert_non_null(bus[i]);
	}
	for (unsigned n = 0; n < PACKETS; n++) {
		uint8_t bytes[16];
		uint32_t len = packet(bytes);
		struct record r = {.kind = RECORD_PACKET,
		                   .t_ns = (int64_t)n * 1000 - any(3) * 1500,
		                   .packet = n + 1,
		                   .step_ns = 1,
		                   .packet_data = {.bytes = bytes,
		                                   .len = len,
		                                   .len_true = len,
		                                   .speed = (enum usb_speed)any(3)}};

		switch (any(200)) {
		case 0:
			bytes[any(len)] ^= (uint8_t)(1u << any(8));
			break;
		case 1:
			r.packet_data.flags = PACKET_ERROR_RECEIVER;
			break;
		case 2:
			r.packet_data.len_true++;
			r.packet_data.flags = PACKET_CUT;
			break;
		case 3:
			r.packet_data.len = r.packet_data.len_true = len == 3 ? 1 : 3;
			break;
		}
		if (usb_bus_poll(bus[0], &r))
			polls++;
		else
			usb_bus_packet(bus[0], &r);
		usb_bus_step(bus[1], &r);
		assert_int_equal(heard[0], heard[1]);
		assert_memory_equal(&counts[0], &counts[1], sizeof(counts[0]));
		assert_int_equal(bus[0]->state, bus[1]->state);
		if (n % 64 == 0 || n == PACKETS - 1)
			assert_memory_equal((uint8_t *)bus[0] + from, (uint8_t *)bus[1] + from, to);
	}
	assert_true(polls > PACKETS / 4);
	assert_true(counts[0].naks && counts[0].bad_crc5 && counts[0].sofs && counts[0].splits);
	for (unsigned i = 0; i < 2; i++)
		usb_bus_free(bus[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways_know_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
