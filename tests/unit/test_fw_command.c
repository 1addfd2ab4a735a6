/* Commands: refused where they are wrong, kept until their tick, done once however often they come. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/bytes.h"
#include "core/command.h"

/* The endpoint, as the stack shows it: busy with the last report until that is fetched. */
static struct {
	unsigned busy; /* times that it refuses */
	unsigned tried, taken;
	uint16_t request[64]; /* of the replies taken */
} pipe;

static bool hid(void *context, const uint8_t *report)
{
	struct wire_reply reply;

	assert_ptr_equal(context, &pipe);
	assert_int_equal((uintptr_t)report % 4, 0);
	pipe.tried++;
	if (pipe.busy) {
		pipe.busy--;
		return false;
	}
	assert_int_equal(report[0], WIRE_REPLY);
	assert_true(wire_reply_get(&reply, report + 2, USB_DEV_REPORT - 2));
	assert_true(pipe.taken < 64);
	pipe.request[pipe.taken++] = reply.request;
	return true;
}

static struct command c;
static struct upstream up;
static struct wire_reader reader;
static unsigned asked, done, replies;
static bool listening;
static bool not_yet; /* what is asked for takes time */
static struct wire_reply last;

static void act(void *context, const struct wire_command *command, const uint8_t *args,
                struct wire_reply *reply, uint8_t *data, size_t *data_len)
{
	(void)context, (void)command, (void)args, (void)data, (void)data_len;
	asked++;
	if (not_yet) {
		reply->error = WIRE_NOT_YET;
		return;
	}
	done++;
	reply->done = 1000 + done;
}

static void on_record(void *context, const struct wire_record *r)
{
	(void)context;
	assert_int_equal(r->kind, WIRE_REPLY);
	assert_true(wire_reply_get(&last, r->body, r->len));
	replies++;
}

static void run(uint64_t now)
{
	const struct wire_sink sink = {.record = on_record};
	uint8_t buf[64];
	size_t n;

	command_run(&c, &up, listening, hid, &pipe, now);
	upstream_flush(&up);
	while ((n = upstream_fetch(&up, buf, sizeof(buf))) != 0)
		wire_reader_push(&reader, buf, n, &sink);
}

static int start(void **state)
{
	(void)state;
	command_init(&c, act, NULL);
	upstream_init(&up);
	wire_reader_init(&reader);
	memset(&pipe, 0, sizeof(pipe));
	asked = done = replies = 0;
	listening = true;
	not_yet = false;
	return 0;
}

static size_t make(uint8_t *to, uint8_t opcode, uint16_t request, uint64_t at, size_t args)
{
	const struct wire_command head = {.version = WIRE_VERSION,
	                                  .opcode = opcode,
	                                  .request = request,
	                                  .at = at,
	                                  .len = (uint8_t)args};
	size_t n = wire_command_put(to, &head);

	memset(to + n, 1, args);
	return n + args;
}

static void take(uint8_t opcode, uint16_t request, uint64_t at, size_t args)
{
	uint8_t buf[64];

	command_take(&c, buf, make(buf, opcode, request, at, args), false, 0);
}

static void malformed_ones_change_nothing(void **state)
{
	uint8_t buf[64] = {0};
	size_t n = make(buf, WIRE_OP_CAPTURE, 1, 0, 1);

	(void)state;
	/* Each truncation, in memory of just its size. */
	for (size_t len = 0; len < n; len++) {
		uint8_t *exact = malloc(len ? len : 1);

		memcpy(exact, buf, len);
		command_take(&c, exact, len, false, 0);
		free(exact);
		run(10);
		assert_int_equal(last.error, WIRE_E_LENGTH);
		assert_int_equal(replies, len + 1);
	}
	take(0x7f, 2, 0, 0);
	run(10);
	assert_int_equal(last.error, WIRE_E_OPCODE);
	take(WIRE_OP_CAPTURE, 3, 0, 2);
	run(10);
	assert_int_equal(last.error, WIRE_E_LENGTH);
	make(buf, WIRE_OP_CAPTURE, 4, 0, 1);
	buf[0] = WIRE_VERSION + 1;
	command_take(&c, buf, n, false, 0);
	run(10);
	assert_int_equal(last.error, WIRE_E_VERSION);
	make(buf, WIRE_OP_CAPTURE, 5, 0, 1);
	buf[12] = 200;
	command_take(&c, buf, n, true, 0);
	run(10);
	assert_int_equal(last.error, WIRE_E_LENGTH);
	assert_int_equal(done, 0);
}

