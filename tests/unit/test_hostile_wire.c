/*
 * A keyboard on the wire that a tap hears badly, or that plays with toggles and handshakes: what its host may have taken
 * for keys is judged.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "hostile.h"
#include "sim/wire.h"

static void packet(struct hostile *h, const struct sim_packet *p)
{
	struct record r = {.kind = RECORD_PACKET,
	                   .packet_data = {.bytes = p->bytes,
	                                   .len = p->len,
	                                   .len_true = p->len,
	                                   .speed = USB_SPEED_FULL}};

	hostile_record(h, &r);
	h->t_ns += 3000;
}

struct poll {
	bool handshake;
	unsigned lost; /* every so many-th handshake */
	bool toggle;
	unsigned polls;
};

static void poll(struct hostile *h, struct poll *p, const uint8_t report[8])
{
	struct sim_packet w;

	h->t_ns += 3990000;
	wire_token(&w, USB_PID_IN, 5, 1);
	packet(h, &w);
	wire_data(&w, p->toggle, report, 8);
	packet(h, &w);
	p->toggle = !p->toggle;
	if (!p->handshake || (p->lost && p->polls++ % p->lost == 0))
		return;
	wire_handshake(&w, USB_PID_ACK);
	packet(h, &w);
}

static void type(struct hostile *h, struct poll *p, unsigned keys)
{
	for (unsigned i = 0; i < keys; i++) {
		poll(h, p, (uint8_t[8]){0, 0, (uint8_t)(4 + i * 7 % 26)});
		poll(h, p, (uint8_t[8]){0});
	}
}

static void judged(struct poll p, unsigned least)
{
	struct hostile h;

	hostile_begin(&h, PROFILE_HOST);
	hostile_keyboard(&h, 5, 0x1209);
	type(&h, &p, 60);
	hostile_end(&h);
	assert_in_range(hostile_keys_of(&h, 5), least, 60);
	assert_int_equal(hostile_findings(&h, "R9", "decisive"), 1);
	hostile_release(&h);
}

static void all_of_it_heard(void **state)
{
	(void)state;
	judged((struct poll){.handshake = true}, 60);
}

static void no_handshake_heard(void **state)
{
	(void)state;
	judged((struct poll){.handshake = false}, 59);
}

static void some_handshakes_lost(void **state)
{
	(void)state;
	judged((struct poll){.handshake = true, .lost = 2}, 59);
	judged((struct poll){.handshake = true, .lost = 3}, 59);
}

/* Nothing but packets at address 0, with no request that is known: a device all the same. */
static void talk_at_address_zero(void **state)
{
	struct sim_packet w;
	struct hostile h;

	(void)state;
	hostile_begin(&h, PROFILE_BARE);
	for (unsigned i = 0; i < 20; i++) {
		wire_token(&w, USB_PID_SETUP, 0, 0);
		packet(&h, &w);
		wire_data(&w, false, (uint8_t[8]){0xc0, 0x99, 1, 2, 3, 4, 8, 0}, 8);
		packet(&h, &w);
		wire_handshake(&w, USB_PID_ACK);
		packet(&h, &w);
		wire_token(&w, USB_PID_IN, 0, 0);
		packet(&h, &w);
		wire_handshake(&w, USB_PID_STALL);
		packet(&h, &w);
		h.t_ns += 1000000;
	}
	hostile_end(&h);
	assert_true(hostile_findings(&h, "R5", "decisive") >= 1);
	assert_int_equal(h.verdict, VERDICT_MALICIOUS);
	hostile_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it_heard),
		cmocka_unit_test(no_handshake_heard),
		cmocka_unit_test(some_handshakes_lost),
		cmocka_unit_test(talk_at_address_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