static void retries_are_answered_and_not_done(void **state)
{
	(void)state;
	take(WIRE_OP_CAPTURE, 7, 0, 1);
	take(WIRE_OP_CAPTURE, 7, 0, 1); /* before it is done */
	run(10);
	assert_int_equal(done, 1);
	assert_int_equal(replies, 1);
	for (unsigned i = 0; i < 5; i++) {
		take(WIRE_OP_CAPTURE, 7, 0, 1);
		run(20);
		assert_int_equal(last.request, 7);
		assert_true(last.done == 1001);
	}
	assert_int_equal(done, 1);
	assert_int_equal(replies, 6);
	take(WIRE_OP_CAPTURE, 8, 0, 1);
	run(30);
	assert_int_equal(done, 2);
}

static void one_with_a_tick_waits_for_it(void **state)
{
	(void)state;
	take(WIRE_OP_CAPTURE, 9, 500, 1);
	run(499);
	assert_int_equal(done, 0);
	run(500);
	assert_int_equal(done, 1);
	run(501);
	assert_int_equal(done, 1);
}

/* Eight wait for their tick; the ninth is told so, and what is for now is done as ever. */
static void those_for_later_keep_nobody_out(void **state)
{
	uint16_t i;

	(void)state;
	for (i = 0; i < COMMAND_TIMED; i++)
		take(WIRE_OP_CAPTURE, (uint16_t)(100 + i), 1000, 1);
	run(10);
	assert_int_equal(replies, 0);
	take(WIRE_OP_CAPTURE, 200, 1000, 1);
	run(11);
	assert_int_equal(replies, 1);
	assert_int_equal(last.request, 200);
	assert_int_equal(last.error, WIRE_E_BUSY);
	take(0x7f, 201, 0, 0);
	run(12);
	assert_int_equal(last.request, 201);
	assert_int_equal(last.error, WIRE_E_OPCODE);
	take(WIRE_OP_SWITCH, 202, 0, 1);
	run(13);
	assert_int_equal(last.request, 202);
	assert_int_equal(last.error, WIRE_OK);
	assert_int_equal(done, 1);
	run(1000);
	assert_int_equal(done, 1 + COMMAND_TIMED);
	/* Refused, not done: asked again it is a command as any other. */
	take(WIRE_OP_CAPTURE, 200, 2000, 1);
	run(2000);
	assert_int_equal(done, 2 + COMMAND_TIMED);
	assert_int_equal(c.dropped, 0);
}

/* Behind one that takes time, more than there is place for: each is answered, in the end or at once. */
static void a_queue_too_long_is_refused(void **state)
{
	(void)state;
	not_yet = true;
	for (uint16_t i = 0; i < COMMAND_WAITING + 5; i++) {
		take(WIRE_OP_SWITCH, (uint16_t)(100 + i), 0, 1);
		run(10 + i);
	}
	assert_int_equal(replies, 5);
	assert_int_equal(last.error, WIRE_E_BUSY);
	not_yet = false;
	run(100);
	assert_int_equal(done, COMMAND_WAITING);
	assert_int_equal(replies, COMMAND_WAITING + 5);
	/* Answers make room, the oldest first, and across the end of their count. */
	c.order = UINT32_MAX - 20;
	for (unsigned i = 0; i < COMMAND_SLOTS; i++)
		c.slot[i].order = c.order - COMMAND_SLOTS + i;
	for (uint16_t i = 0; i < 60; i++) {
		take(WIRE_OP_CAPTURE, (uint16_t)(300 + i), 0, 1);
		run(2000);
		for (uint16_t back = 0; back < 8 && back <= i; back++)
			take(WIRE_OP_CAPTURE, (uint16_t)(300 + i - back), 0, 1);
		run(2000);
		assert_int_equal(done, COMMAND_WAITING + i + 1);
	}
	assert_int_equal(c.dropped, 0);
}

static void what_comes_too_late_is_refused(void **state)
{
	uint8_t buf[64];
	size_t n = make(buf, WIRE_OP_SWITCH, 9, 500, 1);

	(void)state;
	command_take(&c, buf, n, false, 501);
	run(501);
	assert_int_equal(done, 0);
	assert_int_equal(last.error, WIRE_E_LATE);
	/* One that was in time is answered again, however late that is asked for. */
	n = make(buf, WIRE_OP_SWITCH, 10, 500, 1);
	command_take(&c, buf, n, false, 500);
	run(500);
	assert_int_equal(done, 1);
	command_take(&c, buf, n, false, 900);
	run(900);
	assert_int_equal(done, 1);
	assert_int_equal(last.request, 10);
	assert_int_equal(last.error, WIRE_OK);
	assert_int_equal(replies, 3);
}

static void hid_is_answered_by_hid_too(void **state)
{
	uint8_t buf[64] = {0};

	(void)state;
	make(buf, WIRE_OP_CAPTURE, 5, 0, 1);
	command_take(&c, buf, sizeof(buf), true, 0); /* padded, as reports are */
	run(10);
	assert_int_equal(done, 1);
	assert_int_equal(pipe.taken, 1);
	assert_int_equal(pipe.request[0], 5);
	assert_int_equal(replies, 1);
	run(20);
	assert_int_equal(pipe.tried, 1);
}

static void ask_by_hid(uint16_t request)
{
	uint8_t buf[64] = {0};

	make(buf, WIRE_OP_CAPTURE, request, 0, 1);
	command_take(&c, buf, sizeof(buf), true, 0);
}

/* The last report is still there: each reply is tried again, in order, and goes out once; the stream does not wait for it. */
static void refused_reports_are_tried_again(void **state)
{
	(void)state;
	pipe.busy = 5;
	ask_by_hid(1);
	ask_by_hid(2);
	for (unsigned i = 1; i <= 5; i++) {
		run(10 * i);
		assert_int_equal(replies, 2);
		assert_int_equal(pipe.tried, i);
		assert_int_equal(pipe.taken, 0);
	}
	run(60);
	run(70);
	assert_int_equal(pipe.taken, 2);
	assert_int_equal(pipe.request[0], 1);
	assert_int_equal(pipe.request[1], 2);
	assert_int_equal(pipe.tried, 7);
	assert_int_equal(done, 2);
}

/* Nobody fetches: the newest are kept, also across the end of their number, and commands go on. */
static void too_many_reports_lose_the_oldest(void **state)
{
	(void)state;
	c.said = c.reported = UINT32_MAX - 3;
	pipe.busy = 1000;
	for (uint16_t i = 1; i <= COMMAND_REPORTS + 5; i++) {
		ask_by_hid(i);
		run(i);
		assert_int_equal(done, i);
		assert_int_equal(replies, i);
	}
	pipe.busy = 0;
	run(100);
	assert_int_equal(pipe.taken, COMMAND_REPORTS);
	for (unsigned i = 0; i < COMMAND_REPORTS; i++)
		assert_int_equal(pipe.request[i], 6 + i);
}

/* Behind a suspend or another configuration nobody waits for them any more. */
static void nothing_is_kept_for_who_cannot_fetch(void **state)
{
	(void)state;
	pipe.busy = 1;
	ask_by_hid(1);
	run(10);
	listening = false;
	run(20);
	listening = true;
	run(30);
	assert_int_equal(pipe.tried, 1);
	assert_int_equal(pipe.taken, 0);
	assert_int_equal(replies, 1);
}

/* One that takes time is asked for again each turn, keeps its place, and is answered once. */
static void what_takes_time_is_answered_at_its_end(void **state)
{
	(void)state;
	not_yet = true;
	take(WIRE_OP_SELFTEST, 1, 0, 0);
	for (unsigned i = 1; i < 50; i++) {
		run(20 * i);
		assert_int_equal(asked, 2 * i - 1);
		assert_int_equal(replies, 0);
		/* Asked again meanwhile it is not done again; others use up all other places, and none takes its. */
		take(WIRE_OP_SELFTEST, 1, 0, 0);
		take(0x7f, (uint16_t)(100 + i), 0, 0);
		run(20 * i + 10);
		assert_int_equal(replies, 1);
		assert_int_equal(last.error, WIRE_E_OPCODE);
		replies = 0;
	}
	not_yet = false;
	run(1000);
	assert_int_equal(replies, 1);
	assert_int_equal(last.request, 1);
	assert_int_equal(last.error, WIRE_OK);
	assert_int_equal(last.done, 1001);
	run(1010);
	assert_int_equal(replies, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(malformed_ones_change_nothing, start),
		cmocka_unit_test_setup(retries_are_answered_and_not_done, start),
		cmocka_unit_test_setup(one_with_a_tick_waits_for_it, start),
		cmocka_unit_test_setup(those_for_later_keep_nobody_out, start),
		cmocka_unit_test_setup(a_queue_too_long_is_refused, start),
		cmocka_unit_test_setup(what_comes_too_late_is_refused, start),
		cmocka_unit_test_setup(hid_is_answered_by_hid_too, start),
		cmocka_unit_test_setup(refused_reports_are_tried_again, start),
		cmocka_unit_test_setup(too_many_reports_lose_the_oldest, start),
		cmocka_unit_test_setup(nothing_is_kept_for_who_cannot_fetch, start),
		cmocka_unit_test_setup(what_takes_time_is_answered_at_its_end, start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
